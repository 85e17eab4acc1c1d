"""Forms of work that students hand in: what stands in one line, over several, in tables; what is said beside it."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.solutions import solved

import derive
from derive import Problem, check, examples
from derive.answers.files.answer_file import answers_of
from derive.answers.files.columns import AnswerLine
from derive.answers.names.step_matching import StepIndex
from derive.answers.pages.drawn_matrices import undrawn
from derive.answers.pages.page_tables import tables_read
from derive.answers.pages.separators import NEXT
from derive.answers.reading.numbers import shown_decimal
from derive.answers.reading.written import Answer, Array, Unreadable
from derive.answers.working.free_working import read_working
from derive.solution import Solution, solve


@cache
def notes(names: str = "") -> Solution:
    """The problem of the notes with decimal points, and other names of its quantities."""
    text = examples.path("notes").read_text("utf-8").replace('decimal = ","', 'decimal = "."')
    return solve(Problem.loads(f"{text}\n[names]\n{names}\n" if names else text))


def said(text: str, solution: Solution | None = None) -> dict[str, Any]:
    """What a piece of work says, by step (of lines that match none by their left side)."""
    answers = [answer for answer in read_working(text, solution or notes()) if not answer.is_line]
    return {answer.step or f"? {answer.left}": value(answer) for answer in answers}


def filed(step: str, given: Any) -> Any:
    """What an answer in a file says."""
    return value(answers_of([AnswerLine(step, given, 1)], notes())[0])


def value(answer: Answer) -> Any:
    """The numbers of an answer, flat; a number alone; the formula or the fault."""
    if not isinstance(answer.content, Array):
        return answer.content
    numbers = [None if w is None else float(w.value.p) / float(w.value.q) for w in answer.content.entries]
    return numbers if answer.content.shape else numbers[0]


def verdicts(text: str, solution: Solution) -> dict[str, str]:
    """The verdicts on a piece of work."""
    report = derive.check(solution, read_working(text, solution))
    return {item.id: item.verdict for item in report.items if item.verdict != "missing"}


Z_1 = [3.9, 12.1, 20.3]
GRADIENT = [-1.53e-6, -2.3e-7, -3.07e-7, -3.07e-6, -4.6e-7, -6.14e-7, -4.6e-6, -6.9e-7, -9.21e-7]

# --- several statements in one line -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between", [" and ", " so ", ", so ", " -> ", " → ", "   ", "\t", " | ", " / ", "; ", ", ", " with ", " und "]
)
def test_two_statements_in_one_line(between: str) -> None:
    assert said(f"z_2 = 18.3{between}A_2 = 0.9999999887") == {"z_2": 18.3, "A_2": 0.9999999887}


def test_a_colon_parts_what_is_given_from_what_follows() -> None:
    assert said("with A_2 = 0.9999999887: L = 289") == {"A_2": 0.9999999887, "L": 289}


@pytest.mark.parametrize("place", ["[t]", "[b]", "[c]"])
def test_where_aligned_lines_stand_beside_others_is_no_part_of_them(place: str) -> None:
    lines = r"$\begin{aligned}%s z_{1,1} &= 3.9 \\ z_{1,2} &= 12.1 \\ z_{1,3} &= 20.3 \end{aligned}$"
    assert said(lines % place) == said(lines % "") and said(lines % place)


def test_what_is_said_again_as_a_reason_is_no_new_result() -> None:
    assert said("A_2 = 0.9999999887\nL = 289 since A_2 ≈ 1") == {"A_2": 0.9999999887, "L": 289}
    assert said("L = 289 since A_2 ≈ 1") == {"A_2": 1, "L": 289}


@pytest.mark.parametrize(
    "line",
    ["z_2 = W_2   A_1   +   b_2 = 18.3", "z_2 = 36.6 / 2 = 18.3", r"$$z_2 = W_2   A_1 + b_2   = 18.3$$",
     "z_2 = b_2 / b_2 · 18.3 = 18.3"],
)  # fmt: skip
def test_gaps_and_slashes_inside_a_formula_part_nothing(line: str) -> None:
    assert said(line) == {"z_2": 18.3}


def test_three_statements_parted_by_slashes() -> None:
    assert said("z_2 = 18.3 / A_2 = 0.99 / L = 289") == {"z_2": 18.3, "A_2": 0.99, "L": 289}


# --- arrays over several lines ----------------------------------------------------------------------------------------

ROWS = {
    "below": "z_1 =\n3.9\n12.1\n20.3\n",
    "below, after an empty line": "z_1 =\n\n3.9\n12.1\n20.3\n\n82\n",
    "bars": "z_1 = | 3.9 |\n      | 12.1 |\n      | 20.3 |\n",
    "bars, the name in the middle": "      | 3.9 |\nz_1 = | 12.1 |\n      | 20.3 |\n",
    "brackets": "z_1 = [3.9]\n[12.1]\n[20.3]\n",
    "high brackets": "      ⎡ 3.9⎤\nz_1 = ⎢12.1⎥\n      ⎣20.3⎦\n",
    "round high brackets": "      ⎛ 3.9⎞\nz_1 = ⎜12.1⎟\n      ⎝20.3⎠\n",
    "behind a formula": "z_1 = W_1 x + b_1 =\n3.9\n12.1\n20.3\n",
}


@pytest.mark.parametrize("form", ROWS)
def test_rows_on_lines(form: str) -> None:
    assert said(ROWS[form] + "z_2 = 18.3") == {"z_1": Z_1, "z_2": 18.3}


@pytest.mark.parametrize("first", ["dL/dW_1 =\n", "dL/dW_1 = "])
def test_a_matrix_row_by_row(first: str) -> None:
    rows = "-1.53e-6 -2.30e-7 -3.07e-7\n-3.07e-6 -4.60e-7 -6.14e-7\n-4.60e-6 -6.90e-7 -9.21e-7\n"
    assert said(f"{first}{rows}dL/db_2 = 5") == {"dL/dW_1": GRADIENT, "dL/db_2": 5}


def test_numbers_side_by_side_are_a_row_where_a_row_is_asked() -> None:
    assert said("dL/dW_2 = -1.50e-6 -4.64e-6 -7.79e-6") == {"dL/dW_2": [-1.5e-6, -4.64e-6, -7.79e-6]}
    assert said("z_2 =\n18.3\nL = 289") == {"z_2": 18.3, "L": 289}


def test_one_number_is_no_answer_where_several_are_asked() -> None:
    for found in (said("dL/dW_1 = 2 + 3")["dL/dW_1"], filed("dL/dW_1", "2 + 3"), filed("z_1", "0.5 b_2")):
        assert isinstance(found, Unreadable) and "one number where" in found.message
    assert not isinstance(filed("dL/db_2", "2 + 3"), Unreadable)


def test_drawn_matrices_beside_each_other() -> None:
    text = "  ⎡1  2⎤   ⎡ 5⎤\na=⎢3  4⎥ · ⎢−6⎥ = b\n  ⎣5  6⎦   ⎣ 7⎦"
    line = undrawn(text).split("\n")[1]
    assert " ".join(line.split()) == "a=[1 & 2; 3 & 4; 5 & 6] · [5; −6; 7] = b"


def test_a_drawn_row_goes_on_in_the_next_line() -> None:
    assert undrawn("⎡1 + 2⎤\n⎢+ 3  ⎥\n⎣4    ⎦").split("\n")[1].strip() == "[1 + 2 + 3; 4]"


def test_panels_keep_the_labels_under_them() -> None:
    text = "⎡1  2⎤  ⎡5  6⎤\n⎣3  4⎦  ⎣7  8⎦\n[1,:,:] [2,:,:]\n"
    assert undrawn(text).split("\n")[0].split("  ")[0] == r"\underbrace{[1 & 2; 3 & 4]}_{[1,:,:]}"
    assert undrawn("z = [1]\n    [2]\n") == "z = [1]\n    [2]\n"


@pytest.mark.parametrize("rule", ["=====", "---", "- - - -", "#####", "> ==="])
def test_an_underline_says_nothing(rule: str) -> None:
    text = f"Forward\n{rule}\n\nz_2 = 18.3\n{rule}\nA_2 = 0.9999999887\n"
    assert said(text) == {"z_2": 18.3, "A_2": 0.9999999887}


def test_tables_of_steps_and_values() -> None:
    rows = "| $z_2$ | 18.3 |\n| A_2 | 0.99 |\n"
    assert said(f"| step | value |\n|---|:--|\n{rows}\nL = 289") == {"z_2": 18.3, "A_2": 0.99, "L": 289}
    assert said("note | step | answer\n--|--|--\nx | z_2 | 18.3\n") == {"z_2": 18.3}
    assert said("| 1 | z_2 = 18.3 |\n|---|---|\n| 2 | A_2 = 0.99 |\n") == {"z_2": 18.3, "A_2": 0.99}


def test_tables_of_samples() -> None:
    """A row for each sample, under heads with (i); dots stand for rows that were left out."""
    head = r"| sample | $z^{(i)}$ | A^(i) | $\frac{d L}{d z^{(i)}}$ |"
    rows = tables_read(f"{head}\n|--:|--|--|--|\n| 1 | 0.5 | $0.62$ | 0.1 |\n| … | … | … | … |\n| 2 | 1 | | 2 |\n")
    first, dots, second = rows.split("\n")[2:5]
    assert first.split(NEXT) == ["$z^{(1)} = 0.5$", "$A^(1) = 0.62$", r"$\frac{d L}{d z^{(1)}} = 0.1$"]
    assert dots == ""
    assert second.split(NEXT) == ["$z^{(2)} = 1$", r"$\frac{d L}{d z^{(2)}} = 2$"]


# --- samples ----------------------------------------------------------------------------------------------------------

SAMPLES = """
[parameters]
w = 0
[model]
equations = "y = w x\\nL = 1/2 (y - t)^2"
loss = "L"
[samples]
x = [1, 2, 3]
t = [2, 3, 5]
[update]
rule = "gradient descent"
learning_rate = 0.1
steps = 3
batch = 1
show = [1, 2, 3]
"""


@pytest.mark.parametrize("update", ["w = 0 - 0.1·(-3) = 0.3\n", ""])
def test_samples_said_again_belong_to_their_pass(update: str) -> None:
    solution = solve(Problem.loads(SAMPLES))
    first = "Sample 1: x = 1, t = 2\ny = 0\ndL/dy = -3, dL/dw = -3·1 = -3\n"
    found = verdicts(f"{first}{update}Sample 2: x = 2, t = 3\ny = 0.3·2 = 0.6\ndL/dy = -2.4\n", solution)
    wanted = {"x": "correct", "t": "correct", "y": "correct", "dL/dy": "wrong", "dL/dw": "follows",
              "x@2": "correct", "t@2": "correct", "y@2": "follows", "dL/dy@2": "follows"}  # fmt: skip
    assert found == (wanted | {"w@1": "follows"} if update else wanted)


def test_a_sample_copied_wrongly_is_charged_once() -> None:
    """To the first step with marks that goes on from it: a given value carries none."""
    solution = solve(Problem.loads(SAMPLES))
    work = "x = 1\nt = 2\ny = 0\ndL/dy = -2\ndL/dw = -2\nw = 0.2\nx = 3\nt = 3\ny = 0.6\ndL/dy = -2.4\ndL/dw = -7.2\n"
    found = verdicts(work, solution)
    assert (found["x"], found["x@2"], found["t@2"], found["y@2"]) == ("correct", "wrong", "correct", "wrong")
    assert (found["dL/dy@2"], found["dL/dw@2"]) == ("follows", "follows")


def test_the_same_sample_said_again_begins_nothing() -> None:
    solution = solve(Problem.loads(SAMPLES))
    found = verdicts("x = 1, t = 2\ny = 0\ndL/dy = -2\nwith x = 1: dL/dw = -2\n", solution)
    assert found == dict.fromkeys(("x", "t", "y", "dL/dy", "dL/dw"), "correct")


# --- names ------------------------------------------------------------------------------------------------------------

LAYERS = '"dL/dz_2" = ["δ^{(2)}"]\n"dL/dz_1" = ["δ^{(1)}"]'
NUMBERS = '"dL/dz_2" = ["δ_2"]\n"dL/dz_1" = ["δ_1"]'
NAMES = [
    *((LAYERS, left, "dL/dz_2", None) for left in (
        "δ^{(2)}", r"\delta^{(2)}", "δ⁽²⁾", "δ^(2)", "δ^{(2)}_1", r"$\delta^{(2)}$")),
    *((LAYERS, left, "dL/dz_1", (1,)) for left in ("δ^{(1)}_2", r"\delta^{(1)}_{2}", "δ^{(1)}[2]", "δ⁽¹⁾₂")),
    *((NUMBERS, left, "dL/dz_2", None) for left in ("δ_2", r"\delta_2", "δ₂", "delta_2", "δ2", "δ_{2}")),
    *((NUMBERS, left, "dL/dz_1", (1,)) for left in ("δ_{1,2}", "δ₁,₂", "δ_{12}", r"\delta_{1,2}")),
    ('W_1 = ["w"]', "dL/dw_{22}", "dL/dW_1", (1, 1)), ('W_1 = ["w"]', "w_{22}", "W_1", (1, 1)),
    ('W_1 = ["w"]', "dL/dw", "dL/dW_1", None), ('W_1 = ["w"]', "W_{22}", "W_2", (0, 1)),
    ('"W_1[1,1]" = ["ω_1"]', "dL/dω_1", "dL/dW_1", (0, 0)), ('"W_1[1,1]" = ["ω_1"]', "ω_1", "W_1", (0, 0)),
    ('"W_1[1,1]" = ["ω_1"]', r"\frac{\partial L}{\partial \omega_1}", "dL/dW_1", (0, 0)),
    ("", "z_{1.2}", "z_1", (1,)), ("", "∇W_2", "dL/dW_2", None), ("", "z_{2,1}", "z_2", None), ("", "L_1", "", None),
    ("", "𝑧_2", "z_2", None), ("", "ℒ", "L", None), ("", "𝜕𝐿/𝜕𝑊_2", "dL/dW_2", None),
]  # fmt: skip


@pytest.mark.parametrize(("names", "left", "step", "entry"), NAMES)
def test_other_names_and_spellings(names: str, left: str, step: str, entry: tuple[int, ...] | None) -> None:
    assert StepIndex.of(notes(names)).match(left) == (step, entry)


@pytest.mark.parametrize("spelling", ["δ^{(2)}", r"\delta^{(2)}", "δ⁽²⁾", "δ^(2)"])
def test_other_names_in_formulas(spelling: str) -> None:
    found = said(f"dL/dW_2 = {spelling} A_1^T", notes(LAYERS))["dL/dW_2"]
    assert found == said("dL/dW_2 = dL/dz_2 A_1^T")["dL/dW_2"]
    assert said(f"{spelling} = -3.84e-7", notes(LAYERS)) == {"dL/dz_2": -3.84e-7}


def test_entries_of_an_array_of_three_axes() -> None:
    index = StepIndex.of(solved("cnn"))
    assert index.match("Z_{2,1,3}") == index.match("z₂₁₃") == index.match("Z_{213}") == ("Z", (1, 0, 2))


def test_lines_that_match_nothing_are_told() -> None:
    assert list(said("А_2 = 1\nz_3 = 4\nq = 5")) == ["A_2", "? z_3", "? q"]
    lines = read_working(r"$$e^{-z_2} = 1.1e-8$$" + "\n$$\\sum_i x_i = 27$$\nexp(z_2) = 3", solved())
    assert [(line.line, line.is_line) for line in lines] == [(1, True), (2, True), (3, True)]


def test_a_value_on_the_left() -> None:
    assert said("[3.9; 12.1; 20.3] = z_1\n18.3 = z_2") == {"z_1": Z_1, "z_2": 18.3}


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["-3.84 E-7", "-3.84 e-7", "-3.84E-07", "-3.84e−7", "-3.84 E−7"])
def test_the_notation_of_a_calculator(written: str) -> None:
    assert said(f"dL/dz_2 = {written}") == {"dL/dz_2": -3.84e-7}
    assert filed("dL/dz_2", written) == -3.84e-7
    assert said(f"dL/dW_2 = [{written} {written} 1]") == {"dL/dW_2": [-3.84e-7, -3.84e-7, 1]}


@pytest.mark.parametrize(
    "written",
    ["18.3 (rounded)", "18.3 ✓", "18.3 !!", "**18.3**", "18.3 # the sum", "**18.3** (to 3 digits)", "18.3 [sum]",
     "18.3, as in the lecture", "18.3 because it is big", "`18.3`", "18.3 // sum"],
)  # fmt: skip
def test_what_stands_behind_a_value_is_no_fault(written: str) -> None:
    assert said(f"z_2 = {written}\nL = 1") == {"z_2": 18.3, "L": 1}
    assert filed("z_2", written) == filed("z_2", [written]) == 18.3


def test_a_comment_is_no_factor() -> None:
    assert said("L = 289 [loss]") == {"L": 289}
    assert filed("L", "289 [loss]") == 289
    assert not isinstance(filed("dL/dA_2", "2 (A_2 - Y)"), float)
    assert isinstance(filed("z_2", "18.3 zzz + 1"), Unreadable)


@pytest.mark.parametrize("written", ["0.333…", "0.333...", r"0.333\ldots"])
def test_digits_that_go_on(written: str) -> None:
    assert said(f"A_2 = {written}") == {"A_2": 0.333}
    assert filed("A_2", written) == 0.333


@pytest.mark.parametrize(
    ("texts", "sign"),
    [(["[0,8022; 0,19]", "[1.4; -1.450]"], "."), (["[0,8022; 0,19]"], ","), (["[20,3]"], "."),
     (["[1.4]", "1,234"], "."), (["[0,1]"], ".")],
)  # fmt: skip
def test_the_first_number_in_a_bracket_shows_its_sign(texts: list[str], sign: str) -> None:
    assert (shown_decimal(texts) or ".") == sign


SCALED = ["0.000001 [-1.50 -4.64 -7.79]", "-[1.50e-6 4.64e-6 7.79e-6]", "[-15.0 -46.4 -77.9]/10000000",
          r"-\frac{1}{1000000}\begin{bmatrix} 1.50 & 4.64 & 7.79 \end{bmatrix}", "[-1.50; -4.64; -7.79]^T · 10^-6",
          "[-3.00e-6 -9.28e-6 -15.58e-6]/2"]  # fmt: skip


@pytest.mark.parametrize("written", SCALED)
def test_an_array_with_a_factor_is_read_alike_everywhere(written: str) -> None:
    solution = notes()
    for answers in (read_working(f"dL/dW_2 = {written}", solution),
                    answers_of([AnswerLine("dL/dW_2", written, 1)], solution)):  # fmt: skip
        report = derive.check(solution, answers)
        item = next(item for item in report.items if item.id == "dL/dW_2")
        assert (value(answers[0]), item.verdict) == (pytest.approx([-1.5e-6, -4.64e-6, -7.79e-6]), "correct")
        assert not answers[0].substituted


# --- LaTeX ------------------------------------------------------------------------------------------------------------


def test_a_comment_in_a_fragment_of_latex(tmp_path: Path) -> None:
    text = "z_2 = 18.3 % from A_1\n% z_2 = 17\n$$L = 289 \\\\% L = 3\n$$\nA_2 = 0.99 % 5\\%\n"
    for ending, steps in ((".tex", ["z_2", "L", "A_2"]), (".txt", ["z_2"])):
        path = tmp_path / f"work{ending}"
        path.write_text(text, encoding="utf-8")
        found = {answer.step: answer.content for answer in read_working(path, notes())}
        assert list(found) == steps if ending == ".tex" else isinstance(found["z_2"], Unreadable | Array)
    assert [a.line for a in read_working(tmp_path / "work.tex", notes())] == [1, 3, 5]


@pytest.mark.parametrize("formula", ["ELU(3; alpha = x)", "huber(z_2, 1, delta = word)", "ELU(z_2; beta = 2)"])
def test_a_setting_that_an_operation_does_not_have_is_no_formula(formula: str) -> None:
    """The number behind it is read all the same."""
    solution = solved("notes")
    (alone,) = read_working(f"z_2 = {formula}", solution)
    assert isinstance(alone.content, Unreadable)
    assert said(f"z_2 = {formula} = 18.3") == {"z_2": 18.3}


# --- entries, inverses, letters below the line ------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["(softmax(z_2))_2", r"(\operatorname{softmax}(z_2))_{2}", "softmax(z_2)_2"])
def test_a_number_behind_what_a_function_gives_is_its_entry(written: str) -> None:
    item = check(examples.path("softmax_classifier"), {"L": f"-ln({written})"})["L"]
    assert item.verdict == "correct"


def test_the_inverse_of_a_matrix_is_no_power_of_its_entries() -> None:
    text = '[data]\nA = [[2, 1], [1, 1]]\nx = [1, 3]\n[model]\nequations = "y = inverse(A) x"\n'
    items = [check(Problem.loads(text), {"y": formula})["y"] for formula in ("A^{-1} x", "A⁻¹·x", "inv(A) x")]
    assert [item.verdict for item in items] == ["correct"] * 3


@pytest.mark.parametrize("name", ["Wₖ", "W_k", "Wₕ", "aₙ", "bₓ"])
def test_letters_below_the_line(name: str) -> None:
    plain = name[0] + "_" + unicodedata.normalize("NFKC", name[1]) if "_" not in name else name
    text = f'[data]\n{plain} = 2\n[model]\nequations = "y = 3 {plain}"\n'
    assert check(Problem.loads(text), {"y": f"3 {name}"})["y"].verdict == "correct"


def test_entries_of_a_formula_inside_an_equation_have_small_letters() -> None:
    index = StepIndex.of(solve(examples.path("graph_convolution")))
    assert index.match("h_{12}^{(1)}") == index.match("H^{(1)}_{1,2}") == ("H:1", (0, 1))


def test_two_formulas_side_by_side_in_a_sentence_begin_no_display() -> None:
    read = read_working("It keeps them, $a$$b$ say.\n\n$z_2 = 18.3$\n\nand $A_2 = 1$", solve(examples.path("notes")))
    assert {answer.step for answer in read} == {"z_2", "A_2"}
