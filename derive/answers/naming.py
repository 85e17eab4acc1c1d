"""Names, derivatives and functions in a student's formulas, at the place of a cursor."""

from __future__ import annotations

from dataclasses import replace

from derive.answers.grids import Reading
from derive.answers.lexicon import Lexicon, Quantity
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Apply, Expr, Ref
from derive.language.names import ACCENTS, Symbol
from derive.language.tokens import Token

_NOTHING = Scope({}, {})


class Naming(Cursor):
    """Reads names by a lexicon; the tokens are there already, so that those of a cell are not read again."""

    def __init__(self, text: str, tokens: list[Token], lexicon: Lexicon, reading: Reading, depth: int = 0) -> None:
        self.text, self.tokens, self.scope = text, tokens, _NOTHING
        self.at, self.depth = 0, depth
        self.lexicon, self.reading = lexicon, reading

    def sum(self) -> Expr:
        """A whole formula at the cursor."""
        raise NotImplementedError

    def factor(self) -> Expr:
        """One factor at the cursor, with its sign."""
        raise NotImplementedError

    def exponent(self) -> Expr:
        """What stands behind a `^`."""
        raise NotImplementedError

    def named(self) -> Expr:
        start = self.at
        for attempt in (self._exponential, self._slope, self._call, self._quantity, self._letters, self._special):
            found = attempt()
            if found is not None:
                return found
            self.at = start
        token = self.token
        raise self.error(f"`{self.written(token)}` is not known in this problem", "", token)

    def _quantity(self) -> Expr | None:
        return self.lexicon.symbol(self._whole_symbol())

    def _whole_symbol(self, base: str | None = None) -> Symbol:
        """A symbol; a number that touches the letters is its subscript: `W2`."""
        symbol = self.symbol(base)
        after = self.token
        if after.kind == "number" and after.glued and after.text.isdigit() and len(after.text) < 5:
            self.take()
            rest = self.symbol("x").subscript if self.is_op("_") else ()
            return replace(symbol, subscript=(*symbol.subscript, int(after.text), *rest))
        return symbol

    def _slope(self) -> Expr | None:
        """`dL/dW_1` with a slash."""
        of = self.differential()
        if of is None or not self.accept("/"):
            return None
        by = self.differential()
        return self._through(self.lexicon.derivative(of, by))

    def _through(self, slope: Quantity | None) -> Quantity | None:
        """`|_{z_2}` or `|z_2` behind a derivative: the part of it that comes through z_2."""
        after = self.peek()
        if slope is None or not self.is_op("|") or not (after.text == "_" or (after.kind == "word" and after.glued)):
            return slope
        self.take()
        braced = self.accept("_") and self.accept("{")
        name = self.lexicon.names.get(f"{slope.name.id}|{self.symbol().id}")
        if braced:
            self.expect("}")
        return Ref(name) if name is not None else None

    def differential(self) -> Quantity | None:
        """`dL` or `d L` as the quantity behind the d."""
        token = self.token
        if token.kind != "word" or not token.text.startswith("d"):
            return None
        self.take()
        if token.text != "d":
            return self.lexicon.symbol(self._whole_symbol(token.text[1:]))
        word = self.token.kind == "word" or (self.token.kind == "command" and self.token.text in ACCENTS)
        return self.lexicon.symbol(self._whole_symbol()) if word else None

    def _call(self) -> Expr | None:
        """`f(…)`, `f'(…)`."""
        word, primes = self.take(), 0
        if word.kind != "word":
            return None
        while self.is_op("'") or (self.is_op("^") and self.peek().text == "'"):
            primes += self.take().text == "'"
        if not self.is_op("("):
            return self._applied_bare(word, primes)
        if primes == 0 and word.text in self.lexicon.names:
            return None
        opened = self.take()
        args = [self.sum()]
        while self.accept(",", ";"):
            args.append(self.sum())
        self.expect(")", opened)
        return self.lexicon.function(word.text, primes, tuple(args))

    def _applied_bare(self, word: Token, primes: int) -> Expr | None:
        """`exp` and the like before a braced argument; else nothing."""
        if primes == 0 and word.text in {"exp", "ln", "log"} and self.token.kind in {"word", "number"}:
            return self.lexicon.function(word.text, 0, (self.factor(),))
        return None

    def _letters(self) -> Expr | None:
        """Several letters as a product of names of one letter."""
        word = self.token
        if word.kind != "word" or not 1 < len(word.text) < 5:
            return None
        self.take()
        first = [self.lexicon.symbol(Symbol(letter)) for letter in word.text[:-1]]
        last = self.lexicon.symbol(self.symbol(word.text[-1]))
        if last is None or any(found is None for found in first):
            return None
        product: Expr | None = None
        for factor in (*first, last):
            assert factor is not None
            product = factor if product is None else Apply("product", (product, factor))
        return product

    def _exponential(self) -> Expr | None:
        """`e^…` where nobody defined an e."""
        if self.take().text == "e" and "e" not in self.lexicon.names and self.accept("^"):
            return Apply("exp", (self.exponent(),))
        return None

    def _special(self) -> Expr | None:
        return Apply("pi", ()) if self.take().text == "pi" else None

    def fraction_slope(self) -> Expr | None:
        """`\\frac{dL}{dW_1}`; the quantity may stand behind it: `\\frac{d}{dw} L`."""
        if not self.accept("{"):
            return None
        of = self.differential()
        if of is None or not self.accept("}") or not self.accept("{"):
            return None
        by = self.differential()
        return self._through(self.lexicon.derivative(of, by)) if self.accept("}") else None
