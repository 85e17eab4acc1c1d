"""Files as people write them first: what is certain is read, else the message says where and what to write instead."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
from flint import arb

from derive.commands.cli import main
from derive.errors import InputError
from derive.language.expressions import Apply
from derive.language.names import Symbol
from derive.problem.problem import Problem
from derive.solution import solve

NETWORK = """
[data]
x = [1, -2]
t = [0, 1]
[parameters]
W_1 = [[1, 2], [0.5, -1]]
[network]
input = "x"
target = "t"
layers = [LAYERS]
loss = "LOSS"
[update]
rule = "RULE"
learning_rate = 0.1
"""


def network(layers: str = "{ units = 2 }", loss: str = "squared error", rule: str = "gradient descent") -> Problem:
    """A small network."""
    return Problem.loads(NETWORK.replace("LAYERS", layers).replace("LOSS", loss).replace("RULE", rule))


def fault(text: str) -> str:
    """What a file is refused for, one fault only."""
    with pytest.raises(InputError) as caught:
        solve(Problem.loads(text))
    (only,) = caught.value.faults
    return str(only)


LAYERS = [
    ('{ type = "Dense", units = 2, activation = "relu" }', '{ units = 2, activation = "ReLU" }'),
    ('{ type = "nn.Linear", out_features = 2 }, { layer = "nn.Tanh" }',
     '{ units = 2 }, { layer = "activation", function = "tanh" }'),
    ('{ class_name = "Dense", units = 2, activation = "Sigmoid" }', '{ units = 2, activation = "sigmoid" }'),
    ('{ units = 2 }, { layer = "LayerNormalization", epsilon = 0.1 }',
     '{ units = 2 }, { layer = "layernorm", epsilon = 0.1 }'),
]  # fmt: skip


@pytest.mark.parametrize(("theirs", "ours"), LAYERS)
def test_layers_by_other_names(theirs: str, ours: str) -> None:
    assert network(theirs).equations == network(ours).equations


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("mse", "mean squared error"), ("MSELoss", "mean squared error"), ("L1Loss", "mean absolute error"),
     ("mean_squared_error", "mean squared error"), ("CrossEntropyLoss", "cross entropy logits"),
     ("hinge_loss", "hinge")],
)  # fmt: skip
def test_losses_by_other_names(theirs: str, ours: str) -> None:
    assert network(loss=theirs).equations == network(loss=ours).equations


@pytest.mark.parametrize(
    ("theirs", "ours"), [("SGD", "gradient descent"), ("Adam", "adam"), ("RMSProp", "rmsprop"), ("NAG", "nesterov")]
)
def test_rules_by_other_names(theirs: str, ours: str) -> None:
    assert network(rule=theirs).update == network(rule=ours).update


def test_a_layer_that_is_not_known_says_nothing_of_those_after_it() -> None:
    with pytest.raises(InputError) as caught:
        network('{ units = 5, activation = "sigmod" }, { units = 1 }')
    assert len(caught.value.faults) == 1


def test_keys_of_letters_beyond_ascii_need_no_quotes() -> None:
    text = '[data]\nγ = 0.9 # discount\n[parameters]\nŵ_1 = 2\n[model]\nequations = "L = γ ŵ_1^2"\nloss = "L"'
    assert solve(Problem.loads(text))["dL/dw_hat_1"].value_text == "3.6"


MODEL = "[parameters]\nw = 1\n[model]\nequations = "
REFUSED = [
    ('[data]\nx = 1\n[model]\nequations = "y = \\frac{x}{2}"', ("line 4", "`\\frac`", "'''")),
    ('[data]\n"θ" = 1\n[model]\nequations = """\ny = 2 \\theta"""', ("line 4", "`\\theta`", "'''")),
    ('{"data": {"x": 1}}', ("line 1", "JSON")),
    ("[data]\nx = 1\nx = 2", ("line 3", "each key stands once")),
    ("[data]\nx = [1, None]", ("line 2", "every entry is a number")),
    ("[data]\nx = True", ("line 2", "`true`")),
    ("[data]\nx = (1, 2)", ("line 2", "brackets")),
    ("[data]\nx = {1, 2}", ("line 2", "brackets")),
    ("[data]\nA = [1, 2; 3, 4]", ("line 2", "[[1, 2], [3, 4]]")),
    ("[data]\nx = np.zeros(3)", ("line 2", "written out")),
    ('[parameters]\nw = 1\n[Model]\nequations = "L = w"', ("line 3", "`model`")),
    (f'{MODEL}["z = w", "L = z"]\nloss = "L"', ("line 4", "is a list")),
    (f'{MODEL}"y = w"\nloss = "(y - 1)^2"', ("line 5", "is not a name", "L = (y - 1)^2")),
    (f'{MODEL}"""\nfor i in x:\n  s_i = w\nL = s_1"""\nloss = "L"', ("line 5", "1..3")),
    (f'{MODEL}"p = softmax([w, w], dim = 0)"', ("line 4", "`softmax(X, rows)`")),
    (f'{MODEL}"y = w^2 // squared"', ("line 4", "`#`")),
    (f'{MODEL}"y = F.cross_entropy(w, w)"', ("line 4", "`cross_entropy_logits(z, y)`")),
    (f'{MODEL}"y = torch.nn.functional.mse_loss(w, w)"', ("line 4", "`mse(p, y)`")),
    (f"{MODEL}'y = [[cos(w), sin(w)], [w, 1]]'", ("line 4", "`[a, b; c, d]`")),
    (f"{MODEL}'y = [w != 0]'", ("line 4", "`1 - [a == b]`")),
    (f"{MODEL}'y = \\sum_i w'", ("line 4", "sum_{i=1}^{3}")),
    (f"{MODEL}'y = grad(w, w)'", ("line 4", "`dL/dw`")),
    (f'{MODEL}"y = w"\n[network]\ninput = x', ("line 6", "in quotes")),
    (f'{MODEL}"y = jnp.maximum(0, w)"', ("line 4", "`max(a, b)`")),
    (f'{MODEL}"L = w^2"\nloss = "L"\n[update]\nlr = 0.1', ("line 7", "`learning_rate`")),
    ("data:\n  x: 1", ("line 1", "YAML")),
    ("[data]\nlearning rate = 1", ("line 2", "`learning_rate`")),
    ('language = "xx"\n[data]\nx = 1\n[model]\nequations = "y = x"', ("line 1", "catalogue")),
    (
        '[parameters]\nw = 0\n[model]\nequations = """\nz = sqrt(w)\nL = z + 1"""\nloss = "L"',
        ("line 5", "division by 0"),
    ),
    ('[parameters]\nw = 0\n[model]\nequations = """\nL = sqrt(w)\n"""\nloss = "L"', ("line 5", "division by 0")),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_refused_once_with_its_line(text: str, said: tuple[str, ...]) -> None:
    message = fault(text)
    assert all(part in message for part in said)


def test_a_name_is_defined_whatever_is_wrong_on_the_right() -> None:
    assert "has no meaning here" in fault("[data]\nx = 1\n[model]\nequations = '''\ny = x $ 2\nz = y^2\n'''")


def test_tables_by_other_names() -> None:
    with pytest.raises(InputError, match=r"write \[update\]"):
        Problem.loads('[data]\nx = 1\n[optimizer]\nlr = 1\n[model]\nequations = "y = x"')


def test_a_file_in_the_place_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["handout.toml", "--to", "md"])
    assert caught.value.code == 2
    assert "derive solve handout.toml --to md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "said"),
    [("lr = 0.1", "`learning_rate`"), ("betas = [1, 2]", "`beta_1")],
)
def test_keys_of_an_update_by_other_names(key: str, said: str) -> None:
    text = NETWORK.replace("LAYERS", "{ units = 2 }").replace("LOSS", "mse").replace("RULE", "sgd") + key
    with pytest.raises(InputError, match=said):
        Problem.loads(text)


@pytest.mark.parametrize(("head", "last"), [("range(3)", 2), ("range(1, 4)", 3)])
def test_a_repetition_as_python_counts(head: str, last: int) -> None:
    text = f"[parameters]\nw = 1\n[model]\nequations = '''\ns_0 = w\nfor k in {head}:\n  t_k = k w\n'''"
    assert [equation.name.id for equation in Problem.loads(text).equations][-1] == f"t_{last}"


@pytest.mark.parametrize("function", ["F.relu", "nn.functional.relu", "keras.activations.relu", "jnp.tanh"])
def test_modules_of_programs_are_left_out(function: str) -> None:
    (equation,) = Problem.loads(f"{MODEL}'y = {function}(w)'").equations
    assert isinstance(equation.expr, Apply)
    assert equation.expr.op == function.rpartition(".")[2]


@pytest.mark.parametrize(
    ("setting", "said"), [("in_features = 2", "a column for each input"), ("filters = 2", "from the kernels")]
)
def test_settings_that_are_not_needed_are_named(setting: str, said: str) -> None:
    text = f"""
[data]
x = [1, 2]
[parameters]
W_1 = [[1, 2]]
[network]
input = "x"
layers = [{{ type = "Linear", {setting}, out_features = 1 }}]
"""
    with pytest.raises(InputError, match=said) as caught:
        Problem.loads(text)
    assert len(caught.value.faults) == 1


def test_an_equation_goes_on_behind_a_backslash() -> None:
    """As in Python."""
    (equation,) = Problem.loads(MODEL + "'''\ny = w + \\\n  2 w\n'''").equations
    assert isinstance(equation.expr, Apply)
    assert equation.expr.op == "add"


ONE_UNIT = "[data]\nDATA\n[parameters]\nw = 0.5\n[model]\nequations = '''\nEQUATIONS\n'''\n"


@pytest.mark.parametrize(
    ("key", "name"),
    [("s'", "s'"), ("W^{[1]}", "W^[1]"), (r"\hat{z}^{(1)}", "z_hat^(1)"), ("x_{1,2}", "x_{1,2}"), ("ŷ", "y_hat")],
)
def test_names_that_toml_does_not_allow_as_they_stand(key: str, name: str) -> None:
    text = ONE_UNIT.replace("DATA", f"{key} = 3").replace("EQUATIONS", f"α = w {key}\nγ = α^2")
    assert [given.name.id for given in Problem.loads(text).givens] == [name, "w"]
    assert "line 2: `" in str(Problem.loads(text.replace("w " + key, "w")).warnings[0])


@pytest.mark.parametrize(
    ("given", "equations", "place", "hint"),
    [
        ("h_{t-1} = 1", "r = w", "line 2: `h_{t-1}` is not a name: nothing says what `t` is", "`for t = 1..3:`"),
        ("c = 1", "r = w c_{s+1}", "line 7: nothing says what `s` is", "`for s = 1..3:`"),
        ("c = 1", "u(c) = w c", "line 7: `u` is a quantity, which has no arguments", "write `u = …` alone"),
        ("W⁻ = 1", "r = w", "line 2: `W⁻` is not a name: above a name stands a number", "`W^{(minus)}`, or `W_minus`"),
        ('"W_1^+" = 1', "r = w", "line 2: `W_1^+` is not a name: above a name stands", "write `W_1^{(plus)}`"),
        ('"w^*" = 1', "r = w", "line 2: `w^*` is not a name: above a name stands", "write `w^{(star)}`, or `w_star`"),
        ('"W^{old}" = 1', "r = w", "line 2: `W^{old}` is not a name: above a name", "write `W^{(old)}`, or `W_old`"),
        ('"w^T" = 1', "r = w", "line 2: `w^T` is not a name", "a formula stands in an equation: L = w^T"),
        ("c = 1", "r⁻ = w c", "line 7: above a name stands a number or a word", "write `r^{(minus)}`, or `r_minus`"),
        ("c = 1", "r = w c^{(-)}", "line 7: above a name stands a number or a word", "write `c^{(minus)}`"),
        ("z = [1, 2]", "r = w z_j", "line 7: `z_j` is not defined", "write all entries at once, `z`"),
        (
            "c = 1",
            "r = huber(w, c, delta = -2)",
            "the setting `delta` is not a number above 0",
            "huber(p, y, delta = 1)",
        ),
        ("c = 1", "r = clip(w, delta = 0)", "`delta` is not a number above 0", "clip(r, delta = 1)"),
        ("c = 1", "L = BCEWithLogitsLoss(w, c)", "`BCEWithLogitsLoss` is not an operation", "bce(sigmoid(z), y)"),
    ],
)
def test_what_lectures_write_and_numbers_do_not_say(given: str, equations: str, place: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        Problem.loads(ONE_UNIT.replace("DATA", given).replace("EQUATIONS", equations))
    assert place in str(caught.value.faults[0]) and hint in str(caught.value.faults[0])


@pytest.mark.parametrize(
    ("word", "theirs"),
    [("arcsin", math.asin), ("acos", math.acos), ("asinh", math.asinh), ("artanh", math.atanh),
     ("cot", lambda x: 1 / math.tan(x)), ("sec", lambda x: 1 / math.cos(x)), ("csc", lambda x: 1 / math.sin(x))],
)  # fmt: skip
def test_the_formula_for_a_function_that_there_is_not_gives_its_value(
    word: str, theirs: Callable[[float], float]
) -> None:
    text = "[parameters]\nx = 0.3\n[model]\nequations = 'y = EQUATION'\n"
    (formula,) = re.findall("write `(.+)`", fault(text.replace("EQUATION", f"{word}(x)")))
    solution = solve(Problem.loads(text.replace("EQUATION", formula)))
    assert float(arb(solution.exact.flat(Symbol("y"), 1)[0])) == pytest.approx(theirs(0.3), rel=1e-12)


def test_a_power_0_of_infinity_is_no_number() -> None:
    text = ONE_UNIT.replace("DATA", "c = 0").replace("EQUATIONS", "r = inf^c\nq = exp(r) w")
    assert "r is not defined: a power 0 of ∞" in fault(text)


def test_what_belongs_into_another_table() -> None:
    text = NETWORK.replace("LAYERS", "{ units = 2 }").replace("LOSS", "mse").replace("RULE", "sgd")
    assert "it belongs into [update]" in fault(text.replace("[update]", 'optimizer = "sgd"\n[update]'))
    assert "it belongs into [page]" in fault(text.replace("[update]", 'course = "ML"\n[update]'))


def test_an_argument_that_was_refused_is_no_second_fault_where_it_stands_again() -> None:
    text = ONE_UNIT.replace("DATA", "c = 1").replace("EQUATIONS", "u(t) = w c\nr = tanh(u(t)) + u(t)")
    assert "line 7: `u` is a quantity" in fault(text)


def test_a_loss_in_a_line_that_cannot_be_read_is_no_second_fault() -> None:
    text = ONE_UNIT.replace("DATA", "c = 1").replace("EQUATIONS", "L_G = w c\nL_D = -w^2 +")
    assert "line 8: the text ends here" in fault(
        f'{text}losses = ["L_D", "L_G"]\n[update]\nlearning_rate = 1\nloss = "L_D"\n'
    )
