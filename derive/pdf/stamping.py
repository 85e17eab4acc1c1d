"""Shaped words on finished pages: real text in a Type 3 font, so that it can be searched and copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from derive.pdf.shaping import Cluster, shape_word

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter
    from pypdf.generic import DictionaryObject, IndirectObject

    from derive.pdf.missing_letters import Stamp

_MOST = 255
"""A simple font has 256 codes; code 0 is left out."""


def stamp(writer: PdfWriter, page: PageObject, mark: Stamp) -> None:
    """Put a mark's text on a page of a writer."""
    from pypdf.generic import ArrayObject, NameObject

    fonts = _inside(_inside(page, "/Resources"), "/Font")
    shown = []
    for part in in_chunks(shape_word(mark.text).clusters, _MOST):
        known = tuple(dict.fromkeys(part))
        name = NameObject(f"/Stamp{len(fonts)}")
        fonts[name] = _font(writer, known)
        codes = bytes(known.index(cluster) + 1 for cluster in part)
        shown.append(f"{name} {mark.size:g} Tf <{codes.hex()}> Tj")
    text = f"q BT {mark.x:.2f} {mark.y:.2f} Td {' '.join(shown)} ET Q"
    before = page["/Contents"]
    streams = before if isinstance(before, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject([*streams, _stream(writer, text)])


def in_chunks(clusters: Sequence[Cluster], most: int) -> Iterator[Sequence[Cluster]]:
    """Pieces of at most `most`."""
    return (clusters[start : start + most] for start in range(0, len(clusters), most))


def _inside(parent: DictionaryObject, key: str) -> DictionaryObject:
    """The dictionary under a key, made where it is missing."""
    from pypdf.generic import DictionaryObject, NameObject

    found = parent.setdefault(NameObject(key), DictionaryObject()).get_object()
    assert isinstance(found, DictionaryObject)
    return found


def _font(writer: PdfWriter, clusters: Sequence[Cluster]) -> DictionaryObject:
    """A Type 3 font whose glyph at code n + 1 is cluster n."""
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject

    names = [NameObject(f"/c{code}") for code in range(1, len(clusters) + 1)]
    glyphs = {
        name: _stream(writer, f"{cluster.advance} 0 d0 {cluster.outline} f")
        for name, cluster in zip(names, clusters, strict=True)
    }
    encoding = {"/Type": NameObject("/Encoding"), "/Differences": ArrayObject([NumberObject(1), *names])}
    font = {
        "/Type": NameObject("/Font"),
        "/Subtype": NameObject("/Type3"),
        "/FontBBox": ArrayObject(map(NumberObject, (0, 0, 0, 0))),
        "/FontMatrix": ArrayObject(map(FloatObject, ("0.001", 0, 0, "0.001", 0, 0))),
        "/FirstChar": NumberObject(1),
        "/LastChar": NumberObject(len(clusters)),
        "/Widths": ArrayObject(NumberObject(cluster.advance) for cluster in clusters),
        "/Encoding": DictionaryObject(_named(encoding)),
        "/CharProcs": DictionaryObject(glyphs),
        "/Resources": DictionaryObject(),
        "/ToUnicode": _stream(writer, _to_unicode(clusters)),
    }
    return DictionaryObject(_named(font))


def _to_unicode(clusters: Sequence[Cluster]) -> str:
    """The characters of each code (PDF 32000-1:2008, 9.10.3)."""
    lines = (f"<{code:02x}> <{cluster.text.encode('utf-16-be').hex()}>" for code, cluster in enumerate(clusters, 1))
    blocks = "\n".join(f"1 beginbfchar\n{line}\nendbfchar" for line in lines)
    return f"""\
/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <01> <ff> endcodespacerange
{blocks}
endcmap CMapName currentdict /CMap defineresource pop end end"""


def _stream(writer: PdfWriter, text: str) -> IndirectObject:
    from pypdf.generic import StreamObject

    stream = StreamObject()
    stream.set_data(text.encode("ascii"))
    return writer._add_object(stream.flate_encode())  # noqa: SLF001  pypdf's documentation knows no other way


def _named(entries: Mapping[str, Any]) -> dict[Any, Any]:
    from pypdf.generic import NameObject

    return {NameObject(key): value for key, value in entries.items()}
