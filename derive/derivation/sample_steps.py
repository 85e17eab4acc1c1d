"""The steps of a batch: those of the first sample are derived, those of the others are the same with other names."""

from collections.abc import Callable, Iterable

from derive.derivation.steps import RenamedStep, Step
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.problem.training.batch import SamplePlaces


class SampleSteps:
    """The steps that an equation of the first sample gave, kept by what it is called in the model for one sample."""

    def __init__(self, places: SamplePlaces, shapes: dict[Name, Shape]) -> None:
        self.places, self.shapes = places, shapes
        self.first: dict[Name, list[list[Step]]] = {}
        self._sample, self._names = 0, dict[Name, Name]()

    def of(self, name: Name, derived: Callable[[], Iterable[list[Step]]]) -> list[list[Step]]:
        """The steps, in groups, of the equation that defines a name: `derived` for what all samples share and for the
        first sample, which comes before the others.
        """
        i = self.places.sample(name)
        if i is None:
            return list(derived())
        single = self.places.of_sample(name, 0)
        if i == 0:
            self.first[single] = list(derived())
        return self.first[single] if i == 0 else [self._renamed(group, i) for group in self.first[single]]

    def _renamed(self, steps: Iterable[Step], i: int) -> list[Step]:
        """Steps of the first sample as those of another one."""
        return [self._step(step, i) for step in steps]

    def _step(self, step: Step, i: int) -> Step:
        name = self._called(step.name, i)
        self.shapes[name], self.places.known[name] = step.shape, i
        return RenamedStep(step, name, tuple([self._called(used, i) for used in step.uses]), i)

    def _called(self, name: Name, i: int) -> Name:
        """The name for sample i, made once for all steps of that sample in a row."""
        if i != self._sample:
            self._sample, self._names = i, {}
        found = self._names.get(name)
        if found is None:
            self._names[name] = found = self.places.of_sample(name, i, self._called)
        return found
