"""Work as students hand it in: any words between statements, notebooks, other scripts, channels, headings, tables."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from derive import Problem, examples
from derive.answers.chains.pass_headings import passes
from derive.answers.feedback.report import Report, report
from derive.answers.feedback.report_files import text
from derive.answers.marking.judging import judge
from derive.answers.names.letters import plain_letters
from derive.answers.names.step_matching import StepIndex
from derive.answers.pages.sessions import sessions_read
from derive.answers.reading.program_arrays import plain_arrays
from derive.answers.reading.written import Answer, Array, Unreadable
from derive.answers.working.free_working import read_working
from derive.problem.overriding import overridden
from derive.prose.catalogue import catalogue, languages
from derive.solution import Blueprint, Solution, solve


@cache
def problem(name: str = "notes") -> Solution:
    text = examples.path(name).read_text("utf-8").replace('decimal = ","', 'decimal = "."')
    return solve(Problem.loads(text))


def said(text: str, name: str = "notes") -> dict[str, Any]:
    return {answer.step or f"? {answer.left}": value(answer) for answer in read_working(text, problem(name))}


def marked(text: str, name: str = "notes") -> Report:
    answers = read_working(text, problem(name))
    return report(problem(name), judge(problem(name), answers), answers)


def value(answer: Answer) -> Any:
    if not isinstance(answer.content, Array):
        return answer.content
    numbers = [None if w is None else float(w.value.p) / float(w.value.q) for w in answer.content.entries]
    return numbers if answer.content.shape else numbers[0]


Z_1 = [3.9, 12.1, 20.3]

# --- several statements in a line -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between",
    [" et ", " puis ", ", donc ", " y luego ", " sowie ", " поэтому ", " және ", "，", "、", " & ", " • ", "!! ",
     " whence ", ",", " (thus) "],
)  # fmt: skip
def test_a_known_name_begins_a_new_statement(between: str) -> None:
    assert said(f"z_2 = 17.5{between}A_2 = 0.75") == {"z_2": 17.5, "A_2": 0.75}


@pytest.mark.parametrize(
    ("line", "meaning"),
    [("Since z_2 = 17.5 we get A_2 = 0.75", {"z_2": 17.5, "A_2": 0.75}),
     ("z_1=[1,2,3],A_1=[4,5,6],z_2=7", {"z_1": [1, 2, 3], "A_1": [4, 5, 6], "z_2": 7}),
     ("z_2 = W_2 A_1 + b_2 = 17.5 hence L = 300", {"z_2": 17.5, "L": 300}),
     ("L = (0.75 - 18)^2 = 297.6 dL/dA_2 = -34.5", {"L": 297.6, "dL/dA_2": -34.5}),
     ("z_2 = 17.5 – A_2 = 0.75 · L = 300", {"z_2": 17.5, "A_2": 0.75, "L": 300}),
     ("z_2 = 17.5于是A_2 = 0.75", {"z_2": 17.5, "A_2": 0.75}),
     ("Weil z_2 = 17.5 gilt, ist A_2 = 0.75", {"z_2": 17.5, "A_2": 0.75}),
     ("因此z_2=17.5，输出A_2=0.75。", {"z_2": 17.5, "A_2": 0.75}),
     (r"$$z_2 = 17.5 \quad\Longrightarrow\quad A_2 = 0.75$$", {"z_2": 17.5, "A_2": 0.75}),
     ("z_2 vaut 17.5 et donc A_2 = 0.75 car la fonction ReLU sature", {"z_2": 17.5, "A_2": 0.75}),
     ("W_2*A_1 + b_2 -> z_2 = 17.5 ;)", {"z_2": 17.5}),
     ("17.5 = z_2 e 0.75 = A_2", {"z_2": 17.5, "A_2": 0.75}),
     ("17.5 = z_2; 0.75 = A_2", {"z_2": 17.5, "A_2": 0.75}),
     ("[1; 2; 3]^T = z_1 daraus folgt [4; 5; 6]^T = A_1", {"z_1": [1, 2, 3], "A_1": [4, 5, 6]}),
     ("ReLU(z_1) -> A_1 = [4; 5; 6] so W_2 A_1 + b_2 -> z_2 = 17.5", {"A_1": [4, 5, 6], "z_2": 17.5}),
     ("z_2: ans = 17.5 y A_2: ans = 0.75", {"z_2": 17.5, "A_2": 0.75}),
     ("z_2 → 17.5。するとA_2 → 0.75", {"z_2": 17.5, "A_2": 0.75}),
     (r"\[\begin{cases} z_2 = 17.5 \\ A_2 = 0.75 \end{cases}\]", {"z_2": 17.5, "A_2": 0.75}),
     ("z_2 = 17.5 – L = 300\nA_2 = 0.75 – dL/dA_2 = -34.5", {"z_2": 17.5, "L": 300, "A_2": 0.75, "dL/dA_2": -34.5}),
     ("z_2 = 17.5 // L = 300\nA_2 = 0.75 // dL/dA_2 = -34.5", {"z_2": 17.5, "L": 300, "A_2": 0.75, "dL/dA_2": -34.5}),
     ("(z_2 = 17.5)\nz_1 = [1; 2; 3] (4)", {"z_2": 17.5, "z_1": [1, 2, 3]}),
     ("INFO:root:-34.5 = dL/dA_2 — done", {"dL/dA_2": -34.5}),
     ("1 = dL/dA_2 = +1", {"dL/dA_2": 1}),
     ("1.1 z_2 = 17.5\n1.2 A_2 = 0.75\n2.1 L = 300", {"z_2": 17.5, "A_2": 0.75, "L": 300}),
     ("z_2 wynosi 17.5 // A_2 wynosi 0.75", {"z_2": 17.5, "A_2": 0.75}),
     ("17.5 = z_2 // 0.75 = A_2", {"z_2": 17.5, "A_2": 0.75}),
     ("z_1 is [1; 2; 3]，A_1 is [4; 5; 6] [2 pt]", {"z_1": [1, 2, 3], "A_1": [4, 5, 6]}),
     ("z_2 = 17.5 x 1 ist 17.5", {"z_2": 17.5}),
     ("z_2.grad = A_2.grad dA_2/dz_2 = -4e-7", {"dL/dz_2": -4e-7}),
     ("dL/dz_2 = dL/dA_2 x dA_2/dz_2 = -4e-7", {"dL/dz_2": -4e-7}),
     ("dL/dW_2 = \\begin{pmatrix}\n- 0.5 & 0.25 & 1\n\\end{pmatrix}", {"dL/dW_2": [-0.5, 0.25, 1]})],
)  # fmt: skip
def test_statements_in_sentences(line: str, meaning: dict[str, Any]) -> None:
    assert said(line) == meaning


def test_a_lost_caret_is_told_as_it_was_written() -> None:
    (remark,) = marked("dL/dz_2 = -3.84 × 10-7")["dL/dz_2"].remarks
    assert "-3.84 × 10-7" in remark.message and "10^-7" in remark.message


def test_a_factor_is_no_new_statement() -> None:
    assert said("dL/dz_2 = -34 · dA_2/dz_2 = -4e-7") == {"dL/dz_2": -4e-7}


@pytest.mark.parametrize(
    ("line", "verdict"),
    [("z_2 = W_2 A_1 + q_7 = 18.3", "correct"), ("z_2 = W_2 A_1 + q_7 = 4.4", "unreadable"),
     ("z_2 = W_2 A_1 + q_7 = 17.8", "wrong")],
)  # fmt: skip
def test_a_value_behind_what_cannot_be_read_is_wrong_only_if_a_mistake_explains_it(line: str, verdict: str) -> None:
    item = marked(line)["z_2"]
    assert item.verdict == verdict
    assert ("`q` is not known" in item.message) == (verdict == "unreadable")


@pytest.mark.parametrize(
    ("written", "unread"),
    [("18.3 kg", ["kg"]), ("18.3 m/s²", ["m/s²"]), ("18.3 €", ["€"]), ("18.3 gerundet", ["gerundet"]),
     ("about 18.3", []), ("ca. 18.3", []), ("**18.3**", [])],
)  # fmt: skip
def test_units_and_words_beside_a_number(written: str, unread: list[str]) -> None:
    (answer,) = read_working(f"z_2 = {written}", problem())
    assert value(answer) == 18.3
    assert [remark.written for remark in answer.remarks] == unread
    assert marked(f"z_2 = {written}")["z_2"].marks == 1


def test_fractions_in_formulas() -> None:
    assert marked("z_2 = ½ · 36⅗ = 18 3/10 · 1")["z_2"].verdict == "correct"


@pytest.mark.parametrize("written", ["18.3 billion", "18.3 dozen", "18.3 thousand or so", "18.3 per day"])
def test_what_scales_a_number_is_no_unit(written: str) -> None:
    assert isinstance(said(f"z_2 = {written}")["z_2"], Unreadable)


@pytest.mark.parametrize(
    ("written", "number"),
    [("0.0183 thousand", 18.3), ("183d-1", 18.3), ("2.0d0*4.5d0 + 9.3d0 = 1.83D+01", 18.3), ("⁵⁄₂", 2.5),
     ("−¹⁄₄", -0.25), ("3⁷⁄₈", 3.875), ("2.4 млн", 2.4e6), ("2,4 Mio.", 2.4e6), ("0.7 мың", 700), ("1.2 mille", 1200)],
)  # fmt: skip
def test_numbers_of_programs_and_of_newspapers(written: str, number: float) -> None:
    assert said(f"z_2 = {written}") == {"z_2": number}


def test_a_factor_is_no_statement() -> None:
    assert said("z_2 = W_2 A_1 + b_2 = 17.5") == {"z_2": 17.5}
    assert said("dL/dA_2 = 2 A_2 = 1.5") == {"dL/dA_2": 1.5}


def test_an_unread_member_makes_the_line_unreadable_with_its_place() -> None:
    (answer,) = read_working("z_2 = 17.5 giving qq_7 = 0.75", problem())
    assert answer.step == "z_2" and isinstance(answer.content, Unreadable) and answer.content.start > 0


@pytest.mark.parametrize("mark", ["=> ", "⇒ ", "→ ", "∴ ", "-> ", "so ", r"\therefore "])
def test_signs_before_a_statement(mark: str) -> None:
    assert said(f"{mark}z_2 = 17.5") == {"z_2": 17.5}


@pytest.mark.parametrize(
    "line", ["z2: ans: 17.5", "z_2: Answer = 17.5", "z2: ответ: 17.5", r"\boxed{z_2 = 17.5}", r"$\boxed{z_{2} = 17.5}$"]
)
def test_answers_that_say_so(line: str) -> None:
    assert said(line) == {"z_2": 17.5}


# --- letters ----------------------------------------------------------------------------------------------------------


def test_letters_that_look_alike() -> None:
    assert said("А_2 = 0.75\nА₁ = [1; 2; 3]\n∂L/∂А₂ = −34.5") == {"A_2": 0.75, "A_1": [1, 2, 3], "dL/dA_2": -34.5}
    assert plain_letters("а затем у нас") == "а затем у нас"


@pytest.mark.parametrize("written", ["١٧٫٥", "１７．５", "17.5", "۱۷.۵"])
def test_digits_of_other_scripts(written: str) -> None:
    assert said(f"z_2 = {written}") == {"z_2": 17.5}


@pytest.mark.parametrize("dash", "‐‑‒–—−﹣－\u00ad")
def test_every_dash_is_a_minus(dash: str) -> None:
    assert said(f"dL/dA_2 = {dash}34.5") == {"dL/dA_2": -34.5}


# --- programs ---------------------------------------------------------------------------------------------------------

SESSIONS = {
    "ipython": "In [1]: z_1 = W_1 @ x + b_1; z_1\nOut[1]: array([ 3.9, 12.1, 20.3])\n\nIn [2]: dL_dA = 3",
    "ipython, over lines": "In [7]: z_1\nOut[7]:\narray([[ 3.9],\n       [12.1],\n       [20.3]])",
    "python": ">>> z_1 = W_1 @ x + b_1\n>>> print(z_1)\n[ 3.9 12.1 20.3]\n",
    "torch": ">>> z_1\ntensor([ 3.9000, 12.1000, 20.3000], grad_fn=<AddBackward0>)\n",
    "an assignment": "z_1 = np.array([[3.9], [12.1], [20.3]], dtype=float)",
    "R": "> z_1\n[1]  3.9 12.1 20.3\n",
    "R, c": "z_1 <- c(3.9, 12.1, 20.3)",
    "MATLAB": ">> z_1\n\nz_1 =\n\n    3.9000\n   12.1000\n   20.3000\n",
    "MATLAB, scaled": "z_1 =\n\n   1.0e+01 *\n\n    0.3900\n    1.2100\n    2.0300\n",
    "Mathematica": "In[3]:= z1 = W1.x + b1\nOut[3]= {3.9, 12.1, 20.3}\n",
    "Mathematica, nested": "z1 = {{3.9}, {12.1}, {20.3}}",
    "a calculator": "z_1 = [[3.9][12.1][20.3]]",
    "R, assigned": "> z_1 <- W_1 %*% x + b_1\n> z_1\n     [,1]\n[1,]  3.9\n[2,] 12.1\n[3,] 20.3\n",
    "R, a call": "> round(drop(z_1), 1)\n[1]  3.9 12.1 20.3\n",
    "Julia, echoed": "julia> z_1 = W_1*x .+ b_1\n3-element Vector{Float64}:\n  3.9\n 12.1\n 20.3\n",
    "Maple, indexed": "z[1] := <3.9, 12.1, 20.3>;",
    "Maple": "z_1 := <3.9, 12.1, 20.3>;",
    "Word": "z_1=[■(3.9@12.1@20.3)]",
    "MathLive": r"z_1=\left\lbrack\begin{array}{c}3.9\\12.1\\20.3\end{array}\right\rbrack",
}


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_and_programs(name: str) -> None:
    assert said(SESSIONS[name])["z_1"] == Z_1


def test_gradients_as_programs_name_them() -> None:
    work = ">>> dW_2\narray([[-1.5e-06, -4.64e-06, -7.79e-06]])\n>>> db2\n-3.84e-07\n>>> dz_2\n1.\n"
    assert said(work) == {"dL/dW_2": [-1.5e-6, -4.64e-6, -7.79e-6], "dL/db_2": -3.84e-7, "dL/dz_2": 1}


def test_a_formula_of_a_formula_editor() -> None:
    assert said(r"A_2 = \frac{1}{1+\exponentialE^{-z_2}} = 0.75") == {"A_2": 0.75}
    assert said(r"z_2 = \placeholder{}") == {"z_2": None}


def test_changes_keep_their_places() -> None:
    for written in (
        "x = np.array([[1., 2.]], dtype=float) + 3",
        "[■(1@2)] y",
        "a*^-7",
        "<1, 2>",
        "tensor(1., grad_fn=<A>)",
    ):
        assert len(plain_arrays(written)) == len(written)
        assert sessions_read(written) == written


# --- names ------------------------------------------------------------------------------------------------------------

NAMES = [
    ("mazur", "δ_o", "dL/dnet_o", None), ("mazur", r"\delta_{h,2}", "dL/dnet_h", (1,)),
    ("elman_bptt", "δ_3", "dL/da_3", None), ("elman_bptt", "delta2", "dL/da_2", None),
    ("xor_2_2_1", "δ^{(2)}", "dL/dz_2", None), ("xor_2_2_1", "δ^{[1]}", "dL/dz_1", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "left", "step", "entry"), NAMES)
def test_error_terms_by_convention(name: str, left: str, step: str, entry: tuple[int, ...] | None) -> None:
    assert StepIndex.of(problem(name)).match(left) == (step, entry)


def test_corrected_moments() -> None:
    index = StepIndex.of(problem("adam_network"))
    assert index.match("m̂_W1", 2) == ("m_{c,W_1}@2", None) == index.match(r"\hat{m}_{W_1}", 2)


@pytest.mark.parametrize("left", ["P_{c}", "P[{c}]", "$P_{c}$"])
def test_channels_one_by_one(left: str) -> None:
    first, second = left.replace("{c}", "1"), left.replace("{c}", "2")
    assert said(f"{first} = [1 2; 3 4]\n{second} = [5 6; 7 8]", "cnn") == {"P": [1, 2, 3, 4, 5, 6, 7, 8]}


@pytest.mark.parametrize("work", ["z_1[0] = 3\nz_1[1] = 4\nz_1[2] = 5", "z_1[1] = 3\nz_1[2] = 4\nz_1[3] = 5"])
def test_indices_count_from_0_where_one_is_0(work: str) -> None:
    assert said(work) == {"z_1": [3, 4, 5]}


def test_brackets_one_behind_the_other() -> None:
    work = "".join(f"dL/dW_2[0][{j}] = {j + 6}\n" for j in range(3))
    assert said(work) == {"dL/dW_2": [6, 7, 8]}


@pytest.mark.parametrize(
    "left", ["new W_2", "W_2 (updated)", "neues W_2", "W_2 (neu)", "новый W_2", "W_2'", "W_2^{new}", "жаңа W_2"]
)
def test_updated_parameters(left: str) -> None:
    assert said(f"{left} = [1 2; 3 4]", "adam_network") == {"W_2@1": [1, 2, 3, 4]}


# --- passes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    ["## Step 2", "Epoch 2:", "**Iteration 2**", "Schritt 2", "2. Schritt", "Эпоха 2", "2-қадам", "Étape 2", "Paso 2",
     "After the update", "Nach dem Update:", "После обновления", "Step 2 (second sample)", "2nd epoch",
     "=== Pass 2 ==="],
)  # fmt: skip
def test_headings_of_passes(heading: str) -> None:
    assert said(f"out_h = [0.5, 0.6]\n{heading}\nout_h = [0.7, 0.8]", "adam_network") == {
        "out_h": [0.5, 0.6], "out_h@2": [0.7, 0.8]}  # fmt: skip


TRAINED = """
[parameters]
w = 2
[model]
equations = "L = w^2"
loss = "L"
[update]
learning_rate = 0.1
steps = STEPS
"""


@cache
def trained(steps: int) -> Solution:
    """A training, with the numbers that it has in every language."""
    return solve(Problem.loads(TRAINED.replace("STEPS", str(steps))))


@pytest.mark.parametrize("steps", [1, 2, 5, 21, 10_000])
@pytest.mark.parametrize("language", languages())
def test_the_heading_after_the_last_update_in_every_number_of_it(language: str, steps: int) -> None:
    solution = trained(steps)
    blueprint = Blueprint.of(overridden(solution.problem, {"language": language}))
    page = blueprint.text("md", solution.run)
    last = passes(page, catalogue(language))[-1]
    assert last.k == steps + 1, page.splitlines()[last.line - 1]


def test_what_only_a_later_pass_states_does_not_belong_to_the_first() -> None:
    assert said("Step 2\nout_h = [0.7, 0.8]", "adam_network") == {"out_h@2": [0.7, 0.8]}


def test_steps_that_number_the_parts_of_one_calculation_are_no_passes() -> None:
    parts = "Step 1\nnet_h = [1, 2]\nStep 2\nout_h = [3, 4]\nStep 3: L = 5"
    assert said(parts, "adam_network") == {"net_h": [1, 2], "out_h": [3, 4], "L": 5}


@pytest.mark.parametrize("label", ["epoch {}: ", "Schritt {}) ", "k = {}: ", "n={}: ", "шаг № {}: "])
def test_labels_of_passes_before_statements(label: str) -> None:
    work = f"{label.format(1)}L = 0.3\n{label.format(2)}L = 0.2"
    assert said(work, "adam_network") == {"L": 0.3, "L@2": 0.2}


def test_a_letter_of_the_problem_counts_no_passes() -> None:
    assert said("t = [1, 2]\nL = 3", "adam_network") == {"t": [1, 2], "L": 3}


def test_a_pass_that_is_not_worked_out_does_not_stand_in_for_another() -> None:
    report = marked("Epoch 1\nL = 0.2984\nEpoch 7\nL = 0.1", "adam_network")
    assert report["L"].verdict == "correct" and [answer.line for answer in report.not_understood] == [4]


# --- tables -----------------------------------------------------------------------------------------------------------

TABLES = {
    "three columns": "| Quantity | How | Result |\n|---|---|---|\n| $z_2$ | sum | 17.5 |\n| A_2 | sigmoid | 0.75 |\n",
    "a number in front": "| # | what | it is |\n|---|---|---|\n| 1 | z_2 | 17.5 |\n| 2 | $A_2$ | 0.75 |\n",
    "wide": "| z_2 | A_2 |\n|---|---|\n| 17.5 | 0.75 |\n",
    "German": "| Schritt | Wert |\n|---|---|\n| z_2 | 17.5 |\n| A_2 | 0.75 |\n",
    "LaTeX": "\\begin{tabular}{|c|c|}\n\\hline\n$z_2$ & 17.5 \\\\ \\hline\n$A_2$ & $0.75$\n\\end{tabular}\n",
    "tabs": "z_2\t17.5\nA_2\t0.75\n",
    "a grid": "+----+------+\n| A  | B    |\n+====+======+\n| z_2 | 17.5 |\n+----+------+\n| A_2 | 0.75 |",
    "a grid without a head": "+-----+------+\n| z_2 | 17.5 |\n+-----+------+\n| A_2 | 0.75 |\n+-----+------+",
    "drawn lines": "┌─────┬──────┐\n│ z_2 │ 17.5 │\n├─────┼──────┤\n│ A_2 │ 0.75 │\n└─────┴──────┘",
    "bars alone": "|z_2|17.5|\n|A_2|0.75|",
    "one bar": "z_2 | 17.5\nA_2 | 0.75",
    "formulas beside values": "| step | result |\n|---|---|\n| z_2 = W_2 A_1 + b_2 | 17.5 |\n| A_2 | 0.75 |",
}


@pytest.mark.parametrize("form", TABLES)
def test_tables(form: str) -> None:
    assert said(TABLES[form]) == {"z_2": 17.5, "A_2": 0.75}


# --- nothing is dropped in silence ------------------------------------------------------------------------------------

DROPPED = """Anna Beispiel, 4711
z_2 = eighteen
A_2 = 0.5 ; 17 < 18
~~L = 5~~
dL/dA_2 = 2 * (A_2 - Q) = ...
the 3rd = one
L = (0.5 - 18)^2 = 306.25
no digits here
z_1 =
  3.9
  12.1
  20.3
"""


def test_every_line_counts_or_is_told() -> None:
    report = marked(DROPPED)
    told = {answer.line: answer.given[answer.content.start :] for answer in report.not_understood
            if isinstance(answer.content, Unreadable)}  # fmt: skip
    assert told == {1: "Anna Beispiel, 4711", 2: "eighteen", 5: "Q) = ...", 6: "one"}
    assert [(line["line"], line["part"]) for line in json.loads(report.json())["not_understood"]] == [*told.items()]


@pytest.mark.parametrize(
    "line", ["**1)**", "1.", "(3)", "c)", "## 2 Backward pass", r"\section*{\circled{2} Rückwärts}", "Q1.",
             "Aufgabe 3b:", "Тапсырма 2.1"]
)  # fmt: skip
def test_the_number_of_a_task_or_a_step_is_no_line_that_was_lost(line: str) -> None:
    assert marked(f"z_2 = 18.3\n\n{line}\n\nA_2 = 1").not_understood == ()


@pytest.mark.parametrize("line", ["17.5", "1. 18.3", "12.5)", "3", "Q1. 5 apples", "## 2 about 4 apples"])
def test_a_number_that_counts_for_nothing_is_told(line: str) -> None:
    assert [answer.line for answer in marked(f"z_2 = 18.3\n\n{line}\n\nA_2 = 1").not_understood] == [3]


def test_lines_that_count_for_no_step_stand_on_the_page() -> None:
    report = marked(DROPPED)
    for name in ("txt", "md", "html"):
        page = text(report, problem(), name)
        assert "Lines that count for no step" in page and "eighteen" in page
    assert "z_1" not in page[page.index("Lines that count") :]


@pytest.mark.parametrize(
    "written",
    ["» {} = {}", "==> {} = {}", "3.) {} = {}", "{} is {}", "{} -> {}", "{}\t{}", "{}  {}", "the value of {} is {}.",
     "<li>{} = {}</li>", "<p>{} = <b>{}</b></p>", "{} = {}<br/>", "<tr><td>{}</td><td>{}</td></tr>", '"{}": {},',
     "{}:\n{}", "print({})\n{}", "{}\n# {}"],
)  # fmt: skip
def test_lines_as_they_come(written: str) -> None:
    work = "\n".join(written.format(*each) for each in (("z_2", "17.5"), ("A_2", "0.75"), ("z_1", "[1, 2, 3]")))
    assert said(work) == {"z_2": 17.5, "A_2": 0.75, "z_1": [1, 2, 3]}


@pytest.mark.parametrize(
    "table",
    ["z_2\tA_2\tL\n17.5\t0.75\t3",
     "\\begin{tabular}{ccc}\n$z_2$ & $A_2$ & $L$ \\\\\n17.5 & 0.75 & 3 \\\\\n\\end{tabular}",
     "\\begin{array}{|c|c|}\\hline z_2 & 17.5 \\\\ \\hline A_2 & 0.75 \\\\ L & 3\\end{array}",
     ("<table>\n<tr>\n<th>step</th><th>value</th></tr>\n<tr><td>z<sub>2</sub></td>\n<td>17.5</td></tr>\n"
      "<tr><td>A_2</td><td>0.75</td></tr>\n<tr><td>L</td><td>3</td></tr></table>")],
)  # fmt: skip
def test_wide_tables_and_tables_of_web_pages(table: str) -> None:
    assert said(table) == {"z_2": 17.5, "A_2": 0.75, "L": 3}


@pytest.mark.parametrize(
    "written",
    ["matrix(c(1, 4, 2, 5, 3, 6), nrow = 2)", "matrix(c(1,2,3,4,5,6), ncol=3, byrow=TRUE)",
     "matrix(c(1,2,3,4,5,6), 2, 3, T)",
     "rbind(c(1,2,3), c(4,5,6))", "cbind(c(1,4),c(2,5),c(3,6))", "<<1,4>|<2,5>|<3,6>>", "<1|2|3; 4|5|6>",
     "{{1,2,3},{4,5,6}}",
     'np.matrix("1 2 3; 4 5 6")',
     "<tf.Tensor: shape=(2, 3), dtype=float32, numpy=array([[1., 2., 3.],[4., 5., 6.]], dtype=float32)>",
     "DeviceArray([[1, 2, 3], [4, 5, 6]], dtype=float32)"],
)  # fmt: skip
def test_matrices_of_programs(written: str) -> None:
    (answer,) = read_working(f"dL/dW_1 = {written}", problem("xor_2_2_1"))
    assert isinstance(answer.content, Array)
    assert [float(w.value.p) for w in answer.content.entries if w] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "session",
    ["> z_1\n     [,1]\n[1,]  3.9\n[2,] 12.1\n[3,] 20.3", "julia> z_1\n3-element Vector{Float64}:\n  3.9\n 12.1\n 20.3",
     "sage: z_1\n(3.9, 12.1, 20.3)", "(%i4) z_1;\n(%o4) matrix([3.9],[12.1],[20.3])",
     ">>> z_1\narray([[ 3.9],\n       [12.1],\n       [20.3]])"],
)  # fmt: skip
def test_sessions_of_other_programs(session: str) -> None:
    assert said(session) == {"z_1": Z_1}


def test_blocks_of_columns_stand_beside_each_other() -> None:
    printed = "dW_1 =\n\n Columns 1 through 2:\n\n  1  2\n  4  5\n  7  8\n\n Column 3:\n\n  3\n  6\n  9\n"
    assert said(printed) == {"dL/dW_1": [1, 2, 3, 4, 5, 6, 7, 8, 9]}


@pytest.mark.parametrize("given", ["z_1\n  3.9   12.1   20.3", "z_1 =\n3.9\t12.1\t20.3"])
def test_numbers_side_by_side_below_a_name_are_no_claim_that_they_are_a_row(given: str) -> None:
    item = marked(given)["z_1"]
    assert (item.verdict, item.remarks) == ("correct", ())
    assert [remark.key for remark in marked("z_1 = [3.9 12.1 20.3]")["z_1"].remarks] == ["row_for_column"]


def test_gradients_of_tensors_and_names_of_the_tool() -> None:
    assert said("W_2.grad\ntensor([[1., 2., 3.]])") == {"dL/dW_2": [1, 2, 3]}
    assert list(said("m_{c,W_1} = [1, 2; 3, 4]", "adam_network")) == ["m_{c,W_1}@1"]


def test_a_line_that_is_too_long_spoils_only_itself() -> None:
    report_ = marked(f"z_2 = 18.3\nA_2 = {'7' * 25_000}\nL = 289")
    verdicts = {item.id: item.verdict for item in report_.items if item.verdict != "missing"}
    assert verdicts == {"z_2": "correct", "A_2": "unreadable", "L": "correct"}
    assert "too long" in report_["A_2"].message


# --- feedback ---------------------------------------------------------------------------------------------------------


def test_a_sum_of_squares_is_no_square_of_a_sum() -> None:
    item = marked("L = 1/4 * sum (A_2 - Y)^2 = 0.1473", "xor_2_2_1")["L"]
    assert (item.verdict, item.remarks) == ("correct", ())


def test_the_same_mistake_is_told_once() -> None:
    report_ = marked("dL/dW_2 = [1.5e-6 4.64e-6 7.79e-6]\ndL/dz_1 = [7.67e-8; 1.53e-7; 2.3e-7]")
    assert [item.diagnosis for item in report_.items if item.verdict == "wrong"] == ["sign_turned"] * 2
    page = text(report_, problem(), "txt")
    assert page.count("What explains it: the sign is turned round") == 1
    assert "The same mistake as at dL/dW₂." in page
