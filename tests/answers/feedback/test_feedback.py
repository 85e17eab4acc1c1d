"""The report on a piece of work: what a student reads, in every format."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from support.latex_logs import missing_glyphs, overfull
from support.places import WORKS
from support.solutions import solved

from derive import Problem
from derive.answers.checking import check
from derive.answers.feedback.report import Report, report
from derive.answers.feedback.report_files import text
from derive.answers.files.answer_file import read_mapping
from derive.answers.marking.judging import judge
from derive.answers.working.free_working import read_working
from derive.errors import InputError
from derive.examples import path
from derive.pdf.engines import compile_tex, find_engine
from derive.solution import solve


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


NOTICED = [  # a work, what is told beside what is right
    ("z_2 = 0,2 · 3,9 - 0,4 · 12,1 + 0,6 · 20,3 + 0,5 = 18,3",
     "The sign of −0,4 is wrong, it should be 0,4; your result is that of the right one."),
    ("z_2 = 0,2 · 3,9 + 0,4 · 12,1 + 0,6 · 20,3 = 18,3",
     "In 0,2·3,9 + 0,4·12,1 + 0,6·20,3 a term is left out, 0,5; your result is the one with it."),
    ("dA_2/dz_2 = 1,2 · 10^-8", "1,2·10⁻⁸ is not right in its last place; it is 1,13·10⁻⁸."),
    ("A_2 = 1", "1 has few digits to go on with; with more it is 0,9999999887."),
]  # fmt: skip


@pytest.mark.parametrize(("work", "said"), NOTICED)
def test_what_is_noticed_is_true(work: str, said: str) -> None:
    assert [remark.message for item in marked(work).items for remark in item.remarks] == [said]


def test_more_digits_are_shown_than_were_written() -> None:
    text_ = path("notes").read_text("utf-8")
    solution = solve(Problem.loads(f"{text_}\n[marking]\ndigits = 5\n"))
    answers = read_mapping({"dL/dA_2": "-34,00"}, solution)
    (remark,) = report(solution, judge(solution, answers), answers)["dL/dA_2"].remarks
    assert (remark.kind, remark.right) == ("precision", "-34,000")


@pytest.mark.parametrize("name", ["han_kamber", "victorzhou_mlp"])
def test_the_problems_own_rounded_numbers_get_no_remarks(name: str) -> None:
    solution = solved(name)
    printed = {step: solution[step].printed for step in solution.ids if isinstance(solution[step].printed, str)}
    answers = read_mapping(printed, solution)
    assert [item.remarks for item in report(solution, judge(solution, answers), answers).items if item.remarks] == []


def test_each_number_is_said_once() -> None:
    item = marked({"z_1": "[3,9; 12,1; 21,3]", "A_1": "[3,9; 12,1; 21,3]", "z_2": "18,1"})["z_2"]
    assert item.message.endswith("From your numbers it is 18,9. With the right numbers it is 18,3.")
    assert marked({"z_2": "18,1"})["z_2"].message.endswith(": 0 of 1 mark. It should be 18,3.")


def test_where_an_answer_cannot_be_read_is_told_in_words() -> None:
    message = marked({"z_2": "18,3 + ж"})["z_2"].message
    assert "At character 8, “ж”: " in message
    assert "At character 8" not in page({"z_2": "18,3 + ж"})


def test_one_entry_is_no_entries() -> None:
    assert "It has 1 entry; the step has 3." in page({"z_1": "[3,9]"})
    assert "It has 2 entries; the step has 1." in page({"z_2": "[3,9; 2]"})


def test_a_line_that_was_not_read_is_named_once() -> None:
    assert page("z_2 = " + "1+" * 6_000 + "1").count("the answer is too long") == 1


def test_formulas_that_differ_little_are_told_apart() -> None:
    asked = path("notes").read_text("utf-8") + '\n[marking]\nformula = ["dL/dA_2"]\n'
    solution = solve(Problem.loads(asked))
    answers = read_mapping({"dL/dA_2": "2,0000001 (A_2 - Y)"}, solution)
    message = report(solution, judge(solution, answers), answers)["dL/dA_2"].message
    found = re.search(r"For A₂ = .*, Y = .* your formula gives (.*), the right one (.*)\.", message)
    assert found and found[1] != found[2]


def test_verdicts_are_seen_in_latex() -> None:
    said = page({"z_2": "17", "A_2": "0,9999999887"}, form="tex")
    assert r"\verdict{wrong}{Not right" in said and r"\verdict{correct}{Right" in said
    assert r"\newcommand{\verdict}" not in solved().text("tex")


WIDE = """
title = "Wide"
[data]
x = [0.0000123, 0.0000234, 0.0000345, 0.0000456, 0.0000567, 0.0000678]
y = [1, 2]
[parameters]
W = [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]]
[model]
equations = \"\"\"
z = W x
L = sum((z - y)^2)
\"\"\"
loss = "L"
[numbers]
significant = 5
"""


@pytest.mark.slow
def test_no_line_of_the_pdf_is_too_long_and_no_character_stops_it() -> None:
    solution = solve(Problem.loads(WIDE))
    right = solution["dL/dW"].printed
    assert isinstance(right, tuple)
    rows = [[str(x).replace("-2", "-7").replace("-1", "-5") for x in row] for row in right]
    work = {"z": "[0.1; 0.2]", "dL/dz": "[-1.8; -3.6]", "dL/dW": rows, "L": "3 ✓ 😀 ж", "😀": "4"}
    answers = read_mapping(work, solution)
    made = compile_tex(text(report(solution, judge(solution, answers), answers), solution, "tex"), find_engine())
    assert overfull(made.log) == missing_glyphs(made.log) == []


def test_what_is_missing_and_what_to_practise() -> None:
    said = page({"z_1": "[3,9; 12,1; 20,3]", "dL/dA_2": "34", "dL/dz_2": "-3,9"})
    assert "Not answered\n============\n\nA₁, z₂, A₂, L, dL/dW₂," in said
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
        assert "<script>alert" not in said and "&lt;script&gt;alert" in said
    if form == "md":
        fenced = said.split("\n````text\n")
        assert len(fenced) == 3 and evil not in fenced[0]


def test_a_number_with_two_readings_is_told() -> None:
    assert "1,234 was read with a decimal sign" in page({"z_2": "1,234"})
    assert "1.234 was read as 1234" in page({"z_2": "1.234"})


def test_check_takes_a_mapping() -> None:
    assert check(solved(), {"z_2": "18,3"})["z_2"].verdict == "correct"


def test_a_pipe_is_no_answer_file(tmp_path: Path) -> None:
    pipe = tmp_path / "work.toml"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="this is not a regular file"):
        check(solved(), pipe)


def test_check_reads_a_file(tmp_path: Path) -> None:
    work = tmp_path / "work.toml"
    work.write_text('z_2 = "18,3"\n', encoding="utf-8")
    assert check(solved(), work)["z_2"].verdict == "correct"


def test_the_report_writes_derivatives_as_the_page_does() -> None:
    problem = (
        "[data]\nx = 2\n[parameters]\nw = 3\n[model]\nequations = 'L = (w x)^2'\nloss = 'L'\n[page]\nsymbol = '∂'\n"
    )
    solution = solve(Problem.loads(problem))
    found = check(solution, {"dL/dw": "5"})
    assert "∂L/∂w = 5" in text(found, solution, "txt")
    assert "dL/dw" not in text(found, solution, "txt")
