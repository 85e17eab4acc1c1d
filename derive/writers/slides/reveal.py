"""Slides in one HTML file: nothing is loaded; without a script, or on paper, they stand one below the other."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from derive.page.document import Document, FigureBlock, Numbered
from derive.prose.catalogue import Catalogue
from derive.writers.base import CompiledPage, TemplateWriter
from derive.writers.html import HtmlWriter
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part
from derive.writers.slides.cutting import in_slides, is_lit


class RevealWriter(HtmlWriter):
    """A Document → slides in HTML."""

    template = "slides.html"
    new_page = ""

    def compile(self, document: Document, page: PageContext) -> CompiledPage:
        compiled = super().compile(in_slides(document, page.derivation), page)
        sections = tuple((k, ('<section class="slide">\n', *parts, "</section>\n")) for k, parts in compiled.sections)
        return replace(compiled, sections=sections)

    def title(self, text: str, level: int) -> str:
        return f"<h2>{text}</h2>\n"

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        opening = f'<div class="step" data-step="{escape(block.step.id)}"><b class="count">{block.number})</b>\n<div>\n'
        return [opening, *TemplateWriter.numbered(self, block, compiler), "</div></div>\n"]

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        beside = is_lit(block)
        return [f'<div class="{"beside" if beside else "alone"}">\n', *super().drawing(block, compiler), "</div>\n"]

    def frame(self, words: Catalogue) -> dict[str, Any]:
        said: Mapping[str, str] = {key: escape(words[f"slides.{key}"]) for key in ("back", "next", "keys")}
        return {**super().frame(words), "said": said}
