"""A sheet whose filled fields were printed into the page: its numbers by where they stand, behind which sign.

What a sheet says by itself is no answer: a number counts only where it was set by the form, or in a font that sets no
words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from derive.answers.files.columns import AnswerLine

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_PAGES, MAX_CHUNKS, MAX_WORDS = 40, 20_000, 40
BASELINE, FRACTION, TALL, FAR = 4.0, 10.0, 40.0, 260.0
"""How far apart, in points, stand the parts of a line, a numerator and the line, entries of an array, a number and its
sign."""
Placing: TypeAlias = tuple[float, float, float, float, float, float]
_PLAIN: Placing = (1, 0, 0, 1, 0, 0)
_VALUE = re.compile(r"[-+−–\d.,;eE·×^*/()\[\]\s]*\d[-+−–\d.,;eE·×^*/()\[\]\s⁻⁰¹²³⁴-⁹]*")
_SIGN = re.compile(r".*[=≈]\s*", re.DOTALL)
_NUMBER = re.compile(r"^\s*\d{1,2}\)\s*")
_WHOSE = re.compile(r"\((?P<student>[^()\s]{1,60})\)\s+[^\s:：]{1,20}\s?[:：]\s*(?P<code>[0-9A-Z]{4,12})\b")


@dataclass(frozen=True, slots=True)
class PrintedChunk:
    """A piece of text with where it stands, in points from the lower left, and the family of its font; "" for that of a
    field.
    """

    x: float
    y: float
    text: str
    font: str = ""


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """What is printed on the pages: the numbers by the names before their signs, the code and id of the sheet, the
    first words, and whether there are pictures, as of a scan.
    """

    entries: tuple[AnswerLine, ...]
    code: str
    student: str
    words: str
    pictures: bool = False


def printed_sheet(reader: PdfReader) -> PrintedSheet:
    """What is printed on the pages of a PDF without fields."""
    entries: list[AnswerLine] = []
    words = code = student = ""
    for page in reader.pages[:MAX_PAGES]:
        text = page.extract_text()
        words = words or " ".join(re.findall(r"[^\s/]+", text)[:MAX_WORDS])
        if whose := _WHOSE.search(text) if not code else None:
            code, student = whose["code"], whose["student"]
        entries += _entries(_chunks(page)[:MAX_CHUNKS])
    return PrintedSheet(tuple(entries), code, student, words, any(map(_has_picture, reader.pages[:MAX_PAGES])))


def _has_picture(page: PageObject) -> bool:
    resources: Any = page.get("/Resources", {})
    drawn: Any = resources.get_object().get("/XObject", {}) if resources else {}
    objects = drawn.get_object() if drawn else {}
    return any(each.get_object().get("/Subtype") == "/Image" for each in objects.values())


# --- what stands where -----------------------------------------------------------------------------------------------


def _chunks(page: PageObject) -> list[PrintedChunk]:
    """The pieces of text of a page, those of flattened fields where they were put."""
    fields = [*_fields(page)]
    inside = Counter(field.text for field in fields)
    found: list[PrintedChunk] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, _: float) -> None:
        if not text.strip():
            return
        if inside[text.strip()]:
            inside[text.strip()] -= 1
            return
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        found.append(PrintedChunk(x, y, text.strip(), _family(str((font or {}).get("/BaseFont", "?")))))

    page.extract_text(visitor_text=visit)
    return [*found, *fields]


def _family(font: str) -> str:
    """A font without the mark of its subset, its size and its style: `/ABCDEF+LMRoman10-Bold` is LMRoman."""
    return re.sub(r"^/?(?:[A-Z]{6}\+)?", "", font).split("-")[0].rstrip("0123456789")


def _fields(page: PageObject) -> Iterator[PrintedChunk]:
    """The forms that are drawn on a page, each with its text."""
    resources = page.get("/Resources", {})
    forms = resources.get_object().get("/XObject", {}) if resources else {}
    content = page.get_contents()
    at, saved = _PLAIN, list[Placing]()
    for operands, operator in content.operations if content is not None and forms else ():
        if operator == b"q":
            saved.append(at)
        elif operator == b"Q" and saved:
            at = saved.pop()
        elif operator == b"cm":
            at = _moved(at, [float(number) for number in operands])
        elif operator == b"Do":
            form = forms.get(operands[0])
            drawn: Any = form.get_object() if form is not None else {}
            text = page.extract_xform_text(drawn).strip() if drawn.get("/Subtype") == "/Form" else ""
            if text:
                yield PrintedChunk(at[4], at[5], text)


def _moved(at: Placing, by: Sequence[float]) -> Placing:
    """The placing of what is drawn after a `cm`: the PDF Reference, section 8.3.4."""
    (a, b, c, d, e, f), (p, q, r, s, x, y) = at, by
    return (p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d, x * a + y * c + e, x * b + y * d + f)


# --- which number stands behind which name ---------------------------------------------------------------------------


def _entries(chunks: Sequence[PrintedChunk]) -> Iterator[AnswerLine]:
    written = _written(chunks)
    page = [chunk for chunk in chunks if chunk not in written]
    behind: dict[PrintedChunk, list[PrintedChunk]] = {}
    for value in written:
        signs = [sign for sign in page if _SIGN.fullmatch(sign.text) and 0 < value.x - sign.x < FAR
                 and abs(value.y - sign.y) < TALL]  # fmt: skip
        if signs:
            nearest = min(signs, key=lambda sign: _apart(sign, value))
            behind.setdefault(nearest, []).append(value)
    for sign, values in behind.items():
        if name := _name(sign, page):
            yield AnswerLine(name, _array(values), None)


def _apart(sign: PrintedChunk, value: PrintedChunk) -> tuple[int, float]:
    """How many rows lie between a sign and a number, and how far that stands to the right."""
    return round(abs(value.y - sign.y) / (2 * BASELINE)), value.x - sign.x


def _written(chunks: Sequence[PrintedChunk]) -> list[PrintedChunk]:
    """The numbers that were filled in."""
    worded = {chunk.font for chunk in chunks if chunk.font and re.search(r"[^\W\d_]{2}", chunk.text)}
    signed = {chunk.font for chunk in chunks if chunk.font and re.search("[=≈]", chunk.text)}
    return [chunk for chunk in chunks if chunk.font not in worded | signed and _VALUE.fullmatch(chunk.text)]


def _name(sign: PrintedChunk, page: Sequence[PrintedChunk]) -> str:
    """What stands before the first sign of the line, a fraction with a slash."""
    line = sorted((chunk for chunk in page if abs(chunk.y - sign.y) < FRACTION and chunk.x <= sign.x), key=_across)
    first = next(chunk for chunk in line if re.search("[=≈]", chunk.text) and abs(chunk.y - sign.y) < BASELINE)
    before = [chunk for chunk in line if chunk.x < first.x]
    above = "".join(chunk.text for chunk in before if chunk.y - sign.y > BASELINE)
    below = "".join(chunk.text for chunk in before if sign.y - chunk.y > BASELINE)
    if above and below:
        return f"{above}/{below}".replace(" ", "")
    level = "".join(chunk.text for chunk in before if abs(chunk.y - sign.y) <= BASELINE)
    return _NUMBER.sub("", level + re.split("[=≈]", first.text)[0]).strip()


def _array(values: Iterable[PrintedChunk]) -> str:
    """One number, or the rows of several."""
    rows: list[list[PrintedChunk]] = []
    for value in sorted(values, key=lambda value: (-value.y, value.x)):
        if rows and abs(rows[-1][0].y - value.y) < BASELINE:
            rows[-1].append(value)
        else:
            rows.append([value])
    text = "; ".join(" ".join(value.text for value in sorted(row, key=_across)) for row in rows)
    return text if len(rows) == len(rows[0]) == 1 else f"[{text}]"


def _across(chunk: PrintedChunk) -> float:
    return chunk.x
