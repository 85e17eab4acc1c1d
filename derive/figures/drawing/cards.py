"""A node of a computation graph as a card: its name, its value and, beneath a rule, its gradient."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from derive.figures import Labels, Node
from derive.figures.drawing.measures import DROP, NAME, NUMBER, MathScript
from derive.figures.drawing.primitives import BoxStyle, DrawnShape, MatrixBlock, Rectangle, Text, polyline

PAD = 5.0
STYLES: dict[str, BoxStyle] = {"input": "given", "parameter": "parameter", "loss": "loss"}


@dataclass(frozen=True, slots=True)
class Card:
    """A node as it is drawn.

    name      its label
    blocks    value and gradient, where they are shown
    beside    whether the blocks stand beside the name, not beneath it
    head      width of the name
    width     of the whole card
    above     height above the line where arrows arrive
    below     height below that line
    """

    name: str
    blocks: tuple[MatrixBlock, ...]
    beside: bool
    head: float
    width: float
    above: float
    below: float

    @staticmethod
    def of(node: Node, labels: Labels, script: MathScript, beside: bool) -> Card:
        """The card of a node."""
        name = labels.name(node.name, node.entry)
        blocks = tuple(_blocks(node, labels, script))
        head = NAME * script.width(name)
        inner = max((block.width for block in blocks), default=0.0)
        height = fsum(block.height for block in blocks) + 3 * max(0, len(blocks) - 1)
        if beside:
            width = head + (inner + 1.6 * PAD if blocks else 0) + 2 * PAD
            half = max(height / 2 + 2.5, NAME)
            return Card(name, blocks, beside, head, width, half, half)
        below = NAME * 0.8 + (height + 4 if blocks else 0)
        return Card(name, blocks, beside, head, max(head, inner) + 2 * PAD, NAME * 0.8, below)

    @property
    def height(self) -> float:
        """Of the whole card."""
        return self.above + self.below

    def shapes(self, left: float, line: float, node: Node) -> list[DrawnShape]:
        """Its frame and texts; arrows arrive at height `line`."""
        style = "lit" if node.lit else STYLES.get(node.kind, "computed")
        top, baseline = line - self.above, line + DROP * NAME
        shapes: list[DrawnShape] = [Rectangle((left, top), self.width, self.height, style)]
        if not self.beside:
            shapes.append(Text((left + self.width / 2, baseline), self.name, "name", NAME))
            return shapes + self._stack(left, left + self.width, top + NAME * 1.6)
        shapes.append(Text((left + PAD + self.head / 2, baseline), self.name, "name", NAME))
        if self.blocks:
            height = fsum(block.height for block in self.blocks) + 3 * (len(self.blocks) - 1)
            inner = left + PAD + self.head + 0.8 * PAD
            shapes += self._stack(inner, left + self.width, line - height / 2)
        return shapes

    def _stack(self, left: float, right: float, top: float) -> list[DrawnShape]:
        shapes: list[DrawnShape] = []
        for i, block in enumerate(self.blocks):
            if i:
                shapes.append(polyline("rule", (left + 3, top + 1.5), (right - 3, top + 1.5)))
                top += 3
            shapes += block.shapes((left + right - block.width) / 2, top)
            top += block.height
        return shapes


def _blocks(node: Node, labels: Labels, script: MathScript) -> list[MatrixBlock]:
    """Value and gradient of a node; of a large one the shape."""
    if not node.fits:
        sides = node.shape if len(node.shape) > 1 else (*node.shape, 1)
        return [MatrixBlock.of([[script.times.join(map(str, sides))]], "plain", NUMBER, script)]
    value, gradient = labels.values(node.name, node.entry), labels.gradient(node.name, node.entry)
    shown = [MatrixBlock.of(value, "value", NUMBER, script)] if value else []
    return shown + ([MatrixBlock.of(gradient, "gradient", NUMBER, script)] if gradient else [])
