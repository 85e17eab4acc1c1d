"""A class played from start to end: thirty students, their sheets, what comes back in every form, and its marks."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from support.programs import path_of
from support.students import Student, off, text_of

from derive import examples
from derive.answers.reading.written import Answer, Array
from derive.calculus.shapes import indices
from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.marking.work_marking import Marker
from derive.classroom.reports.gradebook import TableStyle
from derive.classroom.returns.inbox import packed
from derive.classroom.returns.returned_files import ReturnedFile
from derive.classroom.returns.work_reader import read_work
from derive.commands.cli import main
from derive.derivation.steps import Step
from derive.language.step_ids import StepId
from derive.pdf import press
from derive.problem.problem import Problem
from derive.sheets import Identity
from derive.sheets.sheet_writer import KEY, SHEET
from derive.solution import Blueprint
from derive.variants import Assignment, Variant

pytestmark = pytest.mark.slow

PROBLEM = """\
title = "A small network"
[data]
x = [1, 2]
Y = 1
[parameters]
W_1 = [[0.5, -1], [0.25, 0.75]]
b_1 = [0.5, -0.25]
w_2 = [0.5, -0.5]
[model]
equations = '''
z_1 = W_1 x + b_1
A_1 = tanh(z_1)
z_2 = w_2^T A_1
L = (z_2 - Y)^2
'''
loss = "L"
[variants]
x = { from = 0.5, to = 3, step = 0.5 }
W_1 = { from = -1, to = 1, step = 0.25, except = 0 }
w_2 = { from = -1, to = 1, step = 0.25, except = 0 }
require = ["-3 < z_1 < 3"]
"""
STEPS = ["z_1", "A_1", "z_2", "L", "dL/dz_2", "dL/dw_2", "dL/dA_1", "dL/dz_1", "dL/dW_1", "dL/db_1"]
NAMES = [
    ("Иванова", "Анна"), ("Łukasik", "Żaneta"), ("van der Berg, jr", "Ján"), ("O'Neil", "Séamus"), ("Müller", "Jürgen"),
    ("Παπαδόπουλος", "Γιώργος"), ("Nguyễn", "Thị Hương"), ("Doe", ""), ("Ångström", "Åsa"), ("Smith", "Jane"),
]  # fmt: skip
STUDENTS = [f"s{100 + i}" for i in range(30)]
PRINTED = [*STUDENTS[:10], "s124"]
"""Those whose sheets come back as PDF: names of every script."""


@dataclass(frozen=True)
class Plan:
    """What a student does: a fault in one step, one step left out; "" for none."""

    fault: str
    left_out: str

    @staticmethod
    def of(student: str) -> Plan:
        random = Random(student)
        fault, left_out = random.choice(["", *STEPS]), random.choice(["", "", *STEPS])
        return Plan(fault, left_out if left_out != fault else "")

    @property
    def marks(self) -> dict[str, str]:
        """What each step earns: a fault costs where it is made, and nowhere else."""
        return {step: "0" if step in {self.fault, self.left_out} else "1" for step in STEPS}


@dataclass(frozen=True)
class Played:
    """The folder of a class, and what came of marking it."""

    folder: Path
    assignment: Assignment

    @property
    def back(self) -> Path:
        return self.folder / "back"

    @property
    def grades(self) -> Path:
        return self.folder / "grades"

    def sheet(self, student: str, ending: str) -> Path:
        """A sheet as it was handed out."""
        return self.folder / ("printed" if ending == "pdf" else "class") / "sheets" / f"{student}.{ending}"

    def work(self, student: str) -> list[Answer]:
        """The answers of a student to the own variant, to six digits."""
        return worked(self.assignment.draw(student), Plan.of(student))


def worked(variant: Variant, plan: Plan) -> list[Answer]:
    solver = Student(variant.blueprint.evaluate(variant.problem), 6, skip=partial(skipped, plan))
    if plan.fault:
        solver.faults = {plan.fault: off(Fraction(23, 20))}
    return [answer for answer in solver.work() if answer.step in STEPS]


def skipped(plan: Plan, step: Step) -> bool:
    return step.id not in STEPS or step.id == plan.left_out


def entries(answers: list[Answer]) -> dict[str, str]:
    """Each entry by the name of its form field."""
    found = {}
    for answer in answers:
        assert isinstance(answer.content, Array)
        for index, written in zip(indices(answer.content.shape), answer.content.entries, strict=True):
            assert written
            found[StepId.of_entry(answer.step, index)] = written.text
    return found


# --- what students hand in -------------------------------------------------------------------------------------------


def filled_pdf(sheet: Path, values: Mapping[str, str]) -> bytes:
    """A sheet filled in by pypdf's own form filling."""
    writer = PdfWriter(clone_from=PdfReader(sheet))
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def filled_toml(sheet: Path, answers: list[Answer]) -> str:
    """The answer file with each line of an answered step replaced."""
    said = {key: value for key, value in tomllib.loads(sheet.read_text("utf-8")).items() if key.startswith("sheet:")}
    assert set(said) == {"sheet:code", "sheet:student", "sheet:numbers"}
    lines = [f'"{key}" = "{value}"' for key, value in said.items()]
    return "\n".join([*lines, *(f'"{answer.step}" = "{text_of(answer)}"' for answer in answers)])


def filled_csv(sheet: Path, values: Mapping[str, str]) -> str:
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    for step, given in csv.reader(io.StringIO(sheet.read_text("utf-8"))):
        rows.writerow([step, values.get(step, given)])
    return buffer.getvalue()


BLANK = re.compile(re.escape(r"\boxed{\qquad}"))


def filled_markdown(sheet: Path, order: list[str], values: Mapping[str, str]) -> str:
    """The sheet with numbers in the place of its boxes, in their order."""
    coming = iter(order)
    text = BLANK.sub(lambda _: values.get(next(coming), "?"), sheet.read_text("utf-8"))
    assert next(coming, None) is None
    return text


def wide(played: Played, students: list[str]) -> bytes:
    """A table of a form service with decimal commas, each student by the e-mail address."""
    buffer = io.StringIO()
    rows = csv.writer(buffer, delimiter=";")
    rows.writerow(["Zeitstempel", "E-Mail-Adresse", *STEPS])
    for student in students:
        answers = {answer.step: text_of(answer).replace(".", ",") for answer in played.work(student)}
        rows.writerow(["1.1.2026", f"{student.upper()}@Example.org", *(answers.get(step, "") for step in STEPS)])
    return buffer.getvalue().encode("utf-8-sig")


def hand_in(played: Played) -> None:
    """Everything that comes back, in four forms, and broken."""
    back = played.back
    back.mkdir()
    with zipfile.ZipFile(back / "export.zip", "w") as archive:
        for student in STUDENTS[:10]:
            data = filled_pdf(played.sheet(student, "pdf"), entries(played.work(student)))
            archive.writestr(f"Somebody_{student[1:]}77_file_/sheet.pdf", data)
    for student in STUDENTS[10:14]:
        (back / f"{student}.toml").write_text(filled_toml(played.sheet(student, "toml"), played.work(student)))
    for student in STUDENTS[14:17]:
        text = filled_csv(played.sheet(student, "csv"), entries(played.work(student)))
        (back / f"answers {student}.csv").write_text(text)
    order = list(csv_steps(played.sheet(STUDENTS[0], "csv")))
    for student in STUDENTS[17:20]:
        text = filled_markdown(played.sheet(student, "md"), order, entries(played.work(student)))
        (back / f"working of {student}.md").write_text(text, "utf-8")
    (played.folder / "form.csv").write_bytes(wide(played, STUDENTS[20:24]))
    pdf = filled_pdf(played.sheet("s124", "pdf"), entries(played.work("s124")))
    (back / "s124.pdf").write_bytes(pdf[: len(pdf) // 2])
    (back / "s125.toml").write_bytes('"z_1" = "ü"'.encode("latin-1"))
    (back / "s126.csv").write_bytes(b"")
    (back / "s127.docx").write_bytes(b"PK\x03\x04 word")
    (back / "s128.pdf").write_bytes(filled_pdf(played.sheet("s100", "pdf"), entries(played.work("s100"))))


def csv_steps(sheet: Path) -> Iterator[str]:
    """The blanks of a sheet, in their order."""
    with sheet.open(encoding="utf-8", newline="") as file:
        yield from (step for step, _ in list(csv.reader(file))[1:] if not step.startswith("sheet:"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The class made by the command, in PDF for those whose sheets come back in it; its returns handed in, marked. What
    LaTeX sets is set once, however it ends.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(press, "remedies", lambda rest: [])
        return play(tmp_path_factory.mktemp("played"))


def play(folder: Path) -> Played:
    (folder / "small.toml").write_text(PROBLEM, "utf-8")
    for name, students, formats in (("class", STUDENTS, "toml,csv,md"), ("printed", PRINTED, "pdf")):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["student_id", "last_name", "first_name", "email"])
            for i, student in enumerate(STUDENTS):
                if student in students:
                    rows.writerow([student, *NAMES[i % len(NAMES)], f"{student}@example.org"])
        made = ["class", str(folder / "small.toml"), "--roster", str(folder / f"{name}.csv"), "-o", str(folder / name),
                "--to", formats, "--seed", "autumn", "--workers", "1"]  # fmt: skip
        assert main(made) == 0
    room = Classroom.open(folder / "class")
    result = Played(folder, Assignment(room.problem, room.seed))
    hand_in(result)
    handed_in = {path.name: path.read_bytes() for path in result.back.iterdir()}
    marking = grade(
        room.folder,
        [result.back, result.folder / "form.csv"],
        result.grades,
        GradingOptions(workers=1, style=TableStyle()),
    )
    assert marking.failures == ()
    assert {path.name: path.read_bytes() for path in result.back.iterdir()} == handed_in
    return result


def table(path: Path) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


# --- what comes of it ------------------------------------------------------------------------------------------------


def test_every_mark_is_what_was_planted(played: Played) -> None:
    rows = {row["student_id"]: row for row in table(played.grades / "grades.csv")}
    assert list(rows) == STUDENTS
    found = {student: {step: rows[student][step] for step in STEPS} for student in STUDENTS[:24]}
    assert found == {student: Plan.of(student).marks for student in STUDENTS[:24]}
    for student, marks in found.items():
        assert rows[student]["score"] == str(list(marks.values()).count("1"))
    assert {rows[student]["score"] for student in STUDENTS[24:]} == {""}
    assert (rows["s102"]["last_name"], rows["s105"]["first_name"]) == ("van der Berg, jr", "Γιώργος")


def test_every_return_is_accounted_for(played: Played) -> None:
    states = {
        row["return"].removeprefix("back/"): (row["student_id"], row["state"])
        for row in table(played.grades / "returns.csv")
    }
    assert len(states) == 29
    assert {name: found for name, found in states.items() if found[1] != "counted"} == {
        "s124.pdf": ("s124", "unreadable"),
        "s125.toml": ("s125", "unreadable"),
        "s126.csv": ("s126", "unreadable"),
        "s127.docx": ("s127", "unreadable"),
        "s128.pdf": ("s128", "other's variant"),
    }


def test_everyone_who_was_marked_has_feedback_in_any_script(played: Played) -> None:
    pages = {path.name for path in (played.grades / "feedback").iterdir()}
    assert pages == {f"{student}.{ending}" for student in STUDENTS[:24] for ending in ("pdf", "md")}
    for student, name in (("s100", "Анна Иванова"), ("s105", "Γιώργος Παπαδόπουλος"), ("s102", "Ján van der Berg, jr")):
        assert f"{name} ({student})" in (played.grades / "feedback" / f"{student}.md").read_text("utf-8")
        text = "".join(page.extract_text() for page in PdfReader(played.grades / "feedback" / f"{student}.pdf").pages)
        assert f"{sum(mark == '1' for mark in Plan.of(student).marks.values())} of 10 marks" in text


def test_the_report_tells_what_happened(played: Played) -> None:
    page = (played.grades / "report.html").read_text("utf-8")
    assert "24 of 30 students were marked." in page
    for text in (
        "s128.pdf",
        "the sheet of s100",
        "s124.pdf",
        "this PDF is damaged",
        "s127.docx",
        "Παπαδόπουλος",
        "s129",
    ):
        assert text in page
    faults = [Plan.of(student).fault for student in STUDENTS[:24]]
    for step in STEPS:
        (row,) = re.findall(rf'<tr><td class="text"><math><\w+ data-name="{step}">.*?</math></td>(.*?)</tr>', page)
        counts = [int(n) for n in re.findall(r'"number">(\d+)<', row)]
        assert sum(counts[:6]) == 24 and counts[3] == faults.count(step)
    text = "".join(page.extract_text() for page in PdfReader(played.grades / "report.pdf").pages)
    assert "24 of 30 students were marked." in text and "s129" in text


def test_the_keys_that_were_handed_out_earn_full_marks(played: Played, tmp_path: Path) -> None:
    for ending in ("toml", "csv", "md"):
        keys = tmp_path / ending
        keys.mkdir()
        for student in STUDENTS[:6]:
            shutil.copy(played.folder / "class" / "keys" / f"{student}.{ending}", keys)
        grade(played.folder / "class", [keys], tmp_path / f"grades {ending}", GradingOptions((), workers=1))
        scores = [row["score"] for row in table(tmp_path / f"grades {ending}" / "grades.csv")[:6]]
        assert scores == [str(len(STEPS))] * 6, ending


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [500, 1200])
def test_a_browser_shows_the_report_without_anything_cut_off(played: Played, tmp_path: Path, width: int) -> None:
    page = (played.grades / "report.html").read_text("utf-8")
    measure = """<script>
    const drawings = [...document.querySelectorAll("svg")];
    const pictures = drawings.map(svg => svg.getBoundingClientRect());
    const drawn = drawings.map(svg => svg.viewBox.baseVal);
    document.title = [document.documentElement.scrollWidth <= innerWidth, pictures.length,
      pictures.every((box, i) => box.width > Math.min(300, 0.95 * drawn[i].width) &&
        box.height > Math.min(100, 0.95 * drawn[i].height) && box.right <= innerWidth)].join(" ");
    </script></body>"""
    (tmp_path / "report.html").write_text(page.replace("</body>", measure), "utf-8")
    browser = str(path_of("chromium"))
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
               f"--window-size={width},900", "--dump-dom", (tmp_path / "report.html").as_uri()]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert re.findall("<title>(.*?)</title>", shown)[0] == "true 3 true"


# --- sheets handed back as they are ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["tex", "md", "txt"])
@pytest.mark.parametrize("name", ["notes", "mazur", "gru", "xor_2_2_1", "batch_regression"])
def test_a_blank_sheet_earns_nothing_and_its_key_everything(name: str, form: str) -> None:
    problem = Problem.load(examples.path(name))
    marker = Marker(Blueprint.of(problem))
    solution, identity = marker.blueprint.evaluate(), Identity("K7M2ABC", "s1", "Ada")
    source = ReturnedFile(Path(f"sheet.{form}"), f"sheet.{form}")
    blank, key = (
        marker.mark(
            problem, packed(read_work(source, marker.writer.text(page, form, solution, identity).encode()))
        ).marks
        for page in (SHEET, KEY)
    )
    assert [mark.step for mark in blank if mark.verdict != "missing"] == []
    if form != "txt":  # its matrices stand in two dimensions
        assert {mark.step: mark.verdict for mark in key if mark.marks != mark.of} == {}
