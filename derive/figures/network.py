"""The drawn network: a circle for each unit, an edge for each weight, the loss with its target at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

from derive.derivation.steps import Derivation
from derive.figures.layers import DrawnLayer, Layers, layers_of
from derive.figures.model import Edge, Figure, Node
from derive.language.expressions import Index, Shape
from derive.language.names import Name

MOST_UNITS, FIRST, LAST = 8, 3, 2
MOST_WEIGHTED, MOST_COLUMNS = 9, 6
TARGET_BELOW, CAPTION_BELOW = 1.2, 0.8


@dataclass(frozen=True, slots=True)
class _Column:
    """A layer's nodes from the top; `units` are their numbers, None where dots stand for several."""

    nodes: tuple[Node, ...]
    units: tuple[int | None, ...]


def network_figure(derivation: Derivation) -> Figure | None:
    """The network of a layered forward pass; None for any other model, and for one too deep for a page."""
    layers = layers_of(derivation)
    if layers is None or 1 + len(layers.layers) + _has_loss(layers, derivation) > MOST_COLUMNS:
        return None
    count = layers.layers[0].weighing.units[0]
    single = all(prod(derivation.shapes[name]) == units for name, units in _sizes(layers))
    columns = [_column(0, layers.input, count, derivation, single)]
    for i, layer in enumerate(layers.layers, 1):
        columns.append(_layer_column(i, layer, derivation, single))
    nodes = [node for column in columns for node in column.nodes]
    edges = list(_weights(columns, layers))
    _close(nodes, edges, columns, layers, derivation)
    rows = [node.position[1] for node in nodes]
    middle = min(rows)
    placed = tuple(replace(node, position=(node.position[0], node.position[1] - middle)) for node in nodes)
    lowest = max(node.position[1] for column in columns for node in column.nodes) - middle
    names = () if single else tuple(_captions(layers, lowest + CAPTION_BELOW))
    size = (int(nodes[-1].position[0]) + 1, int(max(rows) - middle) + 1 + bool(names))
    return Figure(placed + names, tuple(edges), size, "network", derivation.loss)


def _sizes(layers: Layers) -> Iterator[tuple[Name, int]]:
    """Each layer's name and how many units it has: one sample has as many entries, a batch more."""
    yield layers.input, layers.layers[0].weighing.units[0]
    for layer in layers.layers:
        yield layer.name, layer.weighing.units[1]


def _column(place: int, name: Name, count: int, derivation: Derivation, single: bool) -> _Column:
    """The units of a layer around the middle row 0, some of them as dots."""
    units: tuple[int | None, ...] = tuple(range(count))
    if count > MOST_UNITS:
        units = (*range(FIRST), None, *range(count - LAST, count))
    shape = derivation.shapes[name]
    rows = [i - (len(units) - 1) / 2 for i in range(len(units))]
    nodes = tuple(
        Node(name, (place, row), "dots" if unit is None else "input", shape,
             _entry(unit, shape) if single and unit is not None else None, unit=None if single else unit)
        for unit, row in zip(units, rows, strict=True)
    )  # fmt: skip
    return _Column(nodes, units)


def _entry(unit: int, shape: Shape) -> Index:
    """Where a unit's value stands in the layer's value: a scalar, a column or a row."""
    return (0,) * (len(shape) - 1) + (unit,) if shape else ()


def _layer_column(place: int, layer: DrawnLayer, derivation: Derivation, single: bool) -> _Column:
    column = _column(place, layer.name, layer.weighing.units[1], derivation, single)
    output = layer.output if layer.output != layer.name else None

    def unit(node: Node, number: int | None) -> Node:
        if number is None:
            return node
        shape = derivation.shapes[layer.bias] if layer.bias else ()
        bias = (layer.bias, _entry(number if prod(shape) > 1 else 0, shape)) if layer.bias else None
        return replace(node, kind="unit", output=output, activation=layer.activation, bias=bias,
                       threshold=layer.threshold)  # fmt: skip

    return _Column(tuple(map(unit, column.nodes, column.units)), column.units)


def _weights(columns: list[_Column], layers: Layers) -> Iterator[Edge]:
    """Edges from each unit drawn to each unit drawn of the next layer, with their weight where they are few."""
    first = 0
    for (before, after), layer in zip(pairwise(columns), layers.layers, strict=True):
        second = first + len(before.nodes)
        few = len(before.nodes) * len(after.nodes) <= MOST_WEIGHTED
        for i, source in enumerate(before.units):
            for j, target in enumerate(after.units):
                if source is not None and target is not None:
                    entry = layer.weighing.entry(source, target) if few else None
                    yield Edge(first + i, second + j, layer.weighing.weight if few else None, entry)
        first = second


def _has_loss(layers: Layers, derivation: Derivation) -> bool:
    """Whether there is a loss beside the output of the last layer."""
    return derivation.loss is not None and derivation.loss != layers.layers[-1].output


def _close(
    nodes: list[Node], edges: list[Edge], columns: list[_Column], layers: Layers, derivation: Derivation
) -> None:
    """Add the loss after the output units, and beneath it what it compares them with."""
    if not _has_loss(layers, derivation):
        return
    place, outputs, loss = len(columns), len(columns[-1].nodes), len(nodes)
    assert derivation.loss
    nodes.append(Node(derivation.loss, (place, 0), "loss"))
    edges += [Edge(loss - outputs + i, loss) for i, unit in enumerate(columns[-1].units) if unit is not None]
    if layers.target:
        nodes.append(Node(layers.target, (place, TARGET_BELOW), "target", derivation.shapes[layers.target]))
        edges.append(Edge(loss + 1, loss))


def _captions(layers: Layers, row: float) -> Iterator[Node]:
    """For a batch: the names of each layer beneath it, as its units have no value of their own."""
    yield Node(layers.input, (0, row), "layer")
    for place, layer in enumerate(layers.layers, 1):
        output = layer.output if layer.output != layer.name else None
        yield Node(layer.name, (place, row), "layer", output=output)
