"""One side of a written equation → an expression. Every number keeps the place where it stands, every array is a name.

The grammar is the one of the equations, with what students write besides: decimal commas, `·10^-7`, arrays in any
brackets, subscripts behind brackets, `a/b c`. Nothing is evaluated; length and nesting are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import prod

from derive.answers.names.lexicon import Lexicon
from derive.answers.reading.grids import Reading
from derive.answers.reading.letters import plain_letters
from derive.answers.reading.number_parser import Numbering
from derive.calculus.applications import misapplied, with_settings
from derive.calculus.operation_rows import MACROS, ROWS, ShapeFault
from derive.language.cursor import MAX_NESTING
from derive.language.expressions import Apply, Expr, Ref, Shape, walk
from derive.language.names import Name
from derive.language.tokens import TextError, Token, tokenize

MAX_LINK = 6_000
LEAST_ENTRIES, MORE = 400, 4
_SILENT = re.compile(
    r"[\u200b\u2060\ufeff\u00ad$~\\](?:(?<!\\)|(?<!\\\\)(?:[()\[\]]|(?:left|right|splits)(?![a-zA-Z])\s*\.?"
    r"|(?:boxed|result|smaller|fbox|underline)(?=\s*\{)))"
)
_POINTED = re.compile(r"_\{\d+(?:\.\d+)+\}")


def parse_formula(text: str, lexicon: Lexicon, decimal: str) -> Reading:
    """What a text says. Raises TextError."""
    if len(text) > MAX_LINK:
        raise TextError(f"this has {len(text)} characters", f"at most {MAX_LINK} are read")
    reading = Reading(silenced(text), decimal)
    plain = reading.literal(0, len(text)) or reading.literals()
    reading.expr = plain or Hand(reading, lexicon, [*tokens_of(reading.text)]).whole()
    if not plain and any(node.options for node in walk(reading.expr) if isinstance(node, Apply)):
        _extent(with_settings(reading.expr), lexicon.shapes, text)
    return reading


def _extent(expr: Expr, shapes: Mapping[Name, Shape], text: str) -> Shape | None:
    """The shape of an expression, None where it has none here. Raises TextError for a setting that an operation does
    not have, and for an array far beyond the problem's: a padding or a size could ask for any.
    """
    if not isinstance(expr, Apply):
        return shapes.get(expr.name) if isinstance(expr, Ref) else ()
    if expr.options and expr.op in {*ROWS, *MACROS} and (wrong := misapplied(expr)):
        raise TextError(*wrong, 0, len(text))
    inner = [_extent(arg, shapes, text) for arg in expr.args]
    known = tuple(shape for shape in inner if shape is not None)
    if expr.op not in ROWS or len(known) < len(inner):
        return None
    try:
        shape = ROWS[expr.op].shape(known, expr.options)
    except (ShapeFault, ValueError, IndexError, KeyError):
        return None
    most = LEAST_ENTRIES + MORE * max(map(prod, shapes.values()), default=0)
    if prod(shape) > most:
        raise TextError(f"this would have {prod(shape)} entries", f"at most {most} are worked out", 0, len(text))
    return shape


def silenced(text: str) -> str:
    """A text, as long, with spaces for what means nothing: `$`, `\\left`, frames, what is invisible.

    Letters are plain ones, and `z_{1.1}` is z_{1,1}.
    """
    text = _SILENT.sub(lambda match: " " * len(match.group()), plain_letters(text))
    return _POINTED.sub(lambda match: match.group().replace(".", ","), text) if "_{" in text else text


@lru_cache(maxsize=2_000)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text: names and formulas come again and again, in a work and in those of a class."""
    return tuple(tokenize(text))


class Hand(Numbering):
    """Reads a whole text, or one cell in it."""

    most_terms = 300
    beside = frozenset({"word"})

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
