"""Large arrays of numbers in a TOML text, read by the scanner of JSON, fifty times as fast: what JSON reads of brackets
and numbers means the same in both. Those that are given values become rationals at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from derive.calculus.exact_numbers import ExactNumbers
from derive.calculus.scalars import to_fmpq
from derive.calculus.shapes import normal
from derive.language.expressions import Shape
from derive.language.grammar import parse_number

MAX_ENTRIES, MAX_AXES = 1_000_000, 8
GIVEN = ("data", "parameters")
"""The tables of given values."""
_LARGE = re.compile(r"(?<==)[ \t]*(\[[-+\d.eE,\s\[\]]{1000,}\])(?=[ \t\r]*(?:\n|$))")
_MARK = "\x00array %d\x00"
"""What stands for an array while the rest of the file is read; no file may hold this sign."""
_SHORT = 40  # characters of a number that is read digit by digit
_TENS = [10**n for n in range(_SHORT)]


@dataclass(frozen=True, slots=True)
class NumberArray:
    """A given array of numbers: its shape, the flat entries, and how many decimals each was written with."""

    shape: Shape
    values: ExactNumbers
    places: Sequence[int]

    @staticmethod
    def of(nested: list[Any]) -> NumberArray | None:
        """That of nested lists of numbers' texts; None where they are no array, or one that others refuse."""
        flat: list[str] = []
        shape = _shape(nested, flat)
        if shape is None or len(shape) > MAX_AXES or len(flat) > MAX_ENTRIES:
            return None
        try:
            rationals = list(map(_rational, flat))
        except ValueError:
            return None
        places = list(map(_places, flat))
        return NumberArray(normal(shape), ExactNumbers(rationals), bytes(places) if max(places) < 256 else places)


def _shape(value: list[Any], flat: list[str]) -> Shape | None:
    """The shape of nested lists, their texts appended to `flat`; None where rows differ."""
    if set(map(type, value)) == {str}:
        flat += value
        return (len(value),)
    shapes = {_shape(each, flat) if isinstance(each, list) else None for each in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)


def _rational(text: str) -> fmpq:
    """The number that a text writes. Raises ValueError."""
    whole, _, broken = text.partition(".")
    if len(text) < _SHORT and (broken.isdecimal() or not broken) and "e" not in whole and "E" not in whole:
        return fmpq(int(whole + broken), _TENS[len(broken)])
    return to_fmpq(parse_number(text))


def _places(text: str) -> int:
    """How many decimals a number is written with; none beside a power of ten."""
    return 0 if "e" in text or "E" in text else len(text) - text.find(".") - 1 if "." in text else 0


def with_large_arrays(
    text: str, parsed: Callable[[str], dict[str, Any]], number: Callable[[str], Any]
) -> dict[str, Any]:
    """The data of a TOML text: `parsed` reads it, a large array by itself; `number` makes one of a number with a point
    or a power of ten. Raises what `parsed` raises.
    """
    arrays: dict[str, list[Any]] = {}

    def cut(match: re.Match[str]) -> str:
        try:
            array = json.loads(match[1], parse_float=str, parse_int=str)
        except (ValueError, RecursionError):  # `+1`, a comma at the end: TOML's own reader knows
            return match[0]
        mark = _MARK % len(arrays)
        arrays[mark] = array
        return json.dumps(mark)

    rest = _LARGE.sub(cut, text)
    if not arrays:
        return parsed(text)
    try:
        data = parsed(rest)
    except ValueError:
        return parsed(text)  # its message names the line
    found = [(path, table, key) for path, table, key in _texts(data) if table[key] in arrays]
    if {table[key] for _, table, key in found} != arrays.keys():
        return parsed(text)  # one stood inside a text
    for path, table, key in found:
        nested = arrays.pop(table[key])
        array = NumberArray.of(nested) if path in GIVEN else None
        table[key] = _numbers(nested, number) if array is None else array
    return data


def _texts(data: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each text of the tables: the path of its table, the table and the key."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{path}.{key}" if path else key)
        elif isinstance(value, str):
            yield path, data, key


def _numbers(value: Any, number: Callable[[str], Any]) -> Any:
    """Nested lists of texts as the numbers that TOML's reader makes of them."""
    if isinstance(value, list):
        return [_numbers(each, number) for each in value]
    return number(value) if {".", "e", "E"}.intersection(value) else int(value)
