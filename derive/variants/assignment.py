"""An assignment: a problem with its [variants] and a seed; it draws each student's numbers.

    assignment = Assignment(problem, seed)      # a Problem, or a Blueprint built already
    variant = assignment.draw("s4711")          # the same in any order, on any machine
    variant.problem, variant.solution, variant.code

The structure is derived once, in the Blueprint; a draw costs its numbers.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256

from derive.errors import Fault, InputError
from derive.problem.problem import Problem
from derive.problem.reading.variants_table import Variants
from derive.solution import Blueprint, Solution
from derive.variants.conditions import DrawCondition, read_condition
from derive.variants.random_stream import Stream, student_id
from derive.variants.rejections import rejections
from derive.variants.sheet_codes import code_of

NO_VALUE = "no value"


@dataclass(frozen=True)
class Variant:
    """One student's problem.

    student    the id, in Unicode NFC
    code       the short code of the sheet
    problem    the problem with the student's numbers
    blueprint  the structure, shared by all students
    """

    student: str
    code: str
    problem: Problem
    blueprint: Blueprint = field(repr=False, compare=False)

    @property
    def checksum(self) -> str:
        """Tells its given numbers from others."""
        givens = (f"{given.name.id}={','.join(map(str, given.values))}" for given in self.problem.givens)
        return sha256(";".join(sorted(givens)).encode()).hexdigest()[:8]

    @cached_property
    def solution(self) -> Solution:
        """Worked out and verified. Raises VerificationError."""
        return self.blueprint.solve(self.problem)


class Assignment:
    """A problem of which every student gets a variant. Raises InputError for a condition that cannot be read."""

    def __init__(self, problem: Problem | Blueprint, seed: str) -> None:
        self.blueprint = problem if isinstance(problem, Blueprint) else Blueprint.of(problem)
        self.problem = self.blueprint.derivation.problem
        self.variants = self.problem.variants or Variants()
        self._seed = seed
        self._conditions = list(self._read())
        self._rejections = [
            rejection
            for rejection in rejections(self.blueprint.tape, self.variants.tidy)
            if self.drawn and rejection.reason not in self.variants.allow
        ]

    @property
    def drawn(self) -> bool:
        """Whether anything is drawn: without [variants] every student has the problem as it is."""
        return bool(self.variants.choices)

    def _read(self) -> Iterator[DrawCondition]:
        read = [read_condition(requirement, self.blueprint.tape) for requirement in self.variants.require]
        if faults := [item for item in read if isinstance(item, Fault)]:
            raise InputError(faults)
        return (item for item in read if isinstance(item, DrawCondition))

    def draw(self, student: str) -> Variant:
        """The variant of a student. Raises InputError if no draw meets all conditions: which failed how often."""
        student = student_id(student)
        for attempt in self._attempts:
            problem = self._problem(student, attempt)
            if next(self._wrong(problem), None) is None:
                return Variant(student, code_of(self._seed, student), problem, self.blueprint)
        raise InputError([self._unmet(student)])

    def checksum(self, student: str) -> str:
        """That of a student's numbers; "" where none can be drawn."""
        try:
            return self.draw(student).checksum
        except InputError:
            return ""

    @property
    def _attempts(self) -> range:
        return range(1, (self.variants.tries if self.drawn else 1) + 1)

    def _problem(self, student: str, attempt: int) -> Problem:
        """The problem of one attempt."""
        return self.problem.with_values(self._numbers(student, attempt)) if self.drawn else self.problem

    def _numbers(self, student: str, attempt: int) -> dict[str, tuple[Fraction, ...]]:
        """New entries for each value that is drawn."""
        return {
            given.name.id: self.variants.choices[given.name.id].draw(
                Stream(self._seed, student, attempt, given.name.id).below, given.shape, tuple(given.values)
            )
            for given in self.problem.givens
            if given.name.id in self.variants.choices
        }

    def _wrong(self, problem: Problem) -> Iterator[str]:
        """Every condition that the numbers do not meet, and every reason to reject them."""
        try:
            values = self.blueprint.values(problem)
            yield from (f"`{condition.text}`" for condition in self._conditions if not condition.holds(values))
            yield from (rejection.reason for rejection in self._rejections if rejection.meets(values))
        except InputError:
            yield NO_VALUE

    def _unmet(self, student: str) -> Fault:
        """Why no attempt was good: each is looked at again, for every reason that speaks against it."""
        failed = Counter(
            reason for attempt in self._attempts for reason in self._wrong(self._problem(student, attempt))
        )
        counts = ", ".join(f"{reason} {count} times" for reason, count in failed.most_common())
        return Fault(
            f"none of {len(self._attempts)} draws meets all conditions; failed: {counts}",
            "relax what failed most often: a wider range, another `require`, `tidy`, or `allow` the reason",
            self.variants.place if self.variants.require else self.problem.place(),
        )
