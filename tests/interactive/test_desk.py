"""What judges somebody who practises: every request, in words of JSON, as a page or a server asks it."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from derive.interactive.desk import ACTIONS, Desk

PROBLEM = """\
title = "Two units"
[data]
x = [2, -1]
t = 1
[parameters]
U = [[0.5, 1], [-1, 0.25]]
c = [0.5, 0]
v = [1, -2]
[model]
equations = '''
a = U x + c
h = tanh(a)
y = v^T h
L = (y - t)^2
'''
loss = "L"
[variants]
x = { from = 1, to = 3, step = 0.5 }
"""
RIGHT = {"a": ["0.5", "-2.25"], "h": "tanh(a)", "y": "2.418", "L": "2.011", "dL/dy": "2.836"}


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    assert "faults" not in desk.ask({"do": "open", "problem": PROBLEM, "name": "units"})
    return desk


def judged(desk: Desk, **answers: Any) -> Any:
    return desk.ask(
        {"do": "judge", "answers": {**RIGHT, **{key.replace("_by_", "/"): a for key, a in answers.items()}}}
    )


def test_a_request_is_a_text_of_json_and_so_is_its_reply(desk: Desk) -> None:
    told = json.loads(desk.answer('{"do": "describe"}'))
    assert told["title"] == "Two units" and told["variants"] is True
    assert {step["id"] for step in told["steps"]} >= {"a", "dL/dU", "dL/dv"}
    assert {given["id"]: given["values"] for given in told["givens"]}["U"] == [["0.5", "1"], ["-1", "0.25"]]
    assert '<input name="a[2]"' in told["exercise"]


def test_what_cannot_be_done_is_told_and_raises_nothing() -> None:
    desk = Desk()
    for request in ({"do": "judge", "answers": {}}, {"do": "dance"}, {}, {"do": "open", "problem": "x = ["}):
        (fault,) = desk.ask(request)["faults"][:1]
        assert fault["message"]


def test_a_fault_of_a_problem_has_its_line(desk: Desk) -> None:
    (fault,) = desk.ask({"do": "open", "problem": PROBLEM.replace("tanh", "tahn")})["faults"]
    assert (fault["line"], fault["text"][fault["start"] :][: fault["length"]]) == (12, "tahn")


def test_right_answers_in_any_form_are_right(desk: Desk) -> None:
    told = judged(desk)
    assert {item["verdict"] for item in told["items"].values()} == {"correct"} and told["marks"] == 5


def test_a_mistake_is_named_and_what_follows_from_it_points_back(desk: Desk) -> None:
    told = judged(desk, dL_by_dy="-2.836", dL_by_dv="[-1.310; 2.773]")["items"]
    assert (told["dL/dy"]["verdict"], told["dL/dy"]["diagnosis"]) == ("wrong", "sign_turned")
    assert (told["dL/dv"]["verdict"], told["dL/dv"]["again"]) == ("follows", ["dL/dy"])
    assert '<p class="verdict follows' in told["dL/dv"]["html"]


def test_each_entry_has_a_verdict_and_no_number_is_told(desk: Desk) -> None:
    told = judged(desk, a=["0.5", "-2"])["items"]["a"]
    assert told["entries"] == ["correct", "wrong"] and "2.25" not in told["message"] + told["html"]


def test_what_is_read_is_shown_before_it_is_judged(desk: Desk) -> None:
    assert "<mtable>" in desk.ask({"do": "read", "step": "a", "answer": "[0,5; -2,25]"})["math"]
    told = desk.ask({"do": "read", "step": "a", "answer": "[0,5; -2,25"})
    assert told["why"] and told["start"] == 0


def test_hints_go_from_the_rule_to_the_line_and_tell_no_result(desk: Desk) -> None:
    def hint(level: int, *answered: str) -> str:
        return str(desk.ask({"do": "hint", "step": "dL/dv", "level": level, "answers": list(answered)})["html"])

    rule, formula, line = (hint(level) for level in (1, 2, 3))
    assert "gradient" in rule and 'data-name="h"' in formula and "□" in line and "2.836" not in line
    assert "2.836" in hint(3, "dL/dy", "h") and "1.311" not in hint(3, "dL/dy", "h")
    assert "1.311" in desk.ask({"do": "solution", "step": "dL/dv"})["html"]


def test_free_working_is_marked_line_by_line(desk: Desk) -> None:
    told = desk.ask({"do": "mark", "work": "a = [0.5; -2.25]\nh = [0.4621; -0.9780]\ny = 2,5"})
    assert told["marks"] == 2 and told["items"]["y"]["verdict"] == "wrong" and told["items"]["y"]["line"] == 3


def test_other_numbers_make_another_exercise_of_the_same_problem(desk: Desk) -> None:
    told = desk.ask({"do": "change", "values": {"x": ["1/2", "0,25"]}})
    assert {given["id"]: given["values"] for given in told["givens"]}["x"] == ["0.5", "0.25"]
    assert judged(desk, a=["1", "-0.4375"])["items"]["a"]["verdict"] == "correct"
    for wrong in ({"x": ["1"]}, {"x": ["1", "two"]}, {"z": "1"}):
        assert desk.ask({"do": "change", "values": wrong})["faults"]


@pytest.mark.parametrize(("language", "said"), [("en", "the logarithm of a number"), ("de", "nicht definiert")])
def test_numbers_without_a_solution_are_told_in_the_language_of_the_page(language: str, said: str) -> None:
    problem = f'language = "{language}"\nparameters = {{ w = 2 }}\nmodel.equations = "L = log(w)"\nmodel.loss = "L"\n'
    desk = Desk()
    desk.ask({"do": "open", "problem": problem})
    (fault,) = desk.ask({"do": "change", "values": {"w": "-1"}})["faults"]
    assert said in fault["message"]
    (fault,) = desk.ask({"do": "explore", "values": {"w": "zwei"}})["faults"]
    assert "zwei" in fault["message"] and ("not" in fault["message"]) == (language == "en")


def test_an_answer_that_cannot_be_read_is_told_in_the_language_of_the_page() -> None:
    desk = Desk()
    desk.ask({"do": "open", "problem": f'language = "ru"\n{PROBLEM}'})
    why = desk.ask({"do": "read", "step": "a", "answer": "[0,5; -2,25"})["why"]
    assert not set(why) & set("abcdefghijklmnoprstu")


def test_passes_stand_together_and_the_end_with_the_last(desk: Desk) -> None:
    training = '[update]\nrule = "gradient descent"\nlearning_rate = 0.1\nsteps = 2\n'
    desk.ask({"do": "open", "problem": PROBLEM + training})
    passes = desk.ask({"do": "explore", "values": {}})["passes"]
    assert [each["pass"] for each in passes] == [1, 2, 3] and "One expression" not in passes[0]["html"]


def test_numbers_are_drawn_by_a_seed(desk: Desk) -> None:
    first, again, other = (desk.ask({"do": "draw", "seed": seed})["givens"] for seed in ("one", "one", "another"))
    assert first == again != other


def test_what_is_handed_in_is_an_answer_file() -> None:
    desk = Desk()
    desk.ask({"do": "open", "problem": PROBLEM, "name": "units", "code": "ABC", "student": "s1", "numbers": "0123"})
    told = desk.ask({"do": "save", "answers": {"a": ["0.5", "-2.25"], "y": '2,4 "about"'}})
    assert told["file"] == "units-answers.toml"
    assert tomllib.loads(told["text"]) == {
        "sheet:code": "ABC", "sheet:student": "s1", "sheet:numbers": "0123", "a": ["0.5", "-2.25"], "y": '2,4 "about"',
    }  # fmt: skip


def test_the_page_says_by_which_route_it_was_verified(desk: Desk) -> None:
    assert "every gradient comes out the same" in desk.ask({"do": "page"})["html"]
    assert "SymPy" not in desk.ask({"do": "page"})["html"]
    assert "units.md" in desk.ask({"do": "text", "format": "md"})["files"]


def test_what_moves_with_a_given_number(desk: Desk) -> None:
    told = desk.ask({"do": "explore", "values": {"x": ["2", "1"]}})
    assert [each["pass"] for each in told["passes"]] == [1] and {"id": "U[2,1]", "text": "u₂₁"} in told["weights"]
    assert desk.ask({"do": "describe"})["givens"][0]["values"] == ["2", "-1"]
    found = desk.ask({"do": "curve", "values": {}, "weight": "v[2]"})
    near = sorted(found["points"], key=lambda point: abs(point[0] - found["at"]))
    assert near[0] == pytest.approx([found["at"], found["loss"]])
    (a, b), (c, d) = sorted(near[1:3])
    assert (d - b) / (c - a) == pytest.approx(found["slope"], rel=1e-6)  # exact on a parabola, as this one is
    assert found["text"].startswith("v₂ = −2: the loss is 2.011") and found["html"].count("<math>") == 4
    assert desk.ask({"do": "curve", "values": {}, "weight": "x[1]"})["faults"]


def test_the_summary_tells_what_is_missing_and_what_to_practise(desk: Desk) -> None:
    html = desk.ask({"do": "summary", "answers": {**RIGHT, "dL/dy": "-2.836"}})["html"]
    assert 'data-name="dL/dU"' in html and "sign" in html and 'data-step="a"' not in html


def test_every_action_is_asked_above() -> None:
    source = __import__("pathlib").Path(__file__).read_text("utf-8")
    assert all(f'"do": "{name}"' in source or f'"{name}"' in source for name in ACTIONS)
