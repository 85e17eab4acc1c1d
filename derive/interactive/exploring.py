"""What moves when a given number does: the worked page at other numbers, and the loss by one of them."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from flint import arb, fmpq

from derive.calculus.scalars import ValueFault, precision
from derive.calculus.shapes import indices
from derive.errors import DeriveError
from derive.interactive.exercise import Exercise
from derive.interactive.numbers import changed
from derive.language.names import Derivative, Name
from derive.language.step_ids import StepId
from derive.page.chains import NumberList
from derive.page.document import Inline, NameInText, Sentence

POINTS, BITS = 41, 64


def explored(exercise: Exercise, values: Mapping[str, Any]) -> dict[str, Any]:
    """The worked page at other numbers, pass by pass, and the given values whose derivative it has."""
    found = changed(exercise, values) if values else exercise
    weights = [{"id": weight, "text": found.feedback.compiler.naming(each)} for weight, each in _weights(found).items()]
    return {"passes": [{"pass": k, "html": html} for k, html in found.passes()], "weights": weights}


def curve(exercise: Exercise, values: Mapping[str, Any], weight: str) -> dict[str, Any]:
    """The loss for values of one entry around its own, `at` which it has `loss` and `slope`; the same in a sentence.
    Raises DeriveError for an entry by which no derivative was taken.
    """
    found = changed(exercise, values) if values else exercise
    place = _weights(found).get(weight)
    if place is None:
        raise DeriveError(f"there is no derivative by `{weight}`", "take one of the weights")
    name, index = place.name, place.index or ()
    solution, loss = found.solution, found.solution.blueprint.derivation.loss
    assert loss is not None
    i = indices(solution.blueprint.derivation.shapes[name]).index(index)
    at, gradient = float(_ball(solution.exact.flat(name)[i])), Derivative(loss, name)
    printed: dict[str, tuple[Name, int]] = {"at": (name, i), "loss": (loss, 0), "slope": (gradient, i)}
    fields: dict[str, Inline] = {key: NumberList((solution.values.printed(of)[n],)) for key, (of, n) in printed.items()}
    said = Sentence("practice.slope", {"weight": place, **fields})
    return {
        "points": list(_losses(found, name, i, at)),
        "at": at,
        "loss": float(_ball(solution.exact.flat(loss)[0])),
        "slope": float(_ball(solution.exact.flat(gradient)[i])),
        "html": found.parts([said]),
        "text": found.feedback.plain([said]),
    }


def _weights(exercise: Exercise) -> dict[str, NameInText]:
    """Entries of given values by which the loss was differentiated, by id."""
    derivation = exercise.solution.blueprint.derivation
    names = derivation.wanted if derivation.loss else ()
    return {
        StepId.of_entry(name.id, index): NameInText(name, index=index)
        for name in names if name in derivation.given
        for index in indices(derivation.shapes[name])
    }  # fmt: skip


def _losses(exercise: Exercise, name: Name, i: int, at: float) -> Iterator[list[float]]:
    """Points of the loss; where it has no value, or none that can be drawn, there is none."""
    tape, loss = exercise.solution.blueprint.tape, exercise.solution.blueprint.derivation.loss
    assert loss is not None
    width = max(1.0, abs(at))
    with precision(BITS):
        for n in range(POINTS):
            x = at + width * (2 * n / (POINTS - 1) - 1)
            env = list(exercise.solution.exact.env(1))
            env[tape.slots[name]] = [arb(x) if j == i else old for j, old in enumerate(env[tape.slots[name]])]
            try:
                for move in tape.forward:
                    move.store(env, move.run(env))
            except ValueFault:
                continue
            y = float(_ball(env[tape.slots[loss]][0]))
            if isfinite(y):
                yield [x, y]


def _ball(x: Any) -> arb:
    return arb(x) if isinstance(x, fmpq) else x
