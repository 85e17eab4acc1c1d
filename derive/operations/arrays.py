"""The product, of matrices where the shapes ask for it, and the constants π and ∞."""

from collections.abc import Callable, Mapping
from operator import mul

from derive.calculus import scalars
from derive.calculus.building import times, total
from derive.calculus.differentiation import reduced
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes, flint_product, shape_text
from derive.calculus.operation_rows import At, GradientContext, Look, Row, register_rows
from derive.calculus.scalars import Num
from derive.calculus.shapes import as_matrix, normal, place_in, row_and_column
from derive.language.expressions import Expr, Index, Number, Options, Shape, apply
from derive.operations.entrywise.elementwise import Smooth, elementwise
from derive.operations.moving import transposed

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


def _product_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    if () in shapes:
        return _scaling.kernel(shapes, options, branches)
    (m, k), (_, n) = map(as_matrix, shapes)
    if n == 1:
        return lambda a, b: [sum(map(mul, a[i : i + k], b), scalars.ZERO) for i in range(0, m * k, k)]

    def matrix_product(a: Flat, b: Flat) -> Flat:
        if (entries := flint_product((m, k, n), a, b)) is not None:
            return entries
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


def no_pullback(ctx: GradientContext) -> Expr:
    """Of what has no argument that a gradient goes to."""
    raise AssertionError("there is no gradient to work out")


def _constant(
    key: str, value: Callable[[], Num], look: Look, summary: str, example: str, code: Mapping[str, str]
) -> Row:  # fmt: skip
    return Row(key=key, summary=summary, example=example, arity=(0, 0), notation=look, pullback=no_pullback, code=code,
               shape=lambda shapes, options: (), entry=lambda at, shapes, options, index: apply(key),
               kernel=lambda shapes, options, branches: lambda: [value()], numpy=code["numpy"])  # fmt: skip


register_rows([
    Row(
        key="product", spellings=(), summary="product: of matrices where the shapes ask for it", example="W x",
        arity=(2, 2), notation=Look("product"), shape=_product_shape, kernel=_product_kernel,
        pullback=_product_pullback, entry=_product_entry, derivative=("b", "a"), params=("a", "b"), expansion=_batched,
        stateless=True,
    ),
    _constant("pi", scalars.pi, Look("constant", r"\pi", "π"), "the number π", "pi",
              {"sheet": "PI()", "numpy": "np.pi", "maxima": "bfloat(%pi)"}),
    _constant("infinity", scalars.infinity, Look("constant", r"\infty", "∞"),  # e to minus its number is 0
              "infinity: what has the score -inf is masked", "inf",
              {"sheet": "1E+307", "numpy": "np.inf", "maxima": "10^9"}),
])  # fmt: skip
