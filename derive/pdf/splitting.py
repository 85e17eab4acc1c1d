"""One PDF cut into several: pages, what is stamped on them, and the form fields that stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from derive.pdf.missing_letters import Stamp

if TYPE_CHECKING:
    from pypdf import PdfReader, PdfWriter


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages `start` to `end` − 1 of a PDF, from 0, and what is to be stamped on them."""

    start: int
    end: int
    marks: tuple[Stamp, ...] = ()


def split(data: bytes, parts: Sequence[PageRange]) -> list[bytes]:
    """A PDF for each part: it has the pages, their fields under their own names, and the file's title and language."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    return [_part(reader, part) for part in parts]


def _part(reader: PdfReader, part: PageRange) -> bytes:
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    from derive.pdf.stamping import stamp

    writer = PdfWriter()
    for page in reader.pages[part.start : part.end]:
        writer.add_page(page)
    _add_form(reader, writer)
    for key in ("/Lang", "/ViewerPreferences"):
        if key in reader.root_object:
            writer.root_object[NameObject(key)] = reader.root_object[key].clone(writer)
    writer.metadata = reader.metadata
    for mark in part.marks:
        stamp(writer, writer.pages[mark.page - part.start], mark)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _add_form(reader: PdfReader, writer: PdfWriter) -> None:
    """The form of the pages that the writer has: their fields, drawn and filled as the whole file's are."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    fields = ArrayObject(
        annotation
        for page in writer.pages
        for annotation in page.get("/Annots", ())
        if annotation.get_object().get("/Subtype") == "/Widget"
    )
    if not fields:
        return
    whole = reader.root_object["/AcroForm"].get_object()
    assert isinstance(whole, DictionaryObject)
    form = DictionaryObject({NameObject(key): value.clone(writer) for key, value in whole.items() if key != "/Fields"})
    form[NameObject("/Fields")] = fields
    writer.root_object[NameObject("/AcroForm")] = form
