"""Scores of −∞, and weights of exactly 0 before a logarithm."""

import re
from pathlib import Path

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem

ATTENTION = """
[data]
X = [[1, 0.5], [-1, 2], [0.25, 1]]
M = [[0, "-inf", -inf], [0, 0, "−∞"], [0, 0, 0]]
T = [[0, 1], [1, 0], [0.5, 0.5]]
[parameters]
Q = [[0.3, -0.2], [0.1, 0.4]]
V = [[1, 0.5], [-0.5, 1]]
[model]
equations = '''
S = X Q X^T/sqrt(2) + M
P = softmax(S, rows)
L = sum((P X V - T)^2)
'''
loss = "L"
gradients = ["S"]
"""


def solved(data: str, parameters: str, *equations: str) -> derive.Solution:
    lines = "\n".join(equations)
    return derive.solve(
        Problem.loads(f"[data]\n{data}\n[parameters]\n{parameters}\n[model]\nloss = 'L'\nequations = '''\n{lines}\n'''")
    )


def test_what_is_masked_has_the_probability_0_and_no_gradient() -> None:
    solution = derive.solve(Problem.loads(ATTENTION))
    probabilities, gradient = solution["P"].printed, solution["dL/dS"].printed
    assert probabilities[0] == ("1", "0", "0")
    assert gradient[0] == ("0", "0", "0")
    assert probabilities[1][2] == gradient[1][2] == "0"
    assert solution["S"].printed[0][1:] == ("-∞", "-∞")


def test_the_closed_form_holds_with_a_mask() -> None:
    solution = solved("m = [0, 0, '-inf']", "w = 2", "L = sum(softmax(w [1; 2; 3] + m)^2)")
    assert solution.verification.routes == ("closed form", "central differences")


def test_a_mask_stands_among_the_given_values_of_every_format(tmp_path: Path) -> None:
    solution = derive.solve(Problem.loads(ATTENTION))
    texts = {name: solution.text(name) for name in ("txt", "md", "tex", "html", "typ", "json", "toml")}
    for name, text in texts.items():
        assert any(sign in text for sign in ("−∞", r"-\infty", "-inf")), name
    again = derive.solve(Problem.loads(texts["toml"]))
    assert again["dL/dQ"].printed == solution["dL/dQ"].printed


@pytest.mark.parametrize("suffix", ["txt", "md", "tex"])
def test_a_page_with_a_mask_is_read_again(suffix: str, tmp_path: Path) -> None:
    solution = derive.solve(Problem.loads(ATTENTION))
    work = tmp_path / f"work.{suffix}"
    work.write_text(solution.text(suffix), "utf-8")
    report = derive.check(solution, work)
    assert report.marks == report.of


def test_a_masked_score_is_marked_as_minus_infinity() -> None:
    report = derive.check(Problem.loads(ATTENTION), {"S": "[0.25 -inf -∞; 2 3 -1e9; 0.5 1 1]"})
    (item,) = (item for item in report.items if item.id == "S")
    assert item.entries[0][1:] == ["correct", "correct"]
    assert item.entries[1][2] == "wrong"


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("L = sum(softmax(w [-inf; -inf]))", "multiplied by 0|−∞"),
        ("L = w - inf", "L is −∞"),
        ("L = w + inf", "infinite"),
        ("L = sum(softmax([w - inf; -inf]))", "every score is −∞"),
        ("L = sin(w - inf)", "of ∞"),
        ("L = GELU(w/(0.7 - inf))", "a division by ∞"),
        ("L = tanh(cos'(w - inf))", "of ∞"),
        ("L = w inverse(inf)", "infinite"),
        ("L = det([w, 0; 0, -inf])", "infinite"),
        ("L = GELU(-w 100)", "worked out from -150 to 150"),
        ("L = erf(w/0.01)", "worked out from -150 to 150"),
    ],
)
def test_infinity_has_no_place_elsewhere(equation: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        solved("x = 1", "w = 2", equation)


def test_only_data_may_mask() -> None:
    with pytest.raises(InputError, match="what is learnt is a number"):
        solved("x = 1", "w = [1, '-inf']", "L = sum(softmax(w))")


@pytest.mark.parametrize(
    ("equation", "gradient"),
    [
        ("L = cross_entropy(p, y)", ("-2", "0", "0")),
        ("L = -sum(log(p) ⊙ y)", ("-2", "0", "0")),
        ("L = kl_divergence(y, p)", ("-2", "0", "0")),
        ("L = cross_entropy(p, k)", ("-2", "0", "0")),
        ("L = -y^T log(p)", ("-2", "0", "0")),
        ("L = -log(p)^T y", ("-2", "0", "0")),
        ("l = log(p)\nL = -sum(y ⊙ l)", ("-2", "0", "0")),
        ("L = -log(2) sum(y ⊙ log2(p))", ("-2.000", "0", "0")),
        ("l = log10(p)\nL = -y^T l log(10)", ("-2.000", "0", "0")),
        ("L = binary_cross_entropy(p, y)", ("-0.6667", "0.6667", "0.3333")),
        ("L = sum(y ⊙ log(y/p))", ("-2", "0", "0")),
    ],
)
def test_the_logarithm_of_0_with_the_weight_0_does_not_count(equation: str, gradient: tuple[str, ...]) -> None:
    solution = solved("y = [1, 0, 0]\nk = 1", "p = [0.5, 0.5, 0]", equation)
    assert solution["dL/dp"].printed == gradient
    assert "By convention 0 · ln 0 = 0" in solution.text("txt")


@pytest.mark.parametrize("equation", ["l = log(p)\nL = -sum(y ⊙ l)", "L = -sum(y ⊙ log(p))", "L = -y[2] log(p[2])"])
def test_no_division_by_0_is_written_where_the_weight_is_0(equation: str) -> None:
    lines = solved("y = [1, 0]", "p = [0.5, 0]", equation).text("txt").splitlines()
    assert not [line for line in lines if re.search(r"/0(?![.,\d])", line)]
    assert not [line for line in lines if "≈ ⎡ 2⎤" in line or "≈ ⎡2⎤" in line]


def test_the_convention_is_told_only_where_it_is_taken() -> None:
    assert "0 · ln 0" not in solved("y = [1, 0]", "p = [0.5, 0.5]", "L = cross_entropy(p, y)").text("txt")


def test_a_logarithm_of_0_that_also_stands_alone_is_refused() -> None:
    with pytest.raises(InputError, match="the logarithm of a number that is not positive"):
        solved("y = [1, 0]", "p = [0.5, 0]", "l = log(p)\nL = -y^T l + sum(l)")


@pytest.mark.parametrize("p", ["[0, 0.5]", "[0.5, -0.5]"])
def test_other_logarithms_of_what_is_not_positive_are_refused(p: str) -> None:
    with pytest.raises(InputError, match="the logarithm of a number that is not positive"):
        solved("y = [1, 0]", f"p = {p}", "L = cross_entropy(p, y)")


def test_a_weight_that_is_not_0_is_divided_by_no_0() -> None:
    with pytest.raises(InputError, match="division by 0"):
        solved("y = [1, 0.5]", "p = [0.5, 0]", "L = sum(y ⊙ log(y/p))")


def test_a_quantity_may_be_minus_infinity_where_nothing_uses_it() -> None:
    page = solved("c = 0.7", "w = 0.3", "z = w - inf\nL = c w").text("txt")
    assert "z = w − ∞" in page and "−∞" in page


def test_exponentials_too_large_to_be_written_are_dots() -> None:
    page = solved("c = 1000", "z = [1, 1000]", "L = sum(softmax(c z))").text("txt")
    assert "L = " in page and "…" in page
