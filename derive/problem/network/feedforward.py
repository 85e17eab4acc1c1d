"""Layers that know no time: dense, convolution, pooling, normalisation, dropout, residual connections."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.language.numbers import constant_text
from derive.problem.network.stack import (
    CONV_PADDING,
    COUNT,
    EDGE,
    FLAG,
    FUNCTION,
    KERNEL_1D,
    LIST,
    NAME,
    PADDING,
    SIZES,
    SMALL,
    LayerKind,
    SettingKind,
    Settings,
    Stack,
    pile,
)  # fmt: skip
from derive.problem.reading.given_values import exact_number

Build = Callable[[Stack, Settings], None]


# --- with weights -----------------------------------------------------------------------------------------------------


def _dense(stack: Stack, settings: Settings) -> None:
    i = stack.count("weights")
    weight = f"W_{i}"
    stack.kernel = 0
    if not stack.needs("the weights", weight):
        return
    rows = stack.rows(weight)
    if settings["units"] != rows:
        stack.fault(f"has {settings['units']} units, but `{weight}` has {rows} row{'s' * (rows != 1)}",
                    "W has one row for each unit and one column for each input")  # fmt: skip
    _affine(stack, settings, i, f"z_{i}", lambda inner: f"{weight} {inner}")


def _affine(stack: Stack, settings: Settings, i: int, name: str, product: Callable[[str], str]) -> None:
    """`z_1 = product + b_1` and `A_1 = activation(z_1)`; the bias as the settings say, else where it has a value."""
    bias = f"b_{i}"
    if settings.get("bias") is True and not stack.needs("the bias", bias):
        return
    added = f" + {bias}" if stack.has(bias) and settings.get("bias", True) else ""
    stack.each(name, lambda inner: product(inner) + added)
    stack.activate(settings, f"A_{i}")


def _convolution(operation: str) -> Build:
    def build(stack: Stack, settings: Settings) -> None:
        i = stack.count("weights")
        kernel, options = f"K_{i}", _options(settings, "stride", "padding", "padding_mode")
        if stack.needs("the kernels", kernel):
            stack.kernel = max(len(stack.shape(kernel) or ()), 1)
            _affine(stack, settings, i, f"Z_{i}", lambda inner: f"{operation}({inner}, {kernel}{options})")

    return build


def _options(settings: Settings, *names: str) -> str:
    """`, stride = 2, padding = (1, 0)`: the settings that are there, as an equation writes them."""
    return "".join(f", {name} = {_sizes(settings[name])}" for name in names if name in settings)


def _sizes(value: int | str | list[int]) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list) else str(value)


def _embedding(stack: Stack, settings: Settings) -> None:
    table = f"E{stack.mark('embedding')}"
    if stack.needs("the table of embeddings", table):
        stack.each(stack.next("e"), lambda inner: f"embedding({table}, {inner})")


EPSILON = Fraction(1, 100_000)


def _of_sample(stack: Stack) -> str:
    """What the mean of a sample runs over: a column, of an image everything."""
    return "" if stack.kernel else ", columns"


def _of_feature(stack: Stack) -> str:
    """What the mean of a feature over the samples runs over: a row; of an image a channel, or all where it has none."""
    if stack.kernel:
        return ", channels" if stack.kernel >= KERNEL_1D else ""
    return ", rows"


def _norm(over: Callable[[Stack], str]) -> Build:
    """Layer norm (of each sample; Ba, Kiros, Hinton 2016) or batch norm (of each feature; Ioffe, Szegedy 2015)."""

    def build(stack: Stack, settings: Settings) -> None:
        i, inputs, axis = stack.count("norm"), stack.flow, over(stack)
        stack.each(f"m_{{N,{i}}}", lambda x: f"mean({x}{axis})")
        centre = dict(zip(stack.flow, inputs, strict=True))
        stack.each(f"c_{{N,{i}}}", lambda mean: f"{centre[mean]} - {mean}")
        deviations = stack.flow
        stack.each(f"v_{{N,{i}}}", lambda c: f"mean({c}^2{axis})")
        _scaled(stack, settings, i, deviations)

    return build


def _scaled(stack: Stack, settings: Settings, i: int, tops: tuple[str, ...]) -> None:
    """`n̂ = top/sqrt(v + epsilon)` and `N_1 = gamma_1 ⊙ n̂ + beta_1`, with what has a value; the mean squares flow in."""
    top = dict(zip(stack.flow, tops, strict=True))
    scale = f"gamma_{i} ⊙ " if stack.has(f"gamma_{i}") else ""
    shift = f" + beta_{i}" if stack.has(f"beta_{i}") else ""
    plain = not scale and not shift
    epsilon = constant_text(exact_number(settings.get("epsilon", EPSILON)) or EPSILON)
    stack.each(f"N_{i}" if plain else f"\\hat{{N}}_{i}", lambda v: f"{top[v]}/sqrt({v} + {epsilon})")
    if not plain:
        stack.each(f"N_{i}", lambda standardised: f"{scale}{standardised}{shift}")


def _rms_norm(stack: Stack, settings: Settings) -> None:
    """Zhang and Sennrich (2019)."""
    i, inputs, axis = stack.count("norm"), stack.flow, _of_sample(stack)
    stack.each(f"v_{{N,{i}}}", lambda x: f"mean({x}^2{axis})")
    _scaled(stack, settings, i, inputs)


# --- without weights --------------------------------------------------------------------------------------------------


def _pooling(operation: str) -> Build:
    def build(stack: Stack, settings: Settings) -> None:
        windows = _along_length(settings) if stack.kernel == KERNEL_1D else settings
        options = _sizes(windows["size"]) + _options(windows, "stride", "padding")
        stack.each(stack.next("P"), lambda inner: f"{operation}({inner}, {options})")

    return build


def _along_length(settings: Settings) -> Settings:
    """The windows over X[c,i] that go along i, channel by channel: size 2 is (1, 2)."""
    usual = {"size": 1, "stride": 1, "padding": 0}
    given = {name: settings[name] for name in usual if name in settings}
    return {name: [usual[name], *(value if isinstance(value, list) else [value])][-2:] for name, value in given.items()}


def _flatten(stack: Stack, settings: Settings) -> None:
    stack.kernel = 0
    stack.each(stack.next("v"), lambda inner: f"flatten({inner})")


def _activation(stack: Stack, settings: Settings) -> None:
    stack.each(stack.next("a"), lambda inner: f"{settings['function']}({inner})")


def _dropout(stack: Stack, settings: Settings) -> None:
    mask = settings["mask"]
    if stack.needs("the mask", mask):
        stack.each(stack.next("D"), lambda inner: f"{inner} ⊙ {mask}")


def _add(stack: Stack, settings: Settings) -> None:
    name = settings["name"]
    if stack.needs("what is added,", name):
        stack.each(stack.next("X"), lambda inner: f"{inner} + {name}")


def _residual(stack: Stack, settings: Settings) -> None:
    before = stack.flow
    pile(stack, settings["layers"])
    if len(stack.flow) != len(before):
        stack.fault("goes round layers that do not keep the sequence", "set return_sequences = true in them")
        return
    around = dict(zip(stack.flow, before, strict=True))
    stack.each(stack.next("R"), lambda inner: f"{around[inner]} + {inner}")


# --- the table --------------------------------------------------------------------------------------------------------

_AFFINE: Mapping[str, SettingKind] = {"activation": FUNCTION, "bias": FLAG}
_NORM: Mapping[str, SettingKind] = {"epsilon": SMALL}
_WINDOW: Mapping[str, SettingKind] = {"stride": SIZES, "padding": PADDING}
_CONV: Mapping[str, SettingKind] = {"stride": SIZES, "padding": CONV_PADDING, "padding_mode": EDGE}

_DENSE, _KERNELS, _SCALES = ("weights", ("W", "b")), ("weights", ("K", "b")), ("norm", ("gamma", "beta"))
FEEDFORWARD = [
    LayerKind("dense", "fully connected; the kind of a layer that names none", '{ units = 3, activation = "ReLU" }',
              "z_1 = W_1 x + b_1; A_1 = ReLU(z_1)", _dense, {"units": COUNT, **_AFFINE}, ("units",), _DENSE,
              others="linear | fully connected | fc"),
    LayerKind("conv", "convolution", '{ layer = "conv", padding = 1, activation = "ReLU" }',
              "Z_1 = conv(X, K_1, padding = 1) + b_1; A_1 = ReLU(Z_1)", _convolution("conv"), {**_CONV, **_AFFINE},
              numbered=_KERNELS, others="conv 1d | conv 2d | convolution"),
    LayerKind("transposed_conv", "transposed convolution", '{ layer = "transposed_conv", stride = 2 }',
              "Z_1 = transposed_conv(X, K_1, stride = 2) + b_1", _convolution("transposed_conv"),
              {**_CONV, **_AFFINE}, numbered=_KERNELS, others="conv transpose 2d | conv 2d transpose"),
    LayerKind("maxpool", "the largest of each window", '{ layer = "maxpool", size = 2 }', "P_1 = maxpool(A_1, 2)",
              _pooling("maxpool"), {"size": SIZES, **_WINDOW}, ("size",),
              others="max pooling 2d | max pooling 1d | max pool 2d | max pool 1d | max pooling"),
    LayerKind("avgpool", "the mean of each window", '{ layer = "avgpool", size = 2 }', "P_1 = avgpool(A_1, 2)",
              _pooling("avgpool"), {"size": SIZES, **_WINDOW}, ("size",),
              others="average pooling 2d | average pooling 1d | avg pool 2d | avg pool 1d | average pooling"),
    LayerKind("flatten", "all entries in one column", '{ layer = "flatten" }', "v_1 = flatten(P_1)", _flatten),
    LayerKind("activation", "a function by itself", '{ layer = "activation", function = "softmax" }',
              "a_1 = softmax(z_1)", _activation, {"function": FUNCTION}, ("function",),
              others="nonlinearity"),
    LayerKind("dropout", "a given mask, entry by entry", '{ layer = "dropout", mask = "m_1" }', "D_1 = A_1 ⊙ m_1",
              _dropout, {"mask": NAME}, ("mask",)),
    LayerKind("embedding", "columns of the table E, by their numbers", '{ layer = "embedding" }',
              "e_1 = embedding(E, x)", _embedding, family="embedding", weights=lambda settings: {"E": "ov"}),
    LayerKind("add", "something with a value is added, as a positional encoding", '{ layer = "add", name = "P" }',
              "X_1 = e_1 + P", _add, {"name": NAME}, ("name",)),
    LayerKind("residual", "layers, and a connection around them",
              '{ layer = "residual", layers = [{ layer = "attention" }] }', "R_1 = X + O", _residual, {"layers": LIST},
              ("layers",)),
    LayerKind("layernorm", "layer norm, of each column; after a convolution of the whole image",
              '{ layer = "layernorm" }',
              "m = mean(X, columns); c = X - m; v = mean(c^2, columns); "
              "N̂_1 = c/sqrt(v + 0.00001); N_1 = gamma_1 ⊙ N̂_1 + beta_1",
              _norm(_of_sample), _NORM, numbered=_SCALES, others="layer normalization"),
    LayerKind("rmsnorm", "root mean square norm, of each column; after a convolution of the whole image",
              '{ layer = "rmsnorm" }',
              "v = mean(X^2, columns); N̂_1 = X/sqrt(v + 0.00001); N_1 = gamma_1 ⊙ N̂_1", _rms_norm, _NORM,
              numbered=_SCALES, others="rms normalization"),
    LayerKind("batchnorm", "batch norm, of each row: the columns are the samples; after a convolution of each channel",
              '{ layer = "batchnorm" }',
              "m = mean(X, rows); c = X - m; v = mean(c^2, rows); "
              "N̂_1 = c/sqrt(v + 0.00001); N_1 = gamma_1 ⊙ N̂_1 + beta_1",
              _norm(_of_feature), _NORM, numbered=_SCALES,
              others="batch normalization | batch norm 1d | batch norm 2d"),
]  # fmt: skip
