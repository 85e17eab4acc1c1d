"""What every reader of expressions needs: shapes, single entries, and derivatives by the rows' own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import prod

from derive.language.cursor import Scope
from derive.language.expressions import (
    Apply,
    Entry,
    Expr,
    Index,
    Options,
    Ref,
    Shape,
    apply,
    names_in,
    number,
    rewrite,
    substitute,
)  # fmt: skip
from derive.language.grammar import parse
from derive.language.names import Name, Symbol
from derive.operations.building import filled, plus, tidy, times
from derive.operations.rows import FUNCTIONS, MACROS, Macro, Row, row_of

Shapes = Mapping[Name, Shape]


def shape_of(expr: Expr, shapes: Shapes) -> Shape:
    """The shape of an expression's value. Raises ShapeFault."""
    if isinstance(expr, Ref):
        return shapes[expr.name]
    if not isinstance(expr, Apply):
        return ()
    return row_of(expr).shape(tuple(shape_of(arg, shapes) for arg in expr.args), expr.options)


def entry_of(expr: Expr, shapes: Shapes, index: Index) -> Expr:
    """One entry of an expression as a scalar expression over entries of its names."""
    if isinstance(expr, Ref):
        return Entry(expr.name, index)
    if not isinstance(expr, Apply):
        return expr
    at = lambda i, where: entry_of(expr.args[i], shapes, where)  # noqa: E731
    return row_of(expr).entry(at, shapes_of(expr, shapes), expr.options, index)


def shapes_of(expr: Apply, shapes: Shapes) -> tuple[Shape, ...]:
    """The shapes of an application's arguments."""
    return tuple(shape_of(arg, shapes) for arg in expr.args)


def is_elementwise(expr: Expr, shapes: Shapes) -> bool:
    """Whether every entry depends on the same entry of each name only (scalars go everywhere)."""
    if not isinstance(expr, Apply) or not expr.args:
        return True
    row = row_of(expr)
    scaling = expr.op == "product" and () in shapes_of(expr, shapes)
    return (row.elementwise or scaling) and all(is_elementwise(arg, shapes) for arg in expr.args)


@cache
def _formula(params: tuple[str, ...], settings: tuple[str, ...], text: str) -> Expr:
    """A row's text as an expression over its parameters, its value `y` and its settings."""
    names = {name: Symbol(name) for name in (*params, *settings, "y")}
    return parse(text, Scope(dict(names), FUNCTIONS))


def instantiate(row: Row | Macro, text: str, args: tuple[Expr, ...], options: Options, value: Expr) -> Expr:
    """A row's definition or derivative with the arguments put in for its parameters, and `value` for `y`."""
    settings = {**row.defaults, **dict(options)}
    formula = _formula(row.params, tuple(row.defaults), text)
    values: dict[Name, Expr] = {Symbol(name): arg for name, arg in zip(row.params, args, strict=False)}
    values[Symbol("y")] = values.get(Symbol("y"), value)
    values |= {Symbol(name): number(v) for name, v in settings.items() if isinstance(v, Fraction)}

    def with_settings(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and any(isinstance(v, str) and v in settings for _, v in node.options):
            chosen = tuple((k, settings.get(v, v) if isinstance(v, str) else v) for k, v in node.options)
            return replace(node, args=tuple(substitute(arg, values) for arg in node.args), options=chosen)
        return None

    return substitute(rewrite(formula, with_settings), values)


def expand_macros(expr: Expr) -> Expr:
    """The expression in rows only: each macro replaced by what it stands for."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(expand_macros(arg) for arg in expr.args)
    macro = MACROS.get(expr.op)
    if macro is None:
        return replace(expr, args=args)
    return expand_macros(instantiate(macro, macro.body, args, expr.options, number(0)))


def derivative_rule(expr: Apply, i: int, value: Expr) -> Expr:
    """∂expr/∂(its i-th argument), entry by entry; `value` stands for expr itself."""
    row = row_of(expr)
    return tidy(instantiate(row, row.derivative[i], expr.args, expr.options, value))


def differentiate(expr: Expr, name: Name, shapes: Shapes, value: Expr | None = None) -> Expr:
    """The derivative of an elementwise expression by the same entry of `name`; of a sum or mean of one, the gradient.

    `value` is what the expression is called, where it has a name: σ′ = y (1 − y) then uses it.
    """
    if isinstance(expr, Ref):
        return number(1 if expr.name == name else 0)
    if not isinstance(expr, Apply) or name not in names_in(expr):
        return number(0)
    if expr.op in {"sum", "mean"}:
        shape = shape_of(expr.args[0], shapes)
        inner = differentiate(expr.args[0], name, shapes)
        count = 1 if expr.op == "sum" else prod(shape)
        scaled = times(number(Fraction(1, count)), inner)
        return reduced(spread(scaled, shapes, shape), shape, shapes[name])
    result: Expr = number(0)
    for i, arg in enumerate(expr.args):
        inner = differentiate(arg, name, shapes)
        if inner != number(0):
            rule = derivative_rule(expr, i, value or expr)
            in_order = (inner, rule) if i == 0 and expr.op in {"product", "times"} else (rule, inner)
            result = plus(result, times(*in_order))
    return result


def reduced(expr: Expr, source: Shape, target: Shape) -> Expr:
    """The gradient of something broadcast from `target` to `source`: summed over the axes it was spread over."""
    if source == target:
        return expr
    if not target:
        return apply("sum", expr)
    if len(target) == 1:
        return apply("sum", expr, axis="rows")
    return apply("sum", expr, axis="columns")


def spread(expr: Expr, shapes: Shapes, target: Shape) -> Expr:
    """What does not differ along an axis of `target`, with `target`'s shape: it stands in every entry."""
    return filled(expr, target) if shape_of(expr, shapes) != target else expr


def settled(expr: Expr, shapes: Shapes) -> Expr:
    """The expression with ⊙ only where both factors are arrays, and no scalar transposed."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(settled(arg, shapes) for arg in expr.args)
    if expr.op == "transpose" and shape_of(args[0], shapes) == ():
        return args[0]
    scaling = expr.op == "times" and () in tuple(shape_of(arg, shapes) for arg in args)
    return replace(expr, op="product" if scaling else expr.op, args=args)
