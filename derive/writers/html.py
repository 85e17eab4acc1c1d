"""The page in HTML, one file that stands alone: nothing is loaded, and no script is needed to read it.

Mathematics is MathML Core, with the font inside that lets brackets stretch; pictures are inside it as SVG and follow
the page's colours, light or dark.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

from derive.figures import Strip
from derive.notation.mathml import MATHML
from derive.page.chains import Chain
from derive.page.document import Document, FigureBlock, Numbered, TableColumn
from derive.prose.catalogue import Catalogue
from derive.writers.base import TemplateWriter, templates
from derive.writers.figure_labels import FigureLabels
from derive.writers.layout.direction import runs_leftward
from derive.writers.layout.formula_flow import NARROWEST, breadth, head_and_rest, parts_of_line
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part, texts
from derive.writers.spoken_fields import spoken_fields

CONTROLS = ("step_back", "next_line", "next_step", "whole", "step_through", "save")
COLOURS = {
    "#000": "ink", "#333": "ink", "#444": "ink", "#555": "soft", "#8a8a8a": "soft", "#999": "line", "#f0f0f0": "stripe",
    "#fff": "paper", "#1f3a7a": "accent", "#8b1a1a": "gradient", "#9cc4e8": "precision", "#a6d49f": "follows",
    "#dcdcdc": "missing", "#6f9ac4": "bar", "#ffe9a8": "lit",
}  # fmt: skip
"""Colours of a picture on paper, and the page's colours in their places."""
_DRAWN = re.compile(r'\bwidth="(\d+)"')
_ELEMENT = re.compile(r"<(\w+)[^>]*>")
_TAGGED = re.compile("<math>.*?</math>|<[^>]*>", re.DOTALL)
_COLOUR = re.compile(r'(fill|stroke)="(#[0-9a-f]{3,6})"')


class HtmlWriter(TemplateWriter):
    """A Document → HTML."""

    template = "page.html"
    notation = MATHML
    new_page = '<hr class="page">\n'
    room = '<mrow class="room"><mspace width="12em" height="1.2em"/></mrow>'

    def compiler(self, document: Document, page: PageContext, words: Catalogue) -> Compiler:
        said = spoken_fields(document, page)
        return replace(super().compiler(document, page, words), answer=lambda step: _field(step, said(step)))

    def words(self, text: str) -> str:
        return escape(text)

    def data(self, text: str) -> str:
        return escape(super().data(text))

    def inline(self, formula: str) -> str:
        return _math(formula)

    def title(self, text: str, level: int) -> str:
        return f"<h{level + 1}>{text}</h{level + 1}>\n"

    def prose(self, text: str, kind: str) -> str:
        own = ' dir="rtl"' if runs_leftward(_TAGGED.sub("", text)) else ""
        return f'<p class="{kind}"{own}>{text}</p>\n'

    def writing_room(self, kind: str, lines: int) -> str:
        return f'<div class="writing {kind}" style="--lines: {lines}"></div>\n'

    def side_by_side(self, formulas: Sequence[str]) -> str:
        return f'<div class="givens">{"".join(f"<div>{_math(formula)}</div>" for formula in formulas)}</div>\n'

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        """One chain as a hanging paragraph, several with their relations one under the other."""
        if len(rows) == 1:
            return f'<p class="chain line">{_flow(rows[0])}</p>\n'
        lines = ((*head_and_rest(first), others) for first, *others in rows)
        body = "".join(
            f'<div class="line"><span class="head">{_math(head) if head else ""}</span> '
            f"<span>{_flow([rest, *others])}</span></div>\n"
            for head, rest, others in lines
        )
        return f'<div class="lines">\n{body}</div>\n'

    def explained(self, rows: Sequence[Sequence[str]], word: str, label: str) -> str:
        body = f' <span class="word">{word}</span> '.join(map(_flow, rows))
        return f'<p class="chain line">{body}</p>\n'

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        head = _cells([*map(_read_out, heads)], columns, "th", ' scope="col"')
        body = "".join(_cells(row, columns, "td", "") for row in rows)
        return (
            f'<div class="table" tabindex="0"><table>\n<thead>{head}</thead>\n<tbody>\n{body}</tbody>\n</table></div>\n'
        )

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        if rows[0][0].startswith("<input"):  # inside mathematics a reader of the page could not reach them
            fields = "".join(cell for row in rows for cell in row)
            below = f"<mtext>{label}</mtext>" if label else ""
            return f'<span class="fields" style="--columns: {len(rows[0])}">{fields}</span>{below}'
        body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        whole = f"<mrow><mo>[</mo><mtable>{body}</mtable><mo>]</mo></mrow>"
        return f"<munder>{whole}<mtext>{label}</mtext></munder>" if label else whole

    def final(self, formula: str) -> str:
        return f'<mrow class="result">{formula}</mrow>'

    def answer(self, step: str) -> str:
        return _field(step, step)

    def label(self, number: int | None) -> str:
        return ""

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        """A step that folds: its number stands beside it, with the name that it is about once it is closed."""
        name = compiler.notation.name(block.step)
        opening = f'<details class="step" open data-step="{escape(block.step.id)}">'
        summary = f'<summary><b>{block.number})</b> <span class="about">{_math(name)}</span></summary>'
        return [f"{opening}{summary}\n<div>\n", *super().numbered(block, compiler), "</div></details>\n"]

    def remark(self, text: str, label: str, tone: str) -> str:
        return f'<p class="{f"verdict {tone}" if tone else "remark"} line">{text}</p>\n'

    def literal(self, lines: Sequence[str], label: str) -> str:
        text, mark = lines
        start, end = len(mark) - len(mark.lstrip()), len(mark)
        before, part, behind = (escape(piece) for piece in (text[:start], text[start:end], text[end:]))
        return f'<p class="typed line"><code>{before}<mark>{part}</mark>{behind}</code></p>\n'

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        segments = compiler.segments(chain)
        return [lambda view: f'<p class="chain aside">{_flow(texts(segments, view))}</p>\n']

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        from derive.figures.renderers.svg import svg

        notation, kind = compiler.pictured, "strip" if isinstance(block.figure, Strip) else "picture"
        return [lambda view: _figure(svg(block.figure, FigureLabels(view.written_in(notation)), block.alt), kind)]

    def frame(self, words: Catalogue) -> dict[str, Any]:
        leftward = runs_leftward(words["headings.given"])
        controls = {key: escape(words[f"html.{key}"]) for key in CONTROLS}
        return {"font": math_font(), "leftward": leftward, "controls": controls}


def _field(step: str, said: str) -> str:
    return f'<input name="{escape(step)}" aria-label="{escape(said)}" autocomplete="off"/>'


@cache
def math_font() -> str:
    """The font of formulas, in base 64."""
    return b64encode((templates() / "derive-math.woff2").read_bytes()).decode()


def _math(formula: str) -> str:
    """A formula; one that may be wider than a small screen scrolls by itself, with the keyboard too."""
    if "<input" in formula:
        return "".join(part if i % 2 else _math(part) for i, part in enumerate(_FIELDS.split(formula)) if part.strip())
    shown = f"<math>{formula.strip()}</math>"
    width = breadth(formula)
    return f'<span class="wide" tabindex="0" style="--em: {width:.0f}">{shown}</span>' if width > NARROWEST else shown


_FIELDS = re.compile(r'(<span class="fields".*?</span>|<input[^>]*>)')


def _flow(links: Sequence[str]) -> str:
    """The links of a chain, with places between them where a line may end."""
    return " ".join("<wbr>".join(map(_math, parts_of_line(link.strip()))) for link in links)


def _read_out(head: str) -> str:
    """The head of a column; one that is a formula alone with a text to be read out, which a head needs."""
    text = " ".join(_ANY.sub(" ", head).split())
    if not _FORMULA.fullmatch(head):
        return head
    return f'<span class="spoken">{text}</span>{head.replace("<math>", MATH_UNREAD)}'


MATH_UNREAD = '<math aria-hidden="true">'
_ANY, _FORMULA = re.compile(r"<[^>]*>"), re.compile(r"<math>.*</math>")


def _figure(svg: str, kind: str) -> str:
    """A picture in the colours of the page, none larger than it is drawn; one that is too wide scrolls by itself, parts
    in a row are set smaller: which of them is lit up has to be seen.
    """
    width = _DRAWN.search(svg)
    assert width
    own = svg.replace('style="', f'style="--own:{width[1]}px;', 1)
    around = 'class="picture" tabindex="0"' if kind == "picture" else 'class="strip"'
    return f"<figure><div {around}>{_ELEMENT.sub(_recoloured, own)}</div></figure>\n"


def _recoloured(element: re.Match[str]) -> str:
    """An element of a picture with the page's colours; white text stands on what is dark in any colours."""
    kept = 'fill="#fff"' if element[1] == "text" else ""
    return _COLOUR.sub(lambda found: found[0] if found[0] == kept else _coloured(*found.groups()), element[0])


def _coloured(attribute: str, colour: str) -> str:
    return f'{attribute}="var(--{COLOURS[colour]})"' if colour in COLOURS else f'{attribute}="{colour}"'


def _cells(cells: Sequence[str], columns: Sequence[TableColumn], tag: str, scope: str) -> str:
    shown = (f'<{tag} class="{column.kind}"{scope}>{cell}</{tag}>' for cell, column in zip(cells, columns, strict=True))
    return f"<tr>{''.join(shown)}</tr>\n"
