"""What a reader works out on the way to a step that is one operation: the exponentials of a softmax, their sum.

Interim results are no steps: nothing else uses them, and they are not asked or marked. They have names and values so
that the page can put them in like any others.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from derive.calculus.differentiation import instantiate, settled, shape_of
from derive.calculus.operation_rows import row_of
from derive.derivation.rules import INTERIM
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Expr, Number, Ref, Shape, substitute
from derive.language.names import Name, Symbol

LARGEST = 36  # entries of the largest array that is worked out so


def interims_of(step: Step, shapes: Mapping[Name, Shape]) -> tuple[Step, ...]:
    """The interim results of a step, in order, and last the step itself in terms of them; () where there are none."""
    expr = step.expr
    if not isinstance(expr, Apply) or not isinstance(step.name, Symbol) or not row_of(expr).working:
        return ()
    if not all(isinstance(arg, Ref | Number) for arg in expr.args) or prod(step.shape) > LARGEST:
        return ()
    row, known = row_of(expr), dict(shapes)
    row = replace(row, params=(*row.params, *(f"w_{i}" for i in range(1, len(row.working)))))
    names = [replace(step.name, interim=i) for i in range(1, len(row.working))]
    found: list[Step] = []
    for text, name in zip(row.working, [*names, step.name], strict=True):
        formula = instantiate(row, text, (*expr.args, *map(Ref, names)), expr.options, expr)
        formula = settled(formula, known)
        known[name] = shape_of(formula, known)
        found.append(Step(name, formula, "interim", INTERIM, known[name], step.rounded))
    return tuple(found)


def in_full(steps: tuple[Step, ...]) -> dict[Name, Expr]:
    """Each interim result as a formula of what has a name on the page."""
    formulas: dict[Name, Expr] = {}
    for step in steps[:-1]:
        formulas[step.name] = substitute(step.expr, formulas)
    return formulas
