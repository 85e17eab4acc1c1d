"""Works that agree with another student's in unlikely ways: with that student's key, or in the same wrong numbers.

What is found is told to the teacher alone. Numbers that many students have say nothing; neither does a wrong number
that a known mistake explains, for two may make the same mistake.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from derive.answers.marking.step_answer import CORRECT, WRONG
from derive.classroom.marking.work_numbers import WorkNumber

FEWEST = 3
"""So many numbers at least that tell something have to agree."""
FEWEST_WRONG = 2
"""The same for wrong numbers of one variant, each of another step."""
MANY = 5
"""So many agree by chance with no other student, even where they are fewer than half of those that tell."""
COMMON = 5
COMMON_PART = 0.03
"""What more students have than COMMON, and than this part of the class, says nothing."""

_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE numbers (student TEXT, place TEXT, kind TEXT, value REAL, verdict TEXT);
"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A student's work, and the one it agrees with: `agreeing` numbers `of` those that tell the two apart.

    `is_key` says that they are the right numbers of the other student's sheet; else they are those of the other's work.
    """

    student: str
    other: str
    agreeing: int
    of: int
    is_key: bool

    @property
    def remark(self) -> str:
        """What the teacher is told."""
        if self.is_key:
            return f"probably the numbers of {self.other} ({self.agreeing} of {self.of})"
        return f"probably the same work as {self.other}: the same wrong numbers ({self.agreeing} of {self.of})"


class NumberIndex(AbstractContextManager["NumberIndex"]):
    """The numbers of a class on disk: each student's key, and each work."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_TABLE)
        self._students = 0

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def fill(self, works: Iterable[tuple[str, Sequence[WorkNumber]]]) -> None:
        """Take in each student's numbers."""
        self._db.execute("BEGIN")
        for student, numbers in works:
            self._students += 1
            self._db.executemany("INSERT INTO numbers VALUES (?, ?, ?, ?, ?)", _rows(student, numbers))
        self._db.execute("COMMIT")
        self._db.execute("CREATE INDEX by_value ON numbers (place, value)")
        self._db.execute("CREATE INDEX by_student ON numbers (student, kind)")

    def having(self, number: WorkNumber, but: str) -> Iterator[tuple[str, str]]:
        """Who else has a number, in the key or in the work; none where that is common."""
        assert number.written is not None
        low, high = number.written - number.width, number.written + number.width
        most = int(max(COMMON, COMMON_PART * self._students))
        query = """SELECT DISTINCT student, kind FROM numbers
                   WHERE place = ? AND value BETWEEN ? AND ? AND student <> ? LIMIT ?"""
        found = self._db.execute(query, (number.place, low, high, but, 2 * most + 1)).fetchall()
        if len({student for student, _ in found}) <= most:
            yield from found

    def of(self, student: str, kind: str) -> Mapping[str, tuple[float, str]]:
        """A student's numbers of a kind by place, with the verdicts of the work."""
        query = "SELECT place, value, verdict FROM numbers WHERE student = ? AND kind = ?"
        return {place: (value, verdict) for place, value, verdict in self._db.execute(query, (student, kind))}


def _rows(student: str, numbers: Sequence[WorkNumber]) -> Iterator[tuple[str, str, str, float, str]]:
    for number in numbers:
        yield student, number.place, "key", number.key, ""
        if number.written is not None:
            yield student, number.place, "work", number.written, number.verdict


def agreement_of(student: str, numbers: Sequence[WorkNumber], index: NumberIndex) -> Agreement | None:
    """The work of another student that a student's work agrees with in unlikely ways, if there is one."""
    wrong = [number for number in numbers if number.tells and number.verdict != CORRECT]
    if len(wrong) < FEWEST_WRONG or not any(number.verdict == WRONG for number in wrong):
        return None
    hits = Counter(found for number in wrong for found in index.having(number, student))
    for other, kind in sorted(hits, key=lambda found: _rank(hits, found)):
        agreeing = hits[other, kind]
        telling = _telling(numbers, index.of(other, "key"))
        found = Agreement(student, other, agreeing, len(telling), kind == "key")
        if telling and _is_unlikely(found, telling):
            is_source = kind == "key" or _more_wrong(wrong, index.of(other, "work")) > 0
        else:
            work = index.of(other, "work") if kind == "work" else {}
            is_source = _same_faults(wrong, work) and _more_wrong(numbers, work) >= 0
            found = Agreement(student, other, agreeing, len(wrong), is_key=False)
        if is_source:
            return found
    return None


def _rank(hits: Mapping[tuple[str, str], int], found: tuple[str, str]) -> tuple[int, str, str]:
    """The most numbers first; of one student the key before the work where it has nearly as many of them."""
    (other, kind), agreeing = found, hits[found]
    work = hits.get((other, "work"), 0)
    return -(max(agreeing, work) if kind == "key" and 10 * agreeing >= 9 * work else agreeing), kind, other


def _telling(numbers: Sequence[WorkNumber], key: Mapping[str, tuple[float, str]]) -> list[WorkNumber]:
    """The numbers of a work at which its own key differs from another one."""
    return [
        number
        for number in numbers
        if number.tells and number.place in key and abs(number.key - key[number.place][0]) > number.width
    ]


def _is_unlikely(found: Agreement, telling: Sequence[WorkNumber]) -> bool:
    """Whether a work fits the other student's numbers better than its own key: most of them, or many."""
    own = sum(number.verdict == CORRECT for number in telling)
    part = 3 if found.agreeing >= MANY else 2
    return found.agreeing >= FEWEST and found.agreeing > own and part * found.agreeing >= len(telling)


def _more_wrong(numbers: Sequence[WorkNumber], other: Mapping[str, tuple[float, str]]) -> int:
    """How many more of the numbers that two works share are wrong by the own sheet than by the other's: where that is
    less than none, the other's work was copied from this one.
    """
    shared = [(number.verdict, other[number.place][1]) for number in numbers if number.tells and _is_in(number, other)]
    return sum(own == WRONG for own, _ in shared) - sum(its == WRONG for _, its in shared)


def _same_faults(wrong: Sequence[WorkNumber], other: Mapping[str, tuple[float, str]]) -> bool:
    """Whether two works share wrong numbers that nothing explains, in several steps."""
    steps = {number.step for number in wrong if number.verdict == WRONG and _is_in(number, other)
             and other[number.place][1] == WRONG}  # fmt: skip
    return len(steps) >= FEWEST_WRONG


def _is_in(number: WorkNumber, other: Mapping[str, tuple[float, str]]) -> bool:
    return number.place in other and abs(other[number.place][0] - (number.written or 0)) <= number.width
