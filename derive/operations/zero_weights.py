"""0 · log 0 and 0 · log(0/0) are 0: what a weight of exactly 0 multiplies does not count, as in the cross-entropy of a
class that is not the target. Source: Cover, Thomas, Elements of Information Theory (2006), 2.1 and 2.3.

Equations keep `y ⊙ log(p)` and `y/p`; where they are computed, these rows stand in their places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from flint import fmpq

from derive.calculus import scalars
from derive.calculus.kernels import Branches, Flat, Kernel, Shapes
from derive.calculus.operation_rows import ROWS, Look, Row, nodes_with, register_computed
from derive.calculus.scalars import ZERO, Num, ValueFault
from derive.calculus.shapes import as_matrix
from derive.language.expressions import Apply, Entry, Expr, Options, Ref, bared, joined_by, names_in, number, rewrite
from derive.language.names import Derivative, Name
from derive.operations.arrays import no_pullback
from derive.operations.entrywise.elementwise import spread_entries, spread_sources

OF_NOTHING = {op: f"{op} or -inf" for op in ("log", "log2", "log10")}
"""The logarithms that are −∞ of 0, each with the row that computes them so."""
LOGARITHMS = {*OF_NOTHING, "log_softmax", "logsigmoid"}
THROUGH = {"add", "subtract", "negate", "product", "times", "divide", "transpose", *LOGARITHMS}
"""What a logarithm of 0 may pass through on its way to its weight."""
_PRODUCTS = {"product", "times"}
WEIGHED, WEIGHED_SUM, SHARE, SLOPE = "weighed", "weighed sum", "share of a weight", "slope of a weighed logarithm"
_NOT_POSITIVE = "is not defined: the logarithm of a number that is not positive"


@dataclass(frozen=True, slots=True)
class ZeroWeights:
    """What logarithms are weighed: `arguments` is what they are of, `names` the quantities that are such a logarithm
    and stand nowhere without a weight.
    """

    arguments: frozenset[Expr] = frozenset()
    names: frozenset[Name] = frozenset()

    @staticmethod
    def of(equations: Iterable[tuple[Name, Expr]]) -> ZeroWeights:
        """Those of a forward pass."""
        written = dict(equations)
        used = {name for expr in written.values() for name in names_in(expr)}
        found, known = ZeroWeights(), -1
        while known < len(found.names):
            known = len(found.names)
            logarithms = (name for name, expr in written.items() if name in used and found.holds_log(expr))
            found = ZeroWeights(names=frozenset(logarithms))
        while bare := found.names & {each for name, expr in written.items() for each in found.bare_names(expr, name)}:
            found = ZeroWeights(names=found.names - bare)
        named = (arg for name in found.names for arg in found._logged(written[name]))
        inside = (arg for expr in written.values() for arg in found._weighed_arguments(expr))
        return replace(found, arguments=frozenset((*named, *inside)))

    def bare_names(self, expr: Expr, name: Name | None = None) -> Iterator[Name]:
        """The names of logarithms that stand without a weight, in the expression of `name`: what that passes on is
        weighed where it is.
        """
        if isinstance(expr, Ref):
            yield from () if name in self.names else {expr.name} & self.names
        elif isinstance(expr, Apply):
            pair, passes = self._pair(expr), expr.op in THROUGH
            for arg in (pair[0],) if pair else expr.args:
                yield from self.bare_names(arg, name if passes and not pair else None)

    def applied(self, expr: Expr, name: Name | None = None) -> Expr:
        """An expression, that of `name`, with the rows below where a logarithm is weighed, and where the weight is
        divided by what it is of.
        """
        if name in self.names:
            return self._open(expr)
        if isinstance(name, Derivative) and name.of in self.names:
            return rewrite(expr, _slope)
        wanted = self.arguments or self.names or any(map(_is_log, nodes_with(expr, lambda row: row.key in LOGARITHMS)))
        return rewrite(expr, self._replaced) if wanted else expr

    def _replaced(self, node: Expr) -> Expr | None:
        if not isinstance(node, Apply):
            return None
        if pair := self._pair(node):
            turned, args = pair[1] is node.args[0], (self.applied(pair[0]), self._open(pair[1]))
            op = WEIGHED_SUM if node.op == "product" else WEIGHED
            return replace(node, op=op, args=args[::-1] if turned else args, options=(("turned", turned),))
        return replace(node, op=SHARE, args=tuple(map(self.applied, node.args))) if self._is_share(node) else None

    def _is_share(self, node: Apply) -> bool:
        """Whether something is divided by what a weighed logarithm is of."""
        return node.op == "divide" and any(_base(factor) in self.arguments for factor in _factors(node.args[1]))

    def _pair(self, node: Apply) -> tuple[Expr, Expr] | None:
        """The weight and the logarithm that a product is of."""
        if node.op not in _PRODUCTS:
            return None
        first, second = node.args
        if self.holds_log(second):
            return first, second
        return (second, first) if self.holds_log(first) else None

    def holds_log(self, expr: Expr) -> bool:
        """Whether a logarithm of 0 would make the whole −∞."""
        if isinstance(expr, Ref):
            return expr.name in self.names
        if not isinstance(expr, Apply) or expr.op not in THROUGH:
            return False
        return _is_log(expr) or any(map(self.holds_log, expr.args))

    def _open(self, expr: Expr) -> Expr:
        """A logarithm that may be −∞."""
        if not isinstance(expr, Apply) or expr.op not in THROUGH or self._pair(expr):
            return self.applied(expr)
        op = SHARE if self._is_share(expr) else OF_NOTHING.get(expr.op, expr.op)
        return replace(expr, op=op, args=tuple(map(self._open, expr.args)))

    def _weighed_arguments(self, expr: Expr) -> Iterator[Expr]:
        for node in nodes_with(expr, lambda row: row.key in _PRODUCTS):
            if pair := self._pair(node):
                yield from self._logged(pair[1])

    def _logged(self, expr: Expr) -> Iterator[Expr]:
        if isinstance(expr, Apply) and _is_log(expr):
            yield _base(expr.args[0])
            yield from map(_base, divisors(expr.args[0]))
        elif isinstance(expr, Apply) and expr.op in THROUGH:
            for arg in expr.args:
                yield from self._logged(arg)


NO_WEIGHTS = ZeroWeights()


def _is_log(node: Expr) -> bool:
    """A logarithm of what is or may become 0; not log(2)."""
    return isinstance(node, Apply) and node.op in LOGARITHMS and (bool(names_in(node)) or node.args[0] == number(0))


def _slope(node: Expr) -> Expr | None:
    """The derivative of a logarithm that only ever stands with a weight."""
    return replace(node, op=SLOPE) if isinstance(node, Apply) and node.op == "divide" else None


def _factors(expr: Expr) -> Iterator[Expr]:
    """What is multiplied: p and log(2) of p log(2)."""
    return joined_by(expr, *_PRODUCTS)


def divisors(expr: Expr) -> tuple[Ref | Entry, ...]:
    """The names and entries that an expression divides by, as they are or raised to a power."""
    quotients = nodes_with(expr, lambda row: row.key == "divide")
    factors = (bared(factor, "power") for node in quotients for factor in _factors(node.args[1]))
    return tuple(dict.fromkeys(factor for factor in factors if isinstance(factor, Ref | Entry)))


def _base(expr: Expr) -> Expr:
    """What is raised to a power; an entry as the name it belongs to."""
    return rewrite(bared(expr, "power"), lambda node: Ref(node.name) if isinstance(node, Entry) else None)


# --- values ----------------------------------------------------------------------------------------------------------


def _log_kernel(op: str, shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    """The logarithm, −∞ of 0; while the branches are held a step beyond 0 too: its weight is still 0."""
    usual = ROWS[op].kernel(shapes, options, branches)

    def log(x: Num) -> Num:
        if _is_nothing(x) or (branches.frozen and scalars.sign(x) <= 0):
            return -scalars.infinity()
        (found,) = usual([x])
        return found

    return lambda a: list(map(log, a))


def _is_nothing(x: Num) -> bool:
    return bool(x == 0)


def _is_finite(x: Num) -> bool:
    return type(x) is fmpq or bool(x.is_finite())


def _weighed(weight: Num, x: Num) -> Num:
    if _is_nothing(weight):
        return ZERO
    if not _is_finite(x):
        raise ValueFault(_NOT_POSITIVE)
    return weight * x


def _slope_of(top: Num, bottom: Num) -> Num:
    """1/p, and 0 where p is 0: in the forward pass the weight was 0 there."""
    return ZERO if _is_nothing(bottom) else scalars.divide(top, bottom)


def _paired(of: Callable[[Num, Num], Num]) -> Callable[[Shapes, Options, Branches], Kernel]:
    """The kernel of a function of two arguments, entry by entry."""

    def kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
        places, step = spread_sources(shapes), -1 if dict(options).get("turned") else 1
        return lambda *args: [of(*pair[::step]) for pair in spread_entries(args, places)]

    return kernel


def _sum_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    """A product of matrices: what is −∞ must have the weight 0 in every sum that it belongs to."""
    if () in shapes:
        return _paired(_weighed)(shapes, options, branches)
    inner, (_, k), (_, n) = ROWS["product"].kernel(shapes, (), branches), *map(as_matrix, shapes)
    turned = dict(options).get("turned")

    def run(a: Flat, b: Flat) -> Flat:
        weights, logs = ([b[s * n : (s + 1) * n] for s in range(k)], a) if turned else ([a[s::k] for s in range(k)], b)
        kept = list(logs)
        for i, x in enumerate(logs):
            if not _is_finite(x):
                kept[i] = max((_weighed(w, x) for w in weights[i % k if turned else i // n]), default=ZERO)
        return inner(*((kept, b) if turned else (a, kept)))

    return run


def _unweighed(shapes: Shapes, options: Options) -> Callable[..., list[int]]:
    """Where 0 · log 0 stands."""
    places = spread_sources(shapes)
    return lambda *args: [i for i, pair in enumerate(spread_entries(args, places)) if not all(map(_is_finite, pair))]


def _unweighed_in_sum(shapes: Shapes, options: Options) -> Callable[..., list[int]]:
    """The same in a product of matrices: the entries of the arguments that stand there."""
    if () in shapes:
        return _unweighed(shapes, options)
    return lambda a, b: [i for i, x in enumerate(a if dict(options).get("turned") else b) if not _is_finite(x)]


def _row(key: str, kernel: Callable[[Shapes, Options, Branches], Kernel], like: str, **more: object) -> Row:
    """The row that computes what the row `like` writes: equations are differentiated before their weights are looked
    at.
    """
    return replace(ROWS[like], key=key, spellings=(), summary="", example="", kernel=kernel, pullback=no_pullback,
                   stateless=False,
                   notation=Look("bare"), sympy="", derivative=(), definition="", **more)  # type: ignore[arg-type]  # fmt: skip


register_computed([
    *(_row(key, partial(_log_kernel, op), op) for op, key in OF_NOTHING.items()),
    _row(WEIGHED, _paired(_weighed), "times", kinks=_unweighed, settings={"turned": "entries"}),
    _row(WEIGHED_SUM, _sum_kernel, "product", kinks=_unweighed_in_sum, settings={"turned": "entries"}),
    _row(SHARE,
         _paired(lambda top, bottom: ZERO if _is_nothing(top) and _is_nothing(bottom) else scalars.divide(top, bottom)),
         "divide"),
    _row(SLOPE, _paired(_slope_of), "divide"),
])  # fmt: skip
