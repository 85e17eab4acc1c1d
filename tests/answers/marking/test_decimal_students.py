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
