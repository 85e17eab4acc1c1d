"""The shorthand [network]: layers → the equations that they stand for, as text in the language."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from derive.calculus.operation_rows import Macro
from derive.errors import ReportFaultAt, suggestion
from derive.language.expressions import Shape, Within
from derive.language.names import Name
from derive.operations import MACROS
from derive.problem.network import Stack, families, pile
from derive.problem.reading.framework_names import meant_key


def expand_network(
    table: Mapping[str, Any], shapes: Mapping[Name, Shape], fault: ReportFaultAt, first: int | None = None
) -> list[tuple[str, Within]]:
    """The equations of a network, each with the layer that it is of: those of its layers, or of the `first` ones, and
    the loss `L` last.

    The input is one name, or a sequence: `x_1`, `x_2`, … where `x` itself has no value.
    """
    layers = table.get("layers")
    if not isinstance(layers, list) or not layers:
        fault("`layers` is not a list of layers", 'expected [{ units = 3, activation = "ReLU" }]', "network", "layers")
        return []
    ids = {name.id: shape for name, shape in shapes.items()}
    stack = Stack(ids, _known(table, "input", ids, fault), Counter(families(layers)), fault)
    pile(stack, layers[:first])
    if "loss" in table:
        stack.add("L", _loss(table, stack, ids, fault))
    return stack.lines


def network_losses() -> dict[str, Macro]:
    """The losses that a network may name: those of an output and its target."""
    return {macro.key.replace("_", " "): macro for macro in MACROS.values() if macro.params[1:] == ("y",)}


def _known(table: Mapping[str, Any], key: str, ids: Mapping[str, Shape], fault: ReportFaultAt) -> tuple[str, ...]:
    """The names that `input` or `target` stand for: one, or those of a sequence."""
    name = table.get(key)
    sequence: list[str] = []
    while isinstance(name, str) and name not in ids and f"{name}_{len(sequence) + 1}" in ids:
        sequence.append(f"{name}_{len(sequence) + 1}")
    if not sequence and (not isinstance(name, str) or name not in ids):
        message = f"the network's {key} `{name}` has no value" if name else f"the network has no `{key}`"
        fault(message, suggestion(str(name), ids) or f'expected {key} = "x", and x in [data]', "network", key)
    return tuple(sequence) or (str(name),)


def _loss(table: Mapping[str, Any], stack: Stack, ids: Mapping[str, Shape], fault: ReportFaultAt) -> str:
    """The loss of the output; of a sequence the sum over its steps."""
    losses, outputs = network_losses(), stack.flow
    wanted, targets = meant_key(str(table["loss"]), losses), _known(table, "target", ids, fault)
    if wanted not in losses:
        fault(f"`{wanted}` is not a loss", suggestion(wanted, losses) or f"one of: {', '.join(losses)}",
              "network", "loss")  # fmt: skip
        return "0"
    if stack.broken:
        return "0"
    if len(targets) != len(outputs):
        message = f"the network gives {len(outputs)} output{'s' * (len(outputs) != 1)} for {len(targets)} targets"
        fault(message, "a recurrent layer with return_sequences = true gives one for each step", "network", "target")
        return "0"
    return " + ".join(f"{losses[wanted].spellings[0]}({p}, {y})" for p, y in zip(outputs, targets, strict=True))
