"""Forms in which teachers write equations: cases with their words, conditions, marks at the end of a line."""

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem


def solved(equations: str, z: str = "0.5") -> derive.Solution:
    text = f"[parameters]\nz = {z}\n[model]\nequations = '''\n{equations}\n'''\nloss = 'L'\n"
    return derive.solve(Problem.loads(text))


@pytest.mark.parametrize(
    "cases",
    [
        r"z^2 & \text{if } z > 1 \\ 3 z & \text{otherwise}",
        r"z^2, & \text{if} z > 1, \\ 3 z, & \text{else.}",
        r"z^2 & z > 1 \\ 3 z & z \le 1",
        r"z^2, & \mathrm{falls}\; z > 1 \\ 3 z & \mathrm{sonst}",
        "z^2 & z > 1 \\\\\n  3 z",
        "z^2 & \\text{если } z > 1 \\\\\n  3 z & \\text{иначе}",
    ],
)
@pytest.mark.parametrize(("z", "value", "slope"), [("2", "4", "4"), ("0.5", "1.5", "3")])
def test_cases_are_read_with_their_words(cases: str, z: str, value: str, slope: str) -> None:
    solution = solved(f"L = \\begin{{cases}} {cases} \\end{{cases}}", z)
    assert solution["L"].printed == value and solution["dL/dz"].printed == slope


def test_a_fault_below_cases_of_several_lines_has_its_own_line() -> None:
    with pytest.raises(InputError, match=r"line 8: `q` is not defined"):
        solved("a = \\begin{cases} z & z > 0 \\\\\n 0\n\\end{cases}\nL = a + q")


def test_cases_that_are_not_closed_are_told_of_their_line() -> None:
    with pytest.raises(InputError, match=r"line 5: `\\begin\{cases\}` is never closed"):
        solved("a = \\begin{cases} z & z > 0 \\\\ 0\nL = a")


@pytest.mark.parametrize("condition", ["z > 1", "(z > 1)", "[z > 1]"])
def test_a_comparison_is_1_where_it_holds(condition: str) -> None:
    assert solved(f"m = {condition}\nL = sum(m ⊙ z)", "[0.5, 2, 1.5]")["L"].printed == "3.5"


def test_a_condition_in_parentheses_is_a_factor() -> None:
    assert solved("L = sum((z > 1) ⊙ z)", "[0.5, 2]")["L"].printed == "2"


@pytest.mark.parametrize(
    "equations",
    ["a = 2 z,\nL = a^2.", r"\begin{align*} a &= 2 z, \\ L &= a^2. \end{align*}", "a = 2 z ,\nL = (a)^2 ."],
)
def test_a_comma_or_full_stop_may_end_an_equation(equations: str) -> None:
    assert solved(equations)["L"].printed == "1"


def test_the_gradient_of_a_determinant_needs_no_inverse() -> None:
    singular = solved("L = det(z)", "[[2, 1], [4, 2]]")
    assert singular["dL/dz"].printed == (("2", "-4"), ("-1", "2"))
    assert "cofactor" in singular.text("txt")


@pytest.mark.parametrize(
    ("equation", "hint"),
    [
        ("L = f'{z}'", "an equation holds no text"),
        ("L = z > 0 ? z : 0", "`where"),
        ("L = (z > 0) and z", r"multiply the conditions"),
        ("L = [z for i in z]", "a line of its own"),
        ("L == z", "written with one `=`"),
    ],
)
def test_what_a_program_writes_is_told_what_to_write_here(equation: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        solved(equation)


def test_equality_is_a_condition_and_a_dot_a_product() -> None:
    assert solved("L = sum([z == 2] ⊙ z)", "[0.5, 2, 2]")["L"].printed == "4"
    assert solved("A = [2, 0; 1, 3]\ny = np.dot(A, z)\nL = np.dot(y, y)", "[1, 2]")["L"].printed == "53"


@pytest.mark.parametrize("name", ["y", "r", "x", "a", "alpha", "delta", "mu"])
@pytest.mark.parametrize(
    "formula",
    ["huber_penalty({0} - c, delta = 0.7)", "clip({0} - c, delta = 0.7)", "LeakyReLU(c - {0})",
     "ELU(c - {0}, alpha = 2)",
     "layer_norm({0} - c)", "std({0} - c)^2", "PReLU(c - {0}, {0})", "where({0} > c, {0}, c ⊙ {0})", "Mish({0} - c)"],
)  # fmt: skip
def test_quantities_may_have_the_names_that_an_operation_gives_its_arguments(formula: str, name: str) -> None:
    """What is put into a formula is not taken for a name of it again: central differences confirm the gradient."""
    text = f"[data]\nc = [0.3, -0.2, 1]\n[parameters]\n{name} = [0.5, 2, -0.25]\n[model]\nloss = 'L'\n"
    solution = derive.solve(Problem.loads(f"{text}equations = 'L = sum({formula.format(name)} ⊙ c)'"))
    assert "central differences" in solution.verification.routes


def test_the_huber_loss_of_a_target_called_y() -> None:
    text = "[data]\ny = [1, 0]\n[parameters]\np = [0.5, 3]\n[model]\nloss = 'L'\nequations = 'L = huber(p, y)'"
    assert derive.solve(Problem.loads(text))["dL/dp"].printed == ("-0.25", "0.5")
