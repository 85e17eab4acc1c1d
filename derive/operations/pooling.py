"""Pooling: the largest entry or the mean of each window. Ties go to the first; a padded place never wins, and counts
as 0 in a mean. Source: Goodfellow, Bengio, Courville, Deep Learning (2016), 9.3.

`maxunpool` and `maxpick` go the ways that maxpool chose: back to where an entry came from, and to what lies there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial, reduce
from itertools import product
from math import prod

from derive.calculus import scalars
from derive.calculus.building import filled_array, times, total
from derive.calculus.operation_rows import (
    At,
    Branches,
    Flat,
    Kernel,
    Look,
    Macro,
    Row,
    ShapeFault,
    register_rows,
    shape_text,
)
from derive.calculus.scalars import sign
from derive.calculus.shapes import as_matrix, normal, offset, position
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.blocks import as_option, option_shape

Shapes = tuple[Shape, ...]


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
    size = _each(options, "window", len(inside), None)
    stride, padding = _each(options, "stride", len(inside), size), _each(options, "padding", len(inside), 0)
    lines = [_line(*line) for line in zip(inside, size, stride, padding, strict=True)]
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
    several = any(isinstance(dict(options).get(name), tuple) for name in ("window", "stride", "padding"))
    return (), as_matrix(shape) if len(shape) == 2 or several else (*shape, 1)[:1]


def _each(options: Options, name: str, axes: int, default: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """A setting for each axis. Raises ShapeFault."""
    value = dict(options).get(name, default)
    values = value if isinstance(value, tuple) else (value,) * axes
    whole = tuple(int(v) for v in values)  # type: ignore[arg-type]
    if len(whole) != axes or min(whole) < (name != "padding"):
        raise ShapeFault(f"`{name}` does not fit", f"one number above 0, or {axes}: one for each axis")
    return whole


def _line(inside: int, size: int, stride: int, padding: int) -> list[range]:
    """The places along one axis that each window holds."""
    room = inside + 2 * padding - size
    if room < 0:
        raise ShapeFault(f"a window of {size} does not fit into {inside} entries", "take a smaller one: (1, 2)")
    if 2 * padding > size:
        raise ShapeFault(f"with padding {padding} a window of {size} may hold nothing", "at most half of the window")
    starts = range(-padding, room - padding + 1, stride)
    return [range(max(start, 0), min(start + size, inside)) for start in starts]


def _pooled_shape(shapes: Shapes, options: Options) -> Shape:
    return windows(shapes[0], options).shape


# --- the largest ----------------------------------------------------------------------------------------------------


def winner(flat: Flat, places: tuple[int, ...]) -> int:
    """Which of some places holds the largest number, the first of several."""
    return reduce(lambda best, i: i if sign(flat[i] - flat[best]) > 0 else best, places)


class Winners:
    """The winner of each window; while the branches are frozen, those of the last free evaluation."""

    def __init__(self, shape: Shape, options: Options, branches: Branches) -> None:
        self.places, self.branches = windows(shape, options).places, branches
        self.taken: list[int] = []

    def of(self, flat: Flat) -> list[int]:
        """The flat place of each window's winner."""
        if not self.branches.frozen:
            self.taken = [winner(flat, places) for places in self.places]
        return self.taken


def _max_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = Winners(shapes[0], options, branches)
    return lambda x: [x[i] for i in winners.of(x)]


def _pick_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = Winners(shapes[1], options, branches)
    return lambda h, x: [h[i] for i in winners.of(x)]


def _unpool_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = Winners(shapes[1], options, branches)

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
    own = at(1, position(i, shape))
    others = [(k, at(1, position(k, shape))) for k in places if k != i]
    rules: list[Expr] = [apply("below", x, own) if k < i else apply("at_least", own, x) for k, x in others]
    return reduce(lambda a, b: apply("product", a, b), rules) if rules else number(1)


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


def _unpool_shape(shapes: Shapes, options: Options) -> Shape:
    wanted = windows(shapes[1], options).shape
    if shapes[0] != wanted:
        raise ShapeFault(f"{shape_text(shapes[0])} is not one entry for each window", f"that is {shape_text(wanted)}")
    return shapes[1]


def _max_pullback(args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int) -> Expr:
    return apply("maxunpool", grad, args[0], **dict(options))


def _chosen_pullback(
    other: str, args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int
) -> Expr:
    """Of maxunpool and of maxpick the other one; which entries win does not change, so x has the gradient 0."""
    return filled_array(number(0), shapes[1]) if i == 1 else apply(other, grad, args[1], **dict(options))


def _ties(shapes: Shapes, options: Options) -> Callable[..., list[int]]:
    """The windows in which the largest number stands more than once."""
    places = windows(shapes[0], options).places

    def tied(flat: Flat, window: tuple[int, ...]) -> bool:
        best = flat[winner(flat, window)]
        return sum(sign(flat[i] - best) == 0 for i in window) > 1

    return lambda flat: [w for w, window in enumerate(places) if tied(flat, window)]


# --- the mean -------------------------------------------------------------------------------------------------------


def _mean_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    found = windows(shapes[0], options)
    return lambda x: [sum((x[i] for i in places), scalars.ZERO) / found.size for places in found.places]


def _mean_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found = windows(shapes[0], options)
    inner = total([at(0, position(i, shapes[0])) for i in found.places[offset(found.shape, index)]])
    return apply("product", number(Fraction(1, found.size)), inner) if found.size > 1 else inner


def _mean_pullback(args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int) -> Expr:
    return apply("avgunpool", grad, **{**dict(options), "shape": as_option(shapes[0])})


def _without_shape(options: Options) -> Options:
    return tuple((name, value) for name, value in options if name != "shape")


def _share_shape(shapes: Shapes, options: Options) -> Shape:
    if "shape" not in dict(options):
        raise ShapeFault("`avgunpool` needs the shape to spread over", "as in `avgunpool(g, 2, shape = (4, 4))`")
    target, settings = _target(options)
    wanted = windows(target, settings).shape
    if shapes[0] != wanted:
        raise ShapeFault(f"{shape_text(shapes[0])} is not one entry for each window", f"that is {shape_text(wanted)}")
    return target


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


def _share_pullback(args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int) -> Expr:
    return apply("avgpool", grad, **dict(_without_shape(options)))


SETTINGS = dict.fromkeys(("window", "stride", "padding"), "sizes")


def _notation(name: str) -> Look:
    return Look("function", rf"\operatorname{{{name}}}", name)


register_rows([
    Row("maxpool", ("maxpool",), "the largest entry of each window; ties go to the first", "maxpool(X, 2)", (1, 1),
        _notation("maxpool"), _pooled_shape, _max_kernel, _max_pullback, _max_entry, settings=SETTINGS,
        positional=("window",), mixes=True, kinks=_ties),
    Row("maxunpool", ("maxunpool",), "each entry put where the largest of its window of X is, 0 elsewhere",
        "maxunpool(W, X, 2)", (2, 2), _notation("maxunpool"), _unpool_shape, _unpool_kernel,
        partial(_chosen_pullback, "maxpick"), _unpool_entry, settings=SETTINGS, positional=("window",), whole=True),
    Row("maxpick", ("maxpick",), "the entries that lie where the largest of each window of X is",
        "maxpick(W, X, 2)", (2, 2), _notation("maxpick"), _pick_shape, _pick_kernel,
        partial(_chosen_pullback, "maxunpool"), _pick_entry, settings=SETTINGS, positional=("window",)),
    Row("avgpool", ("avgpool",), "the mean of each window; padding counts as 0", "avgpool(X, 2)", (1, 1),
        _notation("avgpool"), _pooled_shape, _mean_kernel, _mean_pullback, _mean_entry, settings=SETTINGS,
        positional=("window",)),
    Row("avgunpool", ("avgunpool",), "each entry shared equally over its window",
        "avgunpool(W, 2, shape = (4, 4))", (1, 1), _notation("avgunpool"), _share_shape, _share_kernel,
        _share_pullback, _share_entry, settings={**SETTINGS, "shape": "sizes"}, positional=("window",)),
    Macro("global_avgpool", ("global_avgpool",), "the mean of each channel", "global_avgpool(X)", ("a",),
          "mean(a, channels)"),
])  # fmt: skip
