"""Papers for a class: texts a second, PDFs against one run of pdflatex a student, two workers against one.

`python benchmarks/sheets.py [STUDENTS]`. PDFs by one process on one core, of the embedded LaTeX in both cases; seconds
are those of the processor, of the children too, so that the machine's other work counts less.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import plain
from measure import duration, processor, quote, seconds, table, target_ratio

from derive import examples
from derive.classroom.folder.classroom import Classroom
from derive.classroom.papers.paper_maker import CHUNK
from derive.classroom.papers.production import produce
from derive.classroom.workers.engine import engine
from derive.pdf import engines as pdf
from derive.pdf import press
from derive.problem.problem import Problem
from derive.sheets import Identity, SheetWriter
from derive.sheets.sheet_writer import KEY, SHEET
from derive.variants import Assignment

STUDENTS = 160
RUNS_ALONE = 6
SMALL = """\
title = "One unit"
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
"""
NOTES = """
[variants]
x = { from = 0.1, to = 2, step = 0.1 }
W_1 = { from = -0.9, to = 0.9, step = 0.1, except = 0 }
W_2 = { from = -0.9, to = 0.9, step = 0.1, except = 0 }
"""


class Texts:
    """The LaTeX of an assignment's papers, student by student."""

    def __init__(self, problem: str, name: str) -> None:
        self.assignment = Assignment(Problem.loads(problem, name), "benchmark")
        self.writer = SheetWriter.of(self.assignment.blueprint)

    def both(self, student: str) -> tuple[str, str]:
        """Sheet and key."""
        variant = self.assignment.draw(student)
        identity = Identity(variant.code, student, "Emmy Noether")
        sheet, key = (self.writer.text(page, "tex", variant.solution, identity) for page in (SHEET, KEY))
        return sheet, key

    def sheets(self, count: int) -> list[str]:
        """The sheets of some students."""
        return [self.both(f"s{number}")[0] for number in range(count)]

    def solutions(self, count: int) -> list[str]:
        """Their worked solutions."""
        return [self.assignment.draw(f"s{number}").solution.text("tex") for number in range(count)]


def pages(data: bytes | object) -> int:
    """How many pages a PDF has."""
    from io import BytesIO

    from pypdf import PdfReader

    assert isinstance(data, bytes), data
    return len(PdfReader(BytesIO(data)).pages)


def pressed(texts: Sequence[str]) -> list[object]:
    """The PDFs as a class makes them, a chunk at a time."""
    starts = range(0, len(texts), CHUNK)
    return [made for start in starts for made in press.make_pdfs(texts[start : start + CHUNK])]


def compared(title: str, texts: Sequence[str], least: float) -> list[str]:
    """A row: seconds a PDF alone and in a class, and how many times quicker that is."""
    alone = pdf.find_engine(pdf.EMBEDDED)
    one = processor(lambda: [pdf.compile_tex(text, alone) for text in texts[:RUNS_ALONE]]) / RUNS_ALONE
    made: list[object] = []
    each = processor(lambda: made.extend(pressed(texts))) / len(texts)
    ratio = one / each
    quote(
        f"the PDFs of a class, each: {title}, pages: {pages(made[0])}",
        duration(each),
        f"a LaTeX run for each: {duration(one)}",
    )
    return [
        f"{title}, {pages(made[0])} pages",
        duration(one),
        duration(each),
        f"{ratio:.1f} x",
        target_ratio(least, ratio),
    ]


def class_seconds(folder: Path, workers: int, students: int) -> float:
    """The wall-clock time of a whole class by some workers, after they have started."""
    (folder / "notes.toml").write_text(examples.path("notes").read_text("utf-8") + NOTES, "utf-8")
    rows = [f"s{number},Last{number},First" for number in range(students)]
    (folder / "roster.csv").write_text("\n".join(["id,last name,first name", *rows]), "utf-8")
    with engine(workers) as run:
        for name, only in (("first", "s0"), ("class", None)):
            room = Classroom.create(folder / f"{name}{workers}", folder / "notes.toml", folder / "roster.csv", seed="b")
            taken = seconds(lambda room=room, only=only: produce(room, run, only))  # type: ignore[misc]
    return taken


def main() -> None:
    """Print the tables."""
    students = int(sys.argv[1]) if len(sys.argv) > 1 else STUDENTS
    press.ORDER = (pdf.EMBEDDED,)
    notes = Texts(examples.path("notes").read_text("utf-8") + NOTES, "notes")
    notes.both("warm")
    taken = processor(lambda: [notes.both(f"s{number}") for number in range(students)])
    rate = students / taken
    text = "drawn, derived, verified, sheet and key as LaTeX"
    table("texts of the notes", [["", "a second", "wanted"], [text, f"{rate:.0f}", target_ratio(150, rate)]])
    listed = students / processor(plain.sympy_listed(students))
    quote("sheet and key of the notes as LaTeX, numbers drawn, verified, a second", f"{rate:.0f}",
          f"SymPy's derivatives lambdified, a list of the numbers alone: {listed:,.0f}")  # fmt: skip
    head = ["PDFs, one core", "alone", "in a class", "quicker", "wanted"]
    small = Texts(SMALL, "unit")
    table(
        "PDFs",
        [head, compared("sheets", small.sheets(students), 5), compared("solutions", notes.solutions(students), 2.5)],
    )
    with tempfile.TemporaryDirectory() as folder:
        one, two = (class_seconds(Path(folder), workers, students) for workers in (1, 2))
    row = [
        f"{students} sheets and keys",
        duration(one),
        duration(two),
        f"{one / two:.2f} x",
        target_ratio(1.7, one / two),
    ]
    quote(f"sheets and keys of {students} students with two workers", duration(two), f"one worker: {duration(one)}")
    table("workers", [["", "one", "two", "quicker", "wanted"], row])


if __name__ == "__main__":
    main()
