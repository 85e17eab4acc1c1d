"""A page, a sheet or a step as Markdown, with each of its pictures as SVG and as TikZ: what a document of one's own
takes in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from derive.answers.names.step_matching import single_step
from derive.figures.renderers.tikz import tikz
from derive.notation.notations import TEX
from derive.page.document import Document, FigureBlock
from derive.page.run import PageRun
from derive.page.view import View
from derive.problem.overriding import Overrides, overridden
from derive.problem.problem import Problem
from derive.sheets.sheet_files import copy_of
from derive.solution import solve
from derive.writers import WRITERS
from derive.writers.figure_labels import FigureLabels
from derive.writers.page_context import PageContext

PAGE, SHEET, KEY = "page", "sheet", "key"
MARKDOWN = "md"
_HEAD = re.compile(r"\A\s*(# .*|\*\*\d+\)\*\*)\n")
"""The title of a page, and the number of a step that stands alone."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture in two forms, and the words that stand for it."""

    svg: str
    tikz: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Markdown without a title of its own, and the pictures by the names of the files that it refers to."""

    text: str
    pictures: Mapping[str, Drawn] = field(default_factory=dict)


@lru_cache(64)
def excerpt(text: str, name: str, what: str, settings: tuple[tuple[str, str | int], ...]) -> Excerpt:
    """What a problem file's `text` makes: its PAGE, SHEET or KEY, or the step that `what` names. `settings`
    override the file's, as keywords of `derive.solve` do.

    Raises InputError for a fault of the file or a step that there is not, VerificationError as `solve` does.
    """
    problem = overridden(Problem.loads(text, name), Overrides(**dict(settings)))  # type: ignore[typeddict-item]
    if what in {SHEET, KEY}:
        copy = copy_of(problem)
        page, document = copy.page(what, MARKDOWN), copy.writer.documents[what]
        return _excerpt(page, document, copy.writer.blueprint.page, copy.solution.run, name)
    solution = solve(problem)
    if what != PAGE:
        solution = single_step(solution, what)
    blueprint = solution.blueprint
    return _excerpt(solution.text(MARKDOWN), blueprint.document, blueprint.page, solution.run, name)


def _excerpt(text: str, document: Document, page: PageContext, run: PageRun, name: str) -> Excerpt:
    svg = WRITERS[MARKDOWN].pictures(document, page, run)
    drawn = dict(_in_tex(document, page, run)) if svg else {}
    pictures = {f"{name}-{file}": Drawn(text, drawn[file]) for file, text in svg.items()}
    return Excerpt(_HEAD.sub("", text), pictures)


def _in_tex(document: Document, page: PageContext, run: PageRun) -> Iterator[tuple[str, str]]:
    """The pictures in TikZ, by the names of their files in SVG."""
    notation = page.notation(TEX, document)
    for block, k in document.blocks:
        if isinstance(block, FigureBlock):
            labels = FigureLabels(View(run, notation, page.workings, k, document.hidden))
            yield f"{block.name}.svg", tikz(block.figure, labels)


def file_text(path: Path) -> str:
    """The text of a problem file, with the arrays of other files put in. Raises InputError."""
    from derive.problem.reading.array_files import with_array_files
    from derive.problem.reading.toml_file import read_toml

    return read_toml(path, with_array_files).text
