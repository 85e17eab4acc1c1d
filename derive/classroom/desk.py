"""What a worker does: mark students' work and write the feedback on it, many at a time."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from derive.answers.output import text
from derive.classroom.marking import Marker, Work
from derive.classroom.students import Student
from derive.errors import DeriveError, Fault, InputError, ToolError
from derive.output import PDF
from derive.problem import Problem
from derive.solution import Blueprint
from derive.typesetting.press import make_pdfs
from derive.variants import Assignment

FEEDBACK = "feedback"
FAULTS: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What a fault of this program raises: it costs one student's marks, is told, and stops no other."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What all work of a class is marked by.

    problem  the text of the problem that the sheets were made from; with the seed it decides each student's numbers
    name     of the problem
    seed     of the class
    formats  of the feedback
    hints    whether the feedback tells no expected numbers
    rules    the text of a problem to mark by instead; "" for the same
    """

    problem: str
    name: str
    seed: str
    formats: tuple[str, ...]
    hints: bool = False
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """What a student handed in that counts: where it stands, and what it says, packed."""

    student: Student
    shown: str
    payload: str

    @property
    def digest(self) -> str:
        """Tells one piece of work from another."""
        return sha256(self.payload.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a student's work: a line of the record, and the pages of the feedback by format."""

    student: Student
    line: str
    pages: dict[str, bytes]


def mark_batch(orders: Orders, batch: Sequence[Handed]) -> list[Marked]:
    """The works of a batch, each against its student's own variant; one that cannot be marked stops no other."""
    assignment, marker = desk(orders)
    works = [_marked(assignment, marker, handed) for handed in batch]
    pages = [{} if isinstance(work, str) else _pages(orders, handed, work)
             for handed, work in zip(batch, works, strict=True)]  # fmt: skip
    failed = _set(pages)
    return [
        Marked(handed.student, _line(handed, work, why), each)
        for handed, work, each, why in zip(batch, works, pages, failed, strict=True)
    ]


def _marked(assignment: Assignment, marker: Marker, handed: Handed) -> Work | str:
    """The work judged; else why it cannot be, in words."""
    try:
        variant = assignment.draw(handed.student.id).problem
        return marker.mark(_with_numbers(marker.problem, variant), handed.payload)
    except DeriveError as error:
        return f"the student's variant cannot be worked out: {error.message}"
    except FAULTS as error:
        return f"derive failed on this work, which is a fault of derive: {type(error).__name__}: {error}"


@lru_cache(2)
def desk(orders: Orders) -> tuple[Assignment, Marker]:
    """The assignment and the marker of a class: what depends on the structure alone, made once in each worker.

    Raises InputError for a problem that cannot be used, and for rules whose given values have other shapes.
    """
    gc.set_threshold(50_000, 20, 20)  # a blueprint stays: looking through it for garbage takes a tenth of the time
    assignment = Assignment(Problem.loads(orders.problem, orders.name), orders.seed)
    if not orders.rules:
        return assignment, Marker(assignment.blueprint)
    marker = Marker(Blueprint.of(Problem.loads(orders.rules, orders.name)))
    _with_numbers(marker.problem, assignment.problem)
    return assignment, marker


def _with_numbers(problem: Problem, variant: Problem) -> Problem:
    """A problem with the given numbers of a sheet, whatever its own are. Raises InputError for other shapes."""
    if problem is variant:
        return problem
    sheet = {given.name: given for given in variant.givens}
    other = [given.name.id for given in problem.givens
             if given.name in sheet and given.shape != sheet[given.name].shape]  # fmt: skip
    if other:
        hint = "the given values must have the shapes that they have on the sheets"
        raise InputError([Fault(f"`{name}` has another shape than on the sheets", hint) for name in other])
    return problem.with_values({name.id: given.values for name, given in sheet.items()})


def _pages(orders: Orders, handed: Handed, work: Work) -> dict[str, bytes]:
    """The pages of a student's feedback by format; for a PDF its LaTeX."""
    if not orders.formats:
        return {}
    report = work.report(orders.hints)
    head = {"student": f"{handed.student.name} ({handed.student.id})", "returned": handed.shown}
    texts = {form: text(report, work.solution, "tex" if form == PDF else form, head) for form in orders.formats}
    return {form: page.encode() for form, page in texts.items()}


def _set(pages: Sequence[dict[str, bytes]]) -> list[str]:
    """Put PDFs in the place of their LaTeX; for each student why that could not be done, "" if it could."""
    waiting = [each for each in pages if PDF in each]
    try:
        made = make_pdfs([each[PDF].decode() for each in waiting]) if waiting else []
    except ToolError as error:
        made = [error] * len(waiting)
    failed = []
    coming = iter(made)
    for each in pages:
        result = next(coming) if PDF in each else b""
        if isinstance(result, ToolError):
            each["tex"] = each.pop(PDF)
        elif PDF in each:
            each[PDF] = result
        failed.append(result.message if isinstance(result, ToolError) else "")
    return failed


def _line(handed: Handed, work: Work | str, failed: str) -> str:
    """A line of the record of marks."""
    line: dict[str, Any] = {"student": handed.student.id, "return": handed.shown, "work": handed.digest}
    if isinstance(work, str):
        line |= {"refused": work}
    else:
        line |= {"marks": [[m.step, str(m.marks), str(m.of), m.verdict, m.mistake] for m in work.marks]}
    line |= {"failed": failed} if failed else {}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))
