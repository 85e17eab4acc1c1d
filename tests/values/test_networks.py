"""Random networks against an independent reference: numpy in double precision, gradients by the complex step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import prod
from random import Random

import numpy as np
import pytest

import derive
from derive.solution import Solution

Array = np.ndarray
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "ReLU": lambda z: np.where(z.real > 0, z, 0),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "SiLU": lambda z: z / (1 + np.exp(-z)),
    "ELU": lambda z: np.where(z.real > 0, z, np.exp(z) - 1),
    "LeakyReLU": lambda z: np.where(z.real > 0, z, z / 100),
    "sin": np.sin,
}
LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "squared_error": lambda p, y: np.sum((p - y) ** 2),
    "half_squared_error": lambda p, y: np.sum((p - y) ** 2) / 2,
    "mean_squared_error": lambda p, y: np.mean((p - y) ** 2),
    "mean_absolute_error": lambda p, y: np.mean(np.where((p - y).real > 0, p - y, y - p)),
    "huber": lambda p, y: np.mean(
        np.where(abs((p - y).real) <= 1, (p - y) ** 2 / 2, np.where((p - y).real > 0, p - y, y - p) - 0.5)
    ),
    "hinge": lambda p, y: np.mean(np.where((1 - y * p).real > 0, 1 - y * p, 0)),
    "binary_cross_entropy": lambda p, y: -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)),
}


def random_network(seed: int) -> tuple[str, dict[str, Array], list[str], str]:
    """A problem file, its values, the layers' activations and the loss."""
    random = Random(seed)
    sizes = [random.randint(1, 4) for _ in range(random.randint(2, 4))]
    batch = random.choice([1, 1, 2, 3])
    loss = random.choice(list(LOSSES))
    layers = [random.choice(list(ACTIVATIONS)) for _ in sizes[1:]]
    layers[-1] = "sigmoid" if loss == "binary_cross_entropy" else layers[-1]
    values = {"X": _array(random, sizes[0], batch), "Y": _array(random, sizes[-1], batch)}
    if loss == "binary_cross_entropy":
        values["Y"] = np.array([[random.choice([0.0, 1.0, 0.25]) for _ in range(batch)] for _ in range(sizes[-1])])
    lines, current = [], "X"
    for i, (inputs, units) in enumerate(pairwise(sizes), 1):
        values[f"W_{i}"], values[f"b_{i}"] = _array(random, units, inputs), _array(random, units, 1)
        lines += [f"z_{i} = W_{i} {current} + b_{i}", f"A_{i} = {layers[i - 1]}(z_{i})"]
        current = f"A_{i}"
    lines.append(f"L = {loss}({current}, Y)")
    return _file(values, lines), values, layers, loss


def _array(random: Random, rows: int, columns: int) -> Array:
    return np.array([[round(random.uniform(-1.5, 1.5), 2) or 0.3 for _ in range(columns)] for _ in range(rows)])


def _file(values: dict[str, Array], lines: list[str]) -> str:
    def table(names: list[str]) -> str:
        return "\n".join(f"{name} = {values[name].tolist()}" for name in names)

    data, parameters = ["X", "Y"], [name for name in values if name not in {"X", "Y"}]
    equations = "\n".join(lines)
    givens = f"[data]\n{table(data)}\n[parameters]\n{table(parameters)}"
    return f'{givens}\n[model]\nequations = """\n{equations}\n"""\nloss = "L"\n'


def reference(values: dict[str, Array], layers: list[str], loss: str) -> Array:
    """The loss, of real or complex values."""
    current = values["X"]
    for i, activation in enumerate(layers, 1):
        current = ACTIVATIONS[activation](values[f"W_{i}"] @ current + values[f"b_{i}"])
    return LOSSES[loss](current, values["Y"])


def complex_step(values: dict[str, Array], name: str, layers: list[str], loss: str) -> Array:
    """The gradient by the complex step, exact to double precision (Squire and Trapp, 1998)."""
    gradient = np.zeros(values[name].shape)
    for index in np.ndindex(values[name].shape):
        moved = {key: array.astype(complex) for key, array in values.items()}
        moved[name][index] += 1e-30j
        gradient[index] = reference(moved, layers, loss).imag / 1e-30
    return gradient


def flat(solution: Solution, step: str) -> Array:
    """A step's value as doubles."""
    return np.array([float(Fraction(text)) for text in _leaves(solution[step].value_text)])


def _leaves(nested: object) -> list[str]:
    return [leaf for item in nested for leaf in _leaves(item)] if isinstance(nested, tuple) else [str(nested)]


def fits(values: dict[str, Array], layers: list[str]) -> bool:
    """Whether no product of two vectors would be meant entry by entry: a single input of a layer over a batch."""
    sizes = [values["X"].shape[0], *(values[f"W_{i}"].shape[0] for i in range(1, len(layers) + 1))]
    batch = values["X"].shape[1]
    return not any(n == 1 and batch > 1 for n in sizes[:-1])


SEEDS = [seed for seed in range(170) if fits(*random_network(seed)[1:3])]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network(seed: int) -> None:
    text, values, layers, loss = random_network(seed)
    solution = derive.solve(derive.Problem.loads(text))
    assert float(Fraction(str(solution["L"].value_text))) == pytest.approx(
        float(reference(values, layers, loss)), rel=1e-9
    )
    for name in values:
        if name not in {"X", "Y"}:
            expected = complex_step(values, name, layers, loss).ravel()
            assert prod(values[name].shape) == len(expected)
            np.testing.assert_allclose(flat(solution, f"dL/d{name}"), expected, rtol=1e-9, atol=1e-14)


def test_enough_networks_are_tried() -> None:
    assert len(SEEDS) >= 100
