"""A known mistake: the rules it concerns, and the wrong equations it leads to in a step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from derive.calculus.differentiation import settled, shape_of
from derive.calculus.kernels import ShapeFault
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, Shape

WrongEquations: TypeAlias = Callable[[Derivation, Step], Iterator[Expr]]
"""Derivation, step → the wrong right sides that a mistake leads to."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known mistake.

    key      what reports and `derive mistakes` call it; its sentence stands in the catalogue
    rules    the beginnings of the rules it concerns; ("",) for every step
    wrong    the wrong right sides it leads to
    """

    key: str
    rules: tuple[str, ...]
    wrong: WrongEquations

    def concerns(self, step: Step) -> bool:
        """Whether the mistake can be made in a step."""
        return any(step.rule.startswith(rule) for rule in self.rules)


def of_step_shape(derivation: Derivation, step: Step, exprs: Iterator[Expr]) -> Iterator[Expr]:
    """Those of the wrong right sides that have the step's shape."""
    return (expr for expr, shape in with_shapes(derivation, step, exprs) if shape == step.shape)


def with_shapes(derivation: Derivation, step: Step, exprs: Iterator[Expr]) -> Iterator[tuple[Expr, Shape]]:
    """The wrong right sides that have a value, with its shape: a mistake may lead to another one than the step's."""
    for expr in exprs:
        try:
            settled_expr = settled(expr, derivation.shapes)
            if settled_expr != step.expr:
                yield settled_expr, shape_of(settled_expr, derivation.shapes)
        except ShapeFault:
            continue
