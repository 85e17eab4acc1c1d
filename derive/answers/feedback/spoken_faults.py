"""Why an answer cannot be read, in the language of the page: the grammar says it in English, by sentences that the
English catalogue holds.
"""

from derive.prose.catalogue import Catalogue
from derive.prose.rewording import reworded

_FAULTS, _HINTS = "faults.", "faults.hint_"


def spoken_fault(message: str, words: Catalogue) -> str:
    """A reason in the language of a catalogue; in general words where that does not hold it."""
    return reworded(message, words, _FAULTS) or words["faults.other"]


def spoken_hint(hint: str, words: Catalogue) -> str:
    """What to do, in the language of a catalogue; "" where that does not hold it."""
    return reworded(hint, words, _HINTS)
