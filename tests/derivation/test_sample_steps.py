"""A batch is derived for its first sample; the steps of the others are the same with other names."""

import pickle

import pytest

import derive.derivation.steps
from derive.derivation.derive import derive as derivation_of
from derive.language.expressions import Expr, names_in, with_names
from derive.problem.problem import Problem
from derive.problem.training import batch
from derive.solution import Blueprint

BATCH = """
[samples]
x = [[1, 2], [0.5, -1], [3, 0.25], [-2, 1]]
y = [1, 0, 1, 0]
[parameters]
W = [[0.1, -0.2], [0.3, 0.4]]
v = [0.5, -0.6]
b = 0.1
[model]
equations = '''
h = tanh(W x)
r = h ⊙ h + ReLU(h)
p = sigmoid(v^T r + b)
L = -y ln(p) - (1 - y) ln(1 - p) + sum(h^2)
'''
loss = "L"
"""


def test_each_sample_has_the_steps_of_the_first() -> None:
    derivation = derivation_of(Problem.loads(BATCH))
    own = [[step for step in derivation.steps if derivation.places.sample(step.name) == i] for i in range(4)]
    assert len(own[0]) > 15
    for i in (1, 2, 3):
        texts = [f"{step.id} = {step.expr} {step.rule} {step.shape}" for step in own[i]]
        mark = f"({i + 1})"
        first = [f"{step.id} = {step.expr} {step.rule} {step.shape}" for step in own[0]]
        assert [text.replace(mark, "(1)") for text in texts] == first
        assert all(mark in text for text in texts)


def test_the_equations_of_samples_that_no_page_shows_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Expr] = []
    monkeypatch.setattr(derive.derivation.steps, "with_names", lambda *args: made.append(args[0]) or with_names(*args))
    few, many = (large_batch(n) for n in (20, 60))
    counts = []
    for text in (few, many):
        made.clear()
        solution = Blueprint.of(Problem.loads(text)).solve()
        for name in ("tex", "md", "txt", "html"):
            solution.text(name)
        counts.append(len(made))
    assert counts[0] == counts[1] < 100


def test_no_equation_of_another_sample_is_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Expr] = []
    monkeypatch.setattr(batch, "with_names", lambda *args: made.append(args[0]) or with_names(*args))
    problem = Problem.loads(large_batch(20))
    derivation_of(problem)
    counted = len(made)
    (last,) = (equation for equation in problem.equations if equation.name.id == "p^(20)")
    assert [name.id for name in names_in(last.expr)] == ["v", "r^(20)", "b"]
    assert (counted, len(made)) == (4, 5)
    again = pickle.loads(pickle.dumps(problem))  # noqa: S301
    assert again.equations == problem.equations


def test_a_page_is_composed_of_what_it_works_out() -> None:
    few, whole = derivation_of(Problem.loads(BATCH)), derivation_of(Problem.loads(large_batch(20)))
    told = whole.told
    assert few.told is few
    assert told.told is told
    assert 2 * len(list(told.steps)) < len(list(whole.steps))
    assert list(told.steps) == [step for step in whole.steps if whole.places.sample(step.name) in {None, 0, 1}]
    assert [name.id for name, _ in told.givens] == ["W", "v", "b", "x^(1)", "y^(1)", "x^(2)", "y^(2)"]


def test_a_derivation_of_a_batch_crosses_to_another_process() -> None:
    derivation = derivation_of(Problem.loads(BATCH))
    again = pickle.loads(pickle.dumps(derivation))  # noqa: S301
    assert [(step.name, step.expr) for step in again.steps] == [(step.name, step.expr) for step in derivation.steps]


@pytest.mark.parametrize("inner", ["ReLU(h)", "max(h, 0.5)", "round(h) + h", "topk_mask(h, 1) ⊙ h", "abs(h)"])
def test_each_sample_holds_branches_of_its_own(inner: str) -> None:
    """The samples lie on both sides of each branch, the last one on it."""
    text = BATCH.replace("h = tanh(W x)", "h = W x").replace("ReLU(h)", inner).replace("[-2, 1]]", "[0, 0]]")
    solution = Blueprint.of(Problem.loads(text)).solve()
    assert solution.verification.entries == 4 + 2 + 1


def large_batch(n: int) -> str:
    """The batch with `n` samples, without conventions for what each of them may have: a kink, a logarithm of 0."""
    smooth = BATCH.replace("-y ln(p) - (1 - y) ln(1 - p)", "(p - y)^2").replace("ReLU(h)", "sigmoid(h)")
    _, tail = smooth.split("[parameters]")
    numbers = ", ".join(f"[{i / 10}, {1 - i / 20}]" for i in range(n))
    return f"[samples]\nx = [{numbers}]\ny = [{', '.join(str(i % 2) for i in range(n))}]\n[parameters]{tail}"


def test_the_gradients_of_a_batch_are_confirmed() -> None:
    assert Blueprint.of(Problem.loads(BATCH)).solve().verification.entries == 4 + 2 + 1


def test_of_the_sum_over_samples_each_part_comes_once() -> None:
    derivation = derivation_of(Problem.loads(BATCH))
    (total,) = (step for step in derivation.backward if step.id == "dL/dW")
    assert [name.id for name in total.uses] == [f"dL/dW|h^({i}):1" for i in (1, 2, 3, 4)]


def test_a_loss_with_a_formula_taken_out_is_tabled_for_the_other_samples() -> None:
    five = BATCH.replace("[-2, 1]]", "[-2, 1], [1, 1]]").replace("1, 0]", "1, 0, 1]")
    taken_out = five.replace("- (1 - y) ln(1 - p) + sum(h^2)", "- (1 - y) cumsum(1 - p)")
    solution = Blueprint.of(Problem.loads(taken_out)).solve()
    lines = solution.text("txt").splitlines()
    (heads,) = (line.split() for line in lines if line.startswith("sample") and "L^{(i)(1)}" in line)
    rows = {line.split()[0]: line.split() for line in lines if line.split()[:1] in (["3"], ["4"], ["5"])}
    column = next(i for i, head in enumerate(heads) if head.endswith("L^{(i)(1)}"))
    assert [rows[i][column] for i in "345"] == [
        solution[f"dL/dp^({i})|L^({i}):1"].printed.replace("-", "−") for i in "345"
    ]
