"""What a link is read as: an expression whose numbers keep their places, and the arrays in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from flint import fmpq

from derive.answers.reading.arrays import CellArray
from derive.answers.reading.cells import CommaUse, WrittenCell, as_one
from derive.answers.reading.numbers import read_number
from derive.answers.reading.written import COLUMN, EXACT_DIGITS, ROW, WrittenNumber
from derive.calculus.scalars import MINUS_INFINITY, Num, is_minus_infinity
from derive.calculus.shapes import as_matrix, normal
from derive.language.expressions import Expr, Number, Ref, Shape, Span
from derive.language.names import Name, Symbol
from derive.language.numbers import constant_text

BLANK = "□"
UNFILLED = Ref(Symbol("blank", helper=1))
"""What a blank is read as that nobody has filled in."""
_NOTHING = Number(Fraction(0))
_BEGINNINGS = frozenset("0123456789+-−.,\\¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")


@dataclass(frozen=True, slots=True)
class WrittenArray:
    """An array as it was written: its cells row by row, and how a list stands: as a row, a column, or neither."""

    shape: Shape
    cells: tuple[Expr, ...]
    span: Span
    stands: str = ""

    @property
    def literal(self) -> bool:
        """Whether every cell is a number."""
        return all(isinstance(cell, Number) for cell in self.cells)

    def turned(self) -> WrittenArray:
        """The transpose."""
        rows, columns = as_matrix(self.shape)
        cells = tuple(self.cells[i * columns + j] for j in range(columns) for i in range(rows))
        stands = {ROW: COLUMN, COLUMN: ROW}.get(self.stands, "")
        return replace(self, shape=normal((columns, rows)), cells=cells, stands=stands)


@dataclass(slots=True)
class Reading:
    """What was read of a text: the expression, the arrays in it by the names that stand for them, the numbers by their
    places; `decimal` is its decimal sign, `commas` what other commas between digits do.
    """

    text: str
    decimal: str
    commas: CommaUse = as_one
    expr: Expr = _NOTHING
    grids: dict[Name, WrittenArray] = field(default_factory=dict)
    numbers: dict[Span | None, WrittenNumber] = field(default_factory=dict)

    def grid(self, expr: Expr) -> WrittenArray | None:
        """The array that an expression is."""
        return self.grids.get(expr.name) if isinstance(expr, Ref) else None

    def upright(self) -> Reading:
        """The same with columns for lists in one line; without arrays where there is none."""
        lists = {name: grid for name, grid in self.grids.items() if len(grid.shape) == 2 and grid.shape[0] == 1}
        turned = {name: replace(grid, shape=grid.shape[1:]) for name, grid in lists.items()}
        return replace(self, grids=self.grids | turned if lists else {})

    def kept(self, grid: WrittenArray) -> Ref:
        """An array under a name of its own."""
        name = Symbol("array", subscript=(len(self.grids) + 1,), helper=1)
        self.grids[name] = grid
        return Ref(name)

    def number(self, written: WrittenNumber, start: int, end: int) -> Number:
        """A number at its place."""
        span = start, end
        self.numbers[span] = written
        value, unit = _fraction(written.value), _fraction(written.unit)
        return Number(value, 0 < unit.numerator < unit.denominator, span, unit)

    def written(self, number: Number) -> WrittenNumber:
        """A number with its length, as it stands in the text; one that was worked out from others is exact."""
        if (written := self.numbers.get(number.span)) is not None:
            return written
        exact = fmpq(number.value.numerator, number.value.denominator)
        return WrittenNumber(exact, fmpq(0), EXACT_DIGITS, constant_text(number.value))

    def literal(self, start: int, end: int) -> Number | Ref | None:
        """The plain number (or blank) between two positions, or None: what most cells are needs no grammar."""
        text = self.text[start:end]
        if text.strip() == BLANK:
            return UNFILLED
        written = read_number(text, self.decimal) if text[:40].strip(" \n(")[:1] in _BEGINNINGS else None
        if written is None:
            return None
        start += len(text) - len(text.lstrip())
        return self.number(written, start, start + len(text.strip()))

    def array(self, array: CellArray, span: Span, formula: Callable[[int, int], Expr] | None = None) -> Ref:
        """An array under a name of its own; `formula` reads the cells that are formulas."""
        cells = tuple(self._cell(cell, formula) for cell in array.cells)
        return self.kept(WrittenArray(array.shape, cells, span, array.stands))

    def _cell(self, cell: WrittenCell, formula: Callable[[int, int], Expr] | None) -> Expr:
        if isinstance(cell.content, WrittenNumber):
            return self.number(cell.content, cell.start, cell.end)
        if cell.content is None or formula is None:
            return UNFILLED
        return formula(cell.start, cell.end)


def _fraction(x: Num) -> Fraction:
    return MINUS_INFINITY if is_minus_infinity(x) else _quotient(int(x.p), int(x.q))


@lru_cache(maxsize=1_000)
def _quotient(top: int, bottom: int) -> Fraction:
    return Fraction(top, bottom)
