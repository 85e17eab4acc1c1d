"""Tables for spreadsheets and learning platforms, written as streams; no cell of them can be run as a formula."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TextIO

from derive.classroom.records.records import Record
from derive.classroom.reports.copied_work import Agreement
from derive.classroom.roster.students import Student
from derive.problem.settings import GradeRules

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
IDENTITY = ("student_id", "last_name", "first_name", "email")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before one that starts like it.

    >>> safe("=cmd|' /C calc'!A0"), safe("O'Neil")
    ("'=cmd|' /C calc'!A0", "O'Neil")
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How tables are written: the decimal sign (with a comma cells are parted by semicolons), and whether a byte order
    mark stands before them, by which Excel knows UTF-8.
    """

    decimal: str = "."
    bom: bool = False

    def number(self, marks: Fraction | None) -> str:
        """Marks, to four decimals at most; "" for none."""
        if marks is None:
            return ""
        text = f"{float(marks):.4f}".rstrip("0").rstrip(".")
        return text.replace(".", self.decimal)


class TableFile:
    """A table in a file: its heads, then row by row, every cell in quotes."""

    def __init__(self, file: TextIO, style: TableStyle, heads: Sequence[str]) -> None:
        self.style = style
        separator = ";" if style.decimal == "," else ","
        self._writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
        if style.bom:
            file.write("\ufeff")
        self.row(*heads)

    def row(self, *cells: str | Fraction | None) -> None:
        """Write a row: texts made safe, marks as numbers."""
        number = self.style.number
        self._writer.writerow([safe(cell) if isinstance(cell, str) else number(cell) for cell in cells])


class Grades(TableFile):
    """`grades.csv`: a row a student, a column a step that counts."""

    def __init__(
        self,
        file: TextIO,
        style: TableStyle,
        steps: Sequence[tuple[str, Fraction]],
        rules: GradeRules,
        agreements: Mapping[str, Agreement],
    ) -> None:
        self._steps, self._rules, self._agreements = [step for step, _ in steps], rules, agreements
        self._most = sum((of for _, of in steps), Fraction(0))
        more = (*(("days_late", "taken_off") if rules.due else ()), *(("grade",) if rules.marks else ()),
                *(("remarks",) if agreements else ()))  # fmt: skip
        super().__init__(file, style, (*IDENTITY, "score", "max_score", *self._steps, *more))

    def student(self, student: Student, record: Record | None) -> None:
        """A student's row; without a record the marks stay empty."""
        marks = {mark.step: mark.marks for mark in record.marks} if record else {}
        score = record.score if record else None
        self.row(student.id, student.last_name, student.first_name, student.email, score, self._most,
                 *(marks.get(step) for step in self._steps), *self._more(student, record))  # fmt: skip

    def _more(self, student: Student, record: Record | None) -> Iterator[str | Fraction | None]:
        """What the deadline and the grades add, and works that agree with others."""
        if self._rules.due:
            yield Fraction(record.days_late) if record else None
            yield record.taken_off if record else None
        if self._rules.marks:
            yield grade_of(record.score, self._most, self._rules.marks) if record else None
        if self._agreements:
            yield self._agreements[student.id].remark if student.id in self._agreements else None


def grade_of(score: Fraction, most: Fraction, grades: Sequence[tuple[str, Fraction]]) -> str:
    """The first of the grades whose percentage a score reaches; "" where it reaches none."""
    percent = 100 * score / most if most else Fraction(0)
    return next((grade for grade, least in grades if percent >= least), "")
