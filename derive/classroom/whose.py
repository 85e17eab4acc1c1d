"""Whose work a return is: by the code of its sheet, then by what the sheet or row says, then by the file's name.

Nothing is guessed: what fits no student, or several, is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from derive.classroom.contents import Claims

SHORTEST = 3
MOST_WORDS = 60
LONGEST_SPAN = 6


class Register(Protocol):
    """Where the students of a class are looked up; case does not matter."""

    def find(self, kind: str, key: str) -> str | None:
        """The id of the student with this `code`, `id`, `email` or name of `file`s; None for none, or several."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose work it is.

    student  the id of who handed it in; "" if that is not known
    variant  the id of another student whose variant was worked, by the sheet's code; "" for the own one
    reason   why nobody, or not the own variant, was found
    """

    student: str = ""
    variant: str = ""
    reason: str = ""


def whose(claims: Claims, register: Register) -> Owner:
    """The student that the claims agree on.

    The sheet's code decides which variant was worked, else the id on it, or the ids and addresses in its row. Who is
    named beside that, in the row or by the file and its folders, handed it in.
    """
    owner = register.find("code", claims.code) if claims.code else None
    if claims.code and owner is None:
        return Owner(reason=f"the code `{claims.code[:40]}` belongs to no sheet of this class")
    stated, named = _stated(claims, register), {*_named(claims.names, register)}
    if owner is None and len(stated) == 1:
        (owner,) = stated
    others = sorted((stated | named) - {owner})
    if len(others) > 1:
        return Owner(reason=f"several students fit: {', '.join(others[:5])}")
    if owner is None:
        return Owner(others[0]) if others else Owner(reason=_nobody(claims))
    return Owner(others[0], owner, f"this is the sheet of {owner}") if others else Owner(owner)


def _stated(claims: Claims, register: Register) -> set[str]:
    """The students whom ids and addresses on the sheet or in the row name."""
    found = [register.find("id", student) for student in claims.students]
    found += [register.find("email", email) for email in claims.emails]
    found += [register.find("email", student) for student in claims.students if "@" in student]
    return {student for student in found if student}


def _nobody(claims: Claims) -> str:
    said = [f"`{text[:60]}`" for text in (*claims.students, *claims.emails)]
    if said:
        return f"{', '.join(said)} is no student of this class"
    return "nothing says whose it is: no code, no id, and neither in the name of the file"


def _named(names: str, register: Register) -> Iterator[str]:
    """The students whose id or code stands in a file's path as whole words; what stands inside a longer find does not
    count. A word of one or two characters counts only as the whole name of the file or a folder.
    """
    for part in names.split("/"):
        taken: list[tuple[int, int]] = []
        for start, end in _spans(part):
            text = part[start:end]
            if any(a <= start and end <= b for a, b in taken) or (len(text) < SHORTEST and text != _stem(part)):
                continue
            if student := next(filter(None, (register.find(kind, text) for kind in ("id", "file", "code"))), None):
                taken.append((start, end))
                yield student


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _spans(text: str) -> list[tuple[int, int]]:
    """Stretches of whole words, the longest first."""
    words = [(word.start(), word.end()) for word in re.finditer(r"[^\W_]+", text)][:MOST_WORDS]
    pairs = [(words[i][0], words[j][1]) for i, j in combinations(range(len(words)), 2) if j - i < LONGEST_SPAN]
    return sorted([*words, *pairs], key=lambda span: span[0] - span[1])
