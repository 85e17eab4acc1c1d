"""The numbers that a reading is: one, an array, or an array with a factor, `10^-6 · [1,5; 4,6]`, `-[…]`, `[…]/10`."""

import re
from collections.abc import Callable
from dataclasses import replace

from flint import fmpq

from derive.answers.reading.grids import UNFILLED, Reading
from derive.answers.reading.numbers import SPACES, read_number
from derive.answers.reading.written import EXACT_DIGITS, Array, WrittenNumber
from derive.language.expressions import Apply, Expr, Number

MOST_EQUATIONS = 100
_AGAIN = re.compile(rf"([^()]*\d){SPACES}\(\s*[=≈]?([^()]*\d)\s*\)\s*")


def numbers_in(reading: Reading) -> Array | None:
    """The numbers that a link is, if it is nothing but numbers (a power of ten beside an array is part of them), and
    blanks that are not filled in.
    """
    expr = reading.expr
    grid = reading.grid(expr)
    if grid is not None:
        cells = [plain(reading, cell) for cell in grid.cells]
        known = all(cell or expr == UNFILLED for cell, expr in zip(cells, grid.cells, strict=True))
        return Array(grid.shape, tuple(cells), grid.stands) if known else None
    if reading.grids:
        return scaled_array(reading, is_power_of_ten)
    number = plain(reading, expr) or _said_again(reading)
    return Array((), (number,)) if number or expr == UNFILLED else None


def _said_again(reading: Reading) -> WrittenNumber | None:
    """The longer of two numbers, `0.27 (0.2689)`, of which the first rounds the second; the first where the second is
    the number of an equation: `0.27 (3)`.
    """
    said = _AGAIN.fullmatch(reading.text) if "(" in reading.text else None
    first, second = (read_number(said[i], reading.decimal) if said else None for i in (1, 2))
    if first is None or second is None:
        return None
    if abs(first.value - second.value) <= first.unit / 2 and first.digits <= second.digits:
        return second
    counts = second.unit == 1 and 0 < second.value < MOST_EQUATIONS and first.unit < 1
    return first if counts else None


def plain(reading: Reading, expr: Expr) -> WrittenNumber | None:
    """A number, or a fraction of two whole numbers."""
    if isinstance(expr, Number):
        return reading.written(expr)
    if isinstance(expr, Apply) and expr.op == "negate" and (inner := plain(reading, expr.args[0])):
        return inner._replace(value=-inner.value, text=f"-{inner.text}")
    if isinstance(expr, Apply) and expr.op == "divide" and all(isinstance(arg, Number) for arg in expr.args):
        top, bottom = expr.args
        assert isinstance(top, Number)
        assert isinstance(bottom, Number)
        if bottom.value != 0 and {top.value.denominator, bottom.value.denominator} == {1}:
            value = top.value / bottom.value
            text = f"{top.value}/{bottom.value}"
            return WrittenNumber(fmpq(value.numerator, value.denominator), fmpq(0), EXACT_DIGITS, text)
    return None


def scaled_array(reading: Reading, allowed: Callable[[fmpq], bool] = bool) -> Array | None:
    """The numbers that an array with factors writes, as long as they were written; None for anything else.

    `allowed` says which factors may stand beside it.
    """
    return _Scaling(reading, allowed).array(reading.expr) if reading.grids else None


class _Scaling:
    def __init__(self, reading: Reading, allowed: Callable[[fmpq], bool]) -> None:
        self.reading, self.allowed = reading, allowed

    def array(self, expr: Expr) -> Array | None:
        """The numbers of an expression that is an array, or one with a factor."""
        if (grid := self.reading.grid(expr)) is not None:
            cells = [self.reading.written(cell) for cell in grid.cells if isinstance(cell, Number)]
            return Array(grid.shape, tuple(cells), grid.stands) if len(cells) == len(grid.cells) else None
        match expr:
            case Apply(op="negate", args=(inner,)):
                return self._times(inner, WrittenNumber(fmpq(-1), fmpq(0), 1, "-"))
            case Apply(op="product" | "times", args=(left, right)):
                factor = self._factor(left)
                return self._times(right, factor) if factor else self._times(left, self._factor(right))
            case Apply(op="divide", args=(inner, below)):
                factor = self._factor(below)
                return self._times(inner, factor and _inverse(factor))
        return None

    def _times(self, expr: Expr, factor: WrittenNumber | None) -> Array | None:
        """Every entry of an array times a factor."""
        if factor is None or not self.allowed(factor.value) or (array := self.array(expr)) is None:
            return None
        return replace(array, entries=tuple(w and _product(w, factor) for w in array.entries))

    def _factor(self, expr: Expr) -> WrittenNumber | None:
        """A number, or a product or quotient of two."""
        match expr:
            case Number():
                return self.reading.written(expr)
            case Apply(op="negate", args=(inner,)):
                factor = self._factor(inner)
                return factor and factor._replace(value=-factor.value)
            case Apply(op="product" | "divide", args=(Number() as left, Number() as right)):
                first, second = self.reading.written(left), self.reading.written(right)
                other = _inverse(second) if expr.op == "divide" else second
                return other and _product(first, other)
        return None


def _inverse(factor: WrittenNumber) -> WrittenNumber | None:
    if factor.value == 0:
        return None
    unit = fmpq(0) if _is_exact(factor) else factor.unit / factor.value**2
    return factor._replace(value=1 / factor.value, unit=unit)


def _product(w: WrittenNumber, factor: WrittenNumber) -> WrittenNumber:
    """A number times a factor: a whole one and a power of ten are exact, another one is as long as it was written."""
    unit = w.unit * abs(factor.value)
    if _is_exact(factor):
        return w._replace(value=w.value * factor.value, unit=unit)
    unit += factor.unit * abs(w.value)
    return w._replace(value=w.value * factor.value, unit=unit, digits=min(w.digits, factor.digits))


def _is_exact(factor: WrittenNumber) -> bool:
    return bool(factor.unit == 0 or factor.unit >= 1) or is_power_of_ten(factor.value)


def is_power_of_ten(value: fmpq) -> bool:
    """Whether a number is a power of ten, or one with a minus."""
    digits = str(abs(value.p)) + str(value.q)
    return digits.strip("0") in {"1", "11"} and digits.count("1") == 2
