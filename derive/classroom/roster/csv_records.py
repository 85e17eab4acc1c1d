"""The records of a CSV, read as a stream. A cell in quotes may go over lines; a quote that is not closed spoils its own
line, for what follows are other students.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

UNCLOSED = "a quote is not closed"


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """A record: its cells, or the `error` in the way of reading them; its first line, and which one that is, from 0."""

    cells: list[str]
    error: str
    text: str
    at: int


def csv_records(
    lines: Iterator[str], most: int, fits: Callable[[Sequence[str]], bool], **dialect: Any
) -> Iterator[CsvRecord]:
    """The records of lines with their ends. Of `most` lines at most is one whose cells fit; else a quote was forgotten
    in its first line.
    """
    waiting, at = deque[str](), 0
    while True:
        pulled: list[str] = []
        try:
            cells, error = next(csv.reader(_pulled(waiting, lines, pulled, most), strict=True, **dialect), None), ""
        except csv.Error as wrong:
            cells, error = [], str(wrong)
        if cells is None:
            return
        if len(pulled) > 1 and (error or not fits(cells)):
            waiting.extendleft(reversed(pulled[1:]))
            cells, error, pulled = [], UNCLOSED, pulled[:1]
        yield CsvRecord(cells, error, pulled[0], at)
        at += len(pulled)


def _pulled(waiting: deque[str], lines: Iterator[str], pulled: list[str], most: int) -> Iterator[str]:
    """Lines, those that are waiting first, as many as a record may have; `pulled` takes down which were."""
    while len(pulled) < most and (line := waiting.popleft() if waiting else next(lines, "")):
        pulled.append(line)
        yield line
