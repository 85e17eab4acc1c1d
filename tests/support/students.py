"""Simulated students: they know the right equations, write numbers of some length, and may make one fault."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import TypeAlias

from flint import arb, fmpq

from derive import examples
from derive.answers.marking.student_values import BITS, StudentValues
from derive.answers.reading.written import EXACT_DIGITS, Answer, Array, WrittenNumber
from derive.calculus.kernels import Flat
from derive.calculus.scalars import precision
from derive.derivation.steps import Step
from derive.page.workings import Workings
from derive.problem.settings import Digits
from derive.solution import Solution
from derive.values.digits import INFINITE, Printed, printed


def first_pass(name: str) -> bool:
    """Whether the simulated students work on it: everything but long trainings. It is asked while tests are collected,
    so that the file is not read as a problem.
    """
    found = tomllib.loads(examples.path(name).read_text("utf-8")).get("update", {})
    updates = found if isinstance(found, list) else [found]
    return all(each.get("steps", 1) < 50 and each.get("epochs", 1) < 10 for each in updates)


NAMES = [name for name in examples.names() if first_pass(name)]


def ten(power: int) -> fmpq:
    """A power of ten."""
    return fmpq(10) ** power if power >= 0 else fmpq(1, 10**-power)


def as_written(number: Printed) -> WrittenNumber:
    """A printed number as a student would copy it."""
    if number.mantissa == INFINITE:
        return WrittenNumber(number.value, fmpq(0), EXACT_DIGITS, number.text())
    last = number.gap or number
    decimals = len(last.mantissa.partition(".")[2]) - (last.exponent or 0)
    digits = decimals if number.gap else len(number.mantissa.replace(".", "").lstrip("0")) or 1
    return WrittenNumber(number.value, ten(-decimals), digits, number.text())


def cut(number: WrittenNumber, value: fmpq) -> WrittenNumber:
    """The same number with its digits cut off instead of rounded."""
    if abs(number.value) <= abs(value):
        return number
    step = number.unit if number.value > 0 else -number.unit
    shorter = number.value - step
    return WrittenNumber(shorter, number.unit, number.digits, str(shorter)) if shorter != 0 else number


def answer(step: str, shape: tuple[int, ...], numbers: list[WrittenNumber]) -> Answer:
    """An answer to a step."""
    return Answer(step, step, "", None, Array(shape, tuple(numbers)))


Fault: TypeAlias = Callable[[StudentValues, Flat], Flat]


@dataclass
class Student:
    """Works the first pass of a problem out: `digits` long, cut or rounded, going on with what was written or exactly.

    `faults` change the numbers of single steps before they are written; `skip` leaves steps out; `last` is the id of
    the step that the work ends with.
    """

    solution: Solution
    digits: int
    cuts: bool = False
    carries_on: bool = True
    skip: Callable[[Step], bool] = lambda step: False
    faults: dict[str, Fault] = field(default_factory=dict)
    last: str = ""

    def steps(self) -> Iterator[Step]:
        """The steps of the first pass but the updates: what another update's turn needs is not worked out there."""
        env, slots = self.solution.exact.env(1), self.solution.blueprint.tape.slots
        derivation = self.solution.blueprint.derivation
        yield from (step for step in (*derivation.forward, *derivation.backward) if env[slots[step.name]])

    def work(self) -> list[Answer]:
        """The answers."""
        with precision(BITS, ties=True):
            return self._worked()

    def _worked(self) -> list[Answer]:
        own = StudentValues.of(self.solution.blueprint.tape, Workings(), self.solution.exact.env(1))
        answers = []
        for step in self.steps():
            values = own.value(step.expr)
            if values is None:  # a fault made it a division by 0: the student stops here
                break
            if step.id in self.faults:
                values = self.faults[step.id](own, values)
            written = [self.write(x) for x in values]
            left_out = step.id not in self.faults and self.skip(step)
            if self.carries_on and not left_out:
                own.take(step.name, written, values)
            else:
                own.put(step.name, values)
            if not left_out:
                answers.append(answer(step.id, step.shape, written))
            if step.id == self.last:
                break
        return answers

    def write(self, x: object) -> WrittenNumber:
        """A value as this student writes it."""
        number = as_written(printed(x, Digits(self.digits), ties=True))
        if isinstance(x, arb) and x.contains(number.value):  # nobody can tell it from a number that ends there
            return number
        return cut(number, x) if self.cuts and number.value else number  # type: ignore[arg-type]


def text_of(answer: Answer) -> str:
    """An answer as a student would type it: a number, `[1; 2]`, or a matrix row by row."""
    assert isinstance(answer.content, Array)
    texts = [w.text if w else "?" for w in answer.content.entries]
    shape = answer.content.shape
    if not shape:
        return texts[0]
    width = shape[1] if len(shape) == 2 else 1
    return f"[{'; '.join(' '.join(texts[i : i + width]) for i in range(0, len(texts), width))}]"


def off(factor: Fraction) -> Fault:
    """Every number times a factor."""
    return lambda own, flat: [x * fmpq(factor.numerator, factor.denominator) for x in flat]


def five_percent(random: Random) -> Fault:
    """Every number off by 5 %, up or down."""
    factor = fmpq(105, 100) if random.random() < 0.5 else fmpq(95, 100)
    return lambda own, flat: [x * factor for x in flat]
