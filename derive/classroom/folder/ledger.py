"""What has been made for whom, a line a student as it is written: a run that was stopped goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from derive.files import TEMPORARY

NAME = "made.jsonl"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """student  the id
    code     of the sheet
    inputs   the checksum of what the papers were made from
    files    by path in the folder: the size in bytes and the SHA-256
    problem  the SHA-256 of the problem's file, by which the marking knows whose numbers are others; "" in old ledgers
    numbers  a checksum of the numbers that were drawn; "" in old ledgers
    seed, title  of the class, by which a damaged manifest is mended; "" in old ledgers
    """

    student: str
    code: str
    inputs: str
    files: Mapping[str, tuple[int, str]]
    problem: str = ""
    numbers: str = ""
    seed: str = ""
    title: str = ""

    @staticmethod
    def read(line: bytes) -> LedgerLine | None:
        """The entry on a line, or None for a line that was torn off."""
        try:
            data = json.loads(line)
            files = {path: (size, checksum) for path, (size, checksum) in data["files"].items()}
            more = (data.get(key, "") for key in ("problem", "numbers", "seed", "title"))
            return LedgerLine(data["student"], data["code"], data["inputs"], files, *more)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    @property
    def line(self) -> bytes:
        """The entry as a line of the file."""
        return (json.dumps(asdict(self), ensure_ascii=False) + "\n").encode()


def checksums(files: Mapping[str, bytes]) -> dict[str, tuple[int, str]]:
    """The size and SHA-256 of files that were written."""
    return {path: (len(data), sha256(data).hexdigest()) for path, data in files.items()}


def entries(folder: Path) -> Iterator[LedgerLine]:
    """The entries of a folder's ledger as they were written; none where there is no ledger. Nothing is changed."""
    try:
        with (folder / NAME).open("rb") as lines:
            yield from filter(None, map(LedgerLine.read, lines))
    except FileNotFoundError:
        return


class Ledger(AbstractContextManager["Ledger"]):
    """The ledger of a folder; of several entries for a student the last counts. Memory holds their places alone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / NAME
        self._places: dict[str, int] = {}
        self._file = self.path.open("a+b")
        self._file.seek(0)
        place = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                self._file.truncate(place)
                break
            if entry := LedgerLine.read(line):
                self._places[entry.student] = place
            place += len(line)

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getitem__(self, student: str) -> LedgerLine | None:
        line = self._line(student)
        return LedgerLine.read(line) if line else None

    def _line(self, student: str) -> bytes:
        if student not in self._places:
            return b""
        self._file.seek(self._places[student])
        return self._file.readline()

    def is_made(self, student: str, inputs: str) -> bool:
        """Whether a student's papers were made from these inputs, and are there in their size."""
        entry = self[student]
        return (
            entry is not None
            and entry.inputs == inputs
            and all(_size(self.folder / path) == size for path, (size, _) in entry.files.items())
        )

    def add(self, entry: LedgerLine) -> None:
        """Enter files that are there."""
        self._file.seek(0, 2)
        self._places[entry.student] = self._file.tell()
        self._file.write(entry.line)
        self._file.flush()

    def sort(self, students: Iterable[str]) -> set[str]:
        """Write the file anew, a line a student in the order given; returns the students whose entries went."""
        temporary = self.folder / f"{TEMPORARY}{NAME}"
        gone = set(self._places)
        with temporary.open("wb") as file:
            for student in students:
                file.write(self._line(student))
                gone.discard(student)
        self._file.close()
        temporary.replace(self.path)
        return gone


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
