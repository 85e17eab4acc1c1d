"""Values at the edge of what is defined: every writer writes them, or one error of the project says why not."""

import pytest

import derive
from derive import Problem
from derive.errors import InputError
from derive.writers import text_formats

EDGE = (
    "[data]\nx = [1, 2]\n[parameters]\nW = [[1, -2], [0.5, 0]]\nw = 0\n[model]\nloss = 'L'\nequations = '''\n{}\n'''\n"
)

TIES = [
    "A = relu(tanh(w) - tanh(w)); L = sum(A) + w",
    "A = relu(gelu(w + 1) - gelu(w + 1)); L = A^2 + w",
    "L = relu(exp(w) exp(-w) - 1) + w",
    "A = |sin(w) - sin(w)|; L = A + w",
    "A = max(tanh(W), tanh(W)); L = sum(A^2)",
    "A = relu(ln(exp(W) exp(-W))); L = sum(A) + w",
    "L = sum(sign(W^T)^2) + w",
]
"""Numbers that no precision tells from a kink."""


@pytest.mark.parametrize("equations", TIES)
def test_a_tie_behind_a_function_is_written_in_every_format(equations: str) -> None:
    solution = derive.solve(Problem.loads(EDGE.format(equations.replace("; ", "\n"))))
    for name in text_formats("solution"):
        assert solution.text(name)


OUTSIDE = [
    ("L = sum((W x)/w)", "L is not defined: a division by 0"),
    ("L = sum(w^[W, W])", "L is not defined: a negative power of 0"),
    ("L = (w^0.5)^2", "dL/dw is not defined"),
    ("L = std(x^100000) + w", "the exponent is too large"),
]


@pytest.mark.parametrize(("equations", "said"), OUTSIDE)
def test_outside_of_what_is_defined_the_equation_is_named(equations: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        derive.solve(Problem.loads(EDGE.format(equations)))
