"""Headings of passes in a work, as on the pages: from there on its statements are about that pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.prose.catalogue import Catalogue

_BEFORE, _BEHIND = r"[#\s*_=-]*(?:\\(?:sub)*section\*?\{)?\s*", r"[\s}*_:.=-]*"
_NUMBER = r"(\d[\d.,]*)"


def passes(text: str, words: Catalogue) -> Iterator[tuple[int, int]]:
    """The lines (from 1) that are headings of a pass, and the passes; after the last update comes one more."""
    kinds = [(_pattern(words["headings.pass"]), 0), (_pattern(words["headings.after"]), 1)]
    for i, line in enumerate(text.split("\n"), 1):
        for pattern, more in kinds:
            if len(line) < 100 and (found := pattern.fullmatch(line)):
                yield i, int(re.sub(r"\D", "", found[1])) + more


def _pattern(heading: str) -> re.Pattern[str]:
    before, _, behind = heading.partition("{k}")
    return re.compile(_BEFORE + re.escape(before) + _NUMBER + re.escape(behind) + _BEHIND, re.IGNORECASE)
