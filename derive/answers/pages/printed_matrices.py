"""Matrices as programs print them, with heads over their columns or rows, or in blocks of columns → their rows alone.

     [,1] [,2]           Columns 1 through 2:         3×2 Matrix{Float64}:
[1,]  3.9  7.0           3.9  7.0                      3.9  7.0
"""

import re

_OVER = re.compile(r"^[ \t]*(?:\[,\d{1,4}\][ \t]*)+$")
_BESIDE = re.compile(
    r"(?<=[=≈:])[ \t]*(?:(?:\[,\d{1,4}\][ \t]*)+"
    r"|\d{1,6}(?:[×x]\d{1,6}|-element)[ \t]+\w*(?:Array|Vector|Matrix)\b[^\n=]*:[ \t]*)$"
    r"|(?<=[=≈:])[ \t]*\[1\](?=[ \t]+[-+\d.])",
    re.MULTILINE,
)
"""A head behind the relation: `z = 3×2 Matrix{Float64}:`."""
_BEFORE = re.compile(r"^[ \t]*\[\d{1,4},\][ \t]+")
_SIZE = re.compile(
    r"^[ \t]*\d{1,6}(?:[×x]\d{1,6}|-element)[ \t]+(?:[Aa]djoint|[Tt]ranspose)?\(?(?:::)?"
    r"\w*(?:Array|Vector|Matrix)\b.*:[ \t]*$"
)
_COLUMNS = re.compile(
    r"^[ \t]*Columns?[ \t]+(?P<first>\d{1,4})(?:[ \t]+(?:through|to|and|-)[ \t]+\d{1,4})?[ \t]*:?[ \t]*$", re.IGNORECASE
)
_NUMBERS = re.compile(r"^[-+\d.eEiInNfFaA \t]+$")
_ANY = re.compile(r"\[,?1\]|element|Array|Vector|Matrix|[Cc]olumn")


def headed_read(text: str) -> str:
    """A text without the heads of such matrices; the lines stay as many as they are."""
    if _ANY.search(text) is None:
        return text
    lines = _BESIDE.sub("", text).split("\n")
    for i, line in enumerate(lines):
        if _OVER.match(line) or _SIZE.match(line):
            lines[i] = ""
        elif before := _BEFORE.match(line):
            lines[i] = line[before.end() :]
    return "\n".join(_side_by_side(lines))


def _side_by_side(lines: list[str]) -> list[str]:
    """Blocks of columns put beside the first one."""
    rows: list[int] = []
    at, place = 0, -1
    while at < len(lines):
        if head := _COLUMNS.match(lines[at]):
            rows = rows if int(head["first"]) > 1 else []
            place, lines[at] = 0, ""
        elif lines[at].strip() and place >= 0 and _NUMBERS.match(lines[at]):
            if place < len(rows):
                lines[rows[place]] += f"  {lines[at].strip()}"
                lines[at] = ""
            else:
                rows.append(at)
            place += 1
        elif lines[at].strip():
            rows, place = [], -1
        at += 1
    return lines
