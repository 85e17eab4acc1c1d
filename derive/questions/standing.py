"""When a question credits a number: the rule that `templates/stack.mac` writes in Maxima, for the tests of a question.

Maxima sees a number, not how it was written: zeros at its end are lost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

from flint import arb, fmpq

from derive.calculus.kernels import Flat
from derive.calculus.scalars import Num
from derive.language.names import Symbol
from derive.problem.settings import Digits
from derive.questions.program import QuestionProgram, Route
from derive.values.tape import Env

MOST = 15
"""The digits of a number in double precision."""
FLOATS = 1e-300, 1e300
TEN = fmpq(10)
NOTHING = fmpq(1, 10**80)
SMALL = 100
"""Below this nobody writes a power of ten: 18.0 was written with its zero."""
SLACK = 1 + fmpq(1, 10**9)


def printed_length(digits: Digits) -> int:
    """How many digits are printed: significant ones, below 0 decimals."""
    return -digits.count if digits.decimals else digits.count


@dataclass(frozen=True, slots=True)
class Answered:
    """A number as a student types it: its value, and whether it has a decimal point."""

    value: fmpq
    pointed: bool

    def __hash__(self) -> int:
        """Of the numerator alone: a rational's own hash costs more than all else that is done with it."""
        return hash((int(self.value.p), self.pointed))


def _order(x: Num) -> int:
    size = abs(arb(x).mid())
    if FLOATS[0] < float(size) < FLOATS[1]:
        return floor(log10(float(size)))
    return int((size.log() / arb(10).log() + arb(10) ** -50).floor().mid().unique_fmpz() or 0)


def _is_nothing(x: Num) -> bool:
    return bool(arb(x).contains(0)) or bool(abs(arb(x)) < NOTHING)


def last_place(x: Num, digits: int) -> fmpq:
    """One unit of the last of so many digits of a value; below 0 so many decimals, where it reaches them."""
    if _is_nothing(x):
        return fmpq(0)
    if digits > 0 or bool(abs(arb(x).mid()) < TEN**digits / 2):
        return TEN ** (_order(x) + 1 - max(digits, 1))
    return TEN**digits


def _written(number: Answered) -> fmpq:
    if number.value == 0:
        return fmpq(0)
    unit = TEN ** _order(number.value)
    for _ in range(MOST - 1):
        if (number.value / unit).q == 1:
            break
        unit /= 10
    return min(unit, fmpq(1, 10)) if number.pointed and abs(number.value) < SMALL else unit


def _short(number: Answered, value: Num) -> Num:
    """The unit of a number's last digit, but no more than a tenth of a value."""
    tenth = abs(value) / 10
    return tenth if bool(tenth < _written(number)) else _written(number)


def _is_near(number: Answered, value: Num, width: Num, length: int) -> bool:
    a, t = number.value, arb(value).mid()
    if _is_nothing(value):
        return bool(abs(arb(a)) <= width)
    if a == 0:
        return bool(abs(t) <= width)
    unit = _short(number, t)
    if bool(a * t < 0) or bool(abs(arb(a)) >= abs(t)):
        unit /= 2
    return bool(abs(a - t) <= width + max(last_place(t, length), unit) * SLACK)


@dataclass(frozen=True)
class TypedWork:
    """A student's numbers by variable, and the lengths that each was asked with; `truth` are the true values."""

    program: QuestionProgram
    truth: Env
    numbers: dict[Symbol, tuple[Answered, ...]]
    lengths: dict[Symbol, int]

    def follows(self, variable: Symbol, route: Route) -> bool:
        """Whether the numbers of a step are what an equation gives at the student's own numbers: by how much these are
        rounded, so much may they be off.
        """
        env = self._at_own(route)
        base = self.program.value(route.expr, env)
        if base is None or self.is_lost(variable, route):
            return False
        nothing: list[Num] = [fmpq(0)] * len(base)
        return self._are_near(variable, base, nothing) or self._are_near(variable, base, self._widths(route, env, base))

    def is_right(self, variable: Symbol) -> bool:
        """Whether the numbers of a step are the true ones."""
        values = self.truth[self.program.slot(variable)]
        return self._are_near(variable, values, [fmpq(0)] * len(values))

    def is_lost(self, variable: Symbol, route: Route) -> bool:
        """Whether a 0 stands for what is none, though all before it is right: a value was rounded to its bound."""
        pairs = zip(self.numbers[variable], self.truth[self.program.slot(variable)], strict=True)
        return any(x.value == 0 and not _is_nothing(t) for x, t in pairs) and all(map(self.is_right, route.params))

    def is_mistaken(self, variable: Symbol, route: Route) -> bool:
        """Whether the numbers of a step are what a mistake gives at the student's own numbers, to a hundredth."""
        base = self.program.value(route.expr, self._at_own(route))
        return base is not None and self._are_near(variable, base, [abs(arb(b).mid()) / 100 for b in base])

    def _are_near(self, variable: Symbol, base: Flat, widths: Sequence[Num]) -> bool:
        triples = zip(self.numbers[variable], base, widths, strict=True)
        return all(_is_near(number, value, width, self.lengths[variable]) for number, value, width in triples)

    def _at_own(self, route: Route) -> Env:
        env = list(self.truth)
        for param in route.params:
            env[self.program.slot(param)] = [x for x, _ in self._own(param)]
        return env

    def _widths(self, route: Route, env: Env, base: Flat) -> list[Num]:
        widths: list[Num] = [fmpq(0)] * len(base)
        for param, i, unit in self._units(route):
            values = self._moved(route, env, param, i, unit) or self._moved(route, env, param, i, -unit)
            if values is not None:
                widths = [w + abs(arb(x - b)).mid() for w, x, b in zip(widths, values, base, strict=True)]
        return widths

    def _moved(self, route: Route, env: Env, param: Symbol, i: int, by: fmpq) -> Flat | None:
        slot = self.program.slot(param)
        moved = list(env)
        moved[slot] = [*env[slot][:i], env[slot][i] + by, *env[slot][i + 1 :]]
        return self.program.value(route.expr, moved)

    def _own(self, param: Symbol) -> Iterator[tuple[Num, fmpq]]:
        """The numbers of a step with one unit of the last place of each; what is exactly true loses nothing."""
        for number, true in zip(self.numbers[param], self.truth[self.program.slot(param)], strict=True):
            middle = arb(true).mid()
            if bool(abs(number.value - middle) <= abs(middle) / 10**12):
                yield true, fmpq(0)
                continue
            last = last_place(number.value, self.lengths[param])
            yield number.value, max(last, _short(number, number.value))

    def _units(self, route: Route) -> Iterator[tuple[Symbol, int, fmpq]]:
        for param in route.params:
            yield from ((param, i, unit) for i, (_, unit) in enumerate(self._own(param)) if unit != 0)
