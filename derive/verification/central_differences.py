"""Central differences of the loss: its slope along a direction in the space of the given values.

(f(x + h) − f(x − h))/2h is off by about h² f‴/6, and by 2^-bits f/h from rounding. Where no number is below 2^-m or
above 2^m, h is 2^-(bits/4 + m) and the precision bits + 3m: with 512 bits both errors stay about 75 digits below the
smallest number. At a kink the branch that the convention takes is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import frexp, inf, prod
from random import Random
from typing import TypeAlias

from flint import arb, fmpq

from derive.calculus.operation_rows import Branches, Flat
from derive.calculus.scalars import Num, ValueFault, is_minus_infinity, shortened
from derive.derivation.cost import operation_count
from derive.derivation.steps import Derivation
from derive.language.names import Derivative, Name
from derive.values.tape import CompiledExpr, Env, TapeStep
from derive.values.values import Values

DIRECTIONS, LARGE = 3, 5_000  # beyond that many operations a forward pass one direction has to do
LONGEST_RATIONAL = 1_000  # bits
FINER = 32  # by how many powers of 2 the second step is smaller

Probe: TypeAlias = Mapping[Name, Iterable[tuple[int, fmpq]]]
"""A direction: for each name the flat entries that move, and how fast."""


def reach(env: Env) -> int:
    """The m for which the numbers of a pass that are known not to be 0 lie between 2^-m and 2^m."""
    found = 0
    for flat in env:
        known = _ball_reach(flat) if set(map(type, flat)) == {arb} else None
        found = _reach(flat, found) if known is None else max(found, known)
    return found


def _reach(flat: Flat, found: int) -> int:
    """The same for some numbers, one by one, `found` at least."""
    for x in flat:
        if type(x) is not fmpq or x.height_bits() > found:  # a rational is not beyond its longer part
            found = max(found, abs(_exponent(x)))
    return found


def _ball_reach(flat: Flat) -> int | None:
    """The same for balls, by the smallest and the largest of them; None where one may be 0 or is no float's size."""
    if min(map(arb.rel_accuracy_bits, flat)) > 1:
        sizes = list(map(abs, map(float, flat)))
        low, high = min(sizes), max(sizes)
        if low > 0 and high < inf:
            return max(abs(frexp(low)[1]), abs(frexp(high)[1]))
    return None


def _exponent(x: Num) -> int:
    """About the binary exponent of a number; of a ball around 0 that of its bound, if that lies above 1."""
    if type(x) is fmpq:
        return int(x.p.bit_length() - x.q.bit_length()) if x != 0 else 0
    size = abs(float(x))
    if 0 < size < inf and not x.contains(0):
        return frexp(size)[1]
    if is_minus_infinity(x):
        return 0
    bound = x.abs_upper()
    man, exponent = bound.man_exp()
    order = int(exponent) + int(man).bit_length()
    return max(0, order) if x.contains(0) else order


class DifferencePoint:
    """Given values at the working precision: the derivation's gradients of a number there, and slopes of that number.

    `target` is the number, `gradients` its derivatives; `step` is the binary exponent of 1/h; `reach` that of all
    numbers, at this precision.
    """

    def __init__(self, values: Values, k: int, step: int, target: Name, gradients: Iterable[Derivative]) -> None:
        self.target = target
        self.values, self.k, self.tape = values, k, values.tape
        self.derivation: Derivation = self.tape.derivation
        self.names: dict[Name, Derivative] = {name.by: name for name in gradients}
        computed = any(move.step.name == target for move in self.tape.forward)
        self._passed = self.tape.forward if computed else (*self.tape.forward, *self.tape.backward)
        numbers = {self.tape.slots[name]: flat for name, flat in values.given_numbers(k).items()}
        free = self._free(numbers)
        self.reach = reach(free)
        self.gradients = {name: free[self.tape.slots[gradient]] for name, gradient in self.names.items()}
        self._steps = {finer: arb(fmpq(1, 2 ** (step + FINER * finer))) for finer in (False, True)}
        self._to_target = _leading_to(target, self._passed)
        self._moves: dict[frozenset[Name], list[tuple[Name, int, CompiledExpr]]] = {}
        self._env: Env = [_as_balls(numbers.get(slot, [])) for slot in range(len(free))]
        with _held(self.tape.branches):
            for move in self._passed:
                self._env[move.slot] = self._as_ball(move, free[move.slot])

    def _as_ball(self, move: TapeStep, exact: Flat) -> Flat:
        """The value of a step with balls; its exact value where it has one with exact numbers only: (−2)^(3·1)."""
        try:
            return move.run(self._env)
        except ValueFault:
            return exact

    def _free(self, numbers: Mapping[int, Flat]) -> Env:
        """All values, carried exactly, the branches chosen by them."""
        env: Env = [numbers.get(slot, []) for slot in range(len(self.tape.slots))]
        for move in (*self.tape.forward, *self.tape.backward):
            env[move.slot] = [shortened(x, LONGEST_RATIONAL) if type(x) is fmpq else x for x in move.run(env)]
        return env

    def slope(self, probe: Probe, finer: bool = False) -> arb:
        """The central difference of the loss along `probe`. Raises ValueFault where the loss is not defined."""
        step = self._steps[finer]
        names = frozenset(probe)
        if names not in self._moves:
            self._moves[names] = self._depending(names)
        with _held(self.tape.branches):
            ahead, behind = (self._loss(probe, names, side) for side in (step, -step))
        return arb((ahead - behind) / (2 * step))

    def _depending(self, names: frozenset[Name]) -> list[tuple[Name, int, CompiledExpr]]:
        """The forward moves that depend on `names`, and that the target depends on."""
        touched, moves = set(names), []
        for move in self._to_target:
            if not touched.isdisjoint(move.step.uses):
                touched.add(move.step.name)
                moves.append((move.step.name, move.slot, move.run))
        return moves

    def _loss(self, probe: Probe, names: frozenset[Name], step: arb) -> Num:
        """The loss where the entries of the probe have moved; a computed one moves after it is computed."""
        env, slots = list(self._env), self.tape.slots
        for name, parts in probe.items():
            env[slots[name]] = _moved(env[slots[name]], parts, step)
        for name, slot, run in self._moves[names]:
            env[slot] = _moved(run(env), probe[name], step) if name in probe else run(env)
        return env[slots[self.target]][0]


def _leading_to(target: Name, moves: Iterable[TapeStep]) -> list[TapeStep]:
    """The moves that a name depends on."""
    needed: set[Name] = {target}
    found: list[TapeStep] = []
    for move in reversed(tuple(moves)):
        if move.step.name in needed:
            needed.update(move.step.uses)
            found.append(move)
    return found[::-1]


@contextmanager
def _held(branches: Branches) -> Iterator[None]:
    """Piecewise operations take the branches of the last free evaluation."""
    branches.frozen = True
    try:
        yield
    finally:
        branches.frozen = False


def _as_balls(flat: Flat) -> Flat:
    """Whole numbers as they are (they may be exponents), others as balls: faster than long rationals."""
    return [arb(x) if type(x) is fmpq and x.q != 1 else x for x in flat]


def _moved(flat: Flat, parts: Iterable[tuple[int, fmpq]], step: arb) -> Flat:
    moved = list(flat)
    for i, speed in parts:
        moved[i] = moved[i] + speed * step
    return moved


# --- where to look --------------------------------------------------------------------------------------


def singles(derivation: Derivation, name: Name) -> list[Probe]:
    """One probe for each entry of `name`."""
    return [{name: ((i, fmpq(1)),)} for i in range(prod(derivation.shapes[name]))]


def directions(derivation: Derivation, names: Iterable[Name]) -> Iterator[Probe]:
    """Random directions that move every entry of `names`; always the same ones for the same shapes."""
    names = list(names)
    random = Random(20)
    for _ in range(DIRECTIONS if operation_count(derivation) < LARGE else 1):
        yield {name: [(i, _speed(random)) for i in range(prod(derivation.shapes[name]))] for name in names}


def _speed(random: Random) -> fmpq:
    """Of size 1 to 2, of either sign, and with 30 bits, so that two mistakes do not cancel by chance."""
    drawn = random.getrandbits(31)
    size = 2**30 + (drawn >> 1)
    return fmpq(-size if drawn & 1 else size, 2**30)
