"""A sheet as a STACK question for Moodle and ILIAS: every step an input, each marked with what came before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from flint import fmpq

from derive.calculus.scalars import Num, is_minus_infinity
from derive.notation.maxima import maxima_code, maxima_matrix
from derive.page.run import PageRun
from derive.problem.problem import Problem
from derive.prose.catalogue import Catalogue, catalogue
from derive.questions.asking import question_sheets, variant_solutions
from derive.questions.model import Question
from derive.questions.moodle_xml import quiz, stack_question
from derive.questions.page import QuestionPage, QuestionTexts
from derive.questions.planted import QuestionBench
from derive.questions.program import ProgramLine, QuestionProgram
from derive.questions.question_tests import QuestionTests
from derive.questions.standing import printed_length
from derive.questions.trees import Trees, answer_inputs
from derive.questions.variant_choice import VARIANT, chosen, chosen_answer, variant_blocks
from derive.sheets.sheet_writer import KEY, SHEET, SheetWriter
from derive.solution import Blueprint, Solution
from derive.values.digits import decimal_text
from derive.writers.base import Writer, templates
from derive.writers.identity import Identity


class StackWriter(Writer):
    """A sheet → Moodle XML with STACK questions."""

    def render(self, compiled: None, run: PageRun, identity: Identity | None = None) -> str:
        return quiz(stack_question(made.question()) for made in stack_questions(run.values.problem, identity))


def stack_questions(problem: Problem, identity: Identity | None = None) -> list[StackQuestion]:
    """The questions of a problem, for one student or with its variants. Raises InputError, VerificationError, and
    DeriveError for a problem that asks nothing.
    """
    blueprint = Blueprint.of(problem)
    solutions = variant_solutions(blueprint, identity)
    sheets = question_sheets(blueprint, solutions[0])
    count = len(sheets)
    return [
        StackQuestion(f"{problem.title} ({i}/{count})" if count > 1 else problem.title, sheet, solutions)
        for i, sheet in enumerate(sheets, 1)
    ]


@dataclass(frozen=True)
class StackQuestion:
    """Makes a question of a sheet; `solutions` are those of its variants."""

    title: str
    sheet: SheetWriter
    solutions: Sequence[Solution]

    def question(self) -> Question:
        """The question."""
        texts = QuestionTexts(self.sheet, QuestionPage(), self._field)
        exercise, solution = (self._each(partial(texts.text, page)) for page in (SHEET, KEY))
        return Question(
            name=self.title,
            text=f"{exercise}<p>{self._how()}</p>\n",
            solution=solution,
            hints=tuple(map(variant_blocks, zip(*(texts.hints(solution) for solution in self.solutions), strict=True))),
            note=f"{{@{VARIANT}@}}" if self._varies else "",
            variables="\n".join(self._variables()),
            decimal=self.solutions[0].problem.numbers.decimal,
            inputs=tuple(self._trees.inputs.values()),
            trees=tuple(self._trees.all()),
            tests=tuple(QuestionTests(self.benches, self._trees.inputs).all()),
            seeds=tuple(range(1, len(self.solutions) + 1)) if self._varies else (),
            files=texts.page.files,
        )

    @property
    def _varies(self) -> bool:
        return len(self.solutions) > 1

    @cached_property
    def _words(self) -> Catalogue:
        return catalogue(self.sheet.blueprint.derivation.problem.language)

    @cached_property
    def benches(self) -> list[QuestionBench]:
        """Where each variant is worked through."""
        program = QuestionProgram.of(self.solutions[0], [(field.name, field.k) for field in self.sheet.fields])
        return [QuestionBench(program, solution) for solution in self.solutions]

    @cached_property
    def _trees(self) -> Trees:
        bench, typed = self.benches[0], [each.typed(each.truth) for each in self.benches]
        answers = [chosen_answer(line, typed) for line in bench.lines]
        return Trees(bench, answer_inputs(bench, answers), self._words)

    # --- texts -------------------------------------------------------------------------------------------------------

    def _each(self, text: Callable[[Solution], str]) -> str:
        return variant_blocks([text(solution) for solution in self.solutions])

    def _how(self) -> str:
        """How numbers are typed, and what an empty field means."""
        example = f"1{self.solutions[0].problem.numbers.decimal}5*10^-6"
        return f"{self._words['questions.how'].format(example=example)} {self._words['questions.empty']}"

    def _field(self, step: str) -> str:
        number = next(i for i, each in enumerate(self._trees.inputs.values(), 1) if each.step == step)
        return f"[[input:ans{number}]] [[validation:ans{number}]] [[feedback:prt{number}]]"

    # --- question variables ------------------------------------------------------------------------------------------

    def _variables(self) -> Iterator[str]:
        """The helpers, the number of the variant, every line; answers that are shown are not worked out."""
        yield (templates() / "stack.mac").read_text("utf-8").strip()
        if self._varies:
            yield f"{VARIANT}: mod(stack_seed - 1, {len(self.solutions)}) + 1;"
        program = self.benches[0].program
        yield from (f"{line.variable.id}: {self._code(program, line)};" for line in program.lines.values())
        yield "simp: false;"

    def _code(self, program: QuestionProgram, line: ProgramLine) -> str:
        if line.expr is None:
            flats = [bench.truth[program.slot(line.variable)] for bench in self.benches]
            return chosen([maxima_matrix(list(map(exact_code, flat)), line.shape) for flat in flats])
        code = f"dv_value({maxima_code(line.expr, program.shapes, self._trees.variable)})"
        if line.rounded:
            return f"dv_rounded({code}, {printed_length(line.digits)})"
        return code


def exact_code(x: Num) -> str:
    """A number as a fraction: of a ball its 25 digits.

    >>> exact_code(fmpq(1, 3))
    '1/3'
    """
    if is_minus_infinity(x):
        return "-10^9"
    if type(x) is fmpq:
        return str(x)
    mantissa, _, power = decimal_text(x, ties=True).partition("e")
    whole, _, broken = mantissa.partition(".")
    exponent = int(power or 0) - len(broken)
    digits = str(int(whole + broken))
    return f"{digits}*10^{exponent}" if exponent >= 0 else f"{digits}/10^{-exponent}"


__all__ = ["StackQuestion", "StackWriter", "stack_questions"]
