"""How long a number has to be, and what its last digits may be: places held by zeros, a computer's noise."""

from __future__ import annotations

from math import exp

import pytest
from flint import fmpq

from derive import Problem, check
from derive.answers.marking.rounding import as_long_as_meant, standing
from derive.answers.reading.numbers import read_number
from derive.answers.reading.written import WrittenNumber

LARGE = """
title = "Large numbers"
[data]
x = [3, 4]
[parameters]
w = [251.1, 422.83]
u = 0.5
[model]
equations = \"\"\"
z = w^T x
n = 3141.59 u
e = (u - 0.5) z
\"\"\"
"""  # z = 2444.62, n = 1570.795, e = 0


def number(text: str) -> WrittenNumber:
    found = read_number(text, ".")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("step", "written", "verdict", "remarks"),
    [("z", "2440", "correct", []), ("z", "2400", "correct", ["precision"]), ("z", "2450", "wrong", []),
     ("z", "2500", "wrong", []), ("z", "2000", "wrong", []), ("z", "2444.619999999", "correct", []),
     ("z", "2444.6200000001", "correct", []), ("z", "2444.6100000001", "wrong", []), ("n", "1570", "correct", ["cut"]),
     ("e", "3.5e-15", "correct", []), ("e", "-2e-16", "correct", []), ("e", "3.5e-6", "wrong", [])],
)  # fmt: skip
def test_places_and_noise(step: str, written: str, verdict: str, remarks: list[str]) -> None:
    item = check(Problem.loads(LARGE), {step: written})[step]
    assert (item.verdict, [remark.kind for remark in item.remarks]) == (verdict, remarks)


def test_zeros_that_hold_places() -> None:
    assert as_long_as_meant(number("2440"), fmpq("244462/100")).digits == 3
    assert as_long_as_meant(number("2444"), fmpq("244462/100")).digits == 4
    assert standing(number("290"), fmpq(289)) is None  # 289 could have been written
    assert standing(number("30"), fmpq("296/10")) == "rounded"


FORMULAS = {"log10(1000)": "correct", "log2(8)": "correct", "log10(1e6)": "wrong", "300 log10(20)": "wrong"}


@pytest.mark.parametrize(("text", "verdict"), FORMULAS.items())
def test_a_formula_has_no_zeros_that_hold_places(text: str, verdict: str) -> None:
    """Where its value is no rational, neither is its last place."""
    problem = Problem.loads(LARGE.replace("n = 3141.59 u", "n = 6 u"))
    assert check(problem, {"n": text})["n"].verdict == verdict


SHORT_BY_THEMSELVES = """
[data]
x = [1, 2]
t = 6
[parameters]
W = [[0.37, 0.12], [0.13, 0.1]]
b = 0.2
[model]
equations = \"\"\"
z = W x
s = sum(z) + b
a = sigmoid(s)
L = (a - t)^2
\"\"\"
loss = "L"
"""


@pytest.mark.parametrize(("factor", "verdict"), [(1, "correct"), (1.05, "wrong"), (0.97, "wrong")])
def test_numbers_that_are_short_by_themselves_grant_no_width_to_others(factor: float, verdict: str) -> None:
    """The entries of z have two digits because they have no more: who writes six did not round a(1 - a) to two."""
    a = 1 / (1 + exp(-1.14))
    slope = 2 * (a - 6) * a * (1 - a)
    work = {"z": "[0.61, 0.33]", "s": "1.14", "a": f"{a:.6f}", "L": f"{(a - 6) ** 2:.4f}",
            "dL/da": f"{2 * (a - 6):.5f}", "dL/ds": f"{slope:.5f}", "dL/db": f"{factor * slope:.5f}"}  # fmt: skip
    assert check(Problem.loads(SHORT_BY_THEMSELVES), work)["dL/db"].verdict == verdict
