"""A sheet as a STACK question for Moodle and ILIAS: every step an input, each marked with what came before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flint import fmpq

from derive.calculus.scalars import Num, is_minus_infinity
from derive.errors import DeriveError
from derive.language.names import Symbol
from derive.notation.maxima import maxima_code, maxima_matrix
from derive.page.document import Document
from derive.page.run import PageRun
from derive.problem.problem import Problem
from derive.prose.catalogue import Catalogue, catalogue
from derive.questions.model import AnswerInput, Expected, Question, QuestionTest
from derive.questions.moodle_xml import quiz, stack_question
from derive.questions.page import QuestionPage, QuestionTexts
from derive.questions.planted import CREDITED, QuestionBench
from derive.questions.program import ProgramLine, QuestionProgram
from derive.questions.trees import BLANK, Trees, answer_inputs
from derive.sheets.sheet_writer import SheetWriter
from derive.solution import Blueprint, Solution
from derive.values.digits import decimal_text
from derive.values.tape import Env
from derive.variants import Assignment
from derive.writers.base import Writer, templates
from derive.writers.identity import Identity
from derive.writers.page_context import PageContext

VARIANTS = 10
"""How many variants are deployed."""
VARIANT = "dv_variant"
MOST_INPUTS = 150
"""More steps than these no student fills in, and no server marks in time."""


class StackWriter(Writer):
    """A sheet → Moodle XML with a STACK question."""

    def compile(self, document: Document, page: PageContext) -> None:
        return None

    def render(self, compiled: None, run: PageRun, identity: Identity | None = None) -> str:
        return quiz([stack_question(StackQuestion.of(run.values.problem, identity).question())])


def asked_sheet(blueprint: Blueprint) -> SheetWriter:
    """The sheet of a question: an array is asked as a whole, and no place is left for formulas."""
    sheet = blueprint.derivation.problem.sheet
    blank = "working" if sheet.blank in {"results", "working"} else "everything"
    return SheetWriter.of(blueprint, replace(sheet, blank=blank, hints=False, room=""))


@dataclass(frozen=True)
class StackQuestion:
    """Makes the question of a problem; `solutions` are its variants."""

    sheet: SheetWriter
    solutions: Sequence[Solution]

    @staticmethod
    def of(problem: Problem, identity: Identity | None = None) -> StackQuestion:
        """The question of a problem, for one student or with its variants. Raises InputError, VerificationError, and
        DeriveError for a problem that cannot be asked.
        """
        blueprint = Blueprint.of(problem)
        drawn = problem.variants is not None and problem.variants.choices and identity is None
        if drawn:
            assignment = Assignment(blueprint, problem.name or "stack")
            solutions = [assignment.draw(str(i)).solution for i in range(1, VARIANTS + 1)]
        else:
            solutions = [blueprint.solve()]
        return StackQuestion(asked_sheet(blueprint), solutions)

    @cached_property
    def words(self) -> Catalogue:
        """The sentences in the problem's language."""
        return catalogue(self.sheet.blueprint.derivation.problem.language)

    @cached_property
    def benches(self) -> list[QuestionBench]:
        """Where each variant is worked through."""
        asked = [(field.name, field.k) for field in self.sheet.fields]
        program = QuestionProgram.of(self.solutions[0], asked)
        wanted = self.solutions[0].problem.marking.digits
        return [QuestionBench(program, solution, wanted) for solution in self.solutions]

    @cached_property
    def trees(self) -> Trees:
        """What marks the answers."""
        texts = [bench.typed(bench.truth) for bench in self.benches]
        bench = self.benches[0]
        answers = [self._chosen([_answer(line, each) for each in texts]) for line in bench.lines]
        return Trees(bench, answer_inputs(bench, [field.step for field in self.sheet.fields], answers), self.words)

    def question(self) -> Question:
        """The question."""
        self._check()
        texts = QuestionTexts(self.sheet, QuestionPage(), self._field)
        problem = self.solutions[0].problem
        return Question(
            name=problem.title,
            text=f"{self._each(texts.exercise)}<p>{self._how()}</p>\n",
            solution=self._each(texts.worked),
            hints=tuple(self._each_hint(texts)),
            note=f"{{@{VARIANT}@}}" if self._varies else "",
            variables="\n".join(self._variables()),
            decimal=problem.numbers.decimal,
            inputs=tuple(self.trees.inputs.values()),
            trees=tuple(self.trees.all()),
            tests=tuple(self._tests()),
            seeds=tuple(range(1, len(self.solutions) + 1)) if self._varies else (),
            files=texts.files(self.solutions[0]),
        )

    def _check(self) -> None:
        count = len(self.sheet.fields)
        if not count:
            raise DeriveError("a question asks nothing here", "name steps in [page] ask, or in [sheet] blank")
        if count > MOST_INPUTS:
            raise DeriveError(
                f"a question with {count} inputs is too long", f"name at most {MOST_INPUTS} in [page] ask"
            )
        for bench in self.benches:
            for line in bench.lines:
                for x in bench.truth[bench.program.slot(line.variable)]:
                    if is_minus_infinity(x):
                        raise DeriveError(f"`{line.place[0].id}` is −∞ in places, which nobody can type",
                                          "leave it out of [page] ask")  # fmt: skip

    @property
    def _varies(self) -> bool:
        return len(self.solutions) > 1

    def _how(self) -> str:
        """How numbers are typed, and what an empty field means."""
        example = f"1{self.solutions[0].problem.numbers.decimal}5*10^-6"
        return f"{self.words['questions.how'].format(example=example)} {self.words['questions.empty']}"

    def _field(self, step: str) -> str:
        found = next(each for each in self.trees.inputs.values() if each.step == step)
        number = found.name.removeprefix("ans")
        return f"[[input:{found.name}]] [[validation:{found.name}]] [[feedback:prt{number}]]"

    # --- variants ----------------------------------------------------------------------------------------------------

    def _each(self, text: object) -> str:
        """A text of each variant, of which a block shows the own one."""
        texts = [text(solution) for solution in self.solutions]  # type: ignore[operator]
        return _blocks(texts)

    def _each_hint(self, texts: QuestionTexts) -> Iterator[str]:
        for level in zip(*(texts.hints(solution) for solution in self.solutions), strict=True):
            yield _blocks(level)

    def _chosen(self, codes: Sequence[str]) -> str:
        """A code of each variant, of which the own one is chosen."""
        if len(set(codes)) == 1:
            return codes[0]
        return f"[{', '.join(codes)}][{VARIANT}]"

    # --- question variables ------------------------------------------------------------------------------------------

    def _variables(self) -> Iterator[str]:
        yield (templates() / "stack.mac").read_text("utf-8").strip()
        if self._varies:
            yield f"{VARIANT}: mod(stack_seed - 1, {len(self.solutions)}) + 1;"
        truths = [bench.truth for bench in self.benches]
        program = self.benches[0].program
        for line in program.lines.values():
            yield f"{line.variable.id}: {self._line(program, line, truths)};"

    def _line(self, program: QuestionProgram, line: ProgramLine, truths: Sequence[Env]) -> str:
        if line.expr is None:
            flats = [truth[program.slot(line.variable)] for truth in truths]
            return self._chosen([maxima_matrix(list(map(exact_code, flat)), line.shape) for flat in flats])
        code = f"dv_value({maxima_code(line.expr, program.shapes, self.trees.variable)})"
        if line.rounded:
            digits = line.digits
            return f"dv_rounded({code}, {-digits.count if digits.decimals else digits.count})"
        return code

    # --- tests -------------------------------------------------------------------------------------------------------

    def _tests(self) -> Iterator[QuestionTest]:
        bench = self.benches[0]
        yield self._test("The right numbers, as they are printed", [each.truth for each in self.benches])
        if all(self._counts(each) for each in self.benches):
            yield self._test("The right numbers, a digit shorter", [each.truth for each in self.benches], 1)
        yield self._blank_test()
        for planted in bench.mistakes():
            envs = [planted.env]
            if self._varies:
                continue
            name = planted.line.place
            step = bench.program.derivation.id_in(*name)
            yield self._test(f"{step}: {planted.key}, then consistent", envs)

    def _counts(self, bench: QuestionBench) -> bool:
        return CREDITED.issuperset(bench.verdicts(bench.truth, 1).values())

    def _test(self, description: str, envs: Sequence[Env], shorter: int = 0) -> QuestionTest:
        benches = self.benches
        texts = [bench.typed(env, shorter) for bench, env in zip(benches, envs, strict=True)]
        verdicts = benches[0].verdicts(envs[0], shorter)
        answers = {
            self.trees.inputs[line.variable].name: self._chosen([_answer(line, each) for each in texts])
            for line in benches[0].lines
        }
        return QuestionTest(description, answers, self._expected(verdicts))

    def _expected(self, verdicts: dict[Symbol, str]) -> dict[str, Expected]:
        return {
            f"prt{i}": Expected(int(verdict in CREDITED), verdict) for i, verdict in enumerate(verdicts.values(), 1)
        }

    def _blank_test(self) -> QuestionTest:
        """The first step alone: what is left empty earns nothing, and stops nothing."""
        test = self._test("The first step alone", [bench.truth for bench in self.benches])
        first, *others = test.answers
        answers = {first: test.answers[first], **dict.fromkeys(others, "")}
        tree, *stopped = test.expected
        expected = {tree: test.expected[tree], **dict.fromkeys(stopped, Expected(0, BLANK))}
        return QuestionTest(test.description, answers, expected)


def _blocks(texts: Sequence[str]) -> str:
    if len(set(texts)) == 1:
        return texts[0]
    return "".join(f"[[if test='{VARIANT} = {i}']]{text}[[/if]]\n" for i, text in enumerate(texts, 1))


def _answer(line: ProgramLine, texts: dict[Symbol, list[str]]) -> str:
    return maxima_matrix(texts[line.variable], line.shape)


def exact_code(x: Num) -> str:
    """A number as a fraction: of a ball its 25 digits."""
    if is_minus_infinity(x):
        return "-10^9"
    if type(x) is fmpq:
        return str(x)
    mantissa, _, power = decimal_text(x, ties=True).partition("e")
    whole, _, broken = mantissa.partition(".")
    exponent = int(power or 0) - len(broken)
    digits = (whole + broken).replace("-0", "-").lstrip("0") or "0"
    return f"{digits}*10^{exponent}" if exponent >= 0 else f"{digits}/10^{-exponent}"


__all__ = ["AnswerInput", "StackQuestion", "StackWriter"]
