"""The derivation's data: its steps, each an equation with a name, a rule and a shape. It holds no number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from derive.derivation.rules import RuleKey
from derive.language.expressions import Expr, Shape, names_in, with_names
from derive.language.names import Derivative, Name, Symbol, symbols_in
from derive.language.step_ids import StepId
from derive.operations.zero_weights import ZeroWeights
from derive.problem.problem import Problem
from derive.problem.training.batch import SamplePlaces

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Step:
    """One equation of the derivation. Each name is defined once: an update defines the updated one, `name.after`.

    phase    `given`, `forward`, `loss`, `backward` or `update`
    rule     what kind of move it is: joins prose, marks and known mistakes
    shape    of the value
    rounded  whether what follows goes on with the printed number, whatever the carry
    """

    name: Name
    expr: Expr
    phase: str
    rule: RuleKey
    shape: Shape
    rounded: bool = False

    @property
    def id(self) -> str:
        """The step's name, as everything outside refers to it."""
        return self.name.id

    @property
    def helper(self) -> bool:
        """Whether it is a formula inside an equation, taken out (`h_1:1`)."""
        return next(symbols_in(self.name)).helper > 0

    @property
    def uses(self) -> tuple[Name, ...]:
        """The names that the equation uses, in the order they stand in it."""
        return names_in(self.expr)

    @property
    def form(self) -> Step:
        """The step that has the same equation under other names: of the first sample of a batch; else itself."""
        return self

    def written(self, expr: Expr, rule: RuleKey | None = None) -> Step:
        """The same quantity by another equation."""
        return Step(self.name, expr, self.phase, rule or self.rule, self.shape, self.rounded)


class RenamedStep(Step):
    """The step of another `sample` of a batch: that of the `first` under other names. `uses` are those for which the
    first one's stand; the expression is made when somebody asks for it.
    """

    __slots__ = ("_expr", "_uses", "first", "sample")
    first: Step
    sample: int
    _uses: tuple[Name, ...]
    _expr: Expr | None

    def __init__(self, first: Step, name: Name, uses: tuple[Name, ...], sample: int) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "phase", first.phase)
        put(self, "rule", first.rule)
        put(self, "shape", first.shape)
        put(self, "rounded", first.rounded)
        put(self, "first", first)
        put(self, "sample", sample)
        put(self, "_uses", uses)
        put(self, "_expr", None)

    def __reduce__(self) -> tuple[Any, ...]:
        return RenamedStep, (self.first, self.name, self._uses, self.sample)

    @property
    def form(self) -> Step:
        """The first sample's step."""
        return self.first

    @property
    def expr(self) -> Expr:
        """The first one's expression under the names of this sample."""
        if self._expr is None:
            names = dict(zip(self.first.uses, self._uses, strict=True))
            object.__setattr__(self, "_expr", with_names(self.first.expr, names))
        assert self._expr is not None
        return self._expr

    @property
    def uses(self) -> tuple[Name, ...]:
        """The names that the equation uses, in the order they stand in it."""
        return self._uses


@dataclass(frozen=True, repr=False)
class Derivation:
    """The structure of a worked solution: every step in order, and the shape of everything named.

    `problem` is what it was made of, `givens` the given names and whether each is a parameter, `wanted` the names whose
    gradient is asked for; `constants` and `states` are what only the updates use. `interims` holds, for the forward
    steps that have such, what is worked out on the way to them, the step itself last. `places` tells whose the names
    of a batch are. `losses` are all of them, `loss` the first; `slopes` further derivatives of numbers, which equations
    ask for.
    """

    problem: Problem = field(compare=False, repr=False)
    givens: tuple[tuple[Symbol, bool], ...]
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    updates: tuple[Step, ...]
    loss: Symbol | None
    wanted: tuple[Symbol, ...]
    shapes: Mapping[Name, Shape]
    constants: tuple[Symbol, ...] = ()
    states: tuple[Symbol, ...] = ()
    interims: Mapping[Name, tuple[Step, ...]] = field(default_factory=dict)
    places: SamplePlaces = field(default_factory=SamplePlaces)
    losses: tuple[Symbol, ...] = ()
    slopes: tuple[Derivative, ...] = ()
    whole: Derivation | None = field(default=None, compare=False)
    """That of all samples, where this one has the first ones alone."""
    known: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What functions have found out about it, see `once`."""

    def __repr__(self) -> str:
        return f"<Derivation of {self.problem.label}: {len(tuple(self.steps))} steps>"

    def once(self, function: Callable[[Derivation], Found]) -> Found:
        """What a function finds out about the derivation, worked out the first time that anybody asks."""
        if function not in self.known:
            self.known[function] = function(self)
        found: Found = self.known[function]
        return found

    @property
    def steps(self) -> Iterator[Step]:
        """All steps of one pass, in order."""
        yield from self.forward
        yield from self.backward
        yield from self.updates

    @cached_property
    def by_name(self) -> Mapping[Name, Step]:
        """The steps of one pass by their names."""
        return {step.name: step for step in self.steps}

    def uses(self, name: Name) -> tuple[Name, ...]:
        """What a name's equation uses; nothing for what is given."""
        step = self.by_name.get(name)
        return step.uses if step else ()

    def worked(self, k: int, updates: int) -> Iterator[Step]:
        """The steps that are worked in pass `k` of a training of so many updates: after the last one only forward."""
        yield from self.forward
        if k <= updates or not updates:
            yield from self.backward_in(k)
            yield from self.updates_in(k)

    def backward_in(self, k: int) -> tuple[Step, ...]:
        """The backward steps of pass `k`: of several updates in turn those that its own one needs."""
        return self._turns[self._turn(k)][0]

    def updates_in(self, k: int) -> tuple[Step, ...]:
        """The updates of pass `k`."""
        return self._turns[self._turn(k)][1]

    def changed_before(self, name: Name, k: int) -> int:
        """The last pass before `k` that updates a name; 0 for none."""
        passes = range(k - 1, 0, -1)
        return next((j for j in passes if any(step.name.before == name for step in self.updates_in(j))), 0)

    def _turn(self, k: int) -> int:
        update = self.problem.update
        return update.turn(k) if update and self.updates else 0

    @cached_property
    def _turns(self) -> tuple[tuple[tuple[Step, ...], tuple[Step, ...]], ...]:
        """The backward steps and the updates of each turn."""
        update = self.problem.update
        if update is None or not update.turns:
            return ((self.backward, self.updates),)
        return tuple(self._of_turn(turn.assigned, turn.update.loss or self.loss) for turn in update.turns)

    def _of_turn(self, assigned: frozenset[Symbol], loss: Symbol | None) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        updates = tuple(step for step in self.updates if step.name in assigned)
        needed = {name for step in updates for name in step.uses}
        needed |= {Derivative(loss, name) for name in self.problem.gradients} if loss else set()
        found: list[Step] = []
        for step in reversed(self.backward):
            if step.name in needed:
                needed.update(step.uses)
                found.append(step)
        return tuple(_locals_last(found[::-1])), updates

    def is_worked(self, name: Name) -> bool:
        """Whether the page works a step out: of a large batch only those of the first samples."""
        i = self.places.sample(name)
        return i is None or i < self._worked

    @cached_property
    def _worked(self) -> int:
        """How many samples of a batch the page works out."""
        samples = self.problem.samples
        return samples.worked(self.problem.page.entries) if self.places.own and samples else 1

    @cached_property
    def alike(self) -> frozenset[Name]:
        """What each sample of a batch has; nothing where the page shows all entries."""
        if self.whole:
            return self.whole.alike
        steps = self.steps if self.places.own and self.problem.page.entries is not None else ()
        return frozenset(step.name for step in steps if self.places.sample(step.name) is not None)

    @property
    def told(self) -> Derivation:
        """What the page works out: of a large batch the steps of the first samples alone."""
        if self.whole is not None or self._worked == self.places.count:
            return self
        forward, backward = (tuple(step for step in steps if self.is_worked(step.name))
                             for steps in (self.forward, self.backward))  # fmt: skip
        givens = tuple(given for given in self.givens if self.is_worked(given[0]))
        return replace(self, forward=forward, backward=backward, givens=givens, whole=self)

    def id_in(self, name: Name, k: int) -> str:
        """The id of the value that a name has in pass `k`; of a parameter that of the update before: `W_1@1` in 2."""
        if isinstance(name, Symbol) and name.updated:
            return str(StepId(name.id, k))
        if name in self.begun and name not in self.turning:
            moved = name.id in self._moved and (k > 1 or name in self.states)
            return str(StepId(name.id, k - 1)) if moved else name.id
        return str(StepId(name.id, k)) if k > 1 else name.id

    @cached_property
    def weights(self) -> ZeroWeights:
        """Where 0 · log 0 is 0."""
        alike = [step for step in self.forward if step.form is step]
        found = ZeroWeights.of((step.name, step.expr) for step in alike)
        weighed = len(alike) < len(self.forward) and (found.arguments or found.names)
        return ZeroWeights.of((step.name, step.expr) for step in self.forward) if weighed else found

    @cached_property
    def _moved(self) -> frozenset[str]:
        """The ids of what the updates move."""
        return frozenset(step.id for step in self.updates)

    @cached_property
    def given(self) -> frozenset[Name]:
        """The names of what is given."""
        return frozenset(name for name, _ in self.givens)

    @cached_property
    def data(self) -> frozenset[Name]:
        """Those of what is no parameter."""
        return frozenset(name for name, parameter in self.givens if not parameter)

    @cached_property
    def begun(self) -> Mapping[Name, None]:
        """What has a value before the first pass, in order: given, constant or a state."""
        return dict.fromkeys((*(name for name, _ in self.givens), *self.constants, *self.states))

    @cached_property
    def inputs(self) -> tuple[Symbol, ...]:
        """What the forward pass begins with: the given values, and what it uses of the states."""
        used = {name for step in self.forward for name in step.uses}
        return (*(name for name, _ in self.givens), *(name for name in self.states if name in used))

    @cached_property
    def turning(self) -> tuple[Symbol, ...]:
        """The given values of which every pass has its own: those of its samples."""
        samples = self.problem.samples
        return samples.names() if samples and samples.turning else ()

    @property
    def carried(self) -> tuple[Step, ...]:
        """The updates that the next pass begins with: not what an update only needs in between."""
        begun = self.begun
        return tuple(step for step in self.updates if step.name.before in begun)

    def carried_from(self, k: int) -> tuple[Step, ...]:
        """Those of pass `k`."""
        begun = self.begun
        return tuple(step for step in self.updates_in(k) if step.name.before in begun)

    @property
    def gradients(self) -> tuple[Derivative, ...]:
        """The gradients that are asked for."""
        return tuple(Derivative(loss, name) for loss in self.losses for name in self.wanted)


def _locals_last(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps with each local derivative right before the first step that uses it."""
    waiting: dict[Name, Step] = {}
    for step in steps:
        if step.rule.is_local:
            waiting[step.name] = step
            continue
        yield from (waiting.pop(name) for name in step.uses if name in waiting)
        yield step
    yield from waiting.values()
