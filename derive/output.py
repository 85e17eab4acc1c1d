"""Files, whole or not at all: every text is finished before the first file is written, each replaced in one move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from derive.errors import DeriveError, ToolError, suggestion

if TYPE_CHECKING:
    from derive.solution import Solution

PDF = "pdf"


def write(solution: Solution, folder: Path, formats: tuple[str, ...], name: str) -> list[Path]:
    """The files of a solution in `folder`, in the order of `formats`, pictures after them.

    Raises DeriveError for an unknown format or a folder that cannot be written; ToolError where the PDF cannot be
    made: all other formats, and the .tex, are written before it is raised.
    """
    from derive.writers import WRITERS

    for wanted in formats:
        if wanted != PDF and wanted not in WRITERS:
            known = ", ".join((PDF, *WRITERS))
            raise DeriveError(
                f"there is no format `{wanted}`", suggestion(wanted, (PDF, *WRITERS)) or f"known: {known}"
            )
    files: dict[str, bytes] = {}
    failure: ToolError | None = None
    for wanted in formats:
        if wanted != PDF:
            files[f"{name}.{WRITERS[wanted].ending}"] = solution.text(wanted).encode()
            files |= {f"{name}-{picture}": svg.encode() for picture, svg in solution.pictures(wanted).items()}
            continue
        try:
            files[f"{name}.pdf"] = pdf(solution.text("tex"))
        except ToolError as error:
            failure = error
            files[f"{name}.tex"] = solution.text("tex").encode()
    paths = save(folder, files)
    if failure:
        written = ", ".join(str(path) for path in paths)
        raise ToolError(failure.message, "\n  ".join(filter(None, (failure.hint, f"written: {written}"))))
    return paths


def pdf(tex: str) -> bytes:
    """The PDF of a LaTeX text. Raises ToolError."""
    from derive.pdf import make_pdf

    return make_pdf(tex)


def save(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write every file or none. Raises DeriveError if the folder or a file cannot be written."""
    waiting: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".derive-")
            waiting.append((temporary, folder / name))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(0o666 & ~_umask())
        for temporary, path in waiting:
            Path(temporary).replace(path)
    except OSError as error:
        where = error.filename or folder
        raise DeriveError(f"cannot write to {where}: {error.strerror}", "choose another folder with -o") from None
    finally:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)
    return [path for _, path in waiting]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
