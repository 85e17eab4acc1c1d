"""The file to practise in, as a student meets it: read, ready, judged, redrawn, in the browsers of this machine.

The browsers open the files from disk, with the network off. `--texts` makes every built-in page in them too, in every
text format, and says which differ from those made outside.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from measure import HERE, duration, megabytes, quote, table, target

sys.path.insert(0, str(HERE.parent / "tests"))

from support.browsers import ASK, browsing, held, offline_tab, ready
from support.programs import PROGRAMS, path_of

from derive import examples
from derive.commands.cli import main as command
from derive.interactive.desk import Desk

ANSWERS, MOVES = 100, 10
BROWSERS = ("chromium", "firefox")
FILES = ("notes", "transformer_block", "gomez_lstm")
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


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, how much it came to and may come to, and how such numbers are written."""

    what: str
    reached: float
    limit: float
    text: Callable[[Any], str] = duration


def quickest(times: list[float], share: float) -> float:
    """The seconds within which a share of what took so many milliseconds was done."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] / 1000


def judged(tab: Any, field: str) -> float:
    """The seconds within which 95 % of the answers to a step were judged."""
    return quickest([tab.evaluate(JUDGED, [field, f"1.{i:02d}"]) for i in range(ANSWERS)], 0.95)


def redrawn(tab: Any, given: str) -> float:
    """The seconds within which 90 % of the moves of a given number were followed."""
    tab.click("#to-explore")
    tab.wait_for_selector("#explored .result")
    return quickest([tab.evaluate(REDRAWN, given) for _ in range(MOVES)], 0.9)


def figures(name: str, files: dict[str, Path]) -> Iterator[Figure]:
    """All that is measured in one browser."""
    with opened(name, files["notes"]) as (tab, readable, seconds):
        yield Figure("the notes to practise: opened until they can be read", readable, 1)
        yield Figure("the notes to practise: opened until they judge", seconds, 8)
        yield Figure("an answer to the notes judged, 95 % within", judged(tab, "z_2"), 0.1)
        if name == "chromium":  # Firefox does not tell its processes
            yield Figure(f"the tab after {ANSWERS} answers", held(tab.context.browser), 300e6, megabytes)
        yield Figure("a given number of the notes changed, the page redrawn", redrawn(tab, "W_2[1,1]"), 0.3)
    with opened(name, files["transformer_block"]) as (tab, *_):
        field = tab.locator("#exercise input[name]").nth(20).get_attribute("name")
        yield Figure("an answer to the transformer block judged, 95 % within", judged(tab, field), 0.4)
    with opened(name, files["gomez_lstm"]) as (tab, *_):
        given = tab.evaluate("document.querySelector(\"[name^='given ']\").name.slice(6)")
        yield Figure("a given number of an LSTM changed, the page redrawn", redrawn(tab, given), 1.5)


def compared(name: str, file: Path) -> None:
    """Every text of every built-in problem, made in the browser and outside."""
    with opened(name, file) as (tab, _, _):
        different = 0
        for example in examples.names():
            desk = Desk()
            asked = {"do": "open", "problem": examples.path(example).read_text("utf-8"), "name": example}
            for request in (asked, *({"do": "text", "format": form} for form in ("md", "txt", "html", "tex", "typ"))):
                if tab.evaluate(ASK, request) != desk.ask(request):
                    print(f"{name}: {example}, {request.get('format', 'opened')}: different")
                    different += 1
        print(f"{name}: {different} texts of {len(examples.names())} problems are different", flush=True)


def there() -> list[str]:
    """The browsers that this machine has; which of them are missing is told."""
    for name in BROWSERS:
        if path_of(name) is None:
            print(f"{name}: not on this machine (looked for {', '.join(PROGRAMS[name])}): its rows are left out")
    return [name for name in BROWSERS if path_of(name)]


def main() -> None:
    """A table for each browser; README quotes them side by side."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in FILES:
            if command(["practice", str(examples.path(name)), "-o", folder]):
                sys.exit(1)  # it has said why
            files[name] = Path(folder) / f"{name}-practice.html"
        if "--texts" in sys.argv:
            for name in there():
                compared(name, files["notes"])
            return
        size = files["notes"].stat().st_size
        table("the file", [("the notes to practise", megabytes(size), target(16e6, size, megabytes))])
        quote("the notes to practise, as one file", megabytes(size))
        quoted: dict[str, list[str]] = {}
        for name in there():
            measured = list(figures(name, files))
            rows = [
                (each.what, each.text(each.reached), target(each.limit, each.reached, each.text)) for each in measured
            ]
            table(name, [("what a student waits for", "measured", "wanted"), *rows])
            for each in measured:
                quoted.setdefault(each.what, []).append(f"{name.capitalize()} {each.text(each.reached)}")
    for what, texts in quoted.items():
        quote(what, ", ".join(texts))


if __name__ == "__main__":
    main()
