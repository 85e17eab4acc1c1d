"""Which of several returns counts: by time, by version, by what it answers; parts of one work; deadlines; overrides."""

from __future__ import annotations

import os
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from support.classes import PROBLEM, QUICK, STEPS, SmallClass, answer_file

from derive.classroom.grading import days_late
from derive.classroom.records.overrides import Override, read_overrides
from derive.classroom.returns.inbox import Delivery
from derive.classroom.returns.selection import Candidate, select
from derive.errors import InputError
from derive.problem.problem import Problem

NOON = datetime(2026, 5, 4, 12).timestamp()
HOUR = 3600.0


def candidate(position: int, shown: str, time: float = NOON, steps: str = "zAL", score: int = 0) -> Candidate:
    return Candidate(position, shown, time, frozenset(steps), len(steps), Fraction(score))


CASES = {
    "the later one by its time, however it was named": (
        [candidate(1, "b.md", NOON + HOUR), candidate(2, "z.md")], {"last": 1, "first": 2},
    ),
    "seconds apart decide nothing: the newer version": (
        [candidate(1, "d/homework (1).md"), candidate(2, "d/homework.md", NOON + 5)], {"last": 1, "first": 2},
    ),
    "a version by a number at the end": (
        [candidate(1, "w v2.md"), candidate(2, "w v10.md"), candidate(3, "w.md")], {"last": 2, "first": 3},
    ),
    "a number that touches the name is no version": (
        [candidate(1, "p100 (1).md"), candidate(2, "p100.md")], {"last": 1, "first": 2},
    ),
    "a copy is newer, in any language and on any system": (
        [candidate(1, "d/w – Kopie (2).md"), candidate(2, "d/Copia de w.md"), candidate(3, "d/w.md")],
        {"last": 1, "first": 3},
    ),
    "a folder that Teams made for what came again": (
        [candidate(1, "t/Version 2/a.md", steps="z"), candidate(2, "t/Version 1/z (3).md")], {"last": 1, "first": 2},
    ),
    "a word that only begins as the one for a copy does": (
        [candidate(1, "copyright.md", steps="zALw"), candidate(2, "right.md")], {"last": 1, "first": 1},
    ),
    "a row of a table is newer than those above it": (
        [candidate(1, "form.csv, row 9", steps="z"), candidate(2, "form.csv, row 3")], {"last": 1, "first": 2},
    ),
    "else the more complete one": (
        [candidate(1, "a.md", steps="zALw"), candidate(2, "b.md", steps="zA")], {"last": 1, "first": 1},
    ),
    "else the one that was named last": ([candidate(1, "a.md"), candidate(2, "b.md")], {"last": 2, "first": 1}),
    "the best, whenever it came": (
        [candidate(1, "a.md", score=3), candidate(2, "b.md", NOON + HOUR, score=2)], {"best": 1, "last": 2},
    ),
    "of equally good ones the last": (
        [candidate(1, "a.md", score=3), candidate(2, "b.md", NOON + HOUR, score=3)], {"best": 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_return_counts(case: str) -> None:
    candidates, wanted = CASES[case]
    for order in (candidates, candidates[::-1]):
        assert {attempts: select(order, attempts).counts.position for attempts in wanted} == wanted


def test_why_another_one_counts_is_told_of_each_that_was_set_aside() -> None:
    candidates = [candidate(1, "work.md", NOON - HOUR), candidate(2, "work (1).md"), candidate(3, "work.md")]
    assert select(candidates, "last").aside == {3: "a newer version counts", 1: "a later one counts"}


def test_files_that_answer_other_steps_are_parts_of_one_work() -> None:
    pages = [
        candidate(1, "page 1.md", steps="zA"),
        candidate(2, "sheet.md", steps="Lw"),
        candidate(3, "x.md", steps="z"),
    ]
    found = select(pages, "last")
    assert {found.counts.position, *(part.position for part in found.parts)} in ({1, 2}, {2, 1})
    assert list(found.aside) == [3]


@pytest.fixture
def small(tmp_path: Path) -> SmallClass:
    return SmallClass(tmp_path / "small")


def put(folder: Path, name: str, text: str, time: float = NOON) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (time, time))
    return path


def test_the_later_upload_counts_and_what_was_set_aside_is_listed_with_its_score(small: SmallClass) -> None:
    back = small.folder / "back"
    put(back, "p101 new.toml", answer_file(small.answers("p101", "z_1")), NOON + HOUR)
    put(back, "p101 old.toml", answer_file(small.answers("p101")))
    small.marked(back)
    assert small.scores == {"p101": "8"}
    assert small.reasons["back/p101 old.toml"] == "a later one counts; this one would earn 9"
    assert "this one would earn 9" in (small.grades / "report.html").read_text("utf-8")


def test_the_time_stamp_of_the_platform_comes_before_that_of_the_file(small: SmallClass) -> None:
    back = small.folder / "back"
    put(back, "Sheet_p100_attempt_2026-05-01-08-00-00_a.toml", answer_file(small.answers("p100", "L")), NOON + HOUR)
    put(back, "Sheet_p100_attempt_2026-05-02-08-00-00_a.toml", answer_file(small.answers("p100")), NOON)
    small.marked(back)
    assert small.scores == {"p100": "9"}


def test_members_of_a_zip_have_their_own_times(small: SmallClass) -> None:
    with zipfile.ZipFile(small.folder / "export.zip", "w") as archive:
        for name, day, fault in (("p100 b.toml", 2, "L"), ("p100 a.toml", 3, "")):
            member = zipfile.ZipInfo(name, (2026, 5, day, 9, 0, 0))
            archive.writestr(member, answer_file(small.answers("p100", *filter(None, [fault]))))
    small.marked(small.folder / "export.zip")
    assert small.scores == {"p100": "9"}


@pytest.mark.slow
def test_two_pages_are_marked_as_one_work(small: SmallClass) -> None:
    back = small.folder / "back"
    answers = small.answers("p102", "A_1")
    for page, steps in (("forward", STEPS[:4]), ("backward", STEPS[4:])):
        put(back, f"p102/{page}.toml", answer_file({step: answers[step] for step in steps}))
    small.marked(back)
    assert small.scores == {"p102": "8"}
    assert sorted(small.states.values()) == [("p102", "counted"), ("p102", "part")]


@pytest.mark.slow
@pytest.mark.parametrize(("attempts", "score"), [("last", "7"), ("first", "8"), ("best", "9")])
def test_the_problem_says_which_attempt_counts(tmp_path: Path, attempts: str, score: str) -> None:
    small = SmallClass(tmp_path, f"{PROBLEM}[grade]\nattempts = '{attempts}'\n")
    for hour, faults in enumerate([["L"], [], ["L", "z_1"]]):
        put(
            tmp_path / "back",
            f"p100 {'xyz'[hour]}.toml",
            answer_file(small.answers("p100", *faults)),
            NOON + hour * HOUR,
        )
    small.marked(tmp_path / "back")
    assert small.scores == {"p100": score}


# --- deadlines -------------------------------------------------------------------------------------------------------

DUE = datetime(2026, 5, 4, 12)


@pytest.mark.parametrize(
    ("delivery", "days"),
    [
        (Delivery("a", "", NOON), 0), (Delivery("a", "", NOON + 1), 1), (Delivery("a", "", NOON + 24 * HOUR), 1),
        (Delivery("a", "", NOON + 25 * HOUR), 2), (Delivery("a", ""), 0), (Delivery("a", "", 0, is_late=True), 1),
        (Delivery("a", "", NOON - HOUR, is_late=True), 1),
    ],
)  # fmt: skip
def test_begun_days_after_the_deadline_count(delivery: Delivery, days: int) -> None:
    assert (days_late(delivery, DUE), days_late(delivery, None)) == (days, 0)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set")
@pytest.mark.parametrize(
    ("due", "came", "days"),
    [
        (datetime(2026, 10, 24, 23, 59), datetime(2026, 10, 25, 23, 59), 1),  # 25 hours later
        (datetime(2026, 10, 24, 23, 59), datetime(2026, 10, 26, 0, 0), 2),
        (datetime(2026, 3, 28, 23, 59), datetime(2026, 3, 29, 23, 59), 1),  # 23 hours later
        (datetime(2026, 3, 28, 12), datetime(2026, 3, 29, 12, 30), 2),
        (datetime(2026, 3, 29, 18, tzinfo=UTC), datetime(2026, 3, 29, 20), 0),  # 18 o'clock in the zone of the deadline
        (datetime(2026, 3, 29, 18, tzinfo=UTC), datetime(2026, 3, 29, 20, 1), 1),
    ],
)
def test_a_day_is_one_of_the_clock_where_it_is_set_forward_or_back(
    monkeypatch: pytest.MonkeyPatch, due: datetime, came: datetime, days: int
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        assert days_late(Delivery("a", "", came.timestamp()), due) == days
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("late", "taken_off", "score"), [('"10 %"', "1.8", "7.2"), ("0.25", "4.5", "4.5"), ('"cut"', "9", "0")]
)
def test_what_a_late_return_costs_has_a_column(tmp_path: Path, late: str, taken_off: str, score: str) -> None:
    small = SmallClass(tmp_path, f"{PROBLEM}[grade]\ndue = 2026-05-04T12:00:00\nlate = {late}\n")
    put(tmp_path / "back", "p100.toml", answer_file(small.answers("p100")), NOON + 30 * HOUR)
    put(tmp_path / "back", "p101.toml", answer_file(small.answers("p101")), NOON - HOUR)
    small.marked(tmp_path / "back", options=replace(QUICK, formats=("md",)))
    rows = {row["student_id"]: row for row in small.table("grades.csv")}
    assert (rows["p100"]["days_late"], rows["p100"]["taken_off"], rows["p100"]["score"]) == ("2", taken_off, score)
    assert (rows["p101"]["days_late"], rows["p101"]["taken_off"], rows["p101"]["score"]) == ("0", "0", "9")
    assert "Handed in late" in (small.grades / "feedback" / "p100.md").read_text("utf-8")
    assert "Handed in late" not in (small.grades / "feedback" / "p101.md").read_text("utf-8")


@pytest.mark.slow
def test_what_canvas_calls_late_is_a_day_late(tmp_path: Path) -> None:
    small = SmallClass(tmp_path, f"{PROBLEM}[grade]\ndue = 2026-05-04\nlate = 0.5\n")
    put(tmp_path / "back", "lovelaceada_LATE_4123_998877_a.toml", answer_file(small.answers("p101")), NOON)
    small.marked(tmp_path / "back")
    assert small.scores == {"p101": "4.5"}


BROKEN = {
    "attempts = 'most'": "cannot be `most`",
    "due = 'soon'": "`due` is no time",
    "late = 2": "`late` is no rate",
    "late = '150 %'": "`late` is no rate",
    "marks = { A = 101 }": "`A` has no percentage",
    "rate = 1": "`rate` has no meaning in [grade]",
}


@pytest.mark.parametrize("line", BROKEN)
def test_a_fault_of_the_table_is_told(line: str) -> None:
    with pytest.raises(InputError) as raised:
        Problem.loads(f"{PROBLEM}[grade]\n{line}\n")
    assert BROKEN[line] in str(raised.value)


@pytest.mark.slow
def test_grades_have_thresholds(tmp_path: Path) -> None:
    small = SmallClass(tmp_path, PROBLEM + '[grade]\nmarks = { "1.0" = 95, "2.0" = 80, "5.0" = 0 }\n')
    for student, faults in (("p100", []), ("p101", ["L"]), ("p102", ["L", "z_2", "A_1"])):
        put(tmp_path / "back", f"{student}.toml", answer_file(small.answers(student, *faults)))
    small.marked(tmp_path / "back")
    found = {row["student_id"]: row["grade"] for row in small.table("grades.csv")}
    assert found == {"p100": "1.0", "p101": "2.0", "p102": "5.0", "p103": "", "p104": ""}


# --- marks set by hand -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_marks_set_by_hand_are_honoured_and_told(small: SmallClass) -> None:
    put(small.folder / "back", "p100.toml", answer_file(small.answers("p100", "z_1", "L")))
    put(small.folder / "back", "p101.toml", answer_file(small.answers("p101", "z_1")))
    options = replace(QUICK, formats=("md",))
    small.marked(small.folder / "back", options=options)
    assert small.scores == {"p100": "7", "p101": "8"}
    put(small.grades, "overrides.csv", "id,step,mark,reason\np100,z_1,0.5,right idea\np101,total,9,oral exam\n")
    for _ in range(2):
        small.marked(small.folder / "back", options=options)
        assert small.scores == {"p100": "7.5", "p101": "9"}
        assert "oral exam" in (small.grades / "feedback" / "p101.md").read_text("utf-8")
    (small.grades / "overrides.csv").unlink()
    small.marked(small.folder / "back", options=options)
    whys = {row["student_id"]: row["why"] for row in small.table("changes.csv")}
    assert small.scores["p101"] == "8" and "no longer set by hand" in whys["p101"]


@pytest.mark.parametrize(
    ("line", "why"),
    [("zz,L,1,x", "`zz` is no student"), ("s,Q,1,x", "`Q` is no step"), ("s,L,much,x", "`much` is no mark"),
     ("s,L,-1,x", "`-1` is no mark"), ("s,L,nan,x", "`nan` is no mark")],
)  # fmt: skip
def test_a_line_that_sets_no_mark_is_told(tmp_path: Path, line: str, why: str) -> None:
    path = put(tmp_path, "overrides.csv", f"id,step,mark,reason\n{line}\n")
    with pytest.raises(InputError) as raised:
        read_overrides(path, {"s"}, {"L"})
    assert f"overrides.csv, line 2: {why}" in str(raised.value)


@pytest.mark.parametrize(
    "text", ["s,L,1.5,x\n", "reason;mark;step;id\nx;1,5;L;s\n", "id,step,mark,reason\n\ns,L,1.5,x\n"]
)
def test_columns_stand_in_any_order(tmp_path: Path, text: str) -> None:
    assert read_overrides(put(tmp_path, "o.csv", text), {"s"}, {"L"}) == {"s": (Override("L", Fraction(3, 2), "x"),)}
