"""A problem with settings replaced by those of a call or of the command line, checked as those of a file are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from numbers import Integral

from derive.errors import Fault, InputError, suggestion
from derive.problem.problem import Problem
from derive.problem.settings import CARRIES, DECIMAL_SIGNS, DETAILS, LONGEST, Digits
from derive.prose.catalogue import decimal_sign

WORDS = {"carry": CARRIES, "decimal": DECIMAL_SIGNS, "detail": DETAILS}
"""What the settings that are words may be."""
COUNTS = {"significant": 1, "decimals": 0}
"""The least that the settings that are numbers may be."""


def overridden(
    problem: Problem,
    significant: int | None = None,
    decimals: int | None = None,
    carry: str | None = None,
    decimal: str | None = None,
    detail: str | None = None,
    language: str | None = None,
) -> Problem:
    """The problem with settings replaced; None leaves one as it is. Raises InputError with every wrong one."""
    counts = {"significant": significant, "decimals": decimals}
    words = {"carry": carry, "decimal": decimal, "detail": detail}
    faults = [*_count_faults(counts), *_word_faults(words)]
    if faults:
        raise InputError(faults)
    numbers = problem.numbers
    if significant is not None:
        numbers = replace(numbers, digits=Digits(int(significant)))
    if decimals is not None:
        numbers = replace(numbers, digits=Digits(int(decimals), decimals=True))
    if language and numbers.by_language:
        numbers = replace(numbers, decimal=decimal_sign(language))
    numbers = replace(numbers, carry=carry or numbers.carry, decimal=decimal or numbers.decimal)
    page = replace(problem.page, detail=detail or problem.page.detail)
    return replace(problem, numbers=numbers, page=page, language=language or problem.language)


def _count_faults(counts: dict[str, int | None]) -> Iterator[Fault]:
    given = {name: count for name, count in counts.items() if count is not None}
    for name, count in given.items():
        low = COUNTS[name]
        if not isinstance(count, Integral) or isinstance(count, bool) or not low <= count <= LONGEST:
            yield Fault(f"`{name}` is {count!r:.40}", f"expected a whole number from {low} to {LONGEST}")
    if len(given) > 1:
        yield Fault("`significant` and `decimals` exclude each other", "keep one of them")


def _word_faults(words: dict[str, str | None]) -> Iterator[Fault]:
    for name, word in words.items():
        known: Sequence[str] = WORDS[name]
        if word is not None and word not in known:
            meant = suggestion(str(word), known)
            yield Fault(f"`{name}` is {word!r:.40}", meant or f"expected {' or '.join(map(repr, known))}")
