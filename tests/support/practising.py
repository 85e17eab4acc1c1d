"""A page to practise in with all it may have: a training, numbers to draw, a language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from derive.interactive.practice_page import practice_page, source_of
from derive.problem.problem import Problem

PROBLEM = """\
title = "{title}"
language = "{language}"
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
[update]
rule = "gradient descent"
learning_rate = 0.1
steps = 2
[variants]
x = {{ from = 1, to = 3, step = 0.5 }}
"""


REQUESTS: tuple[dict[str, Any], ...] = (
    {"do": "open", "problem": PROBLEM.format(title="Two units", language="kk"), "name": "units"},
    {"do": "describe"},
    {"do": "judge", "answers": {"a": ["0,5", "-2,25"], "h": "tanh(a)", "y": "2,5", "L": "2(", "dL/dy": "-2,836"}},
    {"do": "read", "step": "a", "answer": "[0,5; -9/4]"},
    {"do": "hint", "step": "dL/dv", "level": 3, "answers": ["a"]},
    {"do": "solution", "step": "dL/dU"},
    {"do": "mark", "work": "a = [0.5; -2.25]\nh = [0.4621; -0.9780]\ny = 2,5"},
    {"do": "save", "answers": {"a": ["0.5", "-2.25"], "y": '2,4 "about"'}},
    {"do": "explore", "values": {"x": ["2", "1/3"]}},
    {"do": "curve", "values": {}, "weight": "v[2]"},
    {"do": "summary", "answers": {"a": ["0,5", "-2,25"], "dL/dy": "-2,836"}},
    {"do": "page"},
    {"do": "text", "format": "md"},
    {"do": "change", "values": {"x": ["1/2", "0,25"]}},
    {"do": "draw", "seed": "a seed"},
    {"do": "curve", "values": {}, "weight": "nothing"},
)
"""One request of each kind, of a training with gates to its numbers, in their order; the last has a fault."""


def file_without_engine(folder: Path, language: str, title: str) -> Path:
    """The same page, judged from outside: for tabs that are `judged_here`."""
    problem = Problem.loads(PROBLEM.format(language=language, title=title), "units")
    file = folder / "units-practice.html"
    file.write_text(practice_page(source_of(problem), {}), "utf-8")
    return file


def step(tab: Any, which: str) -> Any:
    return tab.locator(f"#exercise .step:has([name='{which}'])").first


def fill(tab: Any, **answers: str) -> None:
    for name, text in answers.items():
        tab.fill(f"#exercise [name='{name.replace('_', '[')}{']' if '_' in name else ''}']", text)
