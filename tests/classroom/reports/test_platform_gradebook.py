"""The gradebooks that platforms import: their headings, from the columns of their own rosters."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from support.classes import QUICK, SmallClass, answer_file

from derive.classroom.grading import grade
from derive.classroom.records.records import Record, StepMark
from derive.classroom.records.written_files import PLATFORMS
from derive.classroom.reports.platform_gradebook import LAYOUTS, PlatformGradebook
from derive.classroom.roster.headings import PLATFORMS as COLUMNS_OF
from derive.classroom.roster.roster import Roster

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (77),Final Score
    Points Possible,,,,,9.00,(read only)
"Lovelace, Ada",9001,815,alove,A-1,,
"""
ROSTERS = {
    "moodle": "First name,Last name,ID number,Email address\nAda,Lovelace,815,a@x.org\n",
    "canvas": CANVAS,
    "blackboard": "Last Name,First Name,Username,Student ID\nLovelace,Ada,alove,815\n",
    "brightspace": "OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator\n#815,#alove,Lovelace,Ada,#\n",
    "ilias": "update,usr_id,login,lastname,firstname,status,mark,notice,comment,plagiarism,plag_comment\n"
    "0,6012,alove,Lovelace,Ada,passed,,,well done,,\n",
    "openolat": "Benutzername;Vorname;Nachname;Matrikelnummer\nalove;Ada;Lovelace;815\n",
}
BOOKS = {
    "moodle": [["First name", "Last name", "ID number", "Email address", "Week 1"],
               ["Ada", "Lovelace", "815", "a@x.org", "7.5"]],
    "canvas": [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 1 (77)"],
               ["    Points Possible", "", "", "", "", "9"],
               ["Lovelace, Ada", "9001", "815", "alove", "A-1", "7.5"]],
    "blackboard": [["Last Name", "First Name", "Username", "Student ID", "Week 1 [Total Pts: 9 Score]"],
                   ["Lovelace", "Ada", "alove", "815", "7.5"]],
    "brightspace": [["OrgDefinedId", "Username", "Week 1 Points Grade <Numeric MaxPoints:9>", "End-of-Line Indicator"],
                    ["#815", "#alove", "7.5", "#"]],
    "ilias": [["update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice", "comment",
               "plagiarism", "plag_comment"],
              ["1", "6012", "alove", "Lovelace", "Ada", "passed", "7.5", "", "well done", "", ""]],
    "openolat": [["alove", "7.5", "", ""]],
}  # fmt: skip
RECORD = Record("815", "a.toml", "w", (StepMark("z", Fraction(15, 2), Fraction(9), "correct", None),))


def text_of(platform: str, path: Path, record: Record | None) -> str:
    roster, buffer = Roster(path), io.StringIO()
    book = PlatformGradebook(buffer, platform, "Week 1", Fraction(9), roster.layout().headings)
    cells = dict(roster.rows())
    for student in roster:
        book.student(student, record, cells[student.id])
    return buffer.getvalue()


def written(platform: str, path: Path, record: Record | None) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(platform, path, record)), delimiter=LAYOUTS[platform].separator))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_gets_back_its_own_columns(tmp_path: Path, platform: str) -> None:
    (tmp_path / "list.csv").write_text(ROSTERS[platform], "utf-8")
    assert written(platform, tmp_path / "list.csv", RECORD) == BOOKS[platform]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_who_has_no_score_gets_none(tmp_path: Path, platform: str) -> None:
    (tmp_path / "list.csv").write_text(ROSTERS[platform], "utf-8")
    *_, row = written(platform, tmp_path / "list.csv", None)
    none = {"7.5": "-" if platform == "moodle" else "", "1": "0"}
    assert row == [none.get(cell, cell) for cell in BOOKS[platform][-1]]


def test_blackboard_has_every_cell_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(ROSTERS["blackboard"], "utf-8")
    assert (
        text_of("blackboard", tmp_path / "list.csv", RECORD).splitlines()[1] == '"Lovelace","Ada","alove","815","7.5"'
    )


def test_an_ilias_list_without_the_status_file(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Login;Nachname;Vorname;Matrikelnummer\nalove;Lovelace;Ada;815\n", "utf-8")
    row = written("ilias", tmp_path / "list.csv", RECORD)[1]
    assert row == ["1", "", "alove", "Lovelace", "Ada", "notgraded", "7.5", "", "", "", ""]


def test_every_row_has_its_source() -> None:
    assert all(layout.source for layout in LAYOUTS.values()) and all(row.source for row in COLUMNS_OF)


def test_ids_of_brightspace_are_read_without_their_sign(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(ROSTERS["brightspace"], "utf-8")
    (student,) = Roster(tmp_path / "list.csv")
    assert (student.id, student.login) == ("815", "alove")


def test_every_platform_has_a_layout() -> None:
    assert set(LAYOUTS) == set(PLATFORMS) == set(ROSTERS)


@pytest.mark.slow
def test_moodle_takes_the_feedback_back(tmp_path: Path) -> None:
    small = SmallClass(tmp_path)
    folder = tmp_path / "back" / "Ada Lovelace_3301_assignsubmission_file_"
    folder.mkdir(parents=True)
    (folder / "work.toml").write_text(answer_file(small.answers("p101")), "utf-8")
    (tmp_path / "back" / "p100.toml").write_text(answer_file(small.answers("p100")), "utf-8")
    options = replace(QUICK, formats=("md",), gradebook="moodle")
    marking = grade(small.room.folder, [tmp_path / "back"], small.grades, options)
    assert {"gradebook-moodle.csv", "moodle-feedback.zip"} <= {path.name for path in marking.files}
    with zipfile.ZipFile(small.grades / "moodle-feedback.zip") as archive:
        assert archive.namelist() == ["Ada Lovelace_3301_assignsubmission_file_/p101.md"]
    assert [row["A hidden unit"] for row in small.table("gradebook-moodle.csv")] == ["9", "9", "-", "-", "-"]
