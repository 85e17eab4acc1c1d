"""A unit of a network as a circle: its operation inside, its sum above, its result below, other values beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.figures import Labels, Node
from derive.figures.drawing.primitives import (
    DROP,
    LINE,
    NAME,
    NUMBER,
    BoxStyle,
    Circle,
    DrawnShape,
    MathScript,
    MatrixBlock,
    Point,
    Text,
)
from derive.language.names import Name

PAD = 4.0
TAG = NUMBER * LINE + 2  # height of a line above or below a circle
SPACE = 0.5  # between a name and its value
STYLES: dict[str, BoxStyle] = {"input": "given", "target": "given", "loss": "loss"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A name and its value in one line, as they stand above or below a unit."""

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
        shapes: list[DrawnShape] = [Text((cut, baseline), self.name, "name", NUMBER, "end", backed=True)]
        if self.value:
            at = (cut + SPACE * NUMBER, baseline)
            shapes.append(Text(at, self.value, "value", NUMBER, "start", backed=True))
        return shapes


@dataclass(frozen=True, slots=True)
class UnitLabels:
    """The labels of a node.

    inside  its name, or the operation that it applies
    above   the name and value of its sum, where that has a name of its own
    below   the name and value that it hands on
    beside  the value of an input, target or loss
    """

    inside: str = ""
    above: Tag | None = None
    below: Tag | None = None
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
        """Of what stands above and below the circle."""
        return max(tag.width if tag else 0.0 for tag in (self.above, self.below))

    def shapes(self, node: Node, at: Point, radius: float, script: MathScript) -> Iterator[DrawnShape]:
        """The circle around `at` and the labels."""
        x, y = at
        yield Circle(at, radius, "lit" if node.lit else STYLES.get(node.kind, "computed"))
        if self.inside:
            size = min(NAME, round(4 * (radius - 2) / script.width(self.inside)) / 2)
            yield Text((x, y + DROP * size), self.inside, "name", size)
        if self.above:
            yield from self.above.shapes(x, y - radius - TAG / 2)
        if self.below:
            yield from self.below.shapes(x, y + radius + TAG / 2)
        if self.beside:
            left = x - radius - PAD - self.beside.width if node.kind == "input" else x + radius + PAD
            yield from self.beside.shapes(left, y - self.beside.height / 2)


def _computed(node: Node, labels: Labels, script: MathScript) -> UnitLabels:
    inside = script.activation(node.activation)
    if node.several:
        return UnitLabels(inside)

    def tag(name: Name) -> Tag:
        return Tag.of(labels.name(name, node.entry), labels.values(name, node.entry), script)

    return UnitLabels(inside, tag(node.name) if node.output else None, tag(node.output or node.name))
