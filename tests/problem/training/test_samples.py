"""Samples: passes take them in turn, batches compute each of them; against plain floats."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from functools import cache

import pytest

import derive
from derive.answers.working.free_working import read_working
from derive.errors import InputError
from derive.problem.problem import Problem

INPUTS = [[0, 0], [0, 1], [1, 0], [1, 1], [2, -1], [1, 3]]
TARGETS = [0, 0, 0, 1, 1, 0]

LOGISTIC = f"""
[samples]
x = {INPUTS}
t = {TARGETS}

[parameters]
w = [0.5, -0.25]
b = 0.1

[model]
equations = '''
z = w^T x + b
y = sigmoid(z)
L = (y - t)^2
'''
loss = "L"
"""


def logistic(settings: str) -> derive.Solution:
    return derive.solve(Problem.loads(LOGISTIC + f"[update]\nlearning_rate = 0.5\n{settings}\n"))


def plain(batch: int, steps: int, total: bool = False) -> list[tuple[float, list[float]]]:
    """Loss and weights of LOGISTIC pass by pass, in floats: the loss of a pass, the weights after it."""
    w = [0.5, -0.25, 0.1]
    found = []
    for k in range(steps):
        loss, slope = 0.0, [0.0, 0.0, 0.0]
        for i in range(batch):
            x = [*INPUTS[(k * batch + i) % 6], 1]
            t = TARGETS[(k * batch + i) % 6]
            y = 1 / (1 + math.exp(-sum(a * b for a, b in zip(w, x, strict=True))))
            loss += (y - t) ** 2
            slope = [s + 2 * (y - t) * y * (1 - y) * a for s, a in zip(slope, x, strict=True)]
        parts = 1 if total else batch
        w = [a - 0.5 * s / parts for a, s in zip(w, slope, strict=True)]
        found.append((loss / parts, w))
    return found


@pytest.mark.parametrize(
    ("settings", "batch", "steps"),
    [("batch = 1\nsteps = 8", 1, 8), ("batch = 2\nepochs = 2", 2, 6), ("steps = 3", 6, 3),
     ("batch = 4\nsteps = 5", 4, 5), ("batch = 4\nepochs = 2", 4, 3), ('batch = "all"\nepochs = 3', 6, 3)],
)  # fmt: skip
def test_passes_against_plain_floats(settings: str, batch: int, steps: int) -> None:
    solution = logistic(settings)
    assert solution.problem.update.steps == steps
    for k, (loss, (w_1, w_2, b)) in enumerate(plain(batch, steps), 1):
        name = "L" if k == 1 else f"L@{k}"
        assert float(solution[name].value) == pytest.approx(loss, rel=1e-12)
        assert [*map(float, solution[f"w@{k}"].value)] == pytest.approx([w_1, w_2], rel=1e-12)
        assert float(solution[f"b@{k}"].value) == pytest.approx(b, rel=1e-12)


def test_the_loss_of_a_batch_may_be_the_sum() -> None:
    solution = logistic('reduce = "sum"\nsteps = 2')
    (first, _), (second, weights) = plain(6, 2, total=True)
    assert float(solution["L"].value) == pytest.approx(first)
    assert float(solution["L@2"].value) == pytest.approx(second)
    assert float(solution["b@2"].value) == pytest.approx(weights[2])


def test_a_batch_shows_each_sample_by_its_number() -> None:
    solution = logistic("batch = 2\nsteps = 2")
    assert solution["z^(2)"].equation == "z^{(2)} = w^T x^{(2)} + b"
    assert solution["L"].equation == "L = 1/2 (L^{(1)} + L^{(2)})"
    assert solution["dL/dw"].equation == "dL/dw = dL/dw|z^{(1)} + dL/dw|z^{(2)}"
    assert solution["x^(1)"].value == (0, 0)
    assert solution["x^(1)@2"].value == (1, 0)
    assert "y^{(2)}" in solution.text("tex")
    assert "With these of the 6 samples: 3, 4." in solution.text("txt")


def test_one_sample_at_a_time_leaves_the_model_as_it_is() -> None:
    solution = logistic("batch = 1\nsteps = 2")
    steps = {step["id"]: step for step in json.loads(solution.text("json"))["steps"]}
    assert steps["z@2"]["equation"] == "z = w^T x + b"
    assert steps["z@2"]["uses"] == ["w@1", "x@2", "b@1"]
    assert steps["x@2"]["phase"] == "given"
    assert steps["x@3"]["value"] == ["1", "0"]
    assert "With sample 2 of 6:" in solution.text("md")


def test_what_does_not_depend_on_the_samples_is_computed_once() -> None:
    text = LOGISTIC.replace("z = w^T x", "v = 2 w\nz = v^T x") + "[update]\nlearning_rate = 0.5\nbatch = 2\n"
    solution = derive.solve(Problem.loads(text))
    assert "v" in solution.ids
    assert "v^(1)" not in solution.ids
    assert solution["z^(2)"].equation == "z^{(2)} = v^T x^{(2)} + b"


def test_settings_of_a_step_hold_for_every_sample() -> None:
    text = LOGISTIC + "[update]\nlearning_rate = 0.5\nbatch = 2\n[numbers]\nsteps = { y = { decimals = 7 } }\n"
    text += '[page]\nask = ["dL/dz", "w@1"]\n[names]\n"dL/dz" = ["delta"]\n'
    solution = derive.solve(Problem.loads(text))
    assert [len(solution[name].printed) for name in ("y^(1)", "y^(2)")] == [9, 9]
    assert solution.problem.page.ask == ("dL/dz^(1)", "dL/dz^(2)", "w@1")
    assert "δ^(2) = dL/dz^(2)" in solution.text("txt")


# --- large batches ----------------------------------------------------------------------------------------------------


@cache
def large(count: int, settings: str = "", page: str = "") -> derive.Solution:
    """LOGISTIC on `count` samples, the six in turn."""
    inputs, targets = [INPUTS[i % 6] for i in range(count)], [TARGETS[i % 6] for i in range(count)]
    text = LOGISTIC.replace(str(INPUTS), str(inputs)).replace(str(TARGETS), str(targets))
    return derive.solve(Problem.loads(f"{text}[update]\nlearning_rate = 0.5\n{settings}\n[page]\n{page}\n"))


def floats(value: object) -> list[float]:
    """A value as a list of floats."""
    return [*map(float, value)] if isinstance(value, tuple) else [float(value)]  # type: ignore[arg-type]


@pytest.mark.slow
def test_of_a_large_batch_the_first_samples_are_worked_out_and_the_others_tabled() -> None:
    text = large(40).text("md")
    assert text.count("\nz^{(2)} =") == 2, "before and after the update, in the same way as sample 1"
    assert "\nz^{(3)} " not in text
    y = 1 / (1 + math.exp(-0.6))
    assert f"| 3 | $0.6$ | ${y:.4f}$ | ${y * y:.4f}$ |" in text.split("\n")
    assert text.count("| … |\n") == 4, "of the samples, of what they give before and after, of the gradients"
    assert text.count("\n| 40 |") == 4
    assert r"L^{(1)} + L^{(2)} + \cdots + L^{(40)}" in text
    assert "Samples 3 to 40 are worked out in the same way" in text


@pytest.mark.parametrize(("count", "page"), [(4, 'alike = "each"'), (6, 'entries = "all"\nalike = "each"')])
def test_a_few_samples_are_all_worked_out(count: int, page: str) -> None:
    text = large(count, page=page).text("md")
    assert f"z^{{({count})}} &=" in text
    assert "same way" not in text


@pytest.mark.slow
def test_the_mean_over_a_large_batch_is_that_of_its_samples() -> None:
    few, many = logistic('batch = "all"'), large(600)
    for step in ("L", "dL/dw", "dL/db", "w@1", "L@2"):
        assert floats(many[step].value) == pytest.approx(floats(few[step].value), rel=1e-14)
    assert many["dL/dw"].equation.count("+") == 599, "the equation of a step is whole"
    assert "L^(600)@2" in many.ids


@pytest.mark.parametrize(
    "setting", ['[page]\nask = ["y^(5)"]', '[sheet]\nblank = ["y^(5)"]', '[marking]\nsteps = { "y^(5)" = 3 }']
)
def test_a_sample_that_the_page_leaves_out_cannot_be_asked(setting: str) -> None:
    text = LOGISTIC + f"[update]\nlearning_rate = 0.5\n{setting}\n"
    with pytest.raises(InputError, match="the page does not work out `y") as caught:
        derive.solve(Problem.loads(text))
    assert 'entries = "all"' in caught.value.faults[0].hint
    every = text if "[page]" in text else f"{text}[page]\n"
    assert derive.solve(Problem.loads(every.replace("[page]\n", '[page]\nentries = "all"\n')))


def test_only_sums_over_the_samples_have_dots() -> None:
    """Not the formulas of the problem, however many terms they have."""
    text = LOGISTIC.replace("L = (y - t)^2", "L = (y - t)^2 + b + b^2 + b^3 + b^4 + b^5 + b^6")
    text = text.replace(str(INPUTS), str(INPUTS * 2)).replace(str(TARGETS), str(TARGETS * 2))
    page = derive.solve(Problem.loads(text)).text("md")
    assert r"L^{(1)} + L^{(2)} + \cdots + L^{(12)}" in page
    assert "b^{2} + b^{3} + b^{4} + b^{5} + b^{6}" in page


def test_a_power_of_a_known_name_is_no_entry_of_a_sample() -> None:
    text = (
        "[samples]\nx = [1, 2]\nt = [1, 0]\n[data]\nz_1 = 5\n[model]\nequations = '''\nz = x + t\ny = z z_1^(2)\n'''\n"
    )
    solution = derive.solve(Problem.loads(text))
    (item,) = [x for x in derive.check(solution, {"y^(1)": "z^(1) z_1^(2)"}).items if x.id == "y^(1)"]
    assert item.verdict == "correct"


def test_marks_are_given_for_what_the_page_works_out() -> None:
    found = {}
    for page in ("", 'entries = "all"'):
        solution = large(6, page=page)
        found[page] = derive.check(solution, read_working(solution.text("md"), solution))
        assert found[page].marks == found[page].of
    few, every = found.values()
    assert every.of > few.of
    marked = {item.id for item in few.items if item.of}
    assert {"z^(2)", "dL/dz^(2)"} <= marked
    assert marked.isdisjoint({"z^(3)", "dL/dz^(6)"})
    assert {item.verdict for item in few.items if item.id in {"z^(6)", "dL/dz^(6)"}} == {"correct"}, "from the table"


CLASSES = f"""
[samples]
x = {INPUTS}
c = [1, 2, 3, 1, 2, 3]
[parameters]
W = [[0.5, -0.4], [0.3, 0.8], [0.2, 0.1]]
[model]
equations = '''
z = W x
p = softmax(z)
L = cross_entropy(p, one_hot(c, 3))
'''
loss = "L"
"""
SEQUENCES = """
[samples]
x = [[[0, 0], [0, 1]], [[1, 1], [0.5, 0.2]], [[0, 1], [1, 0]], [[1, 1], [0.1, 0.9]], [[0, 2], [1, 1]]]
y = [0, 1, 1, 0, 1]
[data]
h_0 = [0, 0]
[parameters]
W = [[0.5, -0.4], [0.3, 0.8]]
U = [[0.1, 0.2], [0.3, -0.4]]
[model]
equations = '''
for t = 1..2:
    h_t = tanh(W x[t,:]^T + U h_{t-1})
L = (sum(h_2) - y)^2
'''
loss = "L"
"""


@cache
def worked(text: str) -> derive.Solution:
    return derive.solve(Problem.loads(text))


@pytest.mark.slow
@pytest.mark.parametrize("text", [CLASSES, SEQUENCES])
@pytest.mark.parametrize("form", ["md", "tex", "txt"])
def test_a_page_of_vectors_for_each_sample_is_read_again(text: str, form: str) -> None:
    """Arrays in the table of the other samples, helpers of a sample, rows of one transposed."""
    solution = worked(text)
    page = solution.text(form)
    assert "^{(1)}^" not in page
    read = read_working(page, solution)
    report = derive.check(solution, read)
    assert report.marks == report.of
    assert [answer.given for answer in read if not answer.step and not answer.is_line] == []


@pytest.mark.parametrize("step", ["dL/dw", "dL/db", "dL/dz^(1)"])
def test_the_number_of_samples_left_out_is_named(step: str) -> None:
    """Gradients of the sum of the losses where the mean is asked for, the steps before it not written down."""
    solution = large(5)
    values = [f"{5 * x:.6f}" for x in floats(solution[step].value)]
    given = {step: values if len(values) > 1 else values[0]}
    (item,) = [item for item in derive.check(solution, given).items if item.id == step]
    assert (item.verdict, item.diagnosis) == ("wrong", "factor_n")


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("step", ["L", "dL/dL^(1)"])
def test_the_sum_for_the_mean_is_named_so_in_a_batch_of_two_too(count: int, step: str) -> None:
    solution = large(count, page='entries = "all"')
    (wrong,) = floats(solution[step].value)
    (item,) = [x for x in derive.check(solution, {step: f"{count * wrong:.6f}"}).items if x.id == step]
    assert item.diagnosis == "factor_n"


@pytest.mark.parametrize("shown", [3, 1])
def test_any_other_class_is_named(shown: int) -> None:
    """p − y with the 1 of the target at another class, and without the 1/n of the batch."""
    solution = derive.solve(Problem.loads(CLASSES))
    p = floats(solution["p^(2)"].value)
    wrong = [f"{(x - (i == shown)) / 6:.5f}" for i, x in enumerate(p, 1)]
    (item,) = [x for x in derive.check(solution, {"dL/dz^(2)": wrong}).items if x.id == "dL/dz^(2)"]
    assert item.diagnosis == "other_class"
    summed = [f"{6 * x:.5f}" for x in floats(solution["dL/dz^(2)"].value)]
    (item,) = [x for x in derive.check(solution, {"dL/dz^(2)": summed}).items if x.id == "dL/dz^(2)"]
    assert item.diagnosis == "factor_n"


def test_the_mean_left_out_by_both_samples_is_named_at_their_sum() -> None:
    solution = large(8)
    parts = {step: f"{8 * floats(solution[step].value)[0]:.6f}" for step in ("dL/db|z^(1)", "dL/db|z^(2)")}
    answers = {**parts, "dL/db": f"{8 * floats(solution['dL/db'].value)[0]:.6f}"}
    (item,) = [x for x in derive.check(solution, answers).items if x.id == "dL/db"]
    assert item.diagnosis == "factor_n"


def test_a_number_that_is_one_for_every_sample_is_so_in_the_students_work() -> None:
    """The mean left out where the loss is differentiated; the page works two of the eight samples out."""
    solution = large(8)
    names = ("dL/dy^(1)", "dL/dy^(2)", "dL/dz^(1)", "dL/dz^(2)", "dL/dw", "dL/db")
    answers = {name: [f"{8 * x:.7f}" for x in floats(solution[name].value)] for name in names}
    answers |= {"dL/dL^(1)": "1", "dL/dL^(2)": "1"}
    items = {item.id: item for item in derive.check(solution, answers).items}
    assert (items["dL/dL^(1)"].verdict, items["dL/dL^(1)"].diagnosis) == ("wrong", "factor_n")
    assert {items[name].verdict for name in names} == {"follows"}


def test_noise_of_double_precision_is_0_where_that_is_exact() -> None:
    solution = derive.solve(Problem.loads("[data]\na = 0.1\n[model]\nequations = 'z = 3 a - 0.3'\n"))
    written = ("5.551115123125783e-17", "5.5e-17", "5.5e-6")
    found = [derive.check(solution, {"z": text}).items[0].verdict for text in written]
    assert found == ["correct", "correct", "wrong"]


def test_samples_too_wide_for_a_table_stand_on_the_page_one_by_one() -> None:
    wide = f"[samples]\nX = {[[[i, 1, 2], [3, 4, 5], [6, 7, 8]] for i in range(5)]}\n[parameters]\nw = 1\n"
    page = derive.solve(Problem.loads(f'{wide}[model]\nequations = "L = w sum(X)"\nloss = "L"\n')).text("txt")
    assert all(f"X^({i})" in page.split("Forward")[0] for i in range(1, 6))


def test_a_batch_that_turns_names_its_samples_in_short() -> None:
    text = large(40, "batch = 25\nsteps = 3").text("txt")
    assert "With these of the 40 samples: 26–40, 1–10." in text
    assert "The samples at the places 3 to 25 of the batch" in text
    assert "x⁽³⁾ =" not in text


def test_wide_results_of_the_other_samples_are_left_out() -> None:
    text = derive.solve(Problem.loads(f"""
[samples]
x = {[[i, 1] for i in range(6)]}
[data]
W = {[[1, 0]] * 20}
[parameters]
v = {[0.1] * 20}
[model]
equations = '''
h = tanh(W x)
L = (v^T h)^2
'''
loss = "L"
""")).text("md")  # fmt: skip
    assert "this is what fits on the page of what they give" in text
    assert "| sample | $L^{(i)}$ |" in text


def test_samples_without_an_update_give_the_mean_loss() -> None:
    solution = derive.solve(Problem.loads(LOGISTIC))
    assert float(solution["L"].value) == pytest.approx(plain(6, 1)[0][0])


def test_samples_of_matrices_and_of_single_components() -> None:
    text = """
[samples]
X = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
s = [[2], [3]]

[parameters]
a = 1

[model]
equations = "L = a s sum(X)"
loss = "L"

[update]
learning_rate = 1
batch = 1
steps = 2
"""
    solution = derive.solve(Problem.loads(text))
    assert solution["X@2"].value == ((5, 6), (7, 8))
    assert (solution["L"].value, solution["L@2"].value) == (20, (1 - 20) * 3 * 26)


def test_an_update_may_use_the_sample_itself() -> None:
    """Wikipedia, "Perceptron": NAND learned with rate 0.1 and threshold 0.5, https://en.wikipedia.org/wiki/Perceptron"""
    text = """
[samples]
x = [[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]
z = [1, 1, 1, 0]

[parameters]
w = [0, 0, 0]

[model]
equations = '''
s = dot(w, x)
n = below(0.5, s)
e = z - n
'''

[update]
learning_rate = 0.1
batch = 1
epochs = 9
equations = "w <- w + eta e x"
"""
    solution = derive.solve(Problem.loads(text))
    epochs = [tuple(float(x) for x in solution[f"w@{4 * k}"].value) for k in range(1, 10)]
    assert epochs[0] == (0.3, 0.1, 0.1)
    assert epochs[-1] == epochs[-2] == (0.8, -0.2, -0.1)


def test_the_samples_come_back() -> None:
    for settings in ("batch = 2\nepochs = 2", "batch = 1\nsteps = 3", ""):
        solution = logistic(settings)
        again = derive.solve(Problem.loads(solution.text("toml")))
        assert again.text("toml") == solution.text("toml")
        assert again.text("json").partition('"steps"')[2] == solution.text("json").partition('"steps"')[2]


BASE = LOGISTIC + "[update]\nlearning_rate = 0.5\n"
FAULTS = [
    (BASE.replace("t = [0, ", "t = ["), "`x` has 6 samples, `t` 5", "one value for every sample"),
    (BASE.replace(f"t = {TARGETS}", "t = 1"), "`t` is a number", "expected one value for each sample"),
    (BASE.replace(f"t = {TARGETS}", "t = [1, [2], 3, 4, 5, 6]"), "numbers and rows stand side by side", ""),
    (BASE.replace("b = 0.1", "t = 0.1"), "`t` has a value already", "one value"),
    (BASE + "batch = 7\n", "`batch` is 7", "from 1 to 6"),
    (BASE + "batch = 0\n", "`batch` is 0", "from 1 to 6"),
    (BASE + 'batch = "some"\n', "`batch` is a text", "from 1 to 6"),
    (BASE + 'reduce = "largest"\n', "`reduce` cannot be `largest`", "mean, sum"),
    (BASE + "epochs = 2\nsteps = 3\n", "`steps` and `epochs` exclude each other", "keep one"),
    (BASE + "steps = 2\nshow = [3]\n", "`show` is not a list of passes", "from 1 to 2"),
    (BASE.replace("(y - t)^2", "b^2"), "the loss `L` does not depend on the samples", "use them"),
    (BASE.replace("(y - t)^2", "(y - q)^2"), "`q` is not defined", ""),
    (BASE + 'equations = "w <- w + eta t x"', "`t` has a value of its own for each sample", "batch = 1"),
    (BASE + 'equations = "w <- w + eta dL/dz"', "`z` has a value of its own for each sample", "batch = 1"),
    (BASE.replace("[samples]", "[data]") + "batch = 2\n", "`batch` needs [samples]", "lists over the samples"),
    (BASE.replace(f"x = {INPUTS}\nt = {TARGETS}", ""), "[samples] is empty", "a list over the samples"),
    (BASE.replace(str(INPUTS), str([[1, 2]] * 5001)).replace(str(TARGETS), str([1] * 5001)),
     "a batch of 5001 samples", "columns of a matrix"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), FAULTS, ids=lambda value: str(value)[-50:])
def test_fault(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        derive.solve(Problem.loads(text, "net.toml"))
    told = [(str(fault), fault.hint) for fault in raised.value.faults]
    assert any(message in text and hint in advice for text, advice in told), told
    assert all("line" in text for text, _ in told), told


def test_a_sample_that_is_not_used_is_a_warning() -> None:
    problem = Problem.loads(LOGISTIC.replace("t = [", "u = [1, 2, 3, 4, 5, 6]\nt = ["))
    assert [str(fault).splitlines()[0] for fault in problem.warnings] == ["problem, line 4: `u` is not used"]
    assert isinstance(problem.samples.columns[0].values[0][0], Fraction)


def test_a_batch_that_does_not_divide_the_samples_goes_on_with_the_first_ones() -> None:
    update = Problem.loads(BASE + "epochs = 1\nbatch = 4\n").update
    assert update and update.steps == 2
    samples = Problem.loads(BASE + "epochs = 1\nbatch = 4\n").samples
    assert samples and samples.taken(2) == (4, 5, 0, 1)


def test_every_fault_of_the_samples_and_of_the_update_is_reported_at_once() -> None:
    text = BASE.replace(str(INPUTS), "[[0, 0], [0, 1], [1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]]")
    with pytest.raises(InputError) as caught:
        Problem.loads(text + "batch = 0\n")
    messages = [fault.message for fault in caught.value.faults]
    assert len(messages) == 2, "no name is called unknown for want of its list"
    assert "row 3 has 1, most have 2" in messages[0]
    assert caught.value.faults[1].hint == 'expected a whole number from 1 to 9, or "all"'


@pytest.mark.parametrize("form", ["txt", "md", "tex"])
def test_a_mean_of_its_own_is_differentiated_on_the_page(form: str) -> None:
    """Its derivative is one number for every entry."""
    text = "[data]\nt = 1\n[parameters]\nZ = [[1, 2], [3, 5]]\n[model]\n"
    solution = derive.solve(Problem.loads(f"{text}equations = '''\ny = mean(Z)\nL = (y - t)^2\n'''\nloss = 'L'\n"))
    assert "0.875" in solution.text(form)
