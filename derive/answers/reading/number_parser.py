"""Numbers in a student's formulas, with their power of ten and their sign, each with its place in the text."""

from __future__ import annotations

from dataclasses import replace

from derive.answers.reading.array_parser import Arraying
from derive.answers.reading.numbers import MAX_DIGITS, number_at
from derive.language.expressions import Expr, Number


class Numbering(Arraying):
    """Reads numbers as students write them; each is kept in the reading."""

    def number(self) -> Expr:
        token = self.token
        text = self.text[: token.end] if self.text[token.end : token.end + 1].isdigit() else self.text
        written, end = number_at(text, token.start, self.reading.decimal)
        if written is None:
            raise self.error("the number has too many digits", f"at most {MAX_DIGITS} are read", token)
        while self.tokens[self.at].start < end and self.tokens[self.at].kind != "end":
            self.at += 1
        return self.reading.number(written, token.start, end)

    def opposite(self, expr: Expr, start: int) -> Expr:
        """A sign is part of its number."""
        if not isinstance(expr, Number) or expr.span is None:
            return super().opposite(expr, start)
        written, end = self.reading.written(expr), expr.span[1]
        return self.reading.number(replace(written, value=-written.value, text=self.text[start:end]), start, end)

    def is_tuple(self) -> bool:
        """A decimal comma parts nothing."""
        return self.reading.decimal == "." and super().is_tuple()
