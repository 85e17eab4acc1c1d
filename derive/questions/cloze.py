"""A sheet as a Cloze question of Moodle itself: a field for every number, and nothing that follows from own numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import lcm, prod
from xml.etree.ElementTree import Element

from derive.calculus.shapes import offset
from derive.derivation.step_settings import step_marks
from derive.errors import DeriveError
from derive.language.step_ids import StepId
from derive.page.run import PageRun
from derive.problem.problem import Problem
from derive.questions.asking import can_be_typed, variant_solutions
from derive.questions.moodle_xml import category, cloze_question, quiz
from derive.questions.page import QuestionPage, QuestionTexts
from derive.questions.standing import last_place, printed_length
from derive.sheets.answer_file import Field
from derive.sheets.sheet_writer import KEY, SHEET, SheetWriter
from derive.solution import Blueprint, Solution
from derive.writers.base import Writer
from derive.writers.identity import Identity

DIGITS = 15
"""Of a right number; double precision has no more."""


class ClozeWriter(Writer):
    """A sheet → Moodle XML with a Cloze question, or one for each variant in a category of their own."""

    def render(self, compiled: None, run: PageRun, identity: Identity | None = None) -> str:
        return quiz(cloze_questions(run.values.problem, identity))


def cloze_questions(problem: Problem, identity: Identity | None = None) -> Iterator[Element]:
    """The questions of a problem. Raises InputError, VerificationError, and DeriveError if nothing is asked."""
    blueprint = Blueprint.of(problem)
    solutions = variant_solutions(blueprint, identity)
    sheet = _sheet(blueprint, solutions[0])
    if len(solutions) > 1:
        yield category(problem.title)
    for i, solution in enumerate(solutions, 1):
        title = f"{problem.title} ({i}/{len(solutions)})" if len(solutions) > 1 else problem.title
        yield ClozeQuestion(title, sheet, solution).element()


def _sheet(blueprint: Blueprint, solution: Solution) -> SheetWriter:
    """The sheet that asks every step with marks that can be typed: Moodle knows no field without marks."""
    sheet = blueprint.derivation.problem.sheet
    blank = "everything" if sheet.blank == "formulas" else sheet.blank
    whole = SheetWriter.of(blueprint, replace(sheet, blank=blank, hints=False, room=""))
    asked = [field for field in whole.fields if can_be_typed(field, solution) and _marks(field, solution)]
    if not asked:
        raise DeriveError("a question asks nothing here", "name steps in [page] ask, or give them marks in [marking]")
    if len(asked) == len(whole.fields):
        return whole
    chosen = replace(solution.problem, page=replace(solution.problem.page, ask=tuple(field.step for field in asked)))
    steps = replace(sheet, blank=blank, hints=False, room="")
    return SheetWriter.of(Blueprint.of(chosen), steps)


def _marks(field: Field, solution: Solution) -> Fraction:
    derivation = solution.blueprint.derivation
    return step_marks(derivation, solution.problem, derivation.by_name.get(field.name), field.step, field.k)


@dataclass(frozen=True)
class ClozeQuestion:
    """Makes a question of a sheet with the numbers of a solution."""

    title: str
    sheet: SheetWriter
    solution: Solution

    def element(self) -> Element:
        """The question as XML."""
        texts = QuestionTexts(self.sheet, QuestionPage(entrywise=True), self._field)
        exercise, worked = (texts.text(page, self.solution) for page in (SHEET, KEY))
        return cloze_question(self.title, exercise, worked, texts.hints(self.solution), texts.page.files)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {field.step: field for field in self.sheet.fields}

    @cached_property
    def _whole(self) -> int:
        """What a mark is worth: weights are whole numbers, and a step's is shared over its entries."""
        shares = (_marks(field, self.solution) / prod(field.shape) for field in self._fields.values())
        return lcm(*(share.denominator for share in shares))

    def _field(self, entry: str) -> str:
        """The field of an entry: its weight, its number, and how far off an answer may be: a unit of the last digit."""
        asked = StepId.parse(entry)
        field = self._fields[str(asked.whole)]
        at = offset(field.shape, asked.index) if field.shape else 0
        weight = _marks(field, self.solution) / prod(field.shape) * self._whole
        value = self.solution.values.flat(field.name, field.k)[at]
        room = last_place(value, printed_length(self.solution.values.numbers.of(field.name.id)))
        return f"{{{weight}:NUMERICAL:={float(value):.{DIGITS}g}:{float(room):g}}}"
