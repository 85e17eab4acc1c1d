"""Where the numbers of edges stand: each beside its own edge, away from every other edge and number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.figures.drawing.primitives import Point

NEAR = 0.8  # how far a number stands from its own edge
BETWEEN = 2.5  # two numbers, at least
STEPS = 60  # places that are tried on an edge


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around its middle, by half its width and half its height."""

    middle: Point
    half_width: float
    half_height: float

    def larger(self, by: float) -> Box:
        """The same with a margin."""
        return Box(self.middle, self.half_width + by, self.half_height + by)

    def meets(self, other: Box) -> bool:
        """Whether two boxes overlap."""
        (x, y), (x2, y2) = self.middle, other.middle
        return abs(x - x2) < self.half_width + other.half_width and abs(y - y2) < self.half_height + other.half_height

    def crossed(self, line: Line) -> bool:
        """Whether a line goes through it."""
        first, last = 0.0, 1.0
        (x, y), half = self.middle, (self.half_width, self.half_height)
        for start, end, middle, reach in zip(line.start, line.end, (x, y), half, strict=True):
            way, low, high = end - start, middle - reach - start, middle + reach - start
            if way == 0:
                if not low < 0 < high:
                    return False
                continue
            first, last = max(first, min(low / way, high / way)), min(last, max(low / way, high / way))
        return first < last


@dataclass(frozen=True, slots=True)
class Line:
    """A straight edge, from the left to the right."""

    start: Point
    end: Point

    @property
    def slope(self) -> float:
        """How much it falls to the right."""
        return (self.end[1] - self.start[1]) / (self.end[0] - self.start[0])

    def at(self, part: float) -> Point:
        """The place at a part of the way, from 0 to 1."""
        (x, y), (x2, y2) = self.start, self.end
        return x + part * (x2 - x), y + part * (y2 - y)


@dataclass(frozen=True, slots=True)
class EdgeNumber:
    """What stands at an edge: which one of the lines, and the size of its text."""

    line: int
    width: float
    height: float


def places(lines: Sequence[Line], numbers: Sequence[EdgeNumber], preferred: float, far: float) -> list[Box] | None:
    """A box for each number, as near as can be to the `preferred` part of its edge and at least so `far` from every
    other one; None where one finds no room.
    """
    found: dict[int, Box] = {}
    for i in sorted(range(len(numbers)), key=lambda i: -abs(lines[numbers[i].line].slope)):
        own = lines[numbers[i].line]
        others = [line for line in lines if line is not own]
        for box in _beside(own, numbers[i], preferred):
            free = not any(box.larger(BETWEEN).meets(other) for other in found.values())
            if free and not any(box.larger(far).crossed(line) for line in others):
                break
        else:
            return None
        found[i] = box
    return [found[i] for i in range(len(numbers))]


def _beside(line: Line, number: EdgeNumber, preferred: float) -> Iterator[Box]:
    """The boxes that a number may have: above its edge or below it, the nearest to the preferred part first."""
    width, height = number.width / 2, number.height / 2
    away = height + abs(line.slope) * width + NEAR * (1 + line.slope**2) ** 0.5
    for part in sorted((i / STEPS for i in range(STEPS + 1)), key=lambda part: abs(part - preferred)):
        x, y = line.at(part)
        if line.start[0] <= x - width and x + width <= line.end[0]:
            yield Box((x, y - away), width, height)
            yield Box((x, y + away), width, height)
