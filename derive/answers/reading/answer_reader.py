"""One answer → what it says: numbers, an array of them, or a formula; else why it cannot be read, and where.

Text is never evaluated: lengths, nesting, digits and exponents are bounded, and nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

from flint import fmpq

from derive.answers.names.lexicon import Lexicon
from derive.answers.reading.arrays import COLUMN, NumberArray, read_grid
from derive.answers.reading.cells import Misread
from derive.answers.reading.comments import uncommented
from derive.answers.reading.formulas import read_formula
from derive.answers.reading.letters import plain_letters
from derive.answers.reading.numbers import ambiguities, read_number
from derive.answers.reading.written import EXACT_DIGITS, Array, Remark, Unreadable, WrittenNumber
from derive.language.expressions import Expr, Number, Shape

MAX_TEXT = 20_000
LEAST_ENTRIES, MORE = 400, 4  # of a list: so many, and several times those of the step
MAX_AXES = 8

Content: TypeAlias = "Array | Expr | Unreadable"
AnswerValue: TypeAlias = Any
"""A text, a number, or lists of them."""

_BLANK = re.compile(r"[\s$]*+(?:\?+|…|\.{2,}|\\[lcv]?dots|_+|[-−–—]+|□|\\square|\\Box|n/?a)?[\s$]*+", re.IGNORECASE)
_RELATION = re.compile(r"[=≈≅≃]|\\(?:approx|simeq|cong|doteq)")
_LISTED = ("[", "\\left", "\\begin")
_SEPARATING = (";", "&", "|", "\n", "\\\\")


class Literal(str):
    """A number as a data file writes it, always with a point."""

    __slots__ = ()


def read_answer(
    given: AnswerValue,
    shape: Shape | None,
    lexicon: Lexicon,
    decimal: str,
    *,
    sure: bool = False,
    line: int | None = None,
) -> tuple[Content, tuple[Remark, ...]]:
    """What an answer says, and what was noticed.

    `shape` is that of the step it answers (None where it answers none), `decimal` the sign that decides where two
    readings are possible, `sure` whether the work itself shows that sign, so that nothing needs to be said about it.
    """
    if isinstance(given, list | tuple):
        return _listed(given, shape, decimal, sure, line)
    text = _text(given)
    if text is None:
        return Unreadable("this is neither a number nor a text", "write it as a text in quotes"), ()
    if len(text) > MAX_TEXT:
        return Unreadable(f"the answer has {len(text)} characters", f"at most {MAX_TEXT} are read"), ()
    if isinstance(given, Literal) or not isinstance(given, str):
        decimal, sure = ".", True
    return _read(text, shape, lexicon, decimal, sure, line)


def _text(given: AnswerValue) -> str | None:
    """A text or a number as a text."""
    if isinstance(given, str):
        return given
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | Fraction):
        return None
    if isinstance(given, int) and given.bit_length() > 10_000:
        return "9" * (MAX_TEXT + 1)
    return str(given)


def _read(
    text: str, shape: Shape | None, lexicon: Lexicon, decimal: str, sure: bool, line: int | None
) -> tuple[Content, tuple[Remark, ...]]:
    if _BLANK.fullmatch(text):
        return Array(shape or (), (None,) * prod(shape or ())), ()
    text = uncommented(plain_letters(text), lexicon.holds)
    single = prod(shape or ()) == 1
    side, start = _last_side(text) if _RELATION.search(text) else (text, 0)
    number = read_number(side, decimal) if single else None
    if number is not None:
        return Array(shape or (), (number,)), ambiguities([number], sure, line)
    try:
        grid = read_grid(side, decimal, shape)
    except Misread as misread:
        content = _formula(side, start, misread.fault, lexicon, decimal, shape)
        if isinstance(content, Array) and content.shape:
            return _fitted(NumberArray(content.shape, content.entries), shape, sure, text, line)
        return content, ()
    return _fitted(grid, shape, sure, text, line)


def _formula(text: str, start: int, fault: Unreadable, lexicon: Lexicon, decimal: str, shape: Shape | None) -> Content:
    """The text as a formula; if it is none, what is wrong with it as an array where it looks like one."""
    read = read_formula(text, lexicon, decimal, shape or ())
    if isinstance(read, Number):
        exact = WrittenNumber(fmpq(read.value.numerator, read.value.denominator), fmpq(0), EXACT_DIGITS, text.strip())
        return Array((), (exact,))
    if not isinstance(read, Unreadable):
        return read
    listed = text.lstrip().startswith(_LISTED) or any(mark in text for mark in _SEPARATING)
    wrong = fault if listed else read
    return Unreadable(wrong.message, wrong.hint, wrong.start + start, wrong.end + start)


def _fitted(
    grid: NumberArray, shape: Shape | None, sure: bool, text: str, line: int | None
) -> tuple[Array, tuple[Remark, ...]]:
    array, stands = grid.fitted(shape)
    remarks = ambiguities([w for w in array.entries if w], sure, line)
    return array, (*remarks, *([_orientation(stands, text, line)] if stands else []))


def _orientation(stands: str, text: str, line: int | None) -> Remark:
    key = "column_for_row" if stands == COLUMN else "row_for_column"
    return Remark("notation", line, text.strip()[:200], f"{text.strip()[:200]}^T", key=key)


def _last_side(text: str) -> tuple[str, int]:
    """What stands behind the last `=` or `≈` outside of brackets, and where it begins: `A_2 = 0,99` is 0,99."""
    at, depth = 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]|=|≈|≅|≃|\\(?:approx|simeq|cong|doteq)(?![A-Za-z])", text):
        mark = match.group()
        depth += (mark in "([{") - (mark in ")]}")
        if depth == 0 and mark not in ")]}" and text[match.end() :].strip():
            at = match.end()
    return text[at:], at


# --- lists ----------------------------------------------------------------------------------------------------------


def _listed(
    given: Sequence[AnswerValue], shape: Shape | None, decimal: str, sure: bool, line: int | None
) -> tuple[Content, tuple[Remark, ...]]:
    """Nested lists of numbers or texts. A flat list stands neither as a row nor as a column."""
    entries: list[WrittenNumber | None] = []
    try:
        dims = _collect(given, entries, decimal, 0, LEAST_ENTRIES + MORE * prod(shape or ()))
    except Misread as misread:
        return misread.fault, ()
    return _fitted(NumberArray(dims, tuple(entries)), shape, sure, as_text(given), line)


def _collect(given: AnswerValue, entries: list[WrittenNumber | None], decimal: str, depth: int, most: int) -> Shape:
    if not isinstance(given, list | tuple):
        entries.append(_leaf(given, decimal))
        return ()
    if depth >= MAX_AXES or len(entries) + len(given) > most or not given:
        message = "the list is too large" if given else "an empty list"
        raise Misread(message, "write the numbers of the answer", 0, 1)
    inner = [_collect(item, entries, decimal, depth + 1, most) for item in given]
    if len(set(inner)) > 1:
        lengths = ", ".join(str(dims[0]) if dims else "1" for dims in inner[:10])
        raise Misread(f"the rows have different lengths: {lengths}", "every row needs the same number of entries", 0, 1)
    return (len(given), *inner[0])


def _leaf(given: AnswerValue, decimal: str) -> WrittenNumber | None:
    text = "" if given is None else _text(given)
    if text is not None and len(text) <= MAX_TEXT and _BLANK.fullmatch(text):
        return None
    point = isinstance(given, Literal) or not isinstance(given, str)
    number = read_number(uncommented(text, _is_unknown), "." if point else decimal) if text is not None else None
    if number is None:
        raise Misread(f"`{_printable(str(text)[:40])}` is not a number that can be read",
                      "write for example 3.9 or -4.08·10^-7", 0, 1)  # fmt: skip
    return number


def _is_unknown(words: str) -> bool:
    """No words name anything where only numbers stand."""
    return False


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


def as_text(given: AnswerValue, limit: int = 2_000) -> str:
    """An answer as it is shown: lists in brackets, cut off where they are long."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(given, 0):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            return "".join(pieces)[:limit] + "…"
    return "".join(pieces)


def _pieces(given: AnswerValue, depth: int) -> Iterator[str]:
    if not isinstance(given, list | tuple):
        yield given if isinstance(given, str) else _text(given) or ""
    elif depth > MAX_AXES:
        yield "[…]"
    else:
        for i, item in enumerate(given):
            yield ", " if i else "["
            yield from _pieces(item, depth + 1)
        yield "]" if given else "[]"
