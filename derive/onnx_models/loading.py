"""A model, read and run once by ONNX's own evaluator: every value and its shape is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from derive.errors import Fault, InputError, of_extra


@dataclass(frozen=True, slots=True)
class OnnxNode:
    """One operator: its name in ONNX, inputs ("" for one that is left out), outputs and attributes."""

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OnnxGraph:
    """A model for one input.

    name       of the graph
    inputs     the names of the inputs
    output     the name of the first output
    weights    the arrays that the model holds
    values     every array, as ONNX works it out
    decimals   to which numbers are rounded; None: not at all
    """

    name: str
    nodes: tuple[OnnxNode, ...]
    inputs: tuple[str, ...]
    output: str
    weights: Mapping[str, Any]
    values: Mapping[str, Any]
    decimals: int | None = None

    def rounded(self, array: Any) -> Any:
        """An array, rounded where that is asked for."""
        return _rounded(_single(array), self.decimals)


def loaded(source: str | Path | Any, inputs: Any, decimals: int | None) -> OnnxGraph:
    """The model in a file, or one already loaded, run with its inputs. Raises InputError, ToolError."""
    onnx = _onnx()
    model = _model(onnx, source)
    graph = model.graph
    weights = {each.name: _rounded(onnx.numpy_helper.to_array(each), decimals) for each in graph.initializer}
    names = tuple(each.name for each in graph.input if each.name not in weights)
    given = _inputs(names, inputs, decimals)
    nodes = tuple(
        OnnxNode(node.op_type, tuple(node.input), tuple(node.output),
                 {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute})
        for node in graph.node
    )  # fmt: skip
    values = _run(onnx, model, weights, given)
    return OnnxGraph(graph.name, nodes, names, graph.output[0].name, weights, {**weights, **given, **values}, decimals)


def _onnx() -> Any:
    with of_extra("onnx", "reading a model takes the package onnx, which is not installed"):
        import onnx
        import onnx.reference
    return onnx


def _model(onnx: Any, source: str | Path | Any) -> Any:
    if not isinstance(source, str | Path):
        return source
    from google.protobuf.message import DecodeError

    try:
        return onnx.load(str(source))
    except OSError as error:
        raise InputError([Fault(f"cannot read {source}: {error.strerror}", "name an .onnx file")]) from None
    except DecodeError:
        raise InputError([Fault(f"{source} is no ONNX model", "export one, as torch.onnx.export does")]) from None


def _inputs(names: tuple[str, ...], inputs: Any, decimals: int | None) -> dict[str, Any]:
    """The arrays of the inputs by name. Raises InputError for others than the model takes."""
    given = inputs if isinstance(inputs, Mapping) else dict.fromkeys(names[:1], inputs)
    if set(given) != set(names):
        wanted = ", ".join(names)
        raise InputError([Fault(f"the model takes {wanted}", "give an array for each: {'x': x, …}")])
    return {name: _rounded(_single(array), decimals) for name, array in given.items()}


def _single(array: Any) -> Any:
    """As models take it: numbers with a point in single precision."""
    import numpy as np

    found = np.asarray(array)
    return found.astype(np.float32) if found.dtype.kind == "f" else found


def _rounded(array: Any, decimals: int | None) -> Any:
    return array if decimals is None or array.dtype.kind != "f" else array.round(decimals)


def _run(onnx: Any, model: Any, weights: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every value of the graph. Raises InputError for a model that cannot be run with these inputs."""
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    for each in whole.graph.initializer:
        each.CopyFrom(onnx.numpy_helper.from_array(weights[each.name], each.name))
    names = [name for node in whole.graph.node for name in node.output if name]
    del whole.graph.output[:]
    whole.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    try:
        found = onnx.reference.ReferenceEvaluator(whole).run(names, dict(given))
    except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError, KeyError) as error:
        hint = "give an input of the shape and type that the model takes"
        raise InputError([Fault(f"ONNX cannot run the model with this input: {error!s:.200}", hint)]) from None
    return dict(zip(names, found, strict=True))
