"""The response tree of each step: the truth, what follows from the student's own numbers, then each known mistake."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import prod

from derive.derivation.step_settings import step_marks
from derive.language.expressions import Entry, Ref
from derive.language.names import Symbol
from derive.notation.maxima import maxima_code, maxima_entry
from derive.prose.catalogue import Catalogue
from derive.questions.model import AnswerInput, Tree, TreeNode
from derive.questions.planted import FOLLOWS, LOST, RIGHT, WRONG, QuestionBench
from derive.questions.program import ProgramLine, Route

BLANK = "blank"


@dataclass(frozen=True)
class Trees:
    """Makes the trees of a question; `inputs` are by the variables that they ask for."""

    bench: QuestionBench
    inputs: dict[Symbol, AnswerInput]
    words: Catalogue

    def all(self) -> Iterator[Tree]:
        """The trees, in the order of the steps."""
        lines = self.bench.lines
        marks = list(map(self._marks, lines))
        for i, (line, worth) in enumerate(zip(lines, marks, strict=True), 1):
            value = worth if any(marks) else Fraction(1)
            yield Tree(f"prt{i}", decimal(value), self._variables(line), tuple(self._nodes(line)),
                       TreeNode(WRONG, 0, self._said("wrong")))  # fmt: skip

    def _marks(self, line: ProgramLine) -> Fraction:
        """The marks of a step; one that has none by itself, as a local derivative, counts like any other: what is wrong
        in it would cost nothing, since the rest follows.
        """
        problem, derivation = self.bench.solution.problem, self.bench.program.derivation
        marking, k = problem.marking, line.place[1]
        worth = step_marks(derivation, problem, line.step, line.id, k)
        if worth or line.id in marking.steps:
            return worth
        return marking.marks if marking.entry is None else marking.entry * prod(line.shape)

    def _nodes(self, line: ProgramLine) -> Iterator[TreeNode]:
        yield TreeNode(BLANK, 0, "")
        yield TreeNode(RIGHT, 1, self._said("correct"))
        program = self.bench.program
        if program.route(line).params:
            yield TreeNode(FOLLOWS, 1, self._said("follows"))
            yield self._told(LOST)
        yield from map(self._told, program.wrong_routes(line))

    def _told(self, key: str) -> TreeNode:
        """What is said of a mistake."""
        why = self.words["check.mistake"].format(why=self.words[f"mistakes.{key}"])
        return TreeNode(key, 0, f"{self._said('wrong')}<p>{escape(why)}</p>")

    def _said(self, key: str) -> str:
        return f"<p>{escape(self.words[f'check.{key}'])}.</p>"

    # --- feedback variables ------------------------------------------------------------------------------------------

    def _variables(self, line: ProgramLine) -> str:
        """What the nodes ask about, the outcome: each condition is worked out only where those before do not hold."""
        answered, known = self.inputs[line.variable].name, line.variable.id
        route, digits = self.bench.program.route(line), self.bench.lengths[line.variable]
        conditions = [(BLANK, f"dv_blank({answered})"), (RIGHT, f"dv_right({answered}, {known}, {digits})")]
        if route.params:
            follows = f"dv_follows({answered}, {known}, {self._lambda(route)}, given, {digits})"
            conditions += [(FOLLOWS, follows), (LOST, f"dv_lost({answered}, {known}, given)")]
        wrong = ",\n  ".join(
            f'["{key}", {", ".join(map(self._lambda, routes))}]'
            for key, routes in self.bench.program.wrong_routes(line).items()
        )
        chain = "".join(f'if {condition} then "{outcome}"\nelse' for outcome, condition in conditions)
        given = f"given: [{', '.join(map(self._given, route.params))}];"
        return f"{given}\noutcome: {chain} dv_mistake({answered}, [{wrong}], given, {digits});"

    def _given(self, param: Symbol) -> str:
        return f"[{self.inputs[param].name}, {param.id}, {self.bench.lengths[param]}]"

    def _lambda(self, route: Route) -> str:
        code = maxima_code(route.expr, self.bench.program.shapes, self.variable)
        return f"lambda([{', '.join(param.id for param in route.params)}], {code})"

    def variable(self, leaf: Ref | Entry) -> str:
        """A variable, or an entry of it, in Maxima."""
        place = maxima_entry(self.bench.program.shapes[leaf.name], leaf.index) if isinstance(leaf, Entry) else ""
        return f"{leaf.name.id}{place}"


def decimal(value: Fraction) -> str:
    """Marks as a decimal of up to seven places."""
    return f"{float(value):.7f}".rstrip("0").rstrip(".")


def answer_inputs(bench: QuestionBench, answers: Sequence[str]) -> dict[Symbol, AnswerInput]:
    """The inputs of the steps, in their order, each with its answer."""
    return {
        line.variable: AnswerInput(f"ans{i}", line.id, line.shape, answer)
        for i, (line, answer) in enumerate(zip(bench.lines, answers, strict=True), 1)
    }
