"""What comes back, file by file: files, folders and zips, as learning platforms export them, in a fixed order.

A zip is read member by member and never unpacked to disk, so a member's name can lead nowhere; how much is read of it
is bounded by bytes counted, not by what its directory promises.
"""

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from derive.classroom.records.written_files import WrittenFiles
from derive.classroom.returns import times_beside
from derive.classroom.returns.times_beside import TimesBeside
from derive.errors import Fault, InputError, Place

MAX_BYTES = 20_000_000
MAX_MEMBERS = 250_000
MAX_UNPACKED = 8_000_000_000
MAX_ZIPS = 3
"""So many zips may lie in one another."""
MAX_ZIP = 200_000_000
"""Of a zip in a zip: it is held in memory while it is read."""
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
    member   its name in the zip, `places` where it stands: its place there, before it those of the zips it lies in
    within   the names of the folders and the zip that a member lies in; "" where the teacher named the zip: it is
             everybody's
    is_named whether it is an argument itself
    time     when a platform says it was handed in, else when it was changed, in seconds since 1970; of a member in the
             zip's local time, in an upload that of the zip, whose clock is not the student's; 0 where nobody knows
    """

    path: Path
    shown: str
    member: str = ""
    places: tuple[int, ...] = ()
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
    times = TimesBeside()
    for path in _files(argument, written, times, argument):
        shown, is_named = writable(path.relative_to(argument.parent).as_posix()), path == argument
        if not path.is_file():  # reading from a pipe or a device may never end
            yield Refused(shown, "this is not a regular file", shown)
            continue
        time = times.of(path.relative_to(argument).as_posix()) or path.stat().st_mtime
        if path.suffix.lower() == ".zip":
            yield from _ZipReader(path).members(shown, "" if is_named else shown, time)
        else:
            yield ReturnedFile(path, shown, is_named=is_named, time=time)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts `sheet 9` before `sheet 10`."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d{1,18})", name)]


def writable(text: str) -> str:
    """A text that can be written as UTF-8: a file's name, and what a file says, may hold halves of characters.

    >>> writable("a\\udc80b")
    'a?b'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _files(path: Path, written: WrittenFiles, times: TimesBeside, root: Path) -> Iterator[Path]:
    """The files in a folder and the folders in it, by name; links are not followed, hidden ones are left out, and what
    only says when others were handed in.
    """
    if not path.is_dir():
        yield path
        return
    inside = [inner for inner in sorted(written.without(path), key=lambda inner: natural(inner.name))
              if not _hidden(inner.name) and not inner.is_symlink()]  # fmt: skip
    names = [inner.name for inner in inside]
    telling = [inner for inner in inside if inner.name.casefold() in times_beside.NAMES and inner.is_file()]
    told = {each for each in telling
            if times.learn(each.relative_to(root).as_posix(), names, partial(_beginning, each))}  # fmt: skip
    for inner in inside:
        if inner not in told:
            yield from _files(inner, written, times, root)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(times_beside.MAX_BYTES)
    except OSError:
        return b""


def _hidden(name: str) -> bool:
    """Whether a file or folder is the system's, or an open document's lock: `.DS_Store`, `Thumbs.db`, `~$work.docx`."""
    begins = name.startswith((".", "~$")) and name != ".."
    return begins or name.casefold().partition(":")[0] in {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}


# --- zips -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _ZipReader:
    """Lists the members of a zip on disk and of the zips in it; how much these unpack to is counted for all."""

    path: Path
    count: int = 0
    unpacked: int = 0
    times: TimesBeside = field(default_factory=TimesBeside)

    def members(self, shown: str, within: str, time: float) -> Iterator[ReturnedFile | Refused]:
        """The members by name; those `within` an upload have its time."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield from self._listed(archive, shown, within, time, ())
        except _REFUSED as error:
            yield Refused(shown, f"this zip cannot be opened: {_said(error)}", within)

    def _listed(
        self, archive: zipfile.ZipFile, shown: str, within: str, time: float, places: tuple[int, ...]
    ) -> Iterator[ReturnedFile | Refused]:
        members = archive.infolist()
        self.count += len(members)
        if self.count > MAX_MEMBERS:
            yield Refused(shown, f"this zip has {self.count} files; at most {MAX_MEMBERS} are read")
            return
        told = set() if within else self._telling(archive)
        for number, member in sorted(enumerate(members), key=lambda member: natural(member[1].filename)):
            if member.is_dir() or number in told or any(map(_hidden, PurePosixPath(member.filename).parts)):
                continue
            name = f"{shown}: {writable(member.filename)}"
            self.unpacked += min(member.file_size, MAX_BYTES)
            if self.unpacked > MAX_UNPACKED:
                yield Refused(name, f"this zip unpacks to more than {MAX_UNPACKED // 1_000_000_000} GB")
                return
            came = time if within else self.times.of(member.filename) or _time_of(member)
            source = ReturnedFile(self.path, name, member.filename, (*places, number), within, time=came)
            yield from self._zip_in(archive, source) if _is_zip(source) else [source]

    def _zip_in(self, archive: zipfile.ZipFile, source: ReturnedFile) -> Iterator[ReturnedFile | Refused]:
        """The members of a zip in the zip: they are of whom its own path names."""
        try:
            with _opened(archive, source.places[-1]) as inner:
                yield from self._listed(inner, source.shown, source.names, source.time, source.places)
        except _REFUSED as error:
            yield Refused(source.shown, f"this zip cannot be opened: {_said(error)}", source.names)

    def _telling(self, archive: zipfile.ZipFile) -> set[int]:
        """The members that only say when others were handed in."""
        siblings = defaultdict[str, set[str]](set)
        telling = [(i, member) for i, member in enumerate(archive.infolist())
                   if PurePosixPath(member.filename).name.casefold() in times_beside.NAMES]  # fmt: skip
        for member in archive.infolist() if telling else ():
            *folders, name = PurePosixPath(member.filename).parts or ("",)
            for i, part in enumerate((*folders, name)):
                siblings["/".join(folders[:i])].add(part)
        return {
            i for i, member in telling
            if self.times.learn(member.filename, siblings["/".join(PurePosixPath(member.filename).parts[:-1])],
                                partial(_start_of, archive, member))
        }  # fmt: skip


def _start_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(times_beside.MAX_BYTES)
    except _REFUSED:
        return b""


def _is_zip(source: ReturnedFile) -> bool:
    """Whether a member is a zip that is looked into; what lies deeper is told to be unpacked."""
    return source.ending == ".zip" and len(source.places) < MAX_ZIPS


def _opened(archive: zipfile.ZipFile, number: int) -> zipfile.ZipFile:
    """A zip in a zip, of at most MAX_ZIP bytes."""
    with archive.open(archive.infolist()[number]) as file:
        data = file.read(MAX_ZIP + 1)
    if len(data) > MAX_ZIP:
        raise ValueError(f"it has more than {MAX_ZIP // 1_000_000} MB")
    return zipfile.ZipFile(BytesIO(data))


def _time_of(member: zipfile.ZipInfo) -> float:
    """When a member was changed; 0 for a time that is none, or the one that stands for none."""
    try:
        time = datetime(*member.date_time)
    except ValueError:
        return 0
    return time.timestamp() if time.year > 1980 else 0


class Shelf(AbstractContextManager["Shelf"]):
    """Opens sources; a zip, and the zips in it, stay open for all of their members in a row."""

    def __init__(self) -> None:
        self._open: list[tuple[Path | int, zipfile.ZipFile]] = []

    def __exit__(self, *_: object) -> None:
        self._leave(0)

    def _leave(self, kept: int) -> None:
        """Close all but the outermost so many zips."""
        while len(self._open) > kept:
            self._open.pop()[1].close()

    @contextmanager
    def open(self, source: ReturnedFile) -> Iterator[IO[bytes]]:
        """The source as a stream of bytes. Raises CannotRead, also for what goes wrong while it is read."""
        what = "this file of the zip cannot be unpacked" if source.member else "the file cannot be opened"
        try:
            archive = self._archive((source.path, *source.places[:-1])) if source.member else None
            file = archive.open(archive.infolist()[source.places[-1]]) if archive else source.path.open("rb")
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

    def _archive(self, way: tuple[Path | int, ...]) -> zipfile.ZipFile:
        """The zip at the end of a way: a file, then places of zips in zips."""
        kept = 0
        while kept < min(len(way), len(self._open)) and self._open[kept][0] == way[kept]:
            kept += 1
        self._leave(kept)
        for step in way[kept:]:
            archive = _opened(self._open[-1][1], step) if isinstance(step, int) else zipfile.ZipFile(step)
            self._open.append((step, archive))
        return self._open[-1][1]


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
