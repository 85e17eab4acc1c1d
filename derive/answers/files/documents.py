"""Work in documents → text: notebooks, web pages and Word documents, with their formulas, tables and outputs."""

import json
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

MAX_INSIDE = 8_000_000
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError, RuntimeError, EOFError, OSError, zipfile.BadZipFile,
            ElementTree.ParseError)  # fmt: skip


def document_text(raw: bytes, ending: str) -> str:
    """The text of a document, by its ending. Raises ValueError for bytes that are no such document."""
    try:
        return _READERS[ending](raw)
    except _DAMAGED as error:
        raise ValueError(f"this is no {ending} document that can be read") from error


# --- notebooks -------------------------------------------------------------------------------------------------------


def _notebook(raw: bytes) -> str:
    """Cells of text as they are, lines of code and what they gave as a session."""
    data = json.loads(raw.decode("utf-8-sig", "replace"))
    lines: list[str] = []
    for number, cell in enumerate(data["cells"], 1):
        source = _joined(cell.get("source", ""))
        if cell.get("cell_type") != "code":
            lines += [*source.split("\n"), ""]
            continue
        lines += [f"In [{number}]: {line}" for line in source.split("\n") if line.strip()]
        for output in cell.get("outputs", ()):
            shown = _joined(output.get("data", {}).get("text/plain", ""))
            lines += f"Out[{number}]: {shown}".split("\n") if shown else _joined(output.get("text", "")).split("\n")
        lines.append("")
    return "\n".join(lines)


def _joined(text: Any) -> str:
    return text if isinstance(text, str) else "".join(map(str, text))


# --- web pages -------------------------------------------------------------------------------------------------------

_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "table", "section", "article", "pre", "ul", "ol", "hr",
                     *(f"h{level}" for level in range(1, 7))})  # fmt: skip
_SILENT = frozenset({"script", "style", "del", "s", "strike", "head", "template", "noscript"})
_MARKS = {"sub": ("_{", "}"), "sup": ("^{", "}"), "td": (" ", " |"), "th": (" ", " |")}
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr", "source"})


class _Page(HTMLParser):
    """Collects what is seen of a page; of a formula with its TeX beside it, the TeX."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.columns = self.rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        settings = dict(attrs)
        tex = tag == "annotation" and "tex" in (settings.get("encoding") or "")
        hidden = (
            tag in _SILENT or settings.get("aria-hidden") == "true" or (tag == "math" and "annotation" in self.rawdata)
        )
        if tag not in _VOID:
            self.open.append((tag, hidden and not tex))
        if self._is_silent and not tex:
            return
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag == "table":
            self.rows = 0
        if tag == "tr":
            self.columns = 0
            self.pieces.append("|")
        self.columns += tag in {"td", "th"}
        self.pieces.append("$" if tex else _MARKS.get(tag, ("", ""))[0])

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _ in self.open):
            return
        silent = self._is_silent
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag == "annotation":
            self.pieces.append("$")
        elif not silent:
            self.pieces.append(_MARKS.get(tag, ("", ""))[1])
            if tag == "tr":
                self.rows += 1
                rule = "\n|" + "---|" * self.columns if self.rows == 1 else ""
                self.pieces.append(rule)
            self.pieces.append("\n" if tag in _BLOCKS - {"tr"} else "")

    def handle_data(self, data: str) -> None:
        if not self._is_silent or any(name == "annotation" for name, _ in self.open):  # TeX
            self.pieces.append(data)

    @property
    def _is_silent(self) -> bool:
        return any(hidden for _, hidden in self.open)

    def text(self) -> str:
        return "".join(self.pieces)


def _page(raw: bytes) -> str:
    page = _Page()
    page.feed(raw.decode("utf-8-sig", "replace"))
    page.close()
    return page.text()


# --- Word ------------------------------------------------------------------------------------------------------------

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def _word(raw: bytes) -> str:
    with zipfile.ZipFile(BytesIO(raw)) as archive, archive.open("word/document.xml") as file:
        xml = file.read(MAX_INSIDE + 1)
    if len(xml) > MAX_INSIDE or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise LookupError("the document is too large, or defines entities")
    body = ElementTree.fromstring(xml).find(f"{_W}body")
    return "" if body is None else "\n".join(_blocks(body))


def _blocks(parent: ElementTree.Element) -> Iterator[str]:
    """The paragraphs, and the rows of tables with bars."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield _inline(child)
        elif child.tag == f"{_W}tbl":
            for number, row in enumerate(child.iter(f"{_W}tr")):
                cells = [" ".join(_blocks(cell)) for cell in row.iter(f"{_W}tc")]
                yield "| " + " | ".join(cells) + " |"
                if number == 0:
                    yield "|" + "---|" * len(cells)
        elif child.tag not in {f"{_W}del", f"{_W}moveFrom"}:
            yield from _blocks(child)


def _inline(element: ElementTree.Element) -> str:
    return "".join(map(_part, element))


def _part(element: ElementTree.Element) -> str:
    """What stands in a run or a formula; struck-out and deleted text is none."""
    tag = element.tag.removeprefix(_W)
    if tag in {"del", "moveFrom"} or (tag == "r" and _is_struck(element)):
        return ""
    if tag in {"br", "cr"}:
        return "\n"
    if tag == "tab":
        return "\t"
    if element.tag in {f"{_W}t", f"{_M}t"}:
        return element.text or ""
    if element.tag.startswith(_M) and (form := _FORMS.get(element.tag.removeprefix(_M))):
        return form({child.tag.removeprefix(_M): _inline(child) for child in element}, element)
    if element.tag in {f"{_M}rPr", f"{_M}ctrlPr", f"{_W}rPr", f"{_W}pPr"}:
        return ""
    text = _inline(element)
    vertical = element.find(f"{_W}rPr/{_W}vertAlign") if tag == "r" else None
    place = vertical.get(f"{_W}val") if vertical is not None else ""
    return f"_{{{text}}}" if place == "subscript" else f"^{{{text}}}" if place == "superscript" else text


def _is_struck(run: ElementTree.Element) -> bool:
    strike = run.find(f"{_W}rPr/{_W}strike")
    return strike is not None and strike.get(f"{_W}val") not in {"0", "false"}


Parts = dict[str, str]


def _matrix(_: Parts, element: ElementTree.Element) -> str:
    rows = [" & ".join(_inline(cell) for cell in row.iter(f"{_M}e")) for row in element.iter(f"{_M}mr")]
    return "[" + "; ".join(rows) + "]"


def _bracketed(parts: Parts, element: ElementTree.Element) -> str:
    if element.find(f"{_M}e/{_M}m") is not None:
        return parts.get("e", "")
    sign = element.find(f"{_M}dPr/{_M}begChr")
    opening = (sign.get(f"{_M}val") if sign is not None else None) or "("
    inside = ", ".join(_inline(child) for child in element.findall(f"{_M}e"))
    return f"[{inside}]" if opening == "[" else f"({inside})"


_FORMS: dict[str, Callable[[Parts, ElementTree.Element], str]] = {
    "f": lambda parts, _: rf"\frac{{{parts.get('num', '')}}}{{{parts.get('den', '')}}}",
    "sSub": lambda parts, _: f"{parts.get('e', '')}_{{{parts.get('sub', '')}}}",
    "sSup": lambda parts, _: f"{parts.get('e', '')}^{{{parts.get('sup', '')}}}",
    "sSubSup": lambda parts, _: f"{parts.get('e', '')}_{{{parts.get('sub', '')}}}^{{{parts.get('sup', '')}}}",
    "rad": lambda parts, _: rf"\sqrt{{{parts.get('e', '')}}}",
    "acc": lambda parts, _: rf"\hat{{{parts.get('e', '')}}}",
    "m": _matrix,
    "d": _bracketed,
}
_READERS = {".ipynb": _notebook, ".html": _page, ".htm": _page, ".docx": _word}
