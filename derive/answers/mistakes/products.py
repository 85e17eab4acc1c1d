"""Wrong equations of the chain rule and of products: a factor left out, in the wrong place, or of another step."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.answers.mistakes.amounts import in_place_of
from derive.calculus.building import tidy, times
from derive.calculus.differentiation import instantiate
from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Number, Ref, apply, number, rewrite, substitute
from derive.language.names import Derivative, Name

SQUARE = 2


def _arriving(derivation: Derivation, step: Step) -> Ref | None:
    """The gradient that a chain rule multiplies: dL/dA in dL/dz = dL/dA · dA/dz."""
    loss = derivation.loss
    return next(
        (Ref(name) for name in step.uses if isinstance(name, Derivative) and name.of == loss),
        None,
    )


def _local(derivation: Derivation, step: Step) -> Derivative | None:
    loss = derivation.loss
    return next((name for name in step.uses if isinstance(name, Derivative) and name.of != loss), None)


def _function_of(derivation: Derivation, name: Derivative) -> Apply | None:
    """The one function that the equation of `name.of` applies to `name.by`."""
    step = next((s for s in derivation.forward if s.name == name.of), None)
    expr = step.expr if step else None
    if isinstance(expr, Apply) and expr.args == (Ref(name.by),):
        return expr
    return None


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
    local = step.name if step.rule.is_local else _local(derivation, step)
    assert local is None or isinstance(local, Derivative)
    expr = _function_of(derivation, local) if local else None
    if local is None or expr is None:
        return
    if step.rule.is_local:
        yield expr
    elif gradient := _arriving(derivation, step):
        yield times(gradient, expr)


def at_activation(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """σ′(A) for σ′(z): the derivative taken at what came out instead of at what went in."""
    yield from _other_slope(derivation, step, lambda expr, of: (Ref(of), replace(expr, args=(Ref(of),))))


def input_for_output(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """z (1 − z) for A (1 − A): the derivative by what comes out, with what went in put there."""
    yield from _other_slope(derivation, step, lambda expr, of: (expr.args[0], expr.args[0]))


def _other_slope(
    derivation: Derivation, step: Step, meant: Callable[[Apply, Name], tuple[Expr, Expr]]
) -> Iterator[Expr]:
    """The derivative of a function with something else for its argument and its value."""
    local = step.name if step.rule.is_local else _local(derivation, step)
    expr = _function_of(derivation, local) if isinstance(local, Derivative) else None
    if expr is None or not isinstance(local, Derivative):
        return
    argument, value = meant(expr, local.of)
    row = row_of(expr)
    if not row.derivative:
        return
    slope = tidy(instantiate(row, row.derivative[0], (argument,), expr.options, value))
    if step.rule.is_local:
        yield slope
    elif gradient := _arriving(derivation, step):
        yield times(gradient, slope)


def untransposed(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """W for Wᵀ."""
    yield rewrite(step.expr, lambda node: node.args[0] if isinstance(node, Apply) and node.op == "transpose" else None)


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
    expr = step.expr
    if not isinstance(expr, Apply) or expr.op not in {"product", "times"}:
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
    if isinstance(step.expr, Apply) and step.expr.op in {"product", "times"}:
        yield from (arg for arg in step.expr.args if not isinstance(arg, Number))
