"""Whether the numbers that students drew have to do with what they earned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import atanh, erfc, sqrt
from typing import Any

from derive.classroom.records.tally import Products
from derive.problem.problem import Problem

LEAST = 10
"""Of fewer students nothing can be said."""
CHANCE = 0.05
"""What is as seldom as this by chance alone is told."""
GROUPS = 3
CLOSE_TO_ONE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class DrawnNumbers:
    """What a student drew.

    signs  how many significant digits and minus signs the drawn numbers have: how long they are to work with
    means  of each given value that is drawn the mean of its entries
    """

    signs: int
    means: dict[str, float]

    @staticmethod
    def of(variant: Problem, drawn: Collection[str]) -> DrawnNumbers:
        """Of a student's variant, in which the named values are drawn."""
        givens = {given.name.id: given.values for given in variant.givens if given.name.id in drawn and given.values}
        signs = sum(_signs(value) for values in givens.values() for value in values)
        return DrawnNumbers(signs, {name: float(sum(values) / len(values)) for name, values in givens.items()})

    @staticmethod
    def read(data: Sequence[Any]) -> DrawnNumbers:
        """From JSON."""
        signs, means = data
        return DrawnNumbers(signs, means)

    def row(self) -> list[Any]:
        """As JSON."""
        return [self.signs, self.means]


def _signs(value: Fraction) -> int:
    """The significant digits of a number that ends, those above and below the line of any other one, and a minus."""
    below, tens = value.denominator, 0
    while below % 10 == 0 or below % 5 == 0 or below % 2 == 0:
        below, tens = below // (10 if below % 10 == 0 else 5 if below % 5 == 0 else 2), tens + 1
    ends = below == 1
    whole = value.numerator * 10**tens // value.denominator if ends else value.numerator
    digits = len(str(abs(whole)).strip("0")) or 1
    return digits + (value < 0) + (0 if ends else len(str(value.denominator)))


@dataclass(frozen=True, slots=True)
class FairnessGroup:
    """Students whose numbers are about as long: from how many signs to how many, how many students, their scores' mean
    and standard deviation.
    """

    first: int
    last: int
    students: int
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Dependence:
    """How the scores go with something drawn: `name` is "" for the length of the numbers.

    correlation  Pearson's coefficient
    chance       how often chance alone gives as much, where so many coefficients are looked at
    """

    name: str
    correlation: float
    chance: float

    @property
    def is_told(self) -> bool:
        """Whether chance hardly explains it."""
        return self.chance < CHANCE


@dataclass
class Fairness:
    """Taken up student by student; memory grows with the lengths that occur, not with the class."""

    by_length: dict[int, Products] = field(default_factory=dict)
    products: dict[str, Products] = field(default_factory=dict)

    def add(self, drawn: DrawnNumbers, score: Fraction) -> None:
        """Count a student who was marked."""
        self.by_length.setdefault(drawn.signs, Products()).add(Fraction(0), score)
        for name, value in (("", drawn.signs), *drawn.means.items()):
            self.products.setdefault(name, Products()).add(Fraction(value), score)

    @property
    def says_something(self) -> bool:
        """Whether there are students enough."""
        return sum(each.count for each in self.by_length.values()) >= LEAST

    def groups(self) -> list[FairnessGroup]:
        """The class in up to GROUPS parts about as large, by the length of the numbers."""
        lengths = sorted(self.by_length)
        total = sum(self.by_length[length].count for length in lengths)
        parts: list[list[int]] = [[] for _ in range(GROUPS)]
        before = 0
        for length in lengths:
            count = self.by_length[length].count
            parts[min(GROUPS - 1, (2 * before + count) * GROUPS // (2 * total))].append(length)
            before += count
        return [self._group(part) for part in parts if part]

    def _group(self, lengths: Sequence[int]) -> FairnessGroup:
        sums = [self.by_length[length] for length in lengths]
        count, total, squares = (sum(getattr(each, key) for each in sums) for key in ("count", "y", "yy"))
        mean = total / count
        return FairnessGroup(lengths[0], lengths[-1], count, mean, sqrt(max(0.0, squares / count - mean**2)))

    def dependences(self) -> list[Dependence]:
        """How the scores go with the length of the numbers, and with each given value that is drawn."""
        found = []
        known = {name: r for name, each in self.products.items() if (r := each.correlation) is not None}
        for name, correlation in known.items():
            count = self.products[name].count
            bounded = max(-CLOSE_TO_ONE, min(CLOSE_TO_ONE, correlation))
            deviation = abs(atanh(bounded)) * sqrt(max(0, count - 3))  # Fisher's transformation
            found.append(Dependence(name, correlation, min(1.0, len(known) * erfc(deviation / sqrt(2)))))
        return found
