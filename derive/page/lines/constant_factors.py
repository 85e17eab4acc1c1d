"""Local derivatives that are one number for every entry, and gradients with that number put in."""

from derive.calculus.building import tidy
from derive.calculus.differentiation import uniform
from derive.derivation.rules import COPY
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, Ref, substitute
from derive.language.names import Name


def factors_of(derivation: Derivation) -> dict[Name, Expr]:
    """The local derivatives that are the same number in every entry, with that number."""
    locals_ = [step for step in derivation.backward if step.shape and step.rule.is_local]
    found = {step.name: uniform(step.expr) for step in locals_ if step.form is step}
    return {step.name: factor for step in locals_ if (factor := found[step.form.name]) is not None}


def passed(step: Step, factors: dict[Name, Expr]) -> Step:
    """A gradient with such numbers put in: dL/dA = dL/dR for dR/dA = 1; any other step as it is."""
    if step.phase != "backward" or not factors.keys() & set(step.uses):
        return step
    expr = tidy(substitute(step.expr, factors))
    return step.written(expr, COPY if isinstance(expr, Ref) else step.rule)
