"""Planes of two inputs side by side: samples as dots and rings, the line between the decisions."""

from collections.abc import Iterator
from math import ceil, floor

from derive.figures import Boundary, Labels
from derive.figures.drawing.curves import round_step
from derive.figures.drawing.measures import DROP, NUMBER, SMALL, MathScript
from derive.figures.drawing.primitives import Circle, Drawing, DrawnShape, Rectangle, Text, polyline

SIZE, GAP, APART, RADIUS = 150.0, 6.0, 22.0, 2.6
TICKS = 3


def draw_boundary(figure: Boundary, labels: Labels, script: MathScript) -> Drawing:
    """A plane for each pass, under them what dots and rings are."""
    left, right, bottom, top = figure.extent
    across, upward = _ticks(left, right), _ticks(bottom, top)
    texts = [labels.written(mark) for mark in upward]
    room = GAP + SMALL * max(map(script.width, texts))
    ceiling = 2 * NUMBER + 2 * GAP
    shapes: list[DrawnShape] = []
    start = room
    for k, title in figure.panels:
        x0 = start
        shapes.append(Text((x0 + SIZE / 2, NUMBER), script.words(title), "plain", NUMBER))

        def at(x: float, y: float, x0: float = x0) -> tuple[float, float]:
            return x0 + SIZE * (x - left) / (right - left), ceiling + SIZE * (top - y) / (top - bottom)

        shapes.append(Rectangle((x0, ceiling), SIZE, SIZE, "cell"))
        for mark in across:
            x, _ = at(mark, bottom)
            shapes.append(polyline("rule", (x, ceiling + SIZE), (x, ceiling + SIZE - 3)))
            shapes.append(Text((x, ceiling + SIZE + SMALL + 1), labels.written(mark), "plain", SMALL))
        for mark, text in zip(upward, texts, strict=True):
            _, y = at(left, mark)
            shapes.append(polyline("rule", (x0, y), (x0 + 3, y)))
            shapes.append(Text((x0 - GAP / 2, y + DROP * SMALL), text, "plain", SMALL, "end"))
        shapes += (polyline("curve", at(*one), at(*two)) for one, two in figure.lines(labels.field(figure, k)))
        for point in figure.points:
            shapes.append(Circle(at(point.x, point.y), RADIUS, "dot" if point.upper else "ring"))
        shapes.append(Text((x0, ceiling - GAP / 2), labels.name(figure.names[1], None), "name", NUMBER, "start"))
        name = labels.name(figure.names[0], None)
        shapes.append(Text((x0 + SIZE, ceiling + SIZE + 2 * NUMBER + 2), name, "name", NUMBER, "end"))
        start = x0 + SIZE + APART + room
    line = ceiling + SIZE + 3 * NUMBER + GAP
    shapes += _key(figure, labels, script, room, line)
    return Drawing(start - APART - room + GAP, line + GAP, tuple(shapes))


def _key(figure: Boundary, labels: Labels, script: MathScript, x: float, line: float) -> Iterator[DrawnShape]:
    """What a dot is, what a ring."""
    name = labels.name(figure.names[3], None)
    for value, upper in zip(figure.values, (False, True), strict=True):
        yield Circle((x + RADIUS, line - DROP * NUMBER), RADIUS, "dot" if upper else "ring")
        text = f"{name} = {labels.written(value)}"
        yield Text((x + 3 * RADIUS, line), text, "plain", NUMBER, "start")
        x += 3 * RADIUS + NUMBER * script.width(text) + 2 * GAP


def _ticks(low: float, high: float) -> list[float]:
    step = round_step((high - low) / TICKS)
    return [n * step for n in range(ceil(low / step), floor(high / step) + 1)]
