"""Arrays as students write them → numbers with a shape: any brackets, LaTeX matrices, rows on lines, lists of lists.

What separates the entries is told apart from decimal commas: `;`, `|`, `&`, `\\quad`, spaces, a comma before a space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TypeAlias

from flint import fmpq

from derive.answers.reading.cells import (
    ITEMS,
    SEPARATORS,
    CellToken,
    Misread,
    Split,
    as_one,
    at_commas,
    in_pairs,
    tokenize_cells,
)
from derive.answers.reading.numbers import SPACES, read_number
from derive.answers.reading.written import Array, WrittenNumber
from derive.calculus.shapes import normal
from derive.language.expressions import Shape

MAX_NESTING = 8
ROW, COLUMN = "row", "column"

_POWER = rf"10{SPACES}(?:(?:\^|\*\*){SPACES}[{{(]?{SPACES}[-+−]?\d{{1,4}}{SPACES}[)}}]?|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,4}})"
_TIMES = r"(?:\*|[·⋅×∙•∗]|\\cdot(?![A-Za-z])|\\times(?![A-Za-z]))"
_BEFORE = re.compile(rf"{SPACES}({_POWER}){SPACES}{_TIMES}?{SPACES}(?=[\[(]|\\left|\\begin)")
_BEHIND = re.compile(rf"(?<=[\])}}]){SPACES}{_TIMES}?{SPACES}({_POWER}){SPACES}$")

ArrayItem: TypeAlias = "WrittenNumber | Group | None"


@dataclass(slots=True)
class Group:
    """What stands in a pair of brackets: rows of items, and what they were told apart by."""

    opened: CellToken
    rows: list[list[ArrayItem]] = field(default_factory=lambda: [[]])
    separators: set[str] = field(default_factory=set)
    turned: bool = False

    @property
    def listed(self) -> bool:
        """Whether it is LaTeX or a bracket in which commas and semicolons say how it stands."""
        return self.opened.text.endswith(("[", "}"))


@dataclass(frozen=True, slots=True)
class NumberArray:
    """Numbers with the lengths of their axes, and how a list of them stands: as a row, a column, or neither."""

    dims: Shape
    entries: tuple[WrittenNumber | None, ...]
    stands: str = ""

    def transposed(self) -> NumberArray:
        """The transpose; a list with a transpose sign is a column."""
        if len(self.dims) == 1:
            return replace(self, stands=ROW if self.stands == COLUMN else COLUMN)
        rows, columns = self.dims[-2:]
        turned = tuple(self.entries[i * columns + j] for j in range(columns) for i in range(rows))
        return NumberArray((columns, rows), turned) if len(self.dims) == 2 else self

    def fitted(self, shape: Shape | None) -> tuple[Array, str]:
        """The array in the shape that is asked for, if it can be meant; and how it stands where that is wrong."""
        stands = self.stands
        if len(self.dims) == 2 and 1 in self.dims:
            stands = ROW if self.dims[0] == 1 else COLUMN
        long = tuple(n for n in self.dims if n != 1)
        if shape is None or tuple(n for n in shape if n != 1) != long or len(self.dims) > 2 != len(shape) > 2:
            flat_row = len(self.dims) == 1 and stands == ROW
            return Array(normal((1, *self.dims) if flat_row else self.dims), self.entries), ""
        wanted = ROW if len(shape) == 2 else COLUMN
        return Array(shape, self.entries), stands if len(long) == 1 and stands not in {"", wanted} else ""


def read_grid(text: str, decimal: str, shape: Shape | None = None) -> NumberArray:
    """The array of numbers that `text` writes. Raises Misread.

    The shape that is expected decides where commas can be read in two ways: `[1,2]`.
    """
    text, power = _unscaled(text)
    size = None if shape is None else prod(shape)
    grid, fault = _attempt(text, decimal, as_one)
    if "," in text and (grid is None or len(grid.entries) != size):
        for split in (at_commas, in_pairs):
            other, _ = _attempt(text, decimal, split)
            if other and (len(other.entries) == size or grid is None):
                grid = other
            if grid and len(grid.entries) == size:
                break
    if grid is None:
        assert fault
        raise fault
    if len(grid.entries) - 1 == size and len(grid.dims) == 1 and grid.entries[-1] is None:
        grid = replace(grid, dims=(size,), entries=grid.entries[:-1])  # a separator behind the last entry
    return grid if power is None else replace(grid, entries=tuple(w and _scaled(w, power) for w in grid.entries))


def _attempt(text: str, decimal: str, split: Split) -> tuple[NumberArray | None, Misread | None]:
    try:
        return _Builder(tokenize_cells(text, decimal, split)).grid(decimal), None
    except Misread as fault:
        return None, fault


def _unscaled(text: str) -> tuple[str, fmpq | None]:
    """The text without a power of ten before or behind an array (spaces in its place), and that power."""
    match = _BEFORE.match(text) or (_BEHIND.search(text) if "10" in text[-20:] else None)
    number = match and read_number(match[1], ".")
    if not match or not number:
        return text, None
    return text[: match.start()] + " " * len(match.group()) + text[match.end() :], number.value


def _scaled(number: WrittenNumber, power: fmpq) -> WrittenNumber:
    return replace(number, value=number.value * power, unit=number.unit * power)


class _Builder:
    """Puts tokens together: groups of rows of items, then numbers with axes."""

    def __init__(self, tokens: Sequence[CellToken]) -> None:
        self.tokens, self.at = tokens, 0

    def grid(self, decimal: str) -> NumberArray:
        """The one array that the tokens write."""
        whole = self.group(CellToken("open", 0, 0, ""), 0)
        while len(whole.rows) == 1 and len(whole.rows[0]) == 1 and not whole.turned:
            only = whole.rows[0][0]
            if not isinstance(only, Group) or (whole.opened.text.endswith("[") and not only.opened.text.endswith("}")):
                break
            whole = only
        return _grid_of(whole, decimal)

    def group(self, opened: CellToken, depth: int) -> Group:
        """The items up to the bracket that closes the group; the cursor stands behind `opened`."""
        if depth > MAX_NESTING:
            raise Misread("this is nested too deeply", f"at most {MAX_NESTING} levels", opened.start, opened.end)
        group, before = Group(opened), "start"
        while (token := self.tokens[self.at]).kind not in {"close", "end"}:
            self.at += 1
            self._take(token, before, group, depth)
            before = token.kind if token.kind != "open" else "close"
        if (token.kind == "end") != (depth == 0):
            wrong = opened if token.kind == "end" else token
            raise Misread(f"`{wrong.text}` has no counterpart", "close each bracket once", wrong.start, wrong.end)
        self.at += 1
        return _closed(group, before)

    def _take(self, token: CellToken, before: str, group: Group, depth: int) -> None:
        if token.kind in ITEMS:
            if before in ITEMS or before in {"close", "turned"}:
                raise token.stray()
            items = [None] if token.kind == "blank" else token.numbers
            group.rows[-1].extend([self.group(token, depth + 1)] if token.kind == "open" else items)
            group.separators.update({"comma"} if len(token.numbers) > 1 else ())
        elif token.kind == "turned":
            _turn(token, group)
        else:
            if token.kind in SEPARATORS and (before in SEPARATORS or (before == "start" and token.kind != "bar")):
                group.rows[-1].append(None)
            group.separators.add(token.kind)
            if token.kind in {"row", "semicolon", "line"} and not self._in_environment(token, group):
                group.rows.append([])

    @staticmethod
    def _in_environment(token: CellToken, group: Group) -> bool:
        """Whether it is the end of a line inside a LaTeX matrix, which means nothing."""
        return token.kind == "line" and group.opened.text.endswith("}")


def _turn(token: CellToken, group: Group) -> None:
    item = group.rows[-1][-1] if group.rows[-1] else None
    if not isinstance(item, Group):
        raise token.stray()
    item.turned = not item.turned


def _closed(group: Group, before: str) -> Group:
    """The group with what stands behind its last separator: nothing behind `\\\\` and `|`, else an entry left out."""
    if before in {"cell", "comma"} or (before == "semicolon" and len(group.rows[0]) == 1):
        group.rows[-1].append(None)
    if len(group.rows) > 1 and not group.rows[-1]:
        group.rows.pop()
    return group


# --- groups → numbers -----------------------------------------------------------------------------------------------


def _grid_of(group: Group, decimal: str) -> NumberArray:
    rows = [[_number_in(item) for item in row] for row in group.rows]
    if any(isinstance(item, Group) for row in rows for item in row):
        grid = _nested([item for row in rows for item in row], group, decimal)
    else:
        grid = _flat(rows, group, decimal)  # type: ignore[arg-type]
    return grid.transposed() if group.turned else grid


def _number_in(item: ArrayItem) -> ArrayItem:
    """`(-3)` is a number, not an array."""
    while isinstance(item, Group) and item.opened.text.endswith("(") and not item.separators and not item.turned:
        item = item.rows[0][0] if item.rows[0] else None
    return item


def _flat(rows: list[list[WrittenNumber | None]], group: Group, decimal: str) -> NumberArray:
    lengths = [len(row) for row in rows]
    entries = tuple(item for row in rows for item in row)
    if not entries:
        raise Misread("there is no number here", "", group.opened.start, group.opened.end)
    if len(set(lengths)) > 1:
        raise _uneven(lengths, group)
    if len(rows) > 1 and lengths[0] > 1:
        return NumberArray((len(rows), lengths[0]), entries)
    return NumberArray((len(entries),), entries, _stands(group, len(rows) > 1, decimal))


def _stands(group: Group, column: bool, decimal: str) -> str:
    """How a list stands. Between round brackets, or with semicolons where commas are decimal signs, it stands neither
    as a row nor as a column."""
    if not group.listed and not group.separators & {"row", "line", "cell"}:
        return ""
    if column:
        return "" if "semicolon" in group.separators and decimal == "," else COLUMN
    return ROW if group.separators & {"cell", "gap", "space", "comma"} else ""


def _nested(items: list[ArrayItem], group: Group, decimal: str) -> NumberArray:
    """Lists in a list: rows of a matrix, or arrays one behind the other."""
    grids = [_grid_of(item, decimal) for item in items if isinstance(item, Group)]
    if len(grids) < len(items):
        raise Misread("numbers and lists stand side by side", "every row needs brackets of its own",
                      group.opened.start, group.opened.end)  # fmt: skip
    if len({grid.dims for grid in grids}) > 1:
        raise _uneven([len(grid.entries) for grid in grids], group)
    return NumberArray((len(grids), *grids[0].dims), tuple(entry for grid in grids for entry in grid.entries))


def _uneven(lengths: list[int], group: Group) -> Misread:
    shown = ", ".join(map(str, lengths[:10]))
    hint = "every row needs the same number of entries; write ? for one that is left out"
    return Misread(f"the rows have different lengths: {shown}", hint, group.opened.start, group.opened.end)
