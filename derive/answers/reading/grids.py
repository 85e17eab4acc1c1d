"""What a link is read as: an expression whose numbers keep their places, and the arrays in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod

from flint import fmpq

from derive.answers.reading.numbers import masked, read_number
from derive.answers.reading.written import EXACT_DIGITS, WrittenNumber
from derive.calculus.shapes import as_matrix, indices, normal
from derive.language.expressions import Expr, Number, Ref, Shape, Span
from derive.language.names import Name, Symbol
from derive.language.numbers import constant_text

MAX_CELLS = 2_000
BLANK = "□"
UNFILLED = Ref(Symbol("blank", helper=1))
"""What a blank is read as that nobody has filled in."""
_NOTHING = Number(Fraction(0))
_BEGINNINGS = frozenset("0123456789+-−.,\\")
_SLICE = re.compile(
    r"[\s{]*\\underbrace\{(?P<inner>[^_]*?)\}_\{\[(?P<at>\d{1,3}(?:,\d{1,3}){0,5}),:,:\]\}"
    r"(?:[\s}]|\\q?quad|\\allowbreak)*"
)
_PLAIN = re.compile(r"\s*(?:\\begin\{[bp]matrix\}([^\[\]()]*)\\end\{[bp]matrix\}|\[([^\[\]()]*)\])\s*")


@dataclass(frozen=True, slots=True)
class WrittenArray:
    """An array as it was written: its cells row by row, and whether it stands as one row."""

    shape: Shape
    cells: tuple[Expr, ...]
    span: Span

    @property
    def literal(self) -> bool:
        """Whether every cell is a number."""
        return all(isinstance(cell, Number) for cell in self.cells)

    def turned(self) -> WrittenArray:
        """The transpose."""
        rows, columns = as_matrix(self.shape)
        cells = tuple(self.cells[i * columns + j] for j in range(columns) for i in range(rows))
        return replace(self, shape=normal((columns, rows)), cells=cells)


@dataclass(slots=True)
class Reading:
    """What was read of a text: the expression, the arrays in it by the names that stand for them, the numbers by their
    places; `decimal` is its decimal sign.
    """

    text: str
    decimal: str
    expr: Expr = _NOTHING
    grids: dict[Name, WrittenArray] = field(default_factory=dict)
    numbers: dict[Span | None, WrittenNumber] = field(default_factory=dict)

    def grid(self, expr: Expr) -> WrittenArray | None:
        """The array that an expression is."""
        return self.grids.get(expr.name) if isinstance(expr, Ref) else None

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

    def literals(self) -> Expr | None:
        """An array of plain numbers that the whole text is, or None."""
        grid = self._plain(0, len(self.text)) or self._slices()
        return self.kept(grid) if grid else None

    def _plain(self, start: int, end: int) -> WrittenArray | None:
        """The array of plain numbers between two positions."""
        match = _PLAIN.fullmatch(self.text, start, end)
        if match is None or r"\begin" in (inner := match.group(1) or match.group(2) or ""):
            return None
        first = match.start(1 if match.group(1) is not None else 2)
        rows = [[self.literal(first + a, first + b) for a, b in row] for row in cells_of(inner, self.decimal)]
        cells = tuple(cell for row in rows for cell in row if cell is not None)
        if len({len(row) for row in rows}) != 1 or len(cells) != sum(map(len, rows)) or len(cells) > MAX_CELLS:
            return None
        return WrittenArray(normal((len(rows), len(rows[0]))), cells, (start, end))

    def _slices(self) -> WrittenArray | None:
        """An array of more axes, written slice by slice: each a matrix with `[1,:,:]` under it, in their order."""
        found = list(_SLICE.finditer(self.text)) if r"\underbrace" in self.text else []
        if not found or "".join(match.group() for match in found) != self.text:
            return None
        grids = [self._plain(*match.span("inner")) for match in found]
        places = [tuple(map(int, match["at"].split(","))) for match in found]
        leading = tuple(map(max, zip(*places, strict=True))) if len({*map(len, places)}) == 1 else ()
        whole = [tuple(i + 1 for i in index) for index in indices(leading)] if prod(leading) <= MAX_CELLS else []
        shapes = {as_matrix(grid.shape) for grid in grids if grid}
        if places != whole or None in grids or len(shapes) != 1:
            return None
        cells = tuple(cell for grid in grids if grid for cell in grid.cells)
        return WrittenArray((*leading, *shapes.pop()), cells, (0, len(self.text)))


def _fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


# --- cells ----------------------------------------------------------------------------------------------------------

_NESTED = re.compile(r"\\begin|\\end|[\[\](){}]")
_ROW = re.compile(r"\\\\|;")
_LINE = re.compile(r"\n+")
_CELL = re.compile(r"&|,|\\q?quad|\|")
_GAP = re.compile(r"(?<=[\d}\])□])(?:\s|\\[,;:! ])+(?=[-+−]?[\d.□])")


def cells_of(text: str, decimal: str) -> list[list[Span]]:
    """Where the cells of an array stand, row by row."""
    text = masked(text, decimal)
    depths = _depths(text)
    rows = _split(text, (0, len(text)), _ROW, depths)
    if len(rows) == 1 and "\n" in text.strip():
        rows = _split(text, (0, len(text)), _LINE, depths)
    separated = [_split(text, row, _CELL, depths) for row in rows] if _CELL.search(text) else []
    if any(len(row) > 1 for row in separated):
        return separated
    return [_split(text, row, _GAP, depths) for row in rows]


def _split(text: str, span: Span, separator: re.Pattern[str], depths: list[int]) -> list[Span]:
    """The parts between separators that stand outside of brackets, without empty ones."""
    parts, at = [], span[0]
    for match in separator.finditer(text, *span):
        if depths[match.start()] == 0:
            parts.append((at, match.start()))
            at = match.end()
    parts.append((at, span[1]))
    return [(a, b) for a, b in parts if text[a:b].replace(r"\hline", "").strip()] or [span]


def _depths(text: str) -> list[int]:
    """How deep each position lies in brackets."""
    depths, depth, at = [0] * (len(text) + 1), 0, 0
    for match in _NESTED.finditer(text):
        depths[at : match.start() + 1] = [depth] * (match.start() + 1 - at)
        depth += 1 if match.group() in {r"\begin", "[", "(", "{"} else -1
        at = match.start() + 1
    depths[at:] = [depth] * (len(depths) - at)
    return depths
