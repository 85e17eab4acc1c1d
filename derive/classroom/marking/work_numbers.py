"""The numbers of a work beside those of its key, entry by entry: what tells whose numbers they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from derive.answers.marking.judging import Judged
from derive.answers.marking.step_answer import CORRECT, FOLLOWS, WRONG

MOST_NUMBERS = 80
"""Of a work so many are compared, from its first step on."""
SMALLEST_WIDTH = 1e-9
EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class WorkNumber:
    """One entry of a step.

    step, entry  which
    key      its value in the student's own variant
    written  the number of the work; None where there is none
    width    one unit of its last place
    verdict  CORRECT, FOLLOWS, WRONG, or EXPLAINED: wrong by a mistake that is known; "" without a number
    """

    step: str
    entry: int
    key: float
    written: float | None = None
    width: float = 0
    verdict: str = ""

    @property
    def place(self) -> str:
        """Which entry of which step, as one text."""
        return f"{self.step}[{self.entry}]"

    @property
    def tells(self) -> bool:
        """Whether it has enough digits to tell one student's number from another's."""
        return self.written is not None and self.width <= abs(self.written) / 50

    def row(self) -> list[Any]:
        """As JSON."""
        return [self.step, self.entry, self.key, self.written, self.width, self.verdict]


def numbers_of_work(judged: Iterable[Judged]) -> list[WorkNumber]:
    """The numbers of a work, MOST_NUMBERS at most."""
    found: list[WorkNumber] = []
    for each in judged:
        if each.of:
            found += _of_step(each)
        if len(found) >= MOST_NUMBERS:
            break
    return found[:MOST_NUMBERS]


def _of_step(judged: Judged) -> Iterator[WorkNumber]:
    written = judged.written or (None,) * len(judged.expected)
    for i, (key, number) in enumerate(zip(judged.expected, written, strict=False)):
        exact = float(key)
        if not isfinite(exact):
            continue
        verdict = judged.entries[i] if i < len(judged.entries) else ""
        if number is None or verdict not in {CORRECT, FOLLOWS, WRONG} or not isfinite(float(number.value)):
            yield WorkNumber(judged.place.id, i, exact)
            continue
        if verdict == WRONG and judged.diagnosis:
            verdict = EXPLAINED
        value = float(number.value)
        width = max(float(number.unit), abs(value) * SMALLEST_WIDTH, SMALLEST_WIDTH**2)
        yield WorkNumber(judged.place.id, i, exact, value, width, verdict)
