"""One answer against one step: the truth first, then the student's own numbers, then what lies close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from derive.answers.marking.rounding import CUT, EXACT, WIDEST, allowed, near, standing, within
from derive.answers.marking.student_values import Own
from derive.answers.reading.written import Answer, Remark, WrittenNumber
from derive.calculus.differentiation import settled, shape_of
from derive.calculus.operation_rows import Flat, ShapeFault, row_of
from derive.calculus.scalars import Num
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, names_in, substitute
from derive.language.names import Derivative, Name
from derive.problem.settings import Digits
from derive.values.digits import Printed, printed

CORRECT, FOLLOWS, MISSING, UNREADABLE, WRONG = "correct", "follows", "missing", "unreadable", "wrong"
OPEN = ""


@dataclass(slots=True)
class Case:
    """What an answer is measured by, and what has been found so far.

    step       the step that it answers; None for a given value restated
    written    the numbers read, flat; None for one that was left out
    expected   the true values; `carried` those under the problem's own carry
    shown      gives those as they are printed, worked out when they are first asked for
    digits     how many significant digits an entry needs; None: one fewer than printed
    exact      whether only the exact value counts
    decimal    the problem's decimal sign
    turned     whether the numbers were written as the transpose
    entries    a verdict for each entry, OPEN until it is found
    follows    what the step's equation gives at the student's own numbers
    diagnosis  the key of what explains a wrong answer
    """

    derivation: Derivation
    own: Own
    step: Step | None
    answer: Answer
    written: tuple[WrittenNumber | None, ...]
    expected: Flat
    carried: Flat
    shown: Callable[[], list[Printed]]
    digits: int | None
    exact: bool
    decimal: str
    turned: bool = False
    entries: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    follows: Flat | None = None
    diagnosis: str | None = None

    def settle(self) -> None:
        """Find a verdict for every entry; wrong ones are left to the diagnosis."""
        self.remarks = list(self.answer.remarks)
        self.entries = [MISSING if w is None else CORRECT if self._is_true(i, w) else OPEN for i, w in self.given()]
        if OPEN in self.entries:
            self._follow()
            self._guard()
            self._forgive()
        self.entries = [verdict or WRONG for verdict in self.entries]
        if self.exact and not self.diagnosis and all(map(self._is_rounded, self.wrong())):
            self.diagnosis = "not_exact" if self.wrong() else None
        if self.turned:
            self._turn()

    def given(self) -> list[tuple[int, WrittenNumber | None]]:
        """The entries' numbers with their places."""
        return list(enumerate(self.written))

    def wrong(self) -> list[tuple[int, WrittenNumber]]:
        """The numbers that are wrong, with their places."""
        return [(i, w) for i, w in self.given() if w and self.entries[i] == WRONG]

    def _turn(self) -> None:
        """What was written as the transpose is not right, whatever its numbers are."""
        if not self.wrong():
            self.diagnosis = "outer_product_transposed"
        self.entries = [MISSING if w is None else WRONG for w in self.written]
        self.remarks = list(self.answer.remarks)

    # --- truth -------------------------------------------------------------------------------------------------------

    def _is_true(self, i: int, w: WrittenNumber) -> bool:
        """Whether a number is the exact value, or that under the problem's carry, rounded or cut to its length."""
        values = (self.expected[i],) if self.carried is self.expected else (self.expected[i], self.carried[i])
        hows = [how for value in values if (how := self._standing(w, value))]
        if {*hows} == {CUT}:
            self._remark("cut", i, w)
        if hows and EXACT not in hows and (w.digits < self._needed(i) or w.unit > abs(self.expected[i])):
            self._remark("precision", i, w)
        return bool(hows)

    def _standing(self, w: WrittenNumber, value: Num) -> str | None:
        """How a number stands for a value; where the exact one is asked for, as that alone."""
        how = standing(w, value)
        return None if self.exact and how != EXACT else how

    def _needed(self, i: int) -> int:
        return self.digits or max(1, _length(self.shown()[i]) - 1)

    def _remark(self, kind: str, i: int, w: WrittenNumber, key: str = "") -> None:
        """A remark with the number as it is printed, or with as many digits as are needed where those are more."""
        right = self.shown()[i]
        if _length(right) <= w.digits < self._needed(i):
            right = printed(self.expected[i], Digits(self._needed(i)), ties=True)
        self.remarks.append(Remark(kind, self.answer.line, w.text, right.text(self.decimal), key=key))

    def _forgive(self) -> None:
        """What lies within one unit of its last place, with enough digits, is right after all."""
        for i, w in self.given():
            if (
                not self.entries[i]
                and w
                and not self.exact
                and w.digits >= self._needed(i)
                and near(w, self.expected[i])
            ):
                self.entries[i] = CORRECT
                self._remark("precision", i, w, "near")

    def _is_rounded(self, place: tuple[int, WrittenNumber]) -> bool:
        """Whether a number is the right one, or the one that follows, but rounded."""
        i, w = place
        return any(values and standing(w, values[i]) for values in (self.expected, self.follows))

    # --- what follows ------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Grant `follows` to the entries that some route from the student's own numbers gives."""
        for own, expr in self._ways():
            values = own.value(expr)
            if values is None or len(values) != len(self.written):
                continue
            self.follows = self.follows or values
            self._grant(own, expr, values)
            if OPEN not in self.entries:
                return
        self._grant_line()

    def _grant_line(self) -> None:
        """Grant what a line of numbers gives whose numbers, as they were rounded, all stand for what belongs there."""
        given, values = self.answer.granted, self.follows or self.expected
        for i, w in self.given() if len(given) == len(values) and not self.exact else ():
            x = given[i]
            if self.entries[i] or w is None or x is None or standing(w, x) is None:
                continue
            if abs(x - values[i]) <= WIDEST * abs(x):
                self.entries[i] = FOLLOWS
                self.follows = [x if j == i else y for j, y in enumerate(self.follows or values)]

    def _ways(self) -> Iterator[tuple[Own, Expr]]:
        """The routes with the student's own numbers, then with the true values of what was not answered: what is
        missing is not wrong.
        """
        ways = self._routes()
        for expr in ways:
            yield self.own, expr
        steps = {step.name for step in self.derivation.steps}
        for expr in ways:
            missing = [name for name in names_in(expr) if name in steps and name not in self.own.answered]
            if missing:
                yield self.own.with_truth(missing), expr

    def _grant(self, own: Own, expr: Expr, values: Flat) -> None:
        """What a route gives; where exact values are asked for, only from numbers that were not rounded before."""
        widths: Flat | None = None
        rounded = self.exact and bool(own.rounded.intersection(names_in(expr)))
        for i, w in self.given():
            if self.entries[i] or w is None or (rounded and w.placed):
                continue
            if self._standing(w, values[i]) is None:
                if self.exact:
                    continue
                widths = widths or own.widths(expr, values)
                if not within(w, values[i], allowed(widths[i], values[i])):
                    continue
            self.entries[i] = FOLLOWS

    def _routes(self) -> tuple[Expr, ...]:
        if self.step is None:
            return ()
        known = self.own.workings.routes
        if self.step.name not in known:
            known[self.step.name] = tuple(routes(self.derivation, self.step))
        return known[self.step.name]

    # --- guards ------------------------------------------------------------------------------------------------------

    def _guard(self) -> None:
        """Take back what a fault made too easy, and values that cannot be."""
        if self.step is None:
            return
        low, high = _bounds(self.step)
        for i, w in self.given():
            if w and ((low is not None and w.value < low) or (high is not None and w.value > high)):
                self.entries[i], self.diagnosis = WRONG, "impossible"
        made_easy = FOLLOWS in self.entries and is_trivial(self.step, self.written, self.expected)
        if made_easy and not self.own.trivial.intersection(self.step.uses):
            self.entries = [WRONG if verdict == FOLLOWS else verdict for verdict in self.entries]
            self.diagnosis = "saturated" if all(w is None or w.value == 0 for w in self.written) else "trivial"


def routes(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A step's equation, and the same with what it uses written out: σ′ by z or by A, skipped steps."""
    yield step.expr
    known = {s.name: s.expr for s in (*derivation.forward, *derivation.backward)}
    used = [name for name in step.uses if name in known and name != step.name]
    whole = substitute(step.expr, {name: known[name] for name in used})
    slopes: dict[Name, Expr] = {name: expr for name, expr in known.items() if isinstance(name, Derivative)}
    alone = [substitute(step.expr, {name: known[name]}) for name in used if derivation.is_worked(name)]
    for expr in dict.fromkeys((*alone, whole, substitute(whole, slopes))):
        if expr != step.expr and _fits(expr, step, derivation):
            yield settled(expr, derivation.shapes)


def _fits(expr: Expr, step: Step, derivation: Derivation) -> bool:
    try:
        return shape_of(expr, derivation.shapes) == step.shape
    except ShapeFault:
        return False


def _length(number: Printed) -> int:
    """How many significant digits are printed."""
    return len(number.mantissa.replace(".", "").lstrip("0"))


def is_trivial(step: Step, written: Sequence[WrittenNumber | None], expected: Flat) -> bool:
    """Whether a fault has made the numbers too easy: all zeros where the truth is not, or all equal where it is not.

    In an update nothing is: an error of 0 is what a perceptron learns for.
    """
    if step.phase == "update":
        return False
    numbers = [w.value for w in written if w]
    if all(x == 0 for x in numbers):
        return any(not _is_zero(x) for x in expected)
    return len(numbers) > 1 and _are_alike(numbers) and not _are_alike(expected)


def _are_alike(numbers: Flat) -> bool:
    """Whether numbers are written alike."""
    first = str(numbers[0])
    return all(str(x) == first for x in numbers[1:])


def _is_zero(x: Num) -> bool:
    return bool(x == 0) or (hasattr(x, "contains") and bool(x.contains(0)))


def _bounds(step: Step) -> tuple[int | None, int | None]:
    """The least and the largest number that the step's one function can give, where that is limited."""
    if not isinstance(step.expr, Apply) or not all(isinstance(arg, Ref) for arg in step.expr.args):
        return None, None
    return row_of(step.expr).bounds or (None, None)
