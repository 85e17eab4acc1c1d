"""A Problem's equations → the Derivation: forward, backward and update equations in one list."""

from __future__ import annotations

from collections.abc import Iterator

from derive.calculus.differentiation import Shapes, settled, shape_of
from derive.derivation.backward import Backward
from derive.derivation.helpers import LINEAR, Helpers, LossPath, is_pointwise
from derive.derivation.intermediate import interims_of
from derive.derivation.rules import AFFINE, COPY, FORMULA, RuleKey
from derive.derivation.steps import Derivation, Step
from derive.errors import Fault, InputError
from derive.language.expressions import Apply, Equation, Expr, Ref, Shape, names_in
from derive.language.names import Derivative, Name, Symbol
from derive.problem.problem import Problem
from derive.problem.training.batch import EACH, SamplePlaces


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem, checked to be well formed."""
    shapes: dict[Name, Shape] = dict(problem.shapes)
    parameters = [given.name for given in problem.givens if given.parameter]
    wanted = tuple(dict.fromkeys([*parameters, *problem.gradients])) if problem.loss else ()
    path = LossPath(problem.equations, problem.loss, wanted)
    forward = tuple(_forward(problem, path, shapes))
    path = LossPath([Equation(step.name, step.expr) for step in forward], problem.loss, wanted)
    places = SamplePlaces.of(problem.samples)
    backward = tuple(Backward(forward, path, shapes, places).steps()) if problem.loss else ()
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


def _forward_rule(expr: Expr, shapes: Shapes) -> RuleKey:
    """`affine` for sums of products with matrices, the operation's key for one operation, else `formula`."""
    if not isinstance(expr, Apply):
        return COPY
    if not is_pointwise(expr, shapes):
        return AFFINE if _has_matrix_product(expr, shapes) else RuleKey(_main(expr).op)
    if all(isinstance(arg, Ref) for arg in expr.args):
        return RuleKey(expr.op)
    return FORMULA


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
        yield Step(assignment.name, expr, "update", RuleKey(assignment.rule), shapes[assignment.name])
