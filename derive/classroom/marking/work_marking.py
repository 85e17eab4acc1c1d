"""One student's work, marked against the student's own variant; the structure is shared by the whole class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from derive.answers.feedback.report import Report, report
from derive.answers.files.answer_file import answers_of
from derive.answers.files.columns import AnswerLine
from derive.answers.marking.judging import Judged, judge
from derive.answers.marking.step_answer import CORRECT, MISSING
from derive.answers.names.step_matching import StepIndex
from derive.answers.reading.written import Answer, Array
from derive.answers.working.free_working import read_working
from derive.classroom.records.overrides import Override
from derive.classroom.records.records import StepMark
from derive.classroom.returns.inbox import Holding, Working, unpacked
from derive.problem.problem import Problem
from derive.sheets import SheetWriter
from derive.solution import Blueprint, Solution

PRECISION = "precision"
BOX = r"\boxed{\qquad}"
"""What a blank of a sheet is in Markdown and LaTeX."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work read and judged."""

    solution: Solution
    answers: Sequence[Answer]
    judged: Sequence[Judged]

    @property
    def marks(self) -> tuple[StepMark, ...]:
        """Each step that counts, and each other one that was answered, in the solution's order."""
        return tuple(
            StepMark(each.place.id, each.marks, each.of, _verdict(each), each.diagnosis)
            for each in self.judged
            if each.of or each.verdict != MISSING
        )

    def with_marks(self, overrides: Sequence[Override]) -> Work:
        """The work with marks of steps that were set by hand; where nothing was read, these steps alone."""
        by_hand = {each.step: each.mark for each in overrides}
        judged = [replace(each, marks=by_hand.get(each.place.id, each.marks)) for each in self.judged
                  if self.answers or each.place.id in by_hand]  # fmt: skip
        return replace(self, judged=judged)

    def report(self, hints: bool = False) -> Report:
        """The feedback; where nothing was read, it says nothing of steps."""
        return report(self.solution, self.judged if self.answers else (), self.answers, hints)


@dataclass
class Marker:
    """Marks work on any variant of a problem: what depends on the structure alone is made once."""

    blueprint: Blueprint

    @property
    def problem(self) -> Problem:
        """The problem, with the numbers of its file."""
        return self.blueprint.derivation.problem

    def mark(self, variant: Problem, payload: str) -> Work:
        """The packed work of a student on a variant."""
        solution = self.blueprint.evaluate(variant)
        answers = [answer for content in unpacked(payload) for answer in self._of(content, solution)]
        return Work(solution, answers, judge(solution, answers))

    def holding(self, variant: Problem, payload: str) -> Holding:
        """What the packed work of a student holds."""
        work = self.mark(variant, payload)
        answers = [each for each in work.answers if not _is_blank(each) and not each.is_line]
        steps = sorted({answer.step for answer in answers if answer.step})
        entries = sum(verdict != MISSING for each in work.judged if each.answer for verdict in each.entries)
        score = sum((mark.marks for mark in work.marks), Fraction(0))
        return Holding(2 if steps else min(1, len(answers)), steps, entries, score)

    def _of(self, content: Working | list[AnswerLine], solution: Solution) -> list[Answer]:
        if isinstance(content, Working):
            return self._own(content, solution)
        return answers_of(content, solution, self.index)

    def _own(self, working: Working, solution: Solution) -> list[Answer]:
        """The answers of a working; of a sheet that was filled in, those that did not stand on it before."""
        answers = read_working(working.text, solution)
        if not working.sheet:
            return answers
        sheet = self.writer.sheet(working.sheet, solution).replace(BOX, "?")  # a box itself ends a line unanswered
        blank = read_working(sheet, solution)
        printed = {(answer.step, answer.entry, answer.given) for answer in blank}
        return [answer for answer in answers if (answer.step, answer.entry, answer.given) not in printed]

    @cached_property
    def index(self) -> StepIndex:
        """The steps, to be found by what students write."""
        return StepIndex.of(self.blueprint.evaluate())

    @cached_property
    def writer(self) -> SheetWriter:
        """The writer of the sheets that were handed out."""
        return SheetWriter.of(self.blueprint)

    def steps(self) -> Iterator[tuple[str, Fraction]]:
        """The steps that count, in order, and their marks; the same in every variant."""
        for each in judge(self.blueprint.evaluate(), []):
            if each.of:
                yield each.place.id, each.of


def _verdict(judged: Judged) -> str:
    few = judged.verdict == CORRECT and any(remark.kind == PRECISION for remark in judged.remarks)
    return PRECISION if few else judged.verdict


def _is_blank(answer: Answer) -> bool:
    """Whether nothing stands in the boxes of an answer."""
    return isinstance(answer.content, Array) and not any(answer.content.entries)
