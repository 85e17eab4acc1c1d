"""Whether what was drawn has to do with the scores: coefficients, groups, and what the report says."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from support.classes import PROBLEM, SmallClass, answer_file

from derive import Problem
from derive.classroom.records.fairness import DrawnNumbers, Fairness


def drawn(x: str) -> DrawnNumbers:
    variant = Problem.loads(f'[data]\nx = {x}\nq = 77\n[model]\nequations = "y = sum(x) q"\n')
    return DrawnNumbers.of(variant, {"x"})


@pytest.mark.parametrize(
    ("values", "signs", "mean"),
    [("[1, 2]", 2, 1.5), ("[-1, 20]", 3, 9.5), ("[0.05, -1.25]", 5, -0.6), ('["1/3", 1]', 3, 2 / 3),
     ("[0, 0.5]", 2, 0.25)],
)  # fmt: skip
def test_how_long_numbers_are_to_work_with(values: str, signs: int, mean: float) -> None:
    numbers = drawn(values)
    assert (numbers.signs, numbers.means["x"]) == (signs, pytest.approx(mean))
    assert DrawnNumbers.read(json.loads(json.dumps(numbers.row()))) == numbers


def class_of(count: int, slope: float, seed: int = 3) -> Fairness:
    """Scores that fall with the length of the numbers, beside what chance gives."""
    random, fairness = Random(seed), Fairness()
    for _ in range(count):
        signs = random.randint(6, 12)
        score = Fraction(round(20 - slope * signs + random.gauss(0, 2), 1)).limit_denominator(10)
        fairness.add(DrawnNumbers(signs, {"x": random.random()}), score)
    return fairness


def test_what_depends_on_the_numbers_is_told_and_chance_is_not() -> None:
    assert [each.name for each in class_of(80, slope=1).dependences() if each.is_told] == [""]
    told = sum(any(each.is_told for each in class_of(40, 0, seed).dependences()) for seed in range(200))
    assert told <= 20  # by chance one in twenty


def test_groups_hold_everybody_and_are_about_as_large() -> None:
    groups = class_of(90, slope=1).groups()
    assert sum(group.students for group in groups) == 90
    assert all(15 <= group.students <= 50 for group in groups)
    assert [group.mean for group in groups] == sorted((group.mean for group in groups), reverse=True)
    assert all(1 < group.spread < 4 for group in groups)
    assert not class_of(9, 1).says_something


def test_the_report_of_a_class_says_whether_its_variants_were_fair(tmp_path: Path) -> None:
    small = SmallClass(tmp_path / "small", people=[f"Last{i},First{i}" for i in range(12)])
    (tmp_path / "back").mkdir()
    longer = sorted((f"p{100 + i}" for i in range(12)), key=lambda student: _length(small, student))[6:]
    for i in range(12):
        student = f"p{100 + i}"
        work = small.answers(student, *(("z_1", "A_1", "z_2") if student in longer else ()))
        (tmp_path / "back" / f"{student}.toml").write_text(answer_file(work), "utf-8")
    fairness = small.marked(tmp_path / "back").findings.fairness
    page = (small.grades / "report.html").read_text("utf-8")
    assert {"", "x", "W_1", "w_2"} == {each.name for each in fairness.dependences()}
    assert "" in {each.name for each in fairness.dependences() if each.is_told}
    assert "Fairness of the variants" in page and "go with the length of the numbers (correlation −0" in page
    assert "drawn" not in (small.grades / "marks.jsonl").read_text("utf-8")


def _length(small: SmallClass, student: str) -> int:
    return DrawnNumbers.of(small.assignment.draw(student).problem, small.assignment.variants.choices).signs


def test_a_class_without_variants_has_no_such_part(tmp_path: Path) -> None:
    problem = PROBLEM.partition("[variants]")[0]
    small = SmallClass(tmp_path / "small", problem, people=[f"Last{i},First{i}" for i in range(11)])
    (tmp_path / "back").mkdir()
    for i in range(11):
        (tmp_path / "back" / f"p{100 + i}.toml").write_text(answer_file({"z_2": "1"}), "utf-8")
    assert not small.marked(tmp_path / "back").findings.fairness.says_something
    assert "Fairness" not in (small.grades / "report.html").read_text("utf-8")
