"""A class made again after its sheets were handed out; a damaged manifest; two runs at once; kills at any moment."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from support.classes import PROBLEM, QUICK, SmallClass, answer_file

from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import grade
from derive.classroom.records.records import Record
from derive.classroom.reports import class_files
from derive.classroom.reports.class_files import MarkedClass
from derive.commands.cli import main
from derive.errors import DeriveError, ToolError
from derive.files import TEMPORARY, locked

PEOPLE = "student_id,last_name,first_name\n" + "".join(f"p{i},Last{i},First{i}\n" for i in range(4))


def made(folder: Path, problem: str = PROBLEM, *options: str) -> int:
    folder.mkdir(exist_ok=True)
    (folder / "p.toml").write_text(problem, "utf-8")
    (folder / "list.csv").write_text(PEOPLE, "utf-8")
    fixed = ["class", str(folder / "p.toml"), "--roster", str(folder / "list.csv"), "-o", str(folder / "class")]
    return main([*fixed, "--to", "toml", "--workers", "1", *options])


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}


OTHER_NUMBERS = {
    "other draws": (PROBLEM.replace("to = 3, step = 0.1", "to = 4, step = 0.1"), ()),
    "another given": (PROBLEM.replace("Y = 1", "Y = 2"), ()),
    "another seed": (PROBLEM, ("--seed", "another one")),
}


@pytest.mark.parametrize("what", OTHER_NUMBERS)
def test_other_numbers_want_a_word(tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem, options = OTHER_NUMBERS[what]
    assert made(tmp_path, PROBLEM, "--seed", "first") == 0
    before = files(tmp_path / "class")
    capsys.readouterr()
    assert made(tmp_path, problem, *options) == 2
    message = capsys.readouterr().err
    assert "the numbers of 4 sheets" in message and "p0, p1, p2, p3" in message and "--replace" in message
    assert files(tmp_path / "class") == before
    assert made(tmp_path, problem, *options, "--replace") == 0
    assert "4 made" in capsys.readouterr().out
    assert files(tmp_path / "class")["sheets/p0.toml"] != before["sheets/p0.toml"]


@pytest.mark.parametrize("problem", [PROBLEM.replace("A hidden unit", "A unit"), f"# a comment\n{PROBLEM}"])
def test_what_leaves_the_numbers_alone_needs_none(tmp_path: Path, problem: str) -> None:
    assert made(tmp_path) == 0
    assert made(tmp_path, problem) == 0


def states(folder: Path) -> list[tuple[str, str]]:
    """State and reason of each return."""
    rows = csv.DictReader(io.StringIO((folder / "grades" / "returns.csv").read_text("utf-8-sig")))
    return [(row["state"], row["reason"]) for row in rows]


def marks_of_older_sheets(folder: Path, changed: str, *options: str) -> MarkedClass:
    """The marks of the keys of a class whose sheets were made anew since."""
    assert made(folder, PROBLEM, "--seed", "first") == 0
    shutil.copytree(folder / "class" / "keys", folder / "back")
    assert made(folder, changed, *options, "--replace") == 0
    return grade(folder / "class", [folder / "back"], folder / "grades", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("what", OTHER_NUMBERS)
def test_older_sheets_are_marked_by_the_numbers_on_them(tmp_path: Path, what: str) -> None:
    problem, options = OTHER_NUMBERS[what]
    marking = marks_of_older_sheets(tmp_path, problem, *options)
    assert states(tmp_path) == [("counted", "an older sheet, marked by the numbers on it")] * 4
    assert marking.findings.tally.marked == 4
    assert {record.earned for record in records(tmp_path)} == {9}
    assert "4 returns are on older sheets, and are marked by the numbers on them" in marking.notes


def test_an_older_sheet_that_asks_something_else_is_listed(tmp_path: Path) -> None:
    marking = marks_of_older_sheets(tmp_path, PROBLEM.replace("Y = 1", "Y = 2").replace("- Y)^2", "- Y)^4"))
    assert marking.findings.tally.marked == 0
    assert all(state == "unreadable" and "this is an older sheet" in reason for state, reason in states(tmp_path))


def test_sheets_older_and_new_of_one_student_are_not_parts_of_one_work(tmp_path: Path) -> None:
    problems = [PROBLEM.replace("Y = 1", f"Y = {y}") for y in (1, 2, 3)]
    for number, problem in enumerate(problems):
        assert made(tmp_path, problem, "--seed", "first", *(["--replace"] if number else [])) == 0
        lines = (tmp_path / "class" / "keys" / "p1.toml").read_text("utf-8").splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith(('"z_2"', "z_2")))
        said = [line for line in lines[:first] if line.startswith('"sheet:')]
        kept = {0: lines, 1: [*said, *lines[first:]], 2: lines[:first]}[number]
        (tmp_path / "back" / "p1").mkdir(parents=True, exist_ok=True)
        path = tmp_path / "back" / "p1" / f"{'work ' * (number + 1)}.toml"
        path.write_text("\n".join(kept), "utf-8")
        os.utime(path, (1_000_000 * (number + 1),) * 2)
    grade(tmp_path / "class", [tmp_path / "back"], tmp_path / "grades", QUICK)
    assert [state for state, _ in states(tmp_path)].count("counted") == 1
    assert "part" not in [state for state, _ in states(tmp_path)]


def test_who_got_no_new_sheet_is_marked_by_the_older_one(tmp_path: Path) -> None:
    """As after a run that was killed half-way: the ledger still has the older sheets of some."""
    assert made(tmp_path, PROBLEM, "--seed", "first") == 0
    shutil.copytree(tmp_path / "class" / "keys", tmp_path / "back")
    ledger = (tmp_path / "class" / "made.jsonl").read_bytes()
    assert made(tmp_path, PROBLEM.replace("Y = 1", "Y = 2"), "--replace") == 0
    (tmp_path / "class" / "made.jsonl").write_bytes(ledger)
    for path in (tmp_path / "back").iterdir():  # work on paper of one's own says nothing of the numbers
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if "sheet:numbers" not in line), "utf-8")
    grade(tmp_path / "class", [tmp_path / "back"], tmp_path / "grades", QUICK)
    assert {record.earned for record in records(tmp_path)} == {9}


def test_a_mended_manifest_knows_the_older_sheets(tmp_path: Path) -> None:
    assert made(tmp_path, PROBLEM, "--seed", "first") == 0
    shutil.copytree(tmp_path / "class" / "keys", tmp_path / "back")
    assert made(tmp_path, PROBLEM.replace("Y = 1", "Y = 2"), "--replace") == 0
    (tmp_path / "class" / "manifest.json").write_text("")
    grade(tmp_path / "class", [tmp_path / "back"], tmp_path / "grades", QUICK)
    assert {record.earned for record in records(tmp_path)} == {9}


def test_what_a_killed_run_left_among_the_older_problems_is_cleared_away(tmp_path: Path) -> None:
    assert made(tmp_path, PROBLEM, "--seed", "first") == 0
    assert made(tmp_path, PROBLEM.replace("Y = 1", "Y = 2"), "--replace") == 0
    before = files(tmp_path / "class")
    (tmp_path / "class" / "older" / f"{TEMPORARY}left").write_text("half")
    assert main(["class", str(tmp_path / "class"), "--workers", "1"]) == 0
    assert files(tmp_path / "class") == before


def records(folder: Path) -> list[Record]:
    lines = (folder / "grades" / "marks.jsonl").read_text("utf-8").splitlines()
    return [Record.read(line) for line in lines[1:]]


@pytest.mark.parametrize("text", ["", "{", '{"seed": 3}'])
def test_a_damaged_manifest_is_mended(tmp_path: Path, text: str) -> None:
    assert made(tmp_path, PROBLEM, "--seed", "first") == 0
    before = files(tmp_path / "class")
    (tmp_path / "class" / "manifest.json").write_text(text)
    assert Classroom.open(tmp_path / "class").seed == "first"
    assert main(["class", str(tmp_path / "class"), "--workers", "1"]) == 0
    assert files(tmp_path / "class") == before


@pytest.mark.slow
def test_two_runs_at_once_are_told_apart(tmp_path: Path) -> None:
    small = SmallClass(tmp_path / "small")
    (tmp_path / "p100.toml").write_text(answer_file(small.answers("p100")), "utf-8")
    with locked(small.grades), pytest.raises(DeriveError, match="another run of derive is writing to"):
        small.marked(tmp_path / "p100.toml")
    small.marked(tmp_path / "p100.toml")
    assert small.scores == {"p100": "9"}


PROGRAM = """
import os, sys
from pathlib import Path
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.reports import class_files
from derive.errors import ToolError
class_files.make_pdfs = lambda texts: [ToolError("no PDF of the report")]
def killed(output, moment):
    moments = [0]
    def traced(event, arguments):
        if event in {"open", "os.rename", "os.remove"} and output in str(arguments[0]):
            moments[0] += 1
            if moments[0] == moment:
                os.kill(os.getpid(), 9)
    sys.addaudithook(traced)
    marked(output)
def marked(output):
    grade(Path(sys.argv[1]), [Path(sys.argv[2])], Path(output), GradingOptions((), workers=1))
marked(sys.argv[3])
for moment, output in enumerate(sys.argv[4:], start=1):
    if not (child := os.fork()):
        killed(output, moment)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Marks into one folder after another, but for the first in a process that is killed, each at a later moment."""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs signals")
def test_marks_are_the_same_after_a_kill_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`changes.csv` too: a marking that goes on compares with the marks there were when it was begun."""
    monkeypatch.setattr(class_files, "make_pdfs", lambda _: [ToolError("no PDF of the report")])
    small = SmallClass(tmp_path / "small", people=("A,B", "C,D"))
    back = tmp_path / "back"
    back.mkdir()
    (back / "p100.toml").write_text(answer_file(small.answers("p100", "L")), "utf-8")
    small.marked(back)
    (back / "p100 (1).toml").write_text(answer_file(small.answers("p100")), "utf-8")
    shutil.copytree(small.grades, tmp_path / "before")
    small.marked(back)
    whole = files(small.grades)
    assert len(small.table("changes.csv")) == 2
    outputs = [Path(shutil.copytree(tmp_path / "before", tmp_path / f"killed {moment}")) for moment in range(26)]
    command = [sys.executable, "-c", PROGRAM, small.room.folder, back, *outputs]
    ended = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert ended == [str(-signal.SIGKILL)] * 25
    for output in outputs[1:]:
        grade(small.room.folder, [back], output, QUICK)
        assert files(output) == whole, output
