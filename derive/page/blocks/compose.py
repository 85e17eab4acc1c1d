"""Derivation + settings → Document: which blocks stand on the page, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from derive.derivation.steps import Derivation, Step
from derive.page.blocks.opening import opening
from derive.page.blocks.other_samples import others
from derive.page.blocks.training_progress import reached, taken
from derive.page.document import (
    Block,
    Chain,
    Document,
    Heading,
    Inline,
    Paragraph,
    Result,
    Section,
    Sentence,
)
from derive.page.lines.function_notes import explained
from derive.page.lines.notes import Notes, Said
from derive.page.lines.step_lines import Steps
from derive.problem.problem import Problem


def compose(
    derivation: Derivation, problem: Problem, closing: Iterable[Block] = (), drawing: Iterable[Block] = ()
) -> Document:
    """The page of a problem; `drawing` goes under the given values, `closing` to the end."""
    page = problem.page
    head = {key: value for key in ("course", "author", "date") if (value := getattr(page, key))}
    said = Said()
    first = [*opening(derivation, problem), *drawing, *_Pass(derivation, problem, 1, said).blocks()]
    sections = [Section(tuple(first))]
    if problem.update:
        last = problem.update.steps + 1
        for before, k in pairwise((1, *(k for k in problem.update.shown() if k > 1), last)):
            blocks = _Pass(derivation, problem, k, said).blocks() if k < last else _after(derivation, problem, said)
            sections.append(Section((*_between(derivation, before, k), *blocks), k))
    if closing := list(closing):
        sections.append(Section(tuple(explained(closing, said.functions))))
    return replace(blank_page(problem), head=head, sections=tuple(sections))


def blank_page(problem: Problem) -> Document:
    """A page on which nothing stands yet, in the problem's language, d and names."""
    aliases = {step: names[0] for step, names in problem.aliases.items()}
    return Document(problem.title, problem.language, {}, (), problem.page.symbol, aliases)


def short_chains(derivation: Derivation) -> Iterator[tuple[Step, Chain]]:
    """Each step in one chain: formula, numbers, result."""
    writer = Steps(derivation, short=True, notes=Notes(derivation, Said()))
    for step in derivation.steps:
        (chain,) = writer.chains(step)
        assert isinstance(chain, Chain)
        yield step, chain


def _between(derivation: Derivation, before: int, k: int) -> Iterator[Block]:
    """A word where the passes between two that are written out are not, and what the next one begins with."""
    first, last = before + 1, k - 1
    if first <= last:
        key = {0: "training.passed_over_one", 1: "training.passed_over_two"}.get(last - first, "training.passed_over")
        yield Paragraph((Sentence(key, {"first": first, "last": last}),), "note")
        yield from reached(derivation, last)


def _after(derivation: Derivation, problem: Problem, said: Said) -> Iterator[Block]:
    """After the last update: the forward pass again, and what became of the loss."""
    assert problem.update
    steps = problem.update.steps
    key = "headings.after_one" if steps == 1 else "headings.after"
    yield Heading(Sentence(key, {"k": steps}))
    yield from taken(derivation, steps + 1)
    writer = Steps(derivation, short=True, notes=Notes(derivation, said, steps + 1, backward=False))
    yield from _numbered(writer, _alone(derivation.forward))
    if problem.loss is not None and not derivation.turning:
        fields: dict[str, Inline] = {"before": Result(problem.loss, k=1), "after": Result(problem.loss)}
        yield Paragraph((Sentence("update.fell", fields),))


class _Pass:
    """The blocks of one pass: forward, backward, update."""

    def __init__(self, derivation: Derivation, problem: Problem, k: int, said: Said) -> None:
        self.derivation, self.problem, self.k = derivation, problem, k
        self.short = problem.page.detail == "short"
        self.steps = Steps(derivation, self.short, Notes(derivation, said, k))

    def blocks(self) -> Iterator[Block]:
        several = self.problem.update is not None and self.problem.update.steps > 1
        level = 2 if several else 1
        if several:
            yield Heading(Sentence("headings.pass", {"k": self.k}))
        yield from taken(self.derivation, self.k)
        backward, updates = bool(self.derivation.backward), self.derivation.updates
        yield Heading(Sentence("headings.forward" if backward or updates else "headings.forward_only"), level)
        yield from _numbered(self.steps, _alone(self.derivation.forward))
        if backward:
            yield Heading(Sentence("headings.backward"), level)
            yield from _numbered(self.steps, _groups(self.derivation.backward))
        if updates:
            yield Heading(Sentence("headings.update" if backward else "headings.update_second"), level)
            yield from _numbered(self.steps, _alone(updates))


def _numbered(steps: Steps, groups: Iterable[list[Step]]) -> Iterator[Block]:
    """Groups of steps with their numbers; where the page works out the first samples only, the others in tables."""
    derivation, groups = steps.derivation, list(groups)
    worked = [group for group in groups if derivation.is_worked(group[-1].name)]
    own = [group for group in worked if derivation.places.sample(group[-1].name) is not None]
    for i, group in enumerate(worked, 1):
        yield steps.numbered(i, group)
        if len(worked) < len(groups) and group is own[-1]:
            yield from others(derivation, [group[-1] for group in groups])


def _alone(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Each step as a group."""
    return ([step] for step in steps)


def _groups(backward: Iterable[Step]) -> Iterator[list[Step]]:
    """Each gradient together with the local derivatives worked out for it."""
    waiting: list[Step] = []
    for step in backward:
        waiting.append(step)
        if not step.rule.is_local:
            yield waiting
            waiting = []
