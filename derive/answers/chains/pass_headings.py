"""Headings of passes in a work, in the languages of the pages: from there on its statements are about that pass."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, combinations, zip_longest
from typing import NamedTuple

from derive.prose.catalogue import Catalogue

_BEFORE, _BEHIND = r"[#\s*_=>-]*+(?:\\(?:(?:sub)*section\*?|text(?:bf)?)\{)?\s*+", r"[\s}*_:.=-]*+"
_NUMBER = r"(?P<k>\d(?:[\d.,]|[ \xa0\u2009\u202f](?=\d{3}(?!\d)))*)"
PASS_WORDS = (
    "step|epoch|iteration|iter|pass|round|update step|training step|"
    "schritt|epoche|durchgang|durchlauf|iterationsschritt|trainingsschritt|"
    "шаг|эпоха|итерация|проход|қадам|дәуір|итерация|өту|"
    "étape|époque|itération|passe|pas|paso|época|iteración|pasada"
)
_STEPS = frozenset(("step", "schritt", "шаг", "қадам", "étape", "pas", "paso"))
"""Words that number the parts of one calculation too."""
_AFTER = (
    r"after (?:the |an? )?(?:(?:first )?(?:update|(?:optimi[sz]er\.)?step(?:\(\))?)"
    r"|updating(?: the (?:weights|parameters))?)"
    r"|nach (?:dem|der) (?:(?:ersten )?(?:update|schritt)|aktualisierung)|после (?:первого )?(?:обновления|шага)"
    r"|жаңартудан кейін|қадамнан кейін|après (?:la mise à jour|l['’]étape)|después de (?:la actualización|el paso)"
)
_NUMBERED = (
    rf"(?:(?P<word>{PASS_WORDS})\s*+(?:no\.?|nr\.?|№|#|=|:|k\s*+=)?\s*+\[?\s*+{_NUMBER}(?:\s*+/\s*+\d+)?\s*+\]?"
    rf"|(?P<letter>[ktn])\s*+=\s*+{_NUMBER.replace('<k>', '<count>')}"
    rf"|(?P<first>\d++)\s*+(?:st|nd|rd|th|\.|-?ші|-?шы|-?й|-?я|-?ая|-?ый|er|e|ère|ª|º|-)?\s*+-?\s*+(?P<behind>{PASS_WORDS})"
)
_HEADING = re.compile(rf"{_BEFORE}{_NUMBERED}|(?P<next>{_AFTER}))(?:\s*\([^()\n]*\))?{_BEHIND}", re.IGNORECASE)
_PARTED = r"(?:[:),|–—-]|(?:\*\*|__)?\s*[\u2190-\u21ff\u2700-\u27bf\U0001f300-\U0001faff]|\*\*|__)"
_LABEL = re.compile(rf"{_BEFORE}{_NUMBERED})\s*+{_PARTED}[\s*_]*+(?=[^=≈:\n]{{1,60}}[=≈:])", re.IGNORECASE)
_PLACE = re.compile(r"\{k(?::([^}]*))?\}")
_LEFT = re.compile(r"(?<![^\s$(,;])([^\W\d_][^\s=≈:$]{0,30})\s*[=≈:]")
LONGEST, LONGEST_LINE = 100, 1_000


class PassMark(NamedTuple):
    """Where a pass begins: the line (from 1), how much of it says so, the pass (None for a part of one calculation),
    and whether the word for it may number such parts.
    """

    line: int
    length: int
    k: int | None
    is_step: bool = False


def passes(text: str, words: Catalogue, names: Collection[str] = ()) -> list[PassMark]:
    """The headings of passes, and the labels before statements; after the last update comes one more. `names` are
    those of the problem, which count nothing.
    """
    lines = text.split("\n")
    found = [*_marks(lines, words, names)]
    if _number_parts(found, lines):
        found = [mark._replace(k=None if mark.is_step else mark.k) for mark in found]
    first = 1 if any(mark.k == 0 for mark in found) else 0  # programs count from 0
    return [mark if mark.k is None else mark._replace(k=mark.k + first) for mark in found]


def _marks(lines: Sequence[str], words: Catalogue, names: Collection[str]) -> Iterator[PassMark]:
    kinds = [(_pattern(words["headings.pass"]), 0), (_pattern(words["headings.after"]), 1)]
    k = 1
    for i, written in enumerate(lines, 1):
        line = written.rstrip().removesuffix(r"\\")  # in a display
        if not line:
            continue
        short = len(line) < LONGEST
        found = next(((match, more) for pattern, more in kinds if short and (match := pattern.fullmatch(line))), None)
        if found is not None:
            k = _number(found[0]["k"]) + found[1]
            yield PassMark(i, len(line), k)
        elif (match := (_HEADING.fullmatch(line) if short else None) or _LABEL.match(line)) and match[
            "letter"
        ] not in names:
            told = match.groupdict()
            number = told["k"] or told["count"] or told["first"]
            k = _number(number) if number else k + 1
            word = (told["word"] or told["behind"] or "").lower()
            yield PassMark(i, match.end(), k, word in _STEPS or match.re is _LABEL)


def _number_parts(marks: Sequence[PassMark], lines: Sequence[str]) -> bool:
    """Whether steps are those of one calculation: each is about something else than the ones before."""
    steps = [mark for mark in marks if mark.is_step]
    if len(steps) < 2 or (steps[0].k or 0) > 1:
        return False
    said = list[set[str]]()
    for mark, after in zip_longest(steps, steps[1:]):
        end = after.line - 1 if after else len(lines)
        section = [lines[mark.line - 1][mark.length :], *lines[mark.line : end]]
        said.append({found[1] for line in section for found in _LEFT.finditer(line[:LONGEST_LINE])})
    return any(said) and not any(a & b for a, b in combinations(said, 2))


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text)[:9])


def _pattern(heading: str) -> re.Pattern[str]:
    """The pattern of a heading of the catalogue; words that go with the number, `{k:update|updates}`, in any form."""
    pieces = _PLACE.split(heading)
    texts, forms = map(re.escape, pieces[::2]), pieces[1::2]
    places = [f"(?:{'|'.join(map(re.escape, form.split('|')))})" if form else _NUMBER for form in forms]
    body = "".join(chain.from_iterable(zip_longest(texts, places, fillvalue="")))
    return re.compile(_BEFORE + body + _BEHIND, re.IGNORECASE)
