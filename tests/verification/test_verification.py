"""Verification: right derivations pass, at kinks and exact zeros too; a wrong derivative is caught and named."""

import tracemalloc
from dataclasses import replace
from itertools import pairwise
from math import prod
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flint import arb

import derive.examples
from derive.derivation.derive import derive as derivation_of
from derive.errors import VerificationError
from derive.language.expressions import Ref, apply
from derive.language.names import Derivative, Symbol
from derive.operations import ROWS
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import Values
from derive.verification.closed_form import ClosedForm, affordable
from derive.verification.verify import CLOSED_FORM, DIFFERENCES, Verification, verify

EXAMPLES = sorted(path.stem for path in Path(derive.examples.__path__[0]).glob("*.toml"))


def example(name: str) -> Problem:
    return Problem.load(Path(derive.examples.__path__[0]) / f"{name}.toml")


def solved(problem: Problem | str, keep: tuple[int, ...] = ()) -> Values:
    problem = Problem.loads(problem) if isinstance(problem, str) else problem
    return Values(Tape.of(derivation_of(problem)), problem, keep, carry="exact")


def model(parameters: str, equations: str, data: str = "", more: str = "") -> str:
    """A problem file; the loss is L."""
    lines = "\n".join(line.strip() for line in equations.split(";"))
    return f'[data]\n{data}\n[parameters]\n{parameters}\n[model]\nequations = """\n{lines}\n"""\nloss = "L"\n{more}'


def network(*sizes: int, activation: str = "tanh") -> str:
    """A network of that many units a layer, with random weights of two decimals."""
    random = Random(1)

    def vector(n: int) -> str:
        return f"[{', '.join(str(random.randint(-99, 99) / 100) for _ in range(n))}]"

    layers = list(pairwise(sizes))
    weights = [f"W_{i} = [{', '.join(vector(m) for _ in range(n))}]" for i, (m, n) in enumerate(layers, 1)]
    biases = [f"b_{i} = {vector(n)}" for i, (_, n) in enumerate(layers, 1)]
    units = ", ".join(f'{{ units = {n}, activation = "{activation}" }}' for n in sizes[1:])
    return "\n".join([
        "[data]", f"x = {vector(sizes[0])}", f"Y = {vector(sizes[-1])}", "[parameters]", *weights, *biases,
        "[network]", 'input = "x"', 'target = "Y"', f"layers = [{units}]", 'loss = "squared error"',
    ])  # fmt: skip


def gradient(values: Values, parameter: str) -> list[float]:
    loss = values.tape.derivation.loss
    assert loss
    return [float(arb(x)) for x in values.flat(Derivative(loss, Symbol(parameter)))]


# --- what is right passes ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_built_in_example_is_verified(name: str) -> None:
    """By both routes where the closed form, which is that of the loss, is affordable and gives all that is asked."""
    problem = example(name)
    if problem.update:  # ten updates stand for ten thousand
        problem = replace(problem, update=replace(problem.update, steps=min(problem.update.steps, 10), show=()))
    values = solved(problem, keep=(3,))
    derivation = values.tape.derivation
    gradients = (*derivation.gradients, *derivation.slopes)
    if not gradients:
        assert verify(values) == Verification(0, (), arb(0))
        return
    cheap = affordable(derivation)
    found = verify(values, ClosedForm(derivation) if cheap else None)
    both = cheap and all(name.of == derivation.loss for name in gradients)
    assert found.entries == sum(prod(derivation.shapes[name.by]) for name in gradients)
    assert found.routes == ((CLOSED_FORM, DIFFERENCES) if both else (DIFFERENCES,))
    assert found.largest < 1e-25


def test_small_examples_have_a_closed_form() -> None:
    for name in ("notes", "xor_2_2_1", "residual_small", "elman_bptt"):
        assert affordable(derivation_of(example(name))), name


MODELS = [
    "L = sum((u x^T) ⊙ w)",
    "L = sum(mean(M, rows) ⊙ (M x))",
    "L = log(sum(exp(M x))) + pi sum(w^2)",
    "h = tanh(M x + w); L = sum(h ⊙ h) - mean(abs(h - u))",
    "H = tanh(M X + w); S = H^T H; L = sum(S/(1 + S^2)) + sum(H ⊙ u)",
    "p = sigmoid(u ⊙ (M x)); L = binary_cross_entropy(p, 1/(1 + w^2))",
]


@pytest.mark.parametrize("equations", MODELS)
def test_shapes_that_go_together_in_many_ways(equations: str) -> None:
    given = "x = [1, -0.5, 2]\nX = [[1, 2], [0.5, -1], [3, 1]]"
    values = solved(model("M = [[0.1, 0.2, 0.3], [-1, 0.4, 2]]\nu = [0.5, -2]\nw = [1.5, 3]", equations, given))
    assert verify(values, ClosedForm(values.tape.derivation)).routes == (CLOSED_FORM, DIFFERENCES)


@pytest.mark.slow
def test_large_network_is_verified_along_directions() -> None:
    found = verify(solved(network(32, 32, 10)))
    assert found.entries == 32 * 32 + 32 + 32 * 10 + 10
    assert found.routes == (DIFFERENCES,)
    assert 0 < found.largest < 1e-25


def test_of_large_arrays_there_is_one_with_many_bits_at_a_time() -> None:
    """A weight, its gradient and what it moves by take 450 bytes of Python's together, beside those of FLINT."""
    values = solved(network(64, 64, 64))
    tracemalloc.start()
    verify(values)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 120 * 2 * 64**2


def test_the_same_problem_gives_the_same_report() -> None:
    first, second = (verify(solved(network(8, 8, 4))) for _ in range(2))
    assert first.largest_text() == second.largest_text()


@pytest.mark.parametrize(("largest", "text"), [(arb(0), "0"), (arb("3.14e-31").mid(), "3.1e-31")])
def test_largest_difference_as_text(largest: arb, text: str) -> None:
    assert Verification(1, (DIFFERENCES,), largest).largest_text() == text


KINKS = [
    ("ReLU(w)", "0", 0),
    ("LeakyReLU(w, alpha = 0.1)", "0", 0.1),
    ("ELU(w, alpha = 0.5)", "0", 0.5),
    ("abs(w)", "0", 0),
    ("sign(w)", "0", 0),
    ("max(w, 3)", "3", 1),
    ("max(3, w)", "3", 0),
    ("min(w, 3)", "3", 1),
    ("min(3, w)", "3", 0),
    ("huber_penalty(w, delta = 2)", "2", 2),
    ("clip(w, delta = 2)", "-2", 1),
    ("ReLU(log(2) + log(w) - log(6))", "3", 0),
    ("max(w, 1 - w) ReLU(w - 0.5)", "0.5", 0),
]


@pytest.mark.parametrize(("formula", "at", "slope"), KINKS)
def test_on_a_kink_the_branch_of_the_convention_is_verified(formula: str, at: str, slope: float) -> None:
    values = solved(model(f"w = {at}", f"L = {formula}"))
    assert gradient(values, "w") == pytest.approx([slope], rel=1e-15)
    closed = ClosedForm(values.tape.derivation)
    assert verify(values, closed).routes == (CLOSED_FORM, DIFFERENCES)
    assert values.tape.branches.frozen is False


ZEROS = [
    ("dead unit", model("w = -3", "A = ReLU(w x); L = (A - 1)^2", "x = 2")),
    ("shift of a ratio", model("b = 1", "L = exp(b + 1)/(exp(b + 1) + exp(b + 2))")),
    ("stationary point", model("w = 2", "L = (w - 2)^2")),
    ("product of zeros", model("u = 0\nv = 0", "L = (u v - 1)^2")),
    ("no path", model("w = 2\nu = 1", "L = w^2", "", "")),
]


@pytest.mark.parametrize(("name", "text"), ZEROS, ids=[name for name, _ in ZEROS])
def test_exact_zeros(name: str, text: str) -> None:
    values = solved(text)
    found = verify(values, ClosedForm(values.tape.derivation))
    assert found.largest < 1e-25


@pytest.mark.parametrize("z", ["18.3", "92", "-92", "300", "-300", "1200", "-1200", "5000"])
def test_saturated_units(z: str) -> None:
    """σ′(300) is about 1e-130; beyond σ′(1200) 2,048 bits cannot tell it from 0."""
    values = solved(model(f"z = {z}", "A = sigmoid(z); L = (A - 18)^2"))
    assert verify(values, ClosedForm(values.tape.derivation)).largest < 1e-25


EXTREMES = [
    ("unused beside a large loss", model("w = 2\nu = 1", "L = exp(w x)", "x = 1e4")),
    ("dead unit beside a large loss", model("w = 2\nu = -1", "L = exp(w x) + ReLU(u)", "x = 1e4")),
    (
        "shift of a ratio, times much",
        model("w = 2\nu = 1", "p = exp(u)/(exp(u) + exp(u + 2)); L = p exp(w x)", "x = 1e4"),
    ),
    ("stationary beside a large factor", model("w = 2\nu = 2", "L = (u - 2)^3 exp(w x)", "x = 1e4")),
    ("large and gone", model("w = 2\nu = 3", "A = exp(w x); L = A - A + u", "x = 1e4")),
    ("small", model("w = 1\nu = -2", "L = w x + ReLU(u)", "x = 1e-300")),
    ("close to a pole", model("w = 1e-200", "L = 1/w + x", "x = 1")),
    ("close to the edge of the domain", model("w = 1e-200", "L = log(w)", "")),
    ("close to a cancellation", model("w = 1", "z = w - x; L = log(z)", f"x = 0.{'9' * 200}")),
    ("neither 0 nor anything yet", model("z = 1400", "A = sigmoid(z); L = (A - 18)^2")),
]


@pytest.mark.parametrize(("name", "text"), EXTREMES, ids=[name for name, _ in EXTREMES])
def test_numbers_of_any_size(name: str, text: str) -> None:
    values = solved(text)
    assert verify(values, ClosedForm(values.tape.derivation)).largest < 1e-25


def test_rounded_steps_are_verified_exactly() -> None:
    text = model("w = 0.7", "z = w x; A {} sigmoid(z); L {} (A - 1)^2", "x = 3")
    exact, rounded = solved(text.format("=", "=")), solved(text.format("≈", "≈"))
    assert gradient(exact, "w") != gradient(rounded, "w")
    assert verify(rounded).largest < 1e-75
    assert verify(exact).largest < 1e-75


def test_the_first_and_the_last_kept_pass_are_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    update = '[update]\nrule = "gradient descent"\nlearning_rate = 0.1\nsteps = 6\n'
    values = solved(model("w = 0.7", "A = sigmoid(w x); L = (A - 1)^2", "x = 3", update), keep=(2, 5))
    seen: list[int] = []

    given_numbers = Values.given_numbers

    def noted(values: Values, k: int) -> Any:
        seen.append(k)
        return given_numbers(values, k)

    monkeypatch.setattr(Values, "given_numbers", noted)
    verify(values)
    verify(values, passes=[2])
    assert seen == [1, 5, 2]


def test_gradients_of_computed_names() -> None:
    text = model("w = [1, 2]", "z = w ⊙ w; A = tanh(z); L = sum(A ⊙ z)", "", 'gradients = ["z", "A"]')
    values = solved(text.replace('loss = "L"\n', 'loss = "L"\n'))
    found = verify(values, ClosedForm(values.tape.derivation))
    assert found.entries == 6
    assert found.largest < 1e-25


def test_a_closed_form_without_a_value_is_left_out() -> None:
    """SymPy's derivative of x^n is x^n n/x: it has no value at 0."""
    values = solved(model("x = 0", "L = (x + 0)^n + x", "n = 3"))
    assert verify(values, ClosedForm(values.tape.derivation)).routes == (DIFFERENCES,)


# --- what is wrong is caught -----------------------------------------------------------------------------------------

PLANTED = [
    ("sigmoid", "y ⊙ (1 + y)", "A = sigmoid(w x); L = (A - 1)^2"),
    ("tanh", "1 - y", "A = tanh(w x); L = (A - 1)^2"),
    ("relu", "1 - ReLU'(z)", "A = ReLU(w x); L = (A - 1)^2"),
    ("power", "n ⊙ a^n", "L = (w x - 1)^2"),
    ("divide", "-1/b", "L = w/x"),
    ("log", "z", "L = log(w x)"),
    ("softplus", "softplus(z)", "L = softplus(w x)"),
    ("gelu", "Phi(z)", "L = gelu(w x)"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "derivative", "equations"), PLANTED)
def test_planted_wrong_derivative(key: str, derivative: str, equations: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = model("w = 0.7", equations, "x = 3")
    verify(solved(text))
    monkeypatch.setitem(ROWS, key, replace(ROWS[key], derivative=(derivative, derivative)))
    values = solved(text)
    with pytest.raises(
        VerificationError, match=r"^dL/dw: the derivation gives .*, central differences give "
    ) as caught:
        verify(values)
    assert caught.value.exit_status == 3
    assert values.tape.branches.frozen is False


def test_wrong_rule_of_a_structural_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mean of each row whose gradient is that of the sum."""
    monkeypatch.setitem(ROWS, "mean", replace(ROWS["mean"], pullback=ROWS["sum"].pullback))
    with pytest.raises(VerificationError, match=r"^dL/dw\[1\]: the derivation gives 8, central differences give 4\n"):
        verify(solved(model("w = [1, 2]", "z = mean(w v^T, rows); L = sum(z)", "v = [6, 2]")))


def spoilt(text: str, step: str, wrong: str) -> Values:
    """The values of a problem in whose derivation `wrong` is added to a step."""
    problem = Problem.loads(text)
    derivation = derivation_of(problem)
    backward = tuple(
        replace(item, expr=apply("add", item.expr, Ref(Symbol(wrong)))) if item.id == step else item
        for item in derivation.backward
    )
    return Values(Tape.of(replace(derivation, backward=backward)), problem, carry="exact")


@pytest.mark.parametrize("size", ["1e-2", "1e-20"])
@pytest.mark.parametrize("units", [2, 12])
def test_the_entry_that_is_wrong_is_named(units: int, size: str) -> None:
    """One entry out of 8 or of 168, off by little, found entry by entry and from directions."""
    rows = [", ".join(size if (i, j) == (2, 1) else "0" for j in range(1, 3)) for i in range(1, units + 1)]
    text = network(2, units, 4).replace("[data]", f"[data]\nE = [{', '.join(f'[{row}]' for row in rows)}]")
    with pytest.raises(VerificationError, match=r"^dL/dW_1\[2,1\]: "):
        verify(spoilt(text, "dL/dW_1", "E"))


def test_small_gradients_do_not_hide_behind_large_ones() -> None:
    text = model("w = 5\nz = 60", "A = sigmoid(z); L = w^2 + A", "E = 1e-40")
    with pytest.raises(VerificationError, match=r"^dL/dz: "):
        verify(spoilt(text, "dL/dz", "E"))


SLOPES = {"Softsign(z)": 1, "z |z|": 0, "SiLU(z) + z |z|": 0.5}


@pytest.mark.parametrize("function", SLOPES)
def test_a_slope_of_0_where_the_slope_itself_bends_is_verified(function: str) -> None:
    """Differences at such a place shrink with the step alone, not with its square."""
    verify(solved(model("w = 0.5\nv = 0", f"z = v; f = {function}; L = w + f - c z", f"c = {SLOPES[function]}")))


def test_wrong_closed_form_is_told_apart() -> None:
    values = solved(example("notes"))
    other = ClosedForm(derivation_of(Problem.loads(network(3, 3, 1, activation="sigmoid"))))
    with pytest.raises(VerificationError, match=r"^dL/dW_1\[1,1\]: the derivation gives .*, closed form gives "):
        verify(values, other)


def test_edge_of_the_domain_is_an_error_that_says_so() -> None:
    with pytest.raises(VerificationError, match="edge of what the forward pass is defined for"):
        verify(solved(model("x = 0", "L = x^(3/2)")))


SHARP = """
[data]
W = {weights}
[parameters]
K = {inputs}
[model]
equations = \"\"\"
s = W K
L = sum(cos(s))
\"\"\"
loss = "L"
"""


def test_a_loss_that_bends_more_sharply_than_any_step_is_measured_by_a_finer_one() -> None:
    """Cosines of 10^300 have third derivatives of 10^900: the usual step leaves more than small slopes are large."""
    rows = [[(1 + i % 3) / 2 for i in range(40)], [(-1) ** i / 4 for i in range(40)]]
    weights, inputs = str(rows).replace("[[0.5,", "[[1e300,"), [0.1 + i / 64 for i in range(40)]
    problem = Problem.loads(SHARP.format(weights=weights, inputs=inputs))
    assert derive.solve(problem).verification.routes == (DIFFERENCES,)
