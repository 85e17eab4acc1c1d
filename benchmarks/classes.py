"""A class of simulated students, marked in one go: `python benchmarks/classes.py [STUDENTS [WORKERS]]`.

Each student works the own variant out with six digits, goes on with what was written, and makes at most one mistake,
which is planted: a number off by a twentieth, a power of ten, a sign, or a step left out. Most answers come back as one
wide table, the others as answer files in a zip. What marking says is compared with what was planted.
"""

from __future__ import annotations

import csv
import resource
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from measure import duration, quote, table
from support.students import Student, off, text_of

from derive import examples
from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.marking.marking_worker import Orders, class_marker
from derive.classroom.records.records import Record
from derive.classroom.workers.engine import engine
from derive.derivation.steps import Step

VARIANTS = """
[variants]
x = { from = 0.1, to = 2, step = 0.1 }
W_1 = { from = -0.9, to = 0.9, step = 0.1, except = 0 }
W_2 = { from = -0.9, to = 0.9, step = 0.1, except = 0 }
"""
BATCH = 200
FACTORS = {"off": Fraction(21, 20), "power_of_ten": Fraction(10), "sign_turned": Fraction(-1)}
AGREE, AGREE_MADE_EASY = "marks as planted", "as planted, and made too easy behind it"
MADE_EASY = {"trivial", "saturated", "impossible"}
PLANTED = ("none", "none", "none", "left out", *FACTORS)


@dataclass(frozen=True)
class Simulated:
    """A student's answers step by step, and the step where the mistake was planted ("" for none) and its kind."""

    student: str
    answers: dict[str, str]
    step: str
    kind: str


def planted(student: str, steps: list[str]) -> tuple[str, str]:
    """Which mistake a student makes, and where."""
    random = Random(student)
    kind = random.choice(PLANTED)
    return ("" if kind == "none" else random.choice(steps)), kind


def left_out(kept: set[str], step: Step) -> bool:
    """Whether a student does not write a step down, and goes on with its unrounded value."""
    return step.id not in kept


def simulate(orders: Orders, students: list[str]) -> list[Simulated]:
    """The students' work, each on the own variant."""
    assignment, marker = class_marker(orders)
    steps = [step for step, _ in marker.steps()]
    done = []
    for student in students:
        variant = assignment.draw(student)
        step, kind = planted(student, steps)
        kept = {*steps} - {step if kind == "left out" else ""}
        solver = Student(assignment.blueprint.evaluate(variant.problem), 6, skip=partial(left_out, kept))
        if kind in FACTORS:
            solver.faults = {step: off(FACTORS[kind])}
        answers = {answer.step: text_of(answer) for answer in solver.work() if answer.step in steps}
        done.append(Simulated(student, answers, step, kind))
    return done


def enrolled(folder: Path, count: int) -> Classroom:
    """A class on the notes with drawn numbers."""
    (folder / "notes.toml").write_text(examples.path("notes").read_text("utf-8") + VARIANTS, "utf-8")
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["student_id", "last_name", "first_name", "email"])
        rows.writerows([f"s{i:06}", f"Né{i}", "Zoë", f"s{i:06}@example.org"] for i in range(count))
    return Classroom.create(folder / "class", folder / "notes.toml", folder / "roster.csv", seed="benchmark")


def batches(count: int) -> Iterator[list[str]]:
    """The ids of all students, some at a time."""
    for start in range(0, count, BATCH):
        yield [f"s{i:06}" for i in range(start, min(count, start + BATCH))]


def answered(room: Classroom, orders: Orders, count: int, workers: int) -> list[Path]:
    """What comes back: nine in ten in one table, the others in a zip; and beside it what was planted."""
    back = room.folder.parent
    steps = [step for step, _ in class_marker(orders)[1].steps()]
    with (
        (back / "form.csv").open("w", encoding="utf-8", newline="") as form,
        (back / "planted.csv").open("w", encoding="utf-8", newline="") as key,
        zipfile.ZipFile(back / "files.zip", "w", zipfile.ZIP_DEFLATED) as files,
        engine(workers) as run,
    ):
        form_rows, key_rows = csv.writer(form), csv.writer(key)
        form_rows.writerow(["Timestamp", "Student ID", *steps])
        for batch in run(partial(simulate, orders), batches(count)):
            for done in batch:
                key_rows.writerow([done.student, done.step, done.kind])
                if int(done.student[1:]) % 10:
                    form_rows.writerow(["now", done.student, *(done.answers.get(step, "") for step in steps)])
                else:
                    lines = "\n".join(f'"{step}" = "{text}"' for step, text in done.answers.items())
                    files.writestr(f"{done.student}_file/answers.toml", lines)
    return [back / "form.csv", back / "files.zip"]


def compared(back: Path) -> Counter[str]:
    """Student by student: whether marks were lost where the mistake was planted, and nowhere else. What a mistake made
    too easy further down (all zeros, a value that cannot be) does not count there either, and is counted apart.
    """
    counts: Counter[str] = Counter()
    with (
        (back / "planted.csv").open(encoding="utf-8", newline="") as key,
        (back / "grades" / "marks.jsonl").open(encoding="utf-8") as record,
    ):
        next(record)
        for (student, step, _), line in zip(csv.reader(key), record, strict=True):
            found = Record.read(line)
            assert found.student == student
            lost = {mark.step: mark.mistake for mark in found.marks if mark.marks != mark.of}
            easy = {name for name, mistake in lost.items() if name != step and mistake in MADE_EASY}
            agree = set(lost) - easy == ({step} if step else set())
            counts[(AGREE_MADE_EASY if easy else AGREE) if agree else
                   f"planted: {step or 'nothing'}; lost: {', '.join(lost)}"] += 1  # fmt: skip
    return counts


def memory() -> str:
    """The largest memory of this process, and of the largest worker."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return " + ".join(f"{resource.getrusage(kind).ru_maxrss / 1024:.0f} MB" for kind in kinds)


def main(count: int = 2_000, workers: int = 1) -> None:
    """Draw, answer, mark and compare a class, and print what it took."""
    folder = Path(tempfile.mkdtemp(prefix="derive-class-"))
    try:
        room = enrolled(folder, count)
        orders = Orders((room.folder / "problem.toml").read_text("utf-8"), "notes", room.seed, ())
        start = time.perf_counter()
        returned = answered(room, orders, count, workers)
        drawn = time.perf_counter()
        marking = grade(room.folder, returned, folder / "grades", GradingOptions(formats=(), workers=workers))
        end = time.perf_counter()
        counts = compared(folder)
        named = Counter({kind: steps.total() for kind, steps in marking.findings.tally.mistakes.items()}).most_common()
    finally:
        shutil.rmtree(folder)
    rows = [
        ("drawn and answered", duration(drawn - start), f"{count / (drawn - start):.0f} students a second"),
        ("read, drawn again, marked", duration(end - drawn), f"{count / (end - drawn):.0f} students a second"),
        ("memory: this process, the largest worker", memory(), ""),
        *((found, str(times), "") for found, times in counts.most_common(8)),
    ]
    table(f"{count} students, {workers} worker{'s' * (workers > 1)}", rows)
    agreed = counts[AGREE] + counts[AGREE_MADE_EASY]
    work = (
        f"a class of {count:,} simulated students, {workers} worker{'s' * (workers > 1)}: marked as planted; a second"
    )
    quote(work, f"{agreed:,}; {count / (end - drawn):.0f} ({memory()})")
    table("mistakes that were named", [(kind, str(times)) for kind, times in named])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
