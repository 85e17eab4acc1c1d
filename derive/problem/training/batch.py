"""The model for one sample → that for a batch: computed for each sample, the loss their mean or sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeVar

from derive.calculus.building import total
from derive.language.expressions import Equation, Expr, Ref, Shape, apply, names_in, number, with_names
from derive.language.names import Derivative, Name, Symbol, renamed, symbols_in
from derive.language.step_ids import StepId
from derive.problem.training.model import Samples

T = TypeVar("T")
EACH = "(i)"
"""The mark of a name that stands for that of every sample."""


class RenamedEquation(Equation):
    """An equation of another sample: that of the model for one under other names, made when somebody asks for it."""

    __slots__ = ("_expr", "names", "single")
    single: Equation
    names: Mapping[Name, Name]
    _expr: Expr | None

    def __init__(self, single: Equation, name: Name, names: Mapping[Name, Name]) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "rounded", single.rounded)
        put(self, "within", single.within)
        put(self, "single", single)
        put(self, "names", names)
        put(self, "_expr", None)

    def __reduce__(self) -> tuple[Any, ...]:
        return RenamedEquation, (self.single, self.name, self.names)

    @property
    def expr(self) -> Expr:
        """The right side under the names of this sample."""
        if self._expr is None:
            called = {name: renamed(name, self.names) for name in names_in(self.single.expr)}
            object.__setattr__(self, "_expr", with_names(self.single.expr, called))
        assert self._expr is not None
        return self._expr


@dataclass(frozen=True, slots=True)
class Batch:
    """A model written out for the samples of one batch.

    equations  in order: what all samples share, then sample by sample, then the loss
    gradients  the further names whose gradient is shown
    shapes     the shape of every name
    plural     what has a value of its own for each sample
    names      what each quantity that has a value of its own for each sample is called for them
    losses     the numbers that are differentiated
    single     the equations for one sample, and `asked` the names whose gradient is shown there
    """

    equations: tuple[Equation, ...]
    gradients: tuple[Symbol, ...]
    shapes: Mapping[Name, Shape]
    plural: frozenset[Name] = frozenset()
    names: Mapping[Symbol, tuple[Symbol, ...]] = field(default_factory=dict)
    losses: tuple[Symbol, ...] = ()
    single: tuple[Equation, ...] = ()
    asked: tuple[Symbol, ...] = ()

    @property
    def told(self) -> tuple[Equation, ...]:
        """The equations but those of the further samples, which are the first one's under other names."""
        further = {again for several in self.names.values() for again in several[1:]}
        return tuple(equation for equation in self.equations if equation.name not in further)

    def samples(self, samples: Samples) -> Samples:
        """The samples, with the model for one of them."""
        return replace(samples, equations=self.single, gradients=self.asked, several=self.names)

    def steps(self, ids: Iterable[str], most: int | None = None) -> tuple[str, ...]:
        """Steps by id, each for every sample (or the first `most`) where it has one value for each."""
        meant: dict[str, tuple[Symbol | None, Symbol]] = {
            name.id: (None, name) for name in self.names if name not in self.losses
        }
        meant |= {Derivative(loss, name).id: (loss, name) for loss in self.losses for name in self.names}
        return tuple(own for step in map(str, map(StepId.parse, ids)) for own in self._own(step, meant.get(step), most))

    def _own(self, step: str, meant: tuple[Symbol | None, Symbol] | None, most: int | None) -> Iterator[str]:
        """A step for each sample: a quantity's, or the derivatives of a loss by it."""
        if meant is None:
            yield step
            return
        loss, name = meant
        for own in self.names[name][:most]:
            yield Derivative(loss, own).id if loss else own.id

    def by_step(self, settings: Mapping[str, T], most: int | None = None) -> dict[str, T]:
        """The settings of steps in the same way."""
        return {own: setting for step, setting in settings.items() for own in self.steps([step], most)}


def plural(samples: Samples, equations: Iterable[Equation]) -> frozenset[Name]:
    """What has a value of its own for each sample."""
    found: set[Name] = {column.name for column in samples.columns}
    for equation in equations:
        if any(not found.isdisjoint((name, *symbols_in(name))) for name in names_in(equation.expr)):
            found.add(equation.name)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class SamplePlaces:
    """For the names of a batch that was written out: what each is called in the model for one sample, and its place."""

    own: Mapping[Name, tuple[Symbol, int]] = field(default_factory=dict)
    several: Mapping[Symbol, tuple[Symbol, ...]] = field(default_factory=dict)
    known: dict[Name, int | None] = field(default_factory=dict, compare=False, repr=False)
    """The samples of names that were asked for: each is asked many times."""

    @staticmethod
    def of(samples: Samples | None) -> SamplePlaces:
        """The names of a batch; none where a pass takes one sample."""
        several: Mapping[Symbol, tuple[Symbol, ...]] = samples.several if samples else {}
        own: dict[Name, tuple[Symbol, int]] = {
            each: (name, i) for name, called in several.items() for i, each in enumerate(called)
        }
        return SamplePlaces(own, several)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return max(map(len, self.several.values()), default=1)

    def sample(self, name: Name) -> int | None:
        """Whose a name is, from 0; None for what all samples share."""
        if not self.own:
            return None
        try:
            return self.known[name]
        except KeyError:
            return self.known.setdefault(name, self._sample(name))

    def _sample(self, name: Name) -> int | None:
        if name in self.own:
            return self.own[name][1]
        return next(
            (self.own[part][1] for part in (symbol.bare for symbol in symbols_in(name)) if part in self.own), None
        )

    def single(self, name: Name) -> Name:
        """What a name is called in the model for one sample."""
        return self.own[name][0] if name in self.own else name

    def of_sample(self, name: Name, i: int, part: Callable[[Name, int], Name] | None = None) -> Name:
        """What a name of another sample is called in sample i; what all samples share keeps its name. `part` knows what
        the parts of a derivative are called.
        """
        if isinstance(name, Derivative):
            part = part or self.of_sample
            return Derivative(part(name.of, i), part(name.by, i), part(name.via, i) if name.via else None)
        if name in self.own:
            return self.several[self.own[name][0]][i]
        bare = name.bare
        if bare not in self.own:
            return name
        return replace(self.several[self.own[bare][0]][i], helper=name.helper, interim=name.interim)

    def called(self, name: Name, mark: str) -> Name:
        """What a quantity of a sample, or a derivative by or through one, is called for the sample with this mark."""
        if isinstance(name, Derivative):
            of, by = (self.called(part, mark) for part in (name.of, name.by))
            return Derivative(of, by, name.via and self.called(name.via, mark))
        if name.bare not in self.own:
            return name
        single = self.own[name.bare][0]
        return replace(name, subscript=single.subscript, superscript=f"{single.superscript}{mark}")

    def results(self, names: Iterable[Name], loss: Symbol | None) -> list[Name]:
        """Those of the names that are results of the first sample: quantities, gradients by and through them."""
        alike = (name for name in names if isinstance(name, Symbol) or name.of == loss)
        parts = ((name, (name.via, name.by) if isinstance(name, Derivative) else (name,)) for name in alike)
        return [name for name, own in parts if self.sample(name) == 0 and not self.own.keys().isdisjoint(own)]


def unroll_batch(
    samples: Samples, equations: tuple[Equation, ...], gradients: tuple[Symbol, ...],
    losses: tuple[Symbol, ...], shapes: Mapping[Name, Shape],
) -> Batch:  # fmt: skip
    """The model for a batch of several samples. Every loss must depend on them."""
    own = plural(samples, equations)
    places = range(samples.batch)
    names = {name: tuple(samples.name(name, i) for i in places) for name in own if isinstance(name, Symbol)}
    shared = [equation for equation in equations if equation.name not in own]
    each = [again for i in places for again in _for_sample(equations, names, i)]
    end = [Equation(loss, _reduced(samples, names[loss])) for loss in losses]
    known: dict[Name, Shape] = dict(shapes)
    for name, several in names.items():
        known |= dict.fromkeys(several, shapes[name])
    wanted = tuple(again for name in gradients for again in names.get(name, (name,)))
    return Batch((*shared, *each, *end), wanted, known, own - {*losses}, names, losses, equations, gradients)


def _for_sample(
    equations: Iterable[Equation], names: Mapping[Symbol, tuple[Symbol, ...]], i: int
) -> Iterator[Equation]:
    """The equations that depend on the sample, for the i-th of the batch."""
    own: dict[Name, Name] = {name: several[i] for name, several in names.items()}
    for equation in equations:
        if isinstance(equation.name, Symbol) and equation.name in names:
            yield RenamedEquation(equation, names[equation.name][i], own)


def _reduced(samples: Samples, losses: tuple[Symbol, ...]) -> Expr:
    """1/2 (L^(1) + L^(2)), or the sum alone."""
    added = total([Ref(loss) for loss in losses])
    return added if samples.reduce == "sum" else apply("product", number(Fraction(1, samples.batch)), added)
