"""What Keras, PyTorch and everyday speech call layers, activations, losses and rules, read as what they are here.

Only names whose meaning is certain are here; for others the message lists what there is. They are read in any
spelling: `MaxPool2d`, `nn.MaxPool2d()` and `max_pool_2d` are `max pool 2d`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from derive.operations import FUNCTIONS

KIND_KEYS = ("type", "kind", "class", "class_name")
"""What others call the key `layer`."""

OTHER_SETTINGS: Mapping[str, str] = {
    "out features": "units", "neurons": "units", "nodes": "units", "strides": "stride", "pool size": "size",
    "num heads": "heads", "use bias": "bias", "return sequences": "return_sequences", "eps": "epsilon",
}  # fmt: skip
OTHER_TABLES: Mapping[str, str] = {
    "optimizer": "update", "optimiser": "update", "training": "update", "weights": "parameters",
    "params": "parameters", "parameter": "parameters", "inputs": "data", "input": "data", "given": "data",
    "layers": "network", "equations": "model", "number": "numbers",
}  # fmt: skip
"""What others call the tables of a problem file."""
OTHER_RATES = ("lr", "rate")
UPDATE_KEYS: Mapping[str, str] = {
    **dict.fromkeys(OTHER_RATES, "write `learning_rate`"), "eps": "write `epsilon`",
    "betas": "write `beta_1 = 0.9` and `beta_2 = 0.999`", "maximize": "write `maximise`",
    "momentum": 'write rule = "momentum" and beta = 0.9', "optimizer": "write `rule`", "optimiser": "write `rule`",
    "iterations": "write `steps`", "batch_size": "write `batch`", "nesterov": 'write rule = "nesterov"',
    "max_norm": "write `clip_norm`", "clipnorm": "write `clip_norm`", "clipvalue": "write `clip_value`",
}  # fmt: skip
"""What others call the keys of [update], and what to write."""


_FROM_WEIGHTS, _FROM_KERNELS = (
    "leave it out: W has a column for each input",
    "leave it out: it follows from the kernels",
)
LAYER_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("in_features", "input_dim", "input_shape", "input_size", "inputs"), _FROM_WEIGHTS),
    **dict.fromkeys(("filters", "kernel_size", "in_channels", "out_channels", "channels"), _FROM_KERNELS),
    **dict.fromkeys(("hidden_size", "units"), "leave it out: it follows from the weights"),
    **dict.fromkeys(("rate", "p"), "the mask is given: mask = \"M\""),
    "kernel_initializer": "give the weights in [parameters]",
}  # fmt: skip
"""Settings of layers that others have and that are not needed here, and why."""


def _folded(name: str) -> str:
    """A name without its module, its spaces and signs, in small letters."""
    bare = name.rpartition(".")[2].removesuffix("()")
    return "".join(char for char in bare.casefold() if char.isalnum())


def _known(name: str, own: Iterable[str], others: Mapping[str, str]) -> str:
    """What is meant: one of `own` in any spelling, or what another name stands for; else the name itself."""
    if name in own:
        return name
    same = {_folded(key): meant for key, meant in others.items()} | {_folded(key): key for key in own if "'" not in key}
    return same.get(_folded(name), name)


class Renamed(Protocol):
    """A kind of layer, a loss or an update rule."""

    @property
    def others(self) -> str:
        """What others call it, parted by ` | `."""


def other_names(row: Renamed) -> list[str]:
    """What others call a layer, a loss or a rule."""
    return [name for name in row.others.split(" | ") if name]


def meant_key(name: str, rows: Mapping[str, Renamed]) -> str:
    """The key of the layer, loss or rule that a name means; the name itself where that is not certain."""
    return _known(name, rows, {other: key for key, row in rows.items() for other in other_names(row)})


def function_name(name: str) -> str:
    """The operation that an activation's name means; the name itself where that is not certain."""
    return _known(name, list(FUNCTIONS), {})


def layer_table(layer: Any, kinds: Mapping[str, Renamed]) -> Any:
    """A layer of [network] with the key `layer` and the settings as they are called here."""
    if not isinstance(layer, dict):
        return layer
    read: dict[str, Any] = {}
    for key, value in layer.items():
        own = "layer" if key in KIND_KEYS and "layer" not in layer else _known(key, (), OTHER_SETTINGS)
        read[own] = function_name(value) if own in {"activation", "function"} and isinstance(value, str) else value
    kind = read.get("layer")
    if isinstance(kind, str):
        read["layer"] = meant_key(kind, kinds)
        if read["layer"] not in kinds and function_name(kind) in FUNCTIONS:
            read |= {"layer": "activation", "function": function_name(kind)}
    return read
