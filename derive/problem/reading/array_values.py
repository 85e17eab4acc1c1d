"""Numbers as Python programs hold them: arrays of NumPy, tensors of PyTorch, scalars, floats, nested lists."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import isfinite
from typing import Any

from derive.errors import Fault, InputError
from derive.problem.reading.given_values import exact_number


def without_numpy(value: Any) -> Any:
    """The same without NumPy or PyTorch: an array is nested lists of texts, each the shortest that means the number in
    its type.

    >>> import numpy
    >>> without_numpy(numpy.float32([0.1, 2]))
    ['0.1', '2.0']
    """
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if is_tensor(value):
        return _shortest(value.tolist(), str(value.dtype))
    if isinstance(value, list | tuple):
        return [without_numpy(each) for each in value]
    return value


def is_tensor(value: Any) -> bool:
    """Whether a value is an array or a scalar of NumPy or PyTorch, or a table of pandas."""
    return (hasattr(value, "dtype") and hasattr(value, "tolist")) or hasattr(value, "to_numpy")


def _shortest(value: Any, kind: str) -> Any:
    """Nested lists as texts; `kind` is the type that the numbers have in the array."""
    if isinstance(value, list):
        return [_shortest(each, kind) for each in value]
    code = next((code for name, code in _SHORTER.items() if kind.endswith(name)), "")
    if not code or not isinstance(value, float) or not isfinite(value):
        return str(value)
    texts = (repr(float(f"{value:.{digits}g}")) for digits in range(1, 18))
    return next(text for text in texts if struct.unpack(code, struct.pack(code, float(text)))[0] == value)


_SHORTER = {"bfloat16": "f", "float16": "e", "float32": "f"}
"""Types with fewer digits than Python's own numbers, each with its code in `struct`."""


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
