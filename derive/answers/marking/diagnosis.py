"""Which known mistake explains a wrong answer? Tried at the student's own earlier numbers, to the written precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import prod

from derive.answers.marking.rounding import EXACT, allowed, standing, within
from derive.answers.marking.step_verdict import Case
from derive.answers.marking.student_values import Own
from derive.answers.mistakes.table import MISTAKES, SLIPS, THROUGHOUT, Mistake, of_step_shape, with_shapes
from derive.answers.reading.written import WrittenNumber
from derive.calculus.operation_rows import Flat
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, substitute
from derive.language.names import Name

MOST_SKIPPED, MOST_BEFORE = 12, 200
Wrong = list[tuple[int, WrittenNumber]]
Attempt = Callable[[Case, Wrong, int], str | None]


def diagnose(case: Case, updated: Mapping[Name, Flat]) -> str | None:
    """The key of the first mistake that explains every wrong entry, or else of many nearly all.

    `updated` are the parameters after the update.
    """
    wrong = case.wrong()
    if not wrong or case.diagnosis:
        return case.diagnosis
    for needed in dict.fromkeys((len(wrong), len(wrong) - len(wrong) // 3)):
        for attempt in _ATTEMPTS:
            if key := attempt(case, wrong, needed):
                return key
        if key := _with_updated(case, wrong, needed, updated):
            return key
    return None


def misshapen(derivation: Derivation, own: Own, step: Step, written: Sequence[WrittenNumber | None]) -> str | None:
    """The key of a mistake that leads to another shape than the step's and to every number: a mean over columns."""
    for mistake in MISTAKES:
        for expr, shape in (
            with_shapes(derivation, step, mistake.wrong(derivation, step)) if mistake.concerns(step) else ()
        ):
            values = own.value(expr) if shape != step.shape and prod(shape) == len(written) else None
            if values and all(w and standing(w, value) for w, value in zip(written, values, strict=True)):
                return mistake.key
    return None


def _slip(plain: bool) -> Attempt:
    """A slip of the pen with the true value, or with what follows from the student's own numbers."""
    slips = [slip for slip in SLIPS if slip.plain == plain]

    def attempt(case: Case, wrong: Wrong, needed: int) -> str | None:
        for values in (case.follows, case.expected):
            for slip in slips:
                if values and sum(slip.changed(w, values[i]) for i, w in wrong) >= needed:
                    return slip.key
        return None

    return attempt


def _substituted(case: Case, wrong: Wrong, needed: int) -> str | None:
    """The line of numbers in the working, as it was written, gives the answer."""
    computed = case.answer.computed
    fits = len(computed) == len(case.written) and all(standing(w, computed[i]) for i, w in wrong)
    return "substituted" if case.answer.substituted and fits else None


def _equation(case: Case, wrong: Wrong, needed: int) -> str | None:
    """A wrong equation of a known mistake, of this step or of one before it that was not written down."""
    if case.step is None:
        return None
    for key, expr in _candidates(case, case.step):
        if _explains(case, expr, case.own.value(expr), wrong, needed):
            return key
    skipped = _inside(case, case.step) if _tells(wrong) else []
    for i, before in enumerate(skipped):
        for key, expr in _candidates(case, before):
            if values := case.own.value(expr):
                through = _through(case, case.step, skipped[i + 1 :], {before.name: values})
                if _explains(case, partial(substitute, case.step.expr, {before.name: expr}), through, wrong, needed):
                    return key
    return None


def _throughout(case: Case, wrong: Wrong, needed: int) -> str | None:
    """A mistake that is made again and again, in every step before it that was not written down."""
    step = case.step
    if step is None or step.phase != "backward" or not _tells(wrong):
        return None
    before = _before(case, step)
    for mistake in THROUGHOUT if before else ():
        other: dict[Name, Flat] = {}
        for each in before:
            expr = next(_wrongly(case, mistake, each), None)
            if expr is not None or other.keys() & set(each.uses):
                values = case.own.value(expr or each.expr, other)
                other |= {each.name: values} if values else {}
        exprs = (*_wrongly(case, mistake, step), step.expr) if other else ()
        if any(_explains(case, expr, case.own.value(expr, other), wrong, needed) for expr in exprs):
            return mistake.key
    return None


def _before(case: Case, step: Step) -> list[Step]:
    """The backward steps that lead to it and were not written down, in order, if they are not too many."""
    needed, found = set(step.uses), []
    for each in reversed(case.derivation.backward):
        if each.name in needed and each.name not in case.own.answered:
            needed.update(each.uses)
            found.append(each)
    return found[::-1] if len(found) <= MOST_BEFORE else []


def _through(case: Case, step: Step, between: list[Step], other: dict[Name, Flat]) -> Flat | None:
    """What a step gives with other values for one before it, worked through the steps in between."""
    for each in between:
        if other.keys() & set(each.uses) and (values := case.own.value(each.expr, other)):
            other[each.name] = values
    return case.own.value(step.expr, other)


def _candidates(case: Case, step: Step) -> Iterator[tuple[str, Expr]]:
    """Every wrong equation of every mistake that can be made in a step."""
    for mistake in MISTAKES:
        yield from ((mistake.key, expr) for expr in _wrongly(case, mistake, step))


def _wrongly(case: Case, mistake: Mistake, step: Step) -> Iterator[Expr]:
    """The wrong equations that a mistake leads to in a step."""
    if mistake.concerns(step):
        yield from of_step_shape(case.derivation, step, mistake.wrong(case.derivation, step))


def _skipped(case: Case, step: Step) -> list[Step]:
    """The steps that it uses and that the student did not write down."""
    open_ = set(step.uses) - case.own.answered
    return [s for s in case.derivation.steps if s.name in open_]


def _inside(case: Case, step: Step) -> list[Step]:
    """The steps that it uses and that were not written down, in order; of helpers, which nobody writes, theirs too.

    Samples that the page does not work out are left aside: among so many one fits by chance.
    """
    found = {each.name: each for each in _skipped(case, step) if case.derivation.is_worked(each.name)}
    waiting = [each for each in found.values() if each.helper]
    while waiting and len(found) < MOST_SKIPPED:
        more = [each for each in _skipped(case, waiting.pop()) if each.name not in found]
        found |= {each.name: each for each in more}
        waiting += (each for each in more if each.helper)
    return [each for each in case.derivation.steps if each.name in found]


def _permuted(case: Case, wrong: Wrong, needed: int) -> str | None:
    """The right numbers in other places."""
    for values in filter(None, (case.follows, case.expected)):
        left = [values[i] for i, _ in wrong]
        for _, w in wrong:
            at = next((j for j, value in enumerate(left) if standing(w, value)), None)
            if at is not None:
                left.pop(at)
        if not left and len(wrong) > 1:
            return "entries_permuted"
    return None


_ATTEMPTS: tuple[Attempt, ...] = (
    _slip(plain=True),
    _substituted,
    _equation,
    _throughout,
    _slip(plain=False),
    _permuted,
)


def _with_updated(case: Case, wrong: Wrong, needed: int, updated: Mapping[Name, Flat]) -> str | None:
    """The updated weights in the place of those of the forward pass, here or in a step that was not written down."""
    if case.step is None or case.step.phase != "backward":
        return None
    other: dict[Name, Flat] = {}
    for step in (*_skipped(case, case.step), case.step):
        if not set(updated).intersection(step.uses):
            continue
        values = case.own.value(step.expr, dict(updated))
        if step is case.step:
            return "updated_weights" if _explains(case, step.expr, values, wrong, needed) else None
        if values:
            other[step.name] = values
    values = case.own.value(case.step.expr, other) if other else None
    return "updated_weights" if values and _explains(case, case.step.expr, values, wrong, needed) else None


def _tells(wrong: Wrong) -> bool:
    """Whether the numbers are enough to know a mistake by: several, or two digits; zeros and `0.1` fit too many."""
    numbers = [w for _, w in wrong if w.value != 0]
    return len(numbers) > 1 or any(w.digits > 1 for w in numbers)


def _explains(case: Case, expr: Expr | Callable[[], Expr], values: Flat | None, wrong: Wrong, needed: int) -> bool:
    """Whether values are what was written in at least `needed` entries, within the widths of `expr`, which is made when
    it is asked for, at the student's own numbers.

    Numbers that tell little are explained only where they are exactly that, not rounded to it.
    """
    if values is None or len(values) != len(case.written):
        return False
    if not _tells(wrong):
        return all(standing(w, values[i]) == EXACT for i, w in wrong)
    if sum(standing(w, values[i]) is not None for i, w in wrong) >= needed:
        return True
    if sum(within(w, values[i], abs(values[i]) / 10) for i, w in wrong) < needed:
        return False
    widths = case.own.widths(expr() if callable(expr) else expr, values)
    return sum(within(w, values[i], allowed(widths[i], values[i])) for i, w in wrong) >= needed
