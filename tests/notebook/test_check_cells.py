"""Cells that mark a student's computed values: credit for what is right and what follows, with a reason."""

from pathlib import Path

import numpy as np
import pytest

import derive
from derive import examples
from derive.errors import DeriveError
from derive.notebook import check_cells
from derive.notebook.check_cells import check_cell, mark_by

X, Y = np.array([[20.0], [3.0], [4.0]]), 18.0
W_1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
B_1, W_2, B_2 = np.array([[0.1], [0.2], [0.3]]), np.array([[0.2, 0.4, 0.6]]), 0.5


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins a notebook on the notes."""
    monkeypatch.setattr(check_cells, "_SESSION", check_cells._Session())
    mark_by(examples.path("notes"))


def test_the_whole_chain_in_numpy_is_right() -> None:
    z_1 = W_1 @ X + B_1
    a_1 = np.maximum(0, z_1)
    z_2 = (W_2 @ a_1).item() + B_2
    a_2 = 1 / (1 + np.exp(-z_2))
    d_z2 = 2 * (a_2 - Y) * a_2 * (1 - a_2)
    steps = {"z_1": z_1, "A_1": a_1, "z_2": z_2, "A_2": a_2, "dL/dz_2": d_z2, "dL/dW_2": d_z2 * a_1.T,
             "dL/dW_1": (W_2.T * d_z2 * (z_1 > 0)) @ X.T}  # fmt: skip
    assert {step: float(check_cell(step, value)) for step, value in steps.items()} == dict.fromkeys(steps, 1.0)


def test_a_fault_costs_once_where_it_is_made() -> None:
    wrong = W_1 @ X  # without the bias
    mark = check_cell("z_1", wrong)
    assert (mark.verdict, float(mark)) == ("wrong", 0)
    assert "the bias was left out" in mark.message
    follows = check_cell("A_1", np.maximum(0, wrong))
    assert (follows.verdict, float(follows)) == ("follows", 1)


def test_partial_credit_and_its_points(capsys: pytest.CaptureFixture[str]) -> None:
    z_1 = W_1 @ X + B_1
    z_1[2] += 1
    mark = check_cell("z_1", z_1, points=3)
    assert mark.share == pytest.approx(2 / 3)
    assert repr(mark) == "2.0"
    assert mark.message in capsys.readouterr().out


def test_a_test_of_otter_requires_a_share() -> None:
    z_1 = W_1 @ X + B_1
    check_cell("z_1", z_1).require()
    z_1[0] = 0
    mark = check_cell("z_1", z_1)
    mark.require(0.5)
    with pytest.raises(AssertionError, match="0,67 of 1 mark"):
        mark.require()


def test_what_is_marked_again_counts_as_it_is_then() -> None:
    assert check_cell("z_2", 3.0).verdict == "wrong"
    assert check_cell("z_2", 18.3).verdict == "correct"
    assert check_cell("A_2", 1 / (1 + np.exp(-18.3))).verdict == "correct"


def test_numbers_of_single_precision_have_fewer_digits() -> None:
    assert check_cell("z_1", (W_1 @ X + B_1).astype("float32") * np.float32(1 + 1e-7)).verdict == "correct"


def test_another_problem_begins_anew(tmp_path: Path) -> None:
    problem = derive.Problem.of("y = 2 x", x=4)
    assert check_cell("y", 8, problem).verdict == "correct"
    assert check_cell("y", 9, problem).verdict == "wrong"


def test_a_step_that_does_not_exist_is_suggested() -> None:
    with pytest.raises(DeriveError, match="did you mean `z_1`"):
        check_cell("z1", 3)


def test_without_a_problem_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_cells, "_SESSION", check_cells._Session())
    with pytest.raises(DeriveError, match="%%derive"):
        check_cell("z_1", 3)


@pytest.mark.parametrize("value", [None, "no number", [[1, 2]], object()])
def test_a_value_that_is_none_earns_nothing(value: object) -> None:
    assert float(check_cell("z_1", value)) == 0
