"""Why an answer cannot be read, in the language of the page: the grammar says it in English, by sentences that the
English catalogue holds with their fields; another catalogue says the same.
"""

from __future__ import annotations

import re
from functools import cache

from derive.prose.catalogue import Catalogue, catalogue

_HINT = "faults.hint_"
_FIELD = re.compile(r"\\\{(\w+)\\\}")


def spoken_fault(message: str, words: Catalogue) -> str:
    """A reason in the language of a catalogue; in general words where that does not hold it."""
    return _spoken(message, words, is_hint=False) or words["faults.other"]


def spoken_hint(hint: str, words: Catalogue) -> str:
    """What to do, in the language of a catalogue; "" where that does not hold it."""
    return _spoken(hint, words, is_hint=True)


def _spoken(text: str, words: Catalogue, *, is_hint: bool) -> str:
    if words.language == "en" or not text:
        return text
    for key, pattern in _patterns():
        if key.startswith(_HINT) == is_hint and (found := pattern.fullmatch(text)):
            return words[key].format(**found.groupdict())
    return ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English sentences as patterns of what is said with them."""
    sentences = catalogue("en").sentences
    return tuple(
        (key, re.compile(_FIELD.sub(r"(?P<\1>.+?)", re.escape(text)), re.DOTALL))
        for key, text in sentences.items()
        if key.startswith("faults.")
    )
