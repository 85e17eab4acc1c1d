"""A class list, read line by line: each line is a student, or a fault that says what is wrong with it."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import islice
from pathlib import Path
from zlib import crc32

from derive.classroom.roster.csv_records import UNCLOSED, csv_records
from derive.classroom.roster.headings import SPELLINGS, column_keys, heading_key, is_no_student
from derive.classroom.roster.students import Student, file_name, with_checksum
from derive.classroom.roster.table_text import FIRST_LINES, SEPARATORS, assumed_encoding, table_lines
from derive.errors import Fault, InputError, Place, suggestion

MAX_CELL = 100
MOST_LINES_OF_A_CELL = 12
IDS = ("id", "login", "email")
"""What serves as a student's id, the first of these that has a column."""

_FORMULA = "=+-@"
_JOINERS = "\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SHORTENED = re.compile(r"\d[.,]?\d*[eE]\+?\d+")
"""What a spreadsheet makes of a long number."""


@dataclass(frozen=True, slots=True)
class RosterLayout:
    """How the lines of a roster are read.

    separator  of the cells
    width      how many cells a line has
    columns    which cell is which: id, login, email, last_name, first_name, name, number
    ignored    the headings of the columns that nothing is read from
    line       where the heading stands
    headings   all of them
    """

    separator: str
    width: int
    columns: dict[str, int]
    ignored: tuple[str, ...]
    line: int = 1
    headings: tuple[str, ...] = ()

    @property
    def id_is_email(self) -> bool:
        """Whether the address serves as the id."""
        return self.columns["id"] == self.columns.get("email")


@dataclass
class Roster:
    """The students of the file at `path`, in its order, each time it is iterated; then faulty lines are in `faults`,
    and what costs nobody the papers is in `warnings`.

    `chosen` names the column of the `id`, or of the `name`, where the headings do not say it. Memory holds the ids that
    were seen and the faults, not the lines.

    Raises InputError where nothing can be read: no file, no heading, no column for the id or the name.
    """

    path: Path
    chosen: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def __iter__(self) -> Iterator[Student]:
        self.faults.clear()
        self.warnings.clear()
        seen: dict[str, int] = {}  # the line, and a checksum of the name in the lowest bits
        files: set[str] = set()
        for item in self.lines():
            if isinstance(item, Fault):
                self.faults.append(item)
            elif item.id in seen:
                message = f"the id `{item.id}` is already on line {seen[item.id] >> 32}"
                place = Place(self.path.name, item.line)
                fault = Fault(message, "each student has one line; the first one counts", place)
                is_same = seen[item.id] & 0xFFFFFFFF == crc32(item.name.encode())
                (self.warnings if is_same else self.faults).append(fault)
            else:
                seen[item.id] = item.line << 32 | crc32(item.name.encode())
                yield _filed(item, files)
        if assumed := assumed_encoding(self.path):
            message, hint = f"the roster is not UTF-8; it was read as {assumed}", "save it in UTF-8 if names are wrong"
            self.warnings.append(Fault(message, hint, Place(self.path.name)))

    def rows(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Of each line of a student the id, and all cells by their headings."""
        layout = self.layout()
        for place, cells in self._records(layout):
            if cells is not None and isinstance(found := read_student(list(cells), layout, place), Student):
                yield found.id, dict(zip(layout.headings, cells, strict=False))

    def lines(self) -> Iterator[Student | Fault]:
        """What each line holds, repeated ids included; lines that a platform adds, which are no students, left out."""
        layout = self.layout()
        for place, cells in self._records(layout):
            if cells is None:
                yield Fault(UNCLOSED, "a quote in a cell is doubled; an id or name holds no line break", place)
            else:
                yield read_student(cells, layout, place)

    def _records(self, layout: RosterLayout) -> Iterator[tuple[Place, list[str] | None]]:
        """The cells of each record, None where a quote is not closed. Only cells that are not read go over lines."""

        def fits(cells: Sequence[str]) -> bool:
            return len(cells) == layout.width and not any("\n" in cells[i] for i in layout.columns.values())

        lines = (f"{line}\n" for _, line in islice(table_lines(self.path), layout.line, None))
        sign = layout.separator
        for each in csv_records(lines, 1 + MOST_LINES_OF_A_CELL, fits, delimiter=sign, skipinitialspace=True):
            place = Place(self.path.name, layout.line + 1 + each.at, each.text[:-1])
            if each.error:
                yield place, None
            elif place.text.strip(f" {sign}") and not _is_aside(each.cells, layout):
                yield place, each.cells

    def layout(self) -> RosterLayout:
        """How the file is read: its heading is the first line that names an id and a name."""
        separator, first = "", None
        for number, line in islice(table_lines(self.path), FIRST_LINES):
            if marker := re.fullmatch(r"\ufeff?sep=(.)", line):
                separator = marker[1]
            elif line.strip(f" {SEPARATORS}"):
                found = _heading(line, separator, Place(self.path.name, number, line), self.chosen)
                if isinstance(found, RosterLayout):
                    return found
                first = first or found
        hint = "the first line names the columns: student_id,last_name,first_name,email"
        raise InputError(first or [Fault("the roster is empty", hint, Place(self.path.name))])


def _filed(student: Student, files: set[str]) -> Student:
    """The student with a file name that no other one has, upper and lower case being the same."""
    name = file_name(student.id)
    while name.casefold() in files:
        name = with_checksum(name, student.id)
    files.add(name.casefold())
    return replace(student, file=name)


def _heading(line: str, separator: str, place: Place, chosen: Mapping[str, str]) -> RosterLayout | list[Fault]:
    """The layout that a heading gives; else what is wrong with it: a column is missing or there twice."""
    separator = separator or max(SEPARATORS, key=lambda sign: len(_cells(line, sign) or ()))
    names = _cells(line, separator) or [line]
    columns: dict[str, int] = {}
    faults = []
    for i, (name, key) in enumerate(zip(names, column_keys(names), strict=True)):
        if key in columns:
            faults.append(Fault(f"two columns for {key}: `{names[columns[key]]}` and `{name}`", "rename one", place))
        elif key:
            columns[key] = i
    faults += _choose(columns, names, chosen, place)
    if "first_name" in columns and "last_name" not in columns and "name" in columns:
        columns["last_name"] = columns.pop("name")
    source = next((key for key in IDS if key in columns), None)
    if source is None:
        hint = suggestion(heading_key(names[0]), SPELLINGS) or "name it student_id, or say which it is: --id-column"
        faults.append(Fault("the heading has no column for the student's id", hint, place))
    else:
        columns["id"] = columns[source] if source == "email" else columns.pop(source)
    if "last_name" not in columns and "name" not in columns:
        hint = "name it last_name, and first_name, or say which it is: --name-column"
        faults.append(Fault("the heading has no column for the name", hint, place))
    if faults:
        return faults
    ignored = tuple(name for i, name in enumerate(names) if i not in columns.values() and name)
    return RosterLayout(separator, len(names), columns, ignored, place.line, tuple(names))


def _choose(columns: dict[str, int], names: Sequence[str], chosen: Mapping[str, str], place: Place) -> Iterator[Fault]:
    """Put the columns that the teacher named into their places."""
    by_key = {heading_key(name): i for i, name in enumerate(names)}
    for key, wanted in chosen.items():
        if (i := by_key.get(heading_key(wanted))) is None:
            hint = suggestion(wanted, names) or f"there are: {', '.join(names[:20])}"
            yield Fault(f"the heading has no column `{wanted}`", hint, place)
            continue
        for other in [each for each, at in columns.items() if at == i]:
            del columns[other]
        if key == "name":
            columns.pop("last_name", None)
        columns[key] = i


def _cells(line: str, separator: str) -> list[str] | None:
    """The cells of a line or lines, or None where a quote is not closed."""
    try:
        lines = StringIO(line)
        return next(csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return None


def _is_aside(cells: Sequence[str], layout: RosterLayout) -> bool:
    """Whether a platform added the line: a title, points, a test student."""
    found = {key: cells[i].strip() for key, i in layout.columns.items() if i < len(cells)}
    named = any(found.get(key) for key in ("last_name", "first_name", "name"))
    is_address = "@" in found.get("id", "")
    return any(map(is_no_student, found.values())) or (layout.id_is_email and not named and not is_address)


_AS_TEXT = "#"
"""What Brightspace writes before ids and user names, so that spreadsheets take them for texts."""


def read_student(cells: list[str], layout: RosterLayout, place: Place) -> Student | Fault:
    """The student on a line, or the first thing that is wrong with it."""
    while len(cells) > layout.width and not cells[-1]:
        cells.pop()
    if len(cells) != layout.width:
        sign = {"\t": "a tab"}.get(layout.separator, f"`{layout.separator}`")
        hint = f"a cell that holds {sign} stands in quotes"
        return Fault(f"{len(cells)} cells where the heading has {layout.width}", hint, place)
    cells = [_tidy(cell) for cell in cells]
    found = {key: cells[i] for key, i in layout.columns.items()}
    found |= {key: found[key].removeprefix(_AS_TEXT) for key in ("id", "login") if key in found}
    found["id"] = found["id"] or found.get("email", "")
    if fault := _unfit(cells, found, place):
        return fault
    last, first = _names(found)
    if not last:
        return Fault("the name is empty", "who has one name only has it as the last name", place)
    return Student(found["id"], last, first, found.get("email", ""), line=place.line, login=found.get("login", ""))


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
    if _SHORTENED.fullmatch(found["id"]):
        hint = "format the column as text and export the list again, so that every digit is there"
        return Fault(f"the id was shortened by a spreadsheet: `{found['id']}`", hint, place)
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
