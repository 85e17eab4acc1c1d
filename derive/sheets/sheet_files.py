"""The files of one sheet: NAME-sheet.* and NAME-key.*, whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from derive.files import PDF
from derive.pdf.pdf_source import pdf_source
from derive.pdf.text_files import write_texts
from derive.problem.problem import Problem
from derive.sheets.sheet_writer import KEY, SHEET, SheetWriter
from derive.solution import Solution
from derive.variants import Assignment
from derive.writers import FORMATS, check_formats, formats_of
from derive.writers.identity import Identity


@dataclass(frozen=True, slots=True)
class Copy:
    """A sheet and its key with the numbers of one student, or with those of the problem file."""

    writer: SheetWriter
    solution: Solution
    identity: Identity | None = None

    def sheet(self, name: str) -> str:
        """The exercise, or the answer file to fill in, in a text format."""
        return self.writer.sheet(name, self.solution, self.identity)

    def page(self, page: str, name: str) -> str:
        """One of the writer's pages, or an answer file, in a text format."""
        return self.writer.text(page, name, self.solution, self.identity)


def copy_of(problem: Problem, seed: str | None = None, student: str | None = None) -> Copy:
    """The copy of a student, or without one that of the problem file.

    Raises InputError where no numbers meet the conditions of [variants], VerificationError as `Blueprint.solve` does.
    """
    writer = SheetWriter.of(problem)
    if seed is None or student is None:
        return Copy(writer, writer.blueprint.solve())
    variant = Assignment(writer.blueprint, seed).draw(student)
    return Copy(writer, variant.solution, Identity(variant.code, variant.student))


def write_sheet(copy: Copy, folder: Path, formats: tuple[str, ...]) -> list[Path]:
    """The files, in the order of `formats`. Raises DeriveError, and ToolError where a PDF cannot be made."""
    check_formats(formats, formats_of("sheet"))
    name = copy.solution.problem.name or "problem"
    files: dict[str, Callable[[], str]] = {}
    for wanted in formats:
        if FORMATS[wanted].alone:
            files[FORMATS[wanted].file(name)] = partial(copy.sheet, wanted)
            continue
        pages = copy.writer.pages if wanted == PDF or FORMATS[wanted].is_page else (SHEET, KEY)
        for page in pages:
            source = pdf_source(copy.solution.problem, fields=True) if wanted == PDF else wanted
            files[f"{name}-{page}.{wanted}"] = partial(copy.page, page, source)
            pictures = copy.writer.pictures(page, source, copy.solution)
            files |= {f"{name}-{picture}": partial(pictures.__getitem__, picture) for picture in pictures}
    return write_texts(folder, files)
