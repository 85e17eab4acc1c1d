"""Whose sheets were made from another problem than the one in the class's folder: their numbers are others."""

from dataclasses import replace

from derive.classroom.folder.classroom import Classroom
from derive.classroom.folder.issues import Issue
from derive.classroom.folder.ledger import LedgerLine, entries
from derive.classroom.folder.manifest import PROBLEM
from derive.classroom.papers.paper_maker import Job
from derive.files import PDF


def outdated_students(room: Classroom) -> dict[str, Issue | None]:
    """The ids of the students whose sheets, by the ledger, are of another problem or seed, and of which, if that is
    known; who has no entry is none of them.

    Memory holds those alone.
    """
    others: dict[str, LedgerLine] = {}
    for entry in entries(room.folder):
        if entry.problem == room.manifest.problem and entry.seed in {"", room.seed}:
            others.pop(entry.student, None)
        else:
            others[entry.student] = entry
    current = _of_this_one(room, {entry.student: entry.inputs for entry in others.values() if not entry.problem})
    return {
        student: Issue(entry.seed, entry.problem) if entry.seed and entry.problem else None
        for student, entry in others.items()
        if student not in current
    }


def _of_this_one(room: Classroom, inputs: dict[str, str]) -> set[str]:
    """Those whose entries name no problem, as earlier versions wrote them, and whose papers were made from this one."""
    if not inputs:
        return set()
    manifest = room.manifest
    text = (room.folder / PROBLEM).read_text("utf-8-sig")
    job = Job(text, manifest.title, manifest.seed, manifest.formats, manifest.derive)
    jobs = (job, replace(job, formats=tuple(form for form in job.formats if form != PDF)))
    return {
        student.id
        for student in room.roster
        if student.id in inputs and inputs[student.id] in {job.inputs(student) for job in jobs}
    }
