"""Sums as their terms, products as their factors."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from derive.language.expressions import Apply, Expr, Number

MOST_JOINED = 12


def is_sum(expr: Expr) -> bool:
    """Whether it is a sum or a difference."""
    return isinstance(expr, Apply) and expr.op in {"add", "subtract"}


def is_product(expr: Expr) -> bool:
    """Whether it is a product, or a quotient by a number."""
    if isinstance(expr, Apply) and expr.op == "negate":
        return is_product(expr.args[0])
    if isinstance(expr, Apply) and expr.op == "divide":
        return isinstance(expr.args[1], Number) and expr.args[1].value != 0
    return isinstance(expr, Apply) and expr.op in {"product", "times"}


def terms_of_sum(expr: Expr) -> list[Expr]:
    """The terms of a sum, a minus inside them."""
    if not isinstance(expr, Apply) or expr.op not in {"add", "subtract"}:
        return [expr]
    last = expr.args[1] if expr.op == "add" else minus(expr.args[1])
    return [*terms_of_sum(expr.args[0]), last]


def minus(expr: Expr) -> Expr:
    """The expression with the other sign."""
    if isinstance(expr, Apply) and expr.op == "negate":
        return expr.args[0]
    return Apply("negate", (expr,))


def opposite(expr: Expr) -> Expr:
    """The expression with the other sign, of a sum in each of its terms."""
    return _joined([minus(term) for term in terms_of_sum(expr)], "add")


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product, a minus before the first."""
    if not isinstance(expr, Apply):
        return [expr]
    if expr.op == "negate" and is_product(expr):
        first, *others = factors(expr.args[0])
        return [minus(first), *others]
    if expr.op == "divide" and is_product(expr) and isinstance(below := expr.args[1], Number):
        return [*factors(expr.args[0]), Number(1 / below.value)]
    if expr.op not in {"product", "times"}:
        return [expr]
    return [*factors(expr.args[0]), *factors(expr.args[1])]


def grouped(parts: list[Expr], size: int, op: str) -> Iterator[list[Expr]]:
    """Every way to join neighbours so that `size` parts are left, up to a bound."""
    if len(parts) > MOST_JOINED:
        return
    for cuts in combinations(range(1, len(parts)), size - 1):
        edges = [0, *cuts, len(parts)]
        yield [_joined(parts[a:b], op) for a, b in pairwise(edges)]


def _joined(parts: list[Expr], op: str) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = Apply(op, (result, part))
    return result
