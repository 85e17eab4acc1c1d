"""Where a loss is looked at: one entry of a given value that moves, or every entry of several at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from random import Random
from typing import TypeAlias

from flint import arb, fmpq

from derive.calculus.kernels import Flat
from derive.derivation.cost import operation_count
from derive.derivation.steps import Derivation
from derive.language.names import Name

DIRECTIONS, LARGE = 3, 5_000  # beyond that many operations a forward pass one direction has to do
ONE = 2**30


@dataclass(frozen=True, slots=True)
class OneEntry:
    """One flat entry moves with the speed 1: `only` this one."""

    only: int

    def moved(self, flat: Flat, step: arb) -> Flat:
        """The flat value after a step."""
        return [*flat[: self.only], flat[self.only] + step, *flat[self.only + 1 :]]

    def parts(self, gradient: Flat) -> Iterator[fmpq | arb]:
        """What each entry that moves adds to the slope, by the gradient."""
        yield gradient[self.only]


@dataclass(frozen=True, slots=True)
class EveryEntry:
    """All entries move, with the speeds n/2^30."""

    numerators: array[int]
    only: None = None

    def moved(self, flat: Flat, step: arb) -> Flat:
        """The flat value after a step."""
        unit = step / ONE
        return [x + n * unit for x, n in zip(flat, self.numerators, strict=True)]

    def parts(self, gradient: Flat) -> Iterator[fmpq | arb]:
        """What each entry adds to the slope: its gradient times its speed."""
        return (fmpq(n, ONE) * x for x, n in zip(gradient, self.numerators, strict=True))


Probe: TypeAlias = Mapping[Name, OneEntry | EveryEntry]
"""A direction: how each name moves."""


def singles(derivation: Derivation, name: Name) -> list[Probe]:
    """One probe for each entry of `name`."""
    return [{name: OneEntry(i)} for i in range(prod(derivation.shapes[name]))]


def directions(derivation: Derivation, names: Iterable[Name]) -> Iterator[Probe]:
    """Random directions that move every entry of `names`; always the same ones for the same shapes."""
    names = list(names)
    random = Random(20)
    for _ in range(DIRECTIONS if derivation.once(operation_count) < LARGE else 1):
        yield {name: EveryEntry(_numerators(random, prod(derivation.shapes[name]))) for name in names}


def _numerators(random: Random, count: int) -> array[int]:
    """Of speeds of size 1 to 2, of either sign, and with 30 bits, so that two mistakes do not cancel by chance."""
    drawn = map(random.getrandbits, [31] * count)
    return array("i", [-ONE - (bits >> 1) if bits & 1 else ONE + (bits >> 1) for bits in drawn])
