"""Expressions → formulas of Maxima. Arrays are matrices: a column of n has n rows; of more axes the last is the width.

Numbers are exact fractions, and bfloats behind the functions; `fpprec` says how long those are.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from derive.calculus.differentiation import Shapes, shape_of, shapes_of
from derive.calculus.operation_rows import row_of
from derive.calculus.shapes import offset
from derive.language.expressions import Apply, Expr, Index, Ref, Shape
from derive.language.names import Symbol
from derive.notation.code import ATOM, FACTOR, MAXIMA, PRODUCT, SIGNS, SUM, Operand, ScalarFormula, is_matrix_product

EACH = Symbol("each", subscript=("entry",))
"""Stands for an entry of a matrix that a function goes through."""


def maxima_code(expr: Expr, shapes: Shapes, variable: Operand) -> str:
    """An expression in Maxima; what it has no word for is written out entry by entry."""
    return _MatrixFormula(MAXIMA, variable, shapes).text(expr, SUM)


def maxima_matrix(texts: Sequence[str], shape: Shape) -> str:
    """Flat texts as a matrix; of a scalar the text.

    >>> maxima_matrix(["1", "2"], (2,)), maxima_matrix(["1", "2"], (1, 2)), maxima_matrix(["1"], ())
    ('matrix([1], [2])', 'matrix([1, 2])', '1')
    """
    if not shape:
        return texts[0]
    _, width = matrix_size(shape)
    rows = (", ".join(texts[i : i + width]) for i in range(0, len(texts), width))
    return f"matrix({', '.join(f'[{row}]' for row in rows)})"


def matrix_size(shape: Shape) -> tuple[int, int]:
    """Rows and columns of the matrix that stands for an array."""
    width = shape[-1] if len(shape) > 1 else 1
    return prod(shape) // width, width


def maxima_entry(shape: Shape, index: Index) -> str:
    """Where an entry stands in the matrix: `[2, 1]`; nothing for a scalar."""
    if not shape:
        return ""
    row, column = divmod(offset(shape, index), matrix_size(shape)[1])
    return f"[{row + 1}, {column + 1}]"


class _MatrixFormula(ScalarFormula):
    """Writes matrices; single entries by the class above."""

    def applied(self, expr: Apply) -> tuple[str, int]:
        row, target, sizes = row_of(expr), shape_of(expr, self.shapes), shapes_of(expr, self.shapes)
        if is_matrix_product(expr, self.shapes):
            left, right = (self.text(arg, FACTOR) for arg in expr.args)
            return f"{left}{self.dialect.matrix_product}{right}", PRODUCT
        if row.elementwise or row.notation.style == "product":
            return self._entrywise(expr, target, sizes)
        if row.notation.style == "transpose" and target:
            return f"transpose({self.text(expr.args[0], SUM)})", ATOM
        return self.formula(expr) if row.definition else (self.by_entries(expr, target, maxima_matrix), ATOM)

    def _entrywise(self, expr: Apply, target: Shape, sizes: tuple[Shape, ...]) -> tuple[str, int]:
        """Signs go between matrices of one size, and a number goes with a matrix; a function goes through one."""
        arrays = [i for i, size in enumerate(sizes) if size]
        alike = all(sizes[i] == target for i in arrays)
        style = row_of(expr).notation.style
        if not arrays or (alike and style in SIGNS and (style != "power" or arrays == [0])):
            return super().applied(expr)
        if not alike or len(arrays) > 1:
            return self.by_entries(expr, target, maxima_matrix), ATOM
        (i,) = arrays
        entry = replace(expr, args=(*expr.args[:i], Ref(EACH), *expr.args[i + 1 :]))
        inner = _MatrixFormula(
            MAXIMA, lambda node: EACH.id if node.name == EACH else self.leaf(node), {**self.shapes, EACH: ()}
        )
        return f"matrixmap(lambda([{EACH.id}], {inner.text(entry, SUM)}), {self.text(expr.args[i], SUM)})", ATOM
