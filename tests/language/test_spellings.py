"""What has one meaning is read as that, however it is spelled; what has two is refused, with both spellings."""

from __future__ import annotations

import pytest

from derive.errors import InputError
from derive.problem.problem import Problem
from derive.solution import solve

GIVEN = """
[data]
x = [1, -2]
h = [3, 0.5]
y_1 = 4
y_2 = 0.5
y_3 = -1
c = 0.5
k = 2
W = [[3, 1], [-2, 5]]
[parameters]
W1 = [[1, 2], [0, -1]]
V = [[1, 0, 2, -1]]
b1 = [0.5, -0.5]
[model]
equations = '''
EQUATIONS
'''
"""


def problem(equations: str) -> Problem:
    """A model over a few given values."""
    return Problem.loads(GIVEN.replace("EQUATIONS", equations))


def printed(equations: str, name: str = "r") -> str:
    """The value of a name, as text."""
    return str(solve(problem(equations))[name].value_text)


def fault(equations: str) -> str:
    """What a model is refused for."""
    with pytest.raises(InputError) as caught:
        problem(equations)
    return str(caught.value)


SAME = [
    ("r = W1@x + b1", "r = W_1 x + b_1"),
    ("z1 = W1 x\nr = z1[2]", "z_1 = W_1 x\nr = z_1[2]"),
    ("r = x.T W_1.T x", "r = x^T W_1^T x"),
    ("r = np.exp(torch.sin(x))", "r = exp(sin(x))"),
    ("r = ||x||", "r = sqrt(x^T x)"),
    (r"r = \|x - h\|_2^3", "r = sqrt((x - h)^T (x - h))^3"),
    (r"r = c \| x - h \|^2 + ||x||_2^{2}", "r = c sum((x - h)^2) + sum(x^2)"),
    (r"r = 2 \lVert x \rVert_1", "r = 2 sum(|x|)"),
    (r"r = ‖x‖_\infty", "r = max(|x|)"),
    ("r = ||c| - 3|", "r = abs(abs(c) - 3)"),
    ("r = |c||c - 1|", "r = abs(c) abs(c - 1)"),
    (r"r = \lvert c - 1 \rvert", "r = abs(c - 1)"),
    ("for t = 1..3:\n  p_t = t c + c^t\nr = p_3", "r = 3 c + c^3"),
    (r"r = \sum_{t=1}^{3} c^{t-1} y_t", "r = y_1 + c y_2 + c^2 y_3"),
    (r"r = \prod_{t=1}^{3} (y_t - t)", "r = (y_1 - 1) (y_2 - 2) (y_3 - 3)"),
    ("for k = 1..3:\n  p_k = y_{4-k}\nr = p_1", "r = y_3"),
    ("for k = 1..1:\n  p_k = y_{2k+1}\nr = p_1", "r = y_3"),
    ("g_4 = 0\nfor t = 3..1:\n  g_t = y_t + c g_{t+1}\nr = g_1", "r = y_1 + c (y_2 + c y_3)"),
    (r"r = \sum_{i=1}^{2} (c x_i - h_i)^2", "r = sum((c x - h)^2)"),
    (r"r = \sum_{i=1}^{2} V_i", "r = V[1, 1] + V[1, 2]"),
    (r"r = -\sum_i h_i \ln |x_i|", "r = -sum(h ⊙ log(abs(x)))"),
    (r"r = \sum_{i} (x_i - h_i)^2 + \sum_{i,j} W_{1,i,j}^2", "r = sum((x - h)^2) + sum(W_1^2)"),
    (r"r = \sum_{ij} c V_{ij} + \prod_i x_i", "r = c sum(V) + prod(x)"),
    (r"r = c \ln |c| - \log_2 x_1 + \exp c", "r = c log(abs(c)) - log2(x[1]) + exp(c)"),
    (r"r = \ln x_1^2 + \ln \frac{1}{3} + \ln \sigma(c)", "r = log(x[1]^2) + log(1/3) + log(sigmoid(c))"),
    (r"r = \left\langle x, h \right\rangle - ⟨x, x⟩", "r = x^T h - x^T x"),
    (r"r = \mathbb{1}[c > 0] + 2 \mathbf{1}_{\{c > 1\}}", "r = [c > 0] + 2 [c > 1]"),
    (r"r = \sum_{j=1}^{2} \mathbb{1}[j = k] x_j", "r = x[2]"),
    ("r = x[k] + W[1, k] + W[k, 1]", "r = x[2] + W[1, 2] + W[2, 1]"),
    ("r = x_1 h_2", "r = x[1] h[2]"),
    ("r = s = c + 1", "r = c + 1"),
    ("s = c + 1; r = s^2", "s = c + 1\nr = s^2"),
    (r"\begin{aligned} s &= c + 1 \\ r &= s^2 \end{aligned}", "s = c + 1\nr = s^2"),
    (r"\begin{aligned}[t] s &= c + 1 \\ r &= s^2 \end{aligned}", "s = c + 1\nr = s^2"),
    ("\\begin{align*}\ns &= c + 1 \\\\\nr &= s^2\n\\end{align*}", "s = c + 1\nr = s^2"),
    ("r = V [x, h]", "r = V [x; h]"),
    ("r = V [x, y_1, c]", "r = V [x; y_1; c]"),
]


@pytest.mark.parametrize(("spelled", "plain"), SAME)
def test_read_as_the_same(spelled: str, plain: str) -> None:
    assert printed(spelled) == printed(plain)


REFUSED = [
    ("r = W_1^2 x", "`W_1 W_1` for the product of matrices, `W_1 ⊙ W_1`"),
    ("r = x.dot(h)", "side by side"),
    ("r == c", "one `=`"),
    ("while c > 1: r", "a loop counts"),
    ("return c", "write `y = …`"),
    ('r = f"{c}"', "holds no text"),
    ("r = c if c > 0 else 0", "where("),
    ("r = np.maximum(0, c)", "`max(a, b)`"),
    ("r = x.sum()", "`sum(x)`"),
    ("r -= c", "`w <- w - …`"),
    (r"r = ||x||_7", "there is no norm `7`"),
    (r"r = \sum_{t=1}^{4} y_t", "`y_t` is not defined"),
    ("r = y_4", "did you mean"),
]


@pytest.mark.parametrize(("equations", "hint"), REFUSED)
def test_refused_with_what_to_write(equations: str, hint: str) -> None:
    assert hint in fault(equations)


WARNED = [
    ("r = V [x, h]", "is read as `[a; b]`"),
    ("r = c + 1 = 1.5", "several formulas"),
    ("z = W_1 x\nL = sum(z^2)", 'loss = "L"'),
]


@pytest.mark.parametrize(("equations", "message"), WARNED)
def test_warned_of(equations: str, message: str) -> None:
    assert any(message in str(warning) for warning in problem(equations).warnings)


def test_squares_that_are_added_up_are_clear() -> None:
    assert printed("r = sum(W_1^2)") == "6"


def test_one_target_for_several_outputs_is_warned_of() -> None:
    text = GIVEN.replace("EQUATIONS", "z = W_1 x\nL = sum((z - c)^2)") + 'loss = "L"\n'
    assert any("every entry of `z` is compared with the one number `c`" in str(w) for w in Problem.loads(text).warnings)
    alone = text.replace("z - c", "z - h")
    assert not any("compared" in str(warning) for warning in Problem.loads(alone).warnings)


def test_the_square_of_a_length_has_no_root_and_a_slope_at_0() -> None:
    solution = solve(Problem.loads(GIVEN.replace("EQUATIONS", "L = ||W1 x - W1 x||^2") + 'loss = "L"\n'))
    assert solution["L"].equation == "L = sum(L:1^2)" and solution["dL/dW_1[1,1]"].value == 0
