"""What every writer has: a document compiled once to parts, then filled with the values of any run and framed."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.calculus.operation_rows import ROWS, Row
from derive.derivation.intermediate import in_full
from derive.derivation.steps import Derivation
from derive.figures import Curve
from derive.language.expressions import Apply, Index, Ref, Shape
from derive.language.names import Derivative, Name, Symbol
from derive.notation.notations import Notation
from derive.notation.printer import formula
from derive.notation.vocabulary import LEADING
from derive.page.document import (
    Block,
    Chain,
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
)
from derive.page.view import View, Workings
from derive.problem.reading.equations import read_name
from derive.problem.settings import Digits
from derive.prose.catalogue import Catalogue, catalogue
from derive.values.digits import printed
from derive.values.values import Values, to_fmpq
from derive.writers.parts import Compiler, Part, conditional, filled_text

LARGEST = 1e300  # what a picture shows of values beyond

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a writer needs to know beside the document: the structure, the decimal sign, and what all formats compile
    once.
    """

    derivation: Derivation
    decimal: str
    workings: Workings = field(default_factory=Workings, compare=False)

    @property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every name."""
        return self.derivation.shapes

    def notation(self, base: Notation, document: Document) -> Notation:
        """`base` with the page's decimal sign, its d and its other names."""
        aliases = {step: _alias(base, text) for step, text in document.aliases.items()}
        shapes = {name: shape for name, shape in self.shapes.items() if isinstance(name, Symbol)}
        taken = frozenset(name.base for name in shapes)
        matrices = frozenset(name.base for name, shape in shapes.items() if len(shape) >= 2)
        return replace(base, decimal=self.decimal, symbol=document.symbol, aliases=aliases, taken=taken,
                       matrices=matrices, alike=self._alike)  # fmt: skip

    @property
    def _alike(self) -> frozenset[Name]:
        """What each sample of a batch has; nothing where all entries are asked for."""
        if not self.derivation.places.own or self.derivation.problem.page.entries is None:
            return frozenset()
        names = (step.name for step in self.derivation.steps)
        return frozenset(name for name in names if self.derivation.places.sample(name) is not None)

    def labels(self, notation: Notation) -> dict[Name, str]:
        """Local derivatives of one function under the name σ′(z), as a reader expects them in the chain rule; interim
        results under their formulas.
        """
        labels: dict[Name, str] = {}
        for way in self.derivation.interims.values():
            labels |= {name: formula(expr, notation, self.shapes) for name, expr in in_full(way).items()}
        for step in self.derivation.forward:
            expr = step.expr
            if isinstance(expr, Apply) and len(expr.args) == 1 and _has_prime(ROWS[expr.op]):
                arg, row = expr.args[0], ROWS[expr.op].notation
                if isinstance(arg, Ref) and isinstance(arg.name, Symbol) and isinstance(step.name, Symbol):
                    function = f"{row.tex}'" if notation.tex else f"{row.text}′"
                    labels[Derivative(step.name, arg.name)] = f"{function}({notation.name(arg.name)})"
        return labels


def _has_prime(row: Row) -> bool:
    """Whether the derivative is written f′(z): of a function that works entry by entry."""
    return row.elementwise and row.notation.style == "function"


def _alias(notation: Notation, text: str) -> str:
    return notation.with_items(read_name(text), ())


RESERVED = "sheet:"
"""What the keys begin with that say whose copy a page is: they are no answers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose copy of a page it is: the `code` of the sheet, the `student`'s id, and the name that is printed."""

    code: str
    student: str
    name: str = ""

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """What a returned copy is known by, under reserved names."""
        return (f"{RESERVED}code", self.code), (f"{RESERVED}student", self.student)


_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class CompiledPage:
    """A document in one format: for each section its pass and parts, and what the frame needs."""

    sections: tuple[tuple[int, tuple[Part, ...]], ...]
    document: Document
    notation: Notation
    frame: Mapping[str, Any]
    workings: Workings

    def body(self, values: Values) -> str:
        """The sections with the values of a run put in."""
        view = View(values, self.notation, self.workings, hidden=self.document.hidden)
        text = "".join(filled_text(parts, view.at(k)) for k, parts in self.sections)
        return _BLANK_LINES.sub("\n\n", text)


class Writer(ABC):
    """One format. `name` is what `--to` calls it, `ending` the file's; `text` whether it can go to standard output."""

    name: str
    ending: str
    text = True

    @abstractmethod
    def compile(self, document: Document, page: PageContext) -> Any:
        """The document prepared for any number of runs."""

    @abstractmethod
    def render(self, compiled: Any, values: Values, identity: Identity | None = None) -> str:
        """The finished text for the values of one run; of a sheet, whose it is."""

    def pictures(self, document: Document, page: PageContext, values: Values) -> dict[str, str]:
        """Pictures beside the text, by the end of their file's name."""
        return {}


class TemplateWriter(Writer):
    """A writer whose blocks become parts and whose frame is a Jinja template."""

    template: str
    new_page = ""
    """What begins a new page."""

    @abstractmethod
    def compiler(self, document: Document, page: PageContext, catalogue: Catalogue) -> Compiler:
        """How this format writes mathematics."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Words protected for this format."""

    @abstractmethod
    def inline(self, formula: str) -> str:
        """A formula in a sentence."""

    def data(self, text: str) -> str:
        """A text that programs read from the page, kept to one line."""
        return " ".join(text.split())

    # --- blocks ------------------------------------------------------------------------------------------------------

    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        """One block as parts."""
        match block:
            case Heading():
                return self.heading(block, compiler)
            case Paragraph():
                return self.paragraph(block, compiler)
            case Givens():
                return self.givens(block, compiler)
            case Numbered():
                return self.numbered(block, compiler)
            case FigureBlock():
                return self.drawing(block, compiler)
            case Table():
                return self.table(block.shown, compiler)
            case NewPage():
                return [self.new_page]
            case Chain():
                return self.aside(block, compiler)

    @abstractmethod
    def heading(self, block: Heading, compiler: Compiler) -> list[Part]:
        """A heading."""

    @abstractmethod
    def paragraph(self, block: Paragraph, compiler: Compiler) -> list[Part]:
        """Sentences in a row."""

    @abstractmethod
    def givens(self, block: Givens, compiler: Compiler) -> list[Part]:
        """The given values."""

    @abstractmethod
    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        """A picture, or what stands for it."""

    @abstractmethod
    def table(self, block: Table, compiler: Compiler) -> list[Part]:
        """A table."""

    @abstractmethod
    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        """A chain that is no step."""

    # --- steps -------------------------------------------------------------------------------------------------------

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        """A step: what it consists of, the first of it beside the number."""
        labels = chain([self.label(block.number)], repeat(self.label(None)))
        return [piece for part, label in zip(block.parts, labels, strict=False)
                for piece in self.part(part, compiler, label)]  # fmt: skip

    def part(self, part: StepPart, compiler: Compiler, label: str) -> list[Part]:
        """One part of a step, with what stands before it."""
        match part:
            case Chain():
                return self.lines(Lines((part,)), compiler, label)
            case Lines():
                return self.lines(part, compiler, label)
            case Joined():
                return self.joined(part, compiler, label)
            case PageRemark():
                shown = self.lines(Lines(part.chains), compiler, self.label(None)) if part.chains else []
                return [conditional([*self.said(part.sentence, compiler, label), *shown], part.when)]
            case Sentence():
                return self.said(part, compiler, label)
            case Quoted():
                return [self.quoted(part, label)]

    @abstractmethod
    def label(self, number: int | None) -> str:
        """What stands before the part of a step that begins it, and before the others (None)."""

    @abstractmethod
    def lines(self, lines: Lines, compiler: Compiler, label: str) -> list[Part]:
        """Chains one under the other."""

    @abstractmethod
    def joined(self, joined: Joined, compiler: Compiler, label: str) -> list[Part]:
        """A chain and others that explain it."""

    @abstractmethod
    def said(self, sentence: Sentence, compiler: Compiler, label: str) -> list[Part]:
        """A sentence under a step."""

    @abstractmethod
    def quoted(self, quoted: Quoted, label: str) -> Part:
        """A text as it was written, with a mark under a place in it."""

    def sentence(self, sentence: Sentence, compiler: Compiler, before: str = "", after: str = "") -> Part:
        """A sentence between two texts, where it is said."""
        return conditional([before, *compiler.sentence(sentence, self.inline, self.words), after], sentence.when)

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
            "plain_title": document.title,
            "language": document.language,
            "head": [(self.words(words[f"labels.{key}"]), self.words(text)) for key, text in document.head.items()],
            "form": bool(document.hidden),
            "judged": any(_tells_verdicts(block) for section in document.sections for block in section.blocks),
            "student": self.words(words["labels.student"]),
            "sheet": self.words(words["labels.sheet"]),
        }
        return CompiledPage(sections, document, compiler.notation, frame, page.workings)

    def render(self, compiled: CompiledPage, values: Values, identity: Identity | None = None) -> str:
        frame = {**compiled.frame, "marks": [], "named": bool(identity)}
        if identity:
            who = f"{identity.name} ({identity.student})" if identity.name else identity.student
            own = [(frame["student"], self.words(who)), (frame["sheet"], self.words(identity.code))]
            frame |= {"head": [*frame["head"], *own], "marks": [(key, self.data(text)) for key, text in identity.marks]}
        return _template(self.template).render(body=compiled.body(values), **frame)


def _tells_verdicts(block: Block) -> bool:
    return isinstance(block, Numbered) and any(isinstance(part, Sentence) and part.tone for part in block.parts)


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


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates()), undefined=StrictUndefined, keep_trailing_newline=True,
        block_start_string="<%", block_end_string="%>", variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>", trim_blocks=True, lstrip_blocks=True, autoescape=False,
    )  # fmt: skip
    return environment.get_template(name)


@dataclass(frozen=True, slots=True)
class FigureLabels:
    """What a figure shows at its nodes, from a view."""

    view: View

    def name(self, name: Name, index: Index | None) -> str:
        """A name, or one of its entries."""
        return self.view.notation.entry(name, index or (), self.view.shapes)

    def values(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """The printed entries, as rows; None for what is hidden."""
        if self.view.hides(name):
            return None
        if index is not None:
            return [[self.view.number(name, index, LEADING)]]
        return self.view.rows(name)

    def curve(self, curve: Curve) -> list[float]:
        """The losses of a curve's points; what is too large for a picture stands at its edge."""
        losses = self.view.values.losses
        groups = ([float(loss[0]) for loss in losses[i * curve.group : (i + 1) * curve.group]] for i in curve.chosen())
        return [max(-LARGEST, min(LARGEST, sum(group) / len(group))) for group in groups]

    def written(self, value: float) -> str:
        """A number at an axis, with three digits."""
        return self.view.text(printed(to_fmpq(Fraction(f"{value:.6g}")), Digits(3), ties=True))

    def gradient(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """The printed gradient of the loss by a name, as rows; None where there is none."""
        loss = self.view.values.problem.loss
        derivative = Derivative(loss, name) if loss and isinstance(name, Symbol) else None
        if derivative is None or derivative not in self.view.shapes:
            return None
        return self.values(derivative, index)
