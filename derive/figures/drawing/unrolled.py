"""A recurrence drawn: a column of cards for each step, level arrows from step to step, upright ones in a step."""

from collections.abc import Iterator

from derive.figures import Edge, Figure, Labels
from derive.figures.drawing.cards import Card
from derive.figures.drawing.measures import DROP, SMALL, MathScript
from derive.figures.drawing.primitives import Drawing, DrawnShape, Point, Rectangle, Text, polyline

MARGIN, GAP, RISE, PAD = 4.0, 18.0, 16.0, 4.0  # between columns, between rows, of the frame around states
BESIDE = 3.0  # between an arrow and its weight


def draw_unrolled(figure: Figure, labels: Labels, script: MathScript) -> Drawing:
    """The columns as wide as their cards, as far apart as the weights on the arrows between them need."""
    return _Layout(figure, labels, script).drawing()


class _Layout:
    """Where everything stands."""

    def __init__(self, figure: Figure, labels: Labels, script: MathScript) -> None:
        self.figure, self.labels, self.script = figure, labels, script
        self.cards = [Card.of(node, labels, script, beside=False) for node in figure.nodes]
        self.weights = {edge: labels.name(edge.weight, None) for edge in figure.edges if edge.weight}
        self.framed = len({node.position[1] for node in figure.nodes if node.kind == "state"}) > 1
        widest = max((self._room(text) for text in self.weights.values()), default=0.0)
        level = any(self.figure.is_level(edge) for edge in self.weights)
        gap = (max(GAP, widest + 2 * BESIDE) if level else GAP) + (2 * PAD if self.framed else 0.0)
        columns, rows = figure.size
        widths = [self._most(0, column) for column in range(columns)]
        upright = [self._room(text) for edge, text in self.weights.items() if not figure.is_level(edge)]
        widths = [max(width, 2 * (BESIDE + max(upright, default=0.0))) for width in widths]
        self.middles = [MARGIN + PAD + sum(widths[:i]) + i * gap + width / 2 for i, width in enumerate(widths)]
        heights = [self._most(1, row) for row in range(rows)]
        self.tops = [MARGIN + PAD + sum(heights[:i]) + i * (RISE + (PAD if self.framed else 0.0)) for i in range(rows)]
        self.size = self.middles[-1] + widths[-1] / 2 + MARGIN + PAD, self.tops[-1] + heights[-1] + MARGIN + PAD

    def _room(self, text: str) -> float:
        return SMALL * self.script.width(text)

    def _most(self, axis: int, place: int) -> float:
        """The width of a column, or the height of a row."""
        nodes = zip(self.figure.nodes, self.cards, strict=True)
        return max(
            (card.height if axis else card.width for node, card in nodes if node.position[axis] == place), default=0.0
        )

    def drawing(self) -> Drawing:
        """Frames and arrows behind the cards."""
        shapes: list[DrawnShape] = [*self._frames()]
        for edge in self.figure.edges:
            shapes += self._arrow(edge)
        for node, card in zip(self.figure.nodes, self.cards, strict=True):
            x, y = self._at(node.position)
            shapes += card.shapes(x - card.width / 2, y + card.above, node)
        return Drawing(*self.size, tuple(shapes))

    def _at(self, position: Point) -> Point:
        return self.middles[int(position[0])], self.tops[int(position[1])]

    def _box(self, index: int) -> tuple[float, float, float, float]:
        """The edges of a card: left, top, right, bottom."""
        card, (x, y) = self.cards[index], self._at(self.figure.nodes[index].position)
        return x - card.width / 2, y, x + card.width / 2, y + card.height

    def _frames(self) -> Iterator[DrawnShape]:
        """A frame around the states of each step, where there are several."""
        for column in range(self.figure.size[0]) if self.framed else ():
            boxes = [self._box(i) for i, node in enumerate(self.figure.nodes)
                     if node.kind == "state" and node.position[0] == column]  # fmt: skip
            if boxes:
                left, top = min(b[0] for b in boxes) - PAD, min(b[1] for b in boxes) - PAD
                right, bottom = max(b[2] for b in boxes) + PAD, max(b[3] for b in boxes) + PAD
                yield Rectangle((left, top), right - left, bottom - top, "group")

    def _arrow(self, edge: Edge) -> Iterator[DrawnShape]:
        """An arrow from card to card, or from and to the frame around states, and its weight beside it."""
        one, two = self._box(edge.source), self._box(edge.target)
        text = self.weights.get(edge)
        if self.figure.is_level(edge):
            y = one[1] + self.cards[edge.source].above
            start, end = (one[2], two[0]) if one[2] < two[0] else (one[0], two[2])
            yield polyline("lit weight" if edge.lit else "arrow", (start, y), (end, y))
            if text:
                yield Text(((start + end) / 2, y - BESIDE), text, "plain", SMALL)
            return
        x, frame = (one[0] + one[2]) / 2, PAD if self.framed else 0.0
        up = one[1] > two[3]
        start, end = (one[1], two[3]) if up else (one[3], two[1])
        nodes = self.figure.nodes
        start += (-frame if up else frame) if nodes[edge.source].kind == "state" else 0.0
        end += (frame if up else -frame) if nodes[edge.target].kind == "state" else 0.0
        yield polyline("lit weight" if edge.lit else "arrow", (x, start), (x, end))
        if text:
            yield Text((x + BESIDE, (start + end) / 2 + DROP * SMALL), text, "plain", SMALL, "start")
