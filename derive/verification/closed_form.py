"""The closed form: the loss as one expression of the given values, and SymPy's derivatives of it.

It holds no numbers: it is built once for a derivation, and evaluated for any values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from math import prod

from flint import fmpq

from derive.calculus.differentiation import entries_of
from derive.calculus.kernels import Flat
from derive.calculus.scalars import ValueFault
from derive.calculus.shapes import indices
from derive.derivation.cost import operation_count
from derive.derivation.steps import Derivation
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, rewrite, substitute, walk
from derive.language.names import Name
from derive.values.values import Values
from derive.verification.from_sympy import Order, SympyReader
from derive.verification.kept_results import SympyResults, kept
from derive.verification.to_sympy import Sym, operation, program_of, sympy_slope, sympy_symbol, to_sympy, undistributed

MOST_NODES, MOST_WORK, MOST_DEPTH = 8_000, 400, 50
GROUP_OF_DIGITS = 64  # bits
ARITHMETIC = {"add", "subtract", "negate", "product", "divide", "power"}


def layered(derivation: Derivation) -> Expr:
    """The loss as one expression of the given names: each name replaced by its equation."""
    assert derivation.loss
    values: dict[Name, Expr] = {}
    for step in derivation.forward:
        values[step.name] = substitute(step.expr, values)
    return values[derivation.loss]


def node_count(expr: Expr) -> int:
    """How many numbers, names and operations an expression writes; what is shared counts each time, as does every
    group of some twenty digits that a number has.
    """
    return _count(expr, lambda _: 1, {})


def _count(expr: Expr, leaf: Callable[[Name], int], seen: dict[int, int]) -> int:
    if isinstance(expr, Ref | Entry):
        return leaf(expr.name)
    if isinstance(expr, Number):
        return 1 + (expr.value.numerator.bit_length() + expr.value.denominator.bit_length()) // GROUP_OF_DIGITS
    if id(expr) not in seen:
        seen[id(expr)] = 1 + sum(_count(arg, leaf, seen) for arg in expr.args)
    return seen[id(expr)]


def affordable(derivation: Derivation) -> bool:
    """Whether SymPy can differentiate the closed form within a second, judged by its size: it is not built.

    SymPy recurses about fifteen times for each operation inside another.
    """
    wanted = sum(prod(derivation.shapes[name]) for name in derivation.wanted)
    if not derivation.loss or not wanted or derivation.once(operation_count) > MOST_WORK:
        return False
    sizes: dict[Name, int] = {}
    depths: dict[Name, int] = {}
    for step in derivation.forward:
        ends = ((0,) * len(step.shape), tuple(n - 1 for n in step.shape))
        entries = list(map(entries_of(step.expr, derivation.shapes), ends))
        sizes[step.name] = max(_count(entry, lambda name: sizes.get(name, 1), {}) for entry in entries)
        depths[step.name] = max(_depth(entry, depths) for entry in entries)
    return sizes[derivation.loss] * wanted <= MOST_NODES and depths[derivation.loss] <= MOST_DEPTH


def _depth(expr: Expr, depths: Mapping[Name, int]) -> int:
    """How many operations stand inside one another; a sum in a sum is one sum."""
    if isinstance(expr, Ref | Entry):
        return depths.get(expr.name, 0)
    if not isinstance(expr, Apply):
        return 0
    return max((_depth(arg, depths) for arg in expr.args), default=0) + (expr.op not in {"add", "subtract"})


class ClosedForm:
    """The loss of a derivation in one expression, and its derivative by every entry that is asked for."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        shapes = derivation.shapes
        self._given = [Entry(name, index) for name in derivation.inputs for index in indices(shapes[name])]

    @cached_property
    def _steps(self) -> dict[Entry, Expr]:
        """The equation of each entry of what is computed."""
        shapes = self.derivation.shapes
        return {
            Entry(step.name, index): rewrite(entry(index), _scalar)
            for step in self.derivation.forward
            for entry in [entries_of(step.expr, shapes)]
            for index in indices(step.shape)
        }

    def expression(self) -> Expr:
        """The loss written out over the entries of the given values, in the order of the problem."""
        values: dict[Expr, Expr] = {}
        for entry, expr in self._steps.items():
            values[entry] = rewrite(expr, lambda node: values.get(node) if isinstance(node, Entry) else None)
        return values[self._loss]

    def derivative(self, name: Name, index: Index) -> Expr:
        """SymPy's derivative of the loss by one entry of a name whose gradient is asked for.

        Inside functions named quantities keep their names; all else is written in given values.
        """
        return self._derivatives[Entry(name, index)]

    def gradient_values(self, values: Values, k: int = 1) -> dict[Name, Flat]:
        """The flat gradients at the given numbers of pass `k`, at the working precision. Raises ValueFault."""
        numbers = values.given_numbers(k)
        inputs = [x for name in self.derivation.inputs for x in numbers[name]]
        found, shapes = list(self._results.program(inputs)), self.derivation.shapes
        if any(type(x) is not fmpq and x.is_nan() for x in found):  # of −∞
            raise ValueFault("is not a number")
        flat = iter(found)
        return {name: [next(flat) for _ in range(prod(shapes[name]))] for name in self.derivation.wanted}

    @property
    def _loss(self) -> Entry:
        assert self.derivation.loss
        return Entry(self.derivation.loss, ())

    @cached_property
    def _results(self) -> SympyResults:
        return kept(self.derivation, self._worked_out)

    @cached_property
    def _derivatives(self) -> dict[Entry, Expr]:
        entries = [entry for name in self.derivation.wanted for entry in self._entries(name)]
        return dict(zip(entries, self._results.derivatives, strict=True))

    def _worked_out(self) -> SympyResults:
        """What SymPy finds: each name is differentiated by in a chain in which it is a symbol."""
        computed = {step.name for step in self.derivation.forward}
        with undistributed():
            whole, order = _Chain(self._given, self._steps), Order(self.derivation.forward)
            found: list[tuple[_Chain, Sym]] = []
            outputs: list[Sym] = []
            for name in self.derivation.wanted:
                entries = self._entries(name)
                chain = _Chain([*self._given, *entries], self._steps) if name in computed else whole
                derivatives = [sympy_slope(chain.forms[self._loss], chain.forms[entry], {}) for entry in entries]
                found += [(chain, derivative) for derivative in derivatives]
                closing = {} if chain is whole else {chain.forms[entry]: whole.forms[entry] for entry in entries}
                outputs += [derivative.xreplace(closing) for derivative in derivatives]
            written = tuple(chain.reader(order).read(derivative) for chain, derivative in found)
        inputs = {whole.forms[entry]: i for i, entry in enumerate(self._given)}
        return SympyResults(written, program_of(outputs, inputs))

    def _entries(self, name: Name) -> list[Entry]:
        return [Entry(name, index) for index in indices(self.derivation.shapes[name])]


class _Chain:
    """Every entry of a derivation as a SymPy expression of the `fixed` ones, which are symbols.

    forms      the SymPy expression of each entry
    arguments  what stands inside functions, by its SymPy expression: a named quantity, or the formula of the step
    sums       the sums that the steps write, by their SymPy expressions
    """

    def __init__(self, fixed: Iterable[Entry], steps: Mapping[Entry, Expr]) -> None:
        self.forms = {entry: sympy_symbol(f"{entry.name}{entry.index}") for entry in fixed}
        self.symbols = {form: entry for entry, form in self.forms.items()}
        self.arguments: dict[Sym, Expr] = dict(self.symbols)
        self.sums: dict[Sym, Expr] = {}
        self._written: dict[Entry, Expr] = {entry: entry for entry in self.forms}
        broken = [node for expr in steps.values() for node in walk(expr) if isinstance(node, Number)
                  and node.value.denominator > 1]  # fmt: skip
        self._decimals = {n.value for n in broken if n.decimal} - {n.value for n in broken if not n.decimal}
        for entry, expr in steps.items():
            if entry not in self.forms:
                self.forms[entry], self._written[entry] = self._followed(expr)
                if not self.forms[entry].is_Rational:
                    self.arguments.setdefault(self.forms[entry], entry)

    def reader(self, order: Order) -> SympyReader:
        """What turns SymPy's derivatives into our own expressions."""
        return SympyReader(order, self.symbols, self.arguments, self.sums, self._decimals)

    def _followed(self, expr: Expr) -> tuple[Sym, Expr]:
        """The SymPy expression of an entry's equation, and the equation with names replaced outside functions."""
        if isinstance(expr, Entry):
            return self.forms[expr], self._written[expr]
        if not isinstance(expr, Apply):
            return to_sympy(expr, lambda leaf: leaf), expr
        forms, written = zip(*map(self._followed, expr.args), strict=True) if expr.args else ((), ())
        form = operation(expr.op, expr.options)(*forms)
        if expr.op not in ARITHMETIC:
            self.arguments |= {
                inner: arg for inner, arg in zip(forms, expr.args, strict=True) if isinstance(arg, Apply)
            }
            return form, expr
        result = replace(expr, args=written)
        if form.is_Add:
            self.sums.setdefault(form, result)
        return form, result


def _scalar(expr: Expr) -> Expr | None:
    """A product entry by entry of single numbers is a product."""
    if isinstance(expr, Apply) and expr.op == "times":
        return replace(expr, op="product", args=tuple(rewrite(arg, _scalar) for arg in expr.args))
    return None
