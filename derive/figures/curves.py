"""A curve as data: how a quantity goes over the passes of a training. Its points come from Labels when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from derive.language.names import Symbol

MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Curve:
    """The values of `name` in passes 1 to `passes`, each point the mean of `group` passes; `axis` says in words what
    is counted to the right, from `first` on.
    """

    name: Symbol
    passes: int
    group: int = 1
    axis: str = ""
    first: int = 0

    @property
    def counts(self) -> range:
        """What stands under each group: how many updates lie before it, or which epoch it is."""
        return range(self.first, self.first + self.passes // self.group)

    def chosen(self) -> list[int]:
        """The groups that are drawn: all, or some of very many, always the first and the last."""
        count = len(self.counts)
        step = max(1, -(-count // MOST_POINTS))
        return sorted({*range(0, count, step), count - 1})
