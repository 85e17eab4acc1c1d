"""An array of texts as matrices: of more than two axes slice by slice, of too many entries the first and the last."""

from collections.abc import Callable, Mapping, Sequence
from math import isqrt, prod
from typing import Any, TypeAlias

from derive.calculus.shapes import as_matrix, indices
from derive.language.expressions import Shape

Matrix: TypeAlias = Callable[[list[list[str]], str], str]
"""Sets rows of texts as a matrix, with a label under it where it is not alone or not whole."""

LEAST = 3  # so many rows and columns stay of a matrix, two where not even nine entries are asked for


def as_matrices(
    texts: Sequence[str], shape: Shape, matrix: Matrix, most: int | None = None, signs: Mapping[str, str] | None = None
) -> str:
    """Flat texts as a matrix; of more than two axes as matrices, each with its place: [1,:,:], [2,:,:].

    Of more than `most` entries the first and the last are shown, with the dots of `signs` in between.
    """
    if len(shape) <= 2:
        rows = as_rows(texts, shape)
        if most is None or len(texts) <= most:
            return matrix(list(map(list, rows)), "")
        assert signs is not None
        return matrix(elided(rows, most, signs), f"{len(rows)}{signs['×']}{len(rows[0])}")
    size = prod(shape[-2:])
    count = len(texts) // size
    kept = count if most is None else max(1, min(count, most // size))
    slices = [as_rows(texts[i * size : (i + 1) * size], shape[-2:]) for i in range(kept)]
    if most is not None and size > most:
        assert signs is not None
        shown = [elided(rows, most, signs) for rows in slices]
    else:
        shown = [list(map(list, rows)) for rows in slices]
    labels = [f"[{','.join(str(i + 1) for i in index)},:,:]" for index in indices(shape[:-2])]
    rest = signs["dots"] if signs and kept < count else ""
    return "".join(map(matrix, shown, labels)) + rest


def as_rows(texts: Sequence[str], shape: Shape) -> list[Sequence[str]]:
    """Flat texts as rows; a column has rows of one."""
    rows, columns = as_matrix(shape) if len(shape) <= 2 else (prod(shape[:-1]), shape[-1])
    return [texts[i * columns : (i + 1) * columns] for i in range(rows)]


def elided(rows: Sequence[Sequence[str]], most: int, signs: Mapping[str, str]) -> list[list[str]]:
    """The first and the last of the rows and columns, at most about `most` entries, with dots in between."""
    side = max(2, min(LEAST, isqrt(most)))
    while min(side + 1, len(rows)) * min(side + 1, len(rows[0])) <= most:
        side += 1
    kept = rows if len(rows) <= side else [*rows[: side - 1], rows[-1]]
    cut = [list(row) if len(row) <= side else [*row[: side - 1], signs["dots"], row[-1]] for row in kept]
    if len(rows) <= side:
        return cut
    across = [signs["vdots"]] * len(cut[0])
    if len(rows[0]) > side:
        across[-2] = signs["ddots"]
    return [*cut[:-1], across, cut[-1]]


def nested(flat: list[Any], shape: Shape) -> Any:
    """A flat list nested as the shape says; a scalar is its one entry."""
    if not shape:
        return flat[0]
    size = len(flat) // shape[0]
    return [nested(flat[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]
