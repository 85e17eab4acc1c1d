"""What comes back, file by file: files, folders and zips, as learning platforms export them, in a fixed order.

A zip is read member by member and never unpacked to disk, so a member's name can lead nowhere; how much is read of it
is bounded by bytes counted, not by what its directory promises.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from derive.classroom.records.written_files import WrittenFiles
from derive.errors import Fault, InputError, Place

MAX_BYTES = 20_000_000
MAX_MEMBERS = 250_000
MAX_UNPACKED = 8_000_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError)
_REFUSED = (*_BROKEN, NotImplementedError, RuntimeError, ValueError)  # unknown compressions, passwords, sizes


class CannotRead(Exception):
    """A return that cannot be read: why, and what to do about it. It never stops the others.

    `printed` are words that stand on it: whose it is may be among them.
    """

    def __init__(self, reason: str, hint: str = "", printed: str = "") -> None:
        super().__init__(reason)
        self.reason, self.hint, self.printed = reason, hint, printed

    def __str__(self) -> str:
        return f"{self.reason}; {self.hint}" if self.hint else self.reason


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """One file that came back.

    path     on disk; of a member of a zip the zip's
    shown    what it is called in messages: its path, from the argument on that led to it
    member   its name in the zip, `number` its place there
    within   the names of the folders and the zip that a member lies in; "" where the teacher named the zip: it is
             everybody's
    is_named whether it is an argument itself
    time     when it was changed, in seconds since 1970; of a member in the zip's local time; 0 where nobody knows
    """

    path: Path
    shown: str
    member: str = ""
    number: int = 0
    within: str = ""
    is_named: bool = False
    time: float = 0

    @property
    def names(self) -> str:
        """The names of the file and its folders, in which it may stand whose it is."""
        return "/".join(filter(None, (self.within, self.member))) or self.shown

    @property
    def ending(self) -> str:
        """The ending of its name, in small letters."""
        return PurePosixPath(self.shown).suffix.lower()


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that came back and is not read: where it stands, why, and the names of its file and folders."""

    shown: str
    reason: str
    names: str = ""


def returned_files(arguments: Iterable[Path], written: WrittenFiles | None = None) -> Iterator[ReturnedFile | Refused]:
    """Every file of the arguments, in their order; in folders and zips by name, numbers in names by size. What a
    marking has `written` is left out.

    Raises InputError at once for arguments that do not exist.
    """
    arguments = list(arguments)
    missing = [Fault("there is no such file or folder", "", Place(str(path))) for path in arguments
               if not path.exists()]  # fmt: skip
    if missing:
        raise InputError(missing)
    written = written or WrittenFiles()
    return (source for argument in arguments for source in _sources(argument, written))


def _sources(argument: Path, written: WrittenFiles) -> Iterator[ReturnedFile | Refused]:
    for path in _files(argument, written):
        shown, is_named = writable(path.relative_to(argument.parent).as_posix()), path == argument
        if not path.is_file():  # reading from a pipe or a device may never end
            yield Refused(shown, "this is not a regular file", shown)
        elif path.suffix.lower() == ".zip":
            yield from _members(path, shown, "" if is_named else shown)
        else:
            yield ReturnedFile(path, shown, is_named=is_named, time=path.stat().st_mtime)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts `sheet 9` before `sheet 10`."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d{1,18})", name)]


def writable(text: str) -> str:
    """A text that can be written as UTF-8: a file's name, and what a file says, may hold halves of characters.

    >>> writable("a\\udc80b")
    'a?b'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _files(path: Path, written: WrittenFiles) -> Iterator[Path]:
    """The files in a folder and the folders in it, by name; links are not followed, hidden ones are left out."""
    if not path.is_dir():
        yield path
        return
    for inner in sorted(written.without(path), key=lambda inner: natural(inner.name)):
        if not _hidden(inner.name) and not inner.is_symlink():
            yield from _files(inner, written)


def _hidden(name: str) -> bool:
    """Whether a file or folder is the system's, or an open document's lock: `.DS_Store`, `Thumbs.db`, `~$work.docx`."""
    begins = name.startswith((".", "~$")) and name != ".."
    return begins or name.casefold().partition(":")[0] in {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}


# --- zips -----------------------------------------------------------------------------------------------------------


def _members(path: Path, shown: str, within: str) -> Iterator[ReturnedFile | Refused]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except _REFUSED as error:
        yield Refused(shown, f"this zip cannot be opened: {_said(error)}")
        return
    if len(members) > MAX_MEMBERS:
        yield Refused(shown, f"this zip has {len(members)} files; at most {MAX_MEMBERS} are read")
        return
    numbered = sorted(enumerate(members), key=lambda member: natural(member[1].filename))
    unpacked = 0
    for number, member in numbered:
        if member.is_dir() or any(map(_hidden, PurePosixPath(member.filename).parts)):
            continue
        name = f"{shown}: {writable(member.filename)}"
        unpacked += min(member.file_size, MAX_BYTES)
        if unpacked > MAX_UNPACKED:
            yield Refused(name, f"this zip unpacks to more than {MAX_UNPACKED // 1_000_000_000} GB")
            return
        yield ReturnedFile(path, name, member.filename, number, within, time=_time_of(member))


def _time_of(member: zipfile.ZipInfo) -> float:
    """When a member was changed; 0 for a time that is none, or the one that stands for none."""
    try:
        time = datetime(*member.date_time)
    except ValueError:
        return 0
    return time.timestamp() if time.year > 1980 else 0


class Shelf(AbstractContextManager["Shelf"]):
    """Opens sources; a zip stays open for all of its members in a row."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._zip: zipfile.ZipFile | None = None

    def __exit__(self, *_: object) -> None:
        if self._zip is not None:
            self._zip.close()
        self._path = self._zip = None

    @contextmanager
    def open(self, source: ReturnedFile) -> Iterator[IO[bytes]]:
        """The source as a stream of bytes. Raises CannotRead, also for what goes wrong while it is read."""
        what = "this file of the zip cannot be unpacked" if source.member else "the file cannot be opened"
        try:
            archive = self._archive(source.path) if source.member else None
            file = archive.open(archive.infolist()[source.number]) if archive else source.path.open("rb")
        except _REFUSED as error:
            raise CannotRead(f"{what}: {_said(error)}") from None
        try:
            with file:
                yield file
        except _BROKEN as error:
            raise CannotRead(f"{what}: {_said(error)}") from None

    def read(self, source: ReturnedFile) -> bytes:
        """Its bytes; of more than MAX_BYTES none. Raises CannotRead."""
        with self.open(source) as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise CannotRead(f"the file has more than {MAX_BYTES // 1_000_000} MB", "a sheet has far fewer")
        return data

    def _archive(self, path: Path) -> zipfile.ZipFile:
        if self._zip is None or self._path != path:
            self.__exit__()
            self._path, self._zip = path, zipfile.ZipFile(path)
        return self._zip


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
