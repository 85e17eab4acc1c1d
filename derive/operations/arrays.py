"""Operations that mix entries: products of matrices, transposes, diagonals, constants in every entry."""

from __future__ import annotations

from math import prod
from operator import mul

from derive.calculus import scalars
from derive.calculus.building import times, total
from derive.calculus.differentiation import reduced
from derive.calculus.operation_rows import (
    At,
    Branches,
    Flat,
    Kernel,
    Look,
    Row,
    ShapeFault,
    Shapes,
    register_rows,
    shape_text,
)
from derive.calculus.shapes import (
    as_matrix,
    broadcast,
    broadcast_sources,
    normal,
    place_in,
    row_and_column,
    source_index,
)
from derive.language.expressions import Apply, Expr, Index, Number, Options, Shape, apply, number
from derive.operations.elementwise import Elementwise, Smooth, elementwise_row

# --- the product: of matrices where the shapes ask for it, else of a scalar and anything --------------------------

_scaling = elementwise_row(
    Elementwise("product", (), ("a", "b"), Smooth(mul), ("b", "a"), Look("product"), "product", "W x")
)


def _product_shape(shapes: Shapes, _: Options) -> Shape:
    if () in shapes:
        return max(shapes, key=len)
    (m, k), (p, n) = map(as_matrix, shapes)
    if k == p:
        return normal((m, n))
    left, right = map(shape_text, shapes)
    if shapes[0] == shapes[1]:
        raise ShapeFault(f"two factors of the same shape ({left}) have no matrix product",
                         "write `⊙` for the product entry by entry, or transpose one with `^T`")  # fmt: skip
    columns, rows = f"{k} column{'s' * (k != 1)}", f"{p} row{'s' * (p != 1)}"
    raise ShapeFault(f"{left} times {right} does not go: {columns} on the left, {rows} on the right",
                     "the inner sizes must be equal; transpose with `^T`")  # fmt: skip


def _product_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    if () in shapes:
        return _scaling.kernel(shapes, options, branches)
    (m, k), (_, n) = map(as_matrix, shapes)
    if n == 1:
        return lambda a, b: [sum(map(mul, a[i : i + k], b), scalars.ZERO) for i in range(0, m * k, k)]

    def matrix_product(a: Flat, b: Flat) -> Flat:
        columns = [b[j::n] for j in range(n)]
        rows = [a[i : i + k] for i in range(0, m * k, k)]
        return [sum(map(mul, row, column), scalars.ZERO) for row in rows for column in columns]

    return matrix_product


def _product_pullback(
    args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int
) -> Expr:
    """For C = A B: dL/dA = dL/dC Bᵀ and dL/dB = Aᵀ dL/dC; a scalar factor collects a sum."""
    other = args[1 - i]
    if () in shapes:
        if shapes[i] != ():
            return _factors(grad, other, i)
        target = max(shapes, key=len)
        return reduced(apply("times" if target else "product", grad, other), target, ())
    return _factors(grad, transposed(other), i)


def _factors(grad: Expr, other: Expr, i: int) -> Expr:
    """The gradient beside the other factor, on its side; a gradient that is a number (of the loss itself) in front."""
    if isinstance(grad, Number):
        return times(grad, other)
    return apply("product", *((other, grad) if i else (grad, other)))


def _product_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    if () in shapes:
        return apply("product", *(at(i, index if shape else ()) for i, shape in enumerate(shapes)))
    _, k = as_matrix(shapes[0])
    i, j = row_and_column(index)
    terms = [apply("product", at(0, place_in((i, s), shapes[0])), at(1, place_in((s, j), shapes[1]))) for s in range(k)]
    return total(list(terms))


# --- transpose --------------------------------------------------------------------------------------------------


def transposed(expr: Expr) -> Expr:
    """The transpose of an expression; two cancel, and (A B)ᵀ = Bᵀ Aᵀ."""
    if isinstance(expr, Apply) and expr.op == "transpose":
        return expr.args[0]
    if isinstance(expr, Apply) and expr.op == "product":
        return apply("product", transposed(expr.args[1]), transposed(expr.args[0]))
    return apply("transpose", expr)


def _transpose_shape(shapes: Shapes, _: Options) -> Shape:
    rows, columns = as_matrix(shapes[0])
    return normal((columns, rows))


def _transpose_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    rows, columns = as_matrix(shapes[0])
    if 1 in (rows, columns):
        return lambda a: a
    return lambda a: [a[i * columns + j] for j in range(columns) for i in range(rows)]


def _transpose_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    row, column = row_and_column(index)
    return at(0, place_in((column, row), shapes[0]))


# --- diagonals --------------------------------------------------------------------------------------------------


def _diag_shape(shapes: Shapes, _: Options) -> Shape:
    if len(shapes[0]) > 1:
        raise ShapeFault(f"{shape_text(shapes[0])} does not go on a diagonal", "`diag` takes a vector")
    return shapes[0] * 2


def _diag_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    n = prod(shapes[0])
    return lambda a: [a[i] if i == j else scalars.ZERO for i in range(n) for j in range(n)]


def _diag_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    row, column = row_and_column(index)
    return at(0, index[:1]) if row == column else number(0)


def _diagonal_shape(shapes: Shapes, _: Options) -> Shape:
    rows, columns = as_matrix(shapes[0])
    if rows != columns:
        raise ShapeFault(f"{shape_text(shapes[0])} has no diagonal", "`diagonal` takes a square matrix")
    return shapes[0][:1]


def _diagonal_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    n, _ = as_matrix(shapes[0])
    return lambda a: a[:: n + 1]


# --- one value in every entry -----------------------------------------------------------------------------------


def fill_shape(options: Options) -> Shape:
    """The shape that a `fill` spreads to."""
    sizes = dict(options)["shape"]
    assert isinstance(sizes, tuple)
    return tuple(int(n) for n in sizes)  # type: ignore[arg-type]


def _fill_shape(shapes: Shapes, options: Options) -> Shape:
    return broadcast((shapes[0], fill_shape(options)))


def _fill_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    at = broadcast_sources(shapes[0], fill_shape(options))
    return lambda a: a if at is None else [a[i] for i in at]


def _fill_pullback(args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int) -> Expr:
    return reduced(grad, fill_shape(options), shapes[0])


def _fill_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return at(0, source_index(index, shapes[0], fill_shape(options)))


"""The setting of an operation that can go along an axis."""


def _no_pullback(args: tuple[Expr, ...], shapes: Shapes, options: Options, value: Expr, grad: Expr, i: int) -> Expr:
    raise AssertionError("a constant has no arguments")


register_rows([
    Row("product", (), "product: of matrices where the shapes ask for it", "W x", (2, 2), Look("product"),
        _product_shape, _product_kernel, _product_pullback, _product_entry, derivative=("b", "a"), params=("a", "b")),
    Row("transpose", (), "transpose", "W^T", (1, 1), Look("transpose"), _transpose_shape, _transpose_kernel,
        lambda args, shapes, options, value, grad, i: transposed(grad), _transpose_entry, moves=True),
    Row("diag", ("diag",), "matrix with a vector on its diagonal and 0 elsewhere", "diag(x)", (1, 1),
        Look("function", r"\operatorname{diag}", "diag"), _diag_shape, _diag_kernel,
        lambda args, shapes, options, value, grad, i: apply("diagonal", grad), _diag_entry),
    Row("diagonal", ("diagonal",), "vector of the entries on a diagonal", "diagonal(X)", (1, 1),
        Look("function", r"\operatorname{diagonal}", "diagonal"), _diagonal_shape, _diagonal_kernel,
        lambda args, shapes, options, value, grad, i: apply("diag", grad),
        lambda at, shapes, options, index: at(0, index * 2)),
    Row("fill", (), "one value in every entry", "", (1, 1), Look("bare"), _fill_shape, _fill_kernel,
        _fill_pullback, _fill_entry),
    Row("pi", (), "the number π", "pi", (0, 0), Look("constant", r"\pi", "π"), lambda shapes, options: (),
        lambda shapes, options, branches: lambda: [scalars.pi()], _no_pullback,
        lambda at, shapes, options, index: apply("pi")),
])  # fmt: skip
