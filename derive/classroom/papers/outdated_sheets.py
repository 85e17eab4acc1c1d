"""Whose sheets were made from another problem than the one in the class's folder: their numbers are others."""

from __future__ import annotations

from dataclasses import replace

from derive.classroom.folder.classroom import Classroom
from derive.classroom.folder.ledger import entries
from derive.classroom.folder.manifest import PROBLEM
from derive.classroom.papers.paper_maker import Job
from derive.files import PDF


def outdated_students(room: Classroom) -> set[str]:
    """The ids of the students whose sheets, by the ledger, are of another problem; who has no entry is none of them.

    Memory holds those alone.
    """
    others: dict[str, str] = {}
    for entry in entries(room.folder):
        if entry.problem == room.manifest.problem:
            others.pop(entry.student, None)
        else:
            others[entry.student] = "" if entry.problem else entry.inputs
    return {*others} - _of_this_one(room, others)


def _of_this_one(room: Classroom, inputs: dict[str, str]) -> set[str]:
    """Those whose entries name no problem, as earlier versions wrote them, and whose papers were made from this one."""
    if not any(inputs.values()):
        return set()
    manifest = room.manifest
    text = (room.folder / PROBLEM).read_text("utf-8-sig")
    job = Job(text, manifest.title, manifest.seed, manifest.formats, manifest.derive)
    jobs = (job, replace(job, formats=tuple(form for form in job.formats if form != PDF)))
    return {
        student.id
        for student in room.students()
        if student.id in inputs and inputs[student.id] in {job.inputs(student) for job in jobs}
    }
