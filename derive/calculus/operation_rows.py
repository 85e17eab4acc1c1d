"""The table of operations: what a row is, and how rows are found. Nothing else in the package names an activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, TypeAlias

from derive.calculus.scalars import Num
from derive.language.expressions import Apply, Expr, Index, Options, Shape

Flat: TypeAlias = list[Num]
Shapes: TypeAlias = tuple[Shape, ...]
Kernel: TypeAlias = Callable[..., Flat]
At: TypeAlias = Callable[[int, Index], Expr]


class ShapeFault(Exception):
    """Shapes that do not fit: `message` says which, `hint` what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(slots=True)
class Branches:
    """The branches that piecewise operations took; `frozen` makes them take the same ones again."""

    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How an application is printed: `style` picks the printer's rule, `tex` and `text` are the function's names."""

    style: str = "function"
    tex: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One operation.

    key          what expressions call it
    spellings    what an equation may call it, before `(`; none for operators
    summary      one line for people
    example      an application, as one writes it
    arity        the least and the largest number of arguments
    notation     how it is printed
    shape        shapes of the arguments and options → shape of the value; raises ShapeFault
    kernel       shapes, options, branches → a function from flat arguments to the flat value
    pullback     args, shapes, options, value, gradient, i → the gradient of the i-th argument, of its shape
    entry        at, shapes, options, index → one entry as a scalar expression; at(i, index) is one of the i-th argument
    defaults     the options that are numbers, with their defaults
    settings     the other options, each with its kind: `axis`, `sizes` (whole numbers) or `entries` (slices)
    positional   options that may be given without a name, behind the arguments
    elementwise  whether every entry depends on the same entry of the arguments only
    mixes        whether an entry is made of many entries of the arguments, so that it is written out on a line
    whole        whether the page shows only the whole value: single entries would say nothing more
    given        the arguments that are whole numbers to look up by: they must be given, and have no gradient
    rules        what the gradient of each argument is called as a rule; the key where it is not said
    moves        whether every entry is one of the arguments', or 0: nothing is computed
    definition   the formula in terms of simpler operations (params as names), for the page; or ""
    working      the same in several lines, as one works it out: each may use those before it as w_1, w_2, …; the last
                 one gives the value
    derivative   the derivative by each parameter as text in terms of params and the value `y`, entry by entry
    params       the parameters' names in `definition` and `derivative`
    domain       arguments that lie where the operation is defined, for tests: (low, high)
    bounds       the least and the largest value it can take, where that is limited
    kinks        shapes, options → flat arguments → the flat entries of the value that lie where the derivative jumps;
                 None for smooth operations
    overloads    the row whose spellings it shares, for another number of arguments
    jacobian     whether `derivative` gives the Jacobian of a column by a column: then the page goes through it
    """

    key: str
    spellings: tuple[str, ...]
    summary: str
    example: str
    arity: tuple[int, int]
    notation: Look
    shape: Callable[[tuple[Shape, ...], Options], Shape]
    kernel: Callable[[tuple[Shape, ...], Options, Branches], Kernel]
    pullback: Callable[[tuple[Expr, ...], tuple[Shape, ...], Options, Expr, Expr, int], Expr]
    entry: Callable[[At, tuple[Shape, ...], Options, Index], Expr]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    positional: tuple[str, ...] = ()
    elementwise: bool = False
    moves: bool = False
    mixes: bool = False
    whole: bool = False
    given: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    definition: str = ""
    working: tuple[str, ...] = ()
    derivative: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    domain: tuple[float, float] = (-3.0, 3.0)
    kinks: Callable[[tuple[Shape, ...], Options], Callable[..., list[int]]] | None = None
    bounds: tuple[int | None, int | None] | None = None
    overloads: str = ""
    jacobian: bool = False


@dataclass(frozen=True, slots=True)
class Macro:
    """An operation that stands for an expression in others: `body` in the equation language, over `params`.

    `by_shape` gives the body where it differs with the shapes of the arguments; it may raise ShapeFault. The axis is
    named `axis` in a body, and left out where none is given. The last `optional` parameters need no argument.
    """

    key: str
    spellings: tuple[str, ...]
    summary: str
    example: str
    params: tuple[str, ...]
    body: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    by_shape: Callable[[Shapes, Options], str] | None = None
    optional: int = 0

    @property
    def arity(self) -> tuple[int, int]:
        """The least and the largest number of arguments."""
        return len(self.params) - self.optional, len(self.params)


AXIS = {"axis": "axis"}
"""The setting of rows that work on each row, column or channel by itself."""

ROWS: dict[str, Row] = {}
MACROS: dict[str, Macro] = {}
FUNCTIONS: dict[str, str] = {}
OVERLOADS: dict[tuple[str, int], str] = {}
"""The row that an operation means with another number of arguments: `max(X, rows)` beside `max(a, b)`."""


MOST_ENTRIES = 1_000_000
"""Entries of a value; settings such as a padding could ask for any number of them."""


def _bounded(shape: Callable[[Shapes, Options], Shape]) -> Callable[[Shapes, Options], Shape]:
    """The shape rule of a row, refusing values that no memory holds."""

    def bounded(shapes: Shapes, options: Options) -> Shape:
        found = shape(shapes, options)
        if prod(found) > MOST_ENTRIES:
            raise ShapeFault(f"the result would have {prod(found)} entries", f"at most {MOST_ENTRIES} are worked out")
        return found

    return bounded


def register_rows(rows: Iterable[Row | Macro]) -> None:
    """Add rows to the table; a spelling that stands already is a mistake of the table's author."""
    for row in rows:
        row = replace(row, shape=_bounded(row.shape)) if isinstance(row, Row) else row  # noqa: PLW2901
        table: dict[str, Any] = ROWS if isinstance(row, Row) else MACROS
        assert row.key not in {*ROWS, *MACROS}, row.key
        table[row.key] = row
        if isinstance(row, Row) and row.overloads:
            OVERLOADS.update({(row.overloads, n): row.key for n in range(row.arity[0], row.arity[1] + 1)})
            continue
        for spelling in row.spellings:
            assert spelling not in FUNCTIONS, spelling
            FUNCTIONS[spelling] = row.key


def row_of(expr: Apply) -> Row:
    """The row of an application."""
    return ROWS[expr.op]


def option(row: Row, options: Options, name: str) -> Any:
    """An option's value, or its default."""
    return dict(options).get(name, row.defaults.get(name))


def shape_text(shape: Shape) -> str:
    """A shape in words: `a scalar`, `a vector of 3`, `3×2`."""
    if not shape:
        return "a scalar"
    return f"a vector of {shape[0]}" if len(shape) == 1 else "×".join(map(str, shape))
