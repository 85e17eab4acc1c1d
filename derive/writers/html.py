"""The page in HTML, one file that stands alone: no scripts, nothing loaded; follows the reader's light or dark colours.

Pictures are inside it as SVG. Mathematics stands as the terminal's page sets it, in Unicode; inside sentences with
lowered and raised characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape as escaped

from derive.page.document import Block, Chain, FigureBlock, Givens, Numbered, Sentence, TableColumn
from derive.writers.figure_labels import FigureLabels
from derive.writers.parts import Compiler, Part, filled_text
from derive.writers.text import TextWriter

_LEVELS = {-1: ("<sub>", "</sub>"), 0: ("", ""), 1: ("<sup>", "</sup>")}


def escape_html(text: str) -> str:
    """Words for HTML."""
    return escaped(text)


class HtmlWriter(TextWriter):
    """A Document → HTML."""

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

    def title(self, text: str, level: int) -> str:
        return f"<h{level + 1}>{text}</h{level + 1}>\n"

    def prose(self, text: str, kind: str) -> str:
        return f'<p class="{kind}">{text}\n</p>\n'

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        remarks = isinstance(block, Numbered) and all(isinstance(part, Sentence) for part in block.parts)
        if isinstance(block, Givens | Chain | Numbered) and not remarks:
            return _as_set(TERMINAL.block(block, compiler))
        return super().block(block, compiler)

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        return [f'<div class="step"><b>{block.number})</b>\n', *super().numbered(block, compiler)[1:], "</div>\n"]

    def remark(self, text: str, label: str, tone: str) -> str:
        return f"<p>{text}\n</p>\n"

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        from derive.figures.drawing.svg import svg

        return ["<figure>", lambda view: svg(block.figure, FigureLabels(view), block.alt), "</figure>\n"]

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        head = _cells(heads, columns, "th", ' scope="col"')
        body = "".join(_cells(row, columns, "td", "") for row in rows)
        return f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}</tbody>\n</table>\n"


TERMINAL = TextWriter()


def _cells(cells: Sequence[str], columns: Sequence[TableColumn], tag: str, scope: str) -> str:
    shown = (f'<{tag} class="{column.kind}"{scope}>{cell}</{tag}>' for cell, column in zip(cells, columns, strict=True))
    return f"<tr>{''.join(shown)}</tr>\n"


def _as_set(parts: list[Part]) -> list[Part]:
    """Mathematics as the terminal's page sets it."""
    return ["<pre>", lambda view: escape_html(filled_text(parts, view).strip("\n")), "</pre>\n"]
