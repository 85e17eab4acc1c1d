"""Elementary functions and arithmetic, entry by entry."""

from __future__ import annotations

from operator import add, mul, neg, sub

from derive.calculus import scalars
from derive.calculus.operation_rows import Look, register_rows
from derive.calculus.scalars import ONE, ZERO
from derive.operations.elementwise import Elementwise, Jumps, Pieces, Smooth, elementwise_row

ARITHMETIC = [
    Elementwise("add", (), ("a", "b"), Smooth(add), ("1", "1"), Look("add"), "sum", "x + y"),
    Elementwise("subtract", (), ("a", "b"), Smooth(sub), ("1", "-1"), Look("subtract"), "difference", "x - y"),
    Elementwise("negate", (), ("a",), Smooth(neg), ("-1",), Look("negate"), "negative", "-x"),
    Elementwise("times", (), ("a", "b"), Smooth(mul), ("b", "a"), Look("times"), "Hadamard product", "x ⊙ y"),
    Elementwise("divide", (), ("a", "b"), Smooth(scalars.divide), ("1/b", "-a/b^2"), Look("divide"),
                "quotient", "x/y", domain=(0.5, 3.0)),
    Elementwise("power", (), ("a", "n"), Smooth(scalars.power), ("n ⊙ a^(n - 1)", "y ⊙ log(a)"), Look("power"),
                "power, entry by entry", "x^2", domain=(0.5, 3.0)),
]  # fmt: skip

ELEMENTARY = [
    Elementwise("exp", ("exp",), ("z",), Smooth(scalars.exp), ("y",), Look("exponential", r"\exp", "exp"),
                "exponential function", "exp(z)", bounds=(0, None)),
    Elementwise("log", ("log", "ln"), ("z",), Smooth(scalars.log), ("1/z",), Look("function", r"\ln", "ln"),
                "natural logarithm", "log(z)", domain=(0.2, 4.0)),
    Elementwise("sqrt", ("sqrt",), ("z",), Smooth(scalars.sqrt), ("1/(2 y)",), Look("root", r"\sqrt", "√"),
                "square root", "sqrt(z)", domain=(0.2, 4.0)),
    Elementwise("sin", ("sin",), ("z",), Smooth(scalars.sin), ("cos(z)",), Look("function", r"\sin", "sin"),
                "sine, in radians", "sin(z)"),
    Elementwise("cos", ("cos",), ("z",), Smooth(scalars.cos), ("-sin(z)",), Look("function", r"\cos", "cos"),
                "cosine, in radians", "cos(z)"),
    Elementwise("abs", ("abs",), ("z",), Pieces(lambda z: z, neg, lambda z: ZERO, lambda z: z), ("sign(z)",),
                Look("bars"), "absolute value", "abs(z)", kink=True),
    Elementwise("sign", ("sign", "sgn"), ("z",), Pieces(lambda z: z, lambda z: -ONE, lambda z: ZERO, lambda z: ONE),
                ("0",), Look("function", r"\operatorname{sgn}", "sgn"), "sign: -1, 0 or 1", "sign(z)"),
    Elementwise("step", ("step", "heaviside"), ("z",),
                Pieces(lambda z: z, lambda z: ZERO, lambda z: ONE, lambda z: ONE), ("0",),
                Look("function", r"\operatorname{step}", "step"), "step function: 1 where z ≥ 0, else 0", "step(z)",
                "at_least(z, 0)"),
    Elementwise("floor", ("floor",), ("z",), Jumps(scalars.floor), ("0",),
                Look("function", r"\operatorname{floor}", "floor"),
                "the largest whole number that is not above z", "floor(z)"),
    Elementwise("max", ("max",), ("a", "b"), Pieces(sub, lambda a, b: b, lambda a, b: a, lambda a, b: a),
                ("at_least(a, b)", "below(a, b)"), Look("chosen", r"\max", "max"),
                "the larger of two, entry by entry; ties go to the first", "max(0, z)", kink=True),
    Elementwise("min", ("min",), ("a", "b"), Pieces(sub, lambda a, b: a, lambda a, b: a, lambda a, b: b),
                ("at_least(b, a)", "below(b, a)"), Look("chosen", r"\min", "min"),
                "the smaller of two, entry by entry; ties go to the first", "min(1, z)", kink=True),
    Elementwise("at_least", ("at_least",), ("a", "b"),
                Pieces(sub, lambda a, b: ZERO, lambda a, b: ONE, lambda a, b: ONE), ("0", "0"),
                Look("iverson", r"\ge", "≥"), "1 where a ≥ b, else 0", "at_least(a, b)"),
    Elementwise("below", ("below",), ("a", "b"),
                Pieces(sub, lambda a, b: ONE, lambda a, b: ZERO, lambda a, b: ZERO), ("0", "0"),
                Look("iverson", "<", "<"), "1 where a < b, else 0", "below(a, b)"),
    Elementwise("equal", ("equal",), ("a", "b"),
                Pieces(sub, lambda a, b: ZERO, lambda a, b: ONE, lambda a, b: ZERO), ("0", "0"),
                Look("iverson", "=", "="), "1 where a = b, else 0", "equal(a, b)"),
    Elementwise("Phi", ("Phi",), ("z",), Smooth(scalars.normal_cdf), ("phi(z)",),
                Look("function", r"\Phi", "Φ"), "distribution function of the normal distribution", "Phi(z)"),
    Elementwise("phi", ("phi",), ("z",), Smooth(scalars.normal_density), ("-(z ⊙ y)",),
                Look("function", r"\varphi", "φ"), "density of the normal distribution", "phi(z)",
                "exp(-z^2/2)/sqrt(2 pi)"),
]  # fmt: skip

register_rows(elementwise_row(spec) for spec in (*ARITHMETIC, *ELEMENTARY))
