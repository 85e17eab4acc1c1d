"""A computation graph: cards and arrows between them, to the right or, if that is too wide, downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from derive.figures import Edge, Figure, Labels
from derive.figures.drawing.cards import Card
from derive.figures.drawing.measures import SMALLEST, MathScript, page_scale
from derive.figures.drawing.primitives import Drawing, DrawnShape, Point, Stroke, ribbon

MARGIN, BETWEEN, PORT = 4.0, 8.0, 5.0
GAP, STEEPEST, WIDEST = 18.0, 0.2, 40.0  # between columns: at least, more where edges climb, at most
MANY_ROWS = 2

Column = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Extent:
    """A card along the flow, and across it before and after the line where arrows arrive."""

    along: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything stands. `down` if columns follow each other downwards: then x is across the flow.

    columns  start and length of each column along the flow
    lines    where each row lies across it
    """

    figure: Figure
    extents: Sequence[Extent]
    down: bool
    columns: dict[float, Column]
    lines: dict[float, float]

    @staticmethod
    def of(figure: Figure, cards: Sequence[Card], down: bool) -> Plan:
        """The plan that gives each card the room it needs."""
        extents = [_extent(card, down) for card in cards]
        lines = _lines(figure, extents)
        return Plan(figure, extents, down, _columns(figure, extents, lines), lines)

    @property
    def size(self) -> Point:
        """Width and height of the drawing."""
        along = max(start + length for start, length in self.columns.values()) + MARGIN
        across = [self.lines[row] for edge in self.figure.edges for _, row in edge.via]
        for node, extent in zip(self.figure.nodes, self.extents, strict=True):
            across.append(self.lines[node.position[1]] + extent.after)
        return self.point(along, max(across) + MARGIN)

    @property
    def scale(self) -> float:
        """By how much a page makes it smaller."""
        return page_scale(*self.size)

    def point(self, along: float, across: float) -> Point:
        """A place on the page."""
        return (across, along) if self.down else (along, across)

    def start(self, index: int) -> float:
        """Where a card starts along the flow: in the middle of its column, or at its top."""
        start, length = self.columns[self.figure.nodes[index].position[0]]
        return start if self.down else start + (length - self.extents[index].along) / 2


def draw_graph(figure: Figure, labels: Labels, script: MathScript) -> Drawing:
    """The graph, its columns as long and its rows as far apart as their cards need."""
    beside = figure.size[1] > MANY_ROWS
    cards = [Card.of(node, labels, script, beside) for node in figure.nodes]
    plan = Plan.of(figure, cards, down=False)
    if plan.scale < SMALLEST:
        other = Plan.of(figure, cards, down=True)
        plan = other if other.scale > plan.scale else plan
    shapes: list[DrawnShape] = [arrow for i in range(len(cards)) for arrow in _arrows(plan, i)]
    for i, (node, card) in enumerate(zip(figure.nodes, cards, strict=True)):
        x, y = plan.point(plan.start(i), plan.lines[node.position[1]])
        left, line = (x - card.width / 2, y + card.above) if plan.down else (x, y)
        shapes += card.shapes(left, line, node)
    return Drawing(*plan.size, tuple(shapes))


def _extent(card: Card, down: bool) -> Extent:
    if down:
        return Extent(card.height, card.width / 2, card.width / 2)
    return Extent(card.width, card.above, card.below)


def _lines(figure: Figure, extents: Sequence[Extent]) -> dict[float, float]:
    """Where each row lies: the same distance everywhere, as large as the closest cards need."""
    columns: dict[float, list[tuple[float, float, float]]] = {}
    for node, extent in zip(figure.nodes, extents, strict=True):
        columns.setdefault(node.position[0], []).append((node.position[1], extent.before, extent.after))
    for edge in figure.edges:
        for column, row in edge.via:
            columns.setdefault(column, []).append((row, 0.0, 0.0))
    pitch = 1.0
    for points in columns.values():
        for (row, _, after), (next_row, before, _) in pairwise(sorted(points)):
            pitch = max(pitch, (after + before + BETWEEN) / (next_row - row))
    points = [point for column in columns.values() for point in column]
    first = max(before - row * pitch for row, before, _ in points) + MARGIN
    return {row: first + row * pitch for row, _, _ in points}


def _columns(figure: Figure, extents: Sequence[Extent], lines: dict[float, float]) -> dict[float, Column]:
    """Start and length of each column; further apart where edges climb steeply."""
    lengths: dict[float, float] = {}
    for node, extent in zip(figure.nodes, extents, strict=True):
        lengths[node.position[0]] = max(lengths.get(node.position[0], 0.0), extent.along)
    climbs = dict.fromkeys(lengths, 0.0)
    for edge in figure.edges:
        for (here, row), (_, next_row) in pairwise(_route(figure, edge)):
            climbs[here] = max(climbs[here], abs(lines[next_row] - lines[row]))
    columns: dict[float, Column] = {}
    at = MARGIN
    for column in sorted(lengths):
        columns[column] = (at, lengths[column])
        at += lengths[column] + min(GAP + STEEPEST * climbs[column], WIDEST)
    return columns


def _route(figure: Figure, edge: Edge) -> list[Point]:
    """The abstract positions that an edge visits."""
    return [figure.nodes[edge.source].position, *edge.via, figure.nodes[edge.target].position]


def _arrows(plan: Plan, target: int) -> list[Stroke]:
    """The arrows that arrive at a card, one beside the other."""
    arriving = [edge for edge in plan.figure.edges if edge.target == target]
    arriving.sort(key=lambda edge: _route(plan.figure, edge)[-2][1])
    extent, gaps = plan.extents[target], max(1, len(arriving) - 1)
    apart = min(PORT, 1.6 * min(extent.before, extent.after) / gaps)
    line = plan.lines[plan.figure.nodes[target].position[1]]
    froms = [plan.lines[_route(plan.figure, edge)[-2][1]] for edge in arriving]
    middle = froms.index(line) if line in froms else (len(arriving) - 1) / 2
    ends = [line + apart * (i - middle) for i in range(len(arriving))]
    return [_arrow(plan, edge, end) for edge, end in zip(arriving, ends, strict=True)]


def _arrow(plan: Plan, edge: Edge, end: float) -> Stroke:
    """From the end of one card past what lies between to the start of the other."""
    (first, row), *_, (last, _) = _route(plan.figure, edge)
    source = plan.start(edge.source) + plan.extents[edge.source].along
    points = [(source, plan.lines[row]), (fsum(plan.columns[first]), plan.lines[row])]
    for column, row in edge.via:
        start, length = plan.columns[column]
        points += [(start, plan.lines[row]), (start + length, plan.lines[row])]
    points += [(plan.columns[last][0], end), (plan.start(edge.target), end)]
    curve = ribbon("arrow", list(dict.fromkeys(points)))
    legs = tuple(tuple(plan.point(*point) for point in leg) for leg in curve.legs)
    return Stroke(plan.point(*curve.start), legs, "arrow")
