"""The graph of a module and a loss, as `torch.export` traces it, and what its nodes are called and take."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from derive.errors import Fault, InputError, ToolError, of_extra

if TYPE_CHECKING:
    import torch


def whole(module: torch.nn.Module, loss: Callable[..., torch.Tensor]) -> torch.nn.Module:
    """The module and the loss of its output as one module. Raises ToolError where PyTorch is not installed, InputError
    for a loss that cannot be called.
    """
    with of_extra("torch", "PyTorch is not installed"):
        import torch
    for what, given, kind in (("module", module, "a torch.nn.Module"), ("loss", loss, "torch.nn.MSELoss(), say")):
        if not callable(given):
            raise InputError([Fault(f"the {what} is {type(given).__name__} {given!s:.40}", f"expected {kind}")])

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module
            self.loss = loss

        def forward(self, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return self.loss(self.module(x), target)

    return Whole()


def traced(together: torch.nn.Module, x: torch.Tensor, target: torch.Tensor) -> Any:
    """The program that `torch.export` makes of a module. Raises ToolError."""
    import torch

    try:
        with warnings.catch_warnings(), _masks_not_looked_into():
            warnings.simplefilter("ignore")  # about what PyTorch's own modules do
            return torch.export.export(together, (x, target))
    except RuntimeError as error:
        reason = str(error).strip().split("\n")[0]
        hint = "its forward pass must not depend on the values of tensors, nor use `.data`"
        raise ToolError(f"PyTorch cannot trace the module: {reason}", hint) from error


@contextmanager
def _masks_not_looked_into() -> Iterator[None]:
    """`nn.TransformerEncoder` looks whether its mask is a causal one, to be faster, not to give anything else; what is
    traced must not depend on values.
    """
    from torch.nn.modules import transformer

    name = "_detect_is_causal_mask"
    own = getattr(transformer, name, None)
    if own is not None:
        setattr(transformer, name, lambda mask, is_causal=None, size=None: bool(is_causal))
    try:
        yield
    finally:
        if own is not None:
            setattr(transformer, name, own)


def inputs_of(exported: Any, x: torch.Tensor, target: torch.Tensor) -> dict[str, tuple[str, torch.Tensor]]:
    """For each input of the graph where it comes from and its tensor."""
    kept = {**exported.state_dict, **exported.constants}
    given = dict(zip(exported.graph_signature.user_inputs, (x, target), strict=True))
    values: dict[str, tuple[str, torch.Tensor]] = {}
    for spec in exported.graph_signature.input_specs:
        name = spec.arg.name
        values[name] = (spec.target or "", given[name] if name in given else kept[spec.target])
    return values


def check_gradients(together: torch.nn.Module, exported: Any, x: torch.Tensor, target: torch.Tensor) -> None:
    """The traced program must have the module's own gradients: a `torch.autograd.Function` with a backward pass of its
    own, or a hook, is not in it. Raises InputError.
    """
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = _gradients(deepcopy(together), x, target)
        theirs = _gradients(deepcopy(exported.module()), x, target)
    for name, gradient in own.items():
        other = theirs.get(name)
        both = gradient is not None and other is not None
        same = torch.allclose(gradient, other, 1e-3, 1e-6, equal_nan=True) if both else gradient is other
        if not same:
            raise InputError([Fault(
                f"the gradient of `{name.removeprefix('module.')}` is not that of the operations of the forward pass",
                "a backward pass of one's own (torch.autograd.Function) and hooks on tensors are not worked out",
            )])  # fmt: skip


def _gradients(module: torch.nn.Module, x: torch.Tensor, target: torch.Tensor) -> dict[str, torch.Tensor | None]:
    import torch

    parameters = {name: each for name, each in module.named_parameters() if each.requires_grad}
    with torch.enable_grad():
        value = module(x.detach(), target.detach())
    if not parameters or not value.requires_grad:
        return {}
    found = torch.autograd.grad(value, tuple(parameters.values()), allow_unused=True)
    return dict(zip(parameters, found, strict=True))


def is_node(value: Any) -> bool:
    """Whether an argument is the value of another node."""
    return hasattr(value, "op") and hasattr(value, "meta")


def schema_of(node: Any) -> Any:
    """The schema of an operation, with the names of its arguments; None for a function of Python's."""
    return getattr(node.target, "_schema", None)


def aten_key(node: Any) -> str:
    """What an operation is called: `relu` of `aten::relu`."""
    schema = schema_of(node)
    return str(schema.name.removeprefix("aten::") if schema else node.target.__name__)


def arguments(node: Any) -> Iterator[tuple[str, Any]]:
    """The arguments of an operation by name, those left out with their defaults."""
    schema = schema_of(node)
    if schema is None:
        yield from zip(("self", "index"), node.args, strict=False)
        return
    for i, argument in enumerate(schema.arguments):
        default = node.kwargs.get(argument.name, argument.default_value)
        yield argument.name, node.args[i] if i < len(node.args) else default


def is_random(node: Any) -> bool:
    """Whether an operation draws random numbers."""
    import torch

    return torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ())


def layer_of(node: Any) -> str:
    """Where in the module a node comes from: `layer 2 (Hardswish)`."""
    stack = node.meta.get("nn_module_stack") or {}
    path, kind = next(((path, kind) for path, kind in reversed(stack.values()) if path), ("", ""))
    name = path.removeprefix("module").removeprefix(".")
    if not name:
        return "the loss or the module itself"
    return f"layer {name} ({getattr(kind, '__name__', str(kind)).rsplit('.', 1)[-1]})"
