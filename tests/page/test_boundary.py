"""The line between two decisions, and what a model gives for samples that stand in one array."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.derivation.derive import derive as derived
from derive.figures import Boundary
from derive.page.blocks.boundary import boundary
from derive.problem.problem import Problem
from derive.solution import Solution, solve

SEPARABLE = """
[samples]
p = [[0, 0], [2, 0], [0, 2], [4, 4]]
q = [-1, -1, -1, 1]
[parameters]
w = [1, 0]
b = -1
[model]
loss = "L"
equations = '''
z = w^T p + b
L = (z - q)^2
'''
[update]
learning_rate = 0.01
steps = 40
batch = "all"
"""
ROWS = """
[data]
X = [[0, 1], [1, 0], [3, 3]]
y = [0, 0, 1]
[parameters]
w = [0.5, -0.5]
[model]
loss = "L"
equations = '''
h = sigmoid(X w)
L = sum((h - y)^2)
'''
[update]
learning_rate = 0.5
steps = 3
"""
THRESHOLD = """
[samples]
x = [[0, 0], [0, 1], [1, 0], [1, 1]]
t = [0, 1, 1, 1]
[parameters]
w = [1, 1]
b = -0.5
[model]
equations = '''
s = w^T x + b
a = step(s)
e = t - a
'''
[update]
learning_rate = 1
batch = 1
epochs = 1
equations = '''
w <- w + eta e x
b <- b + eta e
'''
"""


def drawn(text: str) -> Boundary | None:
    problem = Problem.loads(text)
    found = [block.figure for block in boundary(derived(problem), problem)]
    assert all(isinstance(figure, Boundary) for figure in found)
    return found[0] if found and isinstance(found[0], Boundary) else None


def crossed(solution: Solution, figure: Boundary, k: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    from derive.notation.notations import UNICODE
    from derive.page.view import View
    from derive.writers.figure_labels import FigureLabels

    labels = FigureLabels(View(solution.run, UNICODE, solution.blueprint.page.workings))
    return figure.lines(labels.field(figure, k))


def test_the_line_of_a_linear_model_is_straight() -> None:
    """z = x_1 − 1 is 0 where x_1 = 1, whatever x_2 is."""
    figure = drawn(SEPARABLE)
    assert figure
    assert (figure.threshold, figure.values) == (Fraction(0), (-1.0, 1.0))
    assert [point.upper for point in figure.points] == [False, False, False, True]
    pieces = crossed(solve(Problem.loads(SEPARABLE)), figure, 1)
    assert pieces
    assert all(abs(x - 1) < 1e-9 for piece in pieces for x, _ in piece)
    _, _, bottom, top = figure.extent
    assert {round(y, 6) for piece in pieces for _, y in piece} >= {round(bottom, 6), round(top, 6)}


@pytest.mark.parametrize("text", [ROWS, ROWS.replace("[[0, 1], [1, 0], [3, 3]]", "[[0, 1, 3], [1, 0, 3]]")
                                  .replace("y = [0, 0, 1]", "y = [[0, 0, 1]]").replace("X w", "w^T X")])  # fmt: skip
def test_samples_in_one_matrix_as_rows_or_columns(text: str) -> None:
    figure = drawn(text)
    assert figure
    assert [(point.x, point.y) for point in figure.points] == [(0, 1), (1, 0), (3, 3)]
    pieces = crossed(solve(Problem.loads(text)), figure, 1)
    assert all(abs(x - y) < 1e-9 for piece in pieces for x, y in piece)  # w^T x = 0 is the diagonal
    page = solve(Problem.loads(text)).text("txt")
    assert "beside what it should give" in page
    assert page.index("y, target") < page.index("h before") < page.index("h after")


def test_an_input_that_is_always_the_same_makes_no_plane() -> None:
    assert drawn(ROWS.replace("[[0, 1], [1, 0], [3, 3]]", "[[1, 1], [1, 0], [1, 3]]")) is None


def test_weights_that_are_given_are_no_samples() -> None:
    """X multiplies the one input x; the two numbers of y are its target."""
    frozen = ROWS.replace("[[0, 1], [1, 0], [3, 3]]\ny = [0, 0, 1]", "[[0, 1], [3, 2]]\nx = [1, 2]\ny = [0, 1]")
    frozen = frozen.replace("X w", "X x + w")
    assert drawn(frozen) is None
    assert "beside what it should give" not in solve(Problem.loads(frozen)).text("txt")


def test_a_threshold_unit_decides_by_what_goes_into_it() -> None:
    figure = drawn(THRESHOLD)
    assert figure
    assert (str(figure.names[2]), figure.threshold) == ("s", 0)


@pytest.mark.parametrize(
    "text",
    [
        SEPARABLE.replace("-1, -1, -1, 1]", "-1, 0, -1, 1]"),  # three targets
        SEPARABLE.replace("[[0, 0], [2, 0], [0, 2], [4, 4]]", "[0, 1, 2, 4]").replace("[1, 0]", "1")
        .replace("w^T p", "w p"),
        SEPARABLE.replace("[update]", "[page]\nfigures = ['loss']\n[update]"),
        SEPARABLE[: SEPARABLE.index("[update]")].replace("[samples]", "[data]").replace("w^T p", "w^T p[1, :]^T")
        .replace("(z - q)^2", "(z - q[1])^2"),  # no training
    ],
)  # fmt: skip
def test_no_line_where_there_is_none_to_draw(text: str) -> None:
    assert drawn(text) is None


def test_all_formats_have_it() -> None:
    solution = solve(Problem.loads(SEPARABLE))
    assert "boundary.svg" in solution.pictures("md")
    assert "before the training" in solution.text("tex")
    words = " ".join(solution.text("txt").split())
    assert "after the training (z > 0; q)" in words


@pytest.mark.parametrize("far", ["1e200", "-1e400"])
def test_samples_too_far_out_are_not_drawn(far: str) -> None:
    problem = Problem.loads(ROWS.replace("[3, 3]", f"[3, {far}]"))
    assert list(boundary(derived(Problem.loads(ROWS)), Problem.loads(ROWS)))
    assert not list(boundary(derived(problem), problem))
    assert solve(problem).text("txt")
