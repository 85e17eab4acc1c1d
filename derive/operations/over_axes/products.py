"""Products of many entries: of all, of each row, column or channel, and running ones.

A product is linear in each factor, so its derivatives need no division, and factors may be 0. With further arguments
the operations here are derivatives along them: `others_product(x, g)` is that of `others_product(x)` along g. Each is
computed with factors x + ε₁ g₁ + ε₂ g₂ + … where ε² = 0, by the coefficient of ε₁ε₂…
"""

from collections.abc import Callable, Iterator
from functools import partial, reduce
from itertools import accumulate
from math import prod
from operator import le, mul, ne

from derive.calculus import scalars
from derive.calculus.building import product_of, times, total
from derive.calculus.differentiation import reduced
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes
from derive.calculus.operation_rows import AXIS, At, GradientContext, Look, Wording, array_row, register_rows
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.over_axes.reductions import (
    first_of,
    group_of,
    grouped_shape,
    groups,
    reduced_in_numpy,
    reduced_shape,
)

MOST_DIRECTIONS = 8


def _kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    parts = groups(shapes[0], options)
    return lambda x: [reduce(mul, [x[i] for i in part], scalars.ONE) for part in parts]


def _entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return product_of([at(0, place) for place in group_of(shapes[0], options, first_of(shapes[0], options, index))])


# --- factors with ε --------------------------------------------------------------------------------------------------


def _factors(arrays: tuple[Flat, ...]) -> list[Flat]:
    """For each entry of a group the factor x + ε₁ g₁ + ε₂ g₂ + …: coefficients by the bits of their place."""
    found = []
    for i, x in enumerate(arrays[0]):
        factor: Flat = [scalars.ZERO] * (1 << (len(arrays) - 1))
        factor[0] = x
        for bit, direction in enumerate(arrays[1:]):
            factor[1 << bit] = direction[i]
        found.append(factor)
    return found


def _times(a: Flat, b: Flat) -> Flat:
    """A product in which the square of each ε is 0."""
    if len(a) == 1:
        return [a[0] * b[0]]
    size = max(len(a), len(b))
    return [sum((a[s] * b[place ^ s] for s in range(size) if s & place == s), scalars.ZERO) for place in range(size)]


def _one(arrays: tuple[Flat, ...]) -> Flat:
    return [scalars.ONE, *[scalars.ZERO] * ((1 << (len(arrays) - 1)) - 1)]


def _before(factors: list[Flat], one: Flat) -> list[Flat]:
    """For each factor the product of those before it."""
    return list(accumulate(factors[:-1], _times, initial=one))


def _others(*arrays: Flat) -> Flat:
    """For each entry the product of the others."""
    factors, one = _factors(arrays), _one(arrays)
    behind = _before(factors[::-1], one)[::-1]
    return [_times(a, b)[-1] for a, b in zip(_before(factors, one), behind, strict=True)]


def _running(*arrays: Flat) -> Flat:
    """For each entry the product of those up to it."""
    return [product[-1] for product in accumulate(_factors(arrays), _times)]


def _running_back(x: Flat, gradient: Flat, *directions: Flat) -> Flat:
    """For each entry x_j the sum over those from it on of g_i times the product of the others up to i."""
    factors, one = _factors((x, *directions)), _one((x, *directions))
    behind: list[Flat] = []
    for factor, g in zip((one, *factors[:0:-1]), reversed(gradient), strict=True):
        later = _times(factor, behind[-1]) if behind else [scalars.ZERO] * len(one)
        behind.append([later[0] + g, *later[1:]])
    return [_times(a, b)[-1] for a, b in zip(_before(factors, one), reversed(behind), strict=True)]


# --- rows ------------------------------------------------------------------------------------------------------------


def _along_shape(grouped: bool, shapes: Shapes, options: Options) -> Shape:
    """The shape of the first argument, which the others have too, or are numbers."""
    (grouped_shape if grouped else reduced_shape)(shapes[:1], options)
    if any(shape not in {(), shapes[0]} for shape in shapes[1:]):
        raise ShapeFault("a direction has the shape of what it is a direction of", "")
    return shapes[0]


def _by_group(of: Callable[..., Flat], shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    size, parts = prod(shapes[0]), groups(shapes[0], options)

    def run(*args: Flat) -> Flat:
        spread = [flat if len(flat) == size else flat * size for flat in args]
        result: Flat = [scalars.ZERO] * size
        for part in parts:
            for place, x in zip(part, of(*([flat[i] for i in part] for flat in spread)), strict=True):
                result[place] = x
        return result

    return run


def _terms(at: At, shapes: Shapes, places: list[Index], directions: tuple[int, ...]) -> Iterator[Expr]:
    """The terms of a product of entries, derived along the directions: each takes the place of another factor."""
    if not directions:
        yield product_of([at(0, place) for place in places])
        return
    first, *rest = directions
    for place in places:
        others = [other for other in places if other != place]
        for term in _terms(at, shapes, others, tuple(rest)):
            factor = at(first, place if shapes[first] else ())
            yield apply("product", factor, term) if term != number(1) else factor


def _along_entry(
    kept: Callable[[Index, Index], bool], at: At, shapes: Shapes, options: Options, index: Index
) -> Expr:  # fmt: skip
    """The product of the entries that are `kept` for an entry of the result."""
    places = [place for place in group_of(shapes[0], options, index) if kept(place, index)]
    return total(list(_terms(at, shapes, places, tuple(range(1, len(shapes))))))


def _back_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found: list[Expr] = []
    group = group_of(shapes[0], options, index)
    for last in (place for place in group if place >= index):
        places, gradient = [p for p in group if p <= last and p != index], at(1, last if shapes[1] else ())
        terms = _terms(at, shapes, places, tuple(range(2, len(shapes))))
        found += [apply("product", gradient, term) if term != number(1) else gradient for term in terms]
    return total(found)


def _others_pullback(ctx: GradientContext) -> Expr:
    x, *directions = ctx.args
    if ctx.i:
        directions[ctx.i - 1] = ctx.gradient
    else:
        directions.append(ctx.gradient)
    return _part(ctx, "others_product", x, *directions)


def _running_pullback(ctx: GradientContext) -> Expr:
    x, *directions = ctx.args
    others = [other for i, other in enumerate(directions, start=1) if i != ctx.i]
    return _part(ctx, "cumprod_gradient", x, ctx.gradient, *others)


def _back_pullback(ctx: GradientContext) -> Expr:
    x, gradient, *directions = ctx.args
    if ctx.i == 1:
        return _part(ctx, "cumprod", x, *directions, ctx.gradient)
    others = [other for i, other in enumerate(directions, start=2) if i != ctx.i]
    return _part(ctx, "cumprod_gradient", x, gradient, *others, ctx.gradient)


def _part(ctx: GradientContext, key: str, *args: Expr) -> Expr:
    return reduced(apply(key, *args, **ctx.settings), ctx.shapes[0], ctx.shape)


register_rows([
    array_row("prod", "product of all entries, of each row, column or channel", "prod(X, rows)",
              notation=Look("function", r"\prod", "∏"), shape=reduced_shape, kernel=_kernel,
              pullback=lambda ctx: times(ctx.gradient, apply("others_product", ctx.args[0], **ctx.settings)),
              entry=_entry, params=("z",), settings=AXIS, mixes=True, rules=("back prod",),
              numpy=partial(reduced_in_numpy, "np.prod")),
    array_row("others_product", "for each entry the product of the others; with g too, its derivative along g",
              "others_product(X, rows)", notation=Look("function", r"\prod\nolimits_{\mathrm{others}}", "∏_others"),
              arity=(1, MOST_DIRECTIONS), shape=partial(_along_shape, False), kernel=partial(_by_group, _others),
              pullback=_others_pullback, entry=partial(_along_entry, ne), params=("z",), settings=AXIS, mixes=True,
              meaning=Wording("others_product"), said=True),
    array_row("cumprod", "running products of a vector, of each row or column; with g too, their derivative along g",
              "cumprod(X, rows)", arity=(1, MOST_DIRECTIONS), shape=partial(_along_shape, True),
              kernel=partial(_by_group, _running), pullback=_running_pullback, entry=partial(_along_entry, le),
              params=("z",), settings=AXIS, mixes=True, meaning=Wording("cumprod"),
              rules=("back cumprod",) * MOST_DIRECTIONS),
    array_row("cumprod_gradient",
              "for each entry the sum of the g from it on, each times the other factors of its running product",
              "cumprod_gradient(X, W, rows)", notation=Look.operator("cumprod_gradient", "cumprod_gradient"),
              arity=(2, MOST_DIRECTIONS), shape=partial(_along_shape, True), kernel=partial(_by_group, _running_back),
              pullback=_back_pullback, entry=_back_entry, settings=AXIS, mixes=True, said=True),
])  # fmt: skip
