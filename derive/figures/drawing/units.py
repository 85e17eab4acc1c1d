"""A unit of a network as a circle: its operation inside, its bias above, sum and result below, other values beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.figures import Labels, Node
from derive.figures.drawing.measures import DROP, LINE, NAME, NUMBER, SMALL, MathScript
from derive.figures.drawing.primitives import BoxStyle, Circle, DrawnShape, MatrixBlock, Point, Text, polyline
from derive.language.names import Name

PAD = 4.0
TAG = NUMBER * LINE + 1  # height of a line below a circle
ARROW = 11.0  # of the arrow above a circle, along which its bias stands
BESIDE = 3.0  # between that arrow and the bias
SPACE = 0.5  # between a name and its value
STYLES: dict[str, BoxStyle] = {"input": "given", "target": "given", "loss": "loss"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A name and its value in one line, as they stand below a unit."""

    name: str
    value: str
    head: float
    width: float

    @staticmethod
    def of(name: str, rows: list[list[str]] | None, script: MathScript) -> Tag:
        """The tag for a name with its only entry."""
        value = rows[0][0] if rows else ""
        space = SPACE + script.width(value) if value else 0.0
        head = NUMBER * script.width(name)
        return Tag(name, value, head, head + NUMBER * space)

    def shapes(self, middle: float, line: float) -> list[DrawnShape]:
        """Its texts around a point."""
        cut, baseline = middle - self.width / 2 + self.head, line + DROP * NUMBER
        shapes: list[DrawnShape] = [Text((cut, baseline), self.name, "name", NUMBER, "end")]
        if self.value:
            at = (cut + SPACE * NUMBER, baseline)
            shapes.append(Text(at, self.value, "value", NUMBER, "start"))
        return shapes


@dataclass(frozen=True, slots=True)
class UnitLabels:
    """The labels of a node.

    inside  its name, or the operation that it applies
    bias    the number that it adds to what it weighs, or its name where that is not shown
    room    the width of the bias
    below   the names and values of its sum, where that has a name of its own, and of what it hands on
    beside  the value of an input, target or loss
    """

    inside: str = ""
    bias: str = ""
    room: float = 0.0
    below: tuple[Tag, ...] = ()
    beside: MatrixBlock | None = None

    @staticmethod
    def of(node: Node, labels: Labels, script: MathScript) -> UnitLabels:
        """The labels of a node; the units of a batch have no values."""
        if node.kind == "unit":
            return _computed(node, labels, script)
        if node.kind in {"dots", "layer"}:
            return UnitLabels()
        if node.kind == "input" and node.unit is not None:
            return UnitLabels(labels.name(node.name, (node.unit,)))
        shown = labels.values(node.name, node.entry) if node.fits else None
        beside = MatrixBlock.of(shown, "value", NUMBER, script) if shown else None
        return UnitLabels(labels.name(node.name, node.entry), beside=beside)

    @property
    def width(self) -> float:
        """Of what stands above and below the circle, around its middle."""
        bias = 2 * (BESIDE + self.room) if self.bias else 0.0
        return max([bias, *(tag.width for tag in self.below)])

    @property
    def height(self) -> float:
        """Of what stands below the circle."""
        return TAG * len(self.below)

    def shapes(self, node: Node, at: Point, radius: float, script: MathScript) -> Iterator[DrawnShape]:
        """The circle around `at` and the labels."""
        x, y = at
        yield Circle(at, radius, "lit" if node.lit else STYLES.get(node.kind, "computed"))
        if self.inside:
            size = min(NAME, round(4 * (radius - 2) / script.width(self.inside)) / 2)
            yield Text((x, y + DROP * size), self.inside, "name", size)
        if self.bias:
            top = y - radius - ARROW
            yield polyline("arrow", (x, top), (x, y - radius))
            yield Text((x + BESIDE, top + ARROW / 2 + DROP * SMALL), self.bias, "plain", SMALL, "start")
        for i, tag in enumerate(self.below):
            yield from tag.shapes(x, y + radius + (i + 0.5) * TAG + 1)
        if self.beside:
            left = x - radius - PAD - self.beside.width if node.kind == "input" else x + radius + PAD
            yield from self.beside.shapes(left, y - self.beside.height / 2)


def _computed(node: Node, labels: Labels, script: MathScript) -> UnitLabels:
    inside = script.activation(node.activation)
    bias = _bias(node, labels)
    room = SMALL * script.width(bias)
    if node.several:
        return UnitLabels(inside, bias, room)

    def tag(name: Name) -> Tag:
        return Tag.of(labels.name(name, node.entry), labels.values(name, node.entry), script)

    return UnitLabels(inside, bias, room, tuple(tag(name) for name in (node.name, node.output) if name))


def _bias(node: Node, labels: Labels) -> str:
    """The number that a unit adds; its name where the number is not shown; "" for a unit without one."""
    if node.bias is None:
        return ""
    if node.threshold:
        return labels.opposite(*node.bias)
    rows = labels.values(*node.bias)
    return rows[0][0] if rows else labels.name(*node.bias)
