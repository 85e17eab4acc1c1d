"""The shorthand [network]: layers → the equations that they stand for, as text in the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from derive.errors import suggestion
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.operations import FUNCTIONS, MACROS, ROWS

_LAYER_KEYS = ("units", "activation", "bias")


class Report(Protocol):
    """Takes a fault: message, hint, and the path of the key."""

    def __call__(self, message: str, hint: str = "", *path: str) -> None: ...


def expand_network(table: Mapping[str, Any], shapes: Mapping[Name, Shape], fault: Report) -> str:
    """The equations of a network: `z_1 = W_1 x + b_1`, `A_1 = ReLU(z_1)`, …, and the loss `L` last.

    A bias that has no value is left out; the last layer without an activation is linear.
    """
    layers = table.get("layers")
    if not isinstance(layers, list) or not layers or not all(isinstance(layer, dict) for layer in layers):
        fault("`layers` is not a list of layers", 'expected [{ units = 3, activation = "ReLU" }]', "network", "layers")
        return ""
    ids = {name.id: shape for name, shape in shapes.items()}
    current = _known(table, "input", ids, fault)
    lines: list[str] = []
    for i, layer in enumerate(layers, 1):
        before = len(lines)
        lines += _layer(i, layer, current, ids, fault)
        current = f"A_{i}" if len(lines) - before == 2 else f"z_{i}"
    if "loss" in table:
        lines.append(_loss(table, current, ids, fault))
    return "\n".join(lines)


def _known(table: Mapping[str, Any], key: str, ids: Mapping[str, Shape], fault: Report) -> str:
    name = table.get(key)
    if not isinstance(name, str) or name not in ids:
        message = f"the network's {key} `{name}` has no value" if name else f"the network has no `{key}`"
        fault(message, suggestion(str(name), ids) or f'expected {key} = "x", and x in [data]', "network", key)
    return str(name)


def _layer(i: int, layer: Mapping[str, Any], inputs: str, ids: Mapping[str, Shape], fault: Report) -> list[str]:
    for key in layer:
        if key not in _LAYER_KEYS:
            fault(f"a layer has no `{key}`", suggestion(key, _LAYER_KEYS) or f"it has: {', '.join(_LAYER_KEYS)}",
                  "network", "layers")  # fmt: skip
    weight, bias = f"W_{i}", f"b_{i}"
    if weight not in ids:
        fault(
            f"layer {i} needs the weights `{weight}`", "give them in [parameters], one row a unit", "network", "layers"
        )
        return []
    _check_units(i, layer, ids[weight], fault)
    if layer.get("bias") is True and bias not in ids:
        fault(f"layer {i} needs the bias `{bias}`", "give it in [parameters], one value a unit", "network", "layers")
    has_bias = bias in ids and layer.get("bias", True) is not False
    lines = [f"z_{i} = {weight} {inputs}" + (f" + {bias}" if has_bias else "")]
    activation = str(layer.get("activation", "identity"))
    if activation in {"identity", "linear", "none"}:
        return lines
    if activation not in FUNCTIONS or FUNCTIONS[activation] not in ROWS:
        fault(f"`{activation}` is not an activation", suggestion(activation, FUNCTIONS) or
              "`derive operations` lists them", "network", "layers")  # fmt: skip
        return lines
    return [*lines, f"A_{i} = {activation}(z_{i})"]


def _check_units(i: int, layer: Mapping[str, Any], shape: Shape, fault: Report) -> None:
    units = layer.get("units")
    rows = shape[0] if shape else 1
    if isinstance(units, bool) or not isinstance(units, int) or units < 1:
        fault(f"layer {i} does not say how many `units` it has", "expected units = 3", "network", "layers")
    elif units != rows:
        fault(f"layer {i} has {units} units, but `W_{i}` has {rows} row{'s' * (rows != 1)}",
              "W has one row for each unit and one column for each input", "network", "layers")  # fmt: skip


def _loss(table: Mapping[str, Any], output: str, ids: Mapping[str, Shape], fault: Report) -> str:
    losses = {macro.key.replace("_", " "): macro.spellings[0] for macro in MACROS.values() if "p" in macro.params}
    wanted = str(table["loss"])
    target = _known(table, "target", ids, fault)
    if wanted not in losses:
        hint = suggestion(wanted, losses) or f"one of: {', '.join(losses)}"
        fault(f"`{wanted}` is not a loss", hint, "network", "loss")
        return f"L = squared_error({output}, {target})"
    return f"L = {losses[wanted]}({output}, {target})"
