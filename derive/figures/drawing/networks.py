"""A layered network drawn: its columns as far apart as labels, weights and steep edges need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from derive.figures import Edge, Figure, Labels, Node
from derive.figures.drawing.primitives import (
    DROP,
    NAME,
    SMALL,
    BoxStyle,
    Circle,
    Drawing,
    DrawnShape,
    MathScript,
    Point,
    Text,
    polyline,
)
from derive.figures.drawing.units import PAD, TAG, UnitLabels

LEAST_RADIUS, MOST_RADIUS = 12.0, 20.0
MARGIN, BETWEEN, BESIDE = 4.0, 9.0, 8.0  # BESIDE: between a weight and the values of the units
GAP, STEEPEST, WIDEST = 42.0, 0.5, 100.0  # between columns: at least, for the height that edges climb, at most
MOST_FOR_WEIGHTS = 170.0


@dataclass(frozen=True, slots=True)
class Weight:
    """The number on an edge: its text, its width and its place between the ends (0 … 1)."""

    edge: Edge
    text: str
    width: float
    place: float


@dataclass(frozen=True, slots=True)
class Network:
    """A network while it is laid out.

    units      the labels of each node
    radius     of all circles
    above      the room for labels above them
    pitch      the height of a row
    overhangs  for each column by how much its labels are wider than its circles, on either side
    climbs     for each column by how many rows an edge from it climbs at most
    """

    figure: Figure
    units: Sequence[UnitLabels]
    radius: float
    above: float
    pitch: float
    overhangs: Sequence[float]
    climbs: Sequence[float]

    @staticmethod
    def of(figure: Figure, labels: Labels, script: MathScript) -> Network:
        """The measures of a network with its labels."""
        units = [UnitLabels.of(node, labels, script) for node in figure.nodes]
        widest = max(script.width(unit.inside) for unit in units)
        radius = min(max(LEAST_RADIUS, NAME * widest / 2 + PAD), MOST_RADIUS)
        above = TAG if any(unit.above for unit in units) else 0.0
        below = TAG if any(unit.below for unit in units) else 0.0
        overhangs, climbs = [0.0] * figure.size[0], [0.0] * figure.size[0]
        for node, unit in zip(figure.nodes, units, strict=True):
            column = int(node.position[0])
            overhangs[column] = max(overhangs[column], unit.width / 2 - radius)
        for edge in figure.edges:
            (start, row), (_, end) = figure.nodes[edge.source].position, figure.nodes[edge.target].position
            climbs[int(start)] = max(climbs[int(start)], abs(end - row))
        return Network(figure, units, radius, above, 2 * radius + above + below + BETWEEN, overhangs, climbs)

    def column(self, index: int) -> int:
        """The column of a node."""
        return int(self.figure.nodes[index].position[0])

    def distance(self, column: int, weights: Sequence[Weight]) -> float:
        """From the middle of a column to that of the next, with these weights on the edges between them."""
        here, there = self.overhangs[column], self.overhangs[column + 1]
        room = min(max(GAP, STEEPEST * self.pitch * self.climbs[column]), WIDEST)
        needs = [2 * self.radius + here + there + room]
        for weight in weights:
            half = weight.width / 2 + BESIDE
            needs += [2 * self.radius + (here + half) / weight.place]
            needs += [2 * self.radius + (there + half) / (1 - weight.place)]
        return max(needs)


def draw_network(figure: Figure, labels: Labels, script: MathScript) -> Drawing:
    """The network, its columns as far apart as the labels need."""
    network = Network.of(figure, labels, script)
    xs, weights = _columns(network, _weights(figure, labels, script))
    at = [
        (xs[int(column)], MARGIN + network.above + network.radius + row * network.pitch)
        for column, row in (node.position for node in figure.nodes)
    ]
    shapes = [*_edges(network, at), *_numbers(network, at, weights)]
    for node, unit, place in zip(figure.nodes, network.units, at, strict=True):
        shapes += _node(node, unit, place, network, labels, script)
    return Drawing(*_size(network, at), tuple(shapes))


def _weights(figure: Figure, labels: Labels, script: MathScript) -> Iterator[Weight]:
    """The weights that are known; at 1/(n + 1) of the way to n units all edges lie equally far apart."""
    for edge in figure.edges:
        rows = labels.values(edge.weight, edge.entry) if edge.weight else None
        if rows:
            column = figure.nodes[edge.target].position[0]
            count = sum(node.position[0] == column and node.kind == "unit" for node in figure.nodes)
            yield Weight(edge, rows[0][0], SMALL * script.width(rows[0][0]), 1 / (count + 1))


def _columns(network: Network, weights: Iterator[Weight]) -> tuple[list[float], list[Weight]]:
    """The middle of each column, and the weights that find room between columns."""
    known = list(weights)
    nodes = zip(network.figure.nodes, network.units, strict=True)
    inputs = [unit.beside.width + PAD for node, unit in nodes if node.kind == "input" and unit.beside]
    xs = [MARGIN + network.radius + max(network.overhangs[0], max(inputs, default=0.0))]
    shown: list[Weight] = []
    for column in range(network.figure.size[0] - 1):
        here = [weight for weight in known if network.column(weight.edge.source) == column]
        if network.distance(column, here) > MOST_FOR_WEIGHTS:
            here = []
        xs.append(xs[-1] + network.distance(column, here))
        shown += here
    return xs, shown


def _edges(network: Network, at: Sequence[Point]) -> Iterator[DrawnShape]:
    for edge in network.figure.edges:
        (x, y), (x2, y2), radius = at[edge.source], at[edge.target], network.radius
        style: BoxStyle = "arrow" if network.figure.nodes[edge.target].kind == "loss" else "weight"
        style = "lit weight" if edge.lit else style
        if x == x2:
            yield polyline(style, (x, y - radius), (x2, y2 + radius))
        else:
            yield polyline(style, (x + radius, y), (x2 - radius, y2))


def _numbers(network: Network, at: Sequence[Point], weights: Sequence[Weight]) -> Iterator[DrawnShape]:
    for weight in weights:
        (x, y), (x2, y2) = at[weight.edge.source], at[weight.edge.target]
        x, x2 = x + network.radius, x2 - network.radius
        place = (x + weight.place * (x2 - x), y + weight.place * (y2 - y) + DROP * SMALL)
        yield Text(place, weight.text, "plain", SMALL, backed=True)


def _node(
    node: Node, unit: UnitLabels, at: Point, network: Network, labels: Labels, script: MathScript
) -> Iterator[DrawnShape]:
    x, y = at
    if node.kind == "dots":
        yield from (Circle((x, y + step), 1.0, "dot") for step in (-6, 0, 6))
    elif node.kind == "layer":
        names = [labels.name(name, None) for name in (node.name, node.output) if name]
        left = x - NAME * (fsum(map(script.width, names)) + len(names) - 1) / 2
        for name in names:
            yield Text((left, y + DROP * NAME), name, "name", NAME, "start")
            left += NAME * (script.width(name) + 1)
    else:
        yield from unit.shapes(node, at, network.radius, script)


def _size(network: Network, at: Sequence[Point]) -> Point:
    """Width and height with everything that stands beside and below the circles."""
    right, bottom = 0.0, 0.0
    for unit, (x, y) in zip(network.units, at, strict=True):
        beside = network.radius + PAD + unit.beside.width if unit.beside else 0.0
        high = unit.beside.height / 2 if unit.beside else 0.0
        right = max(right, x + max(network.radius, unit.width / 2, beside))
        bottom = max(bottom, y + max(network.radius + (TAG if unit.below else 0.0), high))
    return right + MARGIN, bottom + MARGIN
