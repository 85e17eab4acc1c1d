"""Slides in LaTeX's Beamer: a frame a step, its lines uncovered one by one."""

from collections.abc import Sequence
from dataclasses import replace

from derive.figures.renderers.tikz import FIGURE_LABEL
from derive.page.document import Document, FigureBlock, Numbered
from derive.prose.catalogue import Catalogue
from derive.writers.base import CompiledPage, TemplateWriter
from derive.writers.latex import LatexWriter
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part, filled_text
from derive.writers.slides.cutting import in_slides, is_lit

PAUSE = "\\pause\n"


class BeamerWriter(LatexWriter):
    """A Document → a Beamer presentation."""

    template = "slides.tex"
    new_page = ""

    def compile(self, document: Document, page: PageContext) -> CompiledPage:
        compiled = super().compile(in_slides(document, page.derivation), page)
        return replace(compiled, sections=tuple((k, (*parts, "\\end{frame}\n")) for k, parts in compiled.sections))

    def title(self, text: str, level: int) -> str:
        return f"\n\\begin{{frame}}[shrink]{{{text}}}\n"

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        first, *others = TemplateWriter.numbered(self, block, compiler)
        return [f"\\begin{{derivation}}{{{block.number})}}\n", first, *map(_uncovered, others), "\\end{derivation}\n"]

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        return PAUSE.join(super(BeamerWriter, self).display([row], label) for row in rows)

    def frame(self, words: Catalogue) -> dict[str, str]:
        return {**super().frame(words), "figurelabel": FIGURE_LABEL}

    figure = TemplateWriter.figure
    """Where it stands: nothing moves on a slide."""

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        height = ".4" if is_lit(block) else ".75"
        opened, closed = f"\n\\slidepicture{{{height}}}{{%\n", "}\n"
        drawn = super().drawing(block, compiler)
        return [opened, lambda view: filled_text(drawn, view).replace(FIGURE_LABEL, ""), closed]


def _uncovered(part: Part) -> Part:
    """A part behind a pause, where anything of it is said."""
    return lambda view: PAUSE + text if (text := filled_text([part], view)) else ""
