"""Files, whole or not at all: every text is finished before the first file is written, each replaced in one move."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TextIO

from derive.errors import DeriveError

PDF = "pdf"
_lock = Lock()
TEMPORARY = ".derive-"
"""What the names of files begin with that are not finished."""


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
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
    except OSError as error:
        raise DeriveError(f"cannot remove {error.filename}: {error.strerror}", "remove it by hand") from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A folder that no other run writes to meanwhile; the system frees it when the process ends, however it does.

    Raises DeriveError where one does, or the folder cannot be made. Where the system has no such locks there is none.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise DeriveError(f"cannot write to {folder}: {error.strerror}", "choose another folder with -o") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        hint = "wait until it has finished, or choose another folder with -o"
        raise DeriveError(f"another run of derive is writing to {folder}", hint) from None
    finally:
        os.close(handle)


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
    with _lock:  # it can only be read by setting it, for the whole process
        mask = os.umask(0)
        os.umask(mask)
    return mask
