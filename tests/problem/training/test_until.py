"""Trainings that end when a condition holds, and forward passes that use states."""

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem

PARABOLA = """
[parameters]
x = {x}
[model]
equations = "f = x^2"
loss = "f"
[update]
learning_rate = 0.25
until = "{until}"
{more}
"""


def parabola(until: str, more: str = "", x: str = "8") -> Problem:
    return Problem.loads(PARABOLA.format(until=until, more=more, x=x))


@pytest.mark.parametrize(
    ("until", "steps"), [("f < 5", 3), ("abs(df/dx) <= 4", 3), ("k >= 12", 12), ("x > 100", 1_000), ("x < 1e-9", 34)]
)
def test_the_first_step_in_which_it_holds_is_the_last(until: str, steps: int) -> None:
    solution = derive.solve(parabola(until, 'rule = "sgd"'))
    assert solution.problem.update is not None and solution.problem.update.steps == steps
    held = f"The training ends with step {steps}" if steps < 1_000 else "does not hold yet"
    assert held in solution.text("txt")


def test_steps_are_the_most() -> None:
    solution = derive.solve(parabola("f < 1e-30", "steps = 4"))
    assert "After 4 steps, as many as there may be" in solution.text("txt")
    again = derive.solve(Problem.loads(solution.text("toml")))
    assert again["x@4"].value == solution["x@4"].value


@pytest.mark.parametrize(
    ("until", "message"), [("f", "no comparison"), ("[f; x] < 1", "compares arrays"), ("g < 1", "`g` is not defined")]
)
def test_what_is_no_condition_is_refused(until: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parabola(until)


RUNNING_MEAN = """
[data]
x = 3
[parameters]
w = 2
[state]
m = 1
[model]
equations = '''
c = w x - m
L = c^2
'''
loss = "L"
[update]
learning_rate = 0.125
steps = 2
equations = '''
w <- w - eta dL/dw
m <- m/2 + (w x)/2
'''
"""


def test_the_forward_pass_uses_a_state() -> None:
    solution = derive.solve(Problem.loads(RUNNING_MEAN))
    assert (solution["c"].value, solution["dL/dw"].value) == (5, 30)
    assert solution["w@1"].value == 2 - 30 / 8
    assert solution["c@2"].value == solution["w@1"].value * 3 - solution["m@1"].value


def test_a_state_of_the_forward_pass_needs_its_equation() -> None:
    with pytest.raises(InputError, match="has no equation"):
        Problem.loads(RUNNING_MEAN.replace("m <- m/2 + (w x)/2", ""))


def test_newtons_step_for_a_column_is_the_minimum_of_a_parabola() -> None:
    text = "[parameters]\nw = [1, -2]\n[model]\nequations = 'L = (w[1] + w[2] - 3)^2 + w[1]^2'\nloss = 'L'\n"
    solution = derive.solve(Problem.loads(f'{text}[update]\nrule = "newton"'))
    assert solution["w@1"].value == (0, 3)


def test_a_gradient_by_what_is_no_parameter_cannot_be_waited_for() -> None:
    text = PARABOLA.format(until="df/dc < 1", more="", x="8").replace("[parameters]", "[data]\nc = 1\n[parameters]")
    with pytest.raises(InputError, match="line 11: there is no `df/dc`"):
        derive.solve(Problem.loads(text.replace("x^2", "c x^2")))
