"""Losses: what each stands for, in the language. Squared errors are sums; means run over all entries."""

from fractions import Fraction
from math import prod

from flint import fmpq

from derive.calculus.kernels import ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import AXIS, Look, Shortcut, Wording, macro, register_rows
from derive.calculus.scalars import Num
from derive.calculus.shapes import as_matrix
from derive.language.expressions import Options, Shape
from derive.operations.entrywise.elementwise import Pieces, elementwise

DELTA = {"delta": Fraction(1)}
ABOVE_0 = {"delta": "above 0"}
ONE_HOT = '"one-hot"'
"""What the target is drawn from, of losses of classes."""


def _beyond(r: Num, delta: fmpq) -> Num:
    return abs(r) - delta


PENALTIES = [
    elementwise("huber_penalty", ("r",),
                Pieces(_beyond, lambda r, delta: r * r / 2, lambda r, delta: r * r / 2,
                       lambda r, delta: delta * (abs(r) - delta / 2)),
                ("clip(r, delta = delta)",), spellings=("huber_penalty",), notation=Look("function", r"H", "H"),
                summary="r²/2 where |r| ≤ delta, else delta (|r| - delta/2); Huber (1964)",
                example="huber_penalty(r, delta = 1)", defaults=DELTA, settings=ABOVE_0,
                formula="where(above(abs(r), delta), delta (abs(r) - delta/2), r^2/2)",
                meaning=Wording("by_size", {"inside": "r^2/2", "size": "abs(r)", "bound": "delta",
                                            "outside": "delta (abs(r) - delta/2)"})),
    elementwise("clip", ("r",),
                Pieces(_beyond, lambda r, delta: r, lambda r, delta: r, lambda r, delta: delta if r > 0 else -delta),
                ("at_least(delta, abs(r))",),
                spellings=("clip",), notation=Look.operator("clip"), summary="r cut off at -delta and delta",
                example="clip(r, delta = 1)", defaults=DELTA, settings=ABOVE_0, kink=True, plain=True,
                formula="min(max(r, -delta), delta)",
                meaning=Wording("cut", {"arg": "r", "low": "-delta", "high": "delta"})),
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


def _columns(shape: Shape) -> int:
    return (*shape, 1)[1]


LOSSES = [
    macro("squared_error", "sum of the squared errors", "sum((p - y)^2)", others="sse"),
    macro("half_squared_error", "half the sum of the squared errors", "1/2 sum((p - y)^2)"),
    macro("mean_squared_error", "mean of the squared errors", "mean((p - y)^2)", also=("mse",),
          others="mse | mse loss"),
    macro("mean_absolute_error", "mean of the absolute errors", "mean(abs(p - y))", also=("mae",), output="identity",
          others="mae | l1 | l1 loss"),
    macro("huber", "mean of the Huber penalties of the errors", "mean(huber_penalty(p - y, delta = delta))",
          example="huber(p, y, delta = 1)", defaults=DELTA, settings=ABOVE_0, output="identity",
          others="huber loss | smooth l1 loss"),
    macro("hinge", "mean of max(0, 1 - y p), targets -1 and 1", "mean(max(0, 1 - y ⊙ p))", output="identity",
          targets="{ choices = [-1, 1] }", others="hinge loss"),
    macro("binary_cross_entropy", "mean of -(y log(p) + (1 - y) log(1 - p)), targets 0 and 1",
          "-mean(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))", also=("bce",),
          shortcut=Shortcut("sigmoid_binary_cross_entropy", "sigmoid", "log", prod),
          others="bce | bce loss | binary crossentropy | log loss"),
    macro("cross_entropy",
          "-sum(y log(p)), y with a 1 for the right class, or its number; of a matrix the mean over columns",
          "-sum(y ⊙ log(p))", shortcut=Shortcut("softmax_cross_entropy", "softmax", "log", _columns, whole=True),
          settings=AXIS, by_shape=_cross_entropy, output="softmax", targets=ONE_HOT,
          others="categorical crossentropy | sparse categorical crossentropy"),
    macro("multiclass_hinge",
          "sum of max(0, s_j - s_y + delta) over the wrong classes j; y with a 1 for the right class",
          "sum((1 - y) ⊙ max(0, p - sum(y ⊙ p) + delta))", example="multiclass_hinge(p, y, delta = 1)", defaults=DELTA,
          by_shape=_multiclass_hinge, output="identity", targets=ONE_HOT),
    macro("kl_divergence", "sum(a (log(a) - log(b))): how far the distribution b is from a",
          "sum(a ⊙ (log(a) - log(b)))", "a, b"),
    macro("kl_normal", "divergence of normal distributions (mean mu, deviation sigma) from the standard one, summed",
          "sum((mu^2 + sigma^2 - 1)/2 - log(sigma))", "mu, sigma", example="kl_normal(a, b)"),
    macro("lasso_penalty", "L1 penalty: sum of the absolute values", "sum(abs(w))", "w", example="lasso_penalty(W)"),
    macro("ridge_penalty", "L2 penalty: sum of the squares", "sum(w^2)", "w", example="ridge_penalty(W)"),
    macro("cross_entropy_logits", "cross-entropy of softmax(z)", "-sum(y ⊙ log_softmax(z))", "z, y",
          shortcut=Shortcut("cross_entropy_logits", "softmax", "log_softmax", _columns, whole=True, logits=True),
          settings=AXIS, by_shape=_cross_entropy_logits, output="identity", targets=ONE_HOT,
          others="cross entropy loss"),
]  # fmt: skip

register_rows((*PENALTIES, *LOSSES))
