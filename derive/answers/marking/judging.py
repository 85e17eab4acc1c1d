"""The verdicts on a whole piece of work, step by step in the solution's order.

A table of the student's own numbers goes along: what was answered stands in it as written, what was not is worked out
from what was. So a fault is charged once, where it is made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from derive.answers.marking.answer_numbers import answers_by_step, arranged, numbers_of, without_unit
from derive.answers.marking.equality import Counterexample
from derive.answers.marking.explanations import TRANSPOSED, explain
from derive.answers.marking.formula_answers import circular, judged_formula
from derive.answers.marking.mistaken_routes import IMPRECISE, misshapen
from derive.answers.marking.orientation import transposed_entries
from derive.answers.marking.right_routes import is_trivial
from derive.answers.marking.rounding import UsualLength
from derive.answers.marking.step_answer import CORRECT, FOLLOWS, MISSING, UNREADABLE, WRONG, StepAnswer
from derive.answers.marking.student_values import BITS, FlatNumbers, StudentValues
from derive.answers.reading.written import Answer, Array, Remark
from derive.calculus.kernels import Flat
from derive.calculus.scalars import precision
from derive.derivation.step_settings import step_marks
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, Number, Shape
from derive.language.names import Name
from derive.solution import Solution
from derive.values.values import Values

MOST_HELD = 200
WORST_FIRST = (WRONG, UNREADABLE, MISSING, FOLLOWS, CORRECT)


@dataclass(frozen=True, slots=True)
class StepPlace:
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
    later      what such a formula names that is not known yet at its step
    turned     whether the numbers were written as the transpose
    passed_on  whether it goes on from a line without marks that is not right
    equation   gives the one that explains the numbers, right or mistaken; None where none does
    """

    place: StepPlace
    answer: Answer | None
    written: FlatNumbers | None
    entries: tuple[str, ...]
    expected: Flat
    follows: Flat | None
    diagnosis: str | None
    remarks: tuple[Remark, ...]
    marks: Fraction
    of: Fraction
    differs: Counterexample | None = None
    later: Name | None = None
    turned: bool = False
    passed_on: bool = False
    equation: Callable[[], Expr] | None = None

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
        self.answers = answers_by_step(answers, self.derivation)
        arrays = (answer.content for answer in self.answers.values() if isinstance(answer.content, Array))
        self.rows = False
        self.left = len(self.answers)
        self.usual = UsualLength.of(w for array in arrays for w in array.entries if w)

    def all(self) -> Iterator[Judged]:
        """All verdicts; behind the last answer everything is missing, and no numbers go along any more."""
        before: tuple[StudentValues, int] | None = None
        for k in self.carry.worked:
            own = StudentValues.of(self.tape, self.workings, self.truth.env(k), self.usual)
            if before is not None:
                self._carry_over(*before, own)
            yield from self._givens(own, k)
            yield from self._pass(own, k)
            before = own, k

    def _givens(self, own: StudentValues, k: int) -> Iterator[Judged]:
        """Given values are judged only where the work restates them, those of samples in their pass; what the work says
        is then the student's own.
        """
        for name, _ in self.derivation.givens if k == 1 else ():
            yield from self._restated(own, StepPlace(name.id, name, 1, None))
        for name in self.derivation.turning if k > 1 else ():
            yield from self._restated(own, StepPlace(self.derivation.id_in(name, k), name, k, None))

    def _restated(self, own: StudentValues, place: StepPlace) -> Iterator[Judged]:
        if place.id in self.answers:
            judged = self._judged(own, place)
            yield judged
            if judged.written is None:
                return
            if judged.verdict == WRONG and not judged.of:
                own.uncharged[place.name] = judged.written, ""
            else:
                own.take(place.name, judged.written, judged.expected)

    def _carry_over(self, before: StudentValues, k: int, own: StudentValues) -> None:
        """The given values as the student restated them, and the parameters after the student's own updates in pass k,
        the one before.
        """
        for name, _ in self.derivation.givens:
            if name not in self.derivation.turning:
                own.bring(name, before, name)
        changed = {step.name for step in self.derivation.carried_from(k)}
        for step in self.derivation.carried:
            own.bring(step.name.before, before, step.name if step.name in changed else step.name.before)

    def _pass(self, own: StudentValues, k: int) -> Iterator[Judged]:
        for step in self.derivation.worked(k, self.carry.updates):
            judged = self._judged(own, StepPlace(self.derivation.id_in(step.name, k), step.name, k, step))
            yield judged
            if self.left:
                self._note(own, judged, step)

    def _note(self, own: StudentValues, judged: Judged, step: Step) -> None:
        """Enter what the student has for a step into the own numbers.

        What is not right and carries no marks waits there until a step with marks has been charged for it.
        """
        written = judged.written or self._beside(judged)
        if judged.passed_on and judged.of:
            own.charge()
        waits = not judged.of and (judged.verdict == WRONG or judged.passed_on)
        if written is None or not any(written) or waits:
            own.follow(step)
            self._as_the_first(own, step)
            if waits and written is not None:
                own.uncharged[step.name] = written, judged.diagnosis or ""
            return
        values = own.value(step.expr)
        exact = self._held(own, judged)
        own.take(step.name, written, values or judged.expected, step.expr if values else None)
        if judged.verdict in {CORRECT, FOLLOWS} or exact is not None:
            own.settle(step.name, exact)
        if judged.verdict in {WRONG, FOLLOWS} and is_trivial(step, written, judged.expected):
            own.trivial.add(step.name)

    def _held(self, own: StudentValues, judged: Judged) -> Flat | None:
        """What the calculator of the student may hold for a step: the true value, or what the equation by which the
        numbers were explained gives there.
        """
        if judged.verdict == CORRECT:
            return self.truth.settled(judged.place.name, judged.place.k)
        if judged.equation is None or len(own.held) > MOST_HELD:
            return None
        equation = judged.equation()
        return own.held_behind(equation).value(equation)

    def _as_the_first(self, own: StudentValues, step: Step) -> None:
        """What is one number for every sample is for those that the page does not work out what it is for the first."""
        if isinstance(step.expr, Number) and not self.derivation.is_worked(step.name):
            own.put(step.name, own.env[self.tape.slots[self.derivation.places.called(step.name, "(1)")]])

    def _beside(self, judged: Judged) -> FlatNumbers | None:
        """The numbers that stand beside a formula that was asked for: the student goes on with them."""
        numbers = judged.answer.numbers if judged.answer else None
        found = numbers and arranged(numbers.entries, numbers.shape, self.derivation.shapes[judged.place.name])
        return found[0] if found else None

    # --- one step ----------------------------------------------------------------------------------------------------

    def _judged(self, own: StudentValues, place: StepPlace) -> Judged:
        answer = self.answers.get(place.id)
        self.left -= answer is not None
        expected = self.truth.settled(place.name, place.k)
        if answer and place.id in self.problem.marking.formula and place.step:
            return self._formula(place, place.step, answer, expected)
        answer = without_unit(answer, place.step) if answer and place.step else answer
        later = circular(self.derivation, place.step, answer) if answer else None
        shape = self.derivation.shapes[place.name]
        numbers = numbers_of(answer, own, place.step, shape) if answer and not later else None
        if answer is None or numbers is None:
            key = self._misshapen(own, place, answer) if answer else None
            entries = (MISSING if answer is None else WRONG if key else UNREADABLE,) * len(expected)
            remarks = answer.remarks if answer else ()
            return Judged(place, answer, None, entries, expected, None, key, remarks, Fraction(0), self._of(place),
                          later=later)  # fmt: skip
        return self._explained(own, place, answer, numbers, expected)

    def _misshapen(self, own: StudentValues, place: StepPlace, answer: Answer) -> str | None:
        """The mistake that leads to an array of another size than the step's."""
        if place.step is None or not isinstance(answer.content, Array) or answer.is_doubtful:
            return None
        return misshapen(self.derivation, own, place.step, answer.content.entries)

    def _formula(self, place: StepPlace, step: Step, answer: Answer, expected: Flat) -> Judged:
        found, of = judged_formula(self.derivation, step, answer), self._of(place)
        entries, marks = (found.verdict,) * len(expected), of if found.verdict == CORRECT else Fraction(0)
        return Judged(place, answer, None, entries, expected, None, None, answer.remarks, marks, of,
                      found.differs, found.later)  # fmt: skip

    def _explained(
        self, own: StudentValues, place: StepPlace, answer: Answer, numbers: tuple[FlatNumbers, bool], expected: Flat
    ) -> Judged:
        marking, of = self.problem.marking, self._of(place)
        written, turned = numbers
        found = StepAnswer(
            self.derivation, own, place.step, answer, written, expected,
            carried=expected if self.carry is self.truth else self.carry.settled(place.name, place.k),
            shown=partial(self.carry.printed, place.name, place.k),
            updated=partial(self._updated, place),
            digits=marking.digits,
            exact=place.id in marking.exact,
            decimal=self.carry.numbers.decimal,
            marks=bool(of),
            turned=turned,
            rows=self.rows,
        )  # fmt: skip
        explain(found)
        found = self._by_rival(found, answer)
        found = self._by_rows(found, self.derivation.shapes[place.name])
        if answer.unread and (answer.is_doubtful or not found.diagnosis):
            found.entries = [UNREADABLE if verdict == WRONG else verdict for verdict in found.entries]
            found.diagnosis = None
        self.rows |= found.diagnosis == TRANSPOSED
        remarks = tuple(answer.remarks if found.turned else found.remarks())
        marks = self._earned(found, remarks, of) if of else of
        return Judged(place, answer, found.written, tuple(found.entries), expected, found.follows, found.diagnosis,
                      remarks, marks, of, turned=found.turned, passed_on=found.passed_on,
                      equation=found.equation)  # fmt: skip

    def _by_rival(self, found: StepAnswer, answer: Answer) -> StepAnswer:
        """What is not right as it was read, as it may be read else: `1,443` as 1.443."""
        if answer.rival is None or not found.places(WRONG) or len(answer.rival.entries) != len(found.written):
            return found
        other = replace(found, written=answer.rival.entries, diagnosis=None, follows=None, explained={})
        explain(other)
        return found if other.places(WRONG) else other

    def _by_rows(self, found: StepAnswer, shape: Shape) -> StepAnswer:
        """A square matrix that is not right, as its transpose where the work takes rows for columns."""
        if not self.rows or found.turned or not found.places(WRONG) or len(shape) != 2 or shape[0] != shape[1]:
            return found
        turned = replace(found, written=tuple(transposed_entries(found.written, shape)), turned=True, diagnosis=None,
                         follows=None, explained={})  # fmt: skip
        explain(turned)
        return found if turned.places(WRONG) else turned

    def _earned(self, found: StepAnswer, remarks: Sequence[Remark], of: Fraction) -> Fraction:
        """The marks for the entries that are right, and those for short ones, less what the remarks cost."""
        right = sum(verdict in {CORRECT, FOLLOWS} for verdict in found.entries)
        short = len(found.places(WRONG)) if found.diagnosis == IMPRECISE else 0
        marks = of * (right + self.problem.marking.short * short) / len(found.entries)
        noticed = sum(not remark.is_notice for remark in remarks)
        return max(Fraction(0), marks - min(of, self.problem.marking.remark * noticed)) if noticed else marks

    def _of(self, place: StepPlace) -> Fraction:
        return step_marks(self.derivation, self.problem, place.step, place.id, place.k)

    def _updated(self, place: StepPlace) -> Mapping[Name, Flat]:
        """The parameters after the update of the pass, as the student has them, else truly."""
        updated = {}
        for step in self.derivation.carried_from(place.k) if place.k <= self.carry.updates else ():
            given = self.answers.get(self.derivation.id_in(step.name, place.k))
            values = self.truth.settled(step.name, place.k)
            if given and isinstance(given.content, Array) and len(given.content.entries) == len(values):
                values = [w.value if w else x for w, x in zip(given.content.entries, values, strict=True)]
            updated[step.name.before] = values
        return updated
