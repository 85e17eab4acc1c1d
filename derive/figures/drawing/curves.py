"""A curve over the steps of a training, on a logarithmic scale where its values span several powers of ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from derive.figures import Labels
from derive.figures.charts import Curve
from derive.figures.drawing.measures import DROP, NUMBER, SMALL, MathScript
from derive.figures.drawing.primitives import Circle, Drawing, DrawnShape, Text, polyline

WIDTH, HEIGHT, GAP = 300.0, 130.0, 6.0
SPAN = 1_000  # from there on the scale is logarithmic
MOST_DOTS = 30
TICKS = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """Values between two bounds as parts of a length; `marks` are the values that the axis names."""

    low: float
    high: float
    logarithmic: bool
    marks: tuple[float, ...]

    def part(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        low, high, value = (map(log10, (self.low, self.high, value)) if self.logarithmic
                            else (self.low, self.high, value))  # fmt: skip
        return (value - low) / (high - low)


def scale(values: Sequence[float]) -> Scale:
    """A scale for values: from 0 or beneath them, or over powers of ten."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= SPAN:
        first, last = floor(log10(low)), ceil(log10(high))
        step = max(1, ceil((last - first) / TICKS))
        return Scale(10.0**first, high, True, tuple(10.0**n for n in range(first, floor(log10(high)) + 1, step)))
    low, high = min(low, 0.0), max(high, 0.0)
    step_size = round_step((high - low or 1.0) / TICKS)
    marks = [n * step_size for n in range(floor(low / step_size), ceil(high / step_size) + 1)]
    return Scale(marks[0], max(marks[-1], marks[0] + step_size), False, tuple(marks))


def round_step(least: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least * (1 - 1e-9))


def draw_curve(curve: Curve, labels: Labels, script: MathScript) -> Drawing:
    """The curve in a frame of two axes, with dots where they are few."""
    chosen = curve.chosen()
    values = labels.curve(curve)
    upwards = scale(values)
    last = max(1, chosen[-1])
    marks = [labels.written(mark) for mark in upwards.marks]
    left = GAP + SMALL * max(map(script.width, marks))
    top = NUMBER + GAP
    heights = [top + HEIGHT * (1 - upwards.part(value)) for value in values]
    points = [(left + WIDTH * i / last, y) for i, y in zip(chosen, heights, strict=True)]
    shapes: list[DrawnShape] = []
    for mark, text in zip(upwards.marks, marks, strict=True):
        y = top + HEIGHT * (1 - upwards.part(mark))
        shapes.append(polyline("rule", (left, y), (left + WIDTH, y)))
        shapes.append(Text((left - GAP / 2, y + DROP * SMALL), text, "plain", SMALL, "end"))
    shapes.append(polyline("curve", *points))
    shapes += [Circle(point, 1.4, "dot") for point in points if len(points) <= MOST_DOTS]
    shapes.append(Text((left, NUMBER), labels.name(curve.name, None), "name", NUMBER, "start"))
    shapes += _below(curve, left, top + HEIGHT, labels, script)
    return Drawing(left + WIDTH + 2 * GAP, top + HEIGHT + 3 * NUMBER + GAP, tuple(shapes))


def _below(curve: Curve, left: float, ground: float, labels: Labels, script: MathScript) -> list[DrawnShape]:
    """The counts under the axis, and what is counted."""
    length = max(1, len(curve.counts) - 1)
    step = max(1, round(round_step(length / TICKS)))
    marks = [n for n in curve.counts if n % step == 0 or n == curve.first]
    places = [left + WIDTH * (n - curve.first) / length for n in marks]
    shapes: list[DrawnShape] = [
        Text((x, ground + NUMBER + 2), script.words(labels.count(n)), "plain", SMALL)
        for x, n in zip(places, marks, strict=True)
    ]
    words = script.words(curve.axis)
    shapes.append(Text((left + WIDTH / 2, ground + 2 * NUMBER + GAP), words, "plain", NUMBER))
    return shapes
