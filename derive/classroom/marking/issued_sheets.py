"""Which sheets of a class a return can be on: those that were made last, and older ones that ask the same."""

from dataclasses import dataclass

from derive.classroom.marking.marking_worker import Orders, assignment_of
from derive.problem.problem import Problem
from derive.variants import code_of


@dataclass(frozen=True, slots=True)
class IssuedSheets:
    """The issues of the sheets that work is marked by, by the orders: 0 was made last."""

    orders: Orders

    def issue_of(self, student: str, numbers: str) -> int | None:
        """The older issue whose sheet of a student has numbers of this checksum; None for none."""
        issues = range(1, len(self.orders.older) + 1)
        return next((i for i in issues if assignment_of(self.orders, i).checksum(student) == numbers), None)

    def codes(self, student: str) -> tuple[str, ...]:
        """The codes of a student's sheets."""
        seeds = (self.orders.seed, *(seed for _, seed in self.orders.older))
        return tuple(dict.fromkeys(code_of(seed, student) for seed in seeds))


def ask_the_same(older: Problem, newer: Problem) -> bool:
    """Whether two problems differ in their numbers alone: work on one can be marked as work on the other."""
    return _asked(older) == _asked(newer)


def _asked(problem: Problem) -> tuple[object, ...]:
    givens = tuple((given.name, given.shape, given.parameter) for given in problem.givens)
    return givens, problem.equations, problem.losses, problem.gradients, problem.update, problem.samples
