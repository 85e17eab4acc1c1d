"""A Problem's equations → the Derivation: forward, backward and update equations in one list."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import prod

from derive.calculus.building import filled_array
from derive.calculus.differentiation import Shapes, settled, shape_of
from derive.calculus.kernels import ShapeFault, shape_text
from derive.derivation.backward import Backward
from derive.derivation.demands import demanded, following, origin, with_slopes
from derive.derivation.helpers import LINEAR, Helpers, LossPath, is_pointwise
from derive.derivation.intermediate import interims_of
from derive.derivation.rules import AFFINE, COMPONENT, COPY, FORMULA, INDEPENDENT, JACOBIAN, RuleKey
from derive.derivation.sample_steps import of_other_samples
from derive.derivation.steps import Derivation, RenamedStep, Step
from derive.errors import Fault, InputError
from derive.language.expressions import Apply, Equation, Expr, Ref, Shape, apply, names_in, number
from derive.language.names import Derivative, Name, Symbol, symbols_in
from derive.problem.problem import Problem
from derive.problem.training.batch import EACH, SamplePlaces

MOST_COMPONENTS = 20  # of a quantity whose Jacobian is worked out


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem, checked to be well formed."""
    work = _Deriving(problem)
    work.passes()
    shapes, places, forward, backward = work.shapes, work.places, tuple(work.forward), tuple(work.backward)
    updates = tuple(_updates(problem, shapes)) if problem.update else ()
    interims = _interims(forward, shapes)
    shapes |= {step.name: step.shape for way in interims.values() for step in way}
    own = places.results((step.name for step in (*forward, *backward) if step.form is step), problem.loss)
    shapes |= {places.called(name, EACH): shapes[name] for name in own}
    derivation = Derivation(
        problem, tuple((given.name, given.parameter) for given in problem.givens),
        forward, backward, updates, problem.loss, work.wanted, shapes,
        problem.update.constant_names if problem.update else (),
        tuple(state.name for state in problem.update.states) if problem.update else (), interims,
        places, problem.losses, tuple(work.slopes),
    )  # fmt: skip
    well_formed(derivation)
    return derivation


def _interims(forward: Iterable[Step], shapes: Shapes) -> dict[Name, tuple[Step, ...]]:
    """The interim results of each step that has such; where the first sample's has none, no other's has."""
    found: dict[Name, tuple[Step, ...]] = {}
    for step in forward:
        alike = not isinstance(step, RenamedStep) or step.first.name in found
        if alike and (way := interims_of(step, shapes)):
            found[step.name] = way
    return found


class _Deriving:
    """The forward and the backward pass of a problem.

    `slopes` are the derivatives of numbers that equations and updates ask for, beside the gradients of the losses;
    `known` the step of each derivative that is made.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.shapes: dict[Name, Shape] = dict(problem.shapes)
        self.places = SamplePlaces.of(problem.samples)
        self.forward: list[Step] = []
        self.backward: list[Step] = []
        self.slopes: dict[Derivative, None] = {}
        self.known: dict[Name, Step] = {}
        self.equations, self.asked = self._asked()
        own = [name.by for name in self.asked if name.of in problem.losses and isinstance(name.by, Symbol)]
        parameters = [given.name for given in problem.givens if given.parameter]
        self.wanted = tuple(dict.fromkeys([*parameters, *problem.gradients, *own])) if problem.loss else ()
        self.later = self._later()
        self.targets = {*problem.losses, *(name.of for name in (*self.asked, *self.later))}

    def _asked(self) -> tuple[Sequence[Equation], list[Derivative]]:
        """The equations that are derived, and the derivatives that they use: of a batch those of the first sample, for
        all, where they use no derivative of its own.
        """
        first = [equation for equation in self.problem.equations if not self.places.sample(equation.name)]
        asked = [name for equation in first for name in demanded(equation.expr)]
        if not any(self.places.sample(name) == 0 for name in asked):
            return first, asked
        return self.problem.equations, [n for equation in self.problem.equations for n in demanded(equation.expr)]

    def _later(self) -> list[Derivative]:
        """The derivatives that the updates ask for, and without a loss the Jacobians of what the model gives."""
        problem = self.problem
        assignments = problem.update.assignments if problem.update else ()
        used = [name for assignment in assignments for name in demanded(assignment.expr)]
        if problem.update and problem.update.until:
            used += demanded(problem.update.until.expr)
        found = [name for name in used if name.of != problem.loss and origin(name) in problem.shapes]
        if problem.loss is None:
            inner = {name for equation in problem.equations for name in names_in(equation.expr)}
            outputs = [equation.name for equation in problem.equations if equation.name not in inner]
            found += [Derivative(output, by) for output in outputs for by in problem.gradients]
        return found

    def passes(self) -> None:
        """Everything up to the updates, in order."""
        path, after = self._path(), following(self.equations, self.problem.losses)
        self._work_out([each for each in self.equations if each.name not in after], path, self.forward)
        for loss in self.problem.losses:
            self.backward += self._backward(loss, self.wanted)
        self._work_out([each for each in self.equations if each.name in after], path, self.backward)
        for name in self.later:
            self._slope(name, self.backward)

    def _path(self) -> LossPath:
        """What is on the way to anything that is differentiated."""
        equations = [(each.name, names_in(each.expr)) for each in with_slopes(self.equations)]
        path = LossPath(equations, self.problem.loss, self.wanted)
        ways: list[tuple[Name, tuple[Symbol, ...]]] = [(loss, self.wanted) for loss in self.problem.losses[1:]]
        ways += [(origin(name), tuple(symbols_in(name.by))) for name in (*self.asked, *self.later)]
        for target, wanted in ways:
            path.add(LossPath(equations, target, wanted))
        return path

    def _work_out(self, equations: Iterable[Equation], path: LossPath, steps: list[Step]) -> None:
        """Equations of the problem, before each the derivatives that it uses; those of the first sample for all."""
        alike = len(self.equations) < len(self.problem.equations)
        for own, each in groupby(equations, lambda equation: alike and self.places.sample(equation.name) == 0):
            start = len(steps)
            for equation in each:
                for name in demanded(equation.expr):
                    self._slope(name, steps)
                steps += _forward(equation, path, self.problem, self.shapes)
            for again in of_other_samples(steps[start:], self.places, self.shapes) if own else ():
                steps += again

    def _backward(self, target: Name, wanted: Iterable[Name]) -> list[Step]:
        steps = [*self.forward, *self.backward]
        backward = Backward(steps, target, wanted, self.shapes, self.places, self.known, self.targets)
        try:
            return list(backward.steps())
        except ShapeFault as fault:  # a column beside a row that only a third argument held together
            message = f"the derivative of `{backward.at}` cannot be written down: {fault.message}"
            hint = "bring its arguments to one shape, in equations of their own"
            raise InputError([Fault(message, hint, self.problem.place(origin(backward.at).id))]) from None

    def _slope(self, name: Derivative, steps: list[Step]) -> None:
        """The steps that a derivative takes, appended to `steps`."""
        if name in self.known:
            return
        for part in (name.of, name.by):
            if isinstance(part, Derivative):
                self._slope(part, steps)
        if self.shapes[name.of]:
            self._jacobian(name, steps)
            return
        self.slopes[name] = None
        steps += self._backward(name.of, (name.by,))
        if name not in self.known:
            self._define(name, filled_array(number(int(name.of == name.by)), self.shapes[name.by]), INDEPENDENT, steps)

    def _jacobian(self, name: Derivative, steps: list[Step]) -> None:
        """The derivative of a column: that of each component, one below the other."""
        shape, by = self.shapes[name.of], self.shapes[name.by]
        if len(shape) > 1 or len(by) > 1 or prod(shape) > MOST_COMPONENTS:
            message = f"`{name}` is the derivative of {shape_text(shape)} by {shape_text(by)}"
            hint = f"columns of at most {MOST_COMPONENTS} are differentiated, by numbers and columns"
            raise InputError([Fault(message, hint, self.problem.place(origin(name).id))])
        rows: list[Expr] = []
        for i in range(shape[0]):
            component = self._component(name.of, i, steps)
            self._slope(Derivative(component, name.by), steps)
            row = Ref(Derivative(component, name.by))
            rows.append(apply("transpose", row) if by else row)
        self._define(name, apply("stack", *rows), JACOBIAN, steps)

    def _component(self, name: Name, i: int, steps: list[Step]) -> Name:
        """The step that is one component of a column: `y_1` of y, `dL/dw_1` of dL/dw."""
        component = _numbered(name, i + 1)
        if component not in self.known:
            assert component not in self.shapes, component
            self._define(component, apply("index", Ref(name), at=(i + 1,)), COMPONENT, steps)
        return component

    def _define(self, name: Name, expr: Expr, rule: RuleKey, steps: list[Step]) -> None:
        self.shapes[name] = shape_of(expr, self.shapes)
        phase = "backward" if isinstance(name, Derivative) else "forward"
        self.known[name] = step = Step(name, expr, phase, rule, self.shapes[name])
        steps.append(step)


def _numbered(name: Name, i: int) -> Name:
    """A name with a number behind it, that of a component."""
    if isinstance(name, Derivative):
        return Derivative(name.of, _numbered(name.by, i), name.via)
    return replace(name, subscript=(*name.subscript, i))


def well_formed(derivation: Derivation) -> None:
    """Every name is defined once and before it is used, and every value has the shape it says."""
    known = set(derivation.begun)
    for step in derivation.steps:
        assert step.name not in known, f"{step.id} is defined twice"
        known.add(step.name)
        if step.form is not step:
            continue
        assert known.issuperset(step.uses), f"{step.id} uses something undefined"
        found = shape_of(step.expr, derivation.shapes)
        assert found == step.shape, f"{step.id} has shape {found}, not {step.shape}"


# --- forward ------------------------------------------------------------------------------------------------------


def _forward(equation: Equation, path: LossPath, problem: Problem, shapes: dict[Name, Shape]) -> Iterator[Step]:
    """The steps of an equation: what is taken out of it, then the equation itself."""
    assert isinstance(equation.name, Symbol)
    helpers = Helpers(equation.name, path, shapes)
    expr = equation.expr if equation.name not in path.names else helpers.lowered(equation.expr)
    for name, inner in helpers.made:
        yield Step(name, settled(inner, shapes), "forward", _forward_rule(inner, shapes), shapes[name])
    phase = "loss" if equation.name in problem.losses else "forward"
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
        _check_known(problem, assignment.expr, shapes, f"{assignment.name}@")
        expr = settled(assignment.expr, shapes)
        yield Step(assignment.name, expr, "update", RuleKey(assignment.rule), shapes[assignment.name])
    if problem.update.until:
        _check_known(problem, problem.update.until.expr, shapes, "until@")


def _check_known(problem: Problem, expr: Expr, shapes: Shapes, at: str) -> None:
    """Every gradient that an update uses is worked out. Raises InputError, at the equation `at`."""
    for name in names_in(expr):
        if name not in shapes:
            hint = "the loss does not depend on it, or it belongs into [model]: gradients = […]"
            if isinstance(name, Derivative) and name.of != problem.loss:
                hint = "a derivative of the forward pass stands behind a factor: `e dz/dw`"
            raise InputError([Fault(f"there is no `{name}` to update with", hint, problem.place(at))])
