"""A line of numbers beside the formula it was put into: which number stands for which quantity, and which are wrong.

Terms meet terms and factors factors, in order or else as they fit best; what the formula names may be written out by
its definition; a number may stand for any part of the formula.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from flint import fmpq

from derive.answers.marking.evaluator import Evaluator, same
from derive.answers.pages.reading_budget import Budget
from derive.answers.reading.grids import Reading, WrittenArray
from derive.answers.substitutions.literals import OMITTED, SIGN, Literals, Miss, Misses, NumberPlace
from derive.answers.substitutions.terms import factors, grouped, is_product, is_sum, minus, opposite, terms_of_sum
from derive.calculus.differentiation import instantiate
from derive.calculus.operation_rows import MACROS, ROWS
from derive.calculus.scalars import Num
from derive.calculus.shapes import indices
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, number

MAX_DEPTH = 12
MOST_PERMUTED = 6


Rewriting: TypeAlias = Callable[[list[Expr], int], Iterator[list[Expr]]]


class Aligner(Literals):
    """Aligns the lines of one reading, as far as the budget goes.

    What was aligned is kept by the identity of what was written: equal numbers stand in several places.
    """

    def __init__(self, evaluator: Evaluator, reading: Reading, budget: Budget) -> None:
        super().__init__(evaluator, reading)
        self.budget = budget
        self.aligned: dict[tuple[int, Expr], tuple[Expr, Misses | None]] = {}

    def best(self, targets: Sequence[Expr]) -> Misses | None:
        """The alignment with the fewest misses to any of the targets; None if the line fits none."""
        return self._least(self.reading.expr, targets, 0)

    def _least(self, written: Expr, targets: Iterator[Expr] | Sequence[Expr], depth: int) -> Misses | None:
        found: Misses | None = None
        for target in targets:
            misses = self.align(written, target, depth + 1)
            if misses is not None and (found is None or len(misses) < len(found)):
                found = misses
            if found is not None and len(found) < 2:
                break
        return found

    def align(self, written: Expr, target: Expr, depth: int = 0) -> Misses | None:
        """The numbers in `written` that differ from what they stand for in `target`; None if the two are not alike."""
        key = id(written), target
        known = self.aligned.get(key)
        if known is None:
            known = self.aligned[key] = written, self._aligned(written, target, depth)
        return known[1]

    def _aligned(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        if depth > MAX_DEPTH or not self.budget.compares():
            return None
        if isinstance(written, Number):
            return self.number(written, target)
        grid = self.reading.grid(written)
        if grid is not None:
            return self._grid(grid, written, target, depth)
        if written == target:
            return []
        found = self._structure(written, target, depth)
        if found is None:
            found = self._least(written, self._written_out(target), depth)
        return [] if found is None and self._equal(written, target) else found

    def _equal(self, written: Expr, target: Expr) -> bool:
        """Whether a part that is no plain number has the value of the target, however its numbers were rounded."""
        ours = self.evaluator.value(written, reading=self.reading)
        for own in (True, False):
            theirs = self.evaluator.value(target, own)
            alike = ours is not None and theirs is not None and len(ours[1]) == len(theirs[1])
            if ours and theirs and alike and all(map(_close, ours[1], theirs[1])):
                spread = self.evaluator.spread(written, self.reading)
                if spread is not None and all(map(same, spread[1], theirs[1])):
                    return True
        return False

    # --- arrays ------------------------------------------------------------------------------------------------------

    def _grid(self, grid: WrittenArray, written: Expr, target: Expr, depth: int) -> Misses | None:
        assert isinstance(written, Ref)
        values = self.evaluator.value(target)
        if values is None:
            return None
        if len(grid.cells) != len(values[1]):
            return self.run_together(grid, written.name, target)
        if not grid.literal:
            return self._cells(grid, target, values[0], depth)
        numbers = [self.reading.written(cell) for cell in grid.cells if isinstance(cell, Number)]
        return self.entries(numbers, written.name, target)

    def _cells(self, grid: WrittenArray, target: Expr, shape: Index, depth: int) -> Misses | None:
        """An array of formulas, cell by cell."""
        misses: Misses = []
        for cell, index in zip(grid.cells, indices(shape), strict=True):
            found = self.align(cell, self.evaluator.entry(target, index), depth + 1)
            if found is None:
                return None
            misses += found
        return misses

    # --- structure ---------------------------------------------------------------------------------------------------

    def _structure(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        if not isinstance(written, Apply):
            return None
        if written.op == "negate" and not is_product(written):
            return self.align(written.args[0], minus(target), depth + 1)
        if not isinstance(target, Apply):
            return None
        if is_sum(written) and is_sum(target):
            ours, theirs = terms_of_sum(written), terms_of_sum(target)
            found = self._lists(ours, theirs, depth, self._smaller) if len(ours) <= len(theirs) else None
            return self._lists(ours, self._terms(target), depth, self._smaller) if found is None else found
        if is_product(written) and is_product(target):
            return self._lists(factors(written), factors(target), depth, self._merged)
        if is_product(written) and not is_sum(target):
            return self._lists(factors(written), [target], depth, self._merged)
        if written.op == target.op and len(written.args) == len(target.args):
            return self._in_order(written.args, target.args, depth)
        return None

    def _terms(self, target: Expr) -> list[Expr]:
        """The terms of a target; of a scalar one those of its matrix products too."""
        value = self.evaluator.value(target)
        return terms_of_sum(self.evaluator.entry(target, ()) if value and not value[0] else target)

    def _lists(self, ours: list[Expr], theirs: list[Expr], depth: int, change: Rewriting) -> Misses | None:
        """Parts beside parts; where their numbers differ, parts of the target are merged, left out or written out."""
        if len(ours) == len(theirs):
            return self._in_order(ours, theirs, depth) if len(ours) == 1 else self._permuted(ours, theirs, depth)
        found: Misses | None = None
        changed = change(theirs, len(ours)) if len(ours) < len(theirs) else self._longer(theirs, len(ours))
        for parts in changed:
            misses = self._permuted(ours, parts, depth)
            if misses is not None and (found is None or len(misses) < len(found)):
                found = misses
            if found == []:
                break
        return found

    def _smaller(self, parts: list[Expr], size: int) -> Iterator[list[Expr]]:
        """Terms without those that are 0, or with neighbours added up."""
        return self._fewer(parts, size, 0, "add")

    def _fewer(self, parts: list[Expr], size: int, neutral: int, op: str) -> Iterator[list[Expr]]:
        kept = [part for part in parts if not self._is_all(part, neutral)]
        if len(kept) == size:
            yield kept
        elif len(kept) > size:
            yield from grouped(kept, size, op)

    def _is_all(self, part: Expr, number: int) -> bool:
        """Whether every entry of a part is a number."""
        value = self.evaluator.value(part)
        return value is not None and all(bool(x == number) for x in value[1])

    def _merged(self, parts: list[Expr], size: int) -> Iterator[list[Expr]]:
        """Factors with those that are 1 left out, or with neighbours multiplied."""
        return self._fewer(parts, size, 1, "product")

    def _longer(self, parts: list[Expr], size: int) -> Iterator[list[Expr]]:
        """A part written out by its definition, so that there are as many as were written."""
        for i, part in enumerate(parts):
            for expr in self._written_out(part):
                for split in (factors, terms_of_sum):
                    new = [*parts[:i], *split(expr), *parts[i + 1 :]]
                    if len(new) == size:
                        yield new
                    elif len(parts) < len(new) < size and len(new) < MOST_PERMUTED:
                        yield from self._longer(new, size)

    def _in_order(self, ours: Sequence[Expr], theirs: Sequence[Expr], depth: int) -> Misses | None:
        misses: Misses = []
        for written, target in zip(ours, theirs, strict=True):
            found = self.align(written, target, depth + 1)
            if found is None:
                return None
            misses += found
        return misses

    def _permuted(self, ours: Sequence[Expr], theirs: Sequence[Expr], depth: int) -> Misses | None:
        """In order, or each part with the one it equals and the others in order."""
        found = self._in_order(ours, theirs, depth)
        if (found is not None and 2 * len(found) <= len(ours)) or len(ours) > MOST_PERMUTED:
            return found
        left = list(theirs)
        order: list[Expr | None] = []
        for written in ours:
            hit = next((part for part in left if self.align(written, part, depth + 1) == []), None)
            order.append(hit)
            if hit is not None:
                left.remove(hit)
        other = self._in_order(ours, [part if part is not None else left.pop(0) for part in order], depth)
        return other if found is None or (other is not None and len(other) < len(found)) else found

    # --- definitions -------------------------------------------------------------------------------------------------

    def _written_out(self, target: Expr) -> Iterator[Expr]:
        """What a name or a function may be written out as."""
        if isinstance(target, Ref | Entry) and (expr := self.evaluator.defined(target.name)) is not None:
            yield expr if isinstance(target, Ref) else self.evaluator.entry(expr, target.index)
        if not isinstance(target, Apply):
            return
        yield from definitions(target)
        if target.op == "power" and target.args[1] == number(2):
            yield Apply("product", (target.args[0], target.args[0]))
        if target.op == "transpose":
            yield target.args[0]


class Lenient(Aligner):
    """Aligns what a plain aligner finds not alike: a part with its opposite, a sum with one that has a term more."""

    def _aligned(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        found = super()._aligned(written, target, depth)
        if found is None and isinstance(written, Apply) and super()._aligned(written, opposite(target), depth) == []:
            part = written.args[0] if written.op == "negate" else written
            span = part.span if isinstance(part, Apply) else None
            return [Miss(NumberPlace(span), None, target, -1, fmpq(0), SIGN)] if span else None
        return found

    def _structure(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        found = super()._structure(written, target, depth)
        if found == [] or not is_sum(target) or isinstance(written, Number):
            return found
        return self._without_one(written, target, depth) or found

    def _without_one(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        """The one term of a sum without which it is what was written."""
        ours = terms_of_sum(written)
        for theirs in (terms_of_sum(target), self._terms(target)):
            kept = [part for part in theirs if not self._is_all(part, 0)]
            for i, part in enumerate(kept) if len(kept) == len(ours) + 1 else ():
                if self._permuted(ours, kept[:i] + kept[i + 1 :], depth) == []:
                    return [Miss(NumberPlace(None), None, part, -1, fmpq(0), OMITTED)]
        return None


def definitions(target: Apply) -> Iterator[Expr]:
    """A function written out by its definition, if it has one."""
    row = ROWS.get(target.op) or MACROS.get(target.op)
    definition = getattr(row, "definition", "") if row else ""
    if row and definition:
        yield instantiate(row, definition, target.args, target.options, target)


def _close(a: Num, b: Num) -> bool:
    """Whether two values agree to about three digits."""
    return bool(abs(a - b) <= abs(b) / 500)
