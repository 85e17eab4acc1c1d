"""Marks that the teacher sets by hand: `overrides.csv`, a line a mark, honoured by every later marking."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from derive.errors import Fault, InputError, Place
from derive.files import utf8_text

OVERRIDES = "overrides.csv"
COLUMNS = ("id", "step", "mark", "reason")
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Override:
    """The `mark` of a `step`, or of the TOTAL, as the teacher set it, and the `reason` that the student is told."""

    step: str
    mark: Fraction
    reason: str


def read_overrides(path: Path, students: Collection[str], steps: Collection[str]) -> Mapping[str, tuple[Override, ...]]:
    """The overrides of a file by student's id; none where there is no file. Of two for one step the later counts.

    Raises InputError for every line that names no student or step of the class, or no mark.
    """
    if not path.exists():
        return {}
    found: dict[str, dict[str, Override]] = {}
    faults = []
    for line, cells in _lines(path):
        student, step, mark, reason = (cell.strip() for cell in cells)
        step = TOTAL if step.casefold() in {"", TOTAL, "score"} else step
        place = Place(path.name, line)
        if student not in students:
            faults.append(Fault(f"`{student[:60]}` is no student of this class", "expected an id of the roster", place))
        elif step != TOTAL and step not in steps:
            faults.append(Fault(f"`{step[:60]}` is no step of this problem", f"or `{TOTAL}` for the sum", place))
        elif (value := _mark(mark)) is None:
            faults.append(Fault(f"`{mark[:60]}` is no mark", "expected a number from 0", place))
        else:
            found.setdefault(student, {})[step] = Override(step, value, reason)
    if faults:
        raise InputError(faults)
    return {student: tuple(each.values()) for student, each in found.items()}


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines with their four cells; a first line that names the columns says their order."""
    text = utf8_text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    order = list(range(len(COLUMNS)))
    for line, cells in enumerate(csv.reader(text.splitlines(), delimiter=separator), 1):
        heads = [cell.strip().casefold() for cell in cells]
        if line == 1 and heads[:1] and set(COLUMNS) <= {*heads, "reason"}:
            order = [heads.index(name) if name in heads else len(heads) for name in COLUMNS]
        elif any(cells):
            yield line, [cells[place] if place < len(cells) else "" for place in order]


def _mark(text: str) -> Fraction | None:
    try:
        mark = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None
    return mark if mark >= 0 and len(text) < 20 else None
