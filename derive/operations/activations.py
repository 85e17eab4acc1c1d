"""Activation functions. Sources: Goodfellow, Bengio, Courville, Deep Learning (2016), 6.3; for ELU Clevert et al.
(2015), for SiLU and GELU Hendrycks and Gimpel (2016), for Hardsigmoid and Hardswish Howard et al. (2019). At 0 the
derivative of ReLU, LeakyReLU and ELU is the one from the left, at -3 and 3 that of Hardsigmoid is 0.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq

from derive.calculus import scalars
from derive.calculus.operation_rows import Look, Macro, ShapeFault, Shapes, register_rows
from derive.calculus.scalars import ONE, ZERO, Num
from derive.language.expressions import Options
from derive.operations.elementwise import Elementwise, Pieces, Smooth, elementwise_row


def _same(z: Num, alpha: fmpq = ZERO) -> Num:
    return z


def _one(z: Num, alpha: fmpq = ZERO) -> Num:
    return ONE


def _zero(z: Num) -> Num:
    return ZERO


def _leaky(z: Num, alpha: fmpq) -> Num:
    return alpha * z


def _slope(z: Num, alpha: fmpq) -> Num:
    return alpha


def _elu(z: Num, alpha: fmpq) -> Num:
    return alpha * (scalars.exp(z) - 1)


def _elu_slope(z: Num, alpha: fmpq) -> Num:
    return alpha * scalars.exp(z)


def _beyond(z: Num) -> Num:
    return abs(z) - 3


def _ramp(z: Num) -> Num:
    return (z + 3) / 6


def _end(z: Num) -> Num:
    return ONE if z > 0 else ZERO


SLOPE = {"alpha": Fraction(1, 100)}
UNIT = {"alpha": Fraction(1)}

ACTIVATIONS = [
    Elementwise("relu", ("ReLU", "relu"), ("z",), Pieces(_same, _zero, _zero, _same), ("ReLU'(z)",),
                Look("function", r"\mathrm{ReLU}", "ReLU"), "rectified linear unit", "ReLU(z)",
                "max(0, z)", kink=True, bounds=(0, None)),
    Elementwise("relu'", ("ReLU'", "relu'"), ("z",), Pieces(_same, _zero, _zero, _one), ("0",),
                Look("function", r"\mathrm{ReLU}'", "ReLU'"), "its derivative: 1 where z > 0, else 0", "ReLU'(z)"),
    Elementwise("leaky_relu", ("LeakyReLU", "leaky_relu"), ("z",), Pieces(_same, _leaky, _leaky, _same),
                ("LeakyReLU'(z, alpha = alpha)",), Look("function", r"\mathrm{LeakyReLU}", "LeakyReLU"),
                "z where z > 0, else alpha z", "LeakyReLU(z, alpha = 0.1)", defaults=SLOPE, kink=True,
                smooth_at=UNIT),
    Elementwise("leaky_relu'", ("LeakyReLU'",), ("z",), Pieces(_same, _slope, _slope, _one), ("0",),
                Look("function", r"\mathrm{LeakyReLU}'", "LeakyReLU'"), "its derivative",
                "LeakyReLU'(z, alpha = 0.1)", defaults=SLOPE),
    Elementwise("elu", ("ELU", "elu"), ("z",), Pieces(_same, _elu, _elu, _same), ("ELU'(z, alpha = alpha)",),
                Look("function", r"\mathrm{ELU}", "ELU"), "z where z > 0, else alpha (exp(z) - 1)",
                "ELU(z)", defaults=UNIT, kink=True, smooth_at=UNIT),
    Elementwise("elu'", ("ELU'",), ("z",), Pieces(_same, _elu_slope, _elu_slope, _one), ("y ⊙ at_least(0, z)",),
                Look("function", r"\mathrm{ELU}'", "ELU'"), "its derivative: 1 where z > 0, else alpha exp(z)",
                "ELU'(z)", defaults=UNIT),
    Elementwise("sigmoid", ("sigmoid", "sigma", "logistic"), ("z",), Smooth(scalars.sigmoid), ("y ⊙ (1 - y)",),
                Look("function", r"\sigma", "σ"), "logistic sigmoid", "sigmoid(z)", "1/(1 + exp(-z))",
                bounds=(0, 1)),
    Elementwise("tanh", ("tanh",), ("z",), Smooth(scalars.tanh), ("1 - y^2",),
                Look("function", r"\tanh", "tanh"), "hyperbolic tangent", "tanh(z)", bounds=(-1, 1)),
    Elementwise("softplus", ("softplus",), ("z",), Smooth(scalars.softplus), ("sigmoid(z)",),
                Look("function", r"\mathrm{softplus}", "softplus"), "smooth ReLU", "softplus(z)",
                "log(1 + exp(z))"),
    Elementwise("silu", ("SiLU", "silu", "swish"), ("z",), Smooth(lambda z: z * scalars.sigmoid(z)),
                ("sigmoid(z) ⊙ (1 + z ⊙ (1 - sigmoid(z)))",), Look("function", r"\mathrm{SiLU}", "SiLU"),
                "sigmoid linear unit (swish)", "SiLU(z)", "z ⊙ sigmoid(z)"),
    Elementwise("gelu", ("GELU", "gelu"), ("z",), Smooth(lambda z: z * scalars.normal_cdf(z)),
                ("Phi(z) + z ⊙ phi(z)",), Look("function", r"\mathrm{GELU}", "GELU"),
                "Gaussian error linear unit, by the error function", "GELU(z)", "z ⊙ Phi(z)"),
    Elementwise("hardsigmoid", ("Hardsigmoid", "hardsigmoid"), ("z",), Pieces(_beyond, _ramp, _end, _end),
                ("below(abs(z), 3)/6",), Look("function", r"\mathrm{Hardsigmoid}", "Hardsigmoid"),
                "(z + 3)/6, cut off at 0 and 1", "Hardsigmoid(z)", "min(1, max(0, (z + 3)/6))", domain=(-6, 6),
                kink=True, bounds=(0, 1)),
    Elementwise("hardswish", ("Hardswish", "hardswish"), ("z",),
                Pieces(_beyond, lambda z: z * _ramp(z), lambda z: z * _end(z), lambda z: z * _end(z)),
                ("Hardsigmoid(z) + z ⊙ below(abs(z), 3)/6",),
                Look("function", r"\mathrm{Hardswish}", "Hardswish"), "swish with a Hardsigmoid", "Hardswish(z)",
                "z ⊙ Hardsigmoid(z)", domain=(-6, 6), kink=True),
]  # fmt: skip


def _dropped(shapes: Shapes, options: Options) -> str:
    """What is kept, over 1 − p: at least some of it has to be kept."""
    p = dict(options).get("p", Fraction(1, 2))
    if not isinstance(p, Fraction) or not 0 <= p < 1:
        raise ShapeFault(f"a dropout with p = {p}", "p is the part that is left out: at least 0, and below 1")
    return "(a ⊙ b)/(1 - p)"


DROPOUT = Macro("dropout", ("dropout",), "a mask of 0 and 1 is given; what is kept is divided by 1 - p",
                "dropout(x, y, p = 0.5)", ("a", "b"), "(a ⊙ b)/(1 - p)", defaults={"p": Fraction(1, 2)},
                by_shape=_dropped)  # fmt: skip

register_rows((*map(elementwise_row, ACTIVATIONS), DROPOUT))
