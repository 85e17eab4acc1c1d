"""What the lines of a work show beside its results: wrong formulas beside right values, numbers miscopied or put in
wrongly, first results too short to go on with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain as chained

from flint import fmpq

from derive.answers.chains.read_statements import FORMULA, MIXED, NUMBERS, RESULT, ReadSide, ReadStatement, Target
from derive.answers.marking.evaluator import Evaluator, Mention
from derive.answers.marking.rounding import standing
from derive.answers.pages.reading_budget import Budget
from derive.answers.reading.written import EXACT_DIGITS, Answer, Array, Remark, Substituted, Unreadable, WrittenNumber
from derive.answers.substitutions.agreement import agrees, equal, shown
from derive.answers.substitutions.number_lines import NumberLine, explains
from derive.answers.substitutions.numerals import rounded_to
from derive.answers.working.collecting import NO_RESULT
from derive.calculus.shapes import offset
from derive.derivation.steps import Step
from derive.language.expressions import Entry, Expr, Ref, rewrite
from derive.solution import Solution
from derive.values.digits import Printed


@dataclass(slots=True)
class Found:
    """What the lines about one step show: remarks, numbers put in wrongly, what its lines of numbers give by entry;
    `granted` is what those give whose numbers all stand for what belongs there.
    """

    remarks: list[Remark] = field(default_factory=list)
    substituted: list[Substituted] = field(default_factory=list)
    computed: dict[int, fmpq] = field(default_factory=dict)
    granted: dict[int, fmpq] = field(default_factory=dict)


class Examiner:
    """Examines every chain of a work that is about a step: against the student's own numbers, then the true ones."""

    def __init__(
        self, solution: Solution, chains: Sequence[ReadStatement], answers: Sequence[Answer], budget: Budget
    ) -> None:
        self.solution, self.chains, self.answers, self.budget = solution, chains, answers, budget
        derivation = solution.blueprint.derivation
        self.steps = {step.name: step for step in (*derivation.forward, *derivation.backward)}
        self.updates = {step.name.before: step for step in derivation.updates}
        self.content = {answer.step: answer.content for answer in answers}
        self.evaluators: dict[int, Evaluator] = {}
        self.found: dict[str, Found] = {}
        self.results: dict[str, list[tuple[Target, ReadSide]]] = {}
        for chain in chains:
            if chain.target is not None and not chain.target.is_slice:
                results = [(chain.target, part) for part in chain.parts if part.kind == RESULT]
                self.results.setdefault(chain.target.step, []).extend(results)

    def examined(self) -> list[Answer]:
        """The answers with what their lines show."""
        for chain in self.chains:
            if chain.target is not None and not chain.target.is_slice and chain.target.step in self.content:
                if (step := self.steps.get(chain.target.name)) and not chain.target.updated:
                    self._chain(chain, chain.target, step)
                elif (step := self.updates.get(chain.target.name)) and chain.target.updated:
                    self._chain(_renewed(chain, step), replace(chain.target, name=step.name), step)
        return [self._told(answer) for answer in self.answers]

    def _told(self, answer: Answer) -> Answer:
        found = self.found.get(answer.step) or Found()
        remarks = (*answer.remarks, *found.remarks, *self._first_mention(answer))
        if not remarks and not found.substituted and not found.computed:
            return answer
        size = len(answer.content.entries) if isinstance(answer.content, Array) else 1
        answer = _worked_out(answer, found)
        computed = tuple(found.computed[i] for i in range(size)) if found.computed.keys() >= set(range(size)) else ()
        granted = tuple(found.granted.get(i) for i in range(size)) if found.granted else ()
        return replace(answer, remarks=tuple(dict.fromkeys(remarks)), computed=computed, granted=granted,
                       substituted=tuple(dict.fromkeys(found.substituted)))  # fmt: skip

    def evaluator(self, k: int) -> Evaluator:
        """The evaluator of a pass, made when it is first needed."""
        k = k if k in self.solution.values.worked else 1
        if k not in self.evaluators:
            evaluator = Evaluator.of(self.solution, self.answers, k)
            for target, part in chained.from_iterable(self.results.values()):
                if target.passes == k and not target.updated and part.numbers is not None:
                    evaluator.mentions.setdefault(target.name, []).append(Mention(target.index, part.numbers))
            self.evaluators[k] = evaluator
        return self.evaluators[k]

    # --- one chain ---------------------------------------------------------------------------------------------------

    def _chain(self, chain: ReadStatement, target: Target, step: Step) -> None:
        found = self.found.setdefault(target.step, Found())
        found.remarks += _contradicted(chain)
        if all(part.kind == RESULT for part in chain.parts):
            return
        evaluator = self.evaluator(target.passes)
        goal = step.expr if target.index is None else evaluator.entry(step.expr, target.index)
        result = self._result(chain, target)
        for line in _lines(evaluator, chain, target, step, result, goal):
            gives = line.gives()
            found.computed |= line.computed(gives)
            noticed = line.found(gives, self.budget)
            found.remarks += noticed.remarks
            found.substituted += noticed.substituted
            found.granted |= noticed.granted
        found.remarks += self._formulas(evaluator, chain, step, result, goal)

    def _formulas(
        self, evaluator: Evaluator, chain: ReadStatement, step: Step, result: Array | None, goal: Expr
    ) -> Iterator[Remark]:
        """Wrong formulas beside a right value."""
        for i, part in enumerate(chain.parts):
            if part.kind != FORMULA or part.reading is None or agrees(evaluator, part.reading.expr, goal):
                continue
            if _is_right(evaluator, chain.parts[i + 1 :], result, goal):
                yield Remark("notation", part.link.line, part.link.text, shown(evaluator, step, goal), "")

    def _result(self, chain: ReadStatement, target: Target) -> Array | None:
        """The result of the chain, else what the work says elsewhere."""
        part = chain.last(RESULT)
        if part is not None:
            return part.numbers
        elsewhere = self.content.get(target.step)
        if not isinstance(elsewhere, Array) or target.index is None:
            return elsewhere if isinstance(elsewhere, Array) else None
        at = offset(self.solution.blueprint.derivation.shapes[target.name], target.index)
        return Array((), (elsewhere.entries[at],)) if at < len(elsewhere.entries) else None

    # --- first mentions ----------------------------------------------------------------------------------------------

    def _first_mention(self, answer: Answer) -> Iterator[Remark]:
        """A first result too short to go on with, which a longer one replaces."""
        said = self.results.get(answer.step, [])
        if len(said) < 2 or not isinstance(answer.content, Array) or said[0][0].updated:
            return
        if not any(said[0][0].name in step.uses for step in self.solution.blueprint.derivation.steps):
            return
        (target, part), values = said[0], self.solution.values
        first = part.numbers if target.index is None else None
        if first is None or target.passes not in values.worked:
            return
        true, printed = self.solution.exact.flat(target.name, target.passes), values.printed(target.name, target.passes)
        for w, last, value, full in zip(first.entries, answer.content.entries, true, printed, strict=False):
            if w is None or last is None or w.is_quotient:
                continue
            if w.value != value and w.digits < _enough(last, full) and standing(w, last.value):
                right = rounded_to(value, last, values.numbers.decimal)
                yield Remark("precision", part.link.line, w.text, right, "")


def _renewed(chain: ReadStatement, step: Step) -> ReadStatement:
    """The chain of an update with names meaning what they mean in its equation: what lines before it have assigned."""
    new = {name.before: name for name in step.uses if name != name.before}

    def changed(node: Expr) -> Expr | None:
        return replace(node, name=new[node.name]) if isinstance(node, Ref | Entry) and node.name in new else None

    def part(part: ReadSide) -> ReadSide:
        reading = part.reading
        return replace(part, reading=replace(reading, expr=rewrite(reading.expr, changed))) if reading else part

    return replace(chain, parts=tuple(map(part, chain.parts))) if new else chain


def _worked_out(answer: Answer, found: Found) -> Answer:
    """A line of numbers without a result as the numbers that it gives."""
    content = answer.content
    if not isinstance(content, Unreadable) or content.message != NO_RESULT or not found.computed:
        return answer
    size = max(found.computed) + 1
    numbers = {i: WrittenNumber(x, fmpq(0), EXACT_DIGITS, answer.given) for i, x in found.computed.items()}
    entries = tuple(map(numbers.get, range(size)))
    return replace(answer, content=Array((size,), entries))


def _enough(last: WrittenNumber, full: Printed) -> int:
    """How many digits a first mention needs: those of the later one, or one fewer than are printed."""
    return min(last.digits, len(full.mantissa.replace(".", "").lstrip("0")) - 1)


def _lines(
    evaluator: Evaluator, chain: ReadStatement, target: Target, step: Step, result: Array | None, goal: Expr
) -> Iterator[NumberLine]:
    """The lines of numbers in a chain."""
    before: list[Expr] = []
    formulas = [part.reading.expr for part in chain.parts if part.kind == FORMULA and part.reading]
    for part in chain.parts:
        if part.kind in {NUMBERS, MIXED} and part.reading is not None:
            yield NumberLine(evaluator, target, step, part, part.reading, result, goal, formulas, tuple(before))
            before += [] if part.reading.grids else [part.reading.expr]


def _is_right(evaluator: Evaluator, rest: Sequence[ReadSide], result: Array | None, goal: Expr) -> bool:
    """Whether the value after a formula is that of the step's own equation, for the most part."""
    ends = [part.reading.expr for part in rest if part.kind in {FORMULA, MIXED} and part.reading]
    aims = [value for own in (True, False) if (value := evaluator.value(goal, own))]
    if result is None:
        last = evaluator.value(ends[-1]) if ends else None
        return last is not None and any(equal(last, aim) for aim in aims)
    entries = result.entries
    return any(
        len(aim[1]) == len(entries)
        and 2 * sum(w is not None and explains(w, x) for w, x in zip(entries, aim[1], strict=True)) > len(entries)
        for aim in aims
    )


def _contradicted(chain: ReadStatement) -> Iterator[Remark]:
    """Results inside a chain that the last one contradicts."""
    parts = [part for part in chain.parts if part.kind == RESULT and not part.fault]
    arrays = [part.numbers for part in parts]
    for part, array in zip(parts[:-1], arrays[:-1], strict=False):
        last = arrays[-1]
        if array is None or last is None or len(array.entries) != len(last.entries):
            continue
        for a, b in zip(array.entries, last.entries, strict=True):
            if a and b and not _alike(a, b):
                turned = _alike(a._replace(value=-a.value), b)
                kind, key = ("notation", "sign") if turned else ("miscopied", "")
                yield Remark(kind, part.link.line, a.text, b.text, key=key)


def _alike(a: WrittenNumber, b: WrittenNumber) -> bool:
    return bool(standing(a, b.value) or standing(b, a.value) or abs(a.value - b.value) <= max(a.unit, b.unit))
