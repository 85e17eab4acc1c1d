"""Constant matrices, and of square matrices trace, determinant and inverse.

Source of the derivatives: Petersen, Pedersen, The Matrix Cookbook (2012), 2.1 and 2.2: d det(A) = tr(Cᵀ dA) with the
cofactors C, which also a matrix has whose determinant is 0, d A⁻¹ = −A⁻¹ dA A⁻¹. Entries are written by cofactors,
values are found by elimination.
"""

from functools import partial

from derive.calculus import scalars
from derive.calculus.building import divided, negated, times
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import At, GradientContext, Look, Row, Wording, array_row, macro, register_rows
from derive.calculus.options import option_shape
from derive.calculus.scalars import Num, ValueFault, middle, sign
from derive.calculus.shapes import as_matrix, indices, normal, numpy_shape, row_and_column
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.arrays import no_pullback
from derive.operations.moving import transposed

LARGEST = 6  # rows of a matrix whose determinant is written by cofactors
Matrix = list[list[Num]]


# --- constants ------------------------------------------------------------------------------------------------------


def _constant_shape(name: str, shapes: Shapes, options: Options) -> Shape:
    if "shape" not in dict(options):
        raise ShapeFault(f"`{name}` needs its size", f"as in `{name}(3)`")
    sizes = option_shape(options)
    if min(sizes) < 1 or (name == "identity" and len(sizes) > 1):
        raise ShapeFault(f"`{name}` of this size is no array", f"as in `{name}(3)`")
    return normal(sizes * 2 if name == "identity" else sizes)


def _constant_entry(name: str, at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return number(len(set(index)) < 2 if name == "identity" else name == "ones")


def _constant_kernel(name: str, shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    found = indices(_constant_shape(name, shapes, options))
    flat = [scalars.ONE if name == "ones" or (name == "identity" and len(set(i)) < 2) else scalars.ZERO for i in found]
    return lambda: list(flat)


def _constant_in_numpy(name: str, shapes: Shapes, options: Options) -> str:
    shape = _constant_shape(name, shapes, options)
    if not shape:
        return ""
    return f"np.eye({shape[0]})" if name == "identity" else f"np.{name}({numpy_shape(shape)})"


def _constant(name: str, tex: str, text: str, summary: str, example: str) -> Row:
    return Row(
        key=name, spellings=(name,), summary=summary, example=example, arity=(0, 0),
        notation=Look("function", tex, text), meaning=Wording(name),
        settings={"shape": "sizes"}, positional=("shape",), shape=partial(_constant_shape, name),
        kernel=partial(_constant_kernel, name), pullback=no_pullback, entry=partial(_constant_entry, name),
        sparse=name != "ones", numpy=partial(_constant_in_numpy, name),
    )  # fmt: skip


# --- square matrices ------------------------------------------------------------------------------------------------


def _size(shapes: Shapes) -> int:
    rows, columns = as_matrix(shapes[0])
    if rows != columns:
        raise ShapeFault(f"{shape_text(shapes[0])} is not square", "this needs a square matrix")
    if rows > LARGEST:
        raise ShapeFault(f"{shape_text(shapes[0])} is too large", f"at most {LARGEST} rows are worked out")
    return rows


def _determinant_shape(shapes: Shapes, options: Options) -> Shape:
    _size(shapes)
    return ()


def _inverse_shape(shapes: Shapes, options: Options) -> Shape:
    _size(shapes)
    return shapes[0]


def _rows(flat: Flat, n: int) -> Matrix:
    return [flat[i * n : (i + 1) * n] for i in range(n)]


def _eliminated(matrix: Matrix) -> tuple[Num, Matrix]:
    """The determinant of the square part on the left, and what stands to the right of it once it is the identity."""
    rows, n, found = [list(row) for row in matrix], len(matrix), scalars.ONE
    for x in (x for row in rows for x in row):
        scalars.check_finite(x)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(middle(rows[r][i])))
        if sign(rows[pivot][i]) == 0:
            return scalars.ZERO, []
        if pivot != i:
            rows[i], rows[pivot], found = rows[pivot], rows[i], -found
        found = found * rows[i][i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r in range(n):
            if r != i:
                factor = rows[r][i]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return found, [row[n:] for row in rows]


def _determinant_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    n = _size(shapes)
    return lambda a: [_eliminated(_rows(a, n))[0]]


def _inverse_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    n = _size(shapes)

    def kernel(a: Flat) -> Flat:
        identity = [[scalars.ONE if i == j else scalars.ZERO for j in range(n)] for i in range(n)]
        _, inverse = _eliminated([row + unit for row, unit in zip(_rows(a, n), identity, strict=True)])
        if not inverse:
            raise ValueFault("is not defined: the inverse of a matrix whose determinant is 0")
        return [x for row in inverse for x in row]

    return kernel


def _expanded(at: At, n: int, rows: tuple[int, ...], columns: tuple[int, ...]) -> Expr:
    """The determinant of some rows and columns, along the first row."""
    if not rows:
        return number(1)
    first, others = rows[0], rows[1:]
    terms = []
    for k, column in enumerate(columns):
        minor = _expanded(at, n, others, columns[:k] + columns[k + 1 :])
        term = times(at(0, (first, column) if n > 1 else ()), minor, "product")
        terms.append(negated(term) if k % 2 else term)
    return _alternating(terms)


def _alternating(terms: list[Expr]) -> Expr:
    result = terms[0]
    for k, term in enumerate(terms[1:], start=1):
        result = apply("subtract", result, negated(term)) if k % 2 else apply("add", result, term)
    return result


def _determinant_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    n = _size(shapes)
    return _expanded(at, n, tuple(range(n)), tuple(range(n)))


def _inverse_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    whole = _determinant_entry(at, shapes, options, ())
    return divided(_cofactors_entry(at, shapes, options, row_and_column(index)[::-1]), whole)


def _cofactors_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    n = _size(shapes)

    def kernel(a: Flat) -> Flat:
        rows = _rows(a, n)
        return [_cofactor(rows, i, j) for i in range(n) for j in range(n)]

    return kernel


def _cofactor(rows: Matrix, i: int, j: int) -> Num:
    minor = [row[:j] + row[j + 1 :] for k, row in enumerate(rows) if k != i]
    found = _eliminated(minor)[0]
    return -found if (i + j) % 2 else found


def _cofactors_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    n, (i, j) = _size(shapes), row_and_column(index)
    every = tuple(range(n))
    minor = _expanded(at, n, every[:i] + every[i + 1 :], every[:j] + every[j + 1 :])
    return negated(minor) if (i + j) % 2 else minor


def _cofactors_pullback(ctx: GradientContext) -> Expr:
    """tr(Gᵀ A⁻ᵀ) C − C Gᵀ A⁻ᵀ, of a matrix that has an inverse."""
    inverse = transposed(apply("inverse", ctx.args[0]))
    trace = apply("sum", times(ctx.gradient, inverse))
    inner = apply("product", apply("product", ctx.value, transposed(ctx.gradient)), inverse)
    return apply("subtract", times(trace, ctx.value, "product"), inner)


def _inverse_pullback(ctx: GradientContext) -> Expr:
    """−A⁻ᵀ G A⁻ᵀ."""
    value = transposed(ctx.value)
    return negated(apply("product", apply("product", value, ctx.gradient), value))


register_rows([
    _constant("identity", "I", "I", "identity matrix: 1 on the diagonal, 0 elsewhere", "identity(3)"),
    _constant("ones", r"\mathbf{1}", "1", "array of ones", "ones((2, 3))"),
    _constant("zeros", r"\mathbf{0}", "0", "array of zeros", "zeros(3)"),
    array_row("det", "determinant of a square matrix", "det(X)", notation=Look("function", r"\det", "det"),
              shape=_determinant_shape, kernel=_determinant_kernel,
              pullback=lambda ctx: times(ctx.gradient, apply("cofactors", ctx.args[0]), "product"),  # g C
              entry=_determinant_entry, mixes=True, rules=("back det",),
              numpy=lambda shapes, options: "np.linalg.det({0})" if shapes[0] else ""),
    array_row("cofactors", "cofactors of a square matrix: the gradient of its determinant", "cofactors(X)",
              notation=Look.operator("cof"), shape=_inverse_shape, kernel=_cofactors_kernel,
              pullback=_cofactors_pullback, entry=_cofactors_entry, mixes=True, said=True,
              numpy=lambda shapes, options: "(np.linalg.det({0}) * np.linalg.inv({0}).T)" if shapes[0] else ""),
    array_row("inverse", "inverse of a square matrix", "inverse(X)", also=("inv",),
              notation=Look("reciprocal", r"\operatorname{inverse}", "inverse"), shape=_inverse_shape,
              kernel=_inverse_kernel, pullback=_inverse_pullback, entry=_inverse_entry, mixes=True,
              rules=("back inverse",), numpy=lambda shapes, options: "np.linalg.inv({0})" if shapes[0] else ""),
    macro("trace", "sum of the entries on a diagonal", "sum(diagonal(a))", "a", also=("tr",), example="trace(X)"),
    macro("outer", "outer product of two vectors", "a b^T", "a, b"),
])  # fmt: skip
