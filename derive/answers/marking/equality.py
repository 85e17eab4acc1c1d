"""Are two formulas the same function? Both are evaluated at random points: exactly where rational, in balls elsewhere.

Equal values at points chosen at random prove nothing, but different ones do: such a point is what is returned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from random import Random
from typing import Protocol

from flint import arb, fmpq

from derive.calculus.differentiation import Shapes
from derive.calculus.kernels import Branches, Flat, ShapeFault
from derive.calculus.scalars import Num, Undecided, ValueFault, precision
from derive.language.expressions import Expr, names_in
from derive.language.names import Name
from derive.values.tape import CompiledExpr, Env, compile_expr, compile_shaped

POINTS = 3
BITS = 128
_RANGES = ((-2, 2), (0, 2), (-1, 0))


class Defined(Protocol):
    """What is known of a name that is not free: a step of the derivation has both."""

    @property
    def name(self) -> Name:
        """The name."""

    @property
    def expr(self) -> Expr:
        """What it stands for."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Where two formulas differ: values of the names (flat), and what each gives; all empty where the shapes differ."""

    at: Mapping[str, tuple[Num, ...]]
    first: tuple[Num, ...]
    second: tuple[Num, ...]


def same_function(a: Expr, b: Expr, shapes: Shapes, steps: Iterable[Defined] = ()) -> Counterexample | None:
    """A point at which the two differ, or None if they agree at every point that was tried.

    Names that `steps` define (in order, each by those before it) take the value that follows from the others, so that
    `A_2` and `sigmoid(z_2)` are the same; without them every name is free. Raises ShapeFault where a formula does not
    fit in itself. Points at which a formula has no value are passed over; raises ValueFault if that are all.
    """
    if a == b:
        return None
    defined, free = _needed(a, b, steps)
    slots = {name: i for i, name in enumerate((*free, *(step.name for step in defined)))}
    branches = Branches()
    (shape, first), (other, second) = (compile_shaped(expr, slots, shapes, branches) for expr in (a, b))
    if shape != other:
        return Counterexample({}, (), ())
    moves = [(slots[step.name], compile_expr(step.expr, slots, shapes, branches)) for step in defined]
    compared = False
    with precision(BITS, ties=True):
        for number in range(POINTS):
            env: Env = [list(_numbers(number, i, prod(shapes[name]))) for i, name in enumerate(free)]
            values = _values(env, moves, first, second)
            compared |= values is not None
            if values and any(_differ(x, y) for x, y in zip(*values, strict=True)):
                at = {name.id: tuple(env[slots[name]]) for name in names_in(a) + names_in(b)}
                return Counterexample(at, tuple(values[0]), tuple(values[1]))
    if not compared:
        raise ValueFault("the formulas have no value at any point that was tried")
    return None


def _needed(a: Expr, b: Expr, steps: Iterable[Defined]) -> tuple[list[Defined], list[Name]]:
    """The definitions that the two formulas rest on, in order, and the names that stay free."""
    wanted = dict.fromkeys(names_in(a) + names_in(b))
    defined: list[Defined] = []
    for step in reversed(list(steps)):
        if step.name in wanted:
            del wanted[step.name]
            wanted |= dict.fromkeys(names_in(step.expr))
            defined.insert(0, step)
    return defined, list(wanted)


@lru_cache(maxsize=1_000)
def _numbers(number: int, slot: int, count: int) -> tuple[fmpq, ...]:
    """Values for a name: always the same ones for the same place, so that a verdict does not change from run to run."""
    random = Random(1_000 * number + slot)
    low, high = _RANGES[number % len(_RANGES)]
    return tuple(fmpq(random.randint(low * 64 + 1, high * 64 - 1), 64) for _ in range(count))


def _values(
    env: Env, moves: list[tuple[int, CompiledExpr]], first: CompiledExpr, second: CompiledExpr
) -> tuple[Flat, Flat] | None:
    """What the formulas give at a point; None where one of them has no value."""
    env += [[] for _ in moves]
    try:
        for slot, run in moves:
            env[slot] = run(env)
        return first(env), second(env)
    except (ValueFault, Undecided, ZeroDivisionError, OverflowError):
        return None


def _differ(x: Num, y: Num) -> bool:
    """Whether two values are certainly not the same."""
    if type(x) is fmpq and type(y) is fmpq:
        return bool(x != y)
    difference = arb(x) - arb(y)
    return bool(difference.is_finite()) and not difference.contains(0)


__all__ = ["Counterexample", "Defined", "ShapeFault", "same_function"]
