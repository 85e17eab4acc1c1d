"""One class, with everything in it that marking a class promises (docs/grading.md): whose a return is, which counts,
what a delay costs, what is no work, what was copied. Other names, numbers and platforms than in the tests of each.
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from support.classes import QUICK, SmallClass, answer_file

from derive.classroom.reports.class_files import MarkedClass

PROBLEM = """\
title = "Two sigmoid units and a weighted sum"
[data]
u = [0.5, -1, 2]
t = 0.25
[parameters]
V = [[0.3, -0.2, 0.5], [-0.6, 0.4, 0.1]]
c = [0.1, -0.2]
r = [0.7, -0.9]
[model]
equations = '''
s = V u + c
g = sigmoid(s)
o = r^T g
E = 1/2 (o - t)^2
'''
loss = "E"
[variants]
u = { from = -2, to = 2, step = 0.05, except = 0 }
V = { from = -1, to = 1, step = 0.05, except = 0 }
r = { from = -1, to = 1, step = 0.05, except = 0 }
[grade]
due = 2026-05-04T18:00:00
late = "20 %"
marks = { "A" = 90, "C" = 50, "F" = 0 }
"""
STEPS = ("s", "g", "o", "E", "dE/do", "dE/dr", "dE/dg", "dE/ds", "dE/dV", "dE/dc")
PEOPLE = ("Mirzakhani,Maryam", "Germain,Sophie", "Ōta,Yukiko", "Нарышкина,Вера", "Cox,Gertrude", "Ball,Ann",
          "Wang,Hui", "Abdi,Leyla", "Ivanova,Olga", "Reed,Kim", "Silva,João", "Öz,Deniz", "Late,Nobody")  # fmt: skip
BEFORE = datetime(2026, 5, 4, 12).timestamp()
DAY = 86_400.0
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def put(back: Path, name: str, text: str, time: float = BEFORE) -> None:
    path = back / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (time, time))


def in_a_notebook(answers: dict[str, str]) -> str:
    cells = [{"cell_type": "markdown", "source": [f"${step} = {text}$"]} for step, text in answers.items()]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def in_word(path: Path, answers: dict[str, str]) -> None:
    lines = "".join(f"<w:p><w:r><w:t>{step} = {text}</w:t></w:r></w:p>" for step, text in answers.items())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{lines}</w:body></w:document>')
    os.utime(path, (BEFORE, BEFORE))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallClass, MarkedClass]:
    small = SmallClass(tmp_path_factory.mktemp("class"), PROBLEM, PEOPLE)
    back = small.folder / "back"

    def right(student: str, *faults: str, only: tuple[str, ...] = STEPS) -> str:
        return answer_file(small.answers(student, *faults, only=only))

    # whose it is: platforms' names, and what tries to be another's
    put(back, "Maryam Mirzakhani_9911_assignsubmission_file_/q.toml", right("p100"))
    put(back, "germainsophie_LATE_5512_778812_hw.toml", right("p101"))
    put(back, "Problem set 4_p102_attempt_2026-05-02-10-00-00_a.toml", right("p102", "o"))
    put(back, "Problem set 4_p102_attempt_2026-05-03-10-00-00_b.toml", right("p102"))
    put(back, "4471-12 - Вера Нарышкина - May 3, 2026 0905 AM - w.toml", right("p103", "E"))
    put(back, "Gertrude Cox_9913_assignsubmission_file_/mine.toml", right("p104"))
    put(back, "Gertrude Cox_9913_assignsubmission_file_/sabotage.toml",
        answer_file(dict.fromkeys(STEPS, "7"), code=small.code("p100")))  # fmt: skip
    put(back, "Gertrude Cox_9913_assignsubmission_file_/rows.csv", "student_id,o,E\np100,7,7\np103,8,8\n")
    # which counts
    put(back, "p105/homework.toml", right("p105", "g"))
    put(back, "p105/homework (1).toml", right("p105"))
    put(back, "p106/forward.toml", right("p106", only=STEPS[:4]))
    put(back, "p106/backward.toml", right("p106", only=STEPS[4:]))
    # late, by hand, documents
    put(back, "p107 Leyla Abdi.toml", right("p107"), BEFORE + 1.5 * DAY)
    put(back, "p108.ipynb", in_a_notebook(small.answers("p108", only=STEPS)))
    in_word(back / "p109.docx", small.answers("p109", only=STEPS))
    # copied: the numbers of p108, and the work of p109
    put(back, "p110.toml", right("p108"))
    put(back, "p111.toml", right("p109"))
    # what is no work
    os.mkfifo(back / "pipe.toml")
    put(back, "evil\x1b[31m.toml", "o = 1\n")
    put(back, "scan.pdf", "%PDF-1.4 nothing")
    put(
        small.grades, "overrides.csv", "id,step,mark,reason\np103,E,1,shown at the board\np109,total,5,talked it over\n"
    )
    return small, small.marked(back, options=replace(QUICK, formats=("md",)))


SCORES = {
    "p100": "10", "p101": "8", "p102": "10", "p103": "10", "p104": "10", "p105": "10", "p106": "10", "p107": "6",
    "p108": "10", "p109": "5",
}  # fmt: skip
STATES = {
    "Problem set 4_p102_attempt_2026-05-02-10-00-00_a.toml": ("p102", "superseded"),
    "Gertrude Cox_9913_assignsubmission_file_/sabotage.toml": ("p104", "other's variant"),
    "Gertrude Cox_9913_assignsubmission_file_/rows.csv, row 2": ("p104", "conflict"),
    "Gertrude Cox_9913_assignsubmission_file_/rows.csv, row 3": ("p104", "conflict"),
    "p105/homework.toml": ("p105", "superseded"),
    "p107 Leyla Abdi.toml": ("p107", "counted"),
    "scan.pdf": ("", "unreadable"),
}


@pytest.mark.slow
def test_each_return_is_its_students_and_the_right_one_counts(played: tuple[SmallClass, MarkedClass]) -> None:
    small, _ = played
    scores = {student: score for student, score in small.scores.items() if student in SCORES}
    assert scores == SCORES
    states = {name.removeprefix("back/"): state for name, state in small.states.items()}
    assert {name: states.get(name) for name in STATES} == STATES
    assert sorted(state for student, state in states.values() if student == "p106") == ["counted", "part"]
    assert not any("counted" in state for name, state in states.items() if "pipe" in name or "evil" in name)


@pytest.mark.slow
def test_what_is_late_copied_or_set_by_hand_is_told(played: tuple[SmallClass, MarkedClass]) -> None:
    small, _ = played
    rows = {row["student_id"]: row for row in small.table("grades.csv")}
    assert {student: rows[student]["days_late"] for student in ("p100", "p101", "p107")} == {
        "p100": "0", "p101": "1", "p107": "2",
    }  # fmt: skip
    assert (rows["p107"]["taken_off"], rows["p107"]["grade"], rows["p100"]["grade"]) == ("4", "C", "A")
    assert rows["p112"]["score"] == ""
    copied = {student: row["remarks"] for student, row in rows.items() if "probably" in row["remarks"]}
    assert {student: text.partition(" (")[0] for student, text in copied.items()} == {
        "p110": "probably the numbers of p108", "p111": "probably the numbers of p109",
    }  # fmt: skip
    for student, other in (("p110", "p108"), ("p111", "p109")):
        feedback = (small.grades / "feedback" / f"{student}.md").read_text("utf-8")
        assert other not in feedback and "probably" not in feedback
    assert "shown at the board" in (small.grades / "feedback" / "p103.md").read_text("utf-8")
    assert "talked it over" in (small.grades / "feedback" / "p109.md").read_text("utf-8")


@pytest.mark.slow
def test_the_report_names_steps_percentages_and_who_is_missing(played: tuple[SmallClass, MarkedClass]) -> None:
    small, _ = played
    text = (small.grades / "report.html").read_text("utf-8")
    for told in ("Nobody", "83 %", "probably the numbers of p108", "sabotage.toml", "homework.toml", "scan.pdf"):
        assert told in text, told
    assert text.count("<mfrac") >= 6, "steps are named as the page writes them"
