"""`W [h, x]` of two columns: one above the other, where side by side does not fit."""

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.differentiation import expand_macros, shape_of
from derive.calculus.kernels import ShapeFault
from derive.language.expressions import Apply, Expr, Shape, walk
from derive.language.names import Name

STACKED = "`[a, b]` of columns is read as `[a; b]`, one above the other"
STACK_HINT = "write `;` for one above the other, `,` for side by side"


def stacked(expr: Expr, shapes: Mapping[Name, Shape]) -> Expr:
    """The expression with columns side by side one above the other where only that has a shape."""
    if not isinstance(expr, Apply) or not any(isinstance(node, Apply) and node.op == "beside" for node in walk(expr)):
        return expr
    expr = replace(expr, args=tuple(stacked(arg, shapes) for arg in expr.args))
    if _fits(expr, shapes):
        return expr
    turned = replace(expr, args=tuple(_turned(arg, shapes) for arg in expr.args))
    return turned if turned != expr and _fits(turned, shapes) else expr


def _turned(expr: Expr, shapes: Mapping[Name, Shape]) -> Expr:
    """Columns side by side one above the other; anything else as it is."""
    return replace(expr, op="stack") if isinstance(expr, Apply) and _are_columns(expr, shapes) else expr


def _are_columns(expr: Expr, shapes: Mapping[Name, Shape]) -> bool:
    """Whether the expression is columns, or numbers, side by side."""
    if not isinstance(expr, Apply) or expr.op != "beside":
        return False
    try:
        return all(len(shape_of(expand_macros(arg, shapes), shapes)) <= 1 for arg in expr.args)
    except ShapeFault:
        return False


def _fits(expr: Expr, shapes: Mapping[Name, Shape]) -> bool:
    try:
        shape_of(expand_macros(expr, shapes), shapes)
    except ShapeFault:
        return False
    return True
