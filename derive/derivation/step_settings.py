"""Settings that name steps, held against the steps that a derivation has; how many marks [marking] gives each."""

from fractions import Fraction
from math import prod

from derive.derivation.steps import Derivation, Step
from derive.errors import Fault, InputError, suggestion
from derive.language.names import Derivative
from derive.language.step_ids import StepId
from derive.problem.problem import Problem

_ALL = 'of a large batch it works out the first samples; all of them with `entries = "all"` under [page]'


def check_ids(derivation: Derivation) -> None:
    """Raises InputError for settings of steps that the problem does not have, and of entries where steps are meant."""
    problem = derivation.problem
    known = {step.id for step in derivation.steps} | {name.id for name, _ in derivation.givens}
    marking = problem.marking
    settings = {
        "[numbers] steps": problem.numbers.steps,
        "[names]": problem.aliases,
        "[page] ask": problem.page.ask,
        "[sheet] blank": problem.sheet.steps,
        "[marking]": (*marking.steps, *marking.exact, *marking.formula),
    }
    faults = [
        Fault(f"{where}: there is no step `{step}`", suggestion(step, known), problem.place(where))
        for where, steps in settings.items()
        for step in steps
        if StepId.parse(step).name not in known
    ]
    faults += [
        Fault(f"{where}: `{step}` is an entry", f"name the whole step: `{named.whole}`", problem.place(where))
        for where, steps in settings.items()
        for step, named in zip(steps, map(StepId.parse, steps), strict=True)
        if where != "[names]" and named.entry and named.name in known
    ]
    asked = {"[page] ask": problem.page.ask, "[sheet] blank": problem.sheet.steps, "[marking]": marking.steps}
    left = {step.id for step in derivation.steps if any(asked.values()) and not derivation.is_worked(step.name)}
    faults += [
        Fault(f"{where}: the page does not work out `{step}`", _ALL, problem.place(where))
        for where, steps in asked.items()
        for step in steps
        if StepId.parse(step).name in left
    ]
    faults += _not_followed(derivation)
    if faults:
        raise InputError(faults)


def _not_followed(derivation: Derivation) -> list[Fault]:
    """What is wrong with `[page] follow`: it is an entry of a parameter, of the parameter where that is a number."""
    asked = derivation.problem.page.follow
    entry, place = StepId.parse(asked), derivation.problem.place("[page] follow")
    name = next((name for name in derivation.wanted if name.id == entry.name), None)
    if not asked:
        return []
    if name is None or derivation.loss is None:
        known = [name.id for name in derivation.wanted]
        return [Fault(f"[page] follow: `{entry.name}` has no gradient", suggestion(entry.name, known), place)]
    shape = derivation.shapes[name]
    fits = len(entry.entry) == len(shape) and all(1 <= i <= n for i, n in zip(entry.entry, shape, strict=True))
    first = str(StepId(entry.name, entry=(1,) * len(shape)))
    return [] if fits else [Fault(f"[page] follow: `{asked}` is not one entry", f"as in `{first}`", place)]


def step_marks(derivation: Derivation, problem: Problem, step: Step | None, step_id: str, k: int) -> Fraction:
    """The marks of a step in pass k: none for given values, local derivatives, parts and helpers, unless named.

    There are none in passes that are not written out, nor for samples that are not worked out.
    """
    marking, asked = problem.marking, problem.asked
    if step_id in marking.steps:
        return marking.steps[step_id]
    if step is None or step.helper or (asked and step_id not in asked):
        return Fraction(0)
    if problem.update and k not in problem.update.on_page:
        return Fraction(0)
    if not derivation.is_worked(step.name):
        return Fraction(0)
    if isinstance(step.name, Derivative) and (step.name.of not in derivation.losses or step.name.via is not None):
        return Fraction(0)
    return marking.marks if marking.entry is None else marking.entry * prod(derivation.shapes[step.name])
