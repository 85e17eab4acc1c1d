"""Tables of steps and their values in a piece of work → a line `step = value` for each of their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.answers.columns import LEFT, RIGHT
from derive.answers.marks import NEXT

_RULE = re.compile(r"^[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*+$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_RELATION = re.compile(r"[=≈]|\\approx")
MAX_COLUMNS = 50


def tables_read(text: str) -> str:
    """A text with the rows of its tables as statements; the lines stay as many as they are."""
    if "|" not in text or "-" not in text or not _RULE.search(text):
        return text
    lines = text.split("\n")
    at = 1
    while at < len(lines):
        if "|" in lines[at - 1] and _RULE.match(lines[at]) and (pair := _pair(head := _cells(lines[at - 1]))):
            lines[at - 1] = NEXT.join(filter(_RELATION.search, head))
            lines[at] = ""
            at += 1
            while at < len(lines) and "|" in lines[at]:
                lines[at] = _row(_cells(lines[at]), *pair)
                at += 1
        at += 1
    return "\n".join(lines)


def _cells(line: str) -> list[str]:
    """The cells of a row, without the bars at its ends."""
    return [cell.strip() for cell in _BAR.split(line.strip().strip("|"), MAX_COLUMNS)]


def _pair(head: Sequence[str]) -> tuple[int, int] | None:
    """In which columns the steps and their values stand: of two, in these; of more, where the head says so."""
    words = [cell.strip("*_` ").lower() for cell in head]
    left = next((i for i, word in enumerate(words) if word in LEFT), None)
    right = next((i for i, word in enumerate(words) if word in RIGHT), None)
    if left is not None and right is not None:
        return left, right
    return (0, 1) if len(head) == 2 else None


def _row(cells: Sequence[str], left: int, right: int) -> str:
    """A row as a statement; cells that state something themselves stay alone."""
    if len(cells) <= max(left, right):
        return ""
    return NEXT.join(filter(_RELATION.search, cells)) or f"{cells[left]} = {cells[right]}"
