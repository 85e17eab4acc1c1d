"""Matrices by columns, or from a list of numbers: R's `matrix(c(…), nrow = 2)`, `rbind`, `cbind`, Maple's `<<…>|<…>>`;
Typst's `mat(1, 2; 3, 4)` and `vec(1, 2)`.

Every change keeps the length of the text and its line breaks.
"""

import re
from collections.abc import Sequence

_LIST = r"c\s*\(([^()]*)\)"
_MATRIX = re.compile(rf"(?<![\w.])matrix\s*\(\s*(?:data\s*=\s*)?{_LIST}(?P<told>(?:\s*,[^(),]*)*)\)")
_BARE = r"c\s*\([^()]*\)"
_BOUND = re.compile(rf"(?<![\w.])(?P<by>[rc])bind\s*\(\s*(?P<lists>{_BARE}(?:\s*,\s*{_BARE})*)\s*\)")
_EACH = re.compile(_LIST)
_COLUMNS = re.compile(r"<\s*(?P<columns><[^<>|]*>(?:\s*\|\s*<[^<>|]*>)+)\s*>")
_ROWS = re.compile(r"<\s*(?P<rows><[^<>,]*\|[^<>,]*>(?:\s*,\s*<[^<>,]*>)+)\s*>")
_COLUMN_OR_ROW = re.compile(r"<([^<>]*)>")
_COLUMN = re.compile(r"<([^<>|]*)>")
_TYPST = re.compile(
    r"(?<![\w.\\])(?P<kind>mat|vec)\((?P<told>(?:\s*(?:delim|gap|align)\s*:\s*(?:\"[^\"\n]{0,3}\"|[#\w]{1,9})\s*,)*)"
    r"(?P<cells>(?:[^()\n]|\([^()\n]*\))*)\)"
)
_COMMA, _COMMA_BETWEEN = re.compile(","), re.compile(r",(?=\s)")
_SIGNS = re.compile(r"matrix\s*\(|[rc]bind\s*\(|<\s*<|(?:mat|vec)\(")
_WORDS = ("matrix", "bind", "<", "mat(", "vec(")
MAX_NUMBERS = 2_000


def matrix_calls_read(text: str) -> str:
    """A text with such matrices in brackets, row by row."""
    if not any(word in text for word in _WORDS) or _SIGNS.search(text) is None:
        return text
    text = _MATRIX.sub(_filled, text)
    text = _BOUND.sub(_bound, text)
    return _ROWS.sub(_row_by_row, _COLUMNS.sub(_columns, _TYPST.sub(_typeset, text)))


def _filled(match: re.Match[str]) -> str:
    """R fills a matrix column by column unless it is told otherwise."""
    numbers, told = _numbers(match[1]), _told(match["told"])
    if not told or not 0 < len(numbers) <= MAX_NUMBERS:
        return match.group()
    given_rows, given_columns = (int(told[key]) if told.get(key, "").isdecimal() else 0 for key in ("nrow", "ncol"))
    rows = given_rows or len(numbers) // max(1, given_columns)
    columns = given_columns or len(numbers) // max(1, rows)
    if rows * columns != len(numbers):
        return match.group()
    if told.get("byrow", "F").startswith("T"):
        return _rows([numbers[i * columns : (i + 1) * columns] for i in range(rows)], match.group())
    return _rows([numbers[i::rows] for i in range(rows)], match.group())


def _typeset(match: re.Match[str]) -> str:
    """Cells parted by commas, rows by semicolons, a vector a column; a comma between digits may be a decimal one."""
    cells, sign = match["cells"], ";" if match["kind"] == "vec" else "&"
    between = _COMMA_BETWEEN if _COMMA_BETWEEN.search(cells) else _COMMA
    cells = between.sub(sign, cells)
    return f"{' ' * (match.start('cells') - match.start() - 1)}[{cells}]"


def _told(text: str) -> dict[str, str]:
    """What a call is told, by name or by place."""
    places, told = iter(("nrow", "ncol", "byrow")), dict[str, str]()
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, named, setting = part.partition("=")
        name = key.strip() if named else next(places, "")
        told[name] = (setting if named else key).strip()
    return told


def _bound(match: re.Match[str]) -> str:
    lists = [_numbers(inner) for inner in _EACH.findall(match["lists"])]
    return _either(lists, match["by"] == "c", match.group())


def _columns(match: re.Match[str]) -> str:
    return _either([_numbers(inner) for inner in _COLUMN.findall(match["columns"])], True, match.group())


def _row_by_row(match: re.Match[str]) -> str:
    rows = [[number.strip() for number in inner.split("|")] for inner in _COLUMN_OR_ROW.findall(match["rows"])]
    return _either(rows, False, match.group())


def _either(lists: Sequence[Sequence[str]], by_columns: bool, written: str) -> str:
    """Lists as the rows of a matrix, or as its columns."""
    if len({*map(len, lists)}) != 1:
        return written
    return _rows([*zip(*lists, strict=True)] if by_columns else lists, written)


def _rows(rows: Sequence[Sequence[str]], written: str) -> str:
    """A matrix in brackets, as long as what was written for it."""
    text = "[" + ";".join(map(",".join, rows)) + "]"
    breaks = written.count("\n")
    return text.ljust(len(written) - breaks) + "\n" * breaks if len(text) <= len(written) - breaks else written


def _numbers(inner: str) -> list[str]:
    return [number.strip() for number in inner.split(",")]
