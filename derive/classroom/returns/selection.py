"""Which of several returns of one student counts, and which are parts of one work; why the others are set aside."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

SAME_TIME = 60
"""Times that lie less than so many seconds apart decide nothing: files that were unpacked together."""

LONGEST_NAME = 255
"""Longer ones, which may lie in a zip, have no number of a version."""
_COPY = "(?i:copy|kopie|copie|copia|копия|көшірме)"
_VERSION = re.compile(
    rf"(?P<before>{_COPY}(?:\s(?i:of|von|de)\b)?\s)?(?P<name>.*?)(?P<behind>[\s_–—-]+{_COPY})?"
    r"(?:[\s_-]*\((?P<copy>\d{1,4})\)|(?:[\s_-]+[vV]?|[vV])(?P<number>\d{1,4}))?"
)
"""A number at the end; one that touches the name, as in `p100`, is a part of it. A copy has the number 1 if none."""
_FOLDER = re.compile(r"(?P<above>.*/)?(?i:version)\s(?P<number>\d{1,4})/.*")
"""What Teams calls the folders of what was handed in again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A return that may count.

    position  its place among all returns
    shown     where it stands: a file, a member of a zip, a row
    time      when it was handed in, in seconds since 1970; 0 where nobody knows
    steps     the ids of the steps it answers
    entries   how many entries it answers
    score     the marks it earns
    issue     of the sheet it is on
    """

    position: int
    shown: str
    time: float
    steps: frozenset[str]
    entries: int
    score: Fraction = Fraction(0)
    issue: int = 0

    @property
    def version(self) -> tuple[str, int]:
        """Its name without the number of a version, and that number: `homework (1)` is newer than `homework`.

        A row of a table is newer than those above it, and what lies in `Version 2` than all that lies in `Version 1`.
        """
        place, row, number = self.shown.rpartition(", row ")
        if row and number.isdecimal():
            return place, int(number)
        if folder := _FOLDER.fullmatch(self.shown):
            return folder["above"] or "", int(folder["number"])
        path = PurePosixPath(self.shown)
        match = _VERSION.fullmatch(path.stem) if len(path.stem) <= LONGEST_NAME else None
        if match is None:
            return self.shown, 0
        number = match["copy"] or match["number"] or ("1" if match["before"] or match["behind"] else "0")
        return f"{path.parent}/{match['name']}{path.suffix}", int(number)


@dataclass(frozen=True, slots=True)
class Selection:
    """The return that counts, others that are `parts` of the same work, and why each other one is set aside."""

    counts: Candidate
    parts: Sequence[Candidate]
    aside: Mapping[int, str]


def select(candidates: Sequence[Candidate], attempts: str) -> Selection:
    """Of a student's returns the last, first or best; those that answer other steps of the same sheet alone are
    parts of it.
    """
    ranked = _ranked(candidates, attempts)
    counts, reasons = ranked[0][0], {}
    taken, parts = set(counts.steps), []
    for candidate, reason in ranked[1:]:
        if candidate.steps and candidate.issue == counts.issue and not candidate.steps & taken:
            parts.append(candidate)
            taken |= candidate.steps
        else:
            reasons[candidate.position] = reason
    return Selection(counts, parts, reasons)


def _ranked(candidates: Sequence[Candidate], attempts: str) -> list[tuple[Candidate, str]]:
    """The returns, the one that counts first, each other one with the reason why it stands behind the one before."""
    left, ranked = list(candidates), []
    reason = ""
    while left:
        best, why = _best(left, attempts)
        ranked.append((best, reason))
        left.remove(best)
        reason = why
    return ranked


def _best(candidates: Sequence[Candidate], attempts: str) -> tuple[Candidate, str]:
    """The one that counts, and what decided it: what that means for the others."""
    if attempts == "best":
        most = max(each.score for each in candidates)
        candidates = [each for each in candidates if each.score == most]
        if len(candidates) == 1:
            return candidates[0], "another one earns more"
    sign = -1 if attempts == "first" else 1
    edge = max(sign * each.time for each in candidates)
    near = [each for each in candidates if edge - sign * each.time < SAME_TIME]
    if len(near) == 1:
        return near[0], "an earlier one counts" if attempts == "first" else "a later one counts"
    versions = {each.position: each.version for each in near}
    edges: dict[str, int] = {}
    for name, number in versions.values():
        edges[name] = max(edges.get(name, sign * number), sign * number)
    current = [each for each in near if sign * versions[each.position][1] == edges[versions[each.position][0]]]
    if len(current) == 1 and len(near) > 1:
        return current[0], "an earlier version counts" if attempts == "first" else "a newer version counts"
    most_entries = max(each.entries for each in current)
    complete = [each for each in current if each.entries == most_entries]
    if len(complete) == 1:
        return complete[0], "a more complete one counts"
    return max(complete, key=lambda each: sign * each.position), "one that was named behind it counts"
