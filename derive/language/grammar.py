"""The grammar: text → expressions. One parser for problem files, derivations and students' answers.

Nothing is evaluated; length (MAX_LENGTH), nesting (MAX_NESTING, MAX_DEPTH) and exponents (MAX_EXPONENT) are bounded, so
that reading costs time in proportion to the text.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from derive.errors import suggestion
from derive.language.arguments import ArgumentReader
from derive.language.bounds import MAX_DEPTH, MAX_EXPONENT, TOO_DEEP, check_bounds, quotient_of
from derive.language.code_words import SIGNS, WORDS
from derive.language.counters import counted
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Equation, Expr, Number, Ref, number
from derive.language.names import ACCENTS, GREEK, Symbol
from derive.language.numbers import MAX_DIGITS, parse_number
from derive.language.tokens import TextError

__all__ = ["MAX_DIGITS", "MAX_EXPONENT", "parse", "parse_equation", "parse_left_side", "parse_number"]

CONSTANTS = {"pi": "pi"} | dict.fromkeys(("inf", "infty", "infinity", "Infinity"), "infinity")
"""Words that are numbers, as long as no value has that name."""
_PRODUCTS = {"*": "product", "⊙": "times"}
RELATIONS = ("=", "≈", "<-")
_BARE = frozenset({"log", "ln", "exp", "sin", "cos", "tan", "arctan", "sinh", "cosh", "tanh"})
"""Functions that mathematics writes without parentheses around one factor."""


def parse(text: str, scope: Scope) -> Expr:
    """The expression that `text` writes. Raises TextError with the position of the first fault."""
    reader = Parser(text, scope)
    expr = reader.sum()
    if reader.token.kind != "end":
        raise reader.unexpected("an operator or the end")
    check_bounds(expr, text)
    return expr


def parse_equation(text: str, scope: Scope) -> tuple[str, Equation]:
    """The relation (`=`, `≈` or `<-`) and the equation that `text` writes. Raises TextError."""
    reader = Parser(text, scope)
    name = reader.left_side()
    relation = reader.relation()
    expr = reader.compared()
    if reader.token.kind != "end":
        raise reader.unexpected("an operator or the end of the equation")
    check_bounds(expr, text)
    return relation, Equation(name, expr, rounded=relation == "≈")


def parse_left_side(text: str, scope: Scope) -> Symbol:
    """The name on the left of an equation."""
    reader = Parser(text, scope)
    name = reader.left_side()
    if not reader.is_op("("):  # `u(x) = …`, which is told where the line is read
        reader.relation()
    return name


class Parser(ArgumentReader):
    """Recursive descent, loosest first: sum, product, power, primary.

    `lenient` reads `a/b c` from left to right, where equations ask for parentheses; `beside` are the kinds of tokens
    that are a factor beside another one; `transposes` are the letters that transpose what they are put on.
    """

    lenient = False
    beside = frozenset({"word", "number"})
    transposes: tuple[str, ...] = ("T",)

    def left_side(self) -> Symbol:
        """The name that an equation defines."""
        self.naming = True
        name = self.symbol()
        self.naming = False
        return name

    def relation(self) -> str:
        if self.token.text in SIGNS and self.token.kind == "op":
            raise self.error(f"`{self.token.text}` has no meaning here", SIGNS[self.token.text])
        first = self.tokens[0]
        if not self.is_op(*RELATIONS) and first.kind == "word" and first.text in WORDS:
            raise self.error(f"`{first.text}` belongs to a program", WORDS[first.text], first)
        if self.is_op("("):
            name = self.shown(first.start, self.token.start).strip()
            hint = f"write `{name} = …` alone; at another place it has another name and an equation of its own"
            raise self.error(f"`{name}` is a quantity, which has no arguments", hint)
        if not self.is_op(*RELATIONS):
            raise self.unexpected("`=` after the name on the left")
        return self.take().text

    def sum(self) -> Expr:
        """Terms, with their signs."""
        start = self.token.start
        self.deeper()
        left, count = self.signed(), 1
        while self.is_op("+", "-"):
            count = self._one_more(count)
            op = "add" if self.take().text == "+" else "subtract"
            right = self.signed()
            left = counted(op, left, right) or Apply(op, (left, right), span=(start, self.tokens[self.at - 1].end))
        self.depth -= 1
        return left

    def _one_more(self, count: int) -> int:
        """One more than `count` operations in a row. Raises TextError beyond MAX_DEPTH."""
        if count > MAX_DEPTH:
            raise self.error(*TOO_DEEP)
        return count + 1

    def signed(self) -> Expr:
        """A product with the signs before it: `-x^2` is −(x²), `-2` a number."""
        start, negative = self.token.start, False
        while self.is_op("+", "-"):
            negative ^= self.take().text == "-"
        expr = self.product()
        return self.opposite(expr, start) if negative else expr

    def opposite(self, expr: Expr, start: int) -> Expr:
        """−expr, its sign at `start`; of a number the number."""
        if not isinstance(expr, Number):
            return Apply("negate", (expr,))
        return replace(expr, value=-expr.value, span=(start, expr.span[1]) if expr.span else None)

    def product(self) -> Expr:
        """Factors, side by side or with an operator."""
        start = self.token.start
        left, count = self.power(), 1
        divided = False
        while True:
            at, count = self.token, self._one_more(count)
            operator = at.text if at.kind == "op" else ""
            if operator in _PRODUCTS:
                self.take()
                left, divided = self._times(_PRODUCTS[operator], left, self.factor(), start), False
            elif operator == "/":
                self.take()
                divided = not isinstance(left, Number)  # a factor after it would be ambiguous
                left = self.quotient(left, right := self.factor(), start)
                divided = divided or not isinstance(right, Number)
            elif self.starts_factor():
                if divided and not self.lenient:
                    raise self.error(
                        f"`{self.shown(start, at.start).strip()} {self.written(at)}…` can be read in two ways",
                        "put parentheses around the denominator or around the quotient",
                    )
                left = self._times("product", left, self.power(), start)
            else:
                return left

    def _times(self, op: str, left: Expr, right: Expr, start: int) -> Expr:
        return counted(op, left, right) or Apply(op, (left, right), span=(start, self.tokens[self.at - 1].end))

    def quotient(self, left: Expr, right: Expr, start: int) -> Expr:
        """left/right, of two numbers one number; a problem's decimals stand as they are: 1.03/2.204."""
        if not (isinstance(left, Number) and isinstance(right, Number)) or (
            (left.decimal or right.decimal) and right.value and not self.lenient
        ):
            return Apply("divide", (left, right), span=(start, self.tokens[self.at - 1].end))
        try:
            return replace(number(quotient_of(left.value, right.value)), counter=left.counter or right.counter)
        except ValueError as wrong:
            raise self.error(str(wrong), "", self.tokens[self.at - 1]) from None

    def factor(self) -> Expr:
        """What may follow an operator: a factor, with a sign."""
        start = self.token.start
        if self.accept("-"):
            return self.opposite(self.power(), start)
        self.accept("+")
        return self.power()

    def starts_factor(self) -> bool:
        token = self.token
        if token.kind in self.beside:
            return not self.is_between_cases()
        if token.kind == "command":
            return token.text != "end"
        return token.kind == "op" and (token.text in _FACTORS or (token.text in _BARS and not self.open_bars))

    def power(self) -> Expr:
        base = self.primary()
        while self.is_op("^", "'"):
            token = self.take()
            if token.text == "'":
                raise self.error("a prime cannot stand here", "it belongs behind a name: `W'`", token)
            base = self.raised(base)
        return base

    def raised(self, base: Expr) -> Expr:
        at = self.token
        if self.is_transpose():
            return Apply("transpose", (base,), span=(at.start, at.end))
        exponent = self.exponent()
        if isinstance(exponent, Number) and abs(exponent.value) > MAX_EXPONENT:
            raise self.error("the exponent is too large", f"at most {MAX_EXPONENT}", at)
        if isinstance(exponent, Number) and exponent.counter and exponent.value == 1:
            return base
        span = (at.start, self.tokens[self.at - 1].end)
        if isinstance(base, Apply) and base.op == "norm" and exponent == number(2):  # no root, and a slope at 0
            return Apply("sum", (Apply("power", (*base.args, exponent), span=span),), base.options, base.span)
        return Apply("power", (base, exponent), span=span)

    def is_transpose(self) -> bool:
        braced = self.is_op("{")
        if not braced:
            self._split_transpose()
        word, after = (self.peek(1), self.peek(2)) if braced else (self.token, self.peek(1))
        if word.kind != "word" or word.text not in self.transposes or (braced and after.text != "}"):
            return False
        for _ in range(3 if braced else 1):
            self.take()
        return True

    def _split_transpose(self) -> None:
        """`W^Tx` is `W^T x`, as TeX reads it, unless `Tx` is a name."""
        token = self.token
        if token.kind == "word" and token.text[0] == "T" and len(token.text) == token.end - token.start > 1:
            start = self.at
            known = self.symbol().id in self.scope.names
            self.at = start
            if not known:
                self.split(start, 1)

    def exponent(self) -> Expr:
        """A braced or parenthesised sum, or one primary, possibly with a sign."""
        if self.is_op("{"):
            return self.enclosed("}")
        start, negative = self.token.start, self.accept("-")
        inner = self.primary()
        mark = self.at
        if self.accept("^"):
            if self.is_transpose():
                self.at = mark  # of the whole power
            else:
                self.deeper()
                inner = self.raised(inner)
                self.depth -= 1
        return self.opposite(inner, start) if negative else inner

    # --- primaries -----------------------------------------------------------------------------------------------

    def primary(self) -> Expr:
        """A number, a name, or something in brackets."""
        self.counted()
        token = self.token
        if token.kind == "number":
            return self._alone(self.number())
        if token.kind == "word" or (token.kind == "command" and token.text in ACCENTS):
            return self.indexed(self.named())
        if token.kind == "command":
            return self.command()
        if token.kind == "op" and token.text in _BRACKETS:
            return _BRACKETS[token.text](self)
        raise self.unexpected("a number, a name or `(`")

    def _alone(self, number: Expr) -> Expr:
        """A number. Raises TextError where another one follows it."""
        if self.token.kind == "number":
            raise self.error("two numbers side by side", "put an operator between them")
        return number

    def named(self) -> Expr:
        """A derivative, a function applied, a defined name, or a run of defined letters."""
        start = self.token.start
        if slope := self.slope():
            return slope
        if call := self._call():
            return call
        mark = self.at
        symbol = self.symbol()
        end = self.tokens[self.at - 1].end
        known, letters = symbol.id in self.scope.names, self._is_product(mark)
        if known and letters:
            raise TextError(f"`{self.shown(start, end)}` can be read as one name or as a product",
                            "put spaces between the factors, or rename", start, end)  # fmt: skip
        if letters:
            self.split(mark, *range(1, len(self.tokens[mark].text)))
            self.at = mark
            symbol = self.symbol()
        if symbol.id in self.scope.names:
            return Ref(self.scope.names[symbol.id], (start, self.tokens[self.at - 1].end))
        return self._special(symbol, mark, start)

    def _is_product(self, mark: int) -> bool:
        """Whether the word at `mark` is a run of defined single letters (the last one takes the subscript)."""
        word, after = self.tokens[mark], self.at
        if word.kind != "word" or word.text in GREEK or not 1 < len(word.text) == word.end - word.start:
            return False
        self.at = mark + 1
        symbols = [*(Symbol(letter) for letter in word.text[:-1]), self.symbol(word.text[-1])]
        self.at = after
        return all(symbol.id in self.scope.names or symbol.id in self.scope.indices for symbol in symbols)

    def _special(self, symbol: Symbol, mark: int, start: int) -> Expr:
        """What a name means that nobody defined: a loop letter its value, `e^…`, `pi`, `x_i` an entry of x.

        Else raises the error for an unknown name.
        """
        word = self.tokens[mark].text
        if symbol.id in self.scope.indices:
            value = Fraction(self.scope.indices[symbol.id])
            return Number(value, span=(start, self.tokens[self.at - 1].end), counter=True)
        if entry := self.lettered_entry(symbol, start):
            return entry
        if word == "e" and self.at == mark + 1 and self.is_op("^"):
            self.take()
            return Apply("exp", (self.exponent(),), span=(start, self.tokens[self.at - 1].end))
        if word in CONSTANTS and self.at == mark + 1:
            return Apply(CONSTANTS[word], (), span=(start, start + 1))
        if applied := self._without_parentheses(symbol, start):
            return applied
        if symbol.id in self.scope.functions:
            hint = f"put it in parentheses: `{symbol.id}(…)`"
            end = self.tokens[self.at - 1].end
            raise TextError(f"`{symbol.id}` is an operation and needs an argument", hint, start, end)
        if self.is_op("(") and symbol.id == word:
            hint = WORDS.get(word.lower()) or suggestion(word, self.scope.functions)
            hint = hint or "`derive operations` lists the operations"
            raise TextError(f"`{word}` is not an operation", hint, start, self.tokens[self.at - 1].end)
        raise self.unknown(symbol, start)

    def _without_parentheses(self, symbol: Symbol, start: int) -> Expr | None:
        """`\\ln p`, `log x^2`: a function that is written without parentheses too, of the one factor behind it; None
        where there is none. Raises TextError where more could belong to it.
        """
        function = self.scope.functions.get("".join(map(str, (symbol.base, *symbol.subscript))))
        plain = symbol == Symbol(symbol.base, subscript=symbol.subscript) and symbol.base in _BARE
        if not plain or function is None or not self.starts_factor():
            return None
        argument = self.power()
        if self.starts_factor() or self.is_op(*_PRODUCTS, "/"):
            end = self.tokens[self.at - 1].end
            hint = f"put what `{symbol.id}` is applied to in parentheses: `{symbol.id}(…)`"
            read = f"`{self.shown(start, end)} {self.written(self.token)}…` can be read in two ways"
            raise TextError(read, hint, start, end)
        return Apply(function, (argument,), span=(start, self.tokens[self.at - 1].end))

    def _call(self) -> Expr | None:
        """`f(…)` at the cursor, or None with nothing taken."""
        mark, start = self.at, self.token.start
        spelling = self.function_name()
        spelling, sizes, axis = self.settings_below(spelling)
        spelling += "'" * self.primes()
        if not self.is_op("(") or spelling not in self.scope.functions:
            self.at = mark
            return None
        if spelling in self.scope.names:
            raise TextError(f"`{spelling}` is an operation and a name you defined", "rename the quantity",
                            start, self.token.start)  # fmt: skip
        args, options = self.arguments()
        options = tuple(sorted({**dict(axis), **dict(options)}.items()))
        return Apply(self.scope.functions[spelling], (*args, *sizes), options, (start, self.tokens[self.at - 1].end))


_FACTORS, _BARS = {"(", "[", "√", "∑", "∏", "⟨", "𝟙"}, {"|", "||"}

_BRACKETS: dict[str, Callable[[Parser], Expr]] = {
    "(": lambda parser: parser.parentheses(),
    "{": lambda parser: parser.braces(),
    "[": lambda parser: parser.blocks(),
    "√": lambda parser: parser.root(),
    "∑": lambda parser: parser.repeated(),
    "∏": lambda parser: parser.repeated(),
    "⟨": lambda parser: parser.inner_product(),
    "𝟙": lambda parser: parser.indicator(),
    "||": lambda parser: parser.norm(),
    "|": lambda parser: parser.bars(),
}
"""What reads what begins with a sign."""
