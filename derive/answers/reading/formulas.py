"""A reading as a formula over the problem's names and the table's operations."""

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from derive.answers.reading.grids import Reading, WrittenArray
from derive.answers.reading.written import Unreadable
from derive.calculus.applications import is_written_out, with_settings
from derive.calculus.differentiation import expand_macros
from derive.calculus.kernels import ShapeFault
from derive.calculus.operation_rows import row_of
from derive.calculus.shapes import as_matrix
from derive.language.bounds import check_bounds
from derive.language.expressions import Apply, Expr, Number, Ref, Shape, rewrite, with_args
from derive.language.names import Name
from derive.language.tokens import TextError


def formula_of(reading: Reading, shapes: Mapping[Name, Shape], asked: Shape = ()) -> Expr | Unreadable:
    """What was read as a formula that can be worked out: its arrays and macros written out, `·` between arrays of one
    shape as the product entry by entry; Unreadable where it has no meaning, or not the shape that is `asked` for.
    """
    try:
        expr = with_arrays(reading.expr, reading)
        simple = is_written_out(expr, shapes)
        expr = expr if simple else with_settings(expr)
        check_bounds(expr, reading.text)
        expr, shape = _settled(expr if simple else expand_macros(expr, shapes), shapes)
        single = shape == () and prod(asked) > 1
    except (ShapeFault, TextError) as fault:
        return Unreadable(fault.message, fault.hint, 0, len(reading.text))
    except (KeyError, ValueError, IndexError):
        return Unreadable("this formula has no meaning here", "write it with the names of the problem")
    if single:
        return Unreadable(f"this gives one number where {prod(asked)} are asked", "write every entry, or an array")
    return expr


def _settled(expr: Expr, shapes: Mapping[Name, Shape]) -> tuple[Expr, Shape]:
    """The expression with its products as they are meant, and its shape, from the inside out."""
    if isinstance(expr, Ref):
        return expr, shapes[expr.name]
    if not isinstance(expr, Apply):
        return expr, ()
    inner = [_settled(arg, shapes) for arg in expr.args]
    sizes = tuple([shape for _, shape in inner])
    expr = with_args(expr, tuple([arg for arg, _ in inner]))
    try:
        return expr, row_of(expr).shape(sizes, expr.options)
    except ShapeFault:
        if expr.op != "product" or sizes[0] != sizes[1]:
            raise
        return replace(expr, op="times"), sizes[0]


def with_arrays(expr: Expr, reading: Reading) -> Expr:
    """The expression with its arrays in it, and quotients of numbers as numbers."""

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Apply):
            return _fraction(node) if node.op == "divide" else None
        grid = reading.grid(node)
        return _stacked(grid, reading) if grid else None

    return rewrite(expr, change)


def _fraction(quotient: Apply) -> Number | None:
    """A quotient of whole numbers, which is exact, as a number; others may be rounded."""
    match quotient.args:
        case Number(value=top), Number(value=bottom) if bottom != 0 and top.denominator == bottom.denominator == 1:
            return Number(top / bottom)
    return None


def _stacked(grid: WrittenArray, reading: Reading) -> Expr:
    """An array as its rows, one on top of the other."""
    cells = [with_arrays(cell, reading) for cell in grid.cells]
    count, length = as_matrix(grid.shape)
    rows = [tuple(cells[i * length : (i + 1) * length]) for i in range(count)]
    blocks = tuple(Apply("beside", row) if length > 1 else row[0] for row in rows)
    return Apply("stack", blocks) if count > 1 else blocks[0]
