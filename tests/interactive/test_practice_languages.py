"""A page to practise in speaks one language, on a small screen that is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.accessibility import flaws
from support.browsers import chromium, judged_here, ready, watched
from support.practising import file_without_engine, fill, step

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]
WORDS = """() => {
  const copy = document.body.cloneNode(true);
  const parts = "math, svg, script, style, code, option, footer details:last-child";
  for (const each of copy.querySelectorAll(parts)) each.remove();
  const labels = [...copy.querySelectorAll("[aria-label]")].map(each => each.getAttribute("aria-label"));
  return [copy.textContent, ...labels].join(" ");
}"""
"""What a page says, without its formulas and the parts it is made of."""
KEYS = {"Enter", "Alt", "tanh", "dL", "dh", "dU", "da", "dv", "dy", "dc"}


@pytest.mark.parametrize(("language", "title"), [("ru", "Два нейрона"), ("kk", "Екі нейрон")])
def test_a_page_of_another_language_says_nothing_in_english_and_is_for_fingers(
    language: str, title: str, tmp_path: Path
) -> None:
    file = file_without_engine(tmp_path, language, title)
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
        context.set_offline(True)
        tab = judged_here(watched(context.new_page()))
        tab.goto(file.as_uri())
        ready(tab)
        fill(tab, a_1="0,5", a_2="7", y="2(")
        tab.press("[name='a[2]']", "Enter")
        step(tab, "a[1]").locator(".verdicts.wrong").wait_for()
        tab.press("[name='y']", "Enter")
        step(tab, "y").locator(".verdicts.unreadable").wait_for()
        buttons = step(tab, "h[1]").locator(".asked .bar button")
        for which in (2, 2, 2, 3):
            buttons.nth(which).click()
        step(tab, "h[1]").locator(".help > div").nth(3).wait_for()
        tab.click("#summarise")
        tab.wait_for_selector("#summary h2")
        tab.click("#numbers summary")
        tab.fill("#numbers [name='given x[1]']", "–")
        tab.locator("#numbers details .bar button").first.click()
        tab.wait_for_selector("#numbers [role=alert]:not(:empty)")
        said = str(tab.evaluate(WORDS))
        small = tab.evaluate("""() => [...document.querySelectorAll("button, input, select, summary")]
            .filter(each => each.checkVisibility()).map(each => [each.getBoundingClientRect().height, each.outerHTML])
            .filter(([height]) => height < 44)""")
        assert small == [] and flaws(tab, [375], ["light"]) == []
        tab.click("#to-explore")
        tab.wait_for_selector("#explored .result")
        said += str(tab.evaluate(WORDS))
    assert set(re.findall("[A-Za-z]{2,}", said)) - KEYS == set()
