"""Questions for a Moodle without STACK: fields with the page's numbers, which Moodle's own pattern reads."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element, fromstring

import pytest
from support.places import GOLDEN

from derive import Problem, examples
from derive.errors import DeriveError
from derive.sheets.sheet_files import copy_of

NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
FIELD = re.compile(rf"\{{([0-9]+):NUMERICAL:=({NUMBER}):({NUMBER})\}}")
"""As Moodle's question type reads it."""
SMALL = """
title = "Small"
[data]
x = [1, 2]
t = 1
[parameters]
w = [0.5, -0.2]
[model]
equations = '''
z = w^T x
p = sigmoid(z)
L = (p - t)^2
'''
loss = "L"
"""
VARIED = f"{SMALL}\n[variants]\nx = {{ from = -3, to = 3 }}\n"


def cloze(problem: Problem) -> list[Element]:
    return fromstring(copy_of(problem).sheet("cloze")).findall("question")


def fields(question: Element) -> list[tuple[str, str, str]]:
    text = question.findtext("questiontext/text") or ""
    found = FIELD.findall(text)
    assert len(found) == text.count(":NUMERICAL:")
    return found


def test_the_accepted_file(request: pytest.FixtureRequest) -> None:
    text = copy_of(Problem.load(examples.path("victorzhou_neuron"))).sheet("cloze")
    golden = GOLDEN / "victorzhou_neuron.cloze"
    if request.config.getoption("--accept"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_a_field_for_each_entry_of_each_step_with_marks() -> None:
    """z, p, L; dL/dp, dL/dz, dL/dw with two entries: the local derivative dp/dz has no marks."""
    (question,) = cloze(Problem.loads(SMALL))
    assert question.get("type") == "cloze"
    found = fields(question)
    assert [float(value) for _, value, _ in found[:2]] == pytest.approx([0.1, 0.52497918747894])
    assert len(found) == 7


def test_a_step_shares_its_mark_over_its_entries() -> None:
    (question,) = cloze(Problem.loads(SMALL))
    weights = [int(weight) for weight, _, _ in fields(question)]
    assert weights == [2, 2, 2, 2, 2, 1, 1]


def test_a_number_may_be_off_by_a_unit_of_its_last_digit() -> None:
    (question,) = cloze(Problem.load(examples.path("notes")))
    rooms = {value: Fraction(room) for _, value, room in fields(question)}
    assert rooms["18.3"] == Fraction("0.1")
    assert rooms["3.9"] == Fraction("0.01")
    assert min(rooms.values()) > 0


def test_what_is_not_asked_stands_there_without_its_value() -> None:
    (question,) = cloze(Problem.loads(SMALL))
    text = question.findtext("questiontext/text") or ""
    assert "0.2494" not in text  # dp/dz = p (1 - p)


def test_variants_are_questions_of_a_category() -> None:
    first, *questions = cloze(Problem.loads(VARIED, "varied"))
    assert first.get("type") == "category"
    assert first.findtext("category/text") == "$course$/top/Small"
    assert [each.get("type") for each in questions] == ["cloze"] * 10
    assert len({tuple(fields(each)) for each in questions}) > 5


def test_nothing_to_ask_is_an_error() -> None:
    with pytest.raises(DeriveError, match="asks nothing"):
        cloze(Problem.loads(f"{SMALL}\n[marking]\nmarks = 0\n"))
