"""The page in LaTeX: compiles as it is with pdfLaTeX and LuaLaTeX, common packages only.

Chains are set as hanging paragraphs of display-style formulas, so that TeX itself breaks them at their relations; a
matrix too wide for the line is cut into labelled blocks of columns.
"""

from __future__ import annotations

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
from derive.language.names import GREEK
from derive.notation import TEX
from derive.prose import Catalogue
from derive.view import View
from derive.writers.base import FigureLabels, Page, TemplateWriter
from derive.writers.parts import Compiler, Part, filled
from derive.writers.texmath import LINE, blocks, bmatrix, fits

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$",
            "|": r"\textbar{}"} | {c: f"\\{c}" for c in "#$%&_{}"}  # fmt: skip
_MATH = {"−": "$-$", "≈": r"$\approx$", "≤": r"$\le$", "≥": r"$\ge$", "′": "$'$", "·": r"$\cdot$", "→": r"$\to$",
         "×": r"$\times$", "①": r"\circled{1}", "②": r"\circled{2}", "③": r"\circled{3}"}  # fmt: skip
_MATH |= {letter: rf"$\{name}$" for name, letter in GREEK.items()}
_MATH |= {"←": r"$\leftarrow$", "⊙": r"$\odot$", "∂": r"$\partial$", "∞": r"$\infty$", "√": r"$\surd$", "∈": r"$\in$"}
_MATH |= {"⇒": r"$\Rightarrow$", "±": r"$\pm$", "≠": r"$\ne$", "…": r"\dots{}", "∑": r"$\sum$", "Σ": r"$\Sigma$"}
_MATH |= {chr(0x2080 + n): f"$_{{{n}}}$" for n in range(10)} | {"ᵢ": "$_{i}$", "ⱼ": "$_{j}$"}
_MATH |= {c: f"$^{{{n}}}$" for c, n in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ⁽⁾", [*map(str, range(10)), "-", "T", "(", ")"], strict=True)}
_MATH |= {"\u0302": r"\^{}", "×": r"$\times$", "–": "--"}
MOST_ALIGNED = 12


def escape(text: str) -> str:
    """Words for LaTeX."""
    return "".join(_SPECIAL.get(c) or _MATH.get(c) or c for c in text)


def inline(tex: str) -> str:
    """A formula in a sentence."""
    return f"${tex}$"


def matrix(rows: list[list[str]]) -> str:
    """A matrix, cut into blocks with a break between them where it is too wide or too tall."""
    cut = blocks(rows, LINE - 4)
    if len(cut) == 1:
        return bmatrix(rows, gap="[4pt]")
    whole = len(rows[0])
    return r" \allowbreak ".join(
        rf"\underbrace{{{bmatrix(part, gap='[4pt]')}}}_{{\text{{{_label(i, j, part, len(rows), whole)}}}}}"
        for i, j, part in cut
    )


def _label(i: int, j: int, part: list[list[str]], height: int, wide: int) -> str:
    rows = _range("row", i + 1, len(part)) if len(part) < height else ""
    columns = _range("column", j + 1, len(part[0])) if len(part[0]) < wide else ""
    return ", ".join(filter(None, (rows, columns)))


def _range(what: str, first: int, count: int) -> str:
    return f"{what} {first}" if count == 1 else f"{what}s {first}--{first + count - 1}"


class LatexWriter(TemplateWriter):
    """A Document → LaTeX."""

    name = "tex"
    ending = "tex"
    template = "page.tex"

    def compiler(self, document: Document, page: Page, catalogue: Catalogue) -> Compiler:
        notation = page.notation(TEX, document)
        return Compiler(notation, page.shapes, page.labels(notation), matrix, _boxed, catalogue)

    def words(self, text: str) -> str:
        return escape(text)

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        match block:
            case Heading():
                command = r"\section*" if block.level == 1 else r"\subsection*"
                return [f"\n{command}{{", *self._sentence(block.sentence, compiler), "}\n"]
            case Paragraph():
                return self._paragraph(block, compiler)
            case Givens():
                return self._givens(block, compiler)
            case Numbered():
                return self._numbered(block, compiler)
            case Drawing():
                return self._drawing(block)
            case Losses():
                return self._losses(block, compiler)
            case Chain():
                return [r"\begin{aside}", "\n", *self._formulas(block, compiler), r"\end{aside}", "\n"]

    def _sentence(self, sentence: Sentence, compiler: Compiler) -> list[Part]:
        return compiler.sentence(sentence, inline, escape)

    def _said(self, sentence: Sentence, compiler: Compiler, before: str, after: str) -> Part:
        parts, when = self._sentence(sentence, compiler), sentence.when
        return lambda view: before + filled(parts, view) + after if view.holds(when) else ""

    def _paragraph(self, block: Paragraph, compiler: Compiler) -> list[Part]:
        said = [self._said(sentence, compiler, "", " ") for sentence in block.sentences]
        around = {"task": (r"\begin{task}", r"\end{task}"), "note": (r"\begin{note}", r"\end{note}")}
        before, after = around.get(block.kind, ("", ""))
        return [f"\n{before}", *said, f"{after}\n\n"]

    def _givens(self, block: Givens, compiler: Compiler) -> list[Part]:
        parts: list[Part] = [r"\begin{chain}", "\n"]
        for name in block.names:
            shown = compiler.notation.name(name)
            shape = compiler.shapes[name]
            parts.append(_value(shown, name, scalar=not shape))
        return [*parts, r"\end{chain}", "\n"]

    def _numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        long = any(isinstance(part, Lines) and len(part.chains) > MOST_ALIGNED for part in block.parts)
        environment = "longderivation" if long else "derivation"
        parts: list[Part] = [f"\\begin{{{environment}}}{{{block.number})}}\n"]
        for part in block.parts:
            if isinstance(part, Chain):
                parts += self._chain(part, compiler)
            elif isinstance(part, Lines):
                parts.append(self._lines(part, compiler))
            elif isinstance(part, Joined):
                parts += self._joined(part, compiler)
            else:
                parts.append(self._said(part, compiler, r"\reason{", "}\n"))
        return [*parts, f"\\end{{{environment}}}\n"]

    def _chain(self, chain: Chain, compiler: Compiler) -> list[Part]:
        return [r"\begin{chain}", "\n", *self._formulas(chain, compiler), r"\end{chain}", "\n"]

    def _formulas(self, chain: Chain, compiler: Compiler) -> list[Part]:
        parts: list[Part] = []
        for i, segment in enumerate(compiler.segments(chain)):
            parts += ["  $", "{}" if i else "", *segment, "$\n"]
        return parts

    def _joined(self, joined: Joined, compiler: Compiler) -> list[Part]:
        parts = self._formulas(joined.chain, compiler)
        for chain in joined.explained:
            word = self._sentence(joined.word, compiler)
            parts += [r"  \quad{\small ", *word, r"}\quad", "\n", *self._formulas(chain, compiler)]
        return [r"\begin{chain}", "\n", *parts, r"\end{chain}", "\n"]

    def _lines(self, lines: Lines, compiler: Compiler) -> Part:
        rows = [compiler.segments(chain) for chain in lines.chains]

        def fill(view: View) -> str:
            texts = [[filled(segment, view) for segment in row] for row in rows]
            return _aligned(texts)

        return fill

    def _drawing(self, block: Drawing) -> list[Part]:
        from derive.drawing.tikz import tikz

        figure = block.figure
        return ["\n\\begin{center}\n", lambda view: tikz(figure, FigureLabels(view)), "\n\\end{center}\n"]

    def _losses(self, block: Losses, compiler: Compiler) -> list[Part]:
        passes, catalogue = block.passes, compiler.catalogue

        def fill(view: View) -> str:
            loss = view.values.problem.loss
            assert loss is not None
            cells = [inline(view.at(k).number(loss, (), "leading")) for k in passes]
            head = " & ".join([escape(catalogue["labels.updates"]), *(str(k - 1) for k in passes)])
            body = " & ".join([inline(compiler.notation.name(loss)), *cells])
            table = rf"\begin{{tabular}}{{l|{'r' * len(passes)}}}{head}\\\hline {body}\end{{tabular}}"
            return f"\\begin{{center}}{table}\\end{{center}}\n"

        return [fill]


def _value(shown: str, name: object, scalar: bool) -> Part:
    def fill(view: View) -> str:
        text = view.number(name, (), "leading") if scalar else matrix(view.rows(name))  # type: ignore[arg-type]
        return f"  ${shown} = {text}$\\quad\n"

    return fill


def _boxed(tex: str) -> str:
    """A result in a box; one in several blocks cannot have one."""
    return tex if r"\allowbreak" in tex else rf"\result{{{tex}}}"


def _aligned(rows: list[list[str]]) -> str:
    """Lines aligned at their first relation where they fit; many short ones side by side; else hanging paragraphs."""
    lines = [" ".join(row) for row in rows]
    if len(rows) <= MOST_ALIGNED and all(fits(line, LINE - 5) for line in lines):
        body = " \\\\\n  ".join(map(_ampersand, rows))
        return f"\\begin{{chain}}\n$\\begin{{aligned}}\n  {body}\n\\end{{aligned}}$\n\\end{{chain}}\n"
    for columns in (3, 2):
        if all(fits(line, (LINE - 4) / columns - 2) for line in lines):
            cells = "".join(f"  \\cell{{{columns}}}{{{line}}}\n" for line in lines)
            return f"\\begin{{chain}}\\hangafter=0\\hangindent=0pt\n{cells}\\end{{chain}}\n"
    return "".join(f"\\begin{{chain}}\n{_broken(row)}\\end{{chain}}\n" for row in rows)


def _broken(row: list[str]) -> str:
    return "".join(f"  ${'{}' if i else ''}{segment}$\n" for i, segment in enumerate(row))


def _ampersand(row: list[str]) -> str:
    for sign in (" = ", r" \approx "):
        head, found, rest = row[0].partition(sign)
        if found:
            return " ".join([f"{head} &{sign.strip()} {rest}", *row[1:]])
    return " ".join(row)
