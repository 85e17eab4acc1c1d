"""Known mistakes of layers: convolution, pooling, dropout, look-ups, and what is used in several places."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from derive.answers.mistakes.mistake import Mistake, WrongEquations
from derive.calculus.building import filled_array, scaled, split_coefficient, terms_of, times, total
from derive.calculus.differentiation import shape_of
from derive.calculus.options import as_option
from derive.calculus.shapes import indices
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import (
    Apply,
    Expr,
    Index,
    Ref,
    Shape,
    Slice,
    applied,
    apply,
    names_in,
    number,
    rewrite,
    substitute,
)
from derive.language.names import Derivative, Name
from derive.operations.windows.pooling import windows

MOST_POSITIONS = 16


# --- convolution ----------------------------------------------------------------------------------------------------


def _flipped(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Convolution as mathematics has it: the kernel turned by 180°."""

    def turned(expr: Expr, shape: Shape) -> Expr:
        axes = {4: 2, 3: 1}.get(len(shape), len(shape))
        return apply("flip", expr, count=Fraction(axes)) if axes else expr

    def change(node: Expr) -> Expr | None:
        if found := applied(node, "conv", "transposed_conv"):
            data, kernel = found.args
            return replace(found, args=(data, turned(kernel, shape_of(kernel, derivation.shapes))))
        if found := applied(node, "correlate"):
            return turned(found, shape_of(found, derivation.shapes))
        return None

    yield rewrite(step.expr, change)


def _one_position(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The gradient of a kernel from one of the places where it was used."""
    found = applied(step.expr, "correlate")
    if found is None:
        return
    gradient = found.args[1]
    shape = shape_of(gradient, derivation.shapes)
    front = 1 if dict(found.options).get("axis") == "channels" else 0
    for place in indices(shape[front:])[:MOST_POSITIONS] if shape else ():
        yield replace(found, args=(found.args[0], _only(gradient, shape, front, place)))


def _only(gradient: Expr, shape: Shape, front: int, place: Index) -> Expr:
    """The gradient at one place, of every channel, and 0 at the others."""
    at: tuple[Slice, ...] = ((None, None),) * front + tuple(i + 1 for i in place)
    return apply("place", apply("index", gradient, at=at), at=at, shape=as_option(shape))


# --- pooling --------------------------------------------------------------------------------------------------------


def _window_alike(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The window of a max pooling treated alike: its mean forward; backward a share, or everything, for each entry."""
    if found := applied(step.expr, "maxpool"):
        yield replace(found, op="avgpool")
    if found := applied(step.expr, "maxunpool"):
        shape = shape_of(found.args[1], derivation.shapes)
        shared = Apply("avgunpool", found.args[:1], tuple(sorted([*found.options, ("shape", as_option(shape))])))
        yield shared
        yield times(number(_window(found, shape)), shared)


def _window(pooling: Apply, shape: Shape) -> int:
    """How many entries a window over an array of `shape` has."""
    return windows(shape, tuple((name, value) for name, value in pooling.options if name != "shape")).size


def _not_shared(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The gradient of a mean, whole for each entry of the window."""
    if found := applied(step.expr, "avgunpool"):
        yield scaled(number(_window(found, step.shape)), found)


# --- dropout --------------------------------------------------------------------------------------------------------


def _dropouts(derivation: Derivation) -> dict[Name, tuple[Name, Expr]]:
    """The mask of each step that is a dropout, and what it divides by: (x ⊙ m)/(1 − p), or x ⊙ m with a 0 in m."""
    masks = {
        given.name
        for given in derivation.problem.givens
        if not given.parameter and set(given.values) <= {0, 1} and 0 in given.values
    }
    found: dict[Name, tuple[Name, Expr]] = {}
    for step in derivation.forward:
        whole = applied(step.expr, "divide")
        inner = applied(whole.args[0], "times") if whole else None
        mask = inner.args[1] if inner else None
        if whole and isinstance(mask, Ref) and mask.name in derivation.data and not names_in(whole.args[1]):
            found[step.name] = mask.name, whole.args[1]
        bare = applied(step.expr, "times")
        if bare and isinstance(bare.args[1], Ref) and bare.args[1].name in masks:
            found[step.name] = bare.args[1].name, number(1)
    return found


def _dropped(change: Callable[[Derivation, Expr, Name, Expr], Expr]) -> WrongEquations:
    """A change of a dropout, in its own step, its local derivative, and the chain rule through it."""

    def wrong(derivation: Derivation, step: Step) -> Iterator[Expr]:
        dropouts = _dropouts(derivation)
        of = step.name.of if isinstance(step.name, Derivative) else step.name
        if of in dropouts and (step.phase != "backward" or step.rule.is_local):
            yield change(derivation, step.expr, *dropouts[of])
        gradient, local = ((*step.uses, None, None)[:2]) if step.rule == "chain rule" else (None, None)
        if isinstance(local, Derivative) and local.of in dropouts and isinstance(gradient, Derivative):
            yield times(Ref(gradient), change(derivation, derivation.by_name[local].expr, *dropouts[local.of]))

    return wrong


def _unmasked(derivation: Derivation, expr: Expr, mask: Name, keep: Expr) -> Expr:
    return substitute(expr, {mask: filled_array(number(1), derivation.shapes[mask])})


def _unscaled(derivation: Derivation, expr: Expr, mask: Name, keep: Expr) -> Expr:
    whole = applied(expr, "divide")
    if whole and whole.args[1] == keep:
        return whole.args[0]
    return split_coefficient(expr)[1] or expr  # of the derivative: 5/4 m


# --- entries by number ----------------------------------------------------------------------------------------------


def _off_by_one(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The entry, the block or the vector beside the right one: numbers count from 1."""
    for by in (1, -1):
        yield rewrite(step.expr, lambda node, by=by: _moved(node, by, derivation))  # type: ignore[misc]


def _moved(node: Expr, by: int, derivation: Derivation) -> Expr | None:
    if found := applied(node, "embedding", "scatter", "one_hot"):
        *first, tokens = found.args
        return replace(found, args=(*first, apply("add", tokens, number(by))))
    if found := applied(node, "index", "place"):
        at = dict(found.options)["at"]
        assert isinstance(at, tuple)
        shifted = tuple(_shifted(part, by) for part in at)  # type: ignore[arg-type]
        return replace(found, options=tuple((name, shifted if name == "at" else v) for name, v in found.options))
    return None


def _shifted(part: Slice, by: int) -> Slice:
    if isinstance(part, int):
        return max(1, part + by)
    start, stop = part
    both = start is not None and stop is not None and start + by >= 1
    return (start + by, stop + by) if both and start is not None and stop is not None else part


# --- several uses ---------------------------------------------------------------------------------------------------


def _one_left_out(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The sum over the paths without one of them, of a large batch one of the samples that the page works out."""
    parts = [term for term, _ in terms_of(step.expr)]
    worked = [i for i, part in enumerate(parts) if all(map(derivation.is_worked, names_in(part)))]
    yield from (total(parts[:i] + parts[i + 1 :]) for i in worked)
    if len(parts) > 2:
        yield from (parts[i] for i in worked)


LAYERS: tuple[Mistake, ...] = (
    Mistake("kernel_flipped", ("conv", "transposed_conv"), _flipped),
    Mistake("one_position", ("conv kernel",), _one_position),
    Mistake("window_alike", ("maxpool",), _window_alike),
    Mistake("window_not_shared", ("avgpool",), _not_shared),
    Mistake("mask_left_out", ("formula", "times", "local", "chain rule"), _dropped(_unmasked)),
    Mistake("dropout_unscaled", ("formula", "local", "chain rule"), _dropped(_unscaled)),
    Mistake("off_by_one", ("index", "embedding", "one_hot", "affine", "formula"), _off_by_one),
    Mistake("path_left_out", ("sum over paths",), _one_left_out),
)
