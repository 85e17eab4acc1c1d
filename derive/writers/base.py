"""What every writer has: a document compiled once to parts, then filled with the values of any run and framed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.figures import Strip
from derive.notation.notations import TEX, UNICODE, Notation
from derive.page.chains import Chain, Result
from derive.page.document import (
    Beside,
    Block,
    Document,
    FigureBlock,
    Givens,
    Heading,
    Joined,
    Lines,
    NewPage,
    Numbered,
    PageRemark,
    Paragraph,
    Quoted,
    Sentence,
    StepPart,
    Table,
    TableColumn,
    WritingRoom,
)
from derive.page.run import PageRun
from derive.page.view import View
from derive.page.workings import Workings
from derive.prose.catalogue import Catalogue, catalogue
from derive.writers.figure_labels import FigureLabels
from derive.writers.identity import Identity
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part, conditional, filled_text, filled_texts, texts

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class CompiledPage:
    """A document in one format: for each section its pass and parts, and what the frame needs."""

    sections: tuple[tuple[int, tuple[Part, ...]], ...]
    document: Document
    notation: Notation
    frame: Mapping[str, Any]
    workings: Workings

    def body(self, run: PageRun) -> str:
        """The sections with the values of a run put in."""
        view = View(run, self.notation, self.workings, hidden=self.document.hidden)
        text = "".join(filled_text(parts, view.at(k)) for k, parts in self.sections)
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        return text


class Writer:
    """One format."""

    def compile(self, document: Document, page: PageContext) -> Any:
        """The document prepared for any number of runs; nothing where a format is made of the problem itself."""
        return None

    def render(self, compiled: Any, run: PageRun, identity: Identity | None = None) -> str:
        """The finished text of one run; of a sheet, whose it is. A format that is no text has `finished` instead."""
        raise NotImplementedError(type(self).__name__)

    def finished(self, compiled: Any, run: PageRun) -> bytes:
        """The finished file of one run. Raises ToolError where what makes it is not installed."""
        return self.render(compiled, run).encode()

    def pictures(self, document: Document, page: PageContext, run: PageRun) -> dict[str, str]:
        """Pictures beside the text, by the end of their file's name."""
        return {}


class TemplateWriter(Writer, ABC):
    """A writer of pages: its blocks become text by the functions below, and stand in a frame.

    What a format has to say are the first eight; the others write what most plain text formats write alike.
    """

    template = ""
    """The Jinja template that its frame is; nothing where that is but text."""
    notation: Notation = TEX
    """How mathematics is written."""
    room = ""
    """Where a formula is to be written."""
    new_page = ""
    """What begins a new page."""
    glue = ""
    """What stands after what no page may end with."""
    has_pictures = False
    """Whether pictures stand beside the text as SVG, for `picture` to refer to."""

    # --- what a format says ------------------------------------------------------------------------------------------

    @abstractmethod
    def words(self, text: str) -> str:
        """Words protected for this format."""

    @abstractmethod
    def inline(self, formula: str) -> str:
        """A formula in a sentence."""

    @abstractmethod
    def title(self, text: str, level: int) -> str:
        """A heading: of level 1 of a section, of level 2 of a part of it, of level 3 of a part of that."""

    @abstractmethod
    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        """Formulas one under the other, each in its links, which begin with their relations."""

    @abstractmethod
    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """A table."""

    @abstractmethod
    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        """Rows of texts in brackets, with a label under them."""

    @abstractmethod
    def answer(self, step: str) -> str:
        """The place to fill in for a step, or for an entry of it."""

    @abstractmethod
    def label(self, number: int | None) -> str:
        """What stands before the part of a step that begins it, and before the others (None)."""

    # --- what most formats write alike -------------------------------------------------------------------------------

    def final(self, formula: str) -> str:
        """A result that a reader looks for."""
        return formula

    def prose(self, text: str, kind: str) -> str:
        """Sentences in a row: `text`, `task` or `note`."""
        return f"\n{text}\n"

    def side_by_side(self, formulas: Sequence[str]) -> str:
        """Formulas in a row, as the given values are."""
        return f"\n{',  '.join(map(self.inline, formulas))}\n"

    def beside(self, formulas: Sequence[str], label: str) -> str:
        """Formulas of a step in a row."""
        return (f"{label.rstrip()}\n" if label.strip() else "") + self.side_by_side(formulas)

    def writing_room(self, kind: str, lines: int) -> str:
        """Where an answer is written by hand."""
        return "\n" + ("_" * 80 + "\n\n") * lines

    def explained(self, rows: Sequence[Sequence[str]], word: str, label: str) -> str:
        """A formula and others that explain it, each behind the word."""
        others = (self.remark(word, "", "") + self.display([row], "") for row in rows[1:])
        return "".join([self.display(rows[:1], label), *others])

    def remark(self, text: str, label: str, tone: str) -> str:
        """A sentence under a step; `tone` is the verdict that it tells, or nothing."""
        return f"{label.rstrip()} {text}\n" if label else f"\n{text}\n"

    def literal(self, lines: Sequence[str], label: str) -> str:
        """A line as somebody typed it, and the mark under a place in it."""
        return "\n".join([label, *(f"    {line}" for line in lines), ""])

    def picture(self, alt: str, file: str) -> str:
        """A picture in a file beside the page, or what stands for it."""
        return ""

    def data(self, text: str) -> str:
        """A text that programs read from the page, kept to one line."""
        return " ".join(text.split())

    def frame(self, words: Catalogue) -> dict[str, Any]:
        """What the frame of this format needs beside what all have."""
        return {}

    def letters(self, words: str) -> dict[str, bool]:
        """What the frame needs to know of the letters of a finished page."""
        return {}

    def verbatim(self, text: str) -> str:
        """What can be set of a text that somebody else wrote."""
        return text

    # --- blocks ------------------------------------------------------------------------------------------------------

    def notation_for(self, document: Document) -> Notation:
        """How mathematics is written in a document."""
        return self.notation

    def compiler(self, document: Document, page: PageContext, words: Catalogue) -> Compiler:
        """How this format writes mathematics."""
        notation = page.notation(self.notation_for(document), document)
        return Compiler(notation, page.shapes, page.labels(notation), partial(self.matrix, words), self.final,
                        words, self.answer, self.room, self.verbatim, page.notation(UNICODE, document))  # fmt: skip

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        """One block as parts."""
        match block:
            case Heading():
                return [self._filled([block.sentence], compiler, lambda text: self.title(text, block.level))]
            case Paragraph():
                return [self._filled(block.sentences, compiler, lambda text: self.prose(text, block.kind))]
            case Givens():
                formulas = [compiler.given(name) for name in block.names]
                given: Part = lambda view: self.side_by_side([fill(view) for fill in formulas])  # noqa: E731
                return [given, self.glue] if block.near else [given]
            case Numbered():
                return self.numbered(block, compiler)
            case FigureBlock():
                return self.figure(block, compiler)
            case Table():
                return [self._table(block.shown, compiler)]
            case WritingRoom() | NewPage():
                return [self.writing_room(block.kind, block.lines) if isinstance(block, WritingRoom) else self.new_page]
            case Chain():
                return self.aside(block, compiler)

    def figure(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        """A picture with the sentence below it."""
        return [*self.drawing(block, compiler), *self.caption(block, compiler)]

    def caption(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        """How a picture is read."""
        return [self._filled([block.caption], compiler, self.below_picture)] if block.caption else []

    def below_picture(self, text: str) -> str:
        """The sentence below a picture."""
        return self.prose(text, "note")

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        """A picture, or what stands for it; nothing for the parts of a model in a row, which the headings name."""
        if isinstance(block.figure, Strip):
            return []
        alt = self.words(block.alt)
        return [lambda view: self.picture(alt, f"{view.values.problem.name}-{block.name}.svg")]

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        """A chain that is no step."""
        return [self.lines((chain,), compiler, "")]

    def _table(self, table: Table, compiler: Compiler) -> Part:
        heads, *rows = ([self.sentence(cell, compiler) for cell in row]
                        for row in ([column.head for column in table.columns], *table.rows))  # fmt: skip
        return lambda view: self.grid(table.columns, filled_texts(heads, view), [filled_texts(r, view) for r in rows])

    # --- steps -------------------------------------------------------------------------------------------------------

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        """A step: what it consists of, the first of it beside the number."""
        labels = chain([self.label(block.number)], repeat(self.label(None)))
        written = [self.part(part, compiler, label) for part, label in zip(block.parts, labels, strict=False)]
        before = [*map(_is_result_alone, block.parts[1:]), False]
        glued = zip(written, before, strict=False)
        return [each for part, is_near in glued for each in ([part, self.glue] if is_near else [part])]

    def part(self, part: StepPart, compiler: Compiler, label: str) -> Part:
        """One part of a step, with what stands before it."""
        match part:
            case Chain():
                return self.lines((part,), compiler, label)
            case Lines():
                return self.lines(part.chains, compiler, label)
            case Beside():
                beside = [compiler.segments(chain) for chain in part.chains]
                return lambda view: self.beside([" ".join(texts(row, view)) for row in beside], label)
            case Joined():
                rows = [compiler.segments(chain) for chain in (part.chain, *part.explained)]
                word = [self.sentence(part.word, compiler)]
                return lambda view: self.explained([texts(row, view) for row in rows], filled_text(word, view), label)
            case PageRemark():
                shown = [self.glue, self.lines(part.chains, compiler, self.label(None))] if part.chains else []
                return conditional([self._said(part.sentence, compiler, label), *shown], part.when)
            case Sentence():
                return self._said(part, compiler, label)
            case Quoted():
                return self.literal(part.lines(), label)

    def lines(self, chains: Sequence[Chain], compiler: Compiler, label: str) -> Part:
        """Chains one under the other."""
        rows = [compiler.segments(chain) for chain in chains]
        return lambda view: self.display([texts(row, view) for row in rows], label)

    def _said(self, sentence: Sentence, compiler: Compiler, label: str) -> Part:
        return self._filled([sentence], compiler, lambda text: self.remark(text, label, sentence.tone))

    def _filled(self, sentences: Sequence[Sentence], compiler: Compiler, write: Callable[[str], str]) -> Part:
        """Sentences in a row, written if any of them is said."""
        parts = [self.sentence(sentence, compiler) for sentence in sentences]

        def fill(view: View) -> str:
            text = " ".join(text for text in filled_texts(parts, view) if text)
            return write(text) if text else ""

        return fill

    def sentence(self, sentence: Sentence, compiler: Compiler) -> Part:
        """A sentence, where it is said."""
        return conditional(compiler.sentence(sentence, self.inline, self.words), sentence.when)

    def pictures(self, document: Document, page: PageContext, run: PageRun) -> dict[str, str]:
        if not self.has_pictures:
            return {}
        from derive.figures.renderers.svg import svg

        notation = page.notation(UNICODE, document)
        return {
            f"{block.name}.svg": svg(
                block.figure, FigureLabels(View(run, notation, page.workings, k, document.hidden)), block.alt
            )
            for block, k in document.blocks
            if isinstance(block, FigureBlock) and not isinstance(block.figure, Strip)
        }

    # --- the page ----------------------------------------------------------------------------------------------------

    def compile(self, document: Document, page: PageContext) -> CompiledPage:
        words = catalogue(document.language)
        compiler = self.compiler(document, page, words)
        sections = tuple(
            (section.k, tuple(_joined([part for block in section.blocks for part in self.block(block, compiler)])))
            for section in document.sections
        )
        frame = {
            "title": self.words(document.title),
            "titled": not document.step,
            "plain_title": document.title,
            "language": document.language,
            "head": [(self.words(words[f"labels.{key}"]), self.words(text)) for key, text in document.head.items()],
            "form": bool(document.hidden),
            "judged": any(_tells_verdicts(block) for block, _ in document.blocks),
            "student": self.words(words["labels.student"]),
            "sheet": self.words(words["labels.sheet"]),
        }
        return CompiledPage(sections, document, compiler.notation, frame | self.frame(words), page.workings)

    def render(self, compiled: CompiledPage, run: PageRun, identity: Identity | None = None) -> str:
        body = compiled.body(run)
        frame = {**compiled.frame, "marks": [], "named": bool(identity)}
        if identity:
            who = f"{identity.name} ({identity.student})" if identity.name else identity.student
            own = [(frame["student"], self.words(who)), (frame["sheet"], self.words(identity.code))]
            frame |= {"head": [*frame["head"], *own], "marks": [(key, self.data(text)) for key, text in identity.marks]}
        words = " ".join((frame["title"], *(f"{label} {text}" for label, text in frame["head"]), body))
        return self.page({"body": body, **frame, **self.letters(words)})

    def page(self, frame: Mapping[str, Any]) -> str:
        """A page in its frame: the title, what stands at its head, the body, what a sheet is known by."""
        if self.template:
            return framed(self.template, **frame)
        head = [frame["title"], "=" * len(frame["title"])] if frame["titled"] else []
        head += [f"{label}: {text}" for label, text in frame["head"]]
        head += [f"{frame['student']}: {'_' * 20}"] if frame["form"] and not frame["named"] else []
        body = frame["body"] if frame["titled"] else frame["body"].strip("\n")
        return "".join(f"{line}\n" for line in (*head, body, *(f"{key} {text}" for key, text in frame["marks"])))


def _tells_verdicts(block: Block) -> bool:
    return isinstance(block, Numbered) and any(isinstance(part, Sentence) and part.tone for part in block.parts)


def _is_result_alone(part: StepPart) -> bool:
    """Whether a part of a step shows but a value, that of which the entries stand above it."""
    return isinstance(part, Chain) and len(part.links) == 1 and isinstance(part.links[0].shown, Result)


def _joined(parts: list[Part]) -> list[Part]:
    result: list[Part] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        else:
            result.append(part)
    return result


def templates() -> Path:
    """The folder of the frames: inside an installed package, or beside it in a checkout."""
    here = Path(__file__).resolve().parent.parent
    beside = here.parent / "templates"
    return here / "templates" if (here / "templates").is_dir() else beside


def framed(frame: str, **fields: Any) -> str:
    """A frame of the folder, filled."""
    return _template(frame).render(**fields)


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates()), undefined=StrictUndefined, keep_trailing_newline=True,
        block_start_string="<%", block_end_string="%>", variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>", trim_blocks=True, lstrip_blocks=True, autoescape=False,
    )  # fmt: skip
    return environment.get_template(name)
