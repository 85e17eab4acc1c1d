"""A sentence that was said in English, by one that the English catalogue holds with its fields, in another language."""

import re
from functools import cache

from derive.prose.catalogue import Catalogue, catalogue

_BREAK = "; "
_FIELD = re.compile(r"\\\{(\w+)\\\}")


def spoken_fault(message: str, words: Catalogue) -> str:
    """Why an answer cannot be read, in the language of a catalogue; in general words where that does not hold it."""
    return reworded(message, words, "faults.") or words["faults.other"]


def spoken_hint(hint: str, words: Catalogue) -> str:
    """What to do, in the language of a catalogue; "" where that does not hold it."""
    return reworded(hint, words, "faults.hint_")


def spoken_reason(reason: str, words: Catalogue) -> str:
    """Why a return was not marked, and what to do about it, in the language of a catalogue; what other programs say
    stays as it is.
    """
    head, sign, tail = reason.rpartition(_BREAK)
    while sign:
        if known := reworded(tail, words, "returns."):
            return f"{spoken_reason(head, words)}{_BREAK}{known}"
        head, sign, before = head.rpartition(_BREAK)
        tail = f"{before}{_BREAK}{tail}"
    return reworded(reason, words, "returns.") or reason


def reworded(text: str, words: Catalogue, section: str) -> str:
    """The sentence of a section in the language of a catalogue; "" where the section does not hold it."""
    if words.language == "en" or not text:
        return text
    for key, pattern in _patterns(section):
        if found := pattern.fullmatch(text):
            return words[key].format(**found.groupdict())
    return ""


@cache
def _patterns(section: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English sentences whose keys begin alike, as patterns of what is said with them."""
    return tuple(
        (key, re.compile(_FIELD.sub(r"(?P<\1>.+?)", re.escape(text)), re.DOTALL))
        for key, text in catalogue("en").sentences.items()
        if key.startswith(section)
    )
