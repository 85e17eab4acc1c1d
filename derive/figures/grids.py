"""Arrays as data for a picture: cells with numbers, some of them in a frame, shaded by how large they are."""

from dataclasses import dataclass
from math import prod
from typing import Literal, TypeAlias

from derive.language.expressions import Shape
from derive.language.names import Name

MOST_CELLS, MOST_LAYERS = 8, 3
Shade: TypeAlias = Literal["none", "value", "gradient"]


@dataclass(frozen=True, slots=True)
class Grid:
    """An array drawn as cells.

    name    the quantity
    shape   of it; the axes before the last two are layers, one under the other
    framed  the flat entries in the frame
    shade   whether a cell is the darker the larger its number is, and in which colour
    tokens  whether its rows and columns are numbered
    """

    name: Name
    shape: Shape
    framed: frozenset[int] = frozenset()
    shade: Shade = "none"
    tokens: bool = False

    @property
    def layers(self) -> int:
        """How many matrices it consists of."""
        return prod(self.shape[:-2])

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of a layer; a vector is a row of cells."""
        rows, columns = (1, 1, *self.shape)[-2:]
        return rows, columns

    @property
    def fits(self) -> bool:
        """Whether its numbers can be read in a picture."""
        return max(self.size) <= MOST_CELLS and self.layers <= MOST_LAYERS


@dataclass(frozen=True, slots=True)
class Grids:
    """Rows of arrays, with signs between them: `*` of a convolution, `→` to what comes of it."""

    rows: tuple[tuple[Grid | str, ...], ...]

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The arrays in order."""
        return tuple(item for row in self.rows for item in row if isinstance(item, Grid))
