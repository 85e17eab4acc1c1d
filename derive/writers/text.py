"""The page for a terminal: Unicode mathematics, matrices in two dimensions, lines of at most 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from typing import TypeAlias

from derive.notation.notations import UNICODE
from derive.page.document import (
    Chain,
    Document,
    FigureBlock,
    Givens,
    Heading,
    Joined,
    Lines,
    Numbered,
    Paragraph,
    Quoted,
    Sentence,
    Table,
)
from derive.page.view import View
from derive.prose.catalogue import Catalogue
from derive.writers.base import FigureLabels, PageContext, TemplateWriter
from derive.writers.boxes import TextBox, beside, bracketed_box, broken, padded, terminal_width
from derive.writers.panels import panels
from derive.writers.parts import Compiler, Part, filled_text, texts

WIDTH, WIDEST = 100, 85  # of a line; of what stands in one behind an indent
INDENT = " " * 5
_SIGNS = (" + ", " − ", " ⊙ ", "·", "/")
_RELATIONS = ("= ", "≈ ", "← ")
_OPEN, _CLOSE, _CELL, _ROW, _LABEL = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
TextLine: TypeAlias = str


def text_matrix(words: Catalogue, rows: list[list[str]], label: str = "") -> str:
    """A matrix in marks that `boxes` turns into two dimensions: in panels with a label under each if it is too wide."""
    rows = [lines for row in rows for lines in _folded(row)]
    widths = [max(terminal_width(row[j]) for row in rows) + 2.0 for j in range(len(rows[0]))]
    return "".join(
        _OPEN + _ROW.join(map(_CELL.join, panel.rows)) + (_LABEL + panel.label if panel.label else "") + _CLOSE
        for panel in panels(rows, label, widths, WIDEST, words)
    )


def _folded(row: list[str]) -> list[list[str]]:
    """A row of a matrix; one that is a single formula too long for the line, as several, each from a sign on."""
    if len(row) > 1 or terminal_width(row[0]) <= WIDEST:
        return [row]
    lines = textwrap.wrap(row[0], WIDEST, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [[padded(line, WIDEST)] for line in lines]


def boxes(text: str) -> list[TextBox]:
    """A text with marked matrices: one box if it fits a line, else one for each matrix with the sign before it."""
    parts: list[list[TextBox]] = [[]]
    while _OPEN in text:
        before, _, rest = text.partition(_OPEN)
        inside, _, text = rest.partition(_CLOSE)
        body, _, label = inside.partition(_LABEL)
        cut = max(before.rfind(sign) for sign in _SIGNS)
        if label:  # a panel stands with its relation on a line of its own
            cut = max(cut, 0, *(before.rfind(sign) for sign in _RELATIONS))
        if cut >= 0:
            parts[-1].append(TextBox.of(before[:cut]))
            parts.append([])
        parts[-1] += [
            TextBox.of(before[max(0, cut) :]),
            bracketed_box([row.split(_CELL) for row in body.split(_ROW)], label),
        ]
    parts[-1].append(TextBox.of(text))
    whole = beside([box for part in parts for box in part])
    return [whole] if whole.width <= WIDEST else [beside(part) for part in parts if part]


class TextWriter(TemplateWriter):
    """A Document → text for a terminal."""

    name = "txt"
    ending = "txt"
    template = "page.txt"
    new_page = "\n\n" + "-" * WIDTH + "\n"

    def compiler(self, document: Document, page: PageContext, catalogue: Catalogue) -> Compiler:
        notation = page.notation(UNICODE, document)
        sets = partial(text_matrix, catalogue)
        return Compiler(notation, page.shapes, page.labels(notation), sets, str, catalogue, _answer, "_" * 30)

    def words(self, text: str) -> str:
        return text

    def inline(self, formula: str) -> str:
        return formula

    def heading(self, block: Heading, compiler: Compiler) -> list[Part]:
        return [lambda view: _heading(self._words(block.sentence, compiler, view), block.level)]

    def paragraph(self, block: Paragraph, compiler: Compiler) -> list[Part]:
        return [lambda view: self._paragraph(block, compiler, view)]

    def givens(self, block: Givens, compiler: Compiler) -> list[Part]:
        return [lambda view: _givens(block, compiler, view)]

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        return [lambda view: _drawing(block, view)] if block.name == "graph" else []

    def table(self, block: Table, compiler: Compiler) -> list[Part]:
        return [lambda view: self._table(block, compiler, view)]

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        return [self._chain(chain, compiler, ""), "\n"]

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        return ["\n", *super().numbered(block, compiler)]

    def label(self, number: int | None) -> str:
        return INDENT if number is None else f"{number}) ".rjust(len(INDENT))

    def lines(self, lines: Lines, compiler: Compiler, label: str) -> list[Part]:
        return [self._chain(chain, compiler, INDENT if i else label) for i, chain in enumerate(lines.chains)]

    def _words(self, sentence: Sentence, compiler: Compiler, view: View) -> str:
        if not view.holds(sentence.when):
            return ""
        return filled_text(compiler.sentence(sentence, str, str), view)

    def _paragraph(self, block: Paragraph, compiler: Compiler, view: View) -> str:
        text = " ".join(filter(None, (self._words(sentence, compiler, view) for sentence in block.sentences)))
        return f"\n{textwrap.fill(text, WIDTH)}\n"

    def _table(self, block: Table, compiler: Compiler, view: View) -> str:
        """Columns as wide as what they hold; what is too long for the line is broken in its last long column."""
        heads = [column.head for column in block.columns]
        rows = [[self._words(cell, compiler, view) for cell in row] for row in (heads, *block.rows)]
        lined_up = _lined_up(rows, block, compiler.notation.decimal)
        rows = lined_up if sum(_widths(lined_up)) + 2 * (len(block.columns) - 1) <= WIDTH else rows
        widths = _widths(rows)
        long = [i for i, column in enumerate(block.columns) if column.kind == "long"]
        for i in reversed(long):
            widths[i] = max(20, min(widths[i], WIDTH - sum(widths) + widths[i] - 2 * (len(widths) - 1)))
        lines = [line for row in rows for line in _cells(row, widths, block)]
        rule = "  ".join("-" * width for width in widths)
        return "\n" + "".join(f"{line.rstrip()}\n" for line in (lines[0], rule, *lines[1:]))

    def joined(self, joined: Joined, compiler: Compiler, label: str) -> list[Part]:
        chains = [compiler.segments(chain) for chain in (joined.chain, *joined.explained)]
        word = f"   {compiler.catalogue[joined.word.key]}   "

        def fill(view: View) -> str:
            links = [TextBox.of(label)]
            for i, segments in enumerate(chains):
                whole = [box for text in texts(segments, view) for box in boxes(text + " ")]
                links += [beside([TextBox.of(word), whole[0]]), *whole[1:]] if i else whole
            return "".join(f"{line}\n" for line in broken(links, WIDTH, len(INDENT) + 4))

        return [fill]

    def said(self, sentence: Sentence, compiler: Compiler, label: str) -> list[Part]:
        def fill(view: View) -> str:
            text = self._words(sentence, compiler, view)
            return textwrap.fill(text, WIDTH, initial_indent=label, subsequent_indent=INDENT) + "\n" if text else ""

        return [fill]

    def quoted(self, quoted: Quoted, label: str) -> Part:
        text, mark = quoted.lines()
        return f"{label}{text}\n{INDENT}{mark}\n"

    def _chain(self, chain: Chain, compiler: Compiler, label: str) -> Part:
        segments = compiler.segments(chain)

        def fill(view: View) -> str:
            links = [box for text in texts(segments, view) for box in boxes(text + " ")]
            lines = broken([TextBox.of(label), *links], WIDTH, len(label) + 4)
            return "".join(f"{line}\n" for line in lines)

        return fill


def _answer(step: str) -> str:
    return "_" * 8


def _heading(text: str, level: int) -> str:
    return f"\n{text}\n{('=' if level == 1 else '-') * terminal_width(text)}\n"


def _widths(rows: list[list[str]]) -> list[int]:
    return [max(map(terminal_width, cells)) for cells in zip(*rows, strict=True)]


def _lined_up(rows: list[list[str]], block: Table, decimal: str) -> list[list[str]]:
    """The rows with numbers filled up so that the decimal signs of a column stand in one line; the heads stay."""
    heads, *body = rows
    cells = [list(column) for column in zip(*body, strict=True)]
    for column, shown in zip(block.columns, cells, strict=False):
        behind = [terminal_width(cell) - terminal_width(cell.partition(decimal)[0]) for cell in shown]
        if column.kind == "number":
            shown[:] = [cell + " " * (max(behind) - width) for cell, width in zip(shown, behind, strict=True)]
    return [heads, *map(list, zip(*cells, strict=True))]


def _cells(row: list[str], widths: list[int], block: Table) -> Iterator[str]:
    """The lines of a row; numbers stand to the right."""
    broken_cells = [
        textwrap.wrap(cell, width) or [""] if column.kind == "long" else [cell]
        for cell, width, column in zip(row, widths, block.columns, strict=True)
    ]
    for cells in zip_longest(*broken_cells, fillvalue=""):
        yield "  ".join(
            padded(cell, width, column.is_numeric)
            for cell, width, column in zip(cells, widths, block.columns, strict=True)
        )


def _givens(block: Givens, compiler: Compiler, view: View) -> str:
    shown: list[TextBox] = []
    for name in block.names:
        value = view.array(name, compiler.matrix) if compiler.shapes[name] else view.number(name, (), "leading")
        shown += boxes(f"{compiler.notation.name(name)} = {value}    ")
    return "\n" + "".join(f"{line}\n" for line in broken(shown, WIDTH, 0))


def _drawing(block: FigureBlock, view: View) -> str:
    from derive.figures.drawing.words import figure_words

    return f"\n{figure_words(block.figure, FigureLabels(view))}\n"
