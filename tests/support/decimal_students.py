"""Students who work random networks out with `decimal`, apart from all numbers of this package.

They round or cut each number to digits or decimals, go on with what they wrote, with what their calculator holds, or
now with this and now with that, leave steps out, and may make one mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from random import Random
from typing import TypeAlias

from derive import Problem, solve
from derive.answers.feedback.report import Report
from derive.solution import Solution

Vector: TypeAlias = list[Decimal]
Values: TypeAlias = Mapping[str, Vector]
CALCULATOR = Context(prec=14)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Activation:
    """A function and its derivative."""

    at: Callable[[Decimal], Decimal]
    slope: Callable[[Decimal], Decimal]


def _sigmoid(z: Decimal) -> Decimal:
    return ONE / (ONE + (-z).exp())


def _tanh(z: Decimal) -> Decimal:
    return ONE - 2 / ((2 * z).exp() + 1)


ACTIVATIONS = {
    "sigmoid": Activation(_sigmoid, lambda z: _sigmoid(z) * (ONE - _sigmoid(z))),
    "tanh": Activation(_tanh, lambda z: ONE - _tanh(z) ** 2),
    "relu": Activation(lambda z: max(z, Decimal(0)), lambda z: Decimal(int(z > 0))),
}


@dataclass(frozen=True, slots=True)
class DecimalNetwork:
    """Two layers with a squared error: sizes, the functions of the layers, the given numbers (matrices row by row)."""

    sizes: tuple[int, int, int]
    kinds: tuple[str, str]
    given: dict[str, Vector]

    @staticmethod
    def drawn(random: Random) -> DecimalNetwork:
        """A network with numbers of one or two decimals."""
        inputs, hidden, outputs = random.choice(((2, 2, 2), (2, 3, 1), (3, 2, 2), (3, 3, 3), (2, 2, 1), (4, 3, 2)))
        kinds = random.choice(("sigmoid", "tanh", "relu")), random.choice(("sigmoid", "tanh", "sigmoid"))

        def numbers(count: int) -> Vector:
            found = (Decimal(random.choice((-1, 1)) * random.randint(11, 160)).scaleb(-2) for _ in range(count))
            return [Decimal(random.randint(15, 95)).scaleb(-2) if random.random() < 0.5 else x for x in found]

        given = {"x": numbers(inputs), "Y": [Decimal(random.randint(0, 1)) for _ in range(outputs)],
                 "W_1": numbers(hidden * inputs), "b_1": numbers(hidden),
                 "W_2": numbers(outputs * hidden), "b_2": numbers(outputs)}  # fmt: skip
        return DecimalNetwork((inputs, hidden, outputs), kinds, given)

    def solution(self) -> Solution:
        """The network as a problem, worked out by the package."""
        n, m, k = self.sizes
        shapes = {"W_1": (m, n), "W_2": (k, m)}

        def listed(name: str) -> str:
            numbers, (_, columns) = [str(x) for x in self.given[name]], shapes.get(name, (1, 1))
            rows = [f"[{', '.join(numbers[i : i + columns])}]" for i in range(0, len(numbers), columns)]
            return f"[{', '.join(rows if name in shapes else numbers)}]"

        data, parameters = ("x", "Y"), ("W_1", "b_1", "W_2", "b_2")
        lines = ["[data]", *(f"{name} = {listed(name)}" for name in data), "[parameters]",
                 *(f"{name} = {listed(name)}" for name in parameters), "[model]", "equations = '''",
                 "z_1 = W_1 x + b_1", f"A_1 = {self.kinds[0]}(z_1)", "z_2 = W_2 A_1 + b_2",
                 f"A_2 = {self.kinds[1]}(z_2)", "L = sum((A_2 - Y)^2)", "'''", 'loss = "L"']  # fmt: skip
        return solve(Problem.loads("\n".join(lines)))

    # --- the right equations ------------------------------------------------------------------------------------------

    def worked(self, step: str, v: Values) -> Vector:
        """What a step gives at some numbers for the steps before it."""
        layer = int(step[-1]) if step[-1].isdigit() else 0
        before = v["x" if layer == 1 else "A_1"]
        if step == f"z_{layer}":
            return [a + b for a, b in zip(_times(v[f"W_{layer}"], before), v[f"b_{layer}"], strict=True)]
        if step == f"A_{layer}":
            return list(map(self.activation(layer).at, v[f"z_{layer}"]))
        if step == "L":
            return [sum((a - y) ** 2 for a, y in zip(v["A_2"], v["Y"], strict=True)) + Decimal(0)]
        if step == "dL/dA_2":
            return [2 * (a - y) for a, y in zip(v["A_2"], v["Y"], strict=True)]
        if step == "dL/dA_1":
            return _times(_turned(v["W_2"], self.sizes[1]), v["dL/dz_2"])
        if step == f"dL/dz_{layer}":
            slopes = map(self.activation(layer).slope, v[f"z_{layer}"])
            return [g * s for g, s in zip(v[f"dL/dA_{layer}"], slopes, strict=True)]
        if step == f"dL/dW_{layer}":
            return [g * a for g in v[f"dL/dz_{layer}"] for a in before]
        assert step == f"dL/db_{layer}"
        return list(v[f"dL/dz_{layer}"])

    def activation(self, layer: int) -> Activation:
        """The function of a layer."""
        return ACTIVATIONS[self.kinds[layer - 1]]


STEPS = ("z_1", "A_1", "z_2", "A_2", "L", "dL/dA_2", "dL/dz_2", "dL/dW_2", "dL/db_2", "dL/dA_1", "dL/dz_1", "dL/dW_1",
         "dL/db_1")  # fmt: skip


def _times(matrix: Vector, vector: Vector) -> Vector:
    n = len(vector)
    return [sum((a * b for a, b in zip(matrix[i : i + n], vector, strict=True)), Decimal(0))
            for i in range(0, len(matrix), n)]  # fmt: skip


def _turned(matrix: Vector, columns: int) -> Vector:
    """The transpose of a matrix of so many columns, row by row."""
    return [matrix[i] for j in range(columns) for i in range(j, len(matrix), columns)]


# --- one mistake ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlantedMistake:
    """A wrong step: where it is made, what it gives (None where it cannot be made), and the keys that name it."""

    step: str
    gives: Callable[[DecimalNetwork, Values], Vector | None]
    keys: frozenset[str]


def _mistake(step: str, gives: Callable[[DecimalNetwork, Values], Vector | None], *keys: str) -> PlantedMistake:
    return PlantedMistake(step, gives, frozenset(keys))


def _without_bias(layer: int) -> Callable[[DecimalNetwork, Values], Vector]:
    return lambda net, v: _times(v[f"W_{layer}"], v["x" if layer == 1 else "A_1"])


def _with(layer: int, slope: Callable[[Activation, Decimal], Decimal]) -> Callable[[DecimalNetwork, Values], Vector]:
    """dL/dz with something else for the local derivative."""

    def gives(net: DecimalNetwork, v: Values) -> Vector:
        pairs = zip(v[f"dL/dA_{layer}"], v[f"z_{layer}"], strict=True)
        return [g * slope(net.activation(layer), z) for g, z in pairs]

    return gives


def _square(net: DecimalNetwork, layer: int) -> bool:
    return net.sizes[layer] == net.sizes[layer - 1] > 1


MISTAKES = (
    _mistake("z_1", _without_bias(1), "bias_forgotten"),
    _mistake("z_2", _without_bias(2), "bias_forgotten"),
    _mistake("dL/dA_2", lambda net, v: [-x for x in net.worked("dL/dA_2", v)], "sign_turned", "target_turned"),
    _mistake("dL/dA_2", lambda net, v: [x / 2 for x in net.worked("dL/dA_2", v)], "factor_2"),
    _mistake("dL/dz_2", _with(2, lambda f, z: ONE), "local_derivative_forgotten"),
    _mistake("dL/dz_1", _with(1, lambda f, z: ONE), "local_derivative_forgotten", "mask_forgotten"),
    _mistake("dL/dz_1", _with(1, lambda f, z: f.at(z)), "function_for_derivative"),
    _mistake("dL/dz_2", _with(2, lambda f, z: f.slope(f.at(z))), "derivative_at_activation"),
    _mistake("dL/dA_1", lambda net, v: _times(v["W_2"], v["dL/dz_2"]) if _square(net, 2) else None,
             "transpose_forgotten"),
    _mistake("dL/dW_2", lambda net, v: _turned(net.worked("dL/dW_2", v), net.sizes[1]) if _square(net, 2) else None,
             "outer_product_transposed"),
    _mistake("dL/dW_1", lambda net, v: [g * a for g in v["dL/dA_1"] for a in v["x"]], "wrong_gradient"),
    _mistake("dL/dW_2", lambda net, v: [g * a for g in v["dL/dz_2"] for a in v["x"]] if _square(net, 1) else None,
             "wrong_input"),
    _mistake("dL/dW_2", lambda net, v: [-x for x in net.worked("dL/dW_2", v)], "sign_turned"),
    _mistake("A_1", lambda net, v: [x.scaleb(-1) for x in net.worked("A_1", v)], "power_of_ten"),
)  # fmt: skip


# --- a student --------------------------------------------------------------------------------------------------------


@dataclass
class DecimalStudent:
    """One student's way of working: every choice comes from the generator, so that a work can be made again.

    digits     significant digits of a written number
    decimals   decimals instead, where that leaves two significant digits
    cuts       whether digits are cut off instead of rounded
    goes_on    with what is `written`, what is `exact` in the calculator, or `mixed`
    skips      the share of steps that are left out
    mistake    the one mistake, or None
    """

    network: DecimalNetwork
    random: Random
    digits: int
    decimals: int | None
    cuts: bool
    goes_on: str
    skips: float
    mistake: PlantedMistake | None = None
    texts: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def drawn(random: Random, mistake: PlantedMistake | None = None) -> DecimalStudent:
        """A student with a network of their own."""
        digits = random.randint(3, 6)
        decimals = random.choice((None, None, random.randint(3, 5)))
        goes_on = random.choice(("written", "exact", "mixed"))
        return DecimalStudent(DecimalNetwork.drawn(random), random, digits, decimals, random.random() < 0.3, goes_on,
                              random.choice((0, 0.2, 0.4)), mistake)  # fmt: skip

    def work(self) -> dict[str, str]:
        """What is handed in: a text for each step that was not left out; empty if the mistake changes nothing."""
        with localcontext(CALCULATOR):
            return self._worked()

    def _worked(self) -> dict[str, str]:
        exact: dict[str, Vector] = {}
        written: dict[str, Vector] = {}
        for step in STEPS:
            v = {**self.network.given, **{name: self._used(exact[name], written[name]) for name in exact}}
            right = self.network.worked(step, v)
            here = self.mistake is not None and self.mistake.step == step
            found = self.mistake.gives(self.network, v) if self.mistake and here else right
            if found is None or (here and not _differs(found, right)):
                return {}
            exact[step], written[step] = found, list(map(self._written, found))
            if here or self.random.random() >= self.skips:
                self.texts[step] = self._text(step, written[step])
        return self.texts

    def _used(self, exact: Vector, written: Vector) -> Vector:
        rounds = {"written": True, "exact": False, "mixed": self.random.random() < 0.5}[self.goes_on]
        return written if rounds else exact

    def _written(self, x: Decimal) -> Decimal:
        if x == 0:
            return Decimal(0)
        place = x.adjusted() - self.digits + 1
        if self.decimals is not None and -self.decimals < x.adjusted():
            place = -self.decimals
        return x.quantize(Decimal(1).scaleb(place), rounding=ROUND_DOWN if self.cuts else ROUND_HALF_UP)

    def _text(self, step: str, numbers: Vector) -> str:
        texts = [format(x, "f") for x in numbers]
        if step == "L":
            return texts[0]
        if "W" not in step:
            return f"[{'; '.join(texts)}]"
        columns = self.network.sizes[int(step[-1]) - 1]
        return f"[{'; '.join(' '.join(texts[i : i + columns]) for i in range(0, len(texts), columns))}]"


def _differs(found: Vector, right: Vector) -> bool:
    """Whether a mistake shows: most numbers are others by 4 % of the largest at least."""
    largest = max(map(abs, right))
    apart = [abs(a - b) > largest / 25 for a, b in zip(found, right, strict=True)]
    return largest > 0 and 2 * sum(apart) >= len(apart)


# --- what became of it ------------------------------------------------------------------------------------------------


def judged_right(found: Report) -> bool:
    """Whether nothing in a work is called wrong, and everything was read."""
    return not any(item.verdict in {"wrong", "unreadable", "unmatched"} for item in found.items)


def judged_mistake(found: Report, mistake: PlantedMistake) -> tuple[bool, bool]:
    """Whether a mistake is the one fault of a work, at its place; whether it is also named."""
    wrong = {item.id: item.diagnosis for item in found.items if item.verdict == "wrong"}
    located = set(wrong) == {mistake.step}
    return located, located and wrong[mistake.step] in mistake.keys
