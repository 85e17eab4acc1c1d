"""Short rules: steps in a row whose derivatives together are simple, as p − y for cross-entropy on a softmax.

A rule is found where a loss, or a term of one, is written: for a sample, for a step of time, for a whole batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.building import split_coefficient, terms_of, tidy, times, unfilled, worked_out
from derive.calculus.differentiation import expand_macros, settled, shape_of
from derive.calculus.kernels import ShapeFault
from derive.calculus.operation_rows import MACROS, Macro, Shortcut, nodes_with
from derive.derivation.rules import SUM_OVER_PATHS
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import (
    Apply,
    Expr,
    Number,
    Ref,
    Shape,
    apply,
    names_in,
    number,
    operations_in,
    substitute,
)
from derive.language.names import Derivative, Name, Symbol

AXES = (None, "rows", "columns")


@dataclass(frozen=True, slots=True)
class Short:
    """A short rule that a derivation has use for.

    gradient  the step that it gives at once: dL/dz, or what comes through p where z is used elsewhere too
    expr      the gradient by the short rule
    ones      sums that have to be 1 for it to hold, or None
    """

    shortcut: Shortcut
    gradient: Derivative
    expr: Expr
    ones: Expr | None


def shortcuts_of(derivation: Derivation) -> dict[Name, Short]:
    """The short rules of a derivation, by the gradients that they give; of a large batch of what the page works out."""
    finder = _Finder(derivation)
    steps = (step for step in derivation.forward if derivation.is_worked(step.name))
    return {short.gradient: short for step in steps for short in finder.found(step)}


class _Finder:
    """Finds the losses that stand in the forward steps of a derivation."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.forward: dict[Name, Step] = {step.name: step for step in derivation.forward}
        self.gradients: dict[Name, Step] = {step.name: step for step in derivation.backward}

    def found(self, step: Step) -> Iterator[Short]:
        """The short rules for the terms of a step that are losses of something."""
        arriving = self._arriving(step)
        whole, inside = self._whole(step)
        terms = terms_of(whole)
        if arriving is None:
            return
        for i, (term, sign) in enumerate(terms):
            factor, rest = split_coefficient(tidy(term))
            if not isinstance(rest, Apply):
                continue
            others = {name for j, (other, _) in enumerate(terms) if j != i for name in names_in(other)}
            for macro in _with_shortcut(rest):
                signed = worked_out(sign * factor.value, factor)
                yield from self._term(macro, times(signed, arriving), rest, others, inside)

    def _arriving(self, step: Step) -> Expr | None:
        """The gradient of the loss by a step, a constant as such; None where it has none."""
        loss = self.derivation.loss
        if loss is None or step.name == loss:
            return None if loss is None else number(1)
        gradient = self.gradients.get(Derivative(loss, step.name))
        if gradient is None:
            return None
        constant = unfilled(gradient.expr)
        return constant if isinstance(constant, Number) else Ref(gradient.name)

    def _whole(self, step: Step) -> tuple[Expr, dict[Name, Expr]]:
        """The right side with its helpers written out, but for those that a rule begins with, and these helpers."""
        inside: dict[Name, Expr] = {step.name: step.expr}
        whole, inner = step.expr, {s.inner for macro in MACROS.values() if (s := macro.shortcut) and not s.logits}
        while helpers := [
            self.forward[name]
            for name in names_in(whole)
            if isinstance(name, Symbol) and name.helper and name in self.forward and name not in inside
        ]:
            opened = {h.name: h.expr for h in helpers if not (isinstance(h.expr, Apply) and h.expr.op in inner)}
            if not opened:
                break
            inside |= opened
            whole = substitute(whole, opened)
        return whole, inside

    def _term(
        self, macro: Macro, factor: Expr, rest: Apply, others: set[Name], inside: dict[Name, Expr]
    ) -> Iterator[Short]:
        """The short rule for a term, if it is the shortcut's loss of some names in it."""
        names, shapes, shortcut = names_in(rest), self.derivation.shapes, macro.shortcut
        assert shortcut is not None
        for p in names:
            z = self._input(shortcut, p, others)
            for y in names if z else ():
                value, axis = self._losses(macro, p, y).get(rest, (Fraction(0), None))
                of_classes = nodes_with(rest, lambda row: row.given == (0,))  # their numbers make the target
                target = Ref(y) if shapes[y] == shapes[p] else next(of_classes, None)
                if value and z and target is not None:
                    yield from self._short(shortcut, times(number(1 / value), factor), p, z, target, axis, inside)

    def _losses(self, macro: Macro, p: Name, y: Name) -> dict[Expr, tuple[Fraction, str | None]]:
        """A loss of p and y written out, whole and by axis: the number before it, and the axis."""
        found: dict[Expr, tuple[Fraction, str | None]] = {}
        for axis in AXES if macro.settings else AXES[:1]:
            loss = _expanded(apply(macro.key, Ref(p), Ref(y), **({"axis": axis} if axis else {})), self.derivation)
            factor, rest = split_coefficient(loss) if loss and p != y else (number(0), None)
            if rest is not None:
                found[rest] = factor.value, axis
        return found

    def _input(self, shortcut: Shortcut, p: Name, others: set[Name]) -> Symbol | None:
        """What the rule gives the gradient of: z, where p comes of it and is used for this loss alone."""
        made, loss = self.forward.get(p), self.derivation.loss
        if not isinstance(p, Symbol) or loss is None or p in others:
            return None
        if shortcut.logits:
            return p
        gradient = self.gradients.get(Derivative(loss, p))
        if gradient is None or gradient.rule == SUM_OVER_PATHS:
            return None
        of = made.expr if made and isinstance(made.expr, Apply) and made.expr.op == shortcut.inner else None
        z = of.args[0] if of else None
        return z.name if isinstance(z, Ref) and isinstance(z.name, Symbol) else None

    def _short(
        self, shortcut: Shortcut, factor: Expr, p: Name, z: Symbol, target: Expr, axis: str | None,
        inside: dict[Name, Expr],
    ) -> Iterator[Short]:  # fmt: skip
        shapes, loss = self.derivation.shapes, self.derivation.loss
        made = None if shortcut.logits else self.forward[p].expr
        options = dict(made.options) if isinstance(made, Apply) else _softmax_axis(shapes[p], axis)
        output = apply(shortcut.inner, Ref(p), **options) if shortcut.logits else Ref(p)
        samples = 1 if axis else shortcut.samples(shapes[p])
        expr = settled(times(times(number(Fraction(1, samples)), factor), shortcut.short(output, target)), shapes)
        vias = [p] if not shortcut.logits else [name for name, each in inside.items() if p in names_in(each)]
        assert loss is not None
        for gradient in (*(Derivative(loss, z, via) for via in vias if isinstance(via, Symbol)), Derivative(loss, z)):
            if gradient in self.gradients and shape_of(expr, shapes) == shapes[gradient]:
                ones = apply("sum", target, **options) if shortcut.whole else None
                yield Short(shortcut, gradient, expr, ones)
                return


def _with_shortcut(rest: Expr) -> Iterator[Macro]:
    """The losses with a short rule that an expression may be: those whose logarithm stands in it."""
    here = operations_in(rest)
    return (macro for macro in MACROS.values() if macro.shortcut and macro.shortcut.log in here)


def _expanded(loss: Expr, derivation: Derivation) -> Expr | None:
    try:
        return tidy(settled(expand_macros(loss, derivation.shapes), derivation.shapes))
    except ShapeFault:
        return None


def _softmax_axis(shape: Shape, axis: str | None) -> dict[str, str]:
    """The axis of the softmax in a cross-entropy of logits: of a matrix the columns, unless another one is given."""
    chosen = axis or ("columns" if len(shape) > 1 else None)
    return {"axis": chosen} if chosen else {}
