"""Mistakes planted in simulated work: every known one wherever it gives other numbers, and the verdicts on it."""

from __future__ import annotations

from flint import arb

from derive.answers.marking.judging import Judged, judge
from derive.answers.marking.student_values import StudentValues
from derive.answers.mistakes.mistake import of_step_shape
from derive.answers.mistakes.table import MISTAKES
from derive.calculus.kernels import Flat
from derive.derivation.steps import Step
from derive.language.expressions import Expr
from derive.page.workings import Workings
from derive.solution import Solution
from support.students import Fault, Student

Planted = tuple[str, Step, Expr, Flat]
"""A mistake's key, the step it is made in, the wrong equation and what it gives there."""


def judged(solution: Solution, student: Student) -> dict[str, Judged]:
    """The verdicts on a student's work, by step."""
    return {each.place.id: each for each in judge(solution, student.work()) if each.answer}


def planted(solution: Solution) -> list[Planted]:
    """Every wrong equation of every known mistake in every step, with what it gives there."""
    found = []
    derivation = solution.blueprint.derivation
    own = StudentValues.of(solution.blueprint.tape, Workings(), solution.exact.env(1))
    for step in Student(solution, 6).steps():
        for mistake in MISTAKES:
            if mistake.concerns(step):
                for expr in of_step_shape(derivation, step, mistake.wrong(derivation, step)):
                    values = own.value(expr)
                    if values is not None and _differs(values, solution.exact.flat(step.name, 1)):
                        found.append((mistake.key, step, expr, values))
    return found


def _differs(values: Flat, truth: Flat) -> bool:
    return any(
        bool(abs(arb(x - y)) > abs(arb(y)) / 100) and bool(abs(arb(x - y)) > 0.01)
        for x, y in zip(values, truth, strict=True)
    )


def instead(expr: Expr) -> Fault:
    """A fault: another equation in place of the right one."""

    def fault(own: StudentValues, values: Flat) -> Flat:
        return own.value(expr) or values

    return fault
