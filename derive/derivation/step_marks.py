"""How many marks a step is worth, as `[marking]` says."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from derive.derivation.steps import Derivation, Step
from derive.language.names import Derivative
from derive.problem.problem import Problem


def step_marks(derivation: Derivation, problem: Problem, step: Step | None, step_id: str, k: int) -> Fraction:
    """The marks of a step in pass k: none for given values, local derivatives, parts and helpers, unless named.

    There are none in passes that are not written out, nor for samples that are not worked out.
    """
    marking, asked = problem.marking, problem.asked
    if step_id in marking.steps:
        return marking.steps[step_id]
    if step is None or step.helper or (asked and step_id not in asked):
        return Fraction(0)
    if problem.update and k not in problem.update.on_page:
        return Fraction(0)
    if not derivation.is_worked(step.name):
        return Fraction(0)
    if isinstance(step.name, Derivative) and (step.name.of not in derivation.losses or step.name.via is not None):
        return Fraction(0)
    return marking.marks if marking.entry is None else marking.entry * prod(derivation.shapes[step.name])
