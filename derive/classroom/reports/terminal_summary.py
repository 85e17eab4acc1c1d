"""What the terminal is told about a marked class."""

from collections.abc import Iterator

from derive.classroom.records.written_files import RETURNS
from derive.classroom.reports.class_files import MarkedClass
from derive.classroom.returns.inbox import CONFLICT, COUNTED, OTHER, PART, SUPERSEDED, UNKNOWN, UNREADABLE

MOST_LINES = 20
LISTED = (UNREADABLE, UNKNOWN, OTHER, CONFLICT)


def summary_lines(marking: MarkedClass) -> Iterator[str]:
    """How many were marked; then each return that was not, with the reason; then what could not be made."""
    found = marking.findings
    tally = found.tally
    yield from map(printable, marking.notes)
    yield f"{tally.marked} of {tally.marked + tally.missing} students marked"
    for state in LISTED:
        for item in found.returns.get(state, ())[:MOST_LINES]:
            yield f"{printable(item.shown)}: {printable(item.reason)}"
    silent = sum(n for state, n in found.states.items() if state not in {COUNTED, PART, SUPERSEDED})
    told = sum(min(len(found.returns.get(state, ())), MOST_LINES) for state in LISTED)
    if silent > told:
        yield f"and {silent - told} more returns that were not marked: see {RETURNS}"
    if found.agreements:
        yield f"{len(found.agreements)} works agree with another student's in unlikely ways: see the report"
    if found.changed:
        yield f"{found.changed} marks are others than before: see changes.csv"
    yield from marking.failures


def printable(text: str) -> str:
    """A text without characters that would steer the terminal: names of files may hold any.

    >>> printable("a\\x1b[2Jb")
    'a�[2Jb'
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)
