"""The table of operations: what a row is, and how rows are found. Nothing else in the package names an activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, TypeAlias

from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes
from derive.language.expressions import Apply, Expr, Index, Option, Options, Shape, applied_in, apply, operations_in

At: TypeAlias = Callable[[int, Index], Expr]


@dataclass(frozen=True, slots=True)
class Look:
    """How an application is printed: `style` picks the printer's rule, `tex` and `text` are the function's names."""

    style: str = "function"
    tex: str = ""
    text: str = ""

    @staticmethod
    def operator(name: str, text: str = "") -> Look:
        """A function in upright letters, set as an operator: clip."""
        return Look("function", rf"\operatorname{{{name}}}", text or name)

    @staticmethod
    def upright(name: str) -> Look:
        """A function in upright letters, set as a name: ReLU."""
        return Look("function", rf"\mathrm{{{name}}}", name)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a function means, in a sentence: its key, under `functions` in the catalogue, and what stands in its places,
    in the language over the row's parameters.
    """

    key: str
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GradientContext:
    """What the gradient of the `i`-th argument is made of: the arguments, their shapes, the options, the value, and the
    gradient of the value.
    """

    args: tuple[Expr, ...]
    shapes: Shapes
    options: Options
    value: Expr
    gradient: Expr
    i: int

    @property
    def shape(self) -> Shape:
        """The shape of the argument."""
        return self.shapes[self.i]

    @property
    def settings(self) -> dict[str, Option]:
        """The options, to apply an operation with."""
        return dict(self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation: all that is said of it anywhere.

    What it is:
    key          what expressions call it
    spellings    what an equation may call it, before `(`; none for operators
    summary      one line for people
    example      an application, as one writes it
    arity        the least and the largest number of arguments
    overloads    the row whose spellings it shares, for another number of arguments
    defaults     the options that are numbers, with their defaults
    settings     the other options, each with its kind: `axis`, `sizes` (whole numbers), `entries` (slices), `above 0`
    positional   options that may be given without a name, behind the arguments
    given        the arguments that are whole numbers to look up by: they must be given, and have no gradient

    What it computes:
    shape        shapes of the arguments and options → shape of the value; raises ShapeFault
    kernel       shapes, options, branches → a function from flat arguments to the flat value
    entry        at, shapes, options, index → one entry as a scalar expression; at(i, index) is one of the i-th argument
    pullback     the gradient of an argument, of its shape
    params       the parameters' names in `definition`, `derivative` and `meaning`
    expansion    shapes, options → the formula, over the parameters, that it is short for with these; "" where it is
                 worked out itself
    derivative   the derivative by each parameter as text in terms of params and the value `y`, entry by entry
    definition   the formula in terms of simpler operations (params as names), for the page; or ""
    working      the same in several lines, as one works it out: each may use those before it as w_1, w_2, …; the last
                 one gives the value
    elementwise  whether every entry depends on the same entry of the arguments only
    branches     whether the first argument says which of the others it is: so it does of the derivative
    stateless    whether its kernel holds nothing, so that all steps may share it: never that of pieces with branches
    moves        whether every entry is one of the arguments', or 0: nothing is computed
    domain       arguments that lie where the operation is defined, for tests: (low, high)
    bounds       the least and the largest value it can take, where that is limited
    kinks        shapes, options → flat arguments → the flat entries of the value that lie where the derivative jumps;
                 None for smooth operations. The convention taken there stands in the catalogue, under `kinks`
    sympy        the function of SymPy that it is; "" where it is none
    formula      the formula in terms of simpler operations for other programs, where it is not the page's `definition`
    code         how a program calls it, by the program's key: `{0}` is the first argument. Nothing where its formula
                 says it there too
    numpy        how NumPy calls it for whole arrays, in the same way, or shapes, options → that; "" where it has no
                 word for it. A column of n has the shape (n, 1) there

    How it stands on a page:
    notation     how it is printed
    mixes        whether an entry is made of many entries of the arguments, so that it is written out on a line
    whole        whether the page shows only the whole value: single entries would say nothing more
    plain        whether a number put in shows no more than the value itself: sgn(-2)
    valued       whether its value stands in its place where numbers are put in: 0 for [2 = 1]
    sparse       whether most of its entries are 0, so that a formula with it is simpler entry by entry
    meaning      the sentence that explains it
    by_sign      the notes on it by the signs of its argument: `relu` for `relu_on` and so on, in the catalogue
    explained    the key of the note that explains the settings, "" for none
    chosen       shapes, options → flat argument → for each entry of the value the flat entry that was chosen for it
    seen         shapes, options → for each flat entry of the value the flat entries of the first argument in its window
    rules        what the gradient of each argument is called as a rule; the key where it is not said
    variant      shapes, options → a word that picks the sentence for how it is applied, where there is one
    facts        shapes, options → what the sentence of its rule tells: numbers, expressions, keys of words
    prime_of     the operation whose derivative it is, ReLU′
    jacobian     where `derivative` gives the Jacobian of a column by a column, which the page then goes through: its
                 entries on the diagonal and beside it, in terms of the value's entries i and j; its sentence
                 speaks of a softmax
    from_scores  whether it is a softmax, or one's logarithm: it makes probabilities of scores, the logits
    said         whether a page says in a sentence, not by its name, what it does to a gradient
    threshold    of a threshold unit the argument that the output rises with
    """

    key: str
    spellings: tuple[str, ...] = ()
    summary: str
    example: str
    arity: tuple[int, int] = (1, 1)
    overloads: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    positional: tuple[str, ...] = ()
    given: tuple[int, ...] = ()

    shape: Callable[[Shapes, Options], Shape]
    kernel: Callable[[Shapes, Options, Branches], Kernel]
    entry: Callable[[At, Shapes, Options, Index], Expr]
    pullback: Callable[[GradientContext], Expr]
    params: tuple[str, ...] = ()
    derivative: tuple[str, ...] = ()
    definition: str = ""
    working: tuple[str, ...] = ()
    expansion: Callable[[Shapes, Options], str] | None = None
    elementwise: bool = False
    branches: bool = False
    stateless: bool = False
    moves: bool = False
    domain: tuple[float, float] = (-3.0, 3.0)
    bounds: tuple[int | None, int | None] | None = None
    kinks: Callable[[Shapes, Options], Callable[..., list[int]]] | None = None
    sympy: str = ""
    formula: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    numpy: str | Callable[[Shapes, Options], str] = ""

    notation: Look
    mixes: bool = False
    whole: bool = False
    plain: bool = False
    valued: bool = False
    sparse: bool = False
    meaning: Wording | None = None
    by_sign: str = ""
    explained: Callable[[Options], str] | None = None
    chosen: Callable[[Shapes, Options], Callable[[Flat], list[int]]] | None = None
    seen: Callable[[Shapes, Options], Sequence[Sequence[int]]] | None = None
    rules: tuple[str, ...] = ()
    variant: Callable[[Shapes, Options], str] | None = None
    facts: Callable[[Shapes, Options], Mapping[str, int | str | Expr]] | None = None
    prime_of: str = ""
    jacobian: tuple[str, str] | None = None
    from_scores: bool = False
    said: bool = False
    threshold: int | None = None


def array_row(key: str, summary: str, example: str, *, also: tuple[str, ...] = (), **fields: Any) -> Row:
    """The row of a function of arrays that is called by its key, `also` by other spellings, and set upright where
    `notation` says nothing else.
    """
    fields.setdefault("notation", Look.operator(key))
    return Row(key=key, spellings=(key, *also), summary=summary, example=example, **fields)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The gradient of a loss of p and y by z, where p = `inner(z)`, is p − y over the number of samples.

    key      its sentence, under `shortcuts` in the catalogue
    inner    the operation that makes p
    log      the operation without which the loss is not written out
    samples  shape of p → how many samples the loss is a mean over, where no axis makes one loss for each
    whole    whether it holds only where each target adds up to 1
    logits   whether the loss takes z itself
    """

    key: str
    inner: str
    log: str
    samples: Callable[[Shape], int]
    whole: bool = False
    logits: bool = False

    def short(self, p: Expr, y: Expr) -> Expr:
        """p − y."""
        return apply("subtract", p, y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """An operation that stands for an expression in others: `body` in the equation language, over `params`.

    `by_shape` gives the body where it differs with the shapes of the arguments; it may raise ShapeFault. The axis is
    named `axis` in a body, and left out where none is given. The last `optional` parameters need no argument.
    `shortcut` is the short rule for its gradient. Of a loss `output` is the activation that stands before it in a new
    network, where that is not the usual one, `targets` what the target is drawn from, as [variants] writes it,
    and `others` what it is called elsewhere, parted by ` | `.
    """

    key: str
    spellings: tuple[str, ...] = ()
    summary: str
    example: str
    params: tuple[str, ...]
    body: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    by_shape: Callable[[Shapes, Options], str] | None = None
    optional: int = 0
    shortcut: Shortcut | None = None
    output: str = ""
    targets: str = "{ choices = [0, 1] }"
    others: str = ""

    @property
    def arity(self) -> tuple[int, int]:
        """The least and the largest number of arguments."""
        return len(self.params) - self.optional, len(self.params)


def macro(
    key: str, summary: str, body: str, params: str = "p, y", *, also: tuple[str, ...] = (), example: str = "",
    **fields: Any,
) -> Macro:  # fmt: skip
    """The macro that is called by its key, `also` by other spellings, with an example over its parameters."""
    return Macro(key=key, spellings=(key, *also), summary=summary, body=body, params=tuple(params.split(", ")),
                 example=example or f"{key}({params})", **fields)  # fmt: skip


AXIS = {"axis": "axis"}
"""The setting of rows that work on each row, column or channel by itself."""

ROWS: dict[str, Row] = {}
MACROS: dict[str, Macro] = {}
COMPUTED: dict[str, Row] = {}
"""Rows that no equation holds: they stand for others where these are computed."""
FUNCTIONS: dict[str, str] = {}
OVERLOADS: dict[tuple[str, int], str] = {}
"""The row that an operation means with another number of arguments: `max(X, rows)` beside `max(a, b)`."""


MOST_ENTRIES = 1_000_000
"""Entries of a value; settings such as a padding could ask for any number of them."""


def _bounded(shape: Callable[[Shapes, Options], Shape]) -> Callable[[Shapes, Options], Shape]:
    """The shape rule of a row, refusing values that no memory holds."""

    def bounded(shapes: Shapes, options: Options) -> Shape:
        found = shape(shapes, options)
        if found and prod(found) > MOST_ENTRIES:
            raise ShapeFault(f"the result would have {prod(found)} entries", f"at most {MOST_ENTRIES} are worked out")
        return found

    return bounded


def register_rows(rows: Iterable[Row | Macro]) -> None:
    """Add rows to the table; a spelling that stands already is a mistake of the table's author."""
    for row in rows:
        assert row.key not in {*ROWS, *MACROS}, row.key
        if isinstance(row, Macro):
            MACROS[row.key] = row
        else:
            ROWS[row.key] = replace(row, shape=_bounded(row.shape))
        if isinstance(row, Row) and row.overloads:
            OVERLOADS.update({(row.overloads, n): row.key for n in range(row.arity[0], row.arity[1] + 1)})
            continue
        for spelling in row.spellings:
            assert spelling not in FUNCTIONS, spelling
            FUNCTIONS[spelling] = row.key


def register_computed(rows: Iterable[Row]) -> None:
    """Add rows that stand for others where these are computed."""
    COMPUTED.update({row.key: row for row in rows})


def row_of(expr: Apply) -> Row:
    """The row of an application."""
    return ROWS.get(expr.op) or COMPUTED[expr.op]


def nodes_with(expr: Expr, wanted: Callable[[Row], object]) -> Iterator[Apply]:
    """The operations in an expression whose rows have what is wanted, outer before inner, left before right."""
    return applied_in(expr, *(op for op in operations_in(expr) if wanted(ROWS.get(op) or COMPUTED[op])))
