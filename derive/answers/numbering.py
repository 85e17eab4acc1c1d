"""Numbers in a student's formulas, with their power of ten and their sign, each with its place in the text."""

from __future__ import annotations

from fractions import Fraction

from derive.answers.arraying import Arraying
from derive.language.expressions import Expr, Number
from derive.language.grammar import parse_number
from derive.language.tokens import Token

MAX_DIGITS = 400
MAX_POWER = 3  # digits of an exponent


class Numbering(Arraying):
    """Reads numbers; `minus` is where a sign stands that the next number may take into itself."""

    minus: int | None = None

    def number(self, minus: int | None) -> Expr:
        """A number with its power of ten. The sign before it is part of it unless it is raised."""
        token = self.take()
        value = self._value(token)
        if token.text == "10" and (power := self._ten(0)) is not None:
            value = Fraction(10) ** power
        elif self.is_op("*") and self.peek().text == "10" and (power := self._ten(2)) is not None:
            value *= Fraction(10) ** power
        if self.token.kind == "number":
            raise self.error("two numbers side by side", "put an operator between them")
        if self.is_op("^"):
            self.minus = minus
            return Number(value, span=self.span(token.start))
        start = token.start if minus is None else minus
        return Number(value if minus is None else -value, span=self.span(start))

    def _value(self, token: Token) -> Fraction:
        _, _, exponent = token.text.lower().partition("e")
        if len(token.text) > MAX_DIGITS or len(exponent) > MAX_POWER:
            raise self.error("the number has too many digits", f"at most {MAX_DIGITS} are read", token)
        try:
            return parse_number(token.text)
        except ValueError as wrong:
            raise self.error(str(wrong), "", token) from None

    def _ten(self, skip: int) -> int | None:
        """The exponent of a power of ten whose `^` is `skip` tokens ahead; None with nothing taken."""
        if self.peek(skip).text != "^":
            return None
        braced = self.peek(skip + 1).text == "{"
        at = skip + 1 + braced
        sign = self.peek(at).text if self.peek(at).text in {"+", "-"} else ""
        digits = self.peek(at + bool(sign)).text
        closed = not braced or self.peek(at + bool(sign) + 1).text == "}"
        if not digits.isdigit() or len(digits) > MAX_POWER or not closed:
            return None
        for _ in range(at + bool(sign) + 1 + braced):
            self.take()
        return -int(digits) if sign == "-" else int(digits)
