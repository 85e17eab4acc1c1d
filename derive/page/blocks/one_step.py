"""The page of one step: worked out as on the whole page, with all that is to be said of it."""

from collections.abc import Iterator
from dataclasses import replace

from derive.derivation.steps import Derivation, Step
from derive.language.names import Name
from derive.page.blocks.step_list import alone, with_locals
from derive.page.document import Document, Section, blank_page
from derive.page.lines.notes import Notes, Said
from derive.page.lines.step_lines import Steps
from derive.problem.problem import Problem


def one_step(derivation: Derivation, problem: Problem, name: Name, k: int) -> Document:
    """The step that gives `name` in pass k, under the number that it has where every step is worked out. What the page
    says once, at the first of several places, is said here.
    """
    last = problem.update.steps + 1 if problem.update else 1
    notes = Notes(derivation, Said(), k, backward=k < last or last == 1)
    number, group = next(
        (number, group) for number, group in _numbered(derivation) if name in (step.name for step in group)
    )
    block = Steps(derivation, problem.page.detail == "short", notes).numbered(number, group)
    return replace(blank_page(problem), step=derivation.id_in(name, k), sections=(Section((block,), k),))


def _numbered(derivation: Derivation) -> Iterator[tuple[int, list[Step]]]:
    """The steps of a pass, those of each phase counted from 1; a local derivative belongs to its gradient."""
    for groups in (alone(derivation.forward), with_locals(derivation.backward), alone(derivation.updates)):
        yield from enumerate(groups, 1)
