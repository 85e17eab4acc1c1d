"""What one would do instead: the loss in one SymPy expression, differentiated and evaluated; loops over floats."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib import import_module
from math import exp
from random import Random
from typing import Any

from networks import NOTES, Network, drawn

from derive import Problem, solve


def sympy_gradient(network: Network) -> list[float]:
    """The derivative of the loss by every weight and bias: the closed form, `diff` and `subs`."""
    return substituted(*sympy_derivatives(network))


def sympy_derivatives(network: Network) -> tuple[list[Any], dict[Any, float]]:
    """The closed form differentiated by every weight and bias, and the number of each symbol."""
    import sympy

    numbers: dict[Any, float] = {}

    def named(name: str, number: float) -> Any:
        symbol = sympy.Symbol(name)
        numbers[symbol] = number
        return symbol

    activation = {"ReLU": lambda z: sympy.Max(0, z), "sigmoid": lambda z: 1 / (1 + sympy.exp(-z))}
    outputs, parameters = [named(f"x{i}", number) for i, number in enumerate(network.x)], []
    for layer, (rows, biases, kind) in enumerate(network.layers):
        b = [named(f"b{layer}_{i}", number) for i, number in enumerate(biases)]
        W = [[named(f"W{layer}_{i}_{j}", w) for j, w in enumerate(row)] for i, row in enumerate(rows)]
        parameters += [w for row in W for w in row] + b
        sums = [sum(w * a for w, a in zip(row, outputs, strict=True)) + c for row, c in zip(W, b, strict=True)]
        outputs = [activation[kind](z) for z in sums]
    targets = [named(f"y{i}", number) for i, number in enumerate(network.target)]
    loss = sum((a - y) ** 2 for a, y in zip(outputs, targets, strict=True))
    return [sympy.diff(loss, parameter) for parameter in parameters], numbers


def substituted(derivatives: list[Any], numbers: dict[Any, float]) -> list[float]:
    """The derivatives at the numbers by `subs`: the quicker way for short formulas and for kinks."""
    return [float(derivative.subs(numbers).evalf()) for derivative in derivatives]


def evaluated(derivatives: list[Any], numbers: dict[Any, float]) -> list[float]:
    """The derivatives at the numbers by `evalf` alone: the quicker way for long formulas."""
    return [float(derivative.evalf(subs=numbers)) for derivative in derivatives]


def lambdified(derivatives: list[Any], numbers: dict[Any, float]) -> Callable[[], list[float]]:
    """The derivatives as one compiled function with what they share worked out once: the quickest way for many numbers.
    What is returned evaluates it.
    """
    import sympy

    function = sympy.lambdify(list(numbers), derivatives, modules="math", cse=True)
    values = list(numbers.values())
    return lambda: list(function(*values))


def sympy_compiled(network: Network) -> list[float]:
    """The derivative of the loss by every weight and bias: the closed form, `diff` and `lambdify(cse=True)`."""
    return lambdified(*sympy_derivatives(network))()


def sympy_first(way: str, *sizes: str) -> Callable[[], object]:
    """SymPy's work on a sigmoid network (without sizes the notes), imported, nothing kept: by `subs` or `lambdify`."""
    import_module("sympy")
    network = drawn([int(size) for size in sizes]) if sizes else NOTES
    ways = {"subs": sympy_gradient, "lambdify": sympy_compiled}
    return lambda: ways[way](network)


def torch_gradient(network: Network) -> Callable[[], list[float]] | None:
    """PyTorch's forward and backward pass in double precision; None where it is not installed."""
    try:
        torch: Any = import_module("torch")
    except ImportError:
        return None
    torch.set_num_threads(1)
    leaf = {"dtype": torch.float64, "requires_grad": True}
    weights = [torch.tensor(rows, **leaf) for rows in network.weights]
    biases = [torch.tensor(row, **leaf) for row in network.biases]
    x, target = (torch.tensor(row, dtype=torch.float64) for row in (network.x, network.target))

    def run() -> list[float]:
        outputs = x
        for W, b, kind in zip(weights, biases, network.activations, strict=True):
            outputs = (torch.relu if kind == "ReLU" else torch.sigmoid)(W @ outputs + b)
        parameters = [p for pair in zip(weights, biases, strict=True) for p in pair]
        found = torch.autograd.grad(((outputs - target) ** 2).sum(), parameters)
        return [float(entry) for array in found for entry in array.flatten()]

    return run


def numpy_steps(text: str, compared: bool = False) -> Callable[[], None]:
    """The same forward and backward pass as one writes it with NumPy, in double precision: the lines of a notebook;
    `compared` with the page's numbers once, which in large problems have digits that doubles do not.
    """
    cells = json.loads(solve(Problem.loads(text)).file("ipynb"))["cells"]
    start, given, *steps = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    room: dict[str, Any] = {}
    exec("\n".join((start, given, *(steps if compared else ()))), room)  # noqa: S102, lines that derive has written
    lines = (line for step in steps for line in step.splitlines() if not line.startswith("assert "))
    work = compile("\n".join(lines), "steps", "exec")
    return lambda: exec(work, room)  # noqa: S102


def numpy_convolution(n: int) -> Callable[[], object]:
    """A convolution of n × n by 3 × 3, tanh, the sum of squares, and its derivative by the kernel."""
    import numpy as np

    draw = np.random.default_rng(20)
    X, K = draw.uniform(-1, 1, (n, n)), draw.uniform(-1, 1, (3, 3))

    def run() -> object:
        windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3))
        A = np.tanh(np.tensordot(windows, K))
        return np.sum(A**2), np.tensordot(2 * A * (1 - A**2), windows)

    return run


def sympy_listed(students: int) -> Callable[[], list[str]]:
    """For each student other numbers in the notes, and SymPy's derivatives there as a list in LaTeX, without steps."""
    derivatives, numbers = sympy_derivatives(NOTES)
    random, symbols = Random(20), list(numbers)
    import sympy

    function = sympy.lambdify(symbols, derivatives, modules="math", cse=True)

    def sheet() -> str:
        found = function(*(random.randint(1, 99) / 100 for _ in symbols))
        return "\n".join(rf"\item ${x:.4g}$" for x in found)

    return lambda: [sheet() for _ in range(students)]


def float_gradient(network: Network) -> list[float]:
    """The same derivatives by backward propagation, written by hand with floats: no page, no proof of a digit."""
    outputs = [network.x]
    for rows, biases, kind in network.layers:
        outputs.append([_activated(kind, _dot(row, outputs[-1]) + b) for row, b in zip(rows, biases, strict=True)])
    errors = [2 * (a - y) for a, y in zip(outputs[-1], network.target, strict=True)]
    gradient: list[float] = []
    for (rows, _, kind), a, inputs in reversed(list(zip(network.layers, outputs[1:], outputs, strict=False))):
        deltas = [error * _slope(kind, out) for error, out in zip(errors, a, strict=True)]
        gradient = [delta * i for delta in deltas for i in inputs] + deltas + gradient
        errors = [_dot(column, deltas) for column in zip(*rows, strict=True)]
    return gradient


def _dot(a: Iterable[float], b: Iterable[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _activated(kind: str, z: float) -> float:
    return max(0.0, z) if kind == "ReLU" else 1 / (1 + exp(-z))


def _slope(kind: str, a: float) -> float:
    return float(a > 0) if kind == "ReLU" else a * (1 - a)


def mazur_loss(steps: int) -> float:
    """Mazur's 2-2-2 network after gradient descent by the rate 0.5, in plain floats; his biases stay."""
    x, t, b1, b2 = (0.05, 0.1), (0.01, 0.99), 0.35, 0.6
    W1, W2 = [[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]
    for _ in range(steps):
        h = [_activated("sigmoid", _dot(row, x) + b1) for row in W1]
        o = [_activated("sigmoid", _dot(row, h) + b2) for row in W2]
        d2 = [(a - y) * a * (1 - a) for a, y in zip(o, t, strict=True)]
        d1 = [_dot(column, d2) * a * (1 - a) for column, a in zip(zip(*W2, strict=True), h, strict=True)]
        W2 = [[w - 0.5 * d * a for w, a in zip(row, h, strict=True)] for row, d in zip(W2, d2, strict=True)]
        W1 = [[w - 0.5 * d * a for w, a in zip(row, x, strict=True)] for row, d in zip(W1, d1, strict=True)]
    h = [_activated("sigmoid", _dot(row, x) + b1) for row in W1]
    return sum((_activated("sigmoid", _dot(row, h) + b2) - y) ** 2 / 2 for row, y in zip(W2, t, strict=True))
