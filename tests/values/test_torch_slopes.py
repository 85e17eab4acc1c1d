"""Second derivatives, Jacobians, masks and pieces against PyTorch in double precision, over random problems."""

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

from fractions import Fraction
from random import Random

import torch
from support.torch_reference import named, quantities

from derive.derivation.derive import derive as derivation_of
from derive.language.expressions import names_in
from derive.language.names import Derivative, symbols_in
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import Values

PROBLEMS, A_TEST = 200, 20
SMOOTH = ["tanh", "sigmoid", "softplus", "SiLU", "GELU", "sin", "exp", "Mish", "arctan", "erf", "Softsign"]


class Drawn:
    """Random numbers as a problem file writes them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def number(self) -> str:
        return f"{self.random.uniform(-1.5, 1.5):.4f}"

    def array(self, *sizes: int) -> str:
        return f"[{', '.join(self.array(*sizes[1:]) for _ in range(sizes[0]))}]" if sizes else self.number()

    def smooth(self) -> str:
        return self.random.choice(SMOOTH)


def second_derivatives(d: Drawn) -> str:
    n = d.random.randint(1, 3)
    return f"""
[data]
x = {d.number()}
[parameters]
w = {d.array(n)}
b = {d.array(n)}
v = {d.array(n)}
[model]
equations = '''
u = sum(v ⊙ {d.smooth()}(w x + b))
r = d^2u/dx^2 + {d.number()} * du/dx - u
L = r^2 + {d.smooth()}(u)
H = d^2L/dw^2
M = d^2L/dw dv
'''
loss = "L"
"""


def jacobians(d: Drawn) -> str:
    n, m = d.random.randint(2, 3), d.random.randint(2, 3)
    return f"""
[data]
x = {d.array(n)}
[parameters]
W = {d.array(m, n)}
b = {d.array(m)}
[model]
equations = '''
z = W x + b
y = {d.smooth()}(z) ⊙ softmax(z)
J = dy/dx
L = sum(J ⊙ J) + sum(y)
'''
loss = "L"
"""


def masks(d: Drawn) -> str:
    n = d.random.randint(2, 4)
    seen = [[j == i or d.random.random() < 0.5 for j in range(n)] for i in range(n)]
    mask = ", ".join("[" + ", ".join("0" if each else '"-inf"' for each in row) + "]" for row in seen)
    return f"""
[data]
X = {d.array(n, 2)}
M = [{mask}]
[parameters]
W = {d.array(2, 2)}
g = {d.array(n)}
[model]
equations = '''
S = X W X^T
P = softmax(S + M, rows)
Q = softmax(where(identity({n}) + [S > 0] > 0, S, -inf), columns)
k = softmax(topk(g, {d.random.randint(1, n)}))
L = sum((P X)^2) + sum((Q X)^2) + sum(k ⊙ {d.smooth()}(g))
'''
loss = "L"
"""


def pieces(d: Drawn) -> str:
    n = d.random.randint(2, 4)
    return f"""
[data]
x = {d.array(n)}
[parameters]
w = {d.array(n)}
a = {d.number()}
[model]
equations = '''
z = w ⊙ x + a
c = clip(z, -0.7, 0.6) + where(z > a, z ⊙ z, {d.smooth()}(z)) + [w > x] ⊙ z
p = PReLU(z, a) + max(z, w) - min(x, z ⊙ w) + |z| + stop_gradient(z) ⊙ w
L = sum(c ⊙ p) + max(p) + sum(ReLU6(z) ⊙ round(z))
'''
loss = "L"
"""


KINDS = (second_derivatives, jacobians, masks, pieces)


def worst_difference(problem: Problem) -> float:
    """The largest difference of a quantity or a derivative from PyTorch's, relative to its largest entry."""
    derivation = derivation_of(problem)
    values, env = Values(Tape.of(derivation), problem), quantities(problem)
    used = {name for equation in problem.equations for name in names_in(equation.expr)}
    asked = {*derivation.gradients, *derivation.slopes, *used}
    names = [name for name in asked if isinstance(name, Derivative) and env.keys() >= set(symbols_in(name))]
    worst = 0.0
    for name in (*names, *(equation.name for equation in problem.equations)):
        theirs = named(name, env).detach().reshape(-1).tolist()
        ours = [float(x) if x == "-inf" else float(Fraction(x)) for x in values.decimals(name)]
        scale = max((abs(x) for x in theirs if x != -torch.inf), default=1.0) or 1.0
        worst = max(worst, *(0.0 if a == b else abs(a - b) / scale for a, b in zip(ours, theirs, strict=True)))
    return worst


@pytest.mark.parametrize("first", range(0, PROBLEMS, A_TEST))
def test_random_problems(first: int) -> None:
    for seed in range(first, first + A_TEST):
        text = KINDS[seed % len(KINDS)](Drawn(seed))
        assert worst_difference(Problem.loads(text)) < 1e-9, f"seed {seed}:\n{text}"
