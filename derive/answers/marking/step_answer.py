"""One answer to one step: what it is measured by, and what has been found of it so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from flint import arb, fmpq

from derive.answers.marking.rounding import CUT, EXACT, as_long_as_meant, is_noise, is_precise, standing, with_zeros
from derive.answers.marking.student_values import StudentValues
from derive.answers.reading.written import Answer, Remark, WrittenNumber
from derive.calculus.kernels import Flat
from derive.calculus.scalars import Num
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr
from derive.language.names import Name
from derive.problem.settings import Digits
from derive.values.digits import Printed, printed

CORRECT, FOLLOWS, MISSING, UNREADABLE, WRONG = "correct", "follows", "missing", "unreadable", "wrong"
OPEN = ""

Places: TypeAlias = list[tuple[int, WrittenNumber]]
"""Numbers with the entries that they stand for."""


@dataclass
class Attempt:
    """An equation at some numbers, to be compared with what was written.

    values    what it gives, flat; None where it says nothing
    key       of the mistake that is made in it; "" for none
    own       the student's numbers that it was tried at, `equation` (made when it is asked for) tells its widths
    """

    values: Sequence[Num | None]
    key: str = ""
    own: StudentValues | None = None
    equation: Callable[[], Expr] | None = None

    @cached_property
    def widths(self) -> Flat:
        """By how much the rounding of the numbers it was tried at may move each value."""
        assert self.own is not None
        assert self.equation is not None
        return self.own.widths(self.equation(), list(self.values))


@dataclass(slots=True)
class StepAnswer:
    """An answer, and the verdict on each of its entries.

    step       the step that it answers; None for a given value restated
    written    the numbers read, flat; None for one that was left out
    expected   the true values; `carried` those under the problem's own carry
    shown      gives those as they are printed, worked out when they are first asked for
    updated    gives the parameters after the update of the pass
    digits     how many significant digits an entry needs; None: one fewer than printed
    exact      whether only the exact value counts
    decimal    the problem's decimal sign
    marks      whether the step carries marks
    turned     whether the numbers were written as the transpose
    rows       whether an array before was, and was charged: the work takes rows for columns throughout
    entries    a verdict for each entry, OPEN until it is found
    explained  the attempts that explain entries
    follows    what the step's equation gives at the student's own numbers
    exact_values  what it gives at the exact values of right numbers, once asked for
    diagnosis  the key of what explains a wrong answer, `mistaken` the attempt that does
    """

    derivation: Derivation
    own: StudentValues
    step: Step | None
    answer: Answer
    written: tuple[WrittenNumber | None, ...]
    expected: Flat
    carried: Flat
    shown: Callable[[], Sequence[Printed]]
    updated: Callable[[], Mapping[Name, Flat]]
    digits: int | None
    exact: bool
    decimal: str
    marks: bool = True
    turned: bool = False
    rows: bool = False
    entries: list[str] = field(default_factory=list)
    explained: dict[int, Attempt] = field(default_factory=dict)
    follows: Flat | None = None
    exact_values: Flat | None = None
    diagnosis: str | None = None
    mistaken: Attempt | None = None

    def places(self, verdict: str) -> Places:
        """The numbers with a verdict, or OPEN ones, with their places."""
        return [(i, w) for i, w in enumerate(self.written) if w and self.entries[i] == verdict]

    @property
    def passed_on(self) -> bool:
        """Whether an entry goes on from a line without marks that is not right."""
        return any(attempt.own and attempt.own.charged for attempt in self.explained.values())

    @property
    def equation(self) -> Callable[[], Expr] | None:
        """What gives the one equation that explains all numbers, or the wrong ones where a mistake does."""
        explained = [self.mistaken] if self.mistaken else [*self.explained.values()]
        return next((attempt.equation for attempt in explained if attempt.equation), None)

    def stands(self, w: WrittenNumber, value: Num) -> str | None:
        """How a number stands for a value; where the exact one is asked for, as that alone."""
        how = self.standing(w, value)
        return how if how == EXACT or (how and not self.exact and is_precise(w, value, self.written)) else None

    def standing(self, w: WrittenNumber, value: Num) -> str | None:
        """How a number stands for a value, the noise that a computer leaves of 0 for 0."""
        return standing(w, value) or (EXACT if value == 0 and is_noise(w, value, self._scale) else None)

    @property
    def _scale(self) -> Num:
        """How large the numbers of the step are, 1 where all are 0."""
        return max((abs(x) for x in self.expected if x != 0), key=arb, default=fmpq(1))

    def exactly(self) -> Flat:
        """What the step's equation gives at what the calculator holds; the truth where it has no value."""
        if self.exact_values is None:
            values = self.own.held_behind(self.step.expr).value(self.step.expr) if self.step else None
            self.exact_values = values or self.expected
        return self.exact_values

    def needed(self, i: int) -> int:
        """How many significant digits an entry needs."""
        return self.digits or max(1, _length(self.shown()[i]) - 1)

    def remarks(self) -> list[Remark]:
        """What was noticed while reading, and what is noticed of right numbers: too short, cut, or off by one unit."""
        return [*self.answer.remarks, *(found for i, w in self.places(CORRECT) if (found := self._remark(i, w)))]

    def _remark(self, i: int, w: WrittenNumber) -> Remark | None:
        hows = {how for value in (self.expected[i], self.carried[i]) if (how := self.stands(w, value))}
        if not hows:
            return self._noticed("precision", i, w, "near")
        if EXACT not in hows:
            w = as_long_as_meant(w, self.expected[i])
        long = w if self.digits else with_zeros(w, self.expected[i], self.needed(i))
        if EXACT not in hows and long.digits < self.needed(i):
            return self._noticed("precision", i, w)
        return self._noticed("cut", i, w) if hows == {CUT} else None

    def _noticed(self, kind: str, i: int, w: WrittenNumber, key: str = "") -> Remark:
        """A remark with the number as it is printed, or with as many digits as are needed where those are more."""
        right = self.shown()[i]
        if _length(right) <= w.digits < self.needed(i):
            right = printed(self.expected[i], Digits(self.needed(i)), ties=True)
        return Remark(kind, self.answer.line, w.text, right.text(self.decimal), key=key)


def _length(number: Printed) -> int:
    """How many significant digits are printed."""
    return len((number.gap or number).mantissa.replace(".", "").lstrip("0"))
