"""The numbers of an answer in the order of its step: one answer a step, its array arranged, a formula evaluated."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from flint import fmpq

from derive.answers.marking.orientation import Stands, orientation_of, transposed_entries
from derive.answers.marking.rounding import allowed, is_sharp
from derive.answers.marking.student_values import FlatNumbers, StudentValues
from derive.answers.reading.written import EXACT_DIGITS, Answer, Array, Unreadable, WrittenNumber
from derive.calculus.differentiation import shape_of, uniform
from derive.calculus.kernels import Flat
from derive.calculus.scalars import Num
from derive.calculus.shapes import offset
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Number, Ref, Shape, names_in
from derive.language.step_ids import StepId


def answers_by_step(answers: Sequence[Answer], derivation: Derivation) -> dict[str, Answer]:
    """The last answer for each step; answers for single entries fill what no whole one says."""
    whole = {answer.step: answer for answer in answers if answer.step and answer.entry is None}
    for answer in answers:
        if answer.step and answer.entry is not None and isinstance(answer.content, Array):
            whole[answer.step] = _with_entry(whole.get(answer.step), answer, derivation)
    return whole


def _with_entry(whole: Answer | None, part: Answer, derivation: Derivation) -> Answer:
    """The answer for a step with one more of its entries, where that is still open."""
    shape = next((s for name, s in derivation.shapes.items() if name.id == StepId.parse(part.step).name), ())
    empty = Array(shape, (None,) * max(1, prod(shape)))
    content = whole.content if whole and isinstance(whole.content, Array) else empty
    assert isinstance(part.content, Array)
    assert part.entry is not None
    entries = list(content.entries)
    at = offset(shape, part.entry)
    if at < len(entries) and entries[at] is None:
        entries[at] = part.content.entries[0]
    base = whole or replace(part, entry=None, given="")
    given = base.given if whole and all(content.entries) else "; ".join(filter(None, (base.given, part.given)))
    return replace(base, content=replace(content, entries=tuple(entries)), given=given)


def numbers_of(answer: Answer, own: StudentValues, step: Step | None, shape: Shape) -> tuple[FlatNumbers, bool] | None:
    """The numbers of an answer, flat, and whether it is the transpose; a formula's are its values at the student's own
    numbers. None for what has no value, or another shape.

    One number stands for every entry where all of them are the same by nature, as in dR/dA = 1.
    """
    content = answer.content
    if isinstance(content, Unreadable):
        return None
    if isinstance(content, Array):
        if len(content.entries) == 1 and step and uniform(step.expr, own.tape.derivation.shapes) is not None:
            return content.entries * prod(shape), False
        return arranged(content.entries, content.shape, shape)
    values = own.value(content)
    if values is None or not all(map(is_sharp, values)):
        return None
    numbers = _evaluated(own, answer, content, values)
    if len(values) == 1:
        return numbers * prod(shape), False
    return arranged(numbers, shape_of(content, own.tape.derivation.shapes), shape)


def without_unit(answer: Answer, step: Step) -> Answer:
    """An answer without a unit that is called as the step itself: `m = 1.333 m`."""
    match answer.content:
        case Apply(op="product", args=(Number() as number, Ref(name=name))) if name == step.name and not step.shape:
            return replace(answer, content=number)
    return answer


def arranged(entries: FlatNumbers, given: Shape, asked: Shape) -> tuple[FlatNumbers, bool] | None:
    """Entries in the order of the shape that is asked for, and whether they were the transpose of it."""
    match orientation_of(given, asked):
        case Stands.AS_IS:
            return entries, False
        case Stands.TRANSPOSED:
            return tuple(transposed_entries(entries, asked)), True
    return None


def _evaluated(own: StudentValues, answer: Answer, formula: Expr, values: Flat) -> FlatNumbers:
    """The values of a formula, each as sure as the numbers in it are; a whole number of numbers alone as if written."""
    written = not names_in(formula)
    units = [allowed(width, x) for width, x in zip(own.widths(formula, values), values, strict=True)]
    units = [fmpq(1) if written and unit == 0 and _is_whole(x) else unit for x, unit in zip(values, units, strict=True)]
    return tuple(WrittenNumber(x, unit, EXACT_DIGITS, answer.given) for x, unit in zip(values, units, strict=True))


def _is_whole(x: Num) -> bool:
    return type(x) is fmpq and bool(x.q == 1)
