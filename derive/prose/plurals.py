"""Plural forms: which form of a word goes with a number, by the rule of its language.

A sentence has the forms in the place of a number that it names: `{k} {k:update|updates}`. The rule stands under
`format` in the catalogue: a condition for each form but the last, as CLDR writes them
(https://www.unicode.org/reports/tr35/tr35-numbers.html#Language_Plural_Rules), with `n` for the number and `i` for its
whole part. The last form is for all else, as for numbers that are not whole.
"""

import re
from fractions import Fraction
from functools import cache

_RELATION = re.compile(r"(?P<of>[ni])(?: % (?P<by>\d+))? (?P<sign>=|!=) (?P<ranges>[\d.,]+)")


def plural_form(rule: str, number: Fraction, forms: str) -> str:
    """The form that goes with a number, of forms parted by `|`; where a rule has more, the last one stands for them."""
    known = forms.split("|")
    conditions = rule.split(" | ") if rule else []
    chosen = (i for i, condition in enumerate(conditions) if _is_met(condition, abs(number)))
    return known[min(next(chosen, len(conditions)), len(known) - 1)]


@cache
def _is_met(condition: str, number: Fraction) -> bool:
    return any(all(_holds(relation, number) for relation in part.split(" and ")) for part in condition.split(" or "))


def _holds(relation: str, number: Fraction) -> bool:
    """Whether a relation holds. Raises ValueError for what is none."""
    found = _RELATION.fullmatch(relation.strip())
    if not found:
        raise ValueError(f"no relation of a plural rule: `{relation}`")
    value = Fraction(int(number)) if found["of"] == "i" else number
    value = value % int(found["by"]) if found["by"] else value
    return (found["sign"] == "=") == any(_is_within(value, part) for part in found["ranges"].split(","))


def _is_within(value: Fraction, part: str) -> bool:
    low, _, high = part.partition("..")
    return value.denominator == 1 and int(low) <= value <= int(high or low)
