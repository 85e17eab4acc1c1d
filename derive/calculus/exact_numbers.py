"""Many exact numbers, as the rationals that values are worked out with: Fractions would be three times as large."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import overload

from flint import fmpq


class ExactNumbers(Sequence[Fraction]):
    """Fractions that are made when they are looked at; `rationals` are the numbers themselves."""

    __slots__ = ("rationals",)

    def __init__(self, rationals: Sequence[fmpq]) -> None:
        self.rationals = rationals

    def __len__(self) -> int:
        return len(self.rationals)

    @overload
    def __getitem__(self, i: int) -> Fraction: ...
    @overload
    def __getitem__(self, i: slice) -> ExactNumbers: ...
    def __getitem__(self, i: int | slice) -> Fraction | ExactNumbers:
        if isinstance(i, slice):
            return ExactNumbers(self.rationals[i])
        x = self.rationals[i]
        return Fraction(int(x.p), int(x.q))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ExactNumbers):
            return self.rationals == other.rationals
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Fraction.__eq__, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<{len(self)} exact numbers>"
