"""Windows of pooling that hang over the end of what they lie on."""

import pytest

import derive
from derive.errors import InputError

MODEL = """
[data]
X = [[1, 5, 2, 0], [7, 3, 8, 4], [6, 9, 1, 2], [0, 2, 3, 11]]
[parameters]
w = 2
[model]
equations = '''
P = {pooling}
L = w sum(P ⊙ P)
'''
loss = "L"
"""


def solved(pooling: str) -> derive.Solution:
    return derive.solve(derive.Problem.loads(MODEL.format(pooling=pooling)))


@pytest.mark.parametrize(
    ("pooling", "rows"),
    [
        ("maxpool(X, 3, stride = 2)", "9"),
        ("maxpool(X, 3, stride = 2, overhang = 1)", "((9, 8), (9, 11))"),
        ("maxpool(X, 3, stride = 2, overhang = (1, 0))", "(9, 9)"),
        ("maxpool(-X, 3, stride = 2, overhang = 1)", "((-1, 0), (0, -1))"),
        ("9 avgpool(X, 3, stride = 2, overhang = 1)", "((42, 17), (21, 17))"),
    ],
)
def test_a_place_over_the_end_never_wins_and_is_0_in_a_mean(pooling: str, rows: str) -> None:
    assert str(solved(pooling)["P"].value_text).replace("'", "") == rows


def test_its_gradients_are_confirmed() -> None:
    text = MODEL.format(pooling="maxpool(v X, 3, stride = 2, overhang = 1)").replace("w = 2", "w = 2\nv = -0.5")
    solution = derive.solve(derive.Problem.loads(text))
    assert solution.verification.entries == 2 and solution["dL/dv"].value_text == "-4"


def test_a_window_that_holds_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="with overhang 2 the last window holds nothing"):
        solved("maxpool(X, 2, overhang = 2)")
