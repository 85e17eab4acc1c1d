"""Every layer of [network], by a table of the equations it stands for: a layer that is missing there fails a test."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from derive.equations import read_name
from derive.layers import LAYERS
from derive.network import expand_network

FACTS = tomllib.loads((Path(__file__).parent / "facts" / "layers.toml").read_text("utf-8"))
SHAPES = {read_name(name): tuple(shape) for name, shape in FACTS["shapes"].items()}


def expanded(table: dict[str, Any]) -> tuple[str, list[str]]:
    """The equations of a network, and what is wrong with it."""
    faults: list[str] = []
    text = expand_network(table, SHAPES, lambda message, hint="", *path: faults.append(f"{message}: {hint}"))
    return text, faults


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
