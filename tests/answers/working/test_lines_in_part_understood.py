"""Lines of which a part is not understood: what is right in them counts, and what is not is never called wrong."""

from __future__ import annotations

import pytest
from answers.working.test_work_as_it_comes import marked, problem, said

from derive.answers.working.free_working import read_working

RIGHT = {"z_2": "18.3", "L": "289", "dL/dA_2": "-34.0"}


def verdicts(text: str, name: str = "notes") -> dict[str, str]:
    return {item.id: item.verdict for item in marked(text, name).items if item.verdict != "missing"}


# --- words between a name and its value -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sure"),
    [
        ("is also", True),
        ("vaut donc", True),
        ("è", True),
        ("wynosi", True),
        ("ισούται με", True),
        ("då blir", False),
        ("is likewise", True),
        ("так само", False),
        ("tehát", False),
    ],
)
def test_words_link_a_name_and_its_value(words: str, sure: bool) -> None:
    assert verdicts(f"z_2 {words} 18.3") == {"z_2": "correct"}
    assert verdicts(f"z_2 {words} 12.1") == {"z_2": "wrong" if sure else "unreadable"}


@pytest.mark.parametrize("line", ["z_2 is not 12.1", "z_2 of layer 2", "W_2 for 3 inputs", "z_2 in 2 steps"])
def test_what_says_no_value_is_read_as_none(line: str) -> None:
    assert verdicts(line) == {}


@pytest.mark.parametrize(
    "line",
    [
        "z_2: 18.3 dann L: 289",
        "| z_2 | W_2 A_1 + b_2 | 18.3 |\n| L | 289 |",
        "z_2\t18.3\nL\t289",
        "**z_2**: 18.3, **L**: 289",
        "z_2 = 18.3 så att (A_2 - Y)^2 = L = 289",
        '"z_2": 18.3\n"L": 289',
        "z_2 = ? z_2 = 18.3\nL = ? L = 289",
        "z_2 = ca. 18.3 / L = ca. 289",
        "18.3 = z_2 và 289 = L",
        r"z_2 = 18.3,\ L = 289",
        "z_2 = 18.3; (A_2 - Y)^2 = L = 289",
        "> z_2 = 18.3\n> L = 289",
        "Output - z_2 is 18.3\nCost - L is 289",
        "18.3 = z_2 alors 289 = L voilà",
        "18.3 = z_2 (arrondi) da cui 289 = L",
        r"$18.3 = z_2; \; 289 = L$",
        r"$18.3 = z_2,\ 289 = L$",
        "18.3 = z_2. 289 = L",
        "18.3 = z_2 ✓\n289 = L ✔",
        "Donc, 18.3 = z_2\nDonc, 289 = L",
        "18.3 = z_2 <- ici\n289 = L <- ici",
        "z_2 = 18.3 \\\nL = 289 \\",
        "z_2 = 18.3 (probe: W_2 A_1 + b_2) dolayısıyla L = 289 (probe: (A_2 - Y)^2) ...",
        "_**z_2**: 18.3_\n_**L**: 289_",
        "z_2=18.3 --sigmoid, minus Y--> L=289",
        "z_2 = 18.3 ---> L = 289",
        "z_2 ≈ 18.3 (18.30) (2)\nL = 289 (3)",
    ],
)
def test_two_statements_however_they_are_joined(line: str) -> None:
    assert said(line) == {"z_2": 18.3, "L": 289}


@pytest.mark.parametrize(
    "mark", ["👉 ", "i. ", "(iv) ", "1.2) ", "3° ", "№4 ", "[2] ", "|3| ", "4/ ", "007  ", "[x] ", "“"]
)
def test_a_mark_before_a_statement_says_nothing(mark: str) -> None:
    assert said(f"{mark}z_2 = 18.3") == {"z_2": 18.3}


# --- doubt ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "z_2 = W_2 A_1 + b_2 ergo {}",
        "z_2 = foo(3.9; 12.1) = {}",
        "z_2 = {} (check: W_2·A_1 + b_2)",
        "z_2 = 0.3 qux(3.9) = {}",
    ],
)
def test_a_value_beside_what_is_not_understood_is_right_or_unreadable(line: str) -> None:
    assert verdicts(line.format("18.3")) == {"z_2": "correct"}
    assert set(verdicts(line.format("-18.3")).values()) <= {"unreadable", "wrong"}
    assert "check" in line or verdicts(line.format("-18.3")) == {"z_2": "unreadable"}


def test_a_value_of_another_step_is_not_taken_for_a_mistake() -> None:
    """A name that is not read between two values: the second is not the first step's."""
    found = verdicts("dL/dA_2 = -34.0 darauf qq = 289")
    assert found == {"dL/dA_2": "correct"}


def test_an_entry_beside_what_is_not_understood_is_in_doubt_too() -> None:
    (answer,) = read_working("z_1[1] = 3.9 qux(7.1) = 12.1", problem())
    assert answer.unread is not None


def test_a_number_that_groups_or_has_decimals_is_what_is_right() -> None:
    """In a work with both signs `18,300` is 18300 or 18.300: the reading that is right counts."""
    assert verdicts("z_2 = 18,300\nL = 289.00\nA_2 = 0.5") == {"z_2": "correct", "L": "correct", "A_2": "wrong"}


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("W^(2) = [0.2 0.4 0.6]", "W_2"),
        ("z^(2) = 18.3", "z_2"),
        ("dL/dz^(2) = 0.1", "dL/dz_2"),
        ("z_2_grad = 0.1", "dL/dz_2"),
        ("z_2.grad = 0.1", "dL/dz_2"),
        ("(∂L)/(∂z_2) vaut 0.1", "dL/dz_2"),
        ("gradient of z₂\t0.1", "dL/dz_2"),
        ("(A_2 - Y)^2 -> L = 289", "L"),
        ("2·(A_2 − Y) → dL/dA_2 = -34", "dL/dA_2"),
        ("Vi har nu z_2 = 18.3", "z_2"),
    ],
)
def test_names_as_they_come(line: str, step: str) -> None:
    assert [answer.step for answer in read_working(line, problem())] == [step]


def test_an_update_named_behind_its_formula() -> None:
    found = read_working("dL/dw = 1\nw - eta dL/dw = w_new = 0.1", problem("learning_rate"))
    assert [answer.step for answer in found] == ["dL/dw", "w@1"]


@pytest.mark.parametrize("line", ["gradient of layer z_2 = 5", "x W_2 = 7.1"])
def test_the_last_word_of_a_left_side_is_no_name_by_itself(line: str) -> None:
    assert "z_2" not in verdicts(line) and "W_2" not in verdicts(line)


# --- numbers and arrays -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [("18 (18.3)", 18.3), ("18.3 (3)", 18.3), ("about 18.3", 18.3), ("-0.3 (-0.312)", -0.312), ("18.3 (eq. 3)", 18.3)],
)
def test_numbers_in_brackets_behind_a_number(written: str, value: float) -> None:
    assert said(f"z_2 = {written}") == {"z_2": value}


@pytest.mark.parametrize(
    "text",
    [
        "z_1 = 3-element Vector{Float64}:\n 3.9\n 12.1\n 20.3",
        "z_1 = [1] 3.9 12.1 20.3",
        "z_1 = about [ 3.9 ]\n            [ 12.1 ]\n            [ 20.3 ]",
        "z_1 lautet\n  3.9\n  12.1\n  20.3",
        "z_1 ~ | 3.9 |\n      | 12.1 |\n      | 20.3 |",
        r"\boxed{z_1 \approx \left(\begin{matrix} 3.9 \\ 12.1 \\ 20.3 \end{matrix}\right)}",
        "(3.9; 12.1; 20.3)   W_2 A_1 + b_2 = z_1 = (3.9; 12.1; 20.3)",
    ],
)
def test_arrays_behind_words_and_heads(text: str) -> None:
    assert said(text)["z_1"] == [3.9, 12.1, 20.3]


@pytest.mark.parametrize(
    "head", ["Zadanie 1", "Esercizio 2: all'indietro", "Soru 3", "Άσκηση 1", "Uppgift 2.", "Опция 4"]
)
def test_a_word_and_a_number_are_a_heading_in_any_language(head: str) -> None:
    assert marked(f"{head}\nz_2 = 18.3").not_understood == ()


def test_a_heading_between_signs_of_equality_goes_on_with_nothing() -> None:
    assert said("z_2 = 18.3\n=== BACKWARD ===\nL = 289") == {"z_2": 18.3, "L": 289}


def test_an_update_marked_by_a_plus_is_no_sum_in_place() -> None:
    (answer,) = read_working("w^+=0.3", problem("learning_rate"))
    assert answer.step == "w@1"


def test_an_array_of_three_axes_in_a_formula_is_told() -> None:
    assert verdicts("L = 2 [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", "cnn") == {"L": "unreadable"}


@pytest.mark.parametrize("hedged", ["{} or 3", "3 or {}", "{} oder 3", "3 sorry {}", "3 no wait {}", "{} и 3"])
def test_of_two_values_none_is_chosen(hedged: str) -> None:
    """Neither the right one nor the wrong one: who writes two numbers has not said which is meant."""
    assert verdicts(f"z_2 = {hedged.format('18.3')}") == {"z_2": "unreadable"}


def test_a_minus_apart_from_its_number_is_no_bullet() -> None:
    assert said("- 34.0 = dL/dA_2\n18.3 = z_2") == {"dL/dA_2": -34, "z_2": 18.3}
    assert said("- 18.3 = z_2\n- L = 289") == {"z_2": 18.3, "L": 289}


def test_a_formula_in_front_of_an_array_with_a_remark_spoils_neither() -> None:
    line = "-34.0 = dL/dA_2 odatle [3.9, 12.1, 20.3] (transposed) = A_1"
    assert verdicts(line) == {"dL/dA_2": "correct", "A_1": "correct"}


@pytest.mark.parametrize("line", ["z_1 = W_1 @ [20, 3, 4] + b_1", "z_1 = W_1 @ [20, 3, 4] + [0.1, 0.2, 0.3]"])
def test_lists_of_programs_stand_upright_in_a_line_without_a_result(line: str) -> None:
    assert verdicts(line) == {"z_1": "correct"}
    (item,) = [item for item in marked(line.partition(" + ")[0], "notes").items if item.id == "z_1"]
    assert (item.verdict, item.diagnosis) == ("wrong", "bias_forgotten")


@pytest.mark.parametrize("entry", ["A^{(1)}_{1}", "A^(1)_1", "A^{[1]}_1"])
def test_the_entries_of_a_layer_with_its_number_on_top(entry: str) -> None:
    other = entry[::-1].replace("1", "2", 1)[::-1]
    assert verdicts(f"${entry} = 0.4621$\n${other} = -0.1974$", "binary_cross_entropy") == {"A_1": "correct"}


def test_an_index_0_of_a_name_counts_no_entries_from_0() -> None:
    """There is an h_0, and `h[0]` is that."""
    work = "z_{u,1} = W_u x[1] + U_u h[0] + b_u = [-0.05; 1.2]"
    assert verdicts(work, "gru") == {"z_{u,1}": "correct"}
