"""Given values as TOML holds them: numbers, fractions as texts, and lists of rows, read exactly."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from derive.calculus.applications import misapplied, with_settings
from derive.calculus.shapes import normal
from derive.language.bounds import constant_of
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, Shape, apply, number, walk
from derive.language.grammar import parse, parse_number
from derive.language.names import Symbol
from derive.language.numbers import MAX_DIGITS, constant_text
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS
from derive.problem.reading.large_arrays import MAX_AXES, MAX_ENTRIES
from derive.problem.reading.toml_file import DecimalNumber, kind

FEW_ROWS = 8  # all of which a message tells of
_NUMBER = re.compile(r"[-+]?[\d_.]+(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Given:
    """A given value: its name, shape, flat exact entries, and whether it is a parameter (else fixed data).

    `places` are the decimals that each entry was written with, where there are such beyond its last digit: 4.70.
    `masked` are the flat entries that are −∞, 0 among the values: of data that masks scores.
    """

    name: Symbol
    shape: Shape
    values: Sequence[Fraction]
    parameter: bool
    places: Sequence[int] = field(default=(), compare=False)
    masked: tuple[int, ...] = ()


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
            return constant_value(value)
    return None


_HALVES = re.compile(r"(\d*)\s*([¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])")


def constant_formula(text: str) -> Expr | None:
    """The expression without names that a text writes, `pi/4`, `1½`, `5%`; None for anything else."""
    text = _HALVES.sub(lambda match: f"({match[1] or 0} + {_fraction(match[2])})", text.strip())
    percent = text.endswith("%")
    try:
        expr = with_settings(parse(text.removesuffix("%"), Scope({}, FUNCTIONS)))
    except TextError:
        return None
    whole = apply("divide", expr, number(100)) if percent else expr
    nodes = [node for node in walk(whole) if isinstance(node, Apply)]
    return None if any(misapplied(node) or node.op == "infinity" for node in nodes) else whole


def _fraction(char: str) -> str:
    return f"{Fraction(unicodedata.numeric(char)).limit_denominator(10)}"


def constant_value(text: str) -> Fraction | None:
    """The exact value of a formula of numbers, `2^-3`, `½`, `5%`; None where it has none, or is not rational."""
    expr = constant_formula(text)
    if expr is None:
        return None
    try:
        return constant_of(expr, text)
    except TextError:
        return None


def formula_text(value: Any) -> str:
    """What an equation writes for nested lists of which some entry is no rational number, `pi/4`; else ""."""
    entries = _entries(value)
    formulas = [entry for entry in entries if exact_number(entry) is None]
    if not formulas or not all(isinstance(entry, str) and constant_formula(entry) for entry in formulas):
        return ""
    rows = value if isinstance(value, list) else [value]
    if any(isinstance(item, list) for row in rows if isinstance(row, list) for item in row):
        return ""
    texts = [", ".join(map(_entry_text, row if isinstance(row, list) else [row])) for row in rows]
    return f"[{'; '.join(texts)}]" if len(entries) > 1 else texts[0]


def _entries(value: Any) -> list[Any]:
    return [entry for item in value for entry in _entries(item)] if isinstance(value, list) else [value]


def _entry_text(entry: Any) -> str:
    exact = exact_number(entry)
    return str(entry) if exact is None else constant_text(exact)


def shape_of_lists(value: Any) -> Shape:
    """The shape of nested lists, whatever stands in them."""
    return normal((len(value), *shape_of_lists(value[0]))) if isinstance(value, list) and value else ()


_MINUS_INFINITY = {"-inf", "-infinity", "-infty", "-\\infty", "-∞", "-np.inf", "-math.inf", "-torch.inf"}


def without_infinity(value: Any) -> tuple[Any, tuple[int, ...]]:
    """Nested lists with 0 for −∞, and at which flat entries it stood."""
    masked = tuple(i for i, entry in enumerate(_entries(value)) if _is_infinite(entry))
    if not masked:
        return value, ()

    def finite(item: Any) -> Any:
        return [finite(each) for each in item] if isinstance(item, list) else 0 if _is_infinite(item) else item

    return finite(value), masked


def _is_infinite(entry: Any) -> bool:
    return isinstance(entry, str) and entry.replace("−", "-").replace(" ", "").lower() in _MINUS_INFINITY


def places_of(value: Any) -> tuple[int, ...]:
    """How many decimals each number of nested lists was written with."""
    if isinstance(value, list):
        return tuple(count for item in value for count in places_of(item))
    return (value.places if isinstance(value, DecimalNumber) else 0,)


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
    expected = 'expected a number, or as a text a fraction or a formula of numbers: "1/3", "2^-3"'
    if _is_infinite(value):
        return "`-inf` is no number", "a mask of -inf stands in [data]; what is learnt is a number"
    if isinstance(value, str) and constant_formula(value) is not None:
        return (
            f"`{value}` has no exact value",
            "formulas of numbers may stand in [data]; a parameter is a number: write it as a decimal",
        )
    if not isinstance(value, str):
        return f"{kind(value)} is not a number", expected
    shown = f"`{value[:40]}…`" if len(value) > 40 else f"`{value}`"
    if _NUMBER.fullmatch(value):
        return f"{shown} has too many digits", f"at most {MAX_DIGITS} digits, and powers of ten up to that"
    return f"{shown} is not a number", "numbers are written with a point: 0.5" if "," in value else expected
