"""Matrices drawn over several lines, in high brackets, → the same matrices in one line each.

    ⎡3,9⎤
z = ⎢ 12⎥  is read as  `z = [3,9; 12]`, on the line where the `=` stands; a label under a matrix goes behind it.
    ⎣  7⎦
"""

import re
import unicodedata
from typing import NamedTuple

_DRAWN = frozenset("⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠")
_TOPS = {"⎡": ("⎢", "⎣", "⎤"), "⎛": ("⎜", "⎝", "⎞"), "[": ("", "[", "]")}
_CELLS = re.compile(r"\s{2,}")
_SIDE = r"[^\W\d_]{2,12}+ \d{1,4}+(?: [^\W\d_]{1,6}+ \d{1,4}+)?"
"""A part of a matrix in words: `columns 1 to 6`, `row 3`."""

_SIDES = rf"{_SIDE}(?:, {_SIDE})?"
_LABELS = re.compile(
    rf"^[ \t]*+(?:(?:\[(?=[\d,]*+:)[\d:,]*+\][ \t]*+)++|(?<=[ \t]){_SIDES}(?:[ \t]++{_SIDES})*+[ \t]*+)$", re.MULTILINE
)
_LABEL = re.compile(rf"\[(?=[\d,]*:)[\d:]{{1,12}}(?:,[\d:]{{1,12}}){{0,5}}\]|(?P<words>{_SIDES})")
_ENDS_OPEN = re.compile(r"[-+−*·⊙/=(]\s*$")
_STARTS_OPEN = re.compile(r"\s*[-+−*·⊙/]\s")
MAX_ROWS, MAX_DRAWN = 200, 200


class DrawnMatrix(NamedTuple):
    """A matrix in the lines of a text: its rows of cells, the columns that it takes, and the line it stands in."""

    rows: list[str]
    first: int
    end: int
    base: int


def undrawn(text: str) -> str:
    """A text with every drawn matrix in one line; the lines stay as many as they are."""
    if _DRAWN.isdisjoint(text) and not _LABELS.search(text):
        return text
    lines = text.split("\n")
    labels = [_LABELS.match(line) is not None for line in lines] + [False]
    drawn = [labels[i + 1] or not _DRAWN.isdisjoint(line) for i, line in enumerate(lines)]
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and end - at < MAX_ROWS and drawn[end]:
            end += 1
        if end > at:
            _flatten(lines, at, end + labels[end])
        at = max(end, at + 1)
    return "\n".join(lines)


def _flatten(lines: list[str], start: int, end: int) -> None:
    """Put the matrices of some lines into the lines where they stand."""
    grid = [_columns(line) for line in lines[start:end]]
    corners = [(i, j) for i, cells in enumerate(grid) for j, sign in enumerate(cells) if sign in _TOPS]
    found: list[tuple[DrawnMatrix, str]] = []
    for row, column in corners[:MAX_DRAWN]:
        if (last := _bottom(grid, row, column)) is not None:
            label = _label(grid, last + 1, column)
            closing = grid[row].index(_TOPS[grid[row][column]][2], column)
            if label or last > row:
                found.append((_taken(grid, row, last, column, closing), label))
    for drawing, label in sorted(found, key=lambda each: each[0].first, reverse=True):
        matrix = f"[{'; '.join(drawing.rows)}]"
        matrix = rf"\underbrace{{{matrix}}}_{{{label}}}" if label else matrix
        grid[drawing.base][drawing.first : drawing.end] = [matrix]
    lines[start:end] = ["".join(cells) for cells in grid]


def _bottom(grid: list[list[str]], row: int, column: int) -> int | None:
    """The last row of the matrix whose upper left corner stands here; None if it is none."""
    if grid[row][column] not in _TOPS:  # it was part of another one
        return None
    middle, last, closing = _TOPS[grid[row][column]]
    if closing not in grid[row][column:]:
        return None
    below = row + (last != "[")
    while middle and _at(grid, below, column) == middle:
        below += 1
    return below if _at(grid, below, column) == last else None


def _taken(grid: list[list[str]], row: int, last: int, column: int, closing: int) -> DrawnMatrix:
    """A matrix from its corners, spaces in its place."""
    rows = ["".join(cells[column + 1 : closing]) for cells in grid[row : last + 1]]
    for cells in grid[row : last + 1]:
        cells[column : closing + 1] = [" "] * (closing + 1 - column)
    return DrawnMatrix(_parted(rows), column, closing + 1, (row + last) // 2)


def _label(grid: list[list[str]], row: int, column: int) -> str:
    """The label in the line under a matrix, taken out of it."""
    below = "".join(grid[row][column:]) if row < len(grid) else ""
    match = _LABEL.match(below)
    if match is None:
        return ""
    grid[row][column : column + match.end()] = [" "] * match.end()
    return rf"\text{{{match.group()}}}" if match["words"] else match.group()


def _at(grid: list[list[str]], row: int, column: int) -> str:
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""


def _columns(line: str) -> list[str]:
    """What stands in each column: a combining mark belongs to the letter before it."""
    columns: list[str] = []
    for char in line:
        if columns and unicodedata.combining(char):
            columns[-1] += char
        else:
            columns.append(char)
    return columns


def _parted(texts: list[str]) -> list[str]:
    """The rows of a matrix, their cells parted by `&` where two spaces or more stand between them."""
    rows = [_CELLS.split(text.strip()) for text in _whole(texts)]
    even = len({len(row) for row in rows}) == 1
    return [(" & " if even else " ").join(row) for row in rows]


def _whole(texts: list[str]) -> list[str]:
    """The rows with those joined that go on in the next line: behind an operator, or in an open bracket."""
    rows: list[str] = []
    for text in texts:
        if rows and (
            _ENDS_OPEN.search(rows[-1]) or _STARTS_OPEN.match(text) or rows[-1].count("(") > rows[-1].count(")")
        ):
            rows[-1] = f"{rows[-1].rstrip()} {text.strip()}"
        else:
            rows.append(text)
    return rows
