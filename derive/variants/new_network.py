"""A new problem file: a network of given sizes, its numbers drawn so that nothing in it vanishes or saturates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod

from derive.errors import DeriveError, suggestion
from derive.language.expressions import Shape
from derive.notation.matrices import nested
from derive.operations.losses import ONE_HOT
from derive.problem.network.shorthand import network_losses
from derive.problem.network.stack import FUNCTION
from derive.problem.problem import Problem
from derive.problem.reading.framework_names import function_name, meant_key
from derive.problem.reading.given_values import exact_number
from derive.problem.schema.packaged import FILE_NAME
from derive.problem.toml_values import toml
from derive.prose.catalogue import languages
from derive.variants.assignment import Assignment

MOST_NUMBERS = 2_000
DEFAULT_LOSS, DEFAULT_ACTIVATION, DEFAULT_OUTPUT = "squared error", "ReLU", "sigmoid"
_INPUTS = "{ from = -2, to = 2, step = 0.5, except = 0 }"
_WEIGHTS = "{ from = -0.9, to = 0.9, step = 0.1, except = 0 }"
_BIASES = "{ from = -0.5, to = 0.5, step = 0.1 }"
_SIZES = re.compile(r"\d+(\s*[-–,x×\s]\s*\d+)+")


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """What a new problem is to be: the units of its layers, the inputs first; the activation of the hidden ones and of
    the last; no update where the learning rate is 0.
    """

    name: str
    units: tuple[int, ...]
    title: str
    activation: str = DEFAULT_ACTIVATION
    output: str = DEFAULT_OUTPUT
    loss: str = DEFAULT_LOSS
    language: str = "en"
    learning_rate: Fraction = Fraction(1, 10)

    @property
    def shapes(self) -> dict[str, Shape]:
        """The given values and their shapes: the input, the target, weights and biases."""
        shapes: dict[str, Shape] = {"x": (self.units[0],), "t": (self.units[-1],)}
        for i, (columns, rows) in enumerate(pairwise(self.units), 1):
            shapes |= {f"W_{i}": (rows, columns), f"b_{i}": (rows,)}
        return shapes


# --- what is asked ----------------------------------------------------------------------------------------------------


def read_units(text: str) -> tuple[int, ...]:
    """The units of each layer: `2-3-1`. Raises DeriveError."""
    hint = "expected the units of each layer, the inputs first: 2-3-1"
    if not _SIZES.fullmatch(text.strip()):
        raise DeriveError(f"`{text}` is not the sizes of a network", hint)
    units = tuple(map(int, re.findall(r"\d+", text)))
    if 0 in units:
        raise DeriveError("a layer has no units", hint)
    if (numbers := sum((columns + 1) * rows for columns, rows in pairwise(units))) > MOST_NUMBERS:
        raise DeriveError(f"the network has {numbers} weights and biases", f"at most {MOST_NUMBERS}: nobody reads more")
    return units


def read_activation(text: str) -> str:
    """An activation in any spelling. Raises DeriveError."""
    name = function_name(text.strip())
    if not FUNCTION.holds(name):
        hint = suggestion(name, _ACTIVATIONS) or "`derive operations` lists what there is: ReLU, tanh, sigmoid, …"
        raise DeriveError(f"`{text}` is not an activation", hint)
    return name


_ACTIVATIONS = ("ReLU", "sigmoid", "tanh", "softmax", "identity", "LeakyReLU", "GELU", "SiLU", "softplus", "ELU")
"""What a misspelt activation may have been meant to be."""


def read_loss(text: str) -> str:
    """A loss in any spelling. Raises DeriveError."""
    losses = network_losses()
    name = meant_key(text.strip(), losses)
    if name not in losses:
        raise DeriveError(f"`{text}` is not a loss", suggestion(name, losses) or f"one of: {', '.join(losses)}")
    return name


def usual_output(loss: str) -> str:
    """The activation that stands before a loss."""
    return network_losses()[loss].output or DEFAULT_OUTPUT


def read_language(text: str) -> str:
    """A language that pages are written in. Raises DeriveError."""
    if text.strip() not in languages():
        raise DeriveError(f"there is no catalogue for the language `{text}`", f"one of: {', '.join(languages())}")
    return text.strip()


def read_learning_rate(text: str) -> Fraction:
    """A learning rate; 0 for no update. Raises DeriveError."""
    rate = exact_number(text.strip().replace(",", "."))
    if rate is None or rate < 0:
        raise DeriveError(f"`{text}` is not a learning rate", "expected a number such as 0.1, or 0 for no update")
    return rate


# --- what is written --------------------------------------------------------------------------------------------------


def problem_file(plan: NetworkPlan) -> str:
    """The text of the problem. Raises DeriveError where the loss does not fit the output, or no numbers are good."""
    if network_losses()[plan.loss].targets == ONE_HOT and plan.units[-1] == 1:
        raise DeriveError(
            f"the loss {plan.loss} takes several outputs", "as in 2-3-2; of one output: binary cross entropy"
        )
    start = {name: [Fraction(i + 1, 10) for i in range(prod(shape))] for name, shape in plan.shapes.items()}
    first = Problem.loads(_text(plan, start), plan.name)
    drawn = Assignment(first, plan.name).draw("").problem
    return _text(plan, {given.name.id: list(given.values) for given in drawn.givens})


def _drawn(plan: NetworkPlan) -> dict[str, str]:
    """What each value is drawn from."""
    weights = {name: _WEIGHTS if name.startswith("W") else _BIASES for name in plan.shapes}
    return weights | {"x": _INPUTS, "t": network_losses()[plan.loss].targets}


def _text(plan: NetworkPlan, values: Mapping[str, list[Fraction]]) -> str:
    layers = [_layer(n, plan.activation) for n in plan.units[1:-1]] + [_layer(plan.units[-1], plan.output)]
    arrays = {name: nested(values[name], () if shape == (1,) else shape) for name, shape in plan.shapes.items()}
    given = {name: f"{name} = {toml(array)}" for name, array in arrays.items()}
    tables = {
        "data": [given.pop("x"), given.pop("t")],
        "parameters": list(given.values()),
        "network": ['input = "x"', 'target = "t"', f"layers = [{', '.join(layers)}]", f'loss = "{plan.loss}"'],
        "update": [f"learning_rate = {toml(plan.learning_rate)}"] if plan.learning_rate else [],
        "variants": [*(f"{name} = {drawn}" for name, drawn in _drawn(plan).items()), f"tidy = {3 * len(plan.units)}"],
    }
    head = [
        f"#:schema ./{FILE_NAME}",
        f"# `derive solve {plan.name}.toml` works it out; `derive class` draws other numbers for each student.",
        f"title = {toml(plan.title)}",
        f'language = "{plan.language}"',
    ]
    parts = [head, *([f"[{name}]", *lines] for name, lines in tables.items() if lines)]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _layer(units: int, activation: str) -> str:
    return f'{{ units = {units}, activation = "{activation}" }}'
