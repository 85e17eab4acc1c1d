"""The report on a piece of work: what a student reads, in every format."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from derive import Problem
from derive.answers.checking import check
from derive.answers.files import read_mapping
from derive.answers.judging import judge
from derive.answers.output import text
from derive.answers.report import Report, report
from derive.answers.working import read_working
from derive.examples import path
from derive.solution import Solution, solve

WORKS = Path(__file__).parent / "work"


@cache
def solved(name: str = "notes") -> Solution:
    return solve(path(name))


def page(work: str | dict[str, object], name: str = "notes", form: str = "txt", hints: bool = False) -> str:
    return text(marked(work, name, hints), solved(name), form)


def marked(work: str | dict[str, object], name: str = "notes", hints: bool = False) -> Report:
    solution = solved(name)
    answers = read_working(work, solution) if isinstance(work, str) else read_mapping(work, solution)
    return report(solution, judge(solution, answers), answers, hints)


SAID = [  # a work, what is said about it
    ("z_2 = 18,3", "1) z₂ = 18,3\n     Right: 1 of 1 mark (line 1).\n"),
    ("z_2 = 17,8", ("1) z₂ = 17,8    it should be   z₂ = 18,3\n     Not right: 0 of 1 mark (line 1).\n"
                   "     What explains it: the bias was left out.\n")),
    ("L = 289\n\nq = 5", ("Lines that count for no step\n============================\n\n"
                         "Line 3: “q = 5” matches no step of the problem.\n")),
    ("Y = 17\nL = (1 - 17)^2 = 256", "1) Y = 17    it should be   Y = 18\n     Not right (line 1).\n"),
    ("Y = 18\nb_2 = 0,5", "Copied rightly from the task: Y, b₂.\n"),
    ("z_1 = [3,9; 12,0; 20,3]", "     z₁,₂ is not 12,0 but 12,1.\n"),
    ("W_1 = [0,1 0,2 0,3; 0,4 0,5 0,6; 0,7 0,8 0,8]", "     w₁,₃₃ is not 0,8 but 0,9.\n"),
    ("z_2 = 18,3\nA_2 = σ(13,8) = 0,99999898", "     In your working 13,8 stands where z₂ belongs, which is 18,3.\n"),
    ("A_1 = [3,9 12,1 20,3]", "     This is written as a row, and a column is meant: it lacks the sign for the tr"),
    ("z_2 = 18,3 + ж", "1) For z₂:\n     18,3 + ж\n            ^\n     Could not be read: 0 of 1 mark (line 1).\n"),
]  # fmt: skip


@pytest.mark.parametrize(("work", "said"), SAID)
def test_what_is_said(work: str, said: str) -> None:
    assert said in page(work), page(work)


def test_what_follows_and_what_is_right_stand_side_by_side() -> None:
    lines = page({"z_2": "17", "A_2": "0,99999996", "dL/dA_2": "-33"}).split("\n")
    assert "  2) A₂ = 0,99999996    with the right numbers   A₂ ≈ 0,9999999887" in lines
    assert "     Follows from your own numbers, so it counts: 1 of 1 mark." in lines


def test_numbers_of_a_wrong_step_by_the_students_own_numbers_too() -> None:
    said = page({"z_1": "[3,9; 12,1; 21,3]", "A_1": "[3,9; 12,1; 21,3]", "z_2": "18,1"})
    assert "z₂ = 18,1    from your numbers it is   z₂ = 18,9" in said
    assert "With the right numbers it is 18,3." in said


def test_what_is_missing_and_what_to_practise() -> None:
    said = page({"z_1": "[3,9; 12,1; 20,3]", "dL/dA_2": "34", "dL/dz_2": "-3,9"})
    assert "Not answered\n============\n\nA_1, z_2, A_2, L," in said
    assert "1×: the sign is turned round" in said


def test_marks_are_whole_or_to_two_decimals() -> None:
    assert page({"z_1": "[3,9; 12,1; 0]"}).split("\n")[3].startswith("0,67 of ")


def test_hints_tell_no_expected_number() -> None:
    work = {"z_2": "17,8", "z_1": "[3,9; 12,0; 20,3]", "A_2": "0,999999988", "L": "2"}
    open_, hidden = page(work), page(work, hints=True)
    assert all(number in open_ for number in ("18,3", "12,1", "0,9999999887", "289"))
    assert not any(number in hidden for number in ("18,3", "12,1", "0,9999999887", "289"))
    assert "z₁,₂ is not 12,0." in hidden and "the bias was left out" in hidden
    items = json.loads(marked(work, hints=True).json())["items"]
    assert all(item["expected"] is None for item in items)
    assert not any(remark["right"] for item in items for remark in item["remarks"])


def test_messages_are_the_same_sentences() -> None:
    item = marked((WORKS / "notes.md").read_text("utf-8"))["L"]
    assert item.message == (
        "Not right: 0 of 1 mark (line 47). In your working 1 stands where Y belongs, which is 18. It should be 289."
    )


PASSES = """
title = "Two steps"
[data]
x = 2
[parameters]
w = 3
[model]
equations = "L = (w x)^2"
loss = "L"
[update]
rule = "gradient descent"
learning_rate = 0.1
steps = 2
"""


def test_each_pass_has_a_heading_and_updates_an_arrow() -> None:
    solution = solve(Problem.loads(PASSES))
    answers = read_mapping({"L": 36, "dL/dw": 24, "w@1": "0.6", "L@2": "1.44"}, solution)
    said = text(report(solution, judge(solution, answers), answers), solution, "txt")
    assert "\nPass 1\n" in said and "\nPass 2\n" in said
    assert "w ← 0.6" in said and said.index("w ←") < said.index("Pass 2") < said.index("L = 1.44")


@pytest.mark.parametrize("form", ["md", "tex", "html", "txt", "json"])
@pytest.mark.parametrize("work", ["notes.md", "signs.md", "substituted.md", "struck.md"])
def test_every_format_sets_the_work(work: str, form: str) -> None:
    said = page((WORKS / work).read_text("utf-8"), form=form)
    raw = r"\frac{dL}{dZ_2}" in said or r"\begin{bmatrix} 2034" in said
    assert said and (raw is (form == "json" and work == "notes.md"))


@pytest.mark.parametrize("form", ["md", "tex", "html"])
def test_a_students_text_is_never_code(form: str) -> None:
    evil = r"\input{/etc/passwd} \write18{ls} <script>alert(1)</script> ``` $$ ~"
    said = page({"z_2": evil, "A_2": f"[1; {evil}]"}, form=form)
    if form == "tex":
        assert r"\input" not in said and r"\write" not in said
    if form == "html":
        assert "<script>" not in said
    if form == "md":
        fenced = said.split("\n````text\n")
        assert len(fenced) == 3 and evil not in fenced[0]


def test_a_number_with_two_readings_is_told() -> None:
    assert "1,234 was read with a decimal sign" in page({"z_2": "1,234"})
    assert "1.234 was read as 1234" in page({"z_2": "1.234"})


def test_check_reads_a_file(tmp_path: Path) -> None:
    work = tmp_path / "work.toml"
    work.write_text('z_2 = "18,3"\n', encoding="utf-8")
    assert check(solved(), work)["z_2"].verdict == "correct"
