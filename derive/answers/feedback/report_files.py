"""A report as text in a format, and as files."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from derive.answers.feedback.report import Report
from derive.files import PDF
from derive.solution import Solution
from derive.writers import WRITERS, check_formats, formats_of, text_formats


def text(report: Report, solution: Solution, name: str, head: Mapping[str, str] | None = None) -> str:
    """The report in a text format, its `head` by the keys of labels. Raises DeriveError for one that does not exist."""
    check_formats((name,), text_formats("report"))
    if name == "json":
        return report.json()
    writer = WRITERS[name]
    document = replace(report.document(), head=head or {})
    return writer.render(writer.compile(document, solution.blueprint.page), solution.run)


def write_report(report: Report, solution: Solution, folder: Path, formats: tuple[str, ...], name: str) -> list[Path]:
    """The report's files. Raises DeriveError, and ToolError where the PDF cannot be made."""
    from derive.pdf.pdf_source import pdf_source
    from derive.pdf.text_files import write_texts

    check_formats(formats, formats_of("report"))
    sources = {wanted: pdf_source(solution.problem) if wanted == PDF else wanted for wanted in formats}
    texts = {f"{name}.{wanted}": partial(text, report, solution, source) for wanted, source in sources.items()}
    return write_texts(folder, texts)
