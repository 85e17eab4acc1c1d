"""Entries by number: a tensor of the graph is the numbers of its entries, laid out as the tensor is.

So a view, a transpose, a slice or a concatenation only moves numbers about, which PyTorch itself does, whatever the
axes. Where an operation computes something, `Entries.text` says what it computes with: a name, a block of it, its
transpose, pieces set side by side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product
from math import prod
from typing import TYPE_CHECKING

from derive.calculus.shapes import normal, offset, position
from derive.language.expressions import Shape

if TYPE_CHECKING:
    import torch

Form = tuple[int, ...]


@dataclass(slots=True)
class Base:
    """Something with a name (or a number): how the language writes it, its shape there, the number of its first entry,
    and whether it was ever used.
    """

    text: str
    shape: Shape
    start: int
    used: bool = field(default=False)

    @property
    def count(self) -> int:
        """How many entries it has."""
        return prod(self.shape)


class TensorEntries:
    """Every entry of everything that has a name, numbered from 0."""

    def __init__(self) -> None:
        self.bases: list[Base] = []
        self._starts: list[int] = []

    def add(self, text: str, shape: Shape, layout: Sequence[int]) -> torch.Tensor:
        """The entries of something new, in the shape of a tensor; row by row they are those of the language."""
        import torch

        start = self.bases[-1].start + self.bases[-1].count if self.bases else 0
        self.bases.append(Base(text, normal(shape), start))
        self._starts.append(start)
        return torch.arange(start, start + prod(shape)).reshape(tuple(layout))

    def base(self, entry: int) -> Base:
        """What an entry belongs to."""
        return self.bases[bisect_right(self._starts, entry) - 1]

    def owners(self, places: torch.Tensor) -> list[Base]:
        """What the entries belong to, each once, in the order of the first."""
        found = {id(base): base for base in map(self.base, places.flatten().tolist())}
        return list(found.values())

    def whole(self, places: torch.Tensor) -> Base | None:
        """What these entries are all of, row by row."""
        flat = places.flatten().tolist()
        base = self.base(flat[0])
        return base if flat == list(range(base.start, base.start + base.count)) else None

    def text(self, places: torch.Tensor, form: Form) -> str:
        """An expression of the shape `form` (n, 1×n, m×n, …) with these entries row by row."""
        flat = places.flatten().tolist()
        for base in self.owners(places):
            base.used = True
        return self._text(flat, form)

    def _text(self, flat: list[int], form: Form) -> str:
        return self._part(flat, form) or self._joined(flat, form)

    # --- a part of one thing --------------------------------------------------------------------------------------

    def _part(self, flat: list[int], form: Form) -> str:
        """All, a block or a transpose of one thing; an empty string where the entries are none of these."""
        base = self.base(flat[0])
        local = [entry - base.start for entry in flat]
        if not 0 <= min(local) <= max(local) < base.count:
            return ""
        if found := _block(base, local):
            return turned(*found, form)
        if len(form) == 2 and (found := _block(base, _transposed(local, form))):
            text, shape = found
            return turned(f"{atom(turned(text, shape, form[::-1]))}^T", normal(form), form)
        return ""

    # --- pieces ---------------------------------------------------------------------------------------------------

    def _joined(self, flat: list[int], form: Form) -> str:
        form = normal(form)
        if len(form) > 2:
            matrix = (prod(form[:-1]), form[-1])
            return f"reshape({self._text(flat, matrix)}, ({', '.join(map(str, form))}))"
        if len(form) == 1:
            return f"[{'; '.join(self._runs(flat, lambda count: (count,)))}]"
        rows, columns = form
        if rows == 1:
            return f"{self._joined(flat, (columns,))}^T"
        lines = [flat[i * columns : (i + 1) * columns] for i in range(rows)]
        turned_lines = [flat[j::columns] for j in range(columns)]
        if not all(map(self._is_one, lines)) and all(map(self._is_one, turned_lines)):
            return f"[{', '.join(self._lines(turned_lines, across=True))}]"
        return f"[{'; '.join(self._lines(lines, across=False))}]"

    def _is_one(self, line: list[int]) -> bool:
        return len({id(self.base(entry)) for entry in line}) == 1

    def _lines(self, lines: list[list[int]], across: bool) -> Iterator[str]:
        """Rows, or columns (`across`), those of one thing together as far as they are a part of it."""
        for _, group in groupby(lines, lambda line: (self._is_one(line), id(self.base(line[0])))):
            several = list(group)
            count, length = len(several), len(several[0])
            flat = [entry for line in (zip(*several, strict=True) if across else several) for entry in line]
            part = self._part(flat, (length, count) if across else (count, length))
            if part:
                yield part
            else:
                yield from (self._text(line, (length,) if across else (1, length)) for line in several)

    def _runs(self, flat: list[int], form: Callable[[int], Form]) -> Iterator[str]:
        """Entries one after the other, those of one thing together as far as they are a part of it."""
        for _, group in groupby(flat, lambda entry: id(self.base(entry))):
            several = list(group)
            part = self._part(several, form(len(several))) if len(several) > 1 else ""
            if part:
                yield part
            else:
                yield from (self._part([entry], ()) for entry in several)


def atom(text: str) -> str:
    """The text as one factor."""
    return text if text.replace("_", "").replace("'", "").isalnum() else f"({text})"


def turned(text: str, shape: Shape, form: Form) -> str:
    """Something of one shape in another, with the same entries row by row."""
    shape, form = normal(shape), normal(form)
    if shape == form:
        return text
    vectors = {len(shape), len(form)} == {1, 2} and 1 in (shape[0], form[0])
    if vectors and prod(shape) == max(*shape, *form):
        return f"{atom(text)}^T"
    if len(form) <= 1:
        return f"flatten({text})"
    if form[0] == 1 and len(form) == 2:
        return f"flatten({text})^T"
    return f"reshape({text}, ({', '.join(map(str, form))}))"


def _transposed(local: list[int], form: Form) -> list[int]:
    _, columns = form
    return [entry for j in range(columns) for entry in local[j::columns]]


def _block(base: Base, local: list[int]) -> tuple[str, Shape] | None:
    """The base itself, or the block of it that these entries are row by row, with its shape; None for anything else."""
    if local == list(range(base.count)):
        return base.text, base.shape
    corners = [position(entry, base.shape) for entry in (min(local), max(local))]
    sides = [range(low, high + 1) for low, high in zip(*corners, strict=True)]
    if prod(map(len, sides)) != len(local):
        return None
    if local != [offset(base.shape, index) for index in product(*sides)]:
        return None
    inside = ", ".join(map(_slice, sides, base.shape))
    sizes = tuple(map(len, sides))
    if len(sizes) > 2:  # a number takes its axis away; what lies along the last one is a row
        kept = tuple(size for size in sizes if size > 1)
        sizes = (1, *kept) if kept == sizes[-1:] else kept
    return f"{base.text}[{inside}]", sizes


def _slice(side: range, size: int) -> str:
    if len(side) == 1:
        return str(side.start + 1)
    return ":" if len(side) == size else f"{side.start + 1}:{side.stop}"
