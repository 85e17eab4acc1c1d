"""A class list in whatever encoding or file a platform or spreadsheet writes it → its lines as text."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

from derive.classroom.roster.headings import column_keys
from derive.encodings import NAMES, encoding_of, older_encoding
from derive.errors import Fault, InputError, Place

SEPARATORS = ",;\t"
MAX_BYTES = 100_000_000
FIRST_LINES = 40
"""Among so many lines the heading is looked for."""
OLD_ENCODINGS = ("cp1252", "gb18030", "cp1251", "cp1254", "cp1250")
"""What is tried where a file is not UTF-8: the one in which most headings are known, else the first that fits."""
EXCEL, OTHER_SHEETS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def table_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines and their numbers; a byte that is none of its encoding becomes a lone surrogate, a fault of its line.

    Raises InputError for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == OTHER_SHEETS:
            raise InputError([Fault("this is an old spreadsheet", "save it as .xlsx or as CSV", Place(path.name))])
        if start == EXCEL:
            yield from enumerate(workbook_text(path.read_bytes(), path.name).splitlines(), 1)
            return
        with path.open(encoding=_encoding(path), errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                yield number, line.rstrip("\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([Fault(f"cannot be read: {reason}", "", Place(str(path)))]) from None
    except UnicodeError:
        raise InputError([Fault("this is no text", "save the roster as CSV in UTF-8", Place(path.name))]) from None


def table_bytes(path: Path) -> bytes:
    """The list as it is kept: a workbook as CSV in UTF-8, a text as it is. Raises OSError, InputError."""
    raw = path.read_bytes()
    return workbook_text(raw, path.name).encode() if raw.startswith(EXCEL) else raw


def assumed_encoding(path: Path) -> str:
    """What the encoding of a list is called that was guessed; "" for one that nobody has to guess."""
    with path.open("rb") as file:
        return "" if file.read(4) in {EXCEL, OTHER_SHEETS} else NAMES.get(_encoding(path), "")


def _encoding(path: Path) -> str:
    """The encoding of a text, by its mark, by what is no UTF-8, by its headings, and by its words."""
    with path.open("rb") as file:
        if found := encoding_of(file):
            return found
        file.seek(0)
        head = b"".join(islice(file, FIRST_LINES))
        file.seek(0)
        likely = older_encoding(file)
    fitting = [(_known(head, each), each == likely, -rank, each) for rank, each in enumerate(OLD_ENCODINGS)]
    return max(fitting)[-1]


def _known(head: bytes, encoding: str) -> int:
    """How many headings are known in an encoding; -1 where the bytes do not fit it."""
    try:
        lines = head.decode(encoding).splitlines()
    except UnicodeDecodeError as error:
        if error.end < len(head):
            return -1
        lines = head.decode(encoding, "ignore").splitlines()
    return max((sum(map(bool, column_keys(re.split(r"[,;\t]", line)))) for line in lines), default=0)


# --- workbooks ------------------------------------------------------------------------------------------------------

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")
MAX_COLUMNS = 200


def workbook_text(raw: bytes, name: str) -> str:
    """The first sheet of an Excel workbook as CSV. Raises InputError where it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise InputError([Fault("this workbook is too large", "save the list as CSV", Place(name))])
            names = archive.namelist()
            shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
            sheet = min(each for each in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", each))
            root = ElementTree.fromstring(archive.read(sheet))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, RuntimeError, EOFError):
        hint = "save the list as CSV in UTF-8"
        raise InputError([Fault("this is no workbook that can be read", hint, Place(name))]) from None
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for row in root.iter(f"{_MAIN}row"):
        rows.writerow(_cells(row, shared))
    return text.getvalue()


def _shared(archive: zipfile.ZipFile) -> list[str]:
    root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(part.text or "" for part in item.iter(f"{_MAIN}t")) for item in root.iter(f"{_MAIN}si")]


def _cells(row: ElementTree.Element, shared: list[str]) -> list[str]:
    found: dict[int, str] = {}
    for cell in row.iter(f"{_MAIN}c"):
        match = _REFERENCE.fullmatch(cell.get("r", ""))
        column = _column(match[1]) if match else len(found)
        if column < MAX_COLUMNS:
            found[column] = " ".join(_text(cell, shared).split())
    return [found.get(i, "") for i in range(max(found, default=-1) + 1)]


def _column(letters: str) -> int:
    """The number of a column from its letters: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    """A cell's text; a whole number without the `.0` or exponent that it may be kept with."""
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s":
        return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
    if cell.get("t") in {None, "n"} and re.fullmatch(r"\d[\d.]*(?:[eE][+-]?\d+)?", value):
        number = float(value)
        return str(int(number)) if number.is_integer() and number < 1e15 else value
    return value
