"""Functions whose names have words or numbers in them, as students write them."""

from __future__ import annotations

import pytest

from derive import Problem, check
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
