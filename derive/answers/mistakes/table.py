"""The known mistakes, one row each: the rules it concerns, and the wrong equations it leads to.

A row's `wrong` gives expressions that are tried at the student's own earlier numbers; a slip with digits is a change of
the right number instead (`slips`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import TypeAlias

from flint import fmpq

from derive.answers.mistakes import probabilities
from derive.answers.mistakes.gradients import OF_ANOTHER, OVER_TIME
from derive.answers.mistakes.layers import LAYERS
from derive.answers.mistakes.updates import IN_UPDATES, UPDATES
from derive.answers.reading.written import WrittenNumber
from derive.calculus.building import negated, scaled, tidy, times
from derive.calculus.differentiation import instantiate, settled, shape_of
from derive.calculus.operation_rows import ShapeFault, row_of
from derive.calculus.scalars import Num
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import (
    Apply,
    Expr,
    Number,
    Ref,
    Shape,
    apply,
    names_in,
    number,
    rewrite,
    substitute,
    walk,
)
from derive.language.names import Derivative, Name

Wrong: TypeAlias = Callable[[Derivation, Step], Iterator[Expr]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known mistake.

    key      what reports and `derive mistakes` call it; its sentence stands in the catalogue
    rules    the beginnings of the rules it concerns; ("",) for every step
    wrong    derivation, step → the wrong right sides it leads to
    """

    key: str
    rules: tuple[str, ...]
    wrong: Wrong

    def concerns(self, step: Step) -> bool:
        """Whether the mistake can be made in a step."""
        return any(step.rule.startswith(rule) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip of the pen: `changed` says whether a written number is the value with that slip made.

    `plain` if the digits show it; others are tried last: a wrong equation may lead to the same (a rate of 0.1
    that was left out).
    """

    key: str
    changed: Callable[[WrittenNumber, Num], bool]
    plain: bool = True


def of_step_shape(derivation: Derivation, step: Step, exprs: Iterator[Expr]) -> Iterator[Expr]:
    """Those of the wrong right sides that have the step's shape."""
    return (expr for expr, shape in with_shapes(derivation, step, exprs) if shape == step.shape)


def with_shapes(derivation: Derivation, step: Step, exprs: Iterator[Expr]) -> Iterator[tuple[Expr, Shape]]:
    """The wrong right sides that have a value, with its shape: a mistake may lead to another one than the step's."""
    for expr in exprs:
        try:
            settled_expr = settled(expr, derivation.shapes)
            if settled_expr != step.expr:
                yield settled_expr, shape_of(settled_expr, derivation.shapes)
        except ShapeFault:
            continue


# --- wrong equations ------------------------------------------------------------------------------------------------


def _doubled(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Half of it or twice, where a square, a 2 or a ½ is differentiated or stands in the formula."""
    forward = {each.name: each.expr for each in derivation.forward}
    source = forward.get(step.name.of) if isinstance(step.name, Derivative) else step.expr
    if source is not None and any(map(_doubles, walk(source))):
        yield from (times(number(factor), step.expr, "times") for factor in (HALF, TWO))


def _doubles(node: Expr) -> bool:
    """A 2, a ½, or something times itself."""
    if isinstance(node, Number):
        return node.value in {HALF, TWO}
    return isinstance(node, Apply) and node.op in {"times", "product"} and node.args[0] == node.args[1]


def _count(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """n times or a n-th of it, n the number of entries that a mean runs over."""
    sizes = {prod(derivation.shapes[name]) for name in (step.name, *step.uses) if derivation.shapes.get(name)}
    for size in sorted(sizes - {1}):
        yield scaled(Fraction(size), step.expr)
        yield scaled(Fraction(1, size), step.expr)


def _batch_size(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """n times a gradient, n the number of samples in a batch: the sum of their losses for the mean. Where the page
    works out the first samples only, those alone may be so already.
    """
    samples = derivation.problem.samples
    if not samples or samples.batch == 1 or samples.reduce != "mean" or step.phase not in {"loss", "backward"}:
        return
    yield scaled(Fraction(samples.batch), step.expr)
    others: dict[Name, Expr] = {name: scaled(Fraction(samples.batch), Ref(name))
                                for name in step.uses if not derivation.is_worked(name)}  # fmt: skip
    if others:
        yield substitute(step.expr, others)


def _negative(derivation: Derivation, step: Step) -> Iterator[Expr]:
    yield negated(step.expr)


def _arriving(derivation: Derivation, step: Step) -> Ref | None:
    """The gradient that a chain rule multiplies: dL/dA in dL/dz = dL/dA · dA/dz."""
    loss = derivation.loss
    return next(
        (Ref(name) for name in step.uses if isinstance(name, Derivative) and name.of == loss),
        None,
    )


def _local(derivation: Derivation, step: Step) -> Derivative | None:
    loss = derivation.loss
    return next((name for name in step.uses if isinstance(name, Derivative) and name.of != loss), None)


def _without_local(derivation: Derivation, step: Step) -> Iterator[Expr]:
    if gradient := _arriving(derivation, step):
        yield gradient


def _function_of(derivation: Derivation, name: Derivative) -> Apply | None:
    """The one function that the equation of `name.of` applies to `name.by`."""
    step = next((s for s in derivation.forward if s.name == name.of), None)
    expr = step.expr if step else None
    if isinstance(expr, Apply) and expr.args == (Ref(name.by),):
        return expr
    return None


def _function(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The function itself where its derivative belongs: dL/dA · ReLU(z)."""
    local = step.name if step.rule.startswith("local") else _local(derivation, step)
    assert local is None or isinstance(local, Derivative)
    expr = _function_of(derivation, local) if local else None
    if local is None or expr is None:
        return
    if step.rule.startswith("local"):
        yield expr
    elif gradient := _arriving(derivation, step):
        yield times(gradient, expr)


def _at_activation(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """σ′(A) for σ′(z): the derivative taken at what came out instead of at what went in."""
    local = step.name if step.rule.startswith("local") else _local(derivation, step)
    expr = _function_of(derivation, local) if isinstance(local, Derivative) else None
    if expr is None or not isinstance(local, Derivative):
        return
    again = replace(expr, args=(Ref(local.of),))
    row = row_of(expr)
    if not row.derivative:
        return
    slope = tidy(instantiate(row, row.derivative[0], again.args, expr.options, again))
    if step.rule.startswith("local"):
        yield slope
    elif gradient := _arriving(derivation, step):
        yield times(gradient, slope)


def _untransposed(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """W for Wᵀ."""
    yield rewrite(step.expr, lambda node: node.args[0] if isinstance(node, Apply) and node.op == "transpose" else None)


def _turned(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The outer product the other way round."""
    yield apply("transpose", step.expr)


def _other_input(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Another layer's input in the outer product: x for A."""
    inputs = [name for name in step.uses if not isinstance(name, Derivative)]
    others = [name for name, parameter in derivation.givens if not parameter] + [s.name for s in derivation.forward]
    for used in inputs:
        for other in others:
            if other != used and derivation.shapes[other] == derivation.shapes[used]:
                yield substitute(step.expr, {used: Ref(other)})


def _no_bias(derivation: Derivation, step: Step) -> Iterator[Expr]:
    if isinstance(step.expr, Apply) and step.expr.op in {"add", "subtract"}:
        yield step.expr.args[0]


def _other_axis(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Row sums for column sums and the reverse; the sum of everything."""
    swap = {"rows": "columns", "columns": "rows"}

    def change(node: Expr) -> Expr | None:
        axis = dict(node.options).get("axis") if isinstance(node, Apply) else None
        if isinstance(node, Apply) and isinstance(axis, str):
            turned = apply("transpose", node.args[0])
            return apply(node.op, turned, axis=axis) if axis in swap else None
        return None

    yield rewrite(step.expr, change)
    yield rewrite(step.expr, lambda n: _swapped(n, swap))
    yield rewrite(
        step.expr, lambda n: replace(n, options=()) if isinstance(n, Apply) and n.op in {"sum", "mean"} else None
    )


def _swapped(node: Expr, swap: dict[str, str]) -> Expr | None:
    """A total over the other axis, whatever shape that gives."""
    axis = dict(node.options).get("axis") if isinstance(node, Apply) else None
    if not isinstance(node, Apply) or not isinstance(axis, str) or axis not in swap:
        return None
    return apply(node.op, *node.args, axis=swap[axis])


def _exchanged(first: str, second: str) -> Wrong:
    """One total for the other: sum for mean."""

    def wrong(derivation: Derivation, step: Step) -> Iterator[Expr]:
        swap = {first: second}
        if any(isinstance(n, Apply) and n.op in swap for n in walk(step.expr)):
            yield rewrite(
                step.expr, lambda n: replace(n, op=swap[n.op]) if isinstance(n, Apply) and n.op in swap else None
            )

    return wrong


def _divided(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A quotient where a product belongs, either way round."""
    expr = step.expr
    if not isinstance(expr, Apply) or expr.op not in {"product", "times"}:
        return
    left, right = expr.args
    one = number(1)
    if not isinstance(right, Number):
        yield apply(expr.op, left, apply("divide", one, right))
    if not isinstance(left, Number):
        yield apply(expr.op, apply("divide", one, left), right)


def _other_given(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Another given value of the same shape."""
    givens = [name for name, _ in derivation.givens]
    for used in names_in(step.expr):
        if used in givens:
            for other in givens:
                if other != used and derivation.shapes[other] == derivation.shapes[used]:
                    yield substitute(step.expr, {used: Ref(other)})


def _unmultiplied(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Only one factor of the product."""
    if isinstance(step.expr, Apply) and step.expr.op in {"product", "times"}:
        yield from (arg for arg in step.expr.args if not isinstance(arg, Number))


HALF, TWO = Fraction(1, 2), Fraction(2)
GRADIENTS = ("loss derivative", "chain rule", "left factor", "right factor", "local", "copy", "broadcast")
WITH_EPSILON = ("mean", "formula", "divide", "times", "add", "local", *UPDATES)

MISTAKES = (
    *(Mistake(*row) for row in (*OVER_TIME, *LAYERS, *IN_UPDATES)),
    Mistake("softmax_axis", ("softmax", "log_softmax", "causal_softmax", "formula"), probabilities.other_axis),
    Mistake("causal_mask_forgotten", ("causal_softmax",), probabilities.unmasked),
    Mistake("softmax_diagonal_only", ("local softmax", "jacobian", "back softmax"), probabilities.diagonal_only),
    Mistake("other_class", ("",), probabilities.other_class),
    Mistake("target_turned", ("jacobian", "chain rule", "back"), probabilities.target_turned),
    Mistake("scale_forgotten", ("",), probabilities.unscaled),
    Mistake("variance_divisor", ("mean", "sum", "formula"), probabilities.other_divisor),
    Mistake("epsilon_forgotten", WITH_EPSILON, probabilities.without_epsilon),
    Mistake("epsilon_outside", WITH_EPSILON, probabilities.epsilon_outside),
    Mistake("epsilon_inside", WITH_EPSILON, probabilities.epsilon_inside),
    Mistake("mask_forgotten", ("chain rule",), lambda d, s: _without_local(d, s) if _is_relu(d, s) else iter(())),
    Mistake("local_derivative_forgotten", ("chain rule",), _without_local),
    Mistake("function_for_derivative", ("chain rule", "local"), _function),
    Mistake("derivative_at_activation", ("chain rule", "local"), _at_activation),
    Mistake("sum_for_mean", ("mean", "formula"), _exchanged("mean", "sum")),
    Mistake("mean_for_sum", ("sum", "formula", "broadcast"), _exchanged("sum", "mean")),
    Mistake("factor_n", ("",), _batch_size),
    Mistake("factor_2", ("loss derivative", "power", "formula", "sum", "mean", "local"), _doubled),
    Mistake("factor_n", ("loss derivative", "mean", "sum", "formula", "broadcast", "local mean"), _count),
    Mistake("sign_turned", ("",), _negative),
    Mistake("transpose_forgotten", ("right factor", "left factor"), _untransposed),
    Mistake("outer_product_transposed", ("left factor",), _turned),
    Mistake("wrong_input", ("left factor",), _other_input),
    Mistake("bias_forgotten", ("affine", "formula", "add", "conv", "transposed_conv"), _no_bias),
    Mistake("wrong_axis", ("broadcast", "sum", "mean", "chain rule", "transpose", "back"), _other_axis),
    Mistake("divided", ("chain rule", "left factor", "right factor", *UPDATES), _divided),
    Mistake("factor_missing", ("chain rule", "left factor", "right factor", "product", "times"), _unmultiplied),
    *(Mistake(*row) for row in OF_ANOTHER),
    Mistake("other_given", ("",), _other_given),
)  # fmt: skip


REPEATED = {"cut_through_time", "mask_forgotten", "local_derivative_forgotten", "function_for_derivative"}
THROUGHOUT = tuple(mistake for mistake in MISTAKES if mistake.key in REPEATED)
"""What is likely to be done again wherever it can be."""


def _is_relu(derivation: Derivation, step: Step) -> bool:
    local = _local(derivation, step)
    expr = _function_of(derivation, local) if local else None
    return expr is not None and expr.op == "relu"


# --- slips with digits --------------------------------------------------------------------------------------------


def _bare(text: str) -> str:
    """The digits of a number's mantissa."""
    mantissa = text.replace("−", "-").lower().split("e")[0].split("*")[0].split("·")[0].split("\\cdot")[0]
    return "".join(c for c in mantissa if c.isdigit() or c in ".,")


def _lost_comma(written: WrittenNumber, value: Num) -> bool:
    """−489·10⁻⁷ for −4,89·10⁻⁷."""
    bare = _bare(written.text) if written.placed else ""
    if not bare.isdigit() or len(bare) < 2 or written.unit == 0:
        return False
    return any(_is(written, value, fmpq(1, 10**i)) for i in range(1, len(bare)))


def _is(written: WrittenNumber, value: Num, factor: fmpq) -> bool:
    moved, unit = written.value * factor, written.unit * abs(factor)
    return bool(abs(moved - value) < unit) and moved != 0


def _power_of_ten(written: WrittenNumber, value: Num) -> bool:
    if written.digits < 2:
        return False
    powers = [*range(1, 13), *range(-12, 0)]
    return any(_is(written, value, fmpq(10) ** n if n > 0 else fmpq(1, 10**-n)) for n in powers)


def _sign_slip(written: WrittenNumber, value: Num) -> bool:
    return _is(written, value, fmpq(-1))


def _digits_swapped(written: WrittenNumber, value: Num) -> bool:
    digits = str(abs(int((written.value / written.unit).p))) if written.placed and written.unit != 0 else ""
    sign = -1 if written.value < 0 else 1
    for i, (a, b) in enumerate(pairwise(digits)):
        swapped = digits[:i] + b + a + digits[i + 2 :]
        number_ = fmpq(sign * int(swapped)) * written.unit
        if a != b and abs(number_ - value) <= written.unit / 2:
            return True
    return False


SLIPS = (
    Slip("lost_comma", _lost_comma),
    Slip("digits_swapped", _digits_swapped),
    Slip("power_of_ten", _power_of_ten, plain=False),
)

OTHERS = ("saturated", "trivial", "entries_permuted", "impossible", "not_exact", "updated_weights", "substituted")


def keys() -> tuple[str, ...]:
    """The key of every diagnosis; its sentence stands in the catalogue, under `mistakes`."""
    return (*(mistake.key for mistake in MISTAKES), *(slip.key for slip in SLIPS), *OTHERS)
