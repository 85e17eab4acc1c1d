"""One side of a written equation → an expression. Every number keeps the place where it stands, every array is a name.

The grammar is that of students: decimal commas, `·10^-7`, arrays in any brackets, subscripts behind brackets, `a/b c`.
Nothing is evaluated; length and nesting are bounded. Raises TextError for what cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from derive.answers.grids import Reading, number_in, plain_array
from derive.answers.lexicon import Lexicon
from derive.answers.numbering import Numbering
from derive.answers.preparing import pointed, prepared
from derive.language.cursor import MAX_NESTING
from derive.language.expressions import Apply, Expr, Number, number
from derive.language.grammar import MAX_EXPONENT
from derive.language.names import ACCENTS
from derive.language.tokens import TextError, Token, tokenize

MAX_LINK = 6_000
MAX_OPERATORS = 200


def read(text: str, lexicon: Lexicon, decimal: str) -> Reading:
    """What a text says. Raises TextError."""
    if len(text) > MAX_LINK:
        raise TextError(f"this has {len(text)} characters", f"at most {MAX_LINK} are read")
    text = prepared(text)
    reading = Reading(text, number(0))
    text = pointed(text, decimal)
    found = number_in(text, 0, len(text)) or plain_array(text, reading)
    reading.expr = found or Hand(text, [*_tokens(text)], lexicon, reading).whole()
    return reading


@lru_cache(maxsize=2_000)
def _tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text: names and formulas come again and again, in a work and in those of a class."""
    return tuple(tokenize(text))


_OPERATIONS = {"*": "product", "⊙": "times", "/": "divide"}


class Hand(Numbering):
    """Recursive descent over a student's tokens, loosest first: those of a whole text, or of one cell in it."""

    operators = 0

    def inside(self, tokens: list[Token]) -> Expr:
        """What the tokens of one cell say."""
        return Hand(self.text, tokens, self.lexicon, self.reading, self.depth + MAX_NESTING // 3).whole()

    def whole(self) -> Expr:
        """The expression, to the end."""
        expr = self.sum()
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        return expr

    # --- sums, products, powers --------------------------------------------------------------------------------------

    def sum(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error("this is nested too deeply", f"at most {MAX_NESTING} levels are read")
        left = self._signed()
        while self.is_op("+", "-"):
            self._count()
            op = "add" if self.take().text == "+" else "subtract"
            left = Apply(op, (left, self._signed()))
        self.depth -= 1
        return left

    def _count(self) -> None:
        """Bounds the operators, and with them how deep the expression becomes."""
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise self.error("this is too long", f"at most {MAX_OPERATORS} operators are read")

    def _minus(self) -> int | None:
        """Takes the signs at the cursor: where the minus stands, if they make one."""
        minus = None
        while self.is_op("+", "-"):
            token = self.take()
            if token.text == "-":
                minus = token.start if minus is None else None
        return minus

    def _signed(self) -> Expr:
        return self._negative(self._minus(), self._product)

    def _negative(self, minus: int | None, read: Callable[[], Expr]) -> Expr:
        """What `read` reads with a sign before it; a number takes the sign into itself."""
        self.minus = minus if self.token.kind == "number" else None
        taken = self.minus is not None
        expr = read()
        if minus is None or (taken and self.minus is None):
            return expr
        self.minus = None
        return Apply("negate", (expr,))

    def _product(self) -> Expr:
        left = self._power()
        while True:
            op = _OPERATIONS.get(self.token.text) if self.token.kind == "op" else None
            self._count()
            if op is not None:
                self.take()
                left = Apply(op, (left, self.factor()))
            elif self._starts_factor():
                left = Apply("product", (left, self._power()))
            else:
                return left

    def factor(self) -> Expr:
        """What may follow an operator: a factor, with a sign."""
        return self._negative(self._minus(), self._power)

    def _starts_factor(self) -> bool:
        token = self.token
        if token.kind == "command":
            return token.text != "end"
        return token.kind == "word" or (token.kind == "op" and token.text in {"(", "[", "√"})

    def _power(self) -> Expr:
        minus, self.minus = self.minus, None
        base = self.number(minus) if self.token.kind == "number" else self._primary()
        while self.is_op("^", "_"):
            if self.take().text == "_":
                self._skip_subscript()
            else:
                base = self._raised(base)
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

    def _raised(self, base: Expr) -> Expr:
        at = self.token
        braced = self.is_op("{")
        word = self.peek(1) if braced else self.token
        if word.kind == "word" and word.text in {"T", "t"} and (not braced or self.peek(2).text == "}"):
            for _ in range(3 if braced else 1):
                self.take()
            return self._turned(base)
        exponent = self.exponent()
        if isinstance(exponent, Number) and abs(exponent.value) > MAX_EXPONENT:
            raise self.error("the exponent is too large", f"at most {MAX_EXPONENT}", at)
        return Apply("power", (base, exponent))

    def _turned(self, base: Expr) -> Expr:
        grid = self.reading.grid(base)
        return self.reading.kept(grid.turned()) if grid else Apply("transpose", (base,))

    def exponent(self) -> Expr:
        if self.is_op("{", "("):
            return self._enclosed({"{": "}", "(": ")"}[self.token.text])
        return self.factor()

    def _enclosed(self, closing: str) -> Expr:
        opened = self.take()
        inner = self.sum()
        self.expect(closing, opened)
        return inner

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _primary(self) -> Expr:
        token = self.token
        if token.kind == "word" or (token.kind == "command" and token.text in ACCENTS):
            return self.named()
        if token.kind == "command":
            return self._command()
        readers: dict[str, Callable[[], Expr]] = {
            "(": lambda: self.listed(token) or self._enclosed(")"),
            "{": lambda: self._enclosed("}"),
            "[": self.bracket,
            "√": self._root,
            "|": self._bars,
        }
        if token.kind == "op" and token.text in readers:
            return readers[token.text]()
        raise self.unexpected("a number, a name or `(`")

    def _root(self) -> Expr:
        self.take()
        return Apply("sqrt", (self.number(None) if self.token.kind == "number" else self._primary(),))

    def _bars(self) -> Expr:
        opened = self.take()
        inner = self.sum()
        self.expect("|", opened)
        return Apply("abs", (inner,))

    # --- commands ----------------------------------------------------------------------------------------------------

    def _command(self) -> Expr:
        token = self.take()
        if token.text == "frac":
            return self._fraction()
        if token.text == "sqrt":
            return Apply("sqrt", (self._group(),))
        if token.text == "begin":
            return self.environment(token)
        raise self.error(f"`{self.written(token)}` has no meaning here", "", token)

    def _fraction(self) -> Expr:
        start = self.at
        slope = self.fraction_slope()
        if slope is not None:
            return slope
        self.at = start
        return Apply("divide", (self._group(), self._group()))

    def _group(self) -> Expr:
        if not self.is_op("{"):
            raise self.unexpected("`{`")
        return self._enclosed("}")
