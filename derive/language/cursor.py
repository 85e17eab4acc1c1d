"""A position in a list of tokens, and reading names from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.errors import suggestion
from derive.language.names import ACCENTS, Derivative, Name, SubscriptItem, Symbol
from derive.language.tokens import TextError, Token, tokenize

MAX_NESTING = 60
MAX_INDEX_DIGITS = 9
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """What a text may refer to: defined names by id, functions by spelling → row key, loop letters → their value."""

    names: Mapping[str, Name]
    functions: Mapping[str, str]
    indices: Mapping[str, int] = field(default_factory=dict)


class Cursor:
    """Reads tokens one by one; `depth` bounds the nesting."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.tokens = tokenize(text)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.at + offset, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def is_op(self, *texts: str) -> bool:
        return self.token.kind == "op" and self.token.text in texts

    def accept(self, *texts: str) -> bool:
        if self.is_op(*texts):
            self.take()
            return True
        return False

    def expect(self, text: str, opened: Token | None = None) -> Token:
        if self.is_op(text):
            return self.take()
        if opened is not None and self.token.kind == "end":
            raise self.error(f"`{opened.text}` is never closed", f"expected `{text}`", opened)
        raise self.error(self._found(), f"expected `{text}`")

    def error(self, message: str, hint: str = "", token: Token | None = None) -> TextError:
        token = token or self.token
        return TextError(message, hint, token.start, max(token.end, token.start + 1))

    def unexpected(self, expected: str) -> TextError:
        return self.error(self._found(), f"expected {expected}")

    def _found(self) -> str:
        return "the text ends here" if self.token.kind == "end" else f"`{self.written(self.token)}` does not fit here"

    def written(self, token: Token) -> str:
        """The token as it stands in the text, shortened where it is long."""
        return self.shown(token.start, token.end)

    def shown(self, start: int, end: int) -> str:
        """A piece of the text for a message."""
        return self.text[start:end] if end - start <= _SHOWN else f"{self.text[start : start + _SHOWN]}…"

    def integer(self) -> int:
        if self.token.kind != "number" or not self.token.text.isdigit():
            raise self.unexpected("a whole number")
        if len(self.token.text) > MAX_INDEX_DIGITS:
            raise self.error("the number is too long", f"at most {MAX_INDEX_DIGITS} digits")
        return int(self.take().text)

    # --- names ---------------------------------------------------------------------------------------------------

    def symbol(self, word: str | None = None) -> Symbol:
        """A symbol at the cursor, defined or not; `word` stands for its base where that was taken already."""
        base, accent = word, ""
        if base is None:
            base, accent = self._base()
        if self.token.kind == "accent":
            accent = self.take().text
        primes, superscript = 0, ""
        subscript: tuple[SubscriptItem, ...] = ()
        while True:
            if self.is_op("'"):
                self.take()
                primes += 1
            elif self.is_op("_"):
                items = self._subscript()
                if items in {(a,) for a in ACCENTS} and not accent and not subscript:
                    accent = str(items[0])
                else:
                    subscript += items
            elif not superscript and (found := self._bracketed_superscript()):
                superscript = found
            else:
                return Symbol(base, accent, primes, subscript, superscript, self._helper(base))

    def _base(self) -> tuple[str, str]:
        if self.token.kind == "command" and self.token.text in ACCENTS:
            accent = self.take().text
            braced = self.accept("{")
            if self.token.kind != "word":
                raise self.unexpected("the letter under the accent")
            base = self.take().text
            if braced:
                self.expect("}")
            return base, accent
        if self.token.kind != "word":
            raise self.unexpected("a name")
        return self.take().text, ""

    def _subscript(self) -> tuple[SubscriptItem, ...]:
        self.take()
        if not self.accept("{"):
            return (self._subscript_item(),)
        items = [self._subscript_item(braced=True)]
        while self.accept(","):
            items.append(self._subscript_item(braced=True))
        self.expect("}")
        return tuple(items)

    def _subscript_item(self, braced: bool = False) -> SubscriptItem:
        """An integer, a word, or (in braces) index arithmetic with a loop letter: `t-1`."""
        if self.token.kind == "number":
            return self.integer()
        if self.token.kind != "word":
            raise self.unexpected("a number or a word as subscript")
        word = self.take().text
        if word not in self.scope.indices:
            return word
        value = self.scope.indices[word]
        while braced and self.is_op("+", "-"):
            sign = 1 if self.take().text == "+" else -1
            value += sign * self.integer()
        return value

    def _bracketed_superscript(self) -> str:
        """`^{[1]}` or `^{(1)}` (also `^[1]`) as part of a name, or an empty string with nothing taken."""
        if not self.is_op("^"):
            return ""
        braced = self.peek(1).text == "{"
        opening = self.peek(2 if braced else 1)
        closing = {"[": "]", "(": ")"}.get(opening.text)
        inner, close = self.peek(3 if braced else 2), self.peek(4 if braced else 3)
        if closing is None or close.text != closing or inner.kind not in {"number", "word"}:
            return ""
        if not braced and opening.text == "(":
            return ""
        index = self.scope.indices.get(inner.text, inner.text)
        for _ in range(6 if braced else 4):
            self.take()
        return f"{opening.text}{index}{closing}"

    def _helper(self, base: str) -> int:
        """The `:1` of a helper step's name."""
        if self.is_op(":") and self.token.glued and self.peek().kind == "number" and self.peek().glued:
            self.take()
            return self.integer()
        return 0

    def derivative(self) -> Derivative | None:
        """`dL/dW_1` (or with ∂, or as a fraction) at the cursor, or None with nothing taken."""
        start = self.at
        fraction = self.token.kind == "command" and self.token.text == "frac"
        if fraction:
            self.take()
        of = self._differential(braces=fraction)
        if of is not None and (fraction or self.accept("/")):
            by = self._differential(braces=fraction)
            if by is not None and of.id in self.scope.names and by.id in self.scope.names:
                via = self._via()
                return Derivative(of, by, via)
        self.at = start
        return None

    def _differential(self, braces: bool) -> Symbol | None:
        if braces and not self.accept("{"):
            return None
        token = self.token
        if token.kind != "word" or not token.text.startswith("d"):
            return None
        self.take()
        if token.text == "d":
            if self.token.kind != "word" and self.token.kind != "command":
                return None
            symbol = self.symbol()
        else:
            symbol = self.symbol(token.text[1:])
        if braces and not self.accept("}"):
            return None
        return symbol

    def _via(self) -> Symbol | None:
        if not (self.is_op("|") and self.token.glued):
            return None
        self.take()
        return self.symbol()

    def unknown(self, symbol: Symbol, start: int) -> TextError:
        """The error for a name that is nowhere defined."""
        end = max(self.tokens[self.at - 1].end, start + 1)
        if symbol.id in self.scope.functions:
            return TextError(f"`{symbol.id}` is an operation", f"write `{symbol.id}(x)`, with parentheses", start, end)
        if symbol.id in self.scope.indices:
            return TextError(f"`{symbol.id}` is a loop letter", "it can only count in subscripts", start, end)
        hint = suggestion(symbol.id, [*self.scope.names]) or "give it a value, or an equation above this line"
        return TextError(f"`{self.shown(start, end)}` is not defined", hint, start, end)
