"""A position in a list of tokens, and reading names from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from derive.errors import suggestion
from derive.language.code_words import SIGNS, WORDS
from derive.language.names import ACCENTS, Name, SubscriptItem, Symbol
from derive.language.tokens import TextError, Token, tokenize

MAX_NESTING = 60
MAX_INDEX_DIGITS = 9
_SIGN_WORDS = {"-": "minus", "+": "plus", "*": "star"}
_SHOWN = 60
_BEHIND = frozenset("'^_")
"""What goes on with a name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a text may refer to: defined names by id, functions by spelling → row key, loop letters → their value."""

    names: Mapping[str, Name]
    functions: Mapping[str, str]
    indices: Mapping[str, int] = field(default_factory=dict)


def named_item(symbol: Symbol) -> SubscriptItem:
    """A name as part of a subscript: a word where it is nothing more."""
    return symbol.base if symbol == Symbol(symbol.base) else symbol


class Cursor:
    """Reads tokens one by one; `depth` bounds the nesting, `terms` the terms of sums that are written out."""

    most_terms = 2_000
    naming = False  # whether `W1` is `W_1` even where that is not known: on the left of an equation, in a key

    def __init__(self, text: str, scope: Scope, tokens: list[Token] | None = None) -> None:
        self.text, self.scope = text, scope
        self.tokens = tokenize(text) if tokens is None else tokens
        self.at = 0
        self.depth = 0
        self.terms = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.at + offset, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.tokens[self.at]
        if self.at < len(self.tokens) - 1:
            self.at += 1
        return token

    def is_op(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        return token.text in texts and token.kind == "op"

    def accept(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        if token.text not in texts or token.kind != "op":
            return False
        self.take()
        return True

    def expect(self, text: str, opened: Token | None = None) -> Token:
        if self.is_op(text):
            return self.take()
        if opened is not None and self.token.kind == "end":
            raise self.error(f"`{opened.text}` is never closed", f"expected `{text}`", opened)
        raise self.unexpected(f"`{text}`")

    def error(self, message: str, hint: str = "", token: Token | None = None) -> TextError:
        token = token or self.token
        return TextError(message, hint, token.start, max(token.end, token.start + 1))

    def unexpected(self, expected: str) -> TextError:
        sign = SIGNS.get(self.token.text, "") if self.token.kind == "op" else ""
        return self.error(self._found(), sign or f"expected {expected}")

    def _found(self) -> str:
        return "the text ends here" if self.token.kind == "end" else f"`{self.written(self.token)}` does not fit here"

    def written(self, token: Token) -> str:
        """The token as it stands in the text, shortened where it is long."""
        return self.shown(token.start, token.end)

    def shown(self, start: int, end: int) -> str:
        """A piece of the text for a message."""
        return self.text[start:end] if end - start <= _SHOWN else f"{self.text[start : start + _SHOWN]}…"

    def split(self, at: int, *lengths: int) -> None:
        """The token at `at` as several: pieces of `lengths`, then the rest."""
        token = self.tokens[at]
        cuts = dict.fromkeys((0, *lengths, len(token.text)))
        self.tokens[at : at + 1] = [
            Token(token.kind, token.text[a:b], token.start + a, token.start + b, glued=token.glued or a > 0)
            for a, b in pairwise(cuts)
        ]

    def integer(self) -> int:
        token = self.token
        if token.kind != "number" or not token.text.isdigit():
            raise self.unexpected("a whole number, or the letter of `for i = 1..3:` or of `\\sum_{i=1}^{3}`")
        if len(token.text) > MAX_INDEX_DIGITS:
            raise self.error("the number is too long", f"at most {MAX_INDEX_DIGITS} digits")
        return int(self.take().text)

    # --- names ---------------------------------------------------------------------------------------------------

    def symbol(self, word: str | None = None) -> Symbol:
        """A symbol at the cursor, defined or not; `word` stands for its base where that was taken already."""
        base, accent = word, ""
        begin = self.token.start if base is None else self.tokens[self.at - 1].start
        if base is None:
            base, accent = self._base()
        if self.token.kind == "accent":
            accent = self.take().text
        primes, superscript = 0, ""
        subscript: tuple[SubscriptItem, ...] = self._number_behind(base, accent)
        while self.tokens[self.at].text in _BEHIND:
            if found := self.primes():
                primes += found
            elif self.is_op("_"):
                items = self._subscript()
                if len(items) == 1 and items[0] in ACCENTS and not accent and not subscript:
                    accent = str(items[0])
                else:
                    subscript += items
            elif not superscript and (marks := self._superscript(Symbol(base, accent, primes, subscript))):
                superscript = marks
            else:
                self._nothing_bare_above(begin)
                break
        return Symbol(base, accent, primes, subscript, superscript, self._helper(base))

    def _number_behind(self, base: str, accent: str) -> tuple[int, ...]:
        """The subscript of a name that is written `W1`; none where that is a product."""
        token = self.token
        if token.kind != "number" or not token.glued or not token.text.isdigit() or len(token.text) > MAX_INDEX_DIGITS:
            return ()
        number = int(token.text)
        if not self.naming and Symbol(base, accent, 0, (number,)).id not in self.scope.names:
            return ()
        self.take()
        return (number,)

    def function_name(self) -> str:
        """The word at the cursor, with the words and the number that belong to it: `log_softmax`, `log10`, `log_2`."""
        name = self.take().text
        while self.is_op("_") and self.peek().kind == "word" and self.token.glued:
            self.take()
            name += "_" + self.take().text
        if self.token.kind == "number" and self.token.glued and self.is_function(name + self.token.text):
            name += self.take().text
        braced = self.peek().text == "{"
        below = self.peek(1 + braced)
        if self.is_op("_") and below.kind == "number" and self.is_function(name + below.text):
            self.at += 2 + 2 * braced
            name += below.text
        return name

    def is_function(self, name: str) -> bool:
        """Whether a name is that of an operation."""
        return name in self.scope.functions

    def primes(self) -> int:
        """How many primes stand at the cursor, `'` or `^{\\prime}`; they are taken."""
        count = 0
        while self.tokens[self.at].text in {"'", "^"}:
            raised = self.is_op("^")
            braced = raised and self.peek().text == "{"
            if self.peek(raised + braced).text != "'" or (braced and self.peek(3).text != "}"):
                break
            for _ in range(1 + raised + 2 * braced):
                self.take()
            count += 1
        return count

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
        if self.is_op("+", "-"):
            letter = self.written(self.tokens[self.at - 1])
            hint = f"write `h_0` and `h_1` for before and after, or repeat the equations with `for {letter} = 1..3:`"
            raise self.error(f"nothing says what `{letter}` is", hint, self.tokens[self.at - 1])
        self.expect("}")
        return tuple(items)

    def _subscript_item(self, braced: bool = False) -> SubscriptItem:
        """An integer, a word, or (in braces) index arithmetic with a loop letter, `t-1`, or a whole name, `W_1`."""
        kind, text = self.token[:2]
        if kind not in {"number", "word"}:
            raise self.unexpected("a number or a word as subscript")
        if braced and (kind == "number" or text in self.scope.indices):
            return self.count()
        if kind == "number":
            return self.integer()
        word = self.take().text
        if word in self.scope.indices:
            return self.scope.indices[word]
        if not braced:
            return word
        self.deeper()
        inner = self.symbol(word)
        self.depth -= 1
        return named_item(inner)

    def deeper(self) -> None:
        """One level further in: whoever asks for it takes it off `depth` again. Raises TextError beyond MAX_NESTING."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error("this is nested too deeply", f"at most {MAX_NESTING} levels are read")

    def count(self) -> int:
        """Arithmetic of whole numbers and loop letters at the cursor: `3`, `t-1`, `4-k`, `2k+1`."""
        value = self._counted_term()
        while self.is_op("+", "-"):
            sign = 1 if self.take().text == "+" else -1
            value += sign * self._counted_term()
        return value

    def _counted_term(self) -> int:
        indices = self.scope.indices
        value = 1 if self.token.text in indices else self.integer()
        self.accept("*")
        if self.token.kind == "word" and self.token.text in indices:
            value *= indices[self.take().text]
        return value

    def _superscript(self, name: Symbol) -> str:
        """`^{[1]}`, `^{(1)}` or `^{[1](2)}` as part of a name, or an empty string with nothing taken.

        Without braces `^[1]` is; what stands in round brackets only where the whole is a name that is known.
        """
        if not self.is_op("^"):
            return ""
        braced = self.peek().text == "{"
        marks, end = [], 2 if braced else 1
        while mark := self._bracketed(end):
            marks.append(mark)
            end += 3
        if not braced and not self._is_marked(replace(name, superscript="".join(marks))):
            marks = marks[:1] if marks and marks[0].startswith("[") else []
            end = 1 + 3 * len(marks)
        if not marks or (braced and self.peek(end).text != "}"):
            return ""
        for _ in range(end + braced):
            self.take()
        return "".join(marks)

    def _nothing_bare_above(self, begin: int) -> None:
        """Raises TextError at `W^{-}`, `W⁻` or `W^{(+)}`, and in a key at `W^-` and `W^{neg}`, which are no names."""
        end = 1
        while self.peek(end).text in {"{", "("}:
            end += 1
        above, behind = self.peek(end), self.peek(end + 1)
        bare = self.naming and above.kind == "word" and above.text != "T"
        word = _SIGN_WORDS.get(above.text, above.text if bare else "")
        if word and (behind.text in {"}", ")"} if end > 1 else self.naming and behind.kind == "end"):
            name = self.shown(begin, self.token.start)
            hint = f"write `{name}^{{({word})}}`" + (f", or `{name}_{word}`" if "_" not in name else "")
            raise self.error("above a name stands a number or a word in brackets", hint)

    def _is_marked(self, name: Symbol) -> bool:
        """Whether a name with a superscript is known, or one of which it is an entry, not the power of a known name."""
        shorter = replace(name, superscript="").id not in self.scope.names
        counts = range(len(name.subscript), -1 if shorter else len(name.subscript) - 1, -1)
        return any(replace(name, subscript=name.subscript[:count]).id in self.scope.names for count in counts)

    def _bracketed(self, offset: int) -> str:
        """A number or word in brackets, so many tokens further on; an empty string for anything else."""
        opening, inner, closing = self.peek(offset), self.peek(offset + 1), self.peek(offset + 2)
        if (opening.text, closing.text) not in {("[", "]"), ("(", ")")} or inner.kind not in {"number", "word"}:
            return ""
        return f"{opening.text}{self.scope.indices.get(inner.text, inner.text)}{closing.text}"

    def _helper(self, base: str) -> int:
        """The `:1` of a helper step's name."""
        if self.is_op(":") and self.token.glued and self.peek().kind == "number" and self.peek().glued:
            self.take()
            return self.integer()
        return 0

    def unknown(self, symbol: Symbol, start: int) -> TextError:
        """The error for a name that is nowhere defined."""
        end = max(self.tokens[self.at - 1].end, start + 1)
        if symbol.id in self.scope.functions:
            return TextError(f"`{symbol.id}` is an operation", f"write `{symbol.id}(x)`, with parentheses", start, end)
        hint = WORDS.get(symbol.id) or self._letter_hint(symbol) or suggestion(symbol.id, [*self.scope.names])
        hint = hint or "give it a value, or an equation above this line"
        return TextError(f"`{self.shown(start, end)}` is not defined", hint, start, end)

    def _letter_hint(self, symbol: Symbol) -> str:
        """What to do about `z_j` where z is known, and nothing says what j is."""
        *before, last = symbol.subscript or ("",)
        whole = replace(symbol, subscript=tuple(before))
        if not (isinstance(last, str) and len(last) == 1 and whole.id in self.scope.names):
            return ""
        return f"nothing says what `{last}` is: write all entries at once, `{whole}`, or `for {last} = 1..3:` above"
