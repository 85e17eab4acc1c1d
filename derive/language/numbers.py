"""Numbers as they are written, exactly."""

from decimal import Decimal
from fractions import Fraction

MAX_DIGITS = 1_000
"""Digits of a number, and its largest power of ten."""


def parse_number(text: str) -> Fraction:
    """An exact number: `0.1`, `-4.08e-7`, `1/3`. Raises ValueError."""
    top, slash, bottom = text.strip().replace("−", "-").partition("/")
    value = _decimal(top)
    return value / _decimal(bottom) if slash else value


def _decimal(text: str) -> Fraction:
    mantissa, _, exponent = text.strip().lower().partition("e")
    if len(mantissa) > MAX_DIGITS or abs(int(exponent or "0")) > MAX_DIGITS:
        raise ValueError("the number has too many digits")
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        raise ValueError(f"`{text}` is not a number") from None
    if not value.is_finite():
        raise ValueError(f"`{text}` is not a finite number")
    return Fraction(value)


def constant_text(value: Fraction) -> str:
    """A whole number or an ending decimal as text with a point; else the fraction `1/3`."""
    if value.denominator == 1:
        return str(value.numerator)
    n, decimals = value.denominator, 0
    while n % 10 == 0 or n % 5 == 0 or n % 2 == 0:
        n, decimals = (n // 10 if n % 10 == 0 else n // 5 if n % 5 == 0 else n // 2), decimals + 1
    if n != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**decimals // value.denominator).rjust(decimals + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}".rstrip("0")
