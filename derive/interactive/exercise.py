"""An exercise laid open: a problem's sheet with its numbers, worked out, and pieces of its pages as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any

from derive.answers.feedback.report import Report, ReportItem, reported
from derive.answers.feedback.step_feedback import Feedback
from derive.answers.files.answer_file import read_mapping
from derive.answers.marking.judging import judge
from derive.answers.reading.written import Answer
from derive.language.expressions import Index
from derive.language.names import Name
from derive.language.numbers import constant_text
from derive.notation.matrices import nested
from derive.page.document import Block, Document, NameInText, Numbered, Section, StepPart
from derive.page.run import PageRun
from derive.page.view import View
from derive.problem.overriding import Overrides, overridden
from derive.problem.problem import Problem
from derive.problem.reading.given_values import Given
from derive.prose.catalogue import catalogue
from derive.sheets.answer_file import NOBODY, Field
from derive.sheets.blanks import chains_of
from derive.sheets.sheet_writer import KEY, SHEET, SheetWriter
from derive.solution import Blueprint, Solution
from derive.writers import WRITERS, check_formats, text_formats
from derive.writers.base import TemplateWriter
from derive.writers.identity import Identity
from derive.writers.parts import Compiler, filled_text

MOST_READ = 1_000  # texts that are kept as they were read


@dataclass(frozen=True, slots=True)
class Source:
    """Where an exercise comes from, as a request tells it and as a page keeps it.

    problem   the problem file's text, `name` what the file is called
    settings  what overrides those of the file, as keywords of `derive.solve`
    values    other numbers for given values, by id
    identity  whose sheet it is
    """

    problem: str
    name: str = "problem"
    settings: Overrides = field(default_factory=Overrides)
    values: Mapping[str, Any] = field(default_factory=dict)
    identity: Identity = NOBODY

    def read(self) -> Problem:
        """The problem. Raises InputError."""
        problem = overridden(Problem.loads(self.problem, self.name), self.settings)
        return problem.with_values(self.values)


@dataclass(frozen=True, slots=True)
class ToldItem:
    """What was said of an answer: the parts and the mistake that it was made of, as HTML and as text."""

    parts: Sequence[StepPart]
    diagnosis: str | None
    html: str
    message: str


@dataclass(frozen=True)
class Exercise:
    """A problem's exercise with the numbers of a solution."""

    source: Source
    writer: SheetWriter
    solution: Solution
    _read: dict[str, Answer] = field(default_factory=dict, init=False, compare=False, repr=False)
    _told: dict[str, ToldItem] = field(default_factory=dict, init=False, compare=False, repr=False)

    @staticmethod
    def of(source: Source) -> Exercise:
        """The exercise, its gradients verified by central differences. Raises InputError and VerificationError."""
        blueprint = Blueprint.of(source.read(), symbolic=False)
        sheet = replace(blueprint.derivation.problem.sheet, hints=False)
        return Exercise(source, SheetWriter.of(blueprint, sheet), blueprint.solve())

    def with_problem(self, problem: Problem) -> Exercise:
        """The same exercise with other numbers; it is nobody's sheet any more."""
        source = replace(self.source, identity=NOBODY)
        return replace(self, source=source, solution=self.writer.blueprint.solve(problem))

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The steps that are asked, by id, in their order."""
        return {each.step: each for each in self.writer.fields}

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of the step on the page, for each step that is asked."""
        return {step: block.number for step, block in self.blocks.items()}

    @cached_property
    def blocks(self) -> Mapping[str, Numbered]:
        """Where each step that is asked stands on the key's page."""
        places = {(each.name, each.k): each.step for each in self.writer.fields}
        found: dict[str, Numbered] = {}
        for block, k in self.writer.documents[KEY].blocks:
            if isinstance(block, Numbered):
                names = {chain.head for chain in chains_of(block)}
                found |= {places[name, k]: block for name in names if name and (name, k) in places}
        return found

    @cached_property
    def feedback(self) -> Feedback:
        """What words things for this exercise; it tells no number that is asked for."""
        return Feedback(self.solution, hints=True)

    def description(self) -> dict[str, Any]:
        """What lies open: the exercise as a page, its steps and given values."""
        problem = self.solution.problem
        return {
            "title": problem.title, "name": problem.name, "language": problem.language,
            "decimal": problem.numbers.decimal, "problem": self.source.problem,
            "code": self.source.identity.code, "student": self.source.identity.student,
            "variants": bool(problem.variants and problem.variants.choices),
            "exercise": self.body(self.writer.documents[SHEET]),
            "steps": [
                {"id": each.step, "math": self.named(each.name), "number": self.numbers[each.step],
                 "shape": list(each.shape), "pass": each.k}
                for each in self.fields.values()
            ],
            "givens": [self._given(given, problem.numbers.decimal) for given in problem.givens],
        }  # fmt: skip

    def named(self, name: Name, index: Index = ()) -> str:
        """A name, or an entry of it, in HTML."""
        return _html().inline(self._compiler.naming(NameInText(name, index=index)))

    def _given(self, given: Given, decimal: str) -> dict[str, Any]:
        """A given value as it is edited: its entries as decimals, or fractions where those do not end."""
        texts = [constant_text(value).replace(".", decimal) for value in given.values]
        return {"id": given.name.id, "math": self.named(given.name), "shape": list(given.shape),
                "parameter": given.parameter, "values": nested(texts, given.shape)}  # fmt: skip

    # --- pages ---------------------------------------------------------------------------------------------------

    def page(self) -> str:
        """The worked page, without its frame."""
        return self.body(self.solution.blueprint.document)

    def passes(self) -> Iterator[tuple[int, str]]:
        """The worked page pass by pass; what closes the page stands with the last one."""
        document = self.solution.blueprint.document
        latest = accumulate((section.k for section in document.sections), max)
        for k, sections in groupby(zip(latest, document.sections, strict=True), lambda pair: pair[0]):
            yield k, self.told(replace(document, sections=tuple(section for _, section in sections)))

    def files(self, name: str) -> dict[str, str]:
        """The page in a text format with its pictures. Raises DeriveError for a format that does not exist."""
        check_formats((name,), text_formats("solution"))
        called = self.solution.problem.name
        pictures = self.solution.pictures(name)
        return {f"{called}.{name}": self.solution.text(name), **{f"{called}-{end}": pictures[end] for end in pictures}}

    def body(self, document: Document) -> str:
        """A document in HTML, without its frame."""
        compiled = self.writer.blueprint.compiled
        key = f"practice {id(document)}"
        if key not in compiled:
            compiled[key] = document, _html().compile(document, self.solution.blueprint.page)
        return str(compiled[key][1].body(self.solution.run))

    def told(self, document: Document) -> str:
        """A document that is shown once, as a report is, in HTML without its frame."""
        return str(_html().compile(document, self.solution.blueprint.page).body(self.solution.run))

    def fragment(self, blocks: Sequence[Block], k: int, hidden: frozenset[Any] = frozenset()) -> str:
        """Blocks about a pass in HTML."""
        return self.told(replace(self.writer.documents[KEY], sections=(Section(tuple(blocks), k),), hidden=hidden))

    def parts(self, parts: Sequence[StepPart]) -> str:
        """What is said about a step, in HTML."""
        writer, compiler = _html(), self._compiler
        return filled_text([writer.part(part, compiler, "") for part in parts], self._view)

    @cached_property
    def _compiler(self) -> Compiler:
        """What makes HTML of the parts of a step."""
        document = self.writer.documents[KEY]
        return _html().compiler(document, self.solution.blueprint.page, catalogue(document.language))

    @cached_property
    def _view(self) -> View:
        return View(PageRun(self.solution.values), self._compiler.notation, self.solution.blueprint.page.workings)

    # --- a student's answers -------------------------------------------------------------------------------------

    def read(self, answers: Mapping[str, Any]) -> list[Answer]:
        """Answers by step, as they are read; each text is read once."""
        if len(self._read) > MOST_READ:
            self._read.clear()
        return read_mapping(answers, self.solution, self.feedback.index, self._read)

    def judged(self, answers: list[Answer]) -> Report:
        """The verdicts on all that was answered; what is right is not told."""
        return reported(self.feedback, judge(self.solution, answers), answers)

    def told_of(self, item: ReportItem) -> ToldItem:
        """What is said of an answer; made anew where it is not what was said of it last."""
        parts = item.parts
        if (kept := self._told.get(item.id)) is None or (kept.parts, kept.diagnosis) != (parts, item.diagnosis):
            self._told[item.id] = kept = ToldItem(parts, item.diagnosis, self.parts(parts), item.message)
        return kept


def _html() -> TemplateWriter:
    writer = WRITERS["html"]
    assert isinstance(writer, TemplateWriter)
    return writer
