"""Names, derivatives and functions in a student's formulas, by a lexicon: the one grammar, read forgivingly."""

from dataclasses import replace
from typing import TypeAlias

from derive.answers.names.lexicon import Lexicon, Quantity, spelled
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, number
from derive.language.grammar import CONSTANTS, Parser
from derive.language.names import ACCENTS, Symbol
from derive.language.tokens import TextError, Token

_TOTALS = {"sum", "mean"}
FRACTION = "frac"
"""How Typst writes a fraction: `frac(1, 2)`."""
_BEFORE_SLOPES = frozenset({FRACTION, "(", "nabla"})
"""What a derivative begins with, where that is no d."""
_Pair: TypeAlias = tuple[Quantity | None, Quantity | None]
"""What is differentiated, and by what; None for what names nothing."""


class NameParser(Parser):
    """Reads names; the tokens may be there already, so that those of a cell are not read again."""

    lenient = True
    transposes = ("T", "t")

    def __init__(self, text: str, lexicon: Lexicon, tokens: list[Token] | None = None) -> None:
        super().__init__(text, lexicon.scope, tokens)
        self.lexicon = lexicon

    def named(self) -> Expr:
        start = self.at
        attempts = (self._exponential, self.slope, self._call, self.quantity, self._letters, self._constant_word)
        for attempt in (self._declared, *attempts) if self.lexicon.declared else attempts:
            found = attempt()
            if found is not None:
                return found
            self.at = start
        token = self.token
        raise self.error(f"`{self.written(token)}` is not known in this problem", "", token)

    def quantity(self) -> Quantity | None:
        """A name at the cursor as what it means."""
        return self.meant(self.whole_symbol())

    def meant(self, symbol: Symbol) -> Quantity | None:
        """The quantity that a symbol means."""
        return self.lexicon.symbol(symbol)

    def _declared(self) -> Expr | None:
        """A name that the work itself gives to a formula."""
        return self.lexicon.declared.get(self.whole_symbol().id) if self.token.kind == "word" else None

    def whole_symbol(self, base: str | None = None) -> Symbol:
        """A symbol; a number that touches the letters is its subscript: `W2`."""
        symbol = self._layered(self.symbol(base))
        after = self.token
        if after.kind == "number" and after.glued and after.text.isdigit() and len(after.text) < 5:
            self.take()
            rest = self.symbol("x").subscript if self.is_op("_") else ()
            return replace(symbol, subscript=(*symbol.subscript, int(after.text), *rest))
        return symbol

    def _layered(self, symbol: Symbol) -> Symbol:
        """A symbol with the number of its layer on top, `W^(1)`, where it has no other meaning."""
        if not self.is_op("^"):
            return symbol
        opening, count, closing = map(self.peek, (1, 2, 3))
        if opening.text == "(" and count.text.isdecimal() and closing.text == ")":
            layered = replace(symbol, superscript=f"({count.text})")
            if symbol.id not in self.lexicon.names and self.lexicon.symbol(layered) is not None:
                self.at += 4
                return layered
        return symbol

    def indexed(self, expr: Expr) -> Expr:
        """`W_1[2,3]`: an entry, where it has such a one, or a block; else the bracket is an array beside the name."""
        mark = self.at
        try:
            sliced = super().indexed(expr)
        except TextError:
            self.at = mark
            return expr
        if isinstance(expr, Ref) and isinstance(sliced, Apply) and sliced.op == "index":
            at = dict(sliced.options)["at"]
            assert isinstance(at, tuple)
            if any(isinstance(i, tuple) for i in at):
                return sliced
            index = self.lexicon.index(expr.name, tuple(i for i in at if isinstance(i, int)))
            if index is not None and len(index) >= len(at):
                return Entry(expr.name, index)
            self.at = mark
        return expr if self.at == mark else sliced

    # --- derivatives -------------------------------------------------------------------------------------------------

    def slope(self) -> Quantity | None:
        """`dL/dW_1`, `\\frac{dL}{dW_1}`, `\\frac{d}{dW_1} L`, each by way of a quantity where `|_{z_2}` follows."""
        start, word = self.at, self.tokens[self.at].text
        if word[:1] != "d" and word not in _BEFORE_SLOPES:
            return None
        if word != FRACTION:
            of, by = self._slash()
        else:
            of, by = self._fraction() if self.token.kind == "command" else self._fraction_call()
        found = self._through(of, by) if of and by else None
        if found is None:
            self.at = start
            repeated = self.derivative()
            name = self.lexicon.names.get(repeated.id) if repeated else None
            found = Ref(name) if name else None
        if found is None:
            self.at = start
        return found

    def _slash(self) -> _Pair:
        of = self._bracketed_differential()
        return (of, self._bracketed_differential()) if of is not None and self.accept("/") else (None, None)

    def _bracketed_differential(self) -> Quantity | None:
        """`dL`, also `(dL)`, as Word writes fractions."""
        if not self.accept("("):
            return self.differential()
        found = self.differential()
        return found if self.accept(")") else None

    def _fraction(self) -> _Pair:
        self.take()
        if not self.accept("{"):
            return None, None
        bare = self.token.text == "d" and self.peek().text == "}"
        of = None if bare else self.differential()
        if bare:
            self.take()
        if not (self.accept("}") and self.accept("{")):
            return None, None
        by = self.differential()
        if not self.accept("}"):
            return None, None
        return self.quantity() if bare and self.token.kind == "word" else of, by

    def _fraction_call(self) -> _Pair:
        """`frac(dL, dW_1)`."""
        self.take()
        of = self.differential() if self.accept("(") else None
        by = self.differential() if of is not None and self.accept(",") else None
        return (of, by) if self.accept(")") else (None, None)

    def _through(self, of: Quantity, by: Quantity) -> Quantity | None:
        """The derivative; with `|_{z_2}` or `|z_2` behind it the part of it that comes through z_2."""
        after = self.peek()
        if not self.is_op("|") or (after.text not in {"_", "("} and not (after.kind == "word" and after.glued)):
            return self.lexicon.derivative(of, by)
        self.take()
        braced = self.accept("_") and self.accept("{")
        via = self._slope_in_parentheses() if self.is_op("(") else self.lexicon.symbol(self.symbol())
        if braced:
            self.expect("}")
        return self.lexicon.derivative(of, by, via) if via else None

    def _slope_in_parentheses(self) -> Quantity | None:
        self.take()
        inner = self.slope()
        return inner if inner is not None and self.accept(")") else None

    def differential(self) -> Quantity | None:
        """`dL` or `d L` as the quantity behind the d; `d(dL/dw)` as the derivative in the brackets."""
        token = self.token
        if token.kind != "word" or not token.text.startswith("d"):
            return None
        self.take()
        if token.text != "d":
            return self.meant(self.whole_symbol(token.text[1:]))
        if self.is_op("("):
            return self._slope_in_parentheses()
        word = self.token.kind == "word" or (self.token.kind == "command" and self.token.text in ACCENTS)
        return self.quantity() if word else None

    # --- functions ---------------------------------------------------------------------------------------------------

    def _call(self) -> Expr | None:
        """`f(…)`, `f'(…)`."""
        word = self.token
        if word.kind != "word":
            return None
        name, sizes, axis = self.settings_below(self.function_name())
        primes = self.primes()
        if not self.is_op("("):
            return self._applied_bare(word, primes) if name == word.text else None
        if primes == 0 and name in self.lexicon.names:
            return None
        if primes == 0 and name in _TOTALS and not self.token.glued and self._is_raised():
            return self._placed(self.lexicon.function(name, 0, (self.power(),)), word.start)
        args, options = self.arguments()
        if name == FRACTION and primes == 0 and len(args) == 2:
            return self.quotient(*args, word.start)
        settings = tuple(sorted({**dict(axis), **dict(options)}.items()))
        return self.lexicon.function(name, primes, (*args, *sizes), settings)

    def is_function(self, name: str) -> bool:
        """Whether a name is that of an operation, in capitals too."""
        return spelled(name) is not None

    def _is_raised(self) -> bool:
        """Whether a power stands behind the bracket at the cursor: `sum (A - Y)^2` adds up squares."""
        depth = 0
        for at in range(self.at, len(self.tokens)):
            depth += (self.tokens[at].text == "(") - (self.tokens[at].text == ")")
            if depth == 0:
                return at + 1 < len(self.tokens) and self.tokens[at + 1].text == "^"
        return False

    def _applied_bare(self, word: Token, primes: int) -> Expr | None:
        """`exp x`, `tanh -0.75`: a function with what stands behind it, without brackets; else nothing."""
        if primes or spelled(word.text) is None or word.text in self.lexicon.names:
            return None
        behind = self.peek() if self.is_op("-", "+") else self.token
        if behind.kind not in {"word", "number"}:
            return None
        return self._placed(self.lexicon.function(word.text, 0, (self.factor(),)), word.start)

    def _placed(self, expr: Expr | None, start: int) -> Expr | None:
        """An operation with its place: from a position to the last token taken."""
        return replace(expr, span=(start, self.tokens[self.at - 1].end)) if isinstance(expr, Apply) else expr

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
        """`e^…`; where an e is defined, only with more than a number on top."""
        word = self.take()
        if word.text != "e":
            return None
        if "e" not in self.lexicon.names:
            return self._placed(Apply("exp", (self.exponent() if self.accept("^") else number(1),)), word.start)
        if not self.accept("^") or self.is_transpose():
            return None
        power = self.exponent()
        return None if isinstance(power, Number) else self._placed(Apply("exp", (power,)), word.start)

    def _constant_word(self) -> Expr | None:
        word = self.take().text
        return Apply(CONSTANTS[word], ()) if word in CONSTANTS else None
