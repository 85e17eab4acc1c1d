"""The steps of a batch: those of the first sample are derived, those of the others are the same with other names."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from derive.derivation.steps import RenamedStep, Step
from derive.language.expressions import Shape
from derive.language.names import Derivative, Name
from derive.problem.training.batch import SamplePlaces

Maker: TypeAlias = Callable[[list[Name], int], Name]
"""What a name is called in a sample, after the names that are made before it."""


class SampleNames:
    """Names of the first sample, and what they are called in the others: how each is made is found out once."""

    def __init__(self, places: SamplePlaces, names: Iterable[Name]) -> None:
        self.places = places
        self.at: dict[Name, int] = {}
        self._makers: list[Maker] = []
        for name in names:
            self._place(name)

    def of(self, i: int) -> list[Name]:
        """All of them in sample i, each in its place."""
        found: list[Name] = []
        for maker in self._makers:
            found.append(maker(found, i))
        return found

    def _place(self, name: Name) -> int:
        """Where a name stands among them, behind the parts that it is made of."""
        if name not in self.at:
            maker = self._maker(name)
            self.at[name] = len(self._makers)
            self._makers.append(maker)
        return self.at[name]

    def _maker(self, name: Name) -> Maker:
        places = self.places
        if places.sample(name) is None:
            return lambda made, i: name
        if isinstance(name, Derivative):
            of, by, via = self._place(name.of), self._place(name.by), self._place(name.via) if name.via else None
            return lambda made, i: Derivative(made[of], made[by], None if via is None else made[via])
        if name in places.own:
            called = places.several[places.own[name][0]]
            return lambda made, i: called[i]
        return lambda made, i: places.of_sample(name, i)


def of_other_samples(steps: Sequence[Step], places: SamplePlaces, shapes: dict[Name, Shape]) -> Iterator[list[Step]]:
    """Steps of the first sample as those of each other one; what they define is entered in the places and shapes."""
    names = SampleNames(places, (name for step in steps for name in (step.name, *step.uses)))
    plan = [(step, names.at[step.name], [names.at[name] for name in step.uses]) for step in steps]
    for i in range(1, places.count):
        called = names.of(i)
        made: list[Step] = [
            RenamedStep(step, called[at], tuple([called[j] for j in uses]), i) for step, at, uses in plan
        ]
        for step in made:
            shapes[step.name], places.known[step.name] = step.shape, i
        yield made
