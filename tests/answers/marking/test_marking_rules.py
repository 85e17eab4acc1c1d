"""The rules of marking in single cases: formulas, exact and missing steps, transposed arrays, what names a mistake."""

from __future__ import annotations

from functools import cache

import pytest

from derive import Problem, check
from derive.answers.feedback.report import Report, ReportItem, report
from derive.answers.files.answer_file import read_mapping
from derive.answers.marking.judging import judge
from derive.answers.working.free_working import read_working
from derive.errors import InputError
from derive.examples import path
from derive.solution import Solution, solve

NOTES = path("notes").read_text("utf-8").replace('decimal = ","', 'decimal = "."')


@cache
def solved(text: str) -> Solution:
    return solve(Problem.loads(text))


def marked(work: str | dict[str, object], problem: str = NOTES) -> Report:
    solution = solved(problem)
    answers = read_working(work, solution) if isinstance(work, str) else read_mapping(work, solution)
    return report(solution, judge(solution, answers), answers)


def item(step: str, work: str | dict[str, object], problem: str = NOTES) -> ReportItem:
    return marked(work, problem)[step]


def marking(*lines: str, problem: str = NOTES) -> str:
    return "\n".join([problem, "[marking]", *lines])


# --- formulas where numbers are asked ---------------------------------------------------------------------------------

RIGHT = [
    ("A_2", "sigmoid(z_2)"), ("L", "(A_2 - Y)^2"), ("dL/dA_2", "2 (A_2 - Y)"), ("A_2", "1/(1+e^(-18.3))"),
    ("dL/dA_2", "2·(-17.0)"), ("dL/dA_2", "2·(1 - 18)"), ("dL/dW_2", "10^-6 [-1.50 -4.64 -7.79]"),
    ("dL/db_2", "-34 · 1.13·10^-8"), ("dL/dW_2", "dL/dz_2 A_1^T"),
]  # fmt: skip


@pytest.mark.parametrize("working", [False, True])
@pytest.mark.parametrize(("step", "formula"), RIGHT)
def test_a_right_formula_is_correct(step: str, formula: str, working: bool) -> None:
    work: str | dict[str, object] = f"{step} = {formula}" if working else {step: formula}
    assert item(step, work).verdict == "correct"
    assert item(step, work).remarks == ()


WRONG = [
    ("dL/dA_2", "2·(-16.0)"), ("dL/dA_2", "2·(1 - 17)"), ("dL/dA_2", "A_2 - Y"), ("A_2", "1/(1+e^(-17.8))"),
    ("dL/dW_2", "10^-6 [-1.50 -4.64 -7.39]"), ("z_1", "W_1 x"), ("dL/db_2", "-34 · 1.25·10^-8"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "formula"), WRONG)
def test_a_wrong_formula_is_wrong(step: str, formula: str) -> None:
    assert item(step, {step: formula}).verdict == "wrong"


def test_a_right_formula_at_the_students_own_numbers() -> None:
    wrong, rounded = {"z_2": "17.8"}, {"z_2": "18.3", "dL/dz_2": "-3.84e-7"}
    assert item("A_2", {**wrong, "A_2": "sigmoid(z_2)"}).verdict == "follows"
    assert item("dL/dW_2", {**rounded, "dL/dW_2": "dL/dz_2 A_1^T"}).verdict == "correct"


def test_a_value_that_nothing_is_known_of_is_none() -> None:
    assert item("L", {"L": "exp(200) - exp(200)"}).verdict == "unreadable"


# --- [marking] --------------------------------------------------------------------------------------------------------

EXACT = marking('exact = ["L", "dL/dz_2"]')
THIRD = """
[data]
x = 3
[parameters]
w = [2, 6]
[model]
equations = "z = w/x\\ny = w/z\\nL = sum(y)/9"
loss = "L"
[marking]
exact = ["z", "L"]
"""


@pytest.mark.parametrize(
    ("work", "step", "verdict", "diagnosis"),
    [({"L": "0.667"}, "L", "wrong", "not_exact"), ({"L": "2/3"}, "L", "correct", None),
     ({"z": "[0.667; 2]"}, "z", "wrong", "not_exact"), ({"z": "[2/3; 2]"}, "z", "correct", None),
     ({"y": "[4; 3]", "L": "7/9"}, "L", "follows", None), ({"y": "[4; 3]", "L": "0.778"}, "L", "wrong", "not_exact")],
)  # fmt: skip
def test_an_exact_step_takes_the_exact_value_alone(
    work: dict[str, object], step: str, verdict: str, diagnosis: str | None
) -> None:
    found = item(step, work, THIRD)
    assert (found.verdict, found.diagnosis) == (verdict, diagnosis)


@pytest.mark.parametrize(
    ("work", "verdict"),
    [({"L": "289"}, "wrong"), ({"A_2": "1", "L": "289"}, "wrong"), ({"A_2": "1", "L": "(A_2 - Y)^2"}, "follows"),
     ({"L": "(A_2 - Y)^2"}, "correct"), ({"Y": "17", "L": "(A_2 - Y)^2"}, "correct")],
)  # fmt: skip
def test_a_rounded_number_is_not_exact(work: dict[str, object], verdict: str) -> None:
    assert item("L", work, EXACT).verdict == verdict


FORMULA = marking('formula = ["dL/dz_2"]')


@pytest.mark.parametrize("later", ["dL/dz_2", "dL/db_2", "dL/dW_2 / A_1^T"])
def test_a_formula_is_written_in_earlier_quantities(later: str) -> None:
    found = item("dL/dz_2", {"dL/dz_2": later}, FORMULA)
    assert found.marks == 0
    assert later == "dL/dW_2 / A_1^T" or "known before this step" in found.message


def test_a_formula_in_working_is_that_of_its_chain() -> None:
    work = "dL/dz_2 = dL/dA_2 A_2 (1 - A_2) = -3.94e-7\n\ndL/db_2 = -3.94e-7"
    assert item("dL/dz_2", work, FORMULA).verdict == "correct"
    assert item("dL/db_2", work, FORMULA).verdict == "follows"
    assert "A formula is asked for" in item("dL/dz_2", "dL/dz_2 = -3.84e-7", FORMULA).message


def test_values_that_nobody_can_write() -> None:
    assert item("dL/dz_2", {"dL/dz_2": "e^(e^(12.5))"}, FORMULA).verdict == "unreadable"
    assert item("dL/dz_2", {"dL/dz_2": "log(-18.3)"}, FORMULA).verdict == "unreadable"
    assert item("dL/dz_2", {"dL/dz_2": "tanh(1e80)"}, FORMULA).verdict == "wrong"


@pytest.mark.parametrize("blank", ["", "?", "□"])
def test_a_blank_where_a_formula_is_asked_is_missing(blank: str) -> None:
    assert item("dL/dz_2", {"dL/dz_2": blank}, FORMULA).verdict == "missing"


def test_which_reading_was_taken_costs_nothing() -> None:
    found = item("z_2", {"z_2": "18.300"}, marking('remark = "1/4"'))
    assert (found.verdict, found.marks) == ("correct", 1)
    assert [(remark.written, remark.right) for remark in found.remarks] == [("18.300", "1.8300·10^1")]


@pytest.mark.parametrize("where", ["[page]\nask", "[marking]\nexact", "[marking]\nformula", "[sheet]\nblank"])
def test_entries_are_not_asked_for_alone(where: str) -> None:
    problem = NOTES.partition("[page]")[0] + f'{where} = ["dL/dW_2[1,2]"]\n'
    with pytest.raises(InputError, match="is an entry"):
        solved(problem)


# --- what is missing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "step"),
    [({"z_2": "2", "dL/dA_2": "-30", "dL/dz_2": "-3.385e-7"}, "dL/dz_2"),
     ({"z_1": "[4;12;20]", "dL/dz_2": "0.5", "dL/dW_2": "[1.95 6.05 10.15]"}, "dL/dW_2")],
)  # fmt: skip
def test_a_missing_step_may_stand_at_its_true_value(work: dict[str, object], step: str) -> None:
    assert item(step, work).verdict == "follows"


# --- arrays -----------------------------------------------------------------------------------------------------------

WIDE = """
[data]
x = [1, 2, 3]
y = [1, 0]
[parameters]
W = [[0.5, -1, 0.25], [1, 0.5, -0.75]]
b = [0.1, 0.2]
[model]
equations = "z = W x + b\\nL = sum((z - y)^2)"
loss = "L"
"""
TURNED = "[-3.3 -0.1; -6.6 -0.2; -9.9 -0.3]"


@pytest.mark.parametrize("answer", [TURNED, "x dL/dz^T", f"dL/dW = {TURNED}"])
def test_a_transposed_array_is_wrong_as_such(answer: str) -> None:
    found = item("dL/dW", answer if "=" in answer else {"dL/dW": answer}, WIDE)
    assert (found.verdict, found.diagnosis, found.marks) == ("wrong", "outer_product_transposed", 0)
    assert found.read == [["-3.3", "-0.1"], ["-6.6", "-0.2"], ["-9.9", "-0.3"]]
    assert "written as 3×2 (rows × columns); the step is 2×3" in found.message


def test_the_transpose_of_what_follows_is_the_transpose_too() -> None:
    found = item("dL/dW", {"dL/dz": "[1; 5]", "dL/dW": "[1 5; 2 10; 3 15]"}, WIDE)
    assert (found.verdict, found.diagnosis) == ("wrong", "outer_product_transposed")


def test_another_shape_is_not_put_in_order() -> None:
    assert item("dL/dW", {"dL/dW": "[-3.3 -6.6; -9.9 -0.1; -0.2 -0.3]"}, WIDE).verdict == "wrong"
    assert item("dL/dW", {"dL/dW": "[-3.3 -6.6 -9.9 -0.1 -0.2 -0.3]"}, WIDE).verdict == "correct"
    assert "1×2" not in item("dL/dz", {"dL/dz": "[-3.3 -0.1]"}, WIDE).message


def test_a_matrix_of_another_form_cannot_be_meant() -> None:
    found = item("dL/dW", {"dL/dW": "[1 2 3; 4 5 6; 7 8 9; 1 2 3]"}, WIDE.replace("[1, 2, 3]", "[1, 2, 3, 4, 5, 6]")
                 .replace("0.25]", "0.25, 1, 2, 3]").replace("-0.75]", "-0.75, 1, 2, 3]"))  # fmt: skip
    assert found.verdict == "unreadable"
    assert "written as 4×3 (rows × columns); the step is 2×6" in found.message


# --- what names a mistake ---------------------------------------------------------------------------------------------

ROWS = """
[data]
X = [[1, 2], [3, 5]]
T = [[1, 0], [0, 1]]
[parameters]
W = [[0.5, -1], [2, 1.5]]
b = [0.1, 0.2]
[model]
equations = "Z = X W + b^T\\nD = Z - T\\nL = sum(D ⊙ D)"
loss = "L"
"""
MEAN = """
[data]
x = [3, 5]
[parameters]
w = [0.5, -1]
[model]
equations = "z = w ⊙ x\\nm = mean(z)\\nL = tanh(m)"
loss = "L"
"""
HALF = """
[data]
x = 3
y = 1.5
[parameters]
w = 0.5
[model]
equations = "z = w x\\nL = 1/2 (z + y)^2"
loss = "L"
"""


@pytest.mark.parametrize(
    ("problem", "step", "answer", "mistake"),
    [(ROWS, "dL/db", "[11.6; 30.6]", "wrong_axis"), (MEAN, "m", "-3.5", "sum_for_mean"),
     (HALF, "L", "9.0", "factor_2"), (HALF, "dL/dz", "6.0", "factor_2"), (NOTES, "A_1", "[0; 0; 0]", None),
     (HALF, "L", "9", "factor_2"), (THIRD.partition("[marking]")[0], "L", "0.3", None)],
)  # fmt: skip
def test_a_mistake_is_named_where_it_explains_enough(problem: str, step: str, answer: str, mistake: str | None) -> None:
    found = item(step, {step: answer}, problem)
    assert (found.verdict, found.diagnosis) == ("wrong", mistake)


def test_two_equal_entries_are_made_easy_too() -> None:
    problem = 'title = "t"\n[data]\nz = [2, 3]\n[model]\nequations = "u = 1 z\\na = sigmoid(u)"\n'
    assert item("a", {"u": "[20; 30]", "a": "[1.0; 1.0]"}, problem).diagnosis == "trivial"


def test_a_number_copied_from_a_rounded_one_is_as_sure_as_that() -> None:
    """v = dL/dw after the first step: w is worked out with the unrounded gradient, and its last digit differs."""
    text = """
[data]
x = [1, 1.0]
t = 1
[parameters]
w = [-0.06, -0.24]
b = -0.58
[model]
equations = '''
z = w^T x + b
p = sigmoid(z)
L = (p - t)^2
'''
loss = "L"
[update]
rule = "momentum"
learning_rate = 0.3
steps = 1
"""
    work = {"dL/dz": "-0.1465", "dL/dw": ["-0.1465", "-0.1465"], "v_w@1": ["-0.1465", "-0.1465"],
            "w@1": ["-0.01606", "-0.1961"]}  # fmt: skip
    solution = solve(Problem.loads(text))
    answers = read_mapping(work, solution)
    items = report(solution, judge(solution, answers), answers).items
    assert {item.id: item.verdict for item in items if item.id == "w@1"} == {"w@1": "follows"}


def test_a_mean_over_the_wrong_axis_is_named_though_it_has_another_size() -> None:
    text = "[data]\nX = [[0.5, 1, 3], [-1, 2, 0.2]]\n[model]\nequations = 'm = mean(X, rows)'\n"
    solution = solve(Problem.loads(text))
    for given, found in (("[-0.25; 1.5; 1.6]", ("wrong", "wrong_axis")), ("[7; 8; 9]", ("unreadable", None))):
        answers = read_mapping({"m": given}, solution)
        item = report(solution, judge(solution, answers), answers)["m"]
        assert (item.verdict, item.diagnosis) == found


def test_a_number_below_one_unit_of_the_answer_has_too_few_digits() -> None:
    """1 for 0.6: right at its length, but that tells nothing of it."""
    solution = solve(Problem.loads("[data]\na = 0.2\n[model]\nequations = 'z = 3 a'\n"))
    found = {text: check(solution, {"z": text}).items[0] for text in ("1", "0.6")}
    assert [(item.verdict, item.diagnosis) for item in found.values()] == [("wrong", "imprecise"), ("correct", None)]
