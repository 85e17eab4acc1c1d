"""Whose sheets would have other numbers if a class were made again: those handed out would be worth nothing."""

from collections.abc import Iterator
from pathlib import Path

from derive.classroom.folder.classroom import Classroom
from derive.classroom.folder.ledger import entries
from derive.classroom.folder.manifest import NAME, PROBLEM
from derive.classroom.roster.roster import Roster
from derive.errors import DeriveError, InputError
from derive.problem.problem import Problem
from derive.problem.reading.array_files import self_contained
from derive.variants import Assignment

MOST_NAMED = 10


def check_replacement(folder: Path, problem: Path, roster: Path, seed: str | None) -> None:
    """Raises DeriveError where sheets that were made would have other numbers, from another problem or another seed."""
    if not (folder / NAME).exists() or not (folder / PROBLEM).exists():
        return
    room = Classroom.open(folder)
    same_problem = self_contained(problem) == (folder / PROBLEM).read_bytes()
    if same_problem and seed in {None, room.seed}:
        return
    try:
        old = Assignment(room.problem, room.seed)
    except InputError:
        old = None
    new = Assignment(Problem.load(problem), seed or room.seed)
    if changed := list(_changed(folder, Roster(roster, room.manifest.columns), old, new)):
        named = ", ".join(changed[:MOST_NAMED]) + (" …" if len(changed) > MOST_NAMED else "")
        hint = "to make them anew, and hand them out again: --replace; or choose another folder with -o"
        raise DeriveError(f"the numbers of {len(changed)} sheets in {folder} would change: {named}", hint)


def _changed(folder: Path, roster: Roster, old: Assignment | None, new: Assignment) -> Iterator[str]:
    """The students with a sheet that would have other numbers, by the checksum of those that it has."""
    made = {entry.student: entry.numbers for entry in entries(folder)}
    for student in roster:
        if student.id in made:
            before = made[student.id] or (old.checksum(student.id) if old else "")
            if before != new.checksum(student.id):
                yield student.id
