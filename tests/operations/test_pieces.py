"""Comparisons, pieces and what lets no gradient through."""

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem


def solved(loss: str, x: str = "[1, -2, 0.5]") -> derive.Solution:
    text = f"[parameters]\nx = {x}\n[model]\nloss = 'L'\nequations = '''\nL = {loss}\n'''\n"
    return derive.solve(Problem.loads(text))


@pytest.mark.parametrize(("loss", "value", "gradient"), [
    ("sum([x > 0] ⊙ x^2)", 1.25, (2, 0, 1)),
    ("sum([x <= 0.5] ⊙ x)", -1.5, (0, 1, 1)),
    ("sum(where(x >= 0.5, x, 0.1 x))", 1.3, (1, 0.1, 1)),
    ("sum(where([x < 0], x^2, 3 x))", 8.5, (3, -4, 3)),
    (r"sum(\begin{cases} x^2 & x > 0 \\ 3 x & x \le 0 \end{cases})", -4.75, (2, 3, 1)),
    (r"sum(\begin{cases} 1 & x > 0.7 \\ x & x > 0 \\ 2 x \end{cases})", -2.5, (0, 2, 1)),
    ("sum(clip(x, -1, 0.7)^2)", 1.74, (0, 0, 1)),
    ("sum((x + stop_gradient(round(x) - x))^2)", 5, (2, -4, 0)),
    ("sum(stop_gradient(x) ⊙ x)", 5.25, (1, -2, 0.5)),
])  # fmt: skip
def test_pieces(loss: str, value: float, gradient: tuple[float, ...]) -> None:
    solution = solved(loss)
    assert float(solution["L"].value) == pytest.approx(value, rel=1e-12)
    assert [float(x) for x in solution["dL/dx"].value] == pytest.approx(gradient, rel=1e-12)
    assert solution.text("md") and solution.text("tex")


@pytest.mark.parametrize(("loss", "words"), [
    ("sum(where(x, 1, x))", "neither 0 nor 1"),
    (r"sum(\begin{cases} x & x > 0 \\ 3 x & x > 1 \end{cases})", "leave its condition out"),
    (r"sum(\begin{cases} x \\ 3 x \end{cases})", "a value, `&` and a condition"),
])  # fmt: skip
def test_what_is_no_condition_is_said(loss: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        solved(loss)


def test_a_comparison_stands_in_brackets_on_the_page() -> None:
    assert "[x > 0]" in solved("sum([x > 0] ⊙ x)").text("txt")
    assert "where([x > 0]" in solved("where(x > 0, x^2, x)", "3").text("txt")


def test_the_constants_of_a_function_stand_as_decimals() -> None:
    assert "1.0507009873554805·z where z > 0" in " ".join(solved("sum(SELU(x))").text("txt").split())
