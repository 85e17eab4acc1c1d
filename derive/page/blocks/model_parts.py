"""The parts that a model says it has: layers, time steps, heads, blocks. A long page has a heading for each."""

from collections.abc import Iterator
from functools import cached_property

from derive.derivation.steps import Derivation, Step
from derive.figures.layers import layers_of
from derive.language.expressions import Within
from derive.language.names import Derivative, Name, Symbol
from derive.prose.catalogue import catalogue

LOSS, REST, SAMPLE = "loss", "rest", "sample"


class ModelParts:
    """Which part of its model each step belongs to: of a derivative the part whose equation it goes back through."""

    def __init__(self, derivation: Derivation) -> None:
        self.words = catalogue(derivation.problem.language)
        self.within = dict(_written(derivation)) or dict(_layered(derivation))
        self.sample = derivation.places.sample if derivation.places.own else None
        self.losses = {step.name for step in derivation.forward if step.phase == "loss"}
        self.users: dict[Name, list[Name]] = {}
        for step in derivation.forward:
            for name in step.uses:
                self.users.setdefault(name, []).append(step.name)
        self.computed = {each for step in derivation.forward if step.uses for each in (step.name, _bare(step.name))}
        self.whole = derivation.whole or derivation

    def of(self, step: Step) -> Within | None:
        """The part of a step, forward in a batch its sample; () beside the parts, None where it belongs to several."""
        if self.sample is not None and step.phase == "forward":
            i = self.sample(step.name)
            return None if i is None else ((SAMPLE, i + 1),)
        if not self.within or step.phase == "update":
            return None
        if step.phase == "loss":
            return ((LOSS, 0),)
        if not isinstance(step.name, Derivative):
            return self._of(step.name)
        if step.rule.is_local or step.name.via is not None:
            return self._of(step.name.of if step.rule.is_local else step.name.via or step.name.by) or None
        users = {self._of(user) for user in self.users.get(step.name.by, ())}
        if len(users) == 1:
            return users.pop()
        return self._of(step.name.by) or None if _bare(step.name.by) in self.computed else None

    def _of(self, name: Name) -> Within:
        return ((LOSS, 0),) if _bare(name) in self.losses else self.within.get(_bare(name), ())

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The headings of the parts in the order of the forward pass."""
        parts = dict.fromkeys(map(self.of, self.whole.forward))
        return tuple(dict.fromkeys(self.title(part) for part in parts if part))

    def title(self, part: Within) -> str:
        """The heading of a part."""
        title = ": ".join(self._title(kind, number) for kind, number in part or ((REST, 0),))
        return title[0].upper() + title[1:] if not part or not self._is_letter(part[0][0]) else title

    def _title(self, kind: str, number: int) -> str:
        if self._is_letter(kind):
            return f"{kind} = {number}"
        return self.words[f"parts.{kind}"].format(n=number)

    def _is_letter(self, kind: str) -> bool:
        """Whether a part is known by the letter of a loop alone."""
        return f"parts.{kind}" not in self.words.sentences


def _written(derivation: Derivation) -> Iterator[tuple[Name, Within]]:
    """The parts as the equations say them, without what is around all of them."""
    equations = [equation for equation in derivation.problem.equations if equation.within]
    places = [equation.within for equation in equations]
    around = next((i for i, parts in enumerate(zip(*places, strict=False)) if len({*parts}) > 1), 0)
    if len({*places}) > 1:
        yield from ((equation.name, equation.within[around:]) for equation in equations)


def _layered(derivation: Derivation) -> Iterator[tuple[Name, Within]]:
    """The layers of a network whose equations do not say them."""
    layers = layers_of(derivation)
    for i, layer in enumerate(layers.layers if layers and len(layers.layers) > 1 else (), 1):
        for name in (layer.name, layer.output):
            yield name, (("dense", i),)


def _bare(name: Name) -> Name:
    """The quantity that a helper or an interim result belongs to."""
    return name.bare if isinstance(name, Symbol) else name
