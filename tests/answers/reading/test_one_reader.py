"""One text means the same in every way in: files of answers, a cell of a table, a field of a form, free working."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePath
from random import Random
from typing import Any

import pytest

from derive import Problem
from derive.answers.files.answer_file import answers_of, entries_in
from derive.answers.files.columns import AnswerLine
from derive.answers.marking.judging import judge
from derive.answers.reading.arrays import is_list
from derive.answers.reading.cells import as_one, group_at
from derive.answers.reading.formula_parser import BARE_BRACKETS
from derive.answers.reading.written import Answer, Array, Unreadable
from derive.answers.working.free_working import read_working
from derive.solution import Solution, solve

PROBLEM = """
[data]
s = 1.5
[parameters]
v = [1, 2, 3]
w = [[1, 2, 3]]
M = [[1, 2], [3, 4]]
[model]
equations = '''
a = s + 1
c = 2 v
r = 2 w
P = 2 M
'''
[numbers]
decimal = ","
"""
STEPS = {(): "a", (3,): "c", (1, 3): "r", (2, 2): "P"}
SPELLINGS = tomllib.loads((Path(__file__).parent / "decimal_commas.toml").read_text(encoding="utf-8"))
POINTS = {
    "[3.9; 12.1; 20.3]": ["3.9", "12.1", "20.3"], "3.9; 12.1; 20.3": ["3.9", "12.1", "20.3"],
    "[3.9, 12.1, 20.3]": ["3.9", "12.1", "20.3"], "[3.9, , 20.3]": ["3.9", "", "20.3"], "18.3": "18.3",
    "-(1.5e-6)": "-1.5e-6", "[1 2 3]/10": [["0.1", "0.2", "0.3"]], "[[1, 2], [3, 4]]": [["1", "2"], ["3", "4"]],
    "2 (3 - 1)": "4", "[1,2,3]": ["1", "2", "3"], "(1 2 3)^T": ["1", "2", "3"],
    "$ mat(1.5, 2; 3, 4) $": [["1.5", "2"], ["3", "4"]], 'mat(delim: "[", 1, 2; 3, 4)': [["1", "2"], ["3", "4"]],
    "vec(0.5, 2, 3)": ["0.5", "2", "3"], "vec(0,5, 2, 3)": ["0.5", "2", "3"], "frac(7, 4)": "7/4",
}  # fmt: skip
FORMULAS = {
    "[[1, 2], [3, 4], [5, 6]] [0.5; 0.25]": ("c", [1, 2.5, 4]), "[1; 0; 2] 1.5": ("c", [1.5, 0, 3]),
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \begin{bmatrix} 2 & 0 \\ 0 & 1 \end{bmatrix}": ("P", [2, 2, 6, 4]),
    "[1 2; 3 4] [2 0; 0 1]": ("P", [2, 2, 6, 4]), "mat(1, 2; 3, 4) mat(2, 0; 0, 1)": ("P", [2, 2, 6, 4]),
    "tanh 0.75": ("a", [0.635149]), "exp -0.5": ("a", [0.606531]), "ln 2": ("a", [0.693147]),
    "sin(pi/2) 3": ("a", [3]), "sqrt(2.25) 2": ("a", [3]), "frac(s + 1, 2)": ("a", [1.25]),
}  # fmt: skip


@cache
def solution() -> Solution:
    return solve(Problem.loads(PROBLEM))


def in_toml(step: str, text: str) -> list[Answer]:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return filed(f'"{step}" = "{quoted}"', "work.toml")


def in_json(step: str, text: str) -> list[Answer]:
    return filed(json.dumps({step: text}), "work.json")


def in_csv(step: str, text: str) -> list[Answer]:
    file = io.StringIO()
    csv.writer(file).writerows([["step", "answer"], [step, text]])
    return filed(file.getvalue(), "work.csv")


def filed(text: str, name: str) -> list[Answer]:
    return answers_of(entries_in(text.encode(), PurePath(name)), solution())


def in_a_cell(step: str, text: str) -> list[Answer]:
    inside = text.replace("\n", " ") if r"\\" in text else text.replace("\n", "; ")
    cell = inside.replace("|", r"\vert")
    return read_working(f"| step | value |\n|---|---|\n| {step} | {cell} |\n", solution())


def in_a_field(step: str, text: str) -> list[Answer]:
    return answers_of([AnswerLine(step, text, None)], solution())


def in_working(step: str, text: str) -> list[Answer]:
    text = text.replace("\n⎢", "\n    ⎢").replace("\n⎣", "\n    ⎣")  # drawn brackets stand below each other
    related = text.startswith(("=", "≈", r"\approx"))
    return read_working(f"{step} {text}" if related else f"{step} = {text}", solution())


WAYS: list[Callable[[str, str], list[Answer]]] = [in_toml, in_json, in_csv, in_a_cell, in_a_field, in_working]


def shape_and_texts(meaning: Any) -> tuple[tuple[int, ...], list[str]]:
    if isinstance(meaning, str):
        return (), [meaning]
    inner = [shape_and_texts(item) for item in meaning]
    return (len(meaning), *inner[0][0]), [text for _, texts in inner for text in texts]


def said(answers: list[Answer], step: str) -> Any:
    """The numbers that a way in reads for a step."""
    (answer,) = [answer for answer in answers if answer.step == step]
    content = answer.content
    assert not isinstance(content, Unreadable), f"{answer.given}: {content.message}"
    if not isinstance(content, Array):
        return content
    return [None if w is None else float(w.value.p) / float(w.value.q) for w in content.entries]


@pytest.mark.parametrize("way", WAYS)
def test_every_spelling_through_every_way_in(way: Callable[[str, str], list[Answer]]) -> None:
    for text, meaning in {**SPELLINGS["numbers"], **SPELLINGS["arrays"], **POINTS}.items():
        shape, texts = shape_and_texts(meaning)
        step = STEPS[shape]
        wanted = [None if number == "" else number_of(number) for number in texts]
        found = said(way(step, text.replace("A_2", "a")), step)
        assert found == pytest.approx(wanted) if isinstance(found, list) else text == "2 (3 - 1)", text


@pytest.mark.parametrize("way", WAYS)
def test_every_formula_through_every_way_in(way: Callable[[str, str], list[Answer]]) -> None:
    """What has to be worked out first: products without a sign, functions without brackets, Typst's fractions."""
    for text, (step, wanted) in FORMULAS.items():
        (judged,) = [each for each in judge(solution(), way(step, text)) if each.place.id == step]
        assert judged.written is not None, f"`{text}` cannot be read"
        found = [w and float(w.value) for w in judged.written]
        assert found == pytest.approx(wanted), text


def number_of(number: str) -> float:
    top, _, bottom = number.partition("/")
    return float(top) / float(bottom or 1)


def test_brackets_without_signs_between_are_no_list() -> None:
    """What is taken for a formula at a glance is none of the lists that cells would be found in."""
    parts = ["A", "x", "12", "0.5", ".5", "-", "+", " - ", " ", "  ", "*", "/", "^", "...", "(", ")", "3 ", " 7"]
    for random in map(Random, range(200)):
        text = f"({''.join(random.choice(parts) for _ in range(random.randint(1, 8)))})"
        if BARE_BRACKETS.match(text):
            assert not is_list(group_at(text, 0, ".", as_one), text), text


@pytest.mark.parametrize("text", ["(A - Y)", "(2 A*x^2 - 0.5/4)", "(-3)"])
def test_a_formula_at_a_glance(text: str) -> None:
    assert BARE_BRACKETS.match(text)


@pytest.mark.parametrize("text", ["(1 2)", "(1 ... 3)", "(x, 2)", "(x; 2)", "(3 -2)", "((1) (2))", "(1 | 2)"])
def test_what_may_be_a_list(text: str) -> None:
    assert not BARE_BRACKETS.match(text)
