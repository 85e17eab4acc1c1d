"""The file to practise in, as a student meets it: read, ready, judged, redrawn, in the browsers of this machine.

What stands beside it is asked by nobody but the page itself: each row says how long it may take. The browsers open the
file from disk, with the network off. `--texts` makes every built-in page in the browser too, and says which differ.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from measure import HERE, table

sys.path.insert(0, str(HERE.parent / "tests"))

from support.browsers import browsing, offline_tab, ready, with_engine

from derive import examples
from derive.commands.cli import main as command
from derive.interactive.desk import Desk

ANSWERS = 100
JUDGED = """([name, text]) => new Promise(done => {
  const field = document.querySelector(`#exercise [name='${name}']`);
  const verdicts = field.closest(".step").querySelector(".verdicts");
  field.value = text;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  verdicts.className = "verdicts ";
  new MutationObserver((_, seen) => {
    if (verdicts.className === "verdicts ") return;
    seen.disconnect();
    done(performance.now() - begun);
  }).observe(verdicts, {attributes: true});
  const begun = performance.now();
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}));
})"""
"""An answer is typed and Enter pressed: the milliseconds until its verdict stands there."""
REDRAWN = """name => new Promise(done => {
  const field = document.querySelector(`#explore [name='given ${name}']`), page = document.getElementById("explored");
  new MutationObserver((_, seen) => { seen.disconnect(); done(performance.now() - begun); })
    .observe(page, {childList: true});
  const begun = performance.now();
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowUp", altKey: true, bubbles: true, cancelable: true}));
})"""
"""A given number is moved by one: the milliseconds until the page has followed."""


@contextmanager
def opened(name: str, file: Path) -> Iterator[tuple[Any, float, float]]:
    """A page in a browser of its own; the seconds until it can be read, and until it judges."""
    with browsing(name) as browser:
        tab = offline_tab(browser)
        start = perf_counter()
        tab.goto(file.as_uri(), wait_until="domcontentloaded")
        tab.wait_for_selector("#exercise input[name]")
        readable = perf_counter() - start
        ready(tab)
        yield tab, readable, perf_counter() - start


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def judged(tab: Any, field: str) -> list[float]:
    return [tab.evaluate(JUDGED, [field, f"1.{i:02d}"]) for i in range(ANSWERS)]


def redrawn(tab: Any, given: str) -> list[float]:
    tab.click("#to-explore")
    tab.wait_for_selector("#explored .result")
    return [tab.evaluate(REDRAWN, given) for _ in range(10)]


def held(browser: Any) -> float:
    """The megabytes that the tab of a Chromium holds, with its part of what is shared."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    tabs = [each["id"] for each in processes if each["type"] == "renderer"]
    texts = [Path(f"/proc/{tab}/smaps_rollup").read_text("utf-8") for tab in tabs]
    return max(int(text.partition("Pss:")[2].split()[0]) for text in texts) / 1024


def rows(name: str, files: dict[str, Path]) -> Iterator[list[str]]:
    with opened(name, files["notes"]) as (tab, readable, seconds):
        yield [f"notes: readable, {name}", f"{readable:.1f} s", "1 s"]
        yield [f"notes: ready to judge, {name}", f"{seconds:.1f} s", "8 s"]
        times = judged(tab, "z_2")
        yield [f"notes: {ANSWERS} answers, half of them and 95 % within, {name}",
               f"{percentile(times, 0.5):.0f}, {percentile(times, 0.95):.0f} ms", "100 ms"]  # fmt: skip
        if name == "chromium":
            yield [f"notes: the tab after {ANSWERS} answers, {name}", f"{held(tab.context.browser):.0f} MB", "300 MB"]
        yield [f"notes: a number changed, {name}", f"{percentile(redrawn(tab, 'W_2[1,1]'), 0.9):.0f} ms", "300 ms"]
    with opened(name, files["transformer_block"]) as (tab, _, seconds):
        field = tab.locator("#exercise input[name]").nth(20).get_attribute("name")
        times = judged(tab, field)
        yield [f"transformer block: {ANSWERS} answers, half of them and 95 % within, {name}",
               f"{percentile(times, 0.5):.0f}, {percentile(times, 0.95):.0f} ms", "400 ms"]  # fmt: skip
    with opened(name, files["gomez_lstm"]) as (tab, _, seconds):
        given = tab.evaluate("document.querySelector(\"[name^='given ']\").name.slice(6)")
        yield [f"LSTM: a number changed, {name}", f"{percentile(redrawn(tab, given), 0.9):.0f} ms", "1500 ms"]


def compared(name: str, file: Path) -> None:
    """Every text of every built-in problem, made in the browser and outside."""
    with opened(name, file) as (tab, _, _):
        ask = with_engine(tab)
        different = 0
        for example in examples.names():
            desk = Desk()
            asked = {"do": "open", "problem": examples.path(example).read_text("utf-8"), "name": example}
            for request in (asked, *({"do": "text", "format": form} for form in ("md", "txt", "html", "tex", "typ"))):
                if ask(request) != desk.ask(request):
                    print(f"{name}: {example}, {request.get('format', 'opened')}: different")
                    different += 1
        print(f"{name}: {different} texts of {len(examples.names())} problems are different", flush=True)


def main() -> None:
    """All rows, for each browser that this machine has."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in ("notes", "transformer_block", "gomez_lstm"):
            assert command(["practice", str(examples.path(name)), "-o", folder]) == 0
            files[name] = Path(folder) / f"{name}-practice.html"
        for browser in ("chromium", "firefox"):
            if "--texts" in sys.argv:
                compared(browser, files["notes"])
            else:
                table(browser, [["what a student waits for", "measured", "at most"], *rows(browser, files)])


if __name__ == "__main__":
    main()
