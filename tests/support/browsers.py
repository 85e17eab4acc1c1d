"""A browser that opens pages from disk, with the network off, as a student or a teacher does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from support.programs import path_of

READY = "document.body.dataset.ready || document.body.dataset.failed"


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path_of("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


def offline_tab(browser: Any, **viewport: int) -> Any:
    """A tab that reaches nothing; what it asks for is kept in `asked`, what fails in `failed`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900, **viewport})
    context.set_offline(True)
    return watched(context.new_page())


def watched(tab: Any) -> Any:
    """A tab that keeps the addresses it asks for, and the errors of its scripts."""
    tab.asked, tab.failed = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.failed.append(str(error)))
    return tab


def ready(tab: Any) -> None:
    """Wait until the page answers; it asked for nothing outside and nothing failed."""
    tab.wait_for_function(READY, timeout=90_000)
    assert tab.evaluate("document.body.dataset.failed") is None and tab.failed == []
    assert [url for url in tab.asked if not url.startswith(("file:", "blob:", "data:"))] == []


def flaws(tab: Any) -> Sequence[tuple[str, str]]:
    """What axe finds on the page as it is, and whether it has to be scrolled sideways."""
    from axe_playwright_python.sync_playwright import Axe

    found = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in Axe().run(tab).response["violations"]]
    if tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
        found.append(("scrolls sideways", str(tab.viewport_size)))
    return found
