"""How a number is printed: rounding that is proven, digits that matter near 0 and ±1, powers of ten.

`printed` takes an exact rational or a ball and raises Undecided where the ball does not determine the digits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor, log, log2, log10

from flint import arb, fmpq

from derive.calculus.scalars import Num, Undecided, ValueFault, infinity, is_minus_infinity, middle
from derive.problem.settings import Digits

PLAIN_FROM, PLAIN_TO, EXACT_TO = -4, 15, 7
MOST_NINES = 12  # decimals that show the distance from 1; where more are needed it is written beside the 1
MOST_DIGITS = 100_000
MOST_BITS = 4 * MOST_DIGITS
LONGEST_IN_FULL, LONGEST_TEXT = 40_000, 13_000  # bits of a number that is looked at for its end, and of its digits
LENGTH_OF_EXACT = 30
FARTHEST = -3_321_928  # the binary exponent of 10^-1000000
LONG = Digits(25)
INFINITE = "∞"
DOTS = "…"
_LONG = 10**LENGTH_OF_EXACT


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands on the page.

    negative  its sign
    mantissa  digits with a decimal point, without sign: `3.9`, `0.9999999887`, `3.84`; of −∞ its sign
    exponent  the power of ten beside it, or None
    exact     whether this is the value itself, nothing cut
    fraction  a given number whose decimals never end, as it was given
    gap       for a number close to 1: its distance, which is subtracted from the mantissa 1
    zero_to   for a value that could not be told from 0: to how many decimals it is 0
    """

    negative: bool
    mantissa: str
    exponent: int | None = None
    exact: bool = True
    zero_to: int | None = None
    fraction: tuple[int, int] | None = None
    gap: Printed | None = None

    @property
    def is_zero(self) -> bool:
        """Whether it stands there as 0."""
        return not (self.mantissa.strip("0.") or self.fraction)

    @property
    def value(self) -> Num:
        """The printed number, exactly; 0 for dots."""
        if self.mantissa == DOTS:
            return fmpq(0)
        if self.fraction:
            return fmpq(*self.fraction)
        if self.mantissa == INFINITE:
            return -infinity()
        if self.gap:
            distance = 1 - self.gap.value
            return -distance if self.negative else distance
        whole, _, broken = self.mantissa.partition(".")
        power = (self.exponent or 0) - len(broken)
        number = int(f"-{whole}{broken}" if self.negative else whole + broken)
        return fmpq(number * 10**power) if power >= 0 else fmpq(number, 10**-power)

    def text(self, decimal: str = ".", times: str = "·10^") -> str:
        """As plain text: `-3,84·10^-7`."""
        if self.fraction:
            return f"{self.fraction[0]}/{self.fraction[1]}"
        if self.gap:
            return f"{'-1 +' if self.negative else '1 -'} {self.gap.text(decimal, times)}"
        power = "" if self.exponent is None else f"{times}{self.exponent}"
        return f"{'-' if self.negative else ''}{self.mantissa.replace('.', decimal)}{power}"


def unprinted() -> Printed:
    """Dots, in the place of a number that cannot be worked out."""
    return Printed(False, DOTS, exact=False)


@dataclass(frozen=True, slots=True)
class _Size:
    """A number above 0 between low·2^shift/below and high·2^shift/below (equal for exact numbers)."""

    low: int
    high: int
    shift: int
    below: int = 1

    def rounded(self, decimals: int) -> int:
        """The number times 10^decimals as a whole number, ties away from 0. Raises Undecided."""
        low = self._scaled(self.low, decimals)
        if self.high != self.low and self._scaled(self.high, decimals) != low:
            raise Undecided
        return low

    def _scaled(self, n: int, decimals: int) -> int:
        top, bottom = (n * 10**decimals, self.below) if decimals >= 0 else (n, self.below * 10**-decimals)
        if self.shift >= 0:
            top <<= self.shift
        else:
            bottom <<= -self.shift
        return (2 * top + bottom) // (2 * bottom)

    def is_shorter(self, decimals: int, count: int) -> bool:
        """Whether its lower end, with `count` digits, has one more decimal: it lies below a power of ten."""
        return self.low != self.high and self._scaled(self.low, decimals + 1) < 10**count

    def magnitude(self) -> int:
        """About the decimal exponent: right or one too small or large."""
        size = _log2(self.high) + self.shift - _log2(self.below)
        if abs(size) > MOST_DIGITS * 3.33:
            raise ValueFault("overflows" if size > 0 else "underflows")
        return floor(size * log10(2))


def _log2(n: int) -> float:
    bits = n.bit_length()
    return log2(n >> max(0, bits - 60)) + max(0, bits - 60)


def printed(x: Num, digits: Digits, ties: bool = False) -> Printed:
    """`x` as it is printed. Raises Undecided where its ball is too wide and `ties` does not settle it, ValueFault for
    what is not a number.
    """
    if isinstance(x, fmpq):
        return _exact(x, digits)
    if x.is_exact() and x.is_finite():
        return _exact(middle(x), digits)
    if (x < 0 or x > 0) and not x.is_finite():
        return Printed(bool(x < 0), INFINITE)
    size, negative = _ball(x, ties)
    if size is None:
        return Printed(False, "0", exact=False, zero_to=_zero_to(x))
    return _rounded(size, negative, digits, exact=False)


def full(x: Num) -> Printed | None:
    """An exact number whose decimals end, in full; None for others."""
    if not isinstance(x, fmpq):
        return None
    ending = _ending(x)
    return None if ending is None else _laid_out(*ending, negative=x < 0, exact=True, low=-7, high=EXACT_TO + 8)


def computed(x: fmpq, digits: Digits) -> Printed:
    """What rounded numbers give: rounded and padded as they are."""
    if x == 0:
        return Printed(False, "0")
    return _rounded(_Size(int(abs(x).p), int(abs(x).p), 0, int(x.q)), x < 0, digits, exact=False)


def given_number(x: fmpq, places: int = 0) -> Printed:
    """A given number, never rounded: its decimals in full, as many as it was written with, or the fraction it is."""
    shown = full(x) or Printed(x < 0, str(x), fraction=(int(x.p), int(x.q)))
    whole, _, broken = shown.mantissa.partition(".")
    if shown.fraction or shown.exponent is not None or len(broken) >= places:
        return shown
    return replace(shown, mantissa=f"{whole}.{broken.ljust(places, '0')}")


def decimal_text(x: Num, ties: bool = False) -> str:
    """The exact decimal where it ends within 30 digits, else 25 significant digits. Raises Undecided."""
    if isinstance(x, fmpq):
        ending = _ending(x)
        if ending is not None and ending[0] < _LONG:
            return _laid_out(*ending, negative=x < 0, exact=True, low=-12, high=LENGTH_OF_EXACT).text(times="e")
    if is_minus_infinity(x):
        return "-inf"
    shown = printed(x, LONG, ties)
    ending = _ending(shown.value) if shown.gap else None
    if ending is not None:  # a value is written as a decimal, however many nines that takes
        return _laid_out(*ending, negative=shown.negative, exact=True, low=-MOST_DIGITS, high=MOST_DIGITS).text()
    return Printed(shown.negative, shown.mantissa, shown.exponent).text(times="e")


def _exact(x: fmpq, digits: Digits) -> Printed:
    if x == 0:
        return Printed(False, "0")
    ending = _ending(x)
    if ending is not None:
        number, decimals = ending
        fits = decimals <= digits.count and number < _LONG if digits.decimals else number < 10**digits.count
        if fits:
            low = PLAIN_FROM if not digits.decimals else -digits.count
            return _laid_out(number, decimals, negative=x < 0, exact=True, low=low, high=EXACT_TO)
    size = _Size(int(abs(x).p), int(abs(x).p), 0, int(x.q))
    shown = _rounded(size, x < 0, digits, exact=False)
    if ending is None or shown.value != x:
        return shown
    if shown.gap is not None:
        return replace(shown, exact=True)
    low, high = (1, 1) if shown.exponent is not None else (-MOST_DIGITS, MOST_DIGITS)
    return _laid_out(*ending, negative=x < 0, exact=True, low=low, high=high)


def _ending(x: fmpq) -> tuple[int, int] | None:
    """(n, d) with |x| = n/10^d, n without zeros at its end; None if the digits of x never end or are too many."""
    decimals = _decimals(q := int(x.q)) if x.height_bits() <= LONGEST_IN_FULL else None
    if decimals is None:
        return None
    number = abs(int(x.p)) * (10**decimals // q)
    if number == 0:
        return 0, 0
    while decimals <= 0 and number % 10 == 0:
        number, decimals = number // 10, decimals - 1
    return (number, decimals) if number.bit_length() <= LONGEST_TEXT else None


@lru_cache(maxsize=1_000)
def _decimals(q: int) -> int | None:
    """How many decimals 1/q has; None if they never end or are too many. The numbers of a page share a few q."""
    if q.bit_length() > 4_000:
        return None
    twos = (q & -q).bit_length() - 1
    fives = round(log(q >> twos, 5))
    return max(twos, fives) if q >> twos == 5**fives else None


def _ball(x: arb, ties: bool) -> tuple[_Size | None, bool]:
    """The absolute value of a ball and its sign; None for a ball that contains 0.

    With `ties` its end away from 0 stands for all of it: a tie of rounding goes away from 0, a bound that it contains
    is reached.
    """
    if not x.is_finite():
        raise ValueFault("is not a number")
    (man, exp), (rad, rexp) = x.mid().man_exp(), x.rad().man_exp()
    mid, exponent, radius, rexponent = int(man), int(exp), int(rad), int(rexp)
    if mid and radius and rexponent + radius.bit_length() < exponent - MOST_BITS:  # as good as exact: wider is enough
        radius, rexponent = 1, exponent - MOST_BITS
    around_zero = radius and rexponent + radius.bit_length() > exponent + mid.bit_length() + 1  # far too wide to shift
    shift = 0 if around_zero else min(exponent, rexponent) if radius else exponent
    if not around_zero:
        mid <<= exponent - shift
        radius = radius << (rexponent - shift) if radius else 0
    if around_zero or abs(mid) <= radius:
        if not ties:
            raise Undecided
        return None, False
    if ties:
        return _Size(abs(mid) + radius, abs(mid) + radius, shift), mid < 0
    return _Size(abs(mid) - radius, abs(mid) + radius, shift), mid < 0


def _zero_to(x: arb) -> int:
    """To how many decimals a ball around 0 is known to be 0, up to a million."""
    upper = x.abs_upper()
    if upper == 0:
        return 0
    man, exp = upper.man_exp()
    return max(0, floor(-(_log2(int(man)) + max(int(exp), FARTHEST)) * log10(2)))


def _rounded(size: _Size, negative: bool, digits: Digits, exact: bool) -> Printed:
    """Rounded to `digits`, with the distance from 0, 1 or −1 kept where rounding would land on them."""
    if digits.decimals and size.magnitude() <= PLAIN_TO:
        number = size.rounded(digits.count)
        short = len(str(number)) <= PLAIN_TO + digits.count
        if number and short and not _reaches_one(size, number, digits.count):
            return _laid_out(number, digits.count, negative, exact, low=-digits.count, high=PLAIN_TO)
    significant = max(1, digits.count)
    number, decimals = _significant(size, significant)
    if _reaches_one(size, number, decimals):
        return _near_one(size, significant, negative, exact)
    return _laid_out(number, decimals, negative, exact, low=PLAIN_FROM + 1, high=significant)


def _significant(size: _Size, count: int) -> tuple[int, int]:
    """(n, d): the number is about n/10^d, n with `count` digits."""
    magnitude = size.magnitude()
    decimals = count - 1 - magnitude
    number = size.rounded(decimals)
    if len(str(number)) > count:
        decimals -= 1
        number = size.rounded(decimals)
    elif len(str(number)) < count:
        decimals += 1
        number = size.rounded(decimals)
    if len(str(number)) > count:
        number, decimals = number // 10, decimals - 1
    if number == 10 ** (count - 1) and size.is_shorter(decimals, count):
        raise Undecided
    return number, decimals


def _reaches_one(size: _Size, number: int, decimals: int) -> bool:
    """Whether a number below 1 was rounded to 1."""
    return decimals >= 0 and number == 10**decimals and _below_one(size)


def _below_one(size: _Size) -> bool:
    one = size.below << max(0, -size.shift)
    high = size.high << max(0, size.shift)
    low = size.low << max(0, size.shift)
    if low < one <= high:
        raise Undecided
    return high < one


def _near_one(size: _Size, significant: int, negative: bool, exact: bool) -> Printed:
    """1 − distance, the distance with `significant` digits: as decimals, or written beside the 1."""
    one = size.below << max(0, -size.shift)
    distance = _Size(one - size.high, one - size.low, min(size.shift, 0), size.below)
    number, decimals = _significant(distance, significant)
    if decimals > max(MOST_NINES, significant):
        gap = _laid_out(number, decimals, negative=False, exact=False, low=PLAIN_FROM + 1, high=significant)
        return Printed(negative, "1", exact=exact, gap=gap)
    return _laid_out(size.rounded(decimals), decimals, negative, exact, low=-decimals, high=PLAIN_TO)


def _laid_out(number: int, decimals: int, negative: bool, exact: bool, low: int, high: int) -> Printed:
    """number/10^decimals as it is written: with a power of ten where its decimal exponent is outside low…high − 1."""
    text = str(number)
    exponent = len(text) - 1 - decimals
    if low <= exponent < high:
        if decimals <= 0:
            return Printed(negative, text + "0" * -decimals, None, exact)
        text = text.rjust(decimals + 1, "0")
        return Printed(negative, f"{text[:-decimals]}.{text[-decimals:]}", None, exact)
    mantissa = text if len(text) == 1 else f"{text[0]}.{text[1:]}"
    return Printed(negative, mantissa, exponent, exact)
