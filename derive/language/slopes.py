"""Derivatives as they are written: `dL/dW_1`, `∂u/∂x`, `d^2u/dx^2`, `d^2u/dx dy`, `\\frac{dL}{dw}`, `∇_w L`."""

from derive.language.cursor import Cursor
from derive.language.names import Derivative, Name, Symbol

MOST_ORDERS = 4


class SlopeReader(Cursor):
    """Reads the derivatives of names that are defined."""

    def derivative(self) -> Derivative | None:
        """The derivative at the cursor, or None with nothing taken."""
        start = self.at
        found = self._gradient() if self.token.text == "nabla" else self._quotient()
        if found is None:
            self.at = start
        return found

    def _gradient(self) -> Derivative | None:
        """`∇_w L`, also `∇_{W_1} L`."""
        if self.peek().text != "_":
            return None
        self.take()
        (item, *others) = self._subscript()
        by = self._known(item if isinstance(item, Symbol) else Symbol(str(item)))
        if others or by is None or self.token.kind not in {"word", "command"}:
            return None
        of = self._known(self.symbol())
        return None if of is None else Derivative(of, by)

    def _quotient(self) -> Derivative | None:
        """`d^2u/dx^2`, as a fraction or with a slash."""
        fraction = self.token.kind == "command" and self.token.text == "frac"
        if fraction:
            self.take()
            if not self.accept("{"):
                return None
        found, order = self._differential(0)
        between = (self.accept("}") and self.accept("{")) if fraction else self.accept("/")
        if found is None or not between or order > MOST_ORDERS:
            return None
        total = 0
        while total < order:
            by, times = self._differential(order - total, found)
            if by is None or total + times > order:
                return None
            for _ in range(times):
                found = Derivative(found, by)
            total += times
        if fraction and not self.accept("}"):
            return None
        return self._along_path(found)

    def _along_path(self, found: Name) -> Derivative | None:
        """The part of a derivative that comes through an equation, where `|z` follows it."""
        if not isinstance(found, Derivative) or not (self.is_op("|") and self.token.glued and self._begins_name(1)):
            return found if isinstance(found, Derivative) else None
        self.take()
        via = self._in_parentheses() if self.is_op("(") else self.symbol()
        return Derivative(found.of, found.by, via)

    def _begins_name(self, offset: int) -> bool:
        return self.peek(offset).kind in {"word", "command"} or self.peek(offset).text == "("

    def _differential(self, most: int, of: Name | None = None) -> tuple[Name | None, int]:
        """`dL`, `d^2L`: what is differentiated, and how often (`most` is 0); `dw^2`: by what, at most so often.

        The entry w_1 of w has a name of its own only in a derivative by it, that of `of`.
        """
        token, order = self.token, 1
        if token.kind != "word" or not token.text.startswith("d"):
            return None, 0
        self.take()
        if token.text != "d":
            name = self._known(self.symbol(token.text[1:]), of)
        else:
            order = self._order() if not most else 1
            if self.is_op("("):
                name = self._in_parentheses()
            else:
                name = self._known(self.symbol(), of) if self.token.kind in {"word", "command"} else None
        return name, self._order() if most > 1 else order

    def _in_parentheses(self) -> Name | None:
        self.take()
        inner = self.derivative()
        return inner if inner is not None and self.accept(")") else None

    def _order(self) -> int:
        """The raised number at the cursor; 1 with nothing taken where there is none."""
        braced = self.peek().text == "{"
        number = self.peek(1 + braced)
        if not self.is_op("^") or number.kind != "number" or not number.text.isdigit() or len(number.text) > 1:
            return 1
        for _ in range(2 + 2 * braced):
            self.take()
        return int(number.text)

    def _known(self, symbol: Symbol, of: Name | None = None) -> Name | None:
        """The name of a symbol that is defined, as it is before an update; else of an entry that `of` is derived by."""
        name = self.scope.names.get(symbol.id)
        if name is None and of is not None and Derivative(of, symbol).id in self.scope.names:
            return symbol
        return None if name is None else name.before
