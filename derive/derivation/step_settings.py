"""Settings that name steps, held against the steps that a derivation has."""

from __future__ import annotations

from derive.derivation.steps import Derivation
from derive.errors import Fault, InputError, suggestion
from derive.language.step_ids import StepId

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
    left = {step.id for step in derivation.steps if not derivation.is_worked(step.name)}
    faults += [
        Fault(f"{where}: the page does not work out `{step}`", _ALL, problem.place(where))
        for where in ("[page] ask", "[sheet] blank", "[marking]")
        for step in (marking.steps if where == "[marking]" else settings[where])
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
