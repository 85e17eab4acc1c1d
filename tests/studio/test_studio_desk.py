"""What answers somebody who writes a problem: the worked page, messages with their lines, names, downloads."""

from __future__ import annotations

from typing import Any

import pytest

import derive
from derive import examples
from derive.problem.problem import Problem
from derive.studio.studio_desk import StudioDesk, gallery
from derive.studio.vocabulary import vocabulary
from derive.writers.markdown import with_pictures_inside

PROBLEM = """\
title = "A line through two points"
[data]
x = [[1, 3]]
t = [[2, 5]]
[parameters]
m = 0.5
c = 1
[model]
equations = '''
y = m x + c
r = y - t
E = mean(r^2)
'''
loss = "E"
"""


@pytest.fixture
def desk() -> StudioDesk:
    return StudioDesk()


def asked(desk: StudioDesk, do: str, problem: str = PROBLEM, **more: Any) -> Any:
    return desk.ask({"do": do, "problem": problem, "name": "line", **more})


def test_what_is_written_is_worked_out(desk: StudioDesk) -> None:
    told = asked(desk, "work")
    assert told["title"] == "A line through two points" and 'data-name="dE/dm"' in told["html"]
    assert {each["name"]: each["shape"] for each in told["names"]} == {
        "x": [1, 2], "t": [1, 2], "m": [], "c": [], "y": [1, 2], "r": [1, 2], "E": [],
    }  # fmt: skip


def test_every_message_has_its_line_and_the_place_in_it(desk: StudioDesk) -> None:
    wrong = PROBLEM.replace("mean(", "maen(").replace("c = 1", "c = one")
    (fault,) = asked(desk, "work", wrong)["faults"]
    assert fault["line"] == 7
    (fault,) = asked(desk, "work", PROBLEM.replace("mean(", "maen("))["faults"]
    assert (fault["line"], fault["text"][fault["start"] :][: fault["length"]]) == (12, "maen")
    assert "mean" in fault["hint"]


def test_a_remark_stops_nothing(desk: StudioDesk) -> None:
    told = asked(desk, "work", PROBLEM.replace("c = 1", "c = 1\nq = 4"))
    assert told["html"] and [fault["line"] for fault in told["warnings"]] == [8]


@pytest.mark.parametrize("form", ["html", "md", "tex"])
def test_a_page_is_saved_as_one_file(desk: StudioDesk, form: str) -> None:
    told = asked(desk, "download", examples.path("notes").read_text("utf-8"), format=form)
    assert told["file"] == f"line.{form}"
    assert ".svg)" not in told["text"] and "289" in told["text"]


def test_it_is_the_page_that_derive_writes_but_for_the_closed_form(desk: StudioDesk) -> None:
    text = PROBLEM.replace("[model]", "[page]\ncheck = false\nclosed = false\n[model]")
    problem = Problem.loads(text, "line")
    solution = derive.solve(problem)
    written = with_pictures_inside(solution.text("md"), "line", solution.pictures("md"))
    assert asked(desk, "download", text, format="md")["text"] == written


def test_an_unknown_format_or_example_is_told(desk: StudioDesk) -> None:
    assert asked(desk, "download", format="docx")["faults"]
    (fault,) = desk.ask({"do": "example", "name": "note"})["faults"]
    assert "`notes`" in fault["hint"]


def test_a_desk_of_the_studio_does_what_a_desk_does(desk: StudioDesk) -> None:
    asked(desk, "open")
    assert desk.ask({"do": "judge", "answers": {"y": "[[1.5, 2.5]]"}})["items"]["y"]["verdict"] == "correct"


def test_the_gallery_has_every_built_in_problem(desk: StudioDesk) -> None:
    shown = [each for topic in gallery() for each in topic["problems"]]
    assert sorted(each["name"] for each in shown) == examples.names()
    assert desk.ask(shown[0] | {"do": "example"})["problem"] == examples.path(shown[0]["name"]).read_text("utf-8")


def test_what_an_editor_offers_is_what_a_file_may_say() -> None:
    words = vocabulary()
    offered = {each["label"]: each["info"] for each in words["operations"]}
    assert offered["tanh"] and offered["softmax"] and "matmul" not in offered
    choices = {(each["table"], each["key"]): each["words"] for each in words["choices"]}
    for loss in choices["network", "loss"]:
        assert loss in words["losses"]
    assert "adam" in choices["update", "rule"] and "kk" in choices["", "language"]
    tables = {row["key"] for row in words["tables"][""] if row["table"]}
    assert {"data", "model", "update"} <= tables and "title" not in tables
    assert all(table in tables for table, _ in choices if table)
    assert all(row["meaning"] for rows in words["tables"].values() for row in rows)


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "work", "problem": 3, "name": "a"},
        {"do": "work", "problem": "x", "name": None},
        {"do": "network", "problem": "[network]\nlayers = [1]", "name": "a", "layers": "x", "loss": ""},
        {"do": "network", "problem": "a = 1", "name": "a", "layers": [], "loss": ""},
        {"do": "network", "problem": "[", "name": "a", "layers": [], "loss": ""},
        {"do": "begin", "units": "many", "name": "a"},
        {"do": "begin", "units": "300-300", "name": "a"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_told(desk: StudioDesk, request_: dict[str, Any]) -> None:
    assert desk.ask(request_)["faults"][0]["message"]


def test_a_new_network_is_a_problem_that_is_worked_out(desk: StudioDesk) -> None:
    begun = desk.ask({"do": "begin", "units": "2-2-1", "name": "fresh"})
    told = asked(desk, "work", begun["problem"])
    assert told["network"]["layers"][0]["settings"]["units"] == 2 and told["html"]
    assert "#:schema" not in begun["problem"]  # no schema lies beside what a page holds


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in examples.names() if name != "mazur_10000"])
def test_every_built_in_problem_is_worked_out(desk: StudioDesk, name: str) -> None:
    told = desk.ask({"do": "work", "problem": examples.path(name).read_text("utf-8"), "name": name})
    assert "faults" not in told and told["html"] and told["names"]
