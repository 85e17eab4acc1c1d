"""The nodes of a graph, read one after the other → a problem file: equations, given values, names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import inf, prod
from typing import TYPE_CHECKING, Any

from derive.calculus.shapes import normal
from derive.errors import Fault, Place
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS
from derive.problem.reading.array_values import shortest_text, toml_array
from derive.problem.reading.equation_lines import EquationLine
from derive.problem.reading.equations import infer_shapes, read_equation, read_name
from derive.pytorch.argument_names import IMAGES, letters
from derive.pytorch.aten_rows import ROWS
from derive.pytorch.graph import arguments, aten_key, is_node, is_random, layer_of, schema_of
from derive.pytorch.graph_call import Call, EquationWriter, Known, Tensor, Unsupported
from derive.pytorch.layout import LAYOUT, laid_out, masking
from derive.pytorch.tensor_entries import TensorEntries

if TYPE_CHECKING:
    import torch


COMPARING = {"eq", "ne", "lt", "le", "gt", "ge"}


class NoRow(Exception):
    """An operation that no table knows."""


class GraphReader(EquationWriter):
    """Reads the graph's nodes one after the other: equations, given values, names."""

    def __init__(self, graph: Any, values: Mapping[str, tuple[str, torch.Tensor]], decimals: int | None) -> None:
        self.values, self.decimals = dict(values), decimals
        self.faults: list[Fault] = []
        self.equations: list[tuple[str, str]] = []
        self.entries = TensorEntries()
        self._results: dict[Any, Any] = {}
        self._given: list[tuple[str, torch.Tensor, bool, int]] = []
        self._lifted: dict[Known, Tensor] = {}
        self._names: dict[str, Name] = {}
        self._shapes: dict[Name, Shape] = {}
        self._taken: set[str] = {"L"}
        self._broken: set[Any] = set()
        self._moving: set[Any] = set()
        self._letters, self._layers = letters(graph)
        self._layer = 0

    def read(self, node: Any) -> None:
        """One node: a given value, an operation, or the loss at the end."""
        if node.op == "placeholder":
            self._placeholder(node)
        elif node.op == "output":
            self._loss(node.args[0][-1])
        elif node.op == "call_function" and not _only_asserts(node):
            self._operation(node)

    def problem(self, title: str) -> str:
        """The problem file."""
        tables: dict[bool, list[str]] = {False: [], True: []}
        for name, tensor, parameter, base in self._given:
            if self.entries.bases[base].used:
                tables[parameter].append(f'"{name}" = {toml_array(self._texts(tensor.tolist(), str(tensor.dtype)))}')
        equations = [f"{name} = {text}" for name, text in self.equations]
        lines = [f"title = {json.dumps(title)}", "", "[data]", *tables[False], "", "[parameters]", *tables[True], "",
                 "[model]", 'equations = """', *equations, '"""', 'loss = "L"', ""]  # fmt: skip
        return "\n".join(lines)

    # --- nodes -----------------------------------------------------------------------------------------------------

    def _placeholder(self, node: Any) -> None:
        """An input: a parameter, numbers that are known, or other numbers."""
        origin, tensor = self.values[node.name]
        plain = _plain(origin or node.name)
        if tensor.requires_grad:
            self._moving.add(node)
        tensor = tensor.detach()
        if not tensor.dtype.is_floating_point or not tensor.isfinite().all() or _is_only_compared(node):
            self._results[node] = Known(tensor, plain)
            return
        parameter = node in self._moving
        image = next((aten_key(user) for user in node.users), "") in IMAGES
        sizes = tuple(tensor.shape)
        own = (parameter and len(sizes) <= 2) or node in self._letters or (image and not parameter)
        if image and not parameter and len(sizes) == IMAGES[aten_key(next(iter(node.users)))] + 2 and sizes[0] == 1:
            sizes = sizes[1:]
        shape = sizes if own else tuple(size for size in sizes if size > 1)
        self._results[node] = self._give(self._letters.get(node, plain), tensor, shape, parameter)

    def _give(self, name: str, tensor: torch.Tensor, shape: Shape, parameter: bool = False) -> Tensor:
        """A given value: the tensor in another shape, with as many entries."""
        name, shape = self._free(name), normal(shape)
        places = self.entries.add(name, shape, tensor.shape)
        self._given.append((name, tensor.reshape(shape), parameter, len(self.entries.bases) - 1))
        self._enter(name, shape)
        return places

    def _enter(self, name: str, shape: Shape) -> None:
        symbol = read_name(name)
        self._names[symbol.id] = symbol
        self._shapes[symbol] = shape

    def lifted(self, known: Known, name: str = "") -> Tensor:
        """The numbers of a tensor as given values."""
        if known not in self._lifted:
            tensor = known.tensor.int() if not known.tensor.dtype.is_floating_point else known.tensor
            if not (tensor.isfinite() | tensor.isneginf()).all():
                raise Unsupported("numbers that are not finite")
            shape = tuple(size for size in tensor.shape if size > 1)
            self._lifted[known] = self._give(known.name or name or "c", tensor, shape)
        return self._lifted[known]

    def _operation(self, node: Any) -> None:
        inputs = node.all_input_nodes
        if self._broken.intersection(inputs):
            self._broken.add(node)
        if self._moving.intersection(inputs):
            self._moving.add(node)
        self._layer = self._layers.get(node, self._layer)
        try:
            self._results[node] = self._result(node)
        except NoRow:
            self._without_row(node)
        except Unsupported as reason:
            self._fault(node, f"`{aten_key(node)}`: {reason}")
        if node not in self._results:
            self._results[node] = self._unknown(node.meta.get("val"))

    def _unknown(self, value: Any) -> Any:
        """What stands for a value that could not be read: all that is missing behind it is told as well."""
        if isinstance(value, list | tuple):
            return [self._unknown(each) for each in value]
        layout = tuple(getattr(value, "shape", ()))
        name, shape = self._free("unknown"), normal(tuple(size for size in layout if size > 1))
        self._enter(name, shape)
        return self.entries.add(name, shape, layout)

    def _result(self, node: Any) -> Any:
        key = aten_key(node)
        if key == "wrap_with_set_grad_enabled":
            raise Unsupported("a part without gradients (torch.no_grad)")
        args = {name: self._any(value) for name, value in arguments(node)}
        if key == "getitem":
            return args["self"][args["index"]]
        if key.removesuffix("_") == "detach" and node in self._moving:
            raise Unsupported("what is detached depends on a parameter; derive differentiates all of a formula")
        if is_random(node) and key.removesuffix("_") not in ROWS:
            raise Unsupported("random numbers")
        if not any(map(_is_worked_out, args.values())) and args and not is_random(node):
            return _computed(node, {name: _plainly(value) for name, value in args.items()})
        if key.endswith("_") and not key.endswith("__"):
            return self._in_place(node, key.rstrip("_"), args)
        if masked := masking(key, args):
            return self._row(node, "add", masked)
        if key in LAYOUT:
            return laid_out(node, key, args, self.lifted, self.entries)
        return self._row(node, key, args)

    def _row(self, node: Any, key: str, args: Mapping[str, Any]) -> Any:
        row = ROWS.get(key)
        if row is None:
            raise NoRow
        value = node.meta["val"]
        out = tuple(getattr(value, "shape", ()))
        call = Call(key, args, out, self._layer, self, getattr(value, "dtype", None))
        if isinstance(row, str):
            return call.each(row, args, out)
        return row(call)

    def _in_place(self, node: Any, key: str, args: Mapping[str, Any]) -> Any:
        """`x.relu_()` is relu, and x from then on its value; not where x is a view of something or has views."""
        changed = node.args[0]
        others = [user for user in changed.users if user is not node and aten_key(user) in LAYOUT]
        if changed.op != "call_function" or aten_key(changed) in LAYOUT or others:
            raise Unsupported("what is changed in place has another name: write it without the underscore")
        if key in LAYOUT:
            return args["self"]
        self._results[changed] = self._row(node, key, args)
        return self._results[changed]

    def _without_row(self, node: Any) -> None:
        hint = "write the layer with other operations, or give its output as data; docs/problem-file.md lists them"
        self._fault(node, f"`{aten_key(node)}` has no row", hint)

    def _fault(self, node: Any, message: str, hint: str = "") -> None:
        self.faults.append(Fault(f"{layer_of(node)}: {message}", hint))
        self._broken.add(node)

    def _any(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._any(item) for item in value]
        return self._results[value] if is_node(value) else value

    def _loss(self, node: Any) -> None:
        if self.faults or self._broken:
            return
        value = self._results[node]
        if isinstance(value, Known) or value.numel() != 1:
            self.faults.append(Fault("the loss is not a single number", "expected a loss that gives a scalar"))
            return
        text = self.entries.text(value, ())
        if self.equations and self.equations[-1][0] == text:
            self.equations[-1] = "L", self.equations[-1][1]
        else:
            self.equations.append(("L", text))

    # --- equations -------------------------------------------------------------------------------------------------

    def equation(self, name: str, text: str, layout: Sequence[int]) -> Tensor:
        """`name = text`; its shape is what the language makes of it."""
        name = self._free(name or f"u_{len(self.equations) + 1}")
        faults: list[Fault] = []
        written = read_equation(EquationLine(f"{name} = {text}", Place("torch")), self._names, faults)
        if written:
            infer_shapes([written], self._shapes, faults)
        if faults or not written:
            raise Unsupported(f"`{text}` is no formula of the language: {faults[0].message if faults else ''}")
        shape = self._shapes[written.equation.name]
        if prod(shape) != prod(layout):
            raise Unsupported(f"`{text}` has the shape {shape}, not {tuple(layout)}")
        self.equations.append((name, text))
        self._names[written.equation.name.id] = written.equation.name
        return self.entries.add(name, shape, layout)

    def _free(self, name: str) -> str:
        """The name, or with primes or a number where it is taken."""
        while name in self._taken or name in FUNCTIONS:
            name = f"{name}'" if not name.endswith("'''") else f"v_{len(self._taken)}"
        self._taken.add(name)
        return name

    # --- numbers ---------------------------------------------------------------------------------------------------

    def _texts(self, value: Any, kind: str) -> Any:
        """Nested lists of numbers of a type as texts."""
        if isinstance(value, list):
            return [self._texts(each, kind) for each in value]
        return self._number(value, kind)

    def _number(self, value: float, kind: str) -> str:
        """The shortest decimal that is the same number in the tensor's own precision."""
        if value == -inf:
            return "-inf"
        if isinstance(value, int):
            return str(int(value))
        return shortest_text(value, kind) if self.decimals is None else f"{value:.{self.decimals}f}"


def _is_only_compared(node: Any) -> bool:
    """Whether a tensor is a mask in numbers: all that is done with its entries is to compare them, `tril == 0`, or to
    make truth values of them, `tril.bool()`.
    """
    keys = [(user, aten_key(user).rstrip("_")) for user in node.users if not _only_asserts(user)]
    return bool(keys) and all(
        key in COMPARING or (key in LAYOUT and (not _has_point(user) or _is_only_compared(user))) for user, key in keys
    )


def _only_asserts(node: Any) -> bool:
    """Whether an operation gives nothing: it asks of what kind a tensor is before it is converted."""
    return node.op == "call_function" and aten_key(node).startswith("_assert")


def _has_point(node: Any) -> bool:
    """Whether the entries of a node's value are numbers with a point."""
    value = node.meta.get("val")
    return value is None or bool(getattr(value, "dtype", None) is None or value.dtype.is_floating_point)


def _is_worked_out(value: Any) -> bool:
    """Whether there are places in a value."""
    if isinstance(value, list):
        return any(map(_is_worked_out, value))
    return hasattr(value, "numel")


def _plainly(value: Any) -> Any:
    """Known tensors as PyTorch takes them: copies, so that nothing of the module is changed."""
    if isinstance(value, list):
        return [_plainly(item) for item in value]
    return value.tensor.clone() if isinstance(value, Known) else value


def _computed(node: Any, args: Mapping[str, Any]) -> Any:
    """What PyTorch makes of tensors that are known."""
    schema = schema_of(node)
    named = {each.name: args[each.name] for each in schema.arguments if each.kwarg_only}
    result = node.target(*(args[each.name] for each in schema.arguments if not each.kwarg_only), **named)
    return [Known(each) for each in result] if isinstance(result, list | tuple) else Known(result)


def _plain(origin: str) -> str:
    """A parameter's own name as the language has it: `module.scale` → `scale`; `p` where it cannot be read."""
    name = origin.rsplit(".", 1)[-1]
    try:
        return read_name(name).spelling
    except TextError:
        return "p"
