"""One answer → what it says: numbers, an array of them, or a formula; else why it cannot be read, and where."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

from flint import fmpq

from derive.answers.names.letters import plain_letters
from derive.answers.names.lexicon import Lexicon
from derive.answers.reading.arrays import fitted
from derive.answers.reading.comments import uncommented, unit_behind
from derive.answers.reading.contents import numbers_in, scaled_array
from derive.answers.reading.formulas import formula_of
from derive.answers.reading.numbers import ambiguities, read_number
from derive.answers.reading.reader import plain_array, read_side
from derive.answers.reading.written import COLUMN, EXACT_DIGITS, NOT_READ, ROW, Array, Remark, Unreadable, WrittenNumber
from derive.language.expressions import Expr, Number, Shape
from derive.language.tokens import TextError

MAX_TEXT = 20_000
LEAST_ENTRIES, MORE = 400, 4  # of a list: so many, and several times those of the step
MAX_AXES = 8

Content: TypeAlias = Array | Expr | Unreadable
AnswerValue: TypeAlias = Any
"""A text, a number, or lists of them."""

_BLANK = re.compile(r"[\s$]*+(?:\?+|…|\.{2,}|\\[lcv]?dots|_+|[-−–—]+|□|\\square|\\Box|n/?a)?[\s$]*+", re.IGNORECASE)
_RELATION = re.compile(r"[=≈≅≃]|\\(?:approx|simeq|cong|doteq)")


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
        return _listed(given, shape, lexicon, decimal, sure, line)
    text = _text(given)
    if text is None:
        return Unreadable("this is neither a number nor a text", "write it as a text in quotes"), ()
    if len(text) > MAX_TEXT:
        return Unreadable(f"the answer has {len(text)} characters", f"at most {MAX_TEXT} are read"), ()
    if isinstance(given, Literal) or not isinstance(given, str):
        decimal, sure = ".", True
    if _BLANK.fullmatch(text):
        return Array(shape or (), (None,) * prod(shape or ())), ()
    letters = plain_letters(text)
    plain = uncommented(letters, lexicon)
    side, start = _last_side(plain) if _RELATION.search(plain) else (plain, 0)
    content = content_of(side, shape, lexicon, decimal)
    if isinstance(content, Unreadable):
        return Unreadable(content.message, content.hint, content.start + start, content.end + start), ()
    if not isinstance(content, Array):
        return content, ()
    array, remarks = noticed(content, shape, sure, text, line)
    return array, (*remarks, *unit_remark(letters, lexicon, line))


def unit_remark(text: str, lexicon: Lexicon, line: int | None) -> tuple[Remark, ...]:
    """The remark on a unit, or another word, behind a number: it was not read."""
    unit = unit_behind(text, lexicon)
    return (Remark("notation", line, unit, "", key=NOT_READ),) if unit else ()


def content_of(text: str, shape: Shape | None, lexicon: Lexicon, decimal: str) -> Content:
    """What one side says: numbers, a formula, or why it cannot be read."""
    single = prod(shape or ()) == 1
    if single and (number := read_number(text, decimal)) is not None:
        return Array(shape or (), (number,))
    try:
        if (array := plain_array(text, shape, decimal)) is not None:
            return array
        reading = read_side(text, lexicon, decimal, shape)
    except TextError as fault:
        start = max(0, min(fault.start, len(text) - 1))
        return Unreadable(fault.message, fault.hint, start, max(fault.end, start + 1))
    found = numbers_in(reading) or scaled_array(reading) or formula_of(reading, lexicon.shapes, shape or ())
    if isinstance(found, Number):
        value = fmpq(found.value.numerator, found.value.denominator)
        return Array((), (WrittenNumber(value, fmpq(0), EXACT_DIGITS, text.strip()),))
    return found


def noticed(
    array: Array, shape: Shape | None, sure: bool, text: str, line: int | None
) -> tuple[Array, tuple[Remark, ...]]:
    """The array in the shape that is asked for, with remarks on numbers of two readings and a row for a column."""
    array, stands = fitted(array, shape)
    remarks = ambiguities([w for w in array.entries if w], sure, line)
    return array, (*remarks, *([_orientation(stands, text.strip()[:200], line)] if stands else []))


def _orientation(stands: str, text: str, line: int | None) -> Remark:
    key = "column_for_row" if stands == COLUMN else "row_for_column"
    return Remark("notation", line, text, f"{text}^T", key=key)


def _text(given: AnswerValue) -> str | None:
    """A text or a number as a text."""
    if isinstance(given, str):
        return given
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | Fraction):
        return None
    if isinstance(given, int) and given.bit_length() > 10_000:
        return "9" * (MAX_TEXT + 1)
    return str(given)


def _last_side(text: str) -> tuple[str, int]:
    """What stands behind the last `=` or `≈` outside of brackets, and where it begins: `A_2 = 0,99` is 0,99."""
    at, depth = 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]|=|≈|≅|≃|\\(?:approx|simeq|cong|doteq)(?![A-Za-z])", text):
        mark = match.group()
        depth += (mark in "([{") - (mark in ")]}")
        if depth == 0 and mark not in ")]}" and text[match.end() :].strip():
            at = match.end()
    return text[at:], at


# --- lists -----------------------------------------------------------------------------------------------------------


def _listed(
    given: Sequence[AnswerValue], shape: Shape | None, lexicon: Lexicon, decimal: str, sure: bool, line: int | None
) -> tuple[Content, tuple[Remark, ...]]:
    """Nested lists of numbers or texts. A flat list stands neither as a row nor as a column."""
    entries: list[WrittenNumber | None] = []
    most = LEAST_ENTRIES + MORE * prod(shape or ())

    def collect(item: AnswerValue, depth: int) -> Shape:
        if not isinstance(item, list | tuple):
            entries.append(_entry(item, lexicon, decimal))
            return ()
        if depth >= MAX_AXES or len(entries) + len(item) > most or not item:
            raise TextError("the list is too large" if item else "an empty list", "write the numbers of the answer")
        inner = [collect(each, depth + 1) for each in item]
        if len(set(inner)) > 1:
            lengths = ", ".join(str(dims[0]) if dims else "1" for dims in inner[:10])
            raise TextError(f"the rows have different lengths: {lengths}",
                            "every row needs the same number of entries")  # fmt: skip
        return (len(item), *inner[0])

    try:
        dims = collect(given, 0)
    except TextError as fault:
        return Unreadable(fault.message, fault.hint), ()
    stands = (ROW if dims[0] == 1 else COLUMN if dims[1] == 1 else "") if len(dims) == 2 else ""
    return noticed(Array(dims, tuple(entries), stands), shape, sure, as_text(given), line)


def _entry(given: AnswerValue, lexicon: Lexicon, decimal: str) -> WrittenNumber | None:
    content, _ = read_answer("" if given is None else given, (), lexicon, decimal)
    if isinstance(content, Array) and not content.shape:
        return content.entries[0]
    text = "".join(c if c.isprintable() else "�" for c in str(given)[:40])
    raise TextError(f"`{text}` is not a number that can be read", "write for example 3.9 or -4.08·10^-7")


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
