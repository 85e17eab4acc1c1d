"""What a report counts, what a terminal is shown, and how much of a table is read."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import pytest
from support.classes import SmallClass, answer_file

from derive.classroom.records.records import Record, StepMark
from derive.classroom.records.tally import Tally
from derive.classroom.reports.terminal_summary import printable, summary_lines
from derive.classroom.returns import intake, wide_tables
from derive.classroom.returns.returned_files import CannotRead


def record(*marks: int) -> Record:
    steps = (
        StepMark(step, Fraction(mark), Fraction(1), "correct", None) for step, mark in zip("abc", marks, strict=True)
    )
    return Record("s", "r", "w", tuple(steps))


def test_a_step_tells_good_work_from_weak_work_or_not() -> None:
    tally = Tally()
    for marks in ((1, 1, 1), (1, 1, 0), (0, 0, 1), (0, 0, 0), (1, 1, 1), (0, 0, 0)):
        tally.add(record(*marks))
    found = {step: products.correlation for step, products in tally.products.items()}
    assert found["a"] is not None and found["c"] is not None
    assert found["a"] > 0.8 > found["c"] > 0
    same = Tally()
    same.add(record(1, 1, 1))
    assert same.products["a"].correlation is None


def test_no_name_steers_the_terminal(tmp_path: Path) -> None:
    small = SmallClass(tmp_path / "small")
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "evil\x1b[2J\x07.toml").write_text(answer_file({"z_2": "1"}), "utf-8")
    told = "\n".join(summary_lines(small.marked(tmp_path / "back")))
    assert "\x1b" not in told and "\x07" not in told and "evil\ufffd[2J\ufffd.toml" in told
    assert "tells good from weak" not in told
    assert printable("Ж é 华") == "Ж é 华"


def test_a_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wide_tables, "MAX_TEXT", 100)
    raw = b"id,z_1\n" + b"s,1\n" * 50
    with pytest.raises(CannotRead, match="more than 100 characters"):
        list(wide_tables.rows(io.BytesIO(raw), "t.csv", {"z_1"}.__contains__))


def test_a_table_in_an_upload_has_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_ROWS_OF_AN_UPLOAD", 10)
    small = SmallClass(tmp_path / "small")
    (tmp_path / "p100").mkdir()
    (tmp_path / "p100" / "rows.csv").write_text("id,z_2\n" + "p101,1\n" * 500, "utf-8")
    small.marked(tmp_path / "p100")
    assert len(small.states) < 20 and small.scores == {}


def test_nothing_handed_in_stands_apart_from_what_cannot_be_marked(tmp_path: Path) -> None:
    small = SmallClass(tmp_path / "small")
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "p101.toml").write_text(answer_file({"z_2": "1"}), "utf-8")
    (tmp_path / "back" / "p102.pdf").write_bytes(b"no PDF at all")
    small.marked(tmp_path / "back")
    page = next(tmp_path.rglob("report.html")).read_text("utf-8")
    missing = page[page.index("Without a return that counts") :]
    assert missing.index("nothing") < missing.index("this is no PDF") < missing.index("What could not be read")
