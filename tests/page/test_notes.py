"""The handwritten notes: every step of the page, exact and as a pocket calculator gives it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from support.solutions import solved

from derive.solution import Solution

EXACT = {
    "z_1": ("3,9", "12,1", "20,3"),
    "A_1": ("3,9", "12,1", "20,3"),
    "z_2": "18,3",
    "A_2": "0,9999999887",
    "L": "289",
    "dL/dA_2": "-34,0",
    "dA_2/dz_2": "1,13·10^-8",
    "dL/dz_2": "-3,84·10^-7",
    "dL/dW_2": (("-1,50·10^-6", "-4,64·10^-6", "-7,79·10^-6"),),
    "dL/db_2": "-3,84·10^-7",
    "dL/dA_1": ("-7,67·10^-8", "-1,53·10^-7", "-2,30·10^-7"),
    "dL/dz_1": ("-7,67·10^-8", "-1,53·10^-7", "-2,30·10^-7"),
    "dL/dW_1": (
        ("-1,53·10^-6", "-2,30·10^-7", "-3,07·10^-7"),
        ("-3,07·10^-6", "-4,60·10^-7", "-6,14·10^-7"),
        ("-4,60·10^-6", "-6,90·10^-7", "-9,21·10^-7"),
    ),
    "dL/db_1": ("-7,67·10^-8", "-1,53·10^-7", "-2,30·10^-7"),
}
ROUNDED = {
    "dL/dA_2": "-34,0",
    "dL/dz_2": "-3,84·10^-7",
    "dL/dW_2": (("-1,50·10^-6", "-4,65·10^-6", "-7,80·10^-6"),),
    "dL/dA_1": ("-7,68·10^-8", "-1,54·10^-7", "-2,30·10^-7"),
}
ORDER = [
    "x", "Y", "W_1", "b_1", "W_2", "b_2", "z_1", "A_1", "z_2", "A_2", "L", "dL/dA_2", "dA_2/dz_2", "dL/dz_2", "dL/dW_2",
    "dL/db_2", "dL/dA_1", "dA_1/dz_1", "dL/dz_1", "dL/dW_1", "dL/db_1",
]  # fmt: skip


def notes(carry: str) -> Solution:
    """The notes worked out."""
    return solved("notes", carry=carry)


@pytest.mark.parametrize("step", EXACT)
def test_exact(step: str) -> None:
    assert notes("exact")[step].printed == EXACT[step]


@pytest.mark.parametrize("step", ROUNDED)
def test_rounded(step: str) -> None:
    assert notes("rounded")[step].printed == ROUNDED[step]


def test_the_steps_stand_in_order() -> None:
    assert list(notes("exact").ids) == ORDER


def test_what_is_rational_is_exact() -> None:
    assert notes("exact")["z_2"].value == Fraction(183, 10)
    assert notes("exact")["A_1"].value == (Fraction(39, 10), Fraction(121, 10), Fraction(203, 10))


def test_the_gradients_were_verified_by_both_routes() -> None:
    found = notes("exact").verification
    assert (found.entries, found.routes) == (16, ("closed form", "central differences"))


def test_rounded_carry_says_so_on_the_page() -> None:
    assert "goes on with the rounded number" in notes("rounded").text("txt")
    assert "goes on with the exact" in notes("exact").text("txt")


@pytest.mark.parametrize(
    "line",
    [
        "z₁,₁ = 0,1·20 + 0,2·3 + 0,3·4 + 0,1 = 2 + 0,6 + 1,2 + 0,1 = 3,9",
        "z₂ = W₂·A₁ + b₂ = 0,2·3,9 + 0,4·12,1 + 0,6·20,3 + 0,5 = 0,78 + 4,84 + 12,18 + 0,5 = 18,3",
        "A₂ = σ(z₂) = 1/(1 + exp(−z₂)) = 1/(1 + exp(−18,3)) ≈ 0,9999999887",
        "L = (A₂ − Y)² ≈ (0,9999999887 − 18)² ≈ 289",
        "dL/dA₂ = 2·(A₂ − Y) ≈ 2·(0,9999999887 − 18) ≈ −34,0",
        "dL/dz₂ ≈ −34,0·1,13·10⁻⁸ ≈ −3,84·10⁻⁷",
        "Every z₁,ᵢ > 0, so ReLU changes nothing.",
        "L = (σ(W₂·ReLU(W₁·x + b₁) + b₂) − Y)²",
    ],
)
def test_a_line_of_the_page(line: str) -> None:
    assert line in notes("exact").text("txt")
