"""Expressions → pieces of text in a notation. What stands for a name is decided by a vocabulary: the name itself for a
formula, a slot for the line with every number put in; so one printer serves formulas, substituted lines and sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from derive.calculus.building import first_factor, with_dots
from derive.calculus.differentiation import shape_of
from derive.calculus.operation_rows import ROWS
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, Shape, apply, names_in, number, walk
from derive.language.names import Name
from derive.language.numbers import constant_text
from derive.notation import function_styles as styles
from derive.notation.function_styles import is_called
from derive.notation.letters import around, is_block, letters_within
from derive.notation.notations import Notation, letters_of, superscript
from derive.notation.vocabulary import (
    FACTOR,
    INNER,
    LEADING,
    MINUS,
    TIGHT,
    Slot,
    TextPiece,
    Vocabulary,
    join_texts,
    name_vocabulary,
)

SUM, PRODUCT, POWER, ATOM = range(4)
STARTS = {LEADING, FACTOR}
"""The positions at which a sign needs no parentheses."""
A_LINE = 70  # characters
WORTH_KNOWING = 12  # pieces: what has fewer is written again as quickly
SUMS = {"add", "subtract"}  # each begins with a shorter one: to know all of them would take the square of its length


def formula(expr: Expr, notation: Notation, shapes: Mapping[Name, Shape]) -> str:
    """The expression with its own names."""
    printer = FormulaPrinter(notation, shapes, name_vocabulary(notation, shapes))
    return "".join(map(str, printer.pieces(expr)))


class FormulaPrinter:
    """Writes expressions piece by piece; `level` is how tightly the surroundings bind. What stands in several of them
    is written once: derivatives of one closed form have most of their factors in common.
    """

    def __init__(self, notation: Notation, shapes: Mapping[Name, Shape], vocabulary: Vocabulary) -> None:
        self.notation, self.shapes, self.vocabulary = notation, shapes, vocabulary
        self.operators, self.layout = notation.operators, notation.layout
        self.out: list[TextPiece] = []
        self.indexed = ""
        self.known: dict[tuple[Expr, int, str] | None, list[TextPiece]] = {}

    def pieces(self, expr: Expr, level: int = SUM, position: str = LEADING) -> list[TextPiece]:
        """The expression as pieces, neighbouring texts joined."""
        self.out = []
        self.write(expr, level, position)
        return join_texts(self.out)

    def write(self, expr: Expr, level: int, position: str) -> None:
        """An expression where the surroundings bind as tightly as `level`."""
        word = self._word(expr, position)
        if word is not None:
            self.out.append(word)
        elif isinstance(expr, Number):
            self._number(expr, level, position)
        elif self.indexed and isinstance(expr, Apply) and is_block(expr, self.shapes):
            self._entry_of_block(expr, level, position)
        else:
            assert isinstance(expr, Apply)
            self._composed(expr, level, position)

    def _composed(self, expr: Apply, level: int, position: str) -> None:
        start = len(self.out)
        key = None if self.indexed or expr.op in SUMS else (expr, level, position)
        if key in self.known:
            self.out += self.known[key]
            return
        self._styles[ROWS[expr.op].notation.style](self, expr, level, position)
        if key and len(self.out) - start >= WORTH_KNOWING:
            self.known[key] = self.out[start:]

    def _word(self, expr: Expr, position: str) -> TextPiece | None:
        if self.indexed and isinstance(expr, Ref):
            letters = letters_within(self.indexed, self.shapes[expr.name])
            return self.notation.lettered(expr.name, letters, self.shapes, small=len(self.indexed) > 1)
        return self.vocabulary(expr, position)

    def put(self, text: str) -> None:
        """Write a text."""
        self.out.append(text)

    def is_whole(self, expr: Expr) -> bool:
        """Whether the vocabulary has one piece for the whole expression."""
        return self._word(expr, LEADING) is not None

    def enclosed(self, write: Callable[[], None], needed: bool = True, signs: str = "()") -> None:
        """What is written, in parentheses, or other signs, as high as it is; round what is too long for a line, in
        some that TeX can break inside.
        """
        start = len(self.out)
        write()
        if not needed:
            return
        inner = self.out[start:]
        kind = (
            "" if not any(map(self._is_high, inner)) else "long" if sum(map(self._breadth, inner)) > A_LINE else "big"
        )
        self.out.insert(start, self.operators[kind + signs[0]])
        self.out.append(self.operators[kind + signs[1]])

    def _breadth(self, piece: TextPiece) -> int:
        """About how many characters a piece sets."""
        return len(self.layout.markup.sub("", piece) if self.layout else piece) if isinstance(piece, str) else 5

    def _is_high(self, piece: TextPiece) -> bool:
        """Whether it is higher than a line: a fraction, a sum, a matrix."""
        if isinstance(piece, str):
            return self.layout is not None and self.layout.is_high(piece)
        return not isinstance(piece.node, Entry) and bool(shape_of(piece.node, self.shapes))

    # --- constants -------------------------------------------------------------------------------------------------

    def _number(self, expr: Number, level: int, position: str) -> None:
        negative = expr.value < 0 and position not in STARTS
        broken = expr.value.denominator != 1
        tight = level >= POWER and (expr.value < 0 or (broken and not expr.decimal))
        self.enclosed(lambda: self.out.append(self.constant(expr)), negative or tight)

    def constant(self, expr: Number) -> str:
        """A constant as a text."""
        value = expr.value
        sign = self.operators["negate"] if value < 0 else ""
        text = constant_text(abs(value))
        if value.denominator != 1 and (not expr.decimal or "/" in text):
            top, bottom = abs(value.numerator), value.denominator
            return sign + self._fraction(str(top), str(bottom))
        return sign + self.notation.digits(text)

    def _fraction(self, top: str, bottom: str) -> str:
        digits = self.notation.digits
        return self.layout.over(digits(top), digits(bottom)) if self.layout else f"{top}/{bottom}"

    def _one_of(self, count: int) -> str:
        """The factor of a mean."""
        return self._fraction("1", str(count)) + ("" if self.layout else " ")

    # --- sums and products -----------------------------------------------------------------------------------------

    def _sum(self, expr: Apply, level: int, position: str) -> None:
        short = with_dots(expr, self.notation.alike)
        assert isinstance(short, Apply)
        left, right = short.args

        def write() -> None:
            self.write(left, PRODUCT if styles.ends_in_cases(left) else SUM, position if level <= SUM else LEADING)
            if short.options:
                self.out.append(self.operators["add"] + self.operators["dots"])
            self.out.append(self.operators[short.op])
            flat = short.op == "add" and not self.notation.is_language
            self.write(right, SUM if flat else PRODUCT, INNER)

        self.enclosed(write, level > SUM)

    def _negate(self, expr: Apply, level: int, position: str) -> None:
        def write() -> None:
            start = len(self.out)
            self.write(expr.args[0], PRODUCT, INNER)
            first = self.out[start]
            if isinstance(first, Slot) and first.position == INNER:
                self.out[start] = Slot(first.node, MINUS)
            else:
                self.out.insert(start, self.operators["negate"])

        self.enclosed(write, position not in STARTS or level > PRODUCT)

    def _product(self, expr: Apply, level: int, position: str) -> None:
        left, right = expr.args

        def write() -> None:
            tight = ATOM if self._ends_in_quotient(left) else PRODUCT
            self.write(left, tight, FACTOR if level > PRODUCT or position == LEADING else position)
            alone = self._stands_alone(expr, left, right)
            self.out.append(self._between(expr, left, right, alone))
            self.write(right, POWER if alone else PRODUCT, INNER)

        self.enclosed(write, level > PRODUCT)

    def _ends_in_quotient(self, expr: Expr) -> bool:
        """Whether a factor behind it would be read as part of a denominator."""
        if self.layout or not isinstance(expr, Apply):
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
            return fraction or (nested and (not isinstance(left, Number) or isinstance(first_factor(right), Number)))
        if not isinstance(right, Apply) or self.indexed or self._is_scalar(left):
            return False
        if right.op == "divide":
            factored = self._is_factored(right)  # then it is a product with the number
            return expr.op == ("times" if factored else "product") and (factored or not self.layout)
        if right.op == expr.op:
            first, second = right.args
            bare = not self._stands_alone(right, first, second)
            return self._stands_alone(expr, left, first) or (bare and self._stands_alone(expr, left, second))
        return {expr.op, right.op} == {"product", "times"}

    def _is_scalar(self, expr: Expr) -> bool:
        """Whether it is a number; so is what is written in a function's own parameters, which have no shape."""
        names = names_in(expr)
        return any(name not in self.shapes for name in names) or not shape_of(expr, self.shapes)

    def _between(self, expr: Apply, left: Expr, right: Expr, alone: bool) -> str:
        """What stands between two factors; in the language two numbers do not stand side by side."""
        if self.notation.is_language and expr.op == "product" and not alone:
            first = first_factor(right)
            if isinstance(first, Number) and first.value >= 0:
                return " * "
        return self.operators[self._sign(expr, left, right)]

    def _sign(self, expr: Apply, left: Expr, right: Expr) -> str:
        """Between factors: ⊙, a dot, or a thin space after a coefficient and before a parenthesis."""
        if expr.op == "times" and not self.indexed:
            return "times"
        if isinstance(right, Apply) and right.op in {"add", "subtract"}:
            return "product" if self._ends_in_slot(left) else "thin"
        named = isinstance(left, Number) and not isinstance(self._word(right, INNER), Slot)
        return "thin" if named and not self._begins_with_number(right) else "product"

    def _ends_in_slot(self, expr: Expr) -> bool:
        """Whether a number that was put in stands right before the next factor."""
        while isinstance(expr, Apply) and expr.op in {"product", "times", "negate"} and not self.is_whole(expr):
            expr = expr.args[-1]
        return isinstance(self._word(expr, INNER), Slot)

    def _begins_with_number(self, expr: Expr) -> bool:
        while isinstance(expr, Apply) and expr.args:
            if isinstance(self._word(expr, INNER), Slot):
                return True
            expr = expr.args[0]
        return isinstance(expr, Number) or isinstance(self._word(expr, INNER), Slot)

    def _divide(self, expr: Apply, level: int, position: str) -> None:
        top, bottom = expr.args
        if self._is_factored(expr):
            self._product(apply("product", self._one_over(bottom), top), level, position)
            return
        if self.layout:
            before, between, behind = self.layout.fraction
            self.set_between((before, between), top)
            self.set_between(("", behind), bottom)
            return

        def write() -> None:
            self.write(top, PRODUCT, FACTOR if level > PRODUCT or position == LEADING else position)
            self.out.append("/")
            self.write(bottom, POWER, TIGHT)

        self.enclosed(write, level > PRODUCT)

    def _is_factored(self, expr: Apply) -> bool:
        """Whether a quotient is written 1/n · a: what is divided by a number, or the name of one, would make a fraction
        in a fraction, or a fraction of a matrix.
        """
        top, bottom = expr.args
        if self.notation.is_language:
            return False
        if not self.layout:
            word = self._word(top, LEADING)
            return isinstance(bottom, Number) and isinstance(word, str) and "/" in word
        scalar = isinstance(bottom, Ref) and not self.shapes.get(bottom.name) and not self._is_tall(bottom)
        return (scalar or not names_in(bottom)) and any(map(self._is_tall, walk(top)))

    def _is_tall(self, node: Expr) -> bool:
        word = self._word(node, LEADING)
        if word is not None:
            return self._is_high(word)
        return isinstance(node, Apply) and node.op in {"divide", "sum", "mean"}

    def _one_over(self, bottom: Expr) -> Expr:
        if isinstance(bottom, Number) and not self.layout:
            return number(1 / bottom.value)
        return apply("divide", number(1), bottom)

    # --- powers, functions -------------------------------------------------------------------------------------------

    def _power(self, expr: Apply, level: int, position: str) -> None:
        base, exponent = expr.args
        self.put(self.layout.base[0] if self.layout else "")
        self.enclosed(lambda: self.write(base, POWER, TIGHT), self._is_raised(base))
        if not self.layout:
            self._linear_exponent(exponent)
            return
        self.set_between(self.layout.raised, exponent)

    def set_between(self, around: tuple[str, str], expr: Expr) -> None:
        """An expression between two texts that hold it together."""
        self.put(around[0])
        self.write(expr, SUM, LEADING)
        self.put(around[1])

    def _is_raised(self, base: Expr) -> bool:
        """Whether it needs parentheses before an exponent: it has one already, or only its end would be raised."""
        if isinstance(base, Apply):
            if self.notation.is_language:
                return base.op in {"power", "transpose"}
            if self._adds_nothing(base):
                return self._is_raised(base.args[0])
            if base.op == "index" and isinstance(base.args[0], Ref):
                return self._is_raised(base.args[0])
            if base.op == "divide" and self._is_factored(base):
                return False  # a product has its parentheses already
            raised = {"power", "transpose", "root", *(("exponential", "divide") if self.layout else ())}
            return ROWS[base.op].notation.style in raised
        word = "" if self.notation.is_language else self._word(base, TIGHT)
        marks = self.layout.exponents if self.layout else tuple("^⁾/")
        return isinstance(word, str) and (any(mark in word for mark in marks) or self._is_high(word))

    def _linear_exponent(self, exponent: Expr) -> None:
        if isinstance(exponent, Number) and exponent.value.denominator == 1 and not self.notation.is_language:
            self.out.append(superscript(exponent.value.numerator))
            return
        self.out.append("^")
        self.enclosed(lambda: self.write(exponent, ATOM, TIGHT), self._is_raised(exponent))

    def _transpose(self, expr: Apply, level: int, position: str) -> None:
        inner = expr.args[0]
        if self.indexed:
            before, self.indexed = self.indexed, self.indexed[::-1]
            self.write(inner, level, position)
            self.indexed = before
            return
        self.put(self.layout.base[0] if self.layout else "")
        self.enclosed(lambda: self.write(inner, POWER, TIGHT), self._is_raised(inner))
        self.out.append(self.operators["transpose"])

    # --- sums over entries -------------------------------------------------------------------------------------------

    def _total(self, expr: Apply, level: int, position: str) -> None:
        axis = dict(expr.options).get("axis")
        shape = shape_of(expr.args[0], self.shapes)
        if self.notation.is_language:
            styles.language_total(self, expr)
            return
        mean = expr.op == "mean"
        if self._adds_nothing(expr):
            self.write(expr.args[0], level, position)
            return
        if axis is not None:
            self.enclosed(lambda: self._along(expr, str(axis), mean, shape), mean and level >= POWER)
            return
        if level >= POWER:
            self.enclosed(lambda: self._total(expr, PRODUCT, LEADING))
            return
        if mean:
            self.out.append(self._one_of(prod(shape)))
        letters = letters_of(shape)
        self._summed(expr.args[0], letters, letters)

    def _adds_nothing(self, expr: Expr) -> bool:
        """Whether it is a sum or mean of one number, or of rows with one entry each, which stands as what it sums."""
        if not isinstance(expr, Apply) or expr.op not in {"sum", "mean"} or self.notation.is_language:
            return False
        shape, axis = shape_of(expr.args[0], self.shapes), dict(expr.options).get("axis")
        return not shape or (len(shape) < 2 and axis not in {None, "columns"})

    def _along(self, expr: Apply, axis: str, mean: bool, shape: Shape) -> None:
        """Sums of rows, columns and channels; for means with their factor in front."""
        letters = "ij"[: len(shape)] if len(shape) <= 2 else letters_of(shape)
        over = "i" if axis == "columns" else letters[1:]
        if mean:
            sizes = (*shape, 1)[:1] if axis == "columns" else (*shape, 1)[1:]
            self.out.append(self._one_of(prod(sizes)))
        self._summed(expr.args[0], letters, over)

    def _summed(self, expr: Expr, letters: str, over: str) -> None:
        """The sum over the letters `over` of an array's entries, which carry `letters`."""
        letters, over = around(expr, letters), around(expr, over)
        self.put(self.layout.index(over).join(self.layout.total) if self.layout else f"Σ_{over} ")
        before, self.indexed = self.indexed, letters
        self.write(expr, PRODUCT, INNER)
        self.indexed = before

    def _entry_of_block(self, expr: Apply, level: int, position: str) -> None:
        """A formula with the letters of the sum around it behind it; a number as it is."""
        letters = "".join(letters_within(self.indexed, shape_of(expr, self.shapes)))
        before, self.indexed = self.indexed, ""
        if letters:
            self.put(self.layout.base[1] if self.layout else "")
            self.enclosed(lambda: self.write(expr, SUM, LEADING), not is_called(expr))
            self.put(self.layout.index(letters).join(self.layout.lowered) if self.layout else f"_{letters}")
        else:
            self.write(expr, level, position)
        self.indexed = before

    _styles: Mapping[str, Callable[[FormulaPrinter, Apply, int, str], None]] = {
        "add": _sum, "subtract": _sum, "negate": _negate, "product": _product, "times": _product,
        "divide": _divide, "power": _power, "transpose": _transpose, "sum": _total, "mean": _total, **styles.STYLES,
    }  # fmt: skip
