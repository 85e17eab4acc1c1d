"""In which encoding a text is that somebody saved: by its mark, by what is valid UTF-8, else by its words."""

import re
from collections.abc import Iterable
from itertools import islice

UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""The marks that a text in UTF-16 begins with."""
WESTERN, CYRILLIC, CHINESE = "cp1252", "cp1251", "gb18030"
NAMES = {
    WESTERN: "Windows-1252", CYRILLIC: "Windows-1251", CHINESE: "GB 18030", "cp1254": "Windows-1254",
    "cp1250": "Windows-1250",
}  # fmt: skip
"""What the older ones are called."""
MOST_WORDS = 2_000
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\xa8\xb8\xc0-\xff][A-Za-z\x80-\xff]*")
_NO_CYRILLIC = re.compile(rb"[\xa0-\xa7\xa9-\xb1\xb5-\xb7\xb9\xbb-\xbe]")
"""Bytes that are no letters in Cyrillic; in Chinese about a quarter of all are such."""


def encoding_of(lines: Iterable[bytes]) -> str | None:
    """UTF-16 or UTF-8 with its mark or without; None where no line beyond ASCII is valid UTF-8, and one is not."""
    is_valid = is_broken = False
    for number, line in enumerate(lines):
        if number == 0 and line.startswith(UTF16):
            return "utf-16"
        if number == 0 and line[1:2] == b"\0":
            return "utf-16-le"
        if not line.isascii():
            valid = _is_in(line, "utf-8")
            is_valid, is_broken = is_valid or valid, is_broken or not valid
    return "utf-8-sig" if is_valid or not is_broken else None


def older_encoding(lines: Iterable[bytes]) -> str:
    """That of a text that is no UTF-8: in Cyrillic and Chinese whole words are of bytes beyond ASCII, in a language of
    the West single letters of them.
    """
    words = list(islice((word for line in lines for word in _WORD.findall(line)), MOST_WORDS))
    foreign = [word for word in words if len(word) > 1 and min(word) > 0x7F]
    if 2 * len(foreign) <= len(words):
        return WESTERN
    whole = b" ".join(foreign)
    return CHINESE if 10 * len(_NO_CYRILLIC.findall(whole)) > len(whole) and _is_in(whole, CHINESE) else CYRILLIC


def as_saved(raw: bytes) -> str:
    """The text of bytes in whatever encoding; a byte that is none of it is `\\ufffd`."""
    lines = raw.splitlines(keepends=True)
    return raw.decode(encoding_of(lines) or older_encoding(lines), "replace")


def _is_in(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
