"""The verdicts on a whole piece of work, step by step in the solution's order.

A table of the student's own numbers goes along: what was answered stands in it as written, what was not is worked out
from what was. So a fault is charged once, where it is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import prod

from flint import fmpq

from derive.answers.case import CORRECT, FOLLOWS, MISSING, UNREADABLE, WRONG, Case, is_trivial
from derive.answers.diagnosis import diagnose
from derive.answers.equality import Counterexample, same_function
from derive.answers.model import EXACT_DIGITS, Answer, Array, Remark, Unreadable, Written
from derive.answers.own import BITS, Own
from derive.derivation import Derivation, Step
from derive.language.expressions import Expr, Shape
from derive.language.names import Derivative, Name
from derive.operations.calculus import uniform
from derive.operations.rows import Flat, ShapeFault
from derive.operations.scalars import precision
from derive.operations.shapes import offset
from derive.solution import Solution
from derive.values import Values
from derive.writers.json import step_id

WORST_FIRST = (WRONG, UNREADABLE, MISSING, FOLLOWS, CORRECT)

Numbers = tuple[Written | None, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A step in a pass: its id, its name, the pass that holds its value, and the step (None for a given value)."""

    id: str
    name: Name
    k: int
    step: Step | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one step.

    answer     what the work says; None if nothing
    written    the numbers that were judged (of a formula its values), flat; None where there are none
    entries    a verdict for each entry
    expected   the true values, flat
    follows    what the student's own earlier numbers give, flat, where something was not right
    diagnosis  the key of a known mistake that explains the answer, or None
    remarks    what costs nothing
    marks, of  what was earned, of how many
    differs    where a formula that was asked for gives something else
    """

    place: Place
    answer: Answer | None
    written: Numbers | None
    entries: tuple[str, ...]
    expected: Flat
    follows: Flat | None
    diagnosis: str | None
    remarks: tuple[Remark, ...]
    marks: Fraction
    of: Fraction
    differs: Counterexample | None = None

    @property
    def verdict(self) -> str:
        """The worst of the entries'."""
        return min(self.entries, key=WORST_FIRST.index)


def judge(solution: Solution, answers: Sequence[Answer]) -> list[Judged]:
    """Every step of a solution with what the answers earn, in the solution's order."""
    with precision(BITS, ties=True):
        return list(_Judge(solution, answers).all())


class _Judge:
    def __init__(self, solution: Solution, answers: Sequence[Answer]) -> None:
        self.problem = solution.problem
        self.tape = solution.blueprint.tape
        self.derivation: Derivation = solution.blueprint.derivation
        self.carry: Values = solution.values
        self.truth: Values = solution.exact
        self.workings = solution.blueprint.workings
        self.answers = _by_step(answers, self.derivation)

    def all(self) -> Iterator[Judged]:
        before: Own | None = None
        for k in self.carry.worked:
            own = Own.of(self.tape, self.workings, self.truth.env(k))
            if before is None:
                yield from self._givens(own)
            else:
                self._carry_over(before, own)
            yield from self._pass(own, k)
            before = own

    def _givens(self, own: Own) -> Iterator[Judged]:
        """Given values are judged only where the work restates them; what it says is then the student's own."""
        for name, _ in self.derivation.givens:
            if name.id in self.answers:
                judged = self._judged(own, Place(name.id, name, 1, None))
                yield judged
                if judged.written is not None:
                    own.take(name, judged.written, judged.expected)

    def _carry_over(self, before: Own, own: Own) -> None:
        """The given values as the student restated them, and the parameters after the student's own updates."""
        for name, _ in self.derivation.givens:
            own.bring(name, before, name)
        for step in self.derivation.carried:
            own.bring(step.name.before, before, step.name)

    def _pass(self, own: Own, k: int) -> Iterator[Judged]:
        last = self.carry.updates > 0 and k > self.carry.updates
        for step in self.derivation.forward if last else self.derivation.steps:
            judged = self._judged(own, Place(step_id(step, k), step.name, k, step))
            yield judged
            self._note(own, judged, step)

    def _note(self, own: Own, judged: Judged, step: Step) -> None:
        """Enter what the student has for a step into the own numbers."""
        if judged.written is None or not any(judged.written):
            own.follow(step)
            return
        own.take(step.name, judged.written, own.value(step.expr) or judged.expected)
        if judged.verdict in {WRONG, FOLLOWS} and is_trivial(judged.written, judged.expected):
            own.trivial.add(step.name)

    # --- one step ----------------------------------------------------------------------------------------------------

    def _judged(self, own: Own, place: Place) -> Judged:
        answer = self.answers.get(place.id)
        expected = self.truth.settled(place.name, place.k)
        if answer and place.id in self.problem.marking.formula and place.step:
            return self._formula(place, place.step, answer, expected)
        written = self._numbers(own, place, answer, len(expected)) if answer else None
        if answer is None or written is None:
            entries = (MISSING if answer is None else UNREADABLE,) * len(expected)
            remarks = answer.remarks if answer else ()
            return Judged(place, answer, None, entries, expected, None, None, remarks, Fraction(0), self._of(place))
        case = self._case(own, place, answer, written, expected)
        case.settle()
        return self._closed(place, case)

    def _formula(self, place: Place, step: Step, answer: Answer, expected: Flat) -> Judged:
        """A formula that was asked for, compared as a function with the step's, whatever else it is written with."""
        content, of = answer.content, self._of(place)
        differs: Counterexample | None = None
        if isinstance(content, Unreadable):
            verdict = UNREADABLE
        elif isinstance(content, Array):
            verdict = WRONG
        else:
            steps = (*self.derivation.forward, *self.derivation.backward)
            verdict, differs = _same(content, step.expr, self.derivation.shapes, steps)
        entries = (verdict,) * len(expected)
        marks = of if verdict == CORRECT else Fraction(0)
        return Judged(place, answer, None, entries, expected, None, None, answer.remarks, marks, of, differs)

    def _case(self, own: Own, place: Place, answer: Answer, written: Numbers, expected: Flat) -> Case:
        marking = self.problem.marking
        return Case(
            self.derivation, own, place.step, answer, written, expected,
            carried=self.carry.settled(place.name, place.k),
            shown=partial(self.carry.printed, place.name, place.k),
            digits=marking.digits,
            exact=place.id in marking.exact,
            decimal=self.carry.numbers.decimal,
        )  # fmt: skip

    def _closed(self, place: Place, case: Case) -> Judged:
        diagnosis = diagnose(case, self._updated(place)) if WRONG in case.entries else None
        earned = sum(verdict in {CORRECT, FOLLOWS} for verdict in case.entries)
        of = self._of(place)
        lost = min(of, self.problem.marking.remark * len(case.remarks))
        marks = max(Fraction(0), of * earned / len(case.entries) - lost)
        return Judged(place, case.answer, case.written, tuple(case.entries), case.expected, case.follows, diagnosis,
                      tuple(case.remarks), marks, of)  # fmt: skip

    def _numbers(self, own: Own, place: Place, answer: Answer, size: int) -> Numbers | None:
        """The numbers of an answer, flat; a formula's are its values at the student's own numbers.

        One number stands for every entry where all of them are the same by nature, as in dR/dA = 1.
        """
        content = answer.content
        if isinstance(content, Unreadable):
            return None
        if isinstance(content, Array):
            one = len(content.entries) == 1 and place.step is not None and uniform(place.step.expr) is not None
            entries = content.entries * size if one else content.entries
            return entries if len(entries) == size else None
        values = own.value(content)
        if values is None or len(values) not in {1, size}:
            return None
        return tuple(Written(x, fmpq(0), EXACT_DIGITS, answer.given) for x in values * (size // len(values)))

    def _of(self, place: Place) -> Fraction:
        """The marks of a step: none for given values, local derivatives, parts and helpers, unless named."""
        marking, asked, name = self.problem.marking, self.problem.page.ask, place.name
        if place.id in marking.steps:
            return marking.steps[place.id]
        if place.step is None or place.step.helper or (asked and place.id not in asked):
            return Fraction(0)
        if isinstance(name, Derivative) and (name.of != self.derivation.loss or name.via is not None):
            return Fraction(0)
        return marking.marks if marking.entry is None else marking.entry * prod(self.derivation.shapes[name])

    def _updated(self, place: Place) -> Mapping[Name, Flat]:
        """The parameters after the update of the pass, as the student has them, else truly."""
        updated = {}
        for step in self.derivation.carried if place.k <= self.carry.updates else ():
            given = self.answers.get(f"{step.id}@{place.k}")
            values = self.truth.settled(step.name, place.k)
            if given and isinstance(given.content, Array) and len(given.content.entries) == len(values):
                values = [w.value if w else x for w, x in zip(given.content.entries, values, strict=True)]
            updated[step.name.before] = values
        return updated


def _same(
    content: Expr, expr: Expr, shapes: Mapping[Name, Shape], steps: Sequence[Step]
) -> tuple[str, Counterexample | None]:
    """The verdict on a formula, and where it differs; one that does not fit in itself cannot be read."""
    try:
        differs = same_function(content, expr, shapes, steps)
    except (ShapeFault, KeyError):
        return UNREADABLE, None
    return (CORRECT if differs is None else WRONG), differs


def _by_step(answers: Sequence[Answer], derivation: Derivation) -> dict[str, Answer]:
    """The last answer for each step; answers for single entries fill what no whole one says."""
    whole = {answer.step: answer for answer in answers if answer.step and answer.entry is None}
    for answer in answers:
        if answer.step and answer.entry is not None and isinstance(answer.content, Array):
            whole[answer.step] = _with_entry(whole.get(answer.step), answer, derivation)
    return whole


def _with_entry(whole: Answer | None, part: Answer, derivation: Derivation) -> Answer:
    """The answer for a step with one more of its entries, where that is still open."""
    shape = next((s for name, s in derivation.shapes.items() if name.id == part.step.partition("@")[0]), ())
    empty = Array(shape, (None,) * max(1, prod(shape)))
    content = whole.content if whole and isinstance(whole.content, Array) else empty
    assert isinstance(part.content, Array)
    assert part.entry is not None
    entries = list(content.entries)
    at = offset(shape, part.entry)
    if at < len(entries) and entries[at] is None:
        entries[at] = part.content.entries[0]
    base = whole or replace(part, entry=None, given="")
    given = base.given if whole and all(content.entries) else "; ".join(filter(None, (base.given, part.given)))
    return replace(base, content=replace(content, entries=tuple(entries)), given=given)
