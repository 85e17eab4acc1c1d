"""Sums and products over a letter: with bounds the term once for each value, without them over all entries."""

from dataclasses import replace

from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, Ref
from derive.language.names import Symbol
from derive.language.slopes import SlopeReader
from derive.language.tokens import Token

MAX_TERMS = 100
FIRST_NUMBERS = 4  # of which one is there where quantities are numbered
MOST_AXES = 6  # of an array of which a subscript names an entry
_SUM, _PRODUCT = ("add", "sum"), ("product", "prod")
REPEATED = {"sum": _SUM, "∑": _SUM, "prod": _PRODUCT, "∏": _PRODUCT}
"""Signs that repeat a term for each value of a letter: the operation between the terms, and over all entries."""
_EACH = "each entry"
"""What stands around an array of which a formula means each entry, while the formula is read."""


class RepetitionReader(SlopeReader):
    """Reads what repeats a term; `everywhere` are the letters, one behind the other, that go over all entries."""

    everywhere = ""

    def product(self) -> Expr:
        """A term at the cursor."""
        raise NotImplementedError

    def lettered_entry(self, symbol: Symbol, start: int) -> Expr | None:
        """`x_i` where x is defined, and no x_i: an entry of it."""
        if self._is_numbered(symbol):
            return None
        for count in range(1, min(len(symbol.subscript), MOST_AXES) + 1):
            whole, behind = replace(symbol, subscript=symbol.subscript[:-count]), symbol.subscript[-count:]
            if whole.id not in self.scope.names:
                continue
            span = (start, self.tokens[self.at - 1].end)
            array = Ref(self.scope.names[whole.id], span)
            at = tuple(item for item in behind if isinstance(item, int) and item > 0)
            if len(at) == count:
                return Apply("index", (array,), (("at", at),), span)
            if self.everywhere and "".join(map(str, behind)) == self.everywhere:
                return Apply(_EACH, (array,), span=span)
        return None

    def _is_numbered(self, symbol: Symbol) -> bool:
        """Whether there are quantities with such a subscript: then a missing one is no entry."""
        others = (replace(symbol, subscript=(*symbol.subscript[:-1], n)) for n in range(FIRST_NUMBERS))
        return any(other.id in self.scope.names for other in others)

    def repeated(self) -> Expr:
        """`\\sum_{t=1}^{3} …`: the term once for each value of the letter, added up; with `\\prod` multiplied."""
        start = self.take()
        self.expect("_")
        braced = self.accept("{")
        if self.token.kind != "word":
            raise self.unexpected("the letter that counts, as in `\\sum_{i=1}^{3}`")
        letter = self.take().text
        if not braced or not self.is_op("="):
            return self._over_entries(start, letter, braced)
        self.take()
        first = self.count()
        self.expect("}")
        self.expect("^")
        braced = self.accept("{")
        last = self.count() if braced else self._counted_term()
        if braced:
            self.expect("}")
        return self._over(start, letter, first, last)

    def _over(self, start: Token, letter: str, first: int, last: int) -> Expr:
        """The term at the cursor for each value of the letter."""
        op, called = REPEATED[start.text]
        if not first <= last < first + MAX_TERMS:
            called = "sum" if op == "add" else "product"
            raise self.error(f"a {called} from {first} to {last}", f"at most {MAX_TERMS} terms, upwards", start)
        body, outer = self.at, self.scope
        total: Expr | None = None
        for value in range(first, last + 1):
            self.at, self.terms = body, self.terms + 1
            if self.terms > self.most_terms:
                raise self.error("the sums have too many terms", f"at most {self.most_terms} in one text", start)
            self.scope = Scope(outer.names, outer.functions, {**outer.indices, letter: value})
            term = self.product()
            total = term if total is None else Apply(op, (total, term))
        self.scope = outer
        assert total is not None
        return total

    def _over_entries(self, start: Token, letters: str, braced: bool) -> Expr:
        """`\\sum_i y_i \\ln p_i`, `\\sum_{i,j} …`: the term of all entries of its arrays at once."""
        while braced and self.accept(","):
            letters += self.take().text
        if braced:
            self.expect("}")
        outer, self.everywhere = self.everywhere, letters
        term, has_entries = _entry_by_entry(self.product())
        self.everywhere = outer
        if not has_entries:
            hint = f"expected bounds, as in `\\sum_{{{letters}=1}}^{{3}}`, or entries `x_{letters}` of an array"
            raise self.error(f"it is not said what `{letters}` goes over", hint, start)
        return Apply(REPEATED[start.text][1], (term,), span=(start.start, self.tokens[self.at - 1].end))


def _entry_by_entry(expr: Expr) -> tuple[Expr, bool]:
    """A formula of entries as one of arrays, in which products are entry by entry; whether it has such entries."""
    if not isinstance(expr, Apply):
        return expr, False
    if expr.op == _EACH:
        return expr.args[0], True
    read = [_entry_by_entry(arg) for arg in expr.args]
    op = "times" if expr.op == "product" and all(found for _, found in read) else expr.op
    return replace(expr, op=op, args=tuple(arg for arg, _ in read)), any(found for _, found in read)
