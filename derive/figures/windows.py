"""A convolution or a pooling: one entry that comes out, the window that makes it, and where its gradient goes."""

from collections.abc import Iterator

from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.figures.grids import Grid, Grids
from derive.figures.layers import summands
from derive.language.expressions import Apply, Expr, Ref
from derive.language.names import Derivative, Name, Symbol

Seen = tuple[Step, Apply, Grids]


def window_figures(derivation: Derivation) -> Iterator[Seen]:
    """The first step of each operation that looks through windows, the operation in it, and its picture: the way
    forward in a row, below it the way back where there is one.
    """
    known: set[str] = set()
    for step in derivation.forward:
        found = _looking(step.expr)
        if found is None or found.op in known:
            continue
        figure = _figure(step, found, derivation)
        if all(grid.fits for grid in figure.grids):
            known.add(found.op)
            yield step, found, figure


def _looking(expr: Expr) -> Apply | None:
    """What looks through windows in an equation, perhaps with a bias added to it."""
    terms = (term for term in summands(expr) if isinstance(term, Apply) and row_of(term).seen)
    return next((term for term in terms if all(isinstance(arg, Ref) for arg in term.args)), None)


def _figure(step: Step, looking: Apply, derivation: Derivation) -> Grids:
    names = [arg.name for arg in looking.args if isinstance(arg, Ref)]
    shapes = tuple(derivation.shapes[name] for name in names)
    seen = row_of(looking).seen
    assert seen is not None
    windows = seen(shapes, looking.options)
    entry = max(range(len(windows)), key=lambda i: len(windows[i]))
    one, window = frozenset({entry}), frozenset(windows[entry])
    forward: list[Grid | str] = [Grid(names[0], shapes[0], window)]
    for name, shape in zip(names[1:], shapes[1:], strict=True):
        forward += ["*", Grid(name, shape)]
    forward += ["→", Grid(step.name, step.shape, one)]
    rows = [tuple(forward)]
    loss = derivation.loss
    if loss and (own := _gradient(loss, step.name, derivation)):
        back: list[Grid | str] = [Grid(own, step.shape, one, "gradient")]
        if inner := _gradient(loss, names[0], derivation):
            back += ["→", Grid(inner, shapes[0], window, "gradient")]
        elif len(names) > 1 and (inner := _gradient(loss, names[1], derivation)):
            back += ["→", Grid(inner, shapes[1], frozenset(), "gradient")]
        rows += [tuple(back)] if len(back) > 1 else []
    return Grids(tuple(rows))


def _gradient(loss: Symbol, name: Name, derivation: Derivation) -> Derivative | None:
    """The gradient of the loss by a name, where the derivation has it."""
    gradient = Derivative(loss, name) if isinstance(name, Symbol) else None
    return gradient if gradient in derivation.shapes else None
