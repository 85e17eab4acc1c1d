"""A trained model beside its targets, and learning that stands still."""

import math
import re

import pytest

import derive
from derive import Problem

TRAINING = """
[samples]
x = [[0, 1], [1, 0], [1, 1]]
y = [0, 1, 1]
[parameters]
u = %s
c = %s
[model]
equations = '''
p = sigmoid(u^T x + c)
L = (p - y)^2
'''
loss = "L"
[update]
learning_rate = 1
epochs = 40
%s
"""


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def trained(batch: int) -> tuple[list[float], list[float]]:
    """What the model gives for each sample before and after a training, in plain floats."""
    x, y = [[0, 1], [1, 0], [1, 1]], [0, 1, 1]
    u, c = [0.2, -0.1], 0.3

    def outputs() -> list[float]:
        return [sigmoid(u[0] * a + u[1] * b + c) for a, b in x]

    before = outputs()
    for k in range(40 * 3 // batch):
        chosen = range(3) if batch == 3 else [k % 3]
        p = outputs()
        slopes = {i: 2 * (p[i] - y[i]) * p[i] * (1 - p[i]) / batch for i in chosen}
        u = [u[j] - sum(slopes[i] * x[i][j] for i in chosen) for j in range(2)]
        c -= sum(slopes.values())
    return before, outputs()


@pytest.mark.parametrize("batch", [1, 3])
def test_predictions_are_those_of_the_model_before_and_after(batch: int) -> None:
    text = derive.solve(Problem.loads(TRAINING % ([0.2, -0.1], 0.3, f"batch = {batch}"))).text("txt")
    table = text[text.index("What the model gives") :]
    rows = re.findall(r"^ +([123]) +([01]) +(0\.\d+) +(0\.\d+)$", table, re.MULTILINE)[:3]
    before, after = trained(batch)
    for i, (number, target, first, last) in enumerate(rows):
        assert (int(number), int(target)) == (i + 1, [0, 1, 1][i])
        assert float(first) == pytest.approx(before[i], rel=1e-3)
        assert float(last) == pytest.approx(after[i], rel=1e-3)
    assert len(rows) == 3


def test_of_a_long_training_one_pass_is_worked_out_and_the_table_comes_first() -> None:
    text = derive.solve(Problem.loads(TRAINING % ([0.2, -0.1], 0.3, "batch = 1"))).text("txt")
    assert text.index("The training step by step") < text.index("Pass 1")
    assert text.count("Forward propagation") == 1  # of the second, third and last pass the results alone
    assert [line for line in text.splitlines() if line.startswith("Pass ")] == [
        "Pass 1",
        "Pass 2",
        "Pass 3",
        "Pass 120",
    ]
    assert "Passes 4 to 119 work in the same way" in text
    chosen = derive.solve(Problem.loads(TRAINING % ([0.2, -0.1], 0.3, "batch = 1\nshow = [1, 2]"))).text("txt")
    assert "Pass 2\n" in chosen


def test_learning_that_stands_still_is_remarked() -> None:
    saturated = derive.solve(Problem.loads(TRAINING % ([30, -60], -20, ""))).text("txt")
    moving = derive.solve(Problem.loads(TRAINING % ([0.2, -0.1], 0.3, ""))).text("txt")
    assert "learning stands still" in " ".join(saturated.split())
    assert "learning stands still" not in " ".join(moving.split())
