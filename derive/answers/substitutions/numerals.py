"""Numbers as texts for remarks: in the student's length, with the problem's decimal sign."""

import re
from collections.abc import Sequence

from flint import arb, fmpq

from derive.answers.marking.evaluator import exact
from derive.answers.reading.contents import is_power_of_ten
from derive.answers.reading.numbers import power_of
from derive.answers.reading.written import WrittenNumber
from derive.calculus.scalars import Num
from derive.problem.settings import Digits
from derive.values.digits import LONG, MOST_NINES, Printed, full, printed

LONGEST_EXACT, LARGEST_FRACTION = 8, 10**6
NEAREST_IN_FULL = fmpq(1, 10**MOST_NINES)  # what is nearer to 1 stands as 1 and the distance: 1 − 3.72·10⁻⁴⁴
_POWERED = re.compile(r"10\s*(?:\^|\*\*|[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹])|\d[eE]")


def nearest(written: WrittenNumber, mentions: Sequence[WrittenNumber]) -> WrittenNumber | None:
    """Of the ways the student wrote a quantity the one closest in length, the latest of several."""
    return min(reversed(mentions), key=lambda w: abs(w.digits - written.digits), default=None)


def written_text(text: str) -> str:
    """A number as it was written, without LaTeX: `-4,08·10^-7`."""
    text = re.sub(r"\\cdot(?![A-Za-z])|[*⋅]", "·", text).replace("{", "").replace("}", "").replace("−", "-")
    return re.sub(r"\s+", "", text)


def as_printed(written: WrittenNumber) -> Printed:
    """A number of a work as it is set: with the digits and the power of ten that were written."""
    value = written.value
    if isinstance(value, arb):  # what a formula gives
        return printed(value, Digits(min(written.digits, LONG.count)), ties=True)
    if written.unit == 0 or not written.placed or not is_power_of_ten(written.unit):
        whole = full(value)
        fraction = (int(value.p), int(value.q)) if whole is None else None
        short = fraction is not None and max(map(abs, fraction)) < LARGEST_FRACTION
        return Printed(value < 0, str(value), fraction=fraction) if short else whole or printed(value, LONG, ties=True)
    if written.unit != fmpq(10) ** _exponent(written.unit):  # a quotient of rounded numbers
        return printed(value, Digits(written.digits), ties=True)
    distance, powered = 1 - abs(value), bool(_POWERED.search(written.text))
    if powered and 0 < distance < NEAREST_IN_FULL:
        return Printed(value < 0, "1", gap=printed(distance, Digits(len(str((distance / written.unit).p)))))
    power = power_of(written.text)
    steps = abs(written.value / written.unit)
    decimals = power - _exponent(written.unit)
    digits = str(int(steps.p)).rjust(max(written.digits, decimals + 1), "0")
    mantissa = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals > 0 else digits
    return Printed(value < 0, mantissa, power if powered else None)


def _exponent(unit: fmpq) -> int:
    """The n of 10^n."""
    return len(str(unit.p)) - len(str(unit.q))


def text_of(value: Num, digits: Digits, decimal: str) -> str:
    """A value: in full where it is short and exact, else with some digits."""
    whole = full(value)
    if whole is not None and len(whole.mantissa) <= LONGEST_EXACT:
        return whole.text(decimal)
    return printed(value, digits, ties=True).text(decimal)


def rounded_to(value: Num, like: WrittenNumber, decimal: str) -> str:
    """A value rounded to the last place of a written number."""
    rational = exact(value)
    if rational is None or like.unit == 0:
        return text_of(value, Digits(like.digits), decimal)
    steps = rational / like.unit
    whole = int((abs(steps) + fmpq(1, 2)).floor())
    number = fmpq(-whole if rational < 0 else whole) * like.unit
    shown = full(number)
    return shown.text(decimal) if shown else text_of(arb(number), Digits(like.digits), decimal)
