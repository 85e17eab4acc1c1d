"""Expressions → formulas of other programs: by the codes in the operations' rows, or the formulas that these stand for.

A spreadsheet, NumPy and Maxima have words for the simple operations; every other one is written out in those by its
row's `formula` or `definition`, an operation that mixes entries by its entries. So a new row needs nothing here.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from derive.calculus.differentiation import Shapes, entries_of, expand_macros, instantiate, shape_of, shapes_of
from derive.calculus.operation_rows import row_of
from derive.calculus.scalars import MINUS_INFINITY
from derive.calculus.shapes import indices, numpy_shape
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, Shape, number
from derive.language.numbers import constant_text
from derive.notation.numpy_sums import long_sum

SUM, PRODUCT, FACTOR, ATOM = range(4)
"""How tightly the surroundings of an expression bind: a factor behind a sign needs parentheses around a quotient."""

Operand: TypeAlias = Callable[[Ref | Entry], str]
"""What stands for a name or for one of its entries: a cell, a variable."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a program writes formulas: its key in the rows' `code`, its signs, with their spaces, that of a product of
    matrices, and −∞. Where numbers are `exact`, 0.1 is written as a fraction.
    """

    key: str
    add: str
    subtract: str
    times: str
    divide: str
    power: str
    matrix_product: str
    infinite: str
    exact: bool = False


SHEET = Dialect("sheet", "+", "-", "*", "/", "^", "", "-1E+307")
NUMPY = Dialect("numpy", " + ", " - ", " * ", " / ", "**", " @ ", "-np.inf")
MAXIMA = Dialect("maxima", " + ", " - ", "*", "/", "^", " . ", "-10^9", exact=True)


def scalar_code(expr: Expr, dialect: Dialect, leaf: Operand) -> str:
    """A scalar expression as a formula."""
    return ScalarFormula(dialect, leaf).text(expr, SUM)


class ScalarFormula:
    """Writes scalar expressions; a subclass may write arrays, of names with these shapes."""

    def __init__(self, dialect: Dialect, leaf: Operand, shapes: Shapes | None = None) -> None:
        self.dialect, self.leaf = dialect, leaf
        self.shapes: Shapes = defaultdict(tuple) if shapes is None else shapes

    def text(self, expr: Expr, level: int) -> str:
        """An expression, in parentheses where its surroundings bind more tightly."""
        if isinstance(expr, Number):
            return f"({self.dialect.infinite})" if expr.value == MINUS_INFINITY else self.constant(expr.value, level)
        if not isinstance(expr, Apply):
            return self.leaf(expr)
        text, own = self.applied(expr)
        return f"({text})" if own < level else text

    def applied(self, expr: Apply) -> tuple[str, int]:
        """An application, and how tightly it binds."""
        sign = SIGNS.get(row_of(expr).notation.style)
        return sign(self, expr) if sign else self.function(expr)

    def function(self, expr: Apply) -> tuple[str, int]:
        """A function by its name in the program, or by what it stands for."""
        code = row_of(expr).code.get(self.dialect.key)
        if code:
            return code.format(*(self.argument(expr, i, SUM) for i in range(len(expr.args)))), ATOM
        return self.formula(expr)

    def formula(self, expr: Apply) -> tuple[str, int]:
        """What a function stands for."""
        written = self.written_out(expr)
        return self.applied(written) if isinstance(written, Apply) else (self.text(written, ATOM), ATOM)

    def written_out(self, expr: Apply) -> Expr:
        """What an operation stands for, in simpler ones."""
        row = row_of(expr)
        text = row.formula or row.definition
        assert text, f"`{row.key}` has neither a code for {self.dialect.key} nor a formula"
        return expand_macros(instantiate(row, text, expr.args, expr.options, number(0)), self.shapes)

    def by_entries(self, expr: Expr, shape: Shape, joined: Callable[[list[str], Shape], str]) -> str:
        """An array written out: its entries, flat, as scalars that are `joined` in its shape."""
        entry, scalars = entries_of(expr, self.shapes), self.of_entries()
        if not shape:
            return scalars.text(entry(()), ATOM)
        return joined([scalars.text(entry(index), SUM) for index in indices(shape)], shape)

    def of_entries(self) -> "ScalarFormula":
        """What writes the entries of an array."""
        return ScalarFormula(self.dialect, self.leaf)

    def constant(self, value: Fraction, level: int) -> str:
        """A number, in parentheses where its surroundings bind more tightly."""
        text = str(value) if self.dialect.exact else constant_text(value)
        own = ATOM if text.replace(".", "").isdigit() else PRODUCT if value > 0 else SUM
        return f"({text})" if own < level else text

    def argument(self, expr: Apply, i: int, level: int) -> str:
        """An argument of an application."""
        return self.text(expr.args[i], level)

    def product_sign(self, expr: Apply) -> str:
        """The sign of a product."""
        return self.dialect.times


def _product(formula: ScalarFormula, expr: Apply) -> tuple[str, int]:
    """Factors of the same sign stand in a row; a product of another sign behind one is in parentheses."""
    sign, right = formula.product_sign(expr), expr.args[1]
    again = isinstance(right, Apply) and row_of(right).notation.style in {"product", "times"}
    level = PRODUCT if again and isinstance(right, Apply) and formula.product_sign(right) == sign else FACTOR
    return f"{formula.argument(expr, 0, PRODUCT)}{sign}{formula.argument(expr, 1, level)}", PRODUCT


def _signed(text: str, own: int, *levels: int) -> Callable[[ScalarFormula, Apply], tuple[str, int]]:
    """An operator: its text with the dialect's signs, how tightly it binds, and its surroundings of each argument."""

    def write(formula: ScalarFormula, expr: Apply) -> tuple[str, int]:
        args = (formula.argument(expr, i, level) for i, level in enumerate(levels))
        return text.format(*args, sign=formula.dialect), own

    return write


SIGNS: dict[str, Callable[[ScalarFormula, Apply], tuple[str, int]]] = {
    "add": _signed("{}{sign.add}{}", SUM, SUM, SUM),
    "subtract": _signed("{}{sign.subtract}{}", SUM, SUM, PRODUCT),
    "negate": _signed("-{}", SUM, ATOM),  # a spreadsheet reads -a^2 as (-a)^2
    **dict.fromkeys(("product", "times"), _product),
    "divide": _signed("{}{sign.divide}{}", PRODUCT, PRODUCT, FACTOR),
    "power": _signed("{}{sign.power}{}", FACTOR, ATOM, ATOM),  # chains are read from the left here, the right there
}


# --- arrays of NumPy ------------------------------------------------------------------------------------------------


def array_code(expr: Expr, shapes: Shapes, variable: Operand) -> str:
    """An expression as NumPy code. A scalar is a float, a column of n an array of n×1.

    What NumPy has no word for is written out entry by entry.
    """
    return _ArrayFormula(NUMPY, variable, shapes).text(expr, SUM)


class _EntryFormula(ScalarFormula):
    """Writes entries of arrays with these shapes, long sums of them in slices."""

    def __init__(self, leaf: Operand, arrays: Shapes) -> None:
        super().__init__(NUMPY, leaf)
        self.arrays = arrays

    def applied(self, expr: Apply) -> tuple[str, int]:
        style = row_of(expr).notation.style
        called = (
            long_sum(expr, self.arrays, lambda each: self.text(each, SUM)) if style in {"add", "subtract"} else None
        )
        return (called, ATOM) if called else super().applied(expr)


class _ArrayFormula(ScalarFormula):
    """Writes arrays; entries of arrays by the class above."""

    def of_entries(self) -> ScalarFormula:
        return _EntryFormula(self.leaf, self.shapes)

    def applied(self, expr: Apply) -> tuple[str, int]:
        row, shape = row_of(expr), shape_of(expr, self.shapes)
        if is_matrix_product(expr, self.shapes):
            text, own = super().applied(expr)
            return (text, own) if shape else (f"({text}).item()", ATOM)
        if row.elementwise or row.notation.style == "product":
            return super().applied(expr)
        code = row.numpy if isinstance(row.numpy, str) else row.numpy(shapes_of(expr, self.shapes), expr.options)
        if code:
            first = ATOM if code.startswith("{0}") else SUM
            return code.format(*(self.text(arg, SUM if i else first) for i, arg in enumerate(expr.args))), ATOM
        if row.definition:
            return self.formula(expr)
        return self.by_entries(expr, shape, _numpy_array), ATOM

    def argument(self, expr: Apply, i: int, level: int) -> str:
        """An argument; a column goes over the first axis of an array with more than two."""
        arg, target = expr.args[i], shape_of(expr, self.shapes)
        if len(target) <= 2 or len(shape_of(arg, self.shapes)) != 1:
            return super().argument(expr, i, level)
        return f"{super().argument(expr, i, ATOM)}.reshape({', '.join(['-1', *['1'] * (len(target) - 1)])})"

    def product_sign(self, expr: Apply) -> str:
        return self.dialect.matrix_product if is_matrix_product(expr, self.shapes) else self.dialect.times


def _numpy_array(texts: list[str], shape: Shape) -> str:
    return f"np.array({nested_text(texts, numpy_shape(shape))})"


def is_matrix_product(expr: Apply, shapes: Shapes) -> bool:
    """Whether two arrays are multiplied as matrices."""
    return row_of(expr).notation.style == "product" and () not in shapes_of(expr, shapes)


def nested_text(flat: list[str], shape: Shape) -> str:
    """Texts as nested lists."""
    if not shape:
        return flat[0]
    size = len(flat) // shape[0]
    return f"[{', '.join(nested_text(flat[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0]))}]"
