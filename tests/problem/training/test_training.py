"""Update rules: each row against plain floats over several steps, equations of one's own, what they may not say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem
from derive.problem.training.schedules import SCHEDULES
from derive.problem.training.update_rules import RULES

STEPS = 5
RATE = 0.1

Gradient = Callable[[list[float]], list[float]]


@dataclass
class Plain:
    """A parameter vector trained in plain floats; `means` and `squares` are whatever a rule remembers."""

    weights: list[float]
    gradient: Gradient

    def __post_init__(self) -> None:
        self.means = [0.0] * len(self.weights)
        self.squares = [0.0] * len(self.weights)
        self.kept: dict[str, list[float]] = {}

    def trained(self, step: Callable[[Plain, int, int, float], float]) -> Iterator[list[float]]:
        """The weights after each step; `step` gives the change of one weight from (self, k, i, its gradient)."""
        for k in range(1, STEPS + 1):
            slopes = self.gradient(self.weights)
            self.weights = [w + step(self, k, i, g) for i, (w, g) in enumerate(zip(self.weights, slopes, strict=True))]
            yield self.weights


def descent(p: Plain, k: int, i: int, g: float) -> float:
    return -RATE * g


def momentum(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.SGD(lr=0.1, momentum=0.9)."""
    p.means[i] = 0.9 * p.means[i] + g
    return -RATE * p.means[i]


def momentum_inside(p: Plain, k: int, i: int, g: float) -> float:
    """Keras SGD with its sign turned: velocity = momentum · velocity − rate · g, w = w + velocity."""
    p.means[i] = 0.8 * p.means[i] - RATE * g
    return p.means[i]


def nesterov(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.SGD(lr=0.1, momentum=0.9, nesterov=True)."""
    p.means[i] = 0.9 * p.means[i] + g
    return -RATE * (g + 0.9 * p.means[i])


def nesterov_inside(p: Plain, k: int, i: int, g: float) -> float:
    """Keras SGD(nesterov=True): w = w + momentum · velocity − rate · g."""
    p.means[i] = 0.9 * p.means[i] - RATE * g
    return 0.9 * p.means[i] - RATE * g


def adagrad(p: Plain, k: int, i: int, g: float) -> float:
    p.squares[i] += g * g
    return -RATE * g / (math.sqrt(p.squares[i]) + 1e-8)


def adagrad_inside(p: Plain, k: int, i: int, g: float) -> float:
    p.squares[i] += g * g
    return -RATE * g / math.sqrt(p.squares[i] + 0.5)


def rmsprop(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.RMSprop(lr=0.1, alpha=0.9)."""
    p.squares[i] = 0.9 * p.squares[i] + 0.1 * g * g
    return -RATE * g / (math.sqrt(p.squares[i]) + 1e-8)


def rmsprop_inside(p: Plain, k: int, i: int, g: float) -> float:
    p.squares[i] = 0.99 * p.squares[i] + 0.01 * g * g
    return -RATE * g / math.sqrt(p.squares[i] + 1e-8)


def adam(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.Adam(lr=0.1), with the step size as the paper's algorithm 1 has it."""
    p.means[i] = 0.9 * p.means[i] + 0.1 * g
    p.squares[i] = 0.999 * p.squares[i] + 0.001 * g * g
    return -RATE * (p.means[i] / (1 - 0.9**k)) / (math.sqrt(p.squares[i] / (1 - 0.999**k)) + 1e-8)


def adam_inside(p: Plain, k: int, i: int, g: float) -> float:
    p.means[i] = 0.7 * p.means[i] + 0.3 * g
    p.squares[i] = 0.95 * p.squares[i] + 0.05 * g * g
    return -RATE * (p.means[i] / (1 - 0.7**k)) / math.sqrt(p.squares[i] / (1 - 0.95**k) + 0.25)


def adamw(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.AdamW(lr=0.1): w = (1 − rate · decay) w before the step of Adam."""
    return adam(p, k, i, g) - RATE * 0.01 * p.weights[i]


def adamw_inside(p: Plain, k: int, i: int, g: float) -> float:
    return adam_inside(p, k, i, g) - RATE * 0.2 * p.weights[i]


def decaying(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.3)."""
    return momentum(p, k, i, g + 0.3 * p.weights[i])


def adamax(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.Adamax(lr=0.1)."""
    p.means[i] = 0.9 * p.means[i] + 0.1 * g
    p.squares[i] = max(0.999 * p.squares[i], abs(g) + 1e-8)
    return -RATE / (1 - 0.9**k) * p.means[i] / p.squares[i]


def nadam(p: Plain, k: int, i: int, g: float) -> float:
    """Dozat (2016), algorithm 2, with the same β₁ in every step."""
    p.means[i] = 0.9 * p.means[i] + 0.1 * g
    p.squares[i] = 0.999 * p.squares[i] + 0.001 * g * g
    ahead = 0.9 * p.means[i] / (1 - 0.9 ** (k + 1)) + 0.1 * g / (1 - 0.9**k)
    return -RATE * ahead / (math.sqrt(p.squares[i] / (1 - 0.999**k)) + 1e-8)


def radam(p: Plain, k: int, i: int, g: float) -> float:
    """Liu et al. (2020), algorithm 2, with β₂ = 0.6 so that both branches are taken."""
    p.means[i] = 0.9 * p.means[i] + 0.1 * g
    p.squares[i] = 0.7 * p.squares[i] + 0.3 * g * g
    mean, longest = p.means[i] / (1 - 0.9**k), 2 / (1 - 0.7) - 1
    length = longest - 2 * k * 0.7**k / (1 - 0.7**k)
    if length <= 5:
        return -RATE * mean
    top, bottom = (length - 4) * (length - 2) * longest, (longest - 4) * (longest - 2) * length
    return -RATE * math.sqrt(top / bottom) * mean / (math.sqrt(p.squares[i] / (1 - 0.7**k)) + 1e-8)


def amsgrad(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.Adam(lr=0.1, amsgrad=True, betas=(0.9, 0.5))."""
    p.means[i] = 0.9 * p.means[i] + 0.1 * g
    p.squares[i] = 0.5 * p.squares[i] + 0.5 * g * g
    largest = p.kept.setdefault("largest", [0.0] * len(p.weights))
    largest[i] = max(largest[i], p.squares[i])
    return -RATE / (1 - 0.9**k) * p.means[i] / (math.sqrt(largest[i]) / math.sqrt(1 - 0.5**k) + 1e-8)


def adabelief(p: Plain, k: int, i: int, g: float) -> float:
    """Zhuang et al. (2020), algorithm 2."""
    p.means[i] = 0.9 * p.means[i] + 0.1 * g
    p.squares[i] = 0.999 * p.squares[i] + 0.001 * (g - p.means[i]) ** 2 + 1e-16
    return -RATE * p.means[i] / (1 - 0.9**k) / (math.sqrt(p.squares[i] / (1 - 0.999**k)) + 1e-16)


def adadelta(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.Adadelta(lr=0.1)."""
    p.squares[i] = 0.9 * p.squares[i] + 0.1 * g * g
    change = math.sqrt(p.means[i] + 1e-6) / math.sqrt(p.squares[i] + 1e-6) * g
    p.means[i] = 0.9 * p.means[i] + 0.1 * change**2
    return -RATE * change


def rprop(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.Rprop(lr=0.1): means hold the gradient before, squares the size of the step."""
    if k == 1:
        p.squares[i] = RATE
    turned = g * p.means[i]
    factor = 1.2 if turned > 0 else 0.5 if turned < 0 else 1
    p.squares[i] = min(max(p.squares[i] * factor, 1e-6), 50)
    p.means[i] = g = 0 if turned < 0 else g
    return -math.copysign(p.squares[i], g) if g else 0


def lion(p: Plain, k: int, i: int, g: float) -> float:
    """Chen et al. (2023), program 1."""
    way = 0.9 * p.means[i] + 0.1 * g
    p.means[i] = 0.99 * p.means[i] + 0.01 * g
    return -RATE * math.copysign(1, way)


def lion_decaying(p: Plain, k: int, i: int, g: float) -> float:
    return lion(p, k, i, g) - RATE * 0.2 * p.weights[i]


def lamb(p: Plain, k: int, i: int, g: float) -> float:
    """You et al. (2020), algorithm 2: the layers are the two weights, and the bias."""
    return _lamb(p, k, i, g, 0)


def lamb_decaying(p: Plain, k: int, i: int, g: float) -> float:
    return _lamb(p, k, i, g, 0.2)


def _lamb(p: Plain, k: int, i: int, g: float, decay: float) -> float:
    slopes = p.gradient(p.weights)
    if i == 0:
        for j, slope in enumerate(slopes):
            p.means[j] = 0.9 * p.means[j] + 0.1 * slope
            p.squares[j] = 0.999 * p.squares[j] + 0.001 * slope * slope
    ways = [m / (1 - 0.9**k) / (math.sqrt(s / (1 - 0.999**k)) + 1e-6) for m, s in zip(p.means, p.squares, strict=True)]
    ways = [way + decay * w for way, w in zip(ways, p.weights, strict=True)]
    layer = [0, 1] if i < 2 else [2]
    length = math.hypot(*(p.weights[j] for j in layer)) / math.hypot(*(ways[j] for j in layer))
    return -RATE * length * ways[i]


def adafactor(p: Plain, k: int, i: int, g: float) -> float:
    """Shazeer, Stern (2018), algorithm 4: of a row the means of its columns are the squares themselves."""
    slopes, kept = p.gradient(p.weights), 1 - 1 / k**0.8
    if i == 0:
        p.squares = [kept * s + (1 - kept) * (slope**2 + 1e-30) for s, slope in zip(p.squares, slopes, strict=True)]
    layer = [0, 1] if i < 2 else [2]
    ways = {j: slopes[j] / math.sqrt(p.squares[j]) for j in layer}
    size = math.sqrt(sum(way**2 for way in ways.values()) / len(layer))
    weight = math.sqrt(sum(p.weights[j] ** 2 for j in layer) / len(layer))
    return -RATE * max(1e-3, weight) * ways[i] / max(1, size)


def muon(p: Plain, k: int, i: int, g: float) -> float:
    """Jordan et al. (2024): of a row a aᵀ is its squared length, so every round scales it."""
    slopes = p.gradient(p.weights)
    if i == 0:
        p.means = [0.95 * m + slope for m, slope in zip(p.means, slopes, strict=True)]
    layer = [0, 1] if i < 2 else [2]
    way = {j: slopes[j] + 0.95 * p.means[j] for j in layer}
    length = math.hypot(*way.values()) + 1e-7
    way = {j: x / length for j, x in way.items()}
    for _ in range(5):
        square = sum(x * x for x in way.values())
        way = {j: (3.4445 - 4.775 * square + 2.0315 * square**2) * x for j, x in way.items()}
    return -RATE * way[i]


def rising(p: Plain, k: int, i: int, g: float) -> float:
    return RATE * g


def adam_rising(p: Plain, k: int, i: int, g: float) -> float:
    """torch.optim.Adam(lr=0.1, maximize=True)."""
    return adam(p, k, i, -g)


def clipped_by_norm(p: Plain, k: int, i: int, g: float) -> float:
    """torch.nn.utils.clip_grad_norm_ of all parameters, then SGD."""
    return -RATE * g * min(1, 0.5 / math.hypot(*p.gradient(p.weights)))


def clipped_by_value(p: Plain, k: int, i: int, g: float) -> float:
    """torch.nn.utils.clip_grad_value_, then momentum."""
    return momentum(p, k, i, max(-0.4, min(0.4, g)))


REFERENCES = {
    ("adamax", ""): adamax,
    ("nadam", ""): nadam,
    ("radam", "beta_2 = 0.7"): radam,
    ("amsgrad", "beta_2 = 0.5"): amsgrad,
    ("adabelief", ""): adabelief,
    ("adadelta", ""): adadelta,
    ("rprop", ""): rprop,
    ("lion", ""): lion,
    ("lion", "weight_decay = 0.2"): lion_decaying,
    ("lamb", ""): lamb,
    ("lamb", "weight_decay = 0.2"): lamb_decaying,
    ("adafactor", ""): adafactor,
    ("muon", ""): muon,
    ("gradient descent", "maximise = true"): rising,
    ("adam", "maximise = true"): adam_rising,
    ("gradient descent", "clip_norm = 0.5"): clipped_by_norm,
    ("momentum", "clip_value = 0.4"): clipped_by_value,
    ("gradient descent", ""): descent,
    ("momentum", ""): momentum,
    ("momentum", 'convention = "outside"\nbeta = 0.9'): momentum,
    ("momentum", 'convention = "inside"\nbeta = 0.8'): momentum_inside,
    ("momentum", "weight_decay = 0.3"): decaying,
    ("nesterov", ""): nesterov,
    ("nesterov", 'convention = "inside"'): nesterov_inside,
    ("adagrad", ""): adagrad,
    ("adagrad", "epsilon_inside = true\nepsilon = 0.5"): adagrad_inside,
    ("rmsprop", "epsilon_inside = false"): rmsprop,
    ("rmsprop", "rho = 0.99\nepsilon_inside = true"): rmsprop_inside,
    ("adam", ""): adam,
    ("adam", "beta_1 = 0.7\nbeta_2 = 0.95\nepsilon = 0.25\nepsilon_inside = true"): adam_inside,
    ("adamw", ""): adamw,
    ("adamw", "beta_1 = 0.7\nbeta_2 = 0.95\nepsilon = 0.25\nepsilon_inside = true\nweight_decay = 0.2"): adamw_inside,
}

SMALL = """
[data]
x = [1, -2]
t = 0.5

[parameters]
W = [[0.3, -0.2]]
b = 0.1

[model]
equations = '''
y = tanh(W x + b)
L = (y - t)^2
'''
loss = "L"
"""


def slopes(weights: list[float]) -> list[float]:
    """The gradient of SMALL by both weights and the bias, by hand."""
    w_1, w_2, b = weights
    y = math.tanh(w_1 - 2 * w_2 + b)
    z = 2 * (y - 0.5) * (1 - y * y)
    return [z, -2 * z, z]


def test_every_rule_has_a_reference_for_each_variant() -> None:
    tested = {(rule, step) for (rule, _), step in REFERENCES.items()}
    for rule in (rule for rule in RULES.values() if not rule.threshold and rule.key != "newton"):
        assert len({step for key, step in tested if key == rule.key}) >= len(rule.equations), rule.key


@pytest.mark.parametrize(("rule", "settings"), REFERENCES, ids=str)
def test_rule_against_plain_floats(rule: str, settings: str) -> None:
    update = f'[update]\nrule = "{rule}"\nlearning_rate = 0.1\nsteps = {STEPS}\n{settings}\n'
    solution = derive.solve(Problem.loads(SMALL + update))
    plain = Plain([0.3, -0.2, 0.1], slopes)
    for k, weights in enumerate(plain.trained(REFERENCES[rule, settings]), 1):
        ours = [*map(float, solution[f"W@{k}"].value[0]), float(solution[f"b@{k}"].value)]
        assert ours == pytest.approx(weights, rel=1e-12)


START = [0.3, -0.2, 0.1]


@pytest.mark.parametrize("equations", ["", 'equations = """\nW <- W - eta_W dL/dW\nb <- b - eta_b dL/db\n"""\n'])
def test_a_rate_for_each_parameter(equations: str) -> None:
    update = '[update]\nlearning_rate = { W = 0.1, b = "1/100" }\n' + equations
    solution = derive.solve(Problem.loads(SMALL + update))
    plain = [w - r * g for w, r, g in zip(START, [0.1, 0.1, 0.01], slopes(START), strict=True)]
    ours = [*map(float, solution["W@1"].value[0]), float(solution["b@1"].value)]
    assert ours == pytest.approx(plain, rel=1e-12)
    again = derive.solve(Problem.loads(solution.text("toml")))
    assert again["b@1"].value == solution["b@1"].value


def test_rates_name_every_parameter() -> None:
    with pytest.raises(InputError, match="`b` has no learning rate"):
        Problem.loads(SMALL + "[update]\nlearning_rate = { W = 0.1 }")
    with pytest.raises(InputError, match="`x` is not a parameter"):
        Problem.loads(SMALL + "[update]\nlearning_rate = { W = 0.1, b = 1, x = 2 }")


def test_newtons_method_of_a_single_number() -> None:
    """x⁴ − 3 x: each step solves the linear equation that the slope has there, x − (4 x³ − 3)/(12 x²)."""
    text = "[parameters]\nx = 3\n[model]\nequations = 'f = x^4 - 3 x'\nloss = 'f'\n"
    solution = derive.solve(Problem.loads(text + "[update]\nrule = 'newton'\nlearning_rate = 1\nsteps = 4"))
    x = 3.0
    for k in range(1, 5):
        x -= (4 * x**3 - 3) / (12 * x**2)
        assert float(solution[f"x@{k}"].value) == pytest.approx(x, rel=1e-12)


def test_a_rule_stands_for_its_equations() -> None:
    """The page says so, one line for each parameter; with several parameters each has its own state."""
    update = '[update]\nrule = "momentum"\nlearning_rate = 0.1\nsteps = 2\n'
    solution = derive.solve(Problem.loads(SMALL + update))
    ids = ["v_W@1", "W@1", "v_b@1", "b@1"]
    assert [step for step in solution.ids if step.endswith("@1")] == ids
    assert [solution[step].equation for step in ids] == [
        "v_W = beta v_W + dL/dW", "W = W - eta v_W", "v_b = beta v_b + dL/db", "b = b - eta v_b",
    ]  # fmt: skip
    assert [solution[step].rule for step in ids] == ["momentum v", "momentum", "momentum v", "momentum"]
    assert solution["v_W@0"].printed == (("0", "0"),)
    text = solution.text("txt")
    assert "v_W ← β·v_W + dL/dW" in text
    assert "β = 0.9" in text


def test_with_a_single_parameter_the_state_has_the_bare_name() -> None:
    one = SMALL.replace("b = 0.1", "").replace("+ b", "")
    solution = derive.solve(Problem.loads(one + '[update]\nrule = "adam"\nlearning_rate = 0.1\n'))
    found = [step for step in solution.ids if step.endswith("@1")]
    assert found == ["m@1", "v@1", "m_c@1", "v_c@1", "r@1", "W@1"]


def test_layers_give_states_with_their_whole_names() -> None:
    named = SMALL.replace("W =", "W_1 =").replace("W x", "W_1 x").replace("b =", "b_1 =").replace("+ b", "+ b_1")
    solution = derive.solve(Problem.loads(named + '[update]\nrule = "adam"\nlearning_rate = 0.1\n'))
    assert "m_{c,W_1}@1" in solution.ids
    assert "v_{b_1}@1" in solution.ids
    assert "v_{W₁} ← β₂·v_{W₁}" in solution.text("txt") or "v_W₁ ← β₂·v_W₁" in solution.text("txt")
    assert "v_{W_{1}}" in solution.text("tex")


# --- equations of one's own -----------------------------------------------------------------------------------------

OWN = (
    SMALL
    + """
[state]
v = 0

[update]
learning_rate = 0.1
steps = 3
equations = '''
{equations}
'''

[update.constants]
beta = 0.9
"""
)
EACH = "for θ in parameters:\n    v <- beta v + dL/dθ\n    θ <- θ - eta v"


def own(equations: str, *changes: tuple[str, str]) -> str:
    text = OWN.replace("{equations}", equations)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_loop_over_the_parameters_is_the_rule_that_it_writes() -> None:
    mine = derive.solve(Problem.loads(own(EACH)))
    named = derive.solve(Problem.loads(SMALL + '[update]\nrule = "momentum"\nlearning_rate = 0.1\nsteps = 3\n'))
    for step in mine.ids:
        if step in named.ids:
            assert mine[step].value == named[step].value
    assert {"v_W@3", "v_b@3", "W@3", "b@3"} <= set(mine.ids) & set(named.ids)


def test_states_may_name_the_parameter() -> None:
    mine = derive.solve(Problem.loads(own(EACH.replace("v", "v_θ"))))
    assert mine["W@3"].value == derive.solve(Problem.loads(own(EACH)))["W@3"].value


def test_a_line_uses_what_the_lines_before_it_assigned_but_the_gradients_of_the_pass() -> None:
    text = """
[parameters]
w = 1
u = 2

[model]
equations = "L = w u"
loss = "L"

[update]
steps = 1
equations = '''
w <- w - dL/dw
u <- u + w - dL/du
'''
"""
    solution = derive.solve(Problem.loads(text))
    assert solution["w@1"].value == 1 - 2
    assert solution["u@1"].value == 2 + (-1) - 1  # the new w, and dL/du = the old one


def test_an_update_needs_no_loss_if_its_equations_use_none() -> None:
    text = """
[data]
x = [1, 0, 1]
t = 1

[parameters]
w = [0, 0, 0]

[model]
equations = '''
n = at_least(dot(w, x), 0.5)
e = t - n
'''

[update]
learning_rate = 0.1
steps = 6
equations = "w <- w + eta e x"
"""
    solution = derive.solve(Problem.loads(text))
    assert solution["w@3"].value == (Fraction(3, 10), 0, Fraction(3, 10))
    assert solution["w@6"].value == solution["w@3"].value
    assert "0.3" in solution.text("txt")


@pytest.mark.parametrize("carry", ["exact", "rounded"])
def test_a_scalar_state_takes_the_shape_of_its_equation(carry: str) -> None:
    solution = derive.solve(Problem.loads(own(EACH)), carry=carry)
    assert solution["v_W@0"].shape == (1, 2)
    assert solution["v_W@0"].value == ((0, 0),)


def test_names_of_a_rule_give_way_to_those_of_the_model() -> None:
    """A model with a `beta` and a `v` of its own, under momentum."""
    text = """
[parameters]
beta = 2

[data]
v = 3

[model]
equations = "L = (beta v)^2"
loss = "L"

[update]
rule = "momentum"
learning_rate = 0.1
steps = 2
"""
    solution = derive.solve(Problem.loads(text))
    assert solution["v_beta@1"].equation == "v_beta = beta_momentum v_beta + dL/dbeta"
    assert solution["beta@1"].value == 2 - Fraction(36, 10)
    assert solution["beta_momentum"].value == Fraction(9, 10)


def test_the_state_of_a_rule_may_begin_elsewhere() -> None:
    solution = derive.solve(Problem.loads(RULED + "[state]\nv_W = [[1, 2]]\n"))
    assert solution["v_W@0"].value == ((1, 2),)
    assert solution["v_b@0"].value == 0
    assert solution["v_b@1"].value == solution["dL/db"].value


def test_the_problem_comes_back() -> None:
    for text in (
        own(EACH),
        SMALL + '[update]\nrule = "rmsprop"\nlearning_rate = 0.1\nepsilon_inside = true\nrho = 0.8\n',
    ):
        solution = derive.solve(Problem.loads(text))
        again = derive.solve(Problem.loads(solution.text("toml")))
        assert again.text("json").partition('"steps"')[2] == solution.text("json").partition('"steps"')[2]
        assert again.text("toml") == solution.text("toml")


# --- faults ---------------------------------------------------------------------------------------------------------

RULED = SMALL + '[update]\nrule = "momentum"\nlearning_rate = 0.1\nsteps = 3\n'
FAULTS = [
    (RULED.replace("momentum", "momentun"), "`rule` cannot be `momentun`", "did you mean `momentum`?"),
    (RULED + "rho = 0.9\n", "`rho` has no meaning in [update]", "the rule momentum has: beta, convention"),
    (RULED + 'beta = "a lot"\n', "`beta` is a text", "expected a number"),
    (RULED + 'convention = "left"\n', "`convention` cannot be", "one of: outside, inside"),
    (RULED.replace("momentum", "adam") + "epsilon_inside = 1\n", "`epsilon_inside` cannot be", "one of: false, true"),
    (RULED.replace("learning_rate = 0.1\n", ""), "`learning_rate` is missing", "0.1"),
    (RULED + "[update.constants]\nbeta = 0.5\n", "[update.constants] belongs to `equations`", "beta"),
    (RULED + 'equations = "W <- W"\n', "`rule` and `equations` exclude each other", "derive rules"),
    (own("v <- beta v + dL/dW\nW <- W - eta u"), "`u` is not defined", ""),
    (own("speed <- beta speed + dL/dW", ("v = 0", "spede = 0")), "`speed` is used before it has a value", "`spede`?"),
    (own("speed <- beta speed + dL/dW\nW <- W - eta speed\nv <- v"), "`speed` is used before it has a value",
     "[state] speed = 0"),
    (own("W <- W - eta dL/dW"), "the state `v` has no equation", "v <- …"),
    (RULED + "[state]\nm = 0\n", "the state `m` has no equation", "m <- …"),
    (own("v <- v\nx <- x + v"), "`x` is fixed data", "an update changes parameters"),
    (own("v <- v\ny <- y + v"), "`y` is computed in the forward pass", "an update changes parameters"),
    (own("v <- v\nk <- k + 1"), "`k` is the number of the step", "an update changes parameters"),
    (own("v <- v\nbeta <- beta / 2"), "`beta` is a constant", "an update changes parameters"),
    (own("v <- v\nv <- v + dL/dW"), "`v` is assigned a second time (first in line 24)", "assign each quantity once"),
    (own("v = v + dL/dW"), "`=` belongs into [model]", "`<-`"),
    (own("v <- v + dL/dq"), "`dL` is not defined", ""),
    (own("v <- v + dL/dx"), "there is no `dL/dx` to update with", "gradients"),
    (own("v <- v\nW <- dL/db"), "`W` is 1×2, the right side a scalar", "same shape"),
    (own("v <- v + W W"), "`W W`: W is 1×2, W is 1×2", "transpose"),
    (own("for θ in weights:\n    θ <- θ\nv <- v"), "this repetition cannot be read", "for θ in parameters:"),
    (own("v <- v\nfor θ in parameters:\nW <- W"), "nothing to repeat", "indent"),
    (own(EACH, ("beta = 0.9", "eta = 0.9")), "`eta` is the learning rate", "another name"),
    (own(EACH, ("beta = 0.9", "x = 0.9")), "`x` is a name of the model", "another name"),
    (own(EACH, ("[state]\nv = 0", "[state]\nk = 0")), "`k` is the number of the step", "another name"),
    (own(EACH, ("[state]\nv = 0", "[state]\nv = [1, 2, 3]")), "a column of 3 and a row of 2", "transpose"),
    (own(EACH, ("steps = 3", 'steps = 3\nonly = ["q"]')), "`q` is not a parameter", ""),
    (own("v <- v\nb <- b - eta v", ("steps = 3", 'steps = 3\nonly = ["W"]')), "`b` is a parameter that stays", ""),
    (SMALL.replace('loss = "L"', "") + '[update]\nlearning_rate = 0.1\n', "an update needs a loss", 'loss = "L"'),
    (SMALL + "[state]\nv = 0\n", "[state] is not used", "[update]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), FAULTS, ids=lambda value: str(value)[-60:])
def test_fault(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        derive.solve(Problem.loads(text, "net.toml"))
    told = [(str(fault), fault.hint) for fault in raised.value.faults]
    assert any(message in text and hint in advice for text, advice in told), told
    assert all("line" in text for text, _ in told), told


# --- the learning rate ----------------------------------------------------------------------------------------------

PLAIN_RATES: dict[str, Callable[[int], float]] = {
    'schedule = "inverse time"\ndecay = 0.5': lambda k: 0.1 / (1 + 0.5 * (k - 1)),
    'schedule = "inverse root"': lambda k: 0.1 / math.sqrt(k),
    'schedule = "exponential"\nfactor = 0.9': lambda k: 0.1 * 0.9 ** (k - 1),
    'schedule = "step decay"\nfactor = 0.5\nevery = 2': lambda k: 0.1 * 0.5 ** ((k - 1) // 2),
    'schedule = "linear"\nperiod = 4': lambda k: 0.1 * (1 - (k - 1) / 4),
    'schedule = "linear"': lambda k: 0.1 * (1 - (k - 1) / STEPS),
    'schedule = "cosine"\nperiod = 10': lambda k: 0.05 * (1 + math.cos(math.pi * (k - 1) / 10)),
    'schedule = "cosine"': lambda k: 0.05 * (1 + math.cos(math.pi * (k - 1) / STEPS)),
    'schedule = "warm-up"\nwarmup = 3': lambda k: 0.1 * min(1, k / 3),
    'learning_rate = "0.1/(1 + 0.5 k)"': lambda k: 0.1 / (1 + 0.5 * k),
}


def test_every_schedule_has_a_reference() -> None:
    assert {f'"{key}"' for key in SCHEDULES} <= {rate.split(" = ")[1].split("\n")[0] for rate in PLAIN_RATES}


@pytest.mark.slow
@pytest.mark.parametrize("rate", PLAIN_RATES)
@pytest.mark.parametrize("rule", ["gradient descent", "adam", ""])
def test_learning_rate_against_plain_floats(rule: str, rate: str) -> None:
    begins = "" if rate.startswith("learning_rate") else "learning_rate = 0.1\n"
    how = f'rule = "{rule}"\n' if rule else "equations = 'W <- W - eta dL/dW'\n"
    solution = derive.solve(Problem.loads(f"{SMALL}[update]\n{how}{begins}{rate}\nsteps = {STEPS}\n"))
    for k in range(1, STEPS + 1):
        assert float(solution[f"eta@{k}"].value) == pytest.approx(PLAIN_RATES[rate](k), rel=1e-14)
    if rule != "adam":
        slope = solution["dL/dW@2"].value[0][0]
        moved = float(solution["W@2"].value[0][0] - solution["W@1"].value[0][0])
        assert moved == pytest.approx(-float(slope) * PLAIN_RATES[rate](2), rel=1e-12)
    table = solution.text("txt").partition("The training step by step")[2]
    assert "η" in next(line for line in table.splitlines() if line.startswith("updates  "))


def test_a_rate_of_ones_own_goes_on_from_step_to_step() -> None:
    solution = derive.solve(Problem.loads(own("eta <- 0.5 eta\nv <- eta v\nW <- W - eta dL/dW")))
    assert [solution[f"eta@{k}"].value for k in (1, 2, 3)] == [Fraction(1, 20), Fraction(1, 40), Fraction(1, 80)]
    assert solution["eta"].value == Fraction(1, 10)


# --- the perceptron rule --------------------------------------------------------------------------------------------

PERCEPTRON = """
[samples]
x = [[0, 0], [0, 1], [1, 0], [1, 1]]
t = [0, 0, 0, 1]

[parameters]
w = [0, 0]
b = 0

[model]
equations = '''
z = w^T x + b
y = step(z)
'''

[update]
rule = "perceptron"
learning_rate = 0.5
batch = 1
epochs = 6
"""


def test_an_error_of_0_is_what_a_perceptron_learns_for() -> None:
    """After a wrong update: nothing has been made too easy."""
    text = PERCEPTRON.replace("t = [0, 0, 0, 1]", "t = [0, 1, 1, 1]").replace("w = [0, 0]", "w = [-0.5, 0.3]")
    text = text.replace("b = 0\n", "b = 0.2\n").replace("learning_rate = 0.5", "learning_rate = 0.4")
    answers = {"z": 0.2, "y": 1, "e@1": -1, "w@1": [-0.5, 0.3], "b@1": 0.6, "z@2": 0.9, "y@2": 1, "e@2": 0, "z@3": 0.1,
               "y@3": 1, "e@3": 0}  # fmt: skip
    report = derive.check(derive.solve(Problem.loads(text.replace("epochs = 6", "steps = 4"))), answers)
    verdicts = {item.id: item.verdict for item in report.items}
    assert (verdicts["b@1"], verdicts["e@2"], verdicts["e@3"]) == ("wrong", "correct", "follows")


def perceptron(threshold: Callable[[float], float], targets: list[float]) -> Iterator[list[float]]:
    """Weights and bias step by step, in plain floats."""
    w = [0.0, 0.0, 0.0]
    for k in range(24):
        x = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]][k % 4]
        y = threshold(sum(a * b for a, b in zip(w, x, strict=True)))
        w = [a + 0.5 * (targets[k % 4] - y) * b for a, b in zip(w, x, strict=True)]
        yield w


@pytest.mark.parametrize(
    ("changes", "threshold", "targets"),
    [
        ((), lambda z: float(z >= 0), [0, 0, 0, 1]),
        ((("step(z)", "below(0, z)"),), lambda z: float(z > 0), [0, 0, 0, 1]),
        ((("step(z)", "sign(z)"), ("[0, 0, 0, 1]", "[-1, 1, 1, 1]")), lambda z: (z > 0) - (z < 0), [-1, 1, 1, 1]),
        ((("t = [0, 0, 0, 1]", "t = [0, 1, 1, 1]"), ("w^T x", "dot(w, x)")), lambda z: float(z >= 0), [0, 1, 1, 1]),
        ((("t = ", "u = [1, 1, 1, 1]\nt = "), ("batch", 'target = "t"\nbatch')), lambda z: float(z >= 0), [0, 0, 0, 1]),
    ],
)  # fmt: skip
def test_perceptron_against_plain_floats(
    changes: tuple[tuple[str, str], ...], threshold: Callable[[float], float], targets: list[float]
) -> None:
    text = PERCEPTRON
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    solution = derive.solve(Problem.loads(text))
    for k, (w_1, w_2, b) in enumerate(perceptron(threshold, targets), 1):
        assert [*map(float, solution[f"w@{k}"].value), float(solution[f"b@{k}"].value)] == [w_1, w_2, b]


def test_the_page_of_a_perceptron_says_what_moves_its_weights() -> None:
    solution = derive.solve(Problem.loads(PERCEPTRON))
    assert solution["e@1"].equation == "e = t - y"
    assert solution["w@1"].equation == "w = w + eta e x"
    assert solution["b@1"].equation == "b = b + eta e"
    layer = PERCEPTRON.replace("w = [0, 0]", "w = [[0, 0], [0, 1]]").replace("b = 0", "b = [0, 0]")
    layer = layer.replace("w^T x", "w x").replace("[0, 0, 0, 1]", "[[0, 0], [0, 1], [0, 1], [1, 1]]")
    solution = derive.solve(Problem.loads(layer))
    assert solution["w@1"].equation == "w = w + (eta e) x^T" or solution["w@1"].equation == "w = w + eta e x^T"


def test_the_error_of_the_rule_and_that_of_the_model_are_two_things() -> None:
    text = PERCEPTRON.replace("y = step(z)", "y = step(z)\ne = 1 - y") + 'target = "t"\n'
    solution = derive.solve(Problem.loads(text))
    assert solution["e_rule@1"].equation == "e_rule = t - y"
    assert solution["w@1"].equation == "w = w + eta e_rule x"


BASE = PERCEPTRON.split("[update]", maxsplit=1)[0]
RATE_FAULTS = [
    (RULED.replace("= 0.1", '= "fast"'), "`learning_rate` is not a number", "with the number k of the step"),
    (RULED.replace("= 0.1", '= "fast/k"'), "`fast` is not defined", ""),
    (RULED.replace("= 0.1", '= "0.1/(1 + k"'), "is never closed", "expected `)`"),
    (RULED.replace("= 0.1", "= true"), "`learning_rate` is not a number", "with the number k of the step"),
    (RULED + 'schedule = "cosin"\n', "`schedule` cannot be `cosin`", "did you mean `cosine`?"),
    (RULED + 'schedule = "exponential"\n', "the schedule exponential needs `factor`", "for example factor"),
    (RULED + 'schedule = "exponential"\nfactor = "much"\n', "`factor` is a text", "a number"),
    (RULED + "factor = 0.5\n", "`factor` has no meaning in [update]", ""),
    (RULED.replace("= 0.1", '= "0.1/k"') + 'schedule = "cosine"\n', "a schedule begins with a number", "0.1"),
    (PERCEPTRON.replace("step(z)", "sigmoid(z)"), "needs one threshold unit, the model has 0", "y = step(z)"),
    (PERCEPTRON.replace("t = [0, 0, 0, 1]", ""), "which value is the target of the output?", 'target = "t"'),
    (PERCEPTRON + 'target = "q"\n', "`q` is not given", "[samples]"),
    (PERCEPTRON.replace("batch = 1", "batch = 2"), "takes one sample at a time", "batch = 1"),
]


@pytest.mark.parametrize(("text", "message", "hint"), RATE_FAULTS, ids=lambda value: str(value)[-50:])
def test_fault_of_a_rate_or_a_perceptron(text: str, message: str, hint: str) -> None:
    test_fault(text, message, hint)
