"""The second route: every gradient against central differences of the loss, and against its closed form.

(f(x + h) − f(x − h))/2h is off by about h² f‴/6, and by 2^-bits f/h from rounding. With 512 bits and
h = 2^-128 both stay below 10^-75 times f‴ and f, so that gradients of 10^-45 still agree to 25 digits. What does
not is compared again with 2,048 bits and h = 2^-512; there a gradient below 10^-250 counts as 0. Beside 0
differences are absolute. At a kink the branch that the convention takes is held while x moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import isqrt, prod
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from flint import arb, fmpq

from derive.derivation import Derivation
from derive.digits import printed
from derive.errors import VerificationError
from derive.language.expressions import Apply, Expr
from derive.language.names import Derivative, Name
from derive.operations.calculus import Shapes, shape_of
from derive.operations.rows import Branches, Flat, row_of
from derive.operations.scalars import Num, Undecided, ValueFault, precision
from derive.operations.shapes import indices
from derive.settings import Digits
from derive.values import Compiled, Env, Values

if TYPE_CHECKING:
    from derive.closed_form import ClosedForm

TOLERANCE = fmpq(1, 10**25)
ZERO_BELOW = fmpq(1, 10**50)
NEGLIGIBLE = fmpq(1, 10**250)
BITS = (512, 2048)
DIRECTIONS = 3
MOST_WORK = 6_000
LONGEST_RATIONAL = 1_000  # bits

CLOSED_FORM, DIFFERENCES = "closed form", "central differences"

Probe: TypeAlias = Mapping[Name, Iterable[tuple[int, fmpq]]]
"""A direction: for each name the flat entries that move, and how fast."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the gradients were confirmed.

    entries  how many entries the gradients of one pass have
    routes   the independent routes that gave the same
    largest  the largest relative difference that was found (absolute beside a gradient of 0)
    """

    entries: int
    routes: tuple[str, ...]
    largest: arb

    def largest_text(self) -> str:
        """The largest difference with two digits: `3.1e-31`, or `0`."""
        return printed(self.largest, Digits(2), ties=True).text(times="e")


def verify(values: Values, closed: ClosedForm | None = None, passes: Iterable[int] = ()) -> Verification:
    """Compare every gradient that is asked for with independent routes, to 25 digits.

    By default the first pass and the last kept one before the end. Everything is carried exactly from the given
    numbers of the pass, whatever the carry of `values`. Raises VerificationError, naming the first entry that
    disagrees.
    """
    derivation = values.tape.derivation
    if not derivation.wanted:
        return Verification(0, (), arb(0))
    largest = arb(0)
    for k in tuple(passes) or _default_passes(values):
        for bits in BITS:
            try:
                with precision(bits, ties=bits == BITS[-1]):
                    largest = max(largest, _compare(_Point(values, k, bits), closed))
                break
            except (Undecided, _Disagreement) as found:
                if bits == BITS[-1]:
                    raise found.error() if isinstance(found, _Disagreement) else found from None
    routes = (CLOSED_FORM, DIFFERENCES) if closed else (DIFFERENCES,)
    count = sum(prod(derivation.shapes[name]) for name in derivation.wanted)
    return Verification(count, routes, largest)


def _default_passes(values: Values) -> tuple[int, ...]:
    kept = [k for k in values.keep if 1 < k <= values.updates]
    return (1, max(kept)) if kept else (1,)


class _Disagreement(Exception):
    """Two routes to a derivative differ, at `entry` (a step's id and index)."""

    def __init__(self, entry: str, ours: Num, theirs: Num, route: str) -> None:
        super().__init__(entry)
        self.entry, self.ours, self.theirs, self.route = entry, ours, theirs, route

    def error(self) -> VerificationError:
        """What is told the user."""
        ours, theirs = map(_text, (self.ours, self.theirs))
        verb = "gives" if self.route == CLOSED_FORM else "give"
        return VerificationError(
            f"{self.entry}: the derivation gives {ours}, {self.route} {verb} {theirs}",
            "nothing was written: a rule of this program is wrong, please report the problem file",
        )


def _text(x: Num) -> str:
    return printed(arb(x), Digits(12), ties=True).text(times="e")


# --- the loss around a point -----------------------------------------------------------------------------


@contextmanager
def _held(branches: Branches) -> Iterator[None]:
    """Piecewise operations take the branches of the last free evaluation."""
    branches.frozen = True
    try:
        yield
    finally:
        branches.frozen = False


class _Point:
    """The given numbers of pass `k`: the derivation's gradients there, and slopes of the loss by differences."""

    def __init__(self, values: Values, k: int, bits: int) -> None:
        self.values, self.k, self.tape = values, k, values.tape
        self.last = bits == BITS[-1]
        self.derivation: Derivation = values.tape.derivation
        self.step = arb(fmpq(1, 2 ** (bits // 4)))
        self._depending: dict[frozenset[Name], list[tuple[Name, int, Compiled]]] = {}
        givens = {self.tape.slots[name]: _exact(values.flat(name, k)) for name, _ in self.derivation.givens}
        free: Env = [givens.get(slot, []) for slot in range(len(self.tape.slots))]
        for move in (*self.tape.forward, *self.tape.backward):
            free[move.slot] = _shortened(move.run(free))
        self.names: dict[Name, Derivative] = {gradient.by: gradient for gradient in self.derivation.gradients}
        self.gradients = {name: free[self.tape.slots[gradient]] for name, gradient in self.names.items()}
        self.env: Env = [_as_balls(givens.get(slot, [])) for slot in range(len(free))]
        with _held(self.tape.branches):
            for move in self.tape.forward:
                self.env[move.slot] = move.run(self.env)

    def slope(self, probe: Probe) -> arb:
        """The central difference of the loss along `probe`."""
        names = frozenset(probe)
        moves = self._depending.get(names)
        if moves is None:
            moves = self._depending[names] = self._moves(names)
        with _held(self.tape.branches):
            ahead, behind = (self._loss(probe, moves, step) for step in (self.step, -self.step))
        return (ahead - behind) / (2 * self.step)

    def _moves(self, names: Iterable[Name]) -> list[tuple[Name, int, Compiled]]:
        """The forward moves that depend on `names`."""
        touched, moves = set(names), []
        for move in self.tape.forward:
            if not touched.isdisjoint(move.step.uses):
                touched.add(move.step.name)
                moves.append((move.step.name, move.slot, move.run))
        return moves

    def _loss(self, probe: Probe, moves: list[tuple[Name, int, Compiled]], step: arb) -> Num:
        env, slots = list(self.env), self.tape.slots
        for name, parts in probe.items():
            env[slots[name]] = _moved(env[slots[name]], parts, step)
        for name, slot, run in moves:
            env[slot] = _moved(run(env), probe[name], step) if name in probe else run(env)
        assert self.derivation.loss
        return env[slots[self.derivation.loss]][0]


def _exact(flat: Flat) -> Flat:
    """Rationals as they are, balls by their midpoints."""
    return [x if type(x) is fmpq else x.mid() for x in flat]


def _as_balls(flat: Flat) -> Flat:
    """Whole numbers as they are (they may be exponents), others as balls: faster than long rationals."""
    return [arb(x) if type(x) is fmpq and x.q != 1 else x for x in flat]


def _shortened(flat: Flat) -> Flat:
    return [arb(x) if type(x) is fmpq and x.height_bits() > LONGEST_RATIONAL else x for x in flat]


def _moved(flat: Flat, parts: Iterable[tuple[int, fmpq]], step: arb) -> Flat:
    moved = list(flat)
    for i, speed in parts:
        moved[i] = moved[i] + speed * step
    return moved


# --- comparing ------------------------------------------------------------------------------------------


def _compare(point: _Point, closed: ClosedForm | None) -> arb:
    """The largest relative difference over all routes. Raises _Disagreement."""
    largest = arb(0)
    if closed:
        for name, theirs in closed.gradient_values(point.values, point.k).items():
            for i, x in enumerate(theirs):
                largest = max(largest, _difference(point, {name: ((i, fmpq(1)),)}, x, CLOSED_FORM))
    derivation, wanted = point.derivation, point.derivation.wanted
    probes = [probe for name in wanted for probe in _singles(derivation, name)]
    one_by_one = 2 * len(probes) * work(derivation) <= MOST_WORK
    try:
        for probe in probes if one_by_one else _directions(derivation, wanted):
            largest = max(largest, _by_differences(point, probe))
    except _Disagreement as found:
        raise (not one_by_one and _located(point)) or found from None
    return largest


def _by_differences(point: _Point, probe: Probe) -> arb:
    try:
        theirs = point.slope(probe)
    except ValueFault as fault:
        raise VerificationError(
            f"{_entry(point, probe)}: cannot be verified, the loss {fault} close to the given numbers",
            "they lie at the edge of where the forward pass is defined: move them away from it",
        ) from None
    return _difference(point, probe, theirs, DIFFERENCES)


def _difference(point: _Point, probe: Probe, theirs: Num, route: str) -> arb:
    """How far `theirs` lies from the derivation's slope along the probe, relative to it.

    What is allowed is measured by the smallest part of the slope that is not 0, so that no entry hides behind a
    larger one. Raises _Disagreement.
    """
    parts = [speed * point.gradients[name][i] for name, moving in probe.items() for i, speed in moving]
    ours = sum(parts, fmpq(0))
    found = arb(theirs - ours).abs_upper()
    smallest = min((size for part in parts if (size := arb(part).abs_lower()) > 0), default=arb(0))
    if not (found <= TOLERANCE * smallest or (found <= ZERO_BELOW and _has_zero(parts, point.last))):
        raise _Disagreement(_entry(point, probe), ours, theirs, route)
    size = arb(ours).abs_lower()
    return (found / size).upper() if size > 0 else found


def _has_zero(parts: list[Num], last: bool) -> bool:
    """Whether one of the parts is 0; in the last attempt, or cannot be told from it."""
    return any(part == 0 or (last and arb(part).abs_upper() < NEGLIGIBLE) for part in parts)


def _entry(point: _Point, probe: Probe) -> str:
    """The id of the only entry of a probe (`dL/dW_1[2,3]`), or of the first gradient that it touches."""
    name, parts = next(iter(probe.items()))
    step, moving = point.names[name].id, list(parts)
    shape = point.derivation.shapes[name]
    if len(moving) > 1 or not shape:
        return step
    return f"{step}[{','.join(str(i + 1) for i in indices(shape)[moving[0][0]])}]"


def _located(point: _Point) -> _Disagreement | None:
    """The first entry that disagrees, looked for only in gradients that do."""
    for name in point.derivation.wanted:
        try:
            for probe in _directions(point.derivation, [name]):
                _by_differences(point, probe)
        except _Disagreement as whole:
            return _first(point, name) or whole
    return None


def _first(point: _Point, name: Name) -> _Disagreement | None:
    try:
        for probe in _singles(point.derivation, name):
            _by_differences(point, probe)
    except _Disagreement as entry:
        return entry
    return None


# --- where to look --------------------------------------------------------------------------------------


def _singles(derivation: Derivation, name: Name) -> list[Probe]:
    """One probe for each entry."""
    return [{name: ((i, fmpq(1)),)} for i in range(prod(derivation.shapes[name]))]


def _directions(derivation: Derivation, names: Iterable[Name]) -> Iterator[Probe]:
    """Random directions that move every entry of `names`; always the same ones for the same shapes."""
    names = list(names)
    random = Random(20)
    for _ in range(DIRECTIONS):
        yield {name: [(i, _speed(random)) for i in range(prod(derivation.shapes[name]))] for name in names}


def _speed(random: Random) -> fmpq:
    """Between 1 and 2 or between −2 and −1, never a number that another one cancels by chance."""
    return fmpq(2**30 + random.getrandbits(30), 2**30) * random.choice((-1, 1))


def work(derivation: Derivation) -> int:
    """About how many scalar operations a forward pass takes."""
    return sum(_operations(step.expr, derivation.shapes) for step in derivation.forward)


def _operations(expr: Expr, shapes: Shapes) -> int:
    """For a product of matrices m×k and k×n the root of their sizes and the result's is m k n."""
    if not isinstance(expr, Apply):
        return 0
    size = prod(shape_of(expr, shapes))
    sizes = [prod(shape_of(arg, shapes)) for arg in expr.args]
    if len(sizes) == 1:
        size = max(size, *sizes)
    elif not row_of(expr).elementwise:
        size = isqrt(size * prod(sizes))
    return size + sum(_operations(arg, shapes) for arg in expr.args)
