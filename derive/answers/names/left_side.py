"""The name on the left of an answer: a quantity, a derivative in any notation, a function's value, an updated one."""

from dataclasses import replace
from typing import TypeAlias

from derive.answers.names.lexicon import Quantity
from derive.answers.names.name_parser import NameParser
from derive.language.cursor import MAX_NESTING
from derive.language.expressions import Apply, Entry, Expr, Ref
from derive.language.names import ACCENTS, Name, Symbol

NEXT = -1
UPDATED = {"new", "neu", "next", "updated", "after", "upd", "nouveau", "nuevo"}

Meaning: TypeAlias = tuple[Quantity, int | None]
"""A quantity, and after which update: NEXT for the one of this pass, None where nothing says so."""


class LeftSide(NameParser):
    """Reads the left side of an answer. Raises TextError for what is no name."""

    update: int | None = None
    layer_first = False
    """Whether a name has its subscript behind what stands on top, as entries of a layer have: `a^{(1)}_2`."""

    def meaning(self) -> Meaning | None:
        """What the text names; None if it names nothing in this problem, or several things."""
        quantity = self._quantity()
        if quantity is not None:
            quantity = self._suffixed(quantity)
        return (quantity, self.update) if quantity is not None and self.token.kind == "end" else None

    def _quantity(self) -> Quantity | None:
        if self.is_op("(") and (slope := self.slope()):
            return slope
        if self.is_op("{", "(") and self.depth < MAX_NESTING:
            self.depth += 1
            closing = "}" if self.take().text == "{" else ")"
            inner = self._quantity()
            if inner is not None and self.accept("^") and not self._updated():
                return None
            self.expect(closing)
            return inner
        start = self.at
        for attempt in (self.slope, self._nabla, self._value, self.quantity):
            found = attempt()
            if found is not None:
                return found
            self.at = start
        return None

    def _nabla(self) -> Quantity | None:
        """`\\nabla_{W} L`, `∇W`."""
        if self.take().text not in {"nabla", "grad"}:
            return None
        self.accept("_")
        by = self._quantity()
        loss = self.lexicon.derivation.loss
        if self.token.kind == "word":
            self.take()
        return self.lexicon.derivative(Ref(loss), by) if loss else None

    def differential(self) -> Quantity | None:
        """`dL`, also `d(L)`."""
        if self.token.text == "d" and self.peek().text in {"{", "("}:
            self.take()
            return self._quantity()
        return super().differential()

    # --- values of functions, names ----------------------------------------------------------------------------------

    def _value(self) -> Quantity | None:
        """`σ(z_2)` as the step that it is, `σ'(z_2)` as the local derivative."""
        if self.token.kind != "word":
            return None
        function, primes = self.function_name(), self.primes()
        if not self.accept("("):
            return None
        arg = self._quantity()
        if arg is None or not self.accept(")"):
            return None
        found = self.lexicon.function(function, primes, (arg,))
        return found if isinstance(found, Ref | Entry) else self._step(found)

    def _step(self, expr: Expr | None) -> Ref | None:
        """The one forward step that an expression is."""
        if not isinstance(expr, Apply):
            return None
        named: list[Name] = [step.name for step in self.lexicon.derivation.forward if step.expr == expr]
        return Ref(named[0]) if len(named) == 1 else None

    def quantity(self) -> Quantity | None:
        accented = self.token.kind == "command" and self.token.text in ACCENTS
        return self.meant(self.whole_symbol()) if self.token.kind == "word" or accented else None

    def whole_symbol(self, base: str | None = None) -> Symbol:
        start = self.at
        symbol = super().whole_symbol(base)
        signs = [token.text for token in self.tokens[start : self.at] if token.text in {"^", "_"}]
        self.layer_first = signs == ["^", "_"]
        words = [item for item in symbol.subscript if isinstance(item, str) and item.lower() in UPDATED]
        if words:
            self.update = NEXT
            symbol = replace(symbol, subscript=tuple(item for item in symbol.subscript if item not in words))
        return symbol

    def meant(self, symbol: Symbol) -> Quantity | None:
        """The quantity of a symbol; a prime or a number on top that names nothing counts updates."""
        if symbol.accent == "tilde" and symbol.id not in self.lexicon.names:
            self.update = NEXT
            symbol = replace(symbol, accent="")
        if symbol.primes and symbol.id not in self.lexicon.names:
            self.update = symbol.primes if symbol.primes > 1 else NEXT
            symbol = replace(symbol, primes=0)
        found = super().meant(symbol)
        if found is None and (part := self.lexicon.slice(symbol)):
            return part
        if isinstance(found, Ref) or not symbol.superscript or (found and self.layer_first):
            return found
        updated = super().meant(replace(symbol, superscript=""))
        count = _updates(symbol.superscript.strip("[]()"))
        if updated is None or count is None or not self.lexicon.derivation.updates:
            return found
        self.update = count
        return updated

    # --- what may stand behind ---------------------------------------------------------------------------------------

    def _suffixed(self, quantity: Quantity) -> Quantity | None:
        """An entry behind the name (`[1,2]`, `_{12}` behind a bracket), or the sign of an update."""
        while self.token.kind != "end":
            if self.is_op("[", "_"):
                entry = self._entry(quantity)
                if entry is None:
                    return None
                quantity = entry
            elif not (self.accept("^") and self._updated()):
                return None
        return quantity

    def _entry(self, quantity: Quantity) -> Quantity | None:
        if not isinstance(quantity, Ref):
            return None
        closing = "]" if self.take().text == "[" else "}" if self.accept("{") else ""
        numbers = [self.integer()]
        while closing and self.accept(","):
            numbers.append(self.integer())
        if closing:
            self.expect(closing)
        index = self.lexicon.index(quantity.name, tuple(numbers))
        if index is None and len(numbers) == 1:
            index = self.lexicon.index(quantity.name, tuple(int(digit) for digit in str(numbers[0])))
        if index is None:
            index = self.lexicon.leading(quantity.name, tuple(numbers))
        return None if index is None else Entry(quantity.name, index)

    def _updated(self) -> bool:
        """`^{new}`, `^{(new)}`, `^+`: the value after the update of this pass."""
        opened = [token for token in (self.token, self.peek()) if token.text in {"{", "("}]
        for _ in opened:
            self.take()
        word = self.take()
        for _ in opened:
            self.accept("}", ")")
        self.update = NEXT
        return word.text.lower() in UPDATED or word.text == "+"


def _updates(layer: str) -> int | None:
    """How many updates stand on top of a name: `W^{(2)}`, `W^{(new)}`."""
    if layer.lower() in UPDATED:
        return NEXT
    return int(layer) if layer.isdigit() and len(layer) < 7 else None
