"""The browsers of the machine open pages from disk, with the network off, as a student or a teacher does.

Chromium is led by its own protocol, Firefox by WebDriver BiDi; neither has a window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from derive.interactive.desk import Desk
from support.programs import path_of

READY = "document.body.dataset.ready || document.body.dataset.failed"
BOTH = [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("chromium", "firefox")]
"""Parameters of what is tried in each browser."""
OWN_WORKER = """{
  const Plain = Worker;
  window.Worker = class extends Plain { constructor(script) { super(script); window.worker = this; } };
}"""
"""Lets a test ask the worker that the page starts."""
ASK = """request => new Promise(resolve => {
  const answered = ({data}) => {
    if (data.id !== "test") return;
    worker.removeEventListener("message", answered);
    resolve(JSON.parse(data.reply));
  };
  worker.addEventListener("message", answered);
  worker.postMessage({id: "test", request: JSON.stringify(request)});
})"""
"""What the page's worker replies to a request that the page knows nothing of."""
ASKED_HERE = """addEventListener("message", async event => {
  const {derive, request} = event.data ?? {};
  if (request === undefined) return;
  event.stopImmediatePropagation();
  postMessage({derive, reply: await judgedHere(request)}, "*");
})"""
"""The window around a page that is judged from outside, where there is none: it asks the process of the tests."""
ONE = pytest.mark.parametrize("browser", BOTH[:1], indirect=True, scope="module")
"""Where both browsers are there, a test that the second would only make longer."""
UNREACHABLE = {"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
               "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9}  # fmt: skip
"""Firefox with no way into a network."""
HALF_READ = "Incorrect number of children"
"""What Firefox says of a formula that it lays out before it has read it to its end."""


@contextmanager
def browsing(name: str, downloads: Path | None = None) -> Iterator[Any]:
    """A browser; Firefox saves what is downloaded into a folder, for its protocol does not tell of it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        if name == "firefox":
            opened = driver.firefox.launch(channel="moz-firefox", executable_path=path_of(name),
                                           downloads_path=downloads, firefox_user_prefs=UNREACHABLE)  # fmt: skip
        else:
            opened = driver.chromium.launch(executable_path=path_of(name), args=["--no-sandbox"])
        yield opened
        opened.close()


def chromium() -> AbstractContextManager[Any]:
    """Chromium, where one browser is enough."""
    return browsing("chromium")


def offline_tab(browser: Any, **viewport: int) -> Any:
    """A tab that reaches nothing; what it asks for is kept in `asked`, what fails in `failed`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900, **viewport})
    context.set_offline(True)
    context.add_init_script(OWN_WORKER)
    return watched(context.new_page())


def watched(tab: Any) -> Any:
    """A tab that keeps the addresses it asks for, and the errors of its scripts."""
    tab.asked, tab.failed = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: HALF_READ in str(error) or tab.failed.append(str(error)))
    return tab


def ready(tab: Any) -> None:
    """Wait until the page answers; it asked for nothing outside and nothing failed."""
    tab.wait_for_function(READY, timeout=120_000)
    assert tab.evaluate("document.body.dataset.failed") is None and tab.failed == []
    assert [url for url in tab.asked if not url.startswith(("file:", "blob:", "data:"))] == []


def judged_here(tab: Any) -> Any:
    """A tab for pages without a Python of their own, as notebooks have them: this process judges. Python in a browser
    takes seconds to start.
    """
    tab.expose_function("judgedHere", Desk().answer)
    tab.add_init_script(ASKED_HERE)
    return tab


def downloaded(tab: Any, act: Callable[[], object], downloads: Path) -> Path:
    """The file that an act has the browser save, in the folder where it saves."""
    if tab.context.browser.browser_type.name == "chromium":
        with tab.expect_download() as download:
            act()
        file = downloads / str(download.value.suggested_filename)
        download.value.save_as(file)
        return file
    before = {file: file.stat().st_mtime_ns for file in downloads.iterdir()}
    act()
    for _ in range(300):
        for file in downloads.iterdir():
            if file.suffix != ".part" and file.stat().st_size and before.get(file) != file.stat().st_mtime_ns:
                return file
        tab.wait_for_timeout(100)
    raise AssertionError("nothing was saved")


def held(browser: Any) -> int:
    """The bytes that the largest tab of a Chromium holds, with its part of what is shared, as Linux counts them."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    tabs = [process["id"] for process in processes if process["type"] == "renderer"]
    counted = (Path(f"/proc/{tab}/smaps_rollup").read_text("utf-8") for tab in tabs)
    return max(int(text.partition("Pss:")[2].split()[0]) for text in counted) * 1024
