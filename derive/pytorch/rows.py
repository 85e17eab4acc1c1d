"""The operations of PyTorch (ATen), each as an expression of the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the graph: its arguments by the names of its schema, tensors as the text of an expression."""

    args: Mapping[str, Any]
    shapes: Mapping[str, Any]
    out: tuple[int, ...]

    def __getitem__(self, name: str) -> Any:
        return self.args[name]

    def axes(self, name: str = "self") -> int:
        """How many axes an argument has; a number has none."""
        return len(self.shapes[name] or ())


Row: TypeAlias = str | Callable[[Call], Any]


class Unsupported(Exception):
    """An operation is used in a way that the language has no words for."""


IMAGES = 4
"""The axes of a batch of images; only a batch of one is worked out, as the image."""

NAMED = {"linear", "conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d"}
"""Operations whose values are z_i, and with an activation A_i."""

CLASSES = {("cross_entropy_loss", "target"), ("nll_loss_nd", "target")}
"""Arguments that may hold numbers of classes."""

LETTERS = {
    ("conv_transpose1d", "weight"): "K", ("conv_transpose1d", "bias"): "b",
    ("conv_transpose2d", "weight"): "K", ("conv_transpose2d", "bias"): "b",
    ("linear", "weight"): "W", ("linear", "bias"): "b", ("conv1d", "weight"): "K", ("conv1d", "bias"): "b",
    ("conv2d", "weight"): "K", ("conv2d", "bias"): "b", ("layer_norm", "weight"): "gamma",
    ("layer_norm", "bias"): "beta", ("embedding", "weight"): "E",
}  # fmt: skip
"""What the arguments of an operation are called, with the number of the layer."""


def _only(call: Call, **expected: Any) -> None:
    """The settings that the language has no words for must be these."""
    for name, value in expected.items():
        if call[name] != value:
            raise Unsupported(f"{name} = {call[name]} is not worked out, only {value}")


def _linear(call: Call) -> str:
    """PyTorch's x Wᵀ + b: of one sample W x + b, of a batch in rows X Wᵀ + bᵀ."""
    if call.axes("input") > 2:
        raise Unsupported("an input of more than two axes")
    weight, bias = call["weight"], call["bias"]
    if call.axes("input") == 1:
        return f"{weight} {call['input']}" + (f" + {bias}" if bias else "")
    return f"{call['input']} {weight}^T" + (f" + {bias}^T" if bias else "")


def _binary(sign: str) -> Row:
    """Entry by entry; a vector beside a matrix is a row, as PyTorch aligns the last axis."""

    def row(call: Call) -> str:
        alpha = call.args.get("alpha", 1)
        other = str(call["other"]) if alpha == 1 else f"{alpha} {call['other']}"
        texts = {"self": str(call["self"]), "other": other}
        axes = {name: call.axes(name) for name in texts}
        widest = max(axes.values())
        for name, count in axes.items():
            if count == 1 and widest == 2:
                texts[name] = f"{texts[name]}^T"
            elif 0 < count < widest:
                raise Unsupported(f"axes {axes['self']} and {axes['other']} side by side")
        return f"({texts['self']}) {sign} ({texts['other']})"

    return row


def _matmul(call: Call) -> str:
    second = next(name for name in ("other", "mat2", "vec") if name in call.args)
    a, b, left, right = call["self"], call[second], call.axes(), call.axes(second)
    if max(left, right) > 2:
        raise Unsupported("matrices of more than two axes")
    if left == 1:
        return f"({a})^T ({b})" if right == 1 else f"({b})^T ({a})"
    return f"({a}) ({b})"


def _along(operation: str) -> Row:
    """Along one axis of a matrix, or over a whole vector."""

    def row(call: Call) -> str:
        axes = call.axes()
        if axes == 1:
            return f"{operation}({call['self']})"
        if axes != 2:
            raise Unsupported(f"an input of {axes} axes")
        return f"{operation}({call['self']}, {_axis(call['dim'])})"

    return row


def _axis(dim: int | list[int]) -> str:
    """The language's name of a matrix's axis: PyTorch's 1 (or −1) runs along each row."""
    number = dim[0] if isinstance(dim, list) else dim
    return "rows" if number in {1, -1} else "columns"


def _total(operation: str) -> Row:
    """A sum or mean, of everything or along one axis; a row of results is a vector to PyTorch."""

    def row(call: Call) -> str:
        dim = call.args.get("dim")
        if not dim or call.axes() == 1 or len(dim) == call.axes():
            return f"{operation}({call['self']})"
        if call.axes() != 2 or call.args.get("keepdim"):
            raise Unsupported("keepdim, or an input of more than two axes")
        axis = _axis(dim)
        return f"{operation}({call['self']}, {axis})" + ("^T" if axis == "columns" else "")

    return row


def _reduced(entries: str, error: str) -> Row:
    """A loss of entries: their mean or sum, by `reduction` (1 and 2)."""

    def row(call: Call) -> str:
        if call["reduction"] == 0:
            raise Unsupported("a loss for each entry")
        for name in ("weight", "pos_weight"):
            if call.args.get(name) is not None:
                raise Unsupported(f"a loss with `{name}`")
        text = entries.format(error=error.format(**call.args), **call.args)
        return f"{'mean' if call['reduction'] == 1 else 'sum'}({text})"

    return row


def _dropout(call: Call) -> str:
    if call["train"]:
        raise Unsupported("a random mask: call module.eval(), or write dropout with a given mask")
    return str(call["input"])


def _gelu(call: Call) -> str:
    _only(call, approximate="none")
    return f"GELU({call['self']})"


def _elu(call: Call) -> str:
    _only(call, scale=1, input_scale=1)
    return f"ELU({call['self']}, alpha = {call['alpha']})"


def _softplus(call: Call) -> str:
    _only(call, beta=1)
    return f"softplus({call['self']})"


def _transpose(call: Call) -> str:
    if call.axes() > 2:
        raise Unsupported("a transpose of more than two axes")
    return str(call["self"]) if call.axes() < 2 else f"({call['self']})^T"


def _same(call: Call) -> str:
    return str(call["self"])


def _broadcast(call: Call) -> Any:
    if len(set(call.shapes["tensors"])) > 1:
        raise Unsupported("output and target of different shapes")
    return call["tensors"]


def _item(call: Call) -> Any:
    return call["self"][call["index"]]


def _sizes(value: Any) -> str:
    """`2`, or `(2, 1)` where the axes differ."""
    values = value if isinstance(value, list) else [value]
    return str(values[0]) if len(set(values)) == 1 else f"({', '.join(map(str, values))})"


def _one_image(call: Call, name: str, axes: int) -> None:
    """An image may stand in a batch of one."""
    shape = call.shapes[name]
    if len(shape) == axes + 1 and shape[0] > 1:
        raise Unsupported("a batch of several images: give one")


def _convolution(operation: str, axes: int) -> Row:
    def row(call: Call) -> str:
        _one_image(call, "input", axes + 1)
        _only(call, groups=1)
        if isinstance(call["padding"], str) or set(call.args.get("output_padding") or [0]) != {0}:
            raise Unsupported("padding other than by numbers on both sides")
        settings = {name: call[name] for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1))
                    if set(call[name]) != {usual}}  # fmt: skip
        options = "".join(f", {name} = {_sizes(value)}" for name, value in settings.items())
        bias = f" + {call['bias']}" if call["bias"] else ""
        return f"{operation}({call['input']}, {call['weight']}{options}){bias}"

    return row


def _pooling(operation: str, axes: int) -> Row:
    def row(call: Call) -> str:
        _one_image(call, "self", axes + 1)
        _only(call, ceil_mode=False, **{name: value for name, value in _POOLS.items() if name in call.args})
        options = "".join(
            f", {name} = {_sizes(call[name])}"
            for name in ("stride", "padding")
            if call[name] and set(call[name]) != {0}
        )
        same = call["stride"] == call["kernel_size"]
        options = options.replace(f", stride = {_sizes(call['stride'])}", "", 1) if same else options
        return f"{operation}({call['self']}, {_sizes(call['kernel_size'])}{options})"

    return row


_POOLS = {"dilation": [1, 1], "count_include_pad": True, "divisor_override": None}


def _global_average(call: Call) -> str:
    _one_image(call, "self", 3)
    if set(call["output_size"]) != {1}:
        raise Unsupported("an output of more than one entry a channel")
    return f"global_avgpool({call['self']})"


def _laid_out(call: Call) -> str:
    """Flattened or with other axes; a batch of one image becomes a row."""
    if len(call.out) == 1:
        return f"flatten({call['self']})"
    if len(call.out) == 2 and call.out[0] == 1 == call.shapes["self"][0] and call.axes() == IMAGES:
        return f"flatten({call['self']})^T"
    if IMAGES in (call.axes(), len(call.out)):
        raise Unsupported("a batch of images laid out anew")
    return f"reshape({call['self']}, ({', '.join(map(str, call.out))}))"


def _squeezed(call: Call) -> str:
    """An axis of size 1 more or less: a vector and a row are turned into each other."""
    if max(call.axes(), len(call.out)) > 2:
        raise Unsupported("arrays of more than two axes")
    rows = [shape[0] == 1 < shape[1] for shape in (call.shapes["self"], call.out) if len(shape) == 2]
    return f"({call['self']})^T" if rows == [True] else str(call["self"])


def _concatenated(call: Call) -> str:
    axes = len(call.out)
    if axes > 2:
        raise Unsupported("arrays of more than two axes")
    between = ", " if axes == 2 and call["dim"] in {1, -1} else "; "
    return f"[{between.join(call['tensors'])}]"


def _selected(call: Call) -> str:
    """One entry, row or column; PyTorch counts from 0 and gives vectors."""
    if call.axes() > 2:
        raise Unsupported("an array of more than two axes")
    size = call.shapes["self"][call["dim"]]
    at = call["index"] % size + 1
    if call.axes() == 1:
        return f"{call['self']}[{at}]"
    return f"{call['self']}[:, {at}]" if call["dim"] in {1, -1} else f"{call['self']}[{at}, :]^T"


def _sliced(call: Call) -> str:
    _only(call, step=1)
    if call.axes() > 2:
        raise Unsupported("an array of more than two axes")
    size = call.shapes["self"][call["dim"]]
    start, stop, _ = slice(call["start"], call["end"]).indices(size)
    if (start, stop) == (0, size):
        return str(call["self"])
    part = f"{start + 1}:{stop}"
    if call.axes() == 1:
        return f"{call['self']}[{part}]"
    return f"{call['self']}[:, {part}]" if call["dim"] in {1, -1} else f"{call['self']}[{part}, :]"


def _classes(call: Call, form: str) -> str:
    """A loss of classes, the target as 0 and 1: of a vector, or the mean over the rows of a batch."""
    if call.args.get("weight") is not None or call.args.get("label_smoothing"):
        raise Unsupported("weights of classes, or label smoothing")
    if call["reduction"] != 1:
        raise Unsupported("a reduction other than the mean")
    turned = "^T" if call.axes() == 2 else ""
    return form.format(z=f"{call['self']}{turned}", y=f"{call['target']}{turned}")


def _cross_entropy(call: Call) -> str:
    return _classes(call, "cross_entropy_logits({z}, {y})")


def _nll(call: Call) -> str:
    count = call.shapes["self"][0] if call.axes() == 2 else 1
    return _classes(call, "-sum({y} ⊙ {z})" + (f"/{count}" if count > 1 else ""))


_ERROR = "({self} - {target})"
_LOGITS = "softplus({self}) - {target} ⊙ {self}"

ROWS: dict[str, Row] = {
    "linear": _linear,
    "matmul": _matmul,
    "mm": _matmul,
    "mv": _matmul,
    "add": _binary("+"),
    "sub": _binary("-"),
    "mul": _binary("⊙"),
    "div": _binary("/"),
    "neg": "-({self})",
    "pow": "({self})^{exponent}",
    "exp": "exp({self})",
    "log": "log({self})",
    "sqrt": "sqrt({self})",
    "sin": "sin({self})",
    "cos": "cos({self})",
    "abs": "abs({self})",
    "relu": "ReLU({self})",
    "sigmoid": "sigmoid({self})",
    "tanh": "tanh({self})",
    "silu": "SiLU({self})",
    "leaky_relu": "LeakyReLU({self}, alpha = {negative_slope})",
    "elu": _elu,
    "gelu": _gelu,
    "softplus": _softplus,
    "softmax": _along("softmax"),
    "log_softmax": _along("log_softmax"),
    "sum": _total("sum"),
    "mean": _total("mean"),
    "t": _transpose,
    "transpose": _transpose,
    "numpy_T": _transpose,
    "dropout": _dropout,
    "detach": _same,
    "contiguous": _same,
    "clone": _same,
    "broadcast_tensors": _broadcast,
    "getitem": _item,
    "conv1d": _convolution("conv", 1),
    "conv2d": _convolution("conv", 2),
    "conv_transpose1d": _convolution("transposed_conv", 1),
    "conv_transpose2d": _convolution("transposed_conv", 2),
    "max_pool2d": _pooling("maxpool", 2),
    "avg_pool2d": _pooling("avgpool", 2),
    "adaptive_avg_pool2d": _global_average,
    "flatten": _laid_out,
    "view": _laid_out,
    "reshape": _laid_out,
    "unsqueeze": _squeezed,
    "squeeze": _squeezed,
    "cat": _concatenated,
    "select": _selected,
    "slice": _sliced,
    "cross_entropy_loss": _cross_entropy,
    "nll_loss_nd": _nll,
    "mse_loss": _reduced("{error}^2", _ERROR),
    "l1_loss": _reduced("abs{error}", _ERROR),
    "huber_loss": _reduced("huber_penalty({error}, delta = {delta})", _ERROR),
    "binary_cross_entropy": _reduced("-{target} ⊙ log({self}) - (1 - {target}) ⊙ log(1 - {self})", ""),
    "binary_cross_entropy_with_logits": _reduced(_LOGITS, ""),
}
"""For each operation of PyTorch (ATen) its expression: a template over its arguments, or a function of them."""
