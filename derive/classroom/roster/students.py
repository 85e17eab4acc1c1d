"""A student, and the name of the student's files: safe on every system, whatever script the id is written in."""

import unicodedata
from dataclasses import dataclass, field
from hashlib import blake2b

MAX_NAME = 60
_PORTS = {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
_RESERVED = {"con", "prn", "aux", "nul", *_PORTS}


@dataclass(frozen=True, slots=True)
class Student:
    """One line of a roster.

    id          as the roster writes it, in Unicode's composed form
    last_name   never empty
    first_name  empty for someone with one name
    email       may be empty
    file        the name of the student's files, without its ending
    line        where the roster has it, from 1
    login       the user name, by which platforms name what is handed in; may be empty
    """

    id: str
    last_name: str
    first_name: str = ""
    email: str = ""
    file: str = ""
    line: int = field(default=0, compare=False)
    login: str = ""

    @property
    def name(self) -> str:
        """The name as a sheet prints it.

        >>> Student("7", "Noether", "Emmy").name
        'Emmy Noether'
        """
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def name_orders(self) -> set[str]:
        """The name as paths may have it: in either order; of a whole name its first or last word may be the last name.

        >>> sorted(Student("7", "Ada Lovelace").name_orders)
        ['Ada Lovelace', 'Lovelace Ada']
        """
        words = self.name.split()
        whole = set() if self.first_name else {" ".join(words[1:] + words[:1]), " ".join(words[-1:] + words[:-1])}
        return {self.name, f"{self.last_name} {self.first_name}".strip(), *whole}


def file_name(student_id: str) -> str:
    """A file name for an id: the id itself where that is safe, else what is safe of it and a short checksum.

    Letters, digits and marks of every script stay. The name holds no separator and no blank, does not start with a dot
    or a dash, is not reserved on Windows, and fits into 255 bytes with any ending.

    >>> file_name("S1024"), file_name("Ж-7"), file_name("../x"), file_name("con")
    ('S1024', 'Ж-7', 'x-d42ff05c', 'con-d1d8ab24')
    """
    kept = "".join(c if c.isalnum() or c in "-_." or unicodedata.category(c)[0] in "LMN" else "_" for c in student_id)
    safe = kept[:MAX_NAME].strip("._-")
    if safe == student_id and safe.partition(".")[0].casefold() not in _RESERVED:
        return safe
    return with_checksum(safe.replace(".", "_"), student_id)


def with_checksum(safe: str, student_id: str) -> str:
    """A file name with a checksum of the id, which tells it from the names of other ids."""
    return f"{safe}-{blake2b(student_id.encode(), digest_size=4).hexdigest()}".lstrip("-")
