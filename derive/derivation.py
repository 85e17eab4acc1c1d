"""A Problem's equations → the Derivation: forward, backward and update equations in one list. It holds no number.

The backward pass is a source transformation (reverse mode): equation by equation in reverse order, each operation's row
giving the gradient of its arguments as an equation in the same language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

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
from derive.operations.building import times, total
from derive.operations.calculus import Shapes, differentiate, is_elementwise, reduced, settled, shape_of, spread
from derive.operations.rows import row_of
from derive.problem import Problem

ETA = Symbol("eta")
RULES = {"gradient descent": "θ <- θ - eta dL/dθ"}


@dataclass(frozen=True, slots=True)
class Step:
    """One equation of the derivation.

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
    gradient is asked for.
    """

    problem: Problem = field(compare=False, repr=False)
    givens: tuple[tuple[Symbol, bool], ...]
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    updates: tuple[Step, ...]
    loss: Symbol | None
    wanted: tuple[Symbol, ...]
    shapes: Mapping[Name, Shape]

    @property
    def steps(self) -> Iterator[Step]:
        """All steps of one pass, in order."""
        yield from self.forward
        yield from self.backward
        yield from self.updates

    def step(self, name: Name) -> Step:
        """The step of that name (the forward or backward one, where an update has the same)."""
        return next(step for step in self.steps if step.name == name)

    @property
    def gradients(self) -> tuple[Derivative, ...]:
        """The gradients that are asked for."""
        return tuple(Derivative(self.loss, name) for name in self.wanted) if self.loss else ()


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem, checked to be well formed."""
    shapes: dict[Name, Shape] = dict(problem.shapes)
    parameters = [given.name for given in problem.givens if given.parameter]
    wanted = tuple(dict.fromkeys([*parameters, *problem.gradients])) if problem.loss else ()
    path = _Path(problem.equations, problem.loss, wanted)
    forward = tuple(_forward(problem, path, shapes))
    path = _Path([Equation(step.name, step.expr) for step in forward], problem.loss, wanted)
    backward = tuple(_Backward(forward, path, shapes).steps()) if problem.loss else ()
    updates = tuple(_updates(problem, shapes)) if problem.update else ()
    derivation = Derivation(
        problem, tuple((given.name, given.parameter) for given in problem.givens),
        forward, backward, updates, problem.loss, wanted, shapes,
    )  # fmt: skip
    well_formed(derivation)
    return derivation


def well_formed(derivation: Derivation) -> None:
    """Every name is defined once and before it is used, and every value has the shape it says."""
    known: set[Name] = {name for name, _ in derivation.givens}
    if derivation.updates:
        known.add(ETA)
    for step in (*derivation.forward, *derivation.backward):
        assert step.name not in known, f"{step.id} is defined twice"
        known.add(step.name)
        assert known.issuperset(step.uses), f"{step.id} uses something undefined"
    for step in derivation.steps:
        assert known.issuperset(step.uses), f"{step.id} uses something undefined"
        found = shape_of(step.expr, derivation.shapes)
        assert found == step.shape, f"{step.id} has shape {found}, not {step.shape}"


class _Path:
    """Which names depend on what is differentiated by, and which of them the loss depends on."""

    def __init__(self, equations: Iterable[Equation], loss: Name | None, wanted: Iterable[Name]) -> None:
        equations = list(equations)
        self.dependent: set[Name] = set(wanted)
        for equation in equations:
            if self.depends(equation.expr):
                self.dependent.add(equation.name)
        reached: set[Name] = {loss} if loss else set()
        for equation in reversed(equations):
            if equation.name in reached:
                reached.update(names_in(equation.expr))
        self.names = self.dependent & reached

    def depends(self, expr: Expr) -> bool:
        return any(name in self.dependent for name in names_in(expr))


# --- forward ------------------------------------------------------------------------------------------------------


def _forward(problem: Problem, path: _Path, shapes: dict[Name, Shape]) -> Iterator[Step]:
    for equation in problem.equations:
        assert isinstance(equation.name, Symbol)
        helpers = _Helpers(equation.name, path, shapes)
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
        return "affine" if _has_matrix_product(expr, shapes) else expr.op
    if all(isinstance(arg, Ref) for arg in expr.args):
        return expr.op
    return "formula"


def _has_matrix_product(expr: Expr, shapes: Shapes) -> bool:
    if not isinstance(expr, Apply):
        return False
    if expr.op == "product" and () not in tuple(shape_of(arg, shapes) for arg in expr.args):
        return True
    return any(_has_matrix_product(arg, shapes) for arg in expr.args)


_LINEAR = {"add", "subtract", "negate"}
_TOTALS = {"sum", "mean"}


def _is_total(expr: Apply) -> bool:
    """A sum or mean over all entries."""
    return expr.op in _TOTALS and not dict(expr.options)


def is_pointwise(expr: Expr, shapes: Shapes) -> bool:
    """Elementwise throughout, or up to final sums and means over all entries: differentiated in one step."""
    if is_elementwise(expr, shapes):
        return True
    if not isinstance(expr, Apply):
        return False
    if _is_total(expr):
        return is_elementwise(expr.args[0], shapes)
    if expr.op in _LINEAR:
        return all(is_pointwise(arg, shapes) for arg in expr.args)
    scaled = expr.op in {"product", "divide"} and shape_of(expr, shapes) == ()
    return scaled and all(shape_of(arg, shapes) == () and is_pointwise(arg, shapes) for arg in expr.args)


class _Helpers:
    """Takes formulas that need a derivative of their own out of an equation: `h_1:1`, `h_1:2`, …"""

    def __init__(self, name: Symbol, path: _Path, shapes: dict[Name, Shape]) -> None:
        self.name, self.path, self.shapes = name, path, shapes
        self.made: list[tuple[Symbol, Expr]] = []

    def lowered(self, expr: Expr) -> Expr:
        """The expression with helpers in place of formulas inside functions and products."""
        if not isinstance(expr, Apply) or not self.path.depends(expr) or is_pointwise(expr, self.shapes):
            return expr
        if _is_total(expr):
            return replace(expr, args=tuple(map(self._inside, expr.args)))
        if not row_of(expr).elementwise and not self._is_scaling(expr):
            return replace(expr, args=tuple(map(self._atom, expr.args)))
        change = self.lowered if self._is_linear(expr) else self._inside
        return replace(expr, args=tuple(map(change, expr.args)))

    def _is_scaling(self, expr: Apply) -> bool:
        return expr.op == "product" and () in tuple(shape_of(arg, self.shapes) for arg in expr.args)

    def _is_linear(self, expr: Apply) -> bool:
        dependent = [self.path.depends(arg) for arg in expr.args]
        if expr.op == "divide":
            return not dependent[1]
        return expr.op in _LINEAR or (expr.op in {"product", "times"} and not all(dependent))

    def _inside(self, expr: Expr) -> Expr:
        """An argument of a function: left alone where it is elementwise."""
        if not isinstance(expr, Apply) or not self.path.depends(expr) or is_elementwise(expr, self.shapes):
            return expr
        nonlinear = row_of(expr).elementwise and not self._is_linear(expr)
        return self.lowered(expr) if nonlinear else self._atom(expr)

    def _atom(self, expr: Expr) -> Expr:
        """A factor: a name, its transpose, or something free of gradients; else a helper."""
        bare = expr.args[0] if isinstance(expr, Apply) and expr.op == "transpose" else expr
        if isinstance(bare, Ref) or not self.path.depends(expr):
            return expr
        lowered = self.lowered(expr)
        helper = replace(self.name, helper=len(self.made) + 1)
        self.shapes[helper] = shape_of(lowered, self.shapes)
        self.made.append((helper, lowered))
        return Ref(helper)


# --- backward -----------------------------------------------------------------------------------------------------


class _Backward:
    """Reverse mode over the forward steps: local derivatives, parts through each path, their sums."""

    def __init__(self, forward: tuple[Step, ...], path: _Path, shapes: dict[Name, Shape]) -> None:
        self.shapes, self.path = shapes, path
        self.equations = [step for step in forward if step.name in path.names]
        self.loss = next((s.name for s in reversed(forward) if s.phase == "loss"), None)
        self.givens = {name for name in path.dependent if name not in {step.name for step in forward}}
        self.left: dict[Name, int] = {}
        for step in self.equations:
            for name in self._arguments(step):
                self.left[name] = self.left.get(name, 0) + 1
        self.several = {name for name, count in self.left.items() if count > 1}
        self.parts: dict[Name, list[Name]] = {}

    def steps(self) -> Iterator[Step]:
        for step in reversed(self.equations):
            yield from self._through(step)
        for name in sorted(self.path.dependent - self.path.names, key=str):
            if name in self.givens:
                yield self._made(self._gradient(name), spread(number(0), self.shapes, self.shapes[name]), "independent")

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
        for name in self._arguments(step):
            if pointwise:
                yield from self._local(step, name)
            else:
                yield self._part(step, name, *pulled[name])
            yield from self._sum(name)

    def _local(self, step: Step, name: Name) -> Iterator[Step]:
        """dA/dz, then dL/dz = dL/dA · dA/dz; for the loss itself the derivative is the gradient."""
        assert isinstance(step.name, Symbol)
        assert isinstance(name, Symbol)
        out = step.shape
        target = out or self.shapes[name]
        local = differentiate(step.expr, name, self.shapes, Ref(step.name))
        local = settled(spread(local, self.shapes, target), self.shapes)
        if step.name == self.loss:
            yield self._part(step, name, local, "loss derivative")
            return
        derivative = Derivative(step.name, name)
        yield self._made(derivative, local, f"local {step.rule}")
        product = times(Ref(self._gradient(step.name)), Ref(derivative))
        yield self._part(step, name, reduced(product, target, self.shapes[name]), "chain rule")

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
        for name, expr, rule in self._pull(step.expr, start, "copy"):
            found.setdefault(name, []).append((expr, rule))
        return {
            name: (total([expr for expr, _ in items]), items[0][1] if len(items) == 1 else "sum of uses")
            for name, items in found.items()
        }

    def _pull(self, expr: Expr, gradient: Expr, rule: str) -> Iterator[tuple[Name, Expr, str]]:
        if isinstance(expr, Ref) and expr.name in self.path.names:
            yield expr.name, gradient, rule
        if not isinstance(expr, Apply):
            return
        row = row_of(expr)
        shapes = tuple(shape_of(arg, self.shapes) for arg in expr.args)
        for i, arg in enumerate(expr.args):
            if any(name in self.path.names for name in names_in(arg)):
                inner = row.pullback(expr.args, shapes, expr.options, expr, gradient, i)
                inner = settled(inner, self.shapes)
                yield from self._pull(arg, inner, _pull_rule(expr, shapes, i, rule))


def _pull_rule(expr: Apply, shapes: tuple[Shape, ...], i: int, rule: str) -> str:
    """The rule of a gradient: which factor of a matrix product, a bias that was spread, or the operation."""
    if expr.op == "product" and () not in shapes:
        return "left factor" if i == 0 else "right factor"
    if expr.op in _LINEAR:
        spread_out = rule == "copy" and max(map(len, shapes)) > len(shapes[i])
        return "broadcast term" if spread_out else rule
    return expr.op


# --- update -------------------------------------------------------------------------------------------------------


def _updates(problem: Problem, shapes: dict[Name, Shape]) -> Iterator[Step]:
    """Gradient descent: θ ← θ − η dL/dθ."""
    assert problem.update
    assert problem.loss
    shapes[ETA] = ()
    for given in problem.givens:
        if given.parameter and (problem.update.only is None or given.name in problem.update.only):
            slope = apply("product", Ref(ETA), Ref(Derivative(problem.loss, given.name)))
            yield Step(given.name, apply("subtract", Ref(given.name), slope), "update",
                       problem.update.rule, given.shape)  # fmt: skip
