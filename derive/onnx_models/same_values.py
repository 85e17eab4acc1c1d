"""What is worked out is what ONNX works out: every equation's value against that of ONNX's own evaluator."""

from collections.abc import Mapping
from typing import Any

from derive.derivation.derive import derive
from derive.errors import Fault, InputError
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import Values

RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""ONNX works in single precision."""


def check_values(problem: Problem, results: Mapping[str, Any]) -> None:
    """Raises InputError naming the first equation whose value is another one."""
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
