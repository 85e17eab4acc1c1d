"""A class made: a sheet and a key for each student; the same files however often and wherever it is made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader

from derive.classroom.folder.classroom import Classroom
from derive.classroom.folder.ledger import NAME as LEDGER
from derive.classroom.folder.ledger import Ledger, LedgerLine
from derive.classroom.papers.paper_maker import Chunk, Papers, paper_maker
from derive.classroom.papers.production import job_of, produce
from derive.classroom.roster.roster import Roster
from derive.classroom.workers.progress import Progress
from derive.commands.cli import main
from derive.pdf import engines as pdf
from derive.problem.problem import Problem
from derive.variants import Assignment

pytestmark = pytest.mark.slow

PROBLEM = """\
title = "A unit with its own numbers"
[data]
x = [1, 2]
Y = 1
[parameters]
w = [0.5, -1]
b = 0.3
[model]
equations = '''
z = w^T x + b
A = sigmoid(z)
L = (A - Y)^2
'''
loss = "L"
[variants]
w = { from = -1, to = 1, step = 0.1 }
x = { from = 1, to = 5, step = 1 }
"""
STUDENTS = [("1001", "Müller", "Zoë"), ("1002", "Ковалевская", "Софья"), ("1003", "Smith, Jr.", "Bob"),
            ("1005", "华", "罗庚"), ("1006", "Υπατία", ""), ("Ж-7", "الخوارزمي", "محمد"),
            ("../8", "Noether", "Emmy")]  # fmt: skip


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a problem and rosters: a small one with names of many scripts, and one of 40 students."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "unit.toml").write_text(PROBLEM, "utf-8")
    rows = [f'{student};"{last}";{first};{student}@example.org' for student, last, first in STUDENTS]
    (folder / "small.csv").write_text("\n".join(["student_id;last_name;first_name;email", *rows, ""]), "utf-8")
    rows = [f"s{number},Last{number},First,{number}@example.org" for number in range(40)]
    (folder / "forty.csv").write_text("\n".join(["id,last name,first name,email", *rows, ""]), "utf-8")
    return folder


def made(given: Path, out: Path, *options: str, roster: str = "forty.csv", seed: str = "autumn") -> int:
    """Make a class; the exit status."""
    return main(["class", str(given / "unit.toml"), "--roster", str(given / roster), "-o", str(out), "--seed", seed,
                 *options])  # fmt: skip


def files(folder: Path) -> dict[str, str]:
    """The checksums of all files of a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def small(given: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small class in PDF."""
    out = tmp_path_factory.mktemp("small") / "class"
    assert made(given, out, "--workers", "1", roster="small.csv") == 0
    return out


@pytest.fixture(scope="module")
def forty(given: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class of forty as answer files, by one process."""
    out = tmp_path_factory.mktemp("forty") / "class"
    assert made(given, out, "--workers", "1", "--to", "toml,md") == 0
    return out


# --- what is made ----------------------------------------------------------------------------------------------------


def test_each_student_has_a_sheet_and_a_key(small: Path) -> None:
    names = sorted(student.file for student in Classroom.open(small).roster)
    for folder in ("sheets", "keys"):
        assert sorted(path.name for path in (small / folder).iterdir()) == [f"{name}.pdf" for name in names]
    assert {path.name for path in small.iterdir()} == {
        "manifest.json", "problem.toml", "roster.csv", LEDGER, "sheets", "keys",
    }  # fmt: skip


def test_a_sheet_shows_whose_it_is_in_any_script(small: Path) -> None:
    assignment = Assignment(Problem.loads(PROBLEM), "autumn")
    for student in Classroom.open(small).roster:
        reader = PdfReader(small / "sheets" / f"{student.file}.pdf")
        text = " ".join(reader.pages[0].extract_text().split())
        code = assignment.draw(student.id).code
        missing = [word for word in (*student.name.split(), student.id, code) if word not in text]
        assert missing == [], text
        fields = reader.get_form_text_fields()
        assert (fields["sheet:student"], fields["sheet:code"]) == (student.id, code)


def test_a_sheet_asks_for_the_steps_and_tells_no_seed(small: Path) -> None:
    path = small / "sheets" / "1001.pdf"
    fields = {name for name in PdfReader(path).get_form_text_fields() if not name.startswith("sheet:")}
    assert fields == {"z", "A", "L", "dL/dA", "dA/dz", "dL/dz", "dL/dw[1]", "dL/dw[2]", "dL/db"}
    assert not any(b"autumn" in paper.read_bytes() for paper in small.rglob("*.pdf"))


def test_a_key_has_the_numbers_of_its_sheet(small: Path) -> None:
    solution = Assignment(Problem.loads(PROBLEM), "autumn").draw("1003").solution
    text = "".join(page.extract_text() for page in PdfReader(small / "keys" / "1003.pdf").pages)
    for step in ("z", "A", "L", "dL/db"):
        assert solution[step].printed.replace("-", "−") in text


def test_answer_files_and_pages_are_named_after_the_student(forty: Path) -> None:
    assert {"sheets/s0.toml", "keys/s0.toml", "sheets/s0.md", "keys/s0.md"} <= files(forty).keys()
    page = (forty / "sheets" / "s7.md").read_text("utf-8")
    pictures = [path.name for path in (forty / "sheets").glob("s7-*.svg")]
    assert pictures
    assert all(f"({picture})" in page for picture in pictures)


def test_the_ledger_has_a_line_a_student_with_true_checksums(forty: Path) -> None:
    sums = files(forty)
    entries = [LedgerLine.read(line) for line in (forty / LEDGER).read_bytes().splitlines()]
    assert [entry.student for entry in entries if entry] == [f"s{number}" for number in range(40)]
    for entry in filter(None, entries):
        assert {path: checksum for path, (_, checksum) in entry.files.items()} == {
            path: sums[path] for path in entry.files
        }


# --- the same files --------------------------------------------------------------------------------------------------


def test_two_workers_make_the_files_of_one(given: Path, forty: Path, tmp_path: Path) -> None:
    assert made(given, tmp_path / "forty", "--workers", "2", "--to", "toml,md") == 0
    assert files(tmp_path / "forty") == files(forty)


def test_one_student_alone_has_the_same_files(given: Path, small: Path, tmp_path: Path) -> None:
    assert made(given, tmp_path, "--workers", "1", "--only", "1005", roster="small.csv") == 0
    papers = {name: checksum for name, checksum in files(tmp_path).items() if name.endswith(".pdf")}
    assert papers == {name: checksum for name, checksum in files(small).items() if "/1005." in name}


def test_two_workers_make_a_class_again_from_its_own_folder(small: Path, tmp_path: Path) -> None:
    for name in ("manifest.json", "problem.toml", "roster.csv"):
        (tmp_path / name).write_bytes((small / name).read_bytes())
    assert main(["class", str(tmp_path), "--workers", "2"]) == 0
    assert files(tmp_path) == files(small)


def test_what_is_there_is_not_made_again(given: Path, forty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in forty.rglob("*.toml") if path.parent != forty}
    assert made(given, forty, "--workers", "1") == 0
    assert "0 made, 40 were there" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_lost_or_cut_file_is_made_again(given: Path, forty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(forty)
    (forty / "sheets" / "s3.toml").unlink()
    (forty / "keys" / "s30.md").write_bytes(b"")
    assert made(given, forty, "--workers", "1") == 0
    assert "2 made, 38 were there" in capsys.readouterr().out
    assert files(forty) == before


def test_a_changed_problem_makes_all_again(given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert made(given, tmp_path / "class", "--workers", "1", "--to", "toml", roster="small.csv") == 0
    changed = tmp_path / "unit.toml"
    changed.write_text(PROBLEM.replace("b = 0.3", "b = 0.4"), "utf-8")
    again = ["class", str(changed), "--roster", str(given / "small.csv"), "-o", str(tmp_path / "class")]
    before = files(tmp_path / "class")
    assert main(again) == 2
    assert "the numbers of 7 sheets" in capsys.readouterr().err and files(tmp_path / "class") == before
    assert main([*again, "--replace"]) == 0
    assert "7 made\n" in capsys.readouterr().out.splitlines(keepends=True)[-1]


def test_who_left_the_roster_is_named_and_nothing_is_deleted(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(given, tmp_path / "class", "--workers", "1", "--to", "toml", roster="small.csv") == 0
    shorter = "\n".join((given / "small.csv").read_text("utf-8").splitlines()[:-1])
    (tmp_path / "shorter.csv").write_text(shorter, "utf-8")
    before = files(tmp_path / "class").keys()
    capsys.readouterr()
    assert made(given, tmp_path / "class", "--workers", "1", roster=str(tmp_path / "shorter.csv")) == 0
    assert "no longer on the roster, their files are left: ../8" in capsys.readouterr().out
    assert files(tmp_path / "class").keys() == before


# --- what goes wrong -------------------------------------------------------------------------------------------------

BAD = """\
student_id,last_name,first_name
1,Noether,Emmy
1,Twice,Tom
2,,
3,=cmd|'/C calc'!A0,Eve
,No,Id
4,Hopper,Grace
5,Too,Many,Cells
"""


def test_bad_lines_are_reported_and_the_others_get_their_sheets(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.csv").write_text(BAD)
    assert made(given, tmp_path / "class", "--workers", "1", "--to", "txt", roster=str(tmp_path / "bad.csv")) == 2
    told = capsys.readouterr().err
    assert [f"line {number}:" in told for number in range(2, 9)] == [False, True, True, True, True, False, True]
    assert sorted(path.name for path in (tmp_path / "class" / "sheets").iterdir()) == ["1.txt", "4.txt"]


def test_a_student_whose_numbers_cannot_be_drawn_is_reported(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the draws meet the condition; with one try, half of the class has no sheet."""
    text = PROBLEM + 'require = ["z > 0"]\ntries = 1\n'
    (tmp_path / "unit.toml").write_text(text, "utf-8")
    status = main(["class", str(tmp_path / "unit.toml"), "--roster", str(given / "forty.csv"), "-o",
                   str(tmp_path / "class"), "--seed", "s", "--workers", "1", "--to", "toml"])  # fmt: skip
    told = capsys.readouterr()
    assert status == 2
    there = len(list((tmp_path / "class" / "sheets").iterdir()))
    assert 0 < there < 40
    assert f"{there} made" in told.out
    assert "student s" in told.err and "`z > 0`" in told.err


def test_a_name_that_no_font_has_is_replaced_and_told(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roster.csv").write_text("id,name\n1,Noether\n2,\U00012000\n3,Hopper\n", "utf-8")
    assert made(given, tmp_path / "class", "--workers", "1", roster=str(tmp_path / "roster.csv")) == 0
    assert "line 3, student 2: no font has the letters of the name" in capsys.readouterr().err
    sheets = tmp_path / "class" / "sheets"
    assert sorted(path.name for path in sheets.iterdir()) == ["1.pdf", "2.pdf", "3.pdf"]
    assert "Hopper" in PdfReader(sheets / "3.pdf").pages[0].extract_text()
    assert "2 (2)" in PdfReader(sheets / "2.pdf").pages[0].extract_text()


def test_the_formats_that_need_no_font_are_written_whatever_the_name(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roster.csv").write_text("id,name\n1,Noether\n2,\U00020000\n", "utf-8")
    options = ("--workers", "1", "--to", "pdf,tex,md,txt,toml,csv")
    assert made(given, tmp_path / "class", *options, roster=str(tmp_path / "roster.csv")) == 0
    assert "line 3, student 2: no font has the letters" in capsys.readouterr().err
    there = {path.name for path in (tmp_path / "class" / "sheets").glob("2.*")}
    assert there == {"2.pdf", "2.tex", "2.md", "2.txt", "2.toml", "2.csv"}
    assert "\U00020000" in (tmp_path / "class" / "sheets" / "2.md").read_text("utf-8")


# --- one student alone -----------------------------------------------------------------------------------------------


def test_one_student_alone_leaves_the_class_what_it_is(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another format for one is not the class's, another problem is refused, a line more on the roster is not."""
    (tmp_path / "roster.csv").write_text("id,name\n1,Noether\n2,Hopper\n", "utf-8")
    out, roster = tmp_path / "class", str(tmp_path / "roster.csv")
    assert made(given, out, "--workers", "1", "--to", "toml", roster=roster) == 0
    assert made(given, out, "--workers", "1", "--to", "csv", "--only", "2", roster=roster) == 0
    assert (Classroom.open(out).manifest.formats, (out / "sheets" / "2.csv").exists()) == (("toml",), True)
    before = files(out)
    (tmp_path / "unit.toml").write_text(PROBLEM.replace("b = 0.3", "b = 0.4"), "utf-8")
    other = ["class", str(tmp_path / "unit.toml"), "--roster", roster, "-o", str(out), "--only", "2"]
    assert main(other) == 2
    assert "would change" in capsys.readouterr().err and files(out) == before
    (tmp_path / "roster.csv").write_text("id,name\n1,Noether\n2,Hopper\n3,Lamarr\n", "utf-8")
    assert made(given, out, "--workers", "1", "--only", "3", roster=roster) == 0
    assert (out / "sheets" / "3.toml").exists()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PROBLEM + "[sheet]\nblank = ['dL/dW_9']\n", "unit.toml, line 19: [sheet] blank"),
        (PROBLEM.replace("[variants]", "[variants]\ntries = 1\nallow = []\nrequire = ['z > 99']"), "unit.toml, line"),
        (PROBLEM.replace("from = -1, to = 1", "from = 99, to = 100"), "unit.toml: none of 1000 draws"),
    ],
)  # fmt: skip
def test_faults_of_a_problem_name_its_file(
    text: str, place: str, given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unit.toml").write_text(text, "utf-8")
    assert main(["class", str(tmp_path / "unit.toml"), "--roster", str(given / "small.csv"), "-o", str(tmp_path / "c"),
                 "--to", "toml", "--workers", "1"]) == 2  # fmt: skip
    assert place in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "s41"], "no student with the id `s41`"),
        (["--to", "docx"], "there is no format `docx`"),
        (["--workers", "0"], None),
    ],
)
def test_usage_that_makes_no_sense(
    options: list[str], message: str | None, given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if message is None:
        with pytest.raises(SystemExit):
            made(given, tmp_path / "class", *options)
    else:
        assert made(given, tmp_path / "class", *options) == 2
        assert message in capsys.readouterr().err


def test_a_missing_roster_says_how_to_name_it(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["class", str(given / "unit.toml")]) == 2
    assert "--roster roster.csv" in capsys.readouterr().err


def test_without_latex_the_other_formats_are_written(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pdf, "program", lambda name: None)
    assert made(given, tmp_path, "--workers", "1", "--to", "pdf,toml", roster="small.csv") == 4
    assert len(list((tmp_path / "sheets").glob("*.toml"))) == len(STUDENTS)
    assert "derive-notes[pdf]" in capsys.readouterr().err


# --- a run that is stopped -------------------------------------------------------------------------------------------


def command(given: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "derive", "class", str(given / "unit.toml"), "--roster", str(given / "forty.csv"),
            "-o", str(out), "--seed", "autumn", "--to", "toml,md", *options]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_class_that_was_killed_goes_on(
    workers: str, given: Path, forty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed with its workers as soon as the first students have their papers."""
    process = subprocess.Popen(command(given, tmp_path, "--workers", workers), start_new_session=True)
    ledger = tmp_path / LEDGER
    while process.poll() is None and not (ledger.exists() and ledger.stat().st_size):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = ledger.read_bytes().count(b"\n")
    assert made(given, tmp_path, "--workers", "1", "--to", "toml,md") == 0
    assert there == 40 or f"{there} were there" in capsys.readouterr().out
    assert files(tmp_path) == files(forty)


def test_a_torn_line_of_the_ledger_and_unfinished_files_are_passed_over(
    given: Path, forty: Path, tmp_path: Path
) -> None:
    assert made(given, tmp_path, "--workers", "1", "--to", "toml,md") == 0
    ledger = (tmp_path / LEDGER).read_bytes()
    (tmp_path / LEDGER).write_bytes(ledger[: len(ledger) // 2])
    (tmp_path / ".derive-half").write_bytes(b"half")
    assert made(given, tmp_path, "--workers", "1") == 0
    assert files(tmp_path) == files(forty)


def test_the_ledger_keeps_the_last_entry_of_a_student(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        for inputs in ("old", "new"):
            ledger.add(LedgerLine("é", "CODE", inputs, {}))
        assert ledger.is_made("é", "new") and not ledger.is_made("é", "old")
    with Ledger(tmp_path) as ledger:
        assert ledger["é"] == LedgerLine("é", "CODE", "new", {})
        assert ledger.sort(["x"]) == {"é"}
    assert (tmp_path / LEDGER).read_bytes() == b""


# --- many students ---------------------------------------------------------------------------------------------------


def test_a_roster_is_a_stream(tmp_path: Path) -> None:
    """Of 6,000 rows nothing is kept but the ids, which must not come twice."""
    with (tmp_path / "roster.csv").open("w") as file:
        file.write("student_id,last_name,first_name,email\n")
        file.writelines(f"s{number:06},Lastname{number},First,s{number}@example.org\n" for number in range(6_000))
    tracemalloc.start()
    try:
        count = sum(1 for _ in Roster(tmp_path / "roster.csv"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 6_000
    assert peak < 2_400_000


def test_papers_go_to_the_folder_as_they_are_made(given: Path, tmp_path: Path) -> None:
    """12 MB of papers pass through a few."""
    count, paper = 600, bytes(20_000)
    (tmp_path / "roster.csv").write_text("\n".join(["id,name", *(f"{i},Name" for i in range(count))]))
    room = Classroom.create(tmp_path / "class", given / "unit.toml", tmp_path / "roster.csv", formats=("toml",))

    def run(_: object, chunks: Iterable[Chunk]) -> Iterator[list[Papers]]:
        for chunk in chunks:
            yield [Papers(s, "CODE", {f"sheets/{s.file}.toml": bytes(paper)}) for s in chunk.students]

    paper_maker(job_of(room)[0])
    tracemalloc.start()
    try:
        outcome = produce(room, run)  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert outcome.made == count
    assert peak < 5_000_000


def test_progress_is_shown_on_a_terminal_alone() -> None:
    from io import StringIO

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for stream, shown in ((StringIO(), False), (Terminal(), True)):
        with Progress(40, stream) as progress:
            progress.skip(20)
            progress.step(20)
        assert ("40 of 40" in stream.getvalue()) is shown
    progress = Progress(40, StringIO())
    progress.skip(20)
    progress.step(5)
    assert progress.line(2) == "[###############---------] 25 of 40, 2.5 a second, 0:06 left"
