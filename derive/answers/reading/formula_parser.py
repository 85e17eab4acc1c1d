"""Text → an expression in which every number keeps the place where it stands, and every array is a name.

The grammar is the one of the equations, with what students write besides: decimal commas, `·10^-7`, arrays in any
brackets, subscripts behind brackets, `a/b c`. Nothing is evaluated; length and nesting are bounded.
"""

import re
from bisect import bisect_left

from derive.answers.names.letters import tokens_of
from derive.answers.names.lexicon import Lexicon
from derive.answers.names.name_parser import NameParser
from derive.answers.reading.arrays import array_of, is_list
from derive.answers.reading.cells import CellGroup, group_at
from derive.answers.reading.grids import Reading
from derive.answers.reading.numbers import LONG_REAL, MAX_DIGITS, MIXED_NUMBER, number_at, read_number, usual_number
from derive.answers.reading.written import WrittenNumber
from derive.calculus.differentiation import entry_of, shape_of
from derive.calculus.kernels import ShapeFault
from derive.language.cursor import MAX_NESTING
from derive.language.expressions import Apply, Expr, Number, Shape
from derive.language.tokens import Token


class FormulaParser(NameParser):
    """Reads a whole text, or one cell in it; numbers and arrays are kept in the reading."""

    most_terms = 300
    beside = frozenset({"word"})

    def __init__(self, reading: Reading, lexicon: Lexicon, tokens: list[Token] | None = None) -> None:
        super().__init__(reading.text, lexicon, [*tokens_of(reading.text)] if tokens is None else tokens)
        self.reading = reading

    def whole(self) -> Expr:
        """The expression, to the end."""
        expr = self.sum()
        if self.is_op(")", "]"):
            raise self.error(f"`{self.token.text}` has no counterpart", "close each bracket once")
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        return expr

    # --- names -------------------------------------------------------------------------------------------------------

    def named(self) -> Expr:
        """A name; one word of the problem that nothing goes on with can be read in no other way."""
        word, behind = self.tokens[self.at], self.tokens[self.at + 1]
        known = self.lexicon.word(word.text) if behind.text in _APART and word.kind == "word" else None
        if known is None:
            return super().named()
        self.at += 1
        return known

    # --- numbers -----------------------------------------------------------------------------------------------------

    def number(self) -> Expr:
        token = self.token
        if self.tokens[self.at + 1].text in _APART and (usual := usual_number(token.text, self.reading.decimal)):
            self.at += 1
            return self.reading.number(usual, token.start, token.end)
        if mixed := MIXED_NUMBER.match(self.text, token.start):
            return self._up_to(read_number(mixed.group(), "."), token, mixed.end())
        if not token.text.startswith(self.text[token.start]) and (raised := read_number(token.text, ".")):  # `²`
            self.take()
            return self.reading.number(raised, token.start, token.end)
        if (real := LONG_REAL.match(self.text, token.start)) and "d" not in self.lexicon.names:
            return self._up_to(read_number(real.group(), "."), token, real.end())
        alone = self.text[token.end : token.end + 1].isdigit() or self._is_denominator(token)
        text = self.text[: token.end] if alone else self.text
        written, end = number_at(text, token.start, self.reading.decimal)
        return self._up_to(written, token, end)

    def _up_to(self, written: WrittenNumber | None, token: Token, end: int) -> Number:
        """A number, and the cursor behind it. Raises TextError where there is none."""
        if written is None:
            raise self.error("the number has too many digits", f"at most {MAX_DIGITS} are read", token)
        while self.tokens[self.at].start < end and self.tokens[self.at].kind != "end":
            self.at += 1
        return self.reading.number(written, token.start, end)

    def _is_denominator(self, token: Token) -> bool:
        """Whether a power of ten behind a number multiplies the quotient: `1/2·10²` is 50."""
        before = self.text[max(0, token.start - 8) : token.start].rstrip()
        behind = self.text[token.end : token.end + 12]
        return before[-2:-1].isdigit() and before.endswith("/") and _TENS.match(behind) is not None

    def opposite(self, expr: Expr, start: int) -> Expr:
        """A sign is part of its number."""
        if not isinstance(expr, Number) or expr.span is None:
            return super().opposite(expr, start)
        written, end = self.reading.written(expr), expr.span[1]
        return self.reading.number(written._replace(value=-written.value, text=self.text[start:end]), start, end)

    def starts_factor(self) -> bool:
        """A number is one behind a bracket: `sin(pi/2) 3`."""
        if self.tokens[self.at].kind == "number":
            return self.tokens[self.at - 1].text in _CLOSING
        return super().starts_factor()

    def quotient(self, left: Expr, right: Expr, start: int) -> Expr:
        """Of two numbers too: each keeps its place."""
        return Apply("divide", (left, right))

    def is_tuple(self) -> bool:
        """A decimal comma parts nothing."""
        return self.reading.decimal == "." and super().is_tuple()

    # --- arrays ------------------------------------------------------------------------------------------------------

    def environment(self) -> Expr:
        """A matrix; values and their conditions behind a brace; without conditions the brace holds a column."""
        if CASES.match(self.text, self.token.start):
            return super().environment()
        return self._array(self._cells_here())

    def blocks(self) -> Expr:
        return self._array(self._cells_here())

    def parentheses(self) -> Expr:
        """A vector in round brackets, or what stands between them."""
        if BARE_BRACKETS.match(self.text, self.token.start):
            return super().parentheses()
        group = self._cells_here()
        return self._array(group) if is_list(group, self.text) else super().parentheses()

    def _cells_here(self) -> CellGroup:
        """What stands in the bracket at the cursor, as cells."""
        return group_at(self.text, self.token.start, self.reading.decimal, self.reading.commas)

    def _array(self, group: CellGroup) -> Expr:
        """The array that a group is; the cursor goes behind it."""
        array = array_of(group, self.reading.decimal)
        self.at = bisect_left(self.tokens, group.end, key=_start)
        return self.reading.array(array, (group.start, group.end), self._cell)

    def _cell(self, start: int, end: int) -> Expr:
        """What the cell between two positions says."""
        first, last = (bisect_left(self.tokens, at, key=_start) for at in (start, end))
        cell = FormulaParser(self.reading, self.lexicon, [*self.tokens[first:last], Token("end", "", end, end)])
        cell.depth = self.depth + MAX_NESTING // 3
        return cell.whole()

    # --- powers ------------------------------------------------------------------------------------------------------

    def power(self) -> Expr:
        base = self.primary()
        while self.is_op("^", "_"):
            if self.is_op("_") and self.tokens[self.at - 1].kind == "number":
                raise self.error("a number has no subscript", "write it without `_`")
            if self.take().text == "_":
                start = self.at
                self._skip_subscript()
                base = self._entry(base, [token.text for token in self.tokens[start : self.at]])
            else:
                base = self.raised(base)
        return base

    def _skip_subscript(self) -> None:
        """A subscript behind a bracket means nothing here: `(…)_2`."""
        braced = self.accept("{")
        while self.token.kind in {"number", "word"} or (braced and self.is_op(",", "*", "+", "-")):
            self.take()
            if not braced:
                return
        if braced:
            self.expect("}")

    def _entry(self, base: Expr, subscript: list[str]) -> Expr:
        """The entry that numbers behind what a function gives name, `(softmax(z))_2`; else the whole."""
        numbers = [int(text) for text in subscript if text.isdecimal() and len(text) < MAX_INDEX]
        shape = self._shape(base) if isinstance(base, Apply) and base.op not in _ARITHMETIC else None
        if not shape or len(numbers) != len(shape) or {"*", "+", "-"}.intersection(subscript):
            return base
        fits = all(0 < i <= n for i, n in zip(numbers, shape, strict=True))
        return entry_of(base, self.lexicon.shapes, tuple(i - 1 for i in numbers)) if fits else base

    def _shape(self, expr: Expr) -> Shape | None:
        """The shape of an expression of the problem's names; None where it has none, or another one is in it."""
        try:
            return shape_of(expr, self.lexicon.shapes)
        except (ShapeFault, KeyError):
            return None

    def raised(self, base: Expr) -> Expr:
        grid = self.reading.grid(base)
        if grid is not None and self.is_transpose():
            return self.reading.kept(grid.turned())
        power = super().raised(base)
        match power:
            case Apply(op="power", args=(matrix, Number(value=value))) if value == -1:
                shape = grid.shape if grid is not None and len(set(grid.shape)) == 1 else self._shape(matrix)
                return Apply("inverse", (matrix,), span=power.span) if shape and len(shape) == 2 else power
        return power


MAX_INDEX = 5
_CLOSING = frozenset(")]}")
_APART = frozenset({"+", "-", ")", "]", "}", "=", ""})
"""Signs that belong to no name and no number before them, and the end of the text."""
_ARITHMETIC = frozenset({"add", "subtract", "product", "times", "divide", "negate", "power", "transpose"})
_TENS = re.compile(r"\s*(?:[*·⋅×]|\\cdot)\s*10\s*(?:[²³]|\^\s*\{?\s*\d)")
"""A factor 10 to a power that is not negative."""


CASES = re.compile(r"\\begin\{cases\}(?:[^&\\]|\\(?!end\{cases\}))*+&")
"""Values with conditions; in none of the lines before the first one is anything else."""
BARE_BRACKETS = re.compile(r"\((?![^()]*[\d.]\s+[-+]?[\d.])[A-Za-z\d.^*/+\- ]{0,200}\)")
"""Round brackets with nothing in them that could part the entries of a list: most are read without looking for any."""


def _start(token: Token) -> int:
    return token.start
