"""The schedules of the learning rate, one row each: `eta` as an equation in the number of the step.

`eta_0` is `learning_rate`; the first step takes it whole (k − 1 = 0), but for a warm-up. Frameworks count from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule.

    key       what `schedule = "…"` calls it
    summary   one line for people
    equation  the right side of `eta <- …`
    needs     its constants; each has to be set, but for those that are the number of steps by default
    """

    key: str
    summary: str
    equation: str
    needs: tuple[str, ...] = ()


WHOLE = ("period",)
"""Constants that are the number of steps where they are not set."""

SCHEDULES: Mapping[str, Schedule] = {schedule.key: schedule for schedule in (
    Schedule("inverse time", "falls as 1/k", "eta_0 / (1 + decay (k - 1))", ("decay",)),
    Schedule("inverse root", "falls as 1/√k", "eta_0 / sqrt(k)"),
    Schedule("exponential", "is multiplied by the same factor in every step", "eta_0 factor^(k - 1)", ("factor",)),
    Schedule("step decay", "is multiplied by a factor after every so many steps",
             "eta_0 factor^(floor((k - 1) / every))", ("factor", "every")),
    Schedule("linear", "falls to 0 along a line", "eta_0 (1 - (k - 1) / period)", WHOLE),
    Schedule("cosine", "falls to 0 along half a wave", "eta_0 (1 + cos(pi (k - 1) / period)) / 2", WHOLE),
    Schedule("warm-up", "grows to its value over the first steps", "eta_0 min(1, k / warmup)", ("warmup",)),
)}  # fmt: skip
