"""Headings of passes in a work, in the languages of the pages: from there on its statements are about that pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, zip_longest

from derive.prose.catalogue import Catalogue

_BEFORE, _BEHIND = r"[#\s*_=>-]*(?:\\(?:sub)*section\*?\{)?\s*", r"[\s}*_:.=-]*"
_NUMBER = r"(?P<k>\d(?:[\d.,]|[ \xa0\u2009\u202f](?=\d{3}(?!\d)))*)"
_WORDS = (
    "step|epoch|iteration|pass|round|update step|training step|"
    "schritt|epoche|durchgang|durchlauf|iterationsschritt|trainingsschritt|"
    "шаг|эпоха|итерация|проход|қадам|дәуір|итерация|өту|"
    "étape|époque|itération|passe|pas|paso|época|iteración|pasada"
)
_AFTER = (
    r"after (?:the |an? )?(?:(?:first )?(?:update|step)|updating(?: the (?:weights|parameters))?)"
    r"|nach (?:dem|der) (?:(?:ersten )?(?:update|schritt)|aktualisierung)|после (?:первого )?(?:обновления|шага)"
    r"|жаңартудан кейін|қадамнан кейін|après (?:la mise à jour|l['’]étape)|después de (?:la actualización|el paso)"
)
_HEADING = re.compile(
    rf"{_BEFORE}(?:(?:{_WORDS})\s*(?:no\.?|nr\.?|№|#|=|:|k\s*=)?\s*{_NUMBER}"
    rf"|(?P<first>\d+)\s*(?:st|nd|rd|th|\.|-?ші|-?шы|-?й|-?я|-?ая|-?ый|er|e|ère|ª|º|-)?\s*-?\s*(?:{_WORDS})"
    rf"|(?P<next>{_AFTER}))(?:\s*\([^()\n]*\))?{_BEHIND}",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\{k(?::([^}]*))?\}")
LONGEST = 100


def passes(text: str, words: Catalogue) -> Iterator[tuple[int, int]]:
    """The lines (from 1) that are headings of a pass, and the passes; after the last update comes one more."""
    found = [*_headings(text, words)]
    first = 1 if any(k == 0 for _, k in found) else 0  # programs count from 0
    yield from ((line, k + first) for line, k in found)


def _headings(text: str, words: Catalogue) -> Iterator[tuple[int, int]]:
    kinds = [(_pattern(words["headings.pass"]), 0), (_pattern(words["headings.after"]), 1)]
    k = 1
    for i, line in enumerate(text.split("\n"), 1):
        if len(line) >= LONGEST or not line.strip():
            continue
        found = next(((match, more) for pattern, more in kinds if (match := pattern.fullmatch(line))), None)
        if found is not None:
            k = _number(found[0]["k"]) + found[1]
        elif heading := _HEADING.fullmatch(line):
            k = k + 1 if heading["next"] else _number(heading["k"] or heading["first"])
        else:
            continue
        yield i, k


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text)[:9])


def _pattern(heading: str) -> re.Pattern[str]:
    """The pattern of a heading of the catalogue; words that go with the number, `{k:update|updates}`, in any form."""
    pieces = _PLACE.split(heading)
    texts, forms = map(re.escape, pieces[::2]), pieces[1::2]
    places = [f"(?:{'|'.join(map(re.escape, form.split('|')))})" if form else _NUMBER for form in forms]
    body = "".join(chain.from_iterable(zip_longest(texts, places, fillvalue="")))
    return re.compile(_BEFORE + body + _BEHIND, re.IGNORECASE)
