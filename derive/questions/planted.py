"""A question worked through: rightly, with short numbers, or with a mistake in one step and the rest consistent."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from flint import fmpq

from derive.calculus.kernels import Flat
from derive.calculus.scalars import precision
from derive.language.expressions import Expr
from derive.language.names import Symbol
from derive.problem.settings import Digits
from derive.questions.program import ProgramLine, QuestionProgram, Route
from derive.questions.standing import Answered, TypedWork, printed_length
from derive.solution import Solution
from derive.values.digits import INFINITE, Printed, printed
from derive.values.tape import Env

BITS = 192
LARGEST = 60
"""The largest power of ten that anybody types."""
RIGHT, FOLLOWS, LOST, WRONG = "right", "follows", "saturated", "wrong"
"""What becomes of an answer, if it is no known mistake."""
CREDITED = {RIGHT, FOLLOWS}


@dataclass(frozen=True, slots=True)
class PlantedMistake:
    """A mistake made in one step: its key, all that comes of it, and what becomes of each answer."""

    key: str
    line: ProgramLine
    env: Env
    verdicts: dict[Symbol, str]


@dataclass(frozen=True)
class QuestionBench:
    """Works a question through with the numbers of a solution."""

    program: QuestionProgram
    solution: Solution
    _known: dict[Hashable, str] = field(default_factory=dict, repr=False)

    @cached_property
    def truth(self) -> Env:
        """The true values."""
        return self.program.truth(self.solution)

    @cached_property
    def lines(self) -> tuple[ProgramLine, ...]:
        """The lines that are asked."""
        return tuple(self.program.lines[place] for place in self.program.asked)

    @cached_property
    def _true_numbers(self) -> dict[Symbol, tuple[Printed, ...]]:
        """The numbers of each answer as they are printed."""
        return {line.variable: tuple(self.solution.values.printed(*line.place)) for line in self.lines}

    @cached_property
    def lengths(self) -> dict[Symbol, int]:
        """How many digits of each answer are printed."""
        return {line.variable: printed_length(line.digits) for line in self.lines}

    # --- mistakes ----------------------------------------------------------------------------------------------------

    def mistakes(self) -> Iterator[PlantedMistake]:
        """For every step and every mistake that can be made in it, the first equation that can be told from the right
        one: where the mistake is made it is not credited, and all else is.
        """
        for line in self.lines:
            for key, routes in self.program.wrong_routes(line).items():
                found = (self._planted(key, line, route.expr) for route in routes)
                yield from islice(filter(None, found), 1)

    def worked(self, wrong: ProgramLine, expr: Expr) -> Env | None:
        """All values with another equation in one line; None where one has no value."""
        env: Env = list(self.truth)
        changed: set[Symbol] = set()
        with precision(BITS, ties=True):
            for line in self.program.lines.values():
                own = expr if line.variable == wrong.variable else line.expr
                if own is None or (own is line.expr and not changed.intersection(line.uses)):
                    continue
                values = self.program.value(own, env)
                if values is None:
                    return None
                env[self.program.slot(line.variable)] = self._carried(line, values)
                changed.add(line.variable)
        return env

    def _carried(self, line: ProgramLine, values: Flat) -> Flat:
        """What the calculation goes on with."""
        return [printed(x, line.digits, ties=True).value for x in values] if line.rounded else values

    def _planted(self, key: str, line: ProgramLine, expr: Expr) -> PlantedMistake | None:
        """The mistake with one equation; None where it can not be told from the right one."""
        env = self.worked(line, expr)
        if env is None or not all(map(_is_typed, self._changed(env))):
            return None
        verdicts = self.verdicts(env)
        wrong = [variable for variable, verdict in verdicts.items() if verdict not in CREDITED]
        return PlantedMistake(key, line, env, verdicts) if wrong == [line.variable] else None

    def _changed(self, env: Env) -> Iterator[Printed]:
        """The numbers of the steps that a mistake changes."""
        for line in self.lines:
            slot = self.program.slot(line.variable)
            yield from self._shown(line, env, None) if env[slot] is not self.truth[slot] else ()

    # --- answers -----------------------------------------------------------------------------------------------------

    def typed(self, env: Env, digits: Digits | None = None) -> dict[Symbol, list[str]]:
        """What a student types for each step: the values as they are printed, or to so many digits."""
        shown = self._printed(env, digits)
        return {variable: list(map(as_typed, numbers)) for variable, numbers in shown.items()}

    def _printed(self, env: Env, digits: Digits | None) -> dict[Symbol, tuple[Printed, ...]]:
        return {line.variable: self._shown(line, env, digits) for line in self.lines}

    def _shown(self, line: ProgramLine, env: Env, digits: Digits | None) -> tuple[Printed, ...]:
        slot = self.program.slot(line.variable)
        if digits or env[slot] is not self.truth[slot]:
            with precision(BITS, ties=True):
                return tuple(printed(x, digits or line.digits, ties=True) for x in env[slot])
        return self._true_numbers[line.variable]

    def verdicts(self, env: Env, digits: Digits | None = None) -> dict[Symbol, str]:
        """What becomes of each answer: right, what follows, a mistake's key, or wrong."""
        numbers = {variable: tuple(map(_answered, each)) for variable, each in self._printed(env, digits).items()}
        return self.judged(TypedWork(self.program, self.truth, numbers, self.lengths))

    def judged(self, work: TypedWork) -> dict[Symbol, str]:
        """What becomes of each number of a work."""
        with precision(BITS, ties=True):
            return {line.variable: self._verdict(line, work) for line in self.lines}

    def _verdict(self, line: ProgramLine, work: TypedWork) -> str:
        """The verdict on a step, which depends on its own numbers and those before it alone."""
        variable, route = line.variable, self.program.route(line)
        seen = variable, *(work.numbers[each] for each in (variable, *route.params))
        if seen not in self._known:
            self._known[seen] = self._judged(line, route, work)
        return self._known[seen]

    def _judged(self, line: ProgramLine, route: Route, work: TypedWork) -> str:
        variable = line.variable
        if work.is_right(variable):
            return RIGHT
        if route.params and work.follows(variable, route):
            return FOLLOWS
        if route.params and work.is_lost(variable, route):
            return LOST
        wrong = self.program.wrong_routes(line)
        return next((key for key, routes in wrong.items() if any(work.is_mistaken(variable, r) for r in routes)), WRONG)


def as_typed(number: Printed) -> str:
    """A number as it is typed into a cell, where no e-notation is read: `-1.496*10^-6`."""
    return number.text(".", "*10^")


def _answered(number: Printed) -> Answered:
    return Answered(fmpq(number.value), "." in number.mantissa)


def _is_typed(number: Printed) -> bool:
    """Whether anybody would type a number, and double precision holds it."""
    return number.gap is None and number.mantissa != INFINITE and abs(number.exponent or 0) <= LARGEST
