"""Formulas in students' answers: over the problem's names and the table's operations, each fault with its place."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod

from derive.answers.names.lexicon import Lexicon
from derive.answers.reading.formula_parser import parse_formula
from derive.answers.reading.grids import Reading, WrittenArray
from derive.answers.reading.products import fitting_formula
from derive.answers.reading.scaling import scaled_array
from derive.answers.reading.written import Array, Unreadable
from derive.calculus.applications import misapplied, with_settings
from derive.calculus.differentiation import expand_macros
from derive.calculus.operation_rows import ShapeFault
from derive.calculus.shapes import as_matrix
from derive.language.bounds import check_bounds
from derive.language.expressions import Apply, Expr, Number, Shape, names_in, rewrite
from derive.language.names import Name
from derive.language.tokens import TextError
from derive.operations import ROWS


def read_formula(text: str, lexicon: Lexicon, decimal: str, asked: Shape = ()) -> Expr | Array | Unreadable:
    """The formula that `text` writes, or an array with a factor, or why it writes none.

    Commas that are no decimal signs separate: `max(0,5)`. `asked` is the shape that is asked for.
    """
    faults = []
    for sign in dict.fromkeys((decimal, ".")):
        try:
            reading = parse_formula(text, lexicon, sign)
            return scaled_array(reading) or _checked(reading, lexicon.shapes, asked)
        except TextError as fault:
            faults.append(fault)
    wrong = faults[0]
    start = max(0, min(wrong.start, len(text) - 1))
    return Unreadable(wrong.message, wrong.hint, start, max(wrong.end, start + 1))


def _checked(reading: Reading, shapes: Mapping[Name, Shape], asked: Shape) -> Expr | Unreadable:
    """The expression that was read, its arrays written out. Raises TextError."""
    expr = with_settings(with_arrays(reading.expr, reading))
    _check_applications(expr)
    check_bounds(expr, reading.text)
    try:
        expr = expand_macros(expr, shapes)
        return fitting_formula(expr, shapes, asked) if prod(asked) > 1 else expr
    except ShapeFault as fault:
        raise TextError(fault.message, fault.hint, 0, len(reading.text)) from None


def with_arrays(expr: Expr, reading: Reading) -> Expr:
    """The expression with its arrays in it, and quotients of numbers as numbers."""

    def change(node: Expr) -> Expr | None:
        match node:
            case Apply(op="divide", args=(Number(value=top), Number(value=bottom))) if _whole(top, bottom):
                return Number(top / bottom)
        grid = reading.grid(node)
        return _stacked(grid, reading) if grid else None

    return rewrite(expr, change)


def _whole(top: Fraction, bottom: Fraction) -> bool:
    """Whether a quotient is one of whole numbers: an exact one; others may be rounded."""
    return bottom != 0 and top.denominator == bottom.denominator == 1


def _stacked(grid: WrittenArray, reading: Reading) -> Expr:
    """An array as its rows, one on top of the other."""
    cells = [with_arrays(cell, reading) for cell in grid.cells]
    count, length = as_matrix(grid.shape)
    rows = [tuple(cells[i * length : (i + 1) * length]) for i in range(count)]
    blocks = tuple(Apply("beside", row) if length > 1 else row[0] for row in rows)
    return Apply("stack", blocks) if count > 1 else blocks[0]


def _check_applications(expr: Expr) -> None:
    """Every operation exists and has as many arguments, and the settings, that it takes. Raises TextError."""
    if not isinstance(expr, Apply):
        return
    span = expr.span or (0, 1)
    if wrong := misapplied(expr):
        raise TextError(*wrong, *span)
    if expr.op in ROWS and ROWS[expr.op].moves and not names_in(expr):
        raise TextError("an array of numbers alone is no formula", "", *span)
    for arg in expr.args:
        _check_applications(arg)
