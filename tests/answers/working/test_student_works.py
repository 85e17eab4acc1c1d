"""Works as students type them: other languages, programs and notations, and slips among them.

`works/expected.toml` says of each what it states, and where its slip is: no step may be lost or called wrong unjustly,
and each slip has to be located and named.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from support.solutions import solved

from derive import check

WORKS = Path(__file__).parents[1] / "works"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((WORKS / "expected.toml").read_text("utf-8"))


def test_each_work_is_told_of() -> None:
    assert {path.name for path in WORKS.iterdir()} == {*EXPECTED, "expected.toml"}
    assert len(EXPECTED) >= 70 and sum("slip" in work for work in EXPECTED.values()) >= 15


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_work_states_is_read_and_judged_rightly(name: str) -> None:
    work = EXPECTED[name]
    items = {item.id: item for item in check(solved(work["problem"]).problem, WORKS / name).items}
    lost = [step for step in work["stated"].split() if items[step].verdict in {"missing", "unreadable"}]
    wrong = [step for step, item in items.items() if item.verdict == "wrong"]
    slips = [items[step].diagnosis for step in work.get("at", ()) if step in wrong]
    assert lost == []
    assert [step for step in wrong if step not in work.get("at", ())] == []
    assert bool(slips) == ("slip" in work)
    assert "slip" not in work or {*slips} & {*work["named"]}
