"""A PyTorch module with its weights → a Problem: `torch.export` traces it, each operation is one row of a table.

Needs the extra `torch`. A batch is the rows of a matrix, as in PyTorch: X W^T + b^T. A single sample, also one in a
batch of one, is a column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derive.errors import InputError
from derive.problem.problem import Problem
from derive.pytorch.graph import check_gradients, inputs_of, traced, whole
from derive.pytorch.graph_reader import GraphReader

if TYPE_CHECKING:
    import torch


def from_torch(
    module: torch.nn.Module,
    x: torch.Tensor,
    target: torch.Tensor,
    loss: Callable[..., torch.Tensor],
    title: str = "",
    decimals: int | None = None,
) -> Problem:
    """The problem that a module with its weights is, for one input and one target (tensors as `loss` takes them).

    `loss` is a module or function of output and target that gives a scalar, `torch.nn.MSELoss()` for example.
    Numbers are taken with the fewest digits that give the tensor's own value back; `decimals` rounds all of them to
    something that can be worked with by hand. What requires no gradient is fixed data; the parameters keep the order
    of `module.parameters()`.
    Raises InputError naming every operation that has no row, or whose gradient would not be PyTorch's; ToolError where
    PyTorch cannot trace the module or is not installed.
    """
    together = whole(module, loss)
    exported = traced(together, x, target)
    reader = GraphReader(exported.graph, inputs_of(exported, x, target), decimals)
    for node in exported.graph.nodes:
        reader.read(node)
    if reader.faults:
        raise InputError(reader.faults)
    check_gradients(together, exported, x, target)
    return Problem.loads(reader.problem(title or type(module).__name__), "torch")
