"""Windows of convolutions and poolings, and weights of attention, drawn as cells."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from support.solutions import solved

from derive.derivation.derive import derive as derived
from derive.examples import names
from derive.figures import Grid
from derive.figures.attention import attention_figure
from derive.figures.drawing.arrange import drawing_of
from derive.figures.drawing.grids import _shades
from derive.figures.drawing.primitives import SHADED, Circle, Rectangle, Text
from derive.figures.renderers.svg import SCRIPT
from derive.figures.windows import window_figures
from derive.language.names import Symbol
from derive.notation.notations import UNICODE
from derive.page.view import View
from derive.problem.problem import Problem
from derive.solution import Solution, solve
from derive.writers.figure_labels import FigureLabels

DILATED = """
[data]
Y = [[1, 0], [0, 1]]
[parameters]
X = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3], [4, 5, 6, 7]]
K = [[1, -1], [0.5, 2]]
b = 0.25
[model]
loss = "L"
equations = '''
Z = conv(X, K, dilation = 2) + b
L = sum((Z - Y)^2)
'''
"""
POOLED = """
[parameters]
X = [[3, -1, 0], [7, 2, 5], [1, 8, 4]]
[model]
loss = "L"
equations = '''
P = maxpool(X, 2, stride = 1)
L = 2 sum(P)
'''
"""
HEADS = """
[data]
X = [[1, 0], [0.5, -1], [2, 1]]
[parameters]
A_1 = [[0.5, 1], [1, 0]]
A_2 = [[1, 0], [0, 1]]
[model]
equations = '''
for h = 1..2:
    P_h = softmax(X A_h X^T, rows)
O = P_1 X + P_2 X
q = softmax(O, rows)
'''
"""


def worked(text: str) -> Solution:
    return solve(Problem.loads(text))


def labels(solution: Solution) -> FigureLabels:
    page = solution.blueprint.page
    return FigureLabels(View(solution.run, UNICODE, page.workings))


def test_a_picture_has_as_many_decimals_as_the_page() -> None:
    text = """
    [parameters]
    w = 0.1
    v = 3.14159265
    [model]
    equations = "L = tanh(w) + 15 exp(w) + 0 v"
    loss = "L"
    [numbers]
    decimals = 4
    """
    shown = labels(solution := worked(text))
    loss, weight, long = (Symbol(name) for name in "Lwv")
    assert shown.values(loss, None) == [["16.6772"]] and "16.6772" in solution.text("txt")
    assert shown.values(weight, None) == [["0.1"]]
    assert shown.values(long, None) == [["3.142"]]


def test_the_windows_stand_behind_the_step_that_looks_through_them() -> None:
    """In every format; in a PDF no picture moves to where there is room for it."""
    solution = worked(POOLED)
    for kind, picture, before, behind in (
        ("tex", "\\begin{drawing}", "{1)}", "{2)}"),
        ("md", ".svg", "**1)**", "**2)**"),
    ):
        text = solution.text(kind).partition("Forward propagation")[2]
        assert text.index(before) < text.index(picture) < text.index(behind)
    assert "{figure}" not in solution.text("tex")


def test_a_dilated_window_is_framed_cell_by_cell() -> None:
    ((step, _, figure),) = window_figures(derived(Problem.loads(DILATED)))
    assert step.id == "Z"
    source, kernel, made = (item for item in figure.rows[0] if isinstance(item, Grid))
    assert (source.name.id, kernel.name.id, made.name.id) == ("X", "K", "Z")
    assert made.framed == {0}
    assert source.framed == {0, 2, 8, 10}  # the first of four windows: every second row and column
    drawing = drawing_of(figure, labels(worked(DILATED)), SCRIPT)
    frames = [shape for shape in drawing.shapes if isinstance(shape, Rectangle) and shape.style == "lit weight"]
    assert len(frames) == 4 + 1 + 1 + 4


def test_the_gradient_goes_back_into_the_window() -> None:
    ((_, _, figure),) = window_figures(derived(Problem.loads(POOLED)))
    back = [item for item in figure.rows[1] if isinstance(item, Grid)]
    assert [(grid.name.id, grid.framed) for grid in back] == [("dL/dP", {0}), ("dL/dX", {0, 1, 3, 4})]
    page = worked(POOLED).text("txt")
    assert re.search(r"dL/dX\n\[0\] +\[0\] +0\n\[2\] +\[0\] +2\n +0 +4 +0", page)
    assert "goes back to the entry that was chosen" in " ".join(page.split())


def test_forward_alone_tells_of_no_gradient() -> None:
    text = POOLED.replace("L = 2 sum(P)\n", "").replace('loss = "L"\n', "")
    page = worked(text).text("md")
    assert "In the frame: one entry of $P$ and the window of $X$ that makes it." in page


def test_weights_of_attention_are_those_that_weigh_values() -> None:
    """Not the probabilities at the end."""
    attention = attention_figure(derived(Problem.loads(HEADS)))
    assert attention
    assert attention.axis == "rows"
    assert [grid.name.id for grid in attention.figure.grids] == ["P_1", "P_2"]


def test_the_largest_weight_is_the_darkest() -> None:
    solution = worked(HEADS)
    attention = attention_figure(solution.blueprint.derivation)
    assert attention
    drawing = drawing_of(attention.figure, labels(solution), SCRIPT)
    shades = {(shape.at, shape.style) for shape in drawing.shapes if isinstance(shape, Rectangle)}
    numbers = [
        s for s in drawing.shapes if isinstance(s, Text) and s.content.startswith(("0", "1")) and "." in s.content
    ]
    first = max(numbers[:9], key=lambda shape: float(shape.content))
    dark = [at for at, style in shades if style == "value5"]
    assert any(x <= first.at[0] <= x + 60 and y <= first.at[1] <= y + 12 for x, y in dark)


@pytest.mark.parametrize("figures", ["false", '["graph"]'])
def test_a_page_may_do_without(figures: str) -> None:
    text = f"{POOLED}\n[page]\nfigures = {figures}\n"
    assert not {"windows.svg", "attention.svg"} & set(worked(text).pictures("md"))
    assert "windows.svg" in worked(POOLED).pictures("md")


@pytest.mark.parametrize("name", names())
def test_cells_hold_their_numbers(name: str) -> None:
    solution = solved(name)
    derivation = solution.blueprint.derivation
    attention = attention_figure(derivation)
    figures = [figure for _, _, figure in window_figures(derivation)] + ([attention.figure] if attention else [])
    for figure in figures:
        drawing = drawing_of(figure, labels(solution), SCRIPT)
        assert not any(isinstance(shape, Circle) for shape in drawing.shapes)
        texts = [shape for shape in drawing.shapes if isinstance(shape, Text)]
        boxes = []
        for text in texts:
            width = SCRIPT.width(text.content) * text.size
            left = text.at[0] - {"start": 0, "middle": 0.5, "end": 1}[text.anchor] * width
            boxes.append((left, text.at[1] - 0.65 * text.size, left + width, text.at[1]))
        assert all(a[0] >= 0 and a[2] <= drawing.width and a[1] >= 0 and a[3] <= drawing.height for a in boxes)
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in combinations(boxes, 2))
        assert drawing.scale * 8 >= 6


@pytest.mark.parametrize("largest", [0.1, 0.4, 1 / 3, 0.7, 5e-324, 1e300])
def test_the_largest_entry_is_the_darkest(largest: float) -> None:
    """And nothing is darker, however the quotient is rounded."""
    darkest = len(SHADED["value"])
    assert _shades([largest, 0.0]) == [darkest, 0]
    assert max(_shades([largest * (k / 1000) for k in range(1, 1001)])) == darkest
