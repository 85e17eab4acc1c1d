"""Known mistakes of layers: each is planted in a problem that has the layer, and named."""

from functools import cache

import pytest
from support.planting import instead, judged, planted
from support.students import Student

from derive.answers.mistakes.layers import LAYERS
from derive.problem.problem import Problem
from derive.solution import Blueprint, Solution

CONVOLUTION = """
[data]
X = [[1, 2, 0, 1], [0, 3, -1, 2], [2, 1, 4, 0], [1, 0, 2, 5]]
[parameters]
K = [[0.5, 2], [-1, 0.25]]
b = 0.3
[model]
equations = '''
Z = conv(X, K) + b
P = maxpool(Z, 2, stride = 1)
M = avgpool(P, 2)
L = 1/2 (M - 1)^2
'''
loss = "L"
gradients = ["X"]
"""
DROPOUT = """
[data]
m = [1, 0, 1]
t = [2, 1]
[parameters]
E = [[0.4, -0.2, 0.7], [0.3, 0.9, -0.5], [0.6, 0.8, 0.2]]
[model]
equations = '''
X = embedding(E, t)
x = X[:, 1]
d = dropout(x, m, p = 0.5)
y = tanh(d)
L = sum(y^2) + sum(x ⊙ x)
'''
loss = "L"
"""
FOUND_IN = {
    "kernel_flipped": (CONVOLUTION, {"Z", "dL/dK", "dL/dX"}),
    "one_position": (CONVOLUTION, {"dL/dK"}),
    "window_alike": (CONVOLUTION, {"P", "dL/dZ"}),
    "window_not_shared": (CONVOLUTION, {"dL/dP"}),
    "mask_left_out": (DROPOUT, {"d", "dd/dx"}),
    "mask_left_out, not scaled": (DROPOUT.replace("dropout(x, m, p = 0.5)", "x ⊙ m"), {"d", "dd/dx"}),
    "dropout_unscaled": (DROPOUT, {"d", "dd/dx"}),
    "off_by_one": (DROPOUT, {"X", "x"}),
    "path_left_out": (DROPOUT, {"dL/dx"}),
}


@cache
def solved(text: str) -> Solution:
    return Blueprint.of(Problem.loads(text)).solve()


def test_every_mistake_of_a_layer_is_planted_somewhere() -> None:
    assert {key.partition(",")[0] for key in FOUND_IN} == {mistake.key for mistake in LAYERS}


@pytest.mark.parametrize("key", FOUND_IN)
def test_a_mistake_is_named_where_it_is_made(key: str) -> None:
    text, steps = FOUND_IN[key]
    key = key.partition(",")[0]
    solution = solved(text)
    found = [(step, expr) for other, step, expr, _ in planted(solution) if other == key]
    assert steps <= {step.id for step, _ in found}
    for step, expr in found:
        here = judged(solution, Student(solution, 6, faults={step.id: instead(expr)}))[step.id]
        assert here.verdict == "wrong"
        assert here.diagnosis == key or step.id not in steps, f"{step.id}: {here.diagnosis}"
