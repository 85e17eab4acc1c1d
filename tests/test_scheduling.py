"""The order of tests in several processes: none is lost, what belongs together stays so, slow ones come first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pytest
from support.scheduling import BUNCH, in_parts, scope


@dataclass(frozen=True)
class Item:
    """What the order asks of a test."""

    nodeid: str
    slow: bool = False
    browser: str = ""

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        marks = {"slow": self.slow and pytest.mark.slow, "needs": self.browser and pytest.mark.needs(self.browser)}
        found = marks[name]
        return found.mark if found else None


ITEMS: list[Any] = [
    *(Item(f"tests/quick{file}.py::test_{i}") for file in range(7) for i in range(5)),
    *(Item(f"tests/slow{file}.py::test_{i}", slow=True) for file in range(5) for i in range(4)),
    *(Item(f"tests/{file}.py::test_page[{name}-md]") for file in "ab" for name in ("mazur", "notes", "xor_2_2_1")),
]


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_no_test_is_lost_and_what_belongs_together_stands_together(processes: int) -> None:
    found = in_parts(ITEMS, processes)
    assert sorted(item.nodeid for item in found) == sorted(item.nodeid for item in ITEMS)
    runs = [each for each, _ in groupby(scope(item.nodeid) for item in found)]
    assert len(runs) == len(set(runs))


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_each_part_begins_with_what_is_slow_and_ends_with_what_is_not(processes: int) -> None:
    slow = [item.slow for item in in_parts(ITEMS, processes)]
    assert [is_slow for is_slow, _ in groupby(slow)] == [True, False] * processes


def test_what_a_browser_shows_stands_first() -> None:
    shown = Item("tests/page.py::test_0[firefox]", slow=True, browser="firefox")
    assert in_parts([*ITEMS, shown], 1)[0] is shown


def test_what_a_test_shares_most_is_its_bunch_of_problems_or_its_file() -> None:
    near = BUNCH["notes"][-1]
    assert scope("tests/page/test_pages.py::test_a[md-notes]") == scope(f"tests/sheets/test_sheets.py::test_b[{near}]")
    assert scope("tests/page/test_pages.py::test_a[no problem]") == "tests/page/test_pages.py"
