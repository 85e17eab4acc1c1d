"""Building expressions that read well: products and sums with signs and numbers pulled to the front.

Only 0, 1, signs and numbers are simplified; factors and terms keep their order. What is worked out of a number that
was written with a point is written with one too.
"""

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import reduce

from derive.language.expressions import Apply, Entry, Expr, Number, Options, Ref, Shape, apply, bared, number
from derive.language.names import Name
from derive.language.numbers import constant_text

ONE = number(1)
MOST_DECIMALS = 6
"""A number worked out of decimals that has more of them, and more than they have, is a fraction again."""


def worked_out(value: Fraction, *of: Number) -> Number:
    """A number made of others: with a point where one of them has it and it ends soon behind it."""
    pointed = [constant_text(each.value) for each in of if each.decimal and each.value.denominator > 1]
    places = max([MOST_DECIMALS, *(len(text.partition(".")[2]) for text in pointed)])
    return Number(value, bool(pointed) and 10**places % value.denominator == 0)


def split_coefficient(expr: Expr) -> tuple[Number, Expr | None]:
    """The number in front of an expression and the rest (None for 1)."""
    if isinstance(expr, Number):
        return expr, None
    if isinstance(expr, Apply):
        if expr.op == "negate":
            factor, rest = split_coefficient(expr.args[0])
            return worked_out(-factor.value, factor), rest
        if expr.op == "product" and isinstance(expr.args[0], Number):
            return expr.args[0], expr.args[1]
        if expr.op == "divide":
            top, bottom = expr.args
            if isinstance(bottom, Number) and bottom.value:
                factor, rest = split_coefficient(top)
                return worked_out(factor.value / bottom.value, factor, bottom), rest
            if isinstance(top, Number) and top.value:
                return top, apply("divide", ONE, bottom)
    return ONE, expr


def first_factor(expr: Expr) -> Expr:
    """What a product, quotient or power begins with."""
    while isinstance(expr, Apply) and expr.op in {"product", "times", "divide", "power", "transpose"}:
        expr = expr.args[0]
    return expr


def scaled(factor: Number, rest: Expr | None) -> Expr:
    """`factor · rest`, without a factor 1 and with a sign in front."""
    value = factor.value
    if rest is None or value == 0:
        return factor if rest is None else number(0)
    if value == 1:
        return rest
    if value == -1:
        return apply("negate", rest)
    if value < 0:
        return apply("negate", scaled(worked_out(-value, factor), rest))
    inverse = isinstance(rest, Apply) and rest.op == "divide"
    if (value.denominator == 1 or factor.decimal) and isinstance(rest, Apply) and inverse and rest.args[0] == ONE:
        return apply("divide", factor, rest.args[1])
    if value.numerator == 1 and not factor.decimal and not inverse:
        return apply("divide", rest, number(value.denominator))
    return apply("product", factor, rest)


def times(left: Expr, right: Expr, op: str = "times") -> Expr:
    """The product, entry by entry (or `op`), numbers in front; 1/b as a factor becomes a denominator."""
    a, first = split_coefficient(left)
    b, second = split_coefficient(right)
    factor = worked_out(a.value * b.value, a, b)
    if first is None or second is None:
        return scaled(factor, first if second is None else second)
    return scaled(factor, _merged(first, second, op))


def _merged(first: Expr, second: Expr, op: str) -> Expr:
    if isinstance(second, Apply) and second.op == "divide" and second.args[0] == ONE:
        return _over(first, second.args[1])
    if isinstance(first, Apply) and first.op == "divide" and first.args[0] == ONE:
        return _over(second, first.args[1])
    return apply(op, first, second)


def _over(top: Expr, bottom: Expr) -> Expr:
    """top/bottom; of a quotient the denominators are multiplied."""
    if isinstance(top, Apply) and top.op == "divide":
        return apply("divide", top.args[0], times(top.args[1], bottom))
    return apply("divide", top, bottom)


def plus(left: Expr, right: Expr) -> Expr:
    """The sum, without 0 and with a minus for a negative second term."""
    if left == number(0):
        return right
    if right == number(0):
        return left
    if isinstance(left, Number) and isinstance(right, Number):
        return worked_out(left.value + right.value, left, right)
    factor, rest = split_coefficient(right)
    if factor.value < 0:
        return apply("subtract", left, scaled(worked_out(-factor.value, factor), rest))
    return apply("add", left, right)


def negated(expr: Expr) -> Expr:
    """−expr."""
    return times(number(-1), expr)


def raised(base: Expr, exponent: Expr) -> Expr:
    """base^exponent, where the exponents 0 and 1 disappear, and 2 above a root."""
    if isinstance(exponent, Number) and exponent.value in {0, 1}:
        return base if exponent.value == 1 else number(1)
    if exponent == number(2) and isinstance(base, Apply) and base.op == "sqrt":
        return base.args[0]
    return apply("power", base, exponent)


def divided(top: Expr, bottom: Expr) -> Expr:
    """top/bottom, with the number in front of both pulled out."""
    if isinstance(bottom, Number) and bottom.value:
        return times(top, worked_out(1 / bottom.value, bottom))
    factor, rest = split_coefficient(top)
    return scaled(factor, apply("divide", rest or ONE, bottom)) if factor.value else number(0)


def signed(op: str, arg: Expr, options: Options) -> Expr:
    """A sum or mean with the sign of what it adds up in front."""
    factor, _ = split_coefficient(arg)
    return negated(Apply(op, (negated(arg),), options)) if factor.value == -1 else Apply(op, (arg,), options)


def tidy(expr: Expr) -> Expr:
    """The expression rebuilt with the functions above, innermost first."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(tidy(arg) for arg in expr.args)
    if expr.op in _BUILT:
        return _BUILT[expr.op](*args)
    return signed(expr.op, args[0], expr.options) if expr.op in {"sum", "mean"} else Apply(expr.op, args, expr.options)


_BUILT: Mapping[str, Callable[..., Expr]] = {
    "product": lambda a, b: times(a, b, "product"),
    "times": times,
    "add": plus,
    "subtract": lambda a, b: plus(a, negated(b)),
    "negate": negated,
    "divide": divided,
    "power": raised,
}


LONGEST_SUM = 100


def total(terms: list[Expr]) -> Expr:
    """The sum of the terms, 0 for none; of many, the sum of sums of 100 each, so that none is nested deeply."""
    if len(terms) > LONGEST_SUM:
        return total([total(terms[i : i + LONGEST_SUM]) for i in range(0, len(terms), LONGEST_SUM)])
    result: Expr = number(0)
    for i, term in enumerate(terms):
        result = term if i == 0 else apply("add", result, term)
    return result


def product_of(factors: list[Expr]) -> Expr:
    """The product of the factors, 1 for none."""
    return reduce(lambda a, b: apply("product", a, b), factors) if factors else number(1)


def terms_of(expr: Expr | None) -> tuple[tuple[Expr, int], ...]:
    """The terms of a sum with their signs, left to right; none of nothing."""
    found: list[tuple[Expr, int]] = []
    waiting = [] if expr is None else [(expr, 1)]
    while waiting:
        term, sign = waiting.pop()
        if sign > 0 and isinstance(term, Apply) and term.op in {"add", "subtract"}:
            waiting += [(term.args[1], 1 if term.op == "add" else -1), (term.args[0], 1)]
        else:
            found.append((term, sign))
    return tuple(found)


MOST_SAMPLES_ADDED = 6
"""Terms of samples that are written out."""


def with_dots(expr: Expr, alike: Collection[Name]) -> Expr:
    """A long sum of what each sample of a batch has by its first two terms, `dots` and the last one."""
    terms = terms_of(expr) if alike else ()
    if len(terms) <= MOST_SAMPLES_ADDED or not all(isinstance(t, Ref | Entry) and t.name in alike for t, _ in terms):
        return expr
    (first, _), (second, sign), (last, end) = *terms[:2], terms[-1]
    return apply(_JOINTS[end], apply(_JOINTS[sign], first, second), last, dots=True)


_JOINTS = {1: "add", -1: "subtract"}


def filled_array(expr: Expr, shape: Shape) -> Expr:
    """The scalar `expr` in every entry of an array of `shape`, its sign in front."""
    factor, rest = split_coefficient(expr)
    if shape and factor.value < 0 and rest is not None:
        return negated(filled_array(negated(expr), shape))
    return expr if not shape else apply("fill", expr, shape=tuple(Fraction(n) for n in shape))


def unfilled(expr: Expr) -> Expr:
    """What `filled` put in every entry."""
    return bared(expr, "fill")
