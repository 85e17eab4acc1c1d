"""Whose work a return is: by the upload it came in, then by the code of its sheet, then by what the sheet or row says.

What lies in a student's folder or upload is that student's, whatever it says of itself: nobody can hand in for another.
Nothing is guessed: what fits no student, or several, is reported.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from derive.classroom.returns.upload_names import upload_name, upload_of
from derive.classroom.returns.work_reader import Claims

SHORTEST = 3
MOST_WORDS = 60
LONGEST_SPAN = 8
KINDS = ("id", "file", "email", "name")
"""What of a student may stand in a path, the surest first."""


class Register(Protocol):
    """Where the students of a class are looked up; case does not matter."""

    def find(self, kind: str, key: str) -> tuple[str, ...]:
        """The ids of the students with this `code`, `id`, `email`, `name` or name of `file`s: none, one, or several."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose work it is.

    student  the id of who handed it in; "" if that is not known
    variant  the id of another student whose variant was worked, by the sheet or row; "" for the own one
    reason   why nobody, or not the own variant, was found
    """

    student: str = ""
    variant: str = ""
    reason: str = ""


def owner_of(claims: Claims, register: Register) -> Owner:
    """The student whose work it is, and the one whose variant was worked.

    Whom the path names handed it in, else whom the sheet or row states, else whose the sheet's code is; of several
    whom one of these fits, the others decide. Whose variant it is says the code, else what is stated.
    """
    coded = register.find("code", claims.code) if claims.code else ()
    if claims.code and not coded:
        return Owner(reason=f"the code `{claims.code[:40]}` belongs to no sheet of this class")
    stated, uploaders = _stated(claims, register), named_on_path(claims.names, register)
    if not uploaders and (stranger := _stranger(claims.names)):
        name, of = stranger[:60], ", ".join(sorted({*coded, *stated})[:5])
        if of:
            return Owner(
                reason=f"it was handed in by `{name}`, who is not on the roster, and this is the sheet of {of}"
            )
        return Owner(reason=f"it was handed in by `{name}`, who is not on the roster")
    possible = uploaders or stated or coded
    choices = (possible, *([each for each in possible if each in group] for group in (stated, coded)))
    named = next((each for each in choices if len(each) == 1), ())
    if len(coded) > 1 and (len(named) != 1 or named[0] not in coded):
        code, among = claims.code[:40], ", ".join(coded[:5])
        return Owner(reason=f"the code `{code}` belongs to the sheets of {among}, and no id says to which it is")
    if len(named) != 1:
        return Owner(reason=f"several students fit: {', '.join(possible[:5])}" if possible else _nobody(claims))
    (student,) = named
    others = [each for each in (*(() if student in coded else coded), *stated) if each != student]
    if not others:
        return Owner(student)
    return Owner(student, others[0], f"this is the sheet of {others[0]}")


def named_on_path(names: str, register: Register) -> tuple[str, ...]:
    """The ids of the students whom the names of a file and its folders mean; several where they do not agree.

    The outermost name that means somebody decides: what lies inside was named by the student. Of a platform's name
    counts what the platform wrote, and if that is nobody of the class, nothing further inside is looked at.
    """
    for part in names.split("/"):
        upload = upload_name(part)
        if upload and upload.anonymous:
            continue
        groups = list(_named(upload.student if upload else part, register))
        alone = {group[0] for group in groups if len(group) == 1}
        found = alone or {student for group in groups for student in group}
        if found or upload:
            return tuple(sorted(found))
    return ()


def _stranger(names: str) -> str:
    """Who a platform says handed it in, "" where no platform's name is on the path, or it hides who it is."""
    upload = upload_of(names)
    return upload.student if upload and not upload.anonymous else ""


def _stated(claims: Claims, register: Register) -> tuple[str, ...]:
    """The students whom ids and addresses on the sheet or in the row name; what several share names none."""
    found = [register.find("id", student) for student in claims.students]
    found += [register.find("email", email) for email in claims.emails]
    found += [register.find("email", student) for student in claims.students if "@" in student]
    return tuple(sorted({students[0] for students in found if len(students) == 1}))


def _nobody(claims: Claims) -> str:
    said = [f"`{text[:60]}`" for text in (*claims.students, *claims.emails)]
    if said:
        return f"{', '.join(said)} is no student of this class"
    return "nothing says whose it is: no code, no id, and neither in the name of the file"


def _named(text: str, register: Register) -> Iterator[tuple[str, ...]]:
    """The students whose id, address, name or code stands in the name of a file or folder as whole words, for each such
    word: of a name or code there may be several. What stands inside a longer find does not count; a word of one or two
    characters counts only as the whole, and so does a name of one word.
    """
    taken: list[tuple[int, int]] = []
    for start, end in _spans(text):
        words = text[start:end]
        whole = words in {text, text.rpartition(".")[0] or text}
        if any(a <= start and end <= b for a, b in taken) or (len(words) < SHORTEST and not whole):
            continue
        kinds = KINDS if whole or re.search(r"[\W_]", words) else KINDS[:-1]
        alone = (found for kind in kinds if len(found := register.find(kind, words)) == 1)
        students = next(alone, None) or register.find("code", words) or register.find("name", words)
        if students:
            taken.append((start, end))
            yield students


def _spans(text: str) -> list[tuple[int, int]]:
    """Stretches of whole words, the longest first."""
    words = [(word.start(), word.end()) for word in re.finditer(r"[^\W_]+", text)][:MOST_WORDS]
    pairs = [(words[i][0], words[j][1]) for i, j in combinations(range(len(words)), 2) if j - i < LONGEST_SPAN]
    return sorted([*words, *pairs], key=lambda span: span[0] - span[1])
