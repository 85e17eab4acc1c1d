"""Looking up by number: the vectors of an embedding, the one-hot vectors of classes. Numbers count from 1, are given
whole numbers, and have no gradient.
"""

from fractions import Fraction

from flint import fmpq

from derive.calculus import scalars
from derive.calculus.building import times, total
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import At, GradientContext, Look, array_row, register_rows
from derive.calculus.options import whole_option
from derive.calculus.scalars import ValueFault
from derive.calculus.shapes import as_matrix, normal, place_in, position, row_and_column
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.arrays import no_pullback
from derive.operations.over_axes.reductions import axis_of


def _across(options: Options) -> bool:
    """Whether the vectors are rows; else they are columns."""
    axis = axis_of(options)
    if axis not in {None, "rows", "columns"}:
        raise ShapeFault(f"vectors do not stand in {axis}", "write `rows` or `columns`")
    return axis == "rows"


def _turned(pair: tuple[int, int], options: Options) -> tuple[int, int]:
    """Rows and columns, also those of an entry, as what is along the vectors and across them; or back."""
    return pair[::-1] if _across(options) else pair


def _standing(length: int, count: int, options: Options) -> Shape:
    """The shape of so many vectors side by side."""
    return normal(_turned((length, count), options))


def _tokens(shape: Shape) -> int:
    """How many numbers are given."""
    rows, columns = as_matrix(shape)
    if 1 not in (rows, columns):
        raise ShapeFault(f"the numbers are {shape_text(shape)}", "expected a number, or a vector of numbers")
    return rows * columns


def _count(options: Options) -> int:
    """The number of vectors that a setting names."""
    if (count := whole_option(options, "count")) < 1:
        raise ShapeFault("how many there are is missing", "as in `one_hot(t, 3)`")
    return count


def places_from_zero(flat: Flat, count: int) -> list[int]:
    """Numbers from 1 as places from 0. Raises ValueFault for what is no such number."""
    for x in flat:
        if type(x) is not fmpq or x.q != 1 or not 1 <= x <= count:
            raise ValueFault(f"looks up number {x}: they count from 1, and there are {count}")
    return [int(x.p) - 1 for x in flat]


def _flat_places(length: int, count: int, options: Options) -> list[list[int]]:
    """For each vector the flat places of its entries."""
    if _across(options):
        return [[v * length + i for i in range(length)] for v in range(count)]
    return [[i * count + v for i in range(length)] for v in range(count)]


def _is(at: At, tokens: Shape, k: int, v: int) -> Expr:
    """1 where the k-th number is v (counted from 0)."""
    return apply("equal", at(1, position(k, tokens)), number(v + 1))


def _place(entry: int, vector: int, shape: Shape, options: Options) -> Index:
    return place_in(_turned((entry, vector), options), shape)


# --- embedding ------------------------------------------------------------------------------------------------------


def _embedding_shape(shapes: Shapes, options: Options) -> Shape:
    length, _ = _turned(as_matrix(shapes[0]), options)
    return _standing(length, _tokens(shapes[1]), options)


def _embedding_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    length, count = _turned(as_matrix(shapes[0]), options)
    columns = _flat_places(length, count, options)
    targets = _flat_places(length, _tokens(shapes[1]), options)

    def kernel(table: Flat, tokens: Flat) -> Flat:
        found: Flat = [scalars.ZERO] * (length * len(tokens))
        for target, v in zip(targets, places_from_zero(tokens, count), strict=True):
            for to, at in zip(target, columns[v], strict=True):
                found[to] = table[at]
        return found

    return kernel


def _embedding_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    entry, k = _turned(row_and_column(index), options)
    _, count = _turned(as_matrix(shapes[0]), options)
    places = [(v, at(0, _place(entry, v, shapes[0], options))) for v in range(count)]
    return total([times(_is(at, shapes[1], k, v), x, "product") for v, x in places])


def _embedding_pullback(ctx: GradientContext) -> Expr:
    _, count = _turned(as_matrix(ctx.shapes[0]), ctx.options)
    return apply("scatter", ctx.gradient, ctx.args[1], **{**ctx.settings, "count": Fraction(count)})


def _embedding_numpy(shapes: Shapes, options: Options) -> str:
    if not shapes[0] or not _embedding_shape(shapes, options):
        return ""
    return f"{{0}}[{PLACES}, :]" if _across(options) else f"{{0}}[:, {PLACES}]"


# --- its gradient ---------------------------------------------------------------------------------------------------


def _scatter_shape(shapes: Shapes, options: Options) -> Shape:
    length, count = _turned(as_matrix(shapes[0]), options)
    if count != _tokens(shapes[1]):
        raise ShapeFault(f"{count} vectors and {_tokens(shapes[1])} numbers", "expected a number for each vector")
    return _standing(length, _count(options), options)


def _scatter_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    length, tokens = _turned(as_matrix(shapes[0]), options)
    count = _count(options)
    columns, targets = _flat_places(length, tokens, options), _flat_places(length, count, options)

    def kernel(values: Flat, numbers: Flat) -> Flat:
        found: Flat = [scalars.ZERO] * (length * count)
        for column, v in zip(columns, places_from_zero(numbers, count), strict=True):
            for at, to in zip(column, targets[v], strict=True):
                found[to] = found[to] + values[at]
        return found

    return kernel


def _scatter_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    entry, v = _turned(row_and_column(index), options)
    places = [(k, at(0, _place(entry, k, shapes[0], options))) for k in range(_tokens(shapes[1]))]
    return total([times(_is(at, shapes[1], k, v), x, "product") for k, x in places])


def _scatter_pullback(ctx: GradientContext) -> Expr:
    return apply("embedding", ctx.gradient, ctx.args[1], **{name: v for name, v in ctx.options if name != "count"})


# --- one-hot --------------------------------------------------------------------------------------------------------


def _one_hot_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    count = _count(options)
    targets = _flat_places(count, _tokens(shapes[0]), options)

    def kernel(numbers: Flat) -> Flat:
        found: Flat = [scalars.ZERO] * (count * len(numbers))
        for target, v in zip(targets, places_from_zero(numbers, count), strict=True):
            found[target[v]] = scalars.ONE
        return found

    return kernel


def _one_hot_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    v, k = _turned(row_and_column(index), options)
    return apply("equal", at(0, position(k, shapes[0])), number(v + 1))


AXIS = {"axis": "axis"}
PLACES = "np.ravel({1}).astype(int) - 1"
"""In NumPy the given numbers as places from 0."""
COUNT = {**AXIS, "count": "sizes"}


register_rows([
    array_row("embedding", "the columns of a table, looked up by number; with `rows` its rows", "embedding(W, t)",
              arity=(2, 2), notation=Look("looked up", "", "embedding"), shape=_embedding_shape,
              kernel=_embedding_kernel, pullback=_embedding_pullback, entry=_embedding_entry, settings=AXIS,
              whole=True, given=(1,), numpy=_embedding_numpy),
    array_row("scatter", "columns added up by number: the gradient of an embedding", "scatter(X, t, 5)", arity=(2, 2),
              shape=_scatter_shape, kernel=_scatter_kernel, pullback=_scatter_pullback, entry=_scatter_entry,
              settings=COUNT, positional=("count",), whole=True, given=(1,), said=True),
    array_row("one_hot", "columns with a 1 at the given number; with `rows` rows", "one_hot(t, 3)",
              notation=Look("unit vector", "", "one_hot"),
              shape=lambda shapes, options: _standing(_count(options), _tokens(shapes[0]), options),
              kernel=_one_hot_kernel, pullback=no_pullback, entry=_one_hot_entry, settings=COUNT,
              positional=("count",), whole=True, given=(0,)),
])  # fmt: skip
