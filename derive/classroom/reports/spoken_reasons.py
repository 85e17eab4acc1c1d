"""Why a return was not marked, in the language of the report: it is said in English, and stays so in tables."""

from derive.prose.catalogue import Catalogue
from derive.prose.rewording import reworded

_SECTION, _BREAK = "returns.", "; "


def spoken_reason(reason: str, words: Catalogue) -> str:
    """A reason, and what to do about it, in the language of a catalogue; what other programs say stays as it is."""
    head, sign, tail = reason.rpartition(_BREAK)
    while sign:
        if known := reworded(tail, words, _SECTION):
            return f"{spoken_reason(head, words)}{_BREAK}{known}"
        head, sign, before = head.rpartition(_BREAK)
        tail = f"{before}{_BREAK}{tail}"
    return reworded(reason, words, _SECTION) or reason
