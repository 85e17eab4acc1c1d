"""The shapes of what an update assigns, and of what [state] holds; a state that begins with a number takes the shape of
its equation.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from derive.calculus.kernels import shape_text
from derive.errors import Fault
from derive.language.expressions import Equation, Shape, names_in
from derive.language.names import Derivative, Name, Symbol
from derive.language.tokens import TextError
from derive.problem.reading.equations import WrittenEquation, infer_shapes, read_name
from derive.problem.reading.given_values import read_array
from derive.problem.training.derivative_products import multiplied_out
from derive.problem.training.update_scope import Surroundings

ROUNDS = 4


def state_shapes(table: Mapping[str, Any]) -> dict[Name, Shape]:
    """The names of a table of states that can be read, with the shapes of their values: forward passes use them too."""
    found: dict[Name, Shape] = {}
    for key, value in table.items():
        with suppress(TextError):
            name = read_name(key)
            if (array := read_array(value, lambda message, hint: None)) is not None:
                found[name] = array[0]
    return found


def infer_update(
    written: list[WrittenEquation],
    spread: set[Symbol],
    shapes: dict[Name, Shape],
    around: Surroundings,
    faults: list[Fault],
) -> list[Equation]:
    """The equations in rows only; adds the shape of everything assigned to `shapes`.

    The states in `spread` take the shape of their equation.
    """
    unknown: dict[Name, Shape] = dict.fromkeys(spread, ())
    shapes |= unknown
    for _ in range(ROUNDS):
        found: list[Fault] = []
        trial = dict(shapes)
        equations = _in_rows(written, trial, around, found)
        grown: dict[Name, Shape] = {
            state: trial[state.after] for state in spread if trial.get(state.after, ()) != shapes[state]
        }
        if not grown:
            break
        shapes |= grown
    faults += found
    for item in written:
        if item.equation.name in trial:
            _agree(item, trial[item.equation.name], shapes, faults)
    return equations


def _in_rows(
    written: list[WrittenEquation], shapes: dict[Name, Shape], around: Surroundings, faults: list[Fault]
) -> list[Equation]:
    """The equations, one after the other, with the shapes that those before them have."""
    for name in {name for item in written for name in names_in(item.equation.expr)}:
        if isinstance(name, Derivative) and name.of in around.losses and name.by in shapes and not name.via:
            shapes[name] = shapes[name.by]
    forward = {item.name: item.expr for item in around.equations
               if item.name not in around.losses and item.name in shapes}  # fmt: skip
    equations = []
    for item in written:
        expr = item.equation.expr
        if all(name in shapes or isinstance(name, Derivative) for name in names_in(expr)):
            expr = multiplied_out(expr, forward, shapes)
        equations += infer_shapes([replace(item, equation=replace(item.equation, expr=expr))], shapes, faults)
    return equations


def _agree(item: WrittenEquation, shape: Shape, shapes: dict[Name, Shape], faults: list[Fault]) -> None:
    """Enters the shape of what a line assigns; it must be that of the quantity before the update."""
    name = item.equation.name
    shapes[name] = shape
    if shapes.setdefault(name.before, shape) != shape:
        message = f"`{name}` is {shape_text(shapes[name.before])}, the right side {shape_text(shape)}"
        faults.append(item.line.fault(message, "both sides need the same shape", (0, 1)))
