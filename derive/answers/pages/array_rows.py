"""Rows of an array that stand on lines of their own → the array in brackets, behind its left side.

W =        z = | 3,9 |          The rows may stand below a left side, or each line has bars or brackets of its own,
1 2            | 12  |          the left side beside one of them.
3 4            | 7   |
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from derive.answers.pages.snippet import Snippet

MAX_ROWS, MAX_LENGTH = 200, 1_000
_NUMBER = (
    r"[-+−–]?(?:\d[\d.,]*+(?:/\d++)?+|[.,]\d++)"
    r"(?:[eE]\d++|\s?[eE][-+−–]\d++|\s?(?:[·⋅×*]|\\cdot|\\times)\s?10(?:\^\{?[-+−–]?\d++\}?|[⁻⁺]?[⁰¹²³⁴-⁹]++))?+"
)
_APART = r"(?:\s*[|&]\s*|\s+)"
_ROW = re.compile(rf"(?P<open>[\[(|]?)\s*(?P<row>{_NUMBER}(?:{_APART}{_NUMBER})*+)\s*(?P<close>[\])|]?)")
_EACH = re.compile(_NUMBER)
_LAST = re.compile(r"(?:=|≈|\\approx|<-|←)([^=≈←]*)$")
_WRAPPED = {"[]", "()", "||"}


class NumberRow(NamedTuple):
    """A row: its numbers as they stand, how many they are, and the brackets around them."""

    text: str
    length: int
    brackets: str


def gathered(cut: Sequence[Snippet]) -> Iterator[Snippet]:
    """The pieces with the rows of arrays put together."""
    at, above = 0, list[Snippet]()
    while at < len(cut):
        piece, row = cut[at], _row(cut[at].text)
        at += 1
        if row and row.brackets and (not above or _is_below(above[-1], piece)):
            above.append(piece)
            continue
        opened = None if piece.inline else _LAST.search(piece.text, max(0, len(piece.text) - MAX_LENGTH))
        first = _row(opened[1].strip()) if opened else None
        held = [r for each in above if (r := _row(each.text))] if _fits(first, above, piece) else []
        yield from () if held else above
        above_lines, above = above if held else [], []
        below = _below(cut, at, first) if opened and (first or not opened[1].strip()) else []
        at += len(below)
        rows = [*held, *([first] if first else []), *(row for row, _ in below)]
        whole = opened and (held or below) and len({row.length for row in rows}) == 1
        lines = (*(each.line for each in above_lines), *(each.line for _, each in below))
        yield _array(piece, opened, rows, below, lines) if whole and opened else piece
    yield from above


def _fits(first: NumberRow | None, above: Sequence[Snippet], piece: Snippet) -> bool:
    """Whether rows that stand above are those of the row that a left side has beside it."""
    rows = [_row(each.text) for each in above]
    return bool(first and rows and _is_below(above[-1], piece) and all(r and r[1:] == first[1:] for r in rows))


def _below(cut: Sequence[Snippet], at: int, beside: NumberRow | None) -> list[tuple[NumberRow, Snippet]]:
    """The rows below a left side, each in the line after the one before, all alike; none for a number alone."""
    found: list[tuple[NumberRow, Snippet]] = []
    first = beside
    for before, piece in zip(cut[at - 1 : at + MAX_ROWS], cut[at : at + MAX_ROWS], strict=False):
        row = None if piece.inline else _row(piece.text)
        if row is None or (first and row[1:] != first[1:]) or (first and not _is_below(before, piece)):
            break
        found.append((row, piece))
        first = first or row
    alone = not beside and len(found) == 1 and (found[0][0].length == 1 or found[0][0].brackets)
    return [] if alone else found


def _array(
    piece: Snippet,
    opened: re.Match[str],
    rows: Sequence[NumberRow],
    below: Sequence[tuple[NumberRow, Snippet]],
    lines: tuple[int, ...],
) -> Snippet:
    """A left side with its rows in one pair of brackets; one row without brackets stands for a list, row or column."""
    gap = "\n" * (below[0][1].line - piece.line) if below and not opened[1].strip() else " "
    if len(rows) == 1 and not rows[0].brackets and rows[0].length > 1:
        array = f"({'; '.join(_EACH.findall(rows[0].text))})"
    else:
        array = "[" + "\n".join(row.text for row in rows) + "]"
    return Snippet(f"{piece.text[: opened.start(1)]}{gap}{array}", piece.line, rows=lines)


def _row(text: str) -> NumberRow | None:
    """A line that is a row of numbers: several beside each other, or in bars or brackets, or one alone."""
    if len(text) > MAX_LENGTH or (match := _ROW.fullmatch(text)) is None:
        return None
    brackets = match["open"] + match["close"]
    if brackets and brackets not in _WRAPPED:
        return None
    return NumberRow(match["row"], len(_EACH.findall(match["row"])), brackets)


def _is_below(above: Snippet, piece: Snippet) -> bool:
    return piece.line == above.line + above.text.count("\n") + 1
