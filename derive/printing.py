"""Expressions → pieces of text in a notation. What stands for a name is decided by a vocabulary: the name itself for a
formula, a slot for the line with every number put in; so one printer serves formulas, substituted lines and sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

from derive.language.expressions import Apply, Entry, Expr, Number, Ref, Shape
from derive.language.names import Name, Symbol
from derive.language.numbers import constant_text
from derive.notation import Notation, superscript
from derive.operations.calculus import is_elementwise, shape_of
from derive.operations.rows import ROWS

SUM, PRODUCT, POWER, ATOM = range(4)
LEADING, INNER, TIGHT = "leading", "inner", "tight"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: what it is the value of, and its position, which decides about parentheses.

    `leading`: at the start, a sign needs none; `inner`: a negative number needs them; `tight`: a power of ten too.
    """

    node: Expr
    position: str


Piece: TypeAlias = str | Slot
Vocabulary: TypeAlias = Callable[[Expr, str], "Piece | None"]


def names(notation: Notation, shapes: Mapping[Name, Shape], labels: Mapping[Name, str] | None = None) -> Vocabulary:
    """The vocabulary of formulas: every name as itself, or under its label."""
    labels = labels or {}

    def word(node: Expr, position: str) -> Piece | None:
        if isinstance(node, Ref):
            return labels.get(node.name) or notation.name(node.name)
        if isinstance(node, Entry):
            return notation.entry(node.name, node.index, shapes)
        return None

    return word


def numbers(node: Expr, position: str) -> Piece | None:
    """The vocabulary of substituted lines: a slot for every name, entry and transposed name."""
    if isinstance(node, Ref | Entry) or is_turned(node):
        return Slot(node, position)
    return None


def mixed(fixed: frozenset[Name], inner: Vocabulary) -> Vocabulary:
    """Slots for the names in `fixed`, the other vocabulary for the rest."""

    def word(node: Expr, position: str) -> Piece | None:
        if isinstance(node, Ref | Entry) and node.name in fixed:
            return Slot(node, position)
        return inner(node, position)

    return word


def is_turned(node: Expr) -> bool:
    """Whether it is the transpose of a name."""
    return isinstance(node, Apply) and node.op == "transpose" and isinstance(node.args[0], Ref)


def pieces(expr: Expr, notation: Notation, shapes: Mapping[Name, Shape], vocabulary: Vocabulary) -> list[Piece]:
    """The expression as pieces, neighbouring texts joined."""
    printer = _Printer(notation, shapes, vocabulary)
    printer.write(expr, SUM, LEADING)
    return joined(printer.out)


def formula(expr: Expr, notation: Notation, shapes: Mapping[Name, Shape]) -> str:
    """The expression with its own names."""
    return "".join(map(str, pieces(expr, notation, shapes, names(notation, shapes))))


def joined(parts: list[Piece]) -> list[Piece]:
    """Neighbouring texts as one."""
    result: list[Piece] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part != "":
            result.append(part)
    return result


def _first(expr: Expr) -> Expr:
    """What a product, quotient or power begins with."""
    while isinstance(expr, Apply) and expr.op in {"product", "times", "divide", "power", "transpose"}:
        expr = expr.args[0]
    return expr


class _Printer:
    """Writes an expression piece by piece; `level` is how tightly the surroundings bind."""

    def __init__(self, notation: Notation, shapes: Mapping[Name, Shape], vocabulary: Vocabulary) -> None:
        self.notation, self.shapes, self.vocabulary = notation, shapes, vocabulary
        self.operators = notation.operators
        self.out: list[Piece] = []
        self.indexed = ""

    def write(self, expr: Expr, level: int, position: str) -> None:
        word = self._word(expr, position)
        if word is not None:
            self.out.append(word)
        elif isinstance(expr, Number):
            self._number(expr, level, position)
        else:
            assert isinstance(expr, Apply)
            self._styles[ROWS[expr.op].notation.style](self, expr, level, position)

    def _word(self, expr: Expr, position: str) -> Piece | None:
        if self.indexed and isinstance(expr, Ref):
            letters = self._letters(self.shapes[expr.name])
            return self.notation.lettered(expr.name, letters, self.shapes, small=len(self.indexed) > 1)
        return self.vocabulary(expr, position)

    def _letters(self, shape: Shape) -> tuple[str, ...]:
        """The letters of the sum around that index an array of `shape`."""
        if not shape:
            return ()
        if len(self.indexed) == 1 or len(shape) == 2:
            return (self.indexed[-1] if shape[:1] == (1,) else self.indexed,)
        return (self.indexed[0],)

    def _enclosed(self, write: Callable[[], None], needed: bool = True) -> None:
        """What is written, in parentheses that are as high as it is."""
        start = len(self.out)
        write()
        if needed:
            big = any(self._is_high(piece) for piece in self.out[start:])
            self.out.insert(start, self.operators["big(" if big else "("])
            self.out.append(self.operators["big)" if big else ")"])

    def _is_high(self, piece: Piece) -> bool:
        """Whether it is higher than a line: a fraction, a sum, a matrix."""
        if isinstance(piece, str):
            return "\\frac" in piece or "\\sum" in piece
        return not isinstance(piece.node, Entry) and bool(shape_of(piece.node, self.shapes))

    # --- constants -------------------------------------------------------------------------------------------------

    def _number(self, expr: Number, level: int, position: str) -> None:
        negative = expr.value < 0 and position != LEADING
        broken = expr.value.denominator != 1
        tight = level >= POWER and (expr.value < 0 or (broken and not expr.decimal))
        self._enclosed(lambda: self.out.append(self._constant(expr)), negative or tight)

    def _constant(self, expr: Number) -> str:
        value = expr.value
        sign = self.operators["negate"] if value < 0 else ""
        text = constant_text(abs(value))
        if value.denominator != 1 and (not expr.decimal or "/" in text):
            top, bottom = abs(value.numerator), value.denominator
            return sign + (rf"\frac{{{top}}}{{{bottom}}}" if self.notation.tex else f"{top}/{bottom}")
        decimal = "{,}" if self.notation.tex and self.notation.decimal == "," else self.notation.decimal
        return sign + text.replace(".", decimal)

    # --- sums and products -----------------------------------------------------------------------------------------

    def _sum(self, expr: Apply, level: int, position: str) -> None:
        def write() -> None:
            inner = position if level <= SUM else LEADING
            self.write(expr.args[0], SUM, inner)
            self.out.append(self.operators[expr.op])
            flat = expr.op == "add" and not self.notation.is_language
            self.write(expr.args[1], SUM if flat else PRODUCT, INNER)

        self._enclosed(write, level > SUM)

    def _negate(self, expr: Apply, level: int, position: str) -> None:
        def write() -> None:
            self.out.append(self.operators["negate"])
            self.write(expr.args[0], PRODUCT, INNER)

        self._enclosed(write, position != LEADING or level > PRODUCT)

    def _product(self, expr: Apply, level: int, position: str) -> None:
        left, right = expr.args

        def write() -> None:
            tight = ATOM if self._ends_in_quotient(left) else PRODUCT
            self.write(left, tight, position if level <= PRODUCT else LEADING)
            alone = self._stands_alone(expr, left, right)
            self.out.append(self._between(expr, left, right, alone))
            self.write(right, POWER if alone else PRODUCT, INNER)

        self._enclosed(write, level > PRODUCT)

    def _ends_in_quotient(self, expr: Expr) -> bool:
        """Whether a factor behind it would be read as part of a denominator."""
        if self.notation.tex or not isinstance(expr, Apply):
            return False
        if expr.op == "negate":
            return self._ends_in_quotient(expr.args[0])
        nested = expr.op in {"product", "times"} and not self._stands_alone(expr, *expr.args)
        return expr.op == "divide" or (nested and self._ends_in_quotient(expr.args[1]))

    def _stands_alone(self, expr: Apply, left: Expr, right: Expr) -> bool:
        """Whether the second factor needs parentheses: without them it would be read from the left."""
        if self.notation.is_language:
            fraction = isinstance(right, Number) and right.value.denominator != 1 and not right.decimal
            nested = isinstance(right, Apply) and right.op in {"product", "times", "divide"}
            return fraction or (nested and (not isinstance(left, Number) or isinstance(_first(right), Number)))
        if not isinstance(right, Apply) or self.indexed or not shape_of(left, self.shapes):
            return False
        if right.op == "divide":
            return not self.notation.tex and expr.op == "product"
        if right.op == expr.op:
            first, second = right.args
            bare = not self._stands_alone(right, first, second)
            return self._stands_alone(expr, left, first) or (bare and self._stands_alone(expr, left, second))
        return {expr.op, right.op} == {"product", "times"}

    def _between(self, expr: Apply, left: Expr, right: Expr, alone: bool) -> str:
        """What stands between two factors; in the language two numbers do not stand side by side."""
        if self.notation.is_language and expr.op == "product" and not alone:
            first = _first(right)
            if isinstance(first, Number) and first.value >= 0:
                return " * "
        return self.operators[self._sign(expr, left, right)]

    def _sign(self, expr: Apply, left: Expr, right: Expr) -> str:
        """Between factors: ⊙, a dot, or a thin space after a number and before a parenthesis."""
        if expr.op == "times" and not self.indexed:
            return "times"
        if isinstance(right, Apply) and right.op in {"add", "subtract"}:
            return "thin"
        named = isinstance(left, Number) and not isinstance(self._word(right, INNER), Slot)
        return "thin" if named and not self._begins_with_number(right) else "product"

    def _begins_with_number(self, expr: Expr) -> bool:
        while isinstance(expr, Apply) and expr.args:
            if isinstance(self._word(expr, INNER), Slot):
                return True
            expr = expr.args[0]
        return isinstance(expr, Number) or isinstance(self._word(expr, INNER), Slot)

    def _divide(self, expr: Apply, level: int, position: str) -> None:
        top, bottom = expr.args
        if self.notation.tex:
            self.out.append(r"\frac{")
            self.write(top, SUM, LEADING)
            self.out.append("}{")
            self.write(bottom, SUM, LEADING)
            self.out.append("}")
            return

        def write() -> None:
            self.write(top, PRODUCT, position if level <= PRODUCT else LEADING)
            self.out.append("/")
            self.write(bottom, POWER, TIGHT)

        self._enclosed(write, level > PRODUCT)

    # --- powers, functions -------------------------------------------------------------------------------------------

    def _power(self, expr: Apply, level: int, position: str) -> None:
        base, exponent = expr.args
        self._enclosed(lambda: self.write(base, POWER, TIGHT), self._is_raised(base))
        if not self.notation.tex:
            self._linear_exponent(exponent)
            return
        self.out.append("^{")
        self.write(exponent, SUM, LEADING)
        self.out.append("}")

    def _is_raised(self, base: Expr) -> bool:
        """Whether it needs parentheses before an exponent: it has one already, or only its end would be raised."""
        if isinstance(base, Apply):
            if self.notation.is_language:
                return base.op in {"power", "transpose"}
            return base.op in {"power", "transpose", "sqrt", *(("exp", "divide") if self.notation.tex else ())}
        word = "" if self.notation.is_language else self._word(base, TIGHT)
        return isinstance(word, str) and any(mark in word for mark in ("^", "⁾", "/", "\\frac"))

    def _linear_exponent(self, exponent: Expr) -> None:
        if isinstance(exponent, Number) and exponent.value.denominator == 1 and not self.notation.is_language:
            self.out.append(superscript(exponent.value.numerator))
            return
        self.out.append("^")
        self._enclosed(lambda: self.write(exponent, ATOM, TIGHT), self._is_raised(exponent))

    def _transpose(self, expr: Apply, level: int, position: str) -> None:
        inner = expr.args[0]
        self._enclosed(lambda: self.write(inner, POWER, TIGHT), self._is_raised(inner))
        self.out.append(self.operators["transpose"])

    def _function(self, expr: Apply, level: int, position: str) -> None:
        row = ROWS[expr.op]
        if self.notation.tex:
            self.out.append(row.notation.tex)
        else:
            self.out.append(row.spellings[0] if self.notation.is_language else row.notation.text.replace("'", "′"))
        self._enclosed(lambda: self._arguments(expr))

    def _arguments(self, expr: Apply) -> None:
        for i, arg in enumerate(expr.args):
            self.out.append(self.operators["semicolon" if self.notation.decimal == "," else "comma"] if i else "")
            self.write(arg, SUM, LEADING)
        self._settings(expr)

    def _settings(self, expr: Apply) -> None:
        """The settings: on a page all of them, in the language those that are not left to the row."""
        language = self.notation.is_language
        settings = expr.options if language else {**ROWS[expr.op].defaults, **dict(expr.options)}.items()
        for name, value in settings:
            self.out.append(", " if language else self.operators["semicolon"])
            self.out.append(f"{self.notation.symbol_text(Symbol(name), (), False)} = ")
            self.out.append(self._constant(Number(value, decimal=True)) if isinstance(value, Fraction) else str(value))

    def _exponential(self, expr: Apply, level: int, position: str) -> None:
        if not self.notation.tex:
            self._function(expr, level, position)
            return
        self.out.append("e^{")
        self.write(expr.args[0], SUM, LEADING)
        self.out.append("}")

    def _root(self, expr: Apply, level: int, position: str) -> None:
        if not self.notation.tex:
            self._function(expr, level, position)
            return
        self.out.append(r"\sqrt{")
        self.write(expr.args[0], SUM, LEADING)
        self.out.append("}")

    def _bars(self, expr: Apply, level: int, position: str) -> None:
        self.out.append(self.operators["|"])
        self.write(expr.args[0], SUM, LEADING)
        self.out.append(self.operators["|."])

    def _iverson(self, expr: Apply, level: int, position: str) -> None:
        if self.notation.is_language:
            self._function(expr, level, position)
            return
        row = ROWS[expr.op].notation
        self.out.append("[")
        self.write(expr.args[0], SUM, LEADING)
        self.out.append(f" {row.tex if self.notation.tex else row.text} ")
        self.write(expr.args[1], SUM, LEADING)
        self.out.append("]")

    def _bare(self, expr: Apply, level: int, position: str) -> None:
        self.write(expr.args[0], level, position)

    def _symbol(self, expr: Apply, level: int, position: str) -> None:
        row = ROWS[expr.op].notation
        self.out.append(row.tex if self.notation.tex else row.text)

    # --- sums over entries -------------------------------------------------------------------------------------------

    def _total(self, expr: Apply, level: int, position: str) -> None:
        axis = dict(expr.options).get("axis")
        shape = shape_of(expr.args[0], self.shapes)
        if self.notation.is_language:
            self._ascii_total(expr, axis)
            return
        mean = expr.op == "mean"
        if axis is not None:
            self._enclosed(lambda: self._along(expr, str(axis), mean, shape), mean and level >= POWER)
            return
        if shape and level >= POWER:
            self._enclosed(lambda: self._total(expr, PRODUCT, LEADING))
            return
        if mean and shape:
            count = prod(shape)
            self.out.append(rf"\frac{{1}}{{{count}}}" if self.notation.tex else f"1/{count} ")
        if not shape:
            self.write(expr.args[0], level, position)
            return
        letters = "i" if len(shape) == 1 or 1 in shape else "ij"
        self.out.append(rf"\sum_{{{letters}}} " if self.notation.tex else f"Σ_{letters} ")
        if not is_elementwise(expr.args[0], self.shapes):
            self._enclosed(lambda: self.write(expr.args[0], SUM, LEADING))
            self.out.append(f"_{{{letters}}}" if self.notation.tex else f"_{letters}")
            return
        before, self.indexed = self.indexed, letters
        self.write(expr.args[0], PRODUCT, INNER)
        self.indexed = before

    def _ascii_total(self, expr: Apply, axis: object) -> None:
        self.out.append(f"{expr.op}(")
        self.write(expr.args[0], SUM, LEADING)
        self.out.append(f", {axis})" if axis else ")")

    def _along(self, expr: Apply, axis: str, mean: bool, shape: Shape) -> None:
        """Row sums and column sums by name; for means with their factor in front."""
        count = (*shape, 1)[1] if axis == "rows" else shape[0]
        if mean:
            self.out.append(rf"\frac{{1}}{{{count}}}" if self.notation.tex else f"1/{count} ")
        if self.indexed or not is_elementwise(expr.args[0], self.shapes) or len(shape) != 2:
            self.out.append(self.operators[axis])
            self._enclosed(lambda: self.write(expr.args[0], SUM, LEADING))
            return
        letter = "j" if axis == "rows" else "i"
        self.out.append(rf"\sum_{{{letter}}} " if self.notation.tex else f"Σ_{letter} ")
        self.indexed = "ij"
        self.write(expr.args[0], PRODUCT, INNER)
        self.indexed = ""

    _styles: Mapping[str, Callable[[_Printer, Apply, int, str], None]] = {
        "add": _sum, "subtract": _sum, "negate": _negate, "product": _product, "times": _product,
        "divide": _divide, "power": _power, "transpose": _transpose, "function": _function,
        "exponential": _exponential, "root": _root, "bars": _bars, "iverson": _iverson, "bare": _bare,
        "constant": _symbol, "sum": _total, "mean": _total,
    }  # fmt: skip
