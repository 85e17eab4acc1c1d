"""What a student goes on with: too short, without zeros at its end, from lines without marks, made easy or not."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from derive import Problem
from derive.answers.feedback.report import Report, report
from derive.answers.files.answer_file import read_mapping
from derive.answers.marking.judging import judge
from derive.solution import Solution, solve


@cache
def solved(text: str) -> Solution:
    return solve(Problem.loads(text))


def marked(work: dict[str, object], problem: str) -> Report:
    answers = read_mapping(work, solved(problem))
    return report(solved(problem), judge(solved(problem), answers), answers)


SUM = """
[data]
a = 0.4375
b = [0.043, 0.887]
[model]
equations = "z = 4 a\\nu = a z\\nv = 1 b\\nw = 1000 a"
[marking]
short = """
SHORT = [
    ("z", "2", "imprecise"), ("z", "1", "imprecise"), ("z", "1.8", ""), ("u", "0.8", ""), ("u", "0.7", "imprecise"),
    ("v", "[0.04; 0.88]", ""), ("v", "[0.04; 0.8]", "imprecise"), ("w", "4e2", "imprecise"), ("w", "437.5", ""),
]  # fmt: skip


@pytest.mark.parametrize(("step", "written", "mistake"), SHORT)
@pytest.mark.parametrize("share", ["0", "0.5"])
def test_one_digit_tells_too_little(step: str, written: str, mistake: str, share: str) -> None:
    """Unless it is within 5 %, or the array is written to the place where its larger entries have two digits."""
    found = marked({step: written}, SUM + share)[step]
    entries = found.entries if isinstance(found.entries, list) else [found.entries]
    assert found.verdict == ("wrong" if mistake else "correct")
    assert found.diagnosis == (mistake or None)
    assert found.marks == 1 - Fraction(entries.count("wrong"), len(entries)) * (1 - Fraction(share))


def test_zeros_that_were_not_written_make_nothing_less_exact() -> None:
    """0.5 of a student who writes four digits is 0.5000: what comes from the unrounded number is right."""
    text = """
[data]
a = 0.499996
[model]
equations = "u = 1 a\\nv = 3.7 a\\nw = 100 (u - 0.4)\\nr = v / 3"
"""
    found = marked({"u": "0.5", "v": "1.850", "w": "9.9996", "r": "0.6167"}, text)
    assert {each.id: (each.verdict, each.remarks) for each in found.items} == dict.fromkeys("uvwr", ("correct", ()))


CHAIN = """
[data]
x = 2
t = 0.75
[parameters]
w = 0.6
v = 1.5
[model]
equations = "z = w x\\np = sigmoid(z)\\nq = v p\\nL = (q - t)^2"
loss = "L"
"""


def test_a_fault_in_a_line_without_marks_is_charged_to_the_next_that_has_some() -> None:
    work: dict[str, object] = {"z": "1.2", "p": "0.7685", "q": "1.153", "dL/dq": "0.8056", "dL/dp": "1.208",
                               "dp/dz": "0.1878", "dL/dz": "0.2269", "dL/dw": "0.4538"}  # fmt: skip
    found = marked(work, CHAIN)
    assert found["dp/dz"].verdict == found["dL/dz"].verdict == "wrong"
    assert found["dL/dz"].diagnosis
    assert (found["dL/dw"].verdict, found["dL/dw"].diagnosis) == ("follows", None)
    assert found.marks == len(work) - 2


@pytest.mark.parametrize("line", [{"dp/dz": "0.5"}, {"x": "3"}, {"dp/dz": "0"}, {"t": "0.5", "dp/dz": "1"}])
@pytest.mark.parametrize("fault", ["0.2149", "0.604", "0", "1.208"])
def test_a_wrong_line_without_marks_gains_nothing(line: dict[str, object], fault: str) -> None:
    work = {"z": "1.2", "p": "0.7685", "q": "1.153", "L": "0.1622", "dL/dq": "0.8056", "dL/dp": "1.208", "dL/dz": fault,
            "dL/dw": "0.4298"}  # fmt: skip
    assert marked({**line, **work}, CHAIN).marks <= marked(dict(work), CHAIN).marks


def test_what_is_equal_in_truth_too_is_not_made_easy() -> None:
    text = """
[data]
x = [1, 1, 2]
[parameters]
w = [[0.3, 0.3, -0.7]]
[model]
equations = "z = w x\\nA = tanh(z)\\nL = sum(A ⊙ A)"
loss = "L"
"""
    work: dict[str, object] = {"z": "-0.8", "A": "-0.664", "dL/dA": "-0.664", "dL/dz": "-0.3712"}
    found = marked({**work, "dL/dw": "[-0.371 -0.371 -0.742]"}, text)
    assert found["dL/dA"].verdict == "wrong"
    assert found["dL/dw"].verdict == "follows"
    text = text.replace("sum(A ⊙ A)", "sum(u ⊙ u)").replace("nL =", "nu = w^T A\\nL =").replace("1, 2]", "1, 1]")
    text = text.replace("-0.7", "0.3")
    found = marked({"z": "0.9", "A": "0.7163", "u": "[0.2149; 0.2149; 0.2149]", "dL/du": "[0.21; 0.21; 0.21]"}, text)
    assert found["dL/du"].diagnosis != "trivial"


def test_zeros_that_a_wrong_number_truly_leads_to_follow() -> None:
    """A unit that is silent at the student's own numbers: nothing was rounded away."""
    text = """
[data]
x = 2
[parameters]
w = [0.5, 1.5]
v = [[1, 2]]
[model]
equations = "z = w x\\nA = relu(z)\\ny = v A\\nL = y^2"
loss = "L"
"""
    found = marked({"z": "[-1; -3]", "A": "[0; 0]", "y": "0", "L": "0", "dL/dy": "0", "dL/dv": "[0 0]"}, text)
    assert {each.id: each.verdict for each in found.items if each.verdict != "missing"} == {
        "z": "wrong", "A": "follows", "y": "follows", "L": "follows", "dL/dy": "follows", "dL/dv": "follows",
    }  # fmt: skip


def test_zeros_that_rounding_leads_to_are_charged_though_the_local_derivative_is_written_down() -> None:
    text = CHAIN.replace("w = 0.6", "w = 6")
    work: dict[str, object] = {"z": "12", "p": "1.00", "q": "1.5", "L": "0.5625", "dL/dq": "1.5", "dL/dp": "2.25"}
    for line in ({}, {"dp/dz": "0"}):
        found = marked({**work, **line, "dL/dz": "0", "dL/dw": "0"}, text)
        assert (found["dL/dz"].verdict, found["dL/dz"].diagnosis) == ("wrong", "saturated")
        assert "From your numbers" not in found["dL/dz"].message
        assert found["dL/dw"].verdict == "follows"


def test_a_right_number_stands_exactly_or_as_written_where_a_mistake_is_looked_for() -> None:
    """dL/dz from the exact p and the written dL/dp, with the sign turned."""
    text = CHAIN.replace("w = 0.6", "w = 2.5")
    work: dict[str, object] = {"z": "5", "p": "0.99", "q": "1.49", "dL/dq": "1.48", "dL/dp": "2.22"}
    assert marked({**work, "dL/dz": "-0.01476"}, text)["dL/dz"].diagnosis == "sign_turned"
    assert marked({**work, "dL/dz": "-0.0220"}, text)["dL/dz"].diagnosis == "sign_turned"
