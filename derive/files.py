"""Files, whole or not at all: every text is finished before the first file is written, each replaced in one move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from derive.errors import DeriveError, ToolError, suggestion

if TYPE_CHECKING:
    from derive.solution import Solution

PDF = "pdf"
TEMPORARY = ".derive-"
"""What the names of files begin with that are not finished."""


def write_solution(solution: Solution, folder: Path, formats: tuple[str, ...], name: str) -> list[Path]:
    """The files of a solution in `folder`, in the order of `formats`, pictures behind the text that shows them.

    Raises DeriveError for an unknown format or a folder that cannot be written; ToolError where the PDF cannot be
    made: all other formats, and the .tex, are written before it is raised.
    """
    from derive.writers import WRITERS

    known_format(formats, (PDF, *WRITERS))
    files: dict[str, Callable[[], str]] = {}
    for wanted in formats:
        if wanted == PDF:
            files[f"{name}.pdf"] = lambda: solution.text("tex")
            continue
        files[f"{name}.{WRITERS[wanted].ending}"] = partial(solution.text, wanted)
        pictures = solution.pictures(wanted)
        files |= {f"{name}-{picture}": partial(pictures.__getitem__, picture) for picture in pictures}
    return write_texts(folder, files)


def known_format(formats: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Raises DeriveError for a format that is not known."""
    for wanted in formats:
        if wanted not in known:
            hint = suggestion(wanted, known) or f"known: {', '.join(known)}"
            raise DeriveError(f"there is no format `{wanted}`", hint)


def write_texts(folder: Path, files: Mapping[str, Callable[[], str]]) -> list[Path]:
    """Write texts; the text of a `.pdf` is LaTeX and compiled. Raises DeriveError, ToolError as `write` does."""
    finished: dict[str, bytes] = {}
    failure: ToolError | None = None
    for name, text in files.items():
        if not name.endswith(".pdf"):
            finished[name] = text().encode()
            continue
        try:
            finished[name] = pdf(text())
        except ToolError as error:
            failure = error
            finished[f"{name.removesuffix('.pdf')}.tex"] = text().encode()
    paths = save(folder, finished)
    if failure:
        written = ", ".join(str(path) for path in paths)
        raise ToolError(failure.message, "\n  ".join(filter(None, (failure.hint, f"written: {written}"))))
    return paths


def pdf(tex: str) -> bytes:
    """The PDF of a LaTeX text. Raises ToolError."""
    from derive.pdf.engines import make_pdf

    return make_pdf(tex)


def save(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write every file or none. Raises DeriveError if the folder or a file cannot be written."""
    waiting: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).is_dir():
                raise DeriveError(f"cannot write to {folder / name}: it is a folder", "choose another folder with -o")
        for name, data in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=TEMPORARY)
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


def clear(folder: Path) -> None:
    """Take away what a run that was killed left unfinished in a folder. Raises DeriveError where it cannot."""
    try:
        for left in folder.glob(f"{TEMPORARY}*"):
            left.unlink()
    except OSError as error:
        raise DeriveError(f"cannot remove {error.filename}: {error.strerror}", "remove it by hand") from None


@contextmanager
def staged(folder: Path) -> Iterator[Callable[[str], TextIO]]:
    """Texts written as streams; all take their places together at the end, in the order they were opened, or none.

    Raises DeriveError if the folder or a file cannot be written.
    """
    waiting: list[tuple[TextIO, Path]] = []

    def opened(name: str) -> TextIO:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=TEMPORARY, text=True)
        os.close(handle)
        file = Path(temporary).open("w", encoding="utf-8", newline="")  # noqa: SIM115
        waiting.append((file, folder / name))
        return file

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield opened
        for file, _ in waiting:
            file.close()
            Path(file.name).chmod(0o666 & ~_umask())
        for file, path in waiting:
            Path(file.name).replace(path)
    except OSError as error:
        where = error.filename or folder
        raise DeriveError(f"cannot write to {where}: {error.strerror}", "choose another folder with -o") from None
    finally:
        for file, _ in waiting:
            file.close()
            Path(file.name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
