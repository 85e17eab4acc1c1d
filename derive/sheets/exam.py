"""The exercise as an exam on paper: what is given, the model, numbered questions with their marks and room to write."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from math import prod

from derive.derivation.step_settings import step_marks
from derive.derivation.steps import Derivation, Step
from derive.language.numbers import constant_text
from derive.page.chains import ARROW, SAME, Chain, ChainLink, Formula
from derive.page.document import (
    Block,
    Document,
    Heading,
    Inline,
    NameInText,
    Numbered,
    Paragraph,
    Section,
    Sentence,
    WritingRoom,
)
from derive.problem.problem import Problem
from derive.sheets.blanks import PagePlace, chains_of

FEWEST_LINES, MOST_LINES = 3, 12


def exam_document(key: Document, derivation: Derivation, problem: Problem, hidden: frozenset[PagePlace],
                  asked: Collection[tuple[str, PagePlace]]) -> Document:  # fmt: skip
    """The exam of a key: its first section up to the first step, then the model and the questions."""
    first = key.sections[: 1 + next(i for i, s in enumerate(key.sections) if _steps(s))]
    given = [replace(section, blocks=tuple(_before_steps(section))) for section in first]
    own = Section((*_model(derivation, asked), *_questions(derivation, problem, asked)))
    return replace(key, title=problem.title, sections=(*given, own), hidden=hidden)


def marked_key(key: Document, derivation: Derivation, problem: Problem) -> Document:
    """The key with the marks of each step that has some; with the first of them, what earns a part of them."""
    told = iter((Sentence("exam.rule"),))
    return key.with_blocks(lambda block, k: _worth(block, k, derivation, problem, told))


def _steps(section: Section) -> bool:
    return any(isinstance(block, Numbered) for block in section.blocks)


def _before_steps(section: Section) -> Iterator[Block]:
    """What stands above the first heading of a pass."""
    blocks = list(section.blocks)
    end = next((i for i, block in enumerate(blocks) if isinstance(block, Numbered)), len(blocks))
    while end < len(blocks) and end and isinstance(blocks[end - 1], Heading):
        end -= 1
    yield from blocks[:end]


def _model(derivation: Derivation, asked: Collection[tuple[str, PagePlace]]) -> Iterator[Block]:
    """The equations of the forward pass, and where an update is asked those of the updates."""
    yield Heading(Sentence("exam.model"))
    for step in derivation.forward:
        if derivation.is_worked(step.name):
            yield Chain(step.name, (ChainLink(SAME, Formula(step.expr)),))
    updated = {name for _, (name, _) in asked}
    for step in derivation.updates:
        if step.name in updated:
            yield Chain(step.name, (ChainLink(ARROW, Formula(step.expr)),))


def _questions(derivation: Derivation, problem: Problem, asked: Collection[tuple[str, PagePlace]]) -> Iterator[Block]:
    """A question for each step that is asked, and how many marks there are in all."""
    steps = derivation.by_name
    marks = {step: step_marks(derivation, problem, steps.get(name), step, k) for step, (name, k) in asked}
    yield Heading(Sentence("exam.questions"))
    yield Paragraph((Sentence("exam.total", {"marks": constant_text(sum(marks.values(), start=Fraction(0)))}),))
    for number, (step, (name, k)) in enumerate(asked, 1):
        where, count = _place(problem, steps.get(name), k)
        fields: dict[str, Inline] = {"name": NameInText(name), "k": count, "marks": constant_text(marks[step])}
        key = f"exam.find{where}{'_marks' if marks[step] else ''}"
        yield Paragraph((Sentence("=", {"text": f"{number})"}), Sentence(key, fields)))
        lines = min(FEWEST_LINES + prod(derivation.shapes[name]) // 2, MOST_LINES)
        yield WritingRoom(problem.sheet.room, lines)


def _place(problem: Problem, step: Step | None, k: int) -> tuple[str, int]:
    """How a question says which of several values of a name it asks for: in pass k, or after so many updates."""
    steps = problem.update.steps if problem.update else 0
    updated = step is not None and step.phase == "update"
    if updated or k > steps > 0:
        return ("_after" if steps == 1 else "_after_many"), k if updated else k - 1
    return ("_in_pass" if steps > 1 else ""), k


def _worth(block: Block, k: int, derivation: Derivation, problem: Problem, told: Iterator[Sentence]) -> Block:
    if not isinstance(block, Numbered):
        return block
    heads = {chain.head for chain in chains_of(block)}
    worth = [sentence for step in derivation.steps if step.name in heads
             for sentence in _marks(derivation, problem, step, k)]  # fmt: skip
    return replace(block, parts=(*block.parts, *worth, *(islice(told, 1) if worth else ())))


def _marks(derivation: Derivation, problem: Problem, step: Step, k: int) -> Iterator[Sentence]:
    """What a step is worth."""
    marks = step_marks(derivation, problem, step, derivation.id_in(step.name, k), k)
    if marks:
        key = "exam.worth_entries" if step.shape else "exam.worth"
        fields: dict[str, Inline] = {
            "name": NameInText(step.name),
            "marks": constant_text(marks),
            "entries": prod(step.shape),
        }
        yield Sentence(key, fields)
