"""Class lists: what is read from a line, what is reported, and that no line breaks another."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.classroom.roster.headings import COLUMNS
from derive.classroom.roster.roster import Roster
from derive.classroom.roster.students import Student, file_name
from derive.errors import InputError

HEADING = "student_id,last_name,first_name,email\n"


def roster(folder: Path, data: str | bytes) -> Roster:
    path = folder / "roster.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return Roster(path)


def read(folder: Path, data: str | bytes) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The students, and the faults as `line: message`."""
    found = roster(folder, data)
    students = [(student.id, student.last_name, student.first_name) for student in found]
    return students, [f"{fault.place.line}: {fault.message}" for fault in found.faults]


NOETHER = [("1", "Noether", "Emmy")]


@pytest.mark.parametrize(
    "data",
    [
        "student_id,last_name,first_name,email\n1,Noether,Emmy,e@x.org\n",
        "\ufeffstudent_id,last_name,first_name\n1,Noether,Emmy",
        "student_id;last_name;first_name\r\n1;Noether;Emmy\r\n",
        "student_id\tlast_name\tfirst_name\r1\tNoether\tEmmy\r",
        "sep=;\n1d;nachname;vorname\n".replace("1d", "id") + "1;Noether;Emmy\n",
        '"Matriculation number","First name","Surname"\n"1","Emmy","Noether"\n',
        "Matrikelnummer;Nachname;Vorname;Gruppe\n1;Noether;Emmy;A\n",
        "Name;Vorname;Matr.-Nr.\nNoether;Emmy;1\n",
        "Numéro étudiant,NOM,Prénom\n1,Noether,Emmy\n",
        "group,E-Mail Address,Student ID,FIRST NAME,Last Name\n7,e@x.org, 1 ,Emmy , Noether\n",
        'id,name\n1,"Noether, Emmy"\n',
        "\n\nid,last name,first name\n\n1,Noether,Emmy\n,,\n   \n",
        "id,last name,first name\n1,Noether,Emmy,,\n",
        "student_id,last_name,first_name\n1,Noether,Emmy\n".encode("utf-16"),
        "student_id;last_name;first_name\n1;Noether;Emmy\n".encode("utf-16-be").join((b"\xfe\xff", b"")),
    ],
)
def test_a_student_is_read_from_every_usual_file(data: str | bytes, tmp_path: Path) -> None:
    assert read(tmp_path, data) == (NOETHER, [])


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("Émilie du Châtelet", "Gabrielle"), ("Ковалевская", "Софья"), ("Υπατία", ""), ("华", "罗庚"),
        ("الخوارزمي", "محمد"), ("رامانوجان\u200cها", "x"), ("रामानुजन", "श्रीनिवास"), ("O'Neil-Smith", 'Cat "Cathy"'),
    ],
)  # fmt: skip
def test_names_of_any_script_are_kept(last: str, first: str, tmp_path: Path) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in ("1", last, first))
    assert read(tmp_path, f"id,last_name,first_name\n{quoted}\n") == ([("1", last, first)], [])


def test_a_decomposed_accent_is_one_character(tmp_path: Path) -> None:
    ((_, name, _),), _ = read(tmp_path, "id,name\n1,Noe\u0308l\n")
    assert name == "Noël"


BAD_LINES = {
    "2,": "2 cells where the heading has 4",
    "2,a,b,c,d": "5 cells where the heading has 4",
    "2,,Anna,": "the name is empty",
    ",Roe,Anna,": "the student's id is missing",
    "1,Roe,Anna,": "the id `1` is already on line 2",
    "2,=cmd|' /C calc'!A0,Anna,": "a cell holds a formula: `=cmd|' /C calc'!A0`",
    "2,@SUM(A1),Anna,": "the last name starts like a formula of a spreadsheet: `@SUM(A1)`",
    "+2,Roe,Anna,": "the id starts like a formula of a spreadsheet: `+2`",
    '2,"Roe,Anna,': "a quote is not closed",
    "2,Ro\x07e,Anna,": "the last name holds the invisible character U+0007",
    "2,Roe,An\u202ena,": "the first name holds the invisible character U+202E",
    "2,Roe,An\u2028na,": "the first name holds the invisible character U+2028",
    f"2,{'x' * 101},Anna,": "the last name has 101 characters",
}


@pytest.mark.parametrize(("line", "message"), BAD_LINES.items(), ids=BAD_LINES.values())
def test_a_bad_line_is_reported_and_stops_no_other(line: str, message: str, tmp_path: Path) -> None:
    students, faults = read(tmp_path, f"{HEADING}1,Noether,Emmy,\n{line}\n3,Hopper,Grace,\n")
    assert students == [*NOETHER, ("3", "Hopper", "Grace")]
    assert faults == [f"3: {message}"]


def test_bytes_that_are_not_utf8_are_reported_with_their_line(tmp_path: Path) -> None:
    """Where the rest is; a file of another encoding throughout is read in that."""
    data = HEADING.encode() + "1,Noether,Emmy,\n2,Gödel,Kurt,\n".encode("latin-1") + "3,Hopper,Gräce,\n".encode()
    assert read(tmp_path, data) == ([*NOETHER, ("3", "Hopper", "Gräce")], ["3: the line is not UTF-8"])


def test_a_cell_with_a_line_break_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    students, faults = read(tmp_path, f'{HEADING}2,"Roe\nJr",Anna,\n3,Hopper,Grace,\n')
    assert students == [("3", "Hopper", "Grace")]
    assert [fault.partition(":")[0] for fault in faults] == ["2", "3"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "the roster is empty"),
        ("\n \n", "the roster is empty"),
        ("nr,colour\n1,red\n", "no column for the student's id"),
        ("id,email\n1,e@x\n", "no column for the name"),
        ("id,student number,name\n1,2,x\n", "two columns for id: `id` and `student number`"),
    ],
)
def test_a_roster_that_cannot_be_used_at_all(data: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"roster\.csv") as raised:
        list(roster(tmp_path, data))
    assert message in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(Roster(tmp_path / "none.csv"))


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    assert roster(tmp_path, "id,name,group,room\n").layout().ignored == ("group", "room")


def test_every_spelling_of_a_column_means_that_column(tmp_path: Path) -> None:
    for key, names in COLUMNS.items():
        for name in names:
            needed = {"id": "id", "last_name": "last name"} | {key: name}
            columns = roster(tmp_path, ",".join(needed.values())).layout().columns
            assert columns == {column: i for i, column in enumerate(needed)}


def test_reading_twice_reports_once(tmp_path: Path) -> None:
    found = roster(tmp_path, f"{HEADING}1,,Emmy,\n")
    assert [len([*found, *found.faults]) for _ in range(2)] == [1, 1]


def test_ids_that_differ_in_case_alone_have_different_files(tmp_path: Path) -> None:
    first, second = roster(tmp_path, "id,name\nab1,x\nAB1,y\n")
    assert first.file == "ab1"
    assert second.file.startswith("AB1-")


WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")}


@given(st.lists(st.text(min_size=1, max_size=80) | st.sampled_from(sorted(WINDOWS)), max_size=6, unique=True))
def test_file_names_are_safe_and_stay_apart(ids: list[str]) -> None:
    names = [file_name(student_id) for student_id in ids if not any("\ud800" <= c <= "\udfff" for c in student_id)]
    for name in names:
        assert name and name[0] not in ".-" and name[-1] != "."
        assert len(f"{name}.pdf".encode()) <= 255
        assert name.partition(".")[0].casefold() not in WINDOWS
        assert all(c in "-_." or unicodedata.category(c)[0] in "LMN" for c in name)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("student_id", "name"),
    [("S1024", "S1024"), ("Ж-7", "Ж-7"), ("anna.b", "anna.b"), ("../x", "x-d42ff05c"), ("con", "con-d1d8ab24"),
     ("CON.txt", "CON_txt-736b6e43"), ("a/b", "a_b-82badf67"), ("🎓", "6df4394c")],
)  # fmt: skip
def test_a_file_is_named_after_the_id_where_that_is_safe(student_id: str, name: str) -> None:
    assert file_name(student_id) == name


def test_a_name_is_printed_first_name_first() -> None:
    assert Student("7", "Noether", "Emmy").name == "Emmy Noether"
    assert Student("7", "Hypatia").name == "Hypatia"
