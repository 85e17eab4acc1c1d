"""Matrices too large for a line or a page, cut into panels that say which rows and columns they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from derive.prose.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Panel:
    """Some rows and columns of a matrix.

    rows   their texts
    label  which ones they are, in words, or in a slice of three axes as an index says it: `[2,:,1:5]`; or ""
    """

    rows: list[list[str]]
    label: str = ""


def panels(
    rows: list[list[str]], label: str, widths: Sequence[float], limit: float, words: Catalogue, tallest: int = 0
) -> list[Panel]:
    """A matrix in panels of at most `limit` width and `tallest` rows (0: any); `label` is that of the whole.

    Panels are as even in height as they can be, and as wide as the limit lets them.
    """
    across = _ranges(widths, limit)
    count = -(-len(rows) // tallest) if tallest else 1
    height = -(-len(rows) // count)
    down = [(i, min(i + height, len(rows))) for i in range(0, len(rows), height)]
    if len(across) == len(down) == 1:
        return [Panel(rows, label)]
    return [
        Panel([row[first:last] for row in rows[top:bottom]], _label(label, rows, (top, bottom), (first, last), words))
        for first, last in across
        for top, bottom in down
    ]


def _ranges(widths: Sequence[float], limit: float) -> list[tuple[int, int]]:
    """Neighbouring columns that fit side by side: the first of each panel, and the one after its last."""
    starts, used = [0], 0.0
    for j, width in enumerate(widths):
        if used + width > limit and j > starts[-1]:
            starts.append(j)
            used = 0.0
        used += width
    return list(zip(starts, [*starts[1:], len(widths)], strict=True))


def _label(label: str, rows: list[list[str]], down: tuple[int, int], across: tuple[int, int], words: Catalogue) -> str:
    if label.endswith(":,:]"):
        places = [_place(down, len(rows)), *([_place(across, len(rows[0]))] if len(rows[0]) > 1 else [])]
        return f"{label.removesuffix(':,:]')}{','.join(places)}]"
    if label:
        return label  # the size of an array of which only a part is shown
    sides = (("row", down, len(rows)), ("column", across, len(rows[0])))
    return ", ".join(_in_words(side, part, words) for side, part, count in sides if part != (0, count))


def _in_words(side: str, part: tuple[int, int], words: Catalogue) -> str:
    """`column 8`, `columns 7 and 8`, `columns 1 to 6`."""
    first, last = part
    kind = {1: side, 2: f"{side}s_two"}.get(last - first, f"{side}s")
    return words[f"panels.{kind}"].format(first=first + 1, last=last)


def _place(part: tuple[int, int], count: int) -> str:
    """Counted from 1, both ends included."""
    first, last = part
    if last - first == count:
        return ":"
    return str(last) if last - first == 1 else f"{first + 1}:{last}"
