"""A line of numbers beside the formula it was put into: which number stands for which quantity, and which are wrong.

Terms meet terms and factors factors, in order or else as they fit best; what the formula names may be written out by
its definition; a number may stand for any part of the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TypeAlias

from derive.answers.bench import Bench
from derive.answers.grids import Grid, Reading
from derive.answers.model import Written
from derive.answers.standing import near, standing
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, number
from derive.language.names import Name
from derive.operations.calculus import instantiate
from derive.operations.rows import MACROS, ROWS
from derive.operations.scalars import Num
from derive.operations.shapes import indices

MAX_DEPTH = 12
MAX_WORK = 4_000
MOST_PERMUTED = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands in a reading: a span, or a cell of an array (-1: the whole array)."""

    span: tuple[int, int] | None
    grid: Name | None = None
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Miss:
    """A number that differs from what it stands for.

    place    where it stands
    written  the number; None for an array whose columns are run together
    target   the part of the formula it stands for, `at` which of its entries (-1: the whole)
    right    the value that belongs there
    """

    place: Place
    written: Written | None
    target: Expr
    at: int
    right: Num


Misses: TypeAlias = list[Miss]
Change: TypeAlias = Callable[[list[Expr], int], Iterator[list[Expr]]]


class Aligner:
    """Aligns the lines of one reading; `work` bounds the search."""

    def __init__(self, bench: Bench, reading: Reading) -> None:
        self.bench, self.reading = bench, reading
        self.work = 0

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
        self.work += 1
        if depth > MAX_DEPTH or self.work > MAX_WORK:
            return None
        if isinstance(written, Number):
            return self._number(written, target)
        grid = self.reading.grid(written)
        if grid is not None:
            return self._grid(grid, written, target, depth)
        if written == target:
            return []
        found = self._structure(written, target, depth)
        if found is not None:
            return found
        return [] if self._equal(written, target) else self._least(written, self._written_out(target), depth)

    def _equal(self, written: Expr, target: Expr) -> bool:
        """Whether a part that is no plain number has the value of the target, to the digits in it."""
        ours = self.bench.value(written, reading=self.reading)
        for own in (True, False):
            theirs = self.bench.value(target, own)
            alike = ours is not None and theirs is not None and len(ours[1]) == len(theirs[1])
            if ours and theirs and alike and all(map(_close, ours[1], theirs[1])):
                return True
        return False

    # --- numbers and arrays ------------------------------------------------------------------------------------------

    def _number(self, written: Number, target: Expr) -> Misses | None:
        values = self.bench.value(target)
        if values is None or len(values[1]) != 1:
            return None
        return self._entries([self.reading.written(written)], [Place(written.span)], target)

    def _grid(self, grid: Grid, written: Expr, target: Expr, depth: int) -> Misses | None:
        assert isinstance(written, Ref)
        values = self.bench.value(target)
        if values is None:
            return None
        if len(grid.cells) != len(values[1]):
            return self._run_together(grid, written.name, target)
        if not grid.literal:
            return self._cells(grid, target, values[0], depth)
        numbers = [self.reading.written(cell) for cell in grid.cells if isinstance(cell, Number)]
        places = [Place(None, written.name, i) for i in range(len(numbers))]
        return self._entries(numbers, places, target)

    def _entries(self, numbers: Sequence[Written], places: Sequence[Place], target: Expr) -> Misses | None:
        own, true = self.bench.value(target), self.bench.value(target, own=False)
        mentions = self.bench.mentioned(target)
        if own is None:
            return None
        misses = []
        for i, (w, place) in enumerate(zip(numbers, places, strict=True)):
            said = [m[i].value for m in mentions if i < len(m) and m[i]]  # type: ignore[union-attr]
            values = [own[1][i], *([true[1][i]] if true else []), *said]
            if not any(stands(w, value) for value in values):
                misses.append(Miss(place, w, target, i, own[1][i]))
        return misses

    def _run_together(self, grid: Grid, name: Name, target: Expr) -> Misses | None:
        """An array whose digits are those of the right numbers without the gaps between them."""
        mentions = [[w.text for w in mention if w] for mention in self.bench.mentioned(target)]
        own = self.bench.value(target)
        texts = "".join(_digits(self.reading.written(cell).text) for cell in grid.cells if isinstance(cell, Number))
        if own is None or not texts or not any(_digits("".join(said)) == texts for said in mentions):
            return None
        return [Miss(Place(grid.span, name, -1), None, target, -1, own[1][0])]

    def _cells(self, grid: Grid, target: Expr, shape: Index, depth: int) -> Misses | None:
        """An array of formulas, cell by cell."""
        misses: Misses = []
        for cell, index in zip(grid.cells, indices(shape), strict=True):
            found = self.align(cell, self.bench.entry(target, index), depth + 1)
            if found is None:
                return None
            misses += found
        return misses

    # --- structure ---------------------------------------------------------------------------------------------------

    def _structure(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        if not isinstance(written, Apply):
            return None
        if written.op == "negate" and not _is_product(written):
            return self.align(written.args[0], _negated(target), depth + 1)
        if not isinstance(target, Apply):
            return None
        if _is_sum(written) and _is_sum(target):
            ours, theirs = terms(written), terms(target)
            found = self._lists(ours, theirs, depth, self._smaller) if len(ours) <= len(theirs) else None
            return self._lists(ours, self._terms(target), depth, self._smaller) if found is None else found
        if _is_product(written) and _is_product(target):
            return self._lists(factors(written), factors(target), depth, self._merged)
        if _is_product(written) and not _is_sum(target):
            return self._lists(factors(written), [target], depth, self._merged)
        if written.op == target.op and len(written.args) == len(target.args):
            return self._in_order(written.args, target.args, depth)
        return None

    def _terms(self, target: Expr) -> list[Expr]:
        """The terms of a target; of a scalar one those of its matrix products too."""
        value = self.bench.value(target)
        return terms(self.bench.entry(target, ()) if value and not value[0] else target)

    def _lists(self, ours: list[Expr], theirs: list[Expr], depth: int, change: Change) -> Misses | None:
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
        kept = [part for part in parts if not self._is_zero(part)]
        if len(kept) == size:
            yield kept
        elif len(kept) > size:
            yield from _grouped(kept, size, "add")

    def _is_zero(self, part: Expr) -> bool:
        value = self.bench.value(part)
        return value is not None and all(bool(x == 0) for x in value[1])

    def _merged(self, parts: list[Expr], size: int) -> Iterator[list[Expr]]:
        """Factors with those that are 1 left out, or with neighbours multiplied."""
        values = [self.bench.value(part) for part in parts]
        kept = [p for p, v in zip(parts, values, strict=True) if not (v and all(bool(x == 1) for x in v[1]))]
        if len(kept) == size:
            yield kept
        elif len(kept) > size:
            yield from _grouped(kept, size, "product")

    def _longer(self, parts: list[Expr], size: int) -> Iterator[list[Expr]]:
        """A part written out by its definition, so that there are as many as were written."""
        for i, part in enumerate(parts):
            for expr in self._written_out(part):
                for split in (factors, terms):
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
        if isinstance(target, Ref | Entry) and (expr := self.bench.defined(target.name)) is not None:
            yield expr if isinstance(target, Ref) else self.bench.entry(expr, target.index)
        if not isinstance(target, Apply):
            return
        row = ROWS.get(target.op) or MACROS.get(target.op)
        definition = getattr(row, "definition", "") if row else ""
        if row and definition:
            yield instantiate(row, definition, target.args, target.options, target)
        if target.op == "power" and target.args[1] == number(2):
            yield Apply("product", (target.args[0], target.args[0]))
        if target.op == "transpose":
            yield target.args[0]


def stands(w: Written, value: Num) -> bool:
    """Whether a number in a line may stand for a value: rounded or cut, or off by one in its last of several places."""
    return standing(w, value) is not None or (w.digits > 1 and near(w, value))


def _close(a: Num, b: Num) -> bool:
    """Whether two values agree to about three digits."""
    return bool(abs(a - b) <= abs(b) / 500)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _is_sum(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op in {"add", "subtract"}


def _is_product(expr: Expr) -> bool:
    if isinstance(expr, Apply) and expr.op == "negate":
        return _is_product(expr.args[0])
    if isinstance(expr, Apply) and expr.op == "divide":
        return isinstance(expr.args[1], Number) and expr.args[1].value != 0
    return isinstance(expr, Apply) and expr.op in {"product", "times"}


def terms(expr: Expr) -> list[Expr]:
    """The terms of a sum, a minus inside them."""
    if not isinstance(expr, Apply) or expr.op not in {"add", "subtract"}:
        return [expr]
    last = expr.args[1] if expr.op == "add" else _negated(expr.args[1])
    return [*terms(expr.args[0]), last]


def _negated(expr: Expr) -> Expr:
    if isinstance(expr, Apply) and expr.op == "negate":
        return expr.args[0]
    return Apply("negate", (expr,))


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product, a minus before the first."""
    if not isinstance(expr, Apply):
        return [expr]
    if expr.op == "negate" and _is_product(expr):
        first, *others = factors(expr.args[0])
        return [_negated(first), *others]
    if expr.op == "divide" and _is_product(expr) and isinstance(below := expr.args[1], Number):
        return [*factors(expr.args[0]), Number(1 / below.value)]
    if expr.op not in {"product", "times"}:
        return [expr]
    return [*factors(expr.args[0]), *factors(expr.args[1])]


def _grouped(parts: list[Expr], size: int, op: str) -> Iterator[list[Expr]]:
    """Every way to join neighbours so that `size` parts are left, up to a bound."""
    if len(parts) > 2 * MOST_PERMUTED:
        return
    for cuts in combinations(range(1, len(parts)), size - 1):
        edges = [0, *cuts, len(parts)]
        yield [_joined(parts[a:b], op) for a, b in pairwise(edges)]


def _joined(parts: list[Expr], op: str) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = Apply(op, (result, part))
    return result

