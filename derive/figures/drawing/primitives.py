"""What drawers paint: texts, boxes, circles and paths in points, y downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Literal, TypeAlias

from derive.figures.charts import Tone
from derive.figures.drawing.measures import DROP, LINE, MathScript, page_scale
from derive.figures.grids import Shade

Point: TypeAlias = tuple[float, float]
Role: TypeAlias = Literal["name", "value", "gradient", "plain", "on dark"]
LineKind: TypeAlias = Literal["rule", "bracket", "weight", "lit weight", "arrow", "curve"]
Shading: TypeAlias = Literal[
    "value1", "value2", "value3", "value4", "value5", "gradient1", "gradient2", "gradient3", "gradient4", "gradient5"
]  # fmt: skip
BoxStyle: TypeAlias = (
    Literal["given", "parameter", "computed", "loss", "lit", "dot", "cell", "group", "ring"] | LineKind | Tone | Shading
)
Rows: TypeAlias = list[list[str]]

TONES: dict[Tone, str] = {
    "correct": "#1f5a96", "precision": "#9cc4e8", "follows": "#a6d49f", "wrong": "#c2410c", "missing": "#dcdcdc",
    "unreadable": "#6b6b6b", "bar": "#6f9ac4",
}  # fmt: skip
"""The fill of a chart's parts: told apart by lightness as well, in print and with any sight."""

SHADED: dict[Shade, tuple[Shading, ...]] = {
    "value": ("value1", "value2", "value3", "value4", "value5"),
    "gradient": ("gradient1", "gradient2", "gradient3", "gradient4", "gradient5"),
}
"""The fills of a cell, from the smallest number to the largest."""
DARKER = 0.1
"""By how much each of them is darker than the one before."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of mathematics, anchored at `at` on its baseline."""

    at: Point
    content: str
    role: Role
    size: float
    anchor: Literal["start", "middle", "end"] = "middle"


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle: its top left corner, width and height."""

    at: Point
    width: float
    height: float
    style: BoxStyle


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle around `at`."""

    at: Point
    radius: float
    style: BoxStyle


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line from `start`; each leg is its end, or two control points and its end (a cubic Bézier curve)."""

    start: Point
    legs: tuple[tuple[Point, ...], ...]
    style: BoxStyle


DrawnShape: TypeAlias = Text | Rectangle | Circle | Stroke


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes, those behind first, in a frame from (0, 0)."""

    width: float
    height: float
    shapes: tuple[DrawnShape, ...]

    @property
    def scale(self) -> float:
        """By how much a page makes it smaller."""
        return page_scale(self.width, self.height)


@dataclass(frozen=True, slots=True)
class MatrixBlock:
    """Rows of entries as they are set: the width of each column, the whole width and height."""

    rows: Rows
    role: Role
    size: float
    columns: tuple[float, ...]
    width: float
    height: float

    @staticmethod
    def of(rows: Rows, role: Role, size: float, script: MathScript) -> MatrixBlock:
        """The block of `rows`, bracketed where it has several entries."""
        columns = tuple(size * max(map(script.width, column)) for column in zip(*rows, strict=True))
        several = len(rows) * len(columns) > 1
        width = fsum(columns) + size * (len(columns) - 1) + (size if several else 0)
        return MatrixBlock(rows, role, size, columns, width, len(rows) * size * LINE)

    def shapes(self, left: float, top: float) -> list[DrawnShape]:
        """Its texts and brackets."""
        several = len(self.rows) * len(self.columns) > 1
        shapes: list[DrawnShape] = []
        for i, row in enumerate(self.rows):
            x = left + (self.size / 2 if several else 0)
            y = top + (i + 0.5) * self.size * LINE + DROP * self.size
            for entry, width in zip(row, self.columns, strict=True):
                shapes.append(Text((x + width / 2, y), entry, self.role, self.size))
                x += width + self.size
        return shapes + (self._brackets(left, top) if several else [])

    def _brackets(self, left: float, top: float) -> list[DrawnShape]:
        right, bottom, arm = left + self.width, top + self.height, self.size * 0.3
        return [
            polyline("bracket", (left + arm, top), (left, top), (left, bottom), (left + arm, bottom)),
            polyline("bracket", (right - arm, top), (right, top), (right, bottom), (right - arm, bottom)),
        ]


def polyline(style: BoxStyle, start: Point, *points: Point) -> Stroke:
    """Straight lines from point to point."""
    return Stroke(start, tuple((point,) for point in points), style)


def ribbon(style: BoxStyle, points: Sequence[Point]) -> Stroke:
    """A line through the points that passes each of them horizontally."""
    legs: list[tuple[Point, ...]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        bend = (x1 - x0) / 2
        legs.append(((x1, y1),) if y0 == y1 else ((x0 + bend, y0), (x1 - bend, y1), (x1, y1)))
    return Stroke(points[0], tuple(legs), style)
