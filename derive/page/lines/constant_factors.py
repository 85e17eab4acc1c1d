"""Local derivatives that are one number for every entry, and gradients with that number, or what it is found by, put
in.
"""

from derive.calculus.building import tidy
from derive.calculus.differentiation import uniform
from derive.derivation.rules import COPY
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, apply, names_in, rewrite, substitute
from derive.language.names import Name


def factors_of(derivation: Derivation) -> dict[Name, Expr]:
    """The local derivatives that are the same in every entry, with the number or the formula of it."""
    locals_ = [step for step in derivation.backward if step.shape and step.rule.is_local]
    found = {step.name: uniform(step.expr, derivation.shapes) for step in locals_ if step.form is step}
    return {step.name: factor for step in locals_ if (factor := found[step.form.name]) is not None}


def passed(step: Step, factors: dict[Name, Expr]) -> Step:
    """A gradient with such factors put in: dL/dA = dL/dR for dR/dA = 1, dL/dB = α dL/dh for dh/dB = α; any other step
    as it is.
    """
    if step.phase != "backward" or not factors.keys() & set(step.uses):
        return step
    expr = tidy(substitute(step.expr, {name: factor for name, factor in factors.items() if not names_in(factor)}))

    def in_front(node: Expr) -> Expr | None:
        args = node.args if isinstance(node, Apply) and node.op == "times" else ()
        for one, other in (args, args[::-1]) if args else ():
            if isinstance(one, Ref) and one.name in factors:
                return apply("product", factors[one.name], other)
        return None

    expr = substitute(rewrite(expr, in_front), factors)
    return step.written(expr, COPY if isinstance(expr, Ref) else step.rule)
