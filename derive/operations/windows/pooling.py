"""Pooling: the largest entry or the mean of each window. Ties go to the first; a padded place never wins, and counts
as 0 in a mean. Source: Goodfellow, Bengio, Courville, Deep Learning (2016), 9.3.

`maxunpool` and `maxpick` go the ways that maxpool chose: back to where an entry came from, and to what lies there.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial, reduce
from itertools import product
from math import prod

from derive.calculus import scalars
from derive.calculus.building import filled_array, times, total
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import At, GradientContext, array_row, macro, register_rows
from derive.calculus.options import as_option, axis_settings, option_shape
from derive.calculus.shapes import as_matrix, normal, offset, position
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.over_axes.extremes import Winners, mark_of, ties


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows over an array: the shape of what comes out, and for each of its entries the flat entries that the
    window holds; `size` counts the places of a window, with those in the padding.
    """

    shape: Shape
    places: tuple[tuple[int, ...], ...]
    size: int


@lru_cache(64)
def windows(shape: Shape, options: Options) -> Windows:
    """The windows that the settings lay over an array of `shape`. Raises ShapeFault."""
    if "window" not in dict(options):
        raise ShapeFault("pooling needs the size of its window", "as in `maxpool(X, 2)`")
    front, inside = _axes(shape, options)
    size = axis_settings(options, "window", len(inside))
    stride = axis_settings(options, "stride", len(inside), size)
    padding, over = (axis_settings(options, name, len(inside), 0, 0) for name in ("padding", "overhang"))
    lines = [_line(*line) for line in zip(inside, size, stride, padding, over, strict=True)]
    count = prod(inside)
    within = [tuple(offset(inside, place) for place in product(*window)) for window in product(*lines)]
    places = tuple(tuple(c * count + i for i in window) for c in range(prod(front)) for window in within)
    return Windows(normal((*front, *map(len, lines))), places, prod(size))


@lru_cache(64)
def holding(shape: Shape, options: Options) -> tuple[tuple[int, ...], ...]:
    """For each flat entry of an array the windows that hold it."""
    found: list[list[int]] = [[] for _ in range(prod(shape))]
    for window, places in enumerate(windows(shape, options).places):
        for i in places:
            found[i].append(window)
    return tuple(map(tuple, found))


def _axes(shape: Shape, options: Options) -> tuple[Shape, Shape]:
    """The channels of an array, and the axes that the window goes along."""
    if len(shape) > 3:
        raise ShapeFault(f"{shape_text(shape)} has {len(shape)} axes", "pooling takes X[i], X[i,j] or X[c,i,j]")
    if len(shape) == 3:
        return shape[:1], shape[1:]
    several = any(isinstance(dict(options).get(name), tuple) for name in ("window", "stride", "padding", "overhang"))
    return (), as_matrix(shape) if len(shape) == 2 or several else (*shape, 1)[:1]


def _line(inside: int, size: int, stride: int, padding: int, over: int) -> list[range]:
    """The places along one axis that each window holds; the last one may hang over the end."""
    room = inside + 2 * padding + over - size
    if room < 0:
        raise ShapeFault(f"a window of {size} does not fit into {inside} entries", "take a smaller one: (1, 2)")
    if 2 * padding > size:
        raise ShapeFault(f"with padding {padding} a window of {size} may hold nothing", "at most half of the window")
    starts = range(-padding, room - padding + 1, stride)
    if starts[-1] >= inside:
        raise ShapeFault(f"with overhang {over} the last window holds nothing", "take a smaller one")
    return [range(max(start, 0), min(start + size, inside)) for start in starts]


def _pooled_shape(shapes: Shapes, options: Options) -> Shape:
    return windows(shapes[0], options).shape


# --- the largest ----------------------------------------------------------------------------------------------------


def _winners(shape: Shape, options: Options, branches: Branches) -> Winners:
    return Winners(1, windows(shape, options).places, branches)


def _max_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = _winners(shapes[0], options, branches)
    return lambda x: [x[i] for i in winners.of(x)]


def _pick_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = _winners(shapes[1], options, branches)
    return lambda h, x: [h[i] for i in winners.of(x)]


def _unpool_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = _winners(shapes[1], options, branches)

    def kernel(g: Flat, x: Flat) -> Flat:
        found: Flat = [scalars.ZERO] * len(x)
        for value, i in zip(g, winners.of(x), strict=True):
            found[i] = found[i] + value
        return found

    return kernel


def _max_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found = windows(shapes[0], options)
    entries = [at(0, position(i, shapes[0])) for i in found.places[offset(found.shape, index)]]
    return reduce(lambda a, b: apply("max", a, b), entries)


def _wins(at: At, shape: Shape, places: tuple[int, ...], i: int) -> Expr:
    """1 where entry i of the second argument wins its window, else 0."""
    return mark_of(1, [at(1, position(k, shape)) for k in places], places.index(i))


def _pick_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found = windows(shapes[1], options)
    places = found.places[offset(found.shape, index)]
    return total([times(at(0, position(i, shapes[1])), _wins(at, shapes[1], places, i), "product") for i in places])


def _unpool_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found, i = windows(shapes[1], options), offset(shapes[1], index)
    held = holding(shapes[1], options)[i]
    return total([
        times(at(0, position(w, found.shape)), _wins(at, shapes[1], found.places[w], i), "product") for w in held
    ])  # fmt: skip


def _pick_shape(shapes: Shapes, options: Options) -> Shape:
    if shapes[0] != shapes[1]:
        raise ShapeFault(f"{shape_text(shapes[0])} and {shape_text(shapes[1])} differ", "both need the same shape")
    return windows(shapes[1], options).shape


def _spread_over(given: Shape, target: Shape, options: Options) -> Shape:
    """The shape that one entry for each window is spread over. Raises ShapeFault."""
    wanted = windows(target, options).shape
    if given != wanted:
        raise ShapeFault(f"{shape_text(given)} is not one entry for each window", f"that is {shape_text(wanted)}")
    return target


def _chosen_pullback(other: str, ctx: GradientContext) -> Expr:
    """Of maxunpool and of maxpick the other one; which entries win does not change, so x has the gradient 0."""
    if ctx.i == 1:
        return filled_array(number(0), ctx.shape)
    return apply(other, ctx.gradient, ctx.args[1], **ctx.settings)


def _seen(shapes: Shapes, options: Options) -> tuple[tuple[int, ...], ...]:
    return windows(shapes[0], options).places


# --- the mean -------------------------------------------------------------------------------------------------------


def _mean_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    found = windows(shapes[0], options)
    return lambda x: [sum((x[i] for i in places), scalars.ZERO) / found.size for places in found.places]


def _mean_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found = windows(shapes[0], options)
    inner = total([at(0, position(i, shapes[0])) for i in found.places[offset(found.shape, index)]])
    return apply("product", number(Fraction(1, found.size)), inner) if found.size > 1 else inner


def _without_shape(options: Options) -> Options:
    return tuple((name, value) for name, value in options if name != "shape")


def _share_shape(shapes: Shapes, options: Options) -> Shape:
    if "shape" not in dict(options):
        raise ShapeFault("`avgunpool` needs the shape to spread over", "as in `avgunpool(g, 2, shape = (4, 4))`")
    return _spread_over(shapes[0], *_target(options))


def _target(options: Options) -> tuple[Shape, Options]:
    """The shape to spread over, and the settings of the windows."""
    return normal(option_shape(options)), _without_shape(options)


def _share_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    size, held = windows(*_target(options)).size, holding(*_target(options))
    return lambda g: [sum((g[w] for w in each), scalars.ZERO) / size for each in held]


def _share_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found, held = windows(*_target(options)), holding(*_target(options))[offset(_target(options)[0], index)]
    inner = total([at(0, position(w, found.shape)) for w in held])
    return times(number(Fraction(1, found.size)), inner) if held else number(0)


SETTINGS = dict.fromkeys(("window", "stride", "padding", "overhang"), "sizes")


register_rows([
    array_row("maxpool", "the largest entry of each window; ties go to the first", "maxpool(X, 2)",
              shape=_pooled_shape, kernel=_max_kernel,
              pullback=lambda ctx: apply("maxunpool", ctx.gradient, ctx.args[0], **ctx.settings), entry=_max_entry,
              settings=SETTINGS, positional=("window",), mixes=True,
              kinks=lambda shapes, options: ties(1, windows(shapes[0], options).places),
              chosen=lambda shapes, options: _winners(shapes[0], options, Branches()).of, seen=_seen),
    array_row("maxunpool", "each entry put where the largest of its window of X is, 0 elsewhere", "maxunpool(W, X, 2)",
              arity=(2, 2), shape=lambda shapes, options: _spread_over(shapes[0], shapes[1], options),
              kernel=_unpool_kernel, pullback=partial(_chosen_pullback, "maxpick"), entry=_unpool_entry,
              settings=SETTINGS, positional=("window",), whole=True, said=True),
    array_row("maxpick", "the entries that lie where the largest of each window of X is", "maxpick(W, X, 2)",
              arity=(2, 2), shape=_pick_shape, kernel=_pick_kernel, pullback=partial(_chosen_pullback, "maxunpool"),
              entry=_pick_entry, settings=SETTINGS, positional=("window",), said=True),
    array_row("avgpool", "the mean of each window; padding counts as 0", "avgpool(X, 2)", shape=_pooled_shape,
              kernel=_mean_kernel,
              pullback=lambda ctx: apply("avgunpool", ctx.gradient, **ctx.settings, shape=as_option(ctx.shapes[0])),
              entry=_mean_entry, settings=SETTINGS, positional=("window",), seen=_seen),
    array_row("avgunpool", "each entry shared equally over its window", "avgunpool(W, 2, shape = (4, 4))",
              shape=_share_shape, kernel=_share_kernel,
              pullback=lambda ctx: apply("avgpool", ctx.gradient, **dict(_without_shape(ctx.options))),
              entry=_share_entry, settings={**SETTINGS, "shape": "sizes"}, positional=("window",), said=True),
    macro("global_avgpool", "the mean of each channel", "mean(a, channels)", "a", example="global_avgpool(X)"),
])  # fmt: skip
