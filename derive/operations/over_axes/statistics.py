"""Variance, standard deviation, norms and normalisations, each written out in sums, means and roots.

Sources: batch norm Ioffe, Szegedy (2015); layer norm Ba, Kiros, Hinton (2016); RMS norm Zhang, Sennrich (2019).
A sample is a column: of a matrix layer norm and RMS norm take each column and batch norm each row, unless an axis is
given.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from derive.calculus.kernels import ShapeFault, Shapes
from derive.calculus.operation_rows import AXIS, Macro, macro, register_rows
from derive.language.expressions import Options, Shape
from derive.operations.over_axes.reductions import axis_of, count, reduced_shape

DDOF = {"ddof": Fraction(0)}
EPSILON = {"epsilon": Fraction(1, 100_000)}
DEVIATIONS = "mean((x - mean(x, axis = axis))^2, axis = axis)"


def _variance(shapes: Shapes, options: Options) -> str:
    """The mean of the squared deviations, or their sum over n − ddof."""
    reduced_shape(shapes, options)
    n, ddof = count(shapes[0], options), dict(options).get("ddof", Fraction(0))
    assert isinstance(ddof, Fraction)
    if ddof == 0:
        return DEVIATIONS
    if ddof.denominator != 1 or not 0 < ddof < n:
        raise ShapeFault(f"a variance of {n} entries with ddof = {ddof}", "ddof is a whole number below their number")
    inner = "sum((x - mean(x, axis = axis))^2, axis = axis)"
    return inner if n - ddof == 1 else f"1/{n - ddof} {inner}"


def _normalised(along: str, body: Callable[[str], str], shapes: Shapes, options: Options) -> str:
    """gamma ⊙ x̂ + beta, as far as they are given; `along` is the axis of a matrix where none is named."""
    shape = shapes[0]
    axis = axis_of(options) or (along if len(shape) == 2 and 1 not in shape else None)
    if axis is None and len(shape) > 2:
        raise ShapeFault(f"an array of {len(shape)} axes needs an axis here", "write `channels` for each first index")
    text = body(f", {axis}" if axis else "")
    scale = f"gamma{_turned(shapes[1], shape)} ⊙ " if len(shapes) > 1 else ""
    shift = f" + beta{_turned(shapes[2], shape)}" if len(shapes) > 2 else ""
    return f"{scale}{text}{shift}"


def _turned(given: Shape, shape: Shape) -> str:
    """A transpose for one value a column: they are given as a vector."""
    fits = len(shape) != 2 or not given or given[0] == shape[0]
    return "" if fits or given != shape[1:] else "^T"


def _standardised(axis: str) -> str:
    return f"((x - mean(x{axis}))/sqrt(mean((x - mean(x{axis}))^2{axis}) + epsilon))"


def _norm(name: str, summary: str, along: str, body: Callable[[str], str], params: tuple[str, ...]) -> Macro:
    """A normalisation: its examples call the parameters a and b."""
    full = f"gamma ⊙ {body('')}" + (" + beta" if "beta" in params else "")
    example = f"{name}({', '.join(('x', 'a', 'b')[: len(params)])}, epsilon = 0.001)"
    return Macro(
        key=name, spellings=(name,), summary=summary, example=example, params=params, body=full, defaults=EPSILON,
        settings=AXIS, by_shape=partial(_normalised, along, body), optional=len(params) - 1,
    )  # fmt: skip


register_rows([
    macro("var", "variance: mean of the squared deviations from the mean; with ddof = 1 over n - 1", DEVIATIONS, "x",
          example="var(X, rows)", defaults=DDOF, settings=AXIS, by_shape=_variance),
    macro("std", "standard deviation: the root of the variance", f"sqrt({DEVIATIONS})", "x", example="std(X, rows)",
          defaults=DDOF, settings=AXIS, by_shape=lambda shapes, options: f"sqrt({_variance(shapes, options)})"),
    macro("norm", "length of a vector: root of the sum of the squares", "sqrt(sum(x^2))", "x"),
    macro("cosine_similarity", "cosine of the angle between two vectors", "sum(a ⊙ b)/(sqrt(sum(a^2)) sqrt(sum(b^2)))",
          "a, b"),
    _norm("layer_norm", "standardised over a sample's entries, then scaled and shifted (both may be left out)",
          "columns", _standardised, ("x", "gamma", "beta")),
    _norm("batch_norm", "standardised over the samples, entry by entry, then scaled and shifted", "rows",
          _standardised, ("x", "gamma", "beta")),
    _norm("rms_norm", "divided by the root of the mean square of a sample's entries, then scaled", "columns",
          lambda axis: f"(x/sqrt(mean(x^2{axis}) + epsilon))", ("x", "gamma")),
])  # fmt: skip
