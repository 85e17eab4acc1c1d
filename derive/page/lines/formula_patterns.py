"""Formulas that are known by their form, whatever their names: a dropout, a running mean, the scores of an attention.

A form is written in the language of equations; each of its names stands for any expression, the same one everywhere.
`eta`, `k` and θ stand for themselves: the learning rate, the number of the step, what an update assigns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from derive.calculus.operation_rows import nodes_with, row_of
from derive.derivation.steps import Derivation, Step
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, Number, Ref, names_in, substitute, walk
from derive.language.grammar import parse
from derive.language.names import Derivative, Name, Symbol
from derive.operations import FUNCTIONS, MACROS
from derive.problem.training.model import ETA, STEP

Bound: TypeAlias = Mapping[str, Expr]
THETA = Symbol("theta")
LETTERS = "abdeghijmnprstuvwxyz"


@dataclass(frozen=True, slots=True)
class Form:
    """A formula and what is said of it.

    key    its sentence, under `reasons` in the catalogue
    texts  how it is written
    holds  whether what its names stand for is of the right kind
    whole  whether it is all of an equation, not a part of it
    """

    key: str
    texts: tuple[str, ...]
    holds: Callable[[Forward, Step, Bound], bool]
    whole: bool = True


class Forward:
    """The forward pass of a derivation, its steps looked up by what they give and by what they use."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation, self.shapes = derivation, derivation.shapes
        self.data, self.parameters = derivation.data, derivation.given - derivation.data
        self.steps: dict[Name, Step] = {step.name: step for step in derivation.forward}
        self.helpers: dict[Name, Step] = {step.name: step for step in derivation.forward if step.helper}
        self.users: dict[Name, list[Step]] = {}
        self.weights = set(self.parameters)  # with what is only made larger or put together from them: α B A
        for step in derivation.forward:
            if _only_multiplies(step.expr) and self.is_weight(step.expr):
                self.weights.add(step.name)
            for name in step.uses:
                self.users.setdefault(name, []).append(step)

    def is_weight(self, expr: Expr) -> bool:
        """Whether it holds parameters alone, or is a product of such with given numbers: no unit has made it."""
        names = set(names_in(expr))
        numbers = {name for name in names & self.data if not self.shapes[name]}
        scaled = names <= self.weights | numbers and _only_multiplies(expr)
        return bool(names & self.weights) and (scaled or names <= self.parameters)

    def step(self, expr: Expr) -> Step | None:
        """The step that an expression names."""
        return self.steps.get(expr.name) if isinstance(expr, Ref) else None

    def scores(self, step: Step) -> list[Name]:
        """What a step makes probabilities of."""
        if step.form is not step and not self.scores(step.form):
            return []
        nodes = nodes_with(step.expr, lambda row: row.from_scores)
        return [node.args[0].name for node in nodes if isinstance(node.args[0], Ref)]

    def classified(self, step: Step) -> bool:
        """Whether a step makes probabilities that the loss is of."""
        return bool(self.scores(step)) and any(map(self._of_the_loss, (step, *self.users.get(step.name, ()))))

    def behind(self, step: Step) -> list[Step]:
        """A step of the loss with those that it uses; nothing of another step."""
        used = [self.steps[name] for name in step.uses if name in self.steps]
        return [step, *used] if self._of_the_loss(step) else []

    def _of_the_loss(self, step: Step) -> bool:
        bare = step.name.bare if isinstance(step.name, Symbol) else None
        return step.phase == "loss" or (bare in self.steps and self.steps[bare].phase == "loss")

    def using(self, expr: Expr) -> list[Step]:
        """The steps that use what an expression names."""
        return self.users.get(expr.name, []) if isinstance(expr, Ref) else []


def forms_of(around: Forward, step: Step) -> Iterator[tuple[str, Bound]]:
    """The forms that the equation of a step has, each with what its names stand for; named rules tell of themselves."""
    for form in UPDATES if step.rule == "update" else FORWARD if step.phase == "forward" else ():
        inside = [around.helpers[name] for name in step.uses if name in around.helpers]
        expr = substitute(step.expr, {helper.name: helper.expr for helper in inside})
        for node in (expr,) if form.whole else walk(expr):
            for text in form.texts:
                bound = matched(pattern(text), node, {THETA.id: Ref(step.name.before)})
                if bound is not None and form.holds(around, step, bound):
                    yield form.key, bound
                    break
            else:
                continue
            break


def _only_multiplies(expr: Expr) -> bool:
    return not any(nodes_with(expr, lambda row: row.key not in {"product", "negate", "transpose", "divide"}))


def is_uphill(step: Step) -> bool:
    """Whether an update is a step along the gradient."""
    assert isinstance(step.name, Symbol)
    bound = matched(pattern("theta + eta g"), step.expr, {THETA.id: Ref(step.name.before)})
    return bound is not None and _is_gradient(bound["g"])


def matched(pattern: Expr, expr: Expr, bound: Bound) -> Bound | None:
    """What the names of a pattern stand for where an expression has its form; None where it has not."""
    if isinstance(pattern, Ref):
        if pattern.name in {ETA, STEP}:
            return bound if pattern == expr else None
        known = bound.get(pattern.name.id)
        if known is None:
            return {**bound, pattern.name.id: expr}
        return bound if known == expr else None
    if not isinstance(pattern, Apply) or not isinstance(expr, Apply):
        return bound if pattern == expr else None
    if pattern.op != expr.op or len(pattern.args) != len(expr.args):
        return None
    for part, arg in zip(pattern.args, expr.args, strict=True):
        found = matched(part, arg, bound)
        if found is None:
            return None
        bound = found
    return bound


@cache
def pattern(text: str) -> Expr:
    """A formula over letters."""
    names: dict[str, Name] = {letter: Symbol(letter) for letter in LETTERS}
    return parse(text, Scope({**names, ETA.id: ETA, STEP.id: STEP, THETA.id: THETA}, FUNCTIONS))


# --- of the right kind --------------------------------------------------------------------------------------------


def _is_number(around: Forward, expr: Expr) -> bool:
    """A number, or the name of a given one."""
    return isinstance(expr, Number) or (isinstance(expr, Ref) and expr.name in around.data)


def _is_data(around: Forward, expr: Expr) -> bool:
    return isinstance(expr, Ref) and expr.name in around.data


def _is_gradient(expr: Expr) -> bool:
    return isinstance(expr, Ref) and isinstance(expr.name, Derivative)


def _dropout(around: Forward, step: Step, bound: Bound) -> bool:
    return _is_data(around, bound["m"]) and _is_number(around, bound["p"])


def _variance(around: Forward, step: Step, bound: Bound) -> bool:
    """Whether what is squared is a distance from a mean."""
    distance = around.step(bound["d"])
    if distance is None or not isinstance(distance.expr, Apply) or distance.expr.op != "subtract":
        return False
    middle = around.step(distance.expr.args[1])
    return middle is not None and isinstance(middle.expr, Apply) and middle.expr.op == "mean"


def _scores(around: Forward, step: Step, bound: Bound) -> bool:
    """Whether what is divided goes into a softmax."""
    uses = (
        node for user in around.using(Ref(step.name)) for node in nodes_with(user.expr, lambda row: row.from_scores)
    )
    softened = any(Ref(step.name) in node.args for node in uses)
    return softened and isinstance(bound["n"], Number)


def _drawn(around: Forward, step: Step, bound: Bound) -> bool:
    """Whether a normal distribution with this mean and this deviation is compared with the standard one."""
    if not _is_data(around, bound["e"]):
        return False
    divergence = MACROS["kl_normal"].body.replace("sigma", "s").replace("mu", "m")
    nodes = (node for other in around.using(bound["s"]) for node in walk(other.expr))
    return any(matched(pattern(divergence), node, bound) is not None for node in nodes)


def _of_gradient(around: Forward, step: Step, bound: Bound) -> bool:
    return _is_gradient(bound["g"])


def _of_threshold(around: Forward, step: Step, bound: Bound) -> bool:
    """Whether the error is that of a threshold unit."""
    error = around.step(bound["e"])
    outputs = [around.steps.get(name) for name in error.uses] if error else []
    return any(step and isinstance(step.expr, Apply) and row_of(step.expr).threshold is not None for step in outputs)


def _always(around: Forward, step: Step, bound: Bound) -> bool:
    return True


FORWARD = (
    Form("mean", ("mean(x)",), lambda around, step, bound: isinstance(bound["x"], Ref)),
    Form("variance", ("mean(d^2)",), _variance),
    Form("standardised", ("x/sqrt(v + e)",), lambda around, step, bound: _is_number(around, bound["e"]), whole=False),
    Form("scores", ("x/sqrt(n)",), _scores),
    Form("dropout", ("(x ⊙ m)/(1 - p)",), _dropout),
    Form("drawn", ("m + s ⊙ e",), _drawn),
)
UPDATES = (
    Form("gradient_descent", ("theta - eta g",), _of_gradient),
    Form("running_mean", ("a theta + (1 - a) g",), _of_gradient),
    Form("running_square", ("a theta + (1 - a) g^2",), _of_gradient),
    Form("bias_correction", ("m/(1 - a^k)",), _always),
    Form("scaled_step", ("-eta m/sqrt(v)", "-eta m/(sqrt(v) + e)", "-eta m/sqrt(v + e)"), _always),
    Form("momentum_v", ("a theta + g", "a theta + eta g"), _of_gradient),
    Form("perceptron", ("theta + eta e x", "theta + eta e"), _of_threshold),
)  # fmt: skip
