"""The page in LaTeX: compiles as it is with pdfLaTeX and LuaLaTeX, common packages only.

Chains are set as hanging paragraphs of display-style formulas, so that TeX itself breaks them at their relations; a
matrix too wide for the line is cut into labelled panels.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation
from derive.figures import Strip
from derive.language.expressions import Apply
from derive.language.step_ids import StepId
from derive.page.chains import Chain
from derive.page.document import Block, Document, FigureBlock, Heading, Lines, Numbered, TableColumn
from derive.prose.catalogue import Catalogue, catalogue
from derive.writers.base import CompiledPage, TemplateWriter
from derive.writers.figure_labels import FigureLabels
from derive.writers.latex_words import GREEK_WORD, SCRIPTS, escape_latex, settable, typed_latex
from derive.writers.layout.panels import Panel
from derive.writers.layout.texmath import FIELD, LINE, MATRICES, bmatrix, fits, fitting_panels
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part, texts
from derive.writers.spoken_fields import fields_on, spoken_fields

MOST_ALIGNED, TOGETHER = 12, 4  # lines aligned with each other; of more, how many stay on one page
BREAK = r" \allowbreak "  # behind each of several blocks
HIGH = 3  # line ends in a matrix that takes the room of several lines
SMALLER = 0.8  # of a matrix that would be too wide
TALL_ROW = r" \tall"  # a row of fractions touches neither the next one nor the brackets
MOST_ROWS, LETTERS = 40, 100
SECTIONS = {1: r"\section", 2: r"\subsection", 3: r"\subsubsection"}
LONGEST_NEAR_A_BOUND = 12


def _panel(panel: Panel) -> str:
    body = bmatrix(panel.rows, tall=TALL_ROW)
    if not panel.label:
        return body
    label = panel.label if panel.label[0] in "[0123456789" else rf"\text{{{panel.label}}}"
    return rf"\underbrace{{{body}}}_{{{label}}}{BREAK}"


class LatexWriter(TemplateWriter):
    """A Document → LaTeX."""

    template = "page.tex"
    new_page = "\n\\clearpage\n"
    glue = "\\nobreak\n"
    room = r"\room"

    def compiler(self, document: Document, page: PageContext, words: Catalogue) -> Compiler:
        return replace(super().compiler(document, page, words), answer=partial(_answer, page.derivation))

    def compile(self, document: Document, page: PageContext) -> CompiledPage:
        """With what a viewer says for each form field."""
        compiled, said = super().compile(document, page), spoken_fields(document, page)
        tips = [(field, self.data(said(field))) for field in fields_on(document, page)]
        tips.append(("sheet:student", self.data(catalogue(document.language)["labels.student"])))
        return replace(compiled, frame={**compiled.frame, "tips": tips})

    def words(self, text: str) -> str:
        return escape_latex(text)

    def data(self, text: str) -> str:
        """For a form field's value; only letters and digits stand for themselves."""
        return "".join(c if c.isascii() and c.isalnum() else f'\\unichar{{"{ord(c):04X}}}' for c in super().data(text))

    def verbatim(self, text: str) -> str:
        return settable(text)

    def inline(self, formula: str) -> str:
        return f"${formula}$"

    def title(self, text: str, level: int) -> str:
        return f"\n{SECTIONS[level]}*{{{text}}}\n"

    def prose(self, text: str, kind: str) -> str:
        environment = "words" if kind == "text" else kind
        return f"\n\\begin{{{environment}}}{text} \\end{{{environment}}}\n\n"

    def side_by_side(self, formulas: Sequence[str]) -> str:
        return _chain("".join(f"  ${formula}$\\quad\n" for formula in formulas))

    def writing_room(self, kind: str, lines: int) -> str:
        return f"\\writing{kind}{{{lines}}}\n"

    def beside(self, formulas: Sequence[str], label: str) -> str:
        return _chain("".join(f"  \\tabbed${formula}$\\quad\n" for formula in formulas), "beside")

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        return _chain(_broken(rows[0])) if len(rows) == 1 else _aligned(rows)

    def explained(self, rows: Sequence[Sequence[str]], word: str, label: str) -> str:
        return _chain(f"  \\quad{{\\small {word}}}\\quad\n".join(map(_broken, rows)))

    def letters(self, words: str) -> dict[str, bool]:
        if words.isascii():  # as most pages: there is nothing to look for
            words = ""
        return {"cyrillic": bool(SCRIPTS["cyrillic"].search(words)), "greek": bool(GREEK_WORD.search(words))}

    def frame(self, words: Catalogue) -> dict[str, str]:
        return {"hyphenation": words["format.hyphenation"]}

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        """Smaller where it is a little too wide, in panels with a break between them where it is much too wide or too
        tall.
        """
        room = LINE - 4
        cut = fitting_panels(rows, label, room, words)
        if len(cut) > 1 and len(whole := fitting_panels(rows, label, room / SMALLER, words)) == 1:
            return rf"\smaller{{{_panel(whole[0])}}}"
        return "".join(map(_panel, cut))

    def final(self, formula: str) -> str:
        return _boxed(formula)

    def answer(self, step: str) -> str:
        return rf"\answer{{{step}}}"

    def label(self, number: int | None) -> str:
        return ""

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        long = any(isinstance(part, Lines) and len(part.chains) > MOST_ALIGNED for part in block.parts)
        environment = "longderivation" if long else "derivation"
        parts = super().numbered(block, compiler)
        return [f"\\begin{{{environment}}}{{{block.number})}}\n", *parts, f"\\end{{{environment}}}\n"]

    def remark(self, text: str, label: str, tone: str) -> str:
        return (rf"\verdict{{{tone}}}{{" if tone else r"\reason{") + text + "}\n"

    def literal(self, lines: Sequence[str], label: str) -> str:
        text, marks = map(settable, lines)
        before, under = text[: len(marks) - len(marks.lstrip())], marks.lstrip()
        # letters of mathematics have widths of their own
        place = rf"\hphantom{{{typed_latex(before)}}}{typed_latex(under)}"
        return rf"{{\small\ttfamily\mbox{{}}{typed_latex(text)} \\ \mbox{{}}{place}\par}}" + "\n"

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        segments = compiler.segments(chain)
        return [lambda view: _chain(_broken(texts(segments, view)), "aside")]

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        from derive.figures.renderers.tikz import tikz

        return [lambda view: tikz(block.figure, FigureLabels(view))]

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        parts = super().block(block, compiler)
        return ["\n\\keepnext\n", *parts] if isinstance(block, Heading) and block.near else parts

    def figure(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        if isinstance(block.figure, Strip):  # it stays below its heading
            return ["\n\\strip{%\n", *self.drawing(block, compiler), "}\n"]
        return ["\n\\begin{drawing}\n", *super().figure(block, compiler), "\n\\end{drawing}\n"]

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Pieces of at most MOST_ROWS lines, each under the heads, so that a long table goes over pages."""
        long = [i for i, column in enumerate(columns) if column.kind == "long"]
        width = max(0.2, (0.95 - 0.11 * (len(columns) - len(long))) / max(1, len(long)))
        sizes = {"text": "l", "number": "r@{}l", "count": "r", "long": f"p{{{width:.2f}\\linewidth}}"}
        layout = "".join(sizes[column.kind] for column in columns)
        opened = f"\n\\begin{{values}}{{{layout}}}\n{_row(map(_head, heads, columns))}\\hline\n"
        lines = [1 + max([0, *(len(row[i]) for i in long)]) // int(width * LETTERS) for row in rows]
        bodies = ("".join(_row(map(_cell, row, columns)) for row in piece) for piece in _pieces(rows, lines))
        return "".join(f"{opened}{body}\\end{{values}}\n" for body in bodies)


def _chain(formulas: str, environment: str = "chain") -> str:
    if environment == "chain" and any(body.count(r"\\") >= HIGH for body in MATRICES.findall(formulas)):
        environment = "highchain"
    return f"\\begin{{{environment}}}\n{formulas}\\end{{{environment}}}\n"


_POINT = re.compile(r"\$(-?\d+)((?:\.|\{,\}).*)\$")


def _head(text: str, column: TableColumn) -> str:
    text = text.replace(r"\frac", r"\headfrac")
    return rf"\multicolumn{{2}}{{r}}{{{text}}}" if column.kind == "number" else _ragged(text, column)


def _ragged(text: str, column: TableColumn) -> str:
    return rf"\raggedright {text}" if column.kind == "long" else text


def _cell(text: str, column: TableColumn) -> str:
    """A number in two columns, before its decimal sign and from there on, so that these signs stand in one line."""
    if column.kind != "number":
        return _ragged(text, column)
    return _POINT.sub(r"$\1$ & $\2$", text) if _POINT.fullmatch(text) else f"{text} & "


def _row(cells: Iterable[str]) -> str:
    return f"  {' & '.join(cells)} \\tabularnewline\n"


def _pieces(rows: Sequence[Sequence[str]], heights: Sequence[int]) -> Iterator[list[Sequence[str]]]:
    """Rows in pieces of about MOST_ROWS lines, a row taking as many lines as its height says."""
    piece: list[Sequence[str]] = []
    lines = 0
    for row, height in zip(rows, heights, strict=True):
        if piece and lines + height > MOST_ROWS:
            yield piece
            piece, lines = [], 0
        piece.append(row)
        lines += height
    if piece:
        yield piece


def _answer(derivation: Derivation, asked: str) -> str:
    """A form field, named as the step or entry that is asked, as wide as its number may get.

    What comes close to a bound is written with all digits up to where it differs from it: 0,9999999887.
    """
    step = StepId.parse(asked).name
    digits = derivation.problem.numbers.of(step).count
    bounded = any(
        each.id == step and isinstance(each.expr, Apply) and row_of(each.expr).bounds for each in derivation.forward
    )
    room = max(digits + 5, LONGEST_NEAR_A_BOUND if bounded else 0)
    width = max(FIELD, round(0.45 * room + 0.9, 1))
    return rf"\answer{{{asked}}}" if width == FIELD else rf"\answer[{width:g}em]{{{asked}}}"


def _boxed(tex: str) -> str:
    """A result in a box; one in several blocks has one around each, so that they can stand in several lines."""
    *blocks, rest = tex.split(BREAK)
    return "".join(rf"\result{{{block}}}{BREAK}" for block in blocks) + (rf"\result{{{rest}}}" if rest else "")


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lines aligned at their first relation where they fit; many short ones side by side; else hanging paragraphs."""
    lines = [" ".join(row) for row in rows]
    if len(rows) <= MOST_ALIGNED and all(fits(line, LINE - 5) for line in lines):
        return "".join(map(_block, _evenly([_ampersand(row) for row in rows], TOGETHER)))
    for columns in (3, 2):
        if all(fits(line, (LINE - 4) / columns - 2) for line in lines):
            cells = "".join(f"  \\cell{{{columns}}}{{{line}}}\n" for line in lines)
            return f"\\begin{{chain}}\\hangafter=0\\hangindent=0pt\n{cells}\\end{{chain}}\n"
    return "".join(f"\\begin{{chain}}\n{_broken(row)}\\end{{chain}}\n" for row in rows)


def _block(lines: Sequence[str]) -> str:
    body = " \\\\\n  ".join(lines)
    return f"\\begin{{chain}}\n$\\begin{{aligned}}[t]\n  {body}\n\\end{{aligned}}$\n\\end{{chain}}\n"


def _evenly(lines: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """The lines in parts of about the same length, at most `most`."""
    count = -(-len(lines) // most)
    for i in range(count):
        yield lines[i * len(lines) // count : (i + 1) * len(lines) // count]


def _broken(row: Sequence[str]) -> str:
    return "".join(f"  ${'{}' if i else ''}{_splitting(segment)}$\n" for i, segment in enumerate(row))


def _splitting(tex: str) -> str:
    """A long formula may be broken before the signs of its sum; TeX by itself would leave them at the line's end. No
    line holds a fraction that is longer: its numerator goes in front of a slash.
    """
    if fits(tex, LINE / 2):
        return tex
    tex = _WIDE.sub(_slashed, tex)
    parts, braces, inside = re.split(r"([{}()]| [+-] )", tex), 0, 0
    signs: dict[int, int] = {}  # the place of each: in how many parentheses it stands
    for i, part in enumerate(parts):
        braces += (part == "{") - (part == "}")
        inside += (part == "(") - (part == ")")
        if braces == 0 and part in {" + ", " - "}:
            signs[i] = inside
    for depth in sorted(set(signs.values())):  # no deeper than lines ask for
        tex = "".join(rf" \splits{part}" if signs.get(i, depth + 1) <= depth else part for i, part in enumerate(parts))
        if all(fits(piece, LINE - 4) for piece in tex.split(r"\splits")):
            break
    return tex


_WIDE = re.compile(
    r"(?<![{\w])\\frac\{(?P<above>(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}\{(?P<below>(?:[^{}]|\{[^{}]*\})*)\}"
)


def _slashed(fraction: re.Match[str]) -> str:
    """A fraction, with a slash where no line holds it."""
    above, below = fraction["above"], fraction["below"]
    if fits(above, LINE - 6):
        return fraction[0]
    return f"({above})/{below}" if _ONE_SIGN.fullmatch(below) else f"({above})/({below})"


_ONE_SIGN = re.compile(r"[\d.]+|[a-z]")


def _ampersand(row: Sequence[str]) -> str:
    for sign in (" = ", r" \approx "):
        head, found, rest = row[0].partition(sign)
        if found:
            return " ".join([f"{head} &{sign.strip()} {rest}", *row[1:]])
    return " ".join(row)
