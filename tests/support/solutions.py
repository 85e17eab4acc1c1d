"""The built-in problems worked out and written: each once in a process, whichever tests ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

import derive
from derive import Problem, Solution, examples
from derive.problem.overriding import overridden

Found = TypeVar("Found")


@cache
def problem_of(name: str) -> Problem:
    """A built-in problem as its file says."""
    return Problem.load(examples.path(name))


def kept(find: Callable[..., Found]) -> Callable[..., Found]:
    """What is found of a built-in problem, once for each name and settings; settings that its file has anyway make no
    difference.
    """
    known = cache(find)

    @wraps(find)
    def found(name: str = "notes", *others: str, **settings: Any) -> Found:
        needed = {key: value for key, value in settings.items() if _differs(problem_of(name), {key: value})}
        return known(name, *others, **needed)

    return found


def _differs(problem: Problem, setting: dict[str, Any]) -> bool:
    return overridden(problem, setting) != problem


@kept
def solved(name: str, **settings: Any) -> Solution:
    """A built-in problem worked out; settings are those of `derive.solve`."""
    return derive.solve(problem_of(name), **settings)


@kept
def written(name: str, form: str, **settings: Any) -> str:
    """The page of a built-in problem in one format."""
    return solved(name, **settings).text(form)
