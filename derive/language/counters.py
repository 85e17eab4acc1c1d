"""Numbers that a loop letter stands for: arithmetic with them is done at once, so that γ^{t-1} is written γ^2."""

from collections.abc import Callable
from fractions import Fraction

from derive.language.expressions import Expr, Number


def counted(op: str, left: Expr, right: Expr) -> Expr | None:
    """Arithmetic with the number that a loop letter stands for, done at once; None for anything else."""
    if isinstance(left, Number) and isinstance(right, Number) and (left.counter or right.counter):
        return Number(_ARITHMETIC[op](left.value, right.value), counter=True) if op in _ARITHMETIC else None
    if op == "product" and isinstance(left, Number) and left.counter and left.value == 1:
        return right
    return left if op == "product" and isinstance(right, Number) and right.counter and right.value == 1 else None


_ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": Fraction.__add__, "subtract": Fraction.__sub__, "product": Fraction.__mul__,
}  # fmt: skip
