"""One returned file → what it says and who it says it is from: a filled PDF form, an answer file, free working."""

import logging
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from derive.answers.files.answer_file import entries_in
from derive.answers.files.columns import AnswerLine
from derive.answers.files.endings import DOCUMENTS, FILES, WORKING, text_of_file
from derive.answers.pages.transcript import without_comments
from derive.classroom.returns.printed_sheets import PrintedSheet, printed_sheet
from derive.classroom.returns.returned_files import CannotRead, ReturnedFile
from derive.encodings import as_saved
from derive.errors import InputError, of_extra
from derive.writers.identity import RESERVED

CODE, STUDENT, NUMBERS = f"{RESERVED}code", f"{RESERVED}student", f"{RESERVED}numbers"
MAX_FIELDS = 20_000
BY_HAND = "mark it by hand, in overrides.csv, or have the sheet filled in on screen"
_INSTEAD = {
    ".zip": "more than 3 zips lie in one another: unpack the outer one",
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".numbers"), "save the table as CSV in UTF-8"),
    **dict.fromkeys((".doc", ".odt", ".pages", ".rtf"), "expected the sheet as PDF, an answer file or text"),
    **dict.fromkeys(
        (".jpg", ".jpeg", ".png", ".heic", ".tif", ".tiff", ".webp", ".gif"), f"a photo or scan: {BY_HAND}"
    ),
}
"""What to do with files that come back often and cannot be read."""
MAX_FIELD = 20_000


@dataclass(frozen=True, slots=True)
class Claims:
    """Whose work a return says it is: the `code` of its sheet, the ids of `students` and `emails` on it or in its row,
    and the `names` of the file and its folders. `numbers` is the checksum of the numbers on the sheet.
    """

    code: str = ""
    students: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    names: str = ""
    numbers: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedWork:
    """One student's work as it came back.

    shown    where it stands: a file, a member of a zip, a row
    claims   whose it says it is
    entries  step → answer as it is written, for forms, answer files and rows
    working  the text of free working instead; None for entries
    sheet    the format of the sheet that the working is written on; "" for none
    is_row   whether it is a row of a table, which anybody may have filled in
    time     when it was handed in, in seconds since 1970; 0 where nobody knows
    is_late  whether the platform calls it late
    beside   whether text boxes or ink lie on its pages beside the fields that were filled in
    """

    shown: str
    claims: Claims
    entries: tuple[AnswerLine, ...] = ()
    working: str | None = None
    sheet: str = ""
    is_row: bool = False
    time: float = 0
    is_late: bool = False
    beside: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is answered in it."""
        return (
            not self.working.strip() if self.working is not None else all(_blank(entry.given) for entry in self.entries)
        )


def read_work(source: ReturnedFile, raw: bytes) -> ReturnedWork:
    """What a file says. Raises CannotRead."""
    ending = source.ending
    if not raw.strip():
        raise CannotRead("the file is empty")
    if ending == ".pdf":
        return _pdf(source, raw)
    if ending in FILES:
        return work_of_entries(source, _entries(source, raw))
    if ending in WORKING:
        return _working(source, raw)
    known = f"known endings: {', '.join(('.pdf', *FILES, *WORKING, '.zip'))}"
    raise CannotRead(f"a file with the ending `{ending}` is not read", _INSTEAD.get(ending, known))


def work_of_entries(source: ReturnedFile, entries: Iterable[AnswerLine]) -> ReturnedWork:
    """A piece of entries; those under reserved names say whose it is."""
    entries = tuple(entries)
    said = {
        entry.left.strip(): str(entry.given).strip() for entry in entries if entry.left.strip().startswith(RESERVED)
    }
    answers = tuple(entry for entry in entries if not entry.left.strip().startswith(RESERVED))
    claims = Claims(said.get(CODE, ""), _one(said.get(STUDENT)), (), source.names, said.get(NUMBERS, ""))
    return ReturnedWork(source.shown, claims, answers)


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _blank(given: object) -> bool:
    if isinstance(given, list | tuple):
        return all(map(_blank, given))
    return not str(given).strip()


def _entries(source: ReturnedFile, raw: bytes) -> list[AnswerLine]:
    try:
        return entries_in(raw, PurePosixPath(source.shown))
    except InputError as error:
        fault = error.faults[0]
        where = f"line {fault.place.line}: " if fault.place.line else ""
        raise CannotRead(f"{where}{fault.message}", fault.hint) from None


# --- free working ---------------------------------------------------------------------------------------------------

_COMMENT = r"(?:<!--\s*|%\s*)?{}\s*[:=]?\s+([^\s>]+)"
_CODE, _STUDENT, _NUMBERS = (re.compile(_COMMENT.format(re.escape(key))) for key in (CODE, STUDENT, NUMBERS))


def _decoded(source: ReturnedFile, raw: bytes) -> str:
    if source.ending in DOCUMENTS:
        try:
            return text_of_file(raw, source.ending)
        except ValueError as error:
            raise CannotRead(str(error), "save it again, or as text") from None
    text = as_saved(raw)
    if "\0" in text:
        raise CannotRead("this is no text", "expected Markdown, LaTeX or plain text")
    return text


def _working(source: ReturnedFile, raw: bytes) -> ReturnedWork:
    """Free working; `<!-- sheet:code K7M2 -->` (in LaTeX `% sheet:code K7M2`) says which sheet it belongs to."""
    text = _decoded(source, raw)
    code, student = _CODE.search(text), _STUDENT.search(text)
    numbers = _NUMBERS.search(text)
    claims = Claims(code[1] if code else "", _one(student and student[1]), (), source.names,
                    numbers[1] if numbers else "")  # fmt: skip
    sheet = source.ending.removeprefix(".") if claims.code or claims.students else ""
    text = _NUMBERS.sub("", _STUDENT.sub("", _CODE.sub("", text)))
    return ReturnedWork(
        source.shown, claims, working=without_comments(text) if source.ending == ".tex" else text, sheet=sheet
    )


# --- PDF forms ------------------------------------------------------------------------------------------------------

_BROKEN: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, NotImplementedError,
    OSError, RuntimeError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What a damaged PDF makes a reader of PDFs raise beside its own errors."""


@dataclass(frozen=True, slots=True)
class _PdfWork:
    """The fields of a PDF, as it has them, what the text boxes on its pages say (None where there are neither boxes nor
    ink), and what is printed where it has no fields.
    """

    fields: Sequence[tuple[object, object]]
    notes: str | None
    printed: PrintedSheet | None


def _pdf(source: ReturnedFile, raw: bytes) -> ReturnedWork:
    """A sheet filled in on screen, or a print of it. Raises CannotRead, and ToolError without pypdf."""
    found = _with_pypdf(raw)
    if found.printed is not None:
        return _printed(source, found.printed, found.notes)
    work = work_of_entries(source, _fields(found.fields))
    if found.notes is not None and work.empty:
        printed = " ".join(filter(None, (work.claims.code, *work.claims.students)))
        raise CannotRead(_written_beside(found.notes), BY_HAND, printed)
    return replace(work, beside=found.notes is not None)


def _printed(source: ReturnedFile, sheet: PrintedSheet, notes: str | None) -> ReturnedWork:
    if not sheet.entries:
        raise CannotRead(_why_unread(sheet, notes), BY_HAND, sheet.words)
    claims = Claims(sheet.code, _one(sheet.student), (), source.names)
    return ReturnedWork(source.shown, claims, sheet.entries, beside=notes is not None)


def _written_beside(notes: str) -> str:
    """That text boxes or ink hold the answers, with what the boxes say, for whoever marks them by hand."""
    return "the answers are written beside the fields" + (f": “{notes}”" if notes else "")


def _why_unread(sheet: PrintedSheet, notes: str | None) -> str:
    """What is in the way of reading a PDF without fields."""
    if notes is not None:
        return _written_beside(notes)
    if sheet.pictures and not sheet.words:
        return "this PDF is a scan or photos: there is no text on its pages that can be read"
    return "this PDF has no form fields, and no numbers of answers can be read in it"


def _fields(fields: Sequence[tuple[object, object]]) -> list[AnswerLine]:
    if len(fields) > MAX_FIELDS:
        raise CannotRead(f"this form has {len(fields)} fields", f"at most {MAX_FIELDS} are read")
    return [AnswerLine(_text(name), _value(value)[:MAX_FIELD], None) for name, value in fields]


def _with_pypdf(raw: bytes) -> _PdfWork:
    """What a PDF holds; of its fields names and values of whatever type."""
    with of_extra("class", "filled PDF forms are read with pypdf, which is missing"):
        from pypdf import PdfReader
        from pypdf.errors import DependencyError, PyPdfError
    damaged: tuple[type[Exception], ...] = (PyPdfError, *_BROKEN)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if not raw.lstrip()[:5].startswith(b"%PDF"):
        raise CannotRead("this is no PDF, whatever its name says")
    try:
        reader = PdfReader(BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise CannotRead("this PDF is locked with a password", "save it without one")
        fields = [(name, _loaded(field.get("/V"))) for name, field in (reader.get_fields() or {}).items()]
        return _PdfWork(fields, _notes(reader), None if fields else printed_sheet(reader))
    except DependencyError:
        raise CannotRead("this PDF is locked: it is encrypted with AES", "save it without encryption") from None
    except damaged as error:
        said = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise CannotRead(f"this PDF is damaged: {said}", "save it again, or hand it in again") from None


_NOTES = {"/FreeText", "/Ink", "/Text", "/Stamp", "/Line", "/PolyLine"}
MAX_PAGES, MAX_NOTE = 40, 300


def _notes(reader: Any) -> str | None:
    """What text boxes that somebody put on its pages say; None where there are neither boxes nor ink."""
    pages = reader.pages[:MAX_PAGES]
    notes = (note.get_object() for page in pages for note in (page.get("/Annots") or []))
    texts = [_text(_loaded(note.get("/Contents"))) for note in notes if note.get("/Subtype") in _NOTES]
    return " | ".join(filter(None, (" ".join(text.split()) for text in texts)))[:MAX_NOTE] if texts else None


def _loaded(value: Any) -> object:
    """A value, which in a file may be a stream of text in place of the text."""
    return value.get_data() if hasattr(value, "get_data") else value


def _text(found: object) -> str:
    """What a file has where it should have a text: bytes that are none, a number, nothing."""
    if isinstance(found, bytes):
        return found.decode("utf-8", "replace")
    return "" if found is None else str(found)


def _value(value: object) -> str:
    """The text of a field; a button's is a name (`/Yes`), one never filled has none."""
    return _text(value).replace("\r\n", "\n").replace("\r", "\n")
