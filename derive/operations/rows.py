"""The table of operations: what a row is, and how rows are found. Nothing else in the package names an activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from derive.language.expressions import Apply, Expr, Index, Options, Shape
from derive.operations.scalars import Num

Flat: TypeAlias = list[Num]
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
class Notation:
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
    defaults     the options with their defaults
    elementwise  whether every entry depends on the same entry of the arguments only
    definition   the formula in terms of simpler operations (params as names), for the page; or ""
    derivative   the derivative by each parameter as text in terms of params and the value `y`
    params       the parameters' names in `definition` and `derivative`
    domain       arguments that lie where the operation is defined, for tests: (low, high)
    bounds       the least and the largest value it can take, where that is limited
    kink         args → whether the value lies where the derivative jumps; None for smooth operations
    """

    key: str
    spellings: tuple[str, ...]
    summary: str
    example: str
    arity: tuple[int, int]
    notation: Notation
    shape: Callable[[tuple[Shape, ...], Options], Shape]
    kernel: Callable[[tuple[Shape, ...], Options, Branches], Kernel]
    pullback: Callable[[tuple[Expr, ...], tuple[Shape, ...], Options, Expr, Expr, int], Expr]
    entry: Callable[[At, tuple[Shape, ...], Options, Index], Expr]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    elementwise: bool = False
    definition: str = ""
    derivative: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    domain: tuple[float, float] = (-3.0, 3.0)
    kink: Callable[..., bool] | None = None
    bounds: tuple[int | None, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Macro:
    """An operation that stands for an expression in others: `body` in the equation language, over `params`."""

    key: str
    spellings: tuple[str, ...]
    summary: str
    example: str
    params: tuple[str, ...]
    body: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


ROWS: dict[str, Row] = {}
MACROS: dict[str, Macro] = {}
FUNCTIONS: dict[str, str] = {}


def register(rows: Iterable[Row | Macro]) -> None:
    """Add rows to the table; a spelling that stands already is a mistake of the table's author."""
    for row in rows:
        table: dict[str, Any] = ROWS if isinstance(row, Row) else MACROS
        assert row.key not in {*ROWS, *MACROS}, row.key
        table[row.key] = row
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
    """A shape in words: `a scalar`, `3 components`, `3×2`."""
    if not shape:
        return "a scalar"
    return f"a vector of {shape[0]}" if len(shape) == 1 else "×".join(map(str, shape))
