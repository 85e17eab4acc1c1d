"""Products with a derivative of the forward pass, `e dz/dw`, in the equations of an update.

dz/dw alone would have an axis for each of those of z and of w; times e on its left it has the shape of w, and the
rows' pullbacks give it: for z = W x + b, `e dz/dW` is e xᵀ and `e dz/db` is e.
"""

from collections.abc import Iterator, Mapping

from derive.calculus.building import total
from derive.calculus.differentiation import Shapes, settled, shape_of
from derive.calculus.operation_rows import GradientContext, row_of
from derive.language.expressions import Apply, Expr, Ref, apply, names_in, rewrite, substitute
from derive.language.names import Derivative, Name, Symbol

_FACTOR = Symbol("factor", helper=1)  # no name that is written is one


def multiplied_out(expr: Expr, forward: Mapping[Name, Expr], shapes: Shapes) -> Expr:
    """The expression with each product with a derivative in place of which stands what it is."""

    def product(node: Expr) -> Expr | None:
        if not isinstance(node, Apply) or node.op != "product" or not isinstance(node.args[1], Ref):
            return None
        slope = node.args[1].name
        if not isinstance(slope, Derivative) or slope.of not in forward:
            return None
        factor = node.args[0]
        known = {**shapes, _FACTOR: shape_of(factor, shapes)}
        parts = [_in_front(part, known) for part in _pulled(forward[slope.of], slope.by, Ref(_FACTOR), known)]
        return substitute(total(parts), {_FACTOR: factor}) if parts else None

    return rewrite(expr, product)


def _in_front(expr: Expr, shapes: Shapes) -> Expr:
    """A number that is the last factor as the first one."""
    if isinstance(expr, Apply) and expr.op == "product" and expr.args[1] == Ref(_FACTOR) and not shapes[_FACTOR]:
        return apply("product", expr.args[1], expr.args[0])
    return expr


def _pulled(expr: Expr, by: Name, gradient: Expr, shapes: Shapes) -> Iterator[Expr]:
    """What flows from an expression into each use of a name."""
    if isinstance(expr, Ref) and expr.name == by:
        yield gradient
    if not isinstance(expr, Apply):
        return
    sizes = tuple(shape_of(arg, shapes) for arg in expr.args)
    for i, arg in enumerate(expr.args):
        if by in names_in(arg):
            inner = row_of(expr).pullback(GradientContext(expr.args, sizes, expr.options, expr, gradient, i))
            yield from _pulled(arg, by, settled(inner, shapes), shapes)
