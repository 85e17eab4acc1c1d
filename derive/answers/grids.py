"""What a link is read as: an expression whose numbers keep their places, and the arrays in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from flint import fmpq

from derive.answers.model import EXACT_DIGITS, Written
from derive.language.expressions import Expr, Number, Ref, Shape, Span
from derive.language.names import Name, Symbol
from derive.operations.shapes import as_matrix, normal

MAX_CELLS = 2_000


@dataclass(frozen=True, slots=True)
class Grid:
    """An array as it was written: its cells row by row, and whether it stands as one row."""

    shape: Shape
    cells: tuple[Expr, ...]
    span: Span

    @property
    def literal(self) -> bool:
        """Whether every cell is a number."""
        return all(isinstance(cell, Number) for cell in self.cells)

    def turned(self) -> Grid:
        """The transpose."""
        rows, columns = as_matrix(self.shape)
        cells = tuple(self.cells[i * columns + j] for j in range(columns) for i in range(rows))
        return replace(self, shape=normal((columns, rows)), cells=cells)


@dataclass(slots=True)
class Reading:
    """What was read of a text: the expression, the arrays in it by the names that stand for them."""

    text: str
    expr: Expr
    grids: dict[Name, Grid] = field(default_factory=dict)
    numbers: dict[Span | None, Written] = field(default_factory=dict)

    def grid(self, expr: Expr) -> Grid | None:
        """The array that an expression is."""
        return self.grids.get(expr.name) if isinstance(expr, Ref) else None

    def kept(self, grid: Grid) -> Ref:
        """An array under a name of its own."""
        name = Symbol("array", subscript=(len(self.grids) + 1,), helper=1)
        self.grids[name] = grid
        return Ref(name)

    def written(self, number: Number) -> Written:
        """A number with its length, as it stands in the text."""
        found = self.numbers.get(number.span)
        if found is None:
            start, end = number.span or (0, 0)
            found = self.numbers[number.span] = written_number(number, self.text[start:end].strip())
        return found


def written_number(number: Number, text: str) -> Written:
    """A number with the digits and the last place of its text."""
    value = fmpq(number.value.numerator, number.value.denominator)
    digits = re.match(r"[-+−\s({]*(\d*)[.,]?(\d*)", text)
    if digits is None or not any(digits.groups()):
        return Written(value, fmpq(0), EXACT_DIGITS, text)
    whole, broken = digits.groups()
    mantissa = fmpq(int(whole + broken), 10 ** len(broken))
    power = abs(value) / mantissa if mantissa != 0 else fmpq(1)
    return Written(value, power / 10 ** len(broken), max(1, len((whole + broken).lstrip("0"))), text)


# --- plain numbers and arrays of them -------------------------------------------------------------------------------

_LITERAL = re.compile(
    r"\s*(?P<sign>[-−]?)(?P<number>\d{1,300}(?:\.\d{0,300})?)"
    r"(?:\s*(?:\\cdot|[·*⋅])\s*10\^(?P<open>\{)?\s*(?P<power>[-−]?\d{1,3})\s*(?(open)\}))?\s*"
)
_PLAIN = re.compile(r"\s*(?:\\begin\{[bp]matrix\}([^\[\]()]*)\\end\{[bp]matrix\}|\[([^\[\]()]*)\])\s*")


def number_in(text: str, start: int, end: int) -> Number | None:
    """The plain number between two positions, or None: what most cells are needs no grammar."""
    match = _LITERAL.fullmatch(text, start, end)
    if match is None:
        return None
    value = Fraction(match["number"]) * Fraction(10) ** int((match["power"] or "0").replace("−", "-"))
    inside = match.group()
    first = match.start() + len(inside) - len(inside.lstrip())
    return Number(-value if match["sign"] else value, span=(first, match.start() + len(inside.rstrip())))


def plain_array(text: str, reading: Reading) -> Expr | None:
    """An array of plain numbers, or None."""
    match = _PLAIN.fullmatch(text)
    if match is None or r"\begin" in (inner := match.group(1) or match.group(2) or ""):
        return None
    first = match.start(1 if match.group(1) is not None else 2)
    rows = [[number_in(text, first + a, first + b) for a, b in row] for row in cells_of(inner)]
    cells = tuple(cell for row in rows for cell in row if cell is not None)
    if len({len(row) for row in rows}) != 1 or len(cells) != sum(map(len, rows)) or len(cells) > MAX_CELLS:
        return None
    return reading.kept(Grid(normal((len(rows), len(rows[0]))), cells, (0, len(text))))


# --- cells ----------------------------------------------------------------------------------------------------------

_NESTED = re.compile(r"\\begin|\\end|[\[\](){}]")
_ROW = re.compile(r"\\\\|;")
_LINE = re.compile(r"\n+")
_CELL = re.compile(r"&|,|\\q?quad|\|")
_GAP = re.compile(r"(?<=[\d}\])⁰¹²³⁴-⁹])(?:\s|\\[,;:! ])+(?=[-+−]?[\d.])")


def cells_of(text: str) -> list[list[Span]]:
    """Where the cells of an array stand, row by row."""
    depths = _depths(text)
    rows = _split(text, (0, len(text)), _ROW, depths)
    if len(rows) == 1 and "\n" in text.strip():
        rows = _split(text, (0, len(text)), _LINE, depths)
    separated = [_split(text, row, _CELL, depths) for row in rows]
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
