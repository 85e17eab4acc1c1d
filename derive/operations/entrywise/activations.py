"""Activation functions. Sources: Goodfellow, Bengio, Courville, Deep Learning (2016), 6.3; for ELU Clevert et al.
(2015), for SELU Klambauer et al. (2017), for PReLU He et al. (2015), for Mish Misra (2019), for SiLU and GELU (also by
tanh) Hendrycks and Gimpel (2016), for Hardsigmoid and Hardswish Howard et al. (2019). At 0 the
derivative of ReLU, LeakyReLU and ELU is the one from the left, at -3 and 3 that of Hardsigmoid is 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from derive.calculus import scalars
from derive.calculus.kernels import ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import Look, Macro, Row, Wording, register_rows
from derive.calculus.scalars import ONE, ZERO, Num
from derive.language.expressions import Options
from derive.operations.entrywise.elementwise import Pieces, Smooth, elementwise, known


@dataclass(frozen=True, slots=True)
class Side:
    """What a function with a bend at 0 is on one side of it, and its slope there: as functions of z and the settings,
    and as texts over them.
    """

    value: Callable[..., Num]
    slope: Callable[..., Num]
    text: str
    slope_text: str


ZERO_SIDE = Side(lambda z: ZERO, lambda z: ZERO, "0", "0")
SAME = Side(lambda z, **_: z, lambda z, **_: ONE, "z", "1")
LEAKY = Side(lambda z, alpha: alpha * z, lambda z, alpha: alpha, "alpha z", "alpha")
EXPONENTIAL = Side(lambda z, alpha: alpha * (scalars.exp(z) - 1), lambda z, alpha: alpha * scalars.exp(z),
                   "alpha (exp(z) - 1)", "alpha exp(z)")  # fmt: skip


SELU_SCALE, SELU_DEPTH = fmpq(10507009873554805, 10**16), fmpq(17580993408473768, 10**16)
SCALED = Side(lambda z: SELU_SCALE * z, lambda z: SELU_SCALE, "1.0507009873554805 z", "1.0507009873554805")
SELF_NORMALISING = Side(
    lambda z: SELU_DEPTH * (scalars.exp(z) - 1), lambda z: SELU_DEPTH * scalars.exp(z),
    "1.7580993408473768 (exp(z) - 1)", "1.7580993408473768 exp(z)",
)  # fmt: skip
GELU_INNER = "sqrt(2/pi) (z + 0.044715 z^3)"


def bent(
    key: str, name: str, sides: tuple[Side, Side], summaries: tuple[str, str], *, curvature: str = "0",
    by_sign: str = "", **more: Any,
) -> list[Row]:  # fmt: skip
    """The rows of a function with a bend at 0, by its sides below and above, and of its derivative; at 0 both are what
    they are below. `curvature` is the derivative of that, `more` are fields of both.
    """
    below, above = sides
    smooth_at, bounds, definition = (more.pop(field, None) for field in ("smooth_at", "bounds", "definition"))
    passed = "".join(f", {setting} = {setting}" for setting in more.get("defaults", {}))
    example = more.pop("example", "")

    def meaning(above: str, below: str) -> Wording | None:
        return None if by_sign else Wording("by_sign", {"above": above, "below": below, "arg": "z"})

    return [
        elementwise(key, ("z",), Pieces(_same, below.value, below.value, above.value), (f"{name}'(z{passed})",),
                    spellings=(name, key), notation=Look.upright(name), summary=summaries[0],
                    example=f"{name}(z{example})", kink=True, smooth_at=smooth_at, bounds=bounds,
                    definition=definition or "", by_sign=by_sign,
                    formula="" if definition else f"where(above(z, 0), {above.text}, {below.text})",
                    meaning=meaning(above.text, below.text), **more),
        elementwise(f"{key}'", ("z",), Pieces(_same, below.slope, below.slope, above.slope), (curvature,),
                    spellings=(f"{name}'", f"{key}'"), notation=Look("function", rf"\mathrm{{{name}}}'", f"{name}'"),
                    summary=summaries[1], example=f"{name}'(z{example})", by_sign=by_sign and f"{by_sign}_slope",
                    formula=_slope_formula(above, below),
                    meaning=meaning(above.slope_text, below.slope_text), prime_of=key, plain=True, **more),
    ]  # fmt: skip


def _slope_formula(above: Side, below: Side) -> str:
    one_or_none = (above.slope_text, below.slope_text) == ("1", "0")
    return "above(z, 0)" if one_or_none else f"where(above(z, 0), {above.slope_text}, {below.slope_text})"


def _six(z: Num) -> Num:
    return fmpq(6) if z > 3 else ZERO


def _gelu_tanh(z: Num) -> Num:
    inner = scalars.sqrt(2 / scalars.pi()) * (z + fmpq(44_715, 1_000_000) * z * z * z)
    return z / 2 * (1 + scalars.tanh(inner))


def _same(z: Num, **settings: Num) -> Num:
    return z


def _beyond(z: Num) -> Num:
    return abs(z) - 3


def _ramp(z: Num) -> Num:
    return (z + 3) / 6


def _end(z: Num) -> Num:
    return ONE if z > 0 else ZERO


SLOPE = {"alpha": Fraction(1, 100)}
UNIT = {"alpha": Fraction(1)}

ACTIVATIONS = [
    *bent("relu", "ReLU", (ZERO_SIDE, SAME), ("rectified linear unit", "its derivative: 1 where z > 0, else 0"),
          definition="max(0, z)", bounds=(0, None), by_sign="relu"),
    *bent("leaky_relu", "LeakyReLU", (LEAKY, SAME), ("z where z > 0, else alpha z", "its derivative"), defaults=SLOPE,
          smooth_at=UNIT, example=", alpha = 0.1"),
    *bent("elu", "ELU", (EXPONENTIAL, SAME),
          ("z where z > 0, else alpha (exp(z) - 1)", "its derivative: 1 where z > 0, else alpha exp(z)"),
          curvature="y ⊙ at_least(0, z)", defaults=UNIT, smooth_at=UNIT),
    elementwise("sigmoid", ("z",), Smooth(scalars.sigmoid), ("y ⊙ (1 - y)",),
                spellings=("sigmoid", "sigma", "logistic"), notation=Look("function", r"\sigma", "σ"),
                summary="logistic sigmoid", example="sigmoid(z)", definition="1/(1 + exp(-z))", bounds=(0, 1)),
    known("tanh", scalars.tanh, "1 - y^2", "hyperbolic tangent", bounds=(-1, 1)),
    *bent("selu", "SELU", (SELF_NORMALISING, SCALED),
          ("ELU with the two constants that keep mean 0 and variance 1", "its derivative"),
          curvature="y ⊙ at_least(0, z)"),
    elementwise("prelu", ("z", "a"), Pieces(lambda z, a: z, lambda z, a: a * z, lambda z, a: a * z, lambda z, a: z),
                ("below(0, z) + a ⊙ at_least(0, z)", "min(0, z)"), spellings=("PReLU", "prelu"),
                notation=Look.upright("PReLU"), summary="z where z > 0, else a z, the slope a a parameter",
                example="PReLU(z, a)", kink=True, formula="where(above(z, 0), z, a z)",
                meaning=Wording("by_sign", {"above": "z", "below": "a z", "arg": "z"})),
    elementwise("relu6", ("z",), Pieces(lambda z: abs(z - 3) - 3, lambda z: z, _six, _six), ("below(abs(z - 3), 3)",),
                spellings=("ReLU6", "relu6"), notation=Look.upright("ReLU6"), summary="ReLU cut off at 6",
                example="ReLU6(z)", definition="min(6, max(0, z))", domain=(-2, 8), kink=True, bounds=(0, 6)),
    elementwise("softsign", ("z",), Smooth(lambda z: z / (1 + abs(z))), ("1/(1 + abs(z))^2",),
                spellings=("Softsign", "softsign"), notation=Look.upright("Softsign"), summary="z over 1 + |z|",
                example="Softsign(z)", definition="z/(1 + abs(z))", bounds=(-1, 1)),
    elementwise("logsigmoid", ("z",), Smooth(lambda z: -scalars.softplus(-z)), ("sigmoid(-z)",),
                spellings=("logsigmoid", "log_sigmoid"), notation=Look.operator("logsigmoid"),
                summary="logarithm of the sigmoid", example="logsigmoid(z)", definition="log(sigmoid(z))",
                bounds=(None, 0)),
    elementwise("mish", ("z",), Smooth(lambda z: z * scalars.tanh(scalars.softplus(z))),
                ("tanh(softplus(z)) + z ⊙ (1 - tanh(softplus(z))^2) ⊙ sigmoid(z)",), spellings=("Mish", "mish"),
                notation=Look.upright("Mish"), summary="z times the tanh of softplus", example="Mish(z)",
                definition="z ⊙ tanh(softplus(z))"),
    elementwise("gelu_tanh", ("z",), Smooth(_gelu_tanh),
                (f"(1 + tanh({GELU_INNER}))/2 + z ⊙ (1 - tanh({GELU_INNER})^2) ⊙ (sqrt(2/pi) (1 + 0.134145 z^2))/2",),
                spellings=("gelu_tanh", "GELUtanh"), notation=Look("function", r"\mathrm{GELU}_{\tanh}", "GELU_tanh"),
                summary="GELU by its approximation with tanh", example="gelu_tanh(z)",
                definition=f"z/2 ⊙ (1 + tanh({GELU_INNER}))"),
    elementwise("softplus", ("z",), Smooth(scalars.softplus), ("sigmoid(z)",), spellings=("softplus",),
                notation=Look.upright("softplus"), summary="smooth ReLU", example="softplus(z)",
                definition="log(1 + exp(z))"),
    elementwise("silu", ("z",), Smooth(lambda z: z * scalars.sigmoid(z)),
                ("sigmoid(z) ⊙ (1 + z ⊙ (1 - sigmoid(z)))",), spellings=("SiLU", "silu", "swish"),
                notation=Look.upright("SiLU"), summary="sigmoid linear unit (swish)", example="SiLU(z)",
                definition="z ⊙ sigmoid(z)"),
    elementwise("gelu", ("z",), Smooth(lambda z: z * scalars.normal_cdf(z)), ("Phi(z) + z ⊙ phi(z)",),
                spellings=("GELU", "gelu"), notation=Look.upright("GELU"),
                summary="Gaussian error linear unit, by the error function", example="GELU(z)",
                definition="z ⊙ Phi(z)"),
    elementwise("hardsigmoid", ("z",), Pieces(_beyond, _ramp, _end, _end), ("below(abs(z), 3)/6",),
                spellings=("Hardsigmoid", "hardsigmoid"), notation=Look.upright("Hardsigmoid"),
                summary="(z + 3)/6, cut off at 0 and 1", example="Hardsigmoid(z)",
                definition="min(1, max(0, (z + 3)/6))", domain=(-6, 6), kink=True, bounds=(0, 1)),
    elementwise("hardswish", ("z",),
                Pieces(_beyond, lambda z: z * _ramp(z), lambda z: z * _end(z), lambda z: z * _end(z)),
                ("Hardsigmoid(z) + z ⊙ below(abs(z), 3)/6",), spellings=("Hardswish", "hardswish"),
                notation=Look.upright("Hardswish"), summary="swish with a Hardsigmoid", example="Hardswish(z)",
                definition="z ⊙ Hardsigmoid(z)", domain=(-6, 6), kink=True),
]  # fmt: skip


def _dropped(shapes: Shapes, options: Options) -> str:
    """What is kept, over 1 − p: at least some of it has to be kept."""
    p = dict(options).get("p", Fraction(1, 2))
    if not isinstance(p, Fraction) or not 0 <= p < 1:
        raise ShapeFault(f"a dropout with p = {p}", "p is the part that is left out: at least 0, and below 1")
    return "(a ⊙ b)/(1 - p)"


def _gated(shapes: Shapes, options: Options) -> str:
    """The halves of a vector, or of the rows of a matrix. Source: Dauphin et al. (2017)."""
    (shape,) = shapes
    if not shape or len(shape) > 2 or shape[0] % 2:
        raise ShapeFault(f"{shape_text(shape)} has no two halves", "`GLU` takes an even number of rows")
    half, rest = shape[0] // 2, ", :" if len(shape) == 2 else ""
    return f"x[1:{half}{rest}] ⊙ sigmoid(x[{half + 1}:{shape[0]}{rest}])"


DROPOUT = Macro(
    key="dropout", spellings=("dropout",), summary="a mask of 0 and 1 is given; what is kept is divided by 1 - p",
    example="dropout(x, y, p = 0.5)", params=("a", "b"), body="(a ⊙ b)/(1 - p)", defaults={"p": Fraction(1, 2)},
    by_shape=_dropped,
)  # fmt: skip
GLU = Macro(
    key="glu", spellings=("GLU", "glu"), params=("x",), body="x ⊙ sigmoid(x)", by_shape=_gated, example="GLU(X)",
    summary="gated linear unit: the first half of the rows times the sigmoid of the second",
)  # fmt: skip

register_rows((*ACTIVATIONS, DROPOUT, GLU))
