"""Sheets and keys of a problem, composed and compiled once, written for any number of variants.

    writer = SheetWriter(blueprint)                     # or SheetWriter.of(problem)
    writer.sheet("tex", variant.solution, identity)     # the exercise, as the LaTeX of a PDF with form fields
    writer.text(KEY, "tex", variant.solution, identity)  # the same page with everything on it
    writer.sheet("csv", variant.solution, identity)     # the file to fill in; as the key, filled in

A sheet is the key's Document with blanks (`derive.sheets.blanks`): what stands on both is one object, so that the
values of a variant answer every question of both pages once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from derive.page.blocks.compose import compose
from derive.page.blocks.drawings import drawings, drawings_of_steps
from derive.page.document import Block, Document, FigureBlock
from derive.problem.problem import Problem
from derive.problem.settings import Sheet
from derive.prose.catalogue import catalogue
from derive.sheets.answer_file import Field, answer_text, fields_of
from derive.sheets.blanks import blanked
from derive.sheets.exam import exam_document, marked_key
from derive.sheets.hints import hints
from derive.solution import Blueprint, Solution
from derive.writers import FORMATS, WRITERS
from derive.writers.identity import Identity

SHEET, KEY, PAPER = "sheet", "key", "paper"
PAGE_PARTS = ("given", "figures", "passes")
"""What of a solution's page stands on sheets and keys."""


def key_document(blueprint: Blueprint, sheet: Sheet) -> Document:
    """The page with everything on it: the worked solution without its closing part, which repeats the results."""
    derivation = blueprint.derivation
    problem = derivation.problem
    blocks = (*drawings(derivation, problem), *drawings_of_steps(derivation, problem).values())
    drawn = tuple(block.name for block in blocks)[: 1 if sheet.figure else 0]
    problem = replace(problem, page=replace(problem.page, figures=drawn, follow=""))
    title = catalogue(problem.language)["sheet.key_title"].format(title=problem.title)
    return _with_pictures(replace(compose(derivation, problem, parts=PAGE_PARTS), title=title), KEY)


def sheet_document(blueprint: Blueprint, sheet: Sheet, key: Document) -> Document:
    """The exercise. Raises InputError for a step to blank that is not on the page."""
    derivation = blueprint.derivation
    exercise = replace(blanked(key, derivation, sheet), title=derivation.problem.title)
    if sheet.hints:
        asked = {field.step: (field.name, field.k) for field in fields_of(exercise, derivation)}
        exercise = replace(exercise, sections=(*exercise.sections, *hints(key, derivation, asked, exercise.hidden)))
    return _with_pictures(exercise, SHEET)


def _with_pictures(document: Document, page: str) -> Document:
    """The document with pictures of its own: those of the sheet hold fewer numbers than those of the key."""

    def own(block: Block, k: int) -> Block:
        return replace(block, name=f"{page}-{block.name.split('-')[-1]}") if isinstance(block, FigureBlock) else block

    return document.with_blocks(own)


@dataclass(frozen=True)
class SheetWriter:
    """The pages of a problem's exercise, and its fields in their order."""

    blueprint: Blueprint
    documents: dict[str, Document]
    fields: tuple[Field, ...]
    compiled: dict[tuple[str, str], Any] = field(default_factory=dict)

    @staticmethod
    def of(problem: Problem | Blueprint, sheet: Sheet | None = None) -> SheetWriter:
        """The writer of a problem, with its own [sheet] or another one. Raises InputError as `sheet_document` does."""
        blueprint = problem if isinstance(problem, Blueprint) else Blueprint.of(problem)
        sheet = sheet or blueprint.derivation.problem.sheet
        key = key_document(blueprint, sheet)
        exercise = sheet_document(blueprint, sheet, key)
        documents, fields = {SHEET: exercise, KEY: key}, fields_of(exercise, blueprint.derivation)
        if sheet.room:
            asked = [(field.step, (field.name, field.k)) for field in fields]
            derivation = blueprint.derivation
            exam = exam_document(key, derivation, derivation.problem, exercise.hidden, asked)
            documents |= {KEY: marked_key(key, derivation, derivation.problem), PAPER: _with_pictures(exam, PAPER)}
        return SheetWriter(blueprint, documents, fields)

    def sheet(self, name: str, solution: Solution, identity: Identity | None = None) -> str:
        """The exercise, or the answer file to fill in, in a text format."""
        return self.text(SHEET, name, solution, identity)

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that there are: sheet, key, and where `[sheet] room` asks for it the sheet on paper."""
        return tuple(self.documents)

    def pictures(self, page: str, name: str, solution: Solution) -> dict[str, str]:
        """Pictures beside a text, by the end of their file's name: SVG beside Markdown."""
        if not FORMATS[name].is_page:
            return {}
        return WRITERS[name].pictures(self.documents[page], self.blueprint.page, solution.run)

    def text(self, page: str, name: str, solution: Solution, identity: Identity | None = None) -> str:
        """SHEET or KEY in a text format."""
        if not (FORMATS[name].is_page or FORMATS[name].alone):
            return answer_text(name, self.fields, identity, solution if page == KEY else None)
        writer = WRITERS[name]
        if (page, name) not in self.compiled:
            self.compiled[page, name] = writer.compile(self.documents[page], self.blueprint.page)
        return writer.render(self.compiled[page, name], solution.run, identity)
