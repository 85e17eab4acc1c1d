"""Operations that move entries and compute nothing: blocks put together, cut out, put back in place, laid out anew.

Each says where an entry of its value comes from; the value, single entries and the printed numbers all follow that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import accumulate
from math import prod
from typing import TypeAlias

from derive.calculus import scalars
from derive.calculus.operation_rows import (
    At,
    Branches,
    Kernel,
    Look,
    Row,
    ShapeFault,
    Shapes,
    register_rows,
    shape_text,
)
from derive.calculus.shapes import as_axes, indices, normal, numpy_shape, offset, position, whole_index
from derive.language.expressions import Expr, Index, Option, Options, Shape, Slice, apply, number

Origin: TypeAlias = Callable[[Index], "tuple[int, Index] | None"]
"""The index of an entry → which argument it comes from, and its index there; None for 0."""

MOST_BLOCKS = 1_000


@dataclass(frozen=True, slots=True)
class EntryMove:
    """The specification of a row that moves entries; `back` gives the gradient of an argument, the other fields mean
    what they mean there.
    """

    key: str
    spellings: tuple[str, ...]
    arity: tuple[int, int]
    shape: Callable[[Shapes, Options], Shape]
    origins: Callable[[Shapes, Options], Origin]
    back: Callable[[Shapes, Options, Expr, int], Expr]
    notation: Look
    summary: str
    example: str
    settings: Mapping[str, str] = field(default_factory=dict)
    positional: tuple[str, ...] = ()
    numpy: str | Callable[[Shapes, Options], str] = ""
    said: bool = False


def block_row(move: EntryMove) -> Row:
    """The row of an operation that moves entries."""
    return Row(
        key=move.key,
        spellings=move.spellings,
        summary=move.summary,
        example=move.example,
        arity=move.arity,
        notation=move.notation,
        shape=move.shape,
        kernel=partial(_kernel, move),
        pullback=lambda ctx: move.back(ctx.shapes, ctx.options, ctx.gradient, ctx.i),
        entry=partial(_entry, move),
        settings=move.settings,
        positional=move.positional,
        numpy=move.numpy,
        said=move.said,
        moves=True,
    )


def _kernel(move: EntryMove, shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    origin = move.origins(shapes, options)
    found = map(origin, indices(move.shape(shapes, options)))
    plan = [None if at is None else (at[0], offset(shapes[at[0]], at[1])) for at in found]
    if len(shapes) == 1:
        places = [None if at is None else at[1] for at in plan]
        return lambda a: [scalars.ZERO if i is None else a[i] for i in places]
    return lambda *args: [scalars.ZERO if at is None else args[at[0]][at[1]] for at in plan]


def _entry(move: EntryMove, at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    found = move.origins(shapes, options)(index)
    return number(0) if found is None else at(*found)


# --- one above the other, side by side ---------------------------------------------------------------------------


def _axis(op: str, shape: Shape) -> int:
    """The axis along which `stack` and `beside` join arrays: the first, the last."""
    return 0 if op == "stack" else len(as_axes(shape)) - 1


def _joined_shape(op: str) -> Callable[[Shapes, Options], Shape]:
    def shape(shapes: Shapes, options: Options) -> Shape:
        sizes, axis = [as_axes(shape) for shape in shapes], _axis(op, shapes[0])
        others = {(*size[:axis], *size[axis + 1 :]) for size in sizes}
        if len({len(size) for size in sizes}) > 1 or len(others) > 1:
            listed = ", ".join(map(shape_text, shapes))
            raise ShapeFault(f"{listed} cannot stand {_WAYS[op][0]}", f"{_WAYS[op][1]} must be equal")
        first = sizes[0]
        return normal((*first[:axis], sum(size[axis] for size in sizes), *first[axis + 1 :]))

    return shape


_WAYS = {
    "stack": ("one above the other", "their numbers of columns"),
    "beside": ("side by side", "their numbers of rows"),
}


def _joined_origins(op: str) -> Callable[[Shapes, Options], Origin]:
    def origins(shapes: Shapes, options: Options) -> Origin:
        axis = _axis(op, shapes[0])
        stops = list(accumulate(as_axes(shape)[axis] for shape in shapes))

        def origin(index: Index) -> tuple[int, Index]:
            whole = whole_index(index)
            i = bisect_right(stops, whole[axis])
            k = whole[axis] - (stops[i - 1] if i else 0)
            return i, (*whole[:axis], k, *whole[axis + 1 :])[: len(shapes[i])]

        return origin

    return origins


def _joined_back(op: str) -> Callable[[Shapes, Options, Expr, int], Expr]:
    """The block's own entries of the gradient."""

    def back(shapes: Shapes, options: Options, grad: Expr, i: int) -> Expr:
        result, axis = _joined_shape(op)(shapes, options), _axis(op, shapes[0])
        if not result:
            return grad
        sizes = [as_axes(shape)[axis] for shape in shapes]
        stop = list(accumulate(sizes))[i]
        single = sizes[i] == 1 and len(result) <= 2
        chosen: Slice = stop if single else (stop - sizes[i] + 1, stop)
        if len(result) == 1 or (len(result) == 2 and result[0] == 1):
            return apply("index", grad, at=(chosen,))
        return apply("index", grad, at=tuple(chosen if k == axis else (None, None) for k in range(len(result))))

    return back


def _joined_numpy(function: str) -> Callable[[Shapes, Options], str]:
    """For arrays of up to two axes."""

    def code(shapes: Shapes, options: Options) -> str:
        args = ", ".join(f"{{{i}}}" for i in range(len(shapes)))
        return f"{function}([{args}])" if max(map(len, shapes)) <= 2 else ""

    return code


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


def _index_shape(shapes: Shapes, options: Options) -> Shape:
    return Cut.of(shapes[0], options).shape


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


def option_shape(options: Options) -> Shape:
    """The shape that an option names."""
    sizes = dict(options)["shape"]
    return tuple(int(n) for n in (sizes if isinstance(sizes, tuple) else (sizes,)))  # type: ignore[arg-type]


def as_option(shape: Shape) -> Option:
    """A shape as the value of an option: of one axis its size."""
    return Fraction(shape[0]) if len(shape) == 1 else tuple(map(Fraction, shape))


def _index_back(shapes: Shapes, options: Options, grad: Expr, i: int) -> Expr:
    at = dict(options)["at"]
    return apply("place", grad, at=at, shape=as_option(shapes[0])) if shapes[0] else grad


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


def _place_back(shapes: Shapes, options: Options, grad: Expr, i: int) -> Expr:
    return apply("index", grad, at=dict(options)["at"])


# --- the same entries in another shape ----------------------------------------------------------------------------


def _reshape_shape(shapes: Shapes, options: Options) -> Shape:
    if "shape" not in dict(options):
        raise ShapeFault("`reshape` needs the new shape", "as in `reshape(X, (2, 3))`")
    sizes = option_shape(options)
    if prod(sizes) != prod(shapes[0]):
        raise ShapeFault(f"{shape_text(shapes[0])} has {prod(shapes[0])} entries, the new shape {prod(sizes)}",
                         "both need the same number of entries")  # fmt: skip
    return normal(sizes)


def _flat_shape(shapes: Shapes, options: Options) -> Shape:
    return normal((prod(shapes[0]),))


def _laid_out(shape: Callable[[Shapes, Options], Shape]) -> Callable[[Shapes, Options], Origin]:
    """Row by row, the last index first: the flat order stays."""

    def origins(shapes: Shapes, options: Options) -> Origin:
        target, source = shape(shapes, options), shapes[0]
        return lambda index: (0, position(offset(target, index), source))

    return origins


def _laid_out_numpy(shape: Callable[[Shapes, Options], Shape]) -> Callable[[Shapes, Options], str]:
    def code(shapes: Shapes, options: Options) -> str:
        target = shape(shapes, options)
        return f"np.reshape({{0}}, {numpy_shape(target)})" if target else ""

    return code


def _reshape_back(shapes: Shapes, options: Options, grad: Expr, i: int) -> Expr:
    return apply("reshape", grad, shape=as_option(shapes[0]))


# --- turned round ---------------------------------------------------------------------------------------------------


def _flip_shape(shapes: Shapes, options: Options) -> Shape:
    if not 1 <= _count(options) <= max(1, len(shapes[0])):
        raise ShapeFault("`flip` needs the number of axes to turn", "as in `flip(X, 2)`")
    return shapes[0]


def _count(options: Options) -> int:
    count = dict(options).get("count")
    return int(count) if isinstance(count, Fraction) else 0


def _flip_origins(shapes: Shapes, options: Options) -> Origin:
    """The last axes the other way round."""
    (shape,) = shapes
    first = len(shape) - _count(options)
    return lambda index: (
        0,
        tuple(n - 1 - i if k >= first else i for k, (i, n) in enumerate(zip(index, shape, strict=True))),
    )


def _flip_back(shapes: Shapes, options: Options, grad: Expr, i: int) -> Expr:
    return apply("flip", grad, **dict(options))


# --- each entry repeated ---------------------------------------------------------------------------------------------


def _scale(options: Options) -> int:
    scale = dict(options).get("scale")
    if not isinstance(scale, Fraction) or scale < 1:
        raise ShapeFault("`upsample` needs a whole number from 1", "as in `upsample(X, 2)`")
    return int(scale)


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


def _upsample_back(shapes: Shapes, options: Options, grad: Expr, i: int) -> Expr:
    """The sum over the copies: their mean, times how many there are."""
    (shape,), scale = shapes, _scale(options)
    if not shape or scale == 1:
        return grad
    window = (scale, 1) if len(shape) == 1 else (scale, scale)
    mean = apply("avgpool", grad, window=tuple(map(Fraction, window)))
    return apply("product", number(scale ** _repeated_axes(shape)), mean)


ONE, SEVERAL = (1, 1), (2, MOST_BLOCKS)

MOVES = [
    EntryMove("stack", ("concat",), SEVERAL, _joined_shape("stack"), _joined_origins("stack"), _joined_back("stack"),
              Look("stack"), "one above the other", "[x; y]", numpy=_joined_numpy("np.vstack")),
    EntryMove("beside", (), SEVERAL, _joined_shape("beside"), _joined_origins("beside"), _joined_back("beside"),
              Look("beside"), "side by side", "[X, W]", numpy=_joined_numpy("np.column_stack")),
    EntryMove("index", (), ONE, _index_shape, _index_origins, _index_back, Look("index"),
              "an entry or a block; entries count from 1", "X[:, 1]", {"at": "entries"}, numpy=_index_numpy),
    EntryMove("place", ("place",), ONE, _place_shape, _place_origins, _place_back,
              Look("place", r"\operatorname{place}", "place"),
              "put at some entries of an array, 0 elsewhere", "place(x, at = [2:3], shape = 4)",
              {"at": "entries", "shape": "sizes"}, said=True),
    EntryMove("flatten", ("flatten",), ONE, _flat_shape, _laid_out(_flat_shape), _reshape_back,
              Look.operator("flatten"), "all entries as one column, row by row",
              "flatten(X)", numpy=_laid_out_numpy(_flat_shape)),
    EntryMove("reshape", ("reshape",), ONE, _reshape_shape, _laid_out(_reshape_shape), _reshape_back,
              Look.operator("reshape"), "the same entries in another shape, row by row",
              "reshape(X, (2, 3))", {"shape": "sizes"}, ("shape",), _laid_out_numpy(_reshape_shape), said=True),
    EntryMove("upsample", ("upsample",), ONE, _upsample_shape, _upsample_origins, _upsample_back,
              Look.operator("upsample"), "each entry repeated along the axes of an image, or of a vector",
              "upsample(X, 2)", {"scale": "sizes"}, ("scale",)),
    EntryMove("flip", ("flip",), ONE, _flip_shape, _flip_origins, _flip_back,
              Look.operator("flip"), "the last axes the other way round: a kernel by 180°",
              "flip(X, 2)", {"count": "sizes"}, ("count",)),
]  # fmt: skip

register_rows(map(block_row, MOVES))
