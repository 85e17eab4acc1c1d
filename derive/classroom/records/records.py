"""The record of marks, a line a student, and what of it changed since the work was marked before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.classroom.records.overrides import TOTAL, Override


@dataclass(frozen=True, slots=True)
class StepMark:
    """What became of one step: its id, the marks earned `of` how many, the verdict, and the key of the known mistake
    that was found, or None. `precision` is a verdict here: correct with the remark that its digits are few.
    """

    step: str
    marks: Fraction
    of: Fraction
    verdict: str
    mistake: str | None


@dataclass(frozen=True, slots=True)
class Basis:
    """What marks rest on beside the work: the version of this program, and the checksum of the problem's file."""

    derive: str
    problem: str

    def line(self) -> str:
        """The first line of a record."""
        return json.dumps({"derive": self.derive, "problem": self.problem})

    @staticmethod
    def read(line: str) -> Basis:
        """The basis that a first line tells. Raises ValueError for one that is none."""
        try:
            data = json.loads(line)
            return Basis(data["derive"], data["problem"])
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Record:
    """What a student's work earned.

    shown    where the return stands
    work     a checksum of what it says
    marks    each step's mark
    failed   why a page of feedback could not be made, "" if all were
    refused  why the work could not be marked at all, "" if it was
    days_late  how many days after the deadline it was handed in, begun ones counted
    overrides  the marks that were set by hand; those of steps are in `marks`
    late     the part of the marks that each of those days takes off
    """

    student: str
    shown: str
    work: str
    marks: tuple[StepMark, ...]
    failed: str = ""
    refused: str = ""
    days_late: int = 0
    overrides: tuple[Override, ...] = ()
    late: Fraction = Fraction(0)

    @property
    def earned(self) -> Fraction:
        """The sum of the marks."""
        return sum((mark.marks for mark in self.marks), Fraction(0))

    @property
    def taken_off(self) -> Fraction:
        """What a late return costs; nothing where the sum was set by hand."""
        return Fraction(0) if self._total else min(Fraction(1), self.late * self.days_late) * self.earned

    @property
    def score(self) -> Fraction:
        """What the work earns in the end."""
        return self._total[0] if self._total else self.earned - self.taken_off

    @property
    def _total(self) -> list[Fraction]:
        """The sum that was set by hand, if there is one."""
        return [each.mark for each in self.overrides if each.step == TOTAL]

    @staticmethod
    def read(line: str) -> Record:
        """The record in a line. Raises ValueError for one that is none."""
        try:
            data = json.loads(line)
            marks = (StepMark(step, Fraction(marks), Fraction(of), verdict, mistake)
                     for step, marks, of, verdict, mistake in data.get("marks", ()))  # fmt: skip
            return Record(
                data["student"],
                data["return"],
                data["work"],
                tuple(marks),
                data.get("failed", ""),
                data.get("refused", ""),
                data.get("days late", 0),
                tuple(Override(step, Fraction(mark), reason) for step, mark, reason in data.get("overrides", ())),
                Fraction(data.get("late", 0)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from None


@dataclass(frozen=True, slots=True)
class MarkChange:
    """A mark that is another one than before; `step` is "" for the score. None stands for no mark."""

    student: str
    step: str
    before: Fraction | None
    after: Fraction | None
    why: str


def changes(before: Record, after: Record | None, old: Basis, new: Basis) -> Iterator[MarkChange]:
    """What of a student's marks changed, and why: the score first, then each step."""
    if after is None:
        yield MarkChange(before.student, "", before.score, None, "no return of this student counts any more")
        return
    cause = _cause(before, after, old, new)
    steps = list(_steps(before, after, cause))
    if before.score != after.score:
        yield MarkChange(after.student, "", before.score, after.score, cause)
    yield from steps


def _cause(before: Record, after: Record, old: Basis, new: Basis) -> str:
    causes = []
    if before.work != after.work:
        causes.append(f"other work counts now: {after.shown}")
    if old.problem != new.problem:
        causes.append("the problem file changed")
    if before.overrides != after.overrides:
        causes += [f"set by hand: {each.reason or each.step}" for each in after.overrides] or ["no longer set by hand"]
    if before.taken_off != after.taken_off:
        causes.append(f"handed in {after.days_late} days late" if after.days_late else "no longer late")
    if old.derive != new.derive:
        causes.append(f"marked by derive {new.derive}, before by derive {old.derive}")
    return "; ".join(causes) or "marked anew"


def _steps(before: Record, after: Record, cause: str) -> Iterator[MarkChange]:
    earlier = {mark.step: mark for mark in before.marks}
    later = {mark.step: mark for mark in after.marks}
    for step in dict.fromkeys((*later, *earlier)):
        old, new = earlier.get(step), later.get(step)
        gone = None if old is None else old.marks, None if new is None else new.marks
        if gone[0] != gone[1] and (gone[0] or gone[1]):
            yield MarkChange(after.student, step, *gone, f"{_difference(old, new)}; {cause}")


def _difference(old: StepMark | None, new: StepMark | None) -> str:
    """What is different about a step itself."""
    if old is None or new is None:
        return "the step counts now" if old is None else "the step does not count any more"
    found = []
    if old.of != new.of:
        found.append(f"it counts {new.of} instead of {old.of}")
    if old.verdict != new.verdict:
        found.append(f"{old.verdict} before, {new.verdict} now")
    return ", ".join(found) or "other entries are right"
