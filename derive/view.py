"""The numbers of one pass, as a notation writes them: what fills a page's slots and answers its questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

from flint import fmpq

from derive.digits import Printed, full, printed
from derive.document import Condition, Relation
from derive.language.expressions import Apply, Entry, Expr, Ref, Shape, names_in
from derive.language.names import Name
from derive.notation import Notation
from derive.operations.rows import Branches, Flat, row_of
from derive.operations.scalars import Num, ValueFault, sign
from derive.operations.shapes import as_matrix, indices, offset
from derive.printing import INNER, LEADING, TIGHT, Slot, formula, is_turned
from derive.settings import Digits
from derive.values import Compiled, Tape, Values, compile_expr

_POSITIONS = {LEADING: 0, INNER: 1, TIGHT: 2}
MORE_FOR_TERMS = 4  # an exact term may be this much longer than a result


@dataclass(slots=True)
class Workings:
    """Expressions of a page compiled once: they are evaluated at the printed numbers of every run."""

    compiled: dict[Expr, tuple[Compiled, tuple[Name, ...]]] = field(default_factory=dict)

    def compile(self, expr: Expr, tape: Tape) -> tuple[Compiled, tuple[Name, ...]]:
        """The expression as a function of the table of values, and the names it uses."""
        if expr not in self.compiled:
            run = compile_expr(expr, tape.slots, tape.derivation.shapes, Branches())
            self.compiled[expr] = run, names_in(expr)
        return self.compiled[expr]


class View:
    """One pass of some Values in a notation."""

    def __init__(self, values: Values, notation: Notation, workings: Workings, k: int = 1) -> None:
        self.values, self.notation, self.workings, self.k = values, notation, workings, k
        self.shapes = values.tape.derivation.shapes
        self._texts: dict[tuple[Name, bool], list[tuple[str, str, str]]] = {}
        self._latest: tuple[Expr | None, Flat | None] = None, None

    def at(self, k: int) -> View:
        """The same for another pass."""
        return self if k == self.k else View(self.values, self.notation, self.workings, k)

    # --- numbers -----------------------------------------------------------------------------------------------------

    def printed(self, name: Name, after: bool = False) -> list[Printed]:
        """The entries of a name as they are printed."""
        return self.values.printed(name, self.k + after)

    def text(self, number: Printed, position: str = LEADING) -> str:
        """A number in the notation, in parentheses where its position asks for them."""
        text = self.notation.printed(number)
        compound = number.exponent is not None or number.fraction is not None
        needed = position != LEADING and (number.negative or (position == TIGHT and compound))
        return f"({text})" if needed else text

    def number(self, name: Name, index: Sequence[int], position: str, after: bool = False) -> str:
        """One entry."""
        texts = self._texts_of(name, after)[offset(self.shapes[name], tuple(index)) if index else 0]
        return texts[_POSITIONS[position]]

    def _texts_of(self, name: Name, after: bool) -> list[tuple[str, str, str]]:
        """Each entry of a name as it stands in the three positions."""
        key = name, after
        if key not in self._texts:
            self._texts[key] = [
                (self.text(number), self.text(number, INNER), self.text(number, TIGHT))
                for number in self.printed(name, after)
            ]
        return self._texts[key]

    def rows(self, name: Name, turned: bool = False, after: bool = False) -> list[list[str]]:
        """An array of up to two axes as rows of texts (`turned`: transposed)."""
        texts = [leading for leading, _, _ in self._texts_of(name, after)]
        return as_rows(texts, self.shapes[name], turned)

    def slot(self, slot: Slot, matrix: Callable[[list[list[str]]], str]) -> str:
        """What stands in a slot."""
        node = slot.node
        if isinstance(node, Entry):
            return self.number(node.name, node.index, slot.position)
        turned = is_turned(node)
        inner = node.args[0] if isinstance(node, Apply) else node
        assert isinstance(inner, Ref)
        if not self.shapes[inner.name]:
            return self.number(inner.name, (), slot.position)
        return matrix(self.rows(inner.name, turned))

    # --- at the printed numbers --------------------------------------------------------------------------

    def literal(self, expr: Expr) -> Flat | None:
        """The value of an expression at the printed numbers of its names; None where they leave none: 1/(a − b) with
        a and b printed alike.
        """
        known, key = self.values.literals, (expr, self.k)
        if key not in known:
            run, names = self.workings.compile(expr, self.values.tape)
            try:
                known[key] = self.values.literal(run, names, self.k)
            except ValueFault:
                known[key] = None
        return known[key]

    def term(self, expr: Expr, name: Name) -> Printed:
        """A term at the printed numbers, printed with the digits of `name`."""
        if isinstance(expr, Entry):
            return self.printed(expr.name)[offset(self.shapes[expr.name], expr.index)]
        known, key = self.values.terms, (expr, name, self.k)
        if key not in known:
            known[key] = self._term(expr, name)
        return known[key]

    def _term(self, expr: Expr, name: Name) -> Printed:
        flat = self.literal(expr)
        if flat is None:
            run, _ = self.workings.compile(expr, self.values.tape)
            flat = self.values.decided(lambda: run(self.values.env(self.k)))
        (value,) = flat
        digits = self.values.numbers.of(name.id)
        exact = full(value)
        if exact is not None and len(exact.mantissa) <= digits.count + MORE_FOR_TERMS:
            return exact
        try:
            return printed(value, digits, ties=True)
        except ValueFault:  # a product of numbers too small to be written
            return Printed(False, "0", exact=False)

    # --- predicates --------------------------------------------------------------------------------------

    def relation(self, relation: Relation) -> str:
        """The sign of a relation in the notation."""
        if relation.kind == "arrow":
            return self.notation.operators["<-"]
        answered, key = self.values.answered, (relation, self.k)
        if key not in answered:
            answered[key] = self._equal(relation)
        return self.notation.operators["=" if answered[key] else "≈"]

    def _equal(self, relation: Relation) -> bool:
        if relation.kind == "put in":
            return all(self._uncut(node) for node in relation.nodes)
        if relation.kind == "terms":
            return all(self._term_equal(node, relation.name) for node in relation.nodes)
        if relation.kind == "result":
            return self._result_equal(relation)
        return relation.kind == "same"

    def _uncut(self, node: Expr) -> bool:
        """Whether a name or entry stands on the page with its value, nothing cut."""
        if self.values.carry == "rounded":
            return True
        assert isinstance(node, Ref | Entry)
        numbers = self.printed(node.name)
        if isinstance(node, Entry):
            return numbers[offset(self.shapes[node.name], node.index)].exact
        return all(number.exact for number in numbers)

    def _term_equal(self, term: Expr, name: Name | None) -> bool:
        assert name is not None
        flat = self.literal(term)
        return flat is not None and _is(flat[0], self.term(term, name).value)

    def _result_equal(self, relation: Relation) -> bool:
        assert relation.name is not None
        numbers = self.printed(relation.name, relation.after)
        chosen = range(len(numbers))
        if relation.index is not None:
            at = offset(self.shapes[relation.name], relation.index)
            chosen = range(at, at + 1)
        if relation.formula and self.values.carry == "exact":
            return all(numbers[i].exact for i in chosen)
        if relation.terms:
            total = sum((sign * self.term(term, relation.name).value for term, sign in relation.terms), fmpq(0))
            return total == numbers[chosen[0]].value
        assert relation.expr is not None
        if self._latest[0] is not relation.expr:  # the entries of an array ask for it one after the other
            self._latest = relation.expr, self.literal(relation.expr)
        if self._latest[1] is None:
            return False
        given = self._latest[1] * (len(numbers) if relation.alone else 1)
        return all(_is(given[i], numbers[i].value) for i in chosen)

    def holds(self, condition: Condition | None) -> bool:
        """Whether a sentence is said."""
        if condition is None:
            return True
        return self.values.decided(lambda: _CONDITIONS[condition.kind](self, condition))

    def signs(self, name: Name) -> list[int]:
        """The signs of a name's entries."""
        return [sign(x) for x in self.values.flat(name, self.k)]

    def arguments(self, expr: Apply) -> list[tuple[Num, ...]]:
        """The arguments of an elementwise application, entry by entry."""
        flats = []
        for arg in expr.args:
            run, _ = self.workings.compile(arg, self.values.tape)
            flats.append(run(self.values.env(self.k)))
        size = max(map(len, flats))
        return list(zip(*(flat * size if len(flat) == 1 else flat for flat in flats), strict=True))

    def fact(self, kind: str, name: Name | None = None) -> str:
        """A number about the run."""
        if kind == "zero_to":
            assert name is not None
            return str(min(number.zero_to for number in self.printed(name) if number.zero_to is not None))
        assert kind == "largest"
        assert self.values.verification is not None
        return self.text(printed(self.values.verification.largest, Digits(2), ties=True))

    def on_kink(self, expr: Apply) -> str:
        """The entries of the argument that lie on the kink; the argument itself where it has no name."""
        kink, arg = row_of(expr).kink, expr.args[0]
        assert kink is not None
        if not isinstance(arg, Ref):
            return formula(arg, self.notation, self.shapes)
        places = [i for i, entry in enumerate(self.arguments(expr)) if kink(*entry)]
        every = indices(self.shapes[arg.name])
        return ", ".join(self.notation.entry(arg.name, every[i], self.shapes) for i in places)

    def gap(self, name: Name) -> str:
        """1 − |value| of a scalar, with the digits of its step."""
        (value,) = self.values.flat(name, self.k)
        one = fmpq(1)
        distance = one - value if sign(value) > 0 else one + value
        digits = self.values.numbers.of(name.id)
        shown = printed(distance, Digits(max(1, digits.count)), ties=False)
        return self.text(shown)


def as_rows(texts: list[str], shape: Shape, turned: bool = False) -> list[list[str]]:
    """Flat texts as rows; a column has rows of one."""
    rows, columns = as_matrix(shape) if len(shape) <= 2 else (prod(shape[:-1]), shape[-1])
    table = [texts[i * columns : (i + 1) * columns] for i in range(rows)]
    return [list(column) for column in zip(*table, strict=True)] if turned else table


def _is(x: Num, value: fmpq) -> bool:
    """Whether a value is exactly a rational."""
    return (type(x) is fmpq or bool(x.is_exact())) and bool(x == value)


def _saturated(view: View, condition: Condition) -> bool:
    digits = view.values.numbers.of(condition.name.id)
    return any(_keeps_gap(number, digits) for number in view.printed(condition.name))


def _keeps_gap(number: Printed, digits: Digits) -> bool:
    """Whether a number close to 1 is printed longer than asked so that its distance from 1 shows."""
    whole, _, broken = number.mantissa.partition(".")
    return (
        whole == "0"
        and number.exponent is None
        and broken.startswith("9")
        and len(broken) > digits.count
        and not number.exact
    )


def _kink(view: View, condition: Condition) -> bool:
    assert isinstance(condition.expr, Apply)
    kink = row_of(condition.expr).kink
    assert kink is not None
    return any(kink(*entry) for entry in view.arguments(condition.expr))


_CONDITIONS: dict[str, Callable[[View, Condition], bool]] = {
    "all positive": lambda view, c: all(s > 0 for s in view.signs(c.name)),
    "none positive": lambda view, c: all(s <= 0 for s in view.signs(c.name)),
    "mixed signs": lambda view, c: len({s > 0 for s in view.signs(c.name)}) == 2,
    "zero_to": lambda view, c: any(number.zero_to is not None for number in view.printed(c.name)),
    "saturated": _saturated,
    "kink": _kink,
}
