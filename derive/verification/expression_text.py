"""Expressions as text that a program keeps: nested lists of JSON, each name by its number in a list of names.

What tells one expression from another on a page is kept too: whether a number was written with a point.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from derive.language.expressions import Apply, Entry, Expr, Number, Options, Ref
from derive.language.names import Name

Json: TypeAlias = Any
"""What `json` writes and reads: texts, numbers, lists of them."""


def encoded(expr: Expr, numbers: Mapping[Name, int]) -> Json:
    """An expression over the names that have numbers."""
    match expr:
        case Number():
            return ["n", _digits(expr.value), expr.decimal, expr.counter]
        case Ref():
            return ["r", numbers[expr.name]]
        case Entry():
            return ["e", numbers[expr.name], list(expr.index)]
    return ["a", expr.op, encoded_options(expr.options), *(encoded(arg, numbers) for arg in expr.args)]


def decoded(data: Json, names: Sequence[Name]) -> Expr:
    """The expression again. Raises ValueError, TypeError, LookupError for what `encoded` did not write."""
    kind, *rest = data
    if kind == "n":
        value, decimal, counter = rest
        return Number(_fraction(value), decimal, counter=counter)
    if kind == "r":
        return Ref(names[rest[0]])
    if kind == "e":
        return Entry(names[rest[0]], tuple(rest[1]))
    if kind != "a":
        raise ValueError(kind)
    op, options, *args = rest
    return Apply(op, tuple(decoded(arg, names) for arg in args), decoded_options(options))


def encoded_options(options: Options) -> Json:
    """The settings of an operation."""
    return [[key, _encoded(value)] for key, value in options]


def decoded_options(data: Json) -> Options:
    """The settings again."""
    return tuple((key, _decoded(value)) for key, value in data)


def _encoded(value: Any) -> Json:
    if isinstance(value, Fraction):
        return {"fraction": _digits(value)}
    return {"tuple": list(map(_encoded, value))} if isinstance(value, tuple) else value


def _decoded(data: Json) -> Any:
    if not isinstance(data, dict):
        return data
    return _fraction(data["fraction"]) if "fraction" in data else tuple(map(_decoded, data["tuple"]))


def _digits(value: Fraction) -> str:
    """A fraction to base 16: in decimals Python writes and reads no more than 4,300 digits."""
    return f"{value.numerator:x}/{value.denominator:x}"


def _fraction(text: str) -> Fraction:
    return Fraction(*(int(part, 16) for part in text.split("/")))
