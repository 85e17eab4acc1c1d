"""A sheet's page as HTML for a learning platform: formulas in TeX for its MathJax, places to fill in as fields."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape

from derive.language.step_ids import StepId
from derive.page.document import Document, FigureBlock, Section, TableColumn
from derive.page.run import PageRun
from derive.page.view import View
from derive.prose.catalogue import Catalogue
from derive.sheets.hints import hint_blocks
from derive.sheets.sheet_writer import KEY, SHEET, SheetWriter
from derive.solution import Solution
from derive.writers.base import TemplateWriter
from derive.writers.figure_labels import FigureLabels
from derive.writers.layout.texmath import labelled
from derive.writers.parts import Compiler, Part

OPEN, CLOSE = "\ue000", "\ue001"
"""Around the id of a step or an entry where its field will stand: letters that no text has."""
_FIELD = re.compile(f"{OPEN}(.*?){CLOSE}")
BREAK = "/"
"""In the place of an id: here a row of fields ends."""
PLUGIN_FILE = "@@PLUGINFILE@@/"
"""What Moodle puts the address of a question's file for."""
LEVELS = 3
"""How many hints there are for each step, one after the other."""


class QuestionPage(TemplateWriter):
    """A Document → HTML without a frame. `entrywise` keeps a field for each entry of an array; `files` are the pictures
    of all pages that were filled.
    """

    room = r"\ldots"

    def __init__(self, entrywise: bool = False) -> None:
        self.entrywise = entrywise
        self.files: dict[str, bytes] = {}

    def words(self, text: str) -> str:
        return escape(text)

    def inline(self, formula: str) -> str:
        """A formula in a sentence, or a link of a chain; fields stand outside of mathematics."""
        pieces = _FIELD.split(formula.strip())
        return " ".join(
            f"{OPEN}{piece}{CLOSE}" if i % 2 else rf"\({escape(piece.strip())}\)"
            for i, piece in enumerate(pieces)
            if piece.strip()
        )

    def title(self, text: str, level: int) -> str:
        return f"<h{level + 3}>{text}</h{level + 3}>\n"

    def prose(self, text: str, kind: str) -> str:
        return f"<p>{text}</p>\n"

    def writing_room(self, kind: str, lines: int) -> str:
        return ""

    def side_by_side(self, formulas: Sequence[str]) -> str:
        return f"<p>{' &ensp; '.join(map(self.inline, formulas))}</p>\n"

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        lines = (f"<p>{label if i == 0 else ''}{self._flow(row)}</p>\n" for i, row in enumerate(rows))
        return "".join(lines)

    def explained(self, rows: Sequence[Sequence[str]], word: str, label: str) -> str:
        return f"<p>{label}{f' {word} '.join(map(self._flow, rows))}</p>\n"

    def _flow(self, links: Sequence[str]) -> str:
        return " ".join(map(self._display, links))

    def _display(self, formula: str) -> str:
        return self.inline(formula).replace(r"\(", r"\(\displaystyle ")

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        head = "".join(f"<th>{text}</th>" for text in heads)
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
        return f'<table class="generaltable">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n'

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        fields = [_FIELD.fullmatch(cell) for row in rows for cell in row]
        if fields[0] and self.entrywise:
            return f"{OPEN}{BREAK}{CLOSE}".join("".join(row) for row in rows)
        if fields[0]:
            return f"{OPEN}{StepId.parse(fields[0][1]).whole}{CLOSE}"
        return labelled(rows, label)

    def final(self, formula: str) -> str:
        return rf"\boxed{{{formula}}}"

    def answer(self, step: str) -> str:
        return f"{OPEN}{step}{CLOSE}"

    def label(self, number: int | None) -> str:
        return "" if number is None else f"<b>{number})</b> "

    def remark(self, text: str, label: str, tone: str) -> str:
        return f"<p>{label}{text}</p>\n"

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        """A picture, by a name that tells its numbers: every variant has its own."""
        from derive.figures.renderers.svg import svg

        alt, notation = self.words(block.alt), compiler.pictured

        def image(view: View) -> str:
            picture = svg(block.figure, FigureLabels(view.written_in(notation)), block.alt).encode()
            file = f"{view.values.problem.name or 'picture'}-{sha256(picture).hexdigest()[:8]}.svg"
            self.files[file] = picture
            return f'<p><img src="{PLUGIN_FILE}{file}" alt="{alt}"/></p>\n'

        return [image]


@dataclass(frozen=True)
class QuestionTexts:
    """The texts of a question's pages for one solution."""

    sheet: SheetWriter
    page: QuestionPage
    field: Callable[[str], str]
    """What stands at the place of a step's answer."""

    def text(self, page: str, solution: Solution) -> str:
        """One of the sheet's pages: the exercise with fields, or the worked solution."""
        return self._body(self.sheet.documents[page], solution.run)

    def hints(self, solution: Solution) -> list[str]:
        """The hints for all steps, level by level."""
        derivation = self.sheet.blueprint.derivation
        key, hidden = self.sheet.documents[KEY], self.sheet.documents[SHEET].hidden
        blocks = [(each.k, hint_blocks(key, derivation, (each.name, each.k), hidden)) for each in self.sheet.fields]
        levels = ([Section(tuple(levels[i]), k) for k, levels in blocks if levels[i]] for i in range(LEVELS))
        return [self._body(replace(key, sections=tuple(each), hidden=hidden), solution.run) for each in levels if each]

    def _body(self, document: Document, run: PageRun) -> str:
        text = self.page.compile(document, self.sheet.blueprint.page).body(run)
        return _FIELD.sub(lambda found: "<br/>" if found[1] == BREAK else self.field(found[1]), _plain(text))


def _plain(text: str) -> str:
    """Without brackets that a platform would read as commands of its own."""
    return text.replace("[[", "[ [").replace("{@", "{ @").replace("{#", "{ #")
