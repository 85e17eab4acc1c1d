"""A page → a notebook (nbformat 4.5): its words and formulas in Markdown, under each step the code that computes it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from derive.derivation.steps import Step
from derive.page.blocks.step_list import taken_up_to
from derive.page.document import Block, Document, Numbered
from derive.page.run import PageRun
from derive.page.view import View
from derive.prose.catalogue import catalogue
from derive.writers.base import Writer
from derive.writers.identity import Identity
from derive.writers.markdown import MarkdownWriter, with_pictures_inside
from derive.writers.notebook.program import NumpyProgram, Variables
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part, filled_text

NotebookCell: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CompiledNotebook:
    """For each section its pass, and its blocks with what they are in Markdown."""

    document: Document
    page: PageContext
    compiler: Compiler
    sections: tuple[tuple[int, tuple[tuple[Block, tuple[Part, ...]], ...]], ...]


class NotebookWriter(Writer):
    """A solution → a notebook."""

    def __init__(self) -> None:
        self.words = MarkdownWriter()

    def compile(self, document: Document, page: PageContext) -> CompiledNotebook:
        compiler = self.words.compiler(document, page, catalogue(document.language))
        sections = tuple(
            (section.k, tuple((block, tuple(self.words.block(block, compiler))) for block in section.blocks))
            for section in document.sections
        )
        return CompiledNotebook(document, page, compiler, sections)

    def render(self, compiled: CompiledNotebook, run: PageRun, identity: Identity | None = None) -> str:
        pictures = self.words.pictures(compiled.document, compiled.page, run)
        texts = _Cells(compiled, run).all(self._head(compiled))
        inside = ((kind, with_pictures_inside(text, run.values.problem.name, pictures)) for kind, text in texts)
        cells = [_cell(f"cell-{i}", kind, text) for i, (kind, text) in enumerate(inside, 1)]
        metadata = {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"

    def _head(self, compiled: CompiledNotebook) -> str:
        document, words = compiled.document, compiled.compiler.catalogue
        lines = [f"# {self.words.words(document.title)}"]
        lines += [self.words.words(f"{words[f'labels.{key}']}: {text}") for key, text in document.head.items()]
        return "\n\n".join(lines)


def _cell(name: str, kind: str, text: str) -> NotebookCell:
    own = {"execution_count": None, "outputs": list[str]()} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": {}, "source": text.strip().splitlines(keepends=True), **own}


class _Cells:
    """Goes through the page and the steps at once."""

    def __init__(self, compiled: CompiledNotebook, run: PageRun) -> None:
        self.compiled, self.values = compiled, run.values
        self.view = View(run, compiled.compiler.notation, compiled.page.workings)
        self.derivation = run.values.tape.derivation
        self.program = NumpyProgram(run.values, Variables())

    def all(self, head: str) -> Iterator[tuple[str, str]]:
        """The cells in order: their kind and their text; words in a row are one cell."""
        words = [head]
        for kind, text in self._parts():
            if kind == "markdown":
                words.append(text.strip())
                continue
            if any(words):
                yield "markdown", "\n\n".join(filter(None, words))
            words = []
            yield kind, text
        if any(words):
            yield "markdown", "\n\n".join(filter(None, words))

    def _parts(self) -> Iterator[tuple[str, str]]:
        yield "code", self.program.opening()
        done = 0
        for k, blocks in self.compiled.sections:
            worked = any(isinstance(block, Numbered) for block, _ in blocks)
            before = self._before(done, k) if worked else []
            done = k if worked else done
            yield from self._section(k, blocks, before)

    def _before(self, done: int, k: int) -> list[str]:
        """What comes before the first step of a pass."""
        if not done:
            return self.program.begun()
        between = self.program.passed_over(done + 1, k - 1) if k > done + 1 else []
        return [*between, *self.program.goes_on(k)]

    def _section(
        self, k: int, blocks: Iterable[tuple[Block, tuple[Part, ...]]], before: list[str]
    ) -> Iterator[tuple[str, str]]:
        waiting = list(self.derivation.worked(k, self.values.updates)) if before else []
        view = self.view.at(k)
        for block, parts in blocks:
            text = filled_text(parts, view)
            if isinstance(block, Numbered):
                if before:
                    yield "code", "\n".join(before)
                    before = []
                yield "markdown", text
                yield from self._code(taken_up_to(block.step, waiting), k)
            else:
                yield "markdown", text
        yield from self._code(waiting, k)

    def _code(self, steps: list[Step], k: int) -> Iterator[tuple[str, str]]:
        if steps:
            yield "code", "\n".join(line for step in steps for line in self.program.checked(step, k))
