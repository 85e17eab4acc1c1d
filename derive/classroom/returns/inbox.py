"""What came back, on disk: whose each return is, and which one of each student counts.

A database in the folder of the marks holds it while marking runs, so that memory does not grow with the class.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive.answers.files.columns import AnswerLine
from derive.answers.reading.answer_reader import Literal
from derive.classroom.records.records import Basis, Record
from derive.classroom.returns.owner import Owner, owner_of
from derive.classroom.returns.returned_files import Refused, writable
from derive.classroom.returns.work_reader import Claims, ReturnedWork
from derive.classroom.roster.roster import heading_key
from derive.classroom.roster.students import Student
from derive.variants.sheet_codes import normal_code

COUNTED, SUPERSEDED, EMPTY, UNKNOWN, OTHER, CONFLICT, UNREADABLE = (
    "counted", "superseded", "empty", "unknown", "other's variant", "conflict", "unreadable"
)  # fmt: skip
"""What became of a return."""
NOTHING, NO_ANSWER = "nothing was filled in", "no answer was found in it"

_TABLES = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
CREATE TABLE known (kind TEXT, key TEXT, student TEXT, PRIMARY KEY (kind, key, student)) WITHOUT ROWID;
CREATE TABLE before (student TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID;
CREATE TABLE returns (position INTEGER PRIMARY KEY, shown TEXT, student TEXT, variant TEXT, state TEXT, reason TEXT,
    payload TEXT, weight INTEGER DEFAULT 2);
"""
_SETTLE = f"""
CREATE INDEX by_student ON returns (student, state);
UPDATE returns SET state = '{EMPTY}', reason = '{NO_ANSWER}' WHERE state = '{COUNTED}' AND weight = 0;
CREATE TEMP TABLE last AS SELECT position FROM (
    SELECT position, ROW_NUMBER() OVER (PARTITION BY student ORDER BY weight DESC, position DESC) AS place
    FROM returns WHERE state = '{COUNTED}') WHERE place = 1;
UPDATE returns SET state = '{SUPERSEDED}' WHERE state = '{COUNTED}' AND position NOT IN (SELECT position FROM last);
"""


@dataclass(frozen=True, slots=True)
class Return:
    """One return and what became of it: `state` is COUNTED or another of the words above, `reason` says why.

    `student` is the id of who handed it in, `variant` that of another student whose variant was worked; "" for none.
    """

    shown: str
    student: str
    variant: str
    state: str
    reason: str


class Inbox:
    """The returns of a class, in the order they were read; a Register of its students."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_TABLES)

    def __enter__(self) -> Inbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Changes that are made all together, or not at all."""
        end = "ROLLBACK"
        self._db.execute("BEGIN")
        try:
            yield
            end = "COMMIT"
        finally:
            self._db.execute(end)

    # --- the class ----------------------------------------------------------------------------------------------------

    def enrol(self, students: Iterable[tuple[Student, str]]) -> None:
        """The students of the class with the codes of their sheets."""
        keys = (
            (kind, key, student.id)
            for student, code in students
            for kind, key in (
                ("id", _folded(student.id)), ("exact id", student.id), ("file", _folded(student.file)),
                ("code", _folded(code)), ("email", _folded(student.email)),
                *(("name", name) for name in {heading_key(student.name), heading_key(student.reversed_name)}),
            )
            if key
        )  # fmt: skip
        with self._whole():
            self._db.executemany("INSERT INTO known VALUES (?, ?, ?)", keys)

    def find(self, kind: str, key: str) -> tuple[str, ...]:
        """The ids of the students with this `code`, `id`, `file`, `email` or `name`: none, one, or several.

        Case matters only between ids that nothing else tells apart.
        """
        exact = self._known("exact id", key.strip()) if kind == "id" else ()
        return exact or self._known(kind, _NORMAL.get(kind, _folded)(key))

    def _known(self, kind: str, key: str) -> tuple[str, ...]:
        query = "SELECT student FROM known WHERE kind = ? AND key = ?"
        return tuple(student for (student,) in self._db.execute(query, (kind, writable(key))))

    # --- returns ------------------------------------------------------------------------------------------------------

    def receive(self, pieces: Iterable[ReturnedWork | Refused]) -> None:
        """Take returns in, in order."""
        columns = "shown, student, variant, state, reason, payload"
        rows = (tuple(map(writable, self._row(piece))) for piece in pieces)
        with self._whole():
            self._db.executemany(f"INSERT INTO returns ({columns}) VALUES (?, ?, ?, ?, ?, ?)", rows)

    def doubtful(self) -> list[int]:
        """The positions of returns that may hold no answer: free working, and what is one of several of a student."""
        several = "SELECT student FROM returns WHERE state = :state GROUP BY student HAVING COUNT(*) > 1"
        query = f"SELECT position FROM returns WHERE state = :state AND (payload LIKE '{{%' OR student IN ({several}))"
        return [position for (position,) in self._db.execute(query, {"state": COUNTED})]

    def at(self, position: int) -> tuple[str, str]:
        """The student of a return, and what it says, packed."""
        query = "SELECT student, payload FROM returns WHERE position = ?"
        student, payload = self._db.execute(query, (position,)).fetchone()
        return student, payload

    def weigh(self, positions: Iterable[int], weights: Iterable[int]) -> None:
        """What returns hold: 0 no answer, 1 something that answers no step, 2 an answer."""
        with self._whole():
            rows = zip(weights, positions, strict=True)
            self._db.executemany("UPDATE returns SET weight = ? WHERE position = ?", rows)

    def settle(self) -> None:
        """Decide which returns count, after the last one was received: of several of a student the last that holds an
        answer.
        """
        self._db.executescript(_SETTLE)

    def _row(self, piece: ReturnedWork | Refused) -> tuple[str, ...]:
        if isinstance(piece, Refused):
            owner = owner_of(Claims(names=piece.names), self)
            return piece.shown, owner.student, "", UNREADABLE, piece.reason, ""
        owner = owner_of(piece.claims, self)
        state = _state(owner, piece)
        reason = NOTHING if state == EMPTY else owner.reason
        return piece.shown, owner.student, owner.variant, state, reason, packed(piece)

    @property
    def counted(self) -> int:
        """How many returns count."""
        (number,) = self._db.execute("SELECT COUNT(*) FROM returns WHERE state = ?", (COUNTED,)).fetchone()
        return int(number)

    def refuse(self, student: str, reason: str) -> None:
        """The return of a student that counts cannot be marked after all."""
        query = "UPDATE returns SET state = ?, reason = ? WHERE student = ? AND state = ?"
        self._db.execute(query, (UNREADABLE, reason, student, COUNTED))

    def payload(self, student: str) -> tuple[str, str] | None:
        """Where the return of a student stands that counts, and what it says, packed; None where there is none."""
        query = "SELECT shown, payload FROM returns WHERE student = ? AND state = ?"
        row = self._db.execute(query, (student, COUNTED)).fetchone()
        return (row[0], row[1]) if row else None

    # --- what was marked before ---------------------------------------------------------------------------------------

    def remember(self, record: Path) -> Basis | None:
        """Take in the record of the marks given before; what they rest on, or None where no record can be read."""
        try:
            with record.open(encoding="utf-8") as lines, self._whole():
                basis = Basis.read(next(lines, ""))
                rows = ((Record.read(line).student, line) for line in lines)
                self._db.executemany("INSERT OR REPLACE INTO before VALUES (?, ?)", rows)
        except (OSError, ValueError):
            return None
        return basis

    def remembered(self, student: str) -> Record | None:
        """What a student's work earned before."""
        row = self._db.execute("SELECT line FROM before WHERE student = ?", (student,)).fetchone()
        return Record.read(row[0]) if row else None

    def returns(self) -> Iterator[Return]:
        """Every return, in order, and what became of it."""
        query = "SELECT shown, student, variant, state, reason FROM returns ORDER BY position"
        for row in self._db.execute(query):
            yield Return(*row)


def _folded(key: str) -> str:
    return key.strip().casefold()


_NORMAL: dict[str, Callable[[str], str]] = {"code": lambda key: _folded(normal_code(key)), "name": heading_key}


def _state(owner: Owner, piece: ReturnedWork) -> str:
    if not owner.student:
        return UNKNOWN
    if owner.variant:
        return CONFLICT if piece.is_row else OTHER
    return EMPTY if piece.empty else COUNTED


# --- payloads -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Working:
    """Free working: its text, and the format of the sheet it is written on; "" for paper of one's own."""

    text: str
    sheet: str


def packed(piece: ReturnedWork) -> str:
    """What a piece says, as one text; the same text for the same work."""
    if piece.working is not None:
        return json.dumps({"working": piece.working, "sheet": piece.sheet}, ensure_ascii=False)
    return json.dumps([[entry.left, _plain(entry.given), entry.line] for entry in piece.entries], ensure_ascii=False)


def unpacked(payload: str) -> Working | list[AnswerLine]:
    """The working, or the entries, of a packed piece."""
    data = json.loads(payload)
    if isinstance(data, dict):
        return Working(data["working"], data["sheet"])
    return [AnswerLine(left, _given(given), line) for left, given, line in data]


def _plain(given: Any) -> Any:
    """An answer as JSON; a number of a data file, which always has a point, as an object."""
    if isinstance(given, list | tuple):
        return [_plain(item) for item in given]
    as_it_is = isinstance(given, str | bool | None) and not isinstance(given, Literal)
    return given if as_it_is else {"number": str(given)}


def _given(data: Any) -> Any:
    if isinstance(data, list):
        return [_given(item) for item in data]
    return Literal(data["number"]) if isinstance(data, dict) else data
