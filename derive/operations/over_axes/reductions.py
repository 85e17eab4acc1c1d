"""Sums and means: of all entries, of each row (`rows`: a column), of each column (`columns`: a row), or, of an array of
more axes, for each first index (`channels`: a column).
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from derive.calculus import scalars
from derive.calculus.building import divided, filled_array, total
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import AXIS, At, Look, array_row, macro, register_rows
from derive.calculus.shapes import as_matrix, indices, normal, numpy_shape, offset, place_in, row_and_column
from derive.language.expressions import Expr, Index, Options, Shape, apply, number


def axis_of(options: Options) -> str | None:
    """`rows`, `columns`, `channels`, or None for all entries together."""
    axis = dict(options).get("axis")
    return None if axis is None else str(axis)


def reduced_shape(shapes: Shapes, options: Options) -> Shape:
    """The shape of one number for each group."""
    axis, shape = axis_of(options), shapes[0]
    if axis is None:
        return ()
    if axis == "channels":
        return normal((*shape, 1)[:1])
    if len(shape) > 2:
        raise ShapeFault(f"{shape_text(shape)} has no {axis}", "write `channels` for one number for each first index")
    rows, columns = as_matrix(shape)
    return normal((rows, 1) if axis == "rows" else (1, columns))


def group_of(shape: Shape, options: Options, place: Index) -> list[Index]:
    """The indices of an array of `shape` that belong together with `place`, one of its own."""
    axis = axis_of(options)
    if axis is None:
        return indices(shape)
    if axis == "channels":
        return [(*place[:1], *rest) for rest in indices(shape[1:])]
    (rows, columns), (row, column) = as_matrix(shape), row_and_column(place)
    if axis == "rows":
        return [place_in((row, j), shape) for j in range(columns)]
    return [place_in((i, column), shape) for i in range(rows)]


def first_of(shape: Shape, options: Options, index: Index) -> Index:
    """The first index of the group that an entry of the result stands for."""
    axis = axis_of(options)
    if axis is None:
        return (0,) * len(shape)
    if axis == "channels":
        return (*index, *(0,) * len(shape))[: len(shape)]
    row, column = row_and_column(index)
    return place_in((0, column) if axis == "columns" else (row, 0), shape)


def groups(shape: Shape, options: Options) -> list[list[int]]:
    """For each entry of the result the flat entries of the argument that belong to it."""
    firsts = [first_of(shape, options, index) for index in indices(reduced_shape((shape,), options))]
    return [[offset(shape, index) for index in group_of(shape, options, first)] for first in firsts]


def count(shape: Shape, options: Options) -> int:
    """How many entries a group has."""
    return len(group_of(shape, options, (0,) * len(shape)))


def grouped_shape(shapes: Shapes, options: Options) -> Shape:
    """The shape of one number for each group; a matrix is refused where no axis is named: it is not one group."""
    shape = shapes[0]
    if axis_of(options) is None and len(shape) > 1 and 1 not in shape:
        raise ShapeFault(f"{shape_text(shape)} needs an axis here",
                         "write `rows` for one of each row or `columns` for one of each column: softmax(X, rows), "
                         "softmax(X, columns)")  # fmt: skip
    return reduced_shape(shapes, options)


def same_shape(shapes: Shapes, options: Options) -> Shape:
    """The shape of the argument, which is taken group by group."""
    grouped_shape(shapes, options)
    return shapes[0]


def group_by_group(of: Callable[[Flat], Flat]) -> Callable[[Shapes, Options, Branches], Kernel]:
    """The kernel that works on each group by itself and puts the results back in their places."""

    def kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
        if axis_of(options) is None:
            return of
        return in_places(of, groups(shapes[0], options))

    return kernel


def in_places(of: Callable[[Flat], Flat], parts: list[list[int]]) -> Kernel:
    """`of` each part of an array; what belongs to none is 0."""

    def run(a: Flat) -> Flat:
        result: Flat = [scalars.ZERO] * len(a)
        for part in parts:
            for place, x in zip(part, of([a[i] for i in part]), strict=True):
                result[place] = x
        return result

    return run


def _sum_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    if axis_of(options) is None:
        return lambda a: [sum(a, scalars.ZERO)]
    parts = groups(shapes[0], options)
    return lambda a: [sum((a[i] for i in part), scalars.ZERO) for part in parts]


def _mean_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    inner, n = _sum_kernel(shapes, options, branches), count(shapes[0], options)
    return lambda a: [x / n for x in inner(a)]


def _sum_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    first = first_of(shapes[0], options, index)
    return total([at(0, where) for where in group_of(shapes[0], options, first)])


def _mean_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    n, inner = count(shapes[0], options), _sum_entry(at, shapes, options, index)
    return inner if n == 1 else apply("product", number(Fraction(1, n)), inner)


def _dot(shapes: Shapes, options: Options) -> str:
    """Of vectors of one shape the sum of the products; else the product of matrices, as NumPy has it."""
    return "sum(a ⊙ b)" if len(set(shapes)) == 1 and len(shapes[0]) < 2 else "a b"


def reduced_in_numpy(function: str, shapes: Shapes, options: Options) -> str:
    """What NumPy calls it, by the function for all entries, its axis and what keeps that."""
    axis, result = axis_of(options), reduced_shape(shapes, options)
    if axis is None or not result:
        return f"{function}({{0}})"
    if axis == "channels":
        return f"{function}({{0}}, axis={tuple(range(1, len(numpy_shape(shapes[0]))))}).reshape(-1, 1)"
    return f"{function}({{0}}, axis={1 if axis == 'rows' else 0}, keepdims=True)"


register_rows([
    array_row("sum", "sum of all entries, of each row, column or channel", "sum(X, rows)",
              notation=Look("sum", r"\sum", "Σ"), shape=reduced_shape, kernel=_sum_kernel,
              pullback=lambda ctx: filled_array(ctx.gradient, ctx.shapes[0]), entry=_sum_entry, settings=AXIS,
              mixes=True, numpy=partial(reduced_in_numpy, "np.sum")),
    array_row("mean", "mean of all entries, of each row, column or channel", "mean(X, rows)", notation=Look("mean"),
              shape=reduced_shape, kernel=_mean_kernel, entry=_mean_entry, settings=AXIS, mixes=True,
              pullback=lambda ctx: filled_array(divided(ctx.gradient, number(count(ctx.shapes[0], ctx.options))),
                                                ctx.shapes[0]),
              numpy=partial(reduced_in_numpy, "np.mean")),
    macro("dot", "dot product of two vectors", "sum(a ⊙ b)", "a, b", example="dot(w, x)", by_shape=_dot),
])  # fmt: skip
