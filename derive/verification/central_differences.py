"""Central differences of the loss: its slope along a direction in the space of the given values.

(f(x + h) − f(x − h))/2h is off by about h² f‴/6, and by 2^-bits f/h from rounding. Where no number is below 2^-m or
above 2^m, h is 2^-(bits/4 + m) and the precision bits + 3m: with 512 bits both errors stay about 75 digits below the
smallest number. At a kink the branch that the convention takes is held.

A number of so many bits takes ten times the memory of a given one: of large arrays there is one at a time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import frexp, inf

from flint import arb, fmpq

from derive.calculus.kernels import Branches, Flat
from derive.calculus.scalars import Num, ValueFault, is_minus_infinity, shortened
from derive.derivation.steps import Derivation
from derive.language.names import Derivative, Name
from derive.values.tape import Env, TapeStep
from derive.values.values import Values
from derive.verification.probes import Probe

LONGEST_RATIONAL = 1_000  # bits
TOGETHER = 1_000  # numbers of small arrays that are looked at in one go
FINER = 32  # by how many powers of 2 the second step is smaller


def reach(env: Env) -> int:
    """The m for which the numbers of a pass that are known not to be 0 lie between 2^-m and 2^m."""
    found, together = 0, Flat()
    for flat in env:
        together += flat
        if len(together) > TOGETHER:
            found, together = max(found, _reach(together)), Flat()
    return max(found, _reach(together))


def _reach(flat: Flat) -> int:
    """The same for some numbers: for the rationals, and the balls that are not 0, by the largest and the smallest."""
    rationals, balls = ([x for x in flat if (type(x) is fmpq) == exact] for exact in (True, False))
    found = 0
    if rationals and max(map(fmpq.height_bits, rationals)) > 0:  # a rational is not beyond its longer part
        for x in rationals:
            if x.height_bits() > found:
                found = max(found, abs(_exponent(x)))
    known = _ball_reach(balls)
    return max(found, max(map(abs, map(_exponent, balls)), default=0) if known is None else known)


def _ball_reach(balls: Flat) -> int | None:
    """That of balls, by the smallest and the largest of them; None where one may be 0 or is no float's size."""
    if balls and min(map(arb.rel_accuracy_bits, balls)) > 1:
        sizes = list(map(abs, map(float, balls)))
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


@dataclass(frozen=True, slots=True)
class _Move:
    """A step that depends on what moves: the names that are put in their places before it, those that it makes and that
    move then, and the slots that nothing reads after it.
    """

    step: TapeStep
    first: tuple[Name, ...]
    then: tuple[Name, ...]
    last: tuple[int, ...]


class DifferencePoint:
    """Given values at the working precision: the derivation's gradients of a number there, and slopes of that number.

    `target` is the number, `names` its derivatives by what they are by; `step` is the binary exponent of 1/h; `reach`
    that of all numbers that were worked out yet, at this precision.
    """

    def __init__(self, values: Values, k: int, step: int, target: Name, gradients: Iterable[Derivative]) -> None:
        self.values, self.k, self.tape = values, k, values.tape
        self.derivation: Derivation = self.tape.derivation
        self.names: dict[Name, Derivative] = {name.by: name for name in gradients}
        self._slots, self._target = self.tape.slots, self.tape.slots[target]
        computed = any(self._target in move.slots for move in self.tape.forward)
        self._passed = self.tape.forward if computed else (*self.tape.forward, *self.tape.backward)
        self._numbers = {self._slots[name]: flat for name, flat in values.given_numbers(k).items()}
        self._waiting = self._ends()
        self._free = self._worked_out()
        self.reach = reach(self._free)
        self._latest: tuple[TapeStep, list[Flat]] | None = None
        self._steps = {finer: arb(fmpq(1, 2 ** (step + FINER * finer))) for finer in (False, True)}
        self._to_target = _leading_to({self._target}, self._passed)
        self._moves: dict[frozenset[Name], list[_Move]] = {}
        self._env: Env = [[] for _ in self._slots]

    def _ends(self) -> dict[int, TapeStep]:
        """By their slots the moves to gradients that nothing else needs: these are worked out when asked for."""
        used = {self._target}.union(*(move.reads for move in (*self.tape.forward, *self.tape.backward)))
        wanted = {self._slots[name] for name in self.names.values()} - used
        return {slot: move for move in self.tape.backward for slot in wanted.intersection(move.slots)}

    def _worked_out(self) -> Env:
        """All values but the waiting gradients, carried exactly, the branches chosen by them."""
        env: Env = [self._numbers.get(slot, []) for slot in range(len(self._slots))]
        for move in (*self.tape.forward, *self.tape.backward):
            if move.slots[0] not in self._waiting:
                move.store(env, _carried(move, env))
        return env

    def gradient(self, name: Name) -> Flat:
        """The derivation's gradient by a name; the latest one is kept."""
        slot = self._slots[self.names[name]]
        if slot not in self._waiting:
            return self._free[slot]
        move = self._waiting[slot]
        if self._latest is None or self._latest[0] is not move:
            self._latest = None  # before the next is made
            flat = _carried(move, self._free)
            self.reach = max(self.reach, reach([flat]))
            self._latest = move, list(move.parts(flat))
        return self._latest[1][move.slots.index(slot)]

    def slope(self, probe: Probe, finer: bool = False) -> arb:
        """The central difference of the loss along `probe`. Raises ValueFault where the loss is not defined."""
        step = self._steps[finer]
        names = frozenset(probe)
        if names not in self._moves:
            self._moves[names] = self._depending(names)
        with _held(self.tape.branches):
            ahead, behind = (self._loss(probe, self._moves[names], side) for side in (step, -step))
        return arb((ahead - behind) / (2 * step))

    def _depending(self, names: frozenset[Name]) -> list[_Move]:
        """The moves that depend on `names`, and that the target depends on."""
        moving = {self._slots[name]: name for name in names}
        touched, moves = set(moving), list[TapeStep]()
        for move in self._to_target:
            if not touched.isdisjoint(move.reads):
                touched.update(move.slots)
                moves.append(move)
        made = {slot for move in moves for slot in move.slots}
        self._put_in_place({slot for move in moves for slot in move.reads}.union({self._target} - made) - touched)
        waiting, first = set(moving) - made, list[tuple[Name, ...]]()
        for move in moves:
            begun = waiting.intersection(move.reads)
            first.append(tuple(moving[slot] for slot in begun))
            waiting -= begun
        read, last = {self._target}, list[tuple[int, ...]]()
        for move in reversed(moves):
            ending = touched.intersection(move.reads) - read
            last.append(tuple(ending))
            read |= ending
        then = [tuple(moving[slot] for slot in moving.keys() & set(move.slots)) for move in moves]
        return list(map(_Move, moves, first, then, reversed(last)))

    def _put_in_place(self, wanted: set[int]) -> None:
        """The values in these slots as balls, with what they are made of, where they are not in place yet."""
        moves = _leading_to(wanted, self._passed)
        with _held(self.tape.branches):
            for slot in wanted.union(*(move.reads for move in moves)):
                if not self._env[slot]:
                    self._env[slot] = _as_balls(self._numbers.get(slot, []))
            for move in moves:
                if not self._env[move.slots[0]]:
                    self._as_balls(move)

    def _as_balls(self, move: TapeStep) -> None:
        """Put the value of a step in place with balls; its exact value where it has one with exact numbers only:
        (−2)^(3·1).
        """
        try:
            move.store(self._env, move.run(self._env))
        except ValueFault:
            for slot in move.slots:
                self._env[slot] = self._free[slot]

    def _loss(self, probe: Probe, moves: Iterable[_Move], step: arb) -> Num:
        """The loss where the entries of the probe have moved; a computed one moves after it is computed."""
        env = list(self._env)
        for move in moves:
            for name in move.first:
                env[self._slots[name]] = probe[name].moved(self._start(name, probe), step)
            move.step.store(env, move.step.run(env))
            for name in move.then:
                env[self._slots[name]] = probe[name].moved(env[self._slots[name]], step)
            for slot in move.last:
                env[slot] = []
        return env[self._target][0]

    def _start(self, name: Name, probe: Probe) -> Flat:
        """The value from which a name moves that no move makes; where all entries move there is no need of balls."""
        slot = self._slots[name]
        if probe[name].only is None and slot in self._numbers:
            return self._numbers[slot]
        if not self._env[slot]:
            self._put_in_place({slot})
        return self._env[slot]


def _carried(move: TapeStep, env: Env) -> Flat:
    """The value of a step, carried exactly."""
    return [shortened(x, LONGEST_RATIONAL) if type(x) is fmpq else x for x in move.run(env)]


def _leading_to(slots: set[int], moves: Iterable[TapeStep]) -> list[TapeStep]:
    """The moves that some values depend on."""
    needed = set(slots)
    found: list[TapeStep] = []
    for move in reversed(tuple(moves)):
        if not needed.isdisjoint(move.slots):
            needed.update(move.reads)
            found.append(move)
    return found[::-1]


@contextmanager
def _held(branches: Branches) -> Iterator[None]:
    """Piecewise operations take the branches of the last free evaluation."""
    before, branches.frozen = branches.frozen, True
    try:
        yield
    finally:
        branches.frozen = before


def _as_balls(flat: Flat) -> Flat:
    """Whole numbers as they are (they may be exponents), others as balls: faster than long rationals."""
    return [arb(x) if type(x) is fmpq and x.q != 1 else x for x in flat]
