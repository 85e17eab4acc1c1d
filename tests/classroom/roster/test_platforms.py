"""Class lists as platforms and spreadsheets export them: headings, lines of their own, encodings, workbooks."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from support.classes import PROBLEM

from derive.classroom.roster.roster import Roster
from derive.commands.cli import main
from derive.errors import InputError

MOODLE_FR = 'Prénom,Nom,"Numéro d\'identification",Institution,"Adresse de courriel"\nAda,Lovelace,815,,a@x.org\n'
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (77)
    Points Possible,,,,,20.00
"Lovelace, Ada",9001,815,alove,A-1,
"Student, Test",9999,,3f2a,A-1,
"""
BLACKBOARD = (
    '"Last Name","First Name","Username","Student ID","Availability"\r\n"Lovelace","Ada","alove","815","Yes"\r\n'
)
BRIGHTSPACE = "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line\n815,alove,Lovelace,Ada,a@x.org,#\n"
GOOGLE = "Last Name,First Name,Email Address,Week 1\n,,,3/4/26\n,,Points,20\nLovelace,Ada,a@x.org,17\n"
ILIAS = "Login;Nachname;Vorname;Matrikelnummer;E-Mail\nalove;Lovelace;Ada;815;a@x.org\n"
OPENOLAT = "Benutzername\tVorname\tNachname\tE-Mail\tMatrikelnummer\nalove\tAda\tLovelace\ta@x.org\t815\n"
STUDIP = (
    '"Anrede";"Vorname";"Nachname";"Nutzername";"Privatadresse";"Matrikelnummer";"Studiengänge"\n'
    '"Frau";"Ada";"Lovelace";"alove";"Ring 3\n2. Stock\n01099 Stadt";"815";"Mathematik (Bachelor)\nPhysik (Bachelor)"\n'
)
HIS = """\
Prüfung 4711;;;
startHISsheet;;;endHISsheet
mtknr;nachname;vorname;bewertung
815;Lovelace;Ada;
endHISsheet;;;
"""
LSF = "Nr.;Matrikelnr.;Name;Vorname;Semester\n1;815;Lovelace;Ada;3\n"
CAMPUSONLINE = (
    "STUDY_PROGRAMME;REGISTRATION_NUMBER;FAMILY_NAME_OF_STUDENT;FIRST_NAME_OF_STUDENT;EMAIL_ADDRESS;GRADE\n"
    'MATH;"815";Lovelace;Ada;a@x.org;\n'
)
GRADESCOPE = "First Name,Last Name,SID,Email,Sections\nAda,Lovelace,815,a@x.org,\n"
PLATONUS = "№;ЖСН;Тегі;Аты;Топ\n1;815;Lovelace;Ada;МТ-1\n"
LISTS = {
    "Moodle in French": MOODLE_FR, "Canvas": CANVAS, "Blackboard": BLACKBOARD, "Brightspace": BRIGHTSPACE,
    "ILIAS": ILIAS, "OpenOlat": OPENOLAT, "Stud.IP": STUDIP, "HIS": HIS, "LSF": LSF, "CAMPUSonline": CAMPUSONLINE,
    "Gradescope": GRADESCOPE, "Platonus": PLATONUS,
    "a line of title above": "Course list, summer;;\n;;\nMatrikelnummer;Nachname;Vorname\n815;Lovelace;Ada\n",
}  # fmt: skip


Row = tuple[str, str, str]


def students(path: Path, **chosen: str) -> list[Row]:
    roster = Roster(path, chosen)
    found = [(student.id, student.last_name, student.first_name) for student in roster]
    assert roster.faults == []
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("platform", LISTS)
def test_the_list_of_a_platform_is_read(tmp_path: Path, platform: str, encoding: str) -> None:
    (tmp_path / "list.csv").write_bytes(LISTS[platform].encode(encoding))
    assert students(tmp_path / "list.csv") == [("815", "Lovelace", "Ada")]


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (GOOGLE, ("a@x.org", "Lovelace", "Ada")),
        ("Vorname,Nachname,E-Mail-Adresse,Gruppen\nAda,Lovelace,a@x.org,1\n", ("a@x.org", "Lovelace", "Ada")),
        ("First name,Last name,ID number,Email address\nAda,Lovelace,,a@x.org\n", ("a@x.org", "Lovelace", "Ada")),
        ('"identifier","github_username","name"\n"alove","ada","Ada Lovelace"\n', ("alove", "Ada Lovelace", "")),
        ("№;ФИО;Логин\n1;Лавлейс Ада;alove\n", ("alove", "Лавлейс Ада", "")),
    ],
)
def test_without_an_id_the_user_name_or_address_is_one(
    tmp_path: Path, text: str, student: tuple[str, str, str]
) -> None:
    (tmp_path / "list.csv").write_text(text, "utf-8")
    assert students(tmp_path / "list.csv") == [student]


@pytest.mark.parametrize(
    ("encoding", "text", "student"),
    [
        ("cp1252", "Matrikelnr.;Name;Vorname\n815;Größmann;Zoë\n", ("815", "Größmann", "Zoë")),
        ("gb18030", "学号,姓名,班级\n815,李小龙,二班\n", ("815", "李小龙", "")),
        ("cp1251", "Логин;Фамилия;Имя\n815;Ковалевская;Софья\n", ("815", "Ковалевская", "Софья")),
        ("utf-16-le", "student_id;last_name;first_name\n815;Łoś;Żaneta\n", ("815", "Łoś", "Żaneta")),
        ("cp1251", "student_id;last_name;first_name\n815;Шолохов;Софья\n", ("815", "Шолохов", "Софья")),
        ("gb18030", "student_id,last_name,first_name\n815,李,小龙\n816,张,伟\n", ("815", "李", "小龙")),
        ("cp1252", "student_id,last_name,first_name\n815,Éluard,René\n816,Ñu,Óscar\n", ("815", "Éluard", "René")),
    ],
)
def test_other_encodings_are_recognised(
    tmp_path: Path, encoding: str, text: str, student: tuple[str, str, str]
) -> None:
    """By headings that are known, and where these are English by the words of the names."""
    (tmp_path / "list.csv").write_bytes(text.encode(encoding))
    assert students(tmp_path / "list.csv")[0] == student


def test_what_was_guessed_is_told(tmp_path: Path) -> None:
    for encoding, told in (("cp1251", ["the roster is not UTF-8; it was read as Windows-1251"]), ("utf-16", [])):
        (tmp_path / "list.csv").write_bytes("student_id,name\n815,Софья Ковалевская\n".encode(encoding))
        roster = Roster(tmp_path / "list.csv")
        assert [student.name for student in roster] == ["Софья Ковалевская"]
        assert [warning.message for warning in roster.warnings] == told


def workbook(rows: str, shared: str = "") -> bytes:
    """A workbook with one sheet, as spreadsheets save it."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>")
        if shared:
            archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")
    return buffer.getvalue()


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """Shared and inline texts, numbers kept as 8.15E2, cells left out."""
    shared = "".join(f"<si><t>{text}</t></si>" for text in ("Matrikelnummer", "Nachname", "Vorname", "Lovelace"))
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>8.15E2</v></c><c r="C2" t="s"><v>3</v></c>'
        '<c r="D2" t="inlineStr"><is><t>Ada</t></is></c></row>'
    )
    (tmp_path / "list.xlsx").write_bytes(workbook(rows, shared))
    assert students(tmp_path / "list.xlsx") == [("815", "Lovelace", "Ada")]


@pytest.mark.parametrize("raw", [b"PK\x03\x04 no", workbook("<row><c>"), b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_that_cannot_be_read_says_so(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "list.xlsx").write_bytes(raw)
    with pytest.raises(InputError, match=r"list\.xlsx.*(workbook|spreadsheet)"):
        list(Roster(tmp_path / "list.xlsx"))


def test_an_id_that_a_spreadsheet_shortened_is_told(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("student_id;last_name\n2,02611E+11;Lovelace\n202611000123;Noether\n", "utf-8")
    roster = Roster(tmp_path / "list.csv")
    assert [student.id for student in roster] == ["202611000123"]
    assert "shortened by a spreadsheet: `2,02611E+11`" in str(roster.faults[0])


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Seat,Who,Room,student id\n7,Ada Lovelace,B,815\n", "utf-8")
    assert students(tmp_path / "list.csv", id="seat", name="Who") == [("7", "Ada Lovelace", "")]
    with pytest.raises(InputError, match="no column `Seet`") as raised:
        list(Roster(tmp_path / "list.csv", {"id": "Seet", "name": "Who"}))
    assert "did you mean `Seat`?" in str(raised.value)


# --- the command -----------------------------------------------------------------------------------------------------


def made(folder: Path, text: str, *options: str) -> int:
    (folder / "p.toml").write_text(PROBLEM, "utf-8")
    (folder / "list.csv").write_text(text, "utf-8")
    fixed = ["class", str(folder / "p.toml"), "--roster", str(folder / "list.csv"), "-o", str(folder / "class")]
    return main([*fixed, "--to", "toml", "--workers", "1", *options])


def test_a_warning_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A student who stands there twice has papers; two students with one id do not both."""
    head = "student_id,last_name,first_name\n815,Lovelace,Ada\n"
    assert made(tmp_path, f"{head}815,Lovelace,Ada\n") == 0
    assert "the id `815` is already on line 2" in capsys.readouterr().err
    assert made(tmp_path, f"{head}815,Noether,Emmy\n") == 2
    assert made(tmp_path, CANVAS) == 0


def test_chosen_columns_are_kept_with_the_class(tmp_path: Path) -> None:
    assert (
        made(tmp_path, "Seat,Who\n7,Ada Lovelace\n8,Emmy Noether\n", "--id-column", "Seat", "--name-column", "Who") == 0
    )
    assert main(["class", str(tmp_path / "class"), "--workers", "1"]) == 0
    assert sorted(path.name for path in (tmp_path / "class" / "sheets").iterdir()) == ["7.toml", "8.toml"]
