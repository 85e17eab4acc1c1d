"""Entries that are made when they are first asked for: of a large array a page shows a few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

Item = TypeVar("Item")


class LazyEntries(Sequence[Item], Generic[Item]):
    """`count` items; `make` gives the item at a place, once: `made` are those there are.

    Whoever makes them keeps `made` alone: kept with a function of its own it would hold itself, and only the garbage
    collector could let it go.
    """

    __slots__ = ("_made", "_make", "_places")

    def __init__(self, count: int, make: Callable[[int], Item], made: dict[int, Item] | None = None) -> None:
        self._make, self._places = make, range(count)
        self._made: dict[int, Item] = {} if made is None else made

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, i: int) -> Item: ...
    @overload
    def __getitem__(self, i: slice) -> LazyEntries[Item]: ...
    def __getitem__(self, i: int | slice) -> Item | LazyEntries[Item]:
        if isinstance(i, slice):
            part = LazyEntries(0, self._make, self._made)
            part._places = self._places[i]
            return part
        place = self._places[i]
        try:
            return self._made[place]
        except KeyError:
            made = self._made[place] = self._make(place)
            return made

    def __iter__(self) -> Iterator[Item]:
        return map(self.__getitem__, range(len(self._places)))
