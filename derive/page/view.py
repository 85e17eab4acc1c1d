"""The numbers of one pass, as a notation writes them: what fills a page's slots and answers its questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import islice
from math import prod
from operator import mul
from typing import TypeAlias

from flint import fmpq

from derive.calculus.differentiation import entry_of, shape_of, shapes_of
from derive.calculus.kernels import Branches, Flat
from derive.calculus.operation_rows import row_of
from derive.calculus.scalars import ONE, Num, ValueFault, sign, to_fmpq
from derive.calculus.shapes import offset, position
from derive.language.expressions import Apply, Entry, Expr, Ref, Shape, names_in
from derive.language.names import Name
from derive.notation.matrices import Matrix, as_matrices
from derive.notation.notations import Notation
from derive.notation.printer import formula
from derive.notation.vocabulary import FACTOR, INNER, LEADING, MINUS, TIGHT, Slot
from derive.page.chains import Addends, Relation
from derive.page.document import Fact, Prediction
from derive.page.entry_names import leaves
from derive.page.run import PageRun, PlacedTexts
from derive.page.workings import Workings
from derive.problem.settings import Digits
from derive.values.digits import Printed, computed, full, printed, unprinted
from derive.values.lazy_entries import LazyEntries

Hidden: TypeAlias = frozenset[tuple[Name, int]]
_POSITIONS = {LEADING: 0, INNER: 1, TIGHT: 2, FACTOR: 3}
MOST_LISTED, MOST_ADDED = 16, 100
MOST_FOR_ONE = 256  # what larger arrays give is not worked out for one entry of it
PRODUCTS = {"product", "times"}
MORE_FOR_TERMS = 4  # a term of uncut numbers may be this much longer than a result


class View:
    """One pass of a run in a notation; in the place of values that are `hidden` stand blanks."""

    def __init__(
        self, run: PageRun, notation: Notation, workings: Workings, k: int = 1, hidden: Hidden = frozenset()
    ) -> None:
        self.run, self.values, self.memory = run, run.values, run.memory
        self.notation, self.workings, self.k, self._hidden = notation, workings, k, hidden
        self.shapes = run.values.tape.derivation.shapes
        self._texts = run.memory.texts.setdefault(
            (notation.number, notation.decimal, notation.operators["product"]), {}
        )
        self._latest: tuple[Expr | None, Flat | None] = None, None

    def at(self, k: int) -> View:
        """The same for another pass."""
        return self if k == self.k else View(self.run, self.notation, self.workings, k, self._hidden)

    def written_in(self, notation: Notation) -> View:
        """The same in another notation."""
        return View(self.run, notation, self.workings, self.k, self._hidden)

    def hides(self, name: Name) -> bool:
        """Whether the values of a name do not stand on the page."""
        return (name, self.k) in self._hidden

    # --- numbers -----------------------------------------------------------------------------------------------------

    def printed(self, name: Name) -> Sequence[Printed]:
        """The entries of a name as they are printed."""
        return self.values.printed(name, self.k)

    def text(self, number: Printed, position: str = LEADING) -> str:
        """A number in the notation, in parentheses where its position asks for them."""
        text = self.notation.printed(number)
        compound = number.exponent is not None or number.fraction is not None
        inside = position not in {LEADING, FACTOR} and number.negative
        needed = inside or (position != LEADING and number.gap is not None) or (position == TIGHT and compound)
        return f"{self.notation.operators['(']}{text}{self.notation.operators[')']}" if needed else text

    def number(self, name: Name, at: int, position: str) -> str:
        """The entry at a place of a flat name."""
        return self._placed(self._texts_of(name)[at], position)

    def _placed(self, texts: PlacedTexts, position: str) -> str:
        """A number as it stands in a position."""
        if position == MINUS:
            return texts[1] if texts[1] == self._zero else self.notation.operators["negate"] + texts[1]
        return texts[_POSITIONS[position]]

    def _texts_of(self, name: Name) -> Sequence[PlacedTexts]:
        """Each entry of a name as it stands in the four positions."""
        if self.hides(name):
            return self._blanks(name)
        numbers, made = self.printed(name), self._texts.setdefault((name, self.k), {})
        return LazyEntries(len(numbers), lambda i: self._placed_texts(numbers[i]), made)

    def _placed_texts(self, number: Printed) -> PlacedTexts:
        leading, inner = self.text(number), self.text(number, INNER)
        return leading, inner, self.text(number, TIGHT), leading if number.gap is None else inner

    @property
    def _zero(self) -> str:
        return self.notation.digits("0")

    def _blanks(self, name: Name) -> list[PlacedTexts]:
        blank = self.notation.operators["blank"]
        return [(blank,) * 4] * prod(self.shapes[name])

    def array(self, name: Name, matrix: Matrix) -> str:
        """All entries of a name; `matrix` sets rows of texts. On an exercise all of a given array are needed."""
        whole = self._hidden and name in self.values.tape.derivation.given
        return self._arranged(self._texts_of(name), self.shapes[name], matrix, whole)

    def _arranged(self, texts: Sequence[PlacedTexts], shape: Shape, matrix: Matrix, whole: object = False) -> str:
        """Entries as a matrix, as many as the page wants."""
        most = None if whole else self.values.problem.page.entries
        return as_matrices(_leading(texts), shape, matrix, most, self.notation.operators)

    def slot(self, slot: Slot, matrix: Matrix) -> str:
        """What stands in a slot."""
        node = slot.node
        if isinstance(node, Entry):
            return self.number(node.name, offset(self.shapes[node.name], node.index), slot.position)
        if isinstance(node, Apply) and row_of(node).valued:
            return self.text(self.term(node, names_in(node)[0]))
        texts, shape = self._moved(node), shape_of(node, self.shapes)
        if not shape:
            return self._placed(texts[0], slot.position)
        sign = self.notation.operators["negate"] if slot.position == MINUS else ""
        return sign + self._arranged(texts, shape, matrix)

    def _moved(self, expr: Expr) -> Sequence[PlacedTexts]:
        """The entries of a name, or of a block of names, as they stand in the four positions."""
        if isinstance(expr, Ref):
            return self._texts_of(expr.name)
        assert isinstance(expr, Apply)
        kernel = row_of(expr).kernel(shapes_of(expr, self.shapes), expr.options, Branches())
        return [x if isinstance(x, tuple) else (self._zero,) * 3 for x in kernel(*map(self._moved, expr.args))]

    # --- at the printed numbers --------------------------------------------------------------------------

    def literal(self, expr: Expr) -> Flat | None:
        """The value of an expression at the printed numbers of its names; None where they leave none: 1/(a − b) with
        a and b printed alike.
        """
        run, _ = self.workings.compile(expr, self.values.tape)
        known, key = self.memory.literals, (run, self.k)
        if key not in known:
            try:
                known[key] = self.values.literal(run, leaves(expr), self.k)
            except ValueFault:
                known[key] = None
        return known[key]

    def term(self, expr: Expr, name: Name) -> Printed:
        """A term at the printed numbers, printed with the digits of `name`."""
        if isinstance(expr, Entry):
            return self.printed(expr.name)[offset(self.shapes[expr.name], expr.index)]
        known, key = self.memory.terms, (expr, name, self.k)
        if key not in known:
            known[key] = self._term(expr, name)
        return known[key]

    def _product(self, expr: Expr) -> Flat | None:
        """The product of two entries at their printed numbers: what long sums are made of need not be compiled."""
        if not (isinstance(expr, Apply) and expr.op in PRODUCTS and all(map(self._is_there, expr.args))):
            return None
        return [reduce(mul, (self.term(entry, entry.name).value for entry in expr.args if isinstance(entry, Entry)))]

    def _term(self, expr: Expr, name: Name) -> Printed:
        flat = self._product(expr) or self.literal(expr)
        if flat is None:
            run, _ = self.workings.compile(expr, self.values.tape)
            try:
                flat = self.values.decided(lambda: run(self.values.env(self.k)))
            except ValueFault:  # a part that overflows, of a whole that does not: e^1000000 of a softmax
                return unprinted()
        (value,) = flat
        digits = self.values.numbers.of(name.id)
        if type(value) is fmpq and not all(map(self._uncut, leaves(expr))):
            return computed(value, digits)
        exact = full(value)
        if exact is not None and len(exact.mantissa) <= digits.count + MORE_FOR_TERMS:
            return exact
        try:
            return printed(value, digits, ties=True)
        except ValueFault:  # a product of numbers too small to be written
            return Printed(False, "0", exact=False)

    def kept(self, sum_: Addends) -> list[int | None]:
        """Which terms of a long sum are shown: those that are not 0, of many the first and the last; None: dots."""
        known, key = self.memory.kept, (sum_, self.k)
        if key not in known:
            known[key] = self._kept(sum_)
        return known[key]

    def _kept(self, sum_: Addends) -> list[int | None]:
        """As many terms are looked at as it takes: those of a large sum are many."""
        places = range(len(sum_.terms))
        most = len(places) if sum_.most is None else sum_.most
        there = (i for i in places if not self.is_zero(sum_.terms[i][0], sum_.name))
        shown = list(islice(there, most + 1)) or [0]
        if len(shown) <= most:
            return [*shown]
        last = next(i for i in reversed(places) if not self.is_zero(sum_.terms[i][0], sum_.name))
        return [*shown[: max(1, most // 4)], None, last]

    def is_zero(self, term: Expr, name: Name) -> bool:
        """Whether a term stands on the page as 0; a product of numbers that are not 0 is none, nor is one of them with
        digits that count from the first that is not 0.
        """
        if isinstance(term, Apply) and term.op in PRODUCTS and all(map(self._is_there, term.args)):
            return False
        if isinstance(term, Entry) and self._is_there(term) and not self.values.numbers.of(term.name.id).decimals:
            return False
        return bool(self.term(term, name).value == 0)

    def _is_there(self, factor: Expr) -> bool:
        """Whether a factor is a number that is surely not 0."""
        if not isinstance(factor, Entry) or not self.values.flat(factor.name, self.k):
            return False
        x = self.values.flat(factor.name, self.k)[offset(self.shapes[factor.name], factor.index)]
        return bool(x != 0) if type(x) is fmpq else not x.contains(0)

    # --- predicates --------------------------------------------------------------------------------------

    def relation(self, relation: Relation) -> str:
        """The sign of a relation in the notation."""
        if relation.kind == "arrow":
            return self.notation.operators["<-"]
        answered, key = self.memory.relations, (relation, self.k)
        if key not in answered:
            answered[key] = self._equal(relation)
        return self.notation.operators["=" if answered[key] else "≈"]

    def _equal(self, relation: Relation) -> bool:
        if relation.kind == "put in":
            return all(self._uncut(node) for node in relation.nodes)
        if relation.kind == "terms":
            return self._terms_equal(relation)
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

    def prints_zero(self, below: Iterable[Ref | Entry]) -> bool:
        """Whether one of the names or entries that something is divided by stands on the page as 0."""
        for node in below:
            numbers = self.printed(node.name)
            at = offset(self.shapes[node.name], node.index) if isinstance(node, Entry) else None
            if any(number.is_zero for number in (numbers if at is None else [numbers[at]])):
                return True
        return False

    def _terms_equal(self, relation: Relation) -> bool:
        """Whether what was cut off the terms adds up to nothing; of many each is looked at by itself."""
        cut = (self._cut(term, relation.name, sign) for term, sign in relation.terms)
        if _is_long(relation):
            return all(x is not None and is_rational(x, fmpq(0)) for x in cut)
        found = list(cut)
        return None not in found and is_rational(sum((x for x in found if x is not None), fmpq(0)), fmpq(0))

    def _cut(self, term: Expr, name: Name | None, sign: int) -> Num | None:
        """What was cut off a term; None where it has no value at the printed numbers."""
        assert name is not None
        flat = self.literal(term)
        return None if flat is None else sign * (flat[0] - self.term(term, name).value)

    def _result_equal(self, relation: Relation) -> bool:
        assert relation.name is not None
        numbers = self.printed(relation.name)
        chosen = range(len(numbers))
        if relation.index is not None:
            at = offset(self.shapes[relation.name], relation.index)
            chosen = range(at, at + 1)
        if relation.formula and self.values.carry == "exact":
            return all(numbers[i].exact for i in chosen)
        if _is_long(relation) and not any(numbers[i].exact for i in chosen):
            return False
        if relation.terms:
            total = sum((sign * self.term(term, relation.name).value for term, sign in relation.terms), fmpq(0))
            return bool(total == numbers[chosen[0]].value)
        assert relation.expr is not None
        weights = self.values.tape.derivation.weights
        if relation.index is not None and max(self._sizes(relation.expr), default=0) > MOST_FOR_ONE:
            entry = entry_of(relation.expr, self.shapes, relation.index)
            one = self.literal(weights.applied(entry, relation.name))
            return one is not None and is_rational(one[0], numbers[chosen[0]].value)
        if self._latest[0] is not relation.expr:  # the entries of an array ask for it one after the other
            self._latest = relation.expr, self.literal(weights.applied(relation.expr, relation.name))
        if self._latest[1] is None:
            return False
        given = self._latest[1] * (len(numbers) if len(self._latest[1]) == 1 else 1)  # one number for every entry
        return all(is_rational(given[i], numbers[i].value) for i in chosen)

    def _sizes(self, expr: Expr) -> Iterable[int]:
        """How many entries the arrays have that an expression is made of."""
        return (prod(self.shapes[name]) for name in names_in(expr))

    def signs(self, name: Name) -> list[int]:
        """The signs of a name's entries."""
        return [sign(x) for x in self.values.flat(name, self.k)]

    def arguments(self, expr: Apply) -> list[Flat]:
        """The flat arguments of an application."""
        return [self.workings.compile(arg, self.values.tape)[0](self.values.env(self.k)) for arg in expr.args]

    def zeros(self, names: Iterable[Name]) -> list[int]:
        """For each entry of the names that could not be told from 0, to how many decimals it is 0."""
        return [zero for name in names for zero in self.values.zeros(name, self.k).values()]

    def fact(self, fact: Fact) -> str:
        """A number about the run."""
        asked = ((condition, k) for condition, k in fact.places.conditions if condition)
        least = min(zero for condition, k in asked for zero in self.at(k).zeros(condition.names))
        return self.notation.digits(str(least))

    def kinks(self, expr: Apply) -> list[int]:
        """The flat entries of an application's value that lie where its derivative jumps."""
        kinks = row_of(expr).kinks
        assert kinks is not None
        found = kinks(shapes_of(expr, self.shapes), expr.options)
        return self.values.decided(lambda: found(*self.arguments(expr)))

    def on_kink(self, expr: Apply, name: Name) -> str:
        """The entries that lie on a kink: of the argument, of `name`; the argument itself where it has no name."""
        arg = expr.args[0] if row_of(expr).elementwise else Ref(name)
        if not isinstance(arg, Ref):
            return formula(arg, self.notation, self.shapes)
        return self._listed(arg.name, self.kinks(expr))

    def winners(self, expr: Apply) -> str:
        """The entries that a max pooling chose, window by window."""
        choose, (arg,) = row_of(expr).chosen, expr.args
        assert choose is not None
        assert isinstance(arg, Ref)
        chosen = choose(shapes_of(expr, self.shapes), expr.options)
        return self._listed(arg.name, self.values.decided(lambda: chosen(*self.arguments(expr))))

    def _listed(self, name: Name, places: list[int]) -> str:
        """Entries by name, the first few of many."""
        shape = self.shapes[name]
        entries = [self.notation.entry(name, position(i, shape), self.shapes) for i in places[:MOST_LISTED]]
        signs = self.notation.operators
        return signs["listed"].join([*entries, *([signs["and so on"]] if len(places) > MOST_LISTED else [])])

    def mean_loss(self, first: int, last: int) -> str:
        """The mean of the losses of some passes, with the digits of the loss."""
        loss = self.values.problem.loss
        assert loss is not None
        digits = self.values.numbers.of(loss.id)

        def mean() -> Printed:
            losses = self.values.losses[first - 1 : last]
            return printed(sum((x for (x,) in losses), fmpq(0)) / len(losses), digits, ties=self.values.with_ties)

        return self.text(self.values.decided(mean))

    def prediction(self, asked: Prediction) -> str:
        """What a name would be for a sample, with its digits."""
        digits = self.values.numbers.of(asked.name.id)
        given = {name: [to_fmpq(x) for x in flat] for name, flat in asked.sample}
        at = offset(self.shapes[asked.name], asked.index) if asked.index else 0

        def found() -> Printed:
            return printed(self.values.tried(given, asked.name, asked.k)[at], digits, ties=self.values.with_ties)

        return self.text(self.values.decided(found))

    def gap(self, name: Name) -> str:
        """1 − |value| of a scalar, with the digits of its step."""
        digits = Digits(max(1, self.values.numbers.of(name.id).count))

        def distance() -> Printed:
            (value,) = self.values.flat(name, self.k)
            return printed(ONE - value if sign(value) > 0 else ONE + value, digits, ties=self.values.with_ties)

        return self.text(self.values.decided(distance))


def _is_long(relation: Relation) -> bool:
    """Whether a result comes of more numbers than a reader adds up: of a rounded one nobody asks whether it is their
    rounded terms' sum by chance.
    """
    return max(len(relation.terms), len(names_in(relation.expr)) if relation.expr else 0) > MOST_ADDED


def _leading(texts: Sequence[PlacedTexts]) -> Sequence[str]:
    """The entries as they stand at the beginning of a line."""
    return LazyEntries(len(texts), lambda i: texts[i][0])


def is_rational(x: Num, value: fmpq) -> bool:
    """Whether a value is exactly a rational, or −∞ as the other is."""
    return (type(x) is fmpq or bool(x.is_exact()) or not x.is_finite()) and bool(x == value)
