"""Derivation + settings → Document: which blocks stand on the page, in which order."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from derive.derivation.steps import Derivation, Step
from derive.language.names import Derivative
from derive.page.blocks.closing import checked, closed_form
from derive.page.blocks.drawings import drawings, drawings_of_steps
from derive.page.blocks.followed import followed
from derive.page.blocks.opening import opening
from derive.page.blocks.step_list import LongPage, StepList, alone, with_locals
from derive.page.blocks.training_progress import over_the_steps, reached, taken, whose_turn
from derive.page.chains import Chain, Result
from derive.page.document import (
    Block,
    Document,
    Heading,
    Inline,
    NameInText,
    NewPage,
    Paragraph,
    Section,
    Sentence,
    blank_page,
)
from derive.page.lines.function_notes import explained
from derive.page.lines.notes import Notes, Said
from derive.page.lines.step_lines import Steps
from derive.page.tabled_passes import tabled
from derive.problem.problem import Problem
from derive.problem.settings import PARTS
from derive.verification.closed_form import ClosedForm


def compose(
    derivation: Derivation, problem: Problem, closed: ClosedForm | None = None, parts: Container[str] = PARTS
) -> Document:
    """The page of a problem with those of PARTS that are asked for; `closed` is its closed form, where there is one."""
    page = problem.page
    head = {key: value for key in ("course", "author", "date") if (value := getattr(page, key))}
    makers = _Parts(derivation, problem, closed, "training" in parts)
    sections = (section for part in ordered(problem) if part in parts for section in makers.of(part))
    return replace(blank_page(problem), head=head, sections=tuple(section for section in sections if section.blocks))


def ordered(problem: Problem) -> tuple[str, ...]:
    """The parts in the order of the page: of a training with passes that are not written out, the whole comes first."""
    update, page = problem.update, problem.page
    long = update is not None and len(update.shown()) < update.steps
    usual = PARTS if long else tuple(sorted(PARTS, key=_AFTER_PASSES.index))
    return (*page.order, *(part for part in usual if part not in page.order))


_AFTER_PASSES = ("given", "figures", "passes", "follow", "training", "closed", "check")


class _Parts:
    """The sections of each part of a page; what one of them has said, no later one says again. Where the training is
    `tabled`, of a long one the first pass is worked out and the others stand by their results, unless the problem file
    names passes.
    """

    def __init__(self, derivation: Derivation, problem: Problem, closed: ClosedForm | None, tabled: bool) -> None:
        self.whole, self.derivation, self.problem = derivation, derivation.told, problem
        self.closed, self.tabled, self.said = closed, tabled, Said()

    def of(self, part: str) -> Iterator[Section]:
        """The sections of one of PARTS."""
        makers: dict[str, Callable[[], Iterable[Block]]] = {
            "given": lambda: opening(self.derivation, self.problem),
            "figures": lambda: drawings(self.derivation, self.problem),
            "training": lambda: over_the_steps(self.derivation, self.problem),
            "follow": lambda: followed(self.whole, self.problem.page.follow),
            "closed": self._closed,
            "check": lambda: checked(self.whole, self.closed) if self.problem.page.check else (),
        }
        if part == "passes":
            yield from self._passes()
            return
        blocks = tuple(makers[part]())
        yield Section((*new_page(self.problem, part), *blocks) if blocks else ())

    def _closed(self) -> Iterator[Block]:
        if self.problem.page.closed:
            blocks = list(closed_form(self.whole, self.closed))
            full = self.problem.page.reasons == "full"
            yield from explained(blocks, self.said, self.derivation.shapes) if full else blocks

    def _passes(self) -> Iterator[Section]:
        derivation, problem, said = self.derivation, self.problem, self.said
        long = LongPage.of(derivation, problem)
        yield Section((*new_page(problem, "passes"), *_Pass(derivation, problem, 1, said, long).blocks()))
        if problem.update and problem.page.update:
            last, shown = problem.update.steps + 1, problem.update.shown()
            rows = tabled(problem.update, problem.samples) if self.tabled else ()
            brief = self.tabled and not problem.update.show and len(shown) < problem.update.steps
            for before, k in pairwise((1, *(k for k in shown if k > 1), last)):
                one = _Pass(derivation, problem, k, said, long)
                blocks = one.results() if brief else one.blocks()
                blocks = blocks if k < last else _after(derivation, problem, said, long)
                yield Section((*_between(derivation, before, k, rows), *blocks), k)


def new_page(problem: Problem, part: str) -> tuple[NewPage, ...]:
    """The page that a part begins, where it begins one."""
    return (NewPage(),) if part in problem.page.breaks else ()


def short_chains(derivation: Derivation) -> Iterator[tuple[Step, Chain]]:
    """Each step in one chain: formula, numbers, result."""
    writer = Steps(derivation, short=True, notes=Notes(derivation, Said()))
    for step in derivation.steps:
        (chain,) = writer.chains(step)
        assert isinstance(chain, Chain)
        yield step, chain


def _between(derivation: Derivation, before: int, k: int, rows: Container[int]) -> Iterator[Block]:
    """A word where the passes between two that are written out are not, and what the next one begins with, if it is
    none of the `rows` of the table of the training.
    """
    first, last = before + 1, k - 1
    if first <= last:
        key = {0: "training.passed_over_one", 1: "training.passed_over_two"}.get(last - first, "training.passed_over")
        yield Paragraph((Sentence(key, {"first": first, "last": last}),), "note")
        if last not in rows:
            yield from reached(derivation, last)


def _after(derivation: Derivation, problem: Problem, said: Said, long: LongPage) -> Iterator[Block]:
    """After the last update: the forward pass again, and what became of the loss."""
    assert problem.update
    steps = problem.update.steps
    key = "headings.after_one" if steps == 1 else "headings.after"
    yield from new_page(problem, "after")
    yield Heading(Sentence(key, {"k": steps}))
    yield from taken(derivation, steps + 1)
    writer = Steps(derivation, short=True, notes=Notes(derivation, said, steps + 1, backward=False))
    yield from StepList(writer, long, 1).blocks(alone(derivation.forward))
    for loss in problem.losses if not derivation.turning else ():
        fields: dict[str, Inline] = {"before": Result(loss, k=1), "after": Result(loss)}
        if len(problem.losses) > 1 or loss in problem.maximised:
            yield Paragraph((Sentence("update.fell_of", {"name": NameInText(loss), **fields}),))
        else:
            yield Paragraph((Sentence("update.fell", fields),))


class _Pass:
    """The blocks of one pass: forward, backward, update."""

    def __init__(self, derivation: Derivation, problem: Problem, k: int, said: Said, long: LongPage) -> None:
        self.derivation, self.problem, self.k, self.long = derivation, problem, k, long
        self.short = problem.page.detail == "short"
        self.steps = Steps(derivation, self.short, Notes(derivation, said, k))

    def blocks(self) -> Iterator[Block]:
        several = self.problem.update is not None and self.problem.update.steps > 1
        level = 2 if several else 1
        if several:
            yield Heading(Sentence("headings.pass", {"k": self.k}))
        above = (*taken(self.derivation, self.k), *whose_turn(self.derivation, self.k))
        yield from above
        backward = self.derivation.backward_in(self.k)
        updates = self.derivation.updates_in(self.k) if self.problem.page.update else ()
        yield from self._new_page("forward")
        key = "headings.forward" if backward or updates else "headings.forward_only"
        yield Heading(Sentence(key), level, near=bool(above))
        drawn = drawings_of_steps(self.derivation, self.problem) if self.k == 1 else {}
        yield from StepList(self.steps, self.long, level, drawn=drawn).blocks(alone(self.derivation.forward))
        if backward:
            yield from self._new_page("backward")
            yield Heading(Sentence("headings.backward"), level)
            yield from self._steps(with_locals(backward), level, backward=True)
        if updates:
            yield from self._new_page("update")
            yield Heading(Sentence("headings.update" if backward else "headings.update_second"), level)
            yield from self._steps(alone(updates), level)

    def results(self) -> Iterator[Block]:
        """The results of the pass alone: of its forward pass, its gradients and its update, of a batch what all samples
        have part in.
        """
        yield Heading(Sentence("headings.pass", {"k": self.k}))
        yield from taken(self.derivation, self.k)
        yield from whose_turn(self.derivation, self.k)
        parts = self.derivation.forward, self.derivation.backward_in(self.k), self.derivation.updates_in(self.k)
        shown = [steps for part in parts if (steps := [step for step in part if self._is_result(step)])]
        yield from (self.steps.results(number, steps) for number, steps in enumerate(shown, start=1))

    def _is_result(self, step: Step) -> bool:
        """Whether a step is more than a formula inside another one, a local derivative or a part of a gradient."""
        part = isinstance(step.name, Derivative) and (step.rule.is_local or step.name.via is not None)
        return self.derivation.places.sample(step.name) is None and not (step.helper or part)

    def _new_page(self, part: str) -> tuple[NewPage, ...]:
        """A break is that of the first pass; the headings of the others stand where they fall."""
        return new_page(self.problem, part) if self.k == 1 else ()

    def _steps(self, groups: Iterable[list[Step]], level: int, backward: bool = False) -> Iterator[Block]:
        return StepList(self.steps, self.long, level, backward).blocks(groups)
