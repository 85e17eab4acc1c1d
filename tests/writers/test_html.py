"""The page in HTML: its mathematics is well-formed MathML Core, it stands alone, and a browser shows it as it is meant.

A browser breaks no line inside a formula, so that a formula wider than a small screen has to scroll by itself.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.accessibility import SIDEWAYS, flaws
from support.browsers import chromium
from support.solutions import solved, written

import derive
from derive import examples
from derive.answers.feedback.report_files import text
from derive.notation.mathml import OPERATORS
from derive.problem.problem import Problem
from derive.sheets import SheetWriter
from derive.writers.layout.formula_flow import LONGEST, breadth, parts_of_line

NAMES = examples.names()
ARITY = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3}
TOKENS = {"mi", "mn", "mo", "mtext", "mspace"}
FORMULA = re.compile(r"<math[^>]*>.*?</math>", re.DOTALL)
A4 = 673
"""The width of A4 between the margins of print, in CSS pixels."""
LARGEST = 400_000
"""Bytes of a page, with its font."""


def sheet(name: str, page: str) -> str:
    writer = SheetWriter.of(Problem.load(examples.path(name)))
    return writer.text(page, "html", solved(name))


def feedback(name: str) -> str:
    work = {"z_1": "[3,9; 12,2; ; 20]", "z_2": "18,3", "A_2": "sigma(", "dL/dW_2": "[1; 2; 3]"}
    return text(derive.check(solved(name), work), solved(name), "html")


PAGES = {
    "notes": lambda: written("notes", "html"),
    "adam": lambda: written("adam_network", "html"),
    "attention": lambda: written("self_attention", "html"),
    "filters": lambda: written("conv_channels", "html"),
    "sheet": lambda: sheet("notes", "sheet"),
    "key": lambda: sheet("mazur", "key"),
    "feedback": lambda: feedback("notes"),
}

# --- the text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_is_mathml_core(name: str) -> None:
    page = written(name, "html")
    assert "<pre" not in page and len(page.encode()) < LARGEST
    for formula in FORMULA.findall(page):
        for element in ET.fromstring(formula).iter():
            beside = [element.text, *(child.tail for child in element)] if element.tag not in TOKENS else []
            assert not "".join(part.strip() for part in beside if part), formula
            assert len(element) == ARITY.get(element.tag, len(element)), formula


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_alone(page: str) -> None:
    made = PAGES[page]()
    assert not re.findall(r"""\s(?:src|href)=|url\((?!data:)|@import""", made)
    assert "<math" in made and "<pre" not in made


def test_a_sheet_has_a_field_for_each_blank() -> None:
    fields = re.findall(r'<input name="([^"]+)" aria-label="[^"]+"', sheet("notes", "sheet"))
    assert {"z_1[1]", "A_2", "dL/dW_1[2,3]"} <= set(fields) and len(fields) == len(set(fields))
    assert "<input" not in sheet("notes", "key")


def test_what_could_not_be_read_is_marked_in_its_text() -> None:
    assert "<code>" in feedback("notes") and "<mark>" in feedback("notes")


def test_a_notebook_shows_the_page_in_a_frame() -> None:
    shown = solved("mazur")._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/markdown", "text/plain"}
    assert shown["text/html"].startswith("<iframe") and "&lt;math" in shown["text/html"]


# --- long formulas ---------------------------------------------------------------------------------------------------

PLUS, TERM = '<mo form="infix">+</mo>', "<mn>0.123456</mn>"
LONG = PLUS.join([TERM] * 12)


def test_a_long_sum_stands_in_pieces_each_from_a_sign_on() -> None:
    found = parts_of_line(LONG)
    assert "".join(found) == LONG and 1 < len(found) < 12
    assert all(piece.startswith(PLUS) for piece in found[1:]) and all(breadth(piece) <= LONGEST for piece in found)


@pytest.mark.parametrize("around", [("<mfrac><mrow>", "</mrow><mn>2</mn></mfrac>"), ("<mrow>", "</mrow>")])
def test_nothing_is_cut_inside_a_fraction_or_brackets(around: tuple[str, str]) -> None:
    assert parts_of_line(LONG.join(around)) == [LONG.join(around)]


def test_parentheses_are_cut_only_where_they_are_too_long_themselves() -> None:
    times, opening, closing = '<mo form="infix">·</mo>', OPERATORS["("], OPERATORS[")"]
    short = f"{opening}{TERM}{PLUS}{TERM}{closing}"
    found = parts_of_line(times.join([TERM, short, TERM, short]))
    assert len(found) > 1 and all(piece.startswith(times) for piece in found[1:])
    assert any(piece.startswith(PLUS) for piece in parts_of_line(f"{TERM}{times}{opening}{LONG}{closing}"))


def test_a_long_power_has_its_exponent_at_the_last_parenthesis() -> None:
    opening, closing, square = OPERATORS["("], OPERATORS[")"], "<mrow><mn>2</mn></mrow>"
    found = parts_of_line(f"<msup><mrow>{opening}{LONG}{closing}</mrow>{square}</msup>")
    assert len(found) > 1 and found[0].startswith(opening) and found[-1].endswith(f"<msup>{closing}{square}</msup>")


def test_a_matrix_is_as_wide_as_its_widest_row() -> None:
    wide, narrow = (f"<mtr>{f'<mtd>{TERM}</mtd>' * count}</mtr>" for count in (3, 1))
    assert breadth(f"<mtable>{wide}{narrow}</mtable>") == breadth(f"<mtable>{wide}</mtable>") > breadth(TERM) * 3


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def opened(browser: Any, folder: Path, page: str, width: int) -> Any:
    """A page in the browser; it may ask for nothing and no script of it may fail."""
    path = folder / "page.html"
    path.write_text(page, "utf-8")
    tab = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    tab.asked, tab.failed = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.failed.append(str(error)))
    tab.goto(path.as_uri())
    assert tab.failed == [] and all(url.startswith(("file:", "data:")) for url in tab.asked)
    return tab


@pytest.mark.slow
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible(browser: Any, tmp_path: Path, page: str) -> None:
    """Narrow and wide, light and dark, most pages each once: axe finds nothing, the page does not scroll sideways."""
    tab = opened(browser, tmp_path, PAGES[page](), 1280)
    if page == "notes":
        assert flaws(tab) == []
    else:
        assert flaws(tab, [375], ["light"]) + flaws(tab, [1280], ["dark"]) == []


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_one_pale_text_among_thousands_is_found(browser: Any, tmp_path: Path) -> None:
    """The test of the test: of each look some texts are asked, and a text that is paler has a look of its own."""
    tab = opened(browser, tmp_path, PAGES["notes"](), 1280)
    pale = tab.locator("mn:visible", has_text=re.compile(r"\d\d")).nth(20)
    pale.evaluate("text => text.style.color = '#e0e0e0'")
    (flaw,) = flaws(tab, [1280], ["light"])
    assert flaw[:3] == (1280, "light", "color-contrast") and "224, 224, 224" in flaw[3]


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_no_example_scrolls_sideways_on_a_small_screen(browser: Any, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, written("notes", "html"), 375)
    cut = {}
    for name in NAMES:
        tab.set_content(written(name, "html"))
        cut[name] = tab.evaluate(SIDEWAYS)
    assert {name: more for name, more in cut.items() if more > 0} == {}


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_examples_are_accessible(browser: Any, tmp_path: Path) -> None:
    """A sample of them, narrow and dark; all of them were at both widths and in both colours when this was written."""
    tab = opened(browser, tmp_path, PAGES["notes"](), 375)
    for name in NAMES[5::16]:
        tab.set_content(written(name, "html"))
        assert flaws(tab, [375], ["dark"]) == [], name


@pytest.mark.slow
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("page", ["adam", "attention", "filters", "feedback"])
def test_what_is_printed_fits_on_the_paper(browser: Any, tmp_path: Path, page: str) -> None:
    tab = opened(browser, tmp_path, PAGES[page](), A4)
    tab.emulate_media(media="print")
    wide = tab.evaluate("""() => [...document.querySelectorAll(".wide, .table, .picture, p, .lines")].filter(
        each => each.scrollWidth > each.clientWidth + 2).map(each => [each.className, each.scrollWidth])""")
    assert wide == [] and tab.evaluate(SIDEWAYS) <= 0


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_brackets_are_as_high_as_their_matrix(browser: Any, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, written("notes", "html"), 1280)
    heights = tab.evaluate("""() => [...document.querySelectorAll("mtable")].map(table =>
        [table.getBoundingClientRect().height, table.previousSibling.getBoundingClientRect().height])""")
    assert heights and all(bracket >= 0.9 * matrix for matrix, bracket in heights)


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_stepping_shows_line_after_line(browser: Any, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, written("notes", "html"), 1280)

    def seen() -> int:
        return int(tab.evaluate("document.querySelectorAll('.step .line:not(.later)').length"))

    every = seen()
    tab.click("[data-do=start]")
    assert seen() == 1
    tab.keyboard.press("n")
    assert seen() == 2
    tab.keyboard.press("Shift+N")
    third = seen()
    assert third > 3 and tab.is_visible(".step:nth-of-type(1)")
    tab.click("[data-do=back]")
    assert seen() == third - 1
    tab.keyboard.press("Escape")
    assert seen() == every


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_a_name_lights_up_where_it_is_defined_and_used(browser: Any, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, written("notes", "html"), 1280)
    tab.hover("[data-name='z_2'] >> nth=1")
    lit = tab.evaluate("[...document.querySelectorAll('.lit')].map(found => found.dataset.name)")
    assert set(lit) == {"z_2"} and len(lit) > 3
    assert tab.evaluate("document.querySelector('.defined').parentNode.dataset.step") == "z_2"
    tab.focus(".step[data-step='A_1'] > summary")
    assert tab.evaluate("document.querySelector('.lit').dataset.name") == "A_1"


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_a_step_folds_without_a_script(browser: Any, tmp_path: Path) -> None:
    page = re.sub("<script>.*?</script>", "", written("notes", "html"), flags=re.DOTALL)
    tab = opened(browser, tmp_path, page, 375)
    tab.click(".step >> nth=1 >> summary")
    assert not tab.is_visible(".step >> nth=1 >> .line >> nth=0") and tab.is_visible(".step >> nth=1 >> .about")


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_answers_typed_into_a_sheet_are_saved_as_an_answer_file(browser: Any, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, sheet("notes", "sheet"), 1280)
    tab.fill("[name='z_2']", "18,3")
    tab.fill("[name='z_1[2]']", "12,1")
    with tab.expect_download() as download:
        tab.click("[data-do=save]")
    download.value.save_as(tmp_path / "answers.csv")
    report = derive.check(solved("notes"), tmp_path / "answers.csv")
    assert report["z_2"].verdict == "correct" and report["z_1"].entries[1] == "correct"
