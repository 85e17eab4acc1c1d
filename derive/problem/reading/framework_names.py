"""What Keras, PyTorch and everyday speech call layers, activations, losses and rules, read as what they are here.

Only names whose meaning is certain are here; for others the message lists what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from derive.operations import FUNCTIONS

KIND_KEYS = ("type", "kind", "class", "class_name")
"""What others call the key `layer`."""

_LAYERS: Mapping[str, str] = {
    "linear": "dense", "fullyconnected": "dense", "fc": "dense", "conv1d": "conv", "conv2d": "conv",
    "convolution": "conv", "convtranspose2d": "transposed_conv", "conv2dtranspose": "transposed_conv",
    "maxpooling2d": "maxpool", "maxpooling1d": "maxpool", "maxpool2d": "maxpool", "maxpool1d": "maxpool",
    "maxpooling": "maxpool", "averagepooling2d": "avgpool", "averagepooling1d": "avgpool", "avgpool2d": "avgpool",
    "avgpool1d": "avgpool", "averagepooling": "avgpool", "batchnormalization": "batchnorm", "batchnorm1d": "batchnorm",
    "batchnorm2d": "batchnorm", "layernormalization": "layernorm", "rmsnormalization": "rmsnorm",
    "simplernn": "rnn", "elman": "rnn", "multiheadattention": "attention", "selfattention": "attention",
    "nonlinearity": "activation",
}  # fmt: skip
_SETTINGS: Mapping[str, str] = {
    "outfeatures": "units", "neurons": "units", "nodes": "units", "strides": "stride", "poolsize": "size",
    "numheads": "heads", "usebias": "bias", "returnsequences": "return_sequences", "eps": "epsilon",
}  # fmt: skip
_LOSSES: Mapping[str, str] = {
    "mse": "mean squared error", "mseloss": "mean squared error", "sse": "squared error",
    "mae": "mean absolute error", "l1loss": "mean absolute error", "bce": "binary cross entropy",
    "bceloss": "binary cross entropy", "binarycrossentropy": "binary cross entropy",
    "logloss": "binary cross entropy", "categoricalcrossentropy": "cross entropy",
    "sparsecategoricalcrossentropy": "cross entropy", "crossentropyloss": "cross entropy logits",
    "huberloss": "huber", "smoothl1loss": "huber", "hingeloss": "hinge",
}  # fmt: skip
_RULES: Mapping[str, str] = {
    "sgd": "gradient descent", "gd": "gradient descent", "steepestdescent": "gradient descent",
    "batchgradientdescent": "gradient descent", "stochasticgradientdescent": "gradient descent",
    "heavyball": "momentum", "nag": "nesterov", "nesterovmomentum": "nesterov",
    "nesterovacceleratedgradient": "nesterov", "newtonraphson": "newton", "newtonsmethod": "newton",
}  # fmt: skip
TABLES: Mapping[str, str] = {
    "optimizer": "update", "optimiser": "update", "training": "update", "weights": "parameters",
    "params": "parameters", "parameter": "parameters", "inputs": "data", "input": "data", "given": "data",
    "layers": "network", "equations": "model", "number": "numbers",
}  # fmt: skip
"""What others call the tables of a problem file."""
UPDATE_KEYS: Mapping[str, str] = {
    "lr": "write `learning_rate`", "rate": "write `learning_rate`", "eps": "write `epsilon`",
    "betas": "write `beta_1 = 0.9` and `beta_2 = 0.999`", "maximize": "write `maximise`",
    "momentum": 'write rule = "momentum" and beta = 0.9', "optimizer": "write `rule`", "optimiser": "write `rule`",
    "iterations": "write `steps`", "batch_size": "write `batch`", "loss": "equations name their loss: `dL_G/da`",
}  # fmt: skip
"""What others call the keys of [update], and what to write."""


def _folded(name: str) -> str:
    """A name without its module, its spaces and signs, in small letters."""
    bare = name.rpartition(".")[2].removesuffix("()")
    return "".join(char for char in bare.casefold() if char.isalnum())


def _known(name: str, own: Iterable[str], others: Mapping[str, str]) -> str:
    """What is meant: one of `own` in any spelling, or what another name stands for; else the name itself."""
    same = {_folded(key): key for key in own if "'" not in key}
    return name if name in own else same.get(_folded(name)) or others.get(_folded(name), name)


def loss_name(name: str, losses: Iterable[str]) -> str:
    """The loss of [network] that a name means; the name itself where that is not certain."""
    return _known(name, list(losses), _LOSSES)


def rule_name(name: str, rules: Iterable[str]) -> str:
    """The update rule that a name means; the name itself where that is not certain."""
    return _known(name, list(rules), _RULES)


def function_name(name: str) -> str:
    """The operation that an activation's name means; the name itself where that is not certain."""
    return _known(name, list(FUNCTIONS), {})


def layer_table(layer: Any, kinds: Iterable[str]) -> Any:
    """A layer of [network] with the key `layer` and the settings as they are called here."""
    if not isinstance(layer, dict):
        return layer
    read: dict[str, Any] = {}
    for key, value in layer.items():
        own = "layer" if key in KIND_KEYS and "layer" not in layer else _SETTINGS.get(_folded(key), key)
        read[own] = function_name(value) if own in {"activation", "function"} and isinstance(value, str) else value
    kind = read.get("layer")
    if isinstance(kind, str):
        read["layer"] = _known(kind, list(kinds), _LAYERS)
        if read["layer"] not in kinds and function_name(kind) in FUNCTIONS:
            read |= {"layer": "activation", "function": function_name(kind)}
    return read
