"""Numbers as Python programs hold them: NumPy's arrays and scalars, floats, nested lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import isfinite
from typing import Any

from derive.errors import Fault, InputError
from derive.problem.reading.given_values import exact_number


def without_numpy(value: Any) -> Any:
    """The same without NumPy: an array is nested lists of texts, each the shortest that means the number in its type.

    >>> import numpy
    >>> without_numpy(numpy.float32([0.1, 2]))
    ['0.1', '2.0']
    """
    if hasattr(value, "dtype") and hasattr(value, "astype"):
        return value.astype(str).tolist()
    if isinstance(value, list | tuple):
        return [without_numpy(each) for each in value]
    return value


def flat_numbers(value: Any) -> tuple[Fraction, ...]:
    """The entries of a number, of an array or of nested lists, exactly. Raises InputError for what is no number."""
    return tuple(_numbers(without_numpy(value)))


def _numbers(value: Any) -> Iterator[Fraction]:
    if isinstance(value, Iterable) and not isinstance(value, str):
        for each in value:
            yield from _numbers(each)
        return
    number = exact_number(repr(value) if isinstance(value, float) and isfinite(value) else value)
    if number is None:
        raise InputError([Fault(f"`{value!s:.40}` is not a number", "expected numbers, or rows of numbers")])
    yield number
