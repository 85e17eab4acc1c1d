"""Sums as their terms, products as their factors."""

from collections.abc import Iterator
from functools import reduce
from itertools import combinations, pairwise

from derive.language.expressions import Apply, Expr, Number, applied

MOST_JOINED = 12


def is_sum(expr: Expr) -> bool:
    """Whether it is a sum or a difference."""
    return applied(expr, "add", "subtract") is not None


def is_product(expr: Expr) -> bool:
    """Whether it is a product, or a quotient by a number."""
    match expr:
        case Apply(op="negate", args=(inner,)):
            return is_product(inner)
        case Apply(op="divide", args=(_, Number(value=below))):
            return below != 0
    return applied(expr, "product", "times") is not None


def terms_of_sum(expr: Expr) -> list[Expr]:
    """The terms of a sum, a minus inside them."""
    if not (total := applied(expr, "add", "subtract")):
        return [expr]
    first, last = total.args
    return [*terms_of_sum(first), last if total.op == "add" else minus(last)]


def minus(expr: Expr) -> Expr:
    """The expression with the other sign."""
    return turned.args[0] if (turned := applied(expr, "negate")) else Apply("negate", (expr,))


def opposite(expr: Expr) -> Expr:
    """The expression with the other sign, of a sum in each of its terms."""
    return _joined([minus(term) for term in terms_of_sum(expr)], "add")


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product, a minus before the first."""
    match expr if is_product(expr) else None:
        case Apply(op="negate", args=(inner,)):
            first, *others = factors(inner)
            return [minus(first), *others]
        case Apply(op="divide", args=(above, Number(value=below))):
            return [*factors(above), Number(1 / below)]
        case Apply(args=(one, other)):
            return [*factors(one), *factors(other)]
    return [expr]


def grouped(parts: list[Expr], size: int, op: str) -> Iterator[list[Expr]]:
    """Every way to join neighbours so that `size` parts are left, up to a bound."""
    if len(parts) > MOST_JOINED:
        return
    for cuts in combinations(range(1, len(parts)), size - 1):
        edges = [0, *cuts, len(parts)]
        yield [_joined(parts[a:b], op) for a, b in pairwise(edges)]


def _joined(parts: list[Expr], op: str) -> Expr:
    return reduce(lambda joined, part: Apply(op, (joined, part)), parts)
