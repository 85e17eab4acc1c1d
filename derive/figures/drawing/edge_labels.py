"""Where the numbers of edges stand: each beside its own edge, away from every other edge and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum, inf
from typing import TypeAlias

from derive.figures.drawing.primitives import Point

NEAR = 0.8  # how far a number stands from its own edge
BETWEEN = 2.5  # two numbers, at least
STEPS = 60  # places that are tried on an edge

Interval: TypeAlias = tuple[float, float]
"""All that lies between two numbers; nothing where the second is not the larger one."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around its middle, by half its width and half its height."""

    middle: Point
    half_width: float
    half_height: float


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


@dataclass(frozen=True, slots=True)
class Track:
    """A box that goes along an edge, with its middle so far `away`: below the edge, or above it (negative).

    What is in its way is so for one interval of x, as whatever is convex.
    """

    line: Line
    away: float
    half_width: float
    half_height: float

    def box(self, part: float) -> Box:
        """The box at a part of the way."""
        x, y = self.line.at(part)
        return Box((x, y + self.away), self.half_width, self.half_height)

    def crossed(self, other: Line, far: float) -> Interval:
        """Where a line goes through the box, or less than so far beside it: there the line neither ends beside the box
        nor stays above or below it, nor does it pass one of the box's corners.
        """
        width, height = self.half_width + far, self.half_height + far
        (start, first), (end, last) = other.start, other.end
        low, high = (first, last) if first < last else (last, first)
        level, slope = self._level, self.line.slope
        passed = height + abs(other.slope) * width
        left, right = _between(level, slope, low - height, high + height)
        left2, right2 = _between(level - first + other.slope * start, slope - other.slope, -passed, passed)
        return max(start - width, left, left2), min(end + width, right, right2)

    def met(self, other: Box, far: float) -> Interval:
        """Where another box overlaps with the box, or is less than so far beside it."""
        (x, y), width = other.middle, other.half_width + self.half_width + far
        height = other.half_height + self.half_height + far
        left, right = _between(self._level, self.line.slope, y - height, y + height)
        return max(x - width, left), min(x + width, right)

    def between(self, others: Iterable[Line], far: float) -> Sequence[Interval]:
        """Where the box lies beside its edge as a whole, and none of some lines goes through it."""
        whole = self.line.start[0] + self.half_width, self.line.end[0] - self.half_width
        return _without([whole], (self.crossed(line, far) for line in others))

    def away_from(self, others: Iterable[Box], free: Sequence[Interval]) -> Sequence[Interval]:
        """Where it is free, and as far as numbers should be from other boxes."""
        return _without(free, (self.met(box, BETWEEN) for box in others))

    @property
    def _level(self) -> float:
        """The height of the middle at x = 0, if it came there."""
        x, y = self.line.start
        return y + self.away - self.line.slope * x


Way: TypeAlias = tuple[Track, Sequence[Interval]]
"""A track, and where it is free."""


class Edges:
    """The edges in a space. Where a number may go along one whatever the others are is found once for each size: the
    numbers of a class have few.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        middle = fsum(line.start[1] + line.end[1] for line in lines) / max(1, len(lines))
        self.lines = lines
        self._flat = [(abs(line.slope), abs(line.start[1] + line.end[1] - middle)) for line in lines]
        self._known: dict[tuple[EdgeNumber, float], Sequence[Way]] = {}

    def places(self, numbers: Sequence[EdgeNumber], preferred: float, far: float) -> list[Box] | None:
        """A box for each number, as near as can be to the `preferred` part of its edge and at least so `far` from every
        other one; None where one finds no room.
        """
        flat = self._flat
        order = sorted(range(len(numbers)), key=lambda i: -flat[numbers[i].line][0])
        ways: dict[int, Sequence[Way]] = {}
        for i in sorted(order, key=lambda i: flat[numbers[i].line]):  # where there is no room, it is mostly there
            ways[i] = self._ways(numbers[i], far)
            if not any(free for _, free in ways[i]):
                return None
        found: dict[int, Box] = {}
        for i in order:
            box = _nearest([(track, track.away_from(found.values(), free)) for track, free in ways[i]], preferred)
            if box is None:
                return None
            found[i] = box
        return [found[i] for i in range(len(numbers))]

    def _ways(self, number: EdgeNumber, far: float) -> Sequence[Way]:
        """The ways along its edge, above it and below it, with where they are free of other edges."""
        if (number, far) not in self._known:
            own = self.lines[number.line]
            others = [line for line in self.lines if line is not own]
            tracks = _tracks(own, number)
            self._known[number, far] = [(track, track.between(others, far)) for track in tracks]
        return self._known[number, far]


@cache
def _parts(preferred: float) -> Sequence[float]:
    """The parts of an edge that are tried, in order."""
    return sorted((i / STEPS for i in range(STEPS + 1)), key=lambda part: abs(part - preferred))


def _tracks(line: Line, number: EdgeNumber) -> Iterator[Track]:
    """The ways that a number may go along its edge: above it and below it."""
    width, height = number.width / 2, number.height / 2
    away = height + abs(line.slope) * width + NEAR * (1 + line.slope**2) ** 0.5
    return (Track(line, side * away, width, height) for side in (-1, 1))


def _nearest(ways: Sequence[Way], preferred: float) -> Box | None:
    """The box that is nearest to the preferred part of the edge, where ways are free."""
    if any(free for _, free in ways):
        for part in _parts(preferred):
            for track, free in ways:
                x, _ = track.line.at(part)
                if any(low <= x <= high for low, high in free):
                    return track.box(part)
    return None


def _between(level: float, slope: float, low: float, high: float) -> Interval:
    """For which x `level + slope x` lies between two values."""
    if slope == 0:
        return (-inf, inf) if low < level < high else (inf, -inf)
    first, last = (low - level) / slope, (high - level) / slope
    return (first, last) if slope > 0 else (last, first)


def _without(free: Sequence[Interval], taken: Iterable[Interval]) -> Sequence[Interval]:
    """What is left of intervals, their ends included, without others."""
    for low, high in taken:
        if low < high:
            before = [(left, min(low, right)) for left, right in free if left <= low and left <= right]
            free = before + [(max(left, high), right) for left, right in free if high <= right]
            if not free:
                break
    return free
