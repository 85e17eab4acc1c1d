"""Wrong equations of the chain rule and of products: a factor left out, in the wrong place, or of another step."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.answers.mistakes.amounts import in_place_of
from derive.calculus.building import tidy, times
from derive.calculus.differentiation import instantiate
from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Number, Ref, applied, apply, number, rewrite, substitute
from derive.language.names import Derivative, Name

SQUARE = 2


def _arriving(derivation: Derivation, step: Step) -> Ref | None:
    """The gradient that a chain rule multiplies: dL/dA in dL/dz = dL/dA · dA/dz."""
    used = (name for name in step.uses if isinstance(name, Derivative) and name.of == derivation.loss)
    return next(map(Ref, used), None)


def _local(derivation: Derivation, step: Step) -> Derivative | None:
    """The derivative that it is multiplied by: dA/dz."""
    return next((name for name in step.uses if isinstance(name, Derivative) and name.of != derivation.loss), None)


def _function_of(derivation: Derivation, name: Derivative) -> Apply | None:
    """The one function that the equation of `name.of` applies to `name.by`."""
    step = derivation.by_name.get(name.of)
    expr = step.expr if step else None
    return expr if isinstance(expr, Apply) and expr.args == (Ref(name.by),) else None


def _in_place_of_slope(
    derivation: Derivation, step: Step, other: Callable[[Apply, Name], Expr | None]
) -> Iterator[Expr]:
    """A local derivative, or a chain rule through it, with something else for the slope of its function."""
    local = step.name if step.rule.is_local else _local(derivation, step)
    expr = _function_of(derivation, local) if isinstance(local, Derivative) else None
    slope = other(expr, local.of) if expr is not None and isinstance(local, Derivative) else None
    if slope is not None and step.rule.is_local:
        yield slope
    elif slope is not None and (gradient := _arriving(derivation, step)):
        yield times(gradient, slope)


def without_local(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The gradient that arrives, not multiplied by the local derivative."""
    if gradient := _arriving(derivation, step):
        yield gradient


def mask_forgotten(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The chain rule through a ReLU, which lets a gradient pass or not, without its derivative."""
    local = _local(derivation, step)
    expr = _function_of(derivation, local) if local else None
    if expr is not None and row_of(expr).by_sign:
        yield from without_local(derivation, step)


def function_itself(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The function itself where its derivative belongs: dL/dA · ReLU(z)."""
    yield from _in_place_of_slope(derivation, step, lambda expr, of: expr)


def at_activation(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """σ′(A) for σ′(z): the derivative taken at what came out instead of at what went in."""
    yield from _in_place_of_slope(
        derivation, step, lambda expr, of: _slope(expr, Ref(of), replace(expr, args=(Ref(of),)))
    )


def input_for_output(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """z (1 − z) for A (1 − A): the derivative by what comes out, with what went in put there."""
    yield from _in_place_of_slope(derivation, step, lambda expr, of: _slope(expr, expr.args[0], expr.args[0]))


def _slope(expr: Apply, argument: Expr, value: Expr) -> Expr | None:
    """The derivative of a function, with something else for its argument and its value."""
    row = row_of(expr)
    return tidy(instantiate(row, row.derivative[0], (argument,), expr.options, value)) if row.derivative else None


def untransposed(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """W for Wᵀ."""
    yield rewrite(step.expr, lambda node: found.args[0] if (found := applied(node, "transpose")) else None)


def turned_outer_product(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The outer product the other way round."""
    yield apply("transpose", step.expr)


def other_input(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Another layer's input in the outer product: x for A."""
    inputs = [name for name in step.uses if not isinstance(name, Derivative)]
    others = [name for name, parameter in derivation.givens if not parameter] + [s.name for s in derivation.forward]
    yield from in_place_of(derivation, step, inputs, others)


def quotient_for_product(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A quotient where a product belongs, either way round."""
    if (expr := applied(step.expr, "product", "times")) is None:
        return
    left, right = expr.args
    one = number(1)
    if not isinstance(right, Number):
        yield apply(expr.op, left, apply("divide", one, right))
    if not isinstance(left, Number):
        yield apply(expr.op, apply("divide", one, left), right)


def without_square(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """x for x²: 1 − A for the derivative 1 − A² of tanh."""
    local = _local(derivation, step)
    slope = derivation.by_name.get(local) if local else None
    expr = substitute(step.expr, {slope.name: slope.expr}) if slope else step.expr
    if (linear := rewrite(expr, _base)) != expr:
        yield linear


def _base(node: Expr) -> Expr | None:
    match node:
        case Apply(op="power", args=(base, Number(value=value))) if value == SQUARE:
            return base
    return None


def one_factor(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Only one factor of the product."""
    if expr := applied(step.expr, "product", "times"):
        yield from (arg for arg in expr.args if not isinstance(arg, Number))
