"""Arrays drawn as cells: a frame around some of them, signs between the arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from derive.figures import Grid, Grids, Labels
from derive.figures.drawing.measures import DROP, LINE, NAME, NUMBER, SMALL, MathScript
from derive.figures.drawing.primitives import SHADED, Drawing, DrawnShape, Rectangle, Role, Text

MARGIN, HEIGHT, PAD, LEAST = 4.0, 12.0, 3.0, 15.0  # of a cell: its height, beside its number, its least width
GAP, APART, SIGN = 8.0, 5.0, 16.0  # between rows of arrays, between layers, for a sign
HEAD = NAME * LINE + 2
OUT = 0.8  # by how much a frame lies outside of its cells


@dataclass(frozen=True, slots=True)
class DrawnGrid:
    """A grid as it is drawn: its texts row by row, the shade of each cell, the measures of all of it."""

    grid: Grid
    name: str
    texts: list[list[str]]
    shades: list[int]
    cell: float
    head: float

    @staticmethod
    def of(grid: Grid, labels: Labels, script: MathScript) -> DrawnGrid:
        """The cells of an array; where its numbers are not shown they are empty."""
        rows, columns = grid.size
        found = labels.values(grid.name, None)
        flat = [text for row in found for text in row] if found else [""] * (grid.layers * rows * columns)
        texts = [flat[i : i + columns] for i in range(0, len(flat), columns)]
        widest = max(NUMBER * script.width(text) for text in flat)
        shades = _shades(labels.sizes(grid.name)) if found and grid.shade != "none" else []
        return DrawnGrid(grid, labels.name(grid.name, None), texts, shades, max(LEAST, widest + 2 * PAD),
                     SMALL if grid.tokens else 0.0)  # fmt: skip

    @property
    def width(self) -> float:
        """Of all cells, with the numbers beside them."""
        return self.grid.size[1] * self.cell + 2 * self.head

    @property
    def height(self) -> float:
        """Of all layers, with the name and the numbers above them."""
        rows, _ = self.grid.size
        return HEAD + self.head * LINE + self.grid.layers * (rows * HEIGHT + APART) - APART

    def shapes(self, left: float, top: float, script: MathScript) -> Iterator[DrawnShape]:
        """Name, cells and frames."""
        rows, columns = self.grid.size
        yield Text((left + self.width / 2, top + NAME), self.name, "name", NAME)
        x0, y0 = left + self.head * 2, top + HEAD + self.head * LINE
        if self.grid.tokens:
            yield from self._numbers(x0, y0)
        for i, row in enumerate(self.texts):
            y = y0 + i * HEIGHT + i // rows * APART
            for j, text in enumerate(row):
                x, place = x0 + j * self.cell, i * columns + j
                yield Rectangle((x, y), self.cell, HEIGHT, "cell")
                if place < len(self.shades) and self.shades[place]:
                    yield Rectangle((x, y), self.cell, HEIGHT, SHADED[self.grid.shade][self.shades[place] - 1])
                if text:
                    role: Role = "gradient" if self.grid.shade == "gradient" else "value"
                    role = "name" if self.shades else role
                    at = x + self.cell / 2, y + HEIGHT / 2 + DROP * NUMBER
                    yield Text(at, text, role, NUMBER)
        yield from self._frames(x0, y0)

    def _numbers(self, left: float, top: float) -> Iterator[DrawnShape]:
        """The numbers of the rows and columns, which stand for tokens."""
        rows, columns = self.grid.size
        for j in range(columns):
            yield Text((left + (j + 0.5) * self.cell, top - 2), str(j + 1), "plain", SMALL)
        for i in range(rows):
            middle = top + (i + 0.5) * HEIGHT + DROP * SMALL
            yield Text((left - self.head / 2, middle), str(i + 1), "plain", SMALL, "end")

    def _frames(self, left: float, top: float) -> Iterator[DrawnShape]:
        """A frame around all framed cells of a layer, or around each where they do not touch."""
        rows, columns = self.grid.size
        for layer in range(self.grid.layers):
            first = layer * rows * columns
            places = [divmod(i - first, columns) for i in self.grid.framed if first <= i < first + rows * columns]
            for (i, j), (i2, j2) in _blocks(places):
                at = left + j * self.cell - OUT, top + i * HEIGHT + layer * (rows * HEIGHT + APART) - OUT
                yield Rectangle(at, (j2 - j + 1) * self.cell + 2 * OUT, (i2 - i + 1) * HEIGHT + 2 * OUT, "lit weight")


Place = tuple[int, int]


def _blocks(places: list[Place]) -> list[tuple[Place, Place]]:
    """The corners of the rectangle that places fill, or each of them alone."""
    if not places:
        return []
    corners = (
        (min(i for i, _ in places), min(j for _, j in places)),
        (max(i for i, _ in places), max(j for _, j in places)),
    )
    (i, j), (i2, j2) = corners
    return [corners] if (i2 - i + 1) * (j2 - j + 1) == len(places) else [(place, place) for place in sorted(places)]


def draw_grids(figure: Grids, labels: Labels, script: MathScript) -> Drawing:
    """The rows of arrays, the arrays of a row around one line."""
    shapes: list[DrawnShape] = []
    top, right = MARGIN, 0.0
    for row in figure.rows:
        items = [DrawnGrid.of(item, labels, script) if isinstance(item, Grid) else item for item in row]
        height = max(item.height for item in items if isinstance(item, DrawnGrid))
        left = MARGIN
        for before, item in zip((None, *items), items, strict=False):
            if isinstance(item, str):
                at = left + SIGN / 2, top + (height + HEAD) / 2 + DROP * NAME
                shapes.append(Text(at, script.signs[item], "plain", NAME))
                left += SIGN
                continue
            left += SIGN if isinstance(before, DrawnGrid) else 0.0
            shapes += item.shapes(left, top + (height - item.height) / 2, script)
            left += item.width
        right, top = max(right, left), top + height + GAP
    return Drawing(right + MARGIN, top - GAP + MARGIN, tuple(shapes))


def _shades(sizes: list[float] | None) -> list[int]:
    """From 0 for what is 0 to the darkest for the largest."""
    if not sizes:
        return []
    most = max(sizes) or 1.0
    return [ceil(len(SHADED["value"]) * (size / most)) for size in sizes]  # the largest exactly the darkest
