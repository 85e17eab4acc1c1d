"""The letters of sums: which ones an array inside a sum carries, and where they stand behind a whole formula."""

from derive.calculus.differentiation import Shapes, is_elementwise, shape_of
from derive.calculus.operation_rows import row_of
from derive.language.expressions import Apply, Expr, Ref, Shape
from derive.notation.function_styles import is_called

FIRST, OTHERS = "ijkl", ("ijkl", "klmn", "mnpq")
"""The letters of a sum, and those of sums around it."""


def around(expr: Expr, letters: str) -> str:
    """The letters of the sum of an expression, other ones than those of sums inside it."""
    return letters.translate(str.maketrans(FIRST, OTHERS[min(_depth(expr), len(OTHERS) - 1)]))


def _depth(expr: Expr) -> int:
    """How many sums stand inside one another."""
    if not isinstance(expr, Apply):
        return 0
    return (expr.op in {"sum", "mean"}) + max(map(_depth, expr.args), default=0)


def letters_within(letters: str, shape: Shape) -> tuple[str, ...]:
    """The letters of the sum around that index an array of `shape`."""
    if not shape:
        return ()
    if len(letters) == 1 or len(shape) == len(letters):
        return (letters[-1] if len(shape) == 2 and shape[0] == 1 else letters,)
    return (letters[0],)


def is_block(expr: Apply, shapes: Shapes) -> bool:
    """Whether an entry of an array is that of a whole formula, as in (W x)_i and tanh(W x + b)_i."""
    if is_elementwise(expr, shapes):
        return False
    return not _is_by_entries(expr, shapes) or (is_called(expr) and any(_is_open(arg, shapes) for arg in expr.args))


def _is_by_entries(expr: Apply, shapes: Shapes) -> bool:
    """Whether an entry of what the operation gives is made of one entry of each argument."""
    scaled = expr.op == "product" and any(not shape_of(arg, shapes) for arg in expr.args)
    moved = expr.op == "transpose" and isinstance(expr.args[0], Ref)
    return row_of(expr).elementwise or scaled or moved


def _is_open(expr: Expr, shapes: Shapes) -> bool:
    """Whether letters inside it would stand behind a formula in parentheses."""
    if not isinstance(expr, Apply) or is_elementwise(expr, shapes) or is_called(expr):
        return False
    return not _is_by_entries(expr, shapes) or any(_is_open(arg, shapes) for arg in expr.args)
