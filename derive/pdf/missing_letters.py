"""Words that LaTeX's fonts lack letters for: their place is kept in the text, and told to the log for the stamp.

Such a word becomes `\\stamped{…}{…}`: its text, and how wide it is. The mark that the page leaves in the log says where
it stands; `stamping.py` puts it there.
"""

import re
import unicodedata
from dataclasses import dataclass

from derive.pdf.shaping import shape_word

MARK = r"""\makeatletter
\ifdefined\pdfsavepos\else\let\pdfsavepos\savepos\let\pdflastxpos\lastxpos\let\pdflastypos\lastypos\fi
\newcommand\stamped[2]{\leavevmode\hbox to #2\dimexpr\f@size pt\relax{\strut\pdfsavepos
  \edef\derivemark{\write-1{derive-mark:#1:\f@size:\noexpand\the\pdflastxpos:\noexpand\the\pdflastypos:%
    \noexpand\the\ReadonlyShipoutCounter}}\derivemark\hss}}
\makeatother
"""
"""Defines `\\stamped`, with nothing but the kernel."""

SETTABLE = (
    {chr(c) for c in range(0xA1, 0x17F)} - set("ĦħĸĿŀŉŦŧ") | set("ȘșȚț") | set("–—‘’‚“”„†‡•…‰‹›€™\u00a0\u00ad\u200c")
)  # fmt: skip
"""The characters beyond ASCII that `[T1]{fontenc}` with Latin Modern sets."""

_LACKED = f"[^\\x00-\\x7f{''.join(sorted(SETTABLE))}]"
_LETTER = "[^\\W_]"
_LEFTWARD = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff\u200c\u200d]+"
_NEUTRAL = "[ \"'’.,:/–\\d-]+"
_PHRASE = rf"{_LEFTWARD}(?:{_NEUTRAL}(?:{_LEFTWARD}|\({_LEFTWARD}\))|\({_LEFTWARD}\))*"
"""Words written from right to left with what stands between them: their order is that of the whole."""
_RUN = re.compile(
    rf"(?:\\[A-Za-z]+|\\.)|((?=[^\u200c\u200d]){_PHRASE}"
    rf"|{_LETTER}*?{_LACKED}(?:{_LACKED}|{_LETTER}|['’.\u200c-]| (?={_LETTER}*{_LACKED}))*)"
)
_MARK = re.compile(r"^derive-mark:([0-9a-f]+):([\d.]+):(\d+):(\d+):(\d+)$", re.MULTILINE)
_SCALED = 65536 * 72.27 / 72
"""TeX's scaled points in a point of PDF."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A text to be stamped: its font size, where its line starts (points from the lower left), and the page, from 0."""

    text: str
    size: float
    x: float
    y: float
    page: int


def lettered(tex: str) -> str:
    """LaTeX text in which words with letters that LaTeX lacks have become places for stamps."""
    return _RUN.sub(lambda found: _place(found[1]) if found[1] else found[0], tex)


def _place(run: str) -> str:
    """A place for each word; words written from right to left stay together, for their order is that of the run."""
    if any(unicodedata.bidirectional(c) in {"R", "AL"} for c in run):
        return _stamped(run)
    return " ".join(map(_stamped, run.split(" ")))


def _stamped(word: str) -> str:
    return rf"\stamped{{{word.encode().hex()}}}{{{shape_word(word).width:.4f}}}"


def marks_of(log: str) -> tuple[Stamp, ...]:
    """The marks that a log tells."""
    return tuple(
        Stamp(bytes.fromhex(text).decode(), float(size), int(x) / _SCALED, int(y) / _SCALED, int(page) - 1)
        for text, size, x, y, page in _MARK.findall(log)
    )
