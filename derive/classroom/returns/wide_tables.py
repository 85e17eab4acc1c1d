"""One wide table as form services and learning platforms export it: a row a student, a column a step or entry.

Read as a stream, row by row: a table of 100,000 rows takes no more memory than one of 40.
"""

import csv
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from io import TextIOWrapper
from typing import IO

from derive.answers.files.columns import AnswerLine
from derive.classroom.returns.returned_files import CannotRead, Refused
from derive.classroom.returns.work_reader import Claims, ReturnedWork
from derive.classroom.roster.csv_records import UNCLOSED, csv_records
from derive.classroom.roster.headings import COLUMNS, heading_key
from derive.encodings import NAMES, encoding_of, older_encoding

HEAD_BYTES = 100_000
MAX_COLUMNS = 5_000
MAX_LINE = 1_000_000
MAX_LINES = 1_000_000
MAX_TEXT = 500_000_000
MOST_LINES_OF_A_ROW = 60

_WHO = {
    "code": ("sheet:code", "code", "sheet"),
    "student": ("sheet:student", *COLUMNS["id"], *COLUMNS["login"]),
    "email": COLUMNS["email"],
}
_KIND = {heading_key(spelling): kind for kind, spellings in _WHO.items() for spelling in spellings}
"""What the titles of columns mean that say whose a row is: those that rosters have, and some more."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are: who (`code`, `email`, `student` → their places), which step each other one
    answers, and the titles that are neither; there are `width` of them. `assumed` is the encoding that was guessed, ""
    for one that nobody has to guess.
    """

    separator: str
    width: int
    who: dict[str, tuple[int, ...]]
    steps: dict[int, str]
    unused: tuple[str, ...]
    assumed: str = ""


def is_wide(head: bytes) -> bool:
    """Whether the first line of a CSV names a column of students beside others, so that each row is one student's."""
    line = next((line for line in _text(head).splitlines() if line.strip() and not _declares(line)), "")
    titles = _titles(line, _separator(line))
    return len(titles) > 1 and any(heading_key(title) in _KIND for title in titles)


def column_targets(titles: Sequence[str], separator: str, is_step: Callable[[str], bool]) -> Columns:
    """What each title means. Raises CannotRead for a table without a step."""
    who: dict[str, tuple[int, ...]] = {}
    steps: dict[int, str] = {}
    unused = []
    for i, title in enumerate(titles):
        kind = _KIND.get(heading_key(title))
        if kind:
            who[kind] = (*who.get(kind, ()), i)
        elif step := next((name for name in _names(title) if is_step(name)), ""):
            steps[i] = step
        elif title.strip():
            unused.append(title.strip())
    if not steps:
        raise CannotRead("no column of this table is named by a step", "name them as the sheet does, as dL/dW_2[1,3]")
    return Columns(separator, len(titles), who, steps, tuple(unused))


def rows(file: IO[bytes], shown: str, is_step: Callable[[str], bool]) -> Generator[Columns | ReturnedWork | Refused]:
    """First what the columns are, then each row as a student's work; rows that cannot be read are refused one by one.

    Raises CannotRead for a table that is UTF-8 for a part only, or has no steps.
    """
    encoding, assumed = _encoding(file)
    text = TextIOWrapper(file, encoding=encoding, errors="replace" if assumed else "strict", newline="")
    try:
        lines = _lines(text)
        first = next(lines, "")
        begun = 1
        if _declares(first):
            first, begun = next(lines, ""), 2
        separator = _separator(first)
        found = replace(column_targets(_titles(first, separator), separator, is_step), assumed=assumed)
        yield found
        yield from _rows(lines, begun, shown, found)
    except UnicodeError:
        raise CannotRead("this table is not UTF-8", "save it as CSV in UTF-8") from None
    finally:
        text.detach()


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """The lines of a table, bounded in length, in number and altogether. Raises CannotRead."""
    left = MAX_TEXT
    for _ in range(MAX_LINES):
        line = text.readline(MAX_LINE)
        if len(line) == MAX_LINE:
            raise CannotRead(f"a line of this table has more than {MAX_LINE} characters")
        if not line:
            return
        left -= len(line)
        if left < 0:
            raise CannotRead(f"this table has more than {MAX_TEXT} characters")
        yield line
    raise CannotRead(f"this table has more than {MAX_LINES} lines")


def _rows(lines: Iterator[str], begun: int, shown: str, found: Columns) -> Iterator[ReturnedWork | Refused]:
    """The rows after the `begun` lines of the heading."""
    records = csv_records(
        lines, MOST_LINES_OF_A_ROW, lambda cells: len(cells) == found.width, delimiter=found.separator
    )
    for number, row in enumerate(records, 2):
        place = f"{shown}, row {number}"
        if row.error == UNCLOSED:
            yield Refused(
                place, f"a quote in line {begun + 1 + row.at} is not closed; a quote inside a cell is doubled"
            )
        elif row.error:
            yield Refused(place, f"this row cannot be read: {row.error}")
        elif any(cell.strip() for cell in row.cells):
            yield _piece(row.cells, place, found)


def _piece(cells: Sequence[str], place: str, found: Columns) -> ReturnedWork:
    said = {kind: tuple(cells[i].strip() for i in places if i < len(cells) and cells[i].strip())
            for kind, places in found.who.items()}  # fmt: skip
    entries = tuple(AnswerLine(step, cells[i], None) for i, step in found.steps.items() if i < len(cells))
    code = next(iter(said.get("code", ())), "")
    return ReturnedWork(place, Claims(code, said.get("student", ()), said.get("email", ())), entries)


# --- the first line -------------------------------------------------------------------------------------------------


def _encoding(file: IO[bytes]) -> tuple[str, str]:
    """The encoding of a table, which is at its beginning again, and what that is called where it was guessed."""
    found = encoding_of(_raw_lines(file))
    file.seek(0)
    if found:
        return found, ""
    older = older_encoding(_raw_lines(file))
    file.seek(0)
    return older, NAMES[older]


def _raw_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a table that are read."""
    left = MAX_TEXT
    while left > 0 and (line := file.readline(MAX_LINE)):
        left -= len(line)
        yield line


def _text(head: bytes) -> str:
    """The beginning of a table as text; a character cut off at its end is left out."""
    lines = head.splitlines(keepends=True)
    encoding = encoding_of(lines[:-1] if len(head) == HEAD_BYTES else lines) or older_encoding(lines)
    return head.decode(encoding, "ignore")


def _declares(line: str) -> bool:
    """Whether a line only says which separator follows, as Excel writes: `sep=;`."""
    return re.fullmatch(r"\ufeff?sep=.\s*", line) is not None


def _separator(line: str) -> str:
    """The separator that stands most often outside of quotes and brackets."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", line)
    return max(",;\t", key=bare.count)


def _titles(line: str, separator: str) -> list[str]:
    try:
        titles = next(csv.reader([line], delimiter=separator), [])
    except csv.Error as error:
        raise CannotRead(f"the first line cannot be read: {error}") from None
    if len(titles) > MAX_COLUMNS:
        raise CannotRead(f"this table has {len(titles)} columns", f"at most {MAX_COLUMNS} are read")
    return _rejoined(titles, separator)


def _rejoined(titles: list[str], separator: str) -> list[str]:
    """Titles with the commas inside their brackets back: `dL/dW_2[1,3]` that was not quoted."""
    joined: list[str] = []
    for title in titles:
        if joined and joined[-1].count("[") > joined[-1].count("]"):
            joined[-1] += separator + title
        else:
            joined.append(title)
    return joined


def _names(title: str) -> Iterator[str]:
    """What of a title may be a step's name: the whole, what stands in backticks or after `3.`, `Question 3:`."""
    yield title.strip()
    yield from re.findall(r"`([^`]+)`", title)
    if tail := re.fullmatch(r"[^:.]*\d+\s*[.:)]\s*(.+)", title.strip()):
        yield tail[1].rstrip(" =:")
