"""A sentence that was said in English, by one that the English catalogue holds with its fields, in another language."""

import re
from functools import cache

from derive.prose.catalogue import Catalogue, catalogue

_FIELD = re.compile(r"\\\{(\w+)\\\}")


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
