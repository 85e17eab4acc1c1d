"""The closed form: the loss as one expression of the given values, and SymPy's derivatives of it.

It holds no numbers: it is built once for a derivation, and evaluated for any values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import cast

from flint import fmpq

from derive.derivation import Derivation, Step
from derive.differences import given, work
from derive.language.expressions import Apply, Entry, Expr, Index, Ref, rewrite, substitute
from derive.language.names import Name, Symbol
from derive.operations.calculus import entry_of
from derive.operations.rows import Flat
from derive.operations.scalars import Num, Undecided, precision
from derive.operations.shapes import indices
from derive.readback import Order, Reader
from derive.symbolic import Program, Sym, operation, to_sympy, undistributed
from derive.values import MOST_BITS, Values

MOST_NODES, MOST_WORK = 8_000, 400
FIRST_BITS, SHARP = 256, 100
ARITHMETIC = {"add", "subtract", "negate", "product", "divide", "power"}


def layered(derivation: Derivation) -> Expr:
    """The loss as one expression of the given names: each name replaced by its equation."""
    assert derivation.loss
    values: dict[Name, Expr] = {}
    for step in derivation.forward:
        values[step.name] = substitute(step.expr, values)
    return values[derivation.loss]


def node_count(expr: Expr) -> int:
    """How many numbers, names and operations an expression writes; what is shared counts each time."""
    return _count(expr, lambda _: 1, {})


def _count(expr: Expr, leaf: Callable[[Name], int], seen: dict[int, int]) -> int:
    if isinstance(expr, Ref | Entry):
        return leaf(expr.name)
    if not isinstance(expr, Apply):
        return 1
    if id(expr) not in seen:
        seen[id(expr)] = 1 + sum(_count(arg, leaf, seen) for arg in expr.args)
    return seen[id(expr)]


def affordable(derivation: Derivation) -> bool:
    """Whether the closed form can be differentiated within a second, judged by its length: it is not built."""
    wanted = sum(prod(derivation.shapes[name]) for name in derivation.wanted)
    if not derivation.loss or not wanted or work(derivation) > MOST_WORK:
        return False
    sizes: dict[Name, int] = {}
    for step in derivation.forward:
        ends = ((0,) * len(step.shape), tuple(n - 1 for n in step.shape))
        sizes[step.name] = max(
            _count(entry_of(step.expr, derivation.shapes, end), lambda name: sizes.get(name, 1), {}) for end in ends
        )
    return sizes[derivation.loss] * wanted <= MOST_NODES


class ClosedForm:
    """The loss of a derivation in one expression, and its derivative by every entry that is asked for."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        shapes = derivation.shapes
        self._given = [Entry(name, index) for name, _ in derivation.givens for index in indices(shapes[name])]
        self._steps = {
            Entry(step.name, index): rewrite(entry_of(step.expr, shapes, index), _scalar)
            for step in derivation.forward
            for index in indices(step.shape)
        }

    def expression(self) -> Expr:
        """The loss written out over the entries of the given values, in the order of the problem."""
        values: dict[Expr, Expr] = {}
        for entry, expr in self._steps.items():
            values[entry] = rewrite(expr, lambda node: values.get(node) if isinstance(node, Entry) else None)
        return values[self._loss]

    def derivative(self, name: Name, index: Index) -> Expr:
        """SymPy's derivative of the loss by one entry of a name whose gradient is asked for.

        Inside functions named quantities keep their names; all else is written in given values.
        """
        chain, derivatives = self._calculus
        return chain[name].reader(self._order).read(derivatives[Entry(name, index)])

    def gradient_values(self, values: Values, k: int = 1) -> dict[Name, Flat]:
        """The flat gradients at the given numbers of pass `k`, to 30 digits where they are not 0."""
        numbers = given(values, k)
        inputs = [x for name, _ in self.derivation.givens for x in numbers[name]]
        flat = iter(_sharp(lambda: self._program(inputs)))
        shapes = self.derivation.shapes
        return {name: [next(flat) for _ in range(prod(shapes[name]))] for name in self.derivation.wanted}
