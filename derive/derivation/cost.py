"""How many scalar operations a forward pass takes: what is affordable is judged by it."""

from math import isqrt, prod

from derive.calculus.differentiation import Shapes
from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation
from derive.language.expressions import Apply, Expr, Ref, Shape


def operation_count(derivation: Derivation) -> int:
    """About how many scalar operations a forward pass takes; every sample of a batch takes as many as the first."""
    places, shapes = derivation.places, derivation.shapes
    own = [step for step in derivation.forward if step.form is step and places.sample(step.name) in {None, 0}]
    times = (1 if places.sample(step.name) is None else places.count for step in own)
    return sum(n * _counted(step.expr, shapes)[1] for n, step in zip(times, own, strict=True))


def _counted(expr: Expr, shapes: Shapes) -> tuple[Shape, int]:
    """The shape of an expression and its operations; a product of matrices m×k and k×n takes the root of all three
    sizes multiplied: m k n.
    """
    if not isinstance(expr, Apply):
        return (shapes[expr.name] if isinstance(expr, Ref) else ()), 0
    inner = [_counted(arg, shapes) for arg in expr.args]
    row, sizes = row_of(expr), [prod(shape) for shape, _ in inner]
    shape = row.shape(tuple(shape for shape, _ in inner), expr.options)
    size = prod(shape)
    if len(sizes) == 1:
        size = max(size, *sizes)
    elif not row.elementwise:
        size = isqrt(size * prod(sizes))
    return shape, size + sum(count for _, count in inner)
