"""Scalar functions on exact rationals (`fmpq`) and on balls that contain the true value (`arb`).

A rational stays exact as long as the result is known to be rational; else the result is a ball.
A question that a ball cannot answer (its sign, a tie) raises Undecided, and the caller tries again with more bits; with
`precision(bits, ties=True)` it is answered as a tie.
"""

import copyreg
import os
from contextlib import AbstractContextManager
from fractions import Fraction
from threading import RLock
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

Num: TypeAlias = Any  # fmpq | arb: python-flint ships no types

ZERO, ONE, HALF = fmpq(0), fmpq(1), fmpq(1, 2)
FARTHEST = fmpq(150)  # deviations from the mean: beyond, Φ is 10^-4888 from its bound, and takes minutes to confirm
LARGEST_EXPONENT = fmpq(230_258)  # e^230258 has 100,000 digits: beyond that lies nothing that is taught
_HUGE = arb(10) ** 100_000
_TINY = 1 / _HUGE


def _reduced_ball(x: arb) -> tuple[Any, ...]:
    """How a ball is pickled, exactly: python-flint does not say."""
    return (arb, ((x.mid().man_exp()), (x.rad().man_exp()))) if x.is_finite() else (arb, (str(x),))


copyreg.pickle(arb, _reduced_ball)


class Undecided(Exception):
    """A ball is too wide to answer: evaluate again with more bits."""


class ValueFault(Exception):
    """A value that does not exist: the message says why."""


class Blurred(ValueFault):
    """A value of which no digit is certain."""

    def __init__(self) -> None:
        super().__init__("is not known")


class Arithmetic:
    """What python-flint and SymPy keep for the whole process: whoever changes it holds `lock`, one thread at a time.

    `ties` says whether what a ball cannot decide counts as a tie.
    """

    def __init__(self) -> None:
        self.lock, self.ties = RLock(), False
        if hasattr(os, "register_at_fork"):  # of a process that was forked only the thread that forked is there
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self.lock = RLock()


ARITHMETIC = Arithmetic()


class _Precision:
    """A working precision while a block runs: entered for every question about a value, so not a generator."""

    __slots__ = ("_before", "_now")

    def __init__(self, bits: int, ties: bool) -> None:
        self._now = self._before = bits, ties

    def __enter__(self) -> None:
        ARITHMETIC.lock.acquire()
        self._before = ctx.prec, ARITHMETIC.ties
        if self._before != self._now:
            ctx.prec, ARITHMETIC.ties = self._now

    def __exit__(self, *error: object) -> None:
        if self._before != self._now:
            ctx.prec, ARITHMETIC.ties = self._before
        ARITHMETIC.lock.release()


def precision(bits: int, ties: bool = False) -> AbstractContextManager[None]:
    """Work with `bits` bits, this thread alone; with `ties`, what a ball cannot decide counts as a tie."""
    return _Precision(bits, ties)


MINUS_INFINITY = Fraction(-(10**2_000))
"""Stands for −∞ where an expression holds an exact number; no number that is read is so large."""


def to_fmpq(value: Fraction) -> fmpq:
    """A fraction as the number type of the values."""
    return fmpq(value.numerator, value.denominator)


def to_num(value: Fraction) -> Num:
    """The same; −∞ for what stands for it."""
    return -infinity() if value == MINUS_INFINITY else to_fmpq(value)


def middle(x: Num) -> fmpq:
    """A rational itself; the rational in the middle of a finite ball."""
    if type(x) is fmpq:
        return x
    mantissa, exponent = x.mid().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def shortened(x: Num, bits: int) -> Num:
    """A rational whose numerator or denominator has more than `bits` bits as a ball; all else as it is."""
    return arb(x) if type(x) is fmpq and x.height_bits() > bits else x


def sign(x: Num) -> int:
    """-1, 0 or 1. Raises Undecided where a ball contains 0 and more bits may help."""
    if x > 0:
        return 1
    if x < 0:
        return -1
    if type(x) is fmpq or x.is_zero() or ARITHMETIC.ties:
        return 0
    if x.is_nan():
        raise ValueFault("is not a number")
    raise Undecided


def exp(x: Num) -> Num:
    """eˣ; below e^-230258 a ball around 0. Raises ValueFault beyond e^230258."""
    if type(x) is fmpq and x == 0:
        return ONE
    if x > LARGEST_EXPONENT:
        raise ValueFault("overflows: the argument of exp is too large")
    if x < -LARGEST_EXPONENT:
        return ZERO if is_minus_infinity(x) else arb(0, _TINY)
    return arb(x).exp()


def log(x: Num) -> Num:
    """The natural logarithm. Raises ValueFault for x ≤ 0."""
    if sign(x) <= 0:
        raise ValueFault("is not defined: the logarithm of a number that is not positive")
    return ZERO if x == 1 else arb(x).log()


def sqrt(x: Num) -> Num:
    """The square root, exact for squares of rationals. Raises ValueFault for x < 0."""
    if sign(x) < 0:
        raise ValueFault("is not defined: the square root of a negative number")
    if type(x) is fmpq:
        p, q = x.p.isqrt(), x.q.isqrt()
        if p * p == x.p and q * q == x.q:
            return fmpq(p, q)
    return arb(x).sqrt() if sign(x) else ZERO


def divide(a: Num, b: Num) -> Num:
    """a/b. Raises ValueFault for b = 0, and for ±∞."""
    if type(b) is not fmpq and not b.is_finite() and (b < 0 or b > 0):
        raise ValueFault("is not defined: a division by ∞")
    if sign(b) == 0:
        raise ValueFault("is not defined: a division by 0")
    return a / b


def power(x: Num, n: Num) -> Num:
    """xⁿ. Raises ValueFault for negative powers of 0 and fractional ones of negative numbers."""
    if type(n) is fmpq and n.q == 1:
        exponent = int(n.p)
        if exponent < 0 and sign(x) == 0:
            raise ValueFault("is not defined: a negative power of 0")
        if abs(exponent) > 100_000:
            raise ValueFault("overflows: the exponent is too large")
        if exponent == 0 and type(x) is not fmpq and not x.is_finite():
            raise ValueFault("is not defined: a power 0 of ∞")
        if type(x) is fmpq and x.height_bits() * abs(exponent) > 100_000:
            x = arb(x)
        around_zero = type(x) is not fmpq and x.contains(0)  # there arb's own power is not a number
        return _multiplied(x, exponent) if around_zero and exponent > 0 else x**exponent
    if sign(x) < 0:
        raise ValueFault("is not defined: a fractional power of a negative number")
    if sign(x) == 0:
        if sign(n) < 0:
            raise ValueFault("is not defined: a negative power of 0")
        return ZERO if sign(n) else ONE
    if type(n) is fmpq and n.q == 2:
        return power(sqrt(x), fmpq(n.p))
    return exp(n * log(x))


def _multiplied(x: Num, exponent: int) -> Num:
    """x to a whole power above 0, by squaring."""
    half = _multiplied(x * x, exponent // 2) if exponent > 1 else ONE
    return half * x if exponent % 2 else half


def sigmoid(x: Num) -> Num:
    """1/(1 + e⁻ˣ)."""
    if x == 0:
        return HALF
    return exp(x) / (ONE + exp(x)) if x < -LARGEST_EXPONENT else ONE / (ONE + exp(-x))


def tanh(x: Num) -> Num:
    """The hyperbolic tangent."""
    return ZERO if x == 0 else arb(x).tanh()


def softplus(x: Num) -> Num:
    """ln(1 + eˣ), without a large power of e."""
    return log(ONE + exp(x)) if not x > 0 else x + log(ONE + exp(-x))


def _angle(x: Num) -> arb:
    """A finite angle as a ball. Raises ValueFault for ∞."""
    if is_minus_infinity(x) or is_minus_infinity(-x):
        raise ValueFault("is not defined: the sine, cosine or tangent of ∞")
    return arb(x)


def sin(x: Num) -> Num:
    """The sine, in radians."""
    return ZERO if x == 0 else _angle(x).sin()


def cos(x: Num) -> Num:
    """The cosine, in radians."""
    return ONE if x == 0 else _angle(x).cos()


def tan(x: Num) -> Num:
    """The tangent, in radians."""
    return ZERO if x == 0 else _angle(x).tan()


def arctan(x: Num) -> Num:
    """The angle between −π/2 and π/2 whose tangent is x."""
    return ZERO if x == 0 else arb(x).atan()


def sinh(x: Num) -> Num:
    """The hyperbolic sine. Raises ValueFault beyond ±230258."""
    return ZERO if x == 0 else (exp(x) - exp(-x)) / 2


def cosh(x: Num) -> Num:
    """The hyperbolic cosine. Raises ValueFault beyond ±230258."""
    return ONE if x == 0 else (exp(x) + exp(-x)) / 2


def erf(x: Num) -> Num:
    """The error function, 2/√π ∫₀ˣ exp(−t²) dt. Raises ValueFault far from 0."""
    if x > FARTHEST or -x > FARTHEST:
        raise ValueFault(f"is too close to its bound: erf is worked out from -{FARTHEST} to {FARTHEST}")
    return ZERO if x == 0 else arb(x).erf()


def log_to_base(base: int, x: Num) -> Num:
    """The logarithm to a whole base, exact for its whole powers. Raises ValueFault for x ≤ 0."""
    found = log(x)
    if type(x) is fmpq and 1 in {x.p, x.q}:
        power = round(float(found / arb(base).log()))
        if abs(power) < 10_000 and x == fmpq(base) ** power:
            return fmpq(power)
    return found / arb(base).log()


def nearest_whole(x: Num) -> Num:
    """The nearest whole number, a half to the even one. Raises Undecided where more bits may tell."""
    down = floor(x)
    side = sign(x - down - HALF)
    return down + (1 if side > 0 or (side == 0 and down.p % 2) else 0)


def floor(x: Num) -> Num:
    """The largest whole number that is not above x. Raises Undecided where more bits may tell."""
    if type(x) is fmpq:
        return fmpq(x.p // x.q)
    check_finite(x)
    whole = x.floor().unique_fmpz()
    if whole is None and not ARITHMETIC.ties:
        raise Undecided
    if whole is None:
        whole = (x.mid() + HALF).floor().unique_fmpz()
    if whole is None:
        raise Blurred
    return fmpq(whole)


def normal_cdf(x: Num) -> Num:
    """Φ(x), the distribution function of the standard normal distribution. Raises ValueFault far from 0."""
    if x > FARTHEST or -x > FARTHEST:
        what = "underflows" if x < 0 else "is too close to its bound"
        raise ValueFault(f"{what}: Φ is worked out from -{FARTHEST} to {FARTHEST}")
    return HALF if x == 0 else (-arb(x) / arb(2).sqrt()).erfc() / 2


def normal_density(x: Num) -> Num:
    """φ(x) = exp(-x²/2) / √(2π)."""
    return exp(-x * x / 2) / (2 * arb.pi()).sqrt()


def pi() -> Num:
    """π."""
    return arb.pi()


def infinity() -> Num:
    """∞: what may not be seen has the score −∞. No other value may be infinite."""
    return arb("inf")


def is_minus_infinity(x: Num) -> bool:
    """Whether it is −∞ itself."""
    return type(x) is not fmpq and not x.is_finite() and x < 0


def is_unknown(x: Num) -> bool:
    """Whether nothing is known of a value, not even that it is infinite: `tan(10^400)` with few bits."""
    return type(x) is not fmpq and not x.is_finite() and not (x < 0 or x > 0)


def check_value(x: Num) -> None:
    """Raises ValueFault for a ball outside 10^±100000 or too wide with all bits, Undecided where more may help; −∞ is
    a value.
    """
    if not is_minus_infinity(x):
        check_finite(x)


def check_finite(x: Num) -> None:
    """The same, where −∞ is none."""
    if type(x) is fmpq:
        return
    if not (x < _HUGE and x > -_HUGE):
        if not x.is_finite() and (x > 0 or x < 0):
            raise ValueFault("is infinite")
        if x.is_finite() and (x > _HUGE or x < -_HUGE):
            raise ValueFault("overflows")
        raise Blurred if ARITHMETIC.ties else Undecided
    if x < _TINY and x > -_TINY and not x.contains(0):
        raise ValueFault("underflows")


def as_double(x: Num) -> float:
    """A value in double precision; beyond that 0 or infinity."""
    if type(x) is not fmpq:
        return float(x)
    return float(x.p) / float(x.q) if x.height_bits() < 1000 else float(arb(x))
