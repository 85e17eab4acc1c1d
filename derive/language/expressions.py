"""Expressions: numbers, names, entries of arrays, and operations applied to expressions. They keep their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from derive.language.names import Name, Symbol

Span: TypeAlias = tuple[int, int]
Shape: TypeAlias = tuple[int, ...]
Index: TypeAlias = tuple[int, ...]
Slice: TypeAlias = int | tuple[int | None, int | None]
Option: TypeAlias = Fraction | str | bool | tuple[Fraction, ...] | tuple[Slice, ...]
Options: TypeAlias = tuple[tuple[str, Option], ...]
Within: TypeAlias = tuple[tuple[str, int], ...]
"""A part of a model, from the outside in: its kind, or the letter of a loop, and its number."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant; `decimal` if it was written with a point, so that it is printed so.

    It is exact; `counter` marks what a loop letter stands for; in a student's formula `unit` is one unit of the last
    place that was written, 0 for what is worked out.
    """

    value: Fraction
    decimal: bool = field(default=False, compare=False, repr=False)
    span: Span | None = field(default=None, compare=False, repr=False)
    unit: Fraction = field(default=Fraction(0), compare=False, repr=False)
    counter: bool = field(default=False, compare=False, repr=False)

    def __hash__(self) -> int:
        return hash((self.value.numerator, self.value.denominator))  # a fraction's own takes an inverse


@dataclass(frozen=True, slots=True)
class Ref:
    """A named quantity, as a whole."""

    name: Name
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a named quantity; `index` counts from 0, one number an axis, () for a scalar."""

    name: Name
    index: Index


class _Remembering:
    """Room for a hash and for what stands inside, worked out once: of a long expression they take long."""

    __slots__ = ("_hash", "_names", "_operations")
    _hash: int
    _names: tuple[Name, ...]
    _operations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Apply(_Remembering):
    """The operation `op` (a row's key) applied to `args`; `options` are its settings, sorted by name."""

    op: str
    args: tuple[Expr, ...]
    options: Options = ()
    span: Span | None = field(default=None, compare=False, repr=False)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((self.op, self.args, self.options)))
            return self._hash


Expr: TypeAlias = Number | Ref | Entry | Apply


@dataclass(frozen=True, slots=True)
class Equation:
    """`name = expr`, or `name ≈ expr` (`rounded`: what follows goes on with the printed number).

    `within` says which part of the model it belongs to, from the outside in: `(("residual", 1), ("head", 2))`, or the
    letters of the loops around it, `(("t", 2),)`.
    """

    name: Name
    expr: Expr
    rounded: bool = False
    within: Within = field(default=(), compare=False)


def number(value: int | Fraction) -> Number:
    """A constant."""
    return Number(Fraction(value))


def apply(op: str, *args: Expr, **options: Option) -> Apply:
    """`op` applied to `args`, options sorted by name."""
    return Apply(op, args, tuple(sorted(options.items())))


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node of an expression, outer before inner, left before right."""
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Apply):
            waiting += reversed(node.args)


def applied(expr: Expr | None, *ops: str) -> Apply | None:
    """The expression itself, if it applies one of some operations."""
    return expr if isinstance(expr, Apply) and expr.op in ops else None


def applied_in(expr: Expr, *ops: str) -> Iterator[Apply]:
    """The operations of some kinds in an expression, outer before inner, left before right."""
    found = operations_in(expr).intersection(ops)
    return (node for node in walk(expr) if isinstance(node, Apply) and node.op in found) if found else iter(())


def joined_by(expr: Expr, *ops: str) -> Iterator[Expr]:
    """What some operations join: a, b and c of a + b − c."""
    if joint := applied(expr, *ops):
        for arg in joint.args:
            yield from joined_by(arg, *ops)
    else:
        yield expr


def bared(expr: Expr, op: str) -> Expr:
    """The expression without an operation round it: W of Wᵀ without `transpose`."""
    return outer.args[0] if (outer := applied(expr, op)) else expr


def names_in(expr: Expr) -> tuple[Name, ...]:
    """The names that an expression uses, each once, in the order they stand in it."""
    if not isinstance(expr, Apply):
        return () if isinstance(expr, Number) else (expr.name,)
    try:
        return expr._names  # noqa: SLF001, the room is for this function
    except AttributeError:
        names = tuple(dict.fromkeys(node.name for node in walk(expr) if isinstance(node, Ref | Entry)))
        object.__setattr__(expr, "_names", names)
        return names


def operations_in(expr: Expr) -> frozenset[str]:
    """The keys of the operations that an expression applies."""
    if not isinstance(expr, Apply):
        return frozenset()
    try:
        return expr._operations  # noqa: SLF001, the room is for this function
    except AttributeError:
        found = frozenset(node.op for node in walk(expr) if isinstance(node, Apply))
        object.__setattr__(expr, "_operations", found)
        return found


def rewrite(expr: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with each node for which `change` gives something replaced by that (outermost first)."""
    changed = change(expr)
    if changed is not None:
        return changed
    if not isinstance(expr, Apply):
        return expr
    return with_args(expr, tuple([rewrite(arg, change) for arg in expr.args]))


def with_args(expr: Apply, args: tuple[Expr, ...]) -> Apply:
    """The operation on other arguments; itself where they are its own."""
    for new, old in zip(args, expr.args, strict=True):
        if new is not old:
            return Apply(expr.op, args, expr.options, expr.span)
    return expr


def substitute(expr: Expr, values: dict[Name, Expr]) -> Expr:
    """The expression with names replaced by expressions."""
    return rewrite(expr, lambda node: values.get(node.name) if isinstance(node, Ref) else None)


def with_names(expr: Expr, names: Mapping[Name, Name]) -> Expr:
    """The expression with each name that it uses under another one."""
    whole = {old: Ref(new) for old, new in names.items()}

    def renamed(node: Expr) -> Expr | None:
        if isinstance(node, Ref):
            return whole[node.name]
        return Entry(names[node.name], node.index) if isinstance(node, Entry) else None

    found = rewrite(expr, renamed)
    if isinstance(found, Apply):  # known without going through it again
        object.__setattr__(found, "_names", tuple(names[name] for name in names_in(expr)))
    return found


def is_symbol(expr: Expr) -> bool:
    """Whether the expression is nothing but a symbol."""
    return isinstance(expr, Ref) and isinstance(expr.name, Symbol)
