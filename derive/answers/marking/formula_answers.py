"""A formula that was asked for, compared as a function with the step's, whatever else it is written with."""

from dataclasses import dataclass

from derive.answers.marking.equality import Counterexample, same_function
from derive.answers.marking.step_answer import CORRECT, MISSING, UNREADABLE, WRONG
from derive.answers.marking.student_values import is_of_size
from derive.answers.reading.written import Answer, Array, Unreadable
from derive.calculus.kernels import ShapeFault
from derive.calculus.scalars import ValueFault
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, names_in
from derive.language.names import Name


@dataclass(frozen=True, slots=True)
class FormulaVerdict:
    """The verdict on a formula; where it gives something else, or what it names that is not known yet at its step."""

    verdict: str
    differs: Counterexample | None = None
    later: Name | None = None


def judged_formula(derivation: Derivation, step: Step, answer: Answer) -> FormulaVerdict:
    """The verdict on an answer to a step for which a formula is asked."""
    content = answer.content
    if isinstance(content, Unreadable):
        return FormulaVerdict(UNREADABLE)
    if isinstance(content, Array):
        return FormulaVerdict(WRONG if any(content.entries) else MISSING)
    if later := _later(derivation, step, content):
        return FormulaVerdict(WRONG, later=later)
    return _compared(derivation, step, content)


def _later(derivation: Derivation, step: Step, formula: Expr) -> Name | None:
    """What a formula names that stands at its step or behind it: it would say nothing new."""
    steps = [each.name for each in derivation.steps]
    behind = steps[steps.index(step.name) :]
    return next((name for name in names_in(formula) if name in behind), None)


def circular(derivation: Derivation, step: Step | None, answer: Answer) -> Name | None:
    """What a formula in an answer names that rests on the step itself: it would give the step's own value."""
    if step is None or isinstance(answer.content, Array | Unreadable):
        return None
    return next((name for name in names_in(answer.content) if _rests_on(derivation, name, step.name)), None)


def _rests_on(derivation: Derivation, name: Name, other: Name) -> bool:
    found = [name]
    for each in found:
        if each == other:
            return True
        found += [used for used in derivation.uses(each) if used not in found]
    return False


def _compared(derivation: Derivation, step: Step, formula: Expr) -> FormulaVerdict:
    """A formula that does not fit in itself, or has no value, is not read."""
    steps = (*derivation.forward, *derivation.backward)
    try:
        differs = same_function(formula, step.expr, derivation.shapes, steps)
    except (ShapeFault, ValueFault, KeyError):
        return FormulaVerdict(UNREADABLE)
    if differs and not all(map(is_of_size, (*differs.first, *differs.second))):
        return FormulaVerdict(UNREADABLE)
    return FormulaVerdict(CORRECT if differs is None else WRONG, differs)
