"""Ways to a right number: the truth, every route from the student's own numbers, a right line of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from derive.answers.marking.rounding import WIDEST, allowed, near, standing, within
from derive.answers.marking.step_answer import OPEN, Attempt, StepAnswer
from derive.answers.marking.student_values import Own
from derive.answers.reading.written import WrittenNumber
from derive.calculus.differentiation import settled, shape_of
from derive.calculus.operation_rows import Flat, ShapeFault, row_of
from derive.calculus.scalars import Num
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, names_in, substitute
from derive.language.names import Derivative, Name

# --- the truth --------------------------------------------------------------------------------------------------------


def true_values(answer: StepAnswer) -> Iterator[Attempt]:
    """The exact values, and those under the problem's carry."""
    yield Attempt(answer.expected)
    if answer.carried is not answer.expected:
        yield Attempt(answer.carried)


def stands(answer: StepAnswer, i: int, w: WrittenNumber, attempt: Attempt) -> bool:
    """Whether a number is a value, rounded or cut to the length that was written."""
    value = attempt.values[i]
    return value is not None and answer.stands(w, value) is not None


def is_near(answer: StepAnswer, i: int, w: WrittenNumber, attempt: Attempt) -> bool:
    """Whether a number with enough digits lies within one unit of its last place of the exact value."""
    return not answer.exact and w.digits >= answer.needed(i) and near(w, answer.expected[i])


def bounds(answer: StepAnswer) -> Iterator[Attempt]:
    """What a function with bounds gives."""
    if answer.step and _bounds(answer.step) != (None, None):
        yield Attempt(answer.expected, "impossible")


def out_of_bounds(answer: StepAnswer, i: int, w: WrittenNumber, attempt: Attempt) -> bool:
    """Whether the step's function cannot give a number."""
    low, high = _bounds(answer.step) if answer.step else (None, None)
    return bool((low is not None and w.value < low) or (high is not None and w.value > high))


def _bounds(step: Step) -> tuple[int | None, int | None]:
    """The least and the largest number that the step's one function can give, where that is limited."""
    if not isinstance(step.expr, Apply) or not all(isinstance(arg, Ref) for arg in step.expr.args):
        return None, None
    return row_of(step.expr).bounds or (None, None)


# --- what follows -----------------------------------------------------------------------------------------------------


def routes(answer: StepAnswer) -> Iterator[Attempt]:
    """Every route at the student's own numbers, then at the true values of what was not answered: what is missing is
    not wrong.
    """
    if answer.step is None:
        return
    for own, expr in _tried(answer, answer.step):
        values = own.value(expr)
        if values is not None and len(values) == len(answer.written):
            answer.follows = answer.follows or values
            yield Attempt(values, own=own, equation=partial(lambda expr: expr, expr))


def _tried(answer: StepAnswer, step: Step) -> Iterator[tuple[Own, Expr]]:
    known = answer.own.workings.routes
    if step.name not in known:
        known[step.name] = tuple(equations(answer.derivation, step))
    for expr in known[step.name]:
        yield answer.own, expr
    steps = {each.name for each in answer.derivation.steps}
    for expr in known[step.name]:
        missing = [name for name in names_in(expr) if name in steps and name not in answer.own.answered]
        if missing:
            yield answer.own.with_truth(missing), expr


def equations(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A step's equation, and the same with what it uses written out: σ′ by z or by A, skipped steps."""
    yield step.expr
    known = {s.name: s.expr for s in (*derivation.forward, *derivation.backward)}
    used = [name for name in step.uses if name in known and name != step.name]
    whole = substitute(step.expr, {name: known[name] for name in used})
    slopes: dict[Name, Expr] = {name: expr for name, expr in known.items() if isinstance(name, Derivative)}
    alone = [substitute(step.expr, {name: known[name]}) for name in used if derivation.is_worked(name)]
    for expr in dict.fromkeys((*alone, whole, substitute(whole, slopes))):
        if expr != step.expr and _fits(expr, step, derivation):
            yield settled(expr, derivation.shapes)


def _fits(expr: Expr, step: Step, derivation: Derivation) -> bool:
    try:
        return shape_of(expr, derivation.shapes) == step.shape
    except ShapeFault:
        return False


def follows(answer: StepAnswer, i: int, w: WrittenNumber, attempt: Attempt) -> bool:
    """Whether a number is what a route gives, within its width; where exact values are asked for, only from numbers
    that were not rounded before.
    """
    value = attempt.values[i]
    if value is None or attempt.own is None or attempt.equation is None:
        return stands(answer, i, w, attempt)
    if answer.exact:
        rounded = attempt.own.rounded.intersection(names_in(attempt.equation()))
        return not (rounded and w.placed) and stands(answer, i, w, attempt)
    return standing(w, value) is not None or within(w, value, allowed(attempt.widths[i], value))


def line_of_numbers(answer: StepAnswer) -> Iterator[Attempt]:
    """What a line of numbers gives whose numbers, as they were rounded, all stand for what belongs there."""
    given, values = answer.answer.granted, answer.follows or answer.expected
    if len(given) != len(values) or answer.exact:
        return
    granted = [
        x if x is not None and abs(x - y) <= WIDEST * abs(x) else None for x, y in zip(given, values, strict=True)
    ]
    meant = {i: x for i, w in answer.places(OPEN) if (x := granted[i]) is not None and standing(w, x)}
    if meant:
        answer.follows = [meant.get(i, y) for i, y in enumerate(values)]
        yield Attempt(granted)


# --- made easy --------------------------------------------------------------------------------------------------------


def made_easy(answer: StepAnswer) -> Iterator[Attempt]:
    """What would follow, where a fault has made the numbers too easy and no step before was charged for that."""
    step, own = answer.step, answer.own
    if step and is_trivial(step, answer.written, answer.expected) and not own.trivial.intersection(step.uses):
        key = "saturated" if all(w is None or w.value == 0 for w in answer.written) else "trivial"
        for attempt in (*routes(answer), *line_of_numbers(answer)):
            yield replace(attempt, key=key)


def is_trivial(step: Step, written: Sequence[WrittenNumber | None], expected: Flat) -> bool:
    """Whether a fault has made the numbers too easy: all zeros where the truth is not, or all equal where it is not.

    In an update nothing is: an error of 0 is what a perceptron learns for.
    """
    if step.phase == "update":
        return False
    numbers = [w.value for w in written if w]
    if all(x == 0 for x in numbers):
        return any(not _is_zero(x) for x in expected)
    return len(numbers) > 1 and _are_alike(numbers) and not _are_alike(expected)


def _are_alike(numbers: Flat) -> bool:
    """Whether numbers are written alike."""
    first = str(numbers[0])
    return all(str(x) == first for x in numbers[1:])


def _is_zero(x: Num) -> bool:
    return bool(x == 0) or (hasattr(x, "contains") and bool(x.contains(0)))
