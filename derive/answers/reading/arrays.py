"""Cells → an array with a shape: lists of lists, LaTeX matrices, rows on lines, a list with a transpose sign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from derive.answers.reading.cells import CellGroup, WrittenCell
from derive.answers.reading.numbers import read_number
from derive.answers.reading.written import COLUMN, ROW, Array, WrittenNumber
from derive.calculus.shapes import normal
from derive.language.expressions import Shape
from derive.language.tokens import TextError

MAX_CELLS = 2_000

Cells: TypeAlias = tuple[WrittenCell, ...]


@dataclass(frozen=True, slots=True)
class CellArray:
    """Cells with the lengths of their axes; a list has one.

    stands  how a list is meant: as a row, a column, or neither
    level   whether a list stands in one line
    """

    dims: Shape
    cells: Cells
    stands: str = ""
    level: bool = False

    @property
    def shape(self) -> Shape:
        """Its shape as it stands."""
        return normal((1, *self.dims) if self.level else self.dims)

    @property
    def numbers(self) -> Array | None:
        """The numbers that it is; None where formulas are among its cells."""
        if any(cell.is_formula for cell in self.cells):
            return None
        entries = tuple(cell.content for cell in self.cells)
        return Array(self.shape, entries, self.stands)  # type: ignore[arg-type]

    def transposed(self) -> CellArray:
        """The transpose; a list with a transpose sign is a column."""
        if len(self.dims) == 1:
            return replace(self, stands=ROW if self.stands == COLUMN else COLUMN, level=not self.level)
        if len(self.dims) > 2:
            return self
        rows, columns = self.dims
        turned = tuple(self.cells[i * columns + j] for j in range(columns) for i in range(rows))
        return CellArray((columns, rows), turned, {ROW: COLUMN, COLUMN: ROW}.get(self.stands, ""))


def array_of(group: CellGroup, decimal: str) -> CellArray:
    """The array that a group is. Raises TextError where it is none."""
    if group.fault is not None:
        raise group.fault.anew()
    cells = [cell for row in group.rows for cell in row]
    if len(cells) > MAX_CELLS:
        raise TextError("the array is too large", f"at most {MAX_CELLS} entries are read", group.start, group.end)
    if not cells:
        raise TextError("there is no number here", "", group.start, group.start + 1)
    if len(cells) == 1 and isinstance(inner := cells[0].content, CellGroup) and _is_frame(group, inner):
        array = array_of(inner, decimal)
    elif any(isinstance(cell.content, CellGroup) for cell in cells):
        array = _nested(cells, group, decimal)
    else:
        array = _flat(group, tuple(cells), decimal)
    return array.transposed() if group.turned else array


def _is_frame(group: CellGroup, inner: CellGroup) -> bool:
    """Whether a bracket only stands around an array: `[[1; 2]]` is a list of a list."""
    return group.opened != "[" or inner.environment


def _flat(group: CellGroup, cells: Cells, decimal: str) -> CellArray:
    lengths = [len(row) for row in group.rows]
    if len(set(lengths)) > 1:
        raise _uneven(lengths, group)
    if len(lengths) > 1 and lengths[0] > 1:
        return CellArray((len(lengths), lengths[0]), cells)
    return CellArray((len(cells),), cells, _stands(group, decimal), level=len(lengths) == 1)


def _stands(group: CellGroup, decimal: str) -> str:
    """How a list stands. Between round brackets, or with semicolons where commas are decimal signs, it stands neither
    as a row nor as a column."""
    column = len(group.rows) > 1
    if not group.opened.endswith(("[", "}")) and not group.separators & {"row", "line", "cell"}:
        return ""
    if column:
        return "" if "semicolon" in group.separators and decimal == "," else COLUMN
    return ROW if group.separators & {"cell", "gap", "space", "comma"} else ""


def _nested(cells: list[WrittenCell], group: CellGroup, decimal: str) -> CellArray:
    """Lists in a list: rows of a matrix, or arrays one behind the other."""
    inner = [array_of(cell.content, decimal) for cell in cells if isinstance(cell.content, CellGroup)]
    if len(inner) < len(cells):
        raise TextError("numbers and lists stand side by side", "every row needs brackets of its own",
                        group.start, group.start + 1)  # fmt: skip
    if len({array.dims for array in inner}) > 1:
        raise _uneven([len(array.cells) for array in inner], group)
    dims = (len(inner), *inner[0].dims)
    stands = "" if len(dims) != 2 or prod(dims) == 1 else ROW if dims[0] == 1 else COLUMN if dims[1] == 1 else ""
    return CellArray(dims, tuple(cell for array in inner for cell in array.cells), stands)


def _uneven(lengths: list[int], group: CellGroup) -> TextError:
    shown = ", ".join(map(str, lengths[:10]))
    hint = "every row needs the same number of entries; write ? for one that is left out"
    return TextError(f"the rows have different lengths: {shown}", hint, group.start, group.start + 1)


def fitted(array: Array, shape: Shape | None) -> tuple[Array, str]:
    """The array in the shape that is asked for, if it can be meant; and how it stands where that is wrong."""
    long = tuple(n for n in array.shape if n != 1)
    if shape is None or tuple(n for n in shape if n != 1) != long or len(array.shape) > 2 != len(shape) > 2:
        return array, ""
    wanted = ROW if len(shape) == 2 else COLUMN
    fit = array if array.shape == shape else replace(array, shape=shape)
    return fit, array.stands if len(long) == 1 and array.stands not in {"", wanted} else ""


def is_list(group: CellGroup, text: str) -> bool:
    """Whether what stands in round brackets is a list: signs between its cells, or nothing but spaces.

    `(3 -2)` is a difference, `(1 000)` one number in groups, and `(|x| + 1)` a formula.
    """
    cells = [cell for row in group.rows for cell in row]
    signs = group.separators - {"space"}
    if len(cells) < 2 or (signs <= {"bar"} and any(cell.is_formula for cell in cells)):
        return False
    if signs or any(isinstance(cell.content, CellGroup) for cell in cells):
        return True
    unsigned = any(isinstance(w := cell.content, WrittenNumber) and w.text[0].isdigit() for cell in cells[1:])
    return unsigned and read_number(text[group.start + 1 : group.end - 1], ".") is None
