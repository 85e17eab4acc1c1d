"""What `detail = "short"` leaves out and what it keeps."""

import derive
from derive import Problem

SOFTMAX = """
[data]
x = [1, 3]
y = [0, 1, 0]
[parameters]
V = [[0.2, -0.1], [0.4, 0.3], [-0.5, 0.6]]
[model]
equations = '''
s = V x
q = softmax(s)
L = cross_entropy(q, y)
'''
loss = "L"
"""


def page(detail: str) -> str:
    return derive.solve(Problem.loads(SOFTMAX), detail=detail).text("txt")


def test_short_keeps_the_short_rule_and_drops_the_jacobian() -> None:
    short, full = page("short"), page("full")
    assert "In short:" in short and "dL/ds = q − y" in short
    assert "diag(q)" in full and "diag(q)" not in short and "Jacobian" not in short


def test_a_unit_with_one_input_adds_nothing_up() -> None:
    text = "[data]\nx = [[1, 2, 4]]\n[parameters]\nw = [[0.5], [3]]\nc = [1, 2]\n[model]\nequations = 'z = w x%s'\n"
    (bias, plain) = (derive.solve(Problem.loads(text % end)).text("txt") for end in (" + c", ""))
    assert "its input by its weight and adds its bias." in bias and "products" not in bias
    assert "its input by its weight." in plain and "products" not in plain
