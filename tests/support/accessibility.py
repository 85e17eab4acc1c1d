"""Whether a page is accessible: axe finds nothing at any width, in any colours, and nothing is scrolled sideways.

Contrast takes axe longer than all other rules together, once for each letter of each formula. It depends on nothing but
how a text and what lies behind it look: of the texts of a page that look the same the first, the last and the longest
are asked. (Of a single letter axe says nothing.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

LOOKS = """() => {
  const behind = new Map(), alike = new Map();
  const look = element => {
    if (!element) return "";
    if (!behind.has(element)) {
      const {backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position} = getComputedStyle(element);
      const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position].join();
      behind.set(element, `${look(element.parentElement ?? element.getRootNode().host)} ${own}`);
    }
    return behind.get(element);
  };
  const letters = element => element.matches("input, select, textarea") ? 1 : [...element.childNodes].reduce(
    (count, child) => count + (child.nodeType === Node.TEXT_NODE ? child.data.trim().length : 0), 0);
  const elements = root => [...root.querySelectorAll("*")].flatMap(
    element => [element, ...element.shadowRoot ? elements(element.shadowRoot) : []]);
  for (const element of elements(document)) {
    delete element.dataset.look;
    if (!letters(element) || !element.checkVisibility({visibilityProperty: true})) continue;
    const {color, fill, fontSize, fontWeight, textShadow} = getComputedStyle(element);
    const disabled = (element.control ?? element).disabled;
    const key = [look(element), color, fill, fontSize, fontWeight, textShadow, disabled].join();
    const [first, longest] = alike.get(key) ?? [element, element];
    alike.set(key, [first, letters(element) > letters(longest) ? element : longest, element]);
  }
  for (const element of [...alike.values()].flat()) element.dataset.look = "";
}"""
"""Marks the first, the longest and the last of the texts that look the same."""
CONTRAST = """axe.configure({rules: [{id: "color-contrast", selector: "[data-look]"}]})"""
EVERY_RULE: dict[str, list[str]] = {"resultTypes": ["violations"]}
COLOURED = {**EVERY_RULE, "runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that ask for colours."""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def flaws(
    tab: Any, widths: Iterable[int] = (375, 1280), colours: Iterable[str] = ("light", "dark")
) -> list[tuple[int, str, str, str]]:
    """What is wrong with the page as it is: at which width, in which colours, the rule, and the first place."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
        tab.evaluate(CONTRAST)
    return [(width, *flaw) for width in widths for flaw in _flaws_at(tab, width, colours)]


def _flaws_at(tab: Any, width: int, colours: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Every rule in the first colours, in the others those that ask for colours."""
    options = EVERY_RULE
    tab.set_viewport_size({"width": width, "height": 900})
    for colour in colours:
        tab.emulate_media(color_scheme=colour)
        tab.evaluate(LOOKS)
        for rule in tab.evaluate("async options => (await axe.run(options)).violations", options):
            yield colour, rule["id"], rule["nodes"][0]["html"][:200]
        if (more := tab.evaluate(SIDEWAYS)) > 0:
            yield colour, "scrolls sideways", f"{more} px"
        options = COLOURED
