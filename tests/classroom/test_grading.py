"""Marking a class: every kind of return, the tables, marking again, crashes."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from support.students import Student, off, text_of

from derive.classroom import grading
from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.marking import issued_sheets, marking_worker
from derive.classroom.marking.work_marking import Marker, Work
from derive.classroom.papers.outdated_sheets import outdated_students
from derive.classroom.papers.production import produce
from derive.classroom.records.records import Basis, MarkChange, Record, StepMark, changes
from derive.classroom.records.tally import Tally
from derive.classroom.reports.gradebook import TableFile, TableStyle, safe
from derive.classroom.returns.inbox import Inbox
from derive.classroom.roster.students import Student as Enrolled
from derive.commands.cli import main
from derive.errors import DeriveError, InputError
from derive.files import staged
from derive.problem.problem import Problem
from derive.sheets import Identity, SheetWriter
from derive.variants import Assignment

PROBLEM = """\
title = "Two units"
[data]
x = [1, 2]
Y = 1
[parameters]
W_1 = [[0.5, -1], [0.25, 0.75]]
w_2 = [0.5, -0.5]
[model]
equations = '''
z_1 = W_1 x
A_1 = tanh(z_1)
z_2 = w_2^T A_1
L = (z_2 - Y)^2
'''
loss = "L"
[variants]
x = { from = 0.5, to = 3, step = 0.5 }
W_1 = { from = -1, to = 1, step = 0.25, except = 0 }
"""
NAMES = [
    "Łukasz,Żółć",
    "Анна,Иванова",
    '"van der Berg, jr",Jan',
    "O'Neil,Séamus",
    "Müller,Jürgen",
    "李,明",
    "Ng,",
    "Doe,Jane",
]
ROSTER = "student_id,last_name,first_name,email\n" + "".join(
    f"s100{i},{name},s100{i}@example.org\n" for i, name in enumerate(NAMES)
)
STEPS = ["z_1", "A_1", "z_2", "L", "dL/dz_2", "dL/dw_2", "dL/dA_1", "dL/dz_1", "dL/dW_1"]
QUICK = GradingOptions(formats=(), workers=1)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a class that was made."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "two.toml").write_text(PROBLEM, "utf-8")
    (folder / "roster.csv").write_text(ROSTER, "utf-8")
    Classroom.create(folder / "class", folder / "two.toml", folder / "roster.csv", seed="a seed")
    return folder / "class"


@cache
def assignment(folder: Path) -> Assignment:
    room = Classroom.open(folder)
    return Assignment(room.problem, room.seed)


def code(folder: Path, student: str) -> str:
    return assignment(folder).draw(student).code


def work(folder: Path, student: str, fault: str = "", skip: tuple[str, ...] = ()) -> dict[str, str]:
    """What a student answers to the own variant, step by step: six digits, one step off by a fifth, some left out."""
    variant = assignment(folder).draw(student)
    solver = Student(variant.blueprint.evaluate(variant.problem), 6, skip=lambda step: step.id in skip)
    if fault:
        solver.faults = {fault: off(Fraction(6, 5))}
    return {answer.step: text_of(answer) for answer in solver.work() if answer.step in STEPS}


def toml(answers: dict[str, str], **said: str) -> str:
    lines = [f'"sheet:{key}" = "{value}"' for key, value in said.items()]
    return "\n".join([*lines, *(f'"{step}" = "{text}"' for step, text in answers.items())])


def table(path: Path, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=separator))


@pytest.mark.slow
def test_marking_into_the_folder_of_the_returns_marks_the_same_again(classes: Path, tmp_path: Path) -> None:
    """Also into another folder there: what an earlier marking wrote is no return, wherever it lies."""
    back = tmp_path / "back"
    back.mkdir()
    returned_by_all(classes, back)
    first = grade(classes, [back], back / "grades", GradingOptions(("md",), workers=1))
    for output in (back / "grades", back / "again", back, tmp_path / "out"):
        marking = grade(classes, [back], output, GradingOptions(("md",), workers=1))
        assert (marking.findings.states, scores(output)) == (first.findings.states, scores(back / "grades"))
    assert f"{back / 'again'}: what grade wrote there is left out" in marking.notes


@pytest.mark.slow
def test_what_a_killed_marking_left_is_cleared_away(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001")))
    for folder in ("grades", "grades/feedback", "grades/.marking"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".derive-abc").write_text("half a fil")
    grade(classes, [tmp_path / "s1001.toml"], tmp_path / "grades", GradingOptions(("md",), workers=1))
    assert [path for path in (tmp_path / "grades").rglob("*") if path.name.startswith(".")] == []


@pytest.mark.slow
def test_the_report_has_the_decimal_sign_of_the_problem(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(f"{PROBLEM}[numbers]\ndecimal = ','\n[marking]\nsteps = {{ L = 0.5 }}\n")
    (tmp_path / "roster.csv").write_text(ROSTER)
    Classroom.create(tmp_path / "class", tmp_path / "two.toml", tmp_path / "roster.csv")
    (tmp_path / "s1001.toml").write_text(toml(work(tmp_path / "class", "s1001")))
    grade(tmp_path / "class", [tmp_path / "s1001.toml"], tmp_path / "grades", QUICK)
    page = (tmp_path / "grades" / "report.html").read_text("utf-8")
    assert "8,5" in page and "8.5" not in page
    assert scores(tmp_path / "grades")["s1001"] == "8.5"


def test_a_cluster_that_cannot_be_reached_leaves_no_folder(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001")))
    with pytest.raises(DeriveError, match="cluster"):
        grade(classes, [tmp_path / "s1001.toml"], tmp_path / "grades", GradingOptions(cluster="nonsense://1.2.3"))
    assert not (tmp_path / "grades").exists()


def test_a_fault_of_another_problem_names_its_file(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "mended.toml").write_text(PROBLEM.replace("tanh(z_1)", "tahn(z_1)"))
    with pytest.raises(InputError, match=r"mended\.toml, line 11"):
        grade(classes, [tmp_path / "mended.toml"], tmp_path / "out", replace(QUICK, problem=tmp_path / "mended.toml"))


def scores(output: Path) -> dict[str, str]:
    return {row["student_id"]: row["score"] for row in table(output / "grades.csv")}


def states(output: Path) -> dict[str, tuple[str, str]]:
    return {row["return"]: (row["student_id"], row["state"]) for row in table(output / "returns.csv")}


def reasons(output: Path) -> dict[str, str]:
    return {row["return"]: row["reason"] for row in table(output / "returns.csv")}


# --- one class, all kinds of returns ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_kind_of_return_is_marked_against_its_own_variant(classes: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    (back / "s1003_file").mkdir(parents=True)
    (back / "a.toml").write_text(toml(work(classes, "s1000"), code=code(classes, "s1000")))
    (back / "s1001.json").write_text(json.dumps(work(classes, "s1001", fault="z_1")))
    lines = "".join(f"$$ {step} = {text} $$\n\n" for step, text in work(classes, "s1002", skip=("L",)).items())
    (back / "w.md").write_text(f"<!-- sheet:student s1002 -->\n{lines}")
    rows = "".join(f'"{step}","{text}"\n' for step, text in work(classes, "s1003", fault="dL/dz_1").items())
    (back / "s1003_file" / "answers.csv").write_text(f"step,answer\n{rows}")
    (tmp_path / "form.csv").write_text(_wide(classes), "utf-8-sig")
    marking = grade(classes, [back, tmp_path / "form.csv"], tmp_path / "grades", QUICK)
    assert scores(tmp_path / "grades") == {
        "s1000": "9", "s1001": "8", "s1002": "8", "s1003": "8", "s1004": "9", "s1005": "7", "s1006": "", "s1007": "",
    }  # fmt: skip
    assert (marking.findings.tally.marked, marking.findings.tally.missing) == (6, 2)
    assert marking.failures == ()
    by_id = {row["student_id"]: row for row in table(tmp_path / "grades" / "grades.csv")}
    assert (by_id["s1001"]["z_1"], by_id["s1001"]["dL/dW_1"], by_id["s1002"]["L"]) == ("0", "1", "0")
    assert by_id["s1002"]["last_name"] == "van der Berg, jr"
    assert list(by_id["s1000"]) == ["student_id", "last_name", "first_name", "email", "score", "max_score", *STEPS]


def _wide(folder: Path) -> str:
    """A table of a form service with decimal commas: two students by their addresses."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(["Timestamp", "E-Mail-Adresse", *STEPS])
    for student, fault, skip in (("s1004", "", ()), ("s1005", "A_1", ("dL/dz_2",))):
        answers = work(folder, student, fault, skip)
        cells = [answers.get(step, "").replace(".", ",") for step in STEPS]
        writer.writerow(["2026-01-01 10:00", f"{student}@example.org", *cells])
    return buffer.getvalue()


@pytest.mark.slow
def test_what_cannot_be_marked_is_listed_and_stops_nothing(classes: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    back.mkdir()
    good = toml(work(classes, "s1007"))
    files: dict[str, bytes] = {
        "s1007 1.toml": good.encode(),
        "s1007 2.toml": good.replace('"z_1"', '"z_9"').encode(),
        "s1007 3.toml": b'z_1 = ""',
        "s1007 4.toml": "z_1 = '\xfc'".encode("latin-1"),
        "s1006.pdf": b"%PDF-1.7 cut o",
        "s1005.toml": toml(work(classes, "s1000"), code=code(classes, "s1000"), student="s1005").encode(),
        "nobody.toml": b'z_1 = "1"',
        "photo.jpg": b"\xff\xd8",
        "empty.md": b"",
    }
    for name, raw in files.items():
        (back / name).write_bytes(raw)
    marking = grade(classes, [back], tmp_path / "grades", QUICK)
    assert states(tmp_path / "grades") == {
        "back/empty.md": ("", "unreadable"),
        "back/nobody.toml": ("", "unknown"),
        "back/photo.jpg": ("", "unreadable"),
        "back/s1005.toml": ("s1005", "other's variant"),
        "back/s1006.pdf": ("s1006", "unreadable"),
        "back/s1007 1.toml": ("s1007", "superseded"),
        "back/s1007 2.toml": ("s1007", "counted"),
        "back/s1007 3.toml": ("s1007", "empty"),
        "back/s1007 4.toml": ("s1007", "unreadable"),
    }
    assert {student: score for student, score in scores(tmp_path / "grades").items() if score} == {"s1007": "8"}
    assert marking.findings.tally.missing == 7
    assert {name: (back / name).read_bytes() for name in files} == files
    page = (tmp_path / "grades" / "report.html").read_text("utf-8")
    for text in ("photo.jpg", "this PDF is damaged", "the sheet of s1000", "line 1: the file is not UTF-8"):
        assert text in page


def test_arguments_are_read_from_left_to_right_and_the_last_answer_counts(classes: Path, tmp_path: Path) -> None:
    for name, fault in (("first", ""), ("second", "z_2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "s1000.toml").write_text(toml(work(classes, "s1000", fault)))
    grade(classes, [tmp_path / "first", tmp_path / "second"], tmp_path / "grades", QUICK)
    assert scores(tmp_path / "grades")["s1000"] == "8"
    grade(classes, [tmp_path / "second", tmp_path / "first"], tmp_path / "grades", QUICK)
    assert scores(tmp_path / "grades")["s1000"] == "9"


@pytest.mark.parametrize("place", [".", "..", "sheets", "problem.toml"])
def test_the_class_itself_is_not_marked(classes: Path, tmp_path: Path, place: str) -> None:
    (classes / "sheets").mkdir(exist_ok=True)
    with pytest.raises(DeriveError, match="holds the sheets and keys of the class"):
        grade(classes, [classes / place], tmp_path / "grades", QUICK)


@pytest.mark.slow
def test_columns_that_are_not_read_are_named(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text('id,z_1,Colour,zz_9\ns1001,"[1; 2]",blue,3\n')
    marking = grade(classes, [tmp_path / "form.csv"], tmp_path / "grades", QUICK)
    assert marking.notes == ("form.csv: columns that are not read: Colour, zz_9",)


@pytest.mark.slow
def test_feedback_has_a_page_for_each_student_who_was_marked(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001", "z_1")))
    output = tmp_path / "grades"
    grade(classes, [tmp_path / "s1001.toml"], output, GradingOptions(("md", "json"), workers=1))
    page = (output / "feedback" / "s1001.md").read_text("utf-8")
    assert "Иванова Анна (s1001)" in page and "$8$ of $9$ marks" in page and "s1001.toml" in page
    assert json.loads((output / "feedback" / "s1001.json").read_text("utf-8"))["marks"] == 8
    assert sorted(path.name for path in (output / "feedback").iterdir()) == ["s1001.json", "s1001.md"]
    (tmp_path / "s1002.toml").write_text(toml(work(classes, "s1002")))
    grade(classes, [tmp_path / "s1002.toml"], output, GradingOptions(("md", "json"), workers=1))
    assert sorted(path.name for path in (output / "feedback").iterdir()) == ["s1002.json", "s1002.md"]


class NoSheets:
    """Codes that tell whose they are, and no older sheets."""

    def codes(self, student: str) -> tuple[str, ...]:
        return (f"CODE{student}",)

    def issue_of(self, student: str, numbers: str) -> None:
        return None


def test_students_are_found_by_id_code_and_address_whatever_the_case(tmp_path: Path) -> None:
    with Inbox(tmp_path / "inbox", NoSheets()) as inbox:
        students = [("A1", "x@x.org"), ("a1", "y@x.org"), ("B2", "same@x.org"), ("C3", "same@x.org")]
        inbox.enrol(Enrolled(name, "N", "", email, f"file-{name}") for name, email in students)
        assert [inbox.find("id", key) for key in ("A1", "a1", "b2", "c9")] == [("A1",), ("a1",), ("B2",), ()]
        assert [inbox.find("email", key) for key in ("X@X.org ", "same@x.org")] == [("A1",), ("B2", "C3")]
        assert [inbox.find("code", key) for key in ("code-b2", "CODE C3", "CODE")] == [("B2",), ("C3",), ()]
        assert inbox.find("file", "FILE-b2") == ("B2",)


def test_students_whose_sheets_have_one_code_are_told_apart_by_their_ids(
    classes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issued_sheets, "code_of", lambda _seed, student: "TWICE22" if student < "s1002" else student)
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "a.toml").write_text(toml(work(classes, "s1001"), code="TWICE22", student="s1001"))
    (tmp_path / "back" / "b.toml").write_text(toml(work(classes, "s1000"), code="TWICE22"))
    grade(classes, [tmp_path / "back"], tmp_path / "grades", QUICK)
    assert scores(tmp_path / "grades")["s1001"] == "9"
    assert reasons(tmp_path / "grades")["back/b.toml"].startswith("the code `TWICE22` belongs to the sheets of s1000")


def test_a_record_that_is_damaged_is_no_record(tmp_path: Path) -> None:
    line = '{"student":"s","return":"r","work":"w","marks":[]}'
    for i, text in enumerate(("", "{}", "no json", '{"derive":"1","problem":"p"}\n' + line + "\ncut o")):
        (tmp_path / "marks.jsonl").write_text(text)
        with Inbox(tmp_path / f"inbox{i}", NoSheets()) as inbox:
            assert inbox.remember(tmp_path / "marks.jsonl") is None
            assert inbox.remembered("s") is None


# --- what counts, and what is told of what does not ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "state", "reason"),
    [
        (
            "s1000 zz.txt",
            "Dear teacher, here is my work. See you on Monday = great.\n",
            "empty",
            "no answer was found in it",
        ),
        ("s1000 zz.md", "", "empty", "no answer was found in it"),
        ("s1000 zz.toml", 'z_1 = ""\n', "empty", "nothing was filled in"),
        ("s1000 zz.toml", 'note = "see the other file"\n', "superseded", "no answer was found in it"),
    ],
)
def test_what_holds_no_answer_does_not_take_the_place_of_work(
    classes: Path, tmp_path: Path, name: str, text: str, state: str, reason: str
) -> None:
    """Also the sheet in Markdown that nobody filled in."""
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "s1000 a.toml").write_text(toml(work(classes, "s1000")))
    (tmp_path / "back" / name).write_text(text or blank_sheet(classes, "s1000"))
    grade(classes, [tmp_path / "back"], tmp_path / "grades", QUICK)
    assert scores(tmp_path / "grades")["s1000"] == "9"
    assert states(tmp_path / "grades")[f"back/{name}"] == ("s1000", state)
    assert reasons(tmp_path / "grades")[f"back/{name}"] == reason


def blank_sheet(folder: Path, student: str) -> str:
    variant = assignment(folder).draw(student)
    return SheetWriter.of(variant.blueprint).sheet("md", variant.solution, Identity(variant.code, student))


@pytest.mark.slow
def test_a_lone_file_whose_names_are_wrong_still_has_its_feedback(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "s1000.toml").write_text('delta = "3"\n')
    grade(classes, [tmp_path / "s1000.toml"], tmp_path / "grades", GradingOptions(("md",), workers=1))
    assert states(tmp_path / "grades")["s1000.toml"] == ("s1000", "counted")
    assert "delta" in (tmp_path / "grades" / "feedback" / "s1000.md").read_text("utf-8")


HOSTILE: dict[str, tuple[str, bytes]] = {
    "a name that starts like a key of the catalogue": ("toml", b'"=x" = "1"\n"= y" = "="\n'),
    "the same in a table": ("csv", b"step,answer\n=2[1,3],0\n=x,=y\n"),
    "half a character": ("json", b'{"z_1": "\\ud800", "\\udc00": "1"}'),
    "a character that cannot be seen": ("toml", b'z_1 = "1\\u0007"\n"\\u0000" = "\\u001b"\n'),
}


@pytest.mark.slow
def test_no_text_of_a_student_stops_the_others(classes: Path, tmp_path: Path) -> None:
    """Each of a student of its own, all in one class: what LaTeX sets is set in one run."""
    back = [tmp_path / f"s100{i}.{ending}" for i, (ending, _) in enumerate(HOSTILE.values(), start=1)]
    for path, (_, raw) in zip(back, HOSTILE.values(), strict=True):
        path.write_bytes(raw)
    (tmp_path / "s1000.toml").write_text(toml(work(classes, "s1000")))
    formats = GradingOptions(("md", "html", "pdf"), workers=1)
    marking = grade(classes, [*back, tmp_path / "s1000.toml"], tmp_path / "grades", formats)
    assert scores(tmp_path / "grades")["s1000"] == "9" and marking.failures == ()
    for path in back:
        assert (tmp_path / "grades" / "feedback" / f"{path.stem}.pdf").exists(), path


@pytest.mark.slow
def test_a_report_that_derive_fails_on_costs_one_student_alone(
    classes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "back").mkdir()
    back = returned_by_all(classes, tmp_path / "back")
    whole = marking_worker.text

    def failing(*arguments: object) -> str:
        if "s1003" in str(arguments[-1]):
            raise KeyError("x = 1")
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(marking_worker, "text", failing)
    marking = grade(classes, [back], tmp_path / "grades", GradingOptions(("md",), workers=1))
    assert (marking.findings.tally.marked, marking.findings.tally.missing) == (7, 1)
    assert "derive failed on this work" in reasons(tmp_path / "grades")["back/s1003.toml"]


def test_a_page_that_stops_the_press_costs_one_student_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(texts: list[str]) -> list[bytes]:
        if "bad" in texts:
            raise KeyError("glyph")
        return [text.encode() for text in texts]

    monkeypatch.setattr(marking_worker, "make_pdfs", failing)
    pages = [{"pdf": text.encode()} for text in ("good", "bad", "fine")]
    failed = marking_worker._set(pages)
    assert pages == [{"pdf": b"good"}, {"tex": b"bad"}, {"pdf": b"fine"}]
    assert [bool(why) for why in failed] == [False, True, False]


# --- sheets of another state -----------------------------------------------------------------------------------------


def test_who_has_a_sheet_of_another_problem_is_listed_and_not_marked(tmp_path: Path) -> None:
    """As after a class that was made anew from another problem and killed half-way."""
    (tmp_path / "two.toml").write_text(PROBLEM)
    (tmp_path / "roster.csv").write_text(ROSTER)
    folder = tmp_path / "class"
    produce(Classroom.create(folder, tmp_path / "two.toml", tmp_path / "roster.csv", formats=("toml",)), map)
    (tmp_path / "two.toml").write_text(PROBLEM.replace("to = 3, step = 0.5", "to = 5, step = 0.1").replace("^2", "^4"))
    produce(Classroom.create(folder, tmp_path / "two.toml", tmp_path / "roster.csv"), map, "s1001")
    (tmp_path / "back").mkdir()
    for student in ("s1000", "s1001"):
        (tmp_path / "back" / f"{student}.toml").write_text(toml(work(folder, student)))
    marking = grade(folder, [tmp_path / "back"], tmp_path / "grades", QUICK)
    assert {key: score for key, score in scores(tmp_path / "grades").items() if score} == {"s1001": "9"}
    assert states(tmp_path / "grades")["back/s1000.toml"] == ("s1000", "unreadable")
    assert "was not made from the class's problem.toml as it is now" in reasons(tmp_path / "grades")["back/s1000.toml"]
    assert "7 sheets of the class were made from another problem" in marking.notes[0]


@pytest.mark.parametrize(("name", "of_another"), [("", 0), ("someone", 1)])
def test_a_ledger_that_names_no_problem_is_judged_by_its_checksums(tmp_path: Path, name: str, of_another: int) -> None:
    (tmp_path / "two.toml").write_text(PROBLEM)
    (tmp_path / "roster.csv").write_text("id,name\n1,Ada\n2,Emmy\n")
    room = Classroom.create(tmp_path / "class", tmp_path / "two.toml", tmp_path / "roster.csv", formats=("toml",))
    produce(room, map)
    entries = [json.loads(line) for line in (room.folder / "made.jsonl").read_text().splitlines()]
    assert all(entry.pop("problem") == room.manifest.problem for entry in entries)
    entries[0]["inputs"] = name or entries[0]["inputs"]
    (room.folder / "made.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    assert len(outdated_students(room)) == of_another


# --- marking again ---------------------------------------------------------------------------------------------------


def test_marking_again_without_a_change_changes_nothing(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001", "z_1")))
    output = tmp_path / "grades"
    grade(classes, [tmp_path / "s1001.toml"], output, QUICK)
    assert not (output / "changes.csv").exists()
    before = {path.name: path.read_bytes() for path in output.iterdir() if path.is_file() and path.suffix != ".html"}
    marking = grade(classes, [tmp_path / "s1001.toml"], output, QUICK)
    assert marking.findings.changes == [] and table(output / "changes.csv") == []
    assert {name: (output / name).read_bytes() for name in before if name != "report.pdf"} == {
        name: data for name, data in before.items() if name != "report.pdf"
    }


def test_changed_rules_give_a_list_of_the_marks_that_changed_and_why(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001", "z_1")))
    (tmp_path / "s1002.toml").write_text(toml(work(classes, "s1002")))
    returned, output = [tmp_path / "s1001.toml", tmp_path / "s1002.toml"], tmp_path / "grades"
    grade(classes, returned, output, QUICK)
    (tmp_path / "stricter.toml").write_text(PROBLEM + "[marking]\nsteps = { z_1 = 3, L = 0 }\n")
    grade(classes, returned, output, replace(QUICK, problem=tmp_path / "stricter.toml"))
    found = [(row["student_id"], row["step"], row["before"], row["after"]) for row in table(output / "changes.csv")]
    assert found == [
        ("s1001", "score", "8", "7"), ("s1001", "L", "1", "0"),
        ("s1002", "score", "9", "10"), ("s1002", "z_1", "1", "3"), ("s1002", "L", "1", "0"),
    ]  # fmt: skip
    whys = {(row["student_id"], row["step"]): row["why"] for row in table(output / "changes.csv")}
    assert whys["s1002", "z_1"] == "it counts 3 instead of 1; the problem file changed"
    assert "Marks that changed" in (output / "report.html").read_text("utf-8")


def test_a_mended_problem_marks_the_numbers_of_the_sheets(classes: Path, tmp_path: Path) -> None:
    """Other given numbers and other draws in the file do not matter, a mended equation does."""
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001")))
    mended = PROBLEM.replace("(z_2 - Y)^2", "1/2 (z_2 - Y)^2").replace("Y = 1", "Y = 7").replace("to = 3", "to = 2")
    (tmp_path / "mended.toml").write_text(mended)
    grade(classes, [tmp_path / "s1001.toml"], tmp_path / "grades", QUICK)
    grade(classes, [tmp_path / "s1001.toml"], tmp_path / "grades", replace(QUICK, problem=tmp_path / "mended.toml"))
    found = {row["step"]: (row["before"], row["after"]) for row in table(tmp_path / "grades" / "changes.csv")}
    assert found == {"score": ("9", "7"), "L": ("1", "0"), "dL/dz_2": ("1", "0")}


def test_a_problem_that_does_not_fit_the_sheets_is_refused(classes: Path, tmp_path: Path) -> None:
    wider = PROBLEM.replace("x = [1, 2]", "x = [1, 2, 3]").replace(
        "[[0.5, -1], [0.25, 0.75]]", "[[1, 2, 3], [4, 5, 6]]"
    )
    (tmp_path / "other.toml").write_text(wider)
    with pytest.raises(InputError, match="`x` has another shape than on the sheets"):
        grade(classes, [tmp_path / "other.toml"], tmp_path / "grades", replace(QUICK, problem=tmp_path / "other.toml"))
    changed = shutil.copytree(classes, tmp_path / "class")
    (changed / "problem.toml").write_text(PROBLEM + "\n")
    with pytest.raises(DeriveError, match="not the file that the sheets were made from"):
        grade(changed, [tmp_path / "other.toml"], tmp_path / "grades", QUICK)


MARKS = (
    StepMark("z", Fraction(1), Fraction(1), "correct", None),
    StepMark("L", Fraction(0), Fraction(1), "wrong", None),
)
BEFORE = Record("s1", "a.toml", "0123", MARKS)


@pytest.mark.parametrize(
    ("after", "basis", "expected"),
    [
        (BEFORE, Basis("2", "new"), []),
        (None, Basis("1", "p"), [("", Fraction(1), None, "no return of this student counts any more")]),
        (
            replace(BEFORE, shown="b.toml", work="4567", marks=(MARKS[0],)),
            Basis("1", "p"),
            [],
        ),
        (
            replace(BEFORE, marks=(MARKS[0], replace(MARKS[1], marks=Fraction(1), verdict="follows"))),
            Basis("2", "p"),
            [
                ("", Fraction(1), Fraction(2), "marked by derive 2, before by derive 1"),
                ("L", Fraction(0), Fraction(1), "wrong before, follows now; marked by derive 2, before by derive 1"),
            ],
        ),
        (
            replace(BEFORE, shown="b.toml", work="4567", marks=(replace(MARKS[0], marks=Fraction(1, 2)), MARKS[1])),
            Basis("1", "p"),
            [
                ("", Fraction(1), Fraction(1, 2), "other work counts now: b.toml"),
                ("z", Fraction(1), Fraction(1, 2), "other entries are right; other work counts now: b.toml"),
            ],
        ),
    ],
)
def test_why_a_mark_changed(
    after: Record | None, basis: Basis, expected: list[tuple[str, Fraction | None, Fraction | None, str]]
) -> None:
    assert list(changes(BEFORE, after, Basis("1", "p"), basis)) == [MarkChange("s1", *change) for change in expected]


# --- crashes, workers ------------------------------------------------------------------------------------------------


def files_of(output: Path) -> dict[str, bytes]:
    """Every file but PDFs, which say when they were made."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.suffix != ".pdf"
    }


def returned_by_all(classes: Path, folder: Path) -> Path:
    for i in range(len(NAMES)):
        (folder / f"s100{i}.toml").write_text(toml(work(classes, f"s100{i}", STEPS[i])))
    return folder


@pytest.mark.slow
def test_workers_change_nothing(classes: Path, tmp_path: Path) -> None:
    (tmp_path / "back").mkdir()
    back = returned_by_all(classes, tmp_path / "back")
    for workers in (1, 2):
        grade(classes, [back], tmp_path / f"grades{workers}", GradingOptions(("md",), workers=workers))
    assert files_of(tmp_path / "grades1") == files_of(tmp_path / "grades2")


@pytest.mark.slow
def test_a_kill_in_the_middle_costs_nothing(classes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "back").mkdir()
    back = returned_by_all(classes, tmp_path / "back")
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom derive.classroom import grading\n"
        "grading.BATCH = 2\nsave, saved = grading.save, []\n"
        "def counted(folder, files):\n"
        "    saved.append(0)\n"
        "    if len(saved) == 3: os.kill(os.getpid(), 9)\n"
        "    return save(folder, files)\n"
        "grading.save = counted\n"
        "options = grading.GradingOptions(('md',), workers=1)\n"
        "grading.grade(Path(sys.argv[1]), [Path(sys.argv[2])], Path(sys.argv[3]), options)"
    )
    output = tmp_path / "grades"
    killed = subprocess.run([sys.executable, "-c", program, classes, back, output], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (output / "grades.csv").exists() and len(list((output / ".marking").glob("*.jsonl"))) == 2
    marked: list[int] = []
    monkeypatch.setattr(grading, "BATCH", 2)
    monkeypatch.setattr(grading, "mark_batch", counting(grading.mark_batch, marked))
    grade(classes, [back], output, GradingOptions(("md",), workers=1))
    assert marked == [2, 2]
    grade(classes, [back], tmp_path / "whole", GradingOptions(("md",), workers=1))
    assert files_of(output) == files_of(tmp_path / "whole")


def counting(function: object, marked: list[int]) -> object:
    def counted(orders: object, batch: list[object]) -> object:
        marked.append(len(batch))
        return function(orders, batch)  # type: ignore[operator]

    return counted


def test_what_derive_fails_on_costs_one_student_alone(
    classes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "back").mkdir()
    back = returned_by_all(classes, tmp_path / "back")
    mark = Marker.mark

    def failing(marker: Marker, variant: Problem, payload: str) -> Work:
        if "sheet of s1003" in payload:
            raise KeyError("z_7")
        return mark(marker, variant, payload)

    (back / "s1003.toml").write_text('note = "sheet of s1003"')
    monkeypatch.setattr(Marker, "mark", failing)
    marking = grade(classes, [back], tmp_path / "grades", GradingOptions(("md",), workers=1))
    assert (marking.findings.tally.marked, marking.findings.tally.missing) == (7, 1)
    assert states(tmp_path / "grades")["back/s1003.toml"] == ("s1003", "unreadable")
    assert "derive failed on this work" in (tmp_path / "grades" / "report.html").read_text("utf-8")
    assert not (tmp_path / "grades" / "feedback" / "s1003.md").exists()


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "O'Neil", "0", "s-1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (TableStyle(), '"a","b"\n"\'=x","0.6667"\n"é","0"\n"",""\n'),
        (TableStyle(","), '"a";"b"\n"\'=x";"0,6667"\n"é";"0"\n"";""\n'),
        (TableStyle(bom=True), '\ufeff"a","b"\n"\'=x","0.6667"\n"é","0"\n"",""\n'),
    ],
)
def test_tables_are_quoted_and_safe(style: TableStyle, expected: str) -> None:
    buffer = io.StringIO()
    sheet = TableFile(buffer, style, ("a", "b"))
    sheet.row("=x", Fraction(2, 3))
    sheet.row("é", Fraction(0))
    sheet.row("", None)
    assert buffer.getvalue() == expected


def test_staged_files_take_their_places_together_or_not_at_all(tmp_path: Path) -> None:
    with staged(tmp_path) as opened:
        opened("a").write("new")
        opened("b").write("new")
        assert list(tmp_path.glob("[ab]")) == []
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}
    with suppress(ZeroDivisionError), staged(tmp_path) as opened:
        opened("a").write(f"newer {1 / 0}")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new", "b": "new"}


def test_a_tally_counts() -> None:
    tally = Tally()
    for score in (0, 1, 1, 3):
        marks = tuple(
            StepMark(f"s{i}", Fraction(i < score), Fraction(1), "correct" if i < score else "wrong", None)
            for i in range(4)
        )
        tally.add(Record("x", "", "", marks))
    tally.add(None)
    assert (tally.marked, tally.missing, tally.mean, tally.median) == (4, 1, Fraction(5, 4), Fraction(1))
    assert tally.distribution(Fraction(4)) == [("0", 1), ("1", 2), ("2", 0), ("3", 1), ("4", 0)]
    assert [n for _, n in tally.distribution(Fraction(25))] == [3, 1, *[0] * 8]
    assert tally.distribution(Fraction(25), TableStyle(",").number)[1] == ("2,5–5", 1)
    assert tally.steps["s0"] == {"correct": 3, "wrong": 1}
    tally.add(Record("y", "", "", (StepMark("s0", Fraction(8, 3), Fraction(4), "wrong", None),)))
    assert tally.distribution(Fraction(4)) == [("0–1", 1), ("1–2", 2), ("2–3", 1), ("3–4", 1), ("4", 0)]


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote_and_what_it_could_not_read(
    classes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s1001.toml").write_text(toml(work(classes, "s1001")))
    (tmp_path / "s1002.pdf").write_bytes(b"no")
    arguments = ["grade", str(classes), str(tmp_path / "s1001.toml"), str(tmp_path / "s1002.pdf"), "--to", "none",
                 "-o", str(tmp_path / "out"), "--workers", "1", "--decimal", ",", "--bom"]  # fmt: skip
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert [Path(line).name for line in out.splitlines()] == [
        "grades.csv", "returns.csv", "report.html", "report.pdf", "marks.jsonl",
    ]  # fmt: skip
    assert "1 of 8 students marked" in err and "s1002.pdf: this is no PDF" in err
    assert table(tmp_path / "out" / "grades.csv", ";")[1]["score"] == "9"


def test_a_folder_that_is_no_class_and_a_return_that_is_not_there_are_errors(classes: Path, tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="is not the folder of a class"):
        grade(tmp_path, [tmp_path], tmp_path / "out", QUICK)
    with pytest.raises(InputError, match="there is no such file or folder"):
        grade(classes, [tmp_path / "nothing"], tmp_path / "out", QUICK)
    assert not (tmp_path / "out" / "grades.csv").exists()
