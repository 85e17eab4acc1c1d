"""The gradebooks that learning platforms import, from the roster's own columns; one row a platform.

Sources: the platforms' documentation of grade import: Moodle "Import grades (CSV)", Canvas "Upload changes to the
Gradebook", Blackboard "Work offline with grade data", Brightspace "Import grades", OpenOlat "bulk assessment".
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TextIO

from derive.classroom.records.records import Record
from derive.classroom.reports.gradebook import TableStyle, safe
from derive.classroom.returns.upload_names import moodle_folder
from derive.classroom.roster.headings import column_keys, heading_key
from derive.classroom.roster.students import Student

SCORE = "SCORE"
_POINTS = TableStyle()


@dataclass(frozen=True, slots=True)
class GradebookLayout:
    """The file of a platform.

    columns    heading → what stands in it: a column of rosters by its key, a roster's heading as it is after `=`, a
               text after `"`, or SCORE; in headings `{name}` is the name of the sheet, `{points}` its points
    separator  of the cells
    points     the line under the headings that says how many points there are: column → text
    """

    columns: Mapping[str, str]
    separator: str = ","
    points: Mapping[str, str] | None = None


LAYOUTS: Mapping[str, GradebookLayout] = {
    "moodle": GradebookLayout(
        {"First name": "first_name", "Last name": "last_name", "ID number": "id", "Email address": "email",
         "{name}": SCORE},
    ),
    "canvas": GradebookLayout(
        {"Student": "name", "ID": "number", "SIS User ID": "id", "SIS Login ID": "login", "Section": "=Section",
         "{name}": SCORE},
        points={"Student": "    Points Possible", "{name}": "{points}"},
    ),
    "blackboard": GradebookLayout(
        {"Last Name": "last_name", "First Name": "first_name", "Username": "login", "Student ID": "id",
         "{name} [Total Pts: {points} Score]": SCORE},
    ),
    "brightspace": GradebookLayout(
        {"OrgDefinedId": "id", "Username": "login", "Last Name": "last_name", "First Name": "first_name",
         "{name} Points Grade <Numeric MaxPoints:{points}>": SCORE, "End-of-Line Indicator": '"#'},
    ),
    "ilias": GradebookLayout(
        {"Login": "login", "Lastname": "last_name", "Firstname": "first_name", "Matriculation": "id", "Mark": SCORE},
        separator=";",
    ),
    "openolat": GradebookLayout(
        {"Username": "login", "Score": SCORE, "Passed": '"', "Comment": '"'}, separator=";",
    ),
}  # fmt: skip


class PlatformGradebook:
    """Writes a platform's gradebook, row by row; without a record the score stays empty."""

    def __init__(self, file: TextIO, platform: str, name: str, most: Fraction, headings: Sequence[str]) -> None:
        self.layout, self._keys = LAYOUTS[platform], column_keys(list(headings))
        self._headings = headings
        points = _POINTS.number(most)
        own = _own_column(headings, name)
        self._writer = csv.writer(file, delimiter=self.layout.separator, lineterminator="\r\n")
        heads = [
            own if what == SCORE and own else head.format(name=name, points=points)
            for head, what in self.layout.columns.items()
        ]
        self._writer.writerow(heads)
        if self.layout.points:
            texts = self.layout.points
            self._writer.writerow([texts.get(head, "").format(points=points) for head in self.layout.columns])

    def student(self, student: Student, record: Record | None, cells: Mapping[str, str]) -> None:
        """A student's row, with the cells of the roster by their headings."""
        self._writer.writerow(self._row(student, record, cells))

    def _row(self, student: Student, record: Record | None, cells: Mapping[str, str]) -> Iterator[str]:
        known = {
            "id": student.id, "login": student.login or student.id, "email": student.email,
            "last_name": student.last_name, "first_name": student.first_name,
            "name": f"{student.last_name}, {student.first_name}" if student.first_name else student.last_name,
        }  # fmt: skip
        by_key = {key: cells.get(head, "") for head, key in zip(self._headings, self._keys, strict=True) if key}
        for what in self.layout.columns.values():
            if what == SCORE:
                yield _POINTS.number(record.score) if record else ""
            elif what.startswith('"'):
                yield what[1:]
            elif what.startswith("="):
                yield safe(cells.get(what[1:], ""))
            else:
                yield safe(by_key.get(what) or known.get(what, ""))


def _own_column(headings: Sequence[str], name: str) -> str:
    """The roster's own column of the sheet, with the platform's number of it: `Week 1 (77)`; "" if there is none."""
    wanted = heading_key(name)
    return next((head for head in headings if wanted and heading_key(head).startswith(wanted)), "")


def write_feedback_zip(path: Path, feedback: Path, handed_in: Mapping[str, tuple[Student, str]]) -> bool:
    """The pages of feedback in the folders that Moodle takes back (`Name_participantid_assignsubmission_file_/`), of
    the students whose return lay in one; whether there are any.
    """
    members = [
        (f"{folder}/{page.name}", page)
        for student, names in handed_in.values()
        if (folder := moodle_folder(names))
        for page in sorted(feedback.glob(f"{student.file}.*"))
        if page.stem == student.file
    ]
    if members:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, page in members:
                archive.writestr(zipfile.ZipInfo(name), page.read_bytes())
    return bool(members)
