"""How an array that was written stands to the shape that is asked for: as it is, transposed, or in no way."""

from collections.abc import Sequence
from enum import Enum
from math import prod
from typing import TypeVar

from derive.language.expressions import Shape

Item = TypeVar("Item")


class Stands(Enum):
    """As it is (a row for a column, a flat list in reading order too), transposed, or in another shape."""

    AS_IS = "as is"
    TRANSPOSED = "transposed"
    OTHERWISE = "otherwise"


def orientation_of(given: Shape, asked: Shape) -> Stands:
    """How an array of the shape `given` can be meant where one of the shape `asked` belongs.

    >>> orientation_of((6,), (2, 3)), orientation_of((3, 2), (2, 3)), orientation_of((6,), (2, 2))
    (<Stands.AS_IS: 'as is'>, <Stands.TRANSPOSED: 'transposed'>, <Stands.OTHERWISE: 'otherwise'>)
    """
    if given == asked:
        return Stands.AS_IS
    if prod(given) != prod(asked):
        return Stands.OTHERWISE
    long, wanted = _long(given), _long(asked)
    if long == wanted or len(long) < 2 or len(asked) > 2:
        return Stands.AS_IS
    return Stands.TRANSPOSED if long == wanted[::-1] else Stands.OTHERWISE


def transposed_entries(flat: Sequence[Item], asked: Shape) -> list[Item]:
    """Entries that were written as the transpose of an array of the shape `asked`, in that array's order."""
    rows, columns = asked
    return [flat[j * rows + i] for i in range(rows) for j in range(columns)]


def _long(shape: Shape) -> Shape:
    """The shape without axes of one entry."""
    return tuple(n for n in shape if n != 1)
