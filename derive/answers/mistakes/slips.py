"""Slips of the pen with the digits of a right number."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from flint import fmpq

from derive.answers.reading.written import WrittenNumber
from derive.calculus.scalars import Num


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip of the pen: `changed` says whether a written number is the value with that slip made.

    `plain` if the digits show it; others are tried last: a wrong equation may lead to the same (a rate of 0.1
    that was left out).
    """

    key: str
    changed: Callable[[WrittenNumber, Num], bool]
    plain: bool = True


def _bare(text: str) -> str:
    """The digits of a number's mantissa."""
    mantissa = text.replace("−", "-").lower().split("e")[0].split("*")[0].split("·")[0].split("\\cdot")[0]
    return "".join(c for c in mantissa if c.isdigit() or c in ".,")


def _lost_comma(written: WrittenNumber, value: Num) -> bool:
    """−489·10⁻⁷ for −4,89·10⁻⁷."""
    bare = _bare(written.text) if written.placed else ""
    if not bare.isdigit() or len(bare) < 2 or written.unit == 0:
        return False
    return any(_is(written, value, fmpq(1, 10**i)) for i in range(1, len(bare)))


def _is(written: WrittenNumber, value: Num, factor: fmpq) -> bool:
    moved, unit = written.value * factor, written.unit * abs(factor)
    return bool(abs(moved - value) < unit) and moved != 0


def _power_of_ten(written: WrittenNumber, value: Num) -> bool:
    if written.digits < 2:
        return False
    return any(_is(written, value, fmpq(10) ** n) for n in range(-12, 13) if n)


def _digits_swapped(written: WrittenNumber, value: Num) -> bool:
    digits = str(abs(int((written.value / written.unit).p))) if written.placed and written.unit != 0 else ""
    sign = -1 if written.value < 0 else 1
    for i, (a, b) in enumerate(pairwise(digits)):
        swapped = digits[:i] + b + a + digits[i + 2 :]
        number_ = fmpq(sign * int(swapped)) * written.unit
        if a != b and abs(number_ - value) <= written.unit / 2:
            return True
    return False


SLIPS = (
    Slip("lost_comma", _lost_comma),
    Slip("digits_swapped", _digits_swapped),
    Slip("power_of_ten", _power_of_ten, plain=False),
)
