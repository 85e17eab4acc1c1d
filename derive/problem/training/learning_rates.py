"""The learning rate: a number, an equation in the number of the step, or a named schedule."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.errors import suggestion
from derive.problem.reading.given_values import exact_number
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind
from derive.problem.training.schedules import SCHEDULES, WHOLE, Schedule

_COUNT = re.compile(r"(?<![A-Za-z_])k(?![A-Za-z_])")
_HINT = 'expected for example learning_rate = 0.1, or "0.1/(1 + 0.5 k)" with the number k of the step'


@dataclass(frozen=True, slots=True)
class Rate:
    """How the learning rate goes.

    value      the number that was set; None for none
    equation   the right side of `eta <- …`; "" where the rate stays as it is
    constants  what the equation uses beside `k`
    schedule   the key of the schedule; "" for none
    own        the rate of each parameter, by its key, where each has its own
    """

    value: Fraction | None = None
    equation: str = ""
    constants: Mapping[str, Fraction] = field(default_factory=dict)
    schedule: str = ""
    own: Mapping[str, Fraction] = field(default_factory=dict)


def read_rate(tables: Tables, steps: int, usual: Fraction | None = None) -> Rate:
    """The rate of [update], `usual` where it has none; what is wrong is noted in `tables`."""
    table = tables.table("update")
    written = table.get("learning_rate")
    value = exact_number(written)
    schedule = _schedule(tables)
    if schedule is not None:
        return _scheduled(tables, schedule, value, steps)
    if value is None and isinstance(written, str) and _COUNT.search(written):
        return Rate(equation=written)
    if isinstance(written, dict) and (own := _own(tables, written)):
        return Rate(own=own)
    if value is None and "learning_rate" in table:
        tables.fault("`learning_rate` is not a number", _HINT, "update", "learning_rate")
    return Rate(usual if written is None else value)


def _own(tables: Tables, written: Mapping[str, object]) -> dict[str, Fraction]:
    """The rates of the parameters; none of them after a fault."""
    rates = {key: exact_number(value) for key, value in written.items()}
    known = {key: rate for key, rate in rates.items() if rate is not None}
    return known if len(known) == len(rates) else {}


def _schedule(tables: Tables) -> Schedule | None:
    if "schedule" not in tables.table("update"):
        return None
    key = tables.text("update", "schedule")
    if key not in SCHEDULES:
        hint = suggestion(key, SCHEDULES) or f"one of: {', '.join(SCHEDULES)}; or an equation in k as learning_rate"

        tables.fault(f"`schedule` cannot be `{key}`", hint, "update", "schedule")
    return SCHEDULES.get(key)


def _scheduled(tables: Tables, schedule: Schedule, value: Fraction | None, steps: int) -> Rate:
    """The rate by a schedule, which begins with a number."""
    table = tables.table("update")
    if value is None:
        tables.fault("a schedule begins with a number", "as in learning_rate = 0.1", "update", "schedule")
    constants = {"eta_0": value or Fraction(0)}
    for key in schedule.needs:
        if key not in table and key in WHOLE:
            constants[key] = Fraction(steps)
        elif key not in table:
            tables.fault(f"the schedule {schedule.key} needs `{key}`", f"for example {key} = 0.5", "update", "schedule")
        else:
            number = exact_number(table[key])
            if number is None:
                tables.fault(f"`{key}` is {kind(table[key])}", "expected a number", "update", key)
            constants[key] = number or Fraction(1)
    return Rate(value, schedule.equation, constants, schedule.key)
