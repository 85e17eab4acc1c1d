"""Numbers as texts for remarks: in the student's length, with the problem's decimal sign."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flint import arb, fmpq

from derive.answers.bench import exact
from derive.answers.model import Written
from derive.digits import full, printed
from derive.operations.scalars import Num
from derive.settings import Digits

LONGEST_EXACT = 8


def nearest(written: Written, mentions: Sequence[Written]) -> Written | None:
    """Of the ways the student wrote a quantity the one closest in length, the latest of several."""
    return min(reversed(mentions), key=lambda w: abs(w.digits - written.digits), default=None)


def plain_text(text: str) -> str:
    """A number as it was written, without LaTeX: `-4,08·10^-7`."""
    text = re.sub(r"\\cdot(?![A-Za-z])|[*⋅]", "·", text).replace("{", "").replace("}", "").replace("−", "-")
    return re.sub(r"\s+", "", text)


def text_of(value: Num, digits: Digits, decimal: str) -> str:
    """A value: in full where it is short and exact, else with some digits."""
    whole = full(value)
    if whole is not None and len(whole.mantissa) <= LONGEST_EXACT:
        return whole.text(decimal)
    return printed(value, digits, ties=True).text(decimal)


def rounded_to(value: Num, like: Written, decimal: str) -> str:
    """A value rounded to the last place of a written number."""
    rational = exact(value)
    if rational is None or like.unit == 0:
        return text_of(value, Digits(like.digits), decimal)
    steps = rational / like.unit
    whole = int((abs(steps) + fmpq(1, 2)).floor())
    number = fmpq(-whole if rational < 0 else whole) * like.unit
    shown = full(number)
    return shown.text(decimal) if shown else text_of(arb(number), Digits(like.digits), decimal)
