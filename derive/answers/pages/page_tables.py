"""Tables in a piece of work → statements: a line `step = value` for each row of steps and their values, and for each
sample, in a row, `z^{(3)} = value` under a head `z^{(i)}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from derive.answers.files.columns import LEFT, RIGHT
from derive.answers.pages.separators import NEXT

_RULE = re.compile(r"^[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*+$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_RELATION = re.compile(r"[=≈]|\\approx")
_BEGINS = re.compile(r"[\s$]*(?:[=≈]|\\approx)")
_STATES = re.compile(rf"(?!{_BEGINS.pattern})[^=≈+*·⊙−]*?[^\W\d_][^=≈+*·⊙−]*?(?:[=≈]|\\approx)")
MAX_COLUMNS = 50
EACH = "(i)"


def tables_read(text: str) -> str:
    """A text with the rows of its tables as statements; the lines stay as many as they are."""
    if "|" not in text or "-" not in text or not _RULE.search(text):
        return text
    lines = text.split("\n")
    at = 1
    while at < len(lines):
        if "|" in lines[at - 1] and _RULE.match(lines[at]) and (row := _reader(head := _cells(lines[at - 1]))):
            lines[at - 1] = NEXT.join(filter(_RELATION.search, head))
            lines[at] = ""
            at += 1
            while at < len(lines) and "|" in lines[at]:
                lines[at] = row(_cells(lines[at]))
                at += 1
        at += 1
    return "\n".join(lines)


def _cells(line: str) -> list[str]:
    """The cells of a row, without the bars at its ends."""
    return [cell.strip().replace(r"\vert", "|") for cell in _BAR.split(line.strip().strip("|"), MAX_COLUMNS)]


def _reader(head: Sequence[str]) -> Callable[[Sequence[str]], str] | None:
    """What makes statements of the cells of a row; None for a table of something else."""
    if any(EACH in cell for cell in head[1:]):
        return partial(_sample, head)
    pair = _pair(head)
    return pair and partial(_row, pair)


def _pair(head: Sequence[str]) -> tuple[int, int] | None:
    """In which columns the steps and their values stand: of two, in these; of more, where the head says so."""
    words = [cell.strip("*_` ").lower() for cell in head]
    left = next((i for i, word in enumerate(words) if word in LEFT), None)
    right = next((i for i, word in enumerate(words) if word in RIGHT), None)
    if left is not None and right is not None:
        return left, right
    return (0, 1) if len(head) == 2 else None


def _sample(head: Sequence[str], cells: Sequence[str]) -> str:
    """The row of a sample, whose number stands in front, as statements; none where dots stand for several."""
    if not cells[0].isdecimal():
        return ""
    names = (name.replace(EACH, f"({cells[0]})") for name in head[1:])
    stated = (f"{name.strip('$')} = {value.strip('$')}" for name, value in zip(names, cells[1:], strict=False) if value)
    return NEXT.join(f"${statement}$" for statement in stated)


def _row(pair: tuple[int, int], cells: Sequence[str]) -> str:
    """A row as a statement; cells that state something themselves stay alone."""
    left, right = pair
    if len(cells) <= max(left, right):
        return ""
    stated = NEXT.join(cell for cell in cells if _STATES.match(cell))
    if stated or _RELATION.search(cells[left]):
        return stated or cells[left]
    return f"{cells[left]} {'' if _BEGINS.match(cells[right]) else '= '}{cells[right]}"
