"""Products of many entries: of all, of each row, column or channel, and running ones."""

from __future__ import annotations

from functools import partial, reduce
from itertools import accumulate
from operator import mul

from derive.calculus import scalars
from derive.calculus.building import divided, times
from derive.calculus.operation_rows import (
    AXIS,
    At,
    Branches,
    Flat,
    GradientContext,
    Kernel,
    Look,
    Row,
    Shapes,
    Wording,
    register_rows,
)
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.reductions import (
    first_of,
    group_by_group,
    group_of,
    groups,
    reduced_in_numpy,
    reduced_shape,
    same_shape,
)


def _product(factors: list[Expr]) -> Expr:
    return reduce(lambda a, b: apply("product", a, b), factors) if factors else number(1)


def _kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    parts = groups(shapes[0], options)
    return lambda x: [reduce(mul, [x[i] for i in part], scalars.ONE) for part in parts]


def _entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return _product([at(0, place) for place in group_of(shapes[0], options, first_of(shapes[0], options, index))])


def _pullback(ctx: GradientContext) -> Expr:
    """The gradient times the product of the others, which needs no entry that is not 0."""
    return times(ctx.gradient, apply("others_product", ctx.args[0], **ctx.settings))


def product_of_others(flat: Flat) -> Flat:
    """For each entry the product of the others."""
    before = accumulate(flat[:-1], mul, initial=scalars.ONE)
    behind = accumulate(flat[:0:-1], mul, initial=scalars.ONE)
    return [a * b for a, b in zip(before, reversed(list(behind)), strict=True)]


def _same_shape(shapes: Shapes, options: Options) -> Shape:
    """The shape of the argument; without an axis all of its entries are one group."""
    reduced_shape(shapes, options)
    return shapes[0]


def _others_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return _product([at(0, place) for place in group_of(shapes[0], options, index) if place != index])


def _others_pullback(ctx: GradientContext) -> Expr:
    """(Σ g p − g p)/x, p the product of the others: of x that are not 0."""
    shares = times(ctx.gradient, ctx.value)
    return divided(apply("subtract", apply("sum", shares, **ctx.settings), shares), ctx.args[0])


def _running(flat: Flat) -> Flat:
    return list(accumulate(flat, mul))


def _running_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return _product([at(0, place) for place in group_of(shapes[0], options, index) if place <= index])


def _running_pullback(ctx: GradientContext) -> Expr:
    """Σ over those from it on of g y, over x: of x that are not 0."""
    shares = times(ctx.gradient, ctx.value)
    whole, before = apply("sum", shares, **ctx.settings), apply("cumsum", shares, **ctx.settings)
    return divided(apply("add", apply("subtract", whole, before), shares), ctx.args[0])


register_rows([
    Row(
        key="prod", spellings=("prod",), summary="product of all entries, of each row, column or channel",
        example="prod(X, rows)", notation=Look("function", r"\prod", "∏"), shape=reduced_shape, kernel=_kernel,
        pullback=_pullback, entry=_entry, params=("z",), settings=AXIS, mixes=True,
        numpy=partial(reduced_in_numpy, "np.prod"),
    ),
    Row(
        key="others_product", spellings=("others_product",), summary="for each entry the product of the others",
        example="others_product(X, rows)", notation=Look("function", r"\prod\nolimits_{\mathrm{others}}", "∏_others"),
        shape=_same_shape, kernel=group_by_group(product_of_others), pullback=_others_pullback,
        entry=_others_entry, params=("z",), settings=AXIS, mixes=True, meaning=Wording("others_product"),
    ),
    Row(
        key="cumprod", spellings=("cumprod",), summary="running products of a vector, of each row or column",
        example="cumprod(X, rows)", notation=Look.operator("cumprod"), shape=same_shape,
        kernel=group_by_group(_running),
        pullback=_running_pullback, entry=_running_entry, params=("z",), settings=AXIS, mixes=True,
        meaning=Wording("cumprod"),
    ),
])  # fmt: skip
