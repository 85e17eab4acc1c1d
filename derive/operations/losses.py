"""Losses: what each stands for, in the language. Squared errors are sums; means run over all entries."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq

from derive.calculus.operation_rows import AXIS, Look, Macro, ShapeFault, Shapes, register_rows, shape_text
from derive.calculus.scalars import Num
from derive.calculus.shapes import as_matrix
from derive.language.expressions import Options, Shape
from derive.operations.elementwise import Elementwise, Pieces, elementwise_row

DELTA = {"delta": Fraction(1)}


def _beyond(r: Num, delta: fmpq) -> Num:
    return abs(r) - delta


def _quadratic(r: Num, delta: fmpq) -> Num:
    return r * r / 2


def _linear(r: Num, delta: fmpq) -> Num:
    return delta * (abs(r) - delta / 2)


def _inside(r: Num, delta: fmpq) -> Num:
    return r


def _edge(r: Num, delta: fmpq) -> Num:
    return delta if r > 0 else -delta


PENALTIES = [
    Elementwise("huber_penalty", ("huber_penalty",), ("r",), Pieces(_beyond, _quadratic, _quadratic, _linear),
                ("clip(r, delta = delta)",), Look("function", r"H", "H"),
                "r²/2 where |r| ≤ delta, else delta (|r| - delta/2); Huber (1964)",
                "huber_penalty(r, delta = 1)", defaults=DELTA),
    Elementwise("clip", ("clip",), ("r",), Pieces(_beyond, _inside, _inside, _edge),
                ("at_least(delta, abs(r))",), Look("function", r"\operatorname{clip}", "clip"),
                "r cut off at -delta and delta", "clip(r, delta = 1)", defaults=DELTA, kink=True),
]  # fmt: skip


def _cross_entropy(shapes: Shapes, options: Options) -> str:
    """Of one sample the sum over the classes; of several, one a column, the mean over the samples."""
    y = _target(shapes, options)
    if "axis" in dict(options):
        return f"-sum({y} ⊙ log(p), axis = axis)"
    return _mean_over_columns(shapes[0], f"sum({y} ⊙ log(p))")


def _cross_entropy_logits(shapes: Shapes, options: Options) -> str:
    """The same of the softmax, from its logarithm: no probability has to be put out."""
    y = _target(shapes, options)
    axis = ", axis = axis" if "axis" in dict(options) else ", columns" if len(shapes[0]) > 1 else ""
    if "axis" in dict(options):
        return f"-sum({y} ⊙ log_softmax(z, axis = axis), axis = axis)"
    return _mean_over_columns(shapes[0], f"sum({y} ⊙ log_softmax(z{axis}))")


def _target(shapes: Shapes, options: Options) -> str:
    """The target with a 1 for the right class: as it is given, or made of the numbers of the classes."""
    scores, given = shapes
    in_rows = dict(options).get("axis") == "rows"
    if len(scores) == 1 and not given:
        return f"one_hot(y, count = {scores[0]})"
    samples, classes = reversed(scores) if not in_rows and len(scores) == 2 else (*scores, 0, 0)[:2]
    if len(scores) == 2 and given in {(samples,), (1, samples)} and given != scores:
        return f"one_hot(y, count = {classes}{', rows' * in_rows})"
    _same_classes(shapes)
    return "y"


def _multiclass_hinge(shapes: Shapes, options: Options) -> str:
    """Of several samples, one a column, the mean over the samples. Source: Crammer, Singer (2001), summed."""
    _same_classes(shapes)
    if len(shapes[0]) < 2:
        return "sum((1 - y) ⊙ max(0, p - sum(y ⊙ p) + delta))"
    return f"1/{shapes[0][1]} sum((1 - y) ⊙ max(0, p - sum(y ⊙ p, columns) + delta))"


def _mean_over_columns(shape: Shape, total: str) -> str:
    samples = shape[1] if len(shape) == 2 else 1
    return f"-{total}" if samples == 1 else f"-1/{samples} {total}"


def _same_classes(shapes: Shapes) -> None:
    if () in shapes:
        raise ShapeFault("a cross-entropy needs one probability for each class",
                         "for a single probability it is `binary_cross_entropy(p, y)`")  # fmt: skip
    if shapes[0] != shapes[1]:
        left, right = map(shape_text, shapes)
        raise ShapeFault(f"{left} and {right} do not belong to the same classes",
                         "the target has a 1 for the right class and 0 for the others, in the same shape")  # fmt: skip
    as_matrix(shapes[0])


LOSSES = [
    Macro("squared_error", ("squared_error",), "sum of the squared errors", "squared_error(p, y)",
          ("p", "y"), "sum((p - y)^2)"),
    Macro("half_squared_error", ("half_squared_error",), "half the sum of the squared errors",
          "half_squared_error(p, y)", ("p", "y"), "1/2 sum((p - y)^2)"),
    Macro("mean_squared_error", ("mean_squared_error", "mse"), "mean of the squared errors",
          "mean_squared_error(p, y)", ("p", "y"), "mean((p - y)^2)"),
    Macro("mean_absolute_error", ("mean_absolute_error", "mae"), "mean of the absolute errors",
          "mean_absolute_error(p, y)", ("p", "y"), "mean(abs(p - y))"),
    Macro("huber", ("huber",), "mean of the Huber penalties of the errors", "huber(p, y, delta = 1)",
          ("p", "y"), "mean(huber_penalty(p - y, delta = delta))", DELTA),
    Macro("hinge", ("hinge",), "mean of max(0, 1 - y p), targets -1 and 1", "hinge(p, y)",
          ("p", "y"), "mean(max(0, 1 - y ⊙ p))"),
    Macro("binary_cross_entropy", ("binary_cross_entropy", "bce"),
          "mean of -(y log(p) + (1 - y) log(1 - p)), targets 0 and 1", "binary_cross_entropy(p, y)",
          ("p", "y"), "-mean(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))"),
    Macro("cross_entropy", ("cross_entropy",),
          "-sum(y log(p)), y with a 1 for the right class, or its number; of a matrix the mean over columns",
          "cross_entropy(p, y)", ("p", "y"), "-sum(y ⊙ log(p))", settings=AXIS, by_shape=_cross_entropy),
    Macro("multiclass_hinge", ("multiclass_hinge",),
          "sum of max(0, s_j - s_y + delta) over the wrong classes j; y with a 1 for the right class",
          "multiclass_hinge(p, y, delta = 1)", ("p", "y"),
          "sum((1 - y) ⊙ max(0, p - sum(y ⊙ p) + delta))", DELTA, by_shape=_multiclass_hinge),
    Macro("kl_divergence", ("kl_divergence",), "sum(a (log(a) - log(b))): how far the distribution b is from a",
          "kl_divergence(a, b)", ("a", "b"), "sum(a ⊙ (log(a) - log(b)))"),
    Macro("kl_normal", ("kl_normal",),
          "divergence of normal distributions (mean mu, deviation sigma) from the standard one, summed",
          "kl_normal(a, b)", ("mu", "sigma"), "sum((mu^2 + sigma^2 - 1)/2 - log(sigma))"),
    Macro("lasso_penalty", ("lasso_penalty",), "L1 penalty: sum of the absolute values", "lasso_penalty(W)",
          ("w",), "sum(abs(w))"),
    Macro("ridge_penalty", ("ridge_penalty",), "L2 penalty: sum of the squares", "ridge_penalty(W)",
          ("w",), "sum(w^2)"),
    Macro("cross_entropy_logits", ("cross_entropy_logits",), "cross-entropy of softmax(z)",
          "cross_entropy_logits(z, y)", ("z", "y"), "-sum(y ⊙ log_softmax(z))", settings=AXIS,
          by_shape=_cross_entropy_logits),
]  # fmt: skip

register_rows((*map(elementwise_row, PENALTIES), *LOSSES))
