"""Softmax and the logarithm of a sum of exponentials, over a vector, each row or each column.

Every exponent is taken from the largest entry first: e^(z − c) neither overflows nor loses digits, and the quotient and
the logarithm do not change. Sources: Bridle (1990); Goodfellow, Bengio, Courville, Deep Learning (2016), 4.1.
"""

from itertools import accumulate

from flint import fmpq

from derive.calculus import scalars
from derive.calculus.building import divided, times, total
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes
from derive.calculus.operation_rows import AXIS, At, GradientContext, Look, Wording, array_row, register_rows
from derive.calculus.scalars import Num
from derive.calculus.shapes import offset
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.over_axes.reductions import (
    axis_of,
    first_of,
    group_by_group,
    group_of,
    grouped_shape,
    groups,
    in_places,
    same_shape,
)

LOG_OF_SUM = "logsumexp"


# --- values --------------------------------------------------------------------------------------------------------


def largest(flat: Flat) -> fmpq:
    """An exact number close to the largest: of balls their middles are compared. What is −∞ is masked."""
    seen = [x for x in flat if not scalars.is_minus_infinity(x)]
    if not seen:
        raise scalars.ValueFault("is not defined: every score is −∞, nothing is left to see")
    for x in seen:
        scalars.check_finite(x)
    return max(map(scalars.middle, seen))


def softmax(flat: Flat) -> Flat:
    """e^zᵢ / Σ e^zⱼ; of −∞ exactly 0, and of a single score that is left exactly 1."""
    if alone := _alone(flat, scalars.ONE, scalars.ZERO):
        return alone
    exponentials = shifted(flat, largest(flat))
    whole = sum(exponentials, scalars.ZERO)
    return [x / whole for x in exponentials]


def _alone(flat: Flat, there: Num, elsewhere: Num) -> Flat:
    """`there` at the only score that is not −∞, `elsewhere` at the others; none where several are left."""
    masked = list(map(scalars.is_minus_infinity, flat))
    return [elsewhere if out else there for out in masked] if masked.count(False) == 1 else []


def shifted(flat: Flat, by: fmpq) -> Flat:
    """e^(zᵢ − by)."""
    return [scalars.exp(x - by) for x in flat]


def logsumexp(flat: Flat) -> Num:
    """log Σ e^zⱼ."""
    c = largest(flat)
    return c + scalars.log(sum(shifted(flat, c), scalars.ZERO))


def log_softmax(flat: Flat) -> Flat:
    """zᵢ − log Σ e^zⱼ; of a single score that is left exactly 0."""
    if alone := _alone(flat, scalars.ZERO, -scalars.infinity()):
        return alone
    c = largest(flat)
    rest = scalars.log(sum(shifted(flat, c), scalars.ZERO))
    return [x - c - rest for x in flat]


def _logsumexp_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    parts = groups(shapes[0], options)
    return lambda a: [logsumexp([a[i] for i in part]) for part in parts]


# --- derivatives ---------------------------------------------------------------------------------------------------


def _over(expr: Expr, options: Options) -> Expr:
    """The sum over each group, in a shape that goes with the argument's."""
    return apply("sum", expr, **dict(options))


def _softmax_pullback(ctx: GradientContext) -> Expr:
    """s ⊙ (g − Σ s ⊙ g), the sum over each group: the Jacobian diag(s) − s sᵀ applied to g."""
    return times(ctx.value, apply("subtract", ctx.gradient, _over(times(ctx.value, ctx.gradient), ctx.options)))


def _log_softmax_pullback(ctx: GradientContext) -> Expr:
    """g − s ⊙ Σ g, with s = e^value."""
    return apply("subtract", ctx.gradient, times(apply("exp", ctx.value), _over(ctx.gradient, ctx.options)))


# --- entries -------------------------------------------------------------------------------------------------------


def _exponential_sum(at: At, shapes: Shapes, options: Options, place: Index) -> Expr:
    return total([apply("exp", at(0, where)) for where in group_of(shapes[0], options, place)])


def _softmax_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return divided(apply("exp", at(0, index)), _exponential_sum(at, shapes, options, index))


def _log_softmax_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    below = apply("log", _exponential_sum(at, shapes, options, index))
    return apply("subtract", at(0, index), below)


def _logsumexp_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return apply("log", _exponential_sum(at, shapes, options, first_of(shapes[0], options, index)))


# --- running sums ----------------------------------------------------------------------------------------------------


def _running_pullback(ctx: GradientContext) -> Expr:
    """What an entry gives to those behind it: Σ g − cumsum(g) + g."""
    before = apply("cumsum", ctx.gradient, **ctx.settings)
    return apply("add", apply("subtract", _over(ctx.gradient, ctx.options), before), ctx.gradient)


def _running_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    return total([at(0, place) for place in group_of(shapes[0], options, index) if place <= index])


# --- with a causal mask ----------------------------------------------------------------------------------------------


def _causal_shape(shapes: Shapes, options: Options) -> Shape:
    if len(shapes[0]) != 2 or axis_of(options) not in {"rows", "columns"}:
        raise ShapeFault("a causal softmax is that of the rows or the columns of a matrix of scores",
                         "`columns` where a column is a query: causal_softmax(S, columns); else `rows`")  # fmt: skip
    return shapes[0]


def _seen(shape: Shape, options: Options) -> list[list[Index]]:
    """For each query, a row or a column, the places it may look at: up to its own number."""
    rows, columns = shape
    if axis_of(options) == "rows":
        return [[(i, j) for j in range(min(i + 1, columns))] for i in range(rows)]
    return [[(i, j) for i in range(min(j + 1, rows))] for j in range(columns)]


def _causal_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    seen = _seen(shapes[0], options)
    return in_places(softmax, [[offset(shapes[0], index) for index in part] for part in seen])


def _causal_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    seen = _seen(shapes[0], options)[index[0 if axis_of(options) == "rows" else 1]]
    if index not in seen:
        return number(0)
    return divided(apply("exp", at(0, index)), total([apply("exp", at(0, place)) for place in seen]))


register_rows([
    array_row("cumsum", "running sums of a vector, of each row or column", "cumsum(X, rows)", shape=same_shape,
              kernel=group_by_group(lambda flat: list(accumulate(flat))), pullback=_running_pullback,
              entry=_running_entry, params=("z",), settings=AXIS, mixes=True, meaning=Wording("cumsum")),
    array_row("softmax", "probabilities from scores: e^z over the sum of all e^z; of a vector, rows or columns",
              "softmax(X, rows)", shape=same_shape, kernel=group_by_group(softmax), pullback=_softmax_pullback,
              entry=_softmax_entry, params=("z",), from_scores=True, bounds=(0, 1), settings=AXIS,
              definition="exp(z)/sum(exp(z), axis = axis)", working=("exp(z)", "sum(w_1, axis = axis)", "w_1/w_2"),
              rules=("back softmax",), derivative=("diag(y) - y y^T",), jacobian=("(1 - i) i", "-(i j)")),
    array_row("causal_softmax", "softmax over the tokens up to the query's own, 0 for later ones",
              "causal_softmax(X, columns)",
              notation=Look("function", r"{\operatorname{softmax}_{\le}}", "softmax_≤"),
              shape=_causal_shape, kernel=_causal_kernel, pullback=_softmax_pullback, entry=_causal_entry,
              params=("z",), bounds=(0, 1), settings=AXIS, rules=("back softmax",), from_scores=True,
              meaning=Wording("causal_softmax")),
    array_row("log_softmax", "logarithm of the softmax; of a vector, rows or columns", "log_softmax(X, rows)",
              also=("logsoftmax",), notation=Look.operator("logsoftmax"), shape=same_shape,
              kernel=group_by_group(log_softmax), pullback=_log_softmax_pullback, entry=_log_softmax_entry,
              params=("z",), from_scores=True, bounds=(None, 0), settings=AXIS,
              definition="z - log(sum(exp(z), axis = axis))",
              working=("exp(z)", "sum(w_1, axis = axis)", "log(w_2)", "z - w_3"), rules=("back log softmax",)),
    array_row(LOG_OF_SUM, "logarithm of the sum of the exponentials; of a vector, rows or columns",
              "logsumexp(X, rows)", shape=grouped_shape, kernel=_logsumexp_kernel,
              pullback=lambda ctx: times(ctx.gradient, apply("softmax", ctx.args[0], **ctx.settings)),  # g softmax(z)
              entry=_logsumexp_entry, params=("z",), settings=AXIS, definition="log(sum(exp(z), axis = axis))",
              working=("exp(z)", "sum(w_1, axis = axis)", "log(w_2)"), rules=("back logsumexp",)),
])  # fmt: skip
