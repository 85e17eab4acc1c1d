"""`%%derive` with a shell that stands for IPython, and `Problem.of`, which it rests on."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import derive
from derive.errors import InputError
from derive.notebook.cell_problem import cell_problem


class Shell:
    """What IPython gives an extension."""

    def __init__(self, **names: Any) -> None:
        self.user_ns, self.magics = dict(names), {}

    def register_magic_function(self, function: Any, magic_kind: str, magic_name: str) -> None:
        self.magics[magic_kind, magic_name] = function


CELL = """
W_2 = [[0.5, -1.5]]
z_1 = W_1 x + b_1
A_1 = tanh(z_1)
z_2 = W_2 A_1
L = (z_2 - Y)^2
"""
NAMES = {
    "x": np.array([1.0, 2.0]),
    "W_1": np.float32([[0.1, 0.2], [0.3, -0.4]]),
    "b_1": [0.5, Fraction(1, 3)],
    "Y": 2,
    "L": 7.0,
    "other": np.ones(3),
    "np": np,
    "_W_1": 3,
}


def shell() -> Shell:
    made = Shell(**NAMES)
    derive.load_ipython_extension(made)
    return made


def test_a_cell_is_worked_out_with_the_arrays_of_the_notebook() -> None:
    made = shell()
    solution = made.magics["cell", "derive"]("--data x Y --significant 5", CELL)
    assert made.user_ns["solution"] is solution
    assert [str(given.name) for given in solution.problem.givens if given.parameter] == ["W_1", "b_1", "W_2"]
    z_1 = NAMES["W_1"].astype(float).round(6) @ NAMES["x"] + [0.5, 1 / 3]
    a_1 = np.tanh(z_1)
    error = 2 * (0.5 * a_1[0] - 1.5 * a_1[1] - 2)
    wanted = np.outer(error * np.array([0.5, -1.5]) * (1 - a_1**2), NAMES["x"])
    assert np.allclose(np.array(solution["dL/dW_1"].value, float), wanted, rtol=1e-12)


def test_only_what_the_equations_use_is_taken() -> None:
    problem = cell_problem(CELL, NAMES, {})
    assert {given.name.id for given in problem.givens} == {"x", "W_1", "b_1", "W_2", "Y"}
    assert str(problem.loss) == "L"


def test_a_loss_by_another_name_is_named() -> None:
    made = shell()
    solution = made.magics["cell", "derive"]("--loss Q --as mine --data x", "Q = (W_1 x)^T (W_1 x)")
    assert made.user_ns["mine"] is solution and "dQ/dW_1" in solution.ids


def test_greek_letters_are_their_names() -> None:
    problem = cell_problem("y = α x", {"alpha": 3, "x": [1, 2]}, {})
    assert [given.name.id for given in problem.givens] == ["alpha", "x"]


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        ("", "z = W_1 q", "`q` is not defined"),
        ("", "z = W_1 Y_2", "not defined"),
        ("--signficant 3", "z = W_1 x", "unrecognized arguments"),
        ("--data nothing", "z = W_1 x", "`nothing` has no value"),
        ("--loss 'L", "z = W_1 x", "quotation"),
        ("--decimal x", "z = W_1 x", "invalid choice"),
    ],
)
def test_a_message_tells_what_is_wrong(line: str, cell: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = shell()
    assert made.magics["cell", "derive"](line, cell) is None
    assert message in capsys.readouterr().err
    assert "solution" not in made.user_ns


# --- Problem.of ---------------------------------------------------------------------------------------------------


def test_a_problem_without_a_file() -> None:
    problem = derive.Problem.of(
        "z = W x\nL = sum(z^2)", {"x": [1, 2]}, W=np.eye(2), loss="L", data=["x"], title="By hand",
        numbers={"significant": 3}, update={"rule": "momentum", "learning_rate": 0.1, "beta": Fraction(1, 3)},
    )  # fmt: skip
    assert (problem.title, problem.numbers.digits.count, str(problem.loss)) == ("By hand", 3, "L")
    solution = derive.solve(problem)
    assert solution["dL/dW"].value == ((2, 4), (4, 8))
    assert solution["W@1"].value[0][0] == Fraction(8, 10)


def test_equations_may_be_a_list() -> None:
    assert derive.solve(derive.Problem.of(["a = 2 x", "b = a + 1"], x=3))["b"].value == 7


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (np.float32(0.1), Fraction(1, 10)),
        (np.float64(0.1), Fraction(1, 10)),
        (np.float16(0.1), Fraction(1, 10)),
        (np.int64(-3), -3),
        (1e-7, Fraction(1, 10**7)),
        (-2.5e30, -25 * 10**29),
        (Fraction(2, 7), Fraction(2, 7)),
        ("1/3", Fraction(1, 3)),
        (np.array(0.25), Fraction(1, 4)),
    ],
)
def test_numbers_are_taken_with_the_digits_that_they_have(value: object, wanted: Fraction) -> None:
    assert derive.solve(derive.Problem.of("y = x", x=value))["y"].value == wanted


class Tensor:
    """What a tensor of PyTorch is asked for."""

    dtype = "torch.float32"

    def __init__(self, rows: list[Any], requires_grad: bool = False) -> None:
        self.rows, self.requires_grad = rows, requires_grad

    def tolist(self) -> list[Any]:
        return np.array(self.rows, dtype="float32").astype(float).tolist()


def test_tensors_that_require_a_gradient_are_the_parameters() -> None:
    problem = derive.Problem.of("L = w^T x", w=Tensor([0.1, 0.7], True), x=Tensor([1.5, 2]), loss="L")
    assert {given.name.id: given.parameter for given in problem.givens} == {"w": True, "x": False}
    assert derive.solve(problem)["L"].value == Fraction(155, 100)


@pytest.mark.parametrize("value", [object(), float("nan"), [1, float("inf")], None, {1, 2} and "word"])
def test_what_is_no_number_is_named(value: object) -> None:
    with pytest.raises(InputError, match="`x`"):
        derive.Problem.of("y = x", x=value)


def test_the_text_of_an_equation_ends_no_table() -> None:
    with pytest.raises(InputError):
        derive.Problem.of("y = x'''\n[page]\ntask = 'mine'", x=1)
