"""Names that learning platforms give to what a student uploads: a file or folder of the export, one row a platform.

What a platform wrote is trusted; what stands behind it is the name that the student gave, and says nothing.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UploadName:
    """What a platform's name tells.

    student  who handed it in: a name, user name or address
    number   the platform's own for the student
    time     when it was handed in, by the platform's clock; None where that is not told
    late     whether the platform calls it late
    """

    platform: str
    student: str
    number: str = ""
    time: datetime | None = None
    late: bool = False

    @property
    def anonymous(self) -> bool:
        """Whether the platform hides who it is."""
        return self.student.casefold().startswith(_ANONYMOUS)


_DAY = r"(?:[A-Z][a-z]+ \d+|\d+ [A-Z][a-z]+),? \d{4}"
_CLOCK = re.compile(rf"{_DAY} \d{{1,2}}:?\d\d [AP]M")
_CLOCKS = ("%b %d, %Y %I%M %p", "%B %d, %Y %I%M %p", "%d %B, %Y %I%M %p", "%d %B %Y %I%M %p", "%d %b, %Y %I%M %p")
_ANONYMOUS = ("participant", "teilnehmer", "participante", "partecipante", "anonymous", "anon", "участник")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How a platform names uploads; `times` are the forms of its time, tried in order."""

    platform: str
    pattern: re.Pattern[str]
    times: Sequence[str] = ()


_PATTERNS = (
    _Pattern("Moodle", re.compile(r"(?P<student>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_|$|\.)")),
    _Pattern("Blackboard", re.compile(r".+?_(?P<student>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_|\.|$)"),
             ("%Y-%m-%d-%H-%M-%S",)),
    _Pattern("Brightspace", re.compile(r"(?P<number>\d+-\d+)\s*-\s*(?P<student>.+?)\s*-\s*"
                                       rf"(?P<time>{_DAY} \d{{3,4}} [AP]M)"), _CLOCKS),
    _Pattern("Sakai", re.compile(r"(?P<student>[^,()]+, [^()]+\([^()\s]+\))$")),
    _Pattern("Canvas", re.compile(r"(?P<student>[^_]+)_(?P<late>(?i:late)_)?(?P<number>\d{3,})_\d{3,}_")),
)  # fmt: skip


def upload_name(part: str) -> UploadName | None:
    """What a file or folder is called by a platform, or None for a name of another kind.

    >>> upload_name("smithjane_LATE_12345_6789_sheet.pdf").student
    'smithjane'
    """
    for row in _PATTERNS:
        if match := row.pattern.match(part):
            found = match.groupdict()
            time = _time(found.get("time") or "", row.times)
            return UploadName(row.platform, found["student"].strip(), found.get("number") or "", time,
                              bool(found.get("late")))  # fmt: skip
    return None


def _time(text: str, forms: Sequence[str]) -> datetime | None:
    for form in forms:
        padded = re.sub(r"\b(\d{3}) (?=[AP]M)", r"0\1 ", text)
        with suppress(ValueError):
            return datetime.strptime(padded, form)
    return None


def time_of_day(text: str) -> datetime | None:
    """The last day and time of day in a text, as Brightspace writes them; None where there is none.

    >>> time_of_day("Ada Lovelace, work.pdf: Mar 4, 2026 11:59 PM").isoformat()
    '2026-03-04T23:59:00'
    """
    said = _CLOCK.findall(" ".join(text.split()))
    return _time(said[-1].replace(":", ""), _CLOCKS) if said else None


def upload_of(names: str) -> UploadName | None:
    """What the outermost name that a platform gave tells, of a path."""
    return next(filter(None, map(upload_name, names.split("/"))), None)


def moodle_folder(names: str) -> str:
    """The folder of a path that Moodle named, without what the student named; "" where there is none.

    >>> moodle_folder("export.zip: Ada Lovelace_3301_assignsubmission_file_/work.pdf")
    'Ada Lovelace_3301_assignsubmission_file_'
    """
    for part in re.split(r"/|: ", names):
        if found := upload_name(part):
            return f"{found.student}_{found.number}_assignsubmission_file_" if found.platform == "Moodle" else ""
    return ""
