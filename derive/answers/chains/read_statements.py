"""A statement as it was read: the step that it names, and what each link of its chain is."""

import re
from dataclasses import dataclass, replace

from derive.answers.pages.statements import StatedSide
from derive.answers.reading.contents import scaled_array
from derive.answers.reading.grids import Reading
from derive.answers.reading.written import Array, Unreadable
from derive.language.expressions import Index
from derive.language.names import Name
from derive.language.step_ids import StepId

RESULT, NUMBERS, FORMULA, MIXED, UNREADABLE = "result", "numbers", "formula", "mixed", "unreadable"
_MIXED_UP = re.compile(
    r"[-−+]?(?:\d[\d.,]*|[\[(][-−+\d.,;|\s\[\]()]*[\])](?:\^\{?T\}?|['ᵀ])?)[\s,;:]+[^\W\d_₀-₉]{2,}(?![({\w])"
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a left side names: a quantity, an entry or a slice of it, and whether it is meant after an update (`@1`)."""

    name: Name
    index: Index | None = None
    passes: int = 1
    updated: bool = False
    is_slice: bool = False

    @property
    def step(self) -> str:
        """The id of the step."""
        name = self.name.id  # of most it is the whole id
        return str(StepId(name, self.passes)) if self.updated or self.passes > 1 else name


@dataclass(frozen=True, slots=True)
class ReadSide:
    """A link as it was read: `reading` is None and `fault` says why where it could not be; `numbers` are those of a
    result, which is nothing else; `unit` is a word behind them that was not read. A result with a `fault` is a value
    in the `whole` text that could not be read; one without has words behind it there. `rival` is what the numbers say
    with the other decimal sign.
    """

    link: StatedSide
    kind: str
    reading: Reading | None = None
    fault: Unreadable | None = None
    numbers: Array | None = None
    unit: str = ""
    whole: str = ""
    rival: Array | None = None


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement as it was read; without a target where its left side names nothing of the problem.

    aside  whether it says again what another statement rests on
    """

    target: Target | None
    left: str
    line: int
    parts: tuple[ReadSide, ...]
    aside: bool = False

    def last(self, kind: str) -> ReadSide | None:
        """The last link of a kind."""
        return next((part for part in reversed(self.parts) if part.kind == kind), None)

    @property
    def unread(self) -> tuple[str, Unreadable] | None:
        """The first link that could not be read, or not as a whole, and why."""
        return next(((part.whole or part.link.text, part.fault) for part in self.parts if part.fault), None)

    @property
    def result(self) -> Array | None:
        """The numbers of its last result."""
        part = self.last(RESULT)
        return part.numbers if part else None


def as_result(parts: tuple[ReadSide, ...]) -> tuple[ReadSide, ...]:
    """The links of a chain; an array with a factor that stands alone is its result."""
    part = parts[0]
    alone = len(parts) == 1 and part.kind == NUMBERS and part.reading is not None
    numbers = scaled_array(part.reading) if alone and part.reading else None
    return (replace(part, kind=RESULT, numbers=numbers),) if numbers else parts


def up_to_unread(parts: tuple[ReadSide, ...]) -> tuple[ReadSide, ...]:
    """The links of a chain up to one that begins with a value and cannot be read: what follows may be about another
    quantity.
    """
    for i, part in enumerate(parts[:-1]):
        if (part.whole and not part.fault) or (part.fault and _MIXED_UP.match(part.whole or part.link.text)):
            return parts[: i + 1]
    return parts
