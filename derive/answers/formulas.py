"""A formula in a chain against the step's equation: the same function, or a sign that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.answers.bench import Bench, Value, same
from derive.answers.links import Part
from derive.answers.model import Remark
from derive.derivation import Step
from derive.language.expressions import Apply, Expr
from derive.notation import UNICODE
from derive.operations.scalars import precision
from derive.printing import formula

BITS = 192


def formula_remark(bench: Bench, part: Part, goal: Expr, step: Step, settled: bool) -> Iterator[Remark]:
    """A remark on a wrong formula beside a right value (`settled`).

    Two formulas are the same if they agree at the true numbers, which satisfy every equation at once: so that every
    equivalent way to write it counts, by z or by A, written out or not.
    """
    assert part.reading is not None
    written = part.reading.expr
    if not settled or agrees(bench, written, goal):
        return
    notation = replace(UNICODE, decimal=bench.solution.values.numbers.decimal)
    right = formula(goal, notation, bench.shapes)
    yield Remark("notation", part.link.line, part.link.text, right, _sentence(bench, written, goal, right))


def agrees(bench: Bench, written: Expr, goal: Expr) -> bool:
    """Whether a formula has the right value: at the true numbers, or at the student's own."""
    for own in (False, True):
        ours, theirs = bench.value(written, own), bench.value(goal, own)
        if ours is not None and theirs is not None and _equal(ours, theirs):
            return True
    return False


def _equal(a: Value, b: Value) -> bool:
    with precision(BITS, ties=True):
        return a[0] == b[0] and all(map(same, a[1], b[1]))


def _sentence(bench: Bench, written: Expr, goal: Expr, right: str) -> str:
    """What is missing, where one sign explains it."""
    if _bare(written) == _bare(goal):
        return f"A transpose sign is missing or too much: {right}. The value beside it is right."
    if _primeless(_bare(written)) == _primeless(_bare(bench_named(bench, goal))):
        return f"The derivative sign is missing: {right}. The value beside it is right."
    return f"The formula is {right}. The value beside it is right."


def bench_named(bench: Bench, goal: Expr) -> Expr:
    """The goal with its local derivatives written out as functions."""
    steps = {step.name: step.expr for step in bench.solution.blueprint.derivation.backward if step.rule[:5] == "local"}

    def named(expr: Expr) -> Expr:
        if not isinstance(expr, Apply):
            return steps.get(expr.name, expr) if hasattr(expr, "name") else expr
        return replace(expr, args=tuple(map(named, expr.args)))

    return named(goal)


def _bare(expr: Expr) -> Expr:
    """Without transposes, all products alike."""
    if not isinstance(expr, Apply):
        return expr
    if expr.op == "transpose":
        return _bare(expr.args[0])
    op = "product" if expr.op == "times" else expr.op
    return Apply(op, tuple(map(_bare, expr.args)), expr.options)


def _primeless(expr: Expr) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op.rstrip("'"), tuple(map(_primeless, expr.args)), expr.options)
