"""The graph of a module and a loss, as `torch.export` traces it, and what its nodes are called and take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from derive.errors import ToolError

if TYPE_CHECKING:
    import torch


def traced(
    module: torch.nn.Module, x: torch.Tensor, target: torch.Tensor, loss: Callable[..., torch.Tensor]
) -> tuple[Any, dict[str, tuple[str, torch.Tensor]]]:
    """The graph of loss(module(x), target), and for each of its inputs where it comes from and its tensor."""
    try:
        import torch
    except ImportError:
        raise ToolError("PyTorch is not installed", "pip install 'derive[torch]'") from None

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module
            self.loss = loss

        def forward(self, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return self.loss(self.module(x), target)

    try:
        exported = torch.export.export(Whole(), (x, target))
    except RuntimeError as error:
        reason = str(error).strip().split("\n")[0]
        raise ToolError(f"PyTorch cannot trace the module: {reason}",
                        "its forward pass must not depend on the values of tensors") from error  # fmt: skip
    kept = {**exported.state_dict, **exported.constants}
    given = dict(zip(exported.graph_signature.user_inputs, (x, target), strict=True))
    values: dict[str, tuple[str, torch.Tensor]] = {}
    for spec in exported.graph_signature.input_specs:
        name = spec.arg.name
        values[name] = (spec.target or "", given[name] if name in given else kept[spec.target])
    return exported.graph, values


def is_node(value: Any) -> bool:
    """Whether an argument is the value of another node."""
    return hasattr(value, "op") and hasattr(value, "meta")


def key_of(node: Any) -> str:
    """What an operation is called: `relu` of `aten::relu`."""
    schema = getattr(node.target, "_schema", None)
    return str(schema.name.removeprefix("aten::") if schema else node.target.__name__)


def arguments(node: Any) -> Iterator[tuple[str, Any]]:
    """The arguments of an operation by name, those left out with their defaults."""
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        yield from (("self", node.args[0]), ("index", node.args[1]))
        return
    for i, argument in enumerate(schema.arguments):
        default = node.kwargs.get(argument.name, argument.default_value)
        yield argument.name, node.args[i] if i < len(node.args) else default


def shapes_of(value: Any) -> Any:
    """The shape of a tensor, those of a list of them; None for what is none."""
    if isinstance(value, list | tuple):
        return [shapes_of(item) for item in value]
    return tuple(getattr(value.meta["val"], "shape", ())) if is_node(value) else None
