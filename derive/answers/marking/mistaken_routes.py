"""Ways to a wrong number: slips of the pen, known mistakes in this step or in one that was left out."""

from collections.abc import Iterator, Mapping
from functools import partial
from math import prod

from derive.answers.marking.rounding import EXACT, allowed, standing, within
from derive.answers.marking.step_answer import WRONG, Attempt, Places, StepAnswer
from derive.answers.marking.student_values import StudentValues
from derive.answers.mistakes.mistake import Mistake, of_step_shape, with_shapes
from derive.answers.mistakes.slips import SLIPS
from derive.answers.mistakes.table import MISTAKES, THROUGHOUT
from derive.answers.reading.written import WrittenNumber
from derive.calculus.kernels import Flat
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, substitute
from derive.language.names import Name

IMPRECISE = "imprecise"
MOST_SKIPPED, MOST_BEFORE = 12, 200


# --- how wrong numbers are compared -----------------------------------------------------------------------------------


def always(answer: StepAnswer, attempt: Attempt, wrong: Places, needed: int) -> bool:
    """An attempt that is made only where it holds."""
    return True


def gives_all(answer: StepAnswer, attempt: Attempt, wrong: Places, needed: int) -> bool:
    """Whether every wrong number is what an attempt gives."""
    return all((value := attempt.values[i]) is not None and standing(w, value) for i, w in wrong)


def gives_most(answer: StepAnswer, attempt: Attempt, wrong: Places, needed: int) -> bool:
    """Whether at least `needed` numbers are what an attempt gives, within its widths.

    Numbers that tell little are explained only where they are exactly that, not rounded to it.
    """
    if len(attempt.values) != len(answer.written):
        return False
    pairs = [(i, w, value) for i, w in wrong if (value := attempt.values[i]) is not None]
    if not _tells(wrong):
        return all(standing(w, value) == EXACT for _, w, value in pairs)
    if sum(standing(w, value) is not None for _, w, value in pairs) >= needed:
        return True
    if sum(within(w, value, abs(value) / 10) for _, w, value in pairs) < needed:
        return False
    return sum(within(w, value, allowed(attempt.widths[i], value)) for i, w, value in pairs) >= needed


def has_slipped(answer: StepAnswer, attempt: Attempt, wrong: Places, needed: int) -> bool:
    """Whether at least `needed` numbers are values with one slip of the pen."""
    slip = next(slip for slip in SLIPS if slip.key == attempt.key)
    return sum((value := attempt.values[i]) is not None and slip.changed(w, value) for i, w in wrong) >= needed


def _tells(wrong: Places) -> bool:
    """Whether the numbers are enough to know a mistake by: several, or two digits; zeros and `0.1` fit too many."""
    numbers = [w for _, w in wrong if w.value != 0]
    return len(numbers) > 1 or any(w.digits > 1 for w in numbers)


# --- the right numbers, written wrongly -------------------------------------------------------------------------------


def _right(answer: StepAnswer) -> list[Flat]:
    """What follows from the student's own numbers, and the truth."""
    return [values for values in (answer.follows, answer.expected) if values]


def rounded_values(answer: StepAnswer) -> Iterator[Attempt]:
    """The right values, or those that follow, where they are not to be rounded, or not to one digit."""
    if all(any(standing(w, values[i]) for values in _right(answer)) for i, w in answer.places(WRONG)):
        yield Attempt(answer.expected, "not_exact" if answer.exact else IMPRECISE)


def plain_slips(answer: StepAnswer) -> Iterator[Attempt]:
    """The right values, for slips that the digits show."""
    return (Attempt(values, slip.key) for values in _right(answer) for slip in SLIPS if slip.plain)


def other_slips(answer: StepAnswer) -> Iterator[Attempt]:
    """The right values, for slips that may be more than that."""
    return (Attempt(values, slip.key) for values in _right(answer) for slip in SLIPS if not slip.plain)


def written_line(answer: StepAnswer) -> Iterator[Attempt]:
    """The line of numbers in the working, as it was written."""
    computed = answer.answer.computed
    if answer.answer.substituted and len(computed) == len(answer.written):
        yield Attempt(computed, "substituted")


def permuted_values(answer: StepAnswer) -> Iterator[Attempt]:
    """The right numbers in other places."""
    wrong = answer.places(WRONG)
    for values in _right(answer) if len(wrong) > 1 else ():
        left = [values[i] for i, _ in wrong]
        for _, w in wrong:
            at = next((j for j, value in enumerate(left) if standing(w, value)), None)
            if at is not None:
                left.pop(at)
        if not left:
            yield Attempt(values, "entries_permuted")


# --- mistaken equations -----------------------------------------------------------------------------------------------


def steps(answer: StepAnswer) -> Iterator[Attempt]:
    """Every wrong equation of every known mistake in this step."""
    step = answer.step
    for own in answer.own.mixtures(step.uses) if step else ():
        for key, expr in _candidates(answer, step) if step else ():
            yield from _attempt(own, expr, key)


def steps_before(answer: StepAnswer) -> Iterator[Attempt]:
    """The same in a step before it that was not written down."""
    step, own = answer.step, answer.own
    skipped = _inside(answer, step) if step and _tells(answer.places(WRONG)) else []
    for i, before in enumerate(skipped):
        for key, expr in _candidates(answer, before):
            if step and (values := own.value(expr)):
                through = _worked_through(own, skipped[i + 1 :], {before.name: values})
                yield from _attempt(through, step.expr, key, {before.name: expr})


def repeated(answer: StepAnswer) -> Iterator[Attempt]:
    """A mistake that is made again and again, in every step before it that was not written down."""
    step = answer.step
    if step is None or step.phase != "backward" or not _tells(answer.places(WRONG)):
        return
    before = _before(answer, step)
    for mistake in THROUGHOUT if before else ():
        own, other = answer.own, dict[Name, Flat]()
        for each in before:
            expr = next(iter(_wrongly(answer, mistake, each)), None)
            if expr is not None or other.keys() & set(each.uses):
                values = own.value(expr or each.expr)
                other |= {each.name: values} if values else {}
                own = answer.own.with_values(other)
        for expr in (*_wrongly(answer, mistake, step), step.expr) if other else ():
            yield from _attempt(own, expr, mistake.key)


def updated_parameters(answer: StepAnswer) -> Iterator[Attempt]:
    """The updated weights in the place of those of the forward pass, here or in a step that was not written down."""
    step = answer.step
    updated = answer.updated() if step and step.phase == "backward" else {}
    if step is None or not updated:
        return
    renewed = answer.own.with_values(updated)
    if updated.keys() & set(step.uses):
        yield from _attempt(renewed, step.expr, "updated_weights")
        return
    skipped = [each for each in _skipped(answer, step) if updated.keys() & set(each.uses)]
    other = {each.name: values for each in skipped if (values := renewed.value(each.expr))}
    if other:
        yield from _attempt(answer.own.with_values(other), step.expr, "updated_weights")


def misshapen(
    derivation: Derivation, own: StudentValues, step: Step, written: tuple[WrittenNumber | None, ...]
) -> str | None:
    """The key of a mistake that leads to another shape than the step's and to every number: a mean over columns."""
    for mistake in MISTAKES:
        for expr, shape in (
            with_shapes(derivation, step, mistake.wrong(derivation, step)) if mistake.concerns(step) else ()
        ):
            values = own.value(expr) if shape != step.shape and prod(shape) == len(written) else None
            if values and all(w and standing(w, value) for w, value in zip(written, values, strict=True)):
                return mistake.key
    return None


def _attempt(own: StudentValues, expr: Expr, key: str, inside: Mapping[Name, Expr] | None = None) -> Iterator[Attempt]:
    """An equation at numbers, if it has values there; `inside` is the mistake in what it uses."""
    values = own.value(expr)
    if values is not None:
        yield Attempt(values, key, own, partial(substitute, expr, dict(inside or {})))


def _candidates(answer: StepAnswer, step: Step) -> Iterator[tuple[str, Expr]]:
    """Every wrong equation of every mistake that can be made in a step."""
    for mistake in MISTAKES:
        yield from ((mistake.key, expr) for expr in _wrongly(answer, mistake, step))


def _wrongly(answer: StepAnswer, mistake: Mistake, step: Step) -> tuple[Expr, ...]:
    """The wrong equations that a mistake leads to in a step: no numbers are in them, so every work is held against the
    same ones.
    """
    if not mistake.concerns(step):
        return ()
    known = answer.own.workings.mistaken
    if (found := known.get((mistake, step.name))) is None:
        wrong = mistake.wrong(answer.derivation, step)
        found = known[mistake, step.name] = tuple(of_step_shape(answer.derivation, step, wrong))
    return found


# --- steps that were left out -----------------------------------------------------------------------------------------


def _before(answer: StepAnswer, step: Step) -> list[Step]:
    """The backward steps that lead to it and were not written down, in order, if they are not too many."""
    needed, found = set(step.uses), []
    for each in reversed(answer.derivation.backward):
        if each.name in needed and each.name not in answer.own.answered:
            needed.update(each.uses)
            found.append(each)
    return found[::-1] if len(found) <= MOST_BEFORE else []


def _worked_through(own: StudentValues, between: list[Step], other: dict[Name, Flat]) -> StudentValues:
    """The numbers with other values for one step, and with what follows for the steps between."""
    changed = own.with_values(other)
    for each in between:
        if other.keys() & set(each.uses) and (values := changed.value(each.expr)):
            other[each.name] = values
            changed = own.with_values(other)
    return changed


def _skipped(answer: StepAnswer, step: Step) -> list[Step]:
    """The steps that it uses and that the student did not write down."""
    open_ = set(step.uses) - answer.own.answered
    return [s for s in answer.derivation.steps if s.name in open_]


def _inside(answer: StepAnswer, step: Step) -> list[Step]:
    """The steps that it uses and that were not written down, in order; of helpers, which nobody writes, theirs too.

    Samples that the page does not work out are left aside: among so many one fits by chance.
    """
    found = {each.name: each for each in _skipped(answer, step) if answer.derivation.is_worked(each.name)}
    waiting = [each for each in found.values() if each.helper]
    while waiting and len(found) < MOST_SKIPPED:
        more = [each for each in _skipped(answer, waiting.pop()) if each.name not in found]
        found |= {each.name: each for each in more}
        waiting += (each for each in more if each.helper)
    return [each for each in answer.derivation.steps if each.name in found]
