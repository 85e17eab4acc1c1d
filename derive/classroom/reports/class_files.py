"""What is written about a marked class: tables, the record of marks, the report; student by student, as streams."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TextIO, TypeVar

from derive.classroom.folder.classroom import Classroom
from derive.classroom.marking.marking_worker import DRAWN, NUMBERS, Orders, class_marker
from derive.classroom.marking.work_numbers import WorkNumber
from derive.classroom.records.fairness import DrawnNumbers, Fairness
from derive.classroom.records.records import Basis, Record, changes
from derive.classroom.records.written_files import (
    BEFORE,
    CHANGES,
    FEEDBACK,
    FEEDBACK_ZIP,
    GRADEBOOKS,
    GRADES,
    RECORD,
    REPORT,
    RETURNS,
)
from derive.classroom.reports.class_report import MOST_LISTED, Findings, class_document
from derive.classroom.reports.copied_work import Agreement, NumberIndex, agreement_of
from derive.classroom.reports.gradebook import Grades, TableFile, TableStyle
from derive.classroom.reports.platform_gradebook import PlatformGradebook, write_feedback_zip
from derive.classroom.returns.inbox import BESIDE, COUNTED, PART, Inbox
from derive.classroom.roster.printed_names import printed_name
from derive.classroom.roster.students import Student
from derive.errors import ToolError
from derive.files import PDF, save, staged
from derive.page.document import Document
from derive.pdf.pdf_source import pdf_source
from derive.pdf.press import make_pdfs
from derive.solution import Solution
from derive.writers import WRITERS, formats_of

T = TypeVar("T")
RETURN_HEADS = ("return", "student_id", "state", "reason")
CHANGE_HEADS = ("student_id", "step", "before", "after", "why")


@dataclass(frozen=True, slots=True)
class MarkedClass:
    """What came of marking a class: what the report tells, the files, what a missing tool could not make (`failures`),
    and what there is to say about tables that were read (`notes`).
    """

    findings: Findings
    files: tuple[Path, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassFiles:
    """Writes the books of a class into `output`: all take their places together, the record of marks last."""

    room: Classroom
    inbox: Inbox
    orders: Orders
    basis: Basis
    output: Path
    style: TableStyle
    platform: str = ""

    def write(self, parts: Sequence[Path], keys: Path) -> MarkedClass:
        """The books, from the records in `parts`, and the numbers of those without a return in `keys`.

        Raises DeriveError if the folder cannot be written.
        """
        before = self.inbox.remember(keys.with_name(BEFORE))
        steps = list(class_marker(self.orders)[1].steps())
        found = Findings(steps, _fairness(parts), _agreements(parts, keys), [] if before else None)
        if before is None:
            (self.output / CHANGES).unlink(missing_ok=True)
        with staged(self.output) as opened:
            self._tables(parts, before, opened, found)
            self._report(found, opened(f"{REPORT}.html"))
            self._record(parts, opened(RECORD))
        self._feedback_zip()
        names = (*GRADEBOOKS.values(), FEEDBACK_ZIP, FEEDBACK, GRADES, RETURNS, CHANGES, f"{REPORT}.html",
                 f"{REPORT}.pdf", RECORD)  # fmt: skip
        files = tuple(path for name in names if (path := self.output / name).exists())
        failures = tuple(f"{what}: {times} times" if times > 1 else what for what, times in found.failures.items())
        return MarkedClass(found, files, failures)

    def _tables(
        self, parts: Sequence[Path], before: Basis | None, opened: Callable[[str], TextIO], found: Findings
    ) -> None:
        """The tables, and what of them the report tells."""
        rules = class_marker(self.orders)[1].problem.grade
        grades = Grades(opened(GRADES), self.style, found.steps, rules, found.agreements)
        changed = TableFile(opened(CHANGES), self.style, CHANGE_HEADS) if before else None
        platform = self._gradebook(opened, found.steps)
        for student, marks in self._students(parts):
            grades.student(student, marks)
            platform(student, marks)
            self._count(student, marks, found)
            if changed and before:
                self._changes(student, marks, before, changed, found)
        self._returns(TableFile(opened(RETURNS), self.style, RETURN_HEADS), found)

    def _gradebook(
        self, opened: Callable[[str], TextIO], steps: Sequence[tuple[str, Fraction]]
    ) -> Callable[[Student, Record | None], None]:
        """What writes a student's row into the gradebook of the platform that is wanted."""
        for other, name in GRADEBOOKS.items():
            if other != self.platform:
                (self.output / name).unlink(missing_ok=True)
        if not self.platform:
            return lambda _student, _record: None
        roster, most = self.room.roster, sum((of for _, of in steps), Fraction(0))
        file = opened(GRADEBOOKS[self.platform])
        book = PlatformGradebook(file, self.platform, self.room.problem.title, most, roster.layout().headings)
        cells = dict(reversed(list(roster.rows())))
        return lambda student, record: book.student(student, record, cells.get(student.id, {}))

    def _feedback_zip(self) -> None:
        """The feedback as Moodle takes it back, where its gradebook is wanted and its folders came."""
        path = self.output / FEEDBACK_ZIP
        handed_in = {student.id: (student, found.shown) for student in self.room.roster
                     if self.platform == "moodle" and (found := self.inbox.delivery(student.id))}  # fmt: skip
        if not write_feedback_zip(path, self.output / FEEDBACK, handed_in):
            path.unlink(missing_ok=True)

    def _record(self, parts: Sequence[Path], file: TextIO) -> None:
        """The record of marks, by which a later marking knows what changed."""
        file.write(f"{self.basis.line()}\n")
        file.writelines(_kept(line) for line, record in _records(parts) if not record.refused)

    def _students(self, parts: Sequence[Path]) -> Iterator[tuple[Student, Record | None]]:
        """Every student in the roster's order, with what the work earned; None for one that was not marked."""
        records = (record for _, record in _records(parts))
        coming = next(records, None)
        for student in self.room.roster:
            record = None
            if coming and coming.student == student.id:
                record, coming = coming, next(records, None)
            if record and record.refused:
                self.inbox.refuse(student.id, record.refused)
            yield student, None if record and record.refused else record

    def _count(self, student: Student, marks: Record | None, found: Findings) -> None:
        found.tally.add(marks)
        if marks is not None and marks.failed:
            found.failures[f"a page of feedback could not be made: {marks.failed}"] += 1
        if marks is None:
            _keep(found.missing, student)
            keep_feedback(self.output / FEEDBACK, student, {})

    def _changes(
        self, student: Student, marks: Record | None, before: Basis, table: TableFile, found: Findings
    ) -> None:
        earlier = self.inbox.remembered(student.id)
        assert found.changes is not None
        for change in changes(earlier, marks, before, self.basis) if earlier else ():
            table.row(change.student, change.step or "score", change.before, change.after, change.why)
            found.changed += 1
            _keep(found.changes, change)

    def _returns(self, table: TableFile, found: Findings) -> None:
        for item in self.inbox.returns():
            table.row(item.shown, item.student, item.state, item.reason)
            found.states[item.state] += 1
            if BESIDE in item.reason and item.state in {COUNTED, PART}:
                found.states[BESIDE] += 1
                _keep(found.returns.setdefault(BESIDE, []), item)
            if item.state not in {COUNTED, PART}:
                _keep(found.returns.setdefault(item.state, []), item)

    def _report(self, found: Findings, page: TextIO) -> None:
        """The report as HTML into `page`, and beside it as PDF."""
        solution = class_marker(self.orders)[1].blueprint.evaluate()
        document = class_document(found, solution, self.style)
        page.write(_text("html", document, solution))
        printed = class_document(replace(found, missing=[*map(_printed, found.missing)]), solution, self.style)
        try:
            (made,) = make_pdfs([_text(pdf_source(solution.problem, sheet=True), printed, solution)])
        except ToolError as error:
            made = error
        if isinstance(made, bytes):
            save(self.output, {f"{REPORT}.{PDF}": made})
        else:
            (self.output / f"{REPORT}.{PDF}").unlink(missing_ok=True)
            found.failures[f"the report could not be made as PDF: {made.message}"] += 1


def _printed(student: Student) -> Student:
    """A student with the names that a PDF can show."""
    last, first = (printed_name(name, "–") for name in (student.last_name, student.first_name))
    return replace(student, last_name=last, first_name=first)


def _text(name: str, document: Document, solution: Solution) -> str:
    writer = WRITERS[name]
    return writer.render(writer.compile(document, solution.blueprint.page), solution.run)


def _kept(line: str) -> str:
    """A line of the record without what is needed only while a class is marked."""
    data = json.loads(line)
    for part in (NUMBERS, DRAWN):
        data.pop(part, None)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def _fairness(parts: Iterable[Path]) -> Fairness:
    """How the scores go with what was drawn."""
    fairness = Fairness()
    for line, record in _records(parts):
        drawn = json.loads(line).get(DRAWN)
        if drawn and not record.refused:
            fairness.add(DrawnNumbers.read(drawn), record.earned)
    return fairness


def _agreements(parts: Sequence[Path], keys: Path) -> dict[str, Agreement]:
    """The works that agree with another student's, by student."""
    with NumberIndex(keys.with_name("numbers.sqlite")) as index:
        index.fill(_numbers((*parts, keys)))
        found = (agreement_of(student, numbers, index) for student, numbers in _numbers(parts))
        return {each.student: each for each in found if each}


def _numbers(parts: Iterable[Path]) -> Iterator[tuple[str, list[WorkNumber]]]:
    for part in parts:
        with part.open(encoding="utf-8") as lines:
            for data in map(json.loads, lines):
                yield data["student"], [WorkNumber(*row) for row in data.get(NUMBERS, ())]


def _records(parts: Iterable[Path]) -> Iterator[tuple[str, Record]]:
    for part in parts:
        with part.open(encoding="utf-8") as lines:
            for line in lines:
                yield line, Record.read(line)


def keep_feedback(folder: Path, student: Student, pages: Mapping[str, bytes]) -> None:
    """Write the pages of a student's feedback, and take away those of other formats that an earlier marking left."""
    for form in formats_of("report"):
        if form not in pages:
            (folder / f"{student.file}.{form}").unlink(missing_ok=True)
    if pages:
        save(folder, {f"{student.file}.{form}": page for form, page in pages.items()})


def _keep(kept: list[T], item: T) -> None:
    """Keep an item, as long as the list is one that a page can show."""
    if len(kept) < MOST_LISTED:
        kept.append(item)
