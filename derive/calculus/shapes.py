"""Shapes and flat indices: [] is a scalar, [n] a column, [1, n] a row, [m, n] a matrix; further axes stand in front."""

from itertools import product
from math import prod

from derive.calculus.kernels import ShapeFault, shape_text
from derive.language.expressions import Index, Shape


def slope_shape(of: Shape, by: Shape) -> Shape:
    """The shape of a derivative: of a number that of what it is by, of a column its own or a Jacobian, a row for each
    component. Raises ShapeFault for more axes.
    """
    if not of or not by:
        return by or of
    if len(of) > 1 or len(by) > 1:
        raise ShapeFault(f"the derivative of {shape_text(of)} by {shape_text(by)} is no matrix",
                         "add entries up with `sum`, or differentiate by numbers and columns")  # fmt: skip
    return normal((*of, *by))


def normal(shape: Shape) -> Shape:
    """A single component is a scalar, n×1 a column of n.

    >>> normal((1, 1)), normal((3, 1)), normal((1, 3))
    ((), (3,), (1, 3))
    """
    if prod(shape) == 1:
        return ()
    return shape[:1] if len(shape) == 2 and shape[1] == 1 else shape


def as_matrix(shape: Shape) -> tuple[int, int]:
    """Rows and columns of a scalar, column, row or matrix. Raises ShapeFault for more axes."""
    if len(shape) > 2:
        raise ShapeFault(f"{shape_text(shape)} has {len(shape)} axes", "this needs a matrix or a vector")
    rows, columns = (*shape, 1, 1)[:2]
    return rows, columns


def is_square(shape: Shape) -> bool:
    """Whether it is that of a matrix with as many rows as columns."""
    return len(shape) == 2 and shape[0] == shape[1]


def numpy_shape(shape: Shape) -> Shape:
    """The shape of an array in NumPy code: a column of n has n rows of one entry."""
    return (*shape, 1) if len(shape) == 1 else shape


def numpy_index(index: Index) -> Index:
    """The index of an entry there."""
    return (*index, 0) if len(index) == 1 else index


def as_axes(shape: Shape) -> Shape:
    """The sizes with at least two axes: a scalar and a column seen as matrices."""
    return shape if len(shape) > 2 else as_matrix(shape)


def whole_index(index: Index) -> Index:
    """The index, in the array seen with at least two axes, of an entry."""
    return index if len(index) > 2 else (*index, 0, 0)[:2]


def indices(shape: Shape) -> list[Index]:
    """Every index of an array, in the order of its flat values."""
    return list(product(*map(range, shape)))


def offset(shape: Shape, index: Index) -> int:
    """Where an index lies among the flat values."""
    at = 0
    for size, i in zip(shape, index, strict=True):
        at = at * size + i
    return at


def position(at: int, shape: Shape) -> Index:
    """The index of a flat entry."""
    index: list[int] = []
    for size in reversed(shape):
        at, i = divmod(at, size)
        index.append(i)
    return tuple(reversed(index))


def row_and_column(index: Index) -> tuple[int, int]:
    """The row and column that an index of a scalar, column, row or matrix means."""
    row, column = (*index, 0, 0)[:2]
    return row, column


def place_in(position: tuple[int, int], shape: Shape) -> Index:
    """The index in an array of `shape` of the position in it seen as a matrix."""
    return position[: len(shape)]


def broadcast(shapes: tuple[Shape, ...]) -> Shape:
    """The common shape: a scalar goes everywhere, a column over columns, a row over rows; in an array of more axes a
    column goes over the first one, one number for each channel. Raises ShapeFault.
    """
    result: Shape = ()
    for shape in filter(None, dict.fromkeys(shapes)):
        result = _common(result, shape)
    return result


def crossed(a: Shape, b: Shape) -> bool:
    """Whether one is a column and the other a row."""
    column, row = sorted((a, b), key=len)
    return len(column) == 1 and len(row) == 2 and row[0] == 1


def _common(a: Shape, b: Shape) -> Shape:
    if a == b or not b:
        return a
    if not a:
        return b
    if len(a) <= 2 and len(b) <= 2:
        (m, n), (p, q) = as_matrix(a), as_matrix(b)
        if (n == 1 and p == 1) or (m == 1 and q == 1):
            raise ShapeFault(f"a column of {max(m, p)} and a row of {max(n, q)} do not go together entry by entry",
                             "transpose one of them with `^T`")  # fmt: skip
        if (m == p or 1 in (m, p)) and (n == q or 1 in (n, q)):
            return normal((max(m, p), max(n, q)))
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) == 1 and len(longer) > 2 and shorter[0] == longer[0]:
        return longer
    raise ShapeFault(f"{shape_text(a)} and {shape_text(b)} do not go together entry by entry",
                     "the shapes must be equal, or one a scalar, a column or a row that fits")  # fmt: skip


def source_index(index: Index, shape: Shape, target: Shape) -> Index:
    """The index of the entry of an array of `shape` that is broadcast to `index` of an array of `target`."""
    if not shape:
        return ()
    if shape == target:
        return index
    i, j = (*index, 0, 0)[:2]
    if len(shape) == 1:
        return (i,)
    return (i if shape[0] > 1 else 0, j if shape[1] > 1 else 0)


def broadcast_sources(shape: Shape, target: Shape) -> list[int] | None:
    """For each flat entry of `target` the flat entry of `shape` it comes from; None where they are the same."""
    if shape == target:
        return None
    return [offset(shape, source_index(index, shape, target)) for index in indices(target)]
