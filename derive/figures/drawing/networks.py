"""A layered network drawn: its columns as far apart as labels, weights and steep edges need.

Edges leave and reach a unit level with its middle for as far as its labels go beyond its circle, so that none of them
crosses a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from derive.figures import Edge, Figure, Labels, Node
from derive.figures.drawing.edge_labels import Box, EdgeNumber, Edges, Line
from derive.figures.drawing.measures import DROP, NAME, SMALL, MathScript
from derive.figures.drawing.primitives import BoxStyle, Circle, Drawing, DrawnShape, Point, Text, polyline
from derive.figures.drawing.units import ARROW, PAD, UnitLabels

LEAST_RADIUS, MOST_RADIUS = 12.0, 20.0
MARGIN, BETWEEN, BESIDE = 4.0, 9.0, 3.0  # BESIDE: between the labels of units and where edges climb
GAP, STEEPEST, WIDEST = 42.0, 0.5, 100.0  # where edges climb: at least, for the height that they climb, at most
FAR = (9.0, 6.0, 4.0, 2.5)  # from a weight to other edges: as it should be, and as it has to be
STEPS, STEP = 8, 7.0  # by which that space grows to hold its weights
HEIGHT_OF_WEIGHT = 0.8 * SMALL


@dataclass(frozen=True, slots=True)
class Weight:
    """The number on an edge: its text and its width."""

    edge: Edge
    text: str
    width: float


@dataclass(frozen=True, slots=True)
class Network:
    """A network while it is laid out.

    units      the labels of each node
    radius     of all circles
    above      the room for biases above them
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
        above = ARROW if any(unit.bias for unit in units) else 0.0
        below = max(unit.height for unit in units)
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

    def stub(self, column: int) -> float:
        """How far edges go level at the units of a column."""
        return self.overhangs[column] + BESIDE if self.overhangs[column] > 0 else 0.0

    def room(self, column: int) -> float:
        """How wide the space is in which the edges from a column climb, without numbers at them."""
        return min(max(GAP, STEEPEST * self.pitch * self.climbs[column]), WIDEST)

    def climbing(self, column: int) -> list[Edge]:
        """The edges from a column to others."""
        return [e for e in self.figure.edges if self.column(e.source) == column != self.column(e.target)]

    def climb(self, edge: Edge) -> tuple[float, float]:
        """The heights between which an edge climbs."""
        nodes = self.figure.nodes
        return nodes[edge.source].position[1] * self.pitch, nodes[edge.target].position[1] * self.pitch


def draw_network(figure: Figure, labels: Labels, script: MathScript) -> Drawing:
    """The network, its columns as far apart as the labels need."""
    network = Network.of(figure, labels, script)
    weights = list(_weights(figure, labels, script))
    nodes = zip(figure.nodes, network.units, strict=True)
    inputs = [unit.beside.width + PAD for node, unit in nodes if node.kind == "input" and unit.beside]
    xs = [MARGIN + network.radius + max(network.overhangs[0], max(inputs, default=0.0))]
    top = MARGIN + network.above + network.radius
    numbers: list[DrawnShape] = []
    for column in range(figure.size[0] - 1):
        here = [weight for weight in weights if network.column(weight.edge.source) == column]
        width, boxes = _spread(network, column, here)
        left = xs[-1] + network.radius + network.stub(column)
        for weight, box in zip(here, boxes, strict=False):
            baseline = left + box.middle[0], top + box.middle[1] + DROP * SMALL
            numbers.append(Text(baseline, weight.text, "plain", SMALL))
        xs.append(left + width + network.stub(column + 1) + network.radius)
    at = [(xs[int(column)], top + row * network.pitch) for column, row in (node.position for node in figure.nodes)]
    shapes = [*_edges(network, at), *numbers]
    for node, unit, place in zip(figure.nodes, network.units, at, strict=True):
        shapes += _node(node, unit, place, network, labels, script)
    return Drawing(*_size(network, at), tuple(shapes))


def _weights(figure: Figure, labels: Labels, script: MathScript) -> Iterator[Weight]:
    """The weights that are known."""
    for edge in figure.edges:
        rows = labels.values(edge.weight, edge.entry) if edge.weight else None
        if rows:
            yield Weight(edge, rows[0][0], SMALL * script.width(rows[0][0]))


def _spread(network: Network, column: int, weights: Sequence[Weight]) -> tuple[float, Sequence[Box]]:
    """How wide the space behind a column is, and where its weights stand in it: at 1/(n + 1) of the way to n units
    all edges lie equally far apart. Where a page is too narrow for all of them, none does.
    """
    count = sum(network.column(i) == column + 1 and node.kind == "unit" for i, node in enumerate(network.figure.nodes))
    edges = network.climbing(column)
    numbers = tuple(EdgeNumber(edges.index(weight.edge), weight.width, HEIGHT_OF_WEIGHT) for weight in weights)
    return _placed(tuple(map(network.climb, edges)), numbers, network.room(column), 1 / (count + 1))


@lru_cache(100)
def _placed(
    climbs: tuple[tuple[float, float], ...], numbers: tuple[EdgeNumber, ...], least: float, preferred: float
) -> tuple[float, Sequence[Box]]:
    """How wide a space is, and where the numbers stand in it, found once for a sheet, its key and its solution."""

    def boxes(width: float, far: float) -> list[Box] | None:
        return _edges_over(climbs, width).places(numbers, preferred, far)

    widths = [least + more * STEP for more in range(STEPS)]
    for far in FAR if numbers else ():
        widest = boxes(widths[-1], far)  # where they have no room there, they have none in less
        for width in widths if widest is not None else ():
            found = boxes(width, far)
            if found is not None:
                return width, found
    return least, ()


@lru_cache(100)
def _edges_over(climbs: tuple[tuple[float, float], ...], width: float) -> Edges:
    """The edges of a space of this width."""
    return Edges([Line.between((0.0, here), (width, there)) for here, there in climbs])


def _edges(network: Network, at: Sequence[Point]) -> Iterator[DrawnShape]:
    for edge in network.figure.edges:
        (x, y), (x2, y2), radius = at[edge.source], at[edge.target], network.radius
        style: BoxStyle = "arrow" if network.figure.nodes[edge.target].kind == "loss" else "weight"
        style = "lit weight" if edge.lit else style
        if x == x2:
            yield polyline(style, (x, y - radius), (x2, y2 + radius))
        else:
            here, there = network.stub(network.column(edge.source)), network.stub(network.column(edge.target))
            ends = [(x + radius, y), (x + radius + here, y), (x2 - radius - there, y2), (x2 - radius, y2)]
            yield polyline(style, *dict.fromkeys(ends))


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
        bottom = max(bottom, y + max(network.radius + unit.height, high))
    return right + MARGIN, bottom + MARGIN
