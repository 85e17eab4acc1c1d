"""What is taken out of an equation before it is differentiated: formulas that need a derivative of their own.

`h_1:1` is the first one in the equation of `h_1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.calculus.differentiation import Shapes, is_elementwise, shape_of
from derive.calculus.operation_rows import row_of
from derive.language.expressions import Apply, Expr, Ref, Shape, bared, names_in
from derive.language.names import Name, Symbol


class LossPath:
    """Which names depend on what is differentiated by, and which of them the loss depends on."""

    def __init__(
        self, equations: Sequence[tuple[Name, tuple[Name, ...]]], loss: Name | None, wanted: Iterable[Name]
    ) -> None:
        """`equations` are what each defines, and what it uses."""
        self.dependent: set[Name] = set(wanted)
        for name, uses in equations:
            if not self.dependent.isdisjoint(uses):
                self.dependent.add(name)
        reached: set[Name] = {loss} if loss else set()
        for name, uses in reversed(equations):
            if name in reached:
                reached.update(uses)
        self.names = self.dependent & reached

    def add(self, other: LossPath) -> None:
        """What is on another path is on this one too."""
        self.dependent |= other.dependent
        self.names |= other.names

    def depends(self, expr: Expr) -> bool:
        """Whether an expression depends on what is differentiated by."""
        return not self.dependent.isdisjoint(names_in(expr))


LINEAR = {"add", "subtract", "negate"}
_TOTALS = {"sum", "mean"}


def is_total(expr: Apply) -> bool:
    """A sum or mean over all entries."""
    return expr.op in _TOTALS and not dict(expr.options)


def is_pointwise(expr: Expr, shapes: Shapes) -> bool:
    """Elementwise throughout, or up to final sums and means over all entries: differentiated in one step."""
    if is_elementwise(expr, shapes):
        return True
    if not isinstance(expr, Apply):
        return False
    if is_total(expr):
        return is_elementwise(expr.args[0], shapes)
    if expr.op not in {"product", "divide", *LINEAR}:
        return False
    return all(shape_of(arg, shapes) == () and is_pointwise(arg, shapes) for arg in expr.args)


class Helpers:
    """Takes formulas that need a derivative of their own out of an equation: `h_1:1`, `h_1:2`, …"""

    def __init__(self, name: Symbol, path: LossPath, shapes: dict[Name, Shape]) -> None:
        self.name, self.path, self.shapes = name, path, shapes
        self.made: list[tuple[Symbol, Expr]] = []

    def lowered(self, expr: Expr) -> Expr:
        """The expression with helpers in place of formulas inside functions and products."""
        if not isinstance(expr, Apply) or not self.path.depends(expr) or is_pointwise(expr, self.shapes):
            return expr
        if is_total(expr):
            return replace(expr, args=tuple(map(self._added, expr.args)))
        if not row_of(expr).elementwise and not self._is_scaling(expr):
            return replace(expr, args=tuple(map(self._atom, expr.args)))
        change = self.lowered if self._is_linear(expr) else self._inside
        return replace(expr, args=tuple(map(change, expr.args)))

    def _is_scaling(self, expr: Apply) -> bool:
        return expr.op == "product" and () in tuple(shape_of(arg, self.shapes) for arg in expr.args)

    def _is_linear(self, expr: Apply) -> bool:
        dependent = [self.path.depends(arg) for arg in expr.args]
        if expr.op == "divide":
            return not dependent[1]
        return expr.op in LINEAR or (expr.op in {"product", "times"} and not all(dependent))

    def _inside(self, expr: Expr) -> Expr:
        """An argument of a function: left alone where it is elementwise."""
        if not isinstance(expr, Apply) or not self.path.depends(expr) or is_elementwise(expr, self.shapes):
            return expr
        nonlinear = row_of(expr).elementwise and not self._is_linear(expr)
        return self.lowered(expr) if nonlinear else self._atom(expr)

    def _added(self, expr: Expr) -> Expr:
        """What a sum or mean adds up: left alone where it is elementwise with its helpers."""
        if not isinstance(expr, Apply) or not row_of(expr).elementwise:
            return self._inside(expr)
        lowered = self.lowered(expr)
        return lowered if is_elementwise(lowered, self.shapes) else self._helper(lowered)

    def _atom(self, expr: Expr) -> Expr:
        """A factor: a name, its transpose, or something free of gradients; else a helper."""
        bare = bared(expr, "transpose")
        if isinstance(bare, Ref) or not self.path.depends(expr):
            return expr
        return self._helper(self.lowered(expr))

    def _helper(self, lowered: Expr) -> Ref:
        """A name for a formula; one that was taken out already keeps its name."""
        known = next((name for name, expr in self.made if expr == lowered), None)
        if known is not None:
            return Ref(known)
        helper = replace(self.name, helper=len(self.made) + 1)
        self.shapes[helper] = shape_of(lowered, self.shapes)
        self.made.append((helper, lowered))
        return Ref(helper)
