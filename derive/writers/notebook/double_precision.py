"""Whether double precision gives the digits that are printed: 1 − A² does not where A is 1 but for its last place."""

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, fmpq

from derive.calculus.kernels import Branches, Flat
from derive.calculus.scalars import Num, Undecided, ValueFault, is_minus_infinity, middle, precision, to_fmpq
from derive.derivation.steps import Step
from derive.values.tape import compile_expr
from derive.values.values import Values

BITS = 53
ULPS = fmpq(1, 2 ** (BITS - 2))
"""How far a number may be off before a step, of its own size: a few operations came before."""

ROOM, ROOM_AT_0 = fmpq(1, 10**9), fmpq(1, 10**12)
"""How far `agrees` lets a number be from one that is printed, of its own size, and from 0."""

LARGEST_EXPONENT = 709
"""Beyond e^709 there are no numbers in double precision."""


def is_reached(step: Step, printed: Sequence[str], values: Values, k: int) -> bool:
    """Whether a step gives numbers that agree with the printed ones, whatever few units of their last place the numbers
    that it uses are off.
    """
    tape, derivation = values.tape, values.tape.derivation
    env = list(values.env(k))
    run = compile_expr(step.expr, tape.slots, derivation.shapes, Branches(), derivation.weights, step.name)
    for name in step.uses:
        env[tape.slots[name]] = list(map(_in_double_precision, values.flat(name, k)))
    try:
        with precision(BITS, ties=True):
            found: Flat = run(env)
    except (Undecided, ValueFault, ZeroDivisionError):
        return False
    return all(map(_agrees, found, printed))


def is_beyond(step: Step, values: Values, k: int) -> bool:
    """Whether a step uses numbers whose exponentials double precision does not have."""
    used = (x for name in step.uses for x in values.flat(name, k))
    return any(not (abs(x) <= LARGEST_EXPONENT or is_minus_infinity(x)) for x in used)


def _in_double_precision(x: Num) -> Num:
    """All that a number may be there; whole numbers and the like are exact."""
    if is_minus_infinity(x) or (type(x) is fmpq and _is_exact(x)):
        return x
    near = middle(x)
    return arb(near, abs(near) * ULPS)


def _is_exact(x: fmpq) -> bool:
    q = int(x.q)
    return q & (q - 1) == 0 and x.height_bits() <= BITS


def _agrees(x: Num, text: str) -> bool:
    """What `agrees` of the notebook asks, for all that a number may be."""
    if is_minus_infinity(x):
        return True
    number = to_fmpq(Fraction(text[1:]))
    mantissa, _, power = text[1:].partition("e")
    last = to_fmpq(Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2])))
    room = (abs(number) * ROOM if number != 0 else ROOM_AT_0) + (last / 2 if text[0] == "≈" else 0)
    return bool(abs(x - number) <= room)
