"""Numbers as Python programs hold them: arrays of NumPy, tensors of PyTorch, scalars, floats, nested lists."""

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from math import inf, isfinite
from struct import Struct
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
    shorter = isinstance(value, float) and isfinite(value) and _name(kind) in _BITS
    return repr(float(shortest_text(value, kind))) if shorter else str(value)


def shortest_text(value: float, kind: str) -> str:
    """The decimal with the fewest digits that means the finite `value` in the type `kind` of an array.

    >>> shortest_text(0.10000000149011612, "float32")
    '0.1'
    """
    bits = _BITS.get(_name(kind))
    if bits is None:  # Python's own type
        digits, _, _ = repr(value).partition("e")
        return f"{value:.{len(digits.strip('-0.').replace('.', '')) or 1}g}"
    wanted = bits(value)

    def means_it(digits: int) -> bool:
        return bits(float(f"{value:.{digits}g}")) == wanted

    fewest, most = (1, _OFTEN) if means_it(_OFTEN) else (_OFTEN + 1, _MOST)
    return f"{value:.{bisect_left(range(most), True, fewest, key=means_it)}g}"


def toml_array(value: Any) -> str:
    """Nested lists of numbers' texts in TOML: what that does not write as a number is a text."""
    if isinstance(value, list):
        return f"[{', '.join(map(toml_array, value))}]"
    return value if _NUMBER.fullmatch(value) else json.dumps(value)


def _name(kind: str) -> str:
    return kind.rsplit(".", 1)[-1]


def _half(value: float) -> object:
    """The bits of a number in 16 bits, those of ∞ beyond its range."""
    try:
        return Struct("e").pack(value)
    except OverflowError:
        return inf


def _brain(value: float) -> object:
    """The upper half of a number in 32 bits, rounded to the nearest one, a half to even."""
    (bits,) = Struct("I").unpack(Struct("f").pack(value))
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_OFTEN, _MOST = 6, 9
"""Digits: weights mostly have more than the first, and then no fewer need be tried; no type below has more than the
second.
"""
_BITS: Mapping[str, Callable[[float], object]] = {
    "bfloat16": _brain, "float16": _half, "float32": Struct("f").pack,
}  # fmt: skip
"""What tells the numbers of the types apart that hold fewer digits than Python's own."""


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
