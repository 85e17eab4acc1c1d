"""The parts of a model in a row as data, one of them pointed at: what stands at the head of a part's steps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strip:
    """The titles of the parts in the order of the forward pass; `lit` is the one pointed at, `backward` whether the
    way goes through them from the last to the first.
    """

    parts: tuple[str, ...]
    lit: int
    backward: bool = False
