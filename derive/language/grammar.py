"""The grammar: text → expressions. One parser for problem files, derivations and students' answers.

Nothing is evaluated; length (MAX_LENGTH), nesting (MAX_NESTING) and exponents (MAX_EXPONENT) are bounded, so that
reading costs time in proportion to the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from derive.errors import suggestion
from derive.language.cursor import MAX_NESTING, Cursor, Scope
from derive.language.expressions import Apply, Equation, Expr, Number, Option, Options, Ref, Slice, number
from derive.language.names import ACCENTS, GREEK, Symbol
from derive.language.tokens import TextError

MAX_EXPONENT = 1_000
MAX_DIGITS = 5_000
AXES = ("rows", "columns")
RELATIONS = ("=", "≈", "<-")


def parse(text: str, scope: Scope) -> Expr:
    """The expression that `text` writes. Raises TextError with the position of the first fault."""
    reader = _Parser(text, scope)
    expr = reader.sum()
    if reader.token.kind != "end":
        raise reader.unexpected("an operator or the end")
    return expr


def parse_equation(text: str, scope: Scope) -> tuple[str, Equation]:
    """The relation (`=`, `≈` or `<-`) and the equation that `text` writes. Raises TextError."""
    reader = _Parser(text, scope)
    name = reader.symbol()
    relation = reader.relation()
    expr = reader.sum()
    if reader.token.kind != "end":
        raise reader.unexpected("an operator or the end of the equation")
    return relation, Equation(name, expr, rounded=relation == "≈")


def parse_left_side(text: str, scope: Scope) -> Symbol:
    """The name on the left of an equation."""
    reader = _Parser(text, scope)
    name = reader.symbol()
    reader.relation()
    return name


def parse_number(text: str) -> Fraction:
    """An exact number: `0.1`, `-4.08e-7`, `1/3`. Raises ValueError."""
    top, slash, bottom = text.strip().replace("−", "-").partition("/")
    value = _decimal(top)
    return value / _decimal(bottom) if slash else value


def _decimal(text: str) -> Fraction:
    mantissa, _, exponent = text.strip().lower().partition("e")
    if len(mantissa) > MAX_DIGITS or abs(int(exponent or "0")) > MAX_DIGITS:
        raise ValueError("the number has too many digits")
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        raise ValueError(f"`{text}` is not a number") from None
    if not value.is_finite():
        raise ValueError(f"`{text}` is not a finite number")
    return Fraction(value)


class _Parser(Cursor):
    """Recursive descent, loosest first: sum, product, power, primary."""

    def relation(self) -> str:
        if not self.is_op(*RELATIONS):
            raise self.unexpected("`=` after the name on the left")
        return self.take().text

    def sum(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error("this is nested too deeply", f"at most {MAX_NESTING} levels are read")
        left = self._signed()
        while self.is_op("+", "-"):
            op = "add" if self.take().text == "+" else "subtract"
            left = Apply(op, (left, self._signed()))
        self.depth -= 1
        return left

    def _signed(self) -> Expr:
        """A product with the signs before it: `-x^2` is −(x²), `-2` a number."""
        negative = False
        while self.is_op("+", "-"):
            negative ^= self.take().text == "-"
        expr = self._product()
        if not negative:
            return expr
        return replace(expr, value=-expr.value) if isinstance(expr, Number) else Apply("negate", (expr,))

    def _product(self) -> Expr:
        start = self.token.start
        left = self._power()
        divided = False
        while True:
            at = self.token
            if self.accept("*"):
                left, divided = self._times("product", left, self._factor(), start), False
            elif self.accept("⊙"):
                left, divided = self._times("times", left, self._factor(), start), False
            elif self.accept("/"):
                left, divided = self._quotient(left, self._factor(), start)
            elif self._starts_factor():
                if divided:
                    raise self.error(
                        f"`{self.text[start : at.start].strip()} {self.written(at)}…` can be read in two ways",
                        "put parentheses around the denominator or around the quotient",
                    )
                left = self._times("product", left, self._power(), start)
            else:
                return left

    def _times(self, op: str, left: Expr, right: Expr, start: int) -> Expr:
        return Apply(op, (left, right), span=(start, self.tokens[self.at - 1].end))

    def _quotient(self, left: Expr, right: Expr, start: int) -> tuple[Expr, bool]:
        """left/right, and whether a factor after it would be ambiguous: not after a fraction of numbers."""
        if isinstance(left, Number) and isinstance(right, Number):
            if right.value == 0:
                raise self.error("division by 0", "", self.tokens[self.at - 1])
            return number(left.value / right.value), False
        return Apply("divide", (left, right), span=(start, self.tokens[self.at - 1].end)), True

    def _factor(self) -> Expr:
        """What may follow an operator: a factor, with a sign."""
        if self.accept("-"):
            inner = self._power()
            return replace(inner, value=-inner.value) if isinstance(inner, Number) else Apply("negate", (inner,))
        self.accept("+")
        return self._power()

    def _starts_factor(self) -> bool:
        token = self.token
        if token.kind in {"word", "number"}:
            return True
        if token.kind == "command":
            return token.text != "end"
        return token.kind == "op" and token.text in {"(", "[", "√", "∑"}

    def _power(self) -> Expr:
        base = self._primary()
        while self.is_op("^", "'"):
            token = self.take()
            if token.text == "'":
                raise self.error("a prime cannot stand here", "it belongs behind a name: `W'`", token)
            base = self._raised(base)
        return base

    def _raised(self, base: Expr) -> Expr:
        at = self.token
        if self._is_transpose():
            return Apply("transpose", (base,), span=(at.start, at.end))
        exponent = self._exponent()
        if isinstance(exponent, Number) and abs(exponent.value) > MAX_EXPONENT:
            raise self.error("the exponent is too large", f"at most {MAX_EXPONENT}", at)
        return Apply("power", (base, exponent), span=(at.start, at.end))

    def _is_transpose(self) -> bool:
        braced = self.is_op("{")
        word, after = (self.peek(1), self.peek(2)) if braced else (self.token, self.peek(1))
        if word.kind != "word" or word.text != "T" or (braced and after.text != "}"):
            return False
        for _ in range(3 if braced else 1):
            self.take()
        return True

    def _exponent(self) -> Expr:
        """A braced or parenthesised sum, or one primary, possibly with a sign."""
        if self.is_op("{"):
            return self._enclosed("}")
        negative = self.accept("-")
        inner = self._primary()
        if self.is_op("^"):
            self.take()
            inner = self._raised(inner)
        if not negative:
            return inner
        return replace(inner, value=-inner.value) if isinstance(inner, Number) else Apply("negate", (inner,))

    def _enclosed(self, closing: str) -> Expr:
        opened = self.take()
        inner = self.sum()
        self.expect(closing, opened)
        return inner

    # --- primaries -----------------------------------------------------------------------------------------------

    def _primary(self) -> Expr:
        token = self.token
        if token.kind == "number":
            return self._number()
        if token.kind == "word" or (token.kind == "command" and token.text in ACCENTS):
            return self._indexed(self._named())
        if token.kind == "command":
            return self._command()
        readers: dict[str, Callable[[], Expr]] = {
            "(": lambda: self._enclosed(")"),
            "{": lambda: self._enclosed("}"),
            "[": self._blocks,
            "√": self._root,
            "∑": self._summation,
            "|": self._bars,
        }
        if token.kind == "op" and token.text in readers:
            return readers[token.text]()
        raise self.unexpected("a number, a name or `(`")

    def _number(self) -> Expr:
        token = self.take()
        try:
            value = parse_number(token.text)
        except ValueError as wrong:
            raise self.error(str(wrong), "", token) from None
        if self.token.kind == "number":
            raise self.error("two numbers side by side", "put an operator between them")
        if self.depth == 1 and self.is_op(",") and self.peek().kind == "number":
            raise self.error("a comma cannot stand here", "in equations numbers are written with a point: 0.5")
        return Number(value, not token.text.isdigit(), (token.start, token.end))

    def _named(self) -> Expr:
        """A derivative, a function applied, a defined name, or a run of defined letters."""
        start = self.token.start
        if derivative := self.derivative():
            return Ref(derivative, (start, self.tokens[self.at - 1].end))
        if call := self._call():
            return call
        mark = self.at
        symbol = self.symbol()
        end = self.tokens[self.at - 1].end
        split = self._letters(mark)
        known = symbol.id in self.scope.names
        if known and split is not None:
            raise TextError(f"`{self.text[start:end]}` can be read as one name or as a product",
                            "put spaces between the factors, or rename", start, end)  # fmt: skip
        if known:
            return self._known(symbol, start)
        if split is not None:
            return split
        return self._special(symbol, mark, start)

    def _known(self, symbol: Symbol, start: int) -> Ref:
        return Ref(self.scope.names[symbol.id], (start, self.tokens[self.at - 1].end))

    def _letters(self, mark: int) -> Expr | None:
        """A run of several letters as a product of defined single letters (the last one takes the subscript)."""
        word = self.tokens[mark]
        if word.kind != "word" or len(word.text) < 2 or word.text in GREEK:
            return None
        after = self.at
        self.at = mark + 1
        symbols = [*(Symbol(letter) for letter in word.text[:-1]), self.symbol(word.text[-1])]
        if self.at != after or any(symbol.id not in self.scope.names for symbol in symbols):
            self.at = after
            return None
        product: Expr = Ref(symbols[0])
        for i, symbol in enumerate(symbols[1:], 1):
            product = Apply("product", (product, Ref(symbol)), span=(word.start, word.start + i + 1))
        return product

    def _special(self, symbol: Symbol, mark: int, start: int) -> Expr:
        """`e^…` and `pi` where nobody defined them; else the error for an unknown name."""
        word = self.tokens[mark].text
        if word == "e" and self.at == mark + 1 and self.is_op("^"):
            self.take()
            return Apply("exp", (self._exponent(),), span=(start, self.tokens[self.at - 1].end))
        if word == "pi" and self.at == mark + 1:
            return Apply("pi", (), span=(start, start + 1))
        if self.is_op("(") and symbol.id == word:
            hint = suggestion(word, self.scope.functions) or "`derive operations` lists the operations"
            raise TextError(f"`{word}` is not an operation", hint, start, self.tokens[self.at - 1].end)
        raise self.unknown(symbol, start)

    def _call(self) -> Expr | None:
        """`f(…)` at the cursor, or None with nothing taken."""
        mark, start = self.at, self.token.start
        spelling = self.take().text
        while self.is_op("_") and self.peek().kind == "word" and self.token.glued:
            self.take()
            spelling += "_" + self.take().text
        while self.is_op("'"):
            self.take()
            spelling += "'"
        if not self.is_op("(") or spelling not in self.scope.functions:
            self.at = mark
            return None
        if spelling in self.scope.names:
            raise TextError(f"`{spelling}` is an operation and a name you defined", "rename the quantity",
                            start, self.token.start)  # fmt: skip
        args, options = self._arguments()
        return Apply(self.scope.functions[spelling], args, options, (start, self.tokens[self.at - 1].end))

    def _arguments(self) -> tuple[tuple[Expr, ...], Options]:
        """Arguments, then an axis (`rows`, `columns`) and settings (`alpha = 0.1`)."""
        opened = self.take()
        args: list[Expr] = []
        options: dict[str, Option] = {}
        while not self.is_op(")"):
            if self.token.kind == "word" and self.token.text in AXES and self.peek().text in {")", ","}:
                options["axis"] = self.take().text
            elif self.token.kind == "word" and self.peek().text == "=":
                name = self.take().text
                self.take()
                options[name] = self._setting()
            else:
                args.append(self.sum())
            if not self.accept(",", ";"):
                break
        self.expect(")", opened)
        return tuple(args), tuple(sorted(options.items()))

    def _setting(self) -> Option:
        """A constant, a pair of constants, or a word."""
        if self.token.kind == "word":
            word = self.take().text
            return word == "true" if word in {"true", "false"} else word
        if self.is_op("(") and self._is_tuple():
            opened = self.take()
            values = [self._constant()]
            while self.accept(","):
                values.append(self._constant())
            self.expect(")", opened)
            return tuple(values)
        return self._constant()

    def _is_tuple(self) -> bool:
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return False
            if depth == 1 and token.text == ",":
                return True
        return False

    def _constant(self) -> Fraction:
        start = self.token
        expr = self._signed()
        if not isinstance(expr, Number):
            raise self.error("a setting must be a number", "", start)
        return expr.value

    def _indexed(self, expr: Expr) -> Expr:
        """`X[:, t]`: a bracket that touches a name indexes."""
        if not (self.is_op("[") and self.token.glued and isinstance(expr, Ref)):
            return expr
        opened = self.take()
        slices = [self._slice()]
        while self.accept(","):
            slices.append(self._slice())
        self.expect("]", opened)
        return Apply("index", (expr,), (("at", tuple(slices)),), (opened.start, self.tokens[self.at - 1].end))

    def _slice(self) -> Slice:
        start = None if self.is_op(":") else self._position()
        if not self.accept(":"):
            if start is None:
                raise self.unexpected("a number or `:`")
            return start
        stop = None if self.is_op(",", "]") else self._position()
        return (start, stop)

    def _position(self) -> int:
        if self.token.kind == "word" and self.token.text in self.scope.indices:
            value = self.scope.indices[self.take().text]
            while self.is_op("+", "-"):
                sign = 1 if self.take().text == "+" else -1
                value += sign * self.integer()
        else:
            value = self.integer()
        if value < 1:
            raise self.error("entries count from 1", "", self.tokens[self.at - 1])
        return value

    def _blocks(self) -> Expr:
        """`[x; h]` stacks, `[H_1, H_2]` stands side by side."""
        opened = self.take()
        rows = [self._block_row()]
        while self.accept(";"):
            rows.append(self._block_row())
        self.expect("]", opened)
        span = (opened.start, self.tokens[self.at - 1].end)
        return rows[0] if len(rows) == 1 else Apply("stack", tuple(rows), span=span)

    def _block_row(self) -> Expr:
        items = [self.sum()]
        while self.accept(","):
            items.append(self.sum())
        return items[0] if len(items) == 1 else Apply("beside", tuple(items))

    def _root(self) -> Expr:
        self.take()
        return Apply("sqrt", (self._primary(),))

    def _bars(self) -> Expr:
        opened = self.take()
        inner = self.sum()
        self.expect("|", opened)
        return Apply("abs", (inner,))

    def _command(self) -> Expr:
        token = self.token
        if token.text == "frac":
            if derivative := self.derivative():
                return Ref(derivative, (token.start, self.tokens[self.at - 1].end))
            self.take()
            top, bottom = self._group(), self._group()
            return self._quotient(top, bottom, token.start)[0]
        if token.text == "sqrt":
            self.take()
            return Apply("sqrt", (self._group(),))
        if token.text == "sum":
            return self._summation()
        if token.text == "begin":
            return self._environment()
        raise self.unexpected("a number, a name or `(`")

    def _group(self) -> Expr:
        if not self.is_op("{"):
            raise self.unexpected("`{`")
        return self._enclosed("}")

    def _environment(self) -> Expr:
        """`\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}`, of expressions."""
        opened = self.take()
        name = self._environment_name()
        rows = [[self.sum()]]
        while not (self.token.kind == "command" and self.token.text == "end"):
            if self.accept("\\\\"):
                if self.token.kind != "command" or self.token.text != "end":
                    rows.append([self.sum()])
            elif self.accept("&"):
                rows[-1].append(self.sum())
            else:
                raise self.error(f"`\\begin{{{name}}}` is never closed", f"expected `\\end{{{name}}}`", opened)
        self.take()
        self._environment_name()
        blocks = [row[0] if len(row) == 1 else Apply("beside", tuple(row)) for row in rows]
        return blocks[0] if len(blocks) == 1 else Apply("stack", tuple(blocks))

    def _environment_name(self) -> str:
        self.expect("{")
        if self.token.kind != "word":
            raise self.unexpected("the name of a matrix environment")
        name = self.take().text
        self.expect("}")
        return name

    def _summation(self) -> Expr:
        """`\\sum_{t=1}^{3} …`: the term once for each value of the letter, added up."""
        start = self.take()
        self.expect("_")
        self.expect("{")
        letter = self.take().text
        self.expect("=")
        first = self.integer()
        self.expect("}")
        self.expect("^")
        braced = self.accept("{")
        last = self.integer()
        if braced:
            self.expect("}")
        if not first <= last <= first + MAX_EXPONENT:
            raise self.error(f"a sum from {first} to {last}", f"at most {MAX_EXPONENT} terms", start)
        body, outer = self.at, self.scope
        total: Expr | None = None
        for value in range(first, last + 1):
            self.at = body
            self.scope = Scope(outer.names, outer.functions, {**outer.indices, letter: value})
            term = self._product()
            total = term if total is None else Apply("add", (total, term))
        self.scope = outer
        assert total is not None
        return total
