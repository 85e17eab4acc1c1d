"""Tables and charts of counts, in every format that pages have."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import combinations

import pytest
from support.latex import compiled
from support.latex_logs import missing_glyphs, overfull
from support.solutions import solved

from derive.figures import Bar, BarPart, Chart
from derive.figures.drawing.arrange import drawing_of
from derive.figures.drawing.measures import PAGE_WIDTH
from derive.figures.drawing.primitives import TONES, Rectangle, Text
from derive.figures.renderers import svg as svg_drawer
from derive.figures.renderers import tikz as tikz_drawer
from derive.figures.renderers.words import figure_words
from derive.notation.notations import TEX, UNICODE
from derive.page.document import Document, FigureBlock, Heading, Paragraph, Section, Sentence, Table, TableColumn
from derive.page.view import View
from derive.page.workings import Workings
from derive.solution import Solution
from derive.writers import WRITERS
from derive.writers.figure_labels import FigureLabels
from derive.writers.html import HtmlWriter

PARTS = tuple(BarPart(f"{tone} 100 % & more_of {{it}}", tone) for tone in TONES if tone != "bar")


def notes() -> Solution:
    return solved("notes")


def lying() -> Chart:
    names = [step.name for step in notes().blueprint.derivation.steps]
    return Chart("lying", PARTS, tuple(Bar(name, (30 - i, i, 1, 0, 2, i)) for i, name in enumerate(names)))


UPRIGHT = Chart(
    "upright", (BarPart("students", "bar"),), tuple(Bar(str(i), (i * i,)) for i in range(14)), "marks_&_more"
)
CHARTS = {"lying": lying, "upright": lambda: UPRIGHT}


def labels(tex: bool) -> FigureLabels:
    page, document = notes().blueprint.page, notes().blueprint.document
    return FigureLabels(View(notes().run, page.notation(TEX if tex else UNICODE, document), Workings()))


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("tex", [True, False])
def test_the_bars_fill_the_page_and_nothing_overlaps(kind: str, tex: bool) -> None:
    script = (tikz_drawer if tex else svg_drawer).SCRIPT
    drawing = drawing_of(CHARTS[kind](), labels(tex), script)
    assert drawing.width <= PAGE_WIDTH
    boxes = [
        (*box.at, box.at[0] + box.width, box.at[1] + box.height) for box in drawing.shapes if isinstance(box, Rectangle)
    ]
    assert boxes and all(x >= 0 and y >= 0 and a <= drawing.width and b <= drawing.height for x, y, a, b in boxes)
    for one, two in combinations(boxes, 2):
        assert one[2] <= two[0] + 1e-6 or two[2] <= one[0] + 1e-6 or one[3] <= two[1] or two[3] <= one[1]
    texts = [text for text in drawing.shapes if isinstance(text, Text)]
    assert {count for bar in CHARTS[kind]().bars for count in map(str, bar.counts)} & {text.content for text in texts}


def test_bars_are_as_long_as_their_counts() -> None:
    chart = Chart("lying", PARTS[:2], (Bar("a", (3, 1)), Bar("b", (2, 0))))
    boxes = [box for box in drawing_of(chart, labels(False), svg_drawer.SCRIPT).shapes if isinstance(box, Rectangle)][
        2:
    ]
    assert [box.style for box in boxes] == ["correct", "precision", "correct"]
    assert boxes[0].width == pytest.approx(3 * boxes[1].width) == pytest.approx(1.5 * boxes[2].width)


def test_a_chart_says_its_counts_in_words() -> None:
    chart = Chart(
        "lying", (BarPart("right", "correct"), BarPart("wrong", "wrong")), (Bar("a", (3, 1)), Bar("b", (0, 0)))
    )
    assert figure_words(chart, labels(False)).splitlines() == ["a: 3 right, 1 wrong", "b: 0"]


@pytest.mark.parametrize("kind", CHARTS)
def test_the_svg_of_a_chart_stands_alone(kind: str) -> None:
    root = ET.fromstring(svg_drawer.svg(CHARTS[kind](), labels(False), "a < b"))
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "a < b"
    assert root.findtext("{http://www.w3.org/2000/svg}desc") == figure_words(CHARTS[kind](), labels(False))


def said(text: str) -> Sentence:
    return Sentence("=", {"text": text})


COLUMNS = (TableColumn(said("step & name")), TableColumn(said("count"), "number"), TableColumn(said("why"), "long"))
ROWS = tuple((said(f"z_{i} | <b>"), said(str(i)), said("a reason that is long " * i)) for i in range(45))
PAGE = Document(
    "A page <1> & more",
    "en",
    {},
    (
        Section(
            (
                Heading(said("Rows & columns")),
                Paragraph((said("Said <so>."), said("And more."))),
                Table(COLUMNS, ROWS),
                FigureBlock(lying(), "steps", "How <each> step went"),
                FigureBlock(UPRIGHT, "scores", "Scores"),
                *notes().blueprint.document.sections[0].blocks,
            )
        ),
    ),
)


def page(form: str) -> str:
    writer = HtmlWriter() if form == "html" else WRITERS[form]
    return writer.render(writer.compile(PAGE, notes().blueprint.page), notes().run)


def test_a_table_fits_a_terminal() -> None:
    lines = page("txt").splitlines()
    assert max(map(len, lines)) <= 100
    assert next(line for line in lines if line.startswith("z_7 ")).split()[:4] == ["z_7", "|", "<b>", "7"]


def test_a_table_in_markdown_keeps_its_columns() -> None:
    rows = [line for line in page("md").splitlines() if line.startswith("|")]
    assert rows[1] == "|---|---:|---|"
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows[:47]} == {4}


@pytest.mark.slow
def test_tables_and_charts_compile_in_latex() -> None:
    log = compiled(page("tex")).log
    assert overfull(log) == missing_glyphs(log) == []


VOID = {"meta", "rect", "path", "circle", "wbr", "mspace", "input"}


class Outline(HTMLParser):
    """Checks that every element is closed, and keeps the texts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not {"src", "href", "onclick", "onload"} & {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_stands_alone_and_is_well_formed() -> None:
    outline = Outline()
    outline.feed(page("html"))
    assert outline.open == []
    assert {"h1", "h2", "p", "table", "th", "td", "svg", "desc", "math"} <= outline.seen
    assert not {"pre", "link", "img", "iframe"} & outline.seen
    for text in ("A page <1> & more", "Said <so>. ", "z_7 | <b>", "a reason that is long", "How <each> step went"):
        assert text.strip() in outline.text
