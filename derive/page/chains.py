"""What a line of a page is made of: formulas, values, sums and places to fill in, with the relations between them."""

from dataclasses import dataclass
from typing import TypeAlias

from derive.language.expressions import Expr, Index, Number, Shape
from derive.language.names import Name
from derive.values.digits import Printed


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with its names, with every number put in (`numbers`), or with those of the names in `data`."""

    expr: Expr
    numbers: bool = False
    data: frozenset[Name] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """The value of a step, or of one entry; `final` for those a reader looks for, `k` for that of a certain pass."""

    name: Name
    index: Index | None = None
    final: bool = False
    k: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Addends:
    """A long sum with every number put in: terms that are 0 are left out, of more than `most` those in the middle;
    `factor` stands before it.
    """

    terms: tuple[tuple[Expr, int], ...]
    name: Name
    most: int | None
    factor: Number | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """A sum with each term evaluated at the printed numbers, printed with the digits of `name`; after the Addends
    `of` a long sum only those that stand there.
    """

    terms: tuple[tuple[Expr, int], ...]
    name: Name
    of: Addends | None = None


@dataclass(frozen=True, slots=True)
class EntryGrid:
    """The entries of an array, each written out with its numbers, in the place of the array."""

    exprs: tuple[Expr, ...]
    name: Name


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill in: the value of the step `step` (an id), or of one entry of it."""

    step: str
    name: Name
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A place to write a formula."""


@dataclass(frozen=True, slots=True)
class NumberList:
    """Numbers that stand as they are, whatever the run, such as a reader's own; None for one that was left out."""

    entries: tuple[Printed | None, ...]
    shape: Shape = ()


Shown: TypeAlias = Formula | Result | Addends | Terms | EntryGrid | Blank | Room | NumberList


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """The sign before a link: `=` where `kind` is `same` or the predicate holds, else `≈`; `arrow` is ←.

    put in     the numbers put in are the names' values, nothing cut (`nodes`)
    terms      the sum of the `terms` at the printed numbers is exactly that of what is printed for them
    result     the printed result is exactly what the line before it gives at the printed numbers (`expr`), or, where
               that line holds no numbers (`formula`), the value itself (`name`, `index`); after a line of
               terms their sum counts (`terms`); a scalar `expr` stands for every entry
    """

    kind: str
    nodes: tuple[Expr, ...] = ()
    expr: Expr | None = None
    name: Name | None = None
    index: Index | None = None
    formula: bool = False
    terms: tuple[tuple[Expr, int], ...] = ()


SAME = Relation("same")
ARROW = Relation("arrow")


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One link of a chain: its relation to what stands before it."""

    relation: Relation
    shown: Shown


@dataclass(frozen=True, slots=True)
class Chain:
    """`head = a = b ≈ c`; without a head it goes on with the chain above it."""

    head: Name | None
    links: tuple[ChainLink, ...]
    index: Index | None = None
