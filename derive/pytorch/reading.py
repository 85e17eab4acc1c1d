"""The nodes of a graph, read one after the other → a problem file: equations, given values, names."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from derive.equations import read_name
from derive.errors import Fault
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS
from derive.pytorch.graph import arguments, is_node, key_of, shapes_of
from derive.pytorch.rows import CLASSES, IMAGES, LETTERS, NAMED, ROWS, Call, Unsupported

if TYPE_CHECKING:
    import torch


class Reader:
    """Reads the graph's nodes one after the other: equations, given values, names."""

    def __init__(self, values: Mapping[str, tuple[str, torch.Tensor]], decimals: int | None) -> None:
        self.values, self.decimals = dict(values), decimals
        self.faults: list[Fault] = []
        self.equations: list[str] = []
        self.texts: dict[Any, Any] = {}
        self.given: dict[str, str] = {}
        self._taken: set[str] = set()
        self._broken: set[Any] = set()
        self._layer = 0

    def read(self, node: Any) -> None:
        """One node: a given value, an operation, or the loss at the end."""
        if node.op == "output":
            self._loss(node.args[0][0])
        elif node.op == "call_function":
            self._operation(node)

    def problem(self, title: str) -> str:
        """The problem file."""
        tables: dict[bool, list[str]] = {False: [], True: []}
        for name, (_, tensor) in self.values.items():
            if name in self.given:
                tables[tensor.requires_grad].append(f'"{self.given[name]}" = {self._array(tensor.detach())}')
        lines = [f'title = "{title}"', "", "[data]", *tables[False], "", "[parameters]", *tables[True], "", "[model]",
                 'equations = """', *self.equations, '"""', 'loss = "L"', ""]  # fmt: skip
        return "\n".join(lines)

    def _operation(self, node: Any) -> None:
        key = key_of(node)
        row = ROWS.get(key)
        if self._broken.intersection(node.all_input_nodes):
            self._broken.add(node)
            return
        if row is None:
            self._fault(node, f"`{key}` has no row", f"there are rows for: {', '.join(sorted(ROWS))}")
            return
        call = self._call(node)
        try:
            text = row.format(**call.args) if isinstance(row, str) else row(call)
        except Unsupported as reason:
            self._fault(node, f"`{key}`: {reason}")
            return
        self.texts[node] = self._named(key, text, node) if isinstance(text, str) else text

    def _fault(self, node: Any, message: str, hint: str = "") -> None:
        stack = node.meta.get("nn_module_stack") or {}
        layer = next((path for path, _ in reversed(stack.values()) if path), "")
        where = f"layer {layer.removeprefix('module.')}" if layer else "the loss or the module itself"
        self.faults.append(Fault(f"{where}: {message}", hint))
        self._broken.add(node)

    def _call(self, node: Any) -> Call:
        args: dict[str, Any] = {}
        shapes: dict[str, Any] = {}
        for name, value in arguments(node):
            if is_node(value):
                self._role(value, name, node)
            shapes[name] = shapes_of(value)
            args[name] = self._any(value)
        return Call(args, shapes, tuple(getattr(node.meta["val"], "shape", ())))

    def _any(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._any(item) for item in value]
        return self._text(value) if is_node(value) else value

    # --- names -----------------------------------------------------------------------------------------------------

    def _role(self, node: Any, argument: str, user: Any) -> None:
        """Names a given value by what it is first used for: the weight of layer 2 is W_2."""
        if node.op != "placeholder" or node in self.texts:
            return
        letter = LETTERS.get((key_of(user), argument), "")
        if argument == "weight" and letter:
            self._layer += 1
        if (key_of(user), argument) in CLASSES:
            self._one_hot(node, user)
        self._give(node, f"{letter}_{self._layer}" if letter else "")

    def _one_hot(self, node: Any, user: Any) -> None:
        """Class numbers as columns of 0 and 1, in the shape of the scores."""
        origin, tensor = self.values[node.name]
        if not tensor.dtype.is_floating_point:
            classes = user.args[0].meta["val"].shape[-1]
            self.values[node.name] = origin, (tensor.unsqueeze(-1) == tensor.new_tensor(range(classes))).int()

    def _give(self, node: Any, name: str = "") -> None:
        origin, tensor = self.values[node.name]
        if not name and tensor.ndim == IMAGES and len(tensor) == 1:
            self.values[node.name] = origin, tensor[0]  # a batch of one image is the image
        self.texts[node] = self.given[node.name] = self._free(name or _plain(origin or node.name))

    def _text(self, node: Any) -> Any:
        if node not in self.texts:
            self._give(node)
        return self.texts[node]

    def _named(self, key: str, text: str, node: Any) -> str:
        """A name for the value of an operation; nothing new where the operation changes nothing."""
        if text in self._taken:
            return text
        inner = self.texts.get(node.args[0], "") if node.args and is_node(node.args[0]) else ""
        if key in NAMED:
            name = f"{'z' if key == 'linear' and len(node.meta['val'].shape) == 1 else 'Z'}_{self._layer}"
        else:
            name = f"A_{self._layer}" if inner.lower() == f"z_{self._layer}" else f"u_{len(self.equations) + 1}"
        name = self._free(name)
        self.equations.append(f"{name} = {text}")
        return name

    def _free(self, name: str) -> str:
        """The name, or with a number where it is taken."""
        while name in self._taken or name in FUNCTIONS:
            name = f"{name}'" if not name.endswith("'''") else f"v_{len(self._taken)}"
        self._taken.add(name)
        return name

    def _loss(self, node: Any) -> None:
        if self.faults:
            return
        if prod(node.meta["val"].shape) != 1:
            self.faults.append(Fault("the loss is not a single number", "expected a loss that gives a scalar"))
            return
        last = f"{self.texts[node]} = "
        if self.equations and self.equations[-1].startswith(last):
            self.equations[-1] = f"L = {self.equations[-1].removeprefix(last)}"
        else:
            self.equations.append(f"L = {self.texts[node]}")

    # --- numbers ---------------------------------------------------------------------------------------------------

    def _array(self, tensor: torch.Tensor) -> str:
        if tensor.ndim == 0:
            return self._number(tensor)
        return f"[{', '.join(map(self._array, tensor))}]"

    def _number(self, scalar: torch.Tensor) -> str:
        """The shortest decimal that is the same number in the tensor's own precision."""
        value = scalar.item()
        if not scalar.dtype.is_floating_point:
            return str(int(value))
        if self.decimals is not None:
            return f"{value:.{self.decimals}f}"
        texts = (f"{value:.{digits}g}" for digits in range(1, 18))
        return next(text for text in texts if scalar.new_tensor(float(text)).item() == value)


def _plain(origin: str) -> str:
    """A parameter's own name as the language has it: `module.scale` → `scale`; `p` where it cannot be read."""
    name = origin.rsplit(".", 1)[-1]
    try:
        return read_name(name).id
    except TextError:
        return "p"
