"""The lines of a work before its results: wrong formulas beside right values, numbers miscopied or put in wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from flint import fmpq

from derive.answers.alignment import Aligner, Miss, Misses
from derive.answers.bench import Bench, Mention, Value, exact, same
from derive.answers.formulas import formula_remark
from derive.answers.handwriting import Reading
from derive.answers.links import FORMULA, MIXED, NUMBERS, RESULT, Chain, Part, Target, content
from derive.answers.model import Answer, Array, Remark, Substituted, Written
from derive.answers.numerals import nearest, rounded_to, text_of
from derive.answers.standing import standing
from derive.derivation import Step
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref
from derive.notation import UNICODE
from derive.operations.rows import Flat
from derive.operations.scalars import Num
from derive.operations.shapes import offset
from derive.printing import formula
from derive.solution import Solution


@dataclass(slots=True)
class Found:
    """What the lines about one step show: remarks, numbers put in wrongly, what its lines of numbers give by entry."""

    remarks: list[Remark] = field(default_factory=list)
    substituted: list[Substituted] = field(default_factory=list)
    computed: dict[int, fmpq] = field(default_factory=dict)


class Examiner:
    """Examines every chain of a work that is about a step of the first or a later pass."""

    def __init__(self, solution: Solution, chains: Sequence[Chain], answers: Sequence[Answer]) -> None:
        self.solution, self.chains, self.answers = solution, chains, answers
        self.derivation = solution.blueprint.derivation
        self.steps = {step.name: step for step in (*self.derivation.forward, *self.derivation.backward)}
        self.content = {answer.step: answer.content for answer in answers}
        self.benches: dict[int, Bench] = {}
        self.found: dict[str, Found] = {}

    def examined(self) -> list[Answer]:
        """The answers with what their lines show."""
        for chain in self.chains:
            if chain.target is not None and chain.target.name in self.steps and chain.target.step in self.content:
                self._chain(chain, chain.target, self.steps[chain.target.name])
        return [self._told(answer) for answer in self.answers]

    def _told(self, answer: Answer) -> Answer:
        found = self.found.get(answer.step, Found())
        remarks = (*answer.remarks, *found.remarks, *self._first_mentions(answer))
        computed = tuple(found.computed.get(i, None) for i in range(self._size(answer)))
        whole = tuple(x for x in computed if x is not None)
        return replace(answer, remarks=tuple(dict.fromkeys(remarks)), substituted=tuple(found.substituted),
                       computed=whole if len(whole) == len(computed) else ())  # fmt: skip

    def _size(self, answer: Answer) -> int:
        return len(answer.content.entries) if isinstance(answer.content, Array) else 1

    def bench(self, k: int) -> Bench:
        """The bench of a pass, made when it is first needed."""
        if k not in self.benches:
            bench = Bench.of(self.solution, self.answers, k)
            for chain in self.chains:
                if chain.target is not None and chain.target.passes == k and not chain.target.updated:
                    _mention(bench, chain, chain.target)
            self.benches[k] = bench
        return self.benches[k]

    # --- one chain ---------------------------------------------------------------------------------------------------

    def _chain(self, chain: Chain, target: Target, step: Step) -> None:
        bench = self.bench(target.passes if target.passes in self.solution.values.worked else 1)
        found = self.found.setdefault(target.step, Found())
        result = self._result(chain, target)
        for part in chain.parts:
            if part.kind in {NUMBERS, MIXED} and part.reading is not None:
                self._numbers(_Line(bench, target, step, part, part.reading, result), chain, found)
            elif part.kind == FORMULA and part.reading is not None:
                goal = _goal(step, target, bench)
                found.remarks += formula_remark(bench, part, goal, step, self._settled(chain, part, result, goal, bench))
        found.remarks += self._between(chain)

    def _settled(self, chain: Chain, part: Part, result: Array | None, goal: Expr, bench: Bench) -> bool:
        """Whether the value after a formula is right: that of the step's own equation, at the student's numbers."""
        rest = chain.parts[chain.parts.index(part) + 1 :]
        ends = [p.reading.expr for p in rest if p.kind in {FORMULA, MIXED} and p.reading and not p.reading.grids]
        if result is None and ends and (last := bench.value(ends[-1])):
            aim = bench.value(goal)
            return aim is not None and aim[0] == last[0] and all(map(same, aim[1], last[1]))
        return result is not None and any(
            _fitting(result, value, fmpq(0)) * 2 > len(result.entries)
            for own in (True, False)
            if (value := bench.value(goal, own)) and len(value[1]) == len(result.entries)
        )

    def _result(self, chain: Chain, target: Target) -> Array | None:
        """The result of the chain, else what the work says elsewhere."""
        part = chain.last(RESULT)
        if part is not None and part.reading is not None:
            return content(part.reading)
        elsewhere = self.content.get(target.step)
        if not isinstance(elsewhere, Array) or target.index is None:
            return elsewhere if isinstance(elsewhere, Array) else None
        at = offset(self.derivation.shapes[target.name], target.index)
        return Array((), (elsewhere.entries[at],)) if at < len(elsewhere.entries) else None

    # --- lines of numbers --------------------------------------------------------------------------------------------

    def _numbers(self, line: _Line, chain: Chain, found: Found) -> None:
        """Align a line, and decide by the result what its wrong numbers are."""
        gives = line.gives()
        line.note(found, gives)
        if line.is_sound(gives):
            return
        misses = Aligner(line.bench, line.reading).best(list(_targets(line, chain)))
        if not misses or line.result is None:
            return
        mended = line.mended(misses)
        right = line.bench.value(_goal(line.step, line.target, line.bench))
        wrongly, rightly = line.verdict(gives, mended or right, misses)
        if rightly > wrongly:
            found.remarks += [line.miscopied(miss) for miss in misses]
        elif wrongly > rightly:
            found.substituted += [line.substituted(miss) for miss in misses]

    def _between(self, chain: Chain) -> Iterator[Remark]:
        """Results inside a chain that the last one contradicts."""
        numbers = [(part, content(part.reading)) for part in chain.parts if part.kind == RESULT and part.reading]
        for part, array in numbers[:-1]:
            last = numbers[-1][1]
            if array is None or last is None or len(array.entries) != len(last.entries):
                continue
            for a, b in zip(array.entries, last.entries, strict=True):
                if a and b and not (standing(a, b.value) or standing(b, a.value) or _near(a, b)):
                    yield Remark("miscopied", part.link.line, a.text, b.text, f"It is {b.text} afterwards.")

    # --- first mentions ----------------------------------------------------------------------------------------------

    def _first_mentions(self, answer: Answer) -> Iterator[Remark]:
        """A first result too short to go on with, which a longer one replaces."""
        said = [(chain, part) for chain in self.chains if chain.target and chain.target.step == answer.step
                and chain.target.index is None for part in chain.parts if part.kind == RESULT]  # fmt: skip
        if len(said) < 2 or not isinstance(answer.content, Array) or answer.step not in self.solution.ids:
            return
        part = said[0][1]
        first = content(part.reading) if part.reading else None
        target = said[0][0].target
        assert target is not None
        if first is None or target.updated or len(first.entries) != len(answer.content.entries):
            return
        true = self.solution.exact.flat(target.name, target.passes)
        shown = self.solution.values.printed(target.name, target.passes)
        for w, last, value, full in zip(first.entries, answer.content.entries, true, shown, strict=False):
            enough = len(full.mantissa.replace(".", "").lstrip("0")) - 1
            if w and last and w.digits < min(last.digits, enough) and w.value != value and standing(w, last.value):
                right = rounded_to(value, last, self.solution.values.numbers.decimal)
                yield Remark("precision", part.link.line, w.text, right,
                             f"{w.text} is right at its length, but has too few digits to go on with.")  # fmt: skip


@dataclass(slots=True)
class _Line:
    """One line of numbers about a step, and the result it led to."""

    bench: Bench
    target: Target
    step: Step
    part: Part
    reading: Reading
    result: Array | None

    def gives(self) -> Value | None:
        """What the line gives as it was written."""
        return self.bench.value(self.reading.expr, reading=self.reading)

    def is_sound(self, gives: Value | None) -> bool:
        """Whether line, result and the step's equation agree: then no number in it needs a look."""
        right = self.bench.value(_goal(self.step, self.target, self.bench))
        if gives is None or right is None or self.result is None:
            return False
        triples = zip(self.result.entries, gives[1], right[1], strict=False)
        same_size = len(self.result.entries) == len(gives[1]) == len(right[1])
        return same_size and all(w is None or (_explains(w, a) and _explains(w, b)) for w, a, b in triples)

    def note(self, found: Found, gives: Value | None) -> None:
        """Keep what the line gives for the entries that it is about."""
        shape = self.bench.shapes[self.target.name]
        size = len(self.bench.truth[self.bench.own.tape.slots[self.target.name]])
        if gives is None or len(gives[1]) != (1 if self.target.index is not None else size):
            return
        first = offset(shape, self.target.index) if self.target.index is not None else 0
        for i, x in enumerate(gives[1]):
            if (value := exact(x)) is not None:
                found.computed[first + i] = value

    def mended(self, misses: Misses) -> Value | None:
        """What the line gives with the right numbers in it."""
        return self.bench.value(*_mended(self.reading, misses))

    def verdict(self, gives: Value | None, mended: Value | None, misses: Misses) -> tuple[int, int]:
        """How many entries of the result the line explains as written, and how many the right numbers explain."""
        assert self.result is not None
        ours = _padded(gives, len(self.result.entries))
        theirs = _padded(mended, len(self.result.entries))
        wrongly = rightly = 0
        for w, a, b in zip(self.result.entries, ours, theirs, strict=True):
            if w is None or (a is not None and b is not None and same(a, b)):
                continue
            by_a, by_b = _explains(w, a), _explains(w, b)
            wrongly += by_a and not by_b
            rightly += by_b and not by_a
        return wrongly, rightly

    def miscopied(self, miss: Miss) -> Remark:
        """The remark on a number that the result does not rest on."""
        written, right = self.texts(miss)
        name = self.name(miss.target, miss.at)
        return Remark("miscopied", self.part.link.line + self._line_of(miss), written, right,
                      f"Here stands {written}, but {name} is {right}; the result was worked out with {right}.")  # fmt: skip

    def substituted(self, miss: Miss) -> Substituted:
        """The number that the result rests on."""
        written, right = self.texts(miss)
        return Substituted(self.name(miss.target, miss.at, plain=True), written, right)

    def _line_of(self, miss: Miss) -> int:
        """How many lines below the link's beginning the number stands."""
        grid = self.reading.grids[miss.place.grid] if miss.place.grid is not None else None
        cell = grid.cells[miss.place.cell] if grid and miss.place.cell >= 0 else None
        span = miss.place.span or (cell.span if isinstance(cell, Number) else None) or (0, 0)
        return self.reading.text.count("\n", 0, span[0])

    def texts(self, miss: Miss) -> tuple[str, str]:
        """What stands there and what belongs there, as the student wrote it elsewhere if so."""
        said = self.bench.mentioned(miss.target)
        decimal = self.bench.solution.values.numbers.decimal
        if miss.written is None:
            start, end = miss.place.span or (0, 0)
            texts = [w.text for w in said[-1] if w] if said else []
            return self.reading.text[start:end], f"[{' '.join(texts)}]"
        mentions = [m[miss.at] for m in said if miss.at < len(m)]
        close = nearest(miss.written, [w for w in mentions if w])
        digits = self.bench.solution.values.numbers.of(self.step.id)
        return miss.written.text, close.text if close else text_of(miss.right, digits, decimal)

    def name(self, target: Expr, at: int, plain: bool = False) -> str:
        """What a part of the formula is called: an id, or the formula itself."""
        bare = target.args[0] if isinstance(target, Apply) and target.op == "transpose" else target
        if isinstance(bare, Ref) and plain:
            return bare.name.id
        if isinstance(bare, Entry) and plain:
            return f"{bare.name.id}[{','.join(str(i + 1) for i in bare.index)}]"
        return formula(bare, replace(UNICODE, decimal=self.bench.solution.values.numbers.decimal), self.bench.shapes)


def _targets(line: _Line, chain: Chain) -> Iterator[Expr]:
    """What a line may be an instance of: the step's equation (or its entry), and the formulas of its chain."""
    goal = _goal(line.step, line.target, line.bench)
    yield goal
    if line.target.index is not None or not line.step.shape:
        yield Aligner(line.bench, line.reading).entry(line.step.expr, line.target.index or ())
    for part in chain.parts:
        if part.kind == FORMULA and part.reading is not None:
            yield part.reading.expr


def _goal(step: Step, target: Target, bench: Bench) -> Expr:
    """The right side that a chain is about: the step's, or one entry of it."""
    if target.index is None:
        return step.expr
    return Aligner(bench, Reading("", step.expr)).entry(step.expr, target.index)


def _mended(reading: Reading, misses: Misses) -> tuple[Expr, bool, Reading]:
    """The reading with the right numbers in the places of wrong ones."""
    spans = {miss.place.span: miss for miss in misses if miss.place.grid is None}
    cells = {(miss.place.grid, miss.place.cell): miss for miss in misses}

    def mend(expr: Expr) -> Expr:
        if isinstance(expr, Number) and expr.span in spans:
            return _constant(spans[expr.span].right)
        if isinstance(expr, Ref) and (whole := cells.get((expr.name, -1))):
            return whole.target
        if isinstance(expr, Apply):
            return replace(expr, args=tuple(map(mend, expr.args)))
        return expr

    grids = {
        name: replace(grid, cells=tuple(
            _constant(cells[name, i].right) if (name, i) in cells else mend(cell) for i, cell in enumerate(grid.cells)))
        for name, grid in reading.grids.items()
    }  # fmt: skip
    return mend(reading.expr), True, Reading(reading.text, reading.expr, grids)


def _constant(value: Num) -> Expr:
    from fractions import Fraction

    rational = exact(value) or fmpq(0)
    return Number(Fraction(int(rational.p), int(rational.q)))


def _explains(w: Written, value: Num | None) -> bool:
    """Whether a result is a value, to within what rounded numbers in the line may do to it."""
    if value is None:
        return False
    if standing(w, value) is not None:
        return True
    return w.value != 0 and bool(abs(w.value - value) <= w.unit + abs(value) / 100)


def _padded(value: Value | None, size: int) -> list[Num | None]:
    if value is None or len(value[1]) != size:
        return [None] * size
    return list(value[1])


def _fitting(result: Array, value: Value, _: Num) -> int:
    return sum(w is not None and _explains(w, x) for w, x in zip(result.entries, value[1], strict=True))


def _near(a: Written, b: Written) -> bool:
    return bool(abs(a.value - b.value) <= max(a.unit, b.unit))


def _mention(bench: Bench, chain: Chain, target: Target) -> None:
    for part in chain.parts:
        numbers = content(part.reading) if part.kind == RESULT and part.reading else None
        if numbers is not None:
            bench.mentions.setdefault(target.name, []).append(Mention(target.index, numbers))


__all__ = ["Examiner", "Flat", "Index", "Iterable"]
