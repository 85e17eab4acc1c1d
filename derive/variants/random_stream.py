"""Numbers that look random and are the same on every machine: SHA-256 of what they are for, counted on.

They depend on the VERSION, the seed, the student's id, the number of the attempt and the name of the value, and on
nothing else: not on the order of students or of values, nor on the release of Python. A change of what is hashed, or of
how numbers are taken from it, is a new VERSION.
"""

import hashlib
import unicodedata
from collections.abc import Iterator

VERSION = 1
_WORD = 8  # bytes of a number


def student_id(text: str) -> str:
    """A student's id in the form that counts: Unicode NFC, so that `é` typed in two ways is one id."""
    return unicodedata.normalize("NFC", text)


class Stream:
    """The numbers of one value in one attempt."""

    def __init__(self, seed: str, student: str, attempt: int, name: str) -> None:
        parts = (f"derive variants {VERSION}", seed, student_id(student), str(attempt), name)
        start = hashlib.sha256()
        for part in parts:
            data = part.encode()
            start.update(len(data).to_bytes(8, "big") + data)
        self._start = start
        self._words = self._all()

    def _all(self) -> Iterator[int]:
        block = 0
        while True:
            state = self._start.copy()
            state.update(block.to_bytes(8, "big"))
            digest = state.digest()
            yield from (int.from_bytes(digest[i : i + _WORD], "big") for i in range(0, len(digest), _WORD))
            block += 1

    def below(self, n: int) -> int:
        """A whole number from 0 to n − 1, all alike: words above the last whole multiple of n are passed over."""
        limit = 2 ** (8 * _WORD) // n * n
        return next(word for word in self._words if word < limit) % n
