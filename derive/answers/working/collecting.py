"""Chains → answers: one for each step, of all that a work says about it; and the lines that match no step."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from derive.answers.chains.read_statements import FORMULA, MIXED, NUMBERS, RESULT, UNREADABLE, ReadSide, ReadStatement
from derive.answers.marking.orientation import Stands, orientation_of
from derive.answers.marking.rounding import standing
from derive.answers.reading.answer_reader import noticed
from derive.answers.reading.formulas import formula_of
from derive.answers.reading.written import NOT_READ, Answer, Array, Remark, Unreadable, WrittenNumber
from derive.calculus.shapes import offset
from derive.language.expressions import Expr, Ref, Shape
from derive.solution import Solution

MOST_CELLS = 400  # of arrays in a formula that is worked out
NO_RESULT = "there is no result"


def collected(chains: Sequence[ReadStatement], solution: Solution, decimal: str, *, sure: bool) -> list[Answer]:
    """For each step what counts of all that the work says about it, and the lines that match no step.

    `sure` says whether the work itself shows its decimal sign.
    """
    return _Collector(solution, decimal, sure).all(chains)


class _Collector:
    def __init__(self, solution: Solution, decimal: str, sure: bool) -> None:
        self.solution, self.decimal, self.sure = solution, decimal, sure
        self.shapes = solution.blueprint.derivation.shapes

    def all(self, chains: Sequence[ReadStatement]) -> list[Answer]:
        by_step: dict[str, list[ReadStatement]] = {}
        for chain in chains:
            if chain.target is not None and (step := chain.target.step) in self.solution.index:
                by_step.setdefault(step, []).append(chain)
        for chain in [chain for chain in chains if chain.target and chain.result]:
            for also in self._said_too(chain):
                if also.target and also.target.step not in by_step:
                    by_step[also.target.step] = [also]
        answers = [self._answer(step, said) for step, said in by_step.items()]
        unmatched = [self._unmatched(chain) for chain in chains if chain.target is None]
        return sorted(filter(None, (*answers, *unmatched)), key=lambda answer: answer.line or 0)

    def _answer(self, step: str, said: list[ReadStatement]) -> Answer | None:
        """The last result for the whole step, else its entries, else a line of numbers or a formula."""
        assert said[0].target is not None
        shape = self.shapes[said[0].target.name]
        whole = [chain for chain in said if chain.target and chain.target.index is None]
        parts = [chain for chain in said if chain.target and chain.target.index is not None]
        entries, one_by_one = _entries(parts, shape), any(chain.last(RESULT) for chain in parts)
        if step in self.solution.problem.marking.formula and (formula := _telling(whole, FORMULA, 0)):
            return replace(self._made(step, *formula, shape), numbers=formula[0].result)
        for kind in (RESULT, UNREADABLE, NUMBERS, FORMULA, MIXED):
            if kind != RESULT and one_by_one:
                break
            if chosen := _telling(whole, kind, prod(shape)):
                return _filled(self._made(step, *chosen, shape), entries)
        return _from_entries(step, parts, Array(shape, tuple(entries))) if one_by_one else None

    def _said_too(self, chain: ReadStatement) -> Iterator[ReadStatement]:
        """A chain as one about each other step that is a member of it: `dL/dz_1 = dL/db_1 = [0.2; 0.4]`."""
        assert chain.target is not None
        results = [part.numbers for part in chain.parts if part.kind == RESULT and part.numbers]
        if any(not _rounds(array, results[-1]) for array in results):
            return
        for part in chain.parts:
            name = part.reading.expr.name if part.reading and isinstance(part.reading.expr, Ref) else None
            target = replace(chain.target, name=name, index=None) if name in self.shapes and name else None
            if target and target.step in self.solution.index and chain.target.index is None:
                yield replace(chain, target=target, left=part.link.text)

    def _made(self, step: str, chain: ReadStatement, part: ReadSide, shape: Shape) -> Answer:
        content, remarks = self._content(part, shape), tuple[Remark, ...]()
        if isinstance(content, Array):
            content, remarks = noticed(content, shape, self.sure, part.link.text, part.link.line)
            if content.shape != shape and orientation_of(content.shape, shape) is Stands.AS_IS:
                content = replace(content, shape=shape)
        if part.unit:
            remarks = (*remarks, Remark("notation", part.link.line, part.unit, "", key=NOT_READ))
        return Answer(step, chain.left, part.link.text, part.link.line, content, remarks, unread=chain.unread,
                      rival=part.rival)  # fmt: skip

    def _content(self, part: ReadSide, shape: Shape = ()) -> Array | Expr | Unreadable:
        if part.reading is None:
            assert part.fault is not None
            return part.fault
        if part.numbers is not None:
            return part.numbers
        cells = sum(len(grid.cells) for grid in part.reading.grids.values())
        short = cells <= MOST_CELLS and formula_of(part.reading, self.shapes, shape)
        if not short or (cells and isinstance(short, Unreadable)):
            return Unreadable(NO_RESULT, "write down the numbers that it gives", 0, len(part.link.text))
        return short

    def _unmatched(self, chain: ReadStatement) -> Answer | None:
        part = chain.last(RESULT)
        return None if part is None else Answer("", chain.left, part.link.text, part.link.line, self._content(part))


def _telling(chains: Sequence[ReadStatement], kind: str, size: int) -> tuple[ReadStatement, ReadSide] | None:
    """The last link of a kind that can be the answer: of results one of the right size, if there is any."""
    found = [(chain, part) for chain in chains if (part := chain.last(kind)) and _can_answer(chain, part)]
    fitting = [(chain, part) for chain, part in found if part.reading and _size(part) == size]
    return max(reversed(fitting or found), key=lambda each: (not each[0].aside, not each[1].fault), default=None)


def _can_answer(chain: ReadStatement, part: ReadSide) -> bool:
    """What cannot be read counts where it is the end of its chain and has digits."""
    return part.kind != UNREADABLE or (part is chain.parts[-1] and bool(re.search(r"\d", part.link.text)))


def _rounds(array: Array, last: Array) -> bool:
    """Whether one result says the same as the last one, or less."""
    pairs = zip(array.entries, last.entries, strict=False)
    return len(array.entries) == len(last.entries) and all(
        a is b or (a and b and standing(a, b.value)) for a, b in pairs
    )


def _size(part: ReadSide) -> int:
    numbers = part.numbers
    return len(numbers.entries) if numbers else 0


def _entries(chains: Sequence[ReadStatement], shape: Shape) -> list[WrittenNumber | None]:
    """The entries that were given one by one, flat."""
    entries: list[WrittenNumber | None] = [None] * prod(shape)
    for chain in chains:
        part = chain.last(RESULT)
        numbers = part.numbers if part else None
        index = chain.target.index if chain.target else None
        if numbers is not None and index is not None and len(numbers.entries) == prod(shape[len(index) :]):
            start = offset(shape, (*index, *[0] * (len(shape) - len(index))))
            entries[start : start + len(numbers.entries)] = numbers.entries
    return entries


def _from_entries(step: str, chains: Sequence[ReadStatement], array: Array) -> Answer:
    last = [chain for chain in chains if chain.last(RESULT)][-1]
    given = "; ".join(w.text for w in array.entries if w)
    part = last.last(RESULT)
    assert part is not None
    unread = next((chain.unread for chain in chains if chain.unread), None)
    return Answer(step, last.left, given, part.link.line, array, unread=unread)


def _filled(answer: Answer, entries: Sequence[WrittenNumber | None]) -> Answer:
    """Entries that the whole leaves out, from those that were given one by one."""
    array = answer.content
    if not isinstance(array, Array) or len(array.entries) != len(entries) or all(array.entries):
        return answer
    filled = tuple(w or e for w, e in zip(array.entries, entries, strict=True))
    return replace(answer, content=replace(array, entries=filled))
