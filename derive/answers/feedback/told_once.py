"""Which remarks a page tells at which step: each once a work, with the other lines that it concerns."""

from collections.abc import Sequence
from dataclasses import replace

from derive.answers.marking.judging import Judged
from derive.answers.reading.written import Remark


def told_once(judged: Sequence[Judged]) -> list[tuple[Remark, ...]]:
    """The remarks that are told at each step; one about a habit of writing is told where it is first noticed."""
    lines: dict[Remark, dict[int, None]] = {}
    for each in judged:
        for remark in each.remarks:
            if (line := _line(remark, each)) is not None:
                lines.setdefault(_subject(remark), {})[line] = None
    told: set[Remark] = set()
    found: list[tuple[Remark, ...]] = []
    for each in judged:
        here: list[Remark] = []
        for remark in each.remarks:
            if (subject := _subject(remark)) not in told:
                told.add(subject)
                others = [line for line in lines.get(subject, ()) if line != _line(remark, each)]
                here.append(replace(remark, lines=tuple(others)))
        found.append(tuple(here))
    return found


def _subject(remark: Remark) -> Remark:
    """What a remark is about: a habit whatever the number, or these numbers in this line."""
    return Remark(remark.kind, None, "", "", key=remark.key) if remark.is_habit else remark


def _line(remark: Remark, judged: Judged) -> int | None:
    return remark.line or (judged.answer.line if judged.answer else None)
