"""Short rules: two steps in a row whose derivatives together are simple, as p − y for cross-entropy on a softmax."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from derive.derivation import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, Shape, apply, number
from derive.language.names import Derivative, Name, Symbol
from derive.operations.building import split_coefficient, times
from derive.operations.calculus import Shapes, differentiate, expand_macros, settled
from derive.operations.rows import ShapeFault


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The gradient of `outer(p, y)` by z, where p = `inner(z)`, is `short(p, y)` over the number of samples.

    key      its sentence, under `shortcuts` in the catalogue
    outer    a loss
    inner    the operation that makes its first argument
    samples  shape of p → how many samples the loss is a mean over
    whole    whether it holds only where each target adds up to 1
    """

    key: str
    outer: str
    inner: str
    samples: Callable[[Shape], int]
    whole: bool = False

    def short(self, p: Expr, y: Expr) -> Expr:
        """p − y."""
        return apply("subtract", p, y)


SHORTCUTS = (
    Shortcut("softmax_cross_entropy", "cross_entropy", "softmax", lambda shape: (*shape, 1)[1], whole=True),
    Shortcut("sigmoid_binary_cross_entropy", "binary_cross_entropy", "sigmoid", prod),
)


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
    """The short rules of a derivation, by the gradients that they give."""
    gradients = {step.name: step for step in derivation.backward}
    found: dict[Name, Short] = {}
    for step in derivation.forward:
        for short in _shorts(derivation, step, gradients):
            if short.gradient in gradients:
                found[short.gradient] = short
    return found


def _shorts(derivation: Derivation, step: Step, gradients: Mapping[Name, Step]) -> Iterator[Short]:
    """The short rules for a step p = f(z) by how dL/dp was found: as a multiple of the derivative of f's loss."""
    expr, loss, p = step.expr, derivation.loss, step.name
    if loss is None or not isinstance(p, Symbol) or not isinstance(expr, Apply):
        return
    arriving, z = gradients.get(Derivative(loss, p)), expr.args[0] if expr.args else expr
    if arriving is None or not isinstance(z, Ref) or not isinstance(z.name, Symbol):
        return
    for shortcut in SHORTCUTS:
        for y in arriving.uses if shortcut.inner == expr.op else ():
            factor = _multiple(shortcut, arriving.expr, p, y, derivation.shapes)
            if factor is not None:
                short = times(number(factor / shortcut.samples(step.shape)), shortcut.short(Ref(p), Ref(y)))
                ones = apply("sum", Ref(y), **dict(expr.options)) if shortcut.whole else None
                through = Derivative(loss, z.name, p)
                gradient = through if through in gradients else Derivative(loss, z.name)
                yield Short(shortcut, gradient, settled(short, derivation.shapes), ones)


def _multiple(shortcut: Shortcut, found: Expr, p: Name, y: Name, shapes: Shapes) -> Fraction | None:
    """How many times the derivative of the loss by p, with target y, a gradient is; None if it is another one."""
    if y == p or shapes[y] != shapes[p]:
        return None
    try:
        loss = expand_macros(apply(shortcut.outer, Ref(p), Ref(y)), shapes)
    except ShapeFault:
        return None
    value, rest = split_coefficient(settled(differentiate(loss, p, shapes), shapes))
    ours, same = split_coefficient(found)
    return ours / value if rest == same else None
