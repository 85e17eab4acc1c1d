"""The operations of PyTorch (ATen), each as an expression of the language."""

from collections.abc import Mapping
from math import prod
from typing import Any

from derive.pytorch.argument_names import RECURRENT
from derive.pytorch.einsum import einsum
from derive.pytorch.graph_call import AtenRow, Call, Known, Tensor, Unsupported, python_number
from derive.pytorch.layers import LAYERS
from derive.pytorch.products import affine, multiplied
from derive.pytorch.recurrent import recurrent, recurrent_step


def _linear(call: Call) -> Tensor:
    lead = "z" if prod(call.out[:-1]) == 1 else "Z"
    return call.define(affine(call, *(call[name] for name in ("input", "weight", "bias"))), call.out,
                       f"{lead}_{call.layer}")  # fmt: skip


def _matmul(call: Call) -> Tensor:
    second = next(name for name in ("other", "mat2", "vec", "tensor") if name in call.args)
    return multiplied(call, call.places("self"), call.places(second), call.out)


def _matmul_added(call: Call) -> Tensor:
    """beta self + alpha mat1 mat2, as `addmm` has it."""
    factors = [name for name in ("batch1", "batch2", "mat1", "mat", "mat2", "vec") if name in call.args]
    left, right = map(call.places, factors)
    product = multiplied(call, left, right, call.out)
    operands = {name: call[name] for name in ("self", "beta", "alpha")}
    return call.each("{beta} ⊙ {self} + {alpha} ⊙ {product}", {**operands, "product": product}, call.out)


def _binary(sign: str) -> AtenRow:
    """Entry by entry, the second times alpha."""

    def row(call: Call) -> Tensor:
        plain = (call["alpha"] or 1) == 1 and not call["rounding_mode"]
        if call["rounding_mode"]:
            raise Unsupported("division without remainder")
        template = f"{{self}} {sign} {{other}}" if plain else f"{{self}} {sign} {{alpha}} {{other}}"
        return call.each(template, {name: call[name] for name in ("self", "other", *["alpha"] * (not plain))}, call.out)

    return row


def _from_the_other(call: Call) -> Tensor:
    alpha = "" if call["alpha"] == 1 else f"{python_number(call['alpha'])} "
    return call.each(f"{{other}} - {alpha}{{self}}", {name: call[name] for name in ("other", "self")}, call.out)


def _clamped(call: Call) -> Tensor:
    """The bound only where it is passed: at it the gradient goes to the entry, as in PyTorch."""
    text, operands = "{self}", {"self": call["self"]}
    for name, bound in (("min", "max"), ("max", "min")):
        if call[name] is not None:
            text, operands[name] = f"{bound}({text}, {{{name}}})", call[name]
    return call.each(text, operands, call.out)


def _between(low: float | str, high: float | str) -> AtenRow:
    """Like clamp, but at a bound the gradient is 0, as in PyTorch's hardtanh."""

    def row(call: Call) -> Tensor:
        bounds = {"low": call[low] if isinstance(low, str) else low,
                  "high": call[high] if isinstance(high, str) else high}  # fmt: skip
        return call.each("min({high}, max({low}, {self}))", {"self": call["self"], **bounds}, call.out)

    return row


def _with_settings(template: str, *settings: str, **expected: Any) -> AtenRow:
    """Entry by entry, with settings of the operation written in; the other ones must be as expected."""

    def row(call: Call) -> Tensor:
        call.only(**expected)
        filled = template
        for setting in settings:
            filled = filled.replace(f"<{setting}>", python_number(call[setting]))
        return call.each(filled, {"self": call["self"]}, call.out)

    return row


def _gelu(call: Call) -> Tensor:
    """By the error function; or by tanh, its argument a step of its own. Source: Hendrycks and Gimpel (2016)."""
    z = call["self"]
    if call["approximate"] == "none":
        return call.each("GELU({z})", {"z": z}, call.out)
    name = call.activation({"z": call.places("self")})
    inner = call.each("sqrt(2/pi) ({z} + 0.044715 {z}^3)", {"z": z}, call.out, name.replace("A", "v"))
    return call.each("1/2 {z} ⊙ (1 + tanh({inner}))", {"z": z, "inner": inner}, call.out, name)


def _celu(call: Call) -> Tensor:
    """α ELU(z/α). Source: Barron (2017)."""
    if call["alpha"] < 0:
        raise Unsupported("a negative alpha")
    alpha = python_number(call["alpha"])
    return call.each("ELU({z})" if alpha == "1" else f"{alpha} ELU({{z}}/{alpha})", {"z": call["self"]}, call.out)


def _prelu(call: Call) -> Tensor:
    """One slope, or one for each channel (axis 1); at 0 the gradient is that of the left. Source: He et al. (2015)."""
    a, axes = call.places("weight"), len(call.out)
    slopes = a.reshape(-1, *[1] * (axes - 2)) if a.numel() > 1 else a.reshape(())
    name = call.activation({"z": call.places("self")})
    return call.each("max(0, {z}) + {a} ⊙ min({z}, 0)", {"z": call["self"], "a": slopes}, call.out, name)


def _glu(call: Call) -> Tensor:
    """The first half, gated by the second. Source: Dauphin et al. (2017)."""
    halves = call.places("self").chunk(2, call["dim"])
    return call.each("{a} ⊙ sigmoid({b})", dict(zip("ab", halves, strict=True)), call.out)


def _dropout(call: Call) -> Tensor:
    if call["train"] and call["p"]:
        raise Unsupported("a random mask: call module.eval(), or write dropout with a given mask")
    return call.places("input" if "input" in call.args else "self")  # as it is called in place


# --- along axes ------------------------------------------------------------------------------------------------------


def _along(operation: str) -> AtenRow:
    """Along one axis; the shape stays."""

    def row(call: Call) -> Any:
        places = call.places("self")
        if places.ndim == 0:
            return call.define(f"{operation}({call.text(places, ())})", ())
        return _one(call, operation, places, call["dim"] % places.ndim)

    return row


def _one(call: Call, operation: str, places: Tensor, dim: int) -> Any:
    import torch

    core = [axis for axis, size in enumerate(places.shape) if size > 1]
    if len(core) > 2:
        axis = next(axis for axis in core if axis != dim)
        parts = (places.narrow(axis, i, 1) for i in range(places.shape[axis]))
        return torch.cat([_one(call, operation, part, dim) for part in parts], axis)
    sizes = tuple(places.shape[axis] for axis in core)
    text = call.text(places, sizes)
    if core and core != [dim]:
        text += ", columns" if len(core) == 2 and dim == core[0] else ", rows"
    if operation == "log_softmax":
        return call.define(f"{operation}({text})", places.shape)
    return call.define(f"{operation}({text})", places.shape, call.activation({"self": places}))


def _total(operation: str, options: str = "") -> AtenRow:
    """One number of everything, or along axes."""

    def row(call: Call) -> Any:
        return _totalled(call, operation, options, call.places("self"), call["dim"])

    return row


def _totalled(call: Call, operation: str, options: str, places: Tensor, dim: Any, out: Any = None) -> Any:
    out = call.out if out is None else out
    dims = [dim] if isinstance(dim, int) else dim or range(places.ndim)
    reduced = {axis % max(places.ndim, 1) for axis in dims}
    core = [axis for axis, size in enumerate(places.shape) if size > 1]
    over, kept = ([axis for axis in core if (axis in reduced) == inside] for inside in (True, False))
    if not over and not options and operation in {"sum", "mean", "max", "min", "logsumexp"}:
        return places.reshape(out)
    if not kept:
        base = call.writer.entries.whole(places)
        form = base.shape if base else tuple(places.shape[axis] for axis in core)
        return call.define(f"{operation}({call.text(places, form)}{options})", out)
    if len(core) == 2 and over == core[:1]:
        matrix, axis_name = call.text(places, tuple(places.shape[axis] for axis in core)), "columns"
    elif len(kept) == 1 and kept == core[:1]:
        matrix, axis_name = call.text(places, tuple(places.shape[axis] for axis in core)), "channels"
        axis_name = "rows" if len(core) <= 2 else axis_name
    else:
        others = [axis for axis in range(places.ndim) if axis not in {*over, *kept}]
        moved = places.permute(*kept, *over, *others)
        rows = prod(places.shape[axis] for axis in kept)
        matrix, axis_name = call.text(moved, (rows, places.numel() // rows)), "rows"
    return call.define(f"{operation}({matrix}, {axis_name}{options})", out)


def _spread(operation: str) -> AtenRow:
    """Variance or deviation, divided by n − correction."""

    def row(call: Call) -> Any:
        ddof = call["correction"] if "correction" in call.args else int(call.args.get("unbiased", True))
        ddof = 1 if ddof is None else ddof
        return _totalled(
            call, operation, f", ddof = {python_number(ddof)}" if ddof else "", call.places("self"), call["dim"]
        )

    return row


def _largest(operation: str) -> AtenRow:
    """The largest of all or along an axis, with its place, which nothing may be made of."""

    def row(call: Call) -> Any:
        if "other" in call.args:
            return call.each(f"{operation}({{self}}, {{other}})", dict(call.args), call.out)
        places = call.places("self")
        if call["dim"] is None:
            return _totalled(call, operation, "", places, None)
        dim = call["dim"] % places.ndim
        kept = [1 if i == dim else size for i, size in enumerate(places.shape)]
        out = kept if call["keepdim"] else [size for i, size in enumerate(kept) if i != dim]
        return _totalled(call, operation, "", places, dim, out), None

    return row


def _power(call: Call) -> Any:
    """Entry by entry; the square of a matrix could be read as a product of matrices."""
    exponent = call["exponent"] if "exponent" in call.args else 2
    square = exponent == 2 and sum(size > 1 for size in call.out) > 1
    template = "{self} ⊙ {self}" if square else "{self}^{exponent}"
    return call.each(template, {"self": call["self"], "exponent": exponent}, call.out)


def _norm(call: Call) -> Any:
    order = call["ord"] if "ord" in call.args else call["p"]
    if order not in {None, 1, 2}:
        raise Unsupported(f"the norm of order {order}")
    powers = call.each("abs({self})" if order == 1 else "{self}^2", {"self": call["self"]}, call.shape("self"))
    total = _totalled(call, "sum", "", powers, call["dim"])
    return total if order == 1 else call.each("sqrt({self})", {"self": total}, call.out)


# --- losses ----------------------------------------------------------------------------------------------------------


def _reduced(template: str, weighted: str = "") -> AtenRow:
    """A loss of entries: their mean or sum, by `reduction` (1 and 2); another one where there is a `pos_weight`."""

    def row(call: Call) -> Any:
        import torch

        if call["reduction"] == 0:
            raise Unsupported("a loss for each entry")
        total = "mean" if call["reduction"] == 1 else "sum"
        text = template if call["pos_weight"] is None else weighted
        for setting in ("delta", "beta"):
            text = text.replace(f"<{setting}>", python_number(call[setting] or 0))
        text = f"{{weight}} ⊙ ({text})" if call["weight"] is not None else text
        names = ("self", "target", *(name for name in ("weight", "pos_weight") if call[name] is not None))
        layout = torch.broadcast_shapes(*(call.shape(name) for name in names))
        operands = {name: call.places(name) for name in names}
        if sum(size > 1 for size in layout) > 2:
            operands = {name: each.expand(layout).reshape(-1) for name, each in operands.items()}
            layout = (prod(layout),)
        texts = call.texts({name: call.aligned(each, len(layout)) for name, each in operands.items()}, layout)
        return call.define(f"{total}({text.format(**texts)})", ())

    return row


def _scores(call: Call) -> tuple[str, str, int, str]:
    """Scores and targets of classes, one sample a column; how many samples; the sum of their weights, where the mean is
    one by the weights of the right classes.
    """
    import torch

    if call["reduction"] not in {1, 2}:
        raise Unsupported("a loss for each sample")
    z, target = call.places("self"), call["target"]
    if z.ndim > 2:
        raise Unsupported("classes for each of several places")
    numbered = isinstance(target, Known) and not target.tensor.dtype.is_floating_point
    if numbered:
        if (target.tensor == call.args.get("ignore_index", -100)).any():
            raise Unsupported("classes that are ignored")
        kinds = torch.arange(z.shape[-1])
        target = Known((target.tensor.unsqueeze(-1) == kinds).int(), target.name)
    samples = prod(z.shape[:-1])
    turned = "^T" if samples > 1 else ""
    right = call.given(target, "Y")
    smoothed = _smoothed(call, right)
    y = _by_class(call, smoothed)
    weights = ""
    if numbered and call["weight"] is not None and call["reduction"] == 1:
        weights = f"sum({call.matrix(y if smoothed is right else _by_class(call, right))})"
    return call.matrix(z) + turned, call.matrix(y) + turned, samples, weights


def _smoothed(call: Call, y: Tensor) -> Tensor:
    """Label smoothing: a part of the target, shared out over all classes. Source: Szegedy et al. (2016)."""
    if not call["label_smoothing"]:
        return y
    part = python_number(call["label_smoothing"])
    return call.each(f"(1 - {part}) {{y}} + {part}/{y.shape[-1]}", {"y": y}, y.shape, "Q")


def _by_class(call: Call, y: Tensor) -> Tensor:
    """Targets times the weights of their classes."""
    if call["weight"] is None:
        return y
    return call.each("{weight} ⊙ {y}", {"weight": call["weight"], "y": y}, y.shape)


def _cross_entropy(call: Call) -> Tensor:
    z, y, samples, weights = _scores(call)
    if weights:
        return call.define(f"-sum({y} ⊙ log_softmax({z}{', columns' if samples > 1 else ''}))/{weights}", ())
    factor = f"{samples} " if call["reduction"] == 2 and samples > 1 else ""
    return call.define(f"{factor}cross_entropy_logits({z}, {y})", ())


def _nll(call: Call) -> Tensor:
    z, y, samples, weights = _scores(call)
    divisor = weights or (str(samples) if call["reduction"] == 1 and samples > 1 else "")
    return call.define(f"-sum({y} ⊙ {z})" + (f"/{divisor}" if divisor else ""), ())


_ERROR = "({self} - {target})"
_SELU, _SELU_ALPHA = "1.0507009873554804934193349852946", "1.6732632423543772848170429916717"
"""Scale and α as Klambauer et al. (2017) have them, with PyTorch's digits."""

ROWS: Mapping[str, AtenRow] = {
    "linear": _linear,
    **dict.fromkeys(("matmul", "mm", "mv", "bmm", "dot"), _matmul),
    **dict.fromkeys(("addmm", "baddbmm", "addmv"), _matmul_added),
    "einsum": einsum,
    "add": _binary("+"),
    "sub": _binary("-"),
    "mul": _binary("⊙"),
    "div": _binary("/"),
    "rsub": _from_the_other,
    "neg": "-{self}",
    **dict.fromkeys(("pow", "square"), _power),
    "reciprocal": "1/{self}",
    **{name: f"{name}({{self}})" for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sign", "floor")},
    "log1p": "log(1 + {self})",
    "rsqrt": "1/sqrt({self})",
    "maximum": "max({self}, {other})",
    "minimum": "min({self}, {other})",
    **dict.fromkeys(("clamp", "clamp_min", "clamp_max"), _clamped),
    "hardshrink": _with_settings("where(abs({self}) > <lambd>, {self}, 0)", "lambd"),
    "softshrink": _with_settings("sign({self}) ⊙ max(0, abs({self}) - <lambd>)", "lambd"),
    "threshold": _with_settings("where({self} > <threshold>, {self}, <value>)", "threshold", "value"),
    "hardtanh": _between("min_val", "max_val"),
    "relu6": _between(0, 6),
    "relu": "ReLU({self})",
    "sigmoid": "sigmoid({self})",
    "log_sigmoid": "-softplus(-{self})",
    "silu": "SiLU({self})",
    "leaky_relu": _with_settings("LeakyReLU({self}, alpha = <negative_slope>)", "negative_slope"),
    "elu": _with_settings("ELU({self}, alpha = <alpha>)", "alpha", scale=1, input_scale=1),
    "celu": _celu,
    "selu": f"{_SELU} ELU({{self}}, alpha = {_SELU_ALPHA})",
    "prelu": _prelu,
    "gelu": _gelu,
    "mish": "{self} ⊙ tanh(softplus({self}))",
    "hardsigmoid": "Hardsigmoid({self})",
    "hardswish": "Hardswish({self})",
    "glu": _glu,
    "softplus": _with_settings("softplus({self})", beta=1),
    **{name: _along(name) for name in ("softmax", "log_softmax")},
    **{name: _total(name) for name in ("sum", "mean", "logsumexp")},
    **{f"a{name}": _total(name) for name in ("max", "min")},
    **{name: _largest(name) for name in ("max", "min")},
    **{name: _spread(name) for name in ("var", "std")},
    **dict.fromkeys(("linalg_vector_norm", "norm"), _norm),
    "dropout": _dropout,
    **LAYERS,
    **dict.fromkeys(RECURRENT, recurrent),
    **{f"{key}_cell": recurrent_step for key in RECURRENT},
    "cross_entropy_loss": _cross_entropy,
    **dict.fromkeys(("nll_loss_nd", "nll_loss"), _nll),
    "mse_loss": _reduced(f"{_ERROR}^2"),
    "l1_loss": _reduced(f"abs{_ERROR}"),
    "huber_loss": _reduced(f"huber_penalty({_ERROR}, delta = <delta>)"),
    "smooth_l1_loss": _reduced(f"huber_penalty({_ERROR}, delta = <beta>)/<beta>"),
    "binary_cross_entropy": _reduced("-{target} ⊙ log({self}) - (1 - {target}) ⊙ log(1 - {self})"),
    "binary_cross_entropy_with_logits": _reduced(
        "softplus({self}) - {target} ⊙ {self}",
        "{pos_weight} ⊙ {target} ⊙ softplus(-{self}) + (1 - {target}) ⊙ softplus({self})",
    ),
}
"""For each operation of PyTorch (ATen) its expression: a template over its arguments, entry by entry, or a function of
the call. What only moves entries about stands in layout.py.
"""
