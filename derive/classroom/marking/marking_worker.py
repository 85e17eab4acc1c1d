"""What a worker does: mark students' work and write the feedback on it, many at a time."""

import gc
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from typing import Any

from derive.answers.feedback.report_files import text
from derive.classroom.marking.work_marking import Marker, Work
from derive.classroom.marking.work_numbers import numbers_of_work
from derive.classroom.records.fairness import DrawnNumbers
from derive.classroom.records.overrides import TOTAL, Override
from derive.classroom.returns.inbox import Holding
from derive.classroom.roster.printed_names import printed_name
from derive.classroom.roster.students import Student
from derive.errors import DeriveError, Fault, InputError, ToolError
from derive.files import PDF
from derive.pdf.pdf_source import pdf_source
from derive.pdf.press import make_pdfs
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.solution import Blueprint
from derive.variants import Assignment

NUMBERS, DRAWN = "numbers", "drawn"
"""The parts of a line that are needed while a class is marked, and not kept: of the work, and what was drawn."""
FAULTS: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What a fault of this program raises: it costs one student's marks, is told, and stops no other."""
NO_MARKS: tuple[type[Exception], ...] = (DeriveError, *FAULTS)
"""Whatever keeps a work from being marked."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What all work of a class is marked by.

    problem  the text of the problem that the sheets were made from; with the seed it decides each student's numbers
    name     of the problem
    file     the name of the file that the problem to mark by stands in
    seed     of the class
    formats  of the feedback
    hints    whether the feedback tells no expected numbers
    rules    the text of a problem to mark by instead; "" for the same
    late     the part of the marks that each day after the deadline takes off
    older    the problem's texts and the seeds of sheets that were made anew since: issue 1, 2, …; of those handed out
             last it is 0
    """

    problem: str
    name: str
    seed: str
    formats: tuple[str, ...]
    hints: bool = False
    rules: str = ""
    file: str = ""
    late: Fraction = Fraction(0)
    older: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in that counts: where it stands, what it says, packed, how many days late it came, the
    marks that were set by hand, and the issue of its sheet.
    """

    student: Student
    shown: str
    payload: str
    days_late: int = 0
    overrides: tuple[Override, ...] = ()
    issue: int = 0

    @property
    def digest(self) -> str:
        """Tells one piece of work from another."""
        return sha256(self.payload.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class MarkedWork:
    """What became of a student's work: a line of the record, and the pages of the feedback by format."""

    student: Student
    line: str
    pages: dict[str, bytes]


def mark_batch(orders: Orders, batch: Sequence[Submission]) -> list[MarkedWork]:
    """The works of a batch, each against its student's own variant; one that cannot be marked stops no other."""
    made = [_made(orders, handed) for handed in batch]
    failed = _set([pages for _, pages in made])
    return [
        MarkedWork(handed.student, _line(orders, handed, work, why), pages)
        for handed, (work, pages), why in zip(batch, made, failed, strict=True)
    ]


def _made(orders: Orders, handed: Submission) -> tuple[Work | str, dict[str, bytes]]:
    """The work judged, and its pages; else why it cannot be, in words, and no page."""
    try:
        _, marker = class_marker(orders)
        work = marker.mark(_variant(orders, handed.student.id, handed.issue), handed.payload)
        work = work.with_marks(handed.overrides)
        return work, _pages(orders, handed, work)
    except DeriveError as error:
        return f"the student's variant cannot be worked out: {error.message}", {}
    except FAULTS as error:
        return f"derive failed on this work, which is a fault of derive: {type(error).__name__}: {error}", {}


def weigh_batch(orders: Orders, batch: Sequence[tuple[str, str, int]]) -> list[Holding]:
    """What works hold, each a student's id, what it says, packed, and the issue of its sheet. Of work that cannot be
    read it is said when it is marked.
    """
    _, marker = class_marker(orders)

    def holding(student: str, payload: str, issue: int) -> Holding:
        try:
            return marker.holding(_variant(orders, student, issue), payload)
        except NO_MARKS:
            return Holding(2)

    return [holding(*work) for work in batch]


def _variant(orders: Orders, student: str, issue: int = 0) -> Problem:
    """The problem to mark a student's work by, with the numbers of the own sheet."""
    _, marker = class_marker(orders)
    return _with_numbers(marker.problem, assignment_of(orders, issue).draw(student).problem)


@lru_cache(8)
def assignment_of(orders: Orders, issue: int) -> Assignment:
    """The assignment of an issue of sheets. Raises InputError for a problem that cannot be used."""
    if not issue:
        return class_marker(orders)[0]
    text, seed = orders.older[issue - 1]
    return Assignment(Problem.loads(text, orders.name, f"{orders.name}.toml"), seed)


@lru_cache(2)
def class_marker(orders: Orders) -> tuple[Assignment, Marker]:
    """The assignment and the marker of a class: what depends on the structure alone, made once in each worker.

    Raises InputError for a problem that cannot be used, and for rules whose given values have other shapes.
    """
    gc.set_threshold(50_000, 20, 20)  # a blueprint stays: looking through it for garbage takes a tenth of the time
    file = orders.file or f"{orders.name}.toml"
    own = f"{orders.name}.toml" if orders.rules else file
    assignment = Assignment(Problem.loads(orders.problem, orders.name, own), orders.seed)
    if not orders.rules:
        return assignment, Marker(assignment.blueprint)
    marker = Marker(Blueprint.of(Problem.loads(orders.rules, orders.name, file)))
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


def _pages(orders: Orders, handed: Submission, work: Work) -> dict[str, bytes]:
    """The pages of a student's feedback by format; for a PDF the text that it is made from."""
    if not orders.formats:
        return {}
    report = work.report(orders.hints)
    returned = {"returned": handed.shown} if handed.shown else {}
    head = {"student": f"{handed.student.name} ({handed.student.id})", **returned,
            **_set_by_hand(handed, work.solution.problem.language), **_taken_off(orders, handed, work)}  # fmt: skip
    source = pdf_source(work.solution.problem, sheet=True)
    name = printed_name(handed.student.name, "")
    printed = head if name else {**head, "student": handed.student.id}
    texts = {
        form: text(report, work.solution, *((source, printed) if form == PDF else (form, head)))
        for form in orders.formats
    }
    return {form: page.encode() for form, page in texts.items()}


def _set_by_hand(handed: Submission, language: str) -> dict[str, str]:
    """What the student is told of marks that were set by hand."""
    names = {TOTAL: catalogue(language)["class.score"]}
    told = [
        f"{names.get(each.step, each.step)}: {_number(each.mark)}" + (f" ({each.reason})" if each.reason else "")
        for each in handed.overrides
    ]
    return {"override": "; ".join(told)} if told else {}


def _taken_off(orders: Orders, handed: Submission, work: Work) -> dict[str, str]:
    """What the student is told of marks that a late return cost."""
    if not handed.days_late or any(each.step == TOTAL for each in handed.overrides):
        return {}
    rate = min(Fraction(1), orders.late * handed.days_late)
    off = rate * sum((mark.marks for mark in work.marks), Fraction(0))
    return {"late": f"{handed.days_late} d: −{_number(off)}"}


def _number(marks: Fraction) -> str:
    return f"{float(marks):.4g}"


def _set(pages: Sequence[dict[str, bytes]]) -> list[str]:
    """Put PDFs in the place of their LaTeX; for each student why that could not be done, "" if it could."""
    coming = iter(_pdfs([each[PDF].decode() for each in pages if PDF in each]))
    failed = []
    for each in pages:
        result = next(coming) if PDF in each else b""
        if isinstance(result, ToolError):
            each["tex"] = each.pop(PDF)
        elif PDF in each:
            each[PDF] = result
        failed.append(result.message if isinstance(result, ToolError) else "")
    return failed


def _pdfs(texts: Sequence[str]) -> Sequence[bytes | ToolError]:
    """The PDF of each text, or why it has none; where all together fail, each is set alone."""
    try:
        return make_pdfs(texts) if texts else ()
    except ToolError as error:
        return [error] * len(texts)
    except FAULTS as error:
        if len(texts) == 1:
            return [ToolError(f"derive failed on this page, which is a fault of derive: {type(error).__name__}")]
        return [pdf for text in texts for pdf in _pdfs([text])]


def _line(orders: Orders, handed: Submission, work: Work | str, failed: str) -> str:
    """A line of the record of marks."""
    line: dict[str, Any] = {"student": handed.student.id, "return": handed.shown, "work": handed.digest}
    if handed.days_late:
        line |= {"days late": handed.days_late, "late": str(orders.late)}
    if handed.overrides:
        line |= {"overrides": [[each.step, str(each.mark), each.reason] for each in handed.overrides]}
    if isinstance(work, str):
        line |= {"refused": work}
    else:
        line |= {"marks": [[m.step, str(m.marks), str(m.of), m.verdict, m.mistake] for m in work.marks]}
    line |= {"failed": failed} if failed else {}
    numbers = numbers_of_work(work.judged) if isinstance(work, Work) else ()
    line |= {NUMBERS: [number.row() for number in numbers]}
    if isinstance(work, Work) and work.answers and (drawn := _drawn(orders, work, handed.issue)):
        line |= {DRAWN: drawn.row()}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _drawn(orders: Orders, work: Work, issue: int) -> DrawnNumbers | None:
    """What was drawn for a student; None where nothing is."""
    assignment = assignment_of(orders, issue)
    return DrawnNumbers.of(work.solution.problem, assignment.variants.choices) if assignment.drawn else None


def key_batch(orders: Orders, students: Sequence[str]) -> list[str]:
    """The numbers of students who handed in nothing, as lines of a record that has no marks."""
    _, marker = class_marker(orders)

    def line(student: str) -> str:
        try:
            work = marker.mark(_variant(orders, student), "[]")
        except NO_MARKS:
            return json.dumps({"student": student})
        return json.dumps({"student": student, NUMBERS: [each.row() for each in numbers_of_work(work.judged)]})

    return list(map(line, students))
