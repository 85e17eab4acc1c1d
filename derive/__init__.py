"""derive: worked solutions for neural networks, from the forward pass as equations and the numbers."""

from __future__ import annotations

from derive.version import VERSION as __version__

TYPE_CHECKING = False  # `typing` takes most of the time that importing derive does
if TYPE_CHECKING:
    from typing import Any

    from derive.answers.checking import check
    from derive.answers.feedback.report import Report
    from derive.derivation.steps import Derivation
    from derive.interactive.practice_page import practice
    from derive.notebook.check_cells import check_cell
    from derive.notebook.magic import load_ipython_extension
    from derive.onnx_models import from_onnx
    from derive.problem.problem import Problem
    from derive.pytorch import from_torch
    from derive.solution import Blueprint, Solution, solve

_HOMES = {
    "check": "derive.answers.checking",
    "check_cell": "derive.notebook.check_cells",
    "load_ipython_extension": "derive.notebook.magic",
    "from_onnx": "derive.onnx_models",
    "from_torch": "derive.pytorch",
    "practice": "derive.interactive.practice_page",
    "Report": "derive.answers.feedback.report",
    "solve": "derive.solution",
    "Solution": "derive.solution",
    "Blueprint": "derive.solution",
    "Problem": "derive.problem.problem",
    "Derivation": "derive.derivation.steps",
}

__all__ = [
    "Blueprint",
    "Derivation",
    "Problem",
    "Report",
    "Solution",
    "__version__",
    "check",
    "check_cell",
    "from_onnx",
    "from_torch",
    "load_ipython_extension",
    "practice",
    "solve",
]


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used: `derive --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
