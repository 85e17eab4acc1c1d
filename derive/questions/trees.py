"""The response tree of each step: the truth, what follows from the student's own numbers, then each known mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from derive.derivation.step_marks import step_marks
from derive.language.expressions import Entry, Ref
from derive.language.names import Symbol
from derive.notation.maxima import maxima_code, maxima_entry
from derive.prose.catalogue import Catalogue
from derive.questions.model import AnswerInput, Tree, TreeNode
from derive.questions.planted import FOLLOWS, RIGHT, WRONG, QuestionBench
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
            answered = self.inputs[line.variable]
            value = worth if any(marks) else Fraction(1)
            yield Tree(f"prt{i}", answered, decimal(value), self._variables(line), tuple(self._nodes(line)),
                       TreeNode("", WRONG, 0, self._said("wrong")))  # fmt: skip

    def _marks(self, line: ProgramLine) -> Fraction:
        program, solution = self.bench.program, self.bench.solution
        (name, k), derivation = line.place, program.derivation
        return step_marks(derivation, solution.problem, line.step, derivation.id_in(name, k), k)

    def _nodes(self, line: ProgramLine) -> Iterator[TreeNode]:
        program = self.bench.program
        yield TreeNode("answer_blank", BLANK, 0, "")
        yield TreeNode("answer_right", RIGHT, 1, self._said("correct"))
        if program.route(line).params:
            yield TreeNode("answer_follows", FOLLOWS, 1, self._said("follows"))
        for i, key in enumerate(program.wrong_routes(line), 1):
            why = self.words["check.mistake"].format(why=self.words[f"mistakes.{key}"])
            yield TreeNode(f"is(answer_mistake = {i})", key, 0, f"{self._said('wrong')}<p>{escape(why)}</p>")

    def _said(self, key: str) -> str:
        return f"<p>{escape(self.words[f'check.{key}'])}.</p>"

    # --- feedback variables ------------------------------------------------------------------------------------------

    def _variables(self, line: ProgramLine) -> str:
        """What the nodes ask about: each is worked out only where the one before it does not hold."""
        program, answered = self.bench.program, self.inputs[line.variable].name
        route, digits = program.route(line), self._digits(line.variable)
        given = f"[{', '.join(map(self._given, route.params))}]"
        wrong = ", ".join(f"[{', '.join(map(self._lambda, routes))}]" for routes in program.wrong_routes(line).values())
        lines = [
            f"answer_blank: dv_blank({answered});",
            f"answer_right: not answer_blank and dv_right({answered}, {line.variable.id}, {digits});",
            "answer_done: answer_blank or answer_right;",
            f"answer_given: {given};",
        ]
        if route.params:
            follows = f"dv_follows({answered}, {self._lambda(route)}, answer_given, {digits})"
            lines.append(f"answer_follows: not answer_done and {follows};")
            lines.append("answer_done: answer_done or answer_follows;")
        lines.append(
            f"answer_mistake: if answer_done then 0 else dv_mistake({answered}, [{wrong}], answer_given, {digits});"
        )
        return "\n".join(lines)

    def _given(self, param: Symbol) -> str:
        return f"[{self.inputs[param].name}, {param.id}, {self._digits(param)}]"

    def _digits(self, variable: Symbol) -> str:
        lengths = self.bench.lengths[variable]
        return f"[{lengths.printed}, {lengths.wanted}]"

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
