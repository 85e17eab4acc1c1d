"""Ways to a right number: the truth, every route from the student's own numbers, a right line of numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeGuard

from flint import arb, fmpq

from derive.answers.marking.rounding import EXACT, WIDEST, allowed, is_precise, near, standing, within
from derive.answers.marking.step_answer import OPEN, Attempt, StepAnswer
from derive.answers.marking.student_values import StudentValues
from derive.answers.reading.written import WrittenNumber
from derive.calculus.differentiation import settled, shape_of
from derive.calculus.kernels import Flat, ShapeFault
from derive.calculus.operation_rows import row_of
from derive.calculus.scalars import Num
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, names_in, substitute
from derive.language.names import Derivative, Name

MARGIN = fmpq(1, 10**6)
"""Values that differ by less, relatively, differ in what rounding at a bound has left of them."""

FEW_UNITS = 5
"""By so many units of their last place rounding on the way may change the largest numbers of an array."""

EARLIER_LINE = "earlier_line"


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
    for attempt in _attempts(answer, answer.own, answer.step):
        answer.follows = answer.follows or list(attempt.values)
        yield attempt


def _attempts(answer: StepAnswer, own: StudentValues, step: Step) -> Iterator[Attempt]:
    for numbers, expr in _tried(answer, own, step):
        values = numbers.value(expr)
        if values is not None and len(values) == len(answer.written):
            yield Attempt(values, own=numbers, equation=partial(lambda expr: expr, expr))


def _tried(answer: StepAnswer, own: StudentValues, step: Step) -> Iterator[tuple[StudentValues, Expr]]:
    known = own.workings.routes
    if step.name not in known:
        known[step.name] = tuple(equations(answer.derivation, step))
    for expr in known[step.name]:
        yield own, expr
    steps = answer.derivation.by_name
    for expr in known[step.name]:
        missing = [name for name in names_in(expr) if name in steps and name not in own.answered]
        if missing:
            yield own.with_truth(missing), expr
    slopes = [name for name in own.behind(step.uses) if _is_slope(name, answer.derivation) and name not in own.answered]
    if slopes:
        yield own.with_truth(slopes), step.expr
    for mixture in islice(own.mixtures(step.uses), 1, None):
        yield mixture, step.expr
    yield from ((own, expr) for expr in _by_input(answer.derivation, step, own) if expr not in known[step.name])


def _by_input(derivation: Derivation, step: Step, own: StudentValues) -> Iterator[Expr]:
    """A step's routes with local derivatives by what goes into a function, where what comes out was answered: σ′ by z
    is right whatever stands for A.
    """
    known = derivation.by_name
    for expr in own.workings.routes[step.name]:
        slopes: dict[Name, Expr] = {
            name: substitute(known[name].expr, {name.of: known[name.of].expr})
            for name in names_in(expr)
            if _is_slope(name, derivation) and name in known and name.of in known and name.of in own.answered
        }
        other = substitute(expr, slopes) if slopes else expr
        if other != expr and _fits(other, step, derivation):
            yield settled(other, derivation.shapes)


def _is_slope(name: Name, derivation: Derivation) -> TypeGuard[Derivative]:
    """Whether it is a local derivative, which may be taken at z as well as at a wrong A."""
    return isinstance(name, Derivative) and name.of != derivation.loss


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
    that were not rounded before. A width above a tenth of the value (of the largest of its array, where the
    student's numbers are that short) grants only what is near the exact value too; what is near it to one unit of its
    last place needs no such grant.
    """
    value = attempt.values[i]
    if value is None or attempt.own is None or attempt.equation is None:
        return stands(answer, i, w, attempt)
    if answer.exact:
        rounded = attempt.own.rounded.intersection(names_in(attempt.equation()))
        return not (rounded and w.placed) and stands(answer, i, w, attempt)
    how = answer.standing(w, value)
    slack = answer.own.usual.slack if answer.own.usual else fmpq(0)
    if how is None and is_near(answer, i, w, attempt):
        if not _rests_on_answers(answer, attempt.own) or not within(w, value, allowed(attempt.widths[i], value)):
            return False
    elif how is None:
        scale = _scale(attempt.values, value, slack)
        granted = abs(w.value - value) <= w.unit + WIDEST * abs(scale)  # else no width that is allowed is enough
        if not (granted and within(w, value, allowed(attempt.widths[i], scale))):
            exact = (answer.exactly()[i], answer.expected[i])
            if not (any(abs(w.value - x) <= slack * abs(x) for x in exact) and within(w, value, attempt.widths[i])):
                return False
    return how == EXACT or is_precise(w, value, answer.written)


def _rests_on_answers(answer: StepAnswer, own: StudentValues) -> bool:
    """Whether anything that a step goes back to was answered."""
    uses = answer.step.uses if answer.step else ()
    return not own.answered.isdisjoint(own.behind(uses))


def _scale(values: Sequence[Num | None], value: Num, slack: fmpq) -> Num:
    """How large a number is for the width that it may have: what nearly cancels out is as sure as the largest number of
    its array, up to a few units of the length of the student's numbers.
    """
    largest = max((abs(x) for x in values if x is not None), key=arb, default=abs(value))
    return max(abs(value), largest * min(fmpq(1), FEW_UNITS * slack / WIDEST), key=arb)


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


# --- lines without marks ----------------------------------------------------------------------------------------------


def passed_on(answer: StepAnswer) -> Iterator[Attempt]:
    """In a line without marks, what follows from another one that is not right."""
    if not answer.marks:
        yield from _with_uncharged(answer)


def uncharged(answer: StepAnswer) -> Iterator[Attempt]:
    """In a step with marks, what follows from a line without marks that is not right."""
    if answer.marks:
        keys = (answer.own.uncharged[name][1] for name in _uncharged_in(answer))
        key = next(filter(None, keys), EARLIER_LINE)
        yield from (replace(attempt, key=key) for attempt in _with_uncharged(answer))


def _with_uncharged(answer: StepAnswer) -> Iterator[Attempt]:
    if answer.step and _uncharged_in(answer):
        yield from _attempts(answer, answer.own.with_uncharged(), answer.step)


def _uncharged_in(answer: StepAnswer) -> list[Name]:
    """The names in any of the routes whose lines carry no marks and are not right."""
    used = {name for attempt in _attempts(answer, answer.own, answer.step) if attempt.equation
            for name in names_in(attempt.equation())} if answer.step and answer.own.uncharged else set()  # fmt: skip
    return [name for name in answer.own.uncharged if name in used]


# --- made easy --------------------------------------------------------------------------------------------------------


def made_easy(answer: StepAnswer) -> Iterator[Attempt]:
    """What would follow, where rounding has made the numbers too easy and no step before was charged for that.

    Where the exact values of what is right lead to the same numbers, or to numbers that differ, nothing was made easy
    by rounding.
    """
    step, own = answer.step, answer.own
    if not step or not is_trivial(step, answer.written, answer.expected) or own.trivial.intersection(step.uses):
        return
    values = answer.exactly()
    zeros = all(w is None or w.value == 0 for w in answer.written)
    if all(w is None or standing(w, x) == EXACT for w, x in zip(answer.written, values, strict=True)):
        return
    if not zeros and any(abs(x - values[0]) > MARGIN * abs(values[0]) for x in values):
        return
    key = "saturated" if zeros else "trivial"
    attempts = [*routes(answer), *line_of_numbers(answer)]
    answer.follows = values
    yield from (replace(attempt, key=key) for attempt in attempts)


def is_trivial(step: Step, written: Sequence[WrittenNumber | None], expected: Flat) -> bool:
    """Whether a fault has made the numbers too easy: all zeros where the truth is not, or all equal where it is not.

    In an update nothing is: an error of 0 is what a perceptron learns for.
    """
    if step.phase == "update":
        return False
    numbers = [w.value for w in written if w]
    if all(x == 0 for x in numbers):
        return any(not _is_zero(x) for x in expected)
    return len(numbers) > 1 and _are_alike(numbers) and not _agree(expected, [w for w in written if w])


def _are_alike(numbers: Flat) -> bool:
    """Whether numbers are written alike."""
    first = str(numbers[0])
    return all(str(x) == first for x in numbers[1:])


def _agree(expected: Flat, written: Sequence[WrittenNumber]) -> bool:
    """Whether true values are equal, or differ by less than numbers of the length that was written show."""
    shown = max((arb(abs(w.unit / w.value)) / 2 for w in written if w.value != 0), default=arb(0))
    balls = [arb(x) for x in expected]
    return all((x - balls[0]).contains(0) or bool(abs(x - balls[0]) <= shown * abs(balls[0])) for x in balls[1:])


def _is_zero(x: Num) -> bool:
    return bool(x == 0) or (hasattr(x, "contains") and bool(x.contains(0)))
