"""The backward pass as a source transformation: each forward equation in reverse order gives equations for gradients.

An operation's row gives the gradient of its arguments as an equation in the same language.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import groupby
from math import inf, prod

from derive.calculus.building import plus, times, total
from derive.calculus.differentiation import (
    derivative_rule,
    differentiate,
    reduced,
    settled,
    shape_of,
    slopes,
    spread,
    without_fills,
)
from derive.calculus.operation_rows import GradientContext, row_of
from derive.derivation.helpers import LINEAR, LossPath, is_pointwise
from derive.derivation.rules import (
    BROADCAST_CHANNEL,
    BROADCAST_NUMBER,
    BROADCAST_TERM,
    CHAIN,
    COPY,
    INDEPENDENT,
    LEFT_FACTOR,
    LOSS_DERIVATIVE,
    RIGHT_FACTOR,
    SLOPE,
    SUM_OF_USES,
    SUM_OVER_PATHS,
    THROUGH_JACOBIAN,
    RuleKey,
)
from derive.derivation.sample_steps import of_other_samples
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Expr, Ref, Shape, apply, names_in, number
from derive.language.names import Derivative, Name
from derive.problem.training.batch import SamplePlaces

ACROSS = {"rows", "channels"}  # along them each entry of a column stands alone
LARGEST_JACOBIAN = 50  # components of a vector up to which the page goes through a Jacobian


class Backward:
    """Reverse mode over the steps before a target: local derivatives, parts through each path, their sums.

    `known` are the steps of the derivatives that are defined already, by name: they are used, not made again. Those of
    what is a `target` of its own stand for the whole derivative: then what comes directly is a part through its
    equation.
    """

    def __init__(
        self, steps: Sequence[Step], target: Name, wanted: Iterable[Name], shapes: dict[Name, Shape],
        places: SamplePlaces, known: dict[Name, Step], targets: Container[Name] = (),
    ) -> None:  # fmt: skip
        self.path = path = LossPath([(step.name, step.uses) for step in steps], target, wanted)
        self.shapes, self.places, self.known, self.targets = shapes, places, known, targets
        self.alike = bool(places.own) and places.sample(target) is None  # one sample's result has ways of its own
        on_path = (step for step in steps if step.name in path.names)
        self.equations = [step for step in on_path if not (self.alike and places.sample(step.name))]
        self.target = self.at = target
        self.givens = path.dependent - {step.name for step in steps}
        self.left: dict[Name, int] = {}
        for step in self.equations:
            for name in self._arguments(step):
                times = places.count if self._is_of_first(step) and places.sample(name) is None else 1
                self.left[name] = self.left.get(name, 0) + times
        self.several = {name for name, count in self.left.items() if count > 1}
        self.parts: dict[Name, list[Name]] = {}

    def steps(self) -> Iterator[Step]:
        for of_first, steps in groupby(self._backwards(), self._is_of_first):
            made = [each for step in steps for each in self._through(step)]
            yield from made
            parts = {i for i, step in enumerate(made) if of_first and self._is_part_of_shared(step.name)}
            for again in of_other_samples(made, self.places, self.shapes) if of_first else ():
                yield from self._again(again, parts)
        for name in sorted(self.path.dependent - self.path.names, key=str):
            if name in self.givens:
                zero = spread(number(0), self.shapes, self.shapes[name])
                yield from self._new([self._step(self._gradient(name), zero, INDEPENDENT)])

    def _is_of_first(self, step: Step) -> bool:
        """Whether a step is the first sample's, and every other one has the same."""
        return self.alike and self.places.sample(step.name) == 0

    def _is_part_of_shared(self, name: Name) -> bool:
        """Whether it is what one sample adds to the gradient of what all share."""
        return isinstance(name, Derivative) and name.of == self.target and self.places.sample(name.by) is None

    def _again(self, steps: Iterable[Step], parts: Container[int]) -> Iterator[Step]:
        """The steps of another sample; behind the last part of what all share the sum."""
        for i, step in enumerate(steps):
            self.known[step.name] = step
            yield step
            if i in parts and isinstance(step.name, Derivative):
                yield from self._joined(step.name)

    def _backwards(self) -> Iterable[Step]:
        """The equations in reverse order; those of a batch beginning with its first sample."""

        def order(step: Step) -> float:
            i = self.places.sample(step.name)
            return -1 if step.name == self.target else inf if i is None else i

        backwards = self.equations[::-1]
        return sorted(backwards, key=order) if self.places.own else backwards

    def _arguments(self, step: Step) -> list[Name]:
        """What the gradient flows on to: given names first, then what was computed, in the equation's order."""
        names = [name for name in step.uses if name in self.path.names]
        return sorted(names, key=lambda name: name not in self.givens)

    def _gradient(self, name: Name, via: Name | None = None) -> Derivative:
        return Derivative(self.target, name, via)

    def _through(self, step: Step) -> Iterator[Step]:
        """What flows on through an equation: to each argument a part, and the sum once all of its parts are there."""
        for made in self._flows(step):
            yield from self._new(made)
            part = made[-1].name
            assert isinstance(part, Derivative)
            yield from self._joined(part)

    def _flows(self, step: Step) -> Iterator[list[Step]]:
        """For each argument of an equation the steps that its part takes, the part last."""
        pointwise = is_pointwise(step.expr, self.shapes)
        pulled = {} if pointwise else self._pulled(step)
        linear = (slopes(step.expr, self.shapes) or {}) if pointwise else {}
        for name in self._arguments(step):
            jacobian = None if pointwise else self._jacobian(step, name)
            if pointwise:
                yield list(self._local(step, name, linear.get(name)))
            elif jacobian is not None:
                yield list(self._by_jacobian(step, name, jacobian))
            else:
                yield [self._part(step, name, *pulled[name])]

    def _local(self, step: Step, name: Name, slope: Fraction | None) -> Iterator[Step]:
        """dA/dz, then dL/dz = dL/dA · dA/dz; for the loss itself the derivative is the gradient. `slope` is dA/dz where
        that is known to be a number.
        """
        out = step.shape
        target = out or self.shapes[name]
        known = None if slope is None else number(slope)
        local = known or differentiate(step.expr, name, self.shapes, Ref(step.name))
        local = spread(settled(local, self.shapes), self.shapes, target)
        if step.name == self.target:
            yield self._part(step, name, local, LOSS_DERIVATIVE if step.phase == "loss" else SLOPE)
            return
        derivative = self._local_name(step, name, local)
        yield self._step(derivative, local, RuleKey.local(step.rule))
        product = times(Ref(self._gradient(step.name)), Ref(derivative))
        yield self._part(step, name, reduced(product, target, self.shapes[name]), CHAIN)

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
        local = settled(jacobian, self.shapes)
        derivative = self._local_name(step, name, local)
        yield self._step(derivative, local, RuleKey.local(step.rule))
        through = apply("product", apply("transpose", Ref(derivative)), Ref(self._gradient(step.name)))
        yield self._part(step, name, through, THROUGH_JACOBIAN)

    def _local_name(self, step: Step, name: Name, local: Expr) -> Derivative:
        """What the derivative of a step by one of its arguments is called."""
        bare = Derivative(step.name, name)
        whole = step.name in self.targets or bare in self.known
        same = bare in self.known and self.known[bare].expr == local
        return Derivative(step.name, name, step.name) if whole and not same else bare

    def _part(self, step: Step, name: Name, expr: Expr, rule: RuleKey) -> Step:
        """What an argument gets through an equation: its gradient, or one part of it where there are several."""
        part = self._gradient(name, step.name if name in self.several else None)
        return self._step(part, spread(settled(expr, self.shapes), self.shapes, self.shapes[name]), rule)

    def _joined(self, part: Derivative) -> Iterator[Step]:
        """The sum over the paths to what a part belongs to, once all of them are there."""
        name = part.by
        self.parts.setdefault(name, []).append(part)
        self.left[name] -= 1
        if name in self.several and self.left[name] == 0:
            self.shapes[gradient := self._gradient(name)] = shape = self.shapes[part]
            parts: list[Expr] = [Ref(part) for part in self.parts[name]]
            yield from self._new([Step(gradient, total(parts), "backward", SUM_OVER_PATHS, shape)])

    def _step(self, name: Derivative, expr: Expr, rule: RuleKey) -> Step:
        """The step that defines a derivative."""
        self.shapes[name] = shape_of(expr, self.shapes)
        return Step(name, expr, "backward", rule, self.shapes[name])

    def _new(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Those of the steps whose derivatives are not known yet."""
        for step in steps:
            if step.name in self.known:
                assert self.known[step.name].expr == step.expr, f"{step.name} is two things"
            else:
                self.known[step.name] = step
                yield step

    def _pulled(self, step: Step) -> dict[Name, tuple[Expr, RuleKey]]:
        """The gradient of each name in a structural equation, by the rows' pullbacks, and the rule that gave it."""
        self.at = step.name
        found: dict[Name, list[tuple[Expr, RuleKey]]] = {}
        start: Expr = number(1) if step.name == self.target else Ref(self._gradient(step.name))
        for name, expr, rule in self._pull(step.expr, start, COPY, Ref(step.name)):
            found.setdefault(name, []).append((expr, rule))
        return {
            name: (reduce(plus, (expr for expr, _ in items)), items[0][1] if len(items) == 1 else SUM_OF_USES)
            for name, items in found.items()
        }

    def _pull(
        self, expr: Expr, gradient: Expr, rule: RuleKey, value: Expr | None = None
    ) -> Iterator[tuple[Name, Expr, RuleKey]]:
        """What flows from `expr` into each name; `value` is what the expression is called, where it has a name."""
        if isinstance(expr, Ref) and expr.name in self.path.names:
            yield expr.name, gradient, rule
        if not isinstance(expr, Apply):
            return
        row = row_of(expr)
        shapes = tuple(shape_of(arg, self.shapes) for arg in expr.args)
        for i, arg in enumerate(expr.args):
            if any(name in self.path.names for name in names_in(arg)):
                inner = row.pullback(GradientContext(expr.args, shapes, expr.options, value or expr, gradient, i))
                inner = without_fills(settled(inner, self.shapes), self.shapes)
                yield from self._pull(arg, inner, _pull_rule(expr, shapes, i, rule))


def _pull_rule(expr: Apply, shapes: tuple[Shape, ...], i: int, rule: RuleKey) -> RuleKey:
    """The rule of a gradient: which factor of a matrix product, a bias that was spread, or the operation."""
    if expr.op == "product" and () not in shapes:
        return LEFT_FACTOR if i == 0 else RIGHT_FACTOR
    if expr.op == "transpose" and rule in {LEFT_FACTOR, RIGHT_FACTOR}:
        return rule
    if expr.op in LINEAR:
        axes = max(map(len, shapes))
        if rule != COPY or axes <= len(shapes[i]):
            return rule
        if shapes[i] == ():
            return BROADCAST_NUMBER
        return BROADCAST_TERM if axes <= 2 else BROADCAST_CHANNEL
    return RuleKey((row_of(expr).rules or (expr.op,) * len(shapes))[i])
