"""A line of numbers, the result it led to, and what explains that result: the line as written, or the right numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import fmpq

from derive.answers.alignment import Aligner
from derive.answers.bench import Bench, Value, exact, same
from derive.answers.budget import Budget
from derive.answers.grids import Reading
from derive.answers.links import Part, Target, nodes
from derive.answers.literals import Miss, Misses
from derive.answers.model import Array, Remark, Substituted, Written
from derive.answers.numerals import nearest, plain_text, text_of
from derive.answers.standing import standing
from derive.derivation import Step
from derive.language.expressions import Apply, Entry, Expr, Number, Ref
from derive.notation import UNICODE
from derive.operations.scalars import Num
from derive.operations.shapes import indices, offset
from derive.printing import formula

MOST = fmpq(1, 100)


@dataclass(slots=True)
class Line:
    """One line of numbers about a step (or one entry of it), and the result it led to.

    goal      the right side that it is an instance of
    formulas  what else it may be an instance of: the formulas of its chain
    """

    bench: Bench
    target: Target
    step: Step
    part: Part
    reading: Reading
    result: Array | None
    goal: Expr
    formulas: Sequence[Expr]

    def gives(self) -> Value | None:
        """What the line gives as it was written."""
        return self.bench.value(self.reading.expr, reading=self.reading)

    def computed(self, gives: Value | None) -> dict[int, fmpq]:
        """What the line gives by flat entry of the step."""
        shape = self.bench.shapes[self.target.name]
        size = len(self.bench.flat(self.target.name))
        if gives is None or len(gives[1]) != (size if self.target.index is None else 1):
            return {}
        first = offset(shape, self.target.index) if self.target.index is not None else 0
        values = {first + i: exact(x) for i, x in enumerate(gives[1])}
        return {i: value for i, value in values.items() if value is not None}

    def found(self, gives: Value | None, budget: Budget) -> tuple[list[Remark], list[Substituted]]:
        """The numbers in the line that are miscopied (the result is right), and those that the result rests on."""
        if self.result is None or self._is_sound(gives):
            return [], []
        misses = Aligner(self.bench, self.reading, budget).best([*self._targets()])
        if not misses:
            return [], []
        wrongly, rightly = self._explained(gives, self._mended(misses) or self.bench.value(self.goal))
        if rightly > wrongly:
            return [self._miscopied(miss) for miss in misses], []
        return [], [self._substituted(miss) for miss in misses] if wrongly > rightly else []

    def _is_sound(self, gives: Value | None) -> bool:
        """Whether line, result and the step's equation agree: then no number in it needs a look."""
        right = self.bench.value(self.goal)
        assert self.result is not None
        if gives is None or right is None or not len(self.result.entries) == len(gives[1]) == len(right[1]):
            return False
        slack = self._slack()
        triples = zip(self.result.entries, gives[1], right[1], strict=True)
        return all(all(_explained(w, a, b, slack)) for w, a, b in triples if w)

    def _slack(self) -> fmpq:
        """How far off, relatively, the rounded numbers in the line may make it."""
        numbers = [self.reading.written(node) for node in nodes(self.reading) if isinstance(node, Number)]
        return min(MOST, sum((w.unit / abs(w.value) for w in numbers if w.value != 0), fmpq(0)))

    def _targets(self) -> Iterator[Expr]:
        yield self.goal
        if not self.step.shape:
            yield self.bench.entry(self.goal, ())
        yield from self.formulas

    # --- what explains the result ------------------------------------------------------------------------------------

    def _mended(self, misses: Misses) -> Value | None:
        """What the line gives with the right numbers in it."""
        spans = {miss.place.span: miss for miss in misses if miss.place.grid is None}
        cells = {(miss.place.grid, miss.place.cell): miss for miss in misses}

        def mend(expr: Expr) -> Expr:
            if isinstance(expr, Number) and expr.span in spans:
                return _constant(spans[expr.span].right)
            if isinstance(expr, Ref) and (whole := cells.get((expr.name, -1))):
                return whole.target
            return replace(expr, args=tuple(map(mend, expr.args))) if isinstance(expr, Apply) else expr

        grids = {
            name: replace(grid, cells=tuple(
                _constant(cells[name, i].right) if (name, i) in cells else mend(cell)
                for i, cell in enumerate(grid.cells)))
            for name, grid in self.reading.grids.items()
        }  # fmt: skip
        return self.bench.value(mend(self.reading.expr), reading=replace(self.reading, grids=grids))

    def _explained(self, gives: Value | None, mended: Value | None) -> tuple[int, int]:
        """How many entries of the result only the line as written explains, and how many only the right numbers."""
        assert self.result is not None
        size, slack = len(self.result.entries), self._slack()
        wrongly = rightly = 0
        for w, a, b in zip(self.result.entries, _padded(gives, size), _padded(mended, size), strict=True):
            if w is None or (a is not None and b is not None and same(a, b)):
                continue
            by_a, by_b = _explained(w, a, b, slack)
            wrongly += by_a and not by_b
            rightly += by_b and not by_a
        return wrongly, rightly

    # --- what is said about it ---------------------------------------------------------------------------------------

    def _miscopied(self, miss: Miss) -> Remark:
        written, right = self._texts(miss)
        return Remark("miscopied", self.part.link.line + self._lines_below(miss), written, right, "")

    def _substituted(self, miss: Miss) -> Substituted:
        written, right = self._texts(miss)
        return Substituted(self._name(miss), written, right)

    def _lines_below(self, miss: Miss) -> int:
        """How many lines below the link's beginning the number stands."""
        grid = self.reading.grids[miss.place.grid] if miss.place.grid is not None else None
        cell = grid.cells[miss.place.cell] if grid and miss.place.cell >= 0 else None
        span = miss.place.span or (cell.span if isinstance(cell, Number) else None) or (0, 0)
        return self.reading.text.count("\n", 0, span[0])

    def _texts(self, miss: Miss) -> tuple[str, str]:
        """What stands there and what belongs there, as the student wrote it elsewhere if so."""
        target = miss.target
        turned = isinstance(target, Apply) and target.op == "negate"
        said = self.bench.mentioned(target.args[0] if isinstance(target, Apply) and turned else target)
        if miss.written is None:
            start, end = miss.place.span or (0, 0)
            return self.reading.text[start:end], f"[{' '.join(w.text for w in said[-1] if w)}]"
        written = miss.written.text.lstrip("-− ") if turned else miss.written.text
        mentions = [mention[miss.at] for mention in said if miss.at < len(mention)]
        if (close := nearest(miss.written, [w for w in mentions if w])) is not None:
            return written, plain_text(close.text)
        digits = self.bench.solution.values.numbers.of(self.step.id)
        return written, text_of(-miss.right if turned else miss.right, digits, self.bench.decimal)

    def _name(self, miss: Miss) -> str:
        """What the number stands for: the id of a quantity or entry, or a part of the formula."""
        target = miss.target
        bare = target.args[0] if isinstance(target, Apply) and target.op in {"transpose", "negate"} else target
        if isinstance(bare, Ref) and self.bench.shapes[bare.name] and miss.at >= 0:
            bare = Entry(bare.name, indices(self.bench.shapes[bare.name])[miss.at])
        if isinstance(bare, Entry) and bare.index:
            return f"{bare.name.id}[{','.join(str(i + 1) for i in bare.index)}]"
        if isinstance(bare, Ref | Entry):
            return bare.name.id
        return formula(bare, replace(UNICODE, decimal=self.bench.decimal), self.bench.shapes)


def _explained(w: Written, a: Num | None, b: Num | None, slack: fmpq) -> tuple[bool, bool]:
    """Whether a result is the one value and the other: exactly rounded or cut, and only if it is neither, nearly."""
    stands = tuple(x is not None and standing(w, x) is not None for x in (a, b))
    return (stands[0], stands[1]) if any(stands) else (explains(w, a, slack), explains(w, b, slack))


def explains(w: Written, value: Num | None, slack: fmpq = MOST) -> bool:
    """Whether a result is a value, to within `slack` of it: what rounded numbers in the line may do."""
    if value is None:
        return False
    if standing(w, value) is not None:
        return True
    unit = w.unit if w.unit < 1 else fmpq(0)  # whole numbers are exact
    return w.value != 0 and bool(abs(w.value - value) <= unit + abs(value) * slack)


def _constant(value: Num) -> Expr:
    rational = exact(value)
    return Number(Fraction(int(rational.p), int(rational.q)) if rational is not None else Fraction(0))


def _padded(value: Value | None, size: int) -> list[Num | None]:
    if value is None or len(value[1]) != size:
        return [None] * size
    return list(value[1])
