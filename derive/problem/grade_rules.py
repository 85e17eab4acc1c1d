"""The table [grade] of a problem file: which return counts, deadlines, grades."""

from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from derive.problem.reading.given_values import exact_number
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind
from derive.problem.settings import ATTEMPTS, GradeRules

_TABLE = "grade"


def read_grade_rules(tables: Tables) -> GradeRules:
    """How a class is graded; what is wrong is noted in `tables`."""
    table = tables.table(_TABLE)
    return GradeRules(
        attempts=tables.text(_TABLE, "attempts", default=ATTEMPTS[0], choices=ATTEMPTS),
        due=_due(tables, table["due"]) if "due" in table else None,
        late=_late(tables, table["late"]) if "late" in table else Fraction(0),
        marks=_marks(tables, table.get("marks", {})),
    )


def _due(tables: Tables, value: Any) -> datetime | None:
    """A deadline without its zone; a day ends at midnight."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, datetime):
        return value.astimezone().replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime.combine(value, time.max)
    tables.fault("`due` is no time", "expected for example 2026-03-04T23:59:00 or 2026-03-04", _TABLE, "due")
    return None


def _late(tables: Tables, value: Any) -> Fraction:
    """`"cut"`, a percentage as `"10 %"`, or a part of 1."""
    if value == "cut":
        return Fraction(1)
    percent = isinstance(value, str) and value.rstrip().endswith("%")
    number = exact_number(value.rstrip(" %") if isinstance(value, str) else value)
    rate = number / 100 if number is not None and percent else number
    if rate is None or not 0 <= rate <= 1:
        hint = 'expected "cut", or what each day takes off: "10 %" or 0.1'
        tables.fault("`late` is no rate", hint, _TABLE, "late")
        return Fraction(0)
    return rate


def _marks(tables: Tables, value: Any) -> tuple[tuple[str, Fraction], ...]:
    """The grades and the percentages they take."""
    if not isinstance(value, dict):
        tables.fault(f"`marks` is {kind(value)}", 'expected { "1.0" = 95, "4.0" = 50, "5.0" = 0 }', _TABLE, "marks")
        return ()
    found = [(grade, exact_number(least)) for grade, least in value.items()]
    if wrong := [grade for grade, least in found if least is None or not 0 <= least <= 100]:
        tables.fault(f"`{wrong[0]}` has no percentage", "expected a number from 0 to 100", _TABLE, "marks")
    known = [(grade, least) for grade, least in found if least is not None]
    return tuple(sorted(known, key=lambda each: -each[1]))
