"""The known mistakes of updates and of whole gradients: each is planted by its numbers, worked in floats, and named."""

from __future__ import annotations

import json
from math import sqrt, tanh
from pathlib import Path

import pytest

import derive
from derive.answers.mistakes.gradients import OF_ANOTHER, OVER_TIME
from derive.answers.mistakes.updates import IN_UPDATES
from derive.problem.problem import Problem

VALLEY = """
[parameters]
w = 3.7
[model]
equations = "L = w^2"
loss = "L"
[update]
learning_rate = 0.2
steps = 2
"""
ADAM = VALLEY + 'rule = "adam"\nbeta_2 = 0.95\nepsilon = 0.5\n'
OUTSIDE = VALLEY + 'rule = "momentum"\n'
NESTEROV = VALLEY + 'rule = "nesterov"\n'
NESTEROV_INSIDE = NESTEROV + 'convention = "inside"\n'
INSIDE = OUTSIDE + 'convention = "inside"\n'
OVER_TIME_3 = """
[data]
x_1 = 1
x_2 = 0.5
x_3 = -1
h_0 = 0.5
y = 1
[parameters]
w = 0.5
u = 0.8
[model]
equations = '''
for t = 1..3:
    z_t = w x_t + u h_{t-1}
    h_t = tanh(z_t)
L = (h_3 - y)^2
'''
loss = "L"
"""
LAYERS_2 = """
[data]
x = [1, 2]
y = 1
[parameters]
w_1 = [0.5, -1]
w_2 = 0.7
[model]
equations = '''
z_1 = w_1^T x
a_1 = tanh(z_1)
z_2 = w_2 a_1
a_2 = tanh(z_2)
L = (a_2 - y)^2
'''
loss = "L"
"""


def back_through_time(steps: int) -> float:
    """dL/du of the three steps, from the last `steps` of them."""
    h, xs = [0.5], (1, 0.5, -1)
    for x in xs:
        h.append(tanh(0.5 * x + 0.8 * h[-1]))
    gradient, by_u = 2 * (h[3] - 1), 0.0
    for t in (3, 2, 1)[:steps]:
        by_z = gradient * (1 - h[t] ** 2)
        by_u += by_z * h[t - 1]
        gradient = 0.8 * by_z
    return by_u


def two_layers() -> tuple[float, float]:
    """dL/da_2 and 1 − a_1² of the two layers."""
    a_1 = tanh(0.5 - 2)
    return 2 * (tanh(0.7 * a_1) - 1), 1 - a_1**2


def test_time_cut_off_everywhere_is_named_where_only_the_end_is_written() -> None:
    """Every gradient of a state without what comes from later states, of a loss over all steps of time."""
    text = OVER_TIME_3.replace("L = (h_3 - y)^2", "L = (h_1 - y)^2 + (h_2 - y)^2 + (h_3 - y)^2")
    solution = derive.solve(Problem.loads(text))
    h, by_u = [0.5], 0.0
    for x in (1, 0.5, -1):
        h.append(tanh(0.5 * x + 0.8 * h[-1]))
        by_u += 2 * (h[-1] - 1) * (1 - h[-1] ** 2) * h[-2]
    (item,) = [x for x in derive.check(solution, {"dL/du": f"{by_u:.7f}"}).items if x.id == "dL/du"]
    assert (item.verdict, item.diagnosis) == ("wrong", "cut_through_time")


def test_a_derivative_forgotten_in_every_layer_is_named_where_only_the_end_is_written() -> None:
    text = LAYERS_2.replace("w_1 = [0.5, -1]", "W_1 = [[0.5, -1], [0.2, 0.3]]").replace("w_1^T", "W_1")
    solution = derive.solve(Problem.loads(text.replace("w_2 = 0.7", "w_2 = [0.7, -0.4]").replace("w_2 a", "w_2^T a")))
    a_2 = tanh(0.7 * tanh(-1.5) - 0.4 * tanh(0.8))
    wrong = [[f"{2 * (a_2 - 1) * w * x:.7f}" for x in (1, 2)] for w in (0.7, -0.4)]  # without both tanh′
    (item,) = [x for x in derive.check(solution, {"dL/dW_1": wrong}).items if x.id == "dL/dW_1"]
    assert (item.verdict, item.diagnosis) == ("wrong", "local_derivative_forgotten")


W, G = 3.7, 7.4  # dL/dw = 2 w in the valley
M, V = 0.1 * G, 0.05 * G**2  # after the first step of Adam
CASES = {
    "bias_correction_forgotten": [(ADAM, "m_c@1", M), (ADAM, "v_c@1", V), (ADAM, "r@1", -0.2 * M / (sqrt(V) + 0.5)),
                                  (ADAM, "r@1", -0.2 * G / (sqrt(V) + 0.5))],
    "momentum_convention": [(OUTSIDE, "v@1", 0.2 * G), (INSIDE, "v@1", G), (ADAM, "m@1", G)],
    "look_ahead_forgotten": [(NESTEROV, "w@1", W - 0.2 * G), (NESTEROV_INSIDE, "w@1", W - 0.2 * G)],
    "update_sign": [(VALLEY, "w@1", W + 0.2 * G), (OUTSIDE, "w@1", W + 0.2 * G)],
    "rate_twice": [(VALLEY, "w@1", W - 0.04 * G), (ADAM, "r@1", -0.04 * G / (G + 0.5)), (INSIDE, "w@1", W - 0.04 * G)],
    "rate_forgotten": [(VALLEY, "w@1", W - G), (OUTSIDE, "w@1", W - G)],
    "step_number": [(ADAM, "m_c@2", None)],
    "decay_forgotten": [(VALLEY + "weight_decay = 0.5\n", "g@1", G)],
    "epsilon_forgotten": [(ADAM, "r@1", -0.2)],
    "epsilon_inside": [(ADAM, "r@1", -0.2 * G / sqrt(G**2 + 0.5))],
    "epsilon_outside": [(ADAM + "epsilon_inside = true\n", "r@1", -0.2 * G / (G + 0.5))],
    "cut_through_time": [(OVER_TIME_3, "dL/du", back_through_time(1)), (OVER_TIME_3, "dL/du", back_through_time(2))],
    "wrong_gradient": [(LAYERS_2, "dL/dz_1", two_layers()[0] * two_layers()[1])],
}  # fmt: skip


def test_the_floats_are_right() -> None:
    solution = derive.solve(Problem.loads(OVER_TIME_3))
    assert back_through_time(3) == pytest.approx(float(solution["dL/du"].value))


def test_every_mistake_of_updates_and_of_gradients_is_planted() -> None:
    assert {mistake.key for mistake in (*IN_UPDATES, *OVER_TIME, *OF_ANOTHER)} <= set(CASES)


@pytest.mark.parametrize(("key", "case"), [(key, case) for key, cases in CASES.items() for case in cases])
def test_the_mistake_is_named(key: str, case: tuple[str, str, float | None], tmp_path: Path) -> None:
    text, step, wrong = case
    solution = derive.solve(Problem.loads(text))
    if wrong is None:  # m₂ divided by 1 − β for 1 − β²
        wrong = float(solution["m@2"].value) / (1 - 0.9)
    answers = {name: solution[name].value_text for name in solution.ids if solution[name].phase != "given"}
    work = tmp_path / "work.json"
    work.write_text(json.dumps({**answers, step: f"{wrong:.7f}"}), "utf-8")
    (item,) = [item for item in derive.check(solution, work).items if item.id == step]
    assert (item.verdict, item.diagnosis) == ("wrong", key)
