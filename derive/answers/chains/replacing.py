"""What is read of a line, with other numbers in it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.answers.marking.evaluator import Evaluator, Value, exact
from derive.answers.reading.grids import Reading
from derive.calculus.scalars import Num
from derive.language.expressions import Apply, Expr, Number, Ref, Span, walk
from derive.language.names import Name

Others = Mapping[Span | None, Expr]


def replaced(
    evaluator: Evaluator, reading: Reading, expr: Expr, numbers: Others, arrays: Mapping[Name | None, Expr]
) -> Value | None:
    """What an expression of a reading gives with other numbers at some places, with something else for some arrays."""

    def change(expr: Expr) -> Expr:
        if isinstance(expr, Number):
            return numbers.get(expr.span, expr)
        if isinstance(expr, Ref) and expr.name in arrays:
            return arrays[expr.name]
        return replace(expr, args=tuple(map(change, expr.args))) if isinstance(expr, Apply) else expr

    grids = {name: replace(grid, cells=tuple(map(change, grid.cells))) for name, grid in reading.grids.items()}
    return evaluator.value(change(expr), reading=replace(reading, grids=grids))


def nodes(reading: Reading, expr: Expr) -> Iterator[Expr]:
    """Every node of an expression of a reading, those of cells in place of the names of arrays."""
    for node in walk(expr):
        grid = reading.grid(node)
        if grid is None:
            yield node
        else:
            for cell in grid.cells:
                yield from (inner for inner in walk(cell) if reading.grid(inner) is None)


def constant(value: Num) -> Expr:
    """A value as a number in an expression."""
    rational = exact(value)
    return Number(Fraction(int(rational.p), int(rational.q)) if rational is not None else Fraction(0))
