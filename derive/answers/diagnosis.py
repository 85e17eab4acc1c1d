"""Which known mistake explains a wrong answer? Tried at the student's own earlier numbers, to the written precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from derive.answers.case import Case
from derive.answers.mistakes import MISTAKES, SLIPS, fitting
from derive.answers.model import Written
from derive.answers.standing import allowed, standing, within
from derive.language.expressions import Expr
from derive.language.names import Name
from derive.operations.rows import Flat

Wrong = list[tuple[int, Written]]


def diagnose(case: Case, updated: Mapping[Name, Flat]) -> str | None:
    """The key of the first mistake that explains every wrong entry; `updated` are the parameters after the update."""
    wrong = case.wrong()
    if not wrong or case.diagnosis:
        return case.diagnosis
    for attempt in _ATTEMPTS:
        if key := attempt(case, wrong):
            return key
    return _with_updated(case, wrong, updated)


def _slip(case: Case, wrong: Wrong) -> str | None:
    """A slip of the pen with the true value, or with what follows from the student's own numbers."""
    for values in (case.follows, case.expected):
        for slip in SLIPS:
            if values and all(slip.changed(w, values[i]) for i, w in wrong):
                return slip.key
    return None


def _substituted(case: Case, wrong: Wrong) -> str | None:
    """The line of numbers in the working, as it was written, gives the answer."""
    computed = case.answer.computed
    fits = len(computed) == len(case.written) and all(standing(w, computed[i]) for i, w in wrong)
    return "substituted" if case.answer.substituted and fits else None


def _equation(case: Case, wrong: Wrong) -> str | None:
    return next((key for key, expr in _candidates(case) if _explains(case, expr, case.own.value(expr), wrong)), None)


def _candidates(case: Case) -> Iterator[tuple[str, Expr]]:
    """Every wrong equation of every mistake that can be made in the step."""
    if case.step is None:
        return
    for mistake in MISTAKES:
        if mistake.concerns(case.step):
            for expr in fitting(case.derivation, case.step, mistake.wrong(case.derivation, case.step)):
                yield mistake.key, expr


def _permuted(case: Case, wrong: Wrong) -> str | None:
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


_ATTEMPTS: tuple[Callable[[Case, Wrong], str | None], ...] = (_slip, _substituted, _equation, _permuted)


def _with_updated(case: Case, wrong: Wrong, updated: Mapping[Name, Flat]) -> str | None:
    """The updated weights in the place of those of the forward pass."""
    if case.step is None or case.step.phase != "backward" or not set(updated).intersection(case.step.uses):
        return None
    values = case.own.value(case.step.expr, dict(updated))
    return "updated_weights" if _explains(case, case.step.expr, values, wrong) else None


def _explains(case: Case, expr: Expr, values: Flat | None, wrong: Wrong) -> bool:
    """Whether values are what was written, within the widths that the student's own numbers allow."""
    if values is None or len(values) != len(case.written):
        return False
    if all(standing(w, values[i]) for i, w in wrong):
        return True
    if not all(within(w, values[i], abs(values[i]) / 10) for i, w in wrong):
        return False
    widths = case.own.widths(expr, values)
    return all(within(w, values[i], allowed(widths[i], values[i])) for i, w in wrong)
