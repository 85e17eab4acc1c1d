"""The built-in problems worked out and written: each once in a process, whichever tests ask for it."""

from __future__ import annotations

from functools import cache
from typing import Any

import derive
from derive import Problem, Solution, examples
from derive.problem.overriding import overridden


@cache
def solved(name: str = "notes", **settings: Any) -> Solution:
    """A built-in problem worked out; settings are those of `derive.solve`."""
    if len(needed := _needed(name, settings)) < len(settings):
        return solved(name, **needed)
    return derive.solve(examples.path(name), **settings)


@cache
def written(name: str, form: str, **settings: Any) -> str:
    """The page of a built-in problem in one format."""
    if len(needed := _needed(name, settings)) < len(settings):
        return written(name, form, **needed)
    return solved(name, **settings).text(form)


def _needed(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that its file does not have: with the others it is the same solution."""
    if not settings:
        return settings
    problem = Problem.load(examples.path(name))
    return {key: value for key, value in settings.items() if overridden(problem, {key: value}) != problem}
