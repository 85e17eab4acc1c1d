"""Charts as data: bars of counts. Their numbers are part of them, so that a table says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from derive.language.names import Name

Tone: TypeAlias = Literal["correct", "precision", "follows", "wrong", "missing", "unreadable", "bar"]


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
