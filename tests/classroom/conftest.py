"""What LaTeX sets for the tests of classes: reports that no test looks into are set in one run for all of them.

A fixture for a whole file, as that of the class which is played, has its report at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from derive.classroom.reports import class_files
from derive.pdf import press


@pytest.fixture(scope="session")
def waiting(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Reports that wait for LaTeX. All are set when the tests are through, and none may fail; none is set where what is
    slow is left out.
    """
    texts: list[str] = []
    yield texts
    if request.config.getoption("-m") == "not slow":
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(press, "remedies", lambda rest: [])  # whether the last page is short is no matter here
        made = press.make_pdfs([*dict.fromkeys(texts)])
    assert [each for each in made if not isinstance(each, bytes)] == []


@pytest.fixture(autouse=True)
def reports_together(waiting: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDF of a report is made later, with the others: what lies in its place is empty."""

    def later(texts: Sequence[str]) -> list[bytes]:
        waiting.extend(texts)
        return [b""] * len(texts)

    monkeypatch.setattr(class_files, "make_pdfs", later)
