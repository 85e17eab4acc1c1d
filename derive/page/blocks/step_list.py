"""The numbered steps of a pass: under the headings of their parts, those of one form told once where a page is long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from derive.derivation.steps import Derivation, Step
from derive.figures import Strip
from derive.language.expressions import Within
from derive.language.names import Name
from derive.page.blocks.model_parts import ModelParts
from derive.page.blocks.other_samples import others
from derive.page.document import Block, FigureBlock, Heading, Sentence
from derive.page.lines.step_lines import Steps
from derive.page.lines.told_forms import MOST_WORKED, ToldForms
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue

MOST_PARTS = 24  # that are drawn in a row
LONG_PASS = 30  # steps forward and backward: a pass with more has headings for the parts of its model


@dataclass(frozen=True, slots=True)
class LongPage:
    """What makes a long page shorter and clearer: the parts of its model, and the forms that it has told; None for
    each that a page does without.
    """

    parts: ModelParts | None
    told: ToldForms | None

    @staticmethod
    def of(derivation: Derivation, problem: Problem) -> LongPage:
        """What a page needs, judged by the steps of all samples."""
        whole, update = derivation.whole or derivation, problem.update
        forward = len(whole.forward)
        one = forward + sum(not step.rule.is_local for step in whole.backward)
        passes = len(update.shown()) if update else 1
        total = passes * (one + len(derivation.updates)) + (forward if update else 0)
        once = problem.page.alike == "once" or (problem.page.alike == "auto" and total > MOST_WORKED)
        return LongPage(ModelParts(derivation) if one > LONG_PASS else None, ToldForms(derivation) if once else None)


@dataclass(slots=True)
class StepList:
    """Steps in order; `level` is that of the heading above them, `backward` whether they go from the loss back,
    `drawn` the figures that stand behind their steps.
    """

    steps: Steps
    long: LongPage
    level: int
    backward: bool = False
    drawn: Mapping[Name, FigureBlock] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _waiting: list[list[Step]] = field(default_factory=list)

    def blocks(self, groups: Iterable[list[Step]]) -> Iterator[Block]:
        """Groups of steps; where they are those of the first samples only, the others in tables."""
        derivation, groups = self.steps.derivation, list(groups)
        own = [group for group in groups if derivation.whole and derivation.places.sample(group[-1].name) is not None]
        part: Within | None = None
        for group in groups:
            within = self.long.parts.of(group[-1]) if self.long.parts else None
            if within is not None and within != part:
                yield from self._told()
                yield from self._heading(within, part)
                part = within
            yield from self._group(group)
            if own and group is own[-1]:
                yield from self._told()
                yield from others(derivation, [group[-1] for group in groups])
        yield from self._told()

    def _heading(self, within: Within, before: Within | None) -> Iterator[Block]:
        """The heading of a part; what stands before the first one needs none."""
        assert self.long.parts
        if within or before:
            title = self.long.parts.title(within)
            yield Heading(Sentence("=", {"text": title}), self.level + 1)
            yield from self._strip(title)

    def _strip(self, title: str) -> Iterator[Block]:
        """The parts of the model in a row, the one whose steps follow lit up."""
        assert self.long.parts
        titles, problem = self.long.parts.titles, self.steps.derivation.problem
        if 1 < len(titles) <= MOST_PARTS and title in titles and "parts" in problem.page.figures:
            strip = Strip(titles, titles.index(title), self.backward)
            yield FigureBlock(strip, "parts", catalogue(problem.language)["labels.parts"])

    def _group(self, group: list[Step]) -> Iterator[Block]:
        """A step, worked out; one whose form was told waits for others, until one is worked out that uses it."""
        if self.long.told is not None and self.long.told.is_told(group):
            self._waiting.append(group)
            return
        waiting = {step.name for each in self._waiting for step in each}
        if any(name in waiting for step in group for name in step.uses):
            yield from self._told()
        yield self.steps.numbered(next(self._numbers), group)
        yield from self._figures([group])

    def _told(self) -> Iterator[Block]:
        """The steps that wait."""
        if self._waiting:
            yield self.steps.alike(next(self._numbers), self._waiting)
            yield from self._figures(self._waiting)
            self._waiting = []

    def _figures(self, groups: Iterable[list[Step]]) -> Iterator[FigureBlock]:
        return (self.drawn[step.name] for group in groups for step in group if step.name in self.drawn)


def taken_up_to(name: Name, waiting: list[Step]) -> list[Step]:
    """The steps up to the one that gives a name, which wait no longer; none where none gives it."""
    last = next((i for i, step in enumerate(waiting) if step.name == name), -1)
    taken, waiting[:] = waiting[: last + 1], waiting[last + 1 :]
    return taken


def alone(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Each step as a group."""
    return ([step] for step in steps)


def with_locals(backward: Iterable[Step]) -> Iterator[list[Step]]:
    """Each gradient together with the local derivatives worked out for it."""
    waiting: list[Step] = []
    for step in backward:
        waiting.append(step)
        if not step.rule.is_local:
            yield waiting
            waiting = []
