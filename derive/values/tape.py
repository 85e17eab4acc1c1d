"""The derivation compiled once to functions on flat arrays; a run over other numbers only runs the tape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from math import prod
from typing import NamedTuple, TypeAlias

from derive.calculus.differentiation import Shapes
from derive.calculus.kernels import Branches, Flat, Kernel
from derive.calculus.operation_rows import ROWS, row_of
from derive.calculus.scalars import to_num
from derive.calculus.shapes import broadcast_sources, offset
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Entry, Expr, Number, Ref, Shape, names_in
from derive.language.names import Name
from derive.operations.zero_weights import NO_WEIGHTS, ZeroWeights

Env: TypeAlias = list[Flat]
CompiledExpr: TypeAlias = Callable[[Env], Flat]


def compile_expr(
    expr: Expr, slots: Mapping[Name, int], shapes: Shapes, branches: Branches, weights: ZeroWeights = NO_WEIGHTS,
    name: Name | None = None,
) -> CompiledExpr:  # fmt: skip
    """The expression, that of `name`, as a function from the table of values to a flat array."""
    return compile_shaped(weights.applied(expr, name), slots, shapes, branches)[1]


def compile_shaped(
    expr: Expr, slots: Mapping[Name, int], shapes: Shapes, branches: Branches
) -> tuple[Shape, CompiledExpr]:
    """The expression's shape, and its value as a function of the table of values, from the inside out."""
    if isinstance(expr, Ref):
        slot = slots[expr.name]
        return shapes[expr.name], lambda env: env[slot]
    if isinstance(expr, Entry):
        slot, at = slots[expr.name], offset(shapes[expr.name], expr.index)
        return (), lambda env: [env[slot][at]]
    if isinstance(expr, Number):
        constant = [to_num(expr.value)]
        return (), lambda env: constant
    inner = [compile_shaped(arg, slots, shapes, branches) for arg in expr.args]
    row, sizes = row_of(expr), tuple([shape for shape, _ in inner])
    if row.stateless and not expr.options:
        shape, kernel = _shared_kernel(row.key, sizes)
    else:
        shape = row.shape(sizes, expr.options)  # before the kernel: it refuses what is too large
        kernel = row.kernel(sizes, expr.options, branches)
    return shape, _applied(kernel, [run for _, run in inner])


@lru_cache(maxsize=1_000)
def _shared_kernel(key: str, sizes: tuple[Shape, ...]) -> tuple[Shape, Kernel]:
    """The shape and the kernel of a row whose kernel holds nothing: one for all that are applied to such shapes."""
    row = ROWS[key]
    return row.shape(sizes, ()), row.kernel(sizes, (), Branches())


def _applied(kernel: Kernel, inner: list[CompiledExpr]) -> CompiledExpr:
    if len(inner) == 1:
        (a,) = inner
        return lambda env: kernel(a(env))
    if len(inner) == 2:
        a, b = inner
        return lambda env: kernel(a(env), b(env))
    return lambda env: kernel(*[f(env) for f in inner])


class AllSamples:
    """Expressions as functions that give their values for all `count` samples of a batch, one behind the other. `own`
    are the names that have a value for each, with the slots of all; `slots` those of the others.
    """

    def __init__(
        self, count: int, own: Mapping[Name, Sequence[int]], slots: Mapping[Name, int], shapes: Shapes,
        branches: Branches,
    ) -> None:  # fmt: skip
        self.count, self.own, self.slots, self.shapes, self.branches = count, own, slots, shapes, branches

    def compiled(self, expr: Expr) -> CompiledExpr:
        """An expression; one without names of theirs is the same for all."""
        if self.own.keys().isdisjoint(names_in(expr)):
            same = compile_shaped(expr, self.slots, self.shapes, self.branches)[1]
            return lambda env: same(env) * self.count
        return self._shaped(expr)[1]

    def _shaped(self, expr: Expr) -> tuple[Shape, CompiledExpr]:
        """The shape for one sample, and the function."""
        if isinstance(expr, Ref):
            return self.shapes[expr.name], _gathered(self.own[expr.name])
        if isinstance(expr, Entry):
            column, at = self.own[expr.name], offset(self.shapes[expr.name], expr.index)
            return (), lambda env: [env[slot][at] for slot in column]
        assert not isinstance(expr, Number)
        alike = [self.own.keys().isdisjoint(names_in(arg)) for arg in expr.args]
        inner = [
            compile_shaped(arg, self.slots, self.shapes, self.branches) if same else self._shaped(arg)
            for arg, same in zip(expr.args, alike, strict=True)
        ]
        row, sizes = row_of(expr), tuple([shape for shape, _ in inner])
        shape = row.shape(sizes, expr.options)
        row = ROWS["times"] if expr.op == "product" and () in sizes else row
        if not row.elementwise:
            return shape, self._one_by_one(row.kernel(sizes, expr.options, self.branches), sizes, alike, inner)
        kernel = row.kernel(((self.count * prod(shape),),) * len(sizes), expr.options, self.branches)
        return shape, _applied(kernel, list(map(self._spread, inner, alike, repeat(shape))))

    def _spread(self, arg: tuple[Shape, CompiledExpr], same: bool, target: Shape) -> CompiledExpr:
        """An argument of an operation that works entry by entry, with as many entries as its value has."""
        shape, run = arg
        if shape == target and not same:
            return run
        size, places = prod(shape), broadcast_sources(shape, target) or range(prod(target))
        sources = [(0 if same else i * size) + j for i in range(self.count) for j in places]

        def spread(env: Env) -> Flat:
            flat = run(env)
            return [flat[source] for source in sources]

        return spread

    def _one_by_one(
        self, kernel: Kernel, sizes: Sequence[Shape], alike: Sequence[bool], inner: list[tuple[Shape, CompiledExpr]]
    ) -> CompiledExpr:
        """Any other operation, for each sample by itself."""
        branches, total = self.branches, self.count
        runs = [(run, 0 if same else prod(shape)) for (shape, run), same in zip(inner, alike, strict=True)]

        def one_by_one(env: Env) -> Flat:
            flats = [_parts(run(env), size) for run, size in runs]
            found: Flat = []
            try:
                for branches.sample, args in zip(range(total), zip(*flats, strict=False), strict=False):
                    found += kernel(*args)
            finally:
                branches.sample = 0
            return found

        return one_by_one


def _gathered(column: Sequence[int]) -> CompiledExpr:
    """The values in these slots, one behind the other."""
    return lambda env: list(chain.from_iterable([env[slot] for slot in column]))


def _parts(flat: Flat, size: int) -> Iterable[Flat]:
    """What an argument is for each sample: a part of so many entries; with none all of it."""
    return [flat[i : i + size] for i in range(0, len(flat), size)] if size else repeat(flat)


class TapeStep(NamedTuple):
    """One move of the tape: compute `run`, and store it in the slot of its step. A step that each sample of a batch has
    is one move of all: `steps` and `slots` are those of the samples in order, and what `run` gives is their values one
    behind the other. It reads the slots `reads`.
    """

    steps: tuple[Step, ...]
    slots: tuple[int, ...]
    reads: tuple[int, ...]
    run: CompiledExpr

    def store(self, env: Env, value: Flat) -> None:
        """Put what was computed in its place."""
        if len(self.slots) == 1:
            env[self.slots[0]] = value
            return
        for slot, part in zip(self.slots, self.parts(value), strict=True):
            env[slot] = part

    def parts(self, value: Flat) -> Iterable[Flat]:
        """The value of each step."""
        if len(self.slots) == 1:
            return [value]
        size = len(value) // len(self.slots)
        return [value[i : i + size] for i in range(0, len(value), size)]


@dataclass(frozen=True, slots=True)
class Tape:
    """A Derivation compiled: slots of the table of values, and the moves of each part of a pass."""

    derivation: Derivation
    slots: Mapping[Name, int]
    branches: Branches
    forward: tuple[TapeStep, ...]
    backward: tuple[TapeStep, ...]
    updates: tuple[TapeStep, ...]
    interims: tuple[TapeStep, ...] = ()

    @staticmethod
    def of(derivation: Derivation) -> Tape:
        """The tape of a derivation."""
        names: list[Name] = [name for name, _ in derivation.givens]
        names += [*derivation.constants, *derivation.states, *(step.name for step in derivation.steps)]
        interims = [step for way in derivation.interims.values() for step in way[:-1]]
        names += [step.name for step in interims]
        slots: dict[Name, int] = {name: i for i, name in enumerate(names)}
        branches, weights = Branches(), derivation.weights

        def move(step: Step, others: Sequence[Step]) -> TapeStep:
            steps, expr = (step, *others), weights.applied(step.expr, step.name)
            columns = list(zip(*([slots[name] for name in each.uses] for each in steps), strict=True))
            reads = {slot for column in columns for slot in column}
            if others:
                own = {name: column for name, column in zip(step.uses, columns, strict=True) if len({*column}) > 1}
                run = AllSamples(len(steps), own, slots, derivation.shapes, branches).compiled(expr)
            else:
                run = compile_shaped(expr, slots, derivation.shapes, branches)[1]
            return TapeStep(steps, tuple(slots[each.name] for each in steps), tuple(reads), run)

        def moves(steps: Iterable[Step]) -> tuple[TapeStep, ...]:
            alike: dict[Name, list[Step]] = {}
            for step in steps:
                alike.setdefault(step.form.name, []).append(step)
            return tuple(move(first, others) for first, *others in alike.values())

        return Tape(derivation, slots, branches, moves(derivation.forward), moves(derivation.backward),
                    moves(derivation.updates), moves(interims))  # fmt: skip
