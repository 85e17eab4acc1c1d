"""A student's formula as one that can be worked out: `·` between arrays of one shape is the product entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from derive.answers.reading.written import Unreadable
from derive.calculus.differentiation import expand_macros, shape_of
from derive.calculus.operation_rows import ShapeFault, row_of
from derive.language.expressions import Apply, Expr, Shape
from derive.language.names import Name


def meant(expr: Expr, shapes: Mapping[Name, Shape], asked: Shape) -> Expr | Unreadable:
    """The formula with `⊙` where it is meant, macros written out; Unreadable where its shapes do not fit."""
    try:
        return fitting_formula(_settled(expand_macros(expr, shapes), shapes), shapes, asked)
    except ShapeFault as fault:
        return Unreadable(fault.message, fault.hint)
    except (KeyError, ValueError, IndexError):
        return Unreadable("this formula has no meaning here", "write it with the names of the problem")


def fitting_formula(expr: Expr, shapes: Mapping[Name, Shape], asked: Shape) -> Expr | Unreadable:
    """The formula, if it can be worked out and gives not one number where several are asked. Raises ShapeFault."""
    if shape_of(expr, shapes) != () or prod(asked) == 1:
        return expr
    return Unreadable(f"this gives one number where {prod(asked)} are asked", "write every entry, or an array")


def _settled(expr: Expr, shapes: Mapping[Name, Shape]) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    expr = replace(expr, args=tuple(_settled(arg, shapes) for arg in expr.args))
    if expr.op == "product":
        try:
            row_of(expr).shape(tuple(shape_of(arg, shapes) for arg in expr.args), expr.options)
        except ShapeFault:
            left, right = (shape_of(arg, shapes) for arg in expr.args)
            return replace(expr, op="times") if left == right else expr
    return expr
