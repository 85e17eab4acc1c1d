"""Which pass the statements of a work are about, where no heading says so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flint import fmpq

from derive.answers.chains.read_statements import Target
from derive.answers.marking.rounding import standing
from derive.answers.reading.written import Array
from derive.calculus.kernels import Flat
from derive.calculus.scalars import Num
from derive.derivation.steps import Derivation
from derive.language.names import Derivative, Name
from derive.language.step_ids import StepId
from derive.solution import Solution


@dataclass
class PassTracker:
    """Follows the statements of a work, one after the other.

    worked  the passes that are worked out; `last` is the one after all updates
    known   the ids of the steps
    given   the true numbers of the parameters before the first update, and after it
    passes  the pass that is being stated
    said    what has been said in it, with the numbers; `renewed` the updates in any; `headed` whether a heading
            began the pass
    """

    derivation: Derivation
    worked: Sequence[int]
    last: int
    known: Collection[str]
    given: Mapping[Name, tuple[Flat, Flat]] = field(default_factory=dict)
    passes: int = 1
    said: dict[Name, Array | None] = field(default_factory=dict)
    renewed: set[tuple[Name, int]] = field(default_factory=set)
    backward: bool = False
    headed: bool = False
    _updated: bool = False
    _derived: bool = False

    def __post_init__(self) -> None:
        self.forward = {step.name for step in self.derivation.forward}
        self.backwards = {step.name for step in self.derivation.backward}
        self.parameters = {step.name.before for step in self.derivation.updates}
        self.turning = frozenset[Name](self.derivation.turning)

    def begin(self, k: int) -> None:
        """What comes now is about pass k, worked out or not, where there is such a one."""
        if k in self.worked or k <= self.last:
            self.passes, self._updated, self._derived, self.said, self.headed = k, False, False, {}, True

    def place(self, target: Target, numbers: Array | None) -> Target:
        """A target in the pass that its statement belongs to: the next one, where a forward step is said after an
        update, or another sample after a derivative.
        """
        later = [k for k in self.worked if k > self.passes]
        if later and not target.updated and self._begins(target.name, numbers):
            self.begin(later[0])
            self.headed = False
        if target.updated and self.passes - 1 in self.worked and not self.said:  # it ends the pass before
            self.renewed.add((target.name, self.passes - 1))
            return replace(target, passes=self.passes - 1)
        self._updated |= target.updated
        self._derived |= isinstance(target.name, Derivative)
        self.said[target.name] = numbers or self.said.get(target.name)
        if target.updated:
            self.renewed.add((target.name, self.passes))
        if target.step not in self.known and str(StepId(target.name.id, self.passes)) in self.known:
            return replace(target, passes=self.passes, updated=True)  # known only after an update
        given = target.name not in self.forward | self.backwards | self.turning and not target.updated
        return target if given or target.passes == self.passes else replace(target, passes=self.passes)

    def _begins(self, name: Name, numbers: Array | None) -> bool:
        """Whether a new pass begins with a quantity."""
        if self._updated:
            return name in self.forward or (name in self.turning and name in self.said)
        said = self.said.get(name)
        changed = None not in (said, numbers) and _values(said) != _values(numbers)
        return self._derived and name in self.turning and changed

    def is_updated(self, name: Name, numbers: Array | None) -> bool:
        """Whether a parameter is stated after its update: behind a gradient or the update itself, or by its numbers."""
        if self.backward or (self.passes > 1 and (not self.said or (name, self.passes - 1) in self.renewed)):
            return True
        before, after = self.given.get(name, ((), ()))
        if numbers is None or len(before) != len(numbers.entries) or _are(numbers, before):
            return False
        if (name, self.passes) in self.renewed:
            return True
        return bool(self.said.keys() & self.forward) and (self.headed or _are(numbers, after))


def parameters_of(solution: Solution) -> dict[Name, tuple[Flat, Flat]]:
    """The true numbers of each parameter that is updated, before and after the first update."""
    exact, derivation = solution.exact, solution.blueprint.derivation
    carried = derivation.carried_from(1) if solution.values.updates else ()
    return {step.name.before: (exact.flat(step.name.before), exact.flat(step.name)) for step in carried}


def _are(numbers: Array, values: Sequence[Num]) -> bool:
    """Whether numbers stand for values."""
    return all(w and standing(w, x) for w, x in zip(numbers.entries, values, strict=True))


def _values(numbers: Array | None) -> list[fmpq | None]:
    return [w.value if w else None for w in numbers.entries] if numbers else []
