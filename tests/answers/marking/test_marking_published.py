"""Published solutions handed in as students' work: right numbers are right, each slip is found where it is made."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import pytest
from support.places import PUBLISHED_NUMBERS
from support.solutions import solved

from derive.answers.checking import check
from derive.answers.feedback.report import Report
from derive.answers.files.answer_file import read_mapping

SOURCES: dict[str, Any] = tomllib.loads(PUBLISHED_NUMBERS.read_text("utf-8"))
ROWS = {name: rows for source in SOURCES.values() for name, rows in source["problems"].items()}
RIGHT = {"accumulates", "exact", "rounds", "full_precision", "cancelled", "truncates"}

# Right only with operands rounded to other lengths than the source itself prints: nothing that it prints leads there.
FALSE_PRECISION = {("miller", "z_2"), ("miller", "dL/dz_2")}

# The mistakes that the sources make, where they make them.
SLIPS = {
    ("rgu", "dL/dz_1"): "updated_weights",
    ("miller", "dL/dW_2"): "divided",
    ("miller", "dL/dz_1"): "divided",
}
WRONG_HERE = {
    ("mazur", "L@2"), ("mazur_10000", "out_o@10001"), ("karpathy_neuron", "o"), ("zaki_meira", "L"),
    ("zaki_meira", "dL/dz_2"), *SLIPS,
}  # fmt: skip
FOLLOWS_ONLY = {("rgu", "W_1@1"), ("miller", "W_1@1"), ("miller", "W_2@1")}


@cache
def marked(name: str) -> Report:
    """The published numbers for a built-in problem, marked as one student's work."""
    solution = solved(name)
    work = {row["step"]: _signed(row) for row in ROWS[name]}
    return check(solution, read_mapping(work, solution))


def _signed(row: dict[str, Any]) -> str:
    printed: str = row["printed"]
    if row.get("sign", 1) > 0:
        return printed
    return printed.removeprefix("-") if printed.startswith("-") else f"-{printed}"


def verdict(name: str, step: str) -> str:
    """The verdict on one published number."""
    base, _, entry = step.partition("[")
    found = marked(name)[base].entries
    for i in entry.rstrip("]").split(",") if entry else ():
        found = found[int(i) - 1]
    return str(found)


def _fits(name: str, step: str, published: str) -> bool:
    """Whether the verdict is what `published.toml` says of the number."""
    found = verdict(name, step)
    if published in RIGHT:
        return found == "correct"
    if (name, step) in FALSE_PRECISION:
        return found == "wrong"
    return found in ({"correct", "follows"} if published == "from_rounded_operands" else {"wrong", "follows"})


@pytest.mark.parametrize("name", ROWS)
def test_published_numbers(name: str) -> None:
    """Each once; where a source prints two for one step, the last is what it hands in."""
    last = {row["step"]: row["verdict"] for row in ROWS[name]}
    assert {step: verdict(name, step) for step, said in last.items() if not _fits(name, step, said)} == {}


@pytest.mark.parametrize(("name", "step"), sorted(WRONG_HERE))
def test_a_slip_is_found_where_it_is_made(name: str, step: str) -> None:
    item = marked(name)[step]
    assert item.verdict == "wrong"
    assert item.diagnosis == SLIPS.get((name, step), item.diagnosis)


@pytest.mark.parametrize(("name", "step"), sorted(FOLLOWS_ONLY))
def test_what_comes_after_a_slip_follows(name: str, step: str) -> None:
    entries = [verdict(name, row["step"]) for row in ROWS[name] if row["step"].startswith(f"{step}[")]
    assert set(entries) == {"follows"}
