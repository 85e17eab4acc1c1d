"""A computation graph as cards: a name, its value, and beneath it its gradient; arrows from card to card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.drawing.shapes import (
    DROP,
    NAME,
    NUMBER,
    Block,
    Box,
    Drawing,
    Script,
    Shape,
    Style,
    Text,
    polyline,
    ribbon,
)
from derive.figures import Edge, Figure, Labels, Node

PAD, GAP, BETWEEN, MARGIN = 5.0, 20.0, 8.0, 2.0
STEEPEST = 0.3  # further width between columns, for the height that edges climb there
PORT = 5.0
MANY_ROWS = 2
STYLES: dict[str, Style] = {"input": "given", "parameter": "parameter", "loss": "loss"}


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
    blocks: tuple[Block, ...]
    beside: bool
    head: float
    width: float
    above: float
    below: float

    @staticmethod
    def of(node: Node, labels: Labels, script: Script, beside: bool) -> Card:
        """The card of a node."""
        name = labels.name(node.name, node.entry)
        blocks = tuple(_blocks(node, labels, script))
        head = NAME * script.width(name)
        inner = max((block.width for block in blocks), default=0.0)
        height = sum(block.height for block in blocks) + 3 * max(0, len(blocks) - 1)
        if beside:
            width = head + (inner + 1.6 * PAD if blocks else 0) + 2 * PAD
            half = max(height / 2 + 2.5, NAME)
            return Card(name, blocks, beside, head, width, half, half)
        below = NAME * 0.8 + (height + 4 if blocks else 0)
        return Card(name, blocks, beside, head, max(head, inner) + 2 * PAD, NAME * 0.8, below)

    def shapes(self, left: float, line: float, style: Style) -> list[Shape]:
        """Its frame and texts; arrows arrive at height `line`."""
        top, baseline = line - self.above, line + DROP * NAME
        shapes: list[Shape] = [Box((left, top), self.width, self.above + self.below, style)]
        if not self.beside:
            shapes.append(Text((left + self.width / 2, baseline), self.name, "name", NAME))
            return shapes + self._stack(left, left + self.width, top + NAME * 1.6)
        shapes.append(Text((left + PAD + self.head / 2, baseline), self.name, "name", NAME))
        if self.blocks:
            height = sum(block.height for block in self.blocks) + 3 * (len(self.blocks) - 1)
            inner = left + PAD + self.head + 0.8 * PAD
            shapes += self._stack(inner, left + self.width, line - height / 2)
        return shapes

    def _stack(self, left: float, right: float, top: float) -> list[Shape]:
        shapes: list[Shape] = []
        for i, block in enumerate(self.blocks):
            if i:
                shapes.append(polyline("rule", (left + 3, top + 1.5), (right - 3, top + 1.5)))
                top += 3
            shapes += block.shapes((left + right - block.width) / 2, top)
            top += block.height
        return shapes


def _blocks(node: Node, labels: Labels, script: Script) -> list[Block]:
    """Value and gradient of a node; of a large one the shape."""
    if not node.fits:
        sides = node.shape if len(node.shape) > 1 else (*node.shape, 1)
        return [Block.of([[script.times.join(map(str, sides))]], "plain", NUMBER, script)]
    value, gradient = labels.values(node.name, node.entry), labels.gradient(node.name, node.entry)
    shown = [Block.of(value, "value", NUMBER, script)] if value else []
    return shown + ([Block.of(gradient, "gradient", NUMBER, script)] if gradient else [])


def draw_graph(figure: Figure, labels: Labels, script: Script) -> Drawing:
    """The graph, its columns as wide and its rows as high as their cards."""
    beside = figure.size[1] > MANY_ROWS
    cards = [Card.of(node, labels, script, beside) for node in figure.nodes]
    lines = _lines(figure, cards)
    lefts = _lefts(figure, cards, lines)
    shapes: list[Shape] = list(_arrows(figure, cards, lefts, lines))
    for node, card in zip(figure.nodes, cards, strict=True):
        left, width = lefts[int(node.position[0])]
        style = STYLES.get(node.kind, "computed")
        shapes += card.shapes(left + (width - card.width) / 2, lines[node.position[1]], style)
    last = lefts[max(lefts)]
    bottom = max(lines[n.position[1]] + c.below for n, c in zip(figure.nodes, cards, strict=True))
    bottom = max(bottom, *(lines[row] + 1 for edge in figure.edges for _, row in edge.via), 0)
    return Drawing(last[0] + last[1] + MARGIN, bottom + MARGIN, tuple(shapes))


def _lines(figure: Figure, cards: Sequence[Card]) -> dict[float, float]:
    """The height of each row: the same distance everywhere, as large as the closest cards need."""
    columns: dict[float, list[tuple[float, float, float]]] = {}
    for node, card in zip(figure.nodes, cards, strict=True):
        columns.setdefault(node.position[0], []).append((node.position[1], card.above, card.below))
    for edge in figure.edges:
        for column, row in edge.via:
            columns.setdefault(column, []).append((row, 0.0, 0.0))
    pitch = 1.0
    for points in columns.values():
        points.sort()
        for (row, _, below), (next_row, above, _) in pairwise(points):
            pitch = max(pitch, (below + above + BETWEEN) / (next_row - row))
    top = max(above - row * pitch for points in columns.values() for row, above, _ in points) + MARGIN
    return {row: top + row * pitch for points in columns.values() for row, _, _ in points}


def _lefts(
    figure: Figure, cards: Sequence[Card], lines: dict[float, float]
) -> dict[int, tuple[float, float]]:
    """Where each column starts, and its width."""
    widths: dict[int, float] = {}
    for node, card in zip(figure.nodes, cards, strict=True):
        column = int(node.position[0])
        widths[column] = max(widths.get(column, 0.0), card.width)
    climbs = dict.fromkeys(widths, 0.0)
    for edge in figure.edges:
        route = [figure.nodes[edge.source].position, *edge.via, figure.nodes[edge.target].position]
        for (start, row), (_, next_row) in pairwise(route):
            climbs[int(start)] = max(climbs[int(start)], abs(lines[next_row] - lines[row]))
    lefts: dict[int, tuple[float, float]] = {}
    x = MARGIN
    for column in sorted(widths):
        lefts[column] = (x, widths[column])
        x += widths[column] + min(GAP + STEEPEST * climbs[column], 3 * GAP)
    return lefts


def _arrows(
    figure: Figure, cards: Sequence[Card], lefts: dict[int, tuple[float, float]], lines: dict[float, float]
) -> list[Shape]:
    """An arrow for each edge; those that arrive at one card do so one beneath the other."""
    arrows: list[Shape] = []
    for i, node in enumerate(figure.nodes):
        arriving = [edge for edge in figure.edges if edge.target == i]
        arriving.sort(key=lambda edge: (figure.nodes[edge.source].position, *edge.via)[-1][1])
        room = min(PORT, 1.6 * min(cards[i].above, cards[i].below) / max(1, len(arriving) - 1))
        for port, edge in enumerate(arriving):
            end = lines[node.position[1]] + room * (port - (len(arriving) - 1) / 2)
            arrows.append(ribbon("arrow", _route(figure, edge, cards, lefts, lines, end)))
    return arrows


def _route(
    figure: Figure,
    edge: Edge,
    cards: Sequence[Card],
    lefts: dict[int, tuple[float, float]],
    lines: dict[float, float],
    end: float,
) -> list[tuple[float, float]]:
    start = lines[figure.nodes[edge.source].position[1]]

    def side(index: int, sign: int) -> float:
        left, width = lefts[int(figure.nodes[index].position[0])]
        return left + (width + sign * cards[index].width) / 2

    points = [(side(edge.source, 1), start)]
    for column, row in edge.via:
        left, width = lefts[int(column)]
        points += [(left, lines[row]), (left + width, lines[row])]
    return [*points, (side(edge.target, -1), end)]
