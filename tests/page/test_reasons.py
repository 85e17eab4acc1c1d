"""What a page says under its steps: true where it stands, said once, and said where a student would ask."""

from __future__ import annotations

import re

import pytest

import derive
from derive import Solution
from derive.problem.problem import Problem


def solved(equations: str, data: str = "", parameters: str = "", more: str = "", loss: bool = True) -> Solution:
    """A small problem worked out; data and parameters separated by semicolons."""
    tables = [
        f"[{name}]\n" + "\n".join(map(str.strip, lines.split(";"))) if lines else ""
        for name, lines in (("data", data), ("parameters", parameters))
    ]
    model = f"[model]\nequations = '''\n{equations}\n'''\n" + ("loss = 'L'\n" if loss else "")
    return derive.solve(Problem.loads("\n".join([*tables, model, more])))


def page(*args: str, loss: bool = True) -> str:
    """Its page, every space one space."""
    return " ".join(solved(*args, loss=loss).text("txt").split())


def under(page: str, formula: str) -> str:
    """What stands between a formula and the end of its step."""
    _, _, after = page.partition(formula)
    assert after, formula
    return after.partition(") ")[0] if ") d" not in after else after.partition(") d")[0]


WEIGHT = "A weight multiplies one input"
THROUGH = "goes back through the same weights"
OTHER = "A factor of a matrix product"

# --- which factor is the parameter -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equations", "data", "parameters", "expected"),
    [
        ("h = W x\nL = sum(h^2)", "x = [1, 2]", "W = [[1, 2], [3, 4]]", WEIGHT),
        ("h = x^T W\nL = sum(h^2)", "x = [1, 2]", "W = [[1, 2], [3, 4]]", WEIGHT),
        ("z = w^T x\nL = z^2", "x = [1, 2]", "w = [3, 4]", WEIGHT),
        ("h = X w\nL = sum(h^2)", "X = [[1, 2], [3, 4], [5, 6]]", "w = [3, 4]", f"{WEIGHT} in every row"),
        ("H = W X\nL = sum(H^2)", "X = [[1, 2, 3], [3, 4, 5]]", "W = [[3, 4]]", f"{WEIGHT} in every column"),
        ("H = exp(A) exp(B)\nL = sum(H^2)", "", "A = [[1, 2], [3, 4]]; B = [[0, 1], [1, 0]]", OTHER),
        ("H = c B A\nL = sum(H^2)", "c = 2", "A = [[3, 4]]; B = [1, 2]", OTHER),
        ("U = c B\nH = U A\nL = sum(H^2)", "c = 2", "A = [[3, 4]]; B = [1, 2]", OTHER),
    ],
)
def test_the_reason_of_a_factor_asks_which_is_the_parameter(
    equations: str, data: str, parameters: str, expected: str
) -> None:
    text = page(equations, data, parameters)
    assert [reason for reason in (WEIGHT, THROUGH, OTHER) if reason in text] == [
        expected.removesuffix(" in every row").removesuffix(" in every column")
    ]
    assert expected in text


@pytest.mark.parametrize("equations", ["h = W x\np = V h\nL = sum(p^2)", "h = x^T W\np = h V\nL = sum(p^2)"])
def test_the_gradient_of_a_hidden_layer_goes_through_the_weights(equations: str) -> None:
    text = page(equations, "x = [1, 2]", "W = [[1, 2], [3, 4]]; V = [[1, 2], [3, 1]]")
    assert WEIGHT in under(text, ") dL/dV =")
    assert THROUGH in under(text, ") dL/dh =")


# --- forward ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equations", "data", "expected"),
    [
        ("z = W x + b\nL = sum(z^2)", "x = [1, 2]", "adds the products up and adds its bias."),
        ("z = W x\nL = sum(z^2) + sum(b)", "x = [1, 2]", "adds the products up."),
        ("z = W x - b\nL = sum(z^2)", "x = [1, 2]", "adds the products up and subtracts its threshold."),
        ("V = c W W\nz = V x\nL = sum(z^2) + sum(b)", "x = [1, 2]; c = 3", "adds the products up."),
        ("A = exp(W)\nz = A x\nL = sum(z^2) + sum(b)", "x = [1, 2]", "a row of the first times a column of the second"),
    ],
)
def test_units_weights_and_biases_are_named_where_there_are_any(equations: str, data: str, expected: str) -> None:
    text = page(equations, data, "W = [[1, 2], [3, 1]]; b = [1, 2]")
    assert expected in text
    assert ("Each unit" in text) is ("adds the products" in expected)
    assert ("its bias" in text) is ("bias" in expected)


def test_a_product_of_weights_is_no_layer_of_units() -> None:
    """Also where a given number makes it larger; what comes out multiplies the inputs."""
    text = page(
        "h = W x + c B A x\nL = sum(h^2)", "x = [1, 2]; c = 2; W = [[1, 0], [0, 1]]", "A = [[3, 4]]; B = [1, 2]"
    )
    assert "a row of the first times a column of the second" in under(text, ") h⁽²⁾ = h⁽¹⁾·A")
    assert "Each unit multiplies its inputs" in under(text, ") h = W·x + h⁽²⁾·x")
    assert "its input by its weight" not in text


def test_one_number_goes_into_several_units() -> None:
    text = page("h = tanh(w x)\np = v^T h\nL = (p - 1)^2", "x = 0.5", "w = [1, 2]; v = [3, 4]")
    assert "Each unit multiplies its inputs" in under(text, ") p = vᵀ·h")


CONVOLUTION = "X = [[1, 2, 0, 1], [0, 1, 3, 1], [2, 0, 1, 2], [1, 1, 0, 4]]"


@pytest.mark.parametrize("stride", [1, 2])
def test_zeros_stand_between_the_entries_where_a_kernel_takes_steps(stride: int) -> None:
    equations = f"Z = conv(X, K, stride = {stride})\nL = sum(Z^2)"
    text = page(equations, "", f"{CONVOLUTION}; K = [[1, 2], [3, 4]]")
    assert ("between its entries" in text) is (stride == 2)
    places = {1: "4 − 2 + 1 = 3.", 2: "(4 − 2)/2 + 1 = 2."}[stride]
    assert f"a window of 2 along an axis of 4 entries is {places}" in text


def test_windows_that_do_not_fit_are_rounded_down() -> None:
    text = page("Z = conv(X, K, stride = 2)\nL = sum(Z^2)", CONVOLUTION, "K = [[1, 2, 1], [3, 4, 0], [0, 1, 0]]")
    assert "is (4 − 3)/2 + 1, rounded down to 1." in text


def test_a_jacobian_has_the_name_of_its_softmax() -> None:
    solution = solved("q_1 = softmax(s)\nL = sum(q_1^2)", "", "s = [1, 2]")
    assert "holds (1 − q₁,ᵢ)·q₁,ᵢ on its diagonal and −q₁,ᵢ·q₁,ⱼ beside it" in " ".join(solution.text("txt").split())
    assert "in row $i$ and column $j$" in solution.text("tex")


@pytest.mark.parametrize(
    ("equations", "data", "parameters", "expected"),
    [
        ("m = mean(x)\nd = x - m\nv = mean(d^2)\nh = d/sqrt(v + 0.01)\nL = sum(h^3)", "", "x = [1, 2, 4]",
         ["A mean:", "The variance:", "the small number 0.01 keeps the root away from 0", "In a mean each entry"]),
        ("M = mean(X, rows)\nL = sum(M^2)", "", "X = [[1, 2], [3, 5]]", ["A mean:", "the gradient is shared out"]),
        ("S = K^T Q\nR = S/sqrt(2)\nA = softmax(R, columns)\nL = sum(A^2)", "",
         "K = [[1, 2], [3, 4]]; Q = [[1, 0], [2, 1]]", ["The scores are divided by the root"]),
        ("d = dropout(a, m, p = 0.5)\nL = sum(d^2)", "m = [1, 0]", "a = [3, 4]",
         ["The others are divided by 1 − 0.5, the share that is kept"]),
        ("mu = 2 a\ns = exp(c)\nz = mu + s ⊙ n\nD = kl_normal(mu, s)\nL = D + sum(z^2)",
         "n = [0.5, -1]", "a = [1, 2]; c = [0, 1]", ["The reparameterisation:", "the gradient reaches μ and s."]),
    ],
)  # fmt: skip
def test_what_a_student_would_ask_has_its_reason(
    equations: str, data: str, parameters: str, expected: list[str]
) -> None:
    text = page(equations, data, parameters)
    assert [sentence for sentence in expected if sentence not in text] == []


def test_what_only_looks_like_it_has_none() -> None:
    """A root under a quotient is no score, a mask that is added no reparameterisation, a mean square no variance."""
    text = page("h = x/sqrt(2)\nz = h + x ⊙ n\nq = mean(x^2)\nL = sum(z^2) + q", "n = [0.5, -1]", "x = [1, 2]")
    assert [word for word in ("score", "reparameterisation", "variance") if word in text] == []


# --- the loss, and no loss -------------------------------------------------------------------------------------------


def test_the_backward_pass_begins_once() -> None:
    text = page("q = x + y\nL = q z", "", "x = -2; y = 5; z = -4")
    begins = "The backward pass begins with the derivative of L by what it is computed from."
    assert text.count(begins) == 1
    assert begins in under(text, ") dL/dz =")
    assert "the output" not in text and "layers" not in text


# --- only where a backward pass needs it -----------------------------------------------------------------------------

SATURATED = "a = sigmoid(x)\nr = relu(y)\nL = (a + r - 1)^2"


def test_a_page_without_gradients_speaks_of_none() -> None:
    forward, whole = (page(SATURATED, "", "x = 20; y = 0", loss=loss) for loss in (False, True))
    assert "Saturated: 1 − a ≈" in forward and "Saturated: 1 − a ≈" in whole
    assert "would turn the gradients below into 0" in whole and "By convention the derivative there is 0" in whole
    assert "gradients" not in forward and "kink" not in forward


def test_after_the_last_update_no_gradient_is_spoken_of() -> None:
    text = page("a = sigmoid(x)\nr = relu(y)\nL = (a + r)^2", "y = 0", "x = 2", "\n[update]\nlearning_rate = -400")
    after = text[text.index("After the update") : text.index("The same in one expression")]
    assert "Saturated" in after and "gradients" not in after and "kink" not in after


def test_a_kink_of_what_is_given_is_none() -> None:
    assert "kink" not in page("r = relu(y)\nL = (w + r)^2", "y = 0", "w = 1")


# --- once a page -----------------------------------------------------------------------------------------------------


def test_a_sentence_is_said_where_it_first_holds_and_not_again() -> None:
    network = "z = W x\na = relu(z)\nu = V a\nb = relu(u)\nc = relu(b)\nL = sum(c)"
    text = page(network, "x = [1, 2]", "W = [[1, 2], [3, 1]]; V = [[1, -1], [1, 2]]")
    assert text.count("ReLU keeps positive values") == 1
    assert "ReLU keeps positive values" in under(text, ") b = ReLU(u)")


def test_zeros_that_are_left_out_are_spoken_of_in_scalars_too_and_once() -> None:
    equations = "s = w^T x\nt = sum(x)\nL = (s + t)^2"
    data = "x = [1, 0, 2, 3, 0, 4, 5]"
    text = page(equations, data, "w = [1, 2, 3, 4, 5, 6, 7]")
    assert text.count("In long sums, terms that are 0 are left out.") == 1
    assert "terms that are 0" in under(text, ") s = wᵀ·x")
    assert "terms that are 0" not in page(equations, "x = [1, 9, 2, 3, 9, 4, 5]", "w = [1, 2, 3, 4, 5, 6, 7]")


def test_a_short_rule_is_explained_once() -> None:
    samples = "\n[samples]\nx = [1, 2, 3]\nt = [1, 0, 1]\n[update]\nlearning_rate = 0.5\nbatch = 1\nsteps = 3"
    text = page("z = w x\np = sigmoid(z)\nL = binary_cross_entropy(p, t)", "", "w = 0.5", samples)
    assert text.count("In short:") == 3
    assert text.count("the gradient is the output minus the target") == 1


def test_the_bar_is_explained_at_its_first_use() -> None:
    text = page("u = 2 w\nv = 3 w\nL = u v", "", "w = 1")
    assert text.count("the parts add up.") == 1
    assert "dL/dw|v is the part of the derivative that comes through v" in text
    assert "is the part of" not in page("u = 2 w\nL = u^2", "", "w = 1")


# --- training --------------------------------------------------------------------------------------------------------

TRAINING = "\n[samples]\nx = [1, 2, 3, 4]\nt = [1, 0, 1, 1]\n[update]\nlearning_rate = 0.01\nbatch = {}\nsteps = {}"
LINE = "p = w x + b\nL = (p - t)^2"


def test_passes_that_are_not_written_out_are_spoken_of() -> None:
    text = page(LINE, "", "w = 0.5; b = 0", TRAINING.format(1, 90) + "\nshow = [1, 3, 5]")
    assert "Pass 2 works in the same way and is not written out. Pass 3 ===" in text, (
        "the table has what it begins with"
    )
    assert "Pass 4 works in the same way and is not written out. updates" in text
    assert "Passes 6 to 90 work in the same way and are not written out. After 90 updates" in text
    assert re.search(r"updates +w +b -[- ]+ 4 +\S+ +\S+ Pass 5 ===", text), "what pass 5 begins with"
    assert "not written out" not in page(LINE, "", "w = 0.5; b = 0", TRAINING.format(1, 3))


def test_the_pass_after_the_last_update_says_what_it_is_of() -> None:
    one, two = (page(LINE, "", "w = 0.5; b = 0", TRAINING.format(batch, 3)) for batch in (1, 2))
    assert "After 3 updates =============== With sample 4 of 4: x = 4 t = 1" in one
    assert "After 3 updates =============== With these of the 4 samples: 3, 4." in two


def test_the_table_says_what_it_shows() -> None:
    large = "W = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]; b = 0"
    text = page(
        "L = mean((W x + b)^2)",
        "x = [1, 2, 3]",
        large,
        "\n[update]\nlearning_rate = 0.001\nsteps = 2\n[page]\nentries = 8",
    )
    assert "Each row shows the loss and those of the parameters that fit on the page after that many updates." in text
    text = page(LINE, "x = 1; t = 2", "w = 1; b = 0", "\n[update]\nlearning_rate = 0.001\nsteps = 2")
    assert "Each row shows the loss and the parameters after that many updates." in text


PERCEPTRON = "z = w x + b\ny = step(z)\ne = t - y"
RULE = "equations = '''\nw <- w + eta e x\nb <- b + eta e\n'''"


def test_a_perceptron_has_no_loss_and_its_rule_is_explained() -> None:
    samples = f"\n[samples]\nx = [1, 2]\nt = [1, 0]\n[update]\nlearning_rate = 1\nbatch = 1\nepochs = 20\n{RULE}"
    text = page(PERCEPTRON, "", "w = 0; b = 0", samples, loss=False)
    assert text.count("The perceptron rule:") == 1
    assert "One row for each epoch: the parameters at its end." in text and "loss" not in text


ADAM = """
[update]
learning_rate = 0.1
equations = '''
m <- a m + (1 - a) dL/dw
v <- c v + (1 - c) (dL/dw)^2
n <- m/(1 - a^k)
r <- -eta n/sqrt(v)
w <- w + r
'''
[update.constants]
a = 0.9
c = 0.5
[state]
m = 0
v = 0
"""


def test_an_update_that_is_written_as_equations_is_explained() -> None:
    text = page("L = w^2", "", "w = 3", ADAM)
    for sentence in ("running mean of the gradients", "running mean of the squared", "begins at 0", "The step:"):
        assert text.count(sentence) == 1, sentence
    assert "Learning rate η = 0.1. k is the number of the step, counted from 1." in text


def test_a_named_rule_is_explained_once() -> None:
    text = page("L = w^2", "", "w = 3", '\n[update]\nrule = "adam"\nlearning_rate = 0.1')
    for sentence, count in {"Adam keeps": 1, "running mean": 2, "at 0": 1, "The step:": 1}.items():
        assert text.count(f" {sentence}") == count, sentence


# --- the frame -------------------------------------------------------------------------------------------------------


def test_steps_with_digits_of_their_own_are_spoken_of() -> None:
    own = '\n[numbers]\ncarry = "rounded"\ndecimals = 3\nsteps = { p = { decimals = 5 } }'
    every = '\n[numbers]\ncarry = "rounded"\ndecimals = 3'
    problem = ("p = w/7\nL = p^2", "", "w = 3")
    assert "Every step is rounded to 3 decimals (some steps to another number of digits)" in page(*problem, own)
    assert "Every step is rounded to 3 decimals, and" in page(*problem, every)


def test_what_was_checked_is_said_as_it_is() -> None:
    smooth = page("L = w^2", "", "w = 3")
    assert "Checked by differentiating" in smooth and "every gradient comes out" in smooth and "kink" not in smooth
    edge = page("a = relu(w)\nL = (a - 1)^2", "", "w = 0")
    assert "Where a value lies on a kink, the branch is the one that the convention takes." in edge
    assert "kink" not in page("a = relu(w)\nL = (a - 1)^2", "", "w = 1")
    training = page("L = w^2", "", "w = 3", "\n[update]\nlearning_rate = 0.1\nsteps = 2")
    assert "every gradient of the first and of the last pass comes out the same" in training


def test_derivatives_that_are_not_shown_are_spoken_of() -> None:
    short = page("z = w x\nL = (z - y)^2", "x = 1; y = 2", "w = 3")
    assert "SymPy finds" in short and "left out" not in short
    deep = "a = tanh(u x + v)\nb = sigmoid(w a)\nL = (b - y)^2 + u"
    assert "The longer derivatives are left out." in page(deep, "x = 1; y = 2", "u = 1; v = 2; w = 3")
    large = page("z = w[1] v\nL = (z - 1)^2", "", f"w = {list(range(1, 31))}; v = 2")
    assert "Of each array only one entry is shown." in large


UPHILL = """
[parameters]
w = 0.5
v = [1, 2]
[model]
equations = "J = w - w^2 - v^T v"
loss = "J"
[update]
learning_rate = 0.1
{more}
"""


def test_an_objective_that_is_to_grow_is_no_loss() -> None:
    up, down = (derive.solve(Problem.loads(UPHILL.format(more=more))).text("txt") for more in ("maximise = true", ""))
    assert "J is the objective" in up
    assert "Gradient ascent" in up
    assert "J goes from" in up
    assert "the loss" not in up
    assert "Gradient descent" not in up
    assert "J is the loss" in down
    assert "Gradient descent" in down
    assert "ascent" not in down


def test_a_sign_before_a_sum_with_a_product_in_it_goes_into_its_terms() -> None:
    data = "y = [1, 0]\nx = [0.3, 0.7]"
    text = page("L = -sum(y ⊙ log(p) + (1 - y) ⊙ log(1 - p)) + x^T p", data, "p = [0.3, 0.6]")
    assert "−y/p + (1 − y)/(1 − p)" in text
    assert "−1 ⊙" not in text


def test_few_derivatives_stand_in_one_expression_of_many_one_of_each_array() -> None:
    def shown(count: int, settings: str = "") -> list[str]:
        text = page("z = w^T x\nL = (sigmoid(z) - y)^2", f"x = {[1] * count}; y = 2", f"w = {[3] * count}", settings)
        return re.findall(r"dL/dw[₀-₉]+ ", text[text.index("SymPy") :])

    assert shown(2) == ["dL/dw₁ ", "dL/dw₂ "]
    assert shown(17) == ["dL/dw₁ "]
    assert len(shown(17, '\n[page]\nentries = "all"')) == 17


def test_numbers_are_put_into_the_first_derivative_of_each_array() -> None:
    text = page("z = w^T x\nL = (sigmoid(z) - y)^2", "x = [1, 3]; y = 2", "w = [3, -1]")
    assert "dL/dw₁ = 2·σ(z)·(1 − σ(z))·(σ(z) − y)·x₁ = 2·σ(0)·(1 − σ(0))·(σ(0) − 2)·1 = −0.75" in text
    assert "dL/dw₂ = 2·σ(z)·(1 − σ(z))·(σ(z) − y)·x₂ = −2.25" in text


def test_one_derivative_is_told_as_one() -> None:
    assert "SymPy finds this derivative of the expression." in page("z = w^2\nL = z + w", "", "w = 3")


def test_a_second_derivative_through_an_operation_on_arrays_is_told_as_any_other() -> None:
    """The step is about a derivative, which no equation of the model has as its name."""
    text = page("z = w x\na = global_avgpool(z)\nL = (a - y)^2\nH = d^2L/dw^2", "x = 0.5; y = 1", "w = 0.5")
    assert "H = d²L/dw²" in text and "Every printed digit is certain" in text
