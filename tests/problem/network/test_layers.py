"""Every layer of [network], by a table of the equations it stands for: a layer that is missing there fails a test."""

import json
import re
import tomllib
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from support.places import FACT_FILES

import derive
from derive.problem.network import LAYERS
from derive.problem.network.shorthand import expand_network
from derive.problem.reading.equations import read_name

FACTS = tomllib.loads((FACT_FILES / "layers.toml").read_text("utf-8"))
SHAPES = {read_name(name): tuple(shape) for name, shape in FACTS["shapes"].items()}


def expanded(table: dict[str, Any]) -> tuple[str, list[str]]:
    """The equations of a network, and what is wrong with it."""
    faults: list[str] = []
    lines = expand_network(table, SHAPES, lambda message, hint="", *path: faults.append(f"{message}: {hint}"))
    return "\n".join(text for text, _ in lines), faults


def test_equations_know_their_layer_head_and_time_step() -> None:
    inner = [{"layer": "rnn", "return_sequences": True}]
    layers = [{"layer": "residual", "layers": inner}]
    lines = expand_network({"input": "s", "layers": layers}, SHAPES, lambda *told: None)
    places = [within for text, within in lines if text.startswith("h_")]
    assert places == [(("residual", 1), ("rnn", 1), ("t", t)) for t in (1, 2)]


@pytest.mark.parametrize("layer", FACTS["layer"], ids=lambda layer: layer["key"])
def test_a_layer_stands_for_equations(layer: dict[str, Any]) -> None:
    text, faults = expanded(layer)
    assert not faults and text == layer["equations"].strip()


def test_every_layer_is_in_the_table() -> None:
    assert {layer["key"] for layer in FACTS["layer"]} == set(LAYERS)


def test_a_loss_of_a_sequence_is_the_sum_over_its_steps() -> None:
    layers = [{"layer": "rnn", "return_sequences": True}]
    text, faults = expanded({"input": "s", "target": "y", "layers": layers, "loss": "half squared error"})
    assert not faults
    assert text.endswith("L = half_squared_error(h_1, y_1) + half_squared_error(h_2, y_2)")


FAULTS: list[tuple[list[Any], str]] = [
    ([3], "layer 1 is not a table: expected for example { units = 3"),
    ([{"layer": "convo"}], "layer 1 is of no known kind, `convo`: did you mean `conv`?"),
    ([{"layer": "maxpool"}], "layer 1 (maxpool) does not say its `size`: expected a whole number, or two: [2, 1]"),
    ([{"layer": "maxpool", "size": 0}], "layer 1 (maxpool): `size` cannot be `0`"),
    ([{"layer": "flatten", "size": 2}], "layer 1 (flatten) has no setting `size`: it has none"),
    ([{"layer": "dropout", "mask": "n"}], "layer 1 needs the mask `n`: give it in [parameters], or in [data]"),
    ([{"layer": "gru", "reset": "never"}], 'layer 1 (gru): `reset` cannot be `never`: expected "before" or "after"'),
    ([{"units": 3}, {"layer": "residual", "layers": [{"units": 1}, {"units": 1}]}],
     "layer 2.2 needs the weights `W_3`: give it in [parameters]"),
    ([{"layer": "rnn"}, {"layer": "rnn", "return_sequences": 1}], "`return_sequences` cannot be `1`: expected true"),
    ([{"layer": "rmsnorm", "epsilon": 0}], "layer 1 (rmsnorm): `epsilon` cannot be `0`: expected a number above 0"),
    ([{"layer": "attention", "memory": "N"}], "layer 1 needs what it looks at, `N`"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "message"), FAULTS)
def test_a_fault_of_a_layer(layers: list[Any], message: str) -> None:
    _, faults = expanded({"input": "x", "layers": layers})
    assert len(faults) == 1 and message in faults[0]


def test_a_residual_layer_keeps_the_sequence() -> None:
    layers = [{"layer": "residual", "layers": [{"layer": "rnn"}]}]
    _, faults = expanded({"input": "s", "layers": layers})
    assert faults == ["layer 1 goes round layers that do not keep the sequence: set return_sequences = true in them"]


def test_a_sequence_needs_a_target_for_each_step() -> None:
    layers = [{"layer": "rnn"}]
    _, faults = expanded({"input": "s", "target": "y", "layers": layers, "loss": "squared error"})
    assert "gives 1 output for 2 targets" in faults[0]


def test_a_fault_of_a_layer_brings_no_fault_of_the_loss() -> None:
    layers = [{"layer": "lstm", "return_sequences": True}, {"layer": "gru"}]
    _, faults = expanded({"input": "s", "target": "y_1", "layers": layers, "loss": "squared error"})
    assert faults and not any("gives" in fault for fault in faults)


def test_losses_of_the_network_are_those_of_an_output_and_a_target() -> None:
    layers = [{"units": 3}]
    text, faults = expanded({"input": "x", "target": "y_1", "layers": layers, "loss": "cross entropy logits"})
    assert not faults and text.endswith("L = cross_entropy_logits(z_1, y_1)")


SIGNAL = """
[data]
x = [[1, 3, 2, 5, 4, 7, 6, 9], [2, 1, 4, 3, 6, 5, 8, 7]]
[parameters]
K_1 = [[[1, 0, -1], [0, 1, 0]], [[0, 2, 0], [1, 0, 0]]]
gamma_1 = [2, 3]
[network]
input = "x"
layers = [{ layer = "conv" }, { layer = "LAYER", size = 2 }, { layer = "batchnorm", epsilon = "1/100" }]
"""


@pytest.mark.parametrize("pool", ["maxpool", "avgpool"])
def test_a_signal_is_pooled_along_its_length_channel_by_channel(pool: str) -> None:
    solution = derive.solve(derive.Problem.loads(SIGNAL.replace("LAYER", pool)))
    (first, second), length = solution["Z_1"].value, 2
    of = max if pool == "maxpool" else lambda window: sum(window) / length
    expected = tuple(tuple(of(row[i : i + length]) for i in range(0, 6, length)) for row in (first, second))
    assert solution["P_1"].value == expected
    assert solution["m_{N,1}"].value == tuple(sum(row) / 3 for row in expected)


def each_worked_out(problem: derive.Problem) -> derive.Problem:
    """The problem with a page on which every step is worked out."""
    return replace(problem, page=replace(problem.page, alike="each"))


STACKED = """
[data]
s_1 = [1, "1/2"]
s_2 = [-1, 2]
X = [[1, 0.5, -1], [0, 2, 1]]
y = 1
Y = [[0, 1, 0], [1, 0, 1]]
"""


def _weights(names: dict[str, tuple[int, ...]]) -> str:
    """Values for the names, all different: numbers, and arrays of one or two axes."""
    random = Random(1)

    def array(shape: tuple[int, ...]) -> Any:
        return [array(shape[1:]) for _ in range(shape[0])] if shape else random.randint(-9, 9) / 10

    return "[parameters]\n" + "\n".join(f'"{name}" = {array(shape)}' for name, shape in names.items())


LSTMS = {f"{w}_{gate}^{{({i})}}": (2, 2) for i in (1, 2) for gate in "fgio" for w in "WU"}
ATTENTIONS = {f"W_{{{w},{head}}}^{{({i})}}": (1, 2) for i in (1, 2) for head in (1, 2) for w in "QKV"}


@pytest.mark.parametrize(
    "text",
    [
        STACKED + _weights({**LSTMS, "W_1": (1, 2)}) + """
[network]
input = "s"
target = "y"
layers = [{ layer = "lstm", return_sequences = true }, { layer = "lstm" }, { units = 1 }]
loss = "squared error"
gradients = ["h_1^{(1)}"]
[names]
"dL/dW_f^{(1)}" = ["delta^{(1)}"]
[page]
figures = false
""",
        STACKED + _weights(ATTENTIONS) + """
[network]
input = "X"
target = "Y"
layers = [{ layer = "attention", heads = 2 }, { layer = "attention", heads = 2 }]
loss = "squared error"
[page]
figures = false
ask = ["dL/dO^{(1)}", "dL/dO^(2)"]
""",
    ],
    ids=["lstm", "attention"],
)  # fmt: skip
def test_stacked_layers_are_the_same_problem_from_their_toml(text: str) -> None:
    solution = derive.solve(each_worked_out(derive.Problem.loads(text)))
    again = derive.solve(derive.Problem.loads(solution.text("toml")))
    assert again.ids == solution.ids and again.problem.page.ask == solution.problem.page.ask
    assert [again[step].value_text for step in again.ids] == [solution[step].value_text for step in again.ids]
    # equations do not say of which layer or step they were: no headings of parts, and other pictures
    headings = re.compile(r"^#{3,4} [^①②③\n]*\n\n", re.MULTILINE)
    assert headings.sub("", again.text("md")) == headings.sub("", solution.text("md"))


def test_equations_are_spelled_as_the_language_reads_them() -> None:
    solution = derive.solve(derive.Problem.loads(STACKED + """
[parameters]
"W^{(1)}" = [1, 2]
[model]
equations = "L^{(1)} = sum((W^{(1)}^2 - s_1)^2)"
loss = "L^{(1)}"
"""))  # fmt: skip
    assert solution["L^(1)"].equation == "L^{(1)} = sum((W^{(1)}^2 - s_1)^2)"
    steps = {step["id"]: step["equation"] for step in json.loads(solution.text("json"))["steps"]}
    assert steps["W^(1)"] == "W^{(1)} = [1; 2]"
    assert steps["dL^(1)/dW^(1)"].startswith("dL^{(1)}/dW^{(1)} = ")
