"""The derivation compiled once to functions on flat arrays; a run over other numbers only runs the tape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from derive.calculus.differentiation import Shapes
from derive.calculus.kernels import Branches, Flat, Kernel
from derive.calculus.operation_rows import ROWS, row_of
from derive.calculus.scalars import to_num
from derive.calculus.shapes import offset
from derive.derivation.steps import Derivation, RenamedStep, Step
from derive.language.expressions import Entry, Expr, Number, Ref, Shape
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


def _of_sample(run: CompiledExpr, slots: tuple[int, ...], branches: Branches, sample: int) -> CompiledExpr:
    """An expression of the names in these slots, for one sample of a batch."""

    def of_sample(env: Env) -> Flat:
        branches.sample = sample
        try:
            return run([env[slot] for slot in slots])
        finally:
            branches.sample = 0

    return of_sample


class TapeStep(NamedTuple):
    """One step of the tape: compute `run` and store it in `slot`."""

    step: Step
    slot: int
    run: CompiledExpr


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

        shared: dict[Name, CompiledExpr] = {}

        def run(step: Step) -> CompiledExpr:
            if not isinstance(step, RenamedStep):
                return compile_expr(step.expr, slots, derivation.shapes, branches, weights, step.name)
            first = step.first
            if first.name not in shared:
                places = {name: i for i, name in enumerate(first.uses)}
                shared[first.name] = compile_expr(first.expr, places, derivation.shapes, branches, weights, first.name)
            return _of_sample(shared[first.name], tuple([slots[name] for name in step.uses]), branches, step.sample)

        def moves(steps: Iterable[Step]) -> tuple[TapeStep, ...]:
            return tuple([TapeStep(step, slots[step.name], run(step)) for step in steps])

        return Tape(derivation, slots, branches, moves(derivation.forward), moves(derivation.backward),
                    moves(derivation.updates), moves(interims))  # fmt: skip
