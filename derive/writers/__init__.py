"""The formats, a row each. What a command, a help text or a page of the documentation says of formats comes from here.

A new format is a module of this folder and a row in FORMATS. Writers are loaded when they are first used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias

from derive.errors import DeriveError, suggestion

if TYPE_CHECKING:
    from derive.writers.base import Writer

Kind: TypeAlias = Literal["solution", "sheet", "report"]
"""The kinds of documents."""
EVERY_KIND: tuple[Kind, ...] = ("solution", "sheet", "report")


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the name by which `--to` calls it, the class of its writer as `module:Class`, and the kinds of
    documents that it is offered for. PDF is made from another format; of answer files only a solution has a writer.
    `ending` is what its files' names end in where that is not a point and the name; `is_text` whether they are text;
    `alone` whether it is made of a sheet as one file, with no key beside it.
    """

    name: str
    writer: str
    kinds: tuple[Kind, ...] = EVERY_KIND
    ending: str = ""
    is_text: bool = True
    alone: bool = False

    @property
    def is_page(self) -> bool:
        """Whether it writes any document; the others write the data of a kind."""
        return self.kinds == EVERY_KIND and bool(self.writer)

    @property
    def has_single_steps(self) -> bool:
        """Whether it writes a step of a solution by itself."""
        return self.is_page or self.name in {"pdf", "json"}

    def file(self, name: str) -> str:
        """What the file of a page is called."""
        return f"{name}{self.ending or f'.{self.name}'}"


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("pdf", "", is_text=False),
        Format("tex", "derive.writers.latex:LatexWriter"),
        Format("md", "derive.writers.markdown:MarkdownWriter"),
        Format("txt", "derive.writers.text:TextWriter"),
        Format("html", "derive.writers.html:HtmlWriter"),
        Format("typ", "derive.writers.typst:TypstWriter"),
        Format("json", "derive.writers.json:JsonWriter", ("solution", "report")),
        Format("toml", "derive.writers.toml:TomlWriter", ("solution", "sheet")),
        Format("csv", "", ("sheet",)),
        Format("ipynb", "derive.writers.notebook:NotebookWriter", ("solution",)),
        Format("practice", "derive.interactive.practice_page:PracticeWriter", ("sheet",), "-practice.html", alone=True),
        Format("stack", "derive.questions.stack:StackWriter", ("sheet",), "-stack.xml", alone=True),
        Format("cloze", "derive.questions.cloze:ClozeWriter", ("sheet",), "-cloze.xml", alone=True),
        Format("beamer", "derive.writers.slides.beamer:BeamerWriter", ("solution",), "-slides.tex"),
        Format("reveal", "derive.writers.slides.reveal:RevealWriter", ("solution",), "-slides.html"),
        Format("xlsx", "derive.writers.spreadsheet:SpreadsheetWriter", ("solution",), is_text=False),
    )
}


@cache
def _writer(row: Format) -> Writer:
    module, _, name = row.writer.partition(":")
    made: Writer = getattr(import_module(module), name)()
    return made


class _Writers(Mapping[str, "Writer"]):
    """The writers of the formats that have one."""

    def __getitem__(self, name: str) -> Writer:
        return _writer(FORMATS[name])

    def __iter__(self) -> Iterator[str]:
        return (name for name, row in FORMATS.items() if row.writer)

    def __len__(self) -> int:
        return sum(1 for _ in self)


WRITERS: Mapping[str, Writer] = _Writers()


def formats_of(kind: Kind) -> tuple[str, ...]:
    """The formats of a kind of document."""
    return tuple(name for name, row in FORMATS.items() if kind in row.kinds)


def text_formats(kind: Kind) -> tuple[str, ...]:
    """Those that are text."""
    return tuple(name for name in formats_of(kind) if FORMATS[name].is_text)


def check_formats(names: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Raises DeriveError for a format that is not among those known."""
    for name in names:
        if name not in known:
            raise DeriveError(f"there is no format `{name}`", suggestion(name, known) or f"known: {', '.join(known)}")


__all__ = ["FORMATS", "WRITERS", "Format", "Kind", "check_formats", "formats_of", "text_formats"]
