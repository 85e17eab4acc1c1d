"""The exam on paper: questions with their marks, room to write, and a key that says what earns them."""

import re
from pathlib import Path

import pytest
from support.latex import compiled
from support.latex_logs import overfull

from derive import Problem
from derive.errors import InputError
from derive.sheets import SheetWriter
from derive.sheets.sheet_files import copy_of, write_sheet
from derive.sheets.sheet_writer import KEY
from derive.writers import FORMATS

UNIT = """
title = "A unit"
[data]
x = [1.5, -0.5]
y = 1
[parameters]
u = [0.3, 0.2]
[model]
equations = '''
p = u^T x
q = tanh(p)
L = (q - y)^2
'''
loss = "L"
[update]
learning_rate = 0.1
[page]
ask = ["q", "dL/du", "u@1"]
[marking]
marks = 1.5
steps = { "dL/du" = 4 }
[sheet]
room = "%s"
"""


def made(room: str = "lines") -> SheetWriter:
    return SheetWriter.of(Problem.loads(UNIT % room, "unit"))


def test_each_step_that_is_asked_is_a_question_with_its_marks() -> None:
    writer = made()
    text = writer.text("paper", "txt", writer.blueprint.solve())
    assert re.findall(r"^(\d)\) Find (.*)\. \(Marks: (.*)\)$", text, re.MULTILINE) == [
        ("1", "q", "1.5"), ("2", "dL/du", "4"), ("3", "u after the update", "1.5"),
    ]  # fmt: skip
    assert "Marks in all: 7." in text and "u ← u − η·dL/du" in text
    assert "0.35" not in text and "Forward" not in text, "nothing is worked out"


@pytest.mark.parametrize("room", ["lines", "boxes", "grid"])
def test_every_format_has_room_of_every_kind(room: str) -> None:
    writer = made(room)
    solution = writer.blueprint.solve()
    marks = {
        "tex": f"\\writing{room}{{3}}",
        "html": f'class="writing {room}"',
        "typ": "#line(" if room == "lines" else "#rect(",
    }
    for name, row in FORMATS.items():
        if row.is_page and name in {"tex", "html", "typ", "md", "txt"}:
            text = writer.text("paper", name, solution)
            assert marks.get(name, "Find") in text, name


def test_the_key_says_what_a_step_is_worth() -> None:
    writer = made()
    key = " ".join(writer.text(KEY, "txt", writer.blueprint.solve()).split())
    assert "Marks for dL/du: 4, shared over its 2 entries" in key and "Marks for q: 1.5." in key
    assert key.count("what follows rightly from wrong earlier numbers") == 1
    assert "Marks for p" not in key


def test_a_question_says_after_which_update() -> None:
    text = (UNIT % "lines").replace("learning_rate = 0.1", "learning_rate = 0.1\nsteps = 2")
    twice = SheetWriter.of(Problem.loads(text.replace('"u@1"]', '"u@1", "q@2", "u@2", "q@3"]'), "unit"))
    found = re.findall(r"Find (.*)\. \(", twice.text("paper", "txt", twice.blueprint.solve()))
    assert found == ["q in pass 1", "dL/du in pass 1", "u after update 1", "q in pass 2", "u after update 2",
                     "q after update 2"]  # fmt: skip


def test_without_room_there_is_no_paper(tmp_path: Path) -> None:
    plain = Problem.loads((UNIT % "lines").replace('room = "lines"', ""), "unit")
    assert [path.name for path in write_sheet(copy_of(plain), tmp_path, ("txt",))] == ["unit-sheet.txt", "unit-key.txt"]
    paper = Problem.loads(UNIT % "grid", "unit")
    names = [path.name for path in write_sheet(copy_of(paper), tmp_path, ("txt", "toml"))]
    assert names == ["unit-sheet.txt", "unit-key.txt", "unit-paper.txt", "unit-sheet.toml", "unit-key.toml"]


def test_another_kind_of_room_is_refused() -> None:
    with pytest.raises(InputError, match="`room` cannot be `dots`"):
        made("dots")


@pytest.mark.slow
@pytest.mark.parametrize("room", ["lines", "boxes", "grid"])
def test_the_paper_is_set_without_overfull_boxes(room: str) -> None:
    writer = made(room)
    tex = writer.text("paper", "tex", writer.blueprint.solve())
    assert overfull(compiled(tex).log) == []
