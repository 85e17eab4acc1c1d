"""Known mistakes with whole gradients: time cut off, the gradient of another quantity taken."""

from collections.abc import Iterator

from derive.answers.mistakes.amounts import in_place_of
from derive.answers.mistakes.mistake import Mistake
from derive.calculus.building import terms_of, total
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, Ref
from derive.language.names import Derivative, Name, Symbol, symbols_in

MOST_GRADIENTS = 24


def _cut_through_time(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A sum over the paths without those that come from further steps of time."""
    assert isinstance(step.name, Derivative)
    parts = [(term, _via(term)) for term, _ in terms_of(step.expr)]
    vias = [via for _, via in parts if via is not None]
    if len(vias) < len(parts) or not _is_recurrent(derivation):
        return
    own = _time(step.name.by)
    bounds = sorted({_time(via) for via in vias})
    for bound in bounds[1:] if own < 0 <= bounds[0] else ():
        yield total([term for term, via in parts if via and _time(via) >= bound])
    kept = [term for term, via in parts if via and _time(via) <= own]
    if own >= 0 and 0 < len(kept) < len(parts):
        yield total(kept)


def _via(term: Expr) -> Name | None:
    return term.name.via if isinstance(term, Ref) and isinstance(term.name, Derivative) else None


def _time(name: Name) -> int:
    """The last whole number in a subscript, or −1."""
    return next((item for item in reversed(next(symbols_in(name)).subscript) if isinstance(item, int)), -1)


def _is_recurrent(derivation: Derivation) -> bool:
    """Whether equations that differ in the number alone share a parameter: then the number is that of a time."""
    parameters = derivation.given - derivation.data
    seen: dict[tuple[str, Name], int] = {}
    for each in derivation.forward:
        for name in parameters.intersection(each.uses) if isinstance(each.name, Symbol) else ():
            assert isinstance(each.name, Symbol)
            if seen.setdefault((each.name.base, name), _time(each.name)) != _time(each.name):
                return True
    return False


def _other_gradient(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The gradient of another quantity: in place of the one that arrives, or of the whole."""
    gradients = [each.name for each in derivation.backward if _is_gradient(each.name, derivation)]
    at = gradients.index(step.name) if step.name in gradients else len(gradients)
    near = sorted(gradients, key=lambda name: abs(gradients.index(name) - at))[:MOST_GRADIENTS]
    yield from in_place_of(derivation, step, (name for name in step.uses if name in gradients), near)
    yield from (Ref(other) for other in near if other != step.name and other not in step.uses)


def _is_gradient(name: Name, derivation: Derivation) -> bool:
    return isinstance(name, Derivative) and name.of == derivation.loss and name.via is None


OVER_TIME = (Mistake("cut_through_time", ("sum over paths",), _cut_through_time),)
OF_ANOTHER = (
    Mistake("wrong_gradient", ("chain rule", "left factor", "right factor", "broadcast", "copy"), _other_gradient),
)
