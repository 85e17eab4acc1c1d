"""Pages of large models: of every array the corners, of every form one entry worked out, and that this is said."""

import re
from itertools import pairwise
from random import Random

import pytest

from derive.calculus.differentiation import entries_of, entry_size
from derive.language.expressions import Ref, apply, walk
from derive.language.names import Symbol
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.solution import Solution, solve
from derive.values.lazy_entries import LazyEntries

SAID = "Of an array with many entries the first ones and the last are printed, and one is worked out."


def array(draw: Random, *shape: int) -> str:
    if not shape:
        return f"{draw.uniform(-1, 1):.2f}"
    return f"[{', '.join(array(draw, *shape[1:]) for _ in range(shape[0]))}]"


def dense(*sizes: int, page: str = "", activation: str = "tanh") -> Solution:
    """A network of dense layers, worked out."""
    draw = Random(7)
    given = "\n".join(
        f"W_{i} = {array(draw, n, m)}\nb_{i} = {array(draw, n)}" for i, (m, n) in enumerate(pairwise(sizes), 1)
    )
    layers = ", ".join(f'{{ units = {n}, activation = "{activation}" }}' for n in sizes[1:])
    return solve(Problem.loads(
        f"[data]\nx = {array(draw, sizes[0])}\nt = {array(draw, sizes[-1])}\n[parameters]\n{given}\n[network]\n"
        f'input = "x"\ntarget = "t"\nlayers = [{layers}]\nloss = "squared error"\n{page}'
    ))  # fmt: skip


def test_a_large_model_has_a_page_of_corners() -> None:
    solution = dense(40, 60, 45, 50, 30)
    text = " ".join(solution.text("txt").split())
    assert solution.problem.page.few
    assert SAID in text
    assert len(solution.text("tex")) < 60_000
    assert solution["dL/dW_1[60,40]"].value  # every value is there


def test_a_small_model_or_one_who_says_how_much_has_not() -> None:
    assert SAID not in " ".join(dense(4, 5, 3).text("txt").split())
    asked = dense(40, 60, 45, 50, 30, page="[page]\nentries = 100\n")
    assert not asked.problem.page.few
    assert len(asked.text("md")) > 2 * len(dense(40, 60, 45, 50, 30).text("md"))


def test_of_each_form_one_entry_is_worked_out() -> None:
    page = dense(*([24] * 16)).text("md")
    forward = page[: page.index("② ")]
    assert re.findall(r"^(\w_\{\d,\d+\}) &", forward, re.MULTILINE) == ["z_{1,1}", "A_{1,1}"]


def test_of_many_steps_of_one_form_the_first_are_named() -> None:
    draw, names = Random(5), "xabcdghjkmnopqrstuvwyz"
    given = "\n".join(f"W_{name} = {array(draw, 12, 12)}" for name in names[1:])
    lines = "\n".join(f"{name} = sin(W_{name} x)" for name in names[1:])
    problem = Problem.loads(
        f'[data]\nx = {array(draw, 12)}\n[parameters]\n{given}\n[model]\nequations = """\n{lines}\n'
        f'L = sum(({" + ".join(names[1:])})^2)\n"""\nloss = "L"\n'
    )
    text = " ".join(solve(problem).text("txt").split())
    (count, *_) = re.findall(r"In the same way, the first 9 of (\d+):", text)
    assert int(count) > 9


@pytest.mark.parametrize("language", ["de", "fr", "es", "ru", "kk"])
def test_it_is_said_in_every_language(language: str) -> None:
    problem = dense(30, 30, 30, 30, 30, 30, 30).problem
    text = " ".join(solve(problem, language=language).text("txt").split())
    assert catalogue(language)["intro.few"] in text


def test_means_of_means_are_no_line_to_read() -> None:
    """An entry of a standardised array holds a mean in each term of a mean: the formula stands alone."""
    draw = Random(3)
    problem = Problem.loads(
        f"[data]\nX = {array(draw, 12, 90)}\n[parameters]\ng = {array(draw, 90)}\n[model]\nequations = '''\n"
        "N = layer_norm(X, g^T, 0 g^T, rows)\nL = sum(N^2)\n'''\nloss = \"L\"\n"
    )
    assert max(map(len, solve(problem).text("md").splitlines())) < 12_000


def test_the_size_of_an_entry_is_that_of_the_entry() -> None:
    shapes = {Symbol("W"): (5, 7), Symbol("x"): (7,), Symbol("b"): (5,)}
    W, x, b = (Ref(name) for name in shapes)
    for expr in (
        apply("add", apply("product", W, x), b),
        apply("subtract", x, apply("mean", x)),
        apply("sum", apply("times", apply("product", W, x), b)),
        apply("tanh", apply("product", W, x)),
        apply("transpose", W),
    ):
        size = entry_size(expr, shapes)
        index = {"sum": (), "transpose": (3, 2)}.get(getattr(expr, "op", ""), (2,))
        assert size.nodes == sum(1 for _ in walk(entries_of(expr, shapes)(index)))
    assert entry_size(apply("add", apply("product", W, x), b), shapes).terms == 8


def entries_asked_for(solution: Solution, name: str) -> int:
    printed = solution.run.values.printed(Symbol(name))
    assert isinstance(printed, LazyEntries)
    return len(printed._made)


def test_one_entry_of_a_large_array_asks_for_no_other() -> None:
    rows = [[round(0.01 * (i + j) - 0.3, 2) for j in range(20)] for i in range(20)]
    rows[0][0] = 0.123456
    solution = solve(Problem.loads(
        f'[data]\nX = {rows}\n[parameters]\nw = 1.5\n[model]\nequations = """\nA = relu(w X)\nB = A ⊙ A\nC = B + B\n'
        'L = sum(C)\n"""\nloss = "L"\n'
    ))  # fmt: skip
    lines = [line.strip() for line in solution.text("txt").splitlines()]
    assert "a₁,₁ = ReLU(1.5·0.123456) ≈ 0.1852" in lines
    assert "c₁,₁ ≈ 0.03429 + 0.03429 ≈ 0.06859" in lines  # the printed numbers give 0.06858
    assert max(entries_asked_for(solution, name) for name in "AB") <= 100 < len(rows) ** 2
