"""`W [h, x]` of two columns: one above the other, where side by side does not fit."""

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.differentiation import expand_macros, shape_of
from derive.calculus.kernels import ShapeFault
from derive.language.expressions import Apply, Expr, Shape, applied, operations_in
from derive.language.names import Name

STACKED = "`[a, b]` of columns is read as `[a; b]`, one above the other"
STACK_HINT = "write `;` for one above the other, `,` for side by side"


def stacked(expr: Expr, shapes: Mapping[Name, Shape]) -> Expr:
    """The expression with columns side by side one above the other where only that has a shape."""
    if not isinstance(expr, Apply) or "beside" not in operations_in(expr):
        return expr
    expr = replace(expr, args=tuple(stacked(arg, shapes) for arg in expr.args))
    if _shape(expr, shapes) is not None:
        return expr
    turned = replace(expr, args=tuple(_turned(arg, shapes) for arg in expr.args))
    return turned if turned != expr and _shape(turned, shapes) is not None else expr


def _turned(expr: Expr, shapes: Mapping[Name, Shape]) -> Expr:
    """Columns, or numbers, side by side one above the other; anything else as it is."""
    beside = applied(expr, "beside")
    inner = [_shape(arg, shapes) for arg in beside.args] if beside else []
    return replace(beside, op="stack") if beside and all(s is not None and len(s) <= 1 for s in inner) else expr


def _shape(expr: Expr, shapes: Mapping[Name, Shape]) -> Shape | None:
    """The shape of an expression; None where its parts do not fit each other."""
    try:
        return shape_of(expand_macros(expr, shapes), shapes)
    except ShapeFault:
        return None
