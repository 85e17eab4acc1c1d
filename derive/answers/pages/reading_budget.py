"""How much of a work is read: several times what a person writes about a problem, and no more, however long it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from derive.answers.reading.written import Answer, Unreadable
from derive.solution import Solution

LEAST, EACH_STEP, EACH_ENTRY = 3_000, 180, 110
A_LINE, A_STATEMENT, A_COMPARISON = 40, 80, 56
LARGEST_TEXT = 4


@dataclass(slots=True)
class Budget:
    """What is left of it, in characters; `unread` tells what was left out.

    characters   of mathematics to be read (a statement counts as A_STATEMENT more)
    comparisons  of numbers in the working with what they stand for
    text         the longest text that is searched for mathematics (a line counts as A_LINE more)
    """

    characters: int
    comparisons: int
    text: int
    unread: list[Answer] = field(default_factory=list)

    @staticmethod
    def of(solution: Solution) -> Budget:
        """The budget for a work on a problem, by its steps and their entries."""
        shapes = solution.blueprint.derivation.shapes
        entries = sum(map(prod, shapes.values())) * len(solution.values.worked)
        size = LEAST + EACH_STEP * len(solution.ids) + EACH_ENTRY * entries
        return Budget(size, size // A_COMPARISON, LARGEST_TEXT * size)

    def reads(self, length: int) -> bool:
        """Whether a statement of some length can still be read; it is paid for."""
        self.characters -= length + A_STATEMENT
        return self.characters >= 0

    def compares(self) -> bool:
        """Whether one more number can be compared."""
        self.comparisons -= 1
        return self.comparisons >= 0

    def leave(self, line: int, message: str, hint: str) -> None:
        """Note what was not read, and why."""
        self.unread.append(Answer("", "…", "", line, Unreadable(message, hint)))
