"""Gradients of a module of PyTorch: ours, and autograd's."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import derive


def gradients(module: Any, x: Any, target: Any, loss: Callable[..., Any]) -> tuple[list[float], list[float]]:
    """The loss and every entry of every gradient: ours, and autograd's in double precision."""
    problem = derive.from_torch(module, x, target, loss)
    solution = derive.solve(problem)
    value = loss(module(x), target)
    module.zero_grad()
    value.backward()
    theirs = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    ours = [solution[f"dL/d{given.name.id}"].value_text for given in problem.givens if given.parameter]
    assert len(ours) == len(theirs)
    return (
        [float(Fraction(solution["L"].value_text)), *(x for value in ours for x in flat(value))],
        [value.item(), *(x for gradient in theirs for x in gradient.flatten().tolist())],
    )


def flat(value: Any) -> list[float]:
    """The numbers of nested texts."""
    return [float(Fraction(value))] if isinstance(value, str) else [x for part in value for x in flat(part)]
