"""Blocks, entries, shapes: against NumPy, in every notation, and their gradients through a whole problem."""

from math import prod
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from derive.calculus.applications import with_settings
from derive.calculus.differentiation import shape_of
from derive.calculus.kernels import Branches
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, Shape
from derive.language.grammar import parse
from derive.language.names import Name, Symbol
from derive.notation.notations import ASCII, TEX, UNICODE
from derive.notation.printer import formula
from derive.operations import FUNCTIONS
from derive.problem.problem import Problem
from derive.solution import Blueprint
from derive.values.tape import compile_expr

SHAPES: dict[str, Shape] = {
    "v": (3,), "x": (2,), "r": (1, 4), "A": (2, 3), "B": (2, 3), "C": (3, 4), "T": (2, 3, 4), "U": (2, 3, 4), "s": (),
}  # fmt: skip
NAMES = {letter: Symbol(letter) for letter in SHAPES}
TABLE = {Symbol(letter): shape for letter, shape in SHAPES.items()}
ARRAYS = {
    letter: np.arange(1, prod(shape) + 1).reshape(shape) * (i + 1) for i, (letter, shape) in enumerate(SHAPES.items())
}


def read(text: str) -> Expr:
    return with_settings(parse(text, Scope(NAMES, FUNCTIONS)))


def value(expr: Expr) -> np.ndarray[Any, Any]:
    slots: dict[Name, int] = {name: i for i, name in enumerate(NAMES.values())}
    env = [[fmpq(int(n)) for n in ARRAYS[letter].flat] for letter in NAMES]
    flat = compile_expr(expr, slots, TABLE, Branches())(env)
    return np.array([int(n.p) for n in flat]).reshape(shape_of(expr, TABLE))


v, x, r, A, B, _, T, U, s = ARRAYS.values()

CASES: list[tuple[str, Any]] = [
    ("[v; x]", np.concatenate([v, x])),
    ("[A; B; r[1:3]]", np.vstack([A, B, r[:, 0:3]])),
    ("[A, B, x]", np.hstack([A, B, x[:, None]])),
    ("[s, 2; 3, s]", np.array([[s, 2], [3, s]])),
    ("[T; U]", np.concatenate([T, U])),
    ("[T, U]", np.concatenate([T, U], axis=2)),
    ("A[:, 2]", A[:, 1]),
    ("A[2, :]", A[1:2, :]),
    ("A[2, 3]", A[1, 2]),
    ("A[:, 2:3]", A[:, 1:3]),
    ("A[1:1, 2:]", A[0:1, 1:]),
    ("v[2:3]", v[1:3]),
    ("v[2]", v[1]),
    ("v[2, 1]", v[1]),
    ("r[3]", r[0, 2]),
    ("r[2:3]", r[:, 1:3]),
    ("T[2, :, :]", T[1]),
    ("T[:, 2, :]", T[:, 1, :]),
    ("T[2, 3, :]", T[1, 2:3, :]),
    ("T[2, :, 4]", T[1, :, 3]),
    ("T[:, 3, 4]", T[:, 2, 3]),
    ("T[1:2, 1, 2:3]", T[0:2, 0, 1:3]),
    ("T[2, 3, 4]", T[1, 2, 3]),
    ("flatten(A)", A.reshape(-1)),
    ("flatten(T)", T.reshape(-1)),
    ("reshape(T, (4, 6))", T.reshape(4, 6)),
    ("reshape(A, (3, 2))", A.reshape(3, 2)),
    ("reshape(v, shape = (1, 3))", v.reshape(1, 3)),
    ("place(x, at = [2:3], shape = 4)", np.array([0, *x, 0])),
    ("place(v, at = [:, 2], shape = (3, 2))", np.stack([v * 0, v], axis=1)),
    ("place(A, at = [2, :, :], shape = (2, 2, 3))", np.stack([A * 0, A])),
    ("flip(A, 2)", A[::-1, ::-1]),
    ("flip(T, 2)", T[:, ::-1, ::-1]),
    ("flip(T, 1)", T[:, :, ::-1]),
    ("flip(v, 1)", v[::-1]),
    ("T + x", T + x[:, None, None]),
    ("s T ⊙ U", s * T * U),
    ("sum(T, channels)", T.sum(axis=(1, 2))),
    ("mean(A, channels) + 0 x", A.sum(axis=1) // 3),
]
"""An expression, and what NumPy gives, columns kept as columns."""


@pytest.mark.parametrize(("text", "theirs"), CASES)
def test_value_is_numpys(text: str, theirs: Any) -> None:
    expected = np.asarray(theirs)
    ours = value(read(text))
    assert ours.shape == (() if expected.size == 1 else expected.shape)
    assert (ours == expected).all()


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_the_language_reads_what_it_writes(text: str) -> None:
    expr = read(text)
    assert read(formula(expr, ASCII, TABLE)) == expr


PRINTED = [
    ("[v; x]", r"\begin{bmatrix} v \\ x \end{bmatrix}", "[v; x]"),
    ("[A, B]", r"\begin{bmatrix} A & B \end{bmatrix}", "[A, B]"),
    ("[s, 2; 3, s]", r"\begin{bmatrix} s & 2 \\ 3 & s \end{bmatrix}", "[s, 2; 3, s]"),
    ("A[:, 2]", "A_{:,2}", "A[:,2]"),
    ("A[2, 3]", "a_{23}", "a₂₃"),
    ("v[2:3] + x", "v_{2:3} + x", "v[2:3] + x"),
    ("T[2, :, 1:2]", "T_{2,:,1:2}", "T[2,:,1:2]"),
    ("reshape(T, (4, 6))", r"\operatorname{reshape}_{4 \times 6}(T)", "reshape_{4×6}(T)"),
    ("flatten(A)", r"\operatorname{flatten}(A)", "flatten(A)"),
    ("place(x, at = [2:3], shape = 4)", r"\operatorname{place}_{[2:3]}(x)", "place[2:3](x)"),
    ("sum(T)", r"\sum_{ijk} t_{ijk}", "Σ_ijk tᵢⱼₖ"),
    ("sum((x - A v)^2)", r"\sum_{i} (x_{i} - (A \cdot v)_{i})^{2}", "Σ_i (xᵢ − (A·v)_i)²"),
    (
        "sum(x ⊙ log(softmax(A v)))",
        r"\sum_{i} x_{i} \cdot \ln(\operatorname{softmax}(A \cdot v)_{i})",
        "Σ_i xᵢ·ln(softmax(A·v)_i)",
    ),
    ("sum(tanh(A v + x) ⊙ x)", r"\sum_{i} \tanh(A \cdot v + x)_{i} \cdot x_{i}", "Σ_i tanh(A·v + x)_i·xᵢ"),
    ("sum(A ⊙ v^T)", r"\sum_{ij} a_{ij} \cdot v_{j}", "Σ_ij aᵢⱼ·vⱼ"),
    ("sum((x - mean(x))^2)", r"\sum_{k} \left(x_{k} - \frac{1}{2}\sum_{i} x_{i}\right)^{2}", "Σ_k (xₖ − 1/2 Σ_i xᵢ)²"),
]


@pytest.mark.parametrize(("text", "tex", "plain"), PRINTED)
def test_notation(text: str, tex: str, plain: str) -> None:
    expr = read(text)
    assert formula(expr, TEX, TABLE) == tex
    assert formula(expr, UNICODE, TABLE) == plain


RECURRENT = """
[data]
X = [[1, 2, 3], [4, 5, 6]]
h_0 = [0.5, -0.25]
T = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
[parameters]
W = [[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]
b = [0.1, 0.2]
v = [1, 2, 3, 4]
V = [[1, 2], [3, 4]]
[model]
equations = '''
h_1 = tanh(W [X[:, 1]; h_0] + b)
h_2 = tanh(W [X[:, 2]; h_1] + b)
q = flatten([h_1, h_2] ⊙ reshape(v, (2, 2)))
s = T[1, :, :] V + T[2, :, :]
U = T + v[1:2]
L = sum(q^2) + v[2] h_2[1] + sum(s) + 2 sum(U)
'''
loss = "L"
"""


def test_gradients_are_verified_and_stand_on_the_page() -> None:
    solution = Blueprint.of(Problem.loads(RECURRENT)).solve()
    assert solution.verification.entries == 18
    assert solution["dL/dh_1|h_2:1"].equation == "dL/dh_1|h_2:1 = dL/dh_2:1[3:4]"
    assert solution["dL/dv|U"].equation == "dL/dv|U = place(sum(dL/dU, channels), at = [1:2], shape = 4)"
    text = solution.text("txt")
    assert "T = ⎡1  2⎤   ⎡5  6⎤" in text
    assert "[1,:,:]  [2,:,:]" in text
    assert "each part gets its own entries of the gradient" in text
    assert max(map(len, text.splitlines())) <= 100
    assert r"\underbrace{\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}}_{[1,:,:]}" in solution.text("tex")


def test_a_tensor_survives_the_way_through_a_problem_file() -> None:
    problem = Problem.loads(RECURRENT)
    again = Problem.loads(Blueprint.of(problem).solve().text("toml"))
    assert again.equations == problem.equations
    assert [given.shape for given in again.givens] == [given.shape for given in problem.givens]
    assert any(isinstance(equation.expr, Apply) and equation.expr.op == "flatten" for equation in again.equations)
