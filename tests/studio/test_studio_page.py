"""A teacher's path through the studio: browsers open the file from disk, with the network off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.accessibility import flaws
from support.browsers import BOTH, ONE, browsing, downloaded, offline_tab, ready

from derive import examples
from derive.commands.cli import main
from derive.interactive.exercise import Source
from derive.interactive.practice_page import practice_page
from derive.problem.problem import Problem

pytestmark = pytest.mark.slow
FIELD = ".cm-content"
LARGEST = 17_000_000  # bytes of the page


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studio")
    assert main(["practice", "-o", str(folder)]) == 0
    made = folder / "studio.html"
    assert made.stat().st_size < LARGEST
    return made


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module", params=BOTH)
def browser(request: pytest.FixtureRequest, downloads: Path) -> Iterator[Any]:
    for file in downloads.iterdir():
        file.unlink()  # beside what the other browser saved a name would get a number
    with browsing(request.param, downloads) as opened:
        yield opened


@pytest.fixture(scope="module")
def tab(browser: Any, file: Path) -> Any:
    """The page in a browser that asks for nothing; it can be read before it answers."""
    tab = offline_tab(browser)
    tab.goto(file.as_uri())
    assert tab.is_visible("#page .result") and text(tab).startswith("# Source")
    ready(tab)
    return tab


def text(tab: Any) -> str:
    return str(tab.input_value("#problem"))


def write(tab: Any, whole: str) -> None:
    """Write the whole file anew, and wait until it was worked out."""
    follows(tab, lambda: tab.fill(FIELD, whole))


def follows(tab: Any, act: Callable[[], object]) -> None:
    """Do something, and wait until the page has followed."""
    before = tab.evaluate("document.body.dataset.shown")
    act()
    tab.wait_for_function("before => document.body.dataset.shown !== before", arg=before, timeout=90_000)


def open_built_in(tab: Any, name: str) -> None:
    """Open a built-in problem from the gallery: no test needs what another has left in the page."""
    if text(tab) != examples.path(name).read_text("utf-8"):
        tab.click("#to-gallery")
        follows(tab, lambda: tab.click(f"[data-example='{name}']"))
    assert tab.input_value("#name") == name
    title = Problem.load(examples.path(name)).title
    tab.wait_for_function("title => document.querySelector('#page h1').textContent === title", arg=title)


def saved(tab: Any, button: str, downloads: Path) -> Path:
    found = tab.locator("#downloads").get_by_role("button", name=button, exact=True)
    return downloaded(tab, found.click, downloads)


def test_the_page_follows_what_is_written(tab: Any) -> None:
    open_built_in(tab, "notes")
    write(tab, text(tab).replace("Y = 18", "Y = 17.5").replace("3–3–1", "three layered"))
    assert "three layered" in tab.inner_text("#page h1")
    assert tab.locator("#page math").filter(has_text="17,5").count() > 1


def test_a_slip_is_told_at_its_line_and_the_page_stays(tab: Any) -> None:
    open_built_in(tab, "notes")
    right = text(tab)
    write(tab, right.replace("ReLU(z_1)", "ReLU(z_7)"))
    line = text(tab)[: text(tab).index("ReLU(z_7)")].count("\n") + 1
    message = tab.locator("#faults button")
    assert message.inner_text().startswith(f"Line {line}: ") and "z_7" in message.inner_text()
    tab.wait_for_function("document.querySelector('#announce').textContent.includes('z_7')")
    under = tab.locator(".cm-line", has_text="A_1 = ReLU(").locator("xpath=following-sibling::*[1]")
    assert "z_7" in under.inner_text() and tab.inner_text(".slip") == "z_7"
    tab.click("#to-gallery")
    tab.click("#to-file")
    message.click()
    assert tab.evaluate("getSelection().toString()") == "z_7"
    assert tab.is_visible("#page .result") and "Messages: 1" in tab.inner_text("#state")
    write(tab, right)
    assert tab.is_hidden("#faults")


def test_operations_and_names_are_offered_as_they_are_typed(tab: Any) -> None:
    open_built_in(tab, "notes")
    tab.locator(".cm-line", has_text="L   = ").first.click()
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    tab.keyboard.type("q = softpl")
    tab.wait_for_selector(".cm-tooltip-autocomplete [aria-selected] >> text=softplus")
    assert "smooth ReLU" in tab.inner_text(".cm-completionInfo")
    tab.wait_for_timeout(100)  # what has just come up is not taken by a key meant for the text
    tab.keyboard.press("Enter")
    tab.keyboard.type("W_")
    tab.wait_for_selector(".cm-tooltip-autocomplete >> text=W_2")
    assert "1×3" in tab.locator(".cm-tooltip-autocomplete li", has_text="W_2").inner_text()
    tab.keyboard.press("Escape")
    follows(tab, lambda: tab.keyboard.type("2 W_2^T"))
    assert "q = softplus(W_2 W_2^T)" in text(tab)


@ONE
def test_a_plain_field_is_there_for_who_wants_it(tab: Any) -> None:
    open_built_in(tab, "notes")
    plain = tab.get_by_role("button", name="Plain text")
    plain.click()
    assert tab.locator(FIELD).count() == 0 and tab.is_visible("#problem")
    follows(tab, lambda: tab.fill("#problem", text(tab).replace("A_1 = ReLU(z_1)", "A_1 = softplus(z_1)")))
    plain.click()
    tab.wait_for_selector(FIELD)
    assert "softplus(z_1)" in text(tab) and "softplus(z_1)" in tab.inner_text(FIELD)


def test_a_built_in_problem_is_opened(tab: Any) -> None:
    open_built_in(tab, "notes")
    write(tab, text(tab).replace("3–3–1", "three layered"))
    open_built_in(tab, "mazur")
    assert text(tab) == examples.path("mazur").read_text("utf-8")
    tab.click("#back")
    tab.wait_for_function("document.querySelector('#name').value === 'notes'")
    assert "three layered" in text(tab)
    follows(tab, lambda: tab.click("#back"))
    assert tab.input_value("#name") == "mazur"


def test_a_form_writes_the_network_into_the_file(tab: Any) -> None:
    tab.click("#to-network")
    assert "equations" in tab.inner_text("#network")
    tab.fill("#sizes", "2-2-1")
    follows(tab, lambda: tab.get_by_role("button", name="New network").click())
    tab.wait_for_selector("#layer-2-units")
    tab.focus("#layer-1-units + input")
    follows(tab, lambda: tab.keyboard.press("ArrowRight"))
    assert tab.input_value("#layer-1-units") == "3" and "{ units = 3, " in text(tab)
    follows(tab, lambda: tab.select_option("#layer-1-activation", "tanh"))
    assert '{ units = 3, activation = "tanh" }' in text(tab)
    follows(tab, lambda: tab.get_by_role("button", name="Add a layer").click())
    assert tab.evaluate("document.activeElement.id") == "layer-3-kind"
    follows(tab, lambda: tab.get_by_role("button", name="Move layer 3 up").click())
    problem = Problem.loads(text(tab))
    assert {given.name.id: given.shape for given in problem.givens if given.name.id.startswith("W")} == {
        "W_1": (3, 2), "W_2": (2, 3), "W_3": (1, 2),
    }  # fmt: skip
    assert tab.is_hidden("#faults")
    follows(tab, lambda: tab.get_by_role("button", name="Remove layer 2").click())
    follows(tab, lambda: tab.select_option("#loss", "binary cross entropy"))
    assert 'loss = "binary cross entropy"' in text(tab) and "W_3" not in text(tab)
    tab.click("#to-file")
    write(tab, text(tab).replace("units = 3", "units = 4"))
    tab.click("#to-network")
    assert tab.input_value("#layer-1-units") == "4" and "W_1" in tab.inner_text("#faults")
    follows(tab, lambda: tab.fill("#layer-1-units", "3"))
    assert tab.is_hidden("#faults")
    tab.click("#to-file")
    tab.click("#back")


@ONE
def test_what_takes_too_long_is_stopped(tab: Any) -> None:
    open_built_in(tab, "mazur")
    short = text(tab)
    tab.fill(FIELD, short.replace("steps = 1\n", "steps = 900000\nshow = [1]\n"))
    tab.click("#stop", timeout=30_000)
    tab.wait_for_function("document.querySelector('#state').textContent.startsWith('Stopped')")
    write(tab, short.replace('title = "', 'title = "Once more, and quickly: '))
    assert "quickly" in tab.inner_text("#page h1") and tab.is_hidden("#stop")


def test_everything_is_saved_as_a_file(tab: Any, downloads: Path) -> None:
    open_built_in(tab, "mazur")
    write(tab, text(tab).replace('title = "', 'title = "Once more: '))
    problem = saved(tab, "Problem", downloads)
    assert problem.name == "mazur.toml" and Problem.load(problem).title.startswith("Once more")
    for button, form in (("HTML", "html"), ("Markdown", "md"), ("LaTeX", "tex")):
        page = saved(tab, button, downloads)
        assert page.name == f"mazur.{form}" and "Once more" in page.read_text("utf-8")
    page = saved(tab, "Page to practise", downloads)
    assert page.name == "mazur-practice.html"
    assert page.read_text("utf-8") == practice_page(Source(text(tab), "mazur")), "the page made outside, which judges"


@ONE
def test_the_page_is_accessible(tab: Any) -> None:
    """With messages, the form and the gallery, at two widths, light and dark."""
    tab.click("#to-network")
    follows(tab, lambda: tab.get_by_role("button", name="New network").click())
    tab.click("#to-file")
    write(tab, text(tab).replace('loss = "', 'los = "'))
    for place in ("file", "network", "gallery"):
        tab.click(f"#to-{place}")
        assert flaws(tab) == [], place


def test_what_is_written_is_there_again_after_a_reload(tab: Any, browser: Any) -> None:
    open_built_in(tab, "mazur")
    write(tab, text(tab).replace('title = "', 'title = "Once more: '))
    tab.reload()
    assert "Once more" in text(tab)
    if browser.browser_type.name == "chromium":  # Python starts once more, which takes long
        ready(tab)
        assert "Once more" in tab.inner_text("#page h1")
