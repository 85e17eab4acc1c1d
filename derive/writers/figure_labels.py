"""What figures show at their nodes and axes, from a view."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.scalars import to_fmpq
from derive.figures import Curve
from derive.language.expressions import Index
from derive.language.names import Derivative, Name, Symbol
from derive.notation.vocabulary import LEADING
from derive.page.view import View
from derive.problem.settings import Digits
from derive.values.digits import printed

LARGEST = 1e300  # what a picture shows of values beyond


@dataclass(frozen=True, slots=True)
class FigureLabels:
    """What a figure shows at its nodes, from a view."""

    view: View

    def name(self, name: Name, index: Index | None) -> str:
        """A name, or one of its entries."""
        return self.view.notation.entry(name, index or (), self.view.shapes)

    def values(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """The printed entries, as rows; None for what is hidden."""
        if self.view.hides(name):
            return None
        if index is not None:
            return [[self.view.number(name, index, LEADING)]]
        return self.view.rows(name)

    def curve(self, curve: Curve) -> list[float]:
        """The losses of a curve's points; what is too large for a picture stands at its edge."""
        losses = self.view.values.losses
        groups = ([float(loss[0]) for loss in losses[i * curve.group : (i + 1) * curve.group]] for i in curve.chosen())
        return [max(-LARGEST, min(LARGEST, sum(group) / len(group))) for group in groups]

    def written(self, value: float) -> str:
        """A number at an axis, with three digits."""
        return self.view.text(printed(to_fmpq(Fraction(f"{value:.6g}")), Digits(3), ties=True))

    def gradient(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """The printed gradient of the loss by a name, as rows; None where there is none."""
        loss = self.view.values.problem.loss
        derivative = Derivative(loss, name) if loss and isinstance(name, Symbol) else None
        if derivative is None or derivative not in self.view.shapes:
            return None
        return self.values(derivative, index)
