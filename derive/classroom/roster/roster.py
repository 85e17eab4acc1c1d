"""A class list in CSV, read line by line: each line is a student, or a fault that says what is wrong with it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derive.classroom.roster.students import Student, file_name, with_checksum
from derive.errors import Fault, InputError, Place, suggestion

MAX_CELL = 100
SEPARATORS = ",;\t"

COLUMNS: dict[str, str] = {
    "id": "student id, student number, student no, student nr, id number, student identifier, sid, "
    "matriculation number, matriculation no, matriculation nr, matriculation, "
    "registration number, roll number, roll no, user id, user name, login, sis user id, org defined id, "
    "matrikelnummer, matrikel nr, matrikel, matr nr, mat nr, kennung, numéro étudiant, matricola, número de alumno",
    "last_name": "last, surname, family name, nachname, familienname, nom, nom de famille, apellidos, cognome",
    "first_name": "first, given name, given names, forename, vorname, prénom, nombre, nome",
    "email": "e mail, mail, email address, e mail address, e mail adresse, adresse e mail, correo",
    "name": "full name, student, student name, display name, vollständiger name, nom complet",
}
"""The columns that are read, and the names they go by; case, accents, blanks and punctuation do not matter. `name`
holds a whole name, `Last, First` or as it is written; beside a first name it is the last name."""

_FORMULA = "=+-@"
_JOINERS = "\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def heading_key(column: str) -> str:
    """The name of a column as it is compared.

    >>> heading_key("Student_ID"), heading_key(" E-Mail ")
    ('studentid', 'email')
    """
    plain = unicodedata.normalize("NFKD", column.casefold())
    return "".join(c for c in plain if c.isalnum())


_SPELLINGS = {heading_key(name): key for key, names in COLUMNS.items() for name in (key, *names.split(", "))}


@dataclass(frozen=True, slots=True)
class RosterLayout:
    """How the lines of a roster are read: the separator, the number of cells, and which cell is which column;
    `ignored` names the columns that nothing is read from.
    """

    separator: str
    width: int
    columns: dict[str, int]
    ignored: tuple[str, ...]


@dataclass
class Roster:
    """The students of the file at `path`, in its order, each time it is iterated; faulty lines are in `faults` then.

    Memory holds the ids that were seen and the faults, not the lines.

    Raises InputError where nothing can be read: no file, no heading, no column for the id or the name.
    """

    path: Path
    faults: list[Fault] = field(default_factory=list)

    def __iter__(self) -> Iterator[Student]:
        self.faults.clear()
        seen: dict[str, int] = {}
        files: set[str] = set()
        for item in self.lines():
            if isinstance(item, Fault):
                self.faults.append(item)
            elif item.id in seen:
                message = f"the id `{item.id}` is already on line {seen[item.id]}"
                self.faults.append(Fault(message, "each student has one line; the first one counts", self._place(item)))
            else:
                seen[item.id] = item.line
                yield _filed(item, files)

    def _place(self, student: Student) -> Place:
        return Place(self.path.name, student.line)

    def lines(self) -> Iterator[Student | Fault]:
        """What each line holds, repeated ids included."""
        lines = _texts(self.path)
        layout = self._layout(lines)
        for number, line in lines:
            if line.strip(f" {layout.separator}"):
                yield read_student(line, layout, Place(self.path.name, number, line))

    def layout(self) -> RosterLayout:
        """How the file is read, from its heading."""
        return self._layout(_texts(self.path))

    def _layout(self, lines: Iterator[tuple[int, str]]) -> RosterLayout:
        """The heading's layout; takes the lines up to the heading."""
        separator = ""
        for number, line in lines:
            if marker := re.fullmatch(r"sep=(.)", line):
                separator = marker[1]
            elif line.strip():
                return _heading(line, separator, Place(self.path.name, number, line))
        hint = "the first line names the columns: student_id,last_name,first_name,email"
        raise InputError([Fault("the roster is empty", hint, Place(self.path.name))])


def _filed(student: Student, files: set[str]) -> Student:
    """The student with a file name that no other one has, upper and lower case being the same."""
    name = file_name(student.id)
    while name.casefold() in files:
        name = with_checksum(name, student.id)
    files.add(name.casefold())
    return Student(student.id, student.last_name, student.first_name, student.email, name, student.line)


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """The lines and their numbers; a byte that is not UTF-8 becomes a lone surrogate, which is a fault of its line."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
        utf16 = start in {b"\xff\xfe", b"\xfe\xff"}
        encoding, errors = ("utf-16", "replace") if utf16 else ("utf-8-sig", "surrogateescape")
        with path.open(encoding=encoding, errors=errors) as file:
            for number, line in enumerate(file, 1):
                yield number, line.rstrip("\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([Fault(f"cannot be read: {reason}", "", Place(str(path)))]) from None


def _heading(line: str, separator: str, place: Place) -> RosterLayout:
    """The layout that a heading gives. Raises InputError for a column that is missing or there twice."""
    separator = separator or max(SEPARATORS, key=lambda sign: len(_cells(line, sign) or ()))
    names = _cells(line, separator) or [line]
    columns: dict[str, int] = {}
    faults = []
    for i, name in enumerate(names):
        key = _SPELLINGS.get(heading_key(name))
        if key in columns:
            faults.append(Fault(f"two columns for {key}: `{names[columns[key]]}` and `{name}`", "rename one", place))
        elif key:
            columns[key] = i
    if "first_name" in columns and "last_name" not in columns and "name" in columns:
        columns["last_name"] = columns.pop("name")
    if "id" not in columns:
        hint = suggestion(heading_key(names[0]), _SPELLINGS) or "name it student_id"
        faults.append(Fault("the heading has no column for the student's id", hint, place))
    if "last_name" not in columns and "name" not in columns:
        faults.append(Fault("the heading has no column for the name", "name it last_name, and first_name", place))
    if faults:
        raise InputError(faults)
    ignored = tuple(name for i, name in enumerate(names) if i not in columns.values())
    return RosterLayout(separator, len(names), columns, ignored)


def _cells(line: str, separator: str) -> list[str] | None:
    """The cells of one line, or None where a quote is not closed."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return None


def read_student(line: str, layout: RosterLayout, place: Place) -> Student | Fault:
    """The student on a line, or the first thing that is wrong with it."""
    cells = _cells(line, layout.separator)
    if cells is None:
        return Fault("a quote is not closed", "a cell may hold no line break; a quote in a cell is doubled", place)
    while len(cells) > layout.width and not cells[-1]:
        cells.pop()
    if len(cells) != layout.width:
        sign = {"\t": "a tab"}.get(layout.separator, f"`{layout.separator}`")
        hint = f"a cell that holds {sign} stands in quotes"
        return Fault(f"{len(cells)} cells where the heading has {layout.width}", hint, place)
    cells = [_tidy(cell) for cell in cells]
    found = {key: cells[i] for key, i in layout.columns.items()}
    if fault := _unfit(cells, found, place):
        return fault
    last, first = _names(found)
    if not last:
        return Fault("the name is empty", "who has one name only has it as the last name", place)
    return Student(found["id"], last, first, found.get("email", ""), line=place.line)


def _tidy(cell: str) -> str:
    """A cell with single blanks, in Unicode's composed form."""
    cell = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    return re.sub("  +", " ", cell).strip(" \u00a0")


def _names(found: dict[str, str]) -> tuple[str, str]:
    """Last and first name; a whole name is split at its comma."""
    if "last_name" in found:
        return found["last_name"], found.get("first_name", "")
    last, _, first = found["name"].partition(",")
    return last.strip(), first.strip()


def _unfit(cells: Sequence[str], found: dict[str, str], place: Place) -> Fault | None:
    """What of the cells must not reach a sheet or a spreadsheet."""
    for cell in cells:
        if not cell.isascii() and any("\udc80" <= c <= "\udcff" or c == "\ufffd" for c in cell):
            return Fault("the line is not UTF-8", "save the roster as `CSV UTF-8`", place)
        if cell.startswith("="):
            return Fault(f"a cell holds a formula: {_shown(cell)}", "write the value itself", place)
    for key, cell in found.items():
        if bad := _unseen(cell):
            return Fault(f"the {_words(key)} holds the invisible character U+{ord(bad):04X}", "remove it", place)
        if cell.startswith(tuple(_FORMULA)):
            message = f"the {_words(key)} starts like a formula of a spreadsheet: {_shown(cell)}"
            return Fault(message, "remove the sign it starts with", place)
        if len(cell) > MAX_CELL:
            return Fault(f"the {_words(key)} has {len(cell)} characters", f"at most {MAX_CELL}", place)
    return None if found["id"] else Fault("the student's id is missing", "every student needs one of their own", place)


def _unseen(cell: str) -> str:
    """The first character that cannot be seen, or ""; a joiner belongs to its script."""
    if cell.isprintable():
        return ""
    return next((c for c in cell if unicodedata.category(c) in _UNSEEN and c not in _JOINERS), "")


def _words(key: str) -> str:
    return key.replace("_", " ")


def _shown(cell: str) -> str:
    return f"`{cell[:40]}…`" if len(cell) > 40 else f"`{cell}`"
