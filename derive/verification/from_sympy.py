"""SymPy's results as our own expressions, in the order in which a teacher would write the factors and terms."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from functools import reduce

from derive.calculus.building import plus, raised, scaled, split_coefficient, times, worked_out
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Entry, Expr, Index, Number, apply, number, walk
from derive.verification.to_sympy import Sym, sympy_key


class Order:
    """Where a factor stands: from the output of the network back to its input, as the chain rule goes.

    A factor belongs to the last step that uses one of its names; there functions come first, then sums, then names.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        steps = tuple(steps)
        self._used = {name: i for i, step in enumerate(steps) for name in step.uses}
        names = dict.fromkeys(name for step in steps for name in (*step.uses, step.name))
        self._number = {name: i for i, name in enumerate(names)}

    def factor(self, expr: Expr) -> tuple[int, int, tuple[tuple[int, Index], ...]]:
        """The key by which factors are sorted."""
        last = max((self._used.get(entry.name, -1) for entry in _entries(expr)), default=-1)
        return -last, _kind(expr), self.term(expr)

    def constant_first(self, expr: Expr) -> tuple[bool, tuple[tuple[int, Index], ...]]:
        """The key by which terms are sorted: constants, then by what stands in them, in order."""
        return not isinstance(expr, Number), self.term(expr)

    def term(self, expr: Expr) -> tuple[tuple[int, Index], ...]:
        """What stands in a term, in order."""
        return tuple((self._number[entry.name], entry.index) for entry in _entries(expr))


def _entries(expr: Expr) -> list[Entry]:
    return [node for node in walk(expr) if isinstance(node, Entry)]


def _kind(expr: Expr) -> int:
    """0 for a function, 1 for a sum, 2 for anything else; a power counts as what is raised."""
    if isinstance(expr, Apply) and expr.op == "power":
        return _kind(expr.args[0])
    if not isinstance(expr, Apply):
        return 2
    return 1 if expr.op in {"add", "subtract"} else 0


class SympyReader:
    """Reads SymPy expressions.

    symbols    what each symbol stands for
    arguments  expressions that are known inside functions: the formula or the name that stands there on the page
    sums       sums that the problem writes in an order of its own
    decimals   the numbers that the problem writes with a point
    """

    def __init__(
        self, order: Order, symbols: Mapping[Sym, Expr], arguments: Mapping[Sym, Expr], sums: Mapping[Sym, Expr],
        decimals: Collection[Fraction],
    ) -> None:  # fmt: skip
        self._order, self._symbols, self._arguments, self._sums = order, symbols, arguments, sums
        self._decimals = decimals

    def read(self, node: Sym) -> Expr:
        """The expression that a SymPy expression writes."""
        if node in self._sums:
            return self._sums[node]
        if node.is_Rational:
            return self._number(_fraction(node))
        if node.is_Symbol:
            return self._symbols[node]
        if node.is_Add:
            return self._sum(node)
        return self._product(node) if node.is_Mul or node.is_Pow else self._applied(node)

    def _number(self, value: Fraction) -> Number:
        """A number, with a point if it is a multiple of one that the problem writes so."""
        of = (Number(each, decimal=True) for each in self._decimals if not value % each)
        return number(value) if value.denominator == 1 else worked_out(value, *of)

    def _applied(self, node: Sym) -> Expr:
        op, options = sympy_key(node)
        return Apply(op, tuple(map(self._argument, node.args)), options)

    def _argument(self, node: Sym) -> Expr:
        known = self._arguments.get(node)
        return self.read(node) if known is None else known

    def _sum(self, node: Sym) -> Expr:
        """Constants first, then by what stands in the terms; a number that all terms share stands in front."""
        parts = [split_coefficient(self.read(term)) for term in node.args]
        sizes = {abs(factor.value) for factor, _ in parts}
        shared = number(sizes.pop() if len(sizes) == 1 and all(rest is not None for _, rest in parts) else 1)
        alone = (scaled(worked_out(factor.value / shared.value, factor), rest) for factor, rest in parts)
        terms = sorted(alone, key=self._order.constant_first)
        first = next((term for term in terms if split_coefficient(term)[0].value > 0), terms[0])
        rest = [term for term in terms if term is not first]
        return scaled(shared, reduce(plus, rest, first))

    def _product(self, node: Sym) -> Expr:
        """Numbers first, then as the chain rule goes, over what has a negative exponent."""
        coefficient, factors = node.as_coeff_mul()
        top: list[Expr] = []
        bottom: list[Expr] = []
        for factor in factors:
            base, exponent = factor.as_base_exp()
            below = exponent.is_Rational and exponent.is_negative
            (bottom if below else top).append(self._power(base, abs(exponent) if below else exponent))
        value = _fraction(coefficient)
        if not bottom or self._number(value).decimal:
            product = self._multiplied(value, top)
            return apply("divide", product, self._multiplied(Fraction(1), bottom)) if bottom else product
        over = self._multiplied(Fraction(abs(value.numerator)), top)
        quotient = apply("divide", over, self._multiplied(Fraction(value.denominator), bottom))
        return quotient if value > 0 else apply("negate", quotient)

    def _power(self, base: Sym, exponent: Sym) -> Expr:
        """base^exponent; the exponent ½ is a root."""
        if not exponent.is_Rational:
            return raised(self.read(base), self.read(exponent))
        value = _fraction(exponent)
        if value.denominator != 2:
            return raised(self.read(base), self._number(value))
        return raised(apply("sqrt", self._argument(base)), number(value.numerator))

    def _multiplied(self, value: Fraction, factors: list[Expr]) -> Expr:
        product: Expr = self._number(value)
        for factor in sorted(factors, key=self._order.factor):
            product = times(product, factor, "product")
        return product


def _fraction(node: Sym) -> Fraction:
    return Fraction(int(node.p), int(node.q))
