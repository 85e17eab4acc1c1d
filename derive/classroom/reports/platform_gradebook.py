"""The gradebooks that learning platforms import, from the roster's own columns; one row a platform, with its source."""

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

SCORE, GRADED = "SCORE", "GRADED"
_POINTS = TableStyle()


@dataclass(frozen=True, slots=True)
class GradebookLayout:
    """The file of a platform.

    source     where its form is published
    columns    heading → what stands in it: a column of rosters by its key, a roster's heading as it is after `=` (after
               a bar what stands there if the roster has none), a text after `"`, SCORE, or GRADED, 1 or 0; in headings
               `{name}` is the name of the sheet, `{points}` its points
    separator  of the cells
    points     the line under the headings that says how many points there are: column → text
    ungraded   the score of who has none
    headed     whether the headings are written
    quoted     whether every cell stands in quotes
    """

    source: str
    columns: Mapping[str, str]
    separator: str = ","
    points: Mapping[str, str] | None = None
    ungraded: str = ""
    headed: bool = True
    quoted: bool = False


LAYOUTS: Mapping[str, GradebookLayout] = {
    "moodle": GradebookLayout(
        "moodle/moodle, grade/import/csv/classes/load_data.php: columns are mapped by hand, `-` is no grade",
        {"First name": "first_name", "Last name": "last_name", "ID number": "id", "Email address": "email",
         "{name}": SCORE},
        ungraded="-",
    ),
    "canvas": GradebookLayout(
        "instructure/canvas-lms, lib/gradebook_importer.rb: header?, update_column_count, process_pp",
        {"Student": "name", "ID": "number", "SIS User ID": "id", "SIS Login ID": "login", "Section": "=Section",
         "{name}": SCORE},
        points={"Student": "    Points Possible", "{name}": "{points}"},
    ),
    "blackboard": GradebookLayout(
        "help.blackboard.com, Learn, Instructor: Work Offline with Grade Data: users by Username, cells in quotes",
        {"Last Name": "last_name", "First Name": "first_name", "Username": "login", "Student ID": "id",
         "{name} [Total Pts: {points} Score]": SCORE},
        quoted=True,
    ),
    "brightspace": GradebookLayout(
        "community.d2l.com, article 3538, Importing grades: no other details of users, # ends a line",
        {"OrgDefinedId": "id", "Username": "login", "{name} Points Grade <Numeric MaxPoints:{points}>": SCORE,
         "End-of-Line Indicator": '"#'},
    ),
    "ilias": GradebookLayout(
        "ilifau/ExerciseStatusFile, ilPluginExAssignmentStatusFile: every title has to be there, rows with update 1 "
        "are taken by their usr_id; ILIAS itself imports no marks",
        {"update": GRADED, "usr_id": "=usr_id", "login": "login", "lastname": "last_name", "firstname": "first_name",
         "status": "=status|notgraded", "mark": SCORE, "notice": "=notice", "comment": "=comment",
         "plagiarism": "=plagiarism", "plag_comment": "=plag_comment"},
    ),
    "openolat": GradebookLayout(
        "OpenOLAT/OpenOLAT, org.olat.course.assessment.bulk: DataStepForm splits at tabs, ChooseColumnsStepForm takes "
        "identifier, score, passed, comment; a first line of headings would be a user",
        {"Username": "login", "Score": SCORE, "Passed": '"', "Comment": '"'}, separator="\t", headed=False,
    ),
}  # fmt: skip


class PlatformGradebook:
    """Writes a platform's gradebook, row by row; without a record the score stays empty."""

    def __init__(self, file: TextIO, platform: str, name: str, most: Fraction, headings: Sequence[str]) -> None:
        self.layout, self._keys = LAYOUTS[platform], column_keys(list(headings))
        self._headings = headings
        points = _POINTS.number(most)
        own = _own_column(headings, name)
        dialect = "unix" if self.layout.quoted else "excel"  # that one has every cell in quotes
        self._writer = csv.writer(file, dialect, delimiter=self.layout.separator, lineterminator="\r\n")
        if self.layout.headed:
            self._writer.writerow(
                own if what == SCORE and own and "{name}" in head else head.format(name=name, points=points)
                for head, what in self.layout.columns.items()
            )
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
                yield _POINTS.number(record.score) if record else self.layout.ungraded
            elif what == GRADED:
                yield str(int(record is not None))
            elif what.startswith('"'):
                yield what[1:]
            elif what.startswith("="):
                head, _, otherwise = what[1:].partition("|")
                yield safe(cells.get(head, "") or otherwise)
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
