"""Does a written number stand for a value? Rounded or cut to the length written, or within what a width allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median_low

from flint import arb, fmpq

from derive.answers.reading.written import EXACT_DIGITS, WrittenNumber
from derive.calculus.scalars import Num, is_minus_infinity, to_fmpq

EXACT, ROUNDED, CUT = "exact", "rounded", "cut"
WIDEST = fmpq(1, 10)
DOUBLE, NOISE = 15, fmpq(1, 10**12)
"""A number of 15 digits or more comes from a computer's double precision, whose last digits are noise."""

CALCULATED = 10
"""One of so many digits or more is what a machine shows: its last digit may be off by one unit."""

SHARP = fmpq(1, 10**30)
"""So small is the radius of a ball that is no value at all, but 0."""

FEWEST, CLOSE = 2, fmpq(1, 20)
"""So many significant digits tell enough of a value, or a relative error below that."""

FEWEST_NUMBERS = 3
"""So many numbers show how long a student's numbers are."""

SINGLE, LOST = 8, fmpq(1, 2**23)
"""One of 8 digits or more may come from single precision, which carries 24 bits."""


def standing(written: WrittenNumber, value: Num) -> str | None:
    """How a written number stands for a value: `exact`, `rounded` or `cut` to its length; None if it does not.

    A written 0 stands for 0 alone. What was not written place by place is rounded, never cut.
    """
    if is_exactly(written, value):
        return EXACT
    if written.unit == 0 or written.value == 0 or is_minus_infinity(value):
        return None
    if how := _shortened(written, value, abs(written.value - value)):
        return how
    shorter = _with_held_places(written, value) if written.unit >= 1 else None
    return standing(shorter, value) if shorter else None


def _shortened(written: WrittenNumber, value: Num, difference: Num) -> str | None:
    """How a number of so many digits stands for a value that it differs from: `rounded`, `cut`, or not at all."""
    if DOUBLE <= written.digits < EXACT_DIGITS and difference <= NOISE * (abs(value) if value != 0 else 1):
        return ROUNDED
    if not difference <= written.unit:  # with balls not the same as `>`
        return None
    if difference <= written.unit / 2:
        return ROUNDED
    longer = written.placed and abs(value) > abs(written.value) and same_sign(written.value, value)
    if longer and difference < written.unit:
        return CUT
    return ROUNDED if CALCULATED <= written.digits < EXACT_DIGITS else None


def _with_held_places(written: WrittenNumber, value: Num) -> WrittenNumber | None:
    """A whole number with one digit less, where a zero at its end may only hold a place: `1170` for 1174.34.

    Where the value could have been written in full at that length, one digit more has to be left.
    """
    if type(written.unit) is not fmpq or type(written.value) is not fmpq:
        return None
    if written.unit < 1 or written.digits <= FEWEST or not written.placed:
        return None
    unit = 10 * written.unit
    if (written.value / unit).q != 1:
        return None
    if written.digits == FEWEST + 1 and type(value) is fmpq and (value / written.unit).q == 1:
        return None
    return written._replace(unit=unit, digits=written.digits - 1)


def as_long_as_meant(written: WrittenNumber, value: Num) -> WrittenNumber:
    """A number without the zeros at its end that only hold places, where it stands for a value in that way alone."""
    while written.unit >= 1 and abs(written.value - value) >= written.unit:
        shorter = _with_held_places(written, value)
        if shorter is None:
            break
        written = shorter
    return written


def is_noise(written: WrittenNumber, value: Num, scale: Num) -> bool:
    """Whether a number is what rounding in a computer has left of 0, among numbers as large as `scale`."""
    return type(value) is fmpq and bool(value == 0) and bool(abs(written.value) <= NOISE * scale)


def is_precise(written: WrittenNumber, value: Num, beside: Iterable[WrittenNumber | None] = ()) -> bool:
    """Whether a number that stands for a value tells enough of it: two significant digits, or close to it.

    Numbers `beside` it in an array that end at the same place have to be so long: `[0.04; 0.88]`.
    """
    if written.digits >= FEWEST or bool(abs(written.value - value) <= CLOSE * abs(value)):
        return True
    return any(w and w.unit == written.unit and w.digits >= FEWEST for w in beside)


def with_zeros(written: WrittenNumber, value: Num, digits: int) -> WrittenNumber:
    """A number with as many zeros at its end, up to `digits` digits, as it may have had if it rounds a value."""
    unit, length = written.unit, written.digits
    while length < digits and unit != 0 and bool(abs(written.value - value) <= unit / 20):
        unit, length = unit / 10, length + 1
    return written if length == written.digits else written._replace(unit=unit, digits=length)


@dataclass(frozen=True)
class UsualLength:
    """How long a student's `numbers` usually are: significant digits, and decimals where those are always the same."""

    digits: int
    decimals: fmpq | None
    numbers: tuple[WrittenNumber, ...] = ()

    @staticmethod
    def of(numbers: Iterable[WrittenNumber]) -> UsualLength | None:
        """The usual length of the numbers of a work; None where they are too few, or a computer's."""
        rounded = [w for w in numbers if w.placed and w.unit != 0 and w.value != 0]
        if len(rounded) < FEWEST_NUMBERS or median_low(w.digits for w in rounded) >= SINGLE:
            return None
        places = {str(w.unit) for w in rounded if w.unit < 1}
        decimals = max(w.unit for w in rounded if w.unit < 1) if len(places) == 1 else None
        return UsualLength(median_low(w.digits for w in rounded), decimals, tuple(rounded))

    @cached_property
    def places(self) -> Mapping[int, fmpq]:
        """The usual last place of numbers of each size, by the power of ten of their first digit."""
        sizes: dict[int, list[fmpq]] = {}
        for w in self.numbers:
            sizes.setdefault(_size(w.value), []).append(to_fmpq(w.unit))
        return {size: median_low(units) for size, units in sizes.items()}

    @property
    def slack(self) -> fmpq:
        """How near to the truth, relatively, a number is that rounding explains: one unit of so few digits."""
        return fmpq(1, 10 ** (self.digits - 1))

    def unit(self, value: Num) -> Num:
        """One unit of the last place to which an unwritten value is rounded; 0 of one that is not longer.

        Numbers of its size may be usually shorter, by a digit: more than that tells of numbers that are short by
        themselves, such as given ones.
        """
        x = abs(arb(value).mid())
        if not x.is_finite() or x == 0:
            return fmpq(0)
        power = _size(x) - self.digits + 1
        unit = fmpq(10) ** power
        if type(value) is fmpq and (value / unit).q == 1:
            return fmpq(0)
        return max(unit, self.decimals or unit, min(10 * unit, self.places.get(_size(x), unit)))


def _size(value: Num) -> int:
    """The power of ten of a number's first digit."""
    return int((abs(arb(value)).log() / arb(10).log()).floor().mid().unique_fmpz() or 0)


def is_exactly(written: WrittenNumber, value: Num) -> bool:
    """Whether a written number is a value itself."""
    if type(value) is fmpq and type(written.value) is fmpq:
        return bool(written.value == value)
    if is_minus_infinity(value) or is_minus_infinity(written.value):
        return is_minus_infinity(value) and is_minus_infinity(written.value)
    return _nothing(abs(written.value - value), value)


def _nothing(difference: Num, value: Num) -> bool:
    """Whether a difference is 0; of balls, whether they overlap and are too sharp to do so by chance."""
    if type(difference) is fmpq:
        return bool(difference == 0)
    return bool(difference.contains(0)) and _sharp(difference.rad(), value)


def is_sharp(value: Num) -> bool:
    """Whether a value is known well enough to be told from others."""
    return type(value) is fmpq or _sharp(value.rad(), value)


def _sharp(radius: Num, value: Num) -> bool:
    return bool(radius <= SHARP) or bool(radius <= NOISE * abs(arb(value)))


def within(written: WrittenNumber, value: Num, width: Num) -> bool:
    """Whether a written number is a value's, rounded or cut, when the value may be off by `width`."""
    if standing(written, value):
        return True
    if width == 0:
        return False
    gap = abs(arb(written.value - value)) - width
    if written.value == 0:
        return bool(gap.lower() <= 0)
    longer = written.placed and bool((abs(arb(value)) + width - abs(written.value)).upper() > 0)
    return bool(gap.lower() <= written.unit / 2) or (longer and bool(gap.lower() < written.unit))


def near(written: WrittenNumber, value: Num) -> bool:
    """Whether a number of several digits lies within one unit of its last place of a value that it can only round, or
    within what single precision loses.

    A value that could have been written in full at that length is not approximated.
    """
    if written.digits < 2 or not written.placed or written.value == 0 or written.unit == 0:
        return False
    slack = written.unit if written.digits < SINGLE else max(written.unit, LOST * abs(value), key=arb)
    whole = type(value) is fmpq and (value / written.unit).q == 1
    return bool(abs(written.value - value) <= slack) and not whole


def allowed(width: Num, value: Num) -> Num:
    """A width that is taken into account: one above a tenth of the value grants nothing."""
    return width if bool(width <= WIDEST * abs(value)) else fmpq(0)


def same_sign(a: Num, b: Num) -> bool:
    """Whether two numbers lie on the same side of 0."""
    return bool(a > 0) == bool(b > 0) and bool(a < 0) == bool(b < 0)
