"""Pages as files, whole or not at all; a `.pdf` is made from the text of its page."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from derive.errors import ToolError
from derive.files import save
from derive.pdf.engines import LatexFailure
from derive.pdf.last_page import well_filled_tex
from derive.pdf.typst import is_typst, make_typst_pdf

_BEGIN, _END = re.compile(r"\\begin\{(?:long)?derivation\}"), re.compile(r"\\end\{(?:long)?derivation\}")
"""What is around each step of a page in LaTeX."""


def write_texts(folder: Path, files: Mapping[str, Callable[[], str | bytes]], steps: Sequence[str] = ()) -> list[Path]:
    """Write texts, or bytes as they are; the text of a `.pdf` is LaTeX or Typst and compiled. `steps` are the ids of
    the page's steps, in order: where LaTeX stops in one, it is told.

    Raises DeriveError for a folder that cannot be written; ToolError where a file cannot be made: all others, and of a
    PDF the text it is made from, are written before it is raised.
    """
    finished: dict[str, bytes] = {}
    failure: ToolError | None = None
    for name, made in files.items():
        try:
            content = made()
        except ToolError as error:
            failure = error
            continue
        if isinstance(content, bytes) or not name.endswith(".pdf"):
            finished[name] = content if isinstance(content, bytes) else content.encode()
            continue
        try:
            finished[name] = make_typst_pdf(content) if is_typst(content) else well_filled_tex(content).pdf
        except ToolError as error:
            failure = _located(error, content, steps) if isinstance(error, LatexFailure) else error
            finished[f"{name.removesuffix('.pdf')}.{'typ' if is_typst(content) else 'tex'}"] = content.encode()
    paths = save(folder, finished)
    if failure:
        written = ", ".join(str(path) for path in paths)
        raise ToolError(failure.message, "\n  ".join(filter(None, (failure.hint, f"written: {written}"))))
    return paths


def _located(failure: LatexFailure, tex: str, steps: Sequence[str]) -> ToolError:
    """The failure with the step in which LaTeX stopped, if it was in one."""
    before = "\n".join(tex.split("\n")[: failure.line])
    begun, ended = len(_BEGIN.findall(before)), len(_END.findall(before))
    if not ended < begun <= len(steps):
        return failure
    return ToolError(f"{failure.message}\n    in the step {steps[begun - 1]}", failure.hint)
