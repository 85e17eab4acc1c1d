"""Shapes and flat indices: [] is a scalar, [n] a column, [1, n] a row, [m, n] a matrix; further axes stand in front."""

from __future__ import annotations

from itertools import product
from math import prod

from derive.language.expressions import Index, Shape
from derive.operations.rows import ShapeFault, shape_text


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


def indices(shape: Shape) -> list[Index]:
    """Every index of an array, in the order of its flat values."""
    return list(product(*map(range, shape)))


def offset(shape: Shape, index: Index) -> int:
    """Where an index lies among the flat values."""
    at = 0
    for size, i in zip(shape, index, strict=True):
        at = at * size + i
    return at


def broadcast(shapes: tuple[Shape, ...]) -> Shape:
    """The common shape: a scalar goes everywhere, a column over columns, a row over rows. Raises ShapeFault."""
    result: Shape = ()
    for shape in shapes:
        result = _common(result, shape)
    return result


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


def sources(shape: Shape, target: Shape) -> list[int] | None:
    """For each flat entry of `target` the flat entry of `shape` it comes from; None where they are the same."""
    if shape == target:
        return None
    return [offset(shape, source_index(index, shape, target)) for index in indices(target)]
