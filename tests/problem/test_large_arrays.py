"""Large arrays are read by another reader than TOML's: the numbers, their decimals and every message are the same."""

import re
from fractions import Fraction
from random import Random

import pytest

from derive.calculus.exact_numbers import ExactNumbers
from derive.errors import InputError
from derive.problem.problem import Problem
from derive.solution import solve

MODEL = '[model]\nequations = """\ny = W x\nL = sum(y^2)\n"""\nloss = "L"\n'
NUMBERS = ("0.25", "-3", "1e-3", "-2.50E2", "7", "-0.0", "0.123456789", "12.5", "1e0")


def rows(count: int, size: int, ending: str = "", between: str = ", ") -> str:
    draw = Random(count)
    lines = (f"[{', '.join(draw.choice(NUMBERS) for _ in range(size))}]" for _ in range(count))
    return f"[{between.join(lines)}{ending}]"


def problem(W: str, columns: int, before: str = "") -> Problem:
    return Problem.loads(f"{before}[data]\nx = {[1] * columns}\n[parameters]\nW = {W}\n{MODEL}")


def given(problem: Problem, name: str) -> object:
    return next(each for each in problem.givens if each.name.id == name)


@pytest.mark.parametrize("between", [", ", ",\n  ", " ,\r\n\t"])
def test_the_numbers_and_their_decimals_are_those_of_a_small_array(between: str) -> None:
    text = rows(40, 30, between=between)
    large = given(problem(text, 30), "W")
    parts = [given(problem(f"[{row}]", 30), "W") for row in re.findall(r"\[[^\[\]]+\]", text)]
    assert large.shape == (40, 30)
    assert isinstance(large.values, ExactNumbers)
    assert large.values == tuple(x for part in parts for x in part.values)
    assert tuple(large.places) == tuple(count for part in parts for count in part.places)


def test_what_only_toml_knows_is_read_too() -> None:
    for text in (
        rows(40, 30, ending=","),
        rows(40, 30).replace(" 7,", " +7,"),
        rows(40, 30).replace(" 12.5,", " 1_2.5,"),
    ):
        assert given(problem(text, 30), "W").shape == (40, 30)
    commented = rows(40, 30, between=",  # a row\n")
    assert given(problem(commented, 30), "W").values == given(problem(rows(40, 30), 30), "W").values


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda text: text.replace("], [", ", 1], [", 1), "the rows have different lengths"),
        (lambda text: text.replace("[", "[1e999999, ", 2).replace("[1e999999, ", "[", 1), "too many digits"),
        (lambda text: text[:-1], "not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_as_of_a_small_array(broken: object, message: str) -> None:
    with pytest.raises(InputError) as told:
        problem(broken(rows(40, 30)), 30, before="title = 'a'\n")
    assert message in str(told.value)
    assert told.value.faults[0].place.line in {5, 6}


def test_numbers_inside_a_text_stay_a_text() -> None:
    comment = f"task = '''\nW = {rows(40, 30)}\n'''\n[page]\ntask = '''\nW = {rows(40, 30)}\n'''\n"
    text = comment.partition("\n[page]")[2]
    read = problem(rows(40, 30), 30, before=f"[page]{text}")
    assert read.page.task.strip() == f"W = {rows(40, 30)}"


def test_a_large_array_is_worked_with_like_any_other() -> None:
    solution = solve(problem(rows(40, 30), 30))
    exact = given(solution.problem, "W").values
    row = [Fraction(exact[i]) for i in range(30)]
    assert solution["y[1]"].value == sum(row)
    again = Problem.loads(solution.text("toml"))
    assert given(again, "W").values == exact
    assert solution["y[1]"].value == solve(again)["y[1]"].value
    assert exact[3:5] == (exact[3], exact[4])
    assert hash(exact) == hash(tuple(exact))
