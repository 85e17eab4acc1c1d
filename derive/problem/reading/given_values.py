"""Given values as TOML holds them: numbers, fractions as texts, and lists of rows, read exactly."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from derive.calculus.shapes import normal
from derive.language.expressions import Shape
from derive.language.grammar import parse_number
from derive.language.names import Symbol
from derive.language.numbers import MAX_DIGITS
from derive.problem.reading.toml_file import kind

MAX_ENTRIES, MAX_AXES = 1_000_000, 8
FEW_ROWS = 8  # all of which a message tells of
_NUMBER = re.compile(r"[-+]?[\d_.]+(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Given:
    """A given value: its name, shape, flat exact entries, and whether it is a parameter (else fixed data)."""

    name: Symbol
    shape: Shape
    values: tuple[Fraction, ...]
    parameter: bool


ReportFault: TypeAlias = Callable[[str, str], None]
"""Takes a fault: message and hint."""


def read_array(value: Any, fault: ReportFault) -> tuple[Shape, tuple[Fraction, ...]] | None:
    """The shape and the flat entries of a number or of nested lists; None after a fault."""
    flat: list[Fraction] = []
    shape = _collect(value, flat, fault, 0)
    return None if shape is None else (normal(shape), tuple(flat))


def exact_number(value: Any) -> Fraction | None:
    """The exact value of a TOML number or of a fraction as a text; None for anything else."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str):
        try:
            return parse_number(value)
        except (ValueError, ZeroDivisionError):
            return None
    return None


def _collect(value: Any, flat: list[Fraction], fault: ReportFault, depth: int) -> Shape | None:
    """The shape of nested lists, their numbers appended to `flat`; None after a fault."""
    if not isinstance(value, list):
        number = exact_number(value)
        if number is None:
            fault(*_not_a_number(value))
            return None
        flat.append(number)
        return ()
    if not value or depth > MAX_AXES or len(flat) > MAX_ENTRIES:
        fault("an empty list" if not value else "too large", "expected numbers, or rows of numbers")
        return None
    shapes = [_collect(item, flat, fault, depth + 1) for item in value]
    if None in shapes:
        return None
    if len(set(shapes)) > 1:
        fault(_ragged([shape for shape in shapes if shape is not None]), "every row needs the same number of entries")
        return None
    inner = shapes[0]
    assert inner is not None
    return (len(value), *inner)


def _ragged(shapes: list[Shape]) -> str:
    if () in shapes:
        return "numbers and rows stand side by side"
    lengths = [shape[0] for shape in shapes]
    if len(lengths) <= FEW_ROWS:
        return f"the rows have different lengths: {', '.join(map(str, lengths))}"
    usual = max(lengths, key=lengths.count)
    other = next(i for i, length in enumerate(lengths) if length != usual)
    return f"the rows have different lengths: row {other + 1} has {lengths[other]}, most have {usual}"


def _not_a_number(value: Any) -> tuple[str, str]:
    """What is wrong with a value that is no number, and what to write."""
    expected = 'expected a number, or a fraction as a text: "1/3"'
    if not isinstance(value, str):
        return f"{kind(value)} is not a number", expected
    shown = f"`{value[:40]}…`" if len(value) > 40 else f"`{value}`"
    if _NUMBER.fullmatch(value):
        return f"{shown} has too many digits", f"at most {MAX_DIGITS} digits, and powers of ten up to that"
    return f"{shown} is not a number", "numbers are written with a point: 0.5" if "," in value else expected
