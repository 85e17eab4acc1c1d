"""Interim results: what is worked out on the way to a softmax stands on the page, and nowhere else."""

import json
from fractions import Fraction

import pytest

from derive import Solution, solve
from derive.derivation.intermediate import LARGEST
from derive.problem.problem import Problem
from derive.problem.settings import LEVELS, Sheet
from derive.sheets import SheetWriter


def solution(data: str, equations: str, **settings: str) -> Solution:
    return solve(Problem.loads(f"[data]\n{data}\n[model]\nequations = '''\n{equations}\n'''\n"), **settings)


def step(text: str, number: int = 1) -> str:
    """A numbered step of a page in text."""
    return text.split(f"  {number}) ")[1].split(f"  {number + 1}) ", maxsplit=1)[0].split("\n\n", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("equation", "lines"),
    [
        ("p = softmax(z)", ["exp(z) = ⎡exp(1)⎤ ≈ ⎡2.718⎤", "Σ_i exp(zᵢ) ≈ 2.718 + 7.389 ≈ 10.11",
                            "p ≈ ⎡2.718/10.11⎤ ≈ ⎡0.2689⎤"]),
        ("p = log_softmax(z)", ["Σ_i exp(zᵢ) ≈ 2.718 + 7.389 ≈ 10.11", "ln(Σ_i exp(zᵢ)) ≈ ln(10.11) ≈ 2.313",
                                "p ≈ ⎡1 − 2.313⎤ ≈ ⎡ −1.313⎤"]),
        ("p = logsumexp(z)", ["Σ_i exp(zᵢ) ≈ 2.718 + 7.389 ≈ 10.11", "p ≈ ln(10.11) ≈ 2.313"]),
    ],
)  # fmt: skip
def test_the_way_is_shown(equation: str, lines: list[str]) -> None:
    shown = step(solution("z = [1, 2]", equation).text("txt"))
    assert [line for line in lines if line not in shown] == []


def test_sums_of_columns_are_told_apart() -> None:
    shown = step(solution("Z = [[1, 2], [0, -1]]", "P = softmax(Z, columns)").text("txt"))
    assert "(Σ_i exp(zᵢⱼ))ⱼ₌₂ ≈ 7.389 + 0.3679 ≈ 7.757" in shown


def test_they_are_rounded_only_in_print() -> None:
    """With rounded carry the softmax is one step: it goes on from its own printed numbers."""
    found = solution("z = [1, 2]", "p = softmax(z)\nq = 1000 p", carry="rounded")
    assert found["q"].value == (Fraction(2689, 10), Fraction(7311, 10))


def test_they_are_no_steps() -> None:
    found = solution("z = [1, 2]", "p = softmax(z)")
    assert [each["id"] for each in json.loads(found.text("json"))["steps"]] == ["z", "p"]
    assert "~" not in found.text("txt") + found.text("md") + found.text("tex") + found.text("toml")


def test_one_that_is_too_large_to_write_keeps_no_one_from_the_result() -> None:
    shown = step(solution("z = [300000, 299999]", "p = softmax(z)").text("txt"))
    assert "⎡exp(300000)⎤ ≈ ⎡…⎤" in shown and "0.7311" in shown


def test_large_arrays_are_not_worked_out() -> None:
    row = str([0.5] * (LARGEST + 1))
    found = solution(f"z = {row}", "p = softmax(z)")
    assert not found.blueprint.derivation.interims


@pytest.mark.parametrize("blank", LEVELS)
def test_a_sheet_never_shows_the_numbers_on_the_way(blank: str) -> None:
    found = solution("z = [1, 2]", "p = softmax(z)")
    shown = SheetWriter.of(found.blueprint, Sheet(blank)).sheet("txt", found)
    assert "10.11" not in shown
    assert "0.2689" not in shown
