"""Layers of images, normalisation, embedding."""

from collections.abc import Callable, Sequence
from typing import Any

from derive.pytorch.argument_names import IMAGES
from derive.pytorch.graph_call import AtenRow, Call, Known, Tensor, Unsupported, python_number
from derive.pytorch.products import attention


def _sizes(value: Any) -> str:
    """`2`, or `(2, 1)` where the axes differ."""
    values = value if isinstance(value, list) else [value]
    return str(values[0]) if len(set(values)) == 1 else f"({', '.join(map(str, values))})"


def _each_image(call: Call, x: Tensor, name: str, one: Callable[[Tensor], str]) -> Tensor:
    """The expression for each image of a batch, or for the only one."""
    import torch

    if x.ndim == IMAGES.get(call.key, 2) + 1:
        return call.define(one(x), call.out, name)
    several = len(x) > 1
    images = [call.define(one(image), call.out[1:], f"{name.replace('_', '_{')},{n}}}" if several and name else name)
              for n, image in enumerate(x, 1)]  # fmt: skip
    return torch.stack(images)


def _convolution(operation: str) -> AtenRow:
    def row(call: Call) -> Tensor:
        if operation != "conv":
            call.only(groups=1)
        if isinstance(call["padding"], str) or set(call["output_padding"] or [0]) != {0}:
            raise Unsupported("padding other than by numbers on both sides")
        settings = {name: call[name] for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1))
                    if set(call[name]) != {usual}}  # fmt: skip
        options = "".join(f", {name} = {_sizes(value)}" for name, value in settings.items())
        options += f", groups = {call['groups']}" if call["groups"] not in {None, 1} else ""
        weight = call.places("weight")
        kernel = call.text(weight, tuple(weight.shape))
        bias = f" + {call.text(call['bias'], tuple(call['bias'].shape))}" if call["bias"] is not None else ""
        return _each_image(call, call.places("input"), f"Z_{call.layer}", lambda x:
                           f"{operation}({call.text(x, tuple(x.shape))}, {kernel}{options}){bias}")  # fmt: skip

    return row


def _pooling(operation: str) -> AtenRow:
    def row(call: Call) -> Any:
        call.only(count_include_pad=True, divisor_override=None)
        if set(call["dilation"] or [1]) != {1}:
            raise Unsupported(f"dilation = {call['dilation']} is not worked out, only 1")
        axes = IMAGES[call.key.removesuffix("_with_indices")]
        window, stride, padding = (_along(call[name], axes) for name in ("kernel_size", "stride", "padding"))
        stride = stride or window
        options = f", stride = {_shown(stride, axes)}" if stride != window else ""
        options += f", padding = {_shown(padding, axes, 0)}" if padding and set(padding) != {0} else ""
        sizes = (call.places("self").shape[-axes:], call.out[-axes:], window, stride, padding or [0] * axes)
        over = list(map(_overhang, *sizes)) if call["ceil_mode"] else [0]
        if set(over) != {0} and operation != "maxpool":  # what such a mean is divided by differs from window to window
            call.only(ceil_mode=False)
        options += f", overhang = {_shown(over, axes, 0)}" if set(over) != {0} else ""
        return _each_image(call, call.places("self"), "", lambda x:
                           f"{operation}({call.text(x, tuple(x.shape))}, {_shown(window, axes)}{options})")  # fmt: skip

    return row


def _overhang(inside: int, outs: int, window: int, stride: int, padding: int) -> int:
    """How far the last of so many windows hangs over the end."""
    return max(0, (outs - 1) * stride + window - inside - 2 * padding)


def _along(value: Any, axes: int) -> list[int]:
    """A setting for each axis."""
    values = list(value) if isinstance(value, list | tuple) else [value] if value is not None else []
    return values * axes if len(values) == 1 else values


def _shown(values: Sequence[int], axes: int, front: int = 1) -> str:
    """A setting of windows; those over a signal X[c,i] go along i."""
    return f"({front}, {values[0]})" if axes == 1 else _sizes(list(values))


def _adaptive(operation: str, pooling: str) -> AtenRow:
    """One number for each channel, or for each of the windows that share an image evenly."""

    def row(call: Call) -> Any:
        import torch

        sizes, x = list(call["output_size"]), call.places("self")
        axes = len(sizes)
        inside = x.shape[-axes:]
        if any(whole % parts for whole, parts in zip(inside, sizes, strict=True)):
            raise Unsupported("windows of different sizes")
        window = _shown([whole // parts for whole, parts in zip(inside, sizes, strict=True)], axes)
        whole = set(sizes) == {1}
        name, settings, shape = (operation, "channels", []) if whole else (pooling, window, sizes)
        images = x if x.ndim == axes + 2 else x.unsqueeze(0)
        parts = [call.define(f"{name}({call.text(image, tuple(image.shape))}, {settings})", (len(image), *shape))
                 for image in images]  # fmt: skip
        pooled = torch.stack(parts).reshape((*x.shape[:-axes], *sizes))
        return (pooled, None) if call.key.startswith("adaptive_max") else pooled

    return row


def _embedding(call: Call) -> Tensor:
    indices = call["indices"]
    if not isinstance(indices, Known):
        raise Unsupported("numbers that are worked out")
    if call["padding_idx"] in indices.tensor.unique().tolist():
        raise Unsupported("padding_idx is looked up: it has no gradient in PyTorch")
    weight = call.places("weight")
    tokens = call.given(Known(indices.tensor + 1, indices.name), "t")
    table = call.text(weight, tuple(weight.shape))
    return call.define(f"embedding({table}, {call.text(tokens, (tokens.numel(),))}, rows)", call.out, f"e_{call.layer}")


# --- normalisation ---------------------------------------------------------------------------------------------------


def _over_last(operation: str) -> AtenRow:
    """Layer norm and RMS norm: over the last axes of each sample."""

    def row(call: Call) -> Tensor:
        count = len(call["normalized_shape"])
        x = call.places("input").flatten(-count)
        samples, size = x.numel() // x.shape[-1], x.shape[-1]
        vectors = [call[name] for name in ("weight", "bias") if call[name] is not None]
        if call["bias"] is not None and call["weight"] is None:
            raise Unsupported("a shift without a scale")
        form = (size,) if samples == 1 else (1, size)
        texts = [call.matrix(x), *(call.text(vector, form) for vector in vectors)]
        axis = "rows, " if samples > 1 else ""
        return call.define(f"{operation}({', '.join(texts)}, {axis}epsilon = {_epsilon(call)})", call.out,
                           f"N_{call.layer}" if vectors else "")  # fmt: skip

    return row


def _epsilon(call: Call) -> str:
    """What is added under the root; by default that of the numbers' precision."""
    import torch

    return python_number(call["eps"] if call["eps"] is not None else torch.finfo(call.number_type).eps)


def _batch_norm(call: Call) -> Tensor:
    """Over the samples and places of each channel (axis 1), or by the running mean and variance."""
    x = call.places("input")
    wanted = ["weight", "bias"] if call["weight"] is not None else []
    if not (call["training"] or call["running_mean"] is None):
        return _by_running(call, x)
    channels = x.shape[1]
    first = x.transpose(0, 1)
    flat = first.reshape(channels, -1)
    in_rows = x.ndim == 2
    if in_rows:
        texts = [call.text(x, tuple(x.shape)), *(call.text(call[name], (1, channels)) for name in wanted)]
        axis = "columns"
    else:
        alone = x.shape[0] == 1 and call.writer.entries.whole(x) is not None and x.ndim > 3
        shown = call.text(x, tuple(x.shape[1:])) if alone else call.text(flat, tuple(flat.shape))
        texts = [shown, *(call.text(call[name], (channels,)) for name in wanted)]
        axis = "channels" if alone else "rows"
    text = f"batch_norm({', '.join(texts)}, {axis}, epsilon = {_epsilon(call)})"
    layout = x.shape if in_rows else first.shape
    result = call.define(text, layout, f"N_{call.layer}" if wanted else "")
    return result if in_rows else result.transpose(0, 1)


def _by_running(call: Call, x: Tensor) -> Tensor:
    per_channel = (1, -1, *[1] * (x.ndim - 2))
    names = {"m": "running_mean", "v": "running_var", "g": "weight", "b": "bias"}
    operands = {key: call[name].reshape(per_channel) for key, name in names.items() if call[name] is not None}
    text = f"({{x}} - {{m}})/sqrt({{v}} + {_epsilon(call)})"
    text = f"{{g}} ⊙ ({text})" if "g" in operands else text
    return call.each(text + (" + {b}" if "b" in operands else ""), {"x": x, **operands}, tuple(x.shape))


def _instance_norm(call: Call) -> Tensor:
    """Over each channel of each sample, or by the running mean and variance."""
    x = call.places("input")
    return _by_group(call, x.shape[1]) if call["use_input_stats"] else _by_running(call, x)


def _by_group(call: Call, count: int) -> Tensor:
    """Over each of so many groups of channels of each sample; then each channel has its scale and shift."""
    x = call.places("input")
    groups = x.reshape(x.shape[0] * count, -1)
    axis = "rows, " if len(groups) > 1 else ""
    result = call.define(f"layer_norm({call.matrix(groups)}, {axis}epsilon = {_epsilon(call)})", tuple(x.shape))
    per_channel = (1, -1, *[1] * (x.ndim - 2))
    operands = {key: call[name].reshape(per_channel) for key, name in (("g", "weight"), ("b", "bias"))
                if call[name] is not None}  # fmt: skip
    text = ("{g} ⊙ {x}" if "g" in operands else "{x}") + (" + {b}" if "b" in operands else "")
    return call.each(text, {"x": result, **operands}, tuple(x.shape)) if operands else result


LAYERS: dict[str, AtenRow] = {
    **dict.fromkeys(("conv1d", "conv2d"), _convolution("conv")),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d"), _convolution("transposed_conv")),
    **dict.fromkeys(("max_pool1d", "max_pool2d"), _pooling("maxpool")),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d"), _pooling("avgpool")),
    **dict.fromkeys(("adaptive_avg_pool1d", "adaptive_avg_pool2d"), _adaptive("mean", "avgpool")),
    **dict.fromkeys(("adaptive_max_pool1d", "adaptive_max_pool2d"), _adaptive("max", "maxpool")),
    "embedding": _embedding,
    **{name: _over_last(name) for name in ("layer_norm", "rms_norm")},
    "batch_norm": _batch_norm,
    "group_norm": lambda call: _by_group(call, call["num_groups"]),
    "instance_norm": _instance_norm,
    "scaled_dot_product_attention": attention,
}
