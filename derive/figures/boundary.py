"""A plane of two inputs as data: the samples in it, and the line on which a model changes its decision."""

from dataclasses import dataclass
from fractions import Fraction
from math import isnan

from derive.language.names import Name

SIDE = 25  # places along each side of a plane at which the output is known
MARGIN = 0.3  # of the plane around its samples, in parts of their extent
FARTHEST = 10**100  # what a plane reaches to: squares of distances in it are still doubles


@dataclass(frozen=True, slots=True)
class PlanePoint:
    """A sample: its two inputs, and whether its target is the larger of the two."""

    x: float
    y: float
    upper: bool


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where an output crosses a threshold, in some passes.

    source     what is put in: two entries of a vector, or the two rows (columns, if not `upright`) of a matrix
    count      how many samples are put in at once
    output     the quantity that decides, `threshold` the value at which it does
    names      what the two inputs, the output and the target are called in the picture
    values     the two values of the target
    points     the samples
    panels     the passes, each with its title in words
    """

    source: Name
    count: int
    upright: bool
    output: Name
    threshold: Fraction
    names: tuple[Name, Name, Name, Name]
    values: tuple[float, float]
    points: tuple[PlanePoint, ...]
    panels: tuple[tuple[int, str], ...]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The plane that is drawn: left, right, bottom, top."""
        left, right = _around([point.x for point in self.points])
        bottom, top = _around([point.y for point in self.points])
        return left, right, bottom, top

    @property
    def places(self) -> list[tuple[float, float]]:
        """Where the output is asked for, row by row from the bottom."""
        left, right, bottom, top = self.extent
        steps = [i / (SIDE - 1) for i in range(SIDE)]
        return [(left + s * (right - left), bottom + t * (top - bottom)) for t in steps for s in steps]

    def lines(self, outputs: list[float]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """Pieces of the line on which the outputs at `places` are the threshold, by linear interpolation."""
        places, over = self.places, [value - float(self.threshold) for value in outputs]
        pieces = []
        for i in (row * SIDE + column for row in range(SIDE - 1) for column in range(SIDE - 1)):
            corners = (i, i + 1, i + 1 + SIDE, i + SIDE)
            if any(isnan(over[corner]) for corner in corners):
                continue
            sides = [(a, b) for a, b in zip(corners, (*corners[1:], i), strict=True) if (over[a] > 0) != (over[b] > 0)]
            found = [_between(places[a], places[b], over[a], over[b]) for a, b in sides]
            pieces += list(zip(found[::2], found[1::2], strict=True))
        return pieces


def _between(one: tuple[float, float], other: tuple[float, float], a: float, b: float) -> tuple[float, float]:
    """Where a straight line from a to b is 0."""
    part = a / (a - b)
    return one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])


def _around(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = MARGIN * (high - low or 1.0)
    return low - margin, high + margin
