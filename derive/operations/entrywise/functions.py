"""Elementary functions and arithmetic, entry by entry."""

from functools import partial
from operator import add, mul, neg, sub

from derive.calculus import scalars
from derive.calculus.operation_rows import Look, Row, Wording, register_rows
from derive.calculus.scalars import ONE, ZERO, Num, ValueFault
from derive.operations.entrywise.elementwise import Jumps, Pieces, Smooth, elementwise, known

ARITHMETIC = [
    elementwise("add", ("a", "b"), Smooth(add), ("1", "1"), notation=Look("add"), summary="sum", example="x + y"),
    elementwise("subtract", ("a", "b"), Smooth(sub), ("1", "-1"), notation=Look("subtract"), summary="difference",
                example="x - y"),
    elementwise("negate", ("a",), Smooth(neg), ("-1",), notation=Look("negate"), summary="negative", example="-x"),
    elementwise("times", ("a", "b"), Smooth(mul), ("b", "a"), notation=Look("times"), summary="Hadamard product",
                example="x ⊙ y"),
    elementwise("divide", ("a", "b"), Smooth(scalars.divide), ("1/b", "-a/b^2"), notation=Look("divide"),
                summary="quotient", example="x/y", domain=(0.5, 3.0)),
    elementwise("power", ("a", "n"), Smooth(scalars.power), ("n ⊙ a^(n - 1)", "y ⊙ log(a)"), notation=Look("power"),
                summary="power, entry by entry", example="x^2", domain=(0.5, 3.0)),
]  # fmt: skip

BRACKET = Wording("bracket")


def _room(x: Num, a: Num, b: Num) -> Num:
    if a > b:
        raise ValueFault("is not defined: `clip(x, a, b)` with a above b")
    return (x - a) * (b - x)


def _condition(c: Num, a: Num, b: Num) -> Num:
    if not (c == 0 or c == 1):
        raise ValueFault("has a condition that is neither 0 nor 1: compare, as in where(z > 0, a, b)")
    return c


def _comparison(key: str, sides: tuple[Num, Num, Num], sign: str, tex: str, text: str, threshold: int) -> Row:
    """1 where two numbers compare so, else 0: its values where the first is smaller, equal, larger."""
    below, at, above = sides
    code = {"sheet": f"IF({{0}}{sign}{{1}},1,0)", "numpy": f"np.where({{0}} {sign} {{1}}, 1.0, 0.0)",
            "maxima": f"(if {{0}} {sign} {{1}} then 1 else 0)"}  # fmt: skip
    pieces = Pieces(sub, lambda a, b: below, lambda a, b: at, lambda a, b: above)
    return elementwise(key, ("a", "b"), pieces, ("0", "0"), spellings=(key,), notation=Look("iverson", tex, text),
                       summary=f"1 where a {text} b, else 0", example=f"{key}(a, b)", plain=True, meaning=BRACKET,
                       threshold=threshold, code=code)  # fmt: skip


ELEMENTARY = [
    known("exp", scalars.exp, "y", "exponential function", notation=Look("exponential", r"\exp", "exp"),
          bounds=(0, None)),
    known("log", scalars.log, "1/z", "natural logarithm", sheet="LN", spellings=("log", "ln"),
          notation=Look("function", r"\ln", "ln"), domain=(0.2, 4.0)),
    known("sqrt", scalars.sqrt, "1/(2 y)", "square root", notation=Look("root", r"\sqrt", "√"), domain=(0.2, 4.0),
          sympy=""),
    known("sin", scalars.sin, "cos(z)", "sine, in radians"),
    known("cos", scalars.cos, "-sin(z)", "cosine, in radians"),
    known("tan", scalars.tan, "1 + y^2", "tangent, in radians", domain=(-1.4, 1.4)),
    known("arctan", scalars.arctan, "1/(1 + z^2)", "the angle whose tangent is z", sympy="atan", sheet="ATAN",
          spellings=("arctan", "atan")),
    known("sinh", scalars.sinh, "cosh(z)", "hyperbolic sine"),
    known("cosh", scalars.cosh, "sinh(z)", "hyperbolic cosine", bounds=(1, None)),
    elementwise("log2", ("z",), Smooth(partial(scalars.log_to_base, 2)), ("1/(z log(2))",), spellings=("log2",),
                notation=Look("function", r"\log_{2}", "log₂"), summary="logarithm to the base 2", example="log2(z)",
                definition="log(z)/log(2)", domain=(0.2, 4.0)),
    elementwise("log10", ("z",), Smooth(partial(scalars.log_to_base, 10)), ("1/(z log(10))",), spellings=("log10",),
                notation=Look("function", r"\log_{10}", "log₁₀"), summary="logarithm to the base 10",
                example="log10(z)", definition="log(z)/log(10)", domain=(0.2, 4.0)),
    elementwise("erf", ("z",), Smooth(scalars.erf), ("2 exp(-z^2)/sqrt(pi)",), spellings=("erf",),
                notation=Look.operator("erf"), summary="error function", example="erf(z)", bounds=(-1, 1),
                code={"sheet": "ERF({0})", "numpy": "np.vectorize(math.erf)({0})", "maxima": "erf(float({0}))"}),
    elementwise("round", ("z",), Jumps(scalars.nearest_whole), ("0",), spellings=("round",),
                notation=Look.operator("round"),
                summary="the nearest whole number, a half to the even one", example="round(z)", plain=True,
                meaning=Wording("round"),
                code={"sheet": "IF(MOD({0},1)=0.5,2*ROUND(({0})/2,0),ROUND({0},0))", "numpy": "np.round({0})",
                      "maxima": "round({0})"}),
    elementwise("stop_gradient", ("z",), Jumps(lambda z: z), ("0",), spellings=("stop_gradient", "sg", "detach"),
                notation=Look.operator("sg"), summary="z itself, through which no gradient passes",
                example="stop_gradient(z)", meaning=Wording("stop_gradient"),
                code={"sheet": "({0})", "numpy": "({0})", "maxima": "({0})"}),
    elementwise("where", ("c", "a", "b"), Pieces(_condition, lambda c, a, b: b, lambda c, a, b: b, lambda c, a, b: a),
                ("0", "c", "1 - c"), spellings=("where",), notation=Look("cases", text="where"), branches=True,
                summary="a where the condition c is 1, b where it is 0", example="where(w, x, y)",
                code={"sheet": "IF({0},{1},{2})", "numpy": "np.where({0}, {1}, {2})",
                      "maxima": "(if {0} > 1/2 then {1} else {2})"}),
    elementwise("clip_between", ("x", "a", "b"),
                Pieces(_room, lambda x, a, b: a if x < a else b, lambda x, a, b: x, lambda x, a, b: x),
                ("at_least(x, a) ⊙ at_least(b, x)", "below(x, a)", "below(b, x)"), spellings=("clip",),
                overloads="clip", formula="min(max(x, a), b)", notation=Look.operator("clip"),
                summary="x cut off below a and above b",
                example="clip(x, a, b)", kink=True, plain=True,
                meaning=Wording("cut", {"arg": "x", "low": "a", "high": "b"})),
    elementwise("abs", ("z",), Pieces(lambda z: z, neg, lambda z: ZERO, lambda z: z), ("sign(z)",),
                spellings=("abs",), notation=Look("bars"), summary="absolute value", example="abs(z)", kink=True,
                code={"sheet": "ABS({0})", "numpy": "np.abs({0})", "maxima": "abs({0})"}),
    elementwise("sign", ("z",), Pieces(lambda z: z, lambda z: -ONE, lambda z: ZERO, lambda z: ONE), ("0",),
                spellings=("sign", "sgn"), notation=Look.operator("sgn"), summary="sign: -1, 0 or 1",
                example="sign(z)", plain=True, meaning=Wording("sign"), threshold=0,
                code={"sheet": "SIGN({0})", "numpy": "np.sign({0})", "maxima": "signum({0})"}),
    elementwise("step", ("z",), Pieces(lambda z: z, lambda z: ZERO, lambda z: ONE, lambda z: ONE), ("0",),
                spellings=("step", "heaviside"), notation=Look.operator("step"),
                summary="step function: 1 where z ≥ 0, else 0", example="step(z)", definition="at_least(z, 0)",
                plain=True, threshold=0),
    elementwise("floor", ("z",), Jumps(scalars.floor), ("0",), spellings=("floor",), notation=Look.operator("floor"),
                summary="the largest whole number that is not above z", example="floor(z)", plain=True,
                meaning=Wording("floor"),
                code={"sheet": "INT({0})", "numpy": "np.floor({0})", "maxima": "floor({0})"}),
    elementwise("max", ("a", "b"), Pieces(sub, lambda a, b: b, lambda a, b: a, lambda a, b: a),
                ("at_least(a, b)", "below(a, b)"), spellings=("max",), notation=Look("chosen", r"\max", "max"),
                summary="the larger of two, entry by entry; ties go to the first", example="max(0, z)", kink=True,
                code={"sheet": "MAX({0},{1})", "numpy": "np.maximum({0}, {1})", "maxima": "max({0}, {1})"}),
    elementwise("min", ("a", "b"), Pieces(sub, lambda a, b: a, lambda a, b: a, lambda a, b: b),
                ("at_least(b, a)", "below(b, a)"), spellings=("min",), notation=Look("chosen", r"\min", "min"),
                summary="the smaller of two, entry by entry; ties go to the first", example="min(1, z)", kink=True,
                code={"sheet": "MIN({0},{1})", "numpy": "np.minimum({0}, {1})", "maxima": "min({0}, {1})"}),
    _comparison("at_least", (ZERO, ONE, ONE), ">=", r"\ge", "≥", 0),
    _comparison("below", (ONE, ZERO, ZERO), "<", "<", "<", 1),
    _comparison("above", (ZERO, ZERO, ONE), ">", ">", ">", 0),
    _comparison("at_most", (ONE, ONE, ZERO), "<=", r"\le", "≤", 1),
    elementwise("equal", ("a", "b"), Pieces(sub, lambda a, b: ZERO, lambda a, b: ONE, lambda a, b: ZERO), ("0", "0"),
                spellings=("equal",), notation=Look("iverson", "=", "="), summary="1 where a = b, else 0",
                example="equal(a, b)", meaning=BRACKET, valued=True,
                code={"sheet": "IF({0}={1},1,0)", "numpy": "np.where({0} == {1}, 1.0, 0.0)",
                      "maxima": "(if equal({0}, {1}) then 1 else 0)"}),
    elementwise("Phi", ("z",), Smooth(scalars.normal_cdf), ("phi(z)",), spellings=("Phi",),
                notation=Look("function", r"\Phi", "Φ"), summary="distribution function of the normal distribution",
                example="Phi(z)", meaning=Wording("normal", {"arg": "z"}),
                code={"sheet": "NORMSDIST({0})",
                      "numpy": "(0.5 + 0.5 * np.vectorize(math.erf)(({0}) / math.sqrt(2)))",
                      "maxima": "(erfc(float(-({0})/sqrt(2)))/2)"}),
    elementwise("phi", ("z",), Smooth(scalars.normal_density), ("-(z ⊙ y)",), spellings=("phi",),
                notation=Look("function", r"\varphi", "φ"), summary="density of the normal distribution",
                example="phi(z)", definition="exp(-z^2/2)/sqrt(2 pi)"),
]  # fmt: skip

register_rows((*ARITHMETIC, *ELEMENTARY))
