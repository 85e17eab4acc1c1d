"""What an expression may cost: checked once it is read, so that whoever works with it needs no bounds of its own."""

from collections.abc import Callable
from fractions import Fraction

from derive.language.expressions import Apply, Expr, Number
from derive.language.tokens import TextError

MAX_DEPTH = 100
MAX_EXPONENT = 1_000
MAX_BITS = 12_000
TOO_DEEP = (f"more than {MAX_DEPTH} operations one after the other",
            "give parts of it names, in equations of their own")  # fmt: skip


def check_bounds(expr: Expr, text: str) -> None:
    """Raises TextError if the expression is too deep, or holds constants that are too large to work out."""
    if _depth(expr) > MAX_DEPTH:
        raise TextError(*TOO_DEEP, 0, len(text))
    constant_of(expr, text)


def quotient_of(top: Fraction, bottom: Fraction) -> Fraction:
    """top/bottom. Raises ValueError for a division by 0 and for a number that is too long."""
    if bottom == 0:
        raise ValueError("division by 0")
    return _short(top / bottom)


def _short(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise ValueError("the number has too many digits")
    return value


def _depth(expr: Expr) -> int:
    """How many operations stand one inside the other; without recursion, whatever the depth."""
    deepest, waiting = 0, [(expr, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, Apply):
            deepest = max(deepest, depth + 1)
            waiting += [(arg, depth + 1) for arg in node.args]
    return deepest


def constant_of(expr: Expr, text: str) -> Fraction | None:
    """The value of an expression of numbers alone, or None. Raises TextError where it is too large."""
    if isinstance(expr, Number):
        return expr.value
    if not isinstance(expr, Apply):
        return None
    values = [constant_of(arg, text) for arg in expr.args]
    known = [value for value in values if value is not None]
    start, end = expr.span or (0, len(text))
    exponent = values[1] if expr.op == "power" else None
    if exponent is not None and abs(exponent) > MAX_EXPONENT:
        raise TextError("the exponent is too large", f"at most {MAX_EXPONENT}", start, end)
    if expr.op not in _ARITHMETIC or len(known) < len(values):
        return None
    try:
        return _ARITHMETIC[expr.op](*known)
    except ValueError as wrong:
        raise TextError(str(wrong), "", start, end) from None


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1 or base == 0:
        return None
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if (size - 1) * abs(exponent.numerator) > MAX_BITS:
        raise ValueError("the number has too many digits")
    return base**exponent.numerator


_ARITHMETIC: dict[str, Callable[..., Fraction | None]] = {
    "add": lambda a, b: _short(a + b),
    "subtract": lambda a, b: _short(a - b),
    "negate": lambda a: -a,
    "product": lambda a, b: _short(a * b),
    "times": lambda a, b: _short(a * b),
    "divide": quotient_of,
    "power": _power,
}
