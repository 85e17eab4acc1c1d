"""Operations that mix entries: products of matrices, transposes, diagonals, constants in every entry."""

from __future__ import annotations

from math import prod
from operator import mul

from flint import arb, arb_mat, fmpq, fmpq_mat

from derive.calculus import scalars
from derive.calculus.building import times, total
from derive.calculus.differentiation import reduced
from derive.calculus.operation_rows import (
    At,
    Branches,
    Flat,
    GradientContext,
    Kernel,
    Look,
    Row,
    ShapeFault,
    Shapes,
    register_rows,
    shape_text,
)
from derive.calculus.scalars import Num
from derive.calculus.shapes import (
    as_matrix,
    broadcast,
    broadcast_sources,
    normal,
    numpy_shape,
    place_in,
    row_and_column,
    source_index,
)
from derive.language.expressions import Apply, Expr, Index, Number, Options, Shape, apply, number
from derive.operations.elementwise import Smooth, elementwise

# --- the product: of matrices where the shapes ask for it, else of a scalar and anything --------------------------

WORTH_A_MATRIX = 3
"""From so many rows, columns and terms on it pays to make matrices of FLINT of two arrays."""

_scaling = elementwise(
    "product", ("a", "b"), Smooth(mul), ("b", "a"), notation=Look("product"), summary="product", example="W x"
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


def _batched(shapes: Shapes, options: Options) -> str:
    """A product of arrays of three axes is one of matrices for each first index; a matrix goes with all of them."""
    if () in shapes or max(map(len, shapes)) != 3:
        return ""
    counts = {shape[0] for shape in shapes if len(shape) == 3}
    if len(counts) > 1:
        left, right = map(shape_text, shapes)
        raise ShapeFault(f"{left} times {right} does not go", "both need as many matrices")
    rows, columns = ((*shapes[0], 1)[-2:] if len(shapes[0]) < 3 else shapes[0][1:])[0], (*shapes[1], 1)[:2][1]
    columns = shapes[1][2] if len(shapes[1]) == 3 else columns
    cut = [f"{name}[{{i}}, :, :]" if len(shape) == 3 else name for name, shape in zip("ab", shapes, strict=True)]
    part = f"reshape({' '.join(cut)}, shape = (1, {rows}, {columns}))"
    return f"[{'; '.join(part.format(i=i + 1) for i in range(counts.pop()))}]"


def _matrices(a: Flat, b: Flat) -> type[Num] | None:
    """The matrices of FLINT that multiply two arrays as their entries would be: exactly where all are rational, with
    balls where every product has one; None where some products are exact and others not.
    """
    left, right = set(map(type, a)), set(map(type, b))
    if left == right == {fmpq}:
        return fmpq_mat
    return arb_mat if {arb} in (left, right) else None


def _product_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    if () in shapes:
        return _scaling.kernel(shapes, options, branches)
    (m, k), (_, n) = map(as_matrix, shapes)
    if n == 1:
        return lambda a, b: [sum(map(mul, a[i : i + k], b), scalars.ZERO) for i in range(0, m * k, k)]

    def matrix_product(a: Flat, b: Flat) -> Flat:
        if min(m, k, n) >= WORTH_A_MATRIX and (of_one_type := _matrices(a, b)):
            return list((of_one_type(m, k, a) * of_one_type(k, n, b)).entries())
        columns = [b[j::n] for j in range(n)]
        rows = [a[i : i + k] for i in range(0, m * k, k)]
        return [sum(map(mul, row, column), scalars.ZERO) for row in rows for column in columns]

    return matrix_product


def _product_pullback(ctx: GradientContext) -> Expr:
    """For C = A B: dL/dA = dL/dC Bᵀ and dL/dB = Aᵀ dL/dC; a scalar factor collects a sum."""
    other = ctx.args[1 - ctx.i]
    if () in ctx.shapes:
        if ctx.shape != ():
            return _factors(ctx.gradient, other, ctx.i)
        target = max(ctx.shapes, key=len)
        return reduced(apply("times" if target else "product", ctx.gradient, other), target, ())
    return _factors(ctx.gradient, transposed(other), ctx.i)


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


def _fill_pullback(ctx: GradientContext) -> Expr:
    return reduced(ctx.gradient, fill_shape(ctx.options), ctx.shapes[0])


def _fill_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return at(0, source_index(index, shapes[0], fill_shape(options)))


def _fill_numpy(shapes: Shapes, options: Options) -> str:
    target = fill_shape(options)
    return f"np.full({numpy_shape(target)}, {{0}})" if len(target) <= 2 or not shapes[0] else ""


def _no_pullback(ctx: GradientContext) -> Expr:
    raise AssertionError("a constant has no arguments")


register_rows([
    Row(
        key="product", spellings=(), summary="product: of matrices where the shapes ask for it", example="W x",
        arity=(2, 2), notation=Look("product"), shape=_product_shape, kernel=_product_kernel,
        pullback=_product_pullback, entry=_product_entry, derivative=("b", "a"), params=("a", "b"), expansion=_batched,
    ),
    Row(
        key="transpose", spellings=(), summary="transpose", example="W^T", notation=Look("transpose"),
        shape=_transpose_shape, kernel=_transpose_kernel, pullback=lambda ctx: transposed(ctx.gradient),
        entry=_transpose_entry, moves=True, numpy="{0}.T",
    ),
    Row(
        key="diag", spellings=("diag",), summary="matrix with a vector on its diagonal and 0 elsewhere",
        example="diag(x)", notation=Look.operator("diag"), shape=_diag_shape, kernel=_diag_kernel, sparse=True,
        pullback=lambda ctx: apply("diagonal", ctx.gradient), entry=_diag_entry,
        numpy="np.diagflat({0})",
    ),
    Row(
        key="diagonal", spellings=("diagonal",), summary="vector of the entries on a diagonal", example="diagonal(X)",
        notation=Look.operator("diagonal"), shape=_diagonal_shape, kernel=_diagonal_kernel,
        pullback=lambda ctx: apply("diag", ctx.gradient), entry=lambda at, shapes, options, index: at(0, index * 2),
        numpy="np.diag({0}).reshape(-1, 1)",
    ),
    Row(
        key="fill", spellings=(), summary="one value in every entry", example="", notation=Look("bare"),
        shape=_fill_shape, kernel=_fill_kernel, pullback=_fill_pullback, entry=_fill_entry,
        numpy=_fill_numpy,
    ),
    Row(
        key="pi", spellings=(), summary="the number π", example="pi", arity=(0, 0),
        notation=Look("constant", r"\pi", "π"), shape=lambda shapes, options: (),
        kernel=lambda shapes, options, branches: lambda: [scalars.pi()], pullback=_no_pullback,
        entry=lambda at, shapes, options, index: apply("pi"), numpy="np.pi",
        code={"sheet": "PI()", "numpy": "np.pi", "maxima": "bfloat(%pi)"},
    ),
    Row(
        key="infinity", spellings=(), summary="infinity: what has the score -inf is masked", example="inf",
        arity=(0, 0), notation=Look("constant", r"\infty", "∞"), shape=lambda shapes, options: (),
        kernel=lambda shapes, options, branches: lambda: [scalars.infinity()], pullback=_no_pullback,
        entry=lambda at, shapes, options, index: apply("infinity"),
        numpy="np.inf",  # a spreadsheet and bfloats know none: e to minus that is 0
        code={"sheet": "1E+307", "numpy": "np.inf", "maxima": "10^9"},
    ),
])  # fmt: skip
