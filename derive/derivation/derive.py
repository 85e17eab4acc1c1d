"""A Problem's equations → the Derivation: forward, backward and update equations in one list. It holds no number.

The backward pass is a source transformation (reverse mode): equation by equation in reverse order, each operation's row
giving the gradient of its arguments as an equation in the same language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import inf, prod

from derive.calculus.building import plus, times, total
from derive.calculus.differentiation import (
    Shapes,
    derivative_rule,
    differentiate,
    reduced,
    settled,
    shape_of,
    slopes,
    spread,
)
from derive.calculus.operation_rows import row_of
from derive.derivation.helpers import LINEAR, Helpers, LossPath, is_pointwise
from derive.derivation.intermediate import interims_of
from derive.errors import Fault, InputError
from derive.language.expressions import (
    Apply,
    Equation,
    Expr,
    Ref,
    Shape,
    apply,
    names_in,
    number,
)  # fmt: skip
from derive.language.names import Derivative, Name, Symbol
from derive.problem.problem import Problem
from derive.problem.training.batch import EACH, SamplePlaces

ACROSS = {"rows", "channels"}  # along them each entry of a column stands alone
LARGEST_JACOBIAN = 50  # components of a vector up to which the page goes through a Jacobian


@dataclass(frozen=True, slots=True)
class Step:
    """One equation of the derivation. Each name is defined once: an update defines the updated one, `name.after`.

    phase    `given`, `forward`, `loss`, `backward` or `update`
    rule     what kind of move it is: joins prose, marks and known mistakes
    shape    of the value
    rounded  whether what follows goes on with the printed number, whatever the carry
    """

    name: Name
    expr: Expr
    phase: str
    rule: str
    shape: Shape
    rounded: bool = False

    @property
    def id(self) -> str:
        """The step's name, as everything outside refers to it."""
        return self.name.id

    @property
    def helper(self) -> bool:
        """Whether it is a formula inside an equation, taken out (`h_1:1`)."""
        symbol = self.name if isinstance(self.name, Symbol) else self.name.by
        return symbol.helper > 0

    @property
    def uses(self) -> tuple[Name, ...]:
        """The names that the equation uses, in the order they stand in it."""
        return names_in(self.expr)


@dataclass(frozen=True, slots=True)
class Derivation:
    """The structure of a worked solution: every step in order, and the shape of everything named.

    `problem` is what it was made of, `givens` the given names and whether each is a parameter, `wanted` the names whose
    gradient is asked for; `constants` and `states` are what only the updates use. `interims` holds, for the forward
    steps that have such, what is worked out on the way to them, the step itself last. `places` tells whose the names
    of a batch are.
    """

    problem: Problem = field(compare=False, repr=False)
    givens: tuple[tuple[Symbol, bool], ...]
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    updates: tuple[Step, ...]
    loss: Symbol | None
    wanted: tuple[Symbol, ...]
    shapes: Mapping[Name, Shape]
    constants: tuple[Symbol, ...] = ()
    states: tuple[Symbol, ...] = ()
    interims: Mapping[Name, tuple[Step, ...]] = field(default_factory=dict)
    places: SamplePlaces = field(default_factory=SamplePlaces)

    @property
    def steps(self) -> Iterator[Step]:
        """All steps of one pass, in order."""
        yield from self.forward
        yield from self.backward
        yield from self.updates

    def step(self, name: Name) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)

    def is_worked(self, name: Name) -> bool:
        """Whether the page works a step out: of a large batch only those of the first samples."""
        i, samples = self.places.sample(name), self.problem.samples
        return i is None or samples is None or i < samples.worked(self.problem.page.entries)

    @property
    def begun(self) -> frozenset[Name]:
        """What has a value before the first pass: given, constant or a state."""
        return frozenset((*(name for name, _ in self.givens), *self.constants, *self.states))

    @property
    def turning(self) -> tuple[Symbol, ...]:
        """The given values of which every pass has its own: those of its samples."""
        samples = self.problem.samples
        return samples.names() if samples and samples.turning else ()

    @property
    def carried(self) -> tuple[Step, ...]:
        """The updates that the next pass begins with: not what an update only needs in between."""
        begun = self.begun
        return tuple(step for step in self.updates if step.name.before in begun)

    @property
    def gradients(self) -> tuple[Derivative, ...]:
        """The gradients that are asked for."""
        return tuple(Derivative(self.loss, name) for name in self.wanted) if self.loss else ()


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem, checked to be well formed."""
    shapes: dict[Name, Shape] = dict(problem.shapes)
    parameters = [given.name for given in problem.givens if given.parameter]
    wanted = tuple(dict.fromkeys([*parameters, *problem.gradients])) if problem.loss else ()
    path = LossPath(problem.equations, problem.loss, wanted)
    forward = tuple(_forward(problem, path, shapes))
    path = LossPath([Equation(step.name, step.expr) for step in forward], problem.loss, wanted)
    places = SamplePlaces.of(problem.samples)
    backward = tuple(_Backward(forward, path, shapes, places).steps()) if problem.loss else ()
    updates = tuple(_updates(problem, shapes)) if problem.update else ()
    interims = {step.name: way for step in forward if (way := interims_of(step, shapes))}
    shapes |= {step.name: step.shape for way in interims.values() for step in way}
    own = places.results((step.name for step in (*forward, *backward)), problem.loss)
    shapes |= {places.called(name, EACH): shapes[name] for name in own}
    derivation = Derivation(
        problem, tuple((given.name, given.parameter) for given in problem.givens),
        forward, backward, updates, problem.loss, wanted, shapes,
        problem.update.constant_names if problem.update else (),
        tuple(state.name for state in problem.update.states) if problem.update else (), interims,
        places,
    )  # fmt: skip
    well_formed(derivation)
    return derivation


def well_formed(derivation: Derivation) -> None:
    """Every name is defined once and before it is used, and every value has the shape it says."""
    known = set(derivation.begun)
    for step in derivation.steps:
        assert step.name not in known, f"{step.id} is defined twice"
        assert known.issuperset(step.uses), f"{step.id} uses something undefined"
        known.add(step.name)
        found = shape_of(step.expr, derivation.shapes)
        assert found == step.shape, f"{step.id} has shape {found}, not {step.shape}"


# --- forward ------------------------------------------------------------------------------------------------------


def _forward(problem: Problem, path: LossPath, shapes: dict[Name, Shape]) -> Iterator[Step]:
    for equation in problem.equations:
        assert isinstance(equation.name, Symbol)
        helpers = Helpers(equation.name, path, shapes)
        expr = equation.expr if equation.name not in path.names else helpers.lowered(equation.expr)
        for name, inner in helpers.made:
            yield Step(name, settled(inner, shapes), "forward", _forward_rule(inner, shapes), shapes[name])
        phase = "loss" if equation.name == problem.loss else "forward"
        yield Step(equation.name, settled(expr, shapes), phase, _forward_rule(expr, shapes),
                   shapes[equation.name], equation.rounded)  # fmt: skip


def _forward_rule(expr: Expr, shapes: Shapes) -> str:
    """`affine` for sums of products with matrices, the operation's key for one operation, else `formula`."""
    if not isinstance(expr, Apply):
        return "copy"
    if not is_pointwise(expr, shapes):
        return "affine" if _has_matrix_product(expr, shapes) else _main(expr).op
    if all(isinstance(arg, Ref) for arg in expr.args):
        return expr.op
    return "formula"


def _main(expr: Apply) -> Apply:
    """The operation that a sum with a bias is about: of conv(X, K) + b the convolution."""
    inner = next((arg for arg in expr.args if isinstance(arg, Apply)), None) if expr.op in LINEAR else None
    return expr if inner is None else _main(inner)


def _has_matrix_product(expr: Expr, shapes: Shapes) -> bool:
    if not isinstance(expr, Apply):
        return False
    if expr.op == "product" and () not in tuple(shape_of(arg, shapes) for arg in expr.args):
        return True
    return any(_has_matrix_product(arg, shapes) for arg in expr.args)


# --- backward -----------------------------------------------------------------------------------------------------


class _Backward:
    """Reverse mode over the forward steps: local derivatives, parts through each path, their sums."""

    def __init__(
        self, forward: tuple[Step, ...], path: LossPath, shapes: dict[Name, Shape], places: SamplePlaces
    ) -> None:
        self.shapes, self.path, self.places = shapes, path, places
        self.equations = [step for step in forward if step.name in path.names]
        self.loss = next((s.name for s in reversed(forward) if s.phase == "loss"), None)
        self.givens = path.dependent - {step.name for step in forward}
        self.left: dict[Name, int] = {}
        for step in self.equations:
            for name in self._arguments(step):
                self.left[name] = self.left.get(name, 0) + 1
        self.several = {name for name, count in self.left.items() if count > 1}
        self.parts: dict[Name, list[Name]] = {}

    def steps(self) -> Iterator[Step]:
        for step in self._backwards():
            yield from self._through(step)
        for name in sorted(self.path.dependent - self.path.names, key=str):
            if name in self.givens:
                yield self._made(self._gradient(name), spread(number(0), self.shapes, self.shapes[name]), "independent")

    def _backwards(self) -> Iterable[Step]:
        """The equations in reverse order; those of a batch beginning with its first sample."""

        def order(step: Step) -> float:
            i = self.places.sample(step.name)
            return -1 if step.name == self.loss else inf if i is None else i

        backwards = self.equations[::-1]
        return sorted(backwards, key=order) if self.places.own else backwards

    def _arguments(self, step: Step) -> list[Name]:
        """What the gradient flows on to: given names first, then what was computed, in the equation's order."""
        names = [name for name in step.uses if name in self.path.names]
        return sorted(names, key=lambda name: name not in self.givens)

    def _gradient(self, name: Name, via: Name | None = None) -> Derivative:
        assert isinstance(name, Symbol)
        assert isinstance(self.loss, Symbol)
        assert via is None or isinstance(via, Symbol)
        return Derivative(self.loss, name, via)

    def _through(self, step: Step) -> Iterator[Step]:
        pointwise = is_pointwise(step.expr, self.shapes)
        pulled = {} if pointwise else self._pulled(step)
        linear = (slopes(step.expr, self.shapes) or {}) if pointwise else {}
        for name in self._arguments(step):
            jacobian = None if pointwise else self._jacobian(step, name)
            if pointwise:
                yield from self._local(step, name, linear.get(name))
            elif jacobian is not None:
                yield from self._by_jacobian(step, name, jacobian)
            else:
                yield self._part(step, name, *pulled[name])
            yield from self._sum(name)

    def _local(self, step: Step, name: Name, slope: Fraction | None) -> Iterator[Step]:
        """dA/dz, then dL/dz = dL/dA · dA/dz; for the loss itself the derivative is the gradient. `slope` is dA/dz where
        that is known to be a number.
        """
        assert isinstance(step.name, Symbol)
        assert isinstance(name, Symbol)
        out = step.shape
        target = out or self.shapes[name]
        known = None if slope is None else number(slope)
        local = known or differentiate(step.expr, name, self.shapes, Ref(step.name))
        local = spread(settled(local, self.shapes), self.shapes, target)
        if step.name == self.loss:
            yield self._part(step, name, local, "loss derivative")
            return
        derivative = Derivative(step.name, name)
        yield self._made(derivative, local, f"local {step.rule}")
        product = times(Ref(self._gradient(step.name)), Ref(derivative))
        yield self._part(step, name, reduced(product, target, self.shapes[name]), "chain rule")

    def _jacobian(self, step: Step, name: Name) -> Expr | None:
        """The Jacobian of a step that applies one operation to vectors, where the operation's row offers it."""
        expr = step.expr
        if not isinstance(expr, Apply) or not row_of(expr).jacobian or dict(expr.options).get("axis") in ACROSS:
            return None
        sizes = [len(shape) for shape in (step.shape, self.shapes[name])]
        places = [i for i, arg in enumerate(expr.args) if name in names_in(arg)]
        if sizes != [1, 1] or prod(step.shape) > LARGEST_JACOBIAN or [expr.args[i] for i in places] != [Ref(name)]:
            return None
        return derivative_rule(expr, places[0], Ref(step.name))

    def _by_jacobian(self, step: Step, name: Name, jacobian: Expr) -> Iterator[Step]:
        """ds/dz as a matrix, then dL/dz = (ds/dz)ᵀ dL/ds."""
        assert isinstance(step.name, Symbol)
        assert isinstance(name, Symbol)
        derivative = Derivative(step.name, name)
        yield self._made(derivative, settled(jacobian, self.shapes), f"local {step.rule}")
        through = apply("product", apply("transpose", Ref(derivative)), Ref(self._gradient(step.name)))
        yield self._part(step, name, through, "jacobian")

    def _part(self, step: Step, name: Name, expr: Expr, rule: str) -> Step:
        several = name in self.several
        part = self._gradient(name, step.name if several else None)
        self.parts.setdefault(name, []).append(part)
        self.left[name] -= 1
        return self._made(part, settled(expr, self.shapes), rule)

    def _sum(self, name: Name) -> Iterator[Step]:
        """The sum over the paths, once all of them are there."""
        if name in self.several and self.left[name] == 0:
            parts: list[Expr] = [Ref(part) for part in self.parts[name]]
            yield self._made(self._gradient(name), total(parts), "sum over paths")

    def _made(self, name: Derivative, expr: Expr, rule: str) -> Step:
        self.shapes[name] = shape_of(expr, self.shapes)
        return Step(name, expr, "backward", rule, self.shapes[name])

    def _pulled(self, step: Step) -> dict[Name, tuple[Expr, str]]:
        """The gradient of each name in a structural equation, by the rows' pullbacks, and the rule that gave it."""
        found: dict[Name, list[tuple[Expr, str]]] = {}
        start: Expr = number(1) if step.name == self.loss else Ref(self._gradient(step.name))
        for name, expr, rule in self._pull(step.expr, start, "copy", Ref(step.name)):
            found.setdefault(name, []).append((expr, rule))
        return {
            name: (reduce(plus, (expr for expr, _ in items)), items[0][1] if len(items) == 1 else "sum of uses")
            for name, items in found.items()
        }

    def _pull(
        self, expr: Expr, gradient: Expr, rule: str, value: Expr | None = None
    ) -> Iterator[tuple[Name, Expr, str]]:
        """What flows from `expr` into each name; `value` is what the expression is called, where it has a name."""
        if isinstance(expr, Ref) and expr.name in self.path.names:
            yield expr.name, gradient, rule
        if not isinstance(expr, Apply):
            return
        row = row_of(expr)
        shapes = tuple(shape_of(arg, self.shapes) for arg in expr.args)
        for i, arg in enumerate(expr.args):
            if any(name in self.path.names for name in names_in(arg)):
                inner = row.pullback(expr.args, shapes, expr.options, value or expr, gradient, i)
                inner = settled(inner, self.shapes)
                yield from self._pull(arg, inner, _pull_rule(expr, shapes, i, rule))


def _pull_rule(expr: Apply, shapes: tuple[Shape, ...], i: int, rule: str) -> str:
    """The rule of a gradient: which factor of a matrix product, a bias that was spread, or the operation."""
    if expr.op == "product" and () not in shapes:
        return "left factor" if i == 0 else "right factor"
    if expr.op == "transpose" and rule.endswith("factor"):
        return rule
    if expr.op in LINEAR:
        axes = max(map(len, shapes))
        if rule != "copy" or axes <= len(shapes[i]):
            return rule
        if shapes[i] == ():
            return "broadcast number"
        return "broadcast term" if axes <= 2 else "broadcast channel"
    return (row_of(expr).rules or (expr.op,) * len(shapes))[i]


# --- update -------------------------------------------------------------------------------------------------------


def _updates(problem: Problem, shapes: dict[Name, Shape]) -> Iterator[Step]:
    """The assignments of the update. Raises InputError for a gradient that the backward pass does not have."""
    assert problem.update
    for assignment in problem.update.assignments:
        for name in names_in(assignment.expr):
            if name not in shapes:
                place = problem.place(f"{assignment.name}@")
                hint = "the loss does not depend on it, or it belongs into [model]: gradients = […]"
                if isinstance(name, Derivative) and name.of != problem.loss:
                    hint = "a derivative of the forward pass stands behind a factor: `e dz/dw`"
                raise InputError([Fault(f"there is no `{name}` to update with", hint, place)])
        expr = settled(assignment.expr, shapes)
        yield Step(assignment.name, expr, "update", assignment.rule, shapes[assignment.name])
