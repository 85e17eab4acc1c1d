"""A line of numbers, the result it led to, and what explains that result: the line as written, or the right numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from flint import arb, fmpq

from derive.answers.chains.read_statements import ReadSide, Target
from derive.answers.chains.replacing import constant, nodes, replaced
from derive.answers.marking.evaluator import Evaluator, Value, exact, same
from derive.answers.marking.rounding import standing
from derive.answers.pages.reading_budget import Budget
from derive.answers.reading.grids import Reading
from derive.answers.reading.written import Array, Remark, Substituted, WrittenNumber
from derive.answers.substitutions.agreement import equal
from derive.answers.substitutions.alignment import Aligner, Lenient
from derive.answers.substitutions.literals import NUMBER, Misses
from derive.answers.substitutions.remarks import Noticing
from derive.answers.substitutions.terms import is_sum
from derive.calculus.scalars import Num
from derive.calculus.shapes import offset
from derive.derivation.steps import Step
from derive.language.expressions import Expr, Number

MOST, LOOSE = fmpq(1, 100), fmpq(1, 10)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a line shows.

    remarks      what is wrong in it beside a right result
    substituted  wrong numbers that a wrong result rests on
    granted      what it gives by flat entry of the step, where every number stands for what belongs there
    """

    remarks: list[Remark] = field(default_factory=list)
    substituted: list[Substituted] = field(default_factory=list)
    granted: dict[int, fmpq] = field(default_factory=dict)


@dataclass
class NumberLine:
    """One line of numbers about a step (or one entry of it), and the result it led to.

    goal      the right side that it is an instance of
    formulas  what else it may be an instance of: the formulas of its chain
    before    the lines of numbers before it, without arrays: it may go on with what stands there
    """

    evaluator: Evaluator
    target: Target
    step: Step
    part: ReadSide
    reading: Reading
    result: Array | None
    goal: Expr
    formulas: Sequence[Expr]
    before: Sequence[Expr] = ()

    def gives(self) -> Value | None:
        """What the line gives as it was written; where that is nothing of the step's size, with lists upright, which
        in programs stand neither as rows nor as columns.
        """
        value = self.evaluator.value(self.reading.expr, reading=self.reading)
        if value is None or len(value[1]) != self._size:
            upright = self.reading.upright()
            return self.evaluator.value(upright.expr, reading=upright) or value if upright.grids else value
        return value

    @property
    def _size(self) -> int:
        """How many entries the line is about."""
        return len(self.evaluator.flat(self.target.name)) if self.target.index is None else 1

    def computed(self, gives: Value | None) -> dict[int, fmpq]:
        """What the line gives by flat entry of the step."""
        shape = self.evaluator.shapes[self.target.name]
        if gives is None or len(gives[1]) != self._size:
            return {}
        first = offset(shape, self.target.index) if self.target.index is not None else 0
        values = {first + i: exact(x) for i, x in enumerate(gives[1])}
        return {i: value for i, value in values.items() if value is not None}

    def found(self, gives: Value | None, budget: Budget) -> Noticed:
        """What the line shows beside its result: nothing where it, the result and the step's equation agree."""
        right = self.evaluator.value(self.goal)
        if self.result is None or not self._concerns(gives, right):
            return Noticed()
        stands = self._stand(self.result, gives, right)
        if stands is not None and all(map(all, stands)):
            return Noticed()
        misses = self._misses(budget)
        if misses == []:
            return Noticed(granted=self.computed(gives))
        noticing = Noticing(self.evaluator, self.step, self.part, self.reading)
        if misses:
            wrongly, rightly = self._explained(gives, self._mended(misses) or right)
            if rightly > wrongly:
                return Noticed([noticing.remark(miss) for miss in misses])
            if wrongly > rightly and all(miss.kind == NUMBER for miss in misses):
                return Noticed(substituted=[noticing.substituted(miss) for miss in misses])
        return Noticed([noticing.whole(self.goal)] if stands and self._contradicts(stands) else [])

    def _misses(self, budget: Budget) -> Misses | None:
        """What differs in the line from what it stands for; of two ways to take it the one with less that is wrong."""
        targets = [*self._targets()]
        plain = Aligner(self.evaluator, self.reading, budget).best(targets)
        if plain and Aligner(self.evaluator, self.reading, budget).best(self.before) == []:
            return []
        if plain is not None and not _is_doubtful(plain):
            return plain
        lenient = Lenient(self.evaluator, self.reading, budget).best(targets)
        return plain if lenient is None or (plain is not None and len(plain) < len(lenient)) else lenient

    def _stand(self, result: Array, gives: Value | None, right: Value | None) -> list[tuple[bool, bool]] | None:
        """Whether each entry of the result is what the line gives, and what the step's equation does: where all are
        both, no number in the line needs a look. None where one of the two has no value of this size.
        """
        if gives is None or right is None or not len(result.entries) == len(gives[1]) == len(right[1]):
            return None
        triples = zip(result.entries, gives[1], right[1], strict=True)
        return [self._stands(w, a, b) if w else (True, True) for w, a, b in triples]

    def _concerns(self, gives: Value | None, right: Value | None) -> bool:
        """Whether the result has to do with the line: most of it is about what one of the two gives."""
        assert self.result is not None
        size = len(self.result.entries)
        triples = zip(self.result.entries, _padded(gives, size), _padded(right, size), strict=True)
        alike = [w is None or explains(w, a, LOOSE) or explains(w, b, LOOSE) for w, a, b in triples]
        return 2 * sum(alike) >= size

    @cached_property
    def _slack(self) -> fmpq:
        """How far off, relatively, the rounded numbers in the line may make it."""
        numbers = [
            self.reading.written(node) for node in nodes(self.reading, self.reading.expr) if isinstance(node, Number)
        ]
        return min(MOST, sum((w.unit / abs(w.value) for w in numbers if w.value != 0), fmpq(0)))

    def _targets(self) -> Iterator[Expr]:
        yield self.goal
        if not self.step.shape:
            yield self.evaluator.entry(self.goal, ())
        yield from self.formulas

    # --- what explains the result ------------------------------------------------------------------------------------

    def _mended(self, misses: Misses) -> Value | None:
        """What the line gives with the right numbers in it; None where more than numbers is wrong."""
        if any(miss.kind != NUMBER for miss in misses):
            return None
        right = {miss.place.where(self.reading): constant(miss.right) for miss in misses if miss.place.cell >= 0}
        arrays = {miss.place.grid: miss.target for miss in misses if miss.place.cell < 0}
        return replaced(self.evaluator, self.reading, self.reading.expr, right, arrays)

    def _contradicts(self, stands: Sequence[tuple[bool, bool]]) -> bool:
        """Whether the result is right throughout and not what the line gives, however its numbers were rounded."""
        assert self.result is not None
        if all(given for given, _ in stands) or not all(rightly for _, rightly in stands) or self._is_true():
            return False
        spread = self.evaluator.spread_of(self.reading)
        return spread is not None and any(
            w and not given and not arb(w.value, arb(w.unit)).overlaps(arb(ball))
            for w, (given, _), ball in zip(self.result.entries, stands, spread[1], strict=True)
        )

    def _is_true(self) -> bool:
        """Whether the line gives what the step's equation gives at the true numbers."""
        ours = self.evaluator.value(self.reading.expr, own=False, reading=self.reading)
        theirs = self.evaluator.value(self.goal, own=False)
        return ours is not None and theirs is not None and equal(ours, theirs)

    def _explained(self, gives: Value | None, mended: Value | None) -> tuple[int, int]:
        """How many entries of the result only the line as written explains, and how many only the right numbers."""
        assert self.result is not None
        size = len(self.result.entries)
        wrongly = rightly = 0
        for w, a, b in zip(self.result.entries, _padded(gives, size), _padded(mended, size), strict=True):
            if w is None or (a is not None and b is not None and same(a, b)):
                continue
            by_a, by_b = self._stands(w, a, b)
            wrongly += by_a and not by_b
            rightly += by_b and not by_a
        return wrongly, rightly

    def _stands(self, w: WrittenNumber, a: Num | None, b: Num | None) -> tuple[bool, bool]:
        """Whether a result is one value and the other: exactly rounded or cut, and only if it is neither, nearly."""
        one, other = (x is not None and standing(w, x) is not None for x in (a, b))
        return (one, other) if one or other else (_is_near(w, a, self._slack), _is_near(w, b, self._slack))


def _is_doubtful(misses: Misses) -> bool:
    """Whether a sign or a term may be what is wrong: several numbers are, or one that stands for a sum."""
    loose = [miss for miss in misses if miss.place.grid is None and not miss.turned]
    return len(loose) > 1 or any(is_sum(miss.target) for miss in loose)


def explains(w: WrittenNumber, value: Num | None, slack: fmpq = MOST) -> bool:
    """Whether a result is a value, to within `slack` of it: what rounded numbers in the line may do."""
    return value is not None and (_is_near(w, value, slack) or standing(w, value) is not None)


def _is_near(w: WrittenNumber, value: Num | None, slack: fmpq) -> bool:
    if value is None or w.value == 0:
        return False
    unit = w.unit if w.unit < 1 else fmpq(0)  # whole numbers are exact
    return bool(abs(w.value - value) <= unit + abs(value) * slack)


def _padded(value: Value | None, size: int) -> list[Num | None]:
    if value is None or len(value[1]) != size:
        return [None] * size
    return list(value[1])
