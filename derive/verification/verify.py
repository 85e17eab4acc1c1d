"""The second route, before anything is written: every gradient against central differences and the closed form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from flint import arb, fmpq

from derive.calculus.scalars import Num, Undecided, ValueFault, precision
from derive.calculus.shapes import indices
from derive.derivation.cost import operation_count
from derive.derivation.steps import Derivation
from derive.errors import VerificationError
from derive.language.names import Derivative, Name
from derive.language.step_ids import StepId
from derive.problem.settings import Digits
from derive.values.digits import printed
from derive.values.values import Values
from derive.verification.central_differences import FINER, DifferencePoint, reach
from derive.verification.probes import Probe, directions, singles

if TYPE_CHECKING:
    from derive.verification.closed_form import ClosedForm

TOLERANCE = fmpq(1, 10**25)
BITS = (512, 2048)
ZERO_BELOW = fmpq(1, 10**50)  # how wide the other route's ball around 0 may be where our own value is 0
NEGLIGIBLE = fmpq(1, 10**250)  # what counts as 0 with 2,048 bits
NOISE = fmpq(1, 10**100)  # what the arithmetic itself leaves open: not reported as a difference
MOST_WORK = 6_000  # scalar operations to spend on going entry by entry

CLOSED_FORM, DIFFERENCES = "closed form", "central differences"


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the gradients were confirmed.

    entries  how many entries the gradients of one pass have
    routes   the independent routes that gave the same
    largest  the largest relative difference that was found where the gradient is not 0
    """

    entries: int
    routes: tuple[str, ...]
    largest: arb

    def largest_text(self) -> str:
        """The largest difference with two digits: `3.1e-31`, or `0`."""
        return printed(self.largest, Digits(2), ties=True).text(times="e")


def verify(values: Values, closed: ClosedForm | None = None, passes: Iterable[int] = ()) -> Verification:
    """Compare every gradient that is asked for with independent routes, to 25 digits.

    Small problems go entry by entry; large ones along directions that move every entry at once. By default the
    first pass and the last kept one before the end. Everything is carried exactly from the given numbers of the
    pass, whatever the carry of `values`. Raises VerificationError, naming the first entry that disagrees.
    """
    derivation = values.tape.derivation
    targets = _targets(derivation)
    if not targets:
        return Verification(0, (), arb(0))
    found = [
        _verify_pass(values, closed if target == derivation.loss else None, k, target, gradients)
        for k in tuple(passes) or _default_passes(values)
        for target, gradients in targets.items()
    ]
    routes = [CLOSED_FORM] if all(comparison.closed for comparison in found) else []
    count = sum(prod(derivation.shapes[name]) for gradients in targets.values() for name in gradients)
    largest = max((comparison.largest for comparison in found), default=arb(0))
    return Verification(count, (*routes, DIFFERENCES), largest)


def _targets(derivation: Derivation) -> dict[Name, dict[Derivative, None]]:
    """The numbers that are differentiated, each with its derivatives."""
    targets: dict[Name, dict[Derivative, None]] = {}
    for name in (*derivation.gradients, *derivation.slopes):
        targets.setdefault(name.of, {})[name] = None
    return targets


def _default_passes(values: Values) -> tuple[int, ...]:
    kept = [k for k in values.keep if 1 < k <= values.updates]
    return (1, max(kept)) if kept else (1,)


def _verify_pass(
    values: Values, closed: ClosedForm | None, k: int, target: Name, gradients: Iterable[Derivative]
) -> _Comparison:
    """All comparisons in pass `k`; what disagrees or is undecided is tried again with more bits."""
    try:
        return _attempt(values, closed, k, BITS[0], target, gradients)
    except (Undecided, _Disagreement):
        pass
    try:
        return _attempt(values, closed, k, BITS[1], target, gradients)
    except _Disagreement as found:
        raise found.error() from None


def _attempt(
    values: Values, closed: ClosedForm | None, k: int, bits: int, target: Name, gradients: Iterable[Derivative]
) -> _Comparison:
    """All comparisons in pass `k`, with `bits` beyond what its largest and smallest numbers take."""
    last, span = bits == BITS[-1], reach(values.env(k))
    while True:
        with precision(bits + 3 * span, ties=last):
            point = DifferencePoint(values, k, bits // 4 + span, target, gradients)
            try:
                compared = _compared(point, closed, last) if point.reach <= span else None
            except _Disagreement:
                if point.reach <= span:
                    raise
                compared = None
            if compared and point.reach <= span:
                return compared
            span = point.reach


def _compared(point: DifferencePoint, closed: ClosedForm | None, last: bool) -> _Comparison:
    comparison = _Comparison(point, last)
    if closed:
        comparison.with_closed_form(closed)
    comparison.with_differences()
    return comparison


class _Disagreement(Exception):
    """Two routes to a derivative differ, at `entry` (a step's id and index)."""

    def __init__(self, entry: str, ours: Num, theirs: Num, route: str) -> None:
        super().__init__(entry)
        self.entry, self.ours, self.theirs, self.route = entry, ours, theirs, route

    def error(self) -> VerificationError:
        """What the user is told."""
        ours, theirs = _text(self.ours), _text(self.theirs)
        verb = "gives" if self.route == CLOSED_FORM else "give"
        return VerificationError(
            f"{self.entry}: the derivation gives {ours}, {self.route} {verb} {theirs}",
            "nothing was written: a rule of this program is wrong, please report the problem file",
        )


def _text(x: Num) -> str:
    if type(x) is not fmpq and not x.is_finite():
        return "no number"
    return printed(x, Digits(12), ties=True).text(times="e")


class _Comparison:
    """The derivation's slopes at a point beside those of other routes.

    `largest` is the largest difference yet, `closed` whether the closed form has a value at the point.
    """

    def __init__(self, point: DifferencePoint, last: bool) -> None:
        self.point, self.derivation, self.last = point, point.derivation, last
        self.largest, self.closed = arb(0), False

    def with_closed_form(self, closed: ClosedForm) -> None:
        """Every entry against the closed form's, if that has a value: x^n n/x has none at 0. Raises _Disagreement."""
        try:
            gradients = closed.gradient_values(self.point.values, self.point.k)
        except ValueFault:
            return
        self.closed = True
        for name, theirs in gradients.items():
            for probe, x in zip(singles(self.derivation, name), theirs, strict=True):
                self._compare(probe, x, CLOSED_FORM)

    def with_differences(self) -> None:
        """Every entry, or directions that move every entry, against differences. Raises _Disagreement."""
        wanted, shapes = tuple(self.point.names), self.derivation.shapes
        if 2 * sum(prod(shapes[name]) for name in wanted) * self.derivation.once(operation_count) <= MOST_WORK:
            for name in wanted:
                self._differ(singles(self.derivation, name))
            return
        try:
            self._differ(directions(self.derivation, wanted))
        except _Disagreement as whole:
            raise self._located() or whole from None

    def _differ(self, probes: Iterable[Probe]) -> None:
        """Every slope against its difference; in the end with a finer step too, for a loss that bends very sharply."""
        for probe in probes:
            try:
                self._compare(probe, self._slope(probe), DIFFERENCES)
            except _Disagreement:
                if not self.last:
                    raise
                self._compare(probe, self._slope(probe, finer=True), DIFFERENCES)

    def _slope(self, probe: Probe, finer: bool = False) -> arb:
        """The difference along `probe`. Raises VerificationError where there is none."""
        try:
            return self.point.slope(probe, finer)
        except ValueFault as fault:
            raise VerificationError(
                f"{self._entry(probe)} cannot be verified: close to the given numbers the loss {fault}",
                "the given numbers lie at the edge of what the forward pass is defined for: change them",
            ) from None

    def _compare(self, probe: Probe, theirs: Num, route: str) -> None:
        """What may differ is measured by the smallest part of the slope that is not 0: none hides behind a larger."""
        ours: Num = fmpq(0)
        smallest, zero = arb(0), True
        for part in (part for name, moving in probe.items() for part in moving.parts(self.point.gradient(name))):
            ours += part
            if (size := arb(part).abs_lower()) > 0:
                smallest = size if smallest == 0 or size < smallest else smallest
            else:
                zero = zero and (part == 0 or (self.last and arb(part).abs_upper() < NEGLIGIBLE))
        if smallest > 0:
            difference = (arb(theirs - ours) / smallest).abs_upper()
            same = difference <= TOLERANCE
            self.largest = max(self.largest, difference) if difference > NOISE else self.largest
        else:
            same = zero and self._vanishes(probe, arb(theirs), route)
        if not same:
            raise _Disagreement(self._entry(probe), ours, theirs, route)

    def _vanishes(self, probe: Probe, theirs: arb, route: str) -> bool:
        """Whether a slope is 0: a narrow ball around it, or differences that shrink with the step, as others do not:
        with its square, or with it alone where the slope bends, as that of softsign does at 0.
        """
        if theirs.contains(0):
            return bool(theirs.abs_upper() < ZERO_BELOW)
        if route == CLOSED_FORM:
            return False
        return bool(self._slope(probe, finer=True).abs_upper() * 2 ** (FINER // 2) < theirs.abs_lower())

    def _entry(self, probe: Probe) -> str:
        """The id of the only entry of a probe (`dL/dW_1[2,3]`), or of the first gradient that it touches."""
        name, moving = next(iter(probe.items()))
        step, shape = self.point.names[name].id, self.derivation.shapes[name]
        return step if moving.only is None else StepId.of_entry(step, indices(shape)[moving.only])

    def _located(self) -> _Disagreement | None:
        """The first entry that disagrees, looked for only in gradients that do."""
        for name in self.point.names:
            whole = self._found(directions(self.derivation, [name]))
            if whole:
                return self._found(singles(self.derivation, name)) or whole
        return None

    def _found(self, probes: Iterable[Probe]) -> _Disagreement | None:
        try:
            self._differ(probes)
        except _Disagreement as found:
            return found
        return None
