"""The numbers: published examples, and every step of random networks over several updates against a reference.

The reference is written with numpy in double precision: a forward pass and a backward pass by hand.
"""

import math
import tomllib
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.places import FACT_FILES
from support.solutions import solved as built_in

import derive
import derive.examples
from derive.derivation.derive import derive as derivation_of
from derive.errors import InputError
from derive.language.names import Name
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import FIRST_BITS, MOST_BITS, Values

Array = np.ndarray[Any, Any]


def flat(value: Any) -> list[str]:
    """Nested texts in a row."""
    return [text for inner in value for text in flat(inner)] if isinstance(value, (list, tuple)) else [value]


def agree(found: Any, expected: Any, relative: Fraction) -> bool:
    """Whether the numbers of two nested values are as close as that."""
    pairs = zip(map(Fraction, flat(found)), map(Fraction, flat(expected)), strict=True)
    return all(abs(a - b) <= relative * abs(b) for a, b in pairs)


# --- the handwritten notes ----------------------------------------------------------------------------------------


def test_the_notes_to_25_digits() -> None:
    """Against the same few lines in decimal arithmetic with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        x, target = [Decimal(n) for n in (20, 3, 4)], Decimal(18)
        weights = [[Decimal(3 * i + j + 1) / 10 for j in range(3)] for i in range(3)]
        hidden = [
            sum(w * v for w, v in zip(row, x, strict=True)) + Decimal(i + 1) / 10 for i, row in enumerate(weights)
        ]
        z_2 = sum(Decimal(2 * i + 2) / 10 * a for i, a in enumerate(hidden)) + Decimal("0.5")
        a_2 = 1 / (1 + (-z_2).exp())
        d_z_2 = 2 * (a_2 - target) * a_2 * (1 - a_2)
        d_a_1 = [Decimal(2 * i + 2) / 10 * d_z_2 for i in range(3)]
        expected = {
            "z_2": z_2, "A_2": a_2, "L": (a_2 - target) ** 2, "dL/dz_2": d_z_2, "dL/dW_2": [d_z_2 * a for a in hidden],
            "dL/dA_1": d_a_1, "dL/dW_1": [[d * v for v in x] for d in d_a_1],
        }  # fmt: skip
    solution = built_in("notes")
    for step, value in expected.items():
        assert agree(solution[step].value_text, value, Fraction(1, 10**24)), step


# --- published examples --------------------------------------------------------------------------------------------

FACTS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FACT_FILES.glob("*.toml"))}
VARIANTS = [(name, variant) for name, facts in FACTS.items() for variant in ("problem", "short") if variant in facts]


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_published_numbers(name: str, variant: str) -> None:
    facts = FACTS[name]
    solution = derive.solve(Problem.loads(facts[variant], name))
    for step, value in facts["values"].items():
        assert agree(solution[step].value_text, value, Fraction(6, 10**17)), step  # half a unit of the 17th digit


def test_exact_rationals_stay_exact_over_many_updates() -> None:
    """20 updates of a linear regression: fractions all the way."""
    solution = derive.solve(Problem.loads(FACTS["diverging_regression"]["problem"]))
    m, b = Fraction(0), Fraction(0)
    points = [(Fraction(x), Fraction(2 * x + 3)) for x in range(1, 6)]
    for k in range(1, 21):
        errors = [m * x + b - y for x, y in points]
        slope = sum((2 * e * x for e, (x, _) in zip(errors, points, strict=True)), Fraction(0)) / 5
        offset = sum((2 * e for e in errors), Fraction(0)) / 5
        m, b = m - slope / 10, b - offset / 10
        assert (solution[f"m@{k}"].value, solution[f"b@{k}"].value) == (m, b)


# --- random networks against an independent reference -------------------------------------------------------------


class Activation(NamedTuple):
    """An activation function and its derivative by its argument z, in doubles."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


_erf = np.vectorize(math.erf, otypes=[float])


def _normal(z: Array) -> Array:
    return np.asarray((1 + _erf(z / np.sqrt(2))) / 2)


ACTIVATIONS = {
    "sigmoid({})": Activation(_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "tanh({})": Activation(np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "ReLU({})": Activation(lambda z: np.where(z > 0, z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "LeakyReLU({}, alpha = 0.1)": Activation(lambda z: np.where(z > 0, z, z / 10), lambda z: np.where(z > 0, 1.0, 0.1)),
    "ELU({})": Activation(lambda z: np.where(z > 0, z, np.exp(z) - 1), lambda z: np.where(z > 0, 1.0, np.exp(z))),
    "softplus({})": Activation(lambda z: np.logaddexp(0, z), _sigmoid),
    "SiLU({})": Activation(lambda z: z * _sigmoid(z), lambda z: _sigmoid(z) * (1 + z * (1 - _sigmoid(z)))),
    "GELU({})": Activation(
        lambda z: z * _normal(z), lambda z: _normal(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    ),
    "{}": Activation(lambda z: z, np.ones_like),
}


class Loss(NamedTuple):
    """A loss of the output p and the target y, and its gradient by p."""

    value: Callable[[Array, Array], float]
    gradient: Callable[[Array, Array], Array]


LOSSES = {
    "squared_error": Loss(lambda p, y: ((p - y) ** 2).sum(), lambda p, y: 2 * (p - y)),
    "half_squared_error": Loss(lambda p, y: ((p - y) ** 2).sum() / 2, lambda p, y: p - y),
    "mean_squared_error": Loss(lambda p, y: ((p - y) ** 2).mean(), lambda p, y: 2 * (p - y) / p.size),
    "mean_absolute_error": Loss(lambda p, y: abs(p - y).mean(), lambda p, y: np.sign(p - y) / p.size),
    "huber": Loss(
        lambda p, y: np.where(abs(p - y) <= 1, (p - y) ** 2 / 2, abs(p - y) - 0.5).mean(),
        lambda p, y: np.clip(p - y, -1, 1) / p.size,
    ),
    "hinge": Loss(lambda p, y: np.maximum(0, 1 - y * p).mean(), lambda p, y: np.where(1 - y * p > 0, -y, 0.0) / p.size),
    "binary_cross_entropy": Loss(
        lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), lambda p, y: (p - y) / (p * (1 - p)) / p.size
    ),
}


class Network(NamedTuple):
    """A network with its numbers; a column of X and Y is a sample."""

    weights: list[Array]
    biases: list[Array]
    activations: list[str]
    loss: str
    inputs: Array
    targets: Array
    rate: Fraction
    steps: int

    def equations(self) -> str:
        """The forward pass in the language."""
        written, last = [], "X"
        for i, activation in enumerate(self.activations, 1):
            written += [f"Z_{i} = W_{i} {last} + b_{i}", f"A_{i} = {activation.format(f'Z_{i}')}"]
            last = f"A_{i}"
        return "\n".join([*written, f"L = {self.loss}({last}, Y)"])

    def problem(self) -> Problem:
        """The problem file."""
        given = {f"W_{i}": weight for i, weight in enumerate(self.weights, 1)}
        given |= {f"b_{i}": bias for i, bias in enumerate(self.biases, 1)}
        parameters = "\n".join(f"{name} = {rows(value)}" for name, value in given.items())
        return Problem.loads(
            f"[data]\nX = {rows(self.inputs)}\nY = {rows(self.targets)}\n[parameters]\n{parameters}\n"
            f"[model]\nequations = '''\n{self.equations()}\n'''\nloss = 'L'\n"
            f"[update]\nlearning_rate = '{self.rate}'\nsteps = {self.steps}\n"
        )


def rows(value: Array) -> str:
    """An array of hundredths as TOML, exactly."""
    return str(np.vectorize(lambda x: f"{x:.2f}", otypes=[object])(value).tolist()).replace("'", "")


def reference(network: Network) -> list[dict[str, Array]]:
    """The values and gradients of every pass, and of the forward pass after the last update."""
    weights, biases = [w.copy() for w in network.weights], [b.copy() for b in network.biases]
    rate, passes = float(network.rate), []
    for k in range(network.steps + 1):
        found: dict[str, Array] = {}
        last = network.inputs
        for i, (weight, bias, name) in enumerate(zip(weights, biases, network.activations, strict=True), 1):
            found[f"Z_{i}"] = weight @ last + bias
            last = found[f"A_{i}"] = ACTIVATIONS[name].value(found[f"Z_{i}"])
        found["L"] = np.asarray(LOSSES[network.loss].value(last, network.targets))
        passes.append(found)
        if k == network.steps:
            return passes
        delta = LOSSES[network.loss].gradient(last, network.targets)
        for i in range(len(weights), 0, -1):
            found[f"dL/dA_{i}"] = delta
            delta = delta * ACTIVATIONS[network.activations[i - 1]].slope(found[f"Z_{i}"])
            found[f"dL/dZ_{i}"] = delta
            found[f"dL/dW_{i}"] = delta @ (found[f"A_{i - 1}"] if i > 1 else network.inputs).T
            found[f"dL/db_{i}"] = delta.sum(axis=1, keepdims=True)
            delta = weights[i - 1].T @ delta
        for i in range(1, len(weights) + 1):
            weights[i - 1] = weights[i - 1] - rate * found[f"dL/dW_{i}"]
            biases[i - 1] = biases[i - 1] - rate * found[f"dL/db_{i}"]
    return passes


HUNDREDTHS = st.integers(-150, 150).map(lambda n: n / 100)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Depth, widths, batch, activations, loss and numbers at random."""

    def array(*shape: int) -> Array:
        size = math.prod(shape)
        return np.array(draw(st.lists(HUNDREDTHS, min_size=size, max_size=size))).reshape(shape)

    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    batch = draw(st.integers(1, 3))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    names = [draw(st.sampled_from(sorted(ACTIVATIONS))) for _ in widths[1:]]
    targets = array(widths[-1], batch)
    if loss == "binary_cross_entropy":
        names[-1], targets = "sigmoid({})", np.where(targets > 0, 1.0, 0.0)
    if loss == "hinge":
        targets = np.where(targets > 0, 1.0, -1.0)
    weights = [array(n, m) for m, n in pairwise(widths)]
    biases = [array(n, 1) for n in widths[1:]]
    steps = draw(st.integers(1, 3))
    return Network(
        weights, biases, names, loss, array(widths[0], batch), targets, Fraction(1, draw(st.integers(2, 20))), steps
    )


def close(values: Values, name: Name, k: int, expected: Array) -> bool:
    """Whether a value agrees with doubles: to nine digits of the largest entry."""
    found = np.array([float(Fraction(text)) for text in values.decimals(name, k)])
    return np.allclose(found, expected.ravel(), rtol=1e-9, atol=1e-11 * max(1.0, float(abs(expected).max())))


KINKED = ("ReLU({})", "LeakyReLU({}, alpha = 0.1)")
MARGINS: dict[str, Callable[[Array, Array], Array]] = {
    "mean_absolute_error": lambda p, y: p - y,
    "huber": lambda p, y: abs(p - y) - 1,
    "hinge": lambda p, y: 1 - y * p,
}


def at_a_kink(passes: list[dict[str, Array]], network: Network) -> bool:
    """Whether rounding in doubles may have chosen another branch than the exact number takes."""
    kinked = [i for i, name in enumerate(network.activations, 1) if name in KINKED]
    margins = [found[f"Z_{i}"] for found in passes for i in kinked]
    if network.loss in MARGINS:
        output = f"A_{len(network.weights)}"
        margins += [MARGINS[network.loss](found[output], network.targets) for found in passes]
    return any(abs(margin).min() < 1e-12 for margin in margins)


@pytest.mark.slow
@settings(max_examples=150)
@given(networks())
def test_a_network_agrees_with_the_reference(network: Network) -> None:
    with np.errstate(all="ignore"):
        expected = reference(network)
    assume(all((abs(value) < 500).all() for found in expected for value in found.values()))  # training that diverges
    assume(not at_a_kink(expected, network))
    problem = network.problem()
    derivation = derivation_of(problem)
    values = Values(Tape.of(derivation), problem, keep=range(1, network.steps + 2))
    names = {name.id: name for name in derivation.shapes}
    for k, found in enumerate(expected, 1):
        for name, value in found.items():
            if name in names and (k <= network.steps or not name.startswith("d")):
                assert close(values, names[name], k, value), f"{name} in pass {k}"


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_over_its_range(activation: str) -> None:
    z = np.linspace(-6, 6, 25) + 0.01
    written = activation.format("z")
    problem = Problem.loads(
        f"[parameters]\nz = {rows(z)}\n[model]\nequations = '''\nA = {written}\nL = sum(A)\n'''\nloss = 'L'\n"
    )
    values = Values(Tape.of(derivation_of(problem)), problem)
    names = {name.id: name for name in values.tape.derivation.shapes}
    assert close(values, names["A"], 1, ACTIVATIONS[activation].value(z))
    assert close(values, names["dL/dz"], 1, ACTIVATIONS[activation].slope(z))


# --- precision as needed -------------------------------------------------------------------------------------------


def solved(equations: str, parameters: str, more: str = "") -> derive.Solution:
    """A problem of parameters alone."""
    return derive.solve(
        Problem.loads(f"[parameters]\n{parameters}\n[model]\nequations = '''\n{equations}\n'''\nloss = 'L'\n{more}")
    )


def test_a_value_that_needs_five_hundred_bits() -> None:
    solution = solved("A = sigmoid(w)\nL = (A - 2)^2", "w = 300")
    with localcontext() as context:
        context.prec = 400
        gap = 1 - 1 / (1 + Decimal(-300).exp())
        slope = gap * (1 - gap)
    written = solution["A"].value_text
    assert 2 * FIRST_BITS < solution.values.bits <= MOST_BITS
    assert written.startswith("0.999") and agree(str(1 - Fraction(written)), str(gap), Fraction(1, 10**24))
    assert solution["A"].printed == "1 - 5.148·10^-131"
    assert agree(solution["dA/dw"].value_text, str(slope), Fraction(1, 10**24))
    assert solution["dA/dw"].printed == "5.148·10^-131"


def test_a_value_that_is_0_to_2000_bits_is_printed_0_and_it_is_said() -> None:
    solution = solved("A = sigmoid(w)\nL = (A - 2)^2", "w = 3000")
    assert (solution["dL/dw"].printed, solution["dL/dw"].value_text) == ("0", "0")
    assert solution.values.bits == MOST_BITS
    assert "0 to at least 61" in " ".join(solution.text("txt").split())


def test_a_difference_that_vanishes_is_0() -> None:
    solution = solved("u = log(exp(w)) - w\nL = u^2 + w", "w = 2")
    assert solution["u"].printed == "0" and solution["dL/dw"].printed in {"1", "1.000"}


@pytest.mark.parametrize("power", [1, 2, 3, 5])
def test_a_power_of_a_difference_that_vanishes_is_0(power: int) -> None:
    """And its gradient is verified: (w − w)ⁿ is a power of a ball around 0."""
    solution = solved(f"u = exp(w) - exp(2)\nL = u^{power} + (w - w)^{power} + w", "w = 2")
    assert solution["u"].printed == "0" and Fraction(solution["L"].value_text) == 2
    assert Fraction(solution["dL/dw"].printed.split("·")[0]) == (1 if power > 1 else Fraction("8.389"))


@pytest.mark.parametrize("digits", [1, 10, 25, 50])
def test_every_printed_digit_is_proven(digits: int) -> None:
    solution = solved("L = exp(w) - 2.718281828459045", "w = 1", f"[numbers]\nsignificant = {digits}\n")
    with localcontext() as context:
        context.prec = 90
        value = Decimal(1).exp() - Decimal("2.718281828459045")
        context.prec = digits
        assert Decimal(solution["L"].printed.replace("·10^", "e")) == +value


def test_rationals_become_balls_beyond_300_digits() -> None:
    solution = solved("L = w^2", "w = 1.23456789", "[update]\nlearning_rate = 0.123456789\nsteps = 60\n")
    w = Fraction("1.23456789") * (1 - 2 * Fraction("0.123456789")) ** 60
    assert agree(solution["w@60"].value_text, str(w), Fraction(1, 10**24))
    assert isinstance(solution["w@1"].value, Fraction) and isinstance(solution["w@60"].value, Decimal)


# --- kinks ----------------------------------------------------------------------------------------------------------

KINKS = [
    # the equation of A, the derivative at the kink, what the page says
    ("ReLU(w)", "0", "lies on the kink of ReLU"),
    ("LeakyReLU(w, alpha = 0.25)", "0.25", "lies on the kink of LeakyReLU"),
    ("ELU(w, alpha = 0.5)", "0.5", "lies on the kink of ELU"),
    ("abs(w)", "0", "kink of the absolute value"),
    ("max(0, w)", "0", "arguments of max are equal"),
    ("max(w, 0)", "1", "arguments of max are equal"),
    ("min(w, 0)", "1", "arguments of min are equal"),
    ("min(0, w)", "0", "arguments of min are equal"),
]


@pytest.mark.parametrize(("formula", "slope", "sentence"), KINKS)
def test_on_a_kink_the_convention_is_taken_verified_and_said(formula: str, slope: str, sentence: str) -> None:
    solution = solved(f"A = {formula}\nL = 3 A + w", "w = 0")
    assert solution["dA/dw"].value_text == slope
    assert Fraction(solution["dL/dw"].value_text) == 3 * Fraction(slope) + 1
    assert solution.verification.entries == 1
    assert sentence in solution.text("txt")


@pytest.mark.parametrize(("w", "slope"), [("-3", "0"), ("3", "1")])
def test_the_kinks_of_a_hardswish(w: str, slope: str) -> None:
    solution = solved("A = Hardswish(w)\nB = Hardsigmoid(w)\nL = A + B", f"w = {w}")
    assert solution["dL/dw"].value_text == slope
    assert "lies on a kink of Hardswish" in solution.text("txt")
    assert "lies on a kink of Hardsigmoid" in solution.text("txt")


@pytest.mark.parametrize("formula", ["ELU(w)", "LeakyReLU(w, alpha = 1)", "huber_penalty(w - 1, delta = 1)"])
def test_where_the_pieces_meet_smoothly_there_is_no_kink(formula: str) -> None:
    assert "kink" not in solved(f"A = {formula}\nL = 3 A + w", "w = 0").text("txt")


def test_what_cannot_be_told_from_0_is_said_once_in_a_step() -> None:
    text = solved("p = exp(u)/(exp(u) + exp(u + 2))\nL = (p - 3)^2", "u = 1").text("txt")
    assert text.count("Values printed 0 here") == 1


def test_off_the_kink_nothing_is_said() -> None:
    for w in ("1", "-1", "1e-300"):
        assert "kink" not in solved("A = ReLU(w)\nL = 3 A", f"w = {w}").text("txt")


# --- carry ---------------------------------------------------------------------------------------------------------


def test_rounding_in_place_goes_on_with_the_printed_number() -> None:
    exact = solved("z = w/3\nL = 3 z", "w = 1", "[numbers]\nsignificant = 2\n")
    rounded = solved("z ≈ w/3\nL = 3 z", "w = 1", "[numbers]\nsignificant = 2\n")
    assert (exact["z"].printed, exact["L"].value_text) == ("0.33", "1")
    assert (rounded["z"].printed, rounded["L"].value_text) == ("0.33", "0.99")


def test_a_rounded_carry_rounds_each_step_to_its_own_digits() -> None:
    more = "[numbers]\ncarry = 'rounded'\nsignificant = 3\nsteps = { z = { decimals = 1 } }\n"
    solution = solved("z = w/3\ny = 2 z/7\nL = y^2", "w = 2", more)
    assert [solution[step].value_text for step in ("w", "z", "y", "L")] == ["2", "0.7", "0.2", "0.04"]


def test_given_numbers_are_never_rounded() -> None:
    solution = solved("L = 10 w", "w = 1.23456", "[numbers]\ncarry = 'rounded'\nsignificant = 2\n")
    assert (solution["w"].printed, solution["L"].value_text) == ("1.23456", "12")


# --- the same blueprint for other numbers -----------------------------------------------------------------------------


def test_a_blueprint_solves_other_numbers_as_a_new_problem_would() -> None:
    problem = Problem.load(derive.examples.path("notes"))
    other = problem.with_values({"x": [Fraction(-1), Fraction(2), Fraction(1, 3)], "Y": [Fraction(1, 2)]})
    reused, new = derive.Blueprint.of(problem).solve(other), derive.solve(other)
    for step in new.ids:
        assert reused[step].value_text == new[step].value_text
    assert reused.text("txt") == new.text("txt")


def test_a_given_value_may_be_called_k_where_no_update_counts_with_it() -> None:
    text = "[data]\nk = [3, 4]\n[parameters]\nw = 2\n[model]\nequations = 'L = w sum(k)'\nloss = 'L'\n"
    for update in ("", "[update]\nlearning_rate = 1\nsteps = 2\n"):
        solution = derive.solve(Problem.loads(text + update))
        assert solution["L"].value == 14
        assert solution["dL/dw"].value == 7


@pytest.mark.slow
@pytest.mark.parametrize("steps", [100, 1200, 3000])
def test_what_many_updates_blow_up_is_known_or_refused(steps: int) -> None:
    """Of the logistic map two bits are lost in each step: beyond what 2,000 bits hold there are more."""
    text = '[parameters]\nw = "1/3"\n[model]\nequations = "y = 2 w"\n[update]\n'
    problem = Problem.loads(f'{text}equations = "w <- 4 w (1 - w)"\nsteps = {steps}\n')
    with localcontext(prec=3 * steps):
        w = Decimal(1) / 3
        for _ in range(steps):
            w = 4 * w * (1 - w)
    with localcontext(prec=25):
        assert Decimal(derive.solve(problem)[f"w@{steps}"].value_text) == +w


@pytest.mark.parametrize("x", [1300, 1340, 1400])
def test_a_loss_close_to_its_bound_is_known_to_its_digits(x: int) -> None:
    """1 − σ(x) takes some 2,000 bits and more."""
    text = f"[data]\nx = {x}\n[parameters]\nw = 1\n[model]\nequations = 'L = 1/2 (sigmoid(w x) - 1)^2'\nloss = 'L'\n"
    with localcontext(prec=3_000):
        expected = (1 / (1 + Decimal(-x).exp()) - 1) ** 2 / 2
    with localcontext(prec=20):
        found = Decimal(derive.solve(Problem.loads(text))["L"].value_text)
        assert float(found / expected) == pytest.approx(1, rel=1e-15)


def test_a_value_of_which_no_digit_is_certain_is_refused() -> None:
    """Ten bits are lost in each step: more than there are."""
    text = '[parameters]\nw = "1/3"\n[model]\nequations = "y = 2 w"\n[update]\n'
    problem = Problem.loads(f'{text}equations = "w <- sin(1000 w)"\nsteps = 1000\n')
    with pytest.raises(InputError, match="after so many steps no digit of it is certain"):
        derive.solve(problem).text("txt")
