"""The page in Typst: any script, and a PDF that says each formula and picture aloud (PDF/UA).

Every formula is written twice from the same expression: as Typst sets it, and in words of the page's language.
Pictures are part of the text, so that the page is one file.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from derive.notation.notations import Notation
from derive.notation.paired import OPEN, pair, paired, unpaired
from derive.notation.speech import speech, spoken_matrix, words_of
from derive.notation.typst import TYPST, quoted
from derive.page.chains import Chain
from derive.page.document import Document, FigureBlock, Numbered, TableColumn
from derive.page.view import View
from derive.prose.catalogue import Catalogue, catalogue
from derive.writers.base import TemplateWriter
from derive.writers.figure_labels import FigureLabels
from derive.writers.layout.direction import runs_leftward
from derive.writers.layout.panels import panels
from derive.writers.parts import Compiler, Part, texts

LINE, CHARACTER, TALLEST = 48.0, 0.56, 28
"""The width of a line in em, about that of a character, and the most rows of a matrix on one page."""
_SPECIAL = re.compile(r"([\\#$*_`<>@\[\]~=+/'\"-])")
_CIRCLED = re.compile("[①-⑨]")
_COMMAND = re.compile(r"#\w+(?:\(.*?\))?")
_SPACES = re.compile(r"\s+")
MATRIX = 'mat(delim: "[", '
_PARENTHESES = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[()]')
_DEPTH = {"(": 1, ")": -1}
PIECE = "\x1e"
"""Stands behind each piece of a matrix that is too wide for a line."""
_MARKUP = re.compile(r'"((?:[^"\\]|\\.)*)"|[A-Za-z]{2,}(?=\()|[ _^(),;&{}]')


@cache
def notation_of(language: str) -> Notation:
    """Typst's mathematics beside its words in a language."""
    return paired(TYPST, speech(words_of(catalogue(language).sentences)))


def spoken(formula: str) -> str:
    """What is said for a formula."""
    said = unpaired(formula)[1].replace("'", " ′ ")
    return _SPACES.sub(" ", said).replace(" ,", ",").replace(" ;", ";").strip()


def equation(formula: str, display: bool = False) -> str:
    """A formula in the markup, with what is said for it."""
    formula = formula.replace(PIECE, "")
    shown = unpaired(formula)[0].strip()
    return f"#eq({quoted(spoken(formula) or '…')}, ${f'display({shown})' if display else shown}$)"


def unmarked(text: str) -> str:
    """The words of a text without commands and formulas."""
    return _COMMAND.sub("", text)


class TypstWriter(TemplateWriter):
    """A Document → Typst."""

    template = "page.typ"
    new_page = "\n#pagebreak(weak: true)\n"
    room = pair("room()", "…")

    def notation_for(self, document: Document) -> Notation:
        return notation_of(document.language)

    def words(self, text: str) -> str:
        return _CIRCLED.sub(lambda found: f"#circled[{ord(found[0]) - 0x245F}]", _SPECIAL.sub(r"\\\1", text))

    def inline(self, formula: str) -> str:
        return equation(formula)

    def title(self, text: str, level: int) -> str:
        return f"\n{'=' * level} {text}\n"

    def prose(self, text: str, kind: str) -> str:
        own = f"#leftward[{text}]" if runs_leftward(unmarked(text)) else text
        return f"\n#said({quoted(kind)})[{own}]\n"

    def letters(self, words: str) -> dict[str, bool]:
        return {"leftward": runs_leftward(unmarked(words))}

    def writing_room(self, kind: str, lines: int) -> str:
        height = f"{0.8 * lines:.1f}cm"
        if kind == "lines":
            return "\n#v(0.8cm)#line(length: 100%, stroke: 0.3pt + gray)" * lines + "\n"
        if kind == "grid":
            square = "tiling(size: (5mm, 5mm))[#square(size: 5mm, stroke: 0.2pt + gray)]"
            return f"\n#rect(width: 100%, height: {height}, stroke: 0.2pt + gray, fill: {square})\n"
        return f"\n#rect(width: 100%, height: {height}, stroke: 0.4pt + gray)\n"

    def side_by_side(self, formulas: Sequence[str]) -> str:
        given = " #h(1.2em, weak: true) ".join(_link(formula) for formula in formulas)
        return f"\n#chain(hang: 0em)[{given}]\n"

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        labels = [label] + [""] * (len(rows) - 1)
        return "".join(f"#chain{_numbered(each)}[{_links(row)}]\n" for each, row in zip(labels, rows, strict=True))

    def explained(self, rows: Sequence[Sequence[str]], word: str, label: str) -> str:
        return f"#chain{_numbered(label)}[{f' #h(1em) {word} #h(1em) '.join(map(_links, rows))}]\n"

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        widths = [max(_width(row[j]) for row in rows) + 1.0 for j in range(len(rows[0]))]
        say = words_of(words.sentences)
        cut = panels(rows, label, widths, LINE - 4, words, TALLEST)
        shown = [_panel(panel.rows, panel.label, spoken_matrix(say, _said(panel.rows))) for panel in cut]
        return shown[0] if len(shown) == 1 else "".join(f"{each}{PIECE}" for each in shown)

    def final(self, formula: str) -> str:
        return PIECE.join(_boxed(piece) if piece else "" for piece in formula.split(PIECE))

    def answer(self, step: str) -> str:
        return pair("answer()", "…")

    def label(self, number: int | None) -> str:
        return "" if number is None else f"{number})"

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        return ["\n#step[\n", *super().numbered(block, compiler), "]\n"]

    def remark(self, text: str, label: str, tone: str) -> str:
        return (
            f"#verdict({quoted(tone)}){_numbered(label)}[{text}]\n" if tone else f"#reason{_numbered(label)}[{text}]\n"
        )

    def literal(self, lines: Sequence[str], label: str) -> str:
        text = quoted("\n".join(lines)).replace("\n", "\\n")
        return f"#raw({text}, block: true)\n"

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        segments = compiler.segments(chain)
        return [lambda view: f"#aside[#chain[{_links(texts(segments, view))}]]\n"]

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        from derive.figures.renderers.svg import svg

        def fill(view: View) -> str:
            drawn = svg(block.figure, FigureLabels(view.written_in(compiler.pictured)), block.alt)
            return f"\n#picture({quoted(block.alt)}, bytes({quoted(drawn)}))\n"

        return [fill]

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        align = ", ".join("right" if column.is_numeric else "left" for column in columns)
        widths = ", ".join("1fr" if column.kind == "long" else "auto" for column in columns)
        head = f"table.header({', '.join(f'[{text}]' for text in heads)})"
        cells = "".join("  " + ", ".join(f"[{text}]" for text in row) + ",\n" for row in rows)
        return f"\n#values(columns: ({widths},), align: ({align},), {head},\n{cells})\n"


def _said(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[unpaired(cell)[1] for cell in row] for row in rows]


def _numbered(label: str) -> str:
    """The number of a step before its first part."""
    return f"(number: {quoted(label)})" if label else ""


def _links(row: Sequence[str]) -> str:
    return " ".join(_link(link) for link in row if link)


def _boxed(result: str) -> str:
    shown, said = unpaired(result)
    return pair(f"{'tallresult' if MATRIX in shown else 'result'}({shown})", said)


def _link(link: str) -> str:
    """A link of a chain; one that a line holds is not broken, others are between the pieces of a matrix."""
    if _width(link) <= LINE - 6:
        return f"#held[{equation(link, display=True)}]"
    return " ".join(_link(piece) if piece != link else equation(link, display=True) for piece in _pieces(link))


def _pieces(link: str) -> list[str]:
    """A link, cut behind each piece of a matrix that stands inside nothing else."""
    pieces = [""]
    for part in link.split(PIECE):
        pieces[-1] += part
        if _is_whole(unpaired(pieces[-1])[0]):
            pieces.append("")
    return [piece for piece in pieces if piece.strip()]


def _width(formula: str) -> float:
    """About how wide a formula is, in em; of a matrix its longest row counts."""
    return CHARACTER * sum(len(_MARKUP.sub(r"\1", part)) for part in _longest_rows(unpaired(formula)[0]))


def _longest_rows(shown: str) -> Iterator[str]:
    """A formula in pieces, each matrix as its longest row."""
    before, found, rest = shown.partition(MATRIX)
    yield before
    if found:
        end = _closing(rest) or len(rest)
        yield max(rest[:end].split("; "), key=len)
        yield from _longest_rows(rest[end:])


def _closing(text: str) -> int | None:
    """Where the parenthesis ends that was opened before a text."""
    depth = 1
    for found in _PARENTHESES.finditer(text):
        depth += _DEPTH.get(found[0], 0)
        if depth == 0:
            return found.start()
    return None


def _is_whole(text: str) -> bool:
    """Whether each parenthesis of a text is closed in it."""
    return sum(_DEPTH.get(sign, 0) for sign in _PARENTHESES.findall(text)) == 0


def _panel(rows: list[list[str]], label: str, said: str) -> str:
    cells = "; ".join(", ".join(unpaired(cell)[0] or '""' for cell in row) for row in rows)
    body = f"{MATRIX}{cells})"
    if not label:
        return pair(body, said)
    shown, spoken_label = unpaired(label)
    return pair(f"underbrace({body}, {quoted(shown) if OPEN not in label else shown}) ", f"{said} {spoken_label}")
