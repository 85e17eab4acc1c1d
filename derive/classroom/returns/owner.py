"""Whose work a return is: by the code of its sheet, then by what the sheet or row says, then by the file's name.

Nothing is guessed: what fits no student, or several, is reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from derive.classroom.returns.work_reader import Claims

SHORTEST = 3
MOST_WORDS = 60
LONGEST_SPAN = 6


class Register(Protocol):
    """Where the students of a class are looked up; case does not matter."""

    def find(self, kind: str, key: str) -> tuple[str, ...]:
        """The ids of the students with this `code`, `id`, `email` or name of `file`s: none, one, or several."""


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


def owner_of(claims: Claims, register: Register) -> Owner:
    """The student that the claims agree on.

    The sheet's code decides which variant was worked, else the id on it, or the ids and addresses in its row; where
    several sheets have one code, these decide among them, else the file's name. Who is named beside that, in the row or
    by the file and its folders, handed it in.
    """
    coded = register.find("code", claims.code) if claims.code else ()
    if claims.code and not coded:
        return Owner(reason=f"the code `{claims.code[:40]}` belongs to no sheet of this class")
    stated, named = _stated(claims, register), list(_named(claims.names, register))
    possible = coded or tuple(stated)
    if len(coded) > 1:
        possible = _chosen(coded, stated, named)
        if len(possible) != 1:
            among = f"the code `{claims.code[:40]}` belongs to the sheets of {', '.join(coded[:5])}"
            return Owner(reason=f"{among}, and no id says to which it is")
    owner = possible[0] if len(possible) == 1 else None
    others = sorted((stated | _meant(named, {owner, *stated})) - {owner})
    if len(others) > 1:
        return Owner(reason=f"several students fit: {', '.join(others[:5])}")
    if owner is None:
        return Owner(others[0]) if others else Owner(reason=_nobody(claims))
    return Owner(others[0], owner, f"this is the sheet of {owner}") if others else Owner(owner)


def _chosen(coded: Sequence[str], stated: set[str], named: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Those of several students with one code whom the sheet or row states, else whom the file's name does."""
    alone = {group[0] for group in named if len(group) == 1}
    by_file = () if stated else tuple(student for student in coded if student in alone)
    return tuple(student for student in coded if student in stated) or by_file


def _meant(named: Sequence[Sequence[str]], known: Collection[str | None]) -> set[str]:
    """The students whom words of a name mean; a code that several share means the one who is known already."""
    return {student for group in named for student in ([each for each in group if each in known] or group)}


def _stated(claims: Claims, register: Register) -> set[str]:
    """The students whom ids and addresses on the sheet or in the row name; what several share names none."""
    found = [register.find("id", student) for student in claims.students]
    found += [register.find("email", email) for email in claims.emails]
    found += [register.find("email", student) for student in claims.students if "@" in student]
    return {students[0] for students in found if len(students) == 1}


def _nobody(claims: Claims) -> str:
    said = [f"`{text[:60]}`" for text in (*claims.students, *claims.emails)]
    if said:
        return f"{', '.join(said)} is no student of this class"
    return "nothing says whose it is: no code, no id, and neither in the name of the file"


def _named(names: str, register: Register) -> Iterator[tuple[str, ...]]:
    """The students whose id or code stands in a file's path as whole words, for each such word: of a code there may be
    several. What stands inside a longer find does not count; a word of one or two characters counts only as the whole
    name of the file or a folder.
    """
    for part in names.split("/"):
        taken: list[tuple[int, int]] = []
        for start, end in _spans(part):
            text = part[start:end]
            if any(a <= start and end <= b for a, b in taken) or (len(text) < SHORTEST and text != _stem(part)):
                continue
            by_name = (found for kind in ("id", "file") if len(found := register.find(kind, text)) == 1)
            if students := next(by_name, None) or register.find("code", text):
                taken.append((start, end))
                yield students


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _spans(text: str) -> list[tuple[int, int]]:
    """Stretches of whole words, the longest first."""
    words = [(word.start(), word.end()) for word in re.finditer(r"[^\W_]+", text)][:MOST_WORDS]
    pairs = [(words[i][0], words[j][1]) for i, j in combinations(range(len(words)), 2) if j - i < LONGEST_SPAN]
    return sorted([*words, *pairs], key=lambda span: span[0] - span[1])
