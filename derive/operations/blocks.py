"""Entries moved to other places: blocks put together, cut out, put back in place, laid out anew."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import accumulate
from math import prod
from typing import Any

from derive.calculus.kernels import ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import GradientContext, Look, Row, Wording, register_rows
from derive.calculus.options import as_option, option_shape, whole_option
from derive.calculus.shapes import as_axes, normal, numpy_shape, offset, position, whole_index
from derive.language.expressions import Expr, Index, Options, Shape, Slice, apply, number
from derive.operations.moving import Origin, moving

MOST_BLOCKS = 1_000


# --- one above the other, side by side ---------------------------------------------------------------------------


def _axis(op: str, shape: Shape) -> int:
    """The axis along which `stack` and `beside` join arrays: the first, the last."""
    return 0 if op == "stack" else len(as_axes(shape)) - 1


def _joined_shape(op: str, shapes: Shapes, options: Options) -> Shape:
    sizes, axis = [as_axes(shape) for shape in shapes], _axis(op, shapes[0])
    others = {(*size[:axis], *size[axis + 1 :]) for size in sizes}
    if len({len(size) for size in sizes}) > 1 or len(others) > 1:
        listed = ", ".join(map(shape_text, shapes))
        raise ShapeFault(f"{listed} cannot stand {_WAYS[op][0]}", f"{_WAYS[op][1]} must be equal")
    first = sizes[0]
    return normal((*first[:axis], sum(size[axis] for size in sizes), *first[axis + 1 :]))


_WAYS = {
    "stack": ("one above the other", "their numbers of columns"),
    "beside": ("side by side", "their numbers of rows"),
}


def _joined_origins(op: str, shapes: Shapes, options: Options) -> Origin:
    axis = _axis(op, shapes[0])
    stops = list(accumulate(as_axes(shape)[axis] for shape in shapes))

    def origin(index: Index) -> tuple[int, Index]:
        whole = whole_index(index)
        i = bisect_right(stops, whole[axis])
        k = whole[axis] - (stops[i - 1] if i else 0)
        return i, (*whole[:axis], k, *whole[axis + 1 :])[: len(shapes[i])]

    return origin


def _joined_pullback(op: str, ctx: GradientContext) -> Expr:
    """The block's own entries of the gradient."""
    result, axis = _joined_shape(op, ctx.shapes, ctx.options), _axis(op, ctx.shapes[0])
    if not result:
        return ctx.gradient
    sizes = [as_axes(shape)[axis] for shape in ctx.shapes]
    size, stop = sizes[ctx.i], sum(sizes[: ctx.i + 1])
    chosen: Slice = stop if size == 1 and len(result) <= 2 else (stop - size + 1, stop)
    if len(result) == 1 or (len(result) == 2 and result[0] == 1):
        return apply("index", ctx.gradient, at=(chosen,))
    return apply("index", ctx.gradient, at=tuple(chosen if k == axis else (None, None) for k in range(len(result))))


def _joined_numpy(function: str, shapes: Shapes, options: Options) -> str:
    """For arrays of up to two axes."""
    args = ", ".join(f"{{{i}}}" for i in range(len(shapes)))
    return f"{function}([{args}])" if max(map(len, shapes)) <= 2 else ""


# --- cut out, put back --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """A block of an array: for each axis (with at least two) where it starts and how long it is.

    kept   the axes that the block still has; of a matrix both
    row    whether only the last axis is kept, so that the block is a row
    """

    starts: tuple[int, ...]
    sizes: tuple[int, ...]
    kept: tuple[int, ...]
    row: bool

    @staticmethod
    def of(shape: Shape, options: Options) -> Cut:
        """The block that `at` cuts out. Raises ShapeFault for another number of axes, and for no such entries."""
        at, sizes = dict(options)["at"], as_axes(shape)
        assert isinstance(at, tuple)
        line = len(shape) <= 2 and 1 in sizes
        if len(at) == 1 and line:
            at = (*at, 1) if sizes[1] == 1 else (1, *at)
        if len(at) != len(sizes):
            wanted = "1 place or 2" if line else f"{len(sizes)} places"
            raise ShapeFault(f"{len(at)} place{'s' * (len(at) > 1)} in brackets for {shape_text(shape)}",
                             f"expected {wanted}; `:` takes all: X[:, 1]")  # fmt: skip
        parts = [_part(part, size) for part, size in zip(at, sizes, strict=True)]  # type: ignore[arg-type]
        left = tuple(k for k, part in enumerate(at) if not isinstance(part, int))
        kept, row = ((0, 1), False) if len(sizes) == 2 else (left, left == (len(sizes) - 1,))
        return Cut(tuple(start for start, _ in parts), tuple(size for _, size in parts), kept, row)

    @property
    def shape(self) -> Shape:
        """The shape of the block."""
        return normal((*(1,) * self.row, *(self.sizes[k] for k in self.kept)))

    def outward(self, index: Index) -> Index:
        """The index in the array (with at least two axes) of an entry of the block."""
        inner = (*index, *(0,) * len(self.kept))[self.row and bool(index) :]
        found = list(self.starts)
        for k, i in zip(self.kept, inner, strict=False):
            found[k] += i
        return tuple(found)

    def inward(self, index: Index) -> Index | None:
        """The index in the block of an entry of the array; None outside."""
        inner = [i - start for i, start in zip(index, self.starts, strict=True)]
        if not all(0 <= i < size for i, size in zip(inner, self.sizes, strict=True)):
            return None
        return (*(0,) * self.row, *(inner[k] for k in self.kept))[: len(self.shape)]


def _part(part: Slice, size: int) -> tuple[int, int]:
    """Where a part of an axis starts (from 0), and its size."""
    start, stop = (part, part) if isinstance(part, int) else (part[0] or 1, part[1] or size)
    if stop > size or start > stop:
        what = f"is no entry {stop}" if start == stop else f"are no entries {start} to {stop}"
        raise ShapeFault(f"there {what}", f"this axis has entries 1 to {size}")
    return start - 1, stop - start + 1


def _index_origins(shapes: Shapes, options: Options) -> Origin:
    cut, axes = Cut.of(shapes[0], options), len(shapes[0])
    return lambda index: (0, cut.outward(index)[:axes])


def _index_numpy(shapes: Shapes, options: Options) -> str:
    if not shapes[0]:
        return ""
    cut = Cut.of(shapes[0], options)
    if not cut.shape:
        return f"{{0}}[{', '.join(map(str, cut.starts))}]"
    parts = ", ".join(f"{start}:{start + size}" for start, size in zip(cut.starts, cut.sizes, strict=True))
    kept = len(shapes[0]) <= 2 and cut.kept == (0, 1)
    return f"{{0}}[{parts}]" + ("" if kept else f".reshape({numpy_shape(cut.shape)})")


def _index_pullback(ctx: GradientContext) -> Expr:
    (shape,) = ctx.shapes
    return apply("place", ctx.gradient, **ctx.settings, shape=as_option(shape)) if shape else ctx.gradient


def _place_shape(shapes: Shapes, options: Options) -> Shape:
    if "at" not in dict(options) or "shape" not in dict(options):
        raise ShapeFault("`place` needs to know where, and in which shape", "as in `place(g, at = [2:3], shape = 4)`")
    target = normal(option_shape(options))
    inner = Cut.of(target, options).shape
    if inner != shapes[0]:
        raise ShapeFault(f"{shape_text(shapes[0])} does not fill these places", f"they hold {shape_text(inner)}")
    return target


def _place_origins(shapes: Shapes, options: Options) -> Origin:
    cut = Cut.of(normal(option_shape(options)), options)

    def origin(index: Index) -> tuple[int, Index] | None:
        inner = cut.inward(whole_index(index))
        return None if inner is None else (0, inner)

    return origin


# --- the same entries in another shape ----------------------------------------------------------------------------


def _reshape_shape(shapes: Shapes, options: Options) -> Shape:
    if "shape" not in dict(options):
        raise ShapeFault("`reshape` needs the new shape", "as in `reshape(X, (2, 3))`")
    sizes = option_shape(options)
    if prod(sizes) != prod(shapes[0]):
        raise ShapeFault(f"{shape_text(shapes[0])} has {prod(shapes[0])} entries, the new shape {prod(sizes)}",
                         "both need the same number of entries")  # fmt: skip
    return normal(sizes)


def _laid_out(key: str, shape: Callable[[Shapes, Options], Shape], **fields: Any) -> Row:
    """The row of an operation that lays entries out row by row, the last index first: the flat order stays."""

    def origins(shapes: Shapes, options: Options) -> Origin:
        target, source = shape(shapes, options), shapes[0]
        return lambda index: (0, position(offset(target, index), source))

    def code(shapes: Shapes, options: Options) -> str:
        target = shape(shapes, options)
        return f"np.reshape({{0}}, {numpy_shape(target)})" if target else ""

    return moving(key, origins, shape=shape, spellings=(key,), notation=Look.operator(key), numpy=code, **fields,
                  pullback=lambda ctx: apply("reshape", ctx.gradient, shape=as_option(ctx.shapes[0])))  # fmt: skip


# --- turned round ---------------------------------------------------------------------------------------------------


def _flip_shape(shapes: Shapes, options: Options) -> Shape:
    if not 1 <= whole_option(options, "count") <= max(1, len(shapes[0])):
        raise ShapeFault("`flip` needs the number of axes to turn", "as in `flip(X, 2)`")
    return shapes[0]


def _flip_origins(shapes: Shapes, options: Options) -> Origin:
    """The last axes the other way round."""
    (shape,) = shapes
    first = len(shape) - whole_option(options, "count")
    return lambda index: (0, (*index[:first], *(n - 1 - i for i, n in zip(index[first:], shape[first:], strict=True))))


# --- each entry repeated ---------------------------------------------------------------------------------------------


def _scale(options: Options) -> int:
    if (scale := whole_option(options, "scale")) < 1:
        raise ShapeFault("`upsample` needs a whole number from 1", "as in `upsample(X, 2)`")
    return scale


def _repeated_axes(shape: Shape) -> int:
    """How many of the last axes are repeated: of an image two, of a vector its only one."""
    return min(2, len(shape))


def _upsample_shape(shapes: Shapes, options: Options) -> Shape:
    (shape,), scale = shapes, _scale(options)
    front = len(shape) - _repeated_axes(shape)
    return normal((*shape[:front], *(n * scale for n in shape[front:])))


def _upsample_origins(shapes: Shapes, options: Options) -> Origin:
    (shape,), scale = shapes, _scale(options)
    front = len(shape) - _repeated_axes(shape)
    return lambda index: (0, (*index[:front], *(i // scale for i in index[front : len(shape)])))


def _upsample_pullback(ctx: GradientContext) -> Expr:
    """The sum over the copies: their mean, times how many there are."""
    (shape,), scale = ctx.shapes, _scale(ctx.options)
    if not shape or scale == 1:
        return ctx.gradient
    window = (scale, 1) if len(shape) == 1 else (scale, scale)
    mean = apply("avgpool", ctx.gradient, window=tuple(map(Fraction, window)))
    return apply("product", number(scale ** _repeated_axes(shape)), mean)


def _joined(key: str, function: str, **fields: Any) -> Row:
    """The row of an operation that puts blocks together; `function` is NumPy's."""
    return moving(key, partial(_joined_origins, key), shape=partial(_joined_shape, key), arity=(2, MOST_BLOCKS),
                  pullback=partial(_joined_pullback, key), notation=Look(key), numpy=partial(_joined_numpy, function),
                  **fields)  # fmt: skip


register_rows([
    _joined("stack", "np.vstack", spellings=("concat",), summary="one above the other", example="[x; y]"),
    _joined("beside", "np.column_stack", summary="side by side", example="[X, W]"),
    moving("index", _index_origins, shape=lambda shapes, options: Cut.of(shapes[0], options).shape,
           summary="an entry or a block; entries count from 1",
           example="X[:, 1]", notation=Look("index"), settings={"at": "entries"}, pullback=_index_pullback,
           numpy=_index_numpy),
    moving("place", _place_origins, shape=_place_shape, spellings=("place",),
           summary="put at some entries of an array, 0 elsewhere", example="place(x, at = [2:3], shape = 4)",
           notation=Look("place", r"\operatorname{place}", "place"), settings={"at": "entries", "shape": "sizes"},
           pullback=lambda ctx: apply("index", ctx.gradient, at=ctx.settings["at"]), said=True),
    _laid_out("flatten", lambda shapes, options: normal((prod(shapes[0]),)),
              summary="all entries as one column, row by row", example="flatten(X)", meaning=Wording("flatten")),
    _laid_out("reshape", _reshape_shape, summary="the same entries in another shape, row by row",
              example="reshape(X, (2, 3))", settings={"shape": "sizes"}, positional=("shape",), said=True,
              meaning=Wording("reshape")),
    moving("upsample", _upsample_origins, shape=_upsample_shape, spellings=("upsample",), example="upsample(X, 2)",
           summary="each entry repeated along the axes of an image, or of a vector", settings={"scale": "sizes"},
           notation=Look.operator("upsample"), positional=("scale",), meaning=Wording("upsample"),
           pullback=_upsample_pullback),
    moving("flip", _flip_origins, shape=_flip_shape, spellings=("flip",), example="flip(X, 2)",
           summary="the last axes the other way round: a kernel by 180°", settings={"count": "sizes"},
           notation=Look.operator("flip"), positional=("count",), meaning=Wording("flip"),
           pullback=lambda ctx: apply("flip", ctx.gradient, **ctx.settings)),
])  # fmt: skip
