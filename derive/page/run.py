"""One run of a page: the values of its steps, what confirmed them, and what the page remembers of them."""

from dataclasses import dataclass, field
from typing import TypeAlias

from derive.calculus.kernels import Flat
from derive.language.expressions import Expr
from derive.language.names import Name
from derive.page.chains import Addends, Relation
from derive.page.document import Mentions
from derive.values.digits import Printed
from derive.values.tape import CompiledExpr
from derive.values.values import Values
from derive.verification.verify import Verification

PlacedTexts: TypeAlias = tuple[str, str, str, str]
"""A number at the beginning of a line, inside one, where what stands beside it binds tightly, and as a first factor."""


@dataclass(frozen=True, slots=True)
class PageMemory:
    """What views of one run have found out, each for a pass: several formats ask the same.

    relations  whether a relation is an equation
    texts      the entries of a name in the four positions, for each way to write numbers
    literals   expressions at the printed numbers, None where those leave no value
    terms      terms as they are printed, with the digits of a name
    kept       which terms of a long sum are shown
    first      the first of the places where something is said once
    """

    relations: dict[tuple[Relation, int], bool] = field(default_factory=dict)
    texts: dict[object, dict[tuple[Name, int], dict[int, PlacedTexts]]] = field(default_factory=dict)
    literals: dict[tuple[CompiledExpr, int], Flat | None] = field(default_factory=dict)
    terms: dict[tuple[Expr, Name, int], Printed] = field(default_factory=dict)
    kept: dict[tuple[Addends, int], list[int | None]] = field(default_factory=dict)
    first: dict[Mentions, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class PageRun:
    """What fills a page: `values`, and `verification` where they were confirmed. `memory` is the page's own."""

    values: Values
    verification: Verification | None = None
    memory: PageMemory = field(default_factory=PageMemory, repr=False)
