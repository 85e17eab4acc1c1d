"""The language evaluated by PyTorch in double precision: every operation by a formula of PyTorch's own.

Arrays have the language's shapes: a column is a vector, a row a matrix with one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as f

from derive.calculus.differentiation import shape_of
from derive.calculus.operation_rows import row_of
from derive.language.expressions import Apply, Expr, Number, Ref, Shape
from derive.language.names import Derivative, Name
from derive.problem.problem import Problem

Tensor = torch.Tensor


def loss_and_gradients(problem: Problem) -> tuple[float, dict[str, list[float]]]:
    """The loss, and the gradient of every parameter by autograd, flat, by name."""
    env = quantities(problem)
    assert problem.loss is not None
    loss = env[problem.loss]
    parameters = [given.name for given in problem.givens if given.parameter]
    slopes = torch.autograd.grad(loss, [env[name] for name in parameters], allow_unused=True, materialize_grads=True)
    return loss.item(), {name.id: slope.flatten().tolist() for name, slope in zip(parameters, slopes, strict=True)}


def quantities(problem: Problem) -> dict[Name, Tensor]:
    """The value of everything given and computed; what is given can be differentiated by."""
    env: dict[Name, Tensor] = {}
    for given in problem.givens:
        flat = [-torch.inf if i in given.masked else float(x) for i, x in enumerate(given.values)]
        tensor = torch.tensor(flat, dtype=torch.float64).reshape(given.shape)
        env[given.name] = tensor.requires_grad_(not given.masked)
    for equation in problem.equations:
        env[equation.name] = evaluated(equation.expr, env, problem.shapes)
    return env


def named(name: Name, env: Mapping[Name, Tensor]) -> Tensor:
    """What a name stands for: a derivative of a number has the shape of what it is by, of a column it is a Jacobian."""
    if not isinstance(name, Derivative):
        return env[name]
    of, by = named(name.of, env), named(name.by, env)
    rows = [
        torch.autograd.grad(each, by, create_graph=True, allow_unused=True, materialize_grads=True)[0]
        for each in of.reshape(-1)
    ]
    return rows[0] if of.ndim == 0 else torch.stack(rows)


def evaluated(expr: Expr, env: Mapping[Name, Tensor], shapes: Mapping[Name, Shape]) -> Tensor:
    """The value of an expression, of the language's shape."""
    if isinstance(expr, Ref):
        return named(expr.name, env)
    if isinstance(expr, Number):
        return torch.tensor(float(expr.value), dtype=torch.float64)
    assert isinstance(expr, Apply)
    args = [evaluated(arg, env, shapes) for arg in expr.args]
    options = {**row_of(expr).defaults, **dict(expr.options)}
    target = shape_of(expr, shapes)
    if row_of(expr).elementwise:
        settings = {name: float(value) for name, value in options.items()}
        return ELEMENTWISE[expr.op](*(spread(arg, target) for arg in args), **settings).reshape(target)
    return STRUCTURAL[expr.op](*args, **options).reshape(target)


def spread(x: Tensor, target: Shape) -> Tensor:
    """A scalar everywhere, a column over columns, a row over rows, one number a channel over what it holds."""
    if x.ndim == 0 or x.shape == target:
        return x.expand(target)
    if len(target) == 2 or (x.ndim == 2 and len(target) == 1):
        return matrix(x).expand(*(*target, 1)[:2]).reshape(target)
    return x.reshape(*x.shape, *(1,) * (len(target) - x.ndim)).expand(target)


def matrix(x: Tensor) -> Tensor:
    """A scalar, column, row or matrix with two axes."""
    return x.reshape(*(*x.shape, 1, 1)[:2])


def _select(condition: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda *args, **settings: condition(*args, **settings).to(torch.float64)


ELEMENTWISE: dict[str, Callable[..., Tensor]] = {
    "add": torch.add,
    "subtract": torch.sub,
    "negate": torch.neg,
    "times": torch.mul,
    "divide": torch.div,
    "power": torch.pow,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "abs": torch.abs,
    "sign": torch.sign,
    "step": _select(lambda z: z >= 0),
    "floor": torch.floor,
    "max": torch.maximum,
    "min": torch.minimum,
    "at_least": _select(torch.ge),
    "below": _select(torch.lt),
    "above": _select(torch.gt),
    "at_most": _select(torch.le),
    "Phi": torch.special.ndtr,
    "phi": lambda z: torch.exp(-z * z / 2) / (2 * torch.pi) ** 0.5,
    "relu": torch.relu,
    "relu'": _select(lambda z: z > 0),
    "leaky_relu": lambda z, alpha: f.leaky_relu(z, negative_slope=alpha),
    "leaky_relu'": lambda z, alpha: torch.where(z > 0, torch.ones_like(z), alpha * torch.ones_like(z)),
    "elu": f.elu,
    "elu'": lambda z, alpha: torch.where(z > 0, torch.ones_like(z), alpha * torch.exp(z)),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": lambda z: f.softplus(z, threshold=700),
    "silu": f.silu,
    "gelu": f.gelu,
    "hardsigmoid": lambda z: f.relu6(z + 3) / 6,  # f.hardsigmoid has its slope, 1/6, in single precision
    "hardswish": f.hardswish,
    "equal": _select(torch.eq),
    "huber_penalty": lambda r, delta: f.huber_loss(r, torch.zeros_like(r), reduction="none", delta=delta),
    "clip": lambda r, delta: torch.clamp(r, -delta, delta),
    "clip_between": torch.clamp,
    "where": lambda c, a, b: torch.where(c > 0, a, b),
    "stop_gradient": lambda z: z.detach(),
    "round": torch.round,
    "tan": torch.tan,
    "arctan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "log2": torch.log2,
    "log10": torch.log10,
    "erf": torch.erf,
    "selu": f.selu,
    "selu'": lambda z: 1.0507009873554805 * torch.where(z > 0, 1, 1.6732632423543772 * torch.exp(z)),
    "prelu": lambda z, a: torch.where(z > 0, z, a * z),
    "relu6": f.relu6,
    "softsign": f.softsign,
    "logsigmoid": f.logsigmoid,
    "mish": f.mish,
    "gelu_tanh": lambda z: f.gelu(z, approximate="tanh"),
}


def _product(a: Tensor, b: Tensor) -> Tensor:
    return a * b if 0 in (a.ndim, b.ndim) else matrix(a) @ matrix(b)


def _along(of: Callable[[Tensor, int], Tensor]) -> Callable[..., Tensor]:
    """Over everything, or along each row (axis 1 of PyTorch) or column."""

    def apply(x: Tensor, axis: str | None = None, **options: Any) -> Tensor:
        if axis is None:
            return of(x.flatten(), 0, **options)
        if axis == "channels":
            return of(x.reshape(x.shape[0], -1), 1, **options)
        return of(matrix(x), 1 if axis == "rows" else 0, **options)

    return apply


def _cut(x: Tensor, at: tuple[Any, ...]) -> Tensor:
    """Entries count from 1, the last of a range is in it."""
    ends = [part if isinstance(part, tuple) else (part, part) for part in at]
    keys = [slice((first or 1) - 1, last) for first, last in ends]
    return (x if x.ndim > 2 or len(at) == 1 else matrix(x))[tuple(keys)]


def _sizes(value: Any, axes: int) -> tuple[int, ...]:
    return tuple(map(int, value)) if isinstance(value, tuple) else (int(value),) * axes


def _convolved(x: Tensor, k: Tensor, transposed: bool = False, **options: Any) -> Tensor:
    given = [value for value in options.values() if isinstance(value, tuple)]
    axes = len(given[0]) if given else 1 if max(x.ndim, k.ndim) == 1 or (k.ndim == 3 and x.ndim <= 2) else 2
    x = x.reshape((1,) * (axes + 1 - x.ndim) + tuple(x.shape)) if x.ndim < axes + 1 else x
    k = k.reshape((1,) * (axes + 2 - k.ndim) + tuple(k.shape))
    settings = {name: _sizes(value, axes) for name, value in options.items()}
    if not transposed:
        return {1: f.conv1d, 2: f.conv2d}[axes](x, k, **settings)
    return {1: f.conv_transpose1d, 2: f.conv_transpose2d}[axes](x, k, **settings)


def _pooled(of: Mapping[int, Callable[..., Tensor]]) -> Callable[..., Tensor]:
    def apply(x: Tensor, window: Any, **options: Any) -> Tensor:
        axes = len(window) if isinstance(window, tuple) else 1 if x.ndim == 1 else 2
        shaped = x if x.ndim == axes + 1 else x.reshape((1,) * (axes + 1 - x.ndim) + tuple(x.shape))
        settings = {name: _sizes(value, axes) for name, value in options.items()}
        return of[axes](shaped, _sizes(window, axes), **settings)

    return apply


def _causal(x: Tensor, axis: str) -> Tensor:
    """A query sees itself and what stands before it."""
    rows, columns = x.shape
    visible = torch.ones(rows, columns, dtype=torch.bool)
    visible = torch.tril(visible) if axis == "rows" else torch.triu(visible)
    return torch.softmax(x.masked_fill(~visible, -torch.inf), 1 if axis == "rows" else 0)


def _largest(x: Tensor, k: Any) -> Tensor:
    """1 at the k largest, of equal ones at the first."""
    marks = torch.zeros_like(x, dtype=torch.bool)
    marks[torch.argsort(x, descending=True, stable=True)[: int(k)]] = True
    return marks


def _looked_up(table: Tensor, at: Tensor, axis: str | None = None) -> Tensor:
    chosen = at.to(torch.int64).flatten() - 1
    return table[chosen] if axis == "rows" else table[:, chosen]


def _one_hot(at: Tensor, count: Any, axis: str | None = None) -> Tensor:
    marks = f.one_hot(at.to(torch.int64).flatten() - 1, int(count)).to(torch.float64)
    return marks if axis == "rows" else marks.T


STRUCTURAL: dict[str, Callable[..., Tensor]] = {
    "product": _product,
    "transpose": lambda x: matrix(x).T,
    "diag": lambda x: torch.diag(x.flatten()),
    "diagonal": lambda x: torch.diagonal(matrix(x)),
    "infinity": lambda: torch.tensor(torch.inf, dtype=torch.float64),
    "topk": lambda x, k: x.masked_fill(~_largest(x, k), -torch.inf),
    "topk_mask": lambda x, k: _largest(x, k).to(torch.float64),
    "prod": _along(lambda x, axis: x.prod(axis)),
    "cumprod": _along(torch.cumprod),
    "cumsum": _along(torch.cumsum),
    "argmax": _along(lambda x, axis: (x.argmax(axis) + 1).double()),
    "upsample": lambda x, scale: torch.kron(x, torch.ones([int(scale)] * min(2, x.dim()), dtype=torch.float64)),
    "det": lambda x: torch.linalg.det(matrix(x)),
    "inverse": lambda x: torch.linalg.inv(matrix(x)),
    "identity": lambda shape: torch.eye(int(shape), dtype=torch.float64),
    "ones": lambda shape: torch.ones(_sizes(shape, 1), dtype=torch.float64),
    "zeros": lambda shape: torch.zeros(_sizes(shape, 1), dtype=torch.float64),
    "fill": lambda x, shape: spread(x, tuple(map(int, shape))),
    "pi": lambda: torch.tensor(torch.pi, dtype=torch.float64),
    "sum": _along(lambda x, axis: x.sum(axis)),
    "mean": _along(lambda x, axis: x.mean(axis)),
    "softmax": _along(torch.softmax),
    "log_softmax": _along(torch.log_softmax),
    "logsumexp": _along(torch.logsumexp),
    "largest": _along(lambda x, axis: x.max(axis).values),
    "smallest": _along(lambda x, axis: x.min(axis).values),
    "embedding": _looked_up,
    "one_hot": _one_hot,
    "causal_softmax": _causal,
    "stack": lambda *parts: torch.cat([matrix(part) for part in parts], 0),
    "beside": lambda *parts: torch.cat([matrix(part) for part in parts], 1),
    "index": _cut,
    "flatten": torch.flatten,
    "reshape": lambda x, shape: x.reshape(_sizes(shape, 1)),
    "conv": _convolved,
    "transposed_conv": lambda x, k, **options: _convolved(x, k, transposed=True, **options),
    "maxpool": _pooled({1: f.max_pool1d, 2: f.max_pool2d}),
    "avgpool": _pooled({1: f.avg_pool1d, 2: f.avg_pool2d}),
}
