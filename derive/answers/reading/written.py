"""What a piece of work consists of once it is read: numbers as they were written, answers, and what was noticed."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from flint import fmpq

from derive.calculus.scalars import Num
from derive.language.expressions import Expr, Shape

EXACT_DIGITS = 1_000_000
ORIENTATIONS = {"row_for_column", "column_for_row"}
NOT_READ = "read_without"
"""Of a remark on a unit or a word behind a number."""
ROW, COLUMN = "row", "column"
_VALUE_IN = re.compile(r"\d[.,]\d|(?<![\w{(\[^])\d")


class WrittenNumber(NamedTuple):
    """A number as it was written.

    value   exactly what stands there; of a formula its value
    unit    one unit of its last written place (`-4,08·10^-7`: 10^-9); 0 for fractions, which have no last place; of a
            formula what the units of the numbers in it come to
    digits  how many significant digits were written; EXACT_DIGITS for fractions and formulas
    text    the number as it stands in the work
    """

    value: Num
    unit: Num
    digits: int
    text: str

    @property
    def placed(self) -> bool:
        """Whether it was written place by place, so that it has a last one."""
        return self.digits < EXACT_DIGITS

    @property
    def is_quotient(self) -> bool:
        """Whether it is two numbers that somebody has still to divide."""
        return "/" in self.text or "frac" in self.text


@dataclass(frozen=True, slots=True)
class Remark:
    """Something noticed that costs nothing by default.

    kind     `miscopied`, `cut`, `precision` or `notation`
    line     of the work, from 1; None for answer files without lines
    written  as in the work
    right    what should stand there, with the problem's decimal sign; "" where nothing can be said
    message  a sentence to the student, once it is worded
    lines    others that it concerns too, where it is told once for all of them
    key      of its sentence in the catalogue, where that is not the kind's
    """

    kind: str
    line: int | None
    written: str
    right: str
    message: str = ""
    key: str = ""
    lines: tuple[int, ...] = ()

    @property
    def is_habit(self) -> bool:
        """Whether it is about the way in which numbers are written, and is told once a work."""
        return self.is_notice or self.kind in {"cut", "precision"} or self.key in ORIENTATIONS

    @property
    def is_notice(self) -> bool:
        """Whether it only tells which of two readings was taken, so that it never costs anything."""
        return self.key.startswith("read_")


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers read as an array.

    entries  flat, None for an entry that was left empty
    stands   how a list was written: as a row, a column, or neither
    """

    shape: Shape
    entries: tuple[WrittenNumber | None, ...]
    stands: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text cannot be read, and where in it."""

    message: str
    hint: str = ""
    start: int = 0
    end: int = 1


@dataclass(frozen=True, slots=True)
class Substituted:
    """A number in the working that differs from what it stands for: `name` is the id of the quantity (or entry)."""

    name: str
    written: str
    right: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the work.

    step         the id of the step it answers (`dL/dW_2`, `z_1@2`); "" if it matches none
    left         the left side as it was written
    given        the answer as it was written
    line         of the work, from 1; None for formats without lines
    content      what was read: numbers, a formula over the problem's names, or why it could not be read
    remarks      what was noticed while reading (a row for a column, an ambiguous number, a miscopied term)
    entry        which entry of the step alone is answered (from 0); None for the whole
    substituted  numbers in the working that differ from the quantities they stand for
    computed     what the line of numbers in the working gives, exactly, where it could be evaluated (flat)
    granted      the same of a line whose numbers all stand for what belongs there, rounded though they may be
    numbers      those beside a formula that was asked for
    unread       a member of its chain that could not be read, and why; None for none
    rival        what else its numbers may say, with the other decimal sign; None for nothing
    """

    step: str
    left: str
    given: str
    line: int | None
    content: Array | Expr | Unreadable
    remarks: tuple[Remark, ...] = ()
    entry: tuple[int, ...] | None = None
    substituted: tuple[Substituted, ...] = ()
    computed: tuple[fmpq, ...] = ()
    granted: tuple[fmpq | None, ...] = ()
    numbers: Array | None = None
    unread: tuple[str, Unreadable] | None = None
    rival: Array | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether a part of the line that could not be read has a value in it: this one may be about something else."""
        return self.unread is not None and _VALUE_IN.search(self.unread[0]) is not None

    @property
    def is_line(self) -> bool:
        """Whether it is a line of a work that counts for no step, and no answer."""
        return not self.step and not self.left
