"""Numbers in a line against what they stand for: the student's own value, the true one, or any mention of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from derive.answers.marking.evaluator import Evaluator
from derive.answers.marking.rounding import near, standing
from derive.answers.reading.grids import Reading, WrittenArray
from derive.answers.reading.written import WrittenNumber
from derive.calculus.kernels import Flat
from derive.calculus.scalars import Num
from derive.language.expressions import Expr, Number
from derive.language.names import Name


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """Where a number stands in a reading: a span, or a cell of an array (-1: the whole array)."""

    span: tuple[int, int] | None
    grid: Name | None = None
    cell: int = 0

    def where(self, reading: Reading) -> tuple[int, int] | None:
        """Its span in the text, a cell's that of the number in it."""
        grid = reading.grids[self.grid] if self.grid is not None and self.cell >= 0 else None
        cell = grid.cells[self.cell] if grid else None
        return cell.span if isinstance(cell, Number) else self.span


NUMBER, SIGN, OMITTED = "number", "sign", "omitted"


@dataclass(frozen=True, slots=True)
class Miss:
    """What differs from what it stands for: a number, the sign of a part, or a term that is not there.

    place    where it stands
    written  the number; None for an array whose columns are run together, and for what is no number
    target   the part of the formula it stands for, `at` which of its entries (-1: the whole)
    right    the value that belongs there
    kind     NUMBER, SIGN or OMITTED
    """

    place: NumberPlace
    written: WrittenNumber | None
    target: Expr
    at: int
    right: Num
    kind: str = NUMBER

    @property
    def turned(self) -> bool:
        """Whether nothing but the sign is wrong."""
        return self.kind == SIGN or (self.written is not None and standing(self.written, -self.right) is not None)


Misses: TypeAlias = list[Miss]


class Literals:
    """The plain numbers and arrays of one reading."""

    def __init__(self, evaluator: Evaluator, reading: Reading) -> None:
        self.evaluator, self.reading = evaluator, reading

    def number(self, written: Number, target: Expr) -> Misses | None:
        """A number against a scalar part of a formula."""
        candidates = self.evaluator.candidates(target)
        if candidates is None or len(candidates) != 1:
            return None
        w, (values,) = self.reading.written(written), candidates
        return [] if _is_one(w, values) else [Miss(NumberPlace(written.span), w, target, 0, values[0])]

    def entries(self, numbers: Sequence[WrittenNumber], array: Name, target: Expr) -> Misses | None:
        """The numbers of an array against the entries of a part of a formula."""
        candidates = self.evaluator.candidates(target)
        if candidates is None:
            return None
        return [
            Miss(NumberPlace(None, array, i), w, target, i, values[0])
            for i, (w, values) in enumerate(zip(numbers, candidates, strict=True))
            if not _is_one(w, values)
        ]

    def run_together(self, grid: WrittenArray, name: Name, target: Expr) -> Misses | None:
        """An array whose digits are those of the right numbers without the gaps between them."""
        mentions = [[w.text for w in mention if w] for mention in self.evaluator.mentioned(target)]
        own = self.evaluator.value(target)
        texts = "".join(_digits(self.reading.written(cell).text) for cell in grid.cells if isinstance(cell, Number))
        if own is None or not texts or not any(_digits("".join(said)) == texts for said in mentions):
            return None
        return [Miss(NumberPlace(grid.span, name, -1), None, target, -1, own[1][0])]


def may_stand_for(w: WrittenNumber, value: Num) -> bool:
    """Whether a number in a line may stand for a value: rounded or cut, or off by one in its last of several places."""
    return standing(w, value) is not None or (w.digits > 1 and near(w, value))


def _is_one(w: WrittenNumber, values: Flat) -> bool:
    """Whether a number may stand for one of several values."""
    return any(may_stand_for(w, value) for value in values)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
