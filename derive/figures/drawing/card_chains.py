"""A chain of quantities as cards in a line; a chain wider than the page goes on in further lines."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum

from derive.figures import Figure, Labels
from derive.figures.drawing.cards import Card
from derive.figures.drawing.measures import PAGE_WIDTH, SMALLEST, MathScript
from derive.figures.drawing.primitives import Drawing, DrawnShape, polyline

MARGIN, GAP, STUB, BETWEEN = 4.0, 18.0, 14.0, 14.0


def draw_chain(figure: Figure, labels: Labels, script: MathScript) -> Drawing:
    """The cards in their order, an arrow from each to the next."""
    cards = [Card.of(node, labels, script, beside=False) for node in figure.nodes]
    lines = [cards] if _width(cards) <= PAGE_WIDTH / SMALLEST else list(_broken(cards))
    nodes = iter(figure.nodes)
    shapes: list[DrawnShape] = []
    top, right = MARGIN, 0.0
    for i, line in enumerate(lines):
        y = top + max(card.above for card in line)
        lefts = _lefts(line, MARGIN + (STUB if i else 0))
        end = lefts[-1] + line[-1].width
        for left, card in zip(lefts, line, strict=True):
            shapes += card.shapes(left, y, next(nodes))
        for (left, following), card in zip(pairwise(lefts), line, strict=False):
            shapes.append(polyline("arrow", (left + card.width, y), (following, y)))
        shapes += _stubs(end, y, first=i == 0, last=i == len(lines) - 1)
        right = max(right, end + (STUB if i < len(lines) - 1 else 0))
        top = y + max(card.below for card in line) + BETWEEN
    return Drawing(right + MARGIN, top - BETWEEN + MARGIN, tuple(shapes))


def _stubs(end: float, y: float, first: bool, last: bool) -> Iterator[DrawnShape]:
    """The arrow between two lines: out of one at its end, into the other at its start."""
    if not first:
        yield polyline("arrow", (MARGIN, y), (MARGIN + STUB, y))
    if not last:
        yield polyline("arrow", (end, y), (end + STUB, y))


def _lefts(cards: Sequence[Card], start: float) -> list[float]:
    lefts = [start]
    for card in cards[:-1]:
        lefts.append(lefts[-1] + card.width + GAP)
    return lefts


def _width(cards: Sequence[Card]) -> float:
    return fsum(card.width for card in cards) + GAP * (len(cards) - 1)


def _broken(cards: Sequence[Card]) -> Iterator[list[Card]]:
    """Lines that fit the page, filled one after the other."""
    line: list[Card] = []
    for card in cards:
        if line and _width([*line, card]) > PAGE_WIDTH - 2 * (STUB + MARGIN):
            yield line
            line = []
        line.append(card)
    yield line
