"""Files, whole or not at all: every text is finished before the first file is written, each replaced in one move."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TextIO

from derive.errors import DeriveError, Fault, InputError, Place

PDF = "pdf"
MAX_BYTES = 10_000_000
"""Of a text that is read at once."""
_lock = Lock()
TEMPORARY = ".derive-"
"""What the names of files begin with that are not finished."""


def path_to(source: object, what: str, as_text: str) -> Path:
    """The path to `what` that a caller names. Raises TypeError for what names no file, and InputError for the text
    itself, with the way to hand it over `as_text`.
    """
    named = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(named, str):
        raise TypeError(f"{what} is named by the path of its file, not by {type(source).__name__}")
    if not named or "\n" in named or "\0" in named:
        raise InputError([Fault(f"{named[:40]!r} is no path to {what}", f"save it in a file, or {as_text}")])
    return Path(named)


def utf8_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises InputError where it cannot be read, is too long, or no UTF-8."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([Fault(f"cannot be read: {error.strerror or error}", "", Place(str(path)))]) from None
    if len(raw) > MAX_BYTES:
        raise InputError([Fault(f"the file has {len(raw)} bytes", f"at most {MAX_BYTES}", Place(str(path)))])
    return utf8_of(raw, str(path))


def utf8_of(raw: bytes, place: str) -> str:
    """The text of the bytes that stand in a `place`. Raises InputError, with the line, where they are no UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Fault("the file is not UTF-8", "save it as UTF-8", Place(place, line))]) from None


@contextmanager
def refusals(action: str, place: Path, hint: str = "choose another folder with -o") -> Iterator[None]:
    """Around what the system may refuse. Raises DeriveError, as in `cannot write to PLACE: no space left`."""
    try:
        yield
    except OSError as error:
        raise DeriveError(f"cannot {action} {error.filename or place}: {error.strerror}", hint) from None


def save(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write every file or none. Raises DeriveError if the folder or a file cannot be written."""
    with staged(folder) as opened:
        for name, data in files.items():
            with opened(name) as file:
                file.buffer.write(data)
    return [folder / name for name in files]


def clear(folder: Path) -> None:
    """Take away what a run that was killed left unfinished in a folder. Raises DeriveError where it cannot."""
    with refusals("remove", folder, "remove it by hand"):
        for left in folder.glob(f"{TEMPORARY}*"):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


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
    with refusals("write to", folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
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
    """Files written as streams; all take their places together at the end, in the order they were opened, or none.

    Raises DeriveError if the folder or a file cannot be written.
    """
    waiting: list[tuple[Path, Path]] = []
    files: list[TextIO] = []

    def opened(name: str) -> TextIO:
        if (folder / name).is_dir():
            raise DeriveError(f"cannot write to {folder / name}: it is a folder", "choose another folder with -o")
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=TEMPORARY)
        waiting.append((Path(temporary), folder / name))
        files.append(os.fdopen(handle, "w", encoding="utf-8", newline=""))
        return files[-1]

    try:
        with refusals("write to", folder):
            folder.mkdir(parents=True, exist_ok=True)
            yield opened
            for file in files:
                file.close()
            for temporary, _ in waiting:
                temporary.chmod(0o666 & ~_umask())
            for temporary, path in waiting:
                temporary.replace(path)
    finally:
        for file in files:
            file.close()
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    with _lock:  # it can only be read by setting it, for the whole process
        mask = os.umask(0)
        os.umask(mask)
    return mask
