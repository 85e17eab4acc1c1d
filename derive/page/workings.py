"""Expressions of a page as functions of the table of values, compiled once for all runs."""

from dataclasses import dataclass, field
from typing import Any

from derive.calculus.kernels import Branches
from derive.language.expressions import Expr, names_in
from derive.language.names import Name
from derive.values.tape import CompiledExpr, Tape, compile_expr


@dataclass(slots=True)
class Workings:
    """Expressions of a page compiled once: they are evaluated at the printed numbers of every run.

    `routes` are the ways to a step's value, `mistaken` the wrong equations that a known mistake leads to there,
    `meanings` what left sides of works name, `readings` what parts of their chains say, once they have been asked
    for.
    """

    compiled: dict[Expr, tuple[CompiledExpr, tuple[Name, ...]]] = field(default_factory=dict)
    routes: dict[Name, tuple[Expr, ...]] = field(default_factory=dict)
    mistaken: dict[tuple[Any, Name], tuple[Expr, ...]] = field(default_factory=dict)
    meanings: dict[Any, Any] = field(default_factory=dict)
    readings: dict[Any, Any] = field(default_factory=dict)

    def compile(self, expr: Expr, tape: Tape) -> tuple[CompiledExpr, tuple[Name, ...]]:
        """The expression as a function of the table of values, and the names it uses."""
        known = self.compiled.get(expr)
        if known is None:
            run = compile_expr(expr, tape.slots, tape.derivation.shapes, Branches(), tape.derivation.weights)
            known = self.compiled[expr] = run, names_in(expr)
        return known
