"""Numbers put into a formula entry by entry, or an array of them in a function: working, not numbers alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive import Problem, check

PROBLEM = Problem.loads("""
[parameters]
v = [0.75, 0.5]
M = [[1, 2], [3, 4]]
[model]
equations = '''
g = tanh(v)
s = M g
q = softmax(s)
'''
""")  # g = [0.635149, 0.462117], s = [1.559383, 3.753915], q = [0.100245, 0.899755]
RIGHT = [
    ("s", "[0.635+2*0.462, 3*0.635+4*0.462]"),
    ("s", "[1 \\cdot 0.6351 + 2 \\cdot 0.4621; 3 \\cdot 0.6351 + 4 \\cdot 0.4621]"),
    ("s", "[1.559, 3*0.635+4*0.462]"),
    ("s", "M [0.635; 0.462]"),
    ("s", "\\begin{pmatrix} 0.635 + 0.924 \\\\ 1.905 + 1.848 \\end{pmatrix}"),
    ("g", "tanh([0.75, 0.5])"),
    ("g", "[tanh(0.75), tanh(0.5)]"),
    ("g", "[(e^0.75-e^-0.75)/(e^0.75+e^-0.75), 0.4621]"),
    ("q", "softmax([1.559; 3.754])"),
    ("q", "[e^1.559/(e^1.559+e^3.754), e^3.754/(e^1.559+e^3.754)]"),
]
WRONG = [
    ("s", "[0.66+2*0.46, 3*0.64+4*0.46]"),
    ("s", "[1.559, 3*0.64+4*0.5]"),
    ("s", "M [0.462; 0.635]"),
    ("g", "tanh([0.5, 0.75])"),
    ("g", "[tanh(0.75), tanh(0.75)]"),
    ("q", "softmax([3.754; 1.559])"),
]


def verdicts(step: str, text: str, folder: Path) -> set[str]:
    """Of an answer as it is, and as a line of working."""
    file = folder / "work.md"
    file.write_text(f"{step} = {text}\n", "utf-8")
    return {check(PROBLEM, {step: text})[step].verdict, check(PROBLEM, file)[step].verdict}


@pytest.mark.parametrize(("step", "text"), RIGHT)
def test_right_numbers_put_in_are_right(step: str, text: str, tmp_path: Path) -> None:
    assert verdicts(step, text, tmp_path) <= {"correct", "equivalent"}


@pytest.mark.parametrize(("step", "text"), WRONG)
def test_wrong_numbers_put_in_are_wrong(step: str, text: str, tmp_path: Path) -> None:
    assert verdicts(step, text, tmp_path) == {"wrong"}


@pytest.mark.parametrize("function", ["tan", "sin", "cos"])
def test_a_value_of_which_nothing_is_known_is_no_mistake(function: str, tmp_path: Path) -> None:
    """The equation at 1e400 takes more bits than marking has: a number put in there is not held against anything."""
    problem = Problem.loads(
        f"[data]\nx = 1e400\n[parameters]\nw = 0.5\n[model]\nequations = '''\nz = {function}(x)^2 + w\n'''\n"
    )
    work = tmp_path / "work.txt"
    work.write_text(f"z = {function}(x)^2 + w = 341.3 + 0.5 = 341.8\n", "utf-8")
    assert check(problem, work).items[0].id == "z"
