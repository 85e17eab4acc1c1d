"""Logs of trainings, tables whose rows are counted, parts of lists, and other ways in which several values stand."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from derive import Problem, examples
from derive.answers.reading.written import Answer, Array
from derive.answers.working.free_working import read_working
from derive.solution import Solution, solve


@cache
def problem(name: str) -> Solution:
    text = examples.path(name).read_text("utf-8").replace('decimal = ","', 'decimal = "."')
    return solve(Problem.loads(text))


def said(text: str, name: str = "notes") -> dict[str, Any]:
    return {answer.step or f"? {answer.left}": value(answer) for answer in read_working(text, problem(name))}


def value(answer: Answer) -> Any:
    if not isinstance(answer.content, Array):
        return answer.content
    numbers = [None if w is None else float(w.value.p) / float(w.value.q) for w in answer.content.entries]
    return numbers if answer.content.shape else numbers[0]


# --- tables whose rows are counted ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    ["| epoch | L | w |\n|---|---|---|\n| 1 | 9.5 | 3 |\n| 2 | 4.5 | 5 |",
     "iteration  loss   w\n1          9.5    3\n2          4.5    5",
     "it;L;w\n0;9.5;3\n1;4.5;5",
     "Schritt\tL\tneues w\n1\t9.5\t3\n2\t4.5\t5",
     "k, L, w\n1, 9.5, 3\n2, 4.5, 5"],
)  # fmt: skip
def test_a_row_is_about_a_pass(table: str) -> None:
    assert said(table, "batch_regression") == {"L": 9.5, "w@1": 3, "L@2": 4.5, "w@2": 5}


def test_a_parameter_in_front_of_its_pass_is_that_after_the_pass_before() -> None:
    work = "n   w   b   L\n0   1   0   9.5\n1   3   4   4.5"
    assert said(work, "batch_regression") == {"w": 1, "b": 0, "L": 9.5, "w@1": 3, "b@1": 4, "L@2": 4.5}


@pytest.mark.parametrize(
    ("table", "name", "meaning"),
    [("unit  z_1  A_1\n1  5  6\n2  7  8\n3  9  10", "notes", {"z_1": [5, 7, 9], "A_1": [6, 8, 10]}),
     ("| j | dL/dz_1 |\n|---|---|\n| 1 | -5 |\n| 2 | 7 |\n| 3 | 9 |", "notes", {"dL/dz_1": [-5, 7, 9]}),
     ("sample | z | y\n--- | --- | ---\n1 | 5 | 0.6\n2 | 7 | 0.8", "logistic_batch",
      {"z^(1)": 5, "y^(1)": 0.6, "z^(2)": 7, "y^(2)": 0.8}),
     ("t   o   y\n1   5   0.6\n2   7   0.8", "yeh_rnn", {"o_1": 5, "y_1": 0.6, "o_2": 7, "y_2": 0.8})],
)  # fmt: skip
def test_a_row_is_about_an_entry_a_sample_or_a_step_of_time(table: str, name: str, meaning: dict[str, Any]) -> None:
    assert said(table, name) == meaning


def test_a_table_of_something_else_is_no_counted_one() -> None:
    assert "z_2" not in said("i  name  z_2\n1  first  17.5")
    assert "z_2" not in said("no  z_2  note\n1  17.5  checked")


# --- logs, and values one after the other -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "log",
    ["Epoch [1/2], Loss: 9.5, w: 3.0\nEpoch [2/2], Loss: 4.5, w: 5.0",
     "epoch 1/2 | L = 9.5 | w = 3\nepoch 2/2 | L = 4.5 | w = 5",
     "iter 0: loss=9.5 -> w=3\niter 1: loss=4.5 -> w=5", "Итерация 1 - L = 9.5, w = 3\nИтерация 2 - L = 4.5, w = 5"],
)  # fmt: skip
def test_a_line_of_a_log_is_about_its_pass(log: str) -> None:
    assert said(log, "batch_regression") == {"L": 9.5, "w@1": 3, "L@2": 4.5, "w@2": 5}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("z_2: 17.5, A_2: 0.75; L: 300", {"z_2": 17.5, "A_2": 0.75, "L": 300}),
     ("z_1:\n  - 5\n  - -6\n  - 7\nL: 300", {"z_1": [5, -6, 7], "L": 300}),
     ("z_1;5;6,5;7\nA_1;5;6,5;7\nz_2;17,5;;", {"z_1": [5, 6.5, 7], "A_1": [5, 6.5, 7], "z_2": 17.5}),
     ("z_1,5.5,6,7\nA_1,5.5,6,7\nz_2,17.5,,", {"z_1": [5.5, 6, 7], "A_1": [5.5, 6, 7], "z_2": 17.5}),
     ("z_1: 5 / 6 / 7", {"z_1": [5, 6, 7]}),
     ("1) z_1 → (5, 6, 7)\n2) L → 300", {"z_1": [5, 6, 7], "L": 300}),
     ("z_2 comes out as 17.5 and A_2 is also 0.75", {"z_2": 17.5, "A_2": 0.75}),
     ("dL/dz_2 equals minus 3.5 times 10 to the minus 7", {"dL/dz_2": -3.5e-7}),
     ("A_2 = sigmoid(z_2) ~ 0.75", {"A_2": 0.75}),
     ("A_2 ≒ 0.75", {"A_2": 0.75}),
     ("z_1 = (50 %, 7.5%, 100 %)", {"z_1": [0.5, 0.075, 1]}),
     ("z_2 = 17.5 (da W_2 A_1 = 17)", {"z_2": 17.5}),
     ("dL/dA_1 = 10^-7 x (5, 6, 7)", {"dL/dA_1": [5e-7, 6e-7, 7e-7]}),
     ("z_2 = 18 . 3 \nL = 28 9", {"z_2": 18.3})],
)  # fmt: skip
def test_values_as_they_stand(text: str, meaning: dict[str, Any]) -> None:
    read = said(text)
    assert {step: read[step] for step in meaning} == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [(r"\[ z_2 = \mathbf{17.5} \label{eq:z} \]", {"z_2": 17.5}),
     (r"$L \overset{\eqref{eq:z}}{=} \textcolor{red}{300} \tag{7}$", {"L": 300}),
     (r"$A_2 = 0.75 \hspace{1em} \text{(by } \sigma\text{)}$", {"A_2": 0.75}),
     ("(∂L)/(∂z_2 ) = 17.5", {"dL/dz_2": 17.5}),
     ("z_2 = 17.5؛ L = 300", {"z_2": 17.5, "L": 300}),
     ("dL/dz_2 = — 17.5", {"dL/dz_2": -17.5}),
     ("z_2 = 17.5 तथा L = 300", {"z_2": 17.5, "L": 300})],
)  # fmt: skip
def test_what_stands_around_values_says_nothing(text: str, meaning: dict[str, Any]) -> None:
    assert said(text) == meaning


# --- sessions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("In [1]: z2, L\nOut[1]: (17.5, 300)", {"z_2": 17.5, "L": 300}),
     ("In [1]: A1, z2\nOut[1]:\n(array([5.,\n        6., 7.]),\n 17.5)", {"A_1": [5, 6, 7], "z_2": 17.5}),
     ("> (z2 <- W2 %*% A1 + b2)\n[1] 17.5\n> (L <- 300)", {"z_2": 17.5, "L": 300}),
     ("> res\n$z_1\n[1] 5 6 7\n\n$L\n[1] 300", {"z_1": [5, 6, 7], "L": 300}),
     ("> dW2 := <<5|6|7>>;", {}),
     ("z1 =\n [[5. 6. 7.]]", {"z_1": [5, 6, 7]}),
     ("grad of b_2: 17.5\nW_2 grad = [[5, 6, 7]]", {"dL/db_2": 17.5, "dL/dW_2": [5, 6, 7]})],
)  # fmt: skip
def test_outputs(text: str, meaning: dict[str, Any]) -> None:
    read = said(text)
    assert {step: read.get(step) for step in meaning} == meaning


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_member_of_a_chain_that_is_a_step_is_stated_too() -> None:
    assert said("dL/dz_1 = dL/db_1 = [5; 6; 7]") == {"dL/dz_1": [5, 6, 7], "dL/db_1": [5, 6, 7]}
    assert said("dL/dz_2 = 17.5 = dL/db_2") == {"dL/dz_2": 17.5, "dL/db_2": 17.5}
    assert said("dL/db_1 = [1; 2; 3]\ndL/dz_1 = dL/db_1 = [5; 6; 7]")["dL/db_1"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "name", "meaning"),
    [("$z_{1,0} = 5$, $z_{1,1} = 6$, $z_{1,2} = 7$", "notes", {"z_1": [5, 6, 7]}),
     ("W_{2,00} = 5\nW_{2,01} = 6\nW_{2,10} = 7\nW_{2,11} = 8", "mazur", {"W_2": [5, 6, 7, 8]}),
     ("E_total = 0.5", "mazur", {"L": 0.5}),
     ("dL/dW_2 = 5\nW_2 nuovo = [5 6; 7 8]", "mazur", {"W_2@1": [5, 6, 7, 8]}),
     ("W_2: [0.4 0.45; 0.5 0.55] -> [5 6; 7 8]", "mazur", {"W_2@1": [5, 6, 7, 8]}),
     (r"$m_1 = 5$, $\hat m_1 = 6$, $m_2 = 7$, $w_2 = 8$", "graduateml_adam",
      {"m@1": 5, "m_c@1": 6, "m@2": 7, "w@2": 8}),
     (r"$\hat{y}_2 = 0.5$", "yeh_rnn", {"y_2": 0.5}),
     ("w = 2.5 b = 0.5", "batch_regression", {"w": 2.5, "b": 0.5}),
     ("Channel 1\nP = [1 2; 3 4]\nChannel 2\nP = [5 6; 7 8]", "cnn", {"P": [1, 2, 3, 4, 5, 6, 7, 8]})],
)  # fmt: skip
def test_names(text: str, name: str, meaning: dict[str, Any]) -> None:
    read = said(text, name)
    assert {step: read.get(step) for step in meaning} == meaning


def test_a_row_with_a_gradient_is_about_a_step_where_samples_take_turns() -> None:
    rows = "| 1 | 0.6931 | 0.25 | -0.05 |\n| 2 | 0.6095 | 0.6845 | -0.1869 |"
    steps = said(f"| k | L | dL/dw | w neu |\n|---|---|---|---|\n{rows}", "logistic_samples")
    assert steps == {"L": 0.6931, "dL/dw": 0.25, "w@1": -0.05, "L@2": 0.6095, "dL/dw@2": 0.6845, "w@2": -0.1869}
    epochs = said(f"| epoch | L | dL/dw | w neu |\n|---|---|---|---|\n{rows}", "logistic_samples")
    assert epochs.keys().isdisjoint(steps)


@pytest.mark.parametrize(
    "table",
    [
        "| i | 1 | 2 | 3 |\n|---|---|---|---|\n| z_1 | 3.9 | 12.1 | 20.3 |\n| $A_{1,i}$ | 3.9 | 12.1 | 20.3 |",
        "| neuron | 1 | 2 | 3 |\n|---|---|---|---|\n| z_1 | 3.9 | 12.1 | 20.3 |\n| A_1 | 3.9 | 12.1 | 20.3 |",
        (
            "\\begin{tabular}{c|ccc}\n$j$ & 1 & 2 & 3 \\\\ \\hline\n$z_1$ & 3.9 & 12.1 & 20.3 \\\\\n"
            "$A_1$ & 3.9 & 12.1 & 20.3\n\\end{tabular}"
        ),
    ],
)
def test_a_row_below_the_numbers_of_entries_is_an_array(table: str) -> None:
    found = said(table)
    assert (found["z_1"], found["A_1"]) == ([3.9, 12.1, 20.3], [3.9, 12.1, 20.3])
