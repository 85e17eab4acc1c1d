"""What every writer has: a document compiled once to parts, then filled with the values of any run and framed."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.derivation import Derivation
from derive.document import Block, Document
from derive.equations import read_name
from derive.language.expressions import Apply, Index, Ref, Shape
from derive.language.names import Derivative, Name, Symbol
from derive.notation import Notation
from derive.operations.rows import ROWS
from derive.printing import LEADING
from derive.prose import Catalogue, catalogue
from derive.values import Values
from derive.view import View, Workings
from derive.writers.parts import Compiler, Part, filled

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class Page:
    """What a writer needs to know beside the document: the structure, and the decimal sign."""

    derivation: Derivation
    decimal: str

    @property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every name."""
        return self.derivation.shapes

    def notation(self, base: Notation, document: Document) -> Notation:
        """`base` with the page's decimal sign, its d and its other names."""
        aliases = {step: _alias(base, text) for step, text in document.aliases.items()}
        taken = frozenset(name.base for name in self.shapes if isinstance(name, Symbol))
        return replace(base, decimal=self.decimal, symbol=document.symbol, aliases=aliases, taken=taken)

    def labels(self, notation: Notation) -> dict[Name, str]:
        """Local derivatives of one function under the name σ′(z), as a reader expects them in the chain rule."""
        labels: dict[Name, str] = {}
        for step in self.derivation.forward:
            expr = step.expr
            if isinstance(expr, Apply) and len(expr.args) == 1 and ROWS[expr.op].notation.style == "function":
                arg, row = expr.args[0], ROWS[expr.op].notation
                if isinstance(arg, Ref) and isinstance(arg.name, Symbol) and isinstance(step.name, Symbol):
                    function = f"{row.tex}'" if notation.tex else f"{row.text}′"
                    labels[Derivative(step.name, arg.name)] = f"{function}({notation.name(arg.name)})"
        return labels


def _alias(notation: Notation, text: str) -> str:
    return notation.with_items(read_name(text), ())


_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A document in one format: for each section its pass and parts, and what the frame needs."""

    sections: tuple[tuple[int, tuple[Part, ...]], ...]
    document: Document
    notation: Notation
    frame: Mapping[str, Any]
    workings: Workings

    def body(self, values: Values) -> str:
        """The sections with the values of a run put in."""
        view = View(values, self.notation, self.workings)
        text = "".join(filled(parts, view.at(k)) for k, parts in self.sections)
        return _BLANK_LINES.sub("\n\n", text)


class Writer(ABC):
    """One format. `name` is what `--to` calls it, `ending` the file's; `text` whether it can go to standard output."""

    name: str
    ending: str
    text = True

    @abstractmethod
    def compile(self, document: Document, page: Page) -> Any:
        """The document prepared for any number of runs."""

    @abstractmethod
    def render(self, compiled: Any, values: Values) -> str:
        """The finished text for the values of one run."""

    def pictures(self, document: Document, page: Page, values: Values) -> dict[str, str]:
        """Pictures beside the text, by the end of their file's name."""
        return {}


class TemplateWriter(Writer):
    """A writer whose blocks become parts and whose frame is a Jinja template."""

    template: str

    @abstractmethod
    def compiler(self, document: Document, page: Page, catalogue: Catalogue) -> Compiler:
        """How this format writes mathematics."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Words protected for this format."""

    @abstractmethod
    def block(self, block: Block, compiler: Compiler) -> list[Part]:
        """One block as parts."""

    def compile(self, document: Document, page: Page) -> Compiled:
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
        }
        return Compiled(sections, document, compiler.notation, frame, Workings())

    def render(self, compiled: Compiled, values: Values) -> str:
        return _template(self.template).render(body=compiled.body(values), **compiled.frame)


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
        """The printed entries, as rows."""
        if index is not None:
            return [[self.view.number(name, index, LEADING)]]
        return self.view.rows(name)

    def gradient(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """The printed gradient of the loss by a name, as rows; None where there is none."""
        loss = self.view.values.problem.loss
        derivative = Derivative(loss, name) if loss and isinstance(name, Symbol) else None
        if derivative is None or derivative not in self.view.shapes:
            return None
        return self.values(derivative, index)
