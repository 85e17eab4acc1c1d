"""Derivatives that equations use, `r = du/dx + u`: which ones there are, and what can only follow the backward pass."""

from collections.abc import Iterable, Iterator

from derive.language.expressions import Equation, Expr, Ref, names_in
from derive.language.names import Derivative, Name, symbols_in


def demanded(expr: Expr) -> Iterator[Derivative]:
    """The derivatives that an expression uses."""
    return (name for name in names_in(expr) if isinstance(name, Derivative))


def origin(name: Name) -> Name:
    """What is differentiated in the end: L of d²L/dw²."""
    return origin(name.of) if isinstance(name, Derivative) else name


def with_slopes(equations: Iterable[Equation]) -> Iterator[Equation]:
    """The equations, before each the derivatives that it uses as something that depends on what is differentiated."""
    for equation in equations:
        yield from (Equation(name, Ref(origin(name))) for name in demanded(equation.expr))
        yield equation


def following(equations: Iterable[Equation], losses: Iterable[Name]) -> frozenset[Name]:
    """The quantities that use a derivative of a loss, and on which no loss depends: they follow the backward pass."""
    equations, losses = list(equations), list(losses)
    needed: set[Name] = set(losses)
    for equation in reversed(equations):
        if equation.name in needed:
            needed.update(symbol for name in names_in(equation.expr) for symbol in symbols_in(name))
    after: set[Name] = set()
    for equation in equations:
        names = set(names_in(equation.expr))
        roots = {origin(name) for name in demanded(equation.expr)}
        if equation.name not in needed and (roots & {*losses, *after} or names & after):
            after.add(equation.name)
    return frozenset(after)
