"""Sheets that come back as prints, as scans, or with notes beside their fields."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject
from support.classes import SmallClass

from derive.classroom.returns.intake import read_batch
from derive.classroom.returns.printed_sheets import printed_sheet
from derive.classroom.returns.returned_files import Refused, ReturnedFile
from derive.classroom.returns.work_reader import ReturnedWork

HEAD = [(50, 760, "Student: Ada Byron \\(4711\\) Sheet: QX7M2PA", "F1")]
SHEET = [*HEAD, (50, 700, "1\\)", "F1"), (65, 700, "u = 3 x =", "F1"), (60, 607, "dL", "F1"), (60, 593, "dw", "F1"),
         (80, 600, "=", "F1"), (50, 500, "Each unit adds up 7 = 7", "F1")]  # fmt: skip
FILLED = [(130, 700, "-12.5", "F2"), (100, 610, "0.5", "F2"), (100, 590, "1.5", "F2")]


def page(
    chunks: Iterable[tuple[int, int, str, str]], note: bool = False, fields: bool = False, filled: str = ""
) -> bytes:
    """A PDF with texts at places, in Helvetica (F1) or Courier (F2)."""
    writer = PdfWriter()
    sheet = writer.add_blank_page(595, 842)
    stream = DecodedStreamObject()
    said = "\n".join(f"BT /{font} 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET" for x, y, text, font in chunks)
    stream.set_data(said.encode("latin-1"))
    fonts = DictionaryObject({
        NameObject(f"/{key}"): DictionaryObject({
            NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject(f"/{name}")})
        for key, name in (("F1", "Helvetica"), ("F2", "Courier"))})  # fmt: skip
    sheet[NameObject("/Contents")] = writer._add_object(stream)
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if note:
        writer.add_annotation(0, FreeText(text="u = -12.5", rect=(200, 500, 300, 520)))
    if fields:
        field = writer._add_object(DictionaryObject({
            NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): TextStringObject("u"),
            NameObject("/V"): TextStringObject(filled)}))  # fmt: skip
        form = DictionaryObject()
        form[NameObject("/Fields")] = ArrayObject([field])
        writer._root_object[NameObject("/AcroForm")] = form
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def scan() -> bytes:
    """A PDF with a picture on its page, and no text."""
    writer = PdfWriter()
    sheet = writer.add_blank_page(200, 200)
    picture = DecodedStreamObject()
    picture.set_data(b"\x00")
    picture.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image")})
    drawn = DictionaryObject({NameObject("/I"): writer._add_object(picture)})
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): drawn})
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def read(raw: bytes) -> ReturnedWork | Refused:
    (found,) = read_batch([(ReturnedFile(Path("a/scan.pdf"), "a/scan.pdf"), raw)])
    assert not isinstance(found, ReturnedFile)
    return found


def test_what_was_filled_in_is_read_behind_its_sign() -> None:
    work = read(page([*SHEET, *FILLED]))
    assert isinstance(work, ReturnedWork)
    assert [(entry.left, entry.given) for entry in work.entries] == [("u", "-12.5"), ("dL/dw", "[0.5; 1.5]")]
    assert (work.claims.code, work.claims.students) == ("QX7M2PA", ("4711",))


def test_what_a_sheet_says_by_itself_is_no_answer() -> None:
    assert printed_sheet(PdfReader(BytesIO(page(SHEET)))).entries == ()


def test_a_print_without_numbers_is_sorted_by_what_stands_on_it() -> None:
    refused = read(page(SHEET))
    assert isinstance(refused, Refused)
    assert "no numbers of answers can be read" in refused.reason
    assert refused.names.startswith("a/scan.pdf/") and "4711" in refused.names


@pytest.mark.parametrize("fields", [True, False])
def test_answers_beside_the_fields_are_told_as_such(fields: bool) -> None:
    refused = read(page(SHEET, note=True, fields=fields))
    assert isinstance(refused, Refused)
    assert "written beside the fields: “u = -12.5”; mark it by hand" in refused.reason


@pytest.mark.parametrize("note", [True, False])
def test_fields_count_and_boxes_beside_them_are_told(note: bool) -> None:
    work = read(page(SHEET, note=note, fields=True, filled="-12.5"))
    assert isinstance(work, ReturnedWork)
    assert [(entry.left, entry.given) for entry in work.entries] == [("u", "-12.5")]
    assert work.beside == note


def test_a_scan_is_called_one_and_what_to_do_is_said() -> None:
    refused = read(scan())
    assert isinstance(refused, Refused)
    assert "a scan or photos: there is no text" in refused.reason and "overrides.csv" in refused.reason


def test_what_is_written_beside_the_fields_stands_in_the_report(tmp_path: Path) -> None:
    small = SmallClass(tmp_path / "small")
    (tmp_path / "back").mkdir()
    written_beside = page(SHEET, note=True, fields=True, filled="5").replace(b"(u)", b"(L)")
    (tmp_path / "back" / "p100.pdf").write_bytes(written_beside)
    (tmp_path / "back" / "p101.pdf").write_bytes(scan())
    small.marked(tmp_path / "back")
    assert small.states["back/p100.pdf"] == ("p100", "counted")
    assert "beside the fields" in small.reasons["back/p100.pdf"]
    assert small.states["back/p101.pdf"] == ("p101", "unreadable") and "a scan" in small.reasons["back/p101.pdf"]
    assert "Written beside the fields too" in (small.grades / "report.html").read_text("utf-8")
