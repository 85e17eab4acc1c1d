"""Free working: what it says for each step, and what the lines before the results show."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import hostile
from support.effort import calls
from support.places import WORKS
from support.solutions import solved, written

from derive.answers.feedback.report import Report, ReportItem, report
from derive.answers.marking.judging import judge
from derive.answers.names.step_matching import StepIndex
from derive.answers.pages.transcript import cleaned, pieces_of
from derive.answers.reading.contents import numbers_in
from derive.answers.reading.numbers import shown_decimal
from derive.answers.reading.reader import read_side
from derive.answers.reading.written import Answer, Array, Unreadable
from derive.answers.working.free_working import read_working
from derive.examples import names
from derive.language.tokens import TextError
from derive.problem.problem import Problem
from derive.solution import Solution, solve

NOTES = WORKS / "notes.md"


@cache
def answers(work: str) -> dict[str, Answer]:
    return {answer.step: answer for answer in read_working(WORKS / work, solved()) if not answer.is_line}


def work_out(text: str) -> dict[str, Answer]:
    return {answer.step: answer for answer in read_working(text, solved()) if not answer.is_line}


def marked(text: str, solution: Solution) -> Report:
    answers = read_working(text, solution)
    return report(solution, judge(solution, answers), answers)


def numbers(answer: Answer) -> list[float | None]:
    assert isinstance(answer.content, Array), answer.content
    return [None if w is None else float(w.value.p) / float(w.value.q) for w in answer.content.entries]


def remarks(work: dict[str, Answer]) -> list[tuple[str, str, int | None, str, str]]:
    return sorted((a.step, r.kind, r.line, r.written, r.right) for a in work.values() for r in a.remarks)


# --- the notes ----------------------------------------------------------------------------------------------------

FOUND = [  # step, kind, line, written, right
    ("z_1", "miscopied", 19, "3,5", "1,5"),
    ("z_1", "miscopied", 25, "5,6", "3,6"),
    ("A_2", "precision", 43, "1", "0,999999989"),
    ("dL/dA_2", "miscopied", 61, "3", "1"),
    ("dL/dW_2", "miscopied", 67, "3,0", "3,9"),
    ("dL/dW_2", "miscopied", 67, "2,3", "20,3"),
    ("dL/dA_1", "miscopied", 75, r"-4,08 \cdot 10^{-4}", "-4,08·10^-7"),
    ("dL/dA_1", "notation", 75, r"W_2 \cdot \frac{dL}{dZ_2}", "W₂ᵀ·dL/dz₂"),
    ("dL/dz_1", "notation", 79, r"\frac{dL}{dA_1} \cdot \text{ReLU}(z_1)", "dL/dA₁ ⊙ ReLU′(z₁)"),
    ("dL/dW_1", "notation", 83, r"\frac{dL}{dZ_1} \cdot X", "dL/dz₁·xᵀ"),
    ("dL/dW_1", "miscopied", 83, r"\begin{bmatrix} 2034 \end{bmatrix}", "[20 3 4]"),
]


def test_everything_in_the_notes_is_found_and_nothing_else() -> None:
    assert remarks(answers("notes.md")) == sorted(FOUND)


def test_the_loss_of_the_notes_rests_on_another_target() -> None:
    found = {step: answer.substituted for step, answer in answers("notes.md").items() if answer.substituted}
    assert list(found) == ["L"]
    assert [(s.name, s.written, s.right) for s in found["L"]] == [("Y", "1", "18")]
    assert answers("notes.md")["L"].computed == (0,)


RESULTS = [  # step, line, numbers
    ("x", 5, [20, 3, 4]),
    ("b_2", 11, [0.5]),
    ("z_1", 27, [3.9, 12.1, 20.3]),
    ("A_1", 31, [3.9, 12.1, 20.3]),
    ("z_2", 37, [18.3]),
    ("A_2", 45, [0.999999988]),
    ("L", 47, [0]),
    ("dL/dA_2", 61, [-34]),
    ("dL/dz_2", 63, [-4.08e-7]),
    ("dA_2/dz_2", 65, [1.2e-8]),
    ("dL/dW_2", 69, [-1.59e-6, -4.94e-6, -8.28e-6]),
    ("dL/db_2", 71, [-4.08e-7]),
    ("dL/dA_1", 77, [-8.16e-8, -1.63e-7, -2.45e-7]),
    ("dL/dW_1", 85, [-1.63e-6, -2.45e-7, -3.26e-7, -3.26e-6, -489e-7, -6.52e-7, -4.90e-6, -7.35e-7, -9.80e-7]),
    ("dL/db_1", 87, [-8.16e-8, -1.63e-7, -2.45e-7]),
]


@pytest.mark.parametrize(("step", "line", "values"), RESULTS)
def test_results_of_the_notes(step: str, line: int, values: list[float]) -> None:
    answer = answers("notes.md")[step]
    assert (answer.line, numbers(answer)) == (line, pytest.approx(values))


def test_a_formula_is_the_answer_where_no_number_follows() -> None:
    assert "dL/dA_1" in str(answers("notes.md")["dL/dz_1"].given.replace(r"\frac{dL}{dA_1}", "dL/dA_1"))
    assert not any(answer.step == "" for answer in answers("notes.md").values())


def test_line_of_numbers_is_worked_out_exactly() -> None:
    assert [str(x) for x in answers("notes.md")["z_1"].computed] == ["39/10", "141/10", "223/10"]


# --- other works --------------------------------------------------------------------------------------------------

SOUND = ["align.tex", "unicode.txt", "entries.md", "struck.md", "prose.md", "points.txt", "swapped.md", "restated.md"]


@pytest.mark.parametrize("work", SOUND)
def test_nothing_is_claimed_of_sound_work(work: str) -> None:
    read = answers(work)
    assert remarks(read) == []
    assert not any(answer.substituted or isinstance(answer.content, Unreadable) for answer in read.values())


@pytest.mark.parametrize("work", [*SOUND, "skipped.txt"])
def test_sound_work_is_judged_right(work: str) -> None:
    verdicts = {j.place.id: j.verdict for j in judge(solved(), read_working(WORKS / work, solved())) if j.answer}
    assert set(verdicts.values()) <= {"correct", "follows"}, verdicts


STEPS = {
    "align.tex": ["z_1", "A_1", "z_2", "A_2", "L", "dL/dA_2", "dL/dz_2", "dL/dW_2"],
    "unicode.txt": ["z_1", "A_1", "z_2", "A_2", "L", "dL/dA_2", "dA_2/dz_2", "dL/dz_2", "dL/dW_2", "dL/db_2",
                    "dL/dA_1", "dL/dz_1", "dL/db_1"],
    "skipped.txt": ["z_1", "z_2", "A_2", "dL/dz_2", "dL/dW_2", "dL/db_2", "dL/dW_1"],
    "entries.md": ["z_1", "A_1", "z_2"],
    "struck.md": ["z_2", "A_2"],
    "prose.md": ["z_1", "A_1", "z_2", "A_2", "L"],
    "points.txt": ["z_1", "A_1", "z_2", "A_2", "L", "dL/dA_2"],
    "restated.md": ["x", "Y", "b_2", "z_2", "A_2", "", "z_1", "L"],
}  # fmt: skip


@pytest.mark.parametrize("work", STEPS)
def test_lines_are_matched_to_steps(work: str) -> None:
    assert sorted(answers(work)) == sorted(STEPS[work])


def test_struck_out_work_is_left_out() -> None:
    read = answers("struck.md")
    assert numbers(read["z_2"]) == [18.3]
    assert numbers(read["A_2"]) == [0.9999999887]


def test_entries_given_one_by_one_make_the_whole() -> None:
    read = answers("entries.md")
    assert numbers(read["z_1"]) == [3.9, 12.1, 20.3]
    assert numbers(work_out("z_{1,2} = 12,1")["z_1"]) == [None, 12.1, None]
    assert numbers(work_out("z_{1,2} = 12,1\nz_1 = [3,9; 12,0; 20,3]")["z_1"]) == [3.9, 12.0, 20.3]


@pytest.mark.parametrize(
    "text", ["z_1 = [3,9 ? 20,3]^T", "z_1 = [3,9; ?; 20,3]", "z_1 = W_1 x + b_1 = (3,9 | ? | 20,3)"]
)
def test_a_question_mark_is_what_is_left_out(text: str) -> None:
    assert numbers(work_out(text)["z_1"]) == [3.9, None, 20.3]


def test_an_array_of_more_axes_is_read_slice_by_slice() -> None:
    first, second = (rf"\underbrace{{\begin{{bmatrix}} {a} & 0.5 \\ 1 & 2 \end{{bmatrix}}}}_{{[{i},:,:]}}"
                     for i, a in ((1, 3), (2, 4)))  # fmt: skip
    reader = read_side(rf"{first} \quad {second}", StepIndex.of(solved()).lexicon, ".")
    found = numbers_in(reader)
    assert found and found.shape == (2, 2, 2)
    assert [w and w.text for w in found.entries] == ["3", "0.5", "1", "2", "4", "0.5", "1", "2"]
    with pytest.raises(TextError):
        read_side(rf"{second} \quad {first}", StepIndex.of(solved()).lexicon, ".")


def test_wrong_numbers_that_the_result_rests_on() -> None:
    read = answers("substituted.md")
    assert [(s.name, s.written, s.right) for s in read["z_2"].substituted] == [("A_1[3]", "23,0", "20,3")]
    assert [(s.name, s.written, s.right) for s in read["dL/dA_2"].substituted] == [("Y", "16", "18")]
    assert read["A_2"].substituted == ()
    assert [str(x) for x in read["z_2"].computed] == ["498/25"]
    assert remarks(read) == []


def test_wrong_formulas_beside_right_values() -> None:
    assert remarks(answers("signs.md")) == [
        ("dL/dA_2", "notation", 9, "2 (Y - A_2)", "2·(A₂ − Y)"),
        ("dL/dz_2", "notation", 11, r"\frac{dL}{dA_2} \cdot \sigma(z_2)", "dL/dA₂·dA₂/dz₂"),
        ("z_1", "notation", 1, r"x \cdot W_1 + b_1", "W₁·x + b₁"),
    ]


LINES = [  # a line after z_1 = A_1 = [3,9; 12,1; 20,3], remarks, substituted
    ("z_2 = 0,2 · 3,9 + 0,4 · 12,1 + 0,6 · 20,3 + 0,5 = 18,3", [], []),
    ("z_2 = 0,2 · 3,9 + 0,4 · 1,21 + 0,6 · 20,3 + 0,5 = 18,3", [("miscopied", "1,21", "12,1")], []),
    (
        "z_2 = 0,2 · 3,9 + 0,4 · 12,1 + 0,6 · 20,3 = 18,3",
        [("notation", "0,2 · 3,9 + 0,4 · 12,1 + 0,6 · 20,3", "0,5")],
        [],
    ),
    ("z_2 = 0,78 + 4,48 + 12,18 + 0,5 = 18,3", [("miscopied", "4,48", "4,84")], []),
    ("z_2 = 5,62 + 12,18 + 0,5 = 18,3", [], []),
    ("z_2 = [0,2 0,4 0,6] · [3,9; 12,1; 20,3] + 0,5 = 18,3", [], []),
    ("z_2 = [0,2 0,4 0,9] · [3,9; 12,1; 20,3] + 0,5 = 18,3", [("miscopied", "0,9", "0,6")], []),
    ("z_2 = [0,2 0,4 0,9] · [3,9; 12,1; 20,3] + 0,5 = 24,39", [], [("W_2[1,3]", "0,9", "0,6")]),
    ("z_2 = 0,2 · 3,9 + 0,4 · 12,1 + 0,5 = 18,3", [("notation", "0,2 · 3,9 + 0,4 · 12,1 + 0,5", "0,6·20,3")], []),
    ("z_2 = 0,2 · 3,9 + 0,4 · 12,1 + 0,5 = 6,12", [], []),
    ("z_2 = [0,2 0,4 0,6] · [3,9; 12,1; 20,3] = 18,3", [("notation", "[0,2 0,4 0,6] · [3,9; 12,1; 20,3]", "0,5")], []),
    ("z_2 = 0,2 · 3,9 - 0,4 · 12,1 + 0,6 · 20,3 + 0,5 = 18,3", [("notation", "- 0,4", "0,4")], []),
    ("z_2 = 0,2 · 3,9 + (-0,4) · 12,1 + 0,6 · 20,3 + 0,5 = 18,3", [("notation", "-0,4", "0,4")], []),
    ("z_2 = 0,2 · 3,9 - 0,4 · 12,1 + 0,6 · 20,3 + 0,5 = 8,62", [], [("W_2[1,2]", "- 0,4", "0,4")]),
    ("z_2 = (0,2 0,4 0,6)(3,9; 12,1; 20,3) + 0,5 = 18,3", [], []),
    ("z_2 = (0,2 0,4 0,6)(3,9; 12,1; 25,3) + 0,5 = 18,3", [("miscopied", "25,3", "20,3")], []),
    ("z_2 = 0,6(22 - 1,7) + 0,2 · 3,9 + 0,4 · 12,1 + 0,5 = 18,3", [], []),
    ("z_2 = 18,3\nA_2 = 1/(1 + e^(18,3)) = 0,9999999887", [("notation", "18,3", "-18,3")], []),
    ("z_2 = 18,3\nA_2 = 1/(1 - e^(-18,3)) = 0,9999999887", [("notation", "- e^(-18,3)", "e^(-18,3)")], []),
    ("z_2 = 18,3\nA_2 = 1/e^(-18,3) = 0,9999999887", [("notation", "1/e^(-18,3)", "1")], []),
    ("z_2 = 18,3\nA_2 = e^(18,3)/2 = 0,9999999887", [("notation", "e^(18,3)/2", "1/(1 + exp(−z₂))")], []),
    ("z_2 = 18,3\nA_2 = 0,99999999\ndA_2/dz_2 = 0,99999999 - 0,99999999 · 0,99999999 = 1,13 · 10^-8", [], []),
    ("dL/dA_2 = 34 = -34", [("notation", "34", "-34")], []),
    ("z_2 = 17,8 = 18,3", [("miscopied", "17,8", "18,3")], []),
    ("z_2 = 18,3\nA_2 = 1/(1 + e^(-13,8)) = 0,9999999887", [("miscopied", "13,8", "18,3")], []),
    ("z_2 = 18,3\nA_2 = 1/(1 + e^(-13,8)) = 0,99999898", [], [("z_2", "13,8", "18,3")]),
    ("z_2 = 18,3\nA_2 = σ(13,8) = 0,99999898", [], [("z_2", "13,8", "18,3")]),
    ("A_1 = [3,9 12,1 20,3]", [("notation", "[3,9 12,1 20,3]", "[3,9 12,1 20,3]^T")], []),
    ("L = (A_2 - 17)^2 = 289", [("miscopied", "17", "18")], []),
    ("dL/dz_1 = dL/dA_1 · A_1 = dL/dA_1", [("notation", "dL/dA_1 · A_1", "dL/dA₁ ⊙ ReLU′(z₁)")], []),
    ("dL/dz_1 = dL/dA_1", [], []),
    ("dL/dA_2 = 2 · A_2 - 2 · Y = 2 · 1 - 2 · 18 = -34", [], []),
]


@pytest.mark.parametrize(("line", "noticed", "rests_on"), LINES)
def test_one_line(line: str, noticed: list[tuple[str, str, str]], rests_on: list[tuple[str, str, str]]) -> None:
    read = work_out("z_1 = [3,9; 12,1; 20,3]\nA_1 = [3,9; 12,1; 20,3]\n" + line)
    assert [remark[1:2] + remark[3:] for remark in remarks(read)] == noticed
    assert [(s.name, s.written, s.right) for a in read.values() for s in a.substituted] == rests_on


ENTROPY = """
title = "One unit"
[data]
x = [1, 2]
y = 1
[parameters]
w = [[0.3, -0.6]]
b = -1.1078
[model]
equations = \"\"\"
z = w x + b
p = sigmoid(z)
L = binary_cross_entropy(p, y)
\"\"\"
loss = "L"
[numbers]
significant = 4
"""
LOST = [  # a line after p = 0.1184, what is told about it
    ("L = -(1·ln 0.1184 + 0·ln 0.8816) = 2.134", []),
    ("L = 1·ln 0.1184 + 0·ln 0.8816 = 2.134",
     [("1·ln 0.1184 + 0·ln 0.8816", "-(1·ln 0.1184 + 0·ln 0.8816)", "sign")]),
    ("dp/dz = 0.1184·(1 - 0.1184) = 0.1044", []),
    ("dp/dz = 0.1184·(1 + 0.1184) = 0.1044", [("+ 0.1184", "- 0.1184", "sign")]),
    ("dL/dz = y - p = -0.8816", [("y - p", "p − y", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), LOST)
def test_a_lost_minus_and_the_short_rule(line: str, told: list[tuple[str, str, str]]) -> None:
    solution = solve(Problem.loads(ENTROPY))
    found = [r for a in read_working(f"p = 0.1184\n{line}", solution) for r in a.remarks if r.kind == "notation"]
    assert [(r.written, r.right.replace("-0.1184", "- 0.1184"), r.key) for r in found] == told


CHAINS = [  # a line of rounded numbers alone, the verdicts of its entries
    ("dL/dW_2 = -3,84·10^-7 · [3,9 12,1 20,3] = [-1,50·10^-6 -4,65·10^-6 -7,80·10^-6]", "correct follows follows"),
    ("dL/dW_2 = -3,84·10^-7 · [3,9 12,1 20,3] = [-1,50·10^-6 -4,65·10^-6 -7,60·10^-6]", "correct follows wrong"),
    ("dL/dW_2 = -3,99·10^-7 · [3,9 12,1 20,3] = [-1,56·10^-6 -4,83·10^-6 -8,10·10^-6]", "wrong wrong wrong"),
    ("dL/dz_2 = -34 · 1,13·10^-8 = -3,842·10^-7", "follows"),
    ("dA_2/dz_2 = 1 · (1 - 1) = 0", "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "verdicts"), CHAINS)
def test_what_a_line_of_rounded_numbers_gives_is_granted(line: str, verdicts: str) -> None:
    judged = next(j for j in judge(solved(), read_working(line, solved())) if j.answer)
    assert judged.entries == tuple(verdicts.split())


LEFT_SIDES = [  # left side, the step it means
    (r"\frac{\partial L}{\partial W_2}", "dL/dW_2"), ("dL/dw_2", "dL/dW_2"), ("dW2", "dL/dW_2"), ("∂L/∂W₂", "dL/dW_2"),
    (r"\frac{d L}{d \mathrm{Z}_2}", "dL/dz_2"), ("X", "x"), ("Loss", "L"), ("g'(z_2)", "dA_2/dz_2"),
    ("σ′(z₂)", "dA_2/dz_2"), ("a^{(1)}", "A_1"), ("W^{[1]}", "W_1"), ("dA_2/dz_2", "dA_2/dz_2"), ("z1", "z_1"),
    (r"\hat{y}", "A_2"), ("dE/db_1", "dL/db_1"), ("W_2 A_1 + b_2", "z_2"), ("So the output A_2", "A_2"),
    ("dL/dW_1[2,3]", "dL/dW_1"), ("Q", ""), ("q_1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("left", "step"), LEFT_SIDES)
def test_left_sides(left: str, step: str) -> None:
    found = read_working(f"$${left} = 5,5$$", solved())
    assert [answer.step for answer in found] in ([step], [] if step == "" else [step])


CURVED = """
[data]
x = [1, 3]
[parameters]
w = [0.5, 0.25]
[model]
equations = '''
h = w^T x
L = tanh(h)^2 + h
H = d^2L/dw^2
'''
loss = "L"
"""


@pytest.mark.parametrize(
    ("left", "step"),
    [("d(dL/dw_1)/dw", "d(dL/dw_1)/dw"), (r"\frac{d (d L/d w_{2})}{d w}", "d(dL/dw_2)/dw"), ("d²L/dw²", "d^2L/dw^2"),
     (r"\frac{d^{2} L}{d w^{2}}", "d^2L/dw^2"), ("dL/dw₁", "dL/dw_1"), ("∂L/∂w", "dL/dw"), ("d(dL/dw_3)/dw", ""),
     ("d(dL/dq)/dw", "")],
)  # fmt: skip
def test_derivatives_of_derivatives_on_the_left(left: str, step: str) -> None:
    found = read_working(f"$${left} = 5$$", solve(Problem.loads(CURVED)))
    assert [answer.step for answer in found] in ([step], [] if step == "" else [step])


@pytest.mark.parametrize(
    ("text", "usual", "sign"),
    [("z = 3,9", ".", ","), ("z = 3.9", ",", "."), ("z = 3,9 or 3.9", ",", ","), ("z = 3{,}9", ".", ","),
     ("z = [20, 3, 4]", ".", "."), ("z = [20,3]", ".", "."), ("z = 3", ",", ",")],
)  # fmt: skip
def test_decimal_sign_of_a_work(text: str, usual: str, sign: str) -> None:
    assert (shown_decimal(text.split("\n")) or usual) == sign


def test_pieces_keep_their_lines() -> None:
    text = "# Head\n\n$$z = a \\\\\n w = b$$\n~~x\n= y~~\n1) v = c\n= d\n"
    found = [(piece.line, piece.text.split()[0]) for piece in pieces_of(cleaned(text))]
    assert found == [(1, "Head"), (3, "z"), (4, "w"), (7, "v")]


# --- the examples' own pages --------------------------------------------------------------------------------------


def stands_on_page(solution: Solution, item: ReportItem) -> bool:
    """Whether the page works a step out: of a long training one pass, the others by some of their results, and a short
    page passes over derivatives that earn no marks, as a one.
    """
    if item.place is None:
        return True
    derivation, problem = solution.blueprint.derivation, solution.problem
    passes = {1, *(section.k for section in solution.blueprint.document.sections)}
    told = item.verdict != "missing" or (derivation.is_worked(item.place.name) and not _is_passed_over(problem, item))
    return item.place.k in passes and told


def _is_passed_over(problem: Problem, item: ReportItem) -> bool:
    update = problem.update
    brief = update and not update.show and len(update.shown()) < update.steps and item.place and item.place.k > 1
    return bool(brief) or (problem.page.detail == "short" and not item.of)


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["md", "tex", "txt"])
@pytest.mark.parametrize("name", names())
def test_every_page_handed_in_is_right_and_without_remarks(name: str, format_: str, tmp_path: Path) -> None:
    """Given values and samples too, and no line matches nothing."""
    solution, page = solved(name), tmp_path / f"page.{format_}"
    page.write_text(written(name, format_), encoding="utf-8")
    read = read_working(page, solution)
    assert not [answer for answer in read if answer.left == "…"], "it was not read to its end"
    found = report(solution, judge(solution, read), read)
    told = [item for item in found.items if stands_on_page(solution, item)]
    assert [(item.id, item.line, item.verdict) for item in told if item.verdict != "correct"] == []
    assert sum(item.marks for item in told) == sum(item.of for item in told)
    assert [(a.step, a.remarks, a.substituted) for a in read if a.remarks or a.substituted] == []


@pytest.mark.parametrize("significant", [2, 6])
@pytest.mark.parametrize("name", ["notes", "han_kamber", "mazur", "batch_regression", "residual_small"])
def test_other_lengths_are_no_faults(name: str, significant: int) -> None:
    page = written(name, "md", significant=significant, carry="rounded")
    read = read_working(page, solved(name))
    assert [(a.step, a.remarks, a.substituted) for a in read if a.remarks or a.substituted] == []


def test_miscopied_terms_of_a_page_are_found() -> None:
    """Every number in the written-out sums of the notes' page, one at a time, with its first digit changed."""
    page = solved().text("md").split("\n")
    at = next(i for i, line in enumerate(page) if line.startswith("z_{1,1} &="))
    missed = []
    for match in re.finditer(r"(?<![\d_{,])\d+(?:\{,\}\d+)?", page[at].rpartition("=")[0].partition("=")[2]):
        start = page[at].index("=") + 1 + match.start()
        digit = "7" if page[at][start] != "7" else "6"
        line = page[at][:start] + digit + page[at][start + 1 :]
        found = read_working("\n".join([*page[:at], line, *page[at + 1 :]]), solved())
        kinds = [(r.kind, r.line) for a in found for r in a.remarks]
        if kinds != [("miscopied", at + 1)]:
            missed.append((match.group(), kinds))
    assert missed == []


# --- hostile text -------------------------------------------------------------------------------------------------

LAVISH = 600_000  # calls of functions: about 50 ms on a quiet machine, which benchmarks/reading.py measures


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [*hostile.WORKS.values(), *hostile.FLOODS.values()], ids=[*hostile.WORKS, *hostile.FLOODS]
)
def test_hostile_text_is_read_or_left_out(text: str) -> None:
    solution = solved()
    assert calls(lambda: marked(text, solution)) < LAVISH


@pytest.mark.parametrize("flood", ["equal statements", "wrong terms", "unknown names", "open brackets"])
def test_what_was_not_read_is_told(flood: str) -> None:
    *_, last = read_working(hostile.FLOODS[flood], solved())
    assert isinstance(last.content, Unreadable) and (last.step, last.content.message) == (
        "", "from here on nothing was read")  # fmt: skip
    assert last.line and 20 < last.line < 2_000


def test_a_line_that_is_too_long_is_told_and_stops_nothing_else() -> None:
    read = work_out("z_1 = [3,9; 12,1; 20,3]\n" + hostile.WORKS["megabyte"] + "\nz_2 = 18,3\n")
    assert numbers(read["z_2"]) == [18.3]
    lines = read_working("z_1 = 3\n" + hostile.WORKS["megabyte"], solved())
    assert any(answer.line == 2 and isinstance(answer.content, Unreadable) for answer in lines)


def test_wide_digits_and_hidden_characters_are_read() -> None:
    assert numbers(work_out(hostile.WORKS["wide"])["z_2"]) == numbers(work_out(hostile.WORKS["bidi"])["z_2"]) == [18.3]


TOKENS = [*"0123456789,.=+-·*/^_{}()[]|&;: $~\\'\nzWAxLYdT≈∂σ²⁻ᵀ₁", r"\frac", r"\begin{bmatrix}", r"\end{bmatrix}",
          r"\\", r"\cdot", r"\quad", "z_1", "W_1", "dL/dz_2", "10^{-7}", "ReLU(", "σ'(", "$$", "~~", "= "]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(TOKENS), max_size=60), st.sampled_from(["z_2 = ", "$$z_1 = ", "A_1", ""]))
def test_any_text_is_read(tokens: list[str], start: str) -> None:
    marked(start + "".join(tokens), solved())


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_damaged_notes_are_read(chance: random.Random) -> None:
    text = list(NOTES.read_text("utf-8"))
    for _ in range(20):
        at = chance.randrange(len(text))
        text[at : at + chance.randrange(3)] = chance.choice(TOKENS)
    marked("".join(text), solved())


def test_headings_say_which_pass_a_work_is_about() -> None:
    solution = solved("diverging_regression")
    read = {a.step: a for a in read_working("## Pass 2\nL = 165,24\nPass 20\n=======\nL = 1,242e7\n", solution)}
    assert {"L@2", "L@20"} <= set(read)
