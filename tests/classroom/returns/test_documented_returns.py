"""What docs/grading.md tells of what comes back is so: each kind of file in its table is read and earns its marks."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

from support.classes import SmallClass, answer_file

PAGE = Path(__file__).parents[3] / "docs" / "grading.md"
Answers = dict[str, str]


def lines(answers: Answers) -> str:
    return "\n\n".join(f"{step} = {text}" for step, text in answers.items())


def columns(answers: Answers) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([["step", "answer"], *answers.items()])
    return file.getvalue()


def in_dollars(answers: Answers) -> str:
    return "\n\n".join(f"${step} = {text}$" for step, text in answers.items())


WRITTEN: dict[str, Callable[[Answers], str]] = {
    ".toml": answer_file, ".json": json.dumps, ".csv": columns, ".md": in_dollars, ".tex": in_dollars, ".txt": lines,
}  # fmt: skip
"""Each kind of file but `.pdf`, which test_returned.py and test_printed_sheets.py make."""


def test_each_kind_of_file_in_the_table(tmp_path: Path) -> None:
    rows = PAGE.read_text("utf-8").partition("| what | is |\n|---|---|\n")[2].partition("\n\n")[0]
    kinds = dict.fromkeys(re.findall(r"`(\.\w+)`", "".join(row.split(" | ")[0] for row in rows.splitlines())))
    assert {*kinds} == {".pdf", *WRITTEN}

    small = SmallClass(tmp_path, people=[f"Last{i},First{i}" for i in range(len(WRITTEN) + 1)])
    back = tmp_path / "back"
    back.mkdir()
    for i, (ending, written) in enumerate(WRITTEN.items()):
        (back / f"p{100 + i}{ending}").write_text(written(small.answers(f"p{100 + i}")), "utf-8")
    last = f"p{100 + len(WRITTEN)}"
    steps = small.answers(last)
    table = tmp_path / "form.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["E-Mail", *steps], [f"{last}@uni.example", *steps.values()]])
    small.marked(back, table)
    assert small.scores == dict.fromkeys([f"p{100 + i}" for i in range(len(WRITTEN))] + [last], "9")
