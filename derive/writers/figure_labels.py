"""What figures show at their nodes and axes, from a view."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import nan, prod

from derive.calculus.scalars import ValueFault, as_double, to_fmpq
from derive.calculus.shapes import offset
from derive.figures import Boundary, Curve, Labels
from derive.language.expressions import Index
from derive.language.names import Derivative, Name, Symbol
from derive.notation.matrices import as_rows
from derive.page.view import View
from derive.problem.settings import Digits
from derive.values.digits import Printed, printed

LARGEST = 1e300  # what a picture shows of values beyond
SHORT = Digits(4)
"""How long a number in a picture is, at most."""
BEFORE_DECIMALS = 2
"""Of the digits that a page counts behind the decimal sign, as many more may stand before it."""


@dataclass(frozen=True, slots=True)
class FigureLabels(Labels):
    """What a figure shows at its nodes, from a view: with or without the `numbers`."""

    view: View
    numbers: bool = True

    def without_numbers(self) -> FigureLabels:
        return replace(self, numbers=False)

    def name(self, name: Name, index: Index | None) -> str:
        notation = self.view.notation if isinstance(name, Symbol) else self.view.notation.in_line
        return notation.entry(name, index or (), self.view.shapes)

    def values(self, name: Name, index: Index | None) -> list[list[str]] | None:
        if not self.numbers or self.view.hides(name):
            return None
        shape = self.view.shapes[name]
        if index is not None:
            return [[self._short(name, offset(shape, index) if index else 0)]]
        texts = [self._short(name, i) for i in range(max(1, prod(shape)))]
        return list(map(list, as_rows(texts, shape)))

    def opposite(self, name: Name, index: Index, number: bool = True) -> str:
        if self.view.hides(name) or not number:
            return self.view.notation.in_line.operators["negate"] + self.name(name, index)
        found = self._shortened(name, offset(self.view.shapes[name], index) if index else 0)
        return self.view.text(replace(found, negative=not (found.negative or found.is_zero)))

    def _short(self, name: Name, at: int) -> str:
        """A number as the page has it, or with fewer digits where it is long."""
        return self.view.text(self._shortened(name, at))

    def _shortened(self, name: Name, at: int) -> Printed:
        number, values = self.view.printed(name)[at], self.view.values
        digits = values.numbers.of(name.id)
        short = not digits.decimals and digits.count <= SHORT.count and name not in dict(values.tape.derivation.givens)
        most = SHORT.count + (BEFORE_DECIMALS if digits.decimals else 0)
        if short or number.gap or len(number.mantissa.replace(".", "").lstrip("0")) <= most:
            return number
        return values.decided(lambda: printed(values.flat(name, self.view.k)[at], SHORT, ties=True))

    def curve(self, curve: Curve) -> list[float]:
        losses = self.view.values.losses
        groups = (
            [as_double(loss[0]) for loss in losses[i * curve.group : (i + 1) * curve.group]] for i in curve.chosen()
        )
        return [max(-LARGEST, min(LARGEST, sum(group) / len(group))) for group in groups]

    def written(self, value: float) -> str:
        return self.view.text(printed(to_fmpq(Fraction(f"{value:.6g}")), Digits(3), ties=True))

    def count(self, number: int) -> str:
        return self.view.notation.count(number)

    def field(self, boundary: Boundary, k: int) -> list[float]:
        """The output at the places of a plane in pass k, as many at once as samples go in; nan for none."""
        values, places, count = self.view.values, boundary.places, boundary.count
        rows = [places[i : i + count] for i in range(0, len(places), count)]

        def output(some: list[tuple[float, float]]) -> list[float]:
            filled = [tuple(map(to_fmpq, map(Fraction, place))) for place in some + some[-1:] * (count - len(some))]
            pairs = zip(*filled, strict=True) if boundary.upright else filled
            try:
                flat = values.tried({boundary.source: [x for pair in pairs for x in pair]}, boundary.output, k)
            except ValueFault:
                return [nan] * len(some)
            return [as_double(x) for x in flat[: len(some)]]

        return values.decided(lambda: [x for some in rows for x in output(some)])

    def sizes(self, name: Name) -> list[float]:
        return [min(abs(as_double(x)), LARGEST) for x in self.view.values.flat(name, self.view.k)]

    def gradient(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """The printed gradient of the loss by a name, as rows; None where the pass has none."""
        loss = self.view.values.problem.loss
        derivative = Derivative(loss, name) if loss and isinstance(name, Symbol) else None
        if derivative is None or derivative not in self.view.shapes:
            return None
        known = self.view.values.flat(derivative, self.view.k)  # none where no update of this pass needs it
        return self.values(derivative, index) if known else None
