"""What the arguments of operations are called: the weight of layer 2 is W_2."""

from typing import Any

from derive.pytorch.graph import arguments, aten_key, is_node
from derive.pytorch.layout import LAYOUT

_KERNEL = {"weight": "K", "bias": "b"}
_NORM = {"weight": "gamma", "bias": "beta"}
_CELL = {"w_ih": "W", "w_hh": "U", "b_ih": "b", "b_hh": "b'"}

LETTERS: dict[str, dict[str, str]] = {
    "linear": {"weight": "W", "bias": "b"},
    **dict.fromkeys(("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d"), _KERNEL),
    **dict.fromkeys(("layer_norm", "rms_norm", "batch_norm", "group_norm", "instance_norm"), _NORM),
    **dict.fromkeys(("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"), _CELL),
    "embedding": {"weight": "E"},
    "prelu": {"weight": "a"},
}
"""For each operation the letters of its arguments, which get the number of the layer; the first is its weight."""

_WEIGHTS = ("W", "U", "b", "b'")

RECURRENT = ("rnn_tanh", "rnn_relu", "lstm", "gru")

IMAGES = {"conv1d": 1, "conv_transpose1d": 1, "max_pool1d": 1, "avg_pool1d": 1,
          "conv2d": 2, "conv_transpose2d": 2, "max_pool2d": 2, "avg_pool2d": 2}  # fmt: skip
"""Operations on images and signals, and along how many axes they go."""


def letters(graph: Any) -> tuple[dict[Any, str], dict[Any, int]]:
    """For the given values that have a letter their names; for each operation with weights its number."""
    names: dict[Any, str] = {}
    numbers: dict[Any, int] = {}
    count = 0
    for node in graph.nodes:
        for i, (letter, argument) in enumerate(_lettered(node)):
            value = _source(argument)
            if value is None:
                continue
            if value not in names:
                count += i == 0 or letter == "W"
                names[value] = f"{letter}_{count}"
            numbers[node] = int(names[value].rpartition("_")[2])
    return names, numbers


def _source(value: Any) -> Any:
    """The given value that an argument is, or is a part of; None for what is worked out."""
    while (
        is_node(value) and value.op == "call_function" and (aten_key(value) in LAYOUT or aten_key(value) == "getitem")
    ):
        value = value.args[0]
    return value if is_node(value) and value.op == "placeholder" else None


def _lettered(node: Any) -> list[tuple[str, Any]]:
    """The arguments of an operation that have a letter."""
    if node.op != "call_function":
        return []
    key, args = aten_key(node), dict(arguments(node))
    if key in RECURRENT and isinstance(args.get("params"), list | tuple):
        return list(zip(_WEIGHTS[: 4 if args["has_biases"] else 2] * len(args["params"]), args["params"], strict=False))
    return [(letter, args.get(name)) for name, letter in LETTERS.get(key, {}).items()]
