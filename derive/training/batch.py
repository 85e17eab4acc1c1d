"""The model for one sample → that for a batch: computed for each sample, the loss their mean or sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from derive.language.expressions import Equation, Expr, Ref, Shape, apply, names_in, number, substitute
from derive.language.names import Derivative, Name, Symbol, step_id
from derive.training.model import Samples

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Batch:
    """A model written out for the samples of one batch.

    equations  in order: what all samples share, then sample by sample, then the loss
    gradients  the further names whose gradient is shown
    shapes     the shape of every name
    plural     what has a value of its own for each sample
    ids        what a setting may call a step → the steps that it means
    single     the equations for one sample, and `asked` the names whose gradient is shown there
    """

    equations: tuple[Equation, ...]
    gradients: tuple[Symbol, ...]
    shapes: Mapping[Name, Shape]
    plural: frozenset[Name] = frozenset()
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    single: tuple[Equation, ...] = ()
    asked: tuple[Symbol, ...] = ()

    def steps(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Steps by id, each for every sample where it has one value for each."""
        return tuple(own for step in map(step_id, ids) for own in self.ids.get(step, (step,)))

    def by_step(self, settings: Mapping[str, T]) -> dict[str, T]:
        """The settings of steps in the same way."""
        return {own: setting for step, setting in settings.items() for own in self.steps([step])}


def plural(samples: Samples, equations: Iterable[Equation]) -> frozenset[Name]:
    """What has a value of its own for each sample."""
    found: set[Name] = {column.name for column in samples.columns}
    for equation in equations:
        if not found.isdisjoint(names_in(equation.expr)):
            found.add(equation.name)
    return frozenset(found)


def written_out(
    samples: Samples, equations: tuple[Equation, ...], gradients: tuple[Symbol, ...], loss: Symbol | None,
    shapes: Mapping[Name, Shape],
) -> Batch:  # fmt: skip
    """The model for a batch of several samples. The loss, if there is one, must depend on them."""
    own = plural(samples, equations)
    places = range(samples.batch)
    names = {name: tuple(samples.name(name, i) for i in places) for name in own if isinstance(name, Symbol)}
    shared = [equation for equation in equations if equation.name not in own]
    each = [again for i in places for again in _for_sample(equations, names, i)]
    total = [Equation(loss, _total(samples, names[loss]))] if loss else []
    known: dict[Name, Shape] = dict(shapes)
    for name, several in names.items():
        known |= dict.fromkeys(several, shapes[name])
    ids = {name.id: tuple(again.id for again in several) for name, several in names.items() if name != loss}
    if loss:
        ids |= {Derivative(loss, name).id: tuple(Derivative(loss, again).id for again in several)
                for name, several in names.items()}  # fmt: skip
    wanted = tuple(again for name in gradients for again in names.get(name, (name,)))
    return Batch((*shared, *each, *total), wanted, known, own - {loss}, ids, equations, gradients)


def _for_sample(
    equations: Iterable[Equation], names: Mapping[Symbol, tuple[Symbol, ...]], i: int
) -> Iterator[Equation]:
    """The equations that depend on the sample, for the i-th of the batch."""
    own: dict[Name, Expr] = {name: Ref(several[i]) for name, several in names.items()}
    for equation in equations:
        if isinstance(equation.name, Symbol) and equation.name in names:
            yield Equation(names[equation.name][i], substitute(equation.expr, own), equation.rounded)


def _total(samples: Samples, losses: tuple[Symbol, ...]) -> Expr:
    """1/2 (L^(1) + L^(2)), or the sum alone."""
    total: Expr = Ref(losses[0])
    for loss in losses[1:]:
        total = apply("add", total, Ref(loss))
    return total if samples.reduce == "sum" else apply("product", number(Fraction(1, samples.batch)), total)
