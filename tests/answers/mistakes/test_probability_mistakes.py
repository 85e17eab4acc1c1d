"""The known mistakes around softmax, normalisation and attention: each is planted by its numbers and named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import derive
from derive.problem.problem import Problem

NORM = ("x = [0.1, -0.1, 0.3]\ngamma = [1, 2, 3]", "m = mean(x)\nd = x - m\nv = mean(d^2)\nh = d/sqrt(v + 0.01)")
SCORES = np.array([[1.0, 2, 0.5], [0.3, -1, 2], [0, 1, 1]])
X = np.array([0.1, -0.1, 0.3])


def soft(a: np.ndarray, axis: int = 0) -> np.ndarray:
    return np.exp(a) / np.exp(a).sum(axis=axis, keepdims=True)


S = f"S = {SCORES.tolist()}"
LOGITS = "p = softmax(z)\nL = cross_entropy(p, y)"
P = soft(np.array([1.0, 2, 0.5]))
CLASSES = "y = [0, 1, 0]\n[parameters]\nz = [1, 2, 0.5]"
CASES = {
    "softmax_axis": (S, "A = softmax(S, columns)", "", "A", soft(SCORES, 1)),
    "causal_mask_forgotten": (S, "A = causal_softmax(S, columns)", "", "A", soft(SCORES)),
    "softmax_diagonal_only": (CLASSES, LOGITS, "L", "dp/dz", np.diag(P * (1 - P))),
    "other_class": (
        "c = 2\n[parameters]\nz = [1, 2, 0.5]",
        "L = cross_entropy_logits(z, c)",
        "L",
        "dL/dz",
        P - np.array([1, 0, 0]),
    ),
    "other_class, forward": ("c = 2\nz = [1, 2, 0.5]", "L = cross_entropy_logits(z, c)", "", "L", -np.log(P[2])),
    "target_turned": (CLASSES, LOGITS, "L", "dL/dz", np.array([0, 1, 0]) - P),
    "scale_forgotten, backward": (
        "t = [1, 0]\nK = [[1, 2], [3, 5]]\n[parameters]\nq = [0.3, -0.1]",
        "s = K q/sqrt(2)\na = softmax(s)\nL = sum((a - t)^2)",
        "L",
        "dL/dq",
        None,
    ),
    "scale_forgotten": ("q = [1, 2]\nk = [3, 4]", "s = q^T k/sqrt(2)\na = softmax(s)", "", "s", np.array(11.0)),
    "variance_divisor": (*NORM, "", "v", np.array(X.var(ddof=1))),
    "epsilon_forgotten": (*NORM, "", "h", (X - X.mean()) / X.std()),
    "epsilon_outside, in one word": (
        "x = [0.1, -0.1, 0.3]\ngamma = [1, 2, 3]",
        "h = layer_norm(x, gamma, epsilon = 0.01)",
        "",
        "h",
        np.array([1, 2, 3]) * (X - X.mean()) / (X.std() + 0.01),
    ),
    "epsilon_outside": (*NORM, "", "h", (X - X.mean()) / (X.std() + 0.01)),
}


@pytest.mark.parametrize("key", CASES)
def test_the_mistake_is_named(key: str, tmp_path: Path) -> None:
    data, equations, loss, step, wrong = CASES[key]
    key = key.partition(",")[0]
    ending = f'\nloss = "{loss}"' if loss else ""
    problem = Problem.loads(f"[data]\n{data}\n[model]\nequations = '''\n{equations}\n'''{ending}\n")
    solution = derive.solve(problem)
    answers = {name: solution[name].value_text for name in solution.ids if name != step}
    if wrong is None:  # Kᵀ dL/ds without 1/√2
        wrong = np.array([[1, 3], [2, 5]]) @ np.array(list(map(float, solution["dL/ds"].value)))
    given = np.vectorize(lambda x: f"{x:.6f}")(wrong).tolist()
    work = tmp_path / "work.json"
    work.write_text(json.dumps({**answers, step: given}), "utf-8")
    report = derive.check(solution, work)
    (item,) = [item for item in report.items if item.id == step]
    assert (item.verdict, item.diagnosis) == ("wrong", key)
