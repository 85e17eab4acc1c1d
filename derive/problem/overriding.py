"""A problem with settings replaced by those of a call or of the command line."""

from __future__ import annotations

from dataclasses import replace

from derive.problem.problem import Problem
from derive.problem.settings import Digits


def overridden(
    problem: Problem,
    significant: int | None,
    decimals: int | None,
    carry: str | None,
    decimal: str | None,
    detail: str | None,
    language: str | None,
) -> Problem:
    """The problem with settings replaced; None leaves one as it is."""
    numbers = problem.numbers
    if significant is not None or decimals is not None:
        count = significant if significant is not None else decimals
        assert count is not None
        numbers = replace(numbers, digits=Digits(count, decimals=significant is None))
    numbers = replace(numbers, carry=carry or numbers.carry, decimal=decimal or numbers.decimal)
    page = replace(problem.page, detail=detail or problem.page.detail)
    return replace(problem, numbers=numbers, page=page, language=language or problem.language)
