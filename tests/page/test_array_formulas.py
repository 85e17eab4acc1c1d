"""What is written with arrays as with numbers, and what only entry by entry."""

from __future__ import annotations

import re

import derive
from derive.problem.problem import Problem

ENTRYWISE = """
[data]
t = [1, 2]
c = 2
[parameters]
a = [3, 4]
b = [2, 5]
[model]
equations = '''
p = a / b
q = (1 - p^2) ⊙ a
s = (1 - t) ⊙ a
r = sqrt(p) + t
h = c b
g = t / c
L = sum((q - r + h - g + s)^2)
'''
loss = "L"
"""
"""Quotients, powers and roots of arrays; one number that makes an array larger."""

BENT = """
[data]
X = [[1, 2], [1, -1], [1, 0.5]]
y = [0, 1, 1]
[parameters]
w = [0, 0]
[model]
equations = '''
p = sigmoid(X w)
L = -mean(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))
'''
loss = "L"
[update]
rule = "newton"
learning_rate = 1
steps = 1
[page]
detail = "short"
"""


def pages(text: str) -> dict[str, str]:
    solution = derive.solve(Problem.loads(text))
    return {kind: " ".join(solution.text(kind).split()) for kind in ("txt", "tex")}


def test_numbers_are_put_into_a_quotient_of_arrays_entry_by_entry() -> None:
    tex = pages(ENTRYWISE)["tex"]
    assert r"\begin{bmatrix} \frac{3}{2} \tall \\ \frac{4}{5} \tall \end{bmatrix}" in tex
    assert r"(1 - 1.5^{2}) \cdot 3" in tex and r"\sqrt{1.5} + 1" in tex
    assert r"(1 - 1) \cdot 3" in tex and r"1 - \begin{bmatrix}" not in tex
    for array_in in (r"\\frac\{\\begin\{bmatrix\}", r"\\sqrt\{\\begin\{bmatrix\}", r"\\end\{bmatrix\}\^\{2\}"):
        assert not re.search(array_in, tex)


def test_a_sum_and_a_product_of_arrays_are_written_with_arrays() -> None:
    tex = pages(ENTRYWISE)["tex"].replace(r"\splits ", "")
    assert r"\begin{bmatrix} -3.75 \\ 1.44 \end{bmatrix} - \begin{bmatrix}" in tex


def test_one_number_for_all_entries_stands_in_front_of_the_gradient() -> None:
    text = pages(ENTRYWISE)["txt"]
    assert "⊙ dh/db = c·dL/dh where dh/db = c = 2" in text


def test_what_is_divided_by_a_name_is_no_fraction_in_a_fraction() -> None:
    text = ENTRYWISE.replace("h = c b", "h = b / c")
    assert r"\frac{1}{c} \cdot \frac{d L}{d h}" in pages(text)["tex"]


def test_newtons_step_has_its_numbers() -> None:
    tex = pages(BENT)["tex"]
    assert r"\begin{bmatrix} 0 \\ 0 \end{bmatrix} - 1 \cdot \begin{bmatrix} 0.25 & " in tex
    assert r"\end{bmatrix}^{-1} \cdot \begin{bmatrix}" in tex


def test_rows_of_a_matrix_of_formulas_do_not_touch() -> None:
    """Where they are higher than a line."""
    text = """
    [parameters]
    w = 0.5
    [model]
    equations = '''
    q = [w; 1/w]
    r = [w; 2]
    L = sum(q^2) + sum(r^2)
    '''
    loss = "L"
    """
    tex = pages(text)["tex"]
    assert r"\begin{bmatrix} w \\[10pt] \frac{1}{w} \end{bmatrix}" in tex
    assert r"\begin{bmatrix} w \\ 2 \end{bmatrix}" in tex
