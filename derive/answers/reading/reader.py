"""The one reader: a text in an answer file, a cell, a form field or free working → what it says.

One text has one meaning everywhere. Text is never evaluated; lengths, nesting, digits and exponents are bounded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod

from derive.answers.names.letters import silenced
from derive.answers.names.lexicon import Lexicon
from derive.answers.reading.arrays import MAX_CELLS, CellArray, array_of, is_list
from derive.answers.reading.cells import CellGroup, CommaUse, as_one, at_commas, cells_of, in_pairs
from derive.answers.reading.formula_parser import FormulaParser
from derive.answers.reading.grids import Reading
from derive.answers.reading.program_arrays import plain_arrays
from derive.answers.reading.written import Array
from derive.calculus.applications import misapplied, with_settings
from derive.calculus.kernels import ShapeFault
from derive.calculus.operation_rows import ROWS
from derive.calculus.shapes import as_matrix, indices
from derive.language.expressions import Apply, Expr, Number, Ref, Shape, walk
from derive.language.names import Name
from derive.language.tokens import TextError

MAX_TEXT = 6_000
LEAST_ENTRIES, MORE = 400, 4
_BRACKET = re.compile(r"[\s$]*(?:\[|\\left|\\begin)")
_OPENING = re.compile(r"\s*[\[({\\|⎡⎛]")
_SLASHED = re.compile(r"[^/|;()\[\]]*\d\s+/\s+[^/|;()\[\]]*\d(?:\s+/\s+[^/|;()\[\]]*\d)*\s*")
_LETTER_FOR_TIMES = re.compile(r"(?<=\d)(\s+)[xX](?=\s+[\[(][^A-Za-z]*[\])]['′]?\s*$)")
_DECIMALS = re.compile(r"\d,\d++[ \t]+[-+−–]?\d++,\d|(?<![\d,])0,\d{4}")
"""Commas that part no numbers: others are parted by spaces, or too many digits follow a 0."""
_SLICE = re.compile(
    r"[\s{]*\\underbrace\{(?P<inner>[^_]*?)\}_\{\[(?P<at>\d{1,3}(?:,\d{1,3}){0,5}),:,:\]\}"
    r"(?:[\s}]|\\q?quad|\\allowbreak)*"
)


def read_side(text: str, lexicon: Lexicon, decimal: str, asked: Shape | None = None) -> Reading:
    """What a text says. Raises TextError.

    `decimal` and the shape that is asked for (None where nothing says which) decide where commas can be read in two
    ways: `[1,2]` is two numbers where two are asked.
    """
    if len(text) > MAX_TEXT:
        raise TextError(f"this has {len(text)} characters", f"at most {MAX_TEXT} are read")
    plain = plain_arrays(silenced(text))
    if asked and prod(asked) - 1 == plain.count("/") and _SLASHED.fullmatch(plain):
        plain = plain.replace("/", ";")  # `3.9 / 12.1 / 20.3`
    if " x " in plain or " X " in plain:
        plain = _LETTER_FOR_TIMES.sub(r"\1·", plain)  # `10^-6 x (1.5 4.6)`
    fault, found = None, None
    for sign, commas in _uses_of_commas(plain, decimal):
        try:
            reading = _read(Reading(plain, sign, commas), lexicon, asked)
        except TextError as wrong:
            fault = fault or wrong.anew()
            continue
        if asked is None or _has_size(reading, prod(asked)):
            return reading
        found = found or reading
    if found is None:
        assert fault is not None
        raise fault.anew()
    return found


def _uses_of_commas(text: str, decimal: str) -> Iterator[tuple[str, CommaUse]]:
    """Decimal signs with what other commas do, the most likely first."""
    if decimal == "," or "," not in text:
        yield decimal, as_one
    if "," in text and not (decimal == "," and _DECIMALS.search(text)):
        yield ".", at_commas
    if "," in text and decimal == ".":
        yield ".", as_one
        yield ",", as_one
    if "," in text:
        yield ",", in_pairs


def _has_size(reading: Reading, size: int) -> bool:
    """Whether it can be so many entries; nothing says how many a formula gives."""
    grid = reading.grid(reading.expr)
    return len(grid.cells) == size if grid else size == 1 or not isinstance(reading.expr, Number)


def _read(reading: Reading, lexicon: Lexicon, asked: Shape | None) -> Reading:
    """The text of a reading as a number, an array of numbers, or a formula."""
    text = reading.text
    plain = reading.literal(0, len(text)) or _array(reading, asked) or _slices(reading)
    reading.expr = plain or FormulaParser(reading, lexicon).whole()
    if not plain:
        _check(reading.expr, lexicon.shapes, text)
    return reading


# --- arrays of numbers -----------------------------------------------------------------------------------------------


def _array(reading: Reading, asked: Shape | None) -> Ref | None:
    """An array of numbers that the whole text is: in brackets, or bare where several are asked; else None."""
    array = array_in(reading.text, reading.decimal, reading.commas, asked)
    return reading.array(array, (0, len(reading.text))) if array and array.numbers else None


def plain_array(text: str, asked: Shape | None, decimal: str) -> Array | None:
    """The fast path for an array of numbers that can be read in one way: it needs no expressions. Raises TextError."""
    if "," in text or len(text) > MAX_TEXT or _BRACKET.match(text) is None:
        return None
    array = array_in(plain_arrays(silenced(text)), decimal, as_one, asked)
    return array.numbers if array else None


def array_in(text: str, decimal: str, commas: CommaUse, asked: Shape | None) -> CellArray | None:
    """The array that a whole text is, None for anything else. Raises TextError."""
    if not asked and _OPENING.match(text) is None:
        return None  # without brackets it would be one number
    group = cells_of(text, decimal, commas)
    if group is None or not _is_array(group, text, asked) or _is_product(group, decimal):
        return None
    array = array_of(group, decimal)
    size = None if asked is None else prod(asked)
    if len(array.cells) - 1 == size and len(array.dims) == 1 and array.cells[-1].content is None:
        return replace(array, dims=(size,), cells=array.cells[:-1])  # a separator behind the last entry
    return array


def _is_array(group: CellGroup, text: str, asked: Shape | None) -> bool:
    only = group.only
    if only is None or not isinstance(only.content, CellGroup):
        return bool(asked) and sum(map(len, group.rows)) > 1
    inner = only.content
    while inner.opened == "{" and inner.only and isinstance(inner.only.content, CellGroup):
        inner = inner.only.content
    size = sum(map(len, inner.rows))
    return inner.opened not in {"(", "{"} or is_list(inner, text) or (asked is not None and prod(asked) == size > 1)


def _is_product(group: CellGroup, decimal: str) -> bool:
    """Whether nothing but spaces part arrays that are no rows of a matrix: `[[1, 2], [3, 4]] [5; 6]`, or an array and a
    number behind it.
    """
    cells = [cell for row in group.rows for cell in row]
    arrays = [cell.content for cell in cells if isinstance(cell.content, CellGroup) and cell.content.fault is None]
    if group.opened or not arrays or len(cells) < 2 or not group.separators <= {"space", "gap"}:
        return False
    rows = {(array.dims, array.stands) for array in (array_of(inner, decimal) for inner in arrays)}
    return len(arrays) < len(cells) or len(rows) > 1 or any(len(dims) > 1 for dims, _ in rows)


def _slices(reading: Reading) -> Ref | None:
    """An array of more axes, written slice by slice: each a matrix with `[1,:,:]` under it, in their order."""
    text = reading.text
    found = list(_SLICE.finditer(text)) if r"\underbrace" in text else []
    if not found or "".join(match.group() for match in found) != text:
        return None
    inner = [_slice(reading, match) for match in found]
    places = [tuple(map(int, match["at"].split(","))) for match in found]
    leading = tuple(map(max, zip(*places, strict=True))) if len({*map(len, places)}) == 1 else ()
    whole = [tuple(i + 1 for i in index) for index in indices(leading)] if prod(leading) <= MAX_CELLS else []
    shapes = {as_matrix(array.shape) for array in inner if array}
    if places != whole or None in inner or len(shapes) != 1:
        return None
    cells = tuple(cell for array in inner if array for cell in array.cells)
    return reading.array(CellArray((*leading, *shapes.pop()), cells), (0, len(text)))


def _slice(reading: Reading, match: re.Match[str]) -> CellArray | None:
    """The matrix of a slice, its cells where they stand in the text."""
    start, end = match.span("inner")
    array = array_in(" " * start + reading.text[start:end], reading.decimal, reading.commas, None)
    return array if array and array.numbers else None


# --- bounds ----------------------------------------------------------------------------------------------------------


def _check(expr: Expr, shapes: Mapping[Name, Shape], text: str) -> None:
    """Every operation exists and has as many arguments, and the settings, that it takes. Raises TextError."""
    applied = [node for node in walk(expr) if isinstance(node, Apply)]
    if any(node.options or misapplied(node) for node in applied):
        expr = with_settings(expr)
        for node in walk(expr):
            if isinstance(node, Apply) and (wrong := misapplied(node)):
                raise TextError(*wrong, *(node.span or (0, len(text))))
        _extent(expr, shapes, text)


def _extent(expr: Expr, shapes: Mapping[Name, Shape], text: str) -> Shape | None:
    """The shape of an expression, None where it has none here. Raises TextError for an array far beyond the problem's:
    a padding or a size could ask for any.
    """
    if not isinstance(expr, Apply):
        return shapes.get(expr.name) if isinstance(expr, Ref) else ()
    inner = [_extent(arg, shapes, text) for arg in expr.args]
    known = tuple(shape for shape in inner if shape is not None)
    if expr.op not in ROWS or len(known) < len(inner):
        return None
    try:
        shape = ROWS[expr.op].shape(known, expr.options)
    except (ShapeFault, ValueError, IndexError, KeyError):
        return None
    most = LEAST_ENTRIES + MORE * max(map(prod, shapes.values()), default=0)
    if prod(shape) > most:
        raise TextError(f"this would have {prod(shape)} entries", f"at most {most} are worked out", 0, len(text))
    return shape
