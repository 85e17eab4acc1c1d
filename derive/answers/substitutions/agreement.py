"""A formula in a chain against the step's equation: the same function, or a wrong one beside a right value."""

from dataclasses import replace

from flint import fmpq

from derive.answers.marking.evaluator import Evaluator, Value, same
from derive.answers.marking.student_values import BITS
from derive.calculus.kernels import ShapeFault
from derive.calculus.scalars import precision
from derive.calculus.shapes import broadcast, broadcast_sources
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Expr, Ref, rewrite
from derive.notation.notations import UNICODE
from derive.notation.printer import formula


def agrees(evaluator: Evaluator, written: Expr, goal: Expr) -> bool:
    """Whether two formulas have one value at the true numbers, or at the student's own.

    The true numbers satisfy every equation at once, so that every equivalent way to write a step agrees there: by z or
    by A, written out or not, what is 1 left out.
    """
    if written == goal:
        return True
    for own in (False, True):
        ours, theirs = evaluator.value(written, own), evaluator.value(goal, own)
        if ours is not None and theirs is not None and equal(_everywhere(ours, theirs), theirs):
            return True
    return False


def _everywhere(one: Value, value: Value) -> Value:
    """A scalar, column or row in every entry of an array that it stands for."""
    (shape, flat), (target, _) = one, value
    if shape == target:
        return one
    try:
        at = broadcast_sources(shape, target) if broadcast((shape, target)) == target else None
    except ShapeFault:
        return one
    return one if at is None else (target, [flat[i] for i in at])


def equal(a: Value, b: Value) -> bool:
    """Whether two values have one shape and may be the same."""
    with precision(BITS, ties=True):
        return a[0] == b[0] and all(map(same, a[1], b[1]))


def short(evaluator: Evaluator, step: Step, goal: Expr) -> Expr:
    """The right side by the short rule, where there is one for the step that holds here: p − y."""
    rule = evaluator.shortcut(step.name)
    ones = evaluator.value(rule.ones, own=False) if rule and rule.ones is not None else None
    if rule is None or goal != step.expr or (ones and not all(same(x, fmpq(1)) for x in ones[1])):
        return goal
    return rule.expr


def shown(evaluator: Evaluator, step: Step, goal: Expr) -> str:
    """A right side as a line of text, the short one if there is one; ReLU′(z) for the name of its derivative."""

    def primed(expr: Expr) -> Expr | None:
        local = evaluator.defined(expr.name) if isinstance(expr, Ref) else None
        return local if isinstance(local, Apply) and local.op.endswith("'") else None

    notation = replace(UNICODE, decimal=evaluator.decimal)
    return formula(rewrite(short(evaluator, step, goal), primed), notation, evaluator.shapes).replace("'", "′")
