"""Formulas of MathML in a page that has any width: pieces between which a line may end, and how wide a piece is.

A browser breaks no line inside a formula. A long one therefore stands in pieces, each from a sign of its sum on; what
is still too wide, such as a matrix, scrolls by itself.
"""

import re
from functools import lru_cache

from derive.notation.mathml import OPERATORS

NARROWEST = 15.0
"""Of a page, in em: what is wider has to scroll on a small screen."""
LONGEST = 14.0  # of a formula in one piece, in em
_TAG, _POWER = re.compile(r"<[^>]*>"), re.compile("<msup[^>]*>|</msup>")
_UNSEEN = re.compile(r"<[^>]*>|\s")
_SUM, _PRODUCT = re.compile('<mo form="infix">[+−]</mo>'), re.compile('<mo form="infix">[·×⊙]</mo>')
_TABLE = re.compile(r"<mtable>((?:(?!<mtable>).)*?)</mtable>", re.DOTALL)
_FRACTION = re.compile(r"<mfrac[^>]*><mrow>((?:(?!</?mfrac).)*?)</mrow><mrow>((?:(?!</?mfrac).)*?)</mrow></mfrac>")
_RELATION = re.compile(r'<mo form="infix"(?: stretchy="false")?>[=≈←]</mo>')


@lru_cache(10_000)
def breadth(formula: str) -> float:
    """About how wide a formula is at most, in em."""
    while (inner := _TABLE.sub(_widest_row, formula)) != formula:
        formula = inner
    while (inner := _FRACTION.sub(lambda found: max(found[1], found[2], key=_plain), formula)) != formula:
        formula = inner
    return _plain(formula)


def _plain(text: str) -> float:
    fields = 6.0 * text.count("<input")
    signs = text.count("<mo ") + text.count("<mo>")
    return 0.56 * len(_UNSEEN.sub("", text)) + 0.35 * signs + fields


def _widest_row(found: re.Match[str]) -> str:
    """A table as the text of its widest row, with the gaps between its columns."""
    rows = found[1].split("</mtr>")
    return max(rows, key=lambda row: breadth(row) + row.count("</mtd>")).replace("</mtd>", "<mo>□</mo>")


@lru_cache(10_000)
def parts_of_line(formula: str) -> list[str]:
    """A formula; of a long one its pieces, as few as there can be, each from a sign on that stands inside nothing else:
    from one of a sum, or, where there is none, from one of a product; inside parentheses only where it must be.
    """
    if breadth(formula) <= LONGEST:
        return [formula]
    parts = [_opened(formula)]
    for inside in (False, True):
        for sign in (_SUM, _PRODUCT):
            parts = [piece for part in parts for piece in _short(part, sign, inside)]
    return parts


def _opened(formula: str) -> str:
    """A formula whose long powers of parentheses have their exponents at the closing one: (…)² as ( … )²."""
    result, depth, start, last = formula, 0, 0, 0
    for tag in _POWER.finditer(formula):
        before = depth + _deeper(formula[last : tag.start()])
        depth, last = before + (-1 if tag[0] == "</msup>" else 1), tag.end()
        if before == 0:
            start = tag.start()
        elif depth == 0 and breadth(power := formula[start:last]) > LONGEST:
            result = result.replace(power, _with_exponent_behind(power))
    return result


def _deeper(text: str) -> int:
    """How many elements are open behind a text that were not before it."""
    return text.count("<") - 2 * text.count("</") - text.count("/>")


def _with_exponent_behind(power: str) -> str:
    """A power with its exponent at the last sign of its base, if the base stands in parentheses."""
    base, _, exponent = power.removeprefix("<msup><mrow>").removesuffix("</mrow></msup>").rpartition("</mrow><mrow>")
    if not base.startswith(_OPENING) or not base.endswith(_CLOSING):
        return power
    return f"{base.removesuffix(_CLOSING)}<msup>{_CLOSING}<mrow>{exponent}</mrow></msup>"


_OPENING, _CLOSING = OPERATORS["("], OPERATORS[")"]


def _short(part: str, sign: re.Pattern[str], inside: bool) -> list[str]:
    """A part; one that is too long cut before the sign, as much of it together as may stand in one piece."""
    if breadth(part) <= LONGEST:
        return [part]
    result: list[str] = []
    for piece in _cut(part, sign, inside):
        if result and breadth(result[-1] + piece) <= LONGEST:
            result[-1] += piece
        else:
            result.append(piece)
    return result


def _cut(formula: str, sign: re.Pattern[str], inside: bool) -> list[str]:
    """A formula before each sign that stands inside nothing else (`inside`: but parentheses), and behind something."""
    found, depth, start, last = [], 0, 0, 0
    for each in sign.finditer(formula):
        at = each.start()
        depth += _deeper(formula[last:at])
        if not inside:
            depth += formula.count(_OPENING, last, at) - formula.count(_CLOSING, last, at)
        last = at
        if depth == 0 and _TAG.sub("", formula[start:at]).strip():
            found.append(formula[start:at])
            start = at
    return [*found, formula[start:]]


def head_and_rest(link: str) -> tuple[str, str]:
    """The left side of a chain, and what follows from its first relation on."""
    found = _RELATION.search(link)
    return (link[: found.start()], link[found.start() :]) if found else ("", link)
