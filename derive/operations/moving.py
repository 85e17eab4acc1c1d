"""Operations that move entries and compute nothing: each says where an entry of its value comes from; the value, single
entries and the printed numbers all follow that. Those that take an array as a whole: transposed, on a diagonal, in
every entry.
"""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any, TypeAlias

from derive.calculus import scalars
from derive.calculus.differentiation import reduced
from derive.calculus.kernels import Branches, Kernel, ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import At, Look, Row, Wording, register_rows
from derive.calculus.options import option_shape
from derive.calculus.shapes import (
    as_matrix,
    broadcast,
    broadcast_sources,
    indices,
    normal,
    numpy_shape,
    offset,
    place_in,
    row_and_column,
    source_index,
)
from derive.language.expressions import Apply, Expr, Index, Options, Shape, apply, number

Origin: TypeAlias = Callable[[Index], "tuple[int, Index] | None"]
"""The index of an entry → which argument it comes from, and its index there; None for 0."""


def moving(key: str, origins: Callable[[Shapes, Options], Origin], **fields: Any) -> Row:
    """The row of an operation that moves entries, with other fields of it; a `kernel` of its own is one for large
    arrays, which needs no plan of every entry.
    """
    plain = {"moves": True, "kernel": partial(_kernel, fields["shape"], origins)}
    return Row(key=key, entry=partial(_entry, origins), **{**plain, **fields})


def _kernel(
    shape: Callable[[Shapes, Options], Shape], origins: Callable[[Shapes, Options], Origin], shapes: Shapes,
    options: Options, branches: Branches,
) -> Kernel:  # fmt: skip
    found = map(origins(shapes, options), indices(shape(shapes, options)))
    plan = [None if at is None else (at[0], offset(shapes[at[0]], at[1])) for at in found]
    if len(shapes) > 1:
        return lambda *args: [scalars.ZERO if at is None else args[at[0]][at[1]] for at in plan]
    places = [None if at is None else at[1] for at in plan]
    if places == list(range(prod(shapes[0]))):
        return lambda a: a
    return lambda a: [scalars.ZERO if i is None else a[i] for i in places]


def _entry(
    origins: Callable[[Shapes, Options], Origin], at: At, shapes: Shapes, options: Options, index: Index
) -> Expr:  # fmt: skip
    found = origins(shapes, options)(index)
    return number(0) if found is None else at(*found)


# --- another place for each --------------------------------------------------------------------------------------


def transposed(expr: Expr) -> Expr:
    """The transpose of an expression; two cancel, and (A B)ᵀ = Bᵀ Aᵀ."""
    if isinstance(expr, Apply) and expr.op == "transpose":
        return expr.args[0]
    if isinstance(expr, Apply) and expr.op == "product":
        return apply("product", transposed(expr.args[1]), transposed(expr.args[0]))
    return apply("transpose", expr)


def _transpose_shape(shapes: Shapes, options: Options) -> Shape:
    rows, columns = as_matrix(shapes[0])
    return normal((columns, rows))


def _transpose_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    rows, columns = as_matrix(shapes[0])
    if 1 in (rows, columns):
        return lambda a: a
    return lambda a: [a[i * columns + j] for j in range(columns) for i in range(rows)]


def _diag_shape(shapes: Shapes, options: Options) -> Shape:
    if len(shapes[0]) > 1:
        raise ShapeFault(f"{shape_text(shapes[0])} does not go on a diagonal", "`diag` takes a vector")
    return shapes[0] * 2


def _diagonal_shape(shapes: Shapes, options: Options) -> Shape:
    rows, columns = as_matrix(shapes[0])
    if rows != columns:
        raise ShapeFault(f"{shape_text(shapes[0])} has no diagonal", "`diagonal` takes a square matrix")
    return shapes[0][:1]


# --- one value in every entry -----------------------------------------------------------------------------------


def _fill_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    at = broadcast_sources(shapes[0], option_shape(options))
    return lambda a: a if at is None else [a[i] for i in at]


def _fill_numpy(shapes: Shapes, options: Options) -> str:
    target = option_shape(options)
    return f"np.full({numpy_shape(target)}, {{0}})" if len(target) <= 2 or not shapes[0] else ""


register_rows([
    moving("transpose", lambda shapes, _: lambda index: (0, place_in(row_and_column(index)[::-1], shapes[0])),
           shape=_transpose_shape, kernel=_transpose_kernel,
           summary="transpose", example="W^T", notation=Look("transpose"), numpy="{0}.T",
           pullback=lambda ctx: transposed(ctx.gradient)),
    moving("diag", lambda *_: lambda index: (0, index[:1]) if len(set(index)) < 2 else None, shape=_diag_shape,
           spellings=("diag",), example="diag(x)", sparse=True, moves=False,
           summary="matrix with a vector on its diagonal and 0 elsewhere", notation=Look.operator("diag"),
           pullback=lambda ctx: apply("diagonal", ctx.gradient), numpy="np.diagflat({0})"),
    moving("diagonal", lambda shapes, options: lambda index: (0, index * 2), shape=_diagonal_shape,
           spellings=("diagonal",), summary="vector of the entries on a diagonal", example="diagonal(X)", moves=False,
           notation=Look.operator("diagonal"), meaning=Wording("diagonal"),
           pullback=lambda ctx: apply("diag", ctx.gradient), numpy="np.diag({0}).reshape(-1, 1)"),
    moving("fill", lambda shapes, options: lambda index: (0, source_index(index, shapes[0], option_shape(options))),
           shape=lambda shapes, options: broadcast((shapes[0], option_shape(options))), kernel=_fill_kernel,
           summary="one value in every entry", example="", moves=False, notation=Look("bare"),
           pullback=lambda ctx: reduced(ctx.gradient, option_shape(ctx.options), ctx.shapes[0]),
           numpy=_fill_numpy),
])  # fmt: skip
