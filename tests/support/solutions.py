"""The built-in problems worked out and written: each once in a process, whichever tests ask for it."""

from __future__ import annotations

from functools import cache
from typing import Any

import derive
from derive import Solution, examples


@cache
def solved(name: str = "notes", **settings: Any) -> Solution:
    """A built-in problem worked out; settings are those of `derive.solve`."""
    return derive.solve(examples.path(name), **settings)


@cache
def written(name: str, form: str, **settings: Any) -> str:
    """The page of a built-in problem in one format."""
    return solved(name, **settings).text(form)
