"""Derivatives that equations use: worked out step by step like those of the loss, and verified by differences."""

from __future__ import annotations

from math import cosh, exp, tanh

import pytest

from derive.errors import InputError
from derive.language.cursor import Scope
from derive.language.expressions import Ref
from derive.language.grammar import parse
from derive.language.names import Name, Symbol
from derive.operations import FUNCTIONS
from derive.problem.problem import Problem
from derive.solution import Solution, solve


def solved(equations: str, given: str, loss: str = 'loss = "L"', rest: str = "") -> Solution:
    """A model over parameters, worked out and verified."""
    return solve(Problem.loads(f"[parameters]\n{given}\n[model]\nequations = '''\n{equations}\n'''\n{loss}\n{rest}"))


def value(solution: Solution, name: str) -> list[float] | float:
    """The value of a step as floats, flat."""
    flat = [float(x) for x in solution.values.flat(solution.index[name][0], solution.index[name][1])]
    return flat if solution[name].shape else flat[0]


# --- spelling -------------------------------------------------------------------------------------------------------

SPELLED = [
    ("d^2L/dw^2", "d^2L/dw^2"), ("∂²L/∂w²", "d^2L/dw^2"), (r"\frac{d^2 L}{d w^2}", "d^2L/dw^2"),
    (r"\frac{\partial^2 L}{\partial w^2}", "d^2L/dw^2"), (r"\frac{\partial^2 L}{\partial w \partial b}", "d(dL/dw)/db"),
    ("d^2L/dw db", "d(dL/dw)/db"), ("∇_w L", "dL/dw"), (r"\nabla_w L", "dL/dw"), (r"∂L/∂w", "dL/dw"),
    ("dL/d(dw/db)", "dL/d(dw/db)"), ("d(dL/dw)/db", "d(dL/dw)/db"), ("d^3L/dw^2 db", "d(d^2L/dw^2)/db"),
    ("dL/dw|(dw/db)", "dL/dw|(dw/db)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "step"), SPELLED)
def test_spellings(text: str, step: str) -> None:
    names: dict[str, Name] = {letter: Symbol(letter) for letter in "Lwb"}
    found = parse(text, Scope(names, FUNCTIONS))
    assert isinstance(found, Ref)
    assert found.name.id == step
    assert parse(step, Scope(names, FUNCTIONS)) == found


def test_a_square_of_a_derivative_is_no_second_one() -> None:
    assert solved("L = w^3\nr = (dL/dw)^2", "w = 2")["r"].value_text == "144"


# --- values ---------------------------------------------------------------------------------------------------------


def test_derivatives_of_a_power() -> None:
    solution = solved("L = w^4\na = dL/dw\nb = d^2L/dw^2\nc = db/dw", "w = 2")
    assert [solution[name].value_text for name in "abc"] == ["32", "48", "48"]


def test_the_whole_derivative_not_only_what_comes_directly() -> None:
    solution = solved("a = z^2\ny = z a\ns = dy/dz\nL = y + 2 a", "z = 3")
    assert solution["s"].value_text == "27"
    assert solution["dL/dz"].value_text == "39"


def test_a_derivative_inside_the_loss() -> None:
    """u = v tanh(w x), L = (u' + u)², by hand."""
    solution = solved("u = v tanh(w x)\nr = du/dx + u\nL = r^2", "x = 0.5\nw = 0.3\nv = 0.7")
    x, w, v = 0.5, 0.3, 0.7
    t, slope = tanh(w * x), 1 / cosh(w * x) ** 2
    r = v * w * slope + v * t
    assert value(solution, "L") == pytest.approx(r**2, rel=1e-12)
    assert value(solution, "dL/dv") == pytest.approx(2 * r * (w * slope + t), rel=1e-12)
    by_w = v * (slope - 2 * w * x * t * slope + x * slope)
    assert value(solution, "dL/dw") == pytest.approx(2 * r * by_w, rel=1e-12)


def test_hessian_of_a_quadratic() -> None:
    solution = solved("L = x^T A x\nH = d^2L/dx^2", "x = [1, -2]", rest="[data]\nA = [[2, 1], [5, -1]]")
    assert solution["H"].value == ((4, 6), (6, -2))


def test_jacobians() -> None:
    given = "x = [1, -2]\nW = [[2, 1], [5, -1], [0, 3]]"
    solution = solved("y = W x\nJ = dy/dx\nz = x^2\nK = dz/dx\nL = sum(J) + sum(K ⊙ K)", given)
    assert solution["J"].value == ((2, 1), (5, -1), (0, 3))
    assert solution["K"].value == ((2, 0), (0, -4))
    assert solution["dL/dW"].value == ((1, 1), (1, 1), (1, 1))
    assert solution["dL/dx"].value == (8, -16)


def test_jacobians_without_a_loss() -> None:
    solution = solved("y = [w x[1]; x[1] x[2]]", "w = 0.5\nx = [1, 2]", 'gradients = ["x"]')
    assert solution["dy/dx"].value_text == (("0.5", "0"), ("2", "1"))
    assert solution.verification.entries == 4


def test_gradient_penalty() -> None:
    given = "x = [1, 2]\nW = [[0.3, -0.2], [0.5, 0.1]]\nv = [0.4, -0.6]"
    solution = solved("h = tanh(W x)\nD = v^T h\nL = (||∇_x D|| - 1)^2 - D", given)
    slopes = [1 / cosh(0.3 - 0.4) ** 2, 1 / cosh(0.5 + 0.2) ** 2]
    by_x = [0.4 * 0.3 * slopes[0] - 0.6 * 0.5 * slopes[1], -0.4 * 0.2 * slopes[0] - 0.6 * 0.1 * slopes[1]]
    assert value(solution, "dD/dx") == pytest.approx(by_x, rel=1e-12)
    norm = (by_x[0] ** 2 + by_x[1] ** 2) ** 0.5
    assert value(solution, "L") == pytest.approx((norm - 1) ** 2 - (0.4 * tanh(-0.1) - 0.6 * tanh(0.7)), rel=1e-12)


def test_newtons_method_finds_the_minimum_of_a_quadratic_in_one_step() -> None:
    rest = '[update]\nequations = "w <- w - dL/dw/(d^2L/dw^2)"\nsteps = 2'
    assert solved("L = 3 (w - 2)^2 + 1", "w = 7", rest=rest)["w@1"].value_text == "2"


def test_of_each_sample_of_a_batch() -> None:
    rest = "[samples]\nx = [0.5, 1]\n[update]\nlearning_rate = 0.1"
    solution = solved("u = v x^2\nr = du/dx\nL = r^2", "v = 3", rest=rest)
    assert solution["L"].value_text == "22.5"
    assert solution["dL/dv"].value_text == "15"


@pytest.mark.parametrize("text", ["txt", "md", "tex", "html", "json"])
def test_every_format_writes_them(text: str) -> None:
    solution = solved("u = v tanh(w x)\nL = (du/dx)^2\nH = d^2L/dw^2", "x = 0.5\nw = [0.3]\nv = 0.7")
    assert solution.text(text)


def test_printed_with_powers() -> None:
    text = solved("L = w^4\nH = d^2L/dw^2", "w = 2").text("tex")
    assert r"\frac{d^{2} L}{d w^{2}}" in text


# --- several losses -------------------------------------------------------------------------------------------------

GAN = """
G = a z
D_r = σ(w x)
D_f = σ(w G)
L_D = -log(D_r) - log(1 - D_f)
L_G = -log(D_f)
"""
GAN_UPDATE = '[update]\nlearning_rate = 0.1\nequations = """\nw <- w - eta dL_D/dw\na <- a - eta dL_G/da\n"""'


@pytest.mark.parametrize("loss", ['losses = ["L_D", "L_G"]', 'loss = "L_D"'])
def test_two_losses(loss: str) -> None:
    solution = solved(GAN, "a = 0.8\nw = 0.6", loss, f"[data]\nx = 1.2\nz = 0.5\n{GAN_UPDATE}")

    def sigma(x: float) -> float:
        return 1 / (1 + exp(-x))

    real, false = sigma(0.6 * 1.2), sigma(0.6 * 0.8 * 0.5)
    assert value(solution, "dL_D/dw") == pytest.approx(-(1 - real) * 1.2 + false * 0.8 * 0.5, rel=1e-12)
    assert value(solution, "dL_G/da") == pytest.approx(-(1 - false) * 0.6 * 0.5, rel=1e-12)
    assert value(solution, "a@1") == pytest.approx(0.8 + 0.1 * (1 - false) * 0.6 * 0.5, rel=1e-12)


def test_all_losses_are_differentiated_and_verified() -> None:
    solution = solved(GAN, "a = 0.8\nw = 0.6", 'losses = ["L_D", "L_G"]', "[data]\nx = 1.2\nz = 0.5")
    assert {"dL_D/da", "dL_D/dw", "dL_G/da", "dL_G/dw"} <= {*solution.ids}
    assert solution.verification.entries == 4


# --- what does not go -----------------------------------------------------------------------------------------------

REFUSED = [
    ("Y = W W\nL = sum(dY/dW)", "is no matrix", 'loss = "L"'),
    ("L = sum(W) + sum(dL/dW)", "defined by itself", 'loss = "L"'),
    ("g = dL/dv\nL = v^2", "used before it is defined", 'loss = "L"'),
    ("L = v^2", "exclude each other", 'loss = "L"\nlosses = ["L"]'),
    ("L = v^2\nM = W v", "is not a scalar", 'losses = ["L", "M"]'),
]


@pytest.mark.parametrize(("equations", "message", "loss"), REFUSED)
def test_refused(equations: str, message: str, loss: str) -> None:
    with pytest.raises(InputError, match=message):
        solved(equations, "W = [[1, 2], [3, 4]]\nv = 2", loss)
