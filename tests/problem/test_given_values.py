"""Given values as formulas of numbers, and printed as they were written."""

from __future__ import annotations

import pytest

from derive.errors import InputError
from derive.problem.problem import Problem
from derive.solution import Solution, solve


def solved(data: str, equations: str = "r = x") -> Solution:
    """A model over one given value x."""
    return solve(Problem.loads(f'[data]\n{data}\n[model]\nequations = "{equations}"'))


@pytest.mark.parametrize(
    ("written", "value"),
    [("½", "0.5"),
     ("1½", "1.5"), ("⅓", "1/3"), ("5%", "0.05"), ("2^-3", "0.125"), ("(1 + 2)/4", "0.75"), ("-¾", "-0.75"),
     ("sqrt(2)", "1.414213562373095048801689"), ("pi/4", "0.7853981633974483096156608")],
)  # fmt: skip
def test_a_formula_of_numbers(written: str, value: str) -> None:
    found = solved(f'x = "{written}"')["x"]
    assert value in {found.value_text, found.printed}


def test_formulas_in_lists() -> None:
    solution = solved('x = [["pi", 0], [1, "sqrt(4)"]]', "r = x[1, 1] + x[2, 2]")
    assert solution["x"].shape == (2, 2)
    assert solution["r"].value_text.startswith("5.14159265")


def test_a_parameter_is_a_number() -> None:
    with pytest.raises(InputError, match="a parameter is a number"):
        Problem.loads('[parameters]\nw = "sqrt(2)"\n[model]\nequations = "L = w^2"')


@pytest.mark.parametrize("wrong", ["abc", "1/0", "sin()", "x + 1"])
def test_what_is_no_number(wrong: str) -> None:
    with pytest.raises(InputError, match=r"is not a number|no exact value|division by 0"):
        solved(f'x = "{wrong}"')


def test_printed_as_written() -> None:
    solution = solved("x = [7.0, 4.70, 3, 1e3, -0.50]")
    assert solution["x"].printed == ("7.0", "4.70", "3", "1000", "-0.50")
    assert solution["r"].printed == ("7", "4.7", "3", "1000", "-0.5")
    assert "4,70" in solve(Problem.loads(
        '[data]\nx = 4.70\n[model]\nequations = "r = x"\n[numbers]\ndecimal = ","'
    )).text("txt")  # fmt: skip
