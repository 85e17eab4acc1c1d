"""A page to practise in with all it may have: a training, numbers to draw, a language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from derive.commands.cli import main
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


def practice_file(folder: Path, language: str, title: str) -> Path:
    (folder / "units.toml").write_text(PROBLEM.format(language=language, title=title), "utf-8")
    assert main(["practice", str(folder / "units.toml"), "-o", str(folder)]) == 0
    return folder / "units-practice.html"


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
