"""Long models cost in proportion to their length: counted in calls, which no other program on the machine disturbs."""

import pytest
from support.effort import calls

import derive
from derive.problem.problem import Problem

SHORT, LONG = 30, 90
FORMATS = ["tex", "md", "txt", "json"]
MODELS = {
    "one unit": ("h_0 = 0.1\nx = 0.3", "w = 0.5\nb = 0.1", "h_t = tanh(w h_{t-1} + b x)", "(h_T - 1)^2"),
    "two units": ("h_0 = [0.1, 0.2]", "W = [[0.1, 0.2], [0.3, 0.4]]", "h_t = tanh(W h_{t-1})", "sum((h_T - 1)^2)"),
    "a sum": ("h_0 = 0.1", "w = 0.5", "h_t = h_{t-1} + w", "h_T^2"),
}  # fmt: skip


def chain(name: str, steps: int) -> Problem:
    """A model that repeats one equation."""
    data, parameters, equation, loss = MODELS[name]
    equations = f"for t = 1..{steps}:\n    {equation}\nL = {loss}".replace("h_T", f"h_{steps}")
    text = f'[data]\n{data}\n[parameters]\n{parameters}\n[model]\nequations = """\n{equations}\n"""\nloss = "L"'
    return Problem.loads(text)


def cost(problem: Problem) -> int:
    """How many calls it takes to work a problem out and write it in every text format."""

    def work_out() -> None:
        solution = derive.solve(problem)
        for name in FORMATS:
            solution.text(name)

    return calls(work_out)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_cost_grows_with_the_number_of_steps(name: str) -> None:
    short, long = (cost(chain(name, steps)) for steps in (SHORT, LONG))
    assert long < (LONG / SHORT) ** 1.15 * short


@pytest.mark.slow
def test_a_thousand_steps() -> None:
    """Nothing recurses over the steps."""
    solution = derive.solve(chain("one unit", 1000))
    assert solution["dL/dh_1000"].printed.replace("-", "−") in solution.text("txt")


def convolution(size: int) -> Problem:
    """A convolution with two kernels over an image of size × size, pooled and averaged."""
    image = [[(7 * i + 3 * j) % 11 - 5 for j in range(size)] for i in range(size)]
    equations = "Z = conv(X, K, padding = 1) + b\nA = tanh(Z)\nP = maxpool(A, 2)\nL = sum(mean(P, channels)^2)"
    kernels = "[[[[0.5, -1, 0.2], [0, 1, 0.1], [0.3, 0.2, 0.1]]], [[[1, 0.5, 0], [-0.5, 0.25, 1], [0, 0.1, 0.2]]]]"
    return Problem.loads(
        f"[data]\nX = {[image]}\n[parameters]\nK = {kernels}\nb = [0.1, -0.2]\n"
        f"[model]\nequations = '''\n{equations}\n'''\nloss = 'L'"
    )


@pytest.mark.slow
def test_cost_of_a_convolution_grows_with_its_multiplications() -> None:
    small, large = (cost(convolution(size)) for size in (12, 24))
    assert large < 4**1.15 * small
