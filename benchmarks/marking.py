"""Marking random networks that students worked out who round, cut and skip steps: right, or with one mistake.

    python benchmarks/marking.py [COUNT]

The students' numbers come from `decimal`, not from the package.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from random import Random

from measure import quote, table, target

from derive import check
from derive.answers.feedback.report import Report

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from support.decimal_students import MISTAKES, DecimalStudent, PlantedMistake, judged_mistake, judged_right

COUNT = 100


def marked(student: DecimalStudent) -> Report | None:
    """The report on a student's work; None where the mistake changes nothing."""
    work = student.work()
    return check(student.network.solution(), work) if work else None


def main() -> None:
    """Print how much right work was called wrong, and how many mistakes were located and named."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    outcomes: Counter[str] = Counter()
    for seed in range(count):
        found = marked(DecimalStudent.drawn(Random(seed)))
        assert found is not None
        outcomes["right work"] += 1
        outcomes["right work called wrong"] += not judged_right(found)
    for seed in range(count):
        random = Random(1_000_000 + seed)
        mistake: PlantedMistake = random.choice(MISTAKES)
        if (found := marked(DecimalStudent.drawn(random, mistake))) is not None:
            outcomes["mistakes"] += 1
            located, named = judged_mistake(found, mistake)
            outcomes["located exactly"] += located
            outcomes["located and named"] += named
    planted, share = outcomes["mistakes"], "{:.1%}".format
    wrong, located, named = (
        outcomes[key] for key in ("right work called wrong", "located exactly", "located and named")
    )
    missed = [(planted - found) / max(planted, 1) for found in (located, named)]
    quote("students who round, cut and skip steps: right works called wrong; planted mistakes located, and named",
          f"{wrong} of {outcomes['right work']}; {located} and {named} of {planted}")  # fmt: skip
    table("students who round, cut and skip steps, in decimal arithmetic", [
        ("right works called wrong", f"{wrong} of {outcomes['right work']}", target(0, wrong, str)),
        ("planted mistakes not located exactly", share(missed[0]), target(0.05, missed[0], share)),
        ("planted mistakes not located and named", share(missed[1]), target(0.05, missed[1], share)),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
