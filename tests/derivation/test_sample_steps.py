"""A batch is derived for its first sample; the steps of the others are the same with other names."""

from derive.derivation.derive import derive
from derive.problem.problem import Problem
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
    derivation = derive(Problem.loads(BATCH))
    own = [[step for step in derivation.steps if derivation.places.sample(step.name) == i] for i in range(4)]
    assert len(own[0]) > 15
    for i in (1, 2, 3):
        texts = [f"{step.id} = {step.expr} {step.rule} {step.shape}" for step in own[i]]
        mark = f"({i + 1})"
        first = [f"{step.id} = {step.expr} {step.rule} {step.shape}" for step in own[0]]
        assert [text.replace(mark, "(1)") for text in texts] == first
        assert all(mark in text for text in texts)


def test_the_gradients_of_a_batch_are_confirmed() -> None:
    assert Blueprint.of(Problem.loads(BATCH)).solve().verification.entries == 4 + 2 + 1


def test_of_the_sum_over_samples_each_part_comes_once() -> None:
    derivation = derive(Problem.loads(BATCH))
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
