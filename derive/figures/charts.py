"""Pictures without nodes, as data: bars of counts, whose numbers are part of them; a curve over the passes of a
training, whose points come from Labels when it is drawn; the parts of a model in a row, at the head of a part's steps.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from derive.language.names import Name, Symbol

Tone: TypeAlias = Literal["correct", "precision", "follows", "wrong", "missing", "unreadable", "bar"]
MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of every bar: what it counts, in words, and the tone it is filled with."""

    words: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a quantity (or words) and a count for each part; `after` stands behind the quantity's name (`@2`)."""

    label: Name | str
    counts: tuple[int, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of counts: `lying` ones are stacked from the left and as long as their sum, `upright` ones a distribution
    whose labels stand below; `axis` says in words what the labels are.
    """

    kind: Literal["lying", "upright"]
    parts: tuple[BarPart, ...]
    bars: tuple[Bar, ...]
    axis: str = ""


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


@dataclass(frozen=True, slots=True)
class Strip:
    """The titles of the parts in the order of the forward pass; `lit` is the one pointed at, `backward` whether the
    way goes through them from the last to the first.
    """

    parts: tuple[str, ...]
    lit: int
    backward: bool = False
