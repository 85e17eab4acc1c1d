"""Where the numbers of edges stand: each beside its own edge, away from every other edge and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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

    def meets(self, others: Iterable[Box]) -> bool:
        """Whether it overlaps with one of some boxes."""
        (x, y), width, height = self.middle, self.half_width, self.half_height
        for other in others:
            x2, y2 = other.middle
            if abs(x - x2) < width + other.half_width and abs(y - y2) < height + other.half_height:
                return True
        return False

    def is_near(self, lines: Iterable[Line], far: float) -> bool:
        """Whether one of some lines goes through it, or through what lies less than so far beside it."""
        (x, y), width, height = self.middle, self.half_width + far, self.half_height + far
        left, right, top, bottom = x - width, x + width, y - height, y + height
        for line in lines:
            (start, level), end, slope = line.start, line.end[0], line.slope
            first, last = max(left, start), min(right, end)
            here, there = level + slope * (first - start), level + slope * (last - start)
            if first < last and (here < bottom or there < bottom) and (here > top or there > top):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Line:
    """A straight edge, from the left to the right; `slope` is how much it falls to the right."""

    start: Point
    end: Point
    slope: float

    @staticmethod
    def between(start: Point, end: Point) -> Line:
        """The line from one point to another to its right."""
        return Line(start, end, (end[1] - start[1]) / (end[0] - start[0]))

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
    taken: list[Box] = []
    parts = sorted((i / STEPS for i in range(STEPS + 1)), key=lambda part: abs(part - preferred))
    for i in sorted(range(len(numbers)), key=lambda i: -abs(lines[numbers[i].line].slope)):
        own = lines[numbers[i].line]
        others = [line for line in lines if line is not own]
        for box in _beside(own, numbers[i], parts):
            if not box.is_near(others, far) and not box.meets(taken):
                break
        else:
            return None
        found[i] = box
        taken.append(box.larger(BETWEEN))
    return [found[i] for i in range(len(numbers))]


def _beside(line: Line, number: EdgeNumber, parts: Sequence[float]) -> Iterator[Box]:
    """The boxes that a number may have at parts of its edge: above it or below it."""
    width, height = number.width / 2, number.height / 2
    away = height + abs(line.slope) * width + NEAR * (1 + line.slope**2) ** 0.5
    for part in parts:
        x, y = line.at(part)
        if line.start[0] <= x - width and x + width <= line.end[0]:
            yield Box((x, y - away), width, height)
            yield Box((x, y + away), width, height)
