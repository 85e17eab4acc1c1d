"""Letters, digits and spaces as word processors and PDF readers paste them → the plain ones: `𝑧` is z, `ℒ` is L."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from derive.language.tokens import Token, tokenize

_RANGES = ((0xFF01, 0xFF5E), (0x2100, 0x214F), (0x1D400, 0x1D7FF))
_SPACES = (0x3000, 0xA0, 0x202F, 0x2009)
_PLAIN = {
    code: plain
    for first, last in _RANGES
    for code in range(first, last + 1)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
_LETTERS = re.compile("[\u2100-\u214f\uff01-\uff5e\U0001d400-\U0001d7ff]")
_LETTERS_AND_SPACES = re.compile("[\u00a0\u2009\u202f\u3000\u2100-\u214f\uff01-\uff5e\U0001d400-\U0001d7ff]")
_WITH_SPACES = _PLAIN | dict.fromkeys(_SPACES, " ")


def plain_letters(text: str) -> str:
    """A text, as long, with plain letters, digits and signs for their mathematical and wide forms."""
    return text.translate(_PLAIN) if _LETTERS.search(text) else text


def plain_text(text: str) -> str:
    """The same with plain spaces too, where they group no digits."""
    return text.translate(_WITH_SPACES) if _LETTERS_AND_SPACES.search(text) else text


_SILENT = re.compile(
    r"[\u200b\u2060\ufeff\u00ad$~\\](?:(?<!\\)|(?<!\\\\)(?:[()\[\]]|(?:left|right|splits)(?![a-zA-Z])\s*\.?"
    r"|(?:boxed|result|smaller|fbox|underline)(?=\s*\{)))"
)
_POINTED = re.compile(r"_\{\d+(?:\.\d+)+\}")


def silenced(text: str) -> str:
    """A text, as long, with spaces for what means nothing: `$`, `\\left`, frames, what is invisible.

    Letters are plain ones, and `z_{1.1}` is z_{1,1}.
    """
    text = _SILENT.sub(lambda match: " " * len(match.group()), plain_letters(text))
    return _POINTED.sub(lambda match: match.group().replace(".", ","), text) if "_{" in text else text


@lru_cache(maxsize=2_000)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text: names and formulas come again and again, in a work and in those of a class."""
    return tuple(tokenize(text))
