"""Short codes that tell sheets apart: six characters from HMAC-SHA256 of the student's id, and one that checks them.

The alphabet has no 0, O, 1, I or L; its 31 characters are a prime number, so that the check character finds every
single wrong character and every two neighbours exchanged.
"""

import hashlib
import hmac

from derive.variants.random_stream import student_id

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6


def code_of(seed: str, student: str) -> str:
    """The code of a student's sheet; the seed cannot be read off it."""
    digest = hmac.new(seed.encode(), f"derive code 1\0{student_id(student)}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    digits = [number // 31**i % 31 for i in range(LENGTH)]
    check = -sum(place * digit for place, digit in enumerate(digits, 2)) % 31
    return "".join(ALPHABET[digit] for digit in (*digits, check))


def normal_code(text: str) -> str:
    """A code as it is printed: without spaces and hyphens, in capitals."""
    return "".join(text.split()).replace("-", "").upper()
