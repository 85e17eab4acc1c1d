"""Feedback for a person: each remark once a work, where the first difference is, a way of working named once."""

from __future__ import annotations

from functools import cache

import pytest

from derive import Problem
from derive.answers.feedback.report import Report, report
from derive.answers.feedback.report_files import text
from derive.answers.marking.judging import judge
from derive.answers.working.free_working import read_working
from derive.solution import Solution, solve

CLASSES = """
[data]
x = [1, 2]
y = [1, 0, 0]
[parameters]
W = [[0.3, -0.5], [0.1, 0.4], [-0.2, 0.7]]
V = [[0.5, -1, 0.3], [0.2, 0.8, -0.4], [0.6, 0.1, 0.9]]
[model]
equations = "h = tanh(W x)\\nz = V h\\np = softmax(z)\\nL = -sum(y ⊙ log(p))"
loss = "L"
"""


@cache
def solved(problem: str) -> Solution:
    return solve(Problem.loads(problem))


def right(name: str) -> list[str]:
    """The numbers of a step as they are printed."""
    place, k, _ = solved(CLASSES).index[name]
    return [number.text() for number in solved(CLASSES).values.printed(place, k)]


def all_right() -> dict[str, list[str]]:
    return {name: right(name) for name in ("h", "z", "p", "L", "dL/dz")}


def marked(lines: list[str], hints: bool = False) -> Report:
    answers = read_working("\n\n".join(lines), solved(CLASSES))
    return report(solved(CLASSES), judge(solved(CLASSES), answers), answers, hints)


def page(lines: list[str]) -> str:
    return text(marked(lines), solved(CLASSES), "txt")


def test_a_habit_is_told_once_with_the_lines_it_concerns() -> None:
    said = page([f"{name} = [{', '.join(numbers)}]" for name, numbers in all_right().items()])
    assert said.count("written as a row") == 1
    assert "The same holds in lines 3, 5, 9." in said
    found = marked([f"{name} = [{', '.join(numbers)}]" for name, numbers in all_right().items()])
    assert sum(remark.kind == "notation" for item in found.items for remark in item.remarks) == 1


def test_few_digits_are_told_once_and_not_under_every_entry() -> None:
    said = page([f"{name} = [{'; '.join(n[:-2] for n in numbers)}]" for name, numbers in all_right().items()])
    assert said.count("few digits") <= 1
    assert said.count("cut off") <= 1


@pytest.mark.parametrize("hints", [False, True])
def test_the_first_difference_is_told(hints: bool) -> None:
    found = marked(["h = [0.1; 0.2; 0.3]", "dL/dV = [1 2 3; 4 5 6; 7 8 9]"], hints)
    for step in ("h", "dL/dV"):
        said = found[step].message
        assert f"First difference: {'h₁' if step == 'h' else 'dL/dv₁₁'} is not" in said, said
        assert (f" {right(step)[0]}".replace("-", "−") in said) != hints, said


def _value(number: str) -> float:
    return float(number.replace("−", "-"))


def test_the_slope_that_p_minus_y_holds_is_named() -> None:
    pairs = [(_value(d), _value(p)) for d, p in zip(right("dL/dz"), right("p"), strict=True)]
    product = [f"{d * p * (1 - p):.4g}" for d, p in pairs]
    found = marked([f"p = [{'; '.join(right('p'))}]", f"dL/dz = [{'; '.join(product)}]"])
    assert (found["dL/dz"].verdict, found["dL/dz"].diagnosis) == ("wrong", "slope_again")


def test_work_by_rows_is_named_once() -> None:
    """X W for W x: each gradient of a matrix is the transpose, the square one too."""
    solution = solved(CLASSES)
    lines = [f"{name} = [{'; '.join(numbers)}]" for name, numbers in all_right().items()]
    for name in ("dL/dV", "dL/dh", "dL/dW"):
        numbers, (_, _, step) = right(name), solution.index[name]
        assert step
        columns = step.shape[1] if len(step.shape) == 2 else 1
        rows = [numbers[j::columns] for j in range(columns)]
        lines.append(f"{name} = [{'; '.join(' '.join(row) for row in rows)}]")
    found = marked(lines)
    named = [item.id for item in found.items if item.diagnosis == "outer_product_transposed"]
    assert named == ["dL/dV"]
    assert found["dL/dW"].verdict == "follows"
    assert found.of - found.marks <= sum(item.of for item in found.items if item.verdict in {"missing", "wrong"})


def test_nobody_is_sent_to_files_of_documentation() -> None:
    found = marked(["h = 3 § 4", "z = [1; 2; $]", "p = ∮ 5"])
    assert ".md" not in "".join(item.message for item in found.items)
