"""The page in Markdown with TeX mathematics, as GitHub, notebooks and editors show it.

Inside mathematics no command is a backslash before a sign (`\\,`, `\\\\`): Markdown would take the backslash away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

from derive.notation.notations import TEX, UNICODE
from derive.page.document import (
    Chain,
    Document,
    FigureBlock,
    Givens,
    Heading,
    Joined,
    Lines,
    Paragraph,
    Quoted,
    Sentence,
    Table,
)
from derive.page.view import View
from derive.prose.catalogue import Catalogue
from derive.values.values import Values
from derive.writers.base import FigureLabels, PageContext, TemplateWriter
from derive.writers.parts import Compiler, Part, filled_text, filled_texts
from derive.writers.texmath import characters, labelled

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|$"})
NEWLINE = r"\cr"


def escape_markdown(text: str) -> str:
    """Words for Markdown."""
    return text.translate(_SPECIAL)


class MarkdownWriter(TemplateWriter):
    """A Document → Markdown."""

    name = "md"
    ending = "md"
    template = "page.md"
    new_page = "\n---\n"

    def compiler(self, document: Document, page: PageContext, catalogue: Catalogue) -> Compiler:
        notation = page.notation(TEX, document)
        notation = replace(notation, operators={**notation.operators, "thin": r"\thinspace ", "newline": NEWLINE})
        return Compiler(
            notation,
            page.shapes,
            page.labels(notation),
            partial(labelled, newline=NEWLINE),
            lambda tex: rf"\boxed{{{tex}}}",
            catalogue,
            _answer,
            ROOM,
        )

    def words(self, text: str) -> str:
        return escape_markdown(text)

    def inline(self, formula: str) -> str:
        return f"${formula}$"

    def pictures(self, document: Document, page: PageContext, values: Values) -> dict[str, str]:
        from derive.figures.drawing.svg import svg

        notation = page.notation(UNICODE, document)
        return {
            f"{block.name}.svg": svg(
                block.figure, FigureLabels(View(values, notation, page.workings, section.k, document.hidden)), block.alt
            )
            for section in document.sections
            for block in section.blocks
            if isinstance(block, FigureBlock)
        }

    def heading(self, block: Heading, compiler: Compiler) -> list[Part]:
        return [self.sentence(block.sentence, compiler, f"\n{'#' * (block.level + 1)} ", "\n")]

    def paragraph(self, block: Paragraph, compiler: Compiler) -> list[Part]:
        mark = "*" if block.kind == "task" else ""
        said = [self.sentence(sentence, compiler, after=" ") for sentence in block.sentences]
        return [lambda view: f"\n{mark}{filled_text(said, view).strip()}{mark}\n"]

    def givens(self, block: Givens, compiler: Compiler) -> list[Part]:
        def fill(view: View) -> str:
            shown = []
            for name in block.names:
                scalar = not compiler.shapes[name]
                value = view.number(name, (), "leading") if scalar else view.array(name, compiler.matrix)
                shown.append(f"{compiler.notation.name(name)} = {value}")
            return "\n$$\n" + " \\quad\n".join(shown) + "\n$$\n"

        return [fill]

    def label(self, number: int | None) -> str:
        return "" if number is None else f"\n**{number})**\n"

    def lines(self, lines: Lines, compiler: Compiler, label: str) -> list[Part]:
        rows: list[Part] = []
        for i, chain in enumerate(lines.chains):
            rows += [f" {NEWLINE}\n" if i else "", *self._chain(chain, compiler)]
        return [f"{label}\n$$\n\\begin{{aligned}}\n", *rows, "\n\\end{aligned}\n$$\n"]

    def joined(self, joined: Joined, compiler: Compiler, label: str) -> list[Part]:
        parts = self.lines(Lines((joined.chain,)), compiler, label)
        for chain in joined.explained:
            parts += [self.sentence(joined.word, compiler, "\n", "\n"), *self.lines(Lines((chain,)), compiler, "")]
        return parts

    def said(self, sentence: Sentence, compiler: Compiler, label: str) -> list[Part]:
        return [self.sentence(sentence, compiler, f"{label.rstrip()} " if label else "\n", "\n")]

    def quoted(self, quoted: Quoted, label: str) -> Part:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", quoted.text)), default=0))
        return "\n".join([label, f"{fence}text", *quoted.lines(), fence, ""])

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        return self.lines(Lines((chain,)), compiler, "")

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        return [lambda view: f"\n![{escape_markdown(block.alt)}]({view.values.problem.name}-{block.name}.svg)\n"]

    def _chain(self, chain: Chain, compiler: Compiler) -> list[Part]:
        """The chain with its relations aligned under the first one; long links stand on lines of their own."""
        segments = compiler.segments(chain)
        sign = compiler.notation.operators

        def fill(view: View) -> str:
            links = [link for segment in segments if any(link := filled_texts(segment, view))]
            return _broken(links, (sign["="], sign["≈"], sign["<-"]))

        return [fill]

    def table(self, block: Table, compiler: Compiler) -> list[Part]:
        rules = ["---:" if column.is_numeric else "---" for column in block.columns]
        parts: list[Part] = ["\n", *self._row([column.head for column in block.columns], compiler)]
        parts.append(f"|{'|'.join(rules)}|\n")
        return [*parts, *(part for row in block.rows for part in self._row(row, compiler))]

    def _row(self, cells: Sequence[Sentence], compiler: Compiler) -> list[Part]:
        return ["|", *(self._cell(cell, compiler) for cell in cells), "\n"]

    def _cell(self, cell: Sentence, compiler: Compiler) -> Part:
        """A cell; a bar in its mathematics would end it."""
        parts = [self.sentence(cell, compiler)]
        return lambda view: f" {_BAR.sub(BAR, filled_text(parts, view))} |"


_BAR, BAR = re.compile(r"(?<!\\)\|"), r"\\vert "
MOST_IN_A_ROW = 70
ROOM = r"\underline{\qquad\qquad\qquad\qquad}"


def _answer(step: str) -> str:
    """An empty box: the number goes into its braces."""
    return r"\boxed{\qquad}"


def _broken(links: list[list[str]], signs: tuple[str, ...]) -> str:
    """Links in one row as long as they are short, each further row aligned at its relation."""
    first, *others = ("".join(link).strip() for link in links)
    for sign in signs:
        head, found, rest = first.partition(f" {sign} ")
        if found:
            first = f"{head} &{sign} {rest}"
            break
    if len(first) + sum(map(len, others)) <= MOST_IN_A_ROW:
        return " ".join([first, *others])
    first_length, *lengths = (sum(map(_visible, link)) for link in links)
    rows, used = [first], first_length
    for text, length in zip(others, lengths, strict=True):
        if used + length > MOST_IN_A_ROW:
            rows.append(f"&{text}")
            used = length
        else:
            rows[-1] += f" {text}"
            used += length
    return f" {NEWLINE}\n".join(rows)


@lru_cache(10_000)
def _visible(tex: str) -> int:
    """About how many characters wide a part of a formula is, most of them seen before; of a matrix the longest row."""
    return characters(max(tex.split(NEWLINE), key=len))
