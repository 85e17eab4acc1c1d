"""A small class to mark in tests: each student has numbers of their own, and answers as the test wants."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.reports.class_files import MarkedClass
from derive.variants import Assignment
from support.students import Student, off, text_of

PROBLEM = """\
title = "A hidden unit"
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
x = { from = 0.5, to = 3, step = 0.1 }
W_1 = { from = -1, to = 1, step = 0.05, except = 0 }
w_2 = { from = -1, to = 1, step = 0.05, except = 0 }
"""
PEOPLE = ("Hopper,Grace", "Lovelace,Ada", "Noether,Emmy", "Çelik,Özgür", "Петрова,Анна")
QUICK = GradingOptions(formats=(), workers=1)
STEPS = ("z_1", "A_1", "z_2", "L", "dL/dz_2", "dL/dw_2", "dL/dA_1", "dL/dz_1", "dL/dW_1")


@dataclass
class SmallClass:
    """A class in `folder`, of PEOPLE with the ids p100, p101, … or of as many as are wanted."""

    folder: Path
    problem: str = PROBLEM
    people: Sequence[str] = PEOPLE
    room: Classroom = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "hidden.toml").write_text(self.problem, "utf-8")
        lines = [f"p{100 + i},{name},p{100 + i}@uni.example\n" for i, name in enumerate(self.people)]
        (self.folder / "roster.csv").write_text("student_id,last_name,first_name,email\n" + "".join(lines), "utf-8")
        sources = self.folder / "hidden.toml", self.folder / "roster.csv"
        self.room = Classroom.create(self.folder / "class", *sources, seed="a seed")

    @cached_property
    def assignment(self) -> Assignment:
        return Assignment(self.room.problem, self.room.seed)

    def answers(self, student: str, *faults: str, digits: int = 6, only: Sequence[str] = STEPS) -> dict[str, str]:
        """What a student answers to the own variant, step by step; some steps off by a fifth."""
        variant = self.assignment.draw(student)
        solver = Student(variant.blueprint.evaluate(variant.problem), digits, skip=lambda step: step.id not in only)
        solver.faults = {fault: off(Fraction(6, 5)) for fault in faults}
        return {answer.step: text_of(answer) for answer in solver.work() if answer.step in only}

    def code(self, student: str) -> str:
        return self.assignment.draw(student).code

    def marked(self, *returned: Path, options: GradingOptions = QUICK) -> MarkedClass:
        return grade(self.room.folder, list(returned), self.grades, options)

    @property
    def grades(self) -> Path:
        return self.folder / "grades"

    def table(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.grades / name).read_text("utf-8-sig"))))

    @property
    def scores(self) -> dict[str, str]:
        """The score of each student who has one."""
        return {row["student_id"]: row["score"] for row in self.table("grades.csv") if row["score"]}

    @property
    def states(self) -> dict[str, tuple[str, str]]:
        """Of each return its student and state."""
        return {row["return"]: (row["student_id"], row["state"]) for row in self.table("returns.csv")}

    @property
    def reasons(self) -> dict[str, str]:
        return {row["return"]: row["reason"] for row in self.table("returns.csv")}


def answer_file(answers: dict[str, str], **said: str) -> str:
    """An answer file; `said` are its reserved keys: code, student."""
    lines = [f'"sheet:{key}" = "{value}"' for key, value in said.items()]
    return "\n".join([*lines, *(f'"{step}" = "{text}"' for step, text in answers.items())])
