"""Losses: what each stands for, in the language. Squared errors are sums; means run over all entries."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq

from derive.operations.elementwise import Elementwise, Pieces, row
from derive.operations.rows import Macro, Notation, register
from derive.operations.scalars import Num

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
                ("clip(r, delta = delta)",), Notation("function", r"H", "H"),
                "r²/2 where |r| ≤ delta, else delta (|r| - delta/2); Huber (1964)",
                "huber_penalty(r, delta = 1)", defaults=DELTA),
    Elementwise("clip", ("clip",), ("r",), Pieces(_beyond, _inside, _inside, _edge),
                ("at_least(delta, abs(r))",), Notation("function", r"\operatorname{clip}", "clip"),
                "r cut off at -delta and delta", "clip(r, delta = 1)", defaults=DELTA, kink=True),
]  # fmt: skip

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
]  # fmt: skip

register((*map(row, PENALTIES), *LOSSES))
