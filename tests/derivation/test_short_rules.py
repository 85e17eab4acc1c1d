"""Short rules: each is what SymPy finds, is found where it applies and nowhere else, and gives the same numbers."""

from collections.abc import Callable
from typing import Any

import pytest
from flint import arb
from support.solutions import problem_of

from derive import examples, solve
from derive.calculus.operation_rows import MACROS, Shortcut
from derive.derivation.derive import derive as derivation_of
from derive.derivation.short_rules import shortcuts_of
from derive.language.expressions import Ref
from derive.language.names import Symbol
from derive.notation.notations import ASCII
from derive.notation.printer import formula
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.values.tape import compile_expr

SYMPY: dict[str, Callable[..., Any]] = {
    "softmax_cross_entropy": lambda sp, z, y: (
        -sum(t * sp.log(sp.exp(x) / sum(map(sp.exp, z))) for t, x in zip(y, z, strict=True))
    ),
    "cross_entropy_logits": lambda sp, z, y: (
        -sum(t * (x - sp.log(sum(map(sp.exp, z)))) for t, x in zip(y, z, strict=True))
    ),
    "sigmoid_binary_cross_entropy": lambda sp, z, y: -sum(
        t * sp.log(1 / (1 + sp.exp(-x))) + (1 - t) * sp.log(1 - 1 / (1 + sp.exp(-x)))
        for t, x in zip(y, z, strict=True)
    ) / len(z),
}  # fmt: skip
"""The loss as a function of z, in SymPy."""

INNER: dict[str, Callable[..., Any]] = {
    "softmax": lambda sp, z: [sp.exp(x) / sum(map(sp.exp, z)) for x in z],
    "sigmoid": lambda sp, z: [1 / (1 + sp.exp(-x)) for x in z],
}


SHORTCUTS = [macro.shortcut for macro in MACROS.values() if macro.shortcut]


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda shortcut: shortcut.key)
def test_a_short_rule_is_what_sympy_finds(shortcut: Shortcut) -> None:
    import sympy as sp

    z, y = sp.symbols("z:3", real=True), list(sp.symbols("y:3", real=True))
    if shortcut.whole:
        y[2] = 1 - y[0] - y[1]
    loss, p = SYMPY[shortcut.key](sp, z, y), INNER[shortcut.inner](sp, z)
    assert formula(shortcut.short(Ref(Symbol("p")), Ref(Symbol("y"))), ASCII, {}) == "p - y"
    for x, output, target in zip(z, p, y, strict=True):
        assert sp.simplify(loss.diff(x) - (output - target) / shortcut.samples((3,))) == 0
    assert f"shortcuts.{shortcut.key}" in catalogue("en")


def problem(equations: str, y: str = "[0, 1, 0]", z: str = "[1, 2, 3]") -> Problem:
    lines = f"[data]\ny = {y}\n[parameters]\nz = {z}\n[model]\nloss = 'L'\nequations = '''\n{equations}\n'''\n"
    return Problem.loads(lines)


MATRIX = {"z": "[[1, 2], [0, 1], [3, 1]]", "y": "[[1, 0], [0, 0], [0, 1]]"}
ROWS = {"z": "[[1, 2, 0], [0, 1, -1]]", "y": "[[1, 0, 0], [0, 0, 1]]"}


@pytest.mark.parametrize(
    ("equations", "given", "expected"),
    [
        ("p = softmax(z)\nL = cross_entropy(p, y)", {}, "p - y"),
        ("p = softmax(z)\nL = cross_entropy(p, y) + 1/2 ridge_penalty(z)", {}, "p - y"),
        ("p = softmax(z)\nL = 3 cross_entropy(p, y)", {}, "3 (p - y)"),
        ("p = softmax(z, columns)\nL = cross_entropy(p, y)", MATRIX, "(p - y)/2"),
        ("p = sigmoid(z)\nL = binary_cross_entropy(p, y)", {}, "(p - y)/3"),
        ("p = softmax(z, rows)\nL = -sum(y ⊙ log(p))", ROWS, "p - y"),
        ("p = softmax(z)\nL = cross_entropy(p, y)", {"y": "2"}, "p - one_hot(y, 3)"),
        ("L = cross_entropy_logits(z, y)", {}, "softmax(z) - y"),
        ("L = cross_entropy_logits(z, y) + sum(z^2)", {}, None),
        ("L = cross_entropy_logits(z, y)", {"y": "2"}, "softmax(z) - one_hot(y, 3)"),
        ("L = cross_entropy(softmax(z), y)", {}, "L:1 - y"),
        ("p = softmax(z)\nl = cross_entropy(p, y)\nL = 3 l", {}, "3 (p - y)"),
        ("p = softmax(z)\nl = cross_entropy(p, y)\nL = l^2", {}, "dL/dl (p - y)"),
        ("P = softmax(z, rows)\nl = cross_entropy(P, y, rows)\nL = mean(l)", ROWS, "(P - y)/2"),
        (
            "P = softmax(z, rows)\nl = cross_entropy(P, y, rows)\nL = mean(l)",
            ROWS | {"y": "[1, 3]"},
            "(P - one_hot(y, 3, rows))/2",
        ),
        ("l = cross_entropy_logits(z, y, rows)\nL = mean(l)", ROWS, "(softmax(z, rows) - y)/2"),
        ("L = cross_entropy_logits(z, y)", MATRIX, "(softmax(z, columns) - y)/2"),
        ("p = softmax(z)\nl_1 = cross_entropy(p, y)\nl_2 = sum(p^2)\nL = l_1 + l_2", {}, None),
        ("p = softmax(z)\nL = squared_error(p, y)", {}, None),
        ("p = sigmoid(z)\nL = cross_entropy(p, y)", {}, None),
        ("p = softmax(z)\nL = binary_cross_entropy(p, y)", {}, None),
        ("p = softmax(z)\nL = cross_entropy(y, p)", {"y": "[0.2, 0.5, 0.3]"}, None),
    ],
)
def test_where_a_short_rule_applies(equations: str, given: dict[str, str], expected: str | None) -> None:
    derivation = derivation_of(problem(equations, **given))
    found = [formula(short.expr, ASCII, derivation.shapes) for short in shortcuts_of(derivation).values()]
    assert found == ([expected] if expected else [])
    assert_both_ways_agree(problem(equations, **given))


def assert_both_ways_agree(given: Problem) -> None:
    solution = solve(given)
    derivation, tape, env = solution.blueprint.derivation, solution.blueprint.tape, solution.exact.env(1)
    for gradient, short in shortcuts_of(derivation).items():
        if short.ones:
            assert set(compile_expr(short.ones, tape.slots, derivation.shapes, tape.branches)(env)) == {1}
        ours = compile_expr(short.expr, tape.slots, derivation.shapes, tape.branches)(env)
        pairs = zip(ours, env[tape.slots[gradient]], strict=True)
        assert all(abs(arb(a - b)) < 1e-12 for a, b in pairs)


def test_targets_that_do_not_add_up_to_1_have_none() -> None:
    equations = "p = softmax(z)\nL = cross_entropy(p, y)"
    assert "In short" in solve(problem(equations, "[0.25, 0.5, 0.25]")).text("txt")
    assert "In short" not in solve(problem(equations, "[1, 1, 0]")).text("txt")


@pytest.mark.parametrize("name", examples.names())
def test_both_ways_give_the_same(name: str) -> None:
    given = problem_of(name)
    if shortcuts_of(derivation_of(given)):
        assert_both_ways_agree(given)


def test_a_loss_whose_target_has_another_shape_has_no_short_rule() -> None:
    problem = Problem.loads("""
[data]
x = 1
y = 1
[parameters]
w = [0.5, 0.2]
[model]
equations = '''
z = [w; x]
p = sigmoid(z)
L = binary_cross_entropy(p, y)
'''
loss = "L"
""")
    assert not shortcuts_of(derivation_of(problem))
