"""The page that a server of this computer serves, in browsers: the same page, answered by Python on this machine.

It may evaluate no text, so what a test waits for are selectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from support.accessibility import flaws
from support.browsers import BOTH, ONE, browsing, watched

from derive import examples
from derive.errors import ToolError
from derive.pdf.engines import find_engine
from derive.problem.problem import Problem
from derive.studio.server.opening import studio_server
from derive.studio.server.studio_server import StudioServer

pytestmark = pytest.mark.slow
FIELD = ".cm-content"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "hand_out.toml").write_text(examples.path("slp3_logistic").read_text("utf-8"), "utf-8")
    with studio_server(folder / "hand_out.toml", folder / "made") as made:
        thread = Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(scope="module", params=BOTH)
def browser(request: pytest.FixtureRequest) -> Iterator[Any]:
    with browsing(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def tab(server: StudioServer, browser: Any) -> Iterator[Any]:
    tab = watched(browser.new_page())
    tab.goto(server.gate.address)
    tab.wait_for_selector("body[data-ready], body[data-failed]")
    tab.wait_for_selector(FIELD)
    yield tab
    assert tab.failed == []
    own = f"http://127.0.0.1:{server.server_port}"
    assert [url for url in tab.asked if not url.startswith((own, "blob:", "data:"))] == []


def has_engine() -> bool:
    try:
        return bool(find_engine())
    except ToolError:
        return False


def write(tab: Any, whole: str) -> None:
    before = tab.get_attribute("body", "data-shown")
    tab.fill(FIELD, whole)
    tab.wait_for_selector(f"body:not([data-shown='{before}'])")


def test_saving_writes_the_file_on_disk(tab: Any, server: StudioServer) -> None:
    file = server.desk.folder / "hand_out.toml"
    write(tab, tab.input_value("#problem").replace('title = "', 'title = "By hand: '))
    assert "By hand" in tab.inner_text("#page h1") and "By hand" not in file.read_text("utf-8")
    tab.press(FIELD, "Control+s")
    tab.wait_for_selector("#made >> text=Saved: hand_out.toml")
    assert Problem.load(file).title.startswith("By hand")
    tab.reload()
    tab.wait_for_selector("body[data-ready], body[data-failed]")
    tab.wait_for_selector(FIELD)
    assert tab.input_value("#problem") == file.read_text("utf-8")


def test_a_file_that_changed_meanwhile_is_asked_about(tab: Any, server: StudioServer) -> None:
    file = server.desk.folder / "hand_out.toml"
    file.write_text("# by another editor\n", "utf-8")
    write(tab, tab.input_value("#problem").replace("By hand", "By two hands"))
    tab.get_by_role("button", name="Save", exact=True).click()
    over = tab.get_by_role("button", name="Save over it")
    over.wait_for()
    assert file.read_text("utf-8") == "# by another editor\n"
    over.click()
    tab.wait_for_selector("#made >> text=Saved: hand_out.toml")
    assert "By two hands" in file.read_text("utf-8")


@ONE
def test_pdf_is_one_click_where_an_engine_is(tab: Any, server: StudioServer) -> None:
    tab.get_by_role("button", name="PDF").click()
    tab.wait_for_selector("#made a, #made .fault", timeout=120_000)
    if has_engine():
        made = server.desk.output / "hand_out.pdf"
        assert made.read_bytes().startswith(b"%PDF") and tab.get_attribute("#made a", "href").startswith("/made/")
    else:
        assert "hand_out.tex" in tab.inner_text("#made .fault")


@ONE
def test_the_served_page_is_accessible(tab: Any) -> None:
    tab.get_by_role("button", name="Class", exact=True).click()
    assert flaws(tab) == []
