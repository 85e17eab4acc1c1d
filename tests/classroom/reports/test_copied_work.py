"""Copied work is found by its numbers; honest work with the same mistakes is not taken for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from support.classes import PROBLEM, QUICK, STEPS, SmallClass, answer_file

from derive.answers.files.columns import AnswerLine
from derive.classroom.marking.work_marking import Marker
from derive.classroom.marking.work_numbers import WorkNumber, numbers_of_work
from derive.classroom.reports.copied_work import Agreement, NumberIndex, agreement_of
from derive.classroom.returns.inbox import packed
from derive.classroom.returns.work_reader import Claims, ReturnedWork

Works = dict[str, dict[str, str]]


def numbers(small: SmallClass, marker: Marker, student: str, answers: Mapping[str, str]) -> list[WorkNumber]:
    entries = tuple(AnswerLine(step, text, None) for step, text in answers.items())
    work = marker.mark(small.assignment.draw(student).problem, packed(ReturnedWork("", Claims(), entries)))
    return [WorkNumber(*row) for row in json.loads(json.dumps([each.row() for each in numbers_of_work(work.judged)]))]


def found(small: SmallClass, works: Works, folder: Path) -> dict[str, Agreement]:
    """The agreements in a class, by student."""
    marker = Marker(small.assignment.blueprint)
    read = {student: numbers(small, marker, student, answers) for student, answers in works.items()}
    with NumberIndex(folder / "numbers.sqlite") as index:
        index.fill(read.items())
        agreements = (agreement_of(student, each, index) for student, each in read.items())
        return {each.student: each for each in agreements if each}


def people(count: int) -> list[str]:
    return [f"Last{i},First{i}" for i in range(count)]


FAULTS = ("z_1", "A_1", "z_2", "dL/dz_2", "dL/dw_2", "dL/dz_1")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 14, 731])
def test_a_class_of_150_copied_by_its_neighbours(tmp_path: Path, seed: int) -> None:
    """Half of them work honestly, many with the same mistakes; the other half copy from them in several ways."""
    small, chance = SmallClass(tmp_path, people=people(150)), Random(seed)
    students = [f"p{100 + i}" for i in range(150)]
    works: Works = {}
    copies = []
    for first, second in zip(students[::2], students[1::2], strict=True):
        faults = chance.sample(FAULTS, chance.choice((0, 0, 1, 1, 2)))
        works[first] = small.answers(first, *faults, digits=chance.choice((4, 5, 6)))
        way = chance.randrange(4)
        source = small.answers(first, *faults, digits=3) if way == 1 else works[first]
        some = STEPS[:5] if way == 2 else STEPS[3:] if way == 3 else STEPS
        works[second] = {step: text for step, text in source.items() if step in some}
        copies.append(second)
    agreements = found(small, works, tmp_path)
    listed = [student for student in copies if student in agreements]
    false = [student for student in agreements if student not in copies]
    assert len(listed) >= 0.95 * len(copies), sorted(set(copies) - set(listed))
    assert len(false) <= 0.01 * (len(students) - len(copies)), {student: agreements[student] for student in false}
    assert all(agreements[student].other == f"p{int(student[1:]) - 1}" for student in listed)


@pytest.mark.slow
@pytest.mark.parametrize("variants", [True, False])
def test_honest_work_with_the_same_mistakes_is_not_listed(tmp_path: Path, variants: bool) -> None:
    """Also where all have the same numbers: then two who make the same mistake write the same wrong numbers."""
    problem = PROBLEM if variants else PROBLEM.partition("[variants]")[0]
    small, chance = SmallClass(tmp_path, problem, people(150)), Random(5)
    works = {
        f"p{100 + i}": small.answers(f"p{100 + i}", *chance.sample(FAULTS, chance.choice((0, 1, 1))))
        for i in range(150)
    }
    assert len(found(small, works, tmp_path)) <= 1


def test_the_same_wrong_numbers_on_the_same_sheet_are_listed(tmp_path: Path) -> None:
    small = SmallClass(tmp_path, PROBLEM.partition("[variants]")[0])
    works = {student: small.answers(student) for student in ("p100", "p101", "p102", "p103")}
    for student in ("p101", "p103"):
        works[student] |= {"z_2": "7.1234", "dL/dz_2": "3.377"}
    agreements = found(small, works, tmp_path)
    assert {student: each.other for student, each in agreements.items()} == {"p101": "p103", "p103": "p101"}
    assert agreements["p101"].remark.startswith("probably the same work as p103")


def test_what_is_found_is_told_to_the_teacher_alone(tmp_path: Path) -> None:
    """Also where the other student handed in nothing; the work is marked by its own numbers."""
    small = SmallClass(tmp_path)
    (tmp_path / "back").mkdir()
    for student, source in (("p100", "p100"), ("p101", "p104"), ("p102", "p100")):
        (tmp_path / "back" / f"{student}.toml").write_text(answer_file(small.answers(source)), "utf-8")
    marking = small.marked(tmp_path / "back", options=type(QUICK)(formats=("md",), workers=1))
    remarks = {row["student_id"]: row["remarks"] for row in small.table("grades.csv")}
    assert remarks["p101"].startswith("probably the numbers of p104 (")
    assert remarks["p102"].startswith("probably the numbers of p100 (")
    assert remarks["p100"] == "" and list(marking.findings.agreements) == ["p101", "p102"]
    assert "probably the numbers of p104" in (small.grades / "report.html").read_text("utf-8")
    assert float(small.scores["p101"]) < 9
    feedback = (small.grades / "feedback" / "p101.md").read_text("utf-8")
    assert "p104" not in feedback and "probably" not in feedback
    assert "numbers" not in json.loads((small.grades / "marks.jsonl").read_text("utf-8").splitlines()[1])
