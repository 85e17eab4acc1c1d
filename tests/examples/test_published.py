"""Published worked examples: every number that others printed, against the steps of the built-in problems.

`published.toml` holds the numbers and says of each whether it is right, and if not, what slipped. A right
number has to come out of the exact run; one that is right only for who goes on with rounded numbers has to
come out of a rounded run; beside a wrong one our own value has to be the recomputed one.
"""

import re
import tomllib
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.places import PUBLISHED_NUMBERS
from support.solutions import solved

import derive
import derive.examples

SOURCES: dict[str, dict[str, Any]] = tomllib.loads(PUBLISHED_NUMBERS.read_text("utf-8"))


class Published(NamedTuple):
    """One published number: its source, the built-in problem that restates it, and its row in the table."""

    source: str
    problem: str
    row: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.problem}: {self.row['step']} = {self.row['printed']}"


PUBLISHED = [
    Published(name, problem, row)
    for name, source in SOURCES.items()
    for problem, rows in source["problems"].items()
    for row in rows
]


def quantity(solution: Any, row: dict[str, Any]) -> Fraction:
    """What a row is about: a step or one entry of it (`dL/dW_2[1,2]` is row 1, column 2), with its sign."""
    step, _, index = row["step"].removesuffix("]").partition("[")
    value = solution[step].value_text
    for i in re.findall(r"\d+", index):
        value = value[int(i) - 1]
    sign: int = row.get("sign", 1)
    return sign * Fraction(value)


def at_length_of(printed: str, value: Fraction, rounding: str = ROUND_HALF_UP) -> Decimal:
    """`value` with as many decimals as `printed` has; ties go away from zero."""
    with localcontext() as context:
        context.prec = 60
        return (Decimal(value.numerator) / value.denominator).quantize(Decimal(printed), rounding)


def differ_by(a: Fraction, b: Fraction, relative: Fraction) -> bool:
    """Whether `a` and `b` lie further apart than `relative` of `b`."""
    return abs(a - b) > relative * abs(b)


AGREES: dict[str, Callable[[str, Fraction], bool]] = {
    "exact": lambda printed, value: value == Fraction(printed),
    "rounds": lambda printed, value: at_length_of(printed, value) == Decimal(printed),
    "truncates": lambda printed, value: at_length_of(printed, value, ROUND_DOWN) == Decimal(printed),
    "full_precision": lambda printed, value: not differ_by(value, Fraction(printed), Fraction(1, 10**15)),
    "accumulates": lambda printed, value: not differ_by(value, Fraction(printed), Fraction(1, 10**13)),
    "cancelled": lambda printed, value: abs(value - Fraction(printed)) < Fraction(1, 10**15),
}
"""When a published number agrees with the exact value, by its verdict."""


def numbers(choose: Callable[[dict[str, Any]], bool]) -> pytest.MarkDecorator:
    """Parametrises a test over the problems with the published numbers whose row is chosen."""
    found: dict[str, list[Published]] = {}
    for number in PUBLISHED:
        if choose(number.row):
            found.setdefault(number.problem, []).append(number)
    return pytest.mark.parametrize("published", found.values(), ids=found)


def exact(problem: str) -> Any:
    """The solution of a built-in problem, carried exactly whatever its file says."""
    return solved(problem, carry="exact")


@pytest.fixture(scope="session")
def rounded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Any]:
    """Solves a built-in problem with rounded carry under named settings of a source."""

    @cache
    def solve(source: str, problem: str, carry: str) -> Any:
        settings = SOURCES[source]["carry"][carry]
        path = derive.examples.path(problem)
        if steps := settings.get("steps"):
            lines = [f'"{step}" = {{ decimals = {of["decimals"]} }}' for step, of in steps.items()]
            text = "\n".join([Path(path).read_text("utf-8"), "[numbers.steps]", *lines, ""])
            path = tmp_path_factory.mktemp(carry) / f"{problem}.toml"
            path.write_text(text, "utf-8")
        return derive.solve(path, carry="rounded", **{k: v for k, v in settings.items() if k != "steps"})

    return solve


@numbers(lambda row: row["verdict"] in AGREES)
def test_right_numbers_come_out(published: list[Published]) -> None:
    def comes_out(number: Published) -> bool:
        row = number.row
        return AGREES[row["verdict"]](row["printed"], quantity(exact(number.problem), row))

    assert [str(number) for number in published if not comes_out(number)] == []


@numbers(lambda row: "right" in row)
def test_right_values_beside_numbers_that_are_not(published: list[Published]) -> None:
    def is_wrong_as_said(number: Published) -> bool:
        row = number.row
        value = quantity(exact(number.problem), row)
        right = not differ_by(value, Fraction(row["right"]), Fraction(1, 10**9))
        return right and at_length_of(row["printed"], value) != Decimal(row["printed"])

    assert [str(number) for number in published if not is_wrong_as_said(number)] == []


@numbers(lambda row: "carry" in row)
def test_numbers_from_rounded_operands_come_out_of_a_rounded_run(
    published: list[Published], rounded: Callable[[str, str, str], Any]
) -> None:
    def comes_out(number: Published) -> bool:
        row = number.row
        value = quantity(rounded(number.source, number.problem, row["carry"]), row)
        return any(AGREES[verdict](row["printed"], value) for verdict in ("rounds", "full_precision"))

    assert [str(number) for number in published if not comes_out(number)] == []


@pytest.mark.parametrize("name", SOURCES)
def test_every_number_of_a_source_is_accounted_for(name: str) -> None:
    source = SOURCES[name]
    rows = [row for rows in source["problems"].values() for row in rows]
    left_out = source.get("not_steps", [])
    assert len(rows) + len(left_out) == source["published"]
    assert all(number["why"] for number in left_out)


@pytest.mark.parametrize("name", SOURCES)
def test_every_verdict_is_backed(name: str) -> None:
    """A slip is described, a rounded carry set or its absence explained; only these give a right value."""
    source = SOURCES[name]
    for row in (row for rows in source["problems"].values() for row in rows):
        verdict = row["verdict"]
        assert verdict in {*AGREES, "from_rounded_operands", "wrong"}, row
        assert ("right" in row) == (verdict not in AGREES), row
        if verdict == "wrong":
            assert source["slips"][row["slip"]], row
        if verdict == "from_rounded_operands":
            assert row.get("unreproduced") or row["carry"] in source["carry"], row
