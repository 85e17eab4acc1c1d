"""Random networks worked out in decimal arithmetic: right work is right, one mistake is found where it was made.

`benchmarks/marking.py` does the same with more of them.
"""

from __future__ import annotations

from random import Random

import pytest
from support.decimal_students import MISTAKES, DecimalStudent, PlantedMistake, judged_mistake, judged_right

from derive import check


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_right_work_is_not_called_wrong(seed: int) -> None:
    student = DecimalStudent.drawn(Random(seed))
    found = check(student.network.solution(), student.work())
    assert judged_right(found), [(item.id, item.given, item.message) for item in found.items if item.verdict == "wrong"]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.step} {min(mistake.keys)}")
def test_a_planted_mistake_is_located_and_named(mistake: PlantedMistake) -> None:
    """Of three works that show the mistake at least two: now and then other numbers are as near."""
    outcomes: list[tuple[bool, bool]] = []
    for seed in range(100):
        student = DecimalStudent.drawn(Random(500 + seed), mistake)
        if len(outcomes) < 3 and (work := student.work()):
            outcomes.append(judged_mistake(check(student.network.solution(), work), mistake))
    assert len(outcomes) == 3
    assert sum(named for _, named in outcomes) >= 2, outcomes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(700, 712))
def test_right_work_of_two_digits_is_not_called_wrong(seed: int) -> None:
    student = DecimalStudent.drawn(Random(seed))
    student.digits, student.decimals = 2, student.decimals and 2
    found = check(student.network.solution(), student.work())
    assert judged_right(found), [(item.id, item.given, item.message) for item in found.items if item.verdict == "wrong"]


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "step"), [(93001, "z_2"), (93044, "dL/dA_2"), (93083, "A_1"), (93097, "A_1")])
def test_what_the_calculator_holds_behind_a_mistake_follows(seed: int, step: str) -> None:
    """Behind a wrong step, too, students go on with unwritten digits, and take σ′ by z where A is wrong."""
    mistake = MISTAKES[(seed - 93000) % len(MISTAKES)]
    student = DecimalStudent.drawn(Random(seed), mistake)
    student.digits, student.decimals = 2, student.decimals and 2
    found = check(student.network.solution(), student.work())
    assert mistake.step == step
    assert judged_mistake(found, mistake) == (True, True)
