"""A problem with settings replaced by those of a call or of the command line, checked as those of a file are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from numbers import Integral
from typing import Any, TypedDict

from derive.errors import Fault, InputError, Place, suggestion
from derive.problem.problem import Problem
from derive.problem.settings import CARRIES, DECIMAL_SIGNS, DETAILS, LONGEST, UNTAGGED, Digits
from derive.prose.catalogue import check_language, number_sign

WORDS = {"carry": CARRIES, "decimal": DECIMAL_SIGNS, "detail": DETAILS}
"""What the settings that are words may be."""
COUNTS = {"significant": 1, "decimals": 0}
"""The least that the settings that are numbers may be."""


class Overrides(TypedDict, total=False):
    """What a call or a command line sets in place of the file; None, like what is not there, leaves a setting."""

    significant: int | None
    decimals: int | None
    carry: str | None
    decimal: str | None
    detail: str | None
    language: str | None
    accessible: bool | None


def overridden(problem: Problem, overrides: Overrides) -> Problem:
    """The problem with settings replaced. Raises InputError with every wrong one."""
    new: dict[str, Any] = {key: value for key, value in overrides.items() if value is not None}
    faults = [*_unknown(overrides), *_count_faults(new), *_word_faults(new), *_engine_faults(problem, new)]
    if faults:
        raise InputError(faults)
    if "language" in new:
        check_language(new["language"], Place())
    language = new.get("language") or problem.language
    numbers = problem.numbers
    by_language = numbers.by_language - set(new)
    signs: dict[str, Any] = {key: number_sign(language, key) for key in by_language}
    signs |= {key: new[key] for key in ("carry", "decimal") if key in new}
    length = {Digits(int(new[key]), decimals=key == "decimals") for key in COUNTS if key in new}
    numbers = replace(numbers, **signs, by_language=by_language, digits=next(iter(length), numbers.digits))
    page = replace(problem.page, **{key: new[key] for key in ("detail", "accessible") if key in new})
    return replace(problem, numbers=numbers, page=page, language=language)


def _unknown(overrides: Overrides) -> Iterator[Fault]:
    known = Overrides.__annotations__
    for name in overrides:
        if name not in known:
            yield Fault(
                f"`{name}` is no setting of a call", suggestion(name, known) or f"there are: {', '.join(known)}"
            )


def _count_faults(new: Mapping[str, Any]) -> Iterator[Fault]:
    given = {name: new[name] for name in COUNTS if name in new}
    for name, count in given.items():
        low = COUNTS[name]
        if isinstance(count, bool) or not isinstance(count, Integral) or not low <= int(count) <= LONGEST:
            yield Fault(f"`{name}` is {count!r:.40}", f"expected a whole number from {low} to {LONGEST}")
    if len(given) > 1:
        yield Fault("`significant` and `decimals` exclude each other", "keep one of them")


def _word_faults(new: Mapping[str, Any]) -> Iterator[Fault]:
    for name, known in WORDS.items():
        if name in new and (word := new[name]) not in known:
            meant = suggestion(str(word), known)
            yield Fault(f"`{name}` is {word!r:.40}", meant or f"expected {' or '.join(map(repr, known))}")


def _engine_faults(problem: Problem, new: Mapping[str, Any]) -> Iterator[Fault]:
    if new.get("accessible") and problem.page.engine == "latex":
        yield Fault(UNTAGGED, 'leave `engine` under [page] out, or write "typst"')
