"""What came back, on disk: whose each return is, and which one of each student counts.

A database in the folder of the marks holds it while marking runs, so that memory does not grow with the class.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from derive.answers.files.columns import AnswerLine
from derive.answers.reading.answer_reader import Literal
from derive.classroom.folder.ledger import LedgerLine
from derive.classroom.records.records import Basis, Record
from derive.classroom.returns.owner import Owner, owner_of
from derive.classroom.returns.returned_files import Refused, writable
from derive.classroom.returns.selection import Candidate, select
from derive.classroom.returns.work_reader import Claims, ReturnedWork
from derive.classroom.roster.headings import heading_key
from derive.classroom.roster.students import Student
from derive.variants.sheet_codes import normal_code

COUNTED, PART, SUPERSEDED, EMPTY, UNKNOWN, OTHER, CONFLICT, UNREADABLE = (
    "counted", "part", "superseded", "empty", "unknown", "other's variant", "conflict", "unreadable"
)  # fmt: skip
"""What became of a return."""
OLDER = (
    "this is an older sheet: the one that was made last for this student has other numbers, and asks something else; "
    "mark it by hand, or have the new one worked"
)
BESIDE = "text boxes or ink lie beside the fields that were read: look whether they answer more"
REPLACED = "an older sheet, marked by the numbers on it"
NOTHING, NO_ANSWER = "nothing was filled in", "no answer was found in it"

_TABLES = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
CREATE TABLE known (kind TEXT, key TEXT, student TEXT, PRIMARY KEY (kind, key, student)) WITHOUT ROWID;
CREATE TABLE issued (student TEXT PRIMARY KEY, issue INTEGER) WITHOUT ROWID;
CREATE TABLE before (student TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID;
CREATE TABLE returns (position INTEGER PRIMARY KEY, shown TEXT, student TEXT, state TEXT, reason TEXT, payload TEXT,
    time REAL, late INTEGER, issue INTEGER, weight INTEGER DEFAULT 2, steps TEXT DEFAULT '',
    entries INTEGER DEFAULT 0, score TEXT DEFAULT '0');
CREATE INDEX by_student ON returns (student, state);
"""
_SETTLE = f"""
UPDATE returns SET state = '{EMPTY}', reason = '{NO_ANSWER}' WHERE state = '{COUNTED}' AND weight = 0;
UPDATE returns SET state = '{SUPERSEDED}', reason = '{NO_ANSWER}' WHERE state = '{COUNTED}' AND weight < (
    SELECT MAX(weight) FROM returns AS other WHERE other.student = returns.student AND other.state = '{COUNTED}');
"""
_SEVERAL = f"SELECT student FROM returns WHERE state = '{COUNTED}' GROUP BY student HAVING COUNT(*) > 1"


@dataclass(frozen=True, slots=True)
class Return:
    """One return, the id of who handed it in, "" for nobody, and what became of it: `state` is COUNTED or another of
    the words above, `reason` says why.
    """

    shown: str
    student: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What a return holds.

    weight   0 no answer, 1 something that answers no step, 2 an answer
    steps    the ids of the steps it answers
    entries  how many entries it answers
    score    the marks it earns
    """

    weight: int
    steps: Sequence[str] = ()
    entries: int = 0
    score: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a student handed in that counts: where it stands (`shown`), what it says, packed, when it came, in seconds
    since 1970 (0: nobody knows), whether a platform calls it late, and the issue of its sheet.
    """

    shown: str
    payload: str
    time: float = 0
    is_late: bool = False
    issue: int = 0


NO_WORK = Delivery("", "[]")
"""What is marked of a student whose marks are set by hand alone."""


class Sheets(Protocol):
    """The sheets that were handed out, by their issues: 0 was made last."""

    def issue_of(self, student: str, numbers: str) -> int | None:
        """The older issue whose sheet of a student has numbers of this checksum; None for none."""

    def codes(self, student: str) -> tuple[str, ...]:
        """The codes of a student's sheets."""


class Inbox(AbstractContextManager["Inbox"]):
    """The returns of a class, in the order they were read; a Register of its students."""

    def __init__(self, path: Path, sheets: Sheets) -> None:
        self.sheets = sheets
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_TABLES)

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

    def enrol(self, students: Iterable[Student]) -> None:
        """The students of the class."""
        keys = (
            (kind, key, student.id)
            for student in students
            for kind, key in (
                ("id", _folded(student.id)), ("exact id", student.id), ("file", _folded(student.file)),
                *(("code", _folded(code)) for code in self.sheets.codes(student.id)),
                ("email", _folded(student.email)), ("id", _folded(student.login)),
                *(("name", heading_key(name)) for name in student.name_orders),
            )
            if key
        )  # fmt: skip
        with self._whole():
            self._db.executemany("INSERT OR IGNORE INTO known VALUES (?, ?, ?)", keys)

    def expect(self, sheets: Iterable[LedgerLine]) -> None:
        """The sheets that were made; of several of a student the last."""
        with self._whole():
            for sheet in sheets:
                self._db.execute("DELETE FROM known WHERE kind = 'numbers' AND key = ?", (sheet.student,))
                if sheet.numbers:
                    self._db.execute("INSERT INTO known VALUES ('numbers', ?, ?)", (sheet.student, sheet.numbers))

    def issued(self, student: str, issue: int) -> None:
        """The last sheet of a student is of an older issue: it was not made anew."""
        self._db.execute("INSERT OR REPLACE INTO issued VALUES (?, ?)", (student, issue))

    def issue(self, student: str) -> int:
        """The issue of the last sheet of a student."""
        row = self._db.execute("SELECT issue FROM issued WHERE student = ?", (student,)).fetchone()
        return int(row[0]) if row else 0

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
        columns = "shown, student, state, reason, payload, time, late, issue"
        rows = ((*map(writable, row), *_times(piece), issue) for piece in pieces for row, issue in [self._row(piece)])
        with self._whole():
            self._db.executemany(f"INSERT INTO returns ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def doubtful(self) -> list[int]:
        """The positions of returns that may hold no answer: free working, and what is one of several of a student."""
        query = f"SELECT position FROM returns WHERE state = :state AND (payload LIKE '{{%' OR student IN ({_SEVERAL}))"
        return [position for (position,) in self._db.execute(query, {"state": COUNTED})]

    def at(self, position: int) -> tuple[str, str, int]:
        """The student of a return, what it says, packed, and the issue of its sheet."""
        query = "SELECT student, payload, issue FROM returns WHERE position = ?"
        student, payload, issue = self._db.execute(query, (position,)).fetchone()
        return student, payload, issue

    def weigh(self, positions: Iterable[int], holdings: Iterable[Holding]) -> None:
        """Note what returns hold."""
        query = "UPDATE returns SET weight = ?, steps = ?, entries = ?, score = ? WHERE position = ?"
        rows = ((each.weight, json.dumps(each.steps), each.entries, str(each.score), position)
                for each, position in zip(holdings, positions, strict=True))  # fmt: skip
        with self._whole():
            self._db.executemany(query, rows)

    def settle(self, attempts: str) -> None:
        """Decide which returns count, after the last one was received: of several of a student that hold an answer the
        last, first or best, with those that are parts of it.
        """
        self._db.executescript(_SETTLE)
        with self._whole():
            for (student,) in self._db.execute(_SEVERAL).fetchall():
                self._settle_student(student, attempts)

    def _settle_student(self, student: str, attempts: str) -> None:
        query = (
            "SELECT position, shown, time, steps, entries, score, issue FROM returns WHERE student = ? AND state = ?"
        )
        rows = self._db.execute(query, (student, COUNTED)).fetchall()
        found = [Candidate(position, shown, time, frozenset(json.loads(steps)), entries, Fraction(score), issue)
                 for position, shown, time, steps, entries, score, issue in rows]  # fmt: skip
        selection = select(found, attempts)
        scores = {each.position: float(each.score) for each in found}
        changes = [
            (PART, f"a part of one work with {selection.counts.shown}", each.position) for each in selection.parts
        ]
        changes += [(SUPERSEDED, f"{reason}; this one would earn {scores[position]:.4g}", position)
                    for position, reason in selection.aside.items()]  # fmt: skip
        self._db.executemany("UPDATE returns SET state = ?, reason = ? WHERE position = ?", changes)

    def _row(self, piece: ReturnedWork | Refused) -> tuple[tuple[str, ...], int]:
        """What is kept of a return, and the issue of its sheet."""
        if isinstance(piece, Refused):
            owner = owner_of(Claims(names=piece.names), self)
            return (piece.shown, owner.student, UNREADABLE, piece.reason, ""), 0
        owner = owner_of(piece.claims, self)
        state = _state(owner, piece)
        issue = self._issue(owner.student, piece.claims.numbers) if state == COUNTED else 0
        if issue is None:
            return (piece.shown, owner.student, UNREADABLE, OLDER, packed(piece)), 0
        notices = [text for text, holds in ((REPLACED, issue), (BESIDE, piece.beside)) if holds and state == COUNTED]
        reason = NOTHING if state == EMPTY else owner.reason or "; ".join(notices)
        return (piece.shown, owner.student, state, reason, packed(piece)), issue

    def _issue(self, student: str, numbers: str) -> int | None:
        """The issue of a sheet, by the checksum of the numbers on it; the last one where it has none."""
        made = self._known("numbers", student)
        if numbers and made and numbers not in made:
            return self.sheets.issue_of(student, numbers)
        return self.issue(student)

    @property
    def on_older_sheets(self) -> int:
        """How many returns that count are on older sheets."""
        query = "SELECT COUNT(*) FROM returns WHERE state IN (?, ?) AND issue > 0"
        (number,) = self._db.execute(query, (COUNTED, PART)).fetchone()
        return int(number)

    @property
    def counted(self) -> int:
        """How many returns count."""
        (number,) = self._db.execute("SELECT COUNT(*) FROM returns WHERE state = ?", (COUNTED,)).fetchone()
        return int(number)

    def refuse(self, student: str, reason: str) -> None:
        """The return of a student that counts cannot be marked after all."""
        query = "UPDATE returns SET state = ?, reason = ? WHERE student = ? AND state IN (?, ?)"
        self._db.execute(query, (UNREADABLE, reason, student, COUNTED, PART))

    def delivery(self, student: str) -> Delivery | None:
        """What a student handed in that counts; None where there is nothing."""
        columns = "shown, payload, time, late, issue"
        query = f"SELECT {columns} FROM returns WHERE student = ? AND state IN (?, ?) ORDER BY position"
        rows = self._db.execute(query, (student, COUNTED, PART)).fetchall()
        if not rows:
            return None
        shown, payloads, times, late, issues = zip(*rows, strict=True)
        whole = payloads[0] if len(rows) == 1 else json.dumps({"parts": payloads}, ensure_ascii=False)
        return Delivery(", ".join(shown), whole, max(times), any(late), issues[0])

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
        query = "SELECT shown, student, state, reason FROM returns ORDER BY position"
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


def _times(piece: ReturnedWork | Refused) -> tuple[float, bool]:
    return (piece.time, piece.is_late) if isinstance(piece, ReturnedWork) else (0, False)


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


def unpacked(payload: str) -> Iterator[Working | list[AnswerLine]]:
    """The working, or the entries, of a packed piece; of several parts each."""
    data = json.loads(payload)
    if isinstance(data, dict) and "parts" in data:
        for part in data["parts"]:
            yield from unpacked(part)
    elif isinstance(data, dict):
        yield Working(data["working"], data["sheet"])
    else:
        yield [AnswerLine(left, _given(given), line) for left, given, line in data]


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
