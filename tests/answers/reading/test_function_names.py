"""Functions whose names have words or numbers in them, as students write them."""

from __future__ import annotations

import pytest

from derive import Problem, check, solve
from derive.answers.working.free_working import read_working
from derive.calculus.operation_rows import FUNCTIONS, ROWS

LONG = [name for name, op in FUNCTIONS.items() if op in ROWS and ROWS[op].arity == (1, 1) and ROWS[op].elementwise
        and not name.endswith("'") and any(letter.isdigit() or letter == "_" for letter in name)]  # fmt: skip
PROBLEM = """
[parameters]
v = [0.75, 0.5]
[model]
equations = "h = {name}(v)"
"""


@pytest.mark.parametrize("name", LONG)
def test_a_long_name_is_one_function(name: str) -> None:
    """Not a letter beside a number: `log10(0.75)` is no `log(10)·0.75`."""
    problem = Problem.loads(PROBLEM.format(name=name))
    for text in (f"[{name}(0.75), {name}(0.5)]", f"[{name.upper()}(3/4), {name.title()}(1/2)]"):
        assert check(problem, {"h": text})["h"].verdict == "correct", text
    assert (
        check(problem, {"h": f"[2 {name}(0.75), 3 {name}(0.5)]"})["h"].verdict != "correct" or name == "stop_gradient"
    )


LOGARITHM = """
[data]
x = 3
[parameters]
w = 2
[model]
equations = "z = w x; a = log2(z); L = a^2"
loss = "L"
"""


@pytest.mark.parametrize("left", ["log₂′(z)", "log2'(z)", r"\log_2'(z)", "log_{2}'(z)"])
def test_a_number_below_a_name_is_read_on_the_left_too(left: str) -> None:
    answers = read_working(f"{left} = 0.2404", solve(Problem.loads(LOGARITHM)))
    assert [answer.step for answer in answers] == ["da/dz"]
