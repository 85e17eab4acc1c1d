"""A network as circles: inputs, units (sum above, result below), weights, the loss and its target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.drawing.shapes import (
    DROP,
    LINE,
    NAME,
    NUMBER,
    SMALL,
    Block,
    Circle,
    Drawing,
    Point,
    Script,
    Shape,
    Style,
    Text,
    polyline,
)  # fmt: skip
from derive.figures import Edge, Figure, Labels, Node

LEAST_RADIUS, PAD, MARGIN = 12.0, 4.0, 4.0
GAP, WIDEST, ROWS_APART = 40.0, 160.0, 9.0
TAG = NUMBER * LINE + 2
SPACE = 0.5  # between a name and its value
STYLES: dict[str, Style] = {"input": "given", "target": "given", "loss": "loss"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A name and its value in one line, as they stand above or below a unit."""

    name: str
    value: str
    head: float
    width: float

    @staticmethod
    def of(name: str, rows: list[list[str]] | None, script: Script) -> Tag:
        """The tag for a name with its only entry."""
        value = rows[0][0] if rows else ""
        space = SPACE + script.width(value) if value else 0.0
        head = NUMBER * script.width(name)
        return Tag(name, value, head, head + NUMBER * space)

    def shapes(self, middle: float, line: float) -> list[Shape]:
        """Its texts around a point."""
        cut, baseline = middle - self.width / 2 + self.head, line + DROP * NUMBER
        shapes: list[Shape] = [Text((cut, baseline), self.name, "name", NUMBER, "end", backed=True)]
        if self.value:
            at = (cut + SPACE * NUMBER, baseline)
            shapes.append(Text(at, self.value, "value", NUMBER, "start", backed=True))
        return shapes


@dataclass(frozen=True, slots=True)
class Unit:
    """A node as it is drawn: what stands in its circle, above and below it, and beside it."""

    inside: str
    above: Tag | None = None
    below: Tag | None = None
    beside: Block | None = None

    @staticmethod
    def of(node: Node, labels: Labels, script: Script) -> Unit:
        """The labels of a node; the units of a batch have no values, and so no names either."""
        several = node.entry is None and bool(node.shape)
        if node.kind == "unit":
            return _computed(node, labels, script, several)
        if node.kind in {"dots", "layer"} or (node.kind == "input" and several):
            return Unit("")
        shown = labels.values(node.name, node.entry) if node.fits else None
        beside = Block.of(shown, "value", NUMBER, script) if shown else None
        return Unit(labels.name(node.name, node.entry), beside=beside)

    @property
    def width(self) -> float:
        """Of what stands above and below the circle."""
        return max(tag.width if tag else 0.0 for tag in (self.above, self.below))


def _computed(node: Node, labels: Labels, script: Script, several: bool) -> Unit:
    inside = script.activation(node.activation)
    if several:
        return Unit(inside)

    def tag(name: object) -> Tag:
        chosen = node.output if name is node.output and node.output else node.name
        return Tag.of(labels.name(chosen, node.entry), labels.values(chosen, node.entry), script)

    return Unit(inside, tag(node.name) if node.output else None, tag(node.output or node.name))


@dataclass(frozen=True, slots=True)
class Frame:
    """Where everything stands: the radius of the circles and the middle of each node's circle.

    `weights` are the numbers on the edges, each with its place between the ends (0 … 1).
    """

    figure: Figure
    units: Sequence[Unit]
    radius: float
    at: Sequence[Point]
    weights: Sequence[tuple[Edge, str, float]]


def draw_network(figure: Figure, labels: Labels, script: Script) -> Drawing:
    """The network, its columns as far apart as the labels need."""
    frame = _frame(figure, labels, script)
    shapes = [*_edges(frame), *_weights(frame)]
    for node, unit, at in zip(figure.nodes, frame.units, frame.at, strict=True):
        shapes += _node(node, unit, at, frame, labels, script)
    right, bottom = 0.0, 0.0
    for unit, (x, y) in zip(frame.units, frame.at, strict=True):
        beside = frame.radius + PAD + unit.beside.width if unit.beside else 0.0
        right = max(right, x + max(frame.radius, unit.width / 2, beside))
        high = unit.beside.height / 2 if unit.beside else 0.0
        bottom = max(bottom, y + max(frame.radius + (TAG if unit.below else 0.0), high))
    return Drawing(right + MARGIN, bottom + MARGIN, tuple(shapes))


def _frame(figure: Figure, labels: Labels, script: Script) -> Frame:
    units = [Unit.of(node, labels, script) for node in figure.nodes]
    radius = max(LEAST_RADIUS, *(NAME * script.width(unit.inside) / 2 + PAD for unit in units))
    weights = _placed_weights(figure, labels)
    distances = _distances(figure, units, radius, weights, script)
    inputs = [unit.beside for node, unit in zip(figure.nodes, units, strict=True) if node.position[0] == 0]
    xs = [MARGIN + max((beside.width + PAD if beside else 0.0) for beside in inputs)]
    xs[0] = max(xs[0] + radius, MARGIN + _widest(figure, units, 0) / 2)
    for distance, _ in distances:
        xs.append(xs[-1] + distance)
    above = TAG if any(unit.above for unit in units) else 0.0
    below = TAG if any(unit.below for unit in units) else 0.0
    pitch = 2 * radius + above + below + ROWS_APART
    at = [
        (xs[int(column)], MARGIN + above + radius + row * pitch)
        for column, row in (n.position for n in figure.nodes)
    ]
    shown = [item for item in weights if distances[int(figure.nodes[item[0].source].position[0])][1]]
    return Frame(figure, units, radius, at, shown)


def _widest(figure: Figure, units: Sequence[Unit], column: int) -> float:
    return max(
        unit.width for node, unit in zip(figure.nodes, units, strict=True) if node.position[0] == column
    )


def _placed_weights(figure: Figure, labels: Labels) -> list[tuple[Edge, str, float]]:
    """The weights to be written; at 1/(n + 1) of the way to n units the edges lie equally far apart."""
    placed = []
    for edge in figure.edges:
        rows = labels.values(edge.weight, edge.entry) if edge.weight else None
        if rows:
            column = figure.nodes[edge.target].position[0]
            count = sum(node.position[0] == column for node in figure.nodes)
            placed.append((edge, rows[0][0], 1 / (count + 1)))
    return placed


def _distances(
    figure: Figure,
    units: Sequence[Unit],
    radius: float,
    weights: Sequence[tuple[Edge, str, float]],
    script: Script,
) -> list[tuple[float, bool]]:
    """The distance of each column to the next, and whether the weights between them find room there."""
    distances = []
    for column in range(figure.size[0] - 1):
        here, there = (max(_widest(figure, units, c) / 2 - radius, 0.0) for c in (column, column + 1))
        plain = 2 * radius + here + there + GAP
        labels = [item for item in weights if figure.nodes[item[0].source].position[0] == column]
        half = max((SMALL * script.width(text) / 2 + 3 for _, text, _ in labels), default=0.0)
        place = labels[0][2] if labels else 1.0
        wide = max(
            plain, 2 * radius + max((here + half) / place, (there + half) / (1 - place) if labels else 0)
        )
        distances.append((wide, True) if labels and wide <= WIDEST else (plain, False))
    return distances


def _edges(frame: Frame) -> Iterator[Shape]:
    for edge in frame.figure.edges:
        (x, y), (x2, y2) = frame.at[edge.source], frame.at[edge.target]
        style: Style = "arrow" if frame.figure.nodes[edge.target].kind == "loss" else "weight"
        if x == x2:
            yield polyline(style, (x, y - frame.radius), (x2, y2 + frame.radius))
        else:
            yield polyline(style, (x + frame.radius, y), (x2 - frame.radius, y2))


def _weights(frame: Frame) -> Iterator[Shape]:
    for edge, text, place in frame.weights:
        (x, y), (x2, y2) = frame.at[edge.source], frame.at[edge.target]
        x, x2 = x + frame.radius, x2 - frame.radius
        at = (x + place * (x2 - x), y + place * (y2 - y) + DROP * SMALL)
        yield Text(at, text, "value", SMALL, backed=True)


def _node(node: Node, unit: Unit, at: Point, frame: Frame, labels: Labels, script: Script) -> Iterator[Shape]:
    x, y = at
    if node.kind == "dots":
        yield from (Circle((x, y + step), 1.0, "dot") for step in (-6, 0, 6))
        return
    if node.kind == "layer":
        names = [labels.name(name, None) for name in (node.name, node.output) if name]
        width = sum(map(script.width, names)) * NAME + NAME * (len(names) - 1)
        left = x - width / 2
        for name in names:
            yield Text((left, y + DROP * NAME), name, "name", NAME, "start")
            left += NAME * (script.width(name) + 1)
        return
    yield Circle(at, frame.radius, STYLES.get(node.kind, "computed"))
    if unit.inside:
        yield Text((x, y + DROP * NAME), unit.inside, "name", NAME)
    if unit.above:
        yield from unit.above.shapes(x, y - frame.radius - TAG / 2)
    if unit.below:
        yield from unit.below.shapes(x, y + frame.radius + TAG / 2)
    if unit.beside:
        side = -PAD - frame.radius - unit.beside.width if node.kind == "input" else frame.radius + PAD
        yield from unit.beside.shapes(x + side, y - unit.beside.height / 2)
