"""The operators of ONNX that have rows: what each writes, in the language of equations.

Source: the operator schemas of ONNX, https://onnx.ai/onnx/operators.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, TypeAlias

OnnxShape: TypeAlias = tuple[int, ...]


class Unwritable(Exception):
    """Something that the language does not write: the message says what."""


@dataclass(frozen=True, slots=True)
class OnnxValue:
    """An argument or a result: how the language writes it, its shape in ONNX, and its array."""

    text: str
    shape: OnnxShape
    array: Any = field(compare=False)


@dataclass(frozen=True, slots=True)
class OnnxCall:
    """What a row is given: the operands (None for one that is left out), the attributes, and the result's shape."""

    operands: tuple[OnnxValue | None, ...]
    attributes: Mapping[str, Any]
    shape: OnnxShape

    def attribute(self, name: str, default: Any) -> Any:
        """An attribute, or what it is where it is left out."""
        return self.attributes.get(name, default)

    @property
    def present(self) -> list[OnnxValue]:
        """The operands that are there."""
        return [operand for operand in self.operands if operand]


OperatorRow: TypeAlias = Callable[[OnnxCall], str]


def own_shape(shape: OnnxShape) -> OnnxShape:
    """An array's shape in the language: of images and signals without the batch, which has to be one sample."""
    if len(shape) <= 2:
        return shape
    if shape[0] == 1:
        shape = shape[1:]
    while len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return shape


def beside_target(operand: OnnxValue, target: OnnxShape) -> str:
    """An operand so that it goes with an array of `target` as NumPy's broadcasting does. Raises Unwritable."""
    shape, text = operand.shape, operand.text
    if prod(shape) == 1 or shape == target or own_shape(shape) == own_shape(target):
        return text
    if len(target) == 2:
        return f"{text}^T" if len(shape) == 1 else text
    if len(own_shape(shape)) == 1 and own_shape(shape)[0] == own_shape(target)[0] and len(shape) > 1:
        return text
    raise Unwritable(f"{_sizes(shape)} beside {_sizes(target)}")


def _sizes(shape: OnnxShape) -> str:
    return "×".join(map(str, shape)) or "a number"


def _args(call: OnnxCall) -> list[str]:
    """All operands, each so that it goes with the result."""
    return [beside_target(operand, call.shape) for operand in call.present]


def _function(text: str, **defaults: float) -> OperatorRow:
    """A function that works entry by entry, with its settings by ONNX's names."""

    def row(call: OnnxCall) -> str:
        found = {name: _number(call.attribute(name, default)) for name, default in defaults.items()}
        return text.format(*_args(call), **found)

    return row


def _number(value: float) -> str:
    """A setting, which ONNX holds in single precision."""
    return next(
        text for digits in range(1, 10) if float(text := f"{value:.{digits}g}") == round(value, 7) or digits > 7
    )


def _joined(sign: str) -> OperatorRow:
    return lambda call: sign.join(_args(call))


def _chosen(name: str) -> OperatorRow:
    return lambda call: f"{name}({', '.join(_args(call))})"


def _power(call: OnnxCall) -> str:
    base, exponent = _args(call)
    return f"{base}^{exponent}" if exponent.isdigit() else f"{base}^({exponent})"


def _clip(call: OnnxCall) -> str:
    x, low, high = (*call.operands, None, None)[:3]
    assert x is not None
    if low and high:
        return f"clip({x.text}, {low.text}, {high.text})"
    return f"max({low.text}, {x.text})" if low else f"min({high.text}, {x.text})" if high else x.text


def _gelu(call: OnnxCall) -> str:
    name = "gelu_tanh" if call.attribute("approximate", b"none") == b"tanh" else "GELU"
    return f"{name}({_args(call)[0]})"


# --- products --------------------------------------------------------------------------------------------------------


def _product(call: OnnxCall) -> str:
    left, right = call.present
    if max(len(left.shape), len(right.shape)) > 2:
        raise Unwritable("a product of more than two axes")
    text = f"{left.text}^T {right.text}" if len(left.shape) == 1 else f"{left.text} {right.text}"
    return f"({text})^T" if len(left.shape) == 1 and len(right.shape) == 2 else text


def _affine(call: OnnxCall) -> str:
    """alpha A B + beta C, each transposed where that is asked for."""
    turned = [call.attribute(name, 0) for name in ("transA", "transB")]
    a, b, *added = call.present
    first, second = (f"{each.text}^T" if turn else each.text for each, turn in zip((a, b), turned, strict=True))
    alpha, beta = (call.attribute(name, 1.0) for name in ("alpha", "beta"))
    text = f"{first} {second}" if alpha == 1 else f"{_number(alpha)} {first} {second}"
    if not added or beta == 0:
        return text
    last = beside_target(added[0], call.shape)
    return f"{text} + {last}" if beta == 1 else f"{text} + {_number(beta)} {last}"


# --- images ----------------------------------------------------------------------------------------------------------


def _window(call: OnnxCall, sizes: OnnxShape) -> str:
    """The settings of a window: stride, padding, dilation, where they are not the usual ones."""
    axes = len(sizes)
    pads = list(call.attribute("pads", [0] * 2 * axes))
    auto = call.attribute("auto_pad", b"NOTSET")
    if auto not in {b"NOTSET", b"VALID"} or pads[:axes] != pads[axes:] or call.attribute("ceil_mode", 0):
        raise Unwritable("padding that differs from side to side")
    named = {"stride": call.attribute("strides", [1] * axes), "padding": pads[:axes],
             "dilation": call.attribute("dilations", [1] * axes)}  # fmt: skip
    usual = {"stride": 1, "padding": 0, "dilation": 1}
    return "".join(f", {name} = {_tuple(v)}" for name, v in named.items() if set(v) != {usual[name]})


def _tuple(values: Sequence[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else f"({', '.join(map(str, values))})"


def _convolution(call: OnnxCall) -> str:
    x, kernel, *bias = call.present
    if call.attribute("group", 1) != 1:
        raise Unwritable("groups of channels")
    text = f"conv({x.text}, {kernel.text}{_window(call, kernel.shape[2:])})"
    return f"{text} + {bias[0].text}" if bias else text


def _pool(name: str) -> OperatorRow:
    def row(call: OnnxCall) -> str:
        (x,) = call.present
        window = tuple(call.attribute("kernel_shape", ()))
        settings = _window(call, window)
        if "dilation" in settings or (name == "avgpool" and "padding" in settings
                                      and not call.attribute("count_include_pad", 0)):  # fmt: skip
            raise Unwritable("a pooling with these settings")
        stride = "" if "stride" in settings else ", stride = 1"
        return f"{name}({x.text}, {_tuple(window)}{stride}{settings})"

    return row


def _channels(name: str) -> OperatorRow:
    return lambda call: f"{name}({call.present[0].text}, channels)"


def _batch_norm(call: OnnxCall) -> str:
    """With the mean and variance that the model holds."""
    x, *rest = call.present
    scale, shift, mean, variance = (f"{each.text}^T" if len(x.shape) == 2 else each.text for each in rest)
    epsilon = _number(call.attribute("epsilon", 1e-5))
    return f"{scale} ⊙ (({x.text} - {mean})/sqrt({variance} + {epsilon})) + {shift}"


# --- along an axis -------------------------------------------------------------------------------------------------


def _axis_word(axis: int, rank: int) -> str:
    """What the language calls the groups that an axis goes through: of a matrix axis 1 goes through each row."""
    axis %= rank
    if rank == 1:
        return ""
    if rank == 2:
        return ", columns" if axis == 0 else ", rows"
    raise Unwritable("an axis of an array with more than two")


def _along(name: str) -> OperatorRow:
    def row(call: OnnxCall) -> str:
        (x,) = call.present
        return f"{name}({x.text}{_axis_word(call.attribute('axis', -1), len(x.shape))})"

    return row


def _reduction(name: str) -> OperatorRow:
    def row(call: OnnxCall) -> str:
        x, *axes = call.present
        chosen = axes[0].array.ravel().tolist() if axes else call.attribute("axes", None)
        rank = len(x.shape)
        own = sorted(axis % rank for axis in chosen or range(rank))
        if len(own) == rank or prod(call.shape) == 1:
            return f"{name}({x.text})"
        if rank > 2 and own == list(range(2, rank)):
            return _row(f"{name}({x.text}, channels)", call.shape)
        text = f"{name}({x.text}{_axis_word(own[0], rank)})"
        return f"{text}^T" if own == [0] and len(call.shape) == 1 else text

    return row


def _row(text: str, shape: OnnxShape) -> str:
    """A column, as a row where ONNX has one."""
    return f"{text}^T" if len(shape) == 2 and shape[0] == 1 else text


# --- moved entries -------------------------------------------------------------------------------------------------


def _reshaped(call: OnnxCall) -> str:
    x, own = call.present[0], own_shape(call.shape)
    if own == own_shape(x.shape):
        return x.text
    if len(own) == 1 or (len(own) == 2 and 1 in own):
        flat = x.text if len(own_shape(x.shape)) == 1 else f"flatten({x.text})"
        return f"{flat}^T" if len(own) == 2 and own[0] == 1 else flat
    return f"reshape({x.text}, ({', '.join(map(str, own))}))"


def _turned(call: OnnxCall) -> str:
    (x,) = call.present
    order = list(call.attribute("perm", list(reversed(range(len(x.shape))))))
    if order == list(range(len(x.shape))):
        return x.text
    if len(x.shape) == 2:
        return f"{x.text}^T"
    raise Unwritable("a transpose of more than two axes")


def _concatenated(call: OnnxCall) -> str:
    parts = call.present
    rank = len(call.shape)
    axis = call.attribute("axis", 0) % rank
    texts = [part.text for part in parts]
    if rank == 1 or (rank == 2 and axis == 0):
        return f"[{'; '.join(texts)}]"
    if rank == 2:
        return f"[{', '.join(texts)}]"
    if axis == 1:
        return f"concat({', '.join(texts)})"
    raise Unwritable("images side by side")


def _same(call: OnnxCall) -> str:
    return call.present[0].text


OPERATORS: dict[str, OperatorRow] = {
    "Abs": _function("abs({0})"), "Add": _joined(" + "), "Atan": _function("arctan({0})"),
    "AveragePool": _pool("avgpool"), "BatchNormalization": _batch_norm, "Cast": _same, "Clip": _clip,
    "Concat": _concatenated, "Conv": _convolution, "Cos": _function("cos({0})"), "Cosh": _function("cosh({0})"),
    "Div": _joined("/"), "Dropout": _same, "Elu": _function("ELU({0}, alpha = {alpha})", alpha=1.0),
    "Erf": _function("erf({0})"), "Exp": _function("exp({0})"), "Flatten": _reshaped,
    "Floor": _function("floor({0})"), "Gelu": _gelu, "Gemm": _affine, "GlobalAveragePool": _channels("mean"),
    "GlobalMaxPool": _channels("max"), "HardSwish": _function("Hardswish({0})"), "Identity": _same,
    "LeakyRelu": _function("LeakyReLU({0}, alpha = {alpha})", alpha=0.01), "Log": _function("log({0})"),
    "LogSoftmax": _along("log_softmax"), "MatMul": _product, "Max": _chosen("max"), "MaxPool": _pool("maxpool"),
    "Min": _chosen("min"), "Mish": _function("Mish({0})"), "Mul": _joined(" ⊙ "), "Neg": _function("-{0}"),
    "PRelu": _function("PReLU({0}, {1})"), "Pow": _power, "Reciprocal": _function("1/{0}"),
    "ReduceMax": _reduction("max"), "ReduceMean": _reduction("mean"), "ReduceMin": _reduction("min"),
    "ReduceSum": _reduction("sum"), "Relu": _function("ReLU({0})"), "Reshape": _reshaped,
    "Selu": _function("SELU({0})"),
    "Sigmoid": _function("sigmoid({0})"), "Sign": _function("sign({0})"), "Sin": _function("sin({0})"),
    "Sinh": _function("sinh({0})"), "Softmax": _along("softmax"), "Softplus": _function("softplus({0})"),
    "Softsign": _function("Softsign({0})"), "Sqrt": _function("sqrt({0})"), "Squeeze": _reshaped,
    "Sub": _joined(" - "), "Sum": _joined(" + "), "Tan": _function("tan({0})"), "Tanh": _function("tanh({0})"),
    "Transpose": _turned, "Unsqueeze": _reshaped,
}  # fmt: skip
"""For each operator what it writes."""

WEIGHING = {"Conv", "Gemm", "MatMul"}
"""Operators that begin a layer: their weights get its number."""

LETTERS: dict[str, tuple[str, ...]] = {
    "Add": ("b", "b"), "BatchNormalization": ("x", "gamma", "beta", "m", "v"), "Conv": ("x", "K", "b"),
    "Gemm": ("W", "W", "b"), "MatMul": ("W", "W"), "PRelu": ("x", "s"),
}  # fmt: skip
"""What the weights are called that have no name which the language reads, by their place."""
STATISTICS = {"m", "v"}
"""Those that training does not move by their gradient."""
