"""In which order tests run, so that every process is busy to the end and little is worked out twice.

Tests of a bunch of built-in problems stand together, and tests of one file: a process that runs them in turn solves a
problem once, sets the pages of a bunch in one run of LaTeX, and makes a file's fixtures once. What is marked slow comes
first, of that what a browser shows: a file opens its page, which takes long, and should not be shared out at the end.
Each process has a contiguous part; one that is through takes over half of what another has left, from its end
(`WorkStealingScheduling`), and there stand short tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

import pytest

from derive import examples

BUNCHES = tuple(examples.names()[start : start + 25] for start in range(0, len(examples.names()), 25))
BUNCH = {name: bunch for bunch in BUNCHES for name in bunch}
"""The built-in problems that each of them stands together with."""
BROWSERS = frozenset({"chromium", "firefox"})


def in_parts(items: Iterable[pytest.Item], processes: int) -> list[pytest.Item]:
    """The tests in an order whose even parts, one for each process, begin with what takes longest.

    The part with most tests stands first: shared out evenly, the end of a part goes to the next process, never its
    beginning to the one before.
    """
    together: dict[str, list[pytest.Item]] = {}
    for item in items:
        together.setdefault(scope(item.nodeid), []).append(item)
    heaviest = sorted(together.values(), key=weight, reverse=True)
    parts = [list(chain.from_iterable(heaviest[first::processes])) for first in range(processes)]
    return list(chain.from_iterable(sorted(parts, key=len, reverse=True)))


def weight(items: list[pytest.Item]) -> tuple[int, int, int]:
    """How many tests need a browser, how many are slow, and how many there are."""
    slow = sum(item.get_closest_marker("slow") is not None for item in items)
    return sum(map(needs_browser, items)), slow, len(items)


def needs_browser(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("needs")
    return mark is not None and not BROWSERS.isdisjoint(mark.args)


def scope(nodeid: str) -> str:
    """What a test shares most with others of: the first of its bunch of built-in problems, else its file."""
    path, _, test = nodeid.partition("::")
    parameters = re.split(r"[-\[\]]", test)[1:]
    return next((BUNCH[parameter][0] for parameter in parameters if parameter in BUNCH), path)
