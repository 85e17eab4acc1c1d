"""How many scalar operations a forward pass takes: what is affordable is judged by it."""

from __future__ import annotations

from math import isqrt, prod

from derive.calculus.differentiation import Shapes, shape_of
from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation
from derive.language.expressions import Apply, Expr


def operation_count(derivation: Derivation) -> int:
    """About how many scalar operations a forward pass takes."""
    return sum(_operations(step.expr, derivation.shapes) for step in derivation.forward)


def _operations(expr: Expr, shapes: Shapes) -> int:
    """For a product of matrices m×k and k×n the root of all three sizes multiplied is m k n."""
    if not isinstance(expr, Apply):
        return 0
    size = prod(shape_of(expr, shapes))
    sizes = [prod(shape_of(arg, shapes)) for arg in expr.args]
    if len(sizes) == 1:
        size = max(size, *sizes)
    elif not row_of(expr).elementwise:
        size = isqrt(size * prod(sizes))
    return size + sum(_operations(arg, shapes) for arg in expr.args)
