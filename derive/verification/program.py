"""A program over numbers: instructions in order, each an operation on inputs and on results before it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from operator import mul
from typing import TypeAlias

from flint import fmpq

from derive.calculus.kernels import Branches
from derive.calculus.scalars import Num, shortened
from derive.language.expressions import Options
from derive.operations import ROWS

LONGEST_RATIONAL = 1_000  # bits
CONSTANT, SUM, PRODUCT = "constant", "sum", "product of all"

Instruction: TypeAlias = tuple[str, Options, tuple[int, ...]]
"""An operation (CONSTANT, SUM, PRODUCT or a row's key), its options, and the places of its arguments."""


@dataclass(frozen=True)
class Program:
    """`inputs` numbers, then a result for each instruction; `outputs` are the places of what is asked."""

    inputs: int
    code: tuple[Instruction, ...]
    outputs: tuple[int, ...]

    def __call__(self, inputs: list[Num]) -> list[Num]:
        """The values of the outputs at the working precision. Raises ValueFault, Undecided."""
        table = list(inputs)
        for run, (_, _, places) in zip(self._compiled, self.code, strict=True):
            table.append(shortened(run(*[table[i] for i in places]), LONGEST_RATIONAL))
        return [table[i] for i in self.outputs]

    @cached_property
    def _compiled(self) -> list[Callable[..., Num]]:
        return [_compiled(op, options, len(places)) for op, options, places in self.code]


def _compiled(op: str, options: Options, arity: int) -> Callable[..., Num]:
    if op == CONSTANT:
        value = dict(options)["value"]
        assert isinstance(value, Fraction)
        constant = fmpq(value.numerator, value.denominator)
        return lambda: constant
    if op == SUM:
        return lambda *xs: sum(xs, fmpq(0))
    if op == PRODUCT:
        return lambda *xs: reduce(mul, xs)
    kernel = ROWS[op].kernel(((),) * arity, options, Branches())
    return lambda *xs: kernel(*[[x] for x in xs])[0]
