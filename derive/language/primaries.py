"""The grammar's smallest parts: numbers, entries, blocks, roots, fractions, matrices and sums over a letter."""

from __future__ import annotations

from derive.language.cursor import MAX_NESTING, Cursor, Scope
from derive.language.expressions import Apply, Expr, Number, Ref, Slice
from derive.language.numbers import parse_number
from derive.language.tokens import Token

MAX_TERMS = 100
MAX_PARTS = 10_000


class Primaries(Cursor):
    """Reads what an expression is put together from; the grammar says how."""

    def __init__(self, text: str, scope: Scope, tokens: list[Token] | None = None) -> None:
        super().__init__(text, scope, tokens)
        self.parts = 0

    def sum(self) -> Expr:
        """A whole expression at the cursor."""
        raise NotImplementedError

    def product(self) -> Expr:
        """A term at the cursor."""
        raise NotImplementedError

    def primary(self) -> Expr:
        """A number, a name or something in brackets at the cursor."""
        raise NotImplementedError

    def quotient(self, left: Expr, right: Expr, start: int) -> Expr:
        """left/right; `start` is where it begins."""
        raise NotImplementedError

    def deeper(self) -> None:
        """One level further in: whoever asks for it takes it off `depth` again. Raises TextError beyond MAX_NESTING."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error("this is nested too deeply", f"at most {MAX_NESTING} levels are read")

    def counted(self) -> None:
        """One more part of the text is read. Raises TextError beyond MAX_PARTS, however often a sum repeats it."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.error("the expression is too long", f"at most {MAX_PARTS} numbers and names are read")

    def number(self) -> Expr:
        """A number at the cursor."""
        token = self.take()
        try:
            value = parse_number(token.text)
        except ValueError as wrong:
            raise self.error(str(wrong), "", token) from None
        if self.depth == 1 and self.is_op(",") and self.peek().kind == "number":
            raise self.error("a comma cannot stand here", "in equations numbers are written with a point: 0.5")
        return Number(value, not token.text.isdigit(), (token.start, token.end))

    def indexed(self, expr: Expr) -> Expr:
        """`X[:, t]`: a bracket that touches a name indexes."""
        if not (self.is_op("[") and self.token.glued and isinstance(expr, Ref)):
            return expr
        start = expr.span[0] if expr.span else self.token.start
        return Apply("index", (expr,), (("at", self.slices()),), (start, self.tokens[self.at - 1].end))

    def slices(self) -> tuple[Slice, ...]:
        """`[2:3, 1]`: for each axis a position, or from where to where."""
        opened = self.take()
        slices = [self._slice()]
        while self.accept(","):
            slices.append(self._slice())
        self.expect("]", opened)
        return tuple(slices)

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

    def blocks(self) -> Expr:
        """`[x; h]` stacks, `[H_1, H_2]` stands side by side."""
        opened = self.take()
        rows = [self._block_row()]
        while self.accept(";"):
            rows.append(self._block_row())
        self.expect("]", opened)
        span = (opened.start, self.tokens[self.at - 1].end)
        return rows[0] if len(rows) == 1 else Apply("stack", tuple(rows), span=span)

    def _block_row(self) -> Expr:
        start, items = self.token.start - 1, [self.sum()]
        while self.accept(","):
            items.append(self.sum())
        return items[0] if len(items) == 1 else Apply("beside", tuple(items), span=(start, self.token.end))

    def root(self) -> Expr:
        """`√x`."""
        self.take()
        self.deeper()
        inner = self.primary()
        self.depth -= 1
        return Apply("sqrt", (inner,))

    def bars(self) -> Expr:
        """`|x|`."""
        opened = self.take()
        inner = self.sum()
        self.expect("|", opened)
        return Apply("abs", (inner,))

    def slope(self) -> Expr | None:
        """A derivative at the cursor, or None with nothing taken."""
        start = self.token.start
        derivative = self.derivative()
        return Ref(derivative, (start, self.tokens[self.at - 1].end)) if derivative else None

    def command(self) -> Expr:
        """A LaTeX command that builds an expression."""
        token = self.token
        if token.text == "frac":
            if slope := self.slope():
                return slope
            self.take()
            top, bottom = self._group(), self._group()
            return self.quotient(top, bottom, token.start)
        if token.text == "sqrt":
            self.take()
            return Apply("sqrt", (self._group(),))
        if token.text == "sum":
            return self.summation()
        if token.text == "begin":
            return self.environment()
        raise self.unexpected("a number, a name or `(`")

    def _group(self) -> Expr:
        """`{…}`, or as in TeX one digit: `\\frac12`."""
        if self.token.kind == "number" and self.token.text.isdigit():
            self.split(self.at, 1)
            return self.number()
        if not self.is_op("{"):
            raise self.unexpected("`{`")
        return self.enclosed("}")

    def parentheses(self) -> Expr:
        """What stands between parentheses."""
        return self.enclosed(")")

    def enclosed(self, closing: str) -> Expr:
        """What stands between the bracket at the cursor and `closing`."""
        opened = self.take()
        inner = self.sum()
        self.expect(closing, opened)
        return inner

    def environment(self) -> Expr:
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

    def summation(self) -> Expr:
        """`\\sum_{t=1}^{3} …`: the term once for each value of the letter, added up."""
        start = self.take()
        self.expect("_")
        self.expect("{")
        if self.token.kind != "word":
            raise self.unexpected("the letter that counts")
        letter = self.take().text
        self.expect("=")
        first = self.integer()
        self.expect("}")
        self.expect("^")
        braced = self.accept("{")
        last = self.integer()
        if braced:
            self.expect("}")
        if not first <= last < first + MAX_TERMS:
            raise self.error(f"a sum from {first} to {last}", f"at most {MAX_TERMS} terms, upwards", start)
        body, outer = self.at, self.scope
        total: Expr | None = None
        for value in range(first, last + 1):
            self.at, self.terms = body, self.terms + 1
            if self.terms > self.most_terms:
                raise self.error("the sums have too many terms", f"at most {self.most_terms} in one text", start)
            self.scope = Scope(outer.names, outer.functions, {**outer.indices, letter: value})
            term = self.product()
            total = term if total is None else Apply("add", (total, term))
        self.scope = outer
        assert total is not None
        return total
