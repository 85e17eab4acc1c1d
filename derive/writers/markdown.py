"""The page in Markdown with TeX mathematics, as GitHub, notebooks and editors show it.

Inside mathematics no command is a backslash before a sign (`\\,`, `\\\\`): Markdown would take the backslash away.
"""

from __future__ import annotations

from dataclasses import replace

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
from derive.notation import TEX, UNICODE
from derive.prose import Catalogue
from derive.values import Values
from derive.view import View, Workings
from derive.writers.base import FigureLabels, Page, TemplateWriter
from derive.writers.parts import Compiler, Part, filled
from derive.writers.texmath import bmatrix, characters

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|$"})
NEWLINE = r"\cr"


def escape(text: str) -> str:
    """Words for Markdown."""
    return text.translate(_SPECIAL)


def matrix(rows: list[list[str]]) -> str:
    """A matrix."""
    return bmatrix(rows, newline=NEWLINE)


def inline(tex: str) -> str:
    """A formula in a sentence."""
    return f"${tex}$"


class MarkdownWriter(TemplateWriter):
    """A Document → Markdown."""

    name = "md"
    ending = "md"
    template = "page.md"

    def compiler(self, document: Document, page: Page, catalogue: Catalogue) -> Compiler:
        notation = page.notation(TEX, document)
        notation = replace(notation, operators={**notation.operators, "thin": r"\thinspace "})
        return Compiler(
            notation, page.shapes, page.labels(notation), matrix, lambda tex: rf"\boxed{{{tex}}}", catalogue
        )

    def words(self, text: str) -> str:
        return escape(text)

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        match block:
            case Heading():
                return [f"\n{'#' * (block.level + 1)} ", *self._sentence(block.sentence, compiler), "\n"]
            case Paragraph():
                return self._paragraph(block, compiler)
            case Givens():
                return self._givens(block, compiler)
            case Numbered():
                return self._numbered(block, compiler)
            case Drawing():
                return [lambda view: f"\n![{escape(block.alt)}]({view.values.problem.name}-{block.name}.svg)\n"]
            case Losses():
                return [self._losses(block, compiler)]
            case Chain():
                return self._display([self._chain(block, compiler)])

    def pictures(self, document: Document, page: Page, values: Values) -> dict[str, str]:
        from derive.drawing.svg import svg

        notation = page.notation(UNICODE, document)
        return {
            f"{block.name}.svg": svg(
                block.figure, FigureLabels(View(values, notation, Workings(), section.k)), block.alt
            )
            for section in document.sections
            for block in section.blocks
            if isinstance(block, Drawing)
        }

    def _sentence(self, sentence: Sentence, compiler: Compiler) -> list[Part]:
        return compiler.sentence(sentence, inline, escape)

    def _said(self, sentence: Sentence, compiler: Compiler, before: str, after: str) -> Part:
        parts, when = self._sentence(sentence, compiler), sentence.when
        return lambda view: before + filled(parts, view) + after if view.holds(when) else ""

    def _paragraph(self, block: Paragraph, compiler: Compiler) -> list[Part]:
        mark = "*" if block.kind == "task" else ""
        said = [self._said(sentence, compiler, "", " ") for sentence in block.sentences]
        return [lambda view: f"\n{mark}{filled(said, view).strip()}{mark}\n"]

    def _givens(self, block: Givens, compiler: Compiler) -> list[Part]:
        def fill(view: View) -> str:
            shown = []
            for name in block.names:
                scalar = not compiler.shapes[name]
                value = view.number(name, (), "leading") if scalar else matrix(view.rows(name))
                shown.append(f"{compiler.notation.name(name)} = {value}")
            return "\n$$\n" + " \\quad\n".join(shown) + "\n$$\n"

        return [fill]

    def _numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        parts: list[Part] = []
        label = f"\n**{block.number})**\n"
        for part in block.parts:
            if isinstance(part, Chain):
                parts += [label, *self._display([self._chain(part, compiler)])]
            elif isinstance(part, Lines):
                parts += [label, *self._display([self._chain(chain, compiler) for chain in part.chains])]
            elif isinstance(part, Joined):
                parts += [label, *self._joined(part, compiler)]
            else:
                parts.append(self._said(part, compiler, f"{label.rstrip()} " if label else "\n", "\n"))
            label = ""
        return parts

    def _joined(self, joined: Joined, compiler: Compiler) -> list[Part]:
        parts = self._display([self._chain(joined.chain, compiler)])
        for chain in joined.explained:
            parts += [
                "\n",
                *self._sentence(joined.word, compiler),
                "\n",
                *self._display([self._chain(chain, compiler)]),
            ]
        return parts

    def _chain(self, chain: Chain, compiler: Compiler) -> list[Part]:
        """The chain with its relations aligned under the first one; long links stand on lines of their own."""
        segments = compiler.segments(chain)
        sign = compiler.notation.operators

        def fill(view: View) -> str:
            texts = [filled(segment, view).strip() for segment in segments]
            return _broken(texts, (sign["="], sign["≈"], sign["<-"]))

        return [fill]

    def _display(self, chains: list[list[Part]]) -> list[Part]:
        rows: list[Part] = []
        for i, chain in enumerate(chains):
            rows += [f" {NEWLINE}\n" if i else "", *chain]
        return ["\n$$\n\\begin{aligned}\n", *rows, "\n\\end{aligned}\n$$\n"]

    def _losses(self, block: Losses, compiler: Compiler) -> Part:
        passes, catalogue = block.passes, compiler.catalogue

        def fill(view: View) -> str:
            loss = view.values.problem.loss
            assert loss is not None
            head = " | ".join([escape(catalogue["labels.updates"]), *(str(k - 1) for k in passes)])
            body = " | ".join([inline(compiler.notation.name(loss)),
                               *(inline(view.at(k).number(loss, (), "leading")) for k in passes)])  # fmt: skip
            return f"\n| {head} |\n|{'---|' * (len(passes) + 1)}\n| {body} |\n"

        return fill


MOST_IN_A_ROW = 70


def _broken(texts: list[str], signs: tuple[str, ...]) -> str:
    """Links in one row as long as they are short, each further row aligned at its relation."""
    first = texts[0]
    for sign in signs:
        head, found, rest = first.partition(f" {sign} ")
        if found:
            first = f"{head} &{sign} {rest}"
            break
    if len(first) + sum(map(len, texts[1:])) <= MOST_IN_A_ROW:
        return " ".join([first, *texts[1:]])
    rows, length = [first], _visible(first)
    for text in texts[1:]:
        if length + _visible(text) > MOST_IN_A_ROW:
            rows.append(f"&{text}")
            length = _visible(text)
        else:
            rows[-1] += f" {text}"
            length += _visible(text)
    return f" {NEWLINE}\n".join(rows)


def _visible(tex: str) -> int:
    """About how many characters wide a formula is; of a matrix the longest row counts."""
    return characters(max(tex.split(NEWLINE), key=len))
