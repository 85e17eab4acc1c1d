"""Ties, kinks, symmetric weights, zeros and saturation: every format, sheet and report is written, or an error of ours
says why not. Values that are equal but not exact are decided as ties, whoever asks.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import derive
from derive.answers.feedback.report_files import text as report_text
from derive.errors import DeriveError, InputError, VerificationError
from derive.problem.problem import Problem
from derive.sheets.sheet_files import copy_of, write_sheet
from derive.writers import WRITERS, formats_of, text_formats

INNER = ["X", "tanh(X)", "exp(X/9)", "GELU(X)", "sigmoid(X)", "W X", "tanh(W X)", "softplus(X) - softplus(X)", "X^T W",
         "softmax(X, rows)", "SiLU(X) ⊙ W"]  # fmt: skip
OUTER = ["maxpool({}, 2)", "max({}, rows)", "min({}, columns)", "max({})", "ReLU({})", "LeakyReLU({})", "ELU({})",
         "abs({})", "max(tanh(1), {})", "min({}, tanh(1))", "softmax({}, rows)", "tanh({})", "Hardsigmoid(3 {})",
         "clip({}, delta = 1)", "sign({}) ⊙ {}", "where({} > 0, {}, -{})", "[{} >= 0] ⊙ {}", "SELU({})",
         "Softsign({}) {}",
         "round({})", "softmax(topk(flatten({}), 2))", 'conv({}, W, padding = "circular")', "norm({})", "std({}, rows)",
         "layer_norm({})", "sqrt({} ⊙ {})", "prod({}, rows)", "logsumexp({}, rows)", "det({})"]  # fmt: skip
ENTRY = st.sampled_from(["0", "1", "-1", "0.5", "0.1", "3", "40", "-40", "1e-9", "1e300"])
MORE = [
    "",
    "[update]\nlearning_rate = 0.1\nsteps = 2",
    '[sheet]\nroom = "boxes"',
    '[sheet]\nblank = "formulas"\nhints = true',
]
MACHINERY = {"pdf", "practice"}
"""Made by programs, and with the whole package inside: for tests of their own."""
MATRIX = st.tuples(ENTRY, ENTRY, ENTRY, ENTRY).map(lambda e: f"[[{e[0]}, {e[1]}], [{e[2]}, {e[3]}]]")
SYMMETRIC = ENTRY.map(lambda e: f"[[{e}, {e}], [{e}, {e}]]")


def problem_of(outer: str, inner: str, x: str, w: str, more: str) -> Problem:
    equations = f"z = {inner}\nA = {outer.replace('{}', 'z')}\nB = {outer.replace('{}', '(' + inner + ')')}"
    return Problem.loads(f"""
[parameters]
X = {x}
W = {w}
[model]
loss = "L"
equations = '''
{equations}
L = sum(A) + 2 sum(B) + sum(W)
'''
{more}
""")


def finished(solution: derive.Solution, name: str) -> bytes:
    """What a format makes of a solution."""
    blueprint, writer = solution.blueprint, WRITERS[name]
    return writer.finished(writer.compile(blueprint.document, blueprint.page), solution.run)


@pytest.mark.slow
@given(outer=st.sampled_from(OUTER), inner=st.sampled_from(INNER), x=MATRIX | SYMMETRIC, w=MATRIX | SYMMETRIC,
       more=st.sampled_from(MORE))  # fmt: skip
@settings(max_examples=20, deadline=None, phases=[Phase.generate])
def test_everything_is_written(tmp_path_factory: pytest.TempPathFactory, **drawn: Any) -> None:
    folder = tmp_path_factory.mktemp("sheet")
    problem = problem_of(**drawn)
    try:
        solution = derive.solve(problem)
    except (InputError, VerificationError) as error:
        told = str(error)
        assert ("line" in told) if isinstance(error, InputError) else ("edge" in told), drawn  # noqa: PT017
        return
    for name in formats_of("solution"):
        assert name in MACHINERY or finished(solution, name), name
    copy = copy_of(problem)
    for name in set(formats_of("sheet")) - MACHINERY:
        try:
            write_sheet(copy, folder, (name,))
        except DeriveError as error:
            assert "asks nothing" in str(error), name  # noqa: PT017 - numbers that no platform takes
    work = folder / "work.md"
    work.write_text(solution.text("md"), "utf-8")
    report = derive.check(problem, work)
    assert report.of > 0
    for name in text_formats("report"):
        assert report_text(report, solution, name), name


TIES = {
    "max(tanh(w), tanh(v))": "w = 1\nv = 1",
    "sum(maxpool(GELU(w), 2))": "w = [[1, 1], [1, 1]]",
    "sum(min(exp(w), rows))": "w = [[1, 1], [2, 3]]",
    "ReLU(exp(w) - exp(v))": "w = 1\nv = 1",
    "LeakyReLU(tanh(w) + tanh(v))": "w = 1\nv = -1",
    "Hardsigmoid(3 exp(w - v))": "w = 1\nv = 1",
}


@pytest.mark.parametrize("loss", TIES)
def test_a_tie_of_values_that_are_not_exact_is_a_kink_on_every_page(loss: str, tmp_path: Path) -> None:
    solution = derive.solve(
        Problem.loads(f"[parameters]\n{TIES[loss]}\n[model]\nloss = 'L'\nequations = 'L = {loss}'\n")
    )
    for name in text_formats("solution"):
        text = solution.text(name)
        assert name in {"json", "toml"} or "kink" in text, name


EDGES = {
    "sum((W x)/0)": "a division by 0",
    "sum(0^[W, W])": "",
    "(w^0.5)^2": "a negative power of 0",
    "w^0.5": "a negative power of 0",
    "sum(1/(x - x))": "a division by 0",
    "std(x^1000) w": "",
    "std(x^100000) w": "the exponent is too large",
    "norm(0 x) + w": "",
    "exp(exp(exp(9 + w)))": "too large",
}


@pytest.mark.parametrize("loss", EDGES)
def test_the_edge_of_what_is_defined_is_named_with_its_line(loss: str) -> None:
    givens = "[data]\nx = [1, 2]\n[parameters]\nw = 0\nW = [[1, 2], [3, 4]]"
    text = f"{givens}\n[model]\nloss = 'L'\nequations = '''\nL = {loss}\n'''"
    if not EDGES[loss]:
        assert derive.solve(Problem.loads(text))["L"].value == 0
        return
    with pytest.raises(InputError, match=EDGES[loss]) as error:
        derive.solve(Problem.loads(text))
    assert "line 9" in str(error.value)


def test_a_constant_of_functions_has_a_closed_form() -> None:
    text = "[parameters]\nw = 0.3\n[model]\nloss = 'L'\nequations = '''\nz = norm(1000 - |0.5|)\nL = z^2 + w\n'''"
    assert derive.solve(Problem.loads(text))["dL/dw"].value == 1


def test_a_slope_that_is_0_everywhere_has_the_shape_of_its_argument() -> None:
    text = "[parameters]\nW = [[1, -2], [3, 4]]\n[model]\nloss = 'L'\nequations = 'L = sum(sign(W^T)^2) + sum(W)'\n"
    assert derive.solve(Problem.loads(text))["dL/dW"].value == ((1, 1), (1, 1))


def test_what_only_exact_numbers_have_a_value_for_does_not_stop_the_check() -> None:
    """(−0.25)^(0.7^0) is −0.25: the exponent is exactly 1."""
    givens = "[data]\nc = 0.7\n[parameters]\nw = -0.25\nv = 0"
    text = f"{givens}\n[model]\nloss = 'L'\nequations = '''\nq = w^(c^v)\nL = w^2\n'''"
    assert derive.solve(Problem.loads(text))["q"].value == -0.25


def test_a_value_that_is_0_to_more_decimals_than_can_be_counted_is_written() -> None:
    text = "[parameters]\nw = 1e900\n[model]\nloss = 'L'\nequations = '''\nz = tanh(w)\nL = (z - 0.5)^2\n'''"
    solution = derive.solve(Problem.loads(text))
    for name in text_formats("solution"):
        assert solution.text(name)
    assert "to at least 999" in " ".join(solution.text("txt").split())


@pytest.mark.parametrize("weight", ["1e400", "-1e400", "1e-400"])
def test_numbers_of_hundreds_of_digits_are_written(weight: str) -> None:
    text = (
        f"[parameters]\nw = {weight}\n[model]\nloss = 'L'\nequations = '''\nz = tanh(w)\np = sigmoid(w) z\nL = p^2\n'''"
    )
    solution = derive.solve(Problem.loads(text))
    for name in text_formats("solution"):
        assert solution.text(name)


def test_a_sum_of_thousands_of_digits_is_rounded() -> None:
    text = "[parameters]\nw = 1e900\n[model]\nloss = 'L'\nequations = '''\nz = 2 w - 1\nL = (z + w)^7 - z\n'''"
    solution = derive.solve(Problem.loads(text))
    for name in text_formats("solution"):
        assert solution.text(name)


PERCEPTRON = """
[samples]
x = [[0, 1], [1, 1]]
t = [1e300, 1]
[parameters]
w = [0, 0]
[model]
equations = '''
y = gelu_tanh(dot(w, x))
e = t - y
'''
[update]
learning_rate = 1
batch = 1
epochs = 2
equations = "w <- w + eta e x"
"""


def test_what_a_model_gives_for_a_sample_is_decided_as_a_tie() -> None:
    """Some 0 that no precision tells from 0, in the table of predictions."""
    solution = derive.solve(Problem.loads(PERCEPTRON))
    for name in text_formats("solution"):
        assert solution.text(name)


def test_numbers_beyond_doubles_have_a_tolerance_in_a_spreadsheet() -> None:
    pytest.importorskip("xlsxwriter")
    text = "[parameters]\nW = [[1e300, 2], [3, 1e300]]\n[model]\nloss = 'L'\nequations = 'L = sum(tan(W) + W W)'\n"
    assert finished(derive.solve(Problem.loads(text)), "xlsx")


def test_the_curve_of_losses_beyond_doubles_is_drawn() -> None:
    text = "[parameters]\nw = 1e300\n[model]\nloss = 'L'\nequations = 'L = w^2'\n[update]\nlearning_rate = 3\nsteps = 5"
    solution = derive.solve(Problem.loads(text))
    for name in text_formats("solution"):
        assert solution.text(name)


def test_a_question_does_not_ask_for_numbers_beyond_doubles(tmp_path: Path) -> None:
    text = "[parameters]\nw = 1e300\n[model]\nloss = 'L'\nequations = 'z = w/1e300; L = (z + w)^2'\n"
    (path,) = write_sheet(copy_of(Problem.loads(text)), tmp_path, ("cloze",))
    text = path.read_text("utf-8")
    assert "NUMERICAL:=1" in text
    assert "inf" not in text
