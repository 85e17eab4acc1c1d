"""Whether a forward pass is layers of units: z = W a + b, A = f(z), …, and what follows up to the loss."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod

from derive.calculus.differentiation import is_elementwise
from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Index, Ref, Shape, bared, is_symbol, joined_by, names_in
from derive.language.names import Name


@dataclass(frozen=True, slots=True)
class Weighing:
    """A product of weights and inputs.

    weight   the weights' name
    source   what is weighed
    flipped  whether a row of the weights belongs to an input unit, not to one of this layer
    shape    of the weights
    """

    weight: Name
    source: Name
    flipped: bool
    shape: Shape

    @property
    def units(self) -> tuple[int, int]:
        """How many units are weighed, and how many result."""
        rows, columns = (*self.shape, 1, 1)[:2]
        return (rows, columns) if self.flipped else (columns, rows)

    def entry(self, source: int, target: int) -> Index:
        """The weight between two units."""
        place = (source, target) if self.flipped else (target, source)
        return place[: len(self.shape)]


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """One layer: `weighing` makes its sums `name`; `activation` (an operation's key) makes `output` of them.

    `output` is `name` itself where nothing is applied, or where both stand in one equation; `bias` is the given value
    that is added to the sums, where there is one, or as a `threshold` subtracted from them.
    """

    weighing: Weighing
    name: Name
    output: Name
    activation: str = ""
    bias: Name | None = None
    threshold: bool = False


@dataclass(frozen=True, slots=True)
class Layers:
    """A layered network: its layers in order, and the given values that the loss compares their output with."""

    layers: tuple[DrawnLayer, ...]
    target: Name | None

    @property
    def input(self) -> Name:
        """What the first layer weighs."""
        return self.layers[0].weighing.source


def path_to_loss(derivation: Derivation) -> list[Step]:
    """The forward steps that the loss depends on; all of them where there is no loss."""
    if derivation.loss is None:
        return list(derivation.forward)
    needed: set[Name] = {derivation.loss}
    for step in reversed(derivation.forward):
        if step.name in needed:
            needed.update(step.uses)
    return [step for step in derivation.forward if step.name in needed]


def weighing_of(step: Step, derivation: Derivation) -> Weighing | None:
    """The product of weights and inputs in a step that is one, plus terms that are given."""
    terms = summands(step.expr)
    products = [term for term in terms if getattr(turned_back(term), "name", None) not in derivation.given]
    return weighing_in(products[0], derivation) if len(products) == 1 else None


def layers_of(derivation: Derivation) -> Layers | None:
    """The layers of a forward pass; None for any other kind of model."""
    steps = path_to_loss(derivation)
    layers: list[DrawnLayer] = []
    while steps and (layer := _layer(steps[0], derivation)):
        if layers and (layer.weighing.source != layers[-1].output or _input(layers) in steps[0].uses):
            return None
        rest = steps[1:]
        if rest and (key := _activation(rest[0], layer, derivation)) is not None:
            layer, rest = replace(layer, output=rest[0].name, activation=key), rest[1:]
        layers, steps = [*layers, layer], rest
    if not layers or not any(layer.weighing.shape for layer in layers):
        return None
    return _closed(layers, steps, derivation)


def _input(layers: list[DrawnLayer]) -> Name:
    return layers[0].weighing.source


def _closed(layers: list[DrawnLayer], rest: list[Step], derivation: Derivation) -> Layers | None:
    """The layers, if what follows is nothing but a loss: it compares their output with one target.

    With weights or a second target in it, such as those of a penalty or of a mask before more layers, it is more.
    """
    given: dict[Name, bool] = dict(derivation.givens)
    own = {step.name for step in rest} | {layers[-1].output}
    used = [name for name in dict.fromkeys(name for step in rest for name in step.uses) if name not in own]
    if _input(layers) not in given or (rest and derivation.loss is None):
        return None
    if len(used) > 1 or any(given.get(name) is not False for name in used):
        return None
    return Layers(tuple(layers), used[0] if used else None)


def _layer(step: Step, derivation: Derivation) -> DrawnLayer | None:
    """A layer's sums, or both its sums and its activation where one equation says both."""
    weighing = weighing_of(step, derivation)
    if weighing:
        return _with_bias(DrawnLayer(weighing, step.name, step.name), step.expr, derivation)
    expr = step.expr
    if isinstance(expr, Apply) and len(expr.args) == 1 and row_of(expr).elementwise:
        (sums,) = expr.args
        weighing = weighing_of(step.written(sums), derivation)
        if weighing:
            return _with_bias(DrawnLayer(weighing, step.name, step.name, expr.op), sums, derivation)
    return None


def _with_bias(layer: DrawnLayer, sums: Expr, derivation: Derivation) -> DrawnLayer:
    """A layer with what it adds to its sums, or subtracts: one given value for all of its units, or for each."""
    if not isinstance(sums, Apply) or sums.op not in {"add", "subtract"} or len(sums.args) != 2:
        return layer
    terms = sums.args if sums.op == "add" else sums.args[1:]
    names = [term.name for term in map(turned_back, terms) if isinstance(term, Ref)]
    if len(names) != 1 or prod(derivation.shapes[names[0]]) not in {1, layer.weighing.units[1]}:
        return layer
    return replace(layer, bias=names[0], threshold=sums.op == "subtract")


def _activation(step: Step, layer: DrawnLayer, derivation: Derivation) -> str | None:
    """The key of the operation that a step applies to a layer's sums; "formula" for several."""
    expr = step.expr
    if layer.activation or step.phase == "loss" or not isinstance(expr, Apply) or names_in(expr) != (layer.name,):
        return None
    if len(expr.args) == 1 and is_symbol(expr.args[0]) and step.shape == derivation.shapes[layer.name]:
        return expr.op
    return "formula" if is_elementwise(expr, derivation.shapes) else None


def summands(expr: Expr) -> Iterator[Expr]:
    """What is added and subtracted in an expression."""
    return joined_by(expr, "add", "subtract")


def turned_back(expr: Expr) -> Expr:
    """The expression without a transposition."""
    return bared(expr, "transpose")


def weighing_in(product: Expr, derivation: Derivation) -> Weighing | None:
    """The expression as a product of weights and inputs, if it is one."""
    if not isinstance(product, Apply) or product.op != "product":
        return None
    left, right = (turned_back(arg) for arg in product.args)
    given: dict[Name, bool] = dict(derivation.givens)
    if not isinstance(left, Ref) or not isinstance(right, Ref):
        return None
    on_left = _is_weight(left.name, right.name, given)
    weight, source = (left, right) if on_left else (right, left)
    transposed = product.args[0 if on_left else 1] != weight
    weighing = Weighing(weight.name, source.name, transposed == on_left, derivation.shapes[weight.name])
    return weighing if weight.name in given and _fits(weighing, derivation.shapes[source.name]) else None


def _fits(weighing: Weighing, source: Shape) -> bool:
    """Whether the weights weigh units; a scalar that scales an array does not."""
    return prod(source) % weighing.units[0] == 0 and bool(weighing.shape or not source)


def _is_weight(left: Name, right: Name, given: Mapping[Name, bool]) -> bool:
    """Whether the left factor is the weights: the given one of the two, the parameter if both are given."""
    if left in given and right in given:
        return given[left] or not given[right]
    return left in given
