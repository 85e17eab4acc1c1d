"""The page in HTML, one file that stands alone: no scripts, nothing loaded; follows the reader's light or dark colours.

Pictures are inside it as SVG. Mathematics stands as the terminal's page sets it, in Unicode; inside sentences with
lowered and raised characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape as escaped

from derive.page.document import Chain, FigureBlock, Givens, Heading, Numbered, Paragraph, Sentence, Table
from derive.writers.base import FigureLabels
from derive.writers.parts import Compiler, Part, filled_text
from derive.writers.text import TextWriter

_LEVELS = {-1: ("<sub>", "</sub>"), 0: ("", ""), 1: ("<sup>", "</sup>")}


def escape_html(text: str) -> str:
    """Words for HTML."""
    return escaped(text)


class HtmlWriter(TextWriter):
    """A Document → HTML."""

    name = "html"
    ending = "html"
    template = "page.html"
    new_page = "<hr>\n"

    def words(self, text: str) -> str:
        return escape_html(text)

    def inline(self, formula: str) -> str:
        """A formula in a sentence, from Unicode."""
        from derive.figures.drawing.svg import runs

        pieces = [
            f"{before}{escaped(piece)}{after}" for piece, level in runs(formula) for before, after in [_LEVELS[level]]
        ]
        return f'<span class="math">{"".join(pieces)}</span>'

    def heading(self, block: Heading, compiler: Compiler) -> list[Part]:
        tag = f"h{block.level + 1}"
        return [self.sentence(block.sentence, compiler, f"<{tag}>", f"</{tag}>\n")]

    def paragraph(self, block: Paragraph, compiler: Compiler) -> list[Part]:
        said = [self.sentence(sentence, compiler, after="\n") for sentence in block.sentences]
        return [f'<p class="{block.kind}">', *said, "</p>\n"]

    def givens(self, block: Givens, compiler: Compiler) -> list[Part]:
        return _as_set(super().givens(block, compiler))

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        return _as_set(super().aside(chain, compiler))

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        if all(isinstance(part, Sentence) for part in block.parts):
            return self._remarks(block, compiler)
        return _as_set(super().numbered(block, compiler))

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        from derive.figures.drawing.svg import svg

        return ["<figure>", lambda view: svg(block.figure, FigureLabels(view), block.alt), "</figure>\n"]

    def _remarks(self, block: Numbered, compiler: Compiler) -> list[Part]:
        """A step that is only spoken about: its number stands before the first sentence."""
        parts: list[Part] = [f'<div class="step"><b>{block.number})</b>\n']
        for said in block.parts:
            parts += ["<p>", self.sentence(said, compiler, after="\n"), "</p>\n"] if isinstance(said, Sentence) else []
        return [*parts, "</div>\n"]

    def table(self, block: Table, compiler: Compiler) -> list[Part]:
        kinds = [f' class="{column.kind}"' for column in block.columns]
        head = self._cells([column.head for column in block.columns], kinds, compiler, "th", ' scope="col"')
        parts: list[Part] = ["<table>\n<thead>", *head, "</thead>\n<tbody>\n"]
        for row in block.rows:
            parts += self._cells(row, kinds, compiler, "td", "")
        return [*parts, "</tbody>\n</table>\n"]

    def _cells(
        self, cells: Sequence[Sentence], kinds: Sequence[str], compiler: Compiler, tag: str, scope: str
    ) -> list[Part]:
        parts: list[Part] = ["<tr>"]
        for cell, kind in zip(cells, kinds, strict=True):
            parts.append(self.sentence(cell, compiler, f"<{tag}{kind}{scope}>", f"</{tag}>"))
        return [*parts, "</tr>\n"]


def _as_set(parts: list[Part]) -> list[Part]:
    """Mathematics as the terminal's page sets it."""
    return ["<pre>", lambda view: escape_html(filled_text(parts, view).strip("\n")), "</pre>\n"]
