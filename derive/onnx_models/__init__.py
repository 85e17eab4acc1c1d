"""An ONNX model, exported from any framework, with its weights → a Problem: each operator is a row of a table.

Needs the extra `onnx`. Arrays keep ONNX's layout: a sample is a row, X W + b^T; images and signals stand without the
axis of the batch.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from derive.derivation.derive import derive
from derive.errors import Fault, InputError
from derive.onnx_models.graph_equations import GraphEquations
from derive.onnx_models.loading import loaded
from derive.onnx_models.operators import OPERATORS
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import Values

RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""How far a value may be from ONNX's, which works in single precision."""


def from_onnx(
    model: str | Path | Any,
    inputs: Any,
    target: Any = None,
    *,
    loss: str = "sum((y - t)^2)",
    title: str = "",
    decimals: int | None = None,
) -> Problem:
    """The problem that a model is for one input: a path or a loaded `ModelProto`, and an array (or a mapping of names
    to arrays) as the model takes it.

    With a `target` the loss is `loss`, in the language of equations: `y` is the model's output, `t` the target. Without
    one the problem is the forward pass alone. Weights are parameters; `decimals` rounds all numbers to something that
    can be worked with by hand.

    Raises InputError naming every operator that has no row, and where a value would not be ONNX's; ToolError where ONNX
    is not installed.
    """
    graph = loaded(model, inputs, decimals)
    writer = GraphEquations(graph)
    for node in graph.nodes:
        writer.add(node)
    if writer.faults:
        known = ", ".join(sorted(OPERATORS))
        raise InputError([*writer.faults, Fault("these operators have no row", f"there are rows for: {known}")])
    told: dict[str, Any] = {"title": title or graph.name}
    values, equations = writer.values, list(writer.equations)
    if target is not None:
        values = {**values, "t": graph.rounded(target)}
        equations.append(f"L = {loss}")
        told["loss"] = "L"
    problem = Problem.of(equations, values, parameters=writer.parameters, **told)
    _check_values(problem, writer.results)
    return problem


def _check_values(problem: Problem, results: Mapping[str, Any]) -> None:
    """Every equation's value against that of ONNX's own evaluator. Raises InputError naming the first other one."""
    derivation = derive(problem)
    values = Values(Tape.of(derivation), problem)
    names = {step.name.id: step.name for step in derivation.forward}
    for name, array in results.items():
        ours = [float(x) for x in values.flat(names[name])]
        theirs = array.ravel().tolist()
        close = (abs(a - b) <= ABSOLUTE + RELATIVE * abs(b) for a, b in zip(ours, theirs, strict=False))
        if len(ours) != len(theirs) or not all(close):
            hint = "please report the model: an operator is not read as ONNX means it"
            raise InputError([Fault(f"`{name}` is not what ONNX works out", hint)])
