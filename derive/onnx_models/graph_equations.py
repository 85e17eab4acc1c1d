"""The nodes of a graph, one after the other → equations, given values and their names."""

import re
from itertools import chain, repeat
from math import prod
from typing import Any

from derive.errors import Fault
from derive.onnx_models.loading import OnnxGraph, OnnxNode
from derive.onnx_models.operators import (
    LETTERS,
    OPERATORS,
    STATISTICS,
    WEIGHING,
    OnnxCall,
    OnnxValue,
    Unwritable,
    own_shape,
)
from derive.operations import FUNCTIONS

_PLAIN = re.compile(r"[A-Za-z](_[A-Za-z0-9]+)?")
RESERVED = {"t", "y", "L"}
"""The target, the output and the loss."""


class GraphEquations:
    """What a graph is in the language.

    values      the given values by name
    parameters  those that are weights
    equations   in order
    results     for each equation's name ONNX's value
    """

    def __init__(self, graph: OnnxGraph) -> None:
        self.graph = graph
        self.faults: list[Fault] = []
        self.values: dict[str, Any] = {}
        self.parameters: list[str] = []
        self.equations: list[str] = []
        self.results: dict[str, Any] = {}
        self.layer = 0
        self._texts: dict[str, str] = {}
        self._broken: set[str] = set()
        self._taken = set(RESERVED)
        for name in graph.inputs:
            self._texts[name] = self._give(self._free(name, "x"), graph.values[name])

    def add(self, node: OnnxNode) -> None:
        """One node: an equation, a known array, or another name for what is there."""
        if node.op == "Constant" or self._broken.intersection(node.inputs):
            self._broken.update(() if node.op == "Constant" else node.outputs)
            return
        if self._is_known(node):
            return
        if node.op not in OPERATORS:
            self._fault(node, "has no row")
            return
        self.layer += node.op in WEIGHING and any(name in self.graph.weights for name in node.inputs)
        letters = chain(LETTERS.get(node.op, ()), repeat("c"))
        shape = tuple(self.graph.values[node.outputs[0]].shape)
        try:
            operands = tuple(map(self._operand, node.inputs, letters))
            text = OPERATORS[node.op](OnnxCall(operands, node.attributes, shape))
        except Unwritable as reason:
            self._fault(node, str(reason))
            return
        (output, *_) = node.outputs
        if output == self.graph.output:
            self._define("y", text, output)
        elif text in self._texts.values():
            self._texts[output] = text
        else:
            self._define(self._free(output, "z" if node.op in WEIGHING else "a", self.layer or None), text, output)

    def _is_known(self, node: OnnxNode) -> bool:
        """Whether a node works with shapes and other numbers that the model holds, not with its input."""
        names = [name for name in node.inputs if name]
        fixed = all(name not in self._texts or name in self.graph.weights for name in names)
        whole = all(self.graph.values[name].dtype.kind in "iub" for name in node.outputs if name)
        return node.op not in WEIGHING and (whole or (fixed and not any(name in self.graph.inputs for name in names)))

    def _define(self, name: str, text: str, output: str) -> None:
        self.equations.append(f"{name} = {text}")
        self.results[name] = self.graph.values[output]
        self._texts[output] = name

    def _fault(self, node: OnnxNode, reason: str) -> None:
        self._broken.update(node.outputs)
        self.faults.append(Fault(f"`{node.op}`: {reason}", f"it gives `{node.outputs[0]}`"))

    # --- given values ------------------------------------------------------------------------------------------------

    def _operand(self, name: str, letter: str) -> OnnxValue | None:
        """An argument: what is worked out, an input, a weight, or a number that stands as it is."""
        if not name:
            return None
        array = self.graph.values[name]
        if name not in self._texts and prod(array.shape) == 1 and letter == "c":
            return OnnxValue(_plain_number(array), tuple(array.shape), array)
        if name not in self._texts:
            self._texts[name] = self._give(self._free(name, letter, self.layer if letter != "c" else None), array)
            if name in self.graph.weights and letter not in STATISTICS:
                self.parameters.append(self._texts[name])
        return OnnxValue(self._texts[name], tuple(array.shape), array)

    def _give(self, name: str, array: Any) -> str:
        self.values[name] = array.reshape(own_shape(tuple(array.shape)))
        return name

    def _free(self, original: str, letter: str, number: int | None = None) -> str:
        """A name that is not taken: the model's own where the language reads it, else the letter with a number."""
        own = original if _PLAIN.fullmatch(original) and original not in FUNCTIONS else ""
        wanted = own or (f"{letter}_{number}" if number else letter)
        numbered = (f"{letter}_{{{number or 0},{i}}}" if number else f"{letter}_{i}" for i in range(1, 10_000))
        name = next(each for each in (wanted, *numbered) if each not in self._taken)
        self._taken.add(name)
        return name


def _plain_number(array: Any) -> str:
    value = array.ravel()[0]
    return f"({value})" if value < 0 else str(value)
