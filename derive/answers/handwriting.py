"""One side of a written equation → an expression. Every number keeps the place where it stands, every array is a name.

The grammar is the one of the equations, with what students write besides: decimal commas, `·10^-7`, arrays in any
brackets, subscripts behind brackets, `a/b c`. Nothing is evaluated; length and nesting are bounded.
"""

from __future__ import annotations

import re
from functools import lru_cache

from derive.answers.grids import Reading
from derive.answers.lexicon import Lexicon
from derive.answers.numbering import Numbering
from derive.language.cursor import MAX_NESTING
from derive.language.expressions import Apply, Expr
from derive.language.tokens import TextError, Token, tokenize

MAX_LINK = 6_000
_SILENT = re.compile(
    r"[\u200b\u2060\ufeff\u00ad$~]|(?<!\\)\\(?:[()\[\]]|(?:left|right|splits)(?![a-zA-Z])\s*\.?"
    r"|(?:boxed|result|smaller|fbox|underline)(?=\s*\{))"
)


def read(text: str, lexicon: Lexicon, decimal: str) -> Reading:
    """What a text says. Raises TextError."""
    if len(text) > MAX_LINK:
        raise TextError(f"this has {len(text)} characters", f"at most {MAX_LINK} are read")
    reading = Reading(silenced(text), decimal)
    plain = reading.literal(0, len(text)) or reading.literals()
    reading.expr = plain or Hand(reading, lexicon, [*tokens_of(reading.text)]).whole()
    return reading


def silenced(text: str) -> str:
    """A text, as long, with spaces for what means nothing: `$`, `\\left`, frames, what is invisible."""
    return _SILENT.sub(lambda match: " " * len(match.group()), text)


@lru_cache(maxsize=2_000)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text: names and formulas come again and again, in a work and in those of a class."""
    return tuple(tokenize(text))


class Hand(Numbering):
    """Reads a whole text, or one cell in it."""

    def inside(self, tokens: list[Token]) -> Expr:
        """What the tokens of one cell say."""
        cell = Hand(self.reading, self.lexicon, tokens)
        cell.depth = self.depth + MAX_NESTING // 3
        return cell.whole()

    def whole(self) -> Expr:
        """The expression, to the end."""
        expr = self.sum()
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        return expr

    def starts_factor(self) -> bool:
        return self.token.kind != "number" and super().starts_factor()

    def quotient(self, left: Expr, right: Expr, start: int) -> Expr:
        """Of two numbers too: each keeps its place."""
        return Apply("divide", (left, right))

    def power(self) -> Expr:
        base = self.primary()
        while self.is_op("^", "_"):
            if self.take().text == "_":
                self._skip_subscript()
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

    def raised(self, base: Expr) -> Expr:
        grid = self.reading.grid(base)
        if grid is not None and self.is_transpose():
            return self.reading.kept(grid.turned())
        return super().raised(base)
