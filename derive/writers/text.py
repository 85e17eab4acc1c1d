"""The page for a terminal: Unicode mathematics, matrices in two dimensions, lines of at most 100 columns."""

from __future__ import annotations

import textwrap
from typing import TypeAlias

from derive.document import (
    Block,
    Chain,
    Document,
    Drawing,
    Givens,
    Heading,
    Joined,
    Lines,
    Losses,
    Numbered,
    Paragraph,
    Sentence,
)
from derive.notation import UNICODE
from derive.prose import Catalogue
from derive.view import View
from derive.writers.base import FigureLabels, Page, TemplateWriter
from derive.writers.boxes import Box, beside, bracketed, broken, columns
from derive.writers.parts import Compiler, Part, filled

WIDTH = 100
_OPEN, _CLOSE, _CELL, _ROW = "\ue000", "\ue001", "\ue002", "\ue003"
Line: TypeAlias = str


def matrix(rows: list[list[str]]) -> str:
    """A matrix in marks that `boxes` turns into two dimensions."""
    return _OPEN + _ROW.join(_CELL.join(row) for row in rows) + _CLOSE


def box(text: str) -> Box:
    """A text with marked matrices as a box."""
    parts: list[Box] = []
    while _OPEN in text:
        before, _, rest = text.partition(_OPEN)
        inside, _, text = rest.partition(_CLOSE)
        parts += [Box.of(before), bracketed([row.split(_CELL) for row in inside.split(_ROW)])]
    return beside([*parts, Box.of(text)])


class TextWriter(TemplateWriter):
    """A Document → text for a terminal."""

    name = "txt"
    ending = "txt"
    template = "page.txt"

    def compiler(self, document: Document, page: Page, catalogue: Catalogue) -> Compiler:
        notation = page.notation(UNICODE, document)
        return Compiler(notation, page.shapes, page.labels(notation), matrix, str, catalogue)

    def words(self, text: str) -> str:
        return text

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        match block:
            case Heading():
                return [lambda view: _heading(self._words(block.sentence, compiler, view), block.level)]
            case Paragraph():
                return [lambda view: self._paragraph(block, compiler, view)]
            case Givens():
                return [lambda view: _givens(block, compiler, view)]
            case Numbered():
                return self._numbered(block, compiler)
            case Drawing():
                return [lambda view: _drawing(block, view)] if block.name == "graph" else []
            case Losses():
                return [lambda view: _losses(block, compiler, view)]
            case Chain():
                return [self._chain(block, compiler, "", ""), "\n"]

    def _words(self, sentence: Sentence, compiler: Compiler, view: View) -> str:
        if not view.holds(sentence.when):
            return ""
        return filled(compiler.sentence(sentence, str, str), view)

    def _paragraph(self, block: Paragraph, compiler: Compiler, view: View) -> str:
        text = " ".join(filter(None, (self._words(sentence, compiler, view) for sentence in block.sentences)))
        return f"\n{textwrap.fill(text, WIDTH)}\n"

    def _numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        parts: list[Part] = ["\n"]
        label = f"{block.number}) ".rjust(5)
        for part in block.parts:
            if isinstance(part, Chain):
                parts.append(self._chain(part, compiler, label, " " * 5))
            elif isinstance(part, Lines):
                for i, chain in enumerate(part.chains):
                    parts.append(self._chain(chain, compiler, " " * 5 if i else label, " " * 5))
            elif isinstance(part, Joined):
                parts.append(self._joined(part, compiler, label))
            else:
                parts.append(self._said(part, compiler, label))
            label = " " * 5
        return parts

    def _joined(self, joined: Joined, compiler: Compiler, label: str) -> Part:
        chains = [compiler.segments(chain) for chain in (joined.chain, *joined.explained)]
        word = f"   {compiler.catalogue[joined.word.key]}   "

        def fill(view: View) -> str:
            boxes = [Box.of(label)]
            for i, segments in enumerate(chains):
                whole = [box(filled(segment, view) + " ") for segment in segments]
                boxes += [beside([Box.of(word), whole[0]]), *whole[1:]] if i else whole
            return "".join(f"{line}\n" for line in broken(boxes, WIDTH, 9))

        return fill

    def _said(self, sentence: Sentence, compiler: Compiler, label: str) -> Part:
        def fill(view: View) -> str:
            text = self._words(sentence, compiler, view)
            return textwrap.fill(text, WIDTH, initial_indent=label, subsequent_indent=" " * 5) + "\n" if text else ""

        return fill

    def _chain(self, chain: Chain, compiler: Compiler, label: str, indent: str) -> Part:
        segments = compiler.segments(chain)

        def fill(view: View) -> str:
            boxes = [box(filled(segment, view) + " ") for segment in segments]
            lines = broken([Box.of(label), *boxes], WIDTH, len(indent) + 4)
            return "".join(f"{line}\n" for line in lines)

        return fill


def _heading(text: str, level: int) -> str:
    return f"\n{text}\n{('=' if level == 1 else '-') * columns(text)}\n"


def _givens(block: Givens, compiler: Compiler, view: View) -> str:
    boxes = []
    for name in block.names:
        value = matrix(view.rows(name)) if compiler.shapes[name] else view.number(name, (), "leading")
        boxes.append(box(f"{compiler.notation.name(name)} = {value}    "))
    return "\n" + "".join(f"{line}\n" for line in broken(boxes, WIDTH, 0))


def _drawing(block: Drawing, view: View) -> str:
    from derive.drawing.words import words

    return f"\n{words(block.figure, FigureLabels(view))}\n"


def _losses(block: Losses, compiler: Compiler, view: View) -> str:
    loss = view.values.problem.loss
    assert loss is not None
    rows = [(str(k - 1), view.at(k).number(loss, (), "leading")) for k in block.passes]
    wide = max(len(compiler.catalogue["labels.updates"]), *(len(k) for k, _ in rows))
    head = f"{compiler.catalogue['labels.updates'].rjust(wide)}  {compiler.notation.name(loss)}"
    return "\n" + "".join(f"{line}\n" for line in (head, *(f"{k.rjust(wide)}  {value}" for k, value in rows)))
