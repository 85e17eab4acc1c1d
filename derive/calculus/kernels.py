"""What a kernel is: it makes the flat value of an operation of its flat arguments, in shapes that fit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from flint import arb, arb_mat, fmpq, fmpq_mat

from derive.calculus.scalars import Num
from derive.language.expressions import Shape

Flat: TypeAlias = list[Num]
Shapes: TypeAlias = tuple[Shape, ...]
Kernel: TypeAlias = Callable[..., Flat]
Found = TypeVar("Found")


class ShapeFault(Exception):
    """Shapes that do not fit: `message` says which, `hint` what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(slots=True)
class Branches:
    """The branches that piecewise operations took; `frozen` makes them take the same ones again. The samples of a batch
    share their kernels: `sample` is the one whose step is worked out.
    """

    frozen: bool = False
    sample: int = 0


class Held(Generic[Found]):
    """What a kernel has found; while the branches are frozen, what the last free evaluation found."""

    __slots__ = ("_branches", "_found")

    def __init__(self, branches: Branches) -> None:
        self._branches, self._found = branches, dict[int, Found]()

    def of(self, find: Callable[[], Found]) -> Found:
        """What is found, or was."""
        if not self._branches.frozen:
            self._found[self._branches.sample] = find()
        return self._found[self._branches.sample]


WORTH_A_MATRIX = 3
"""From so many rows, columns and terms on it pays to make matrices of FLINT of two arrays."""


def flint_product(sizes: tuple[int, int, int], a: Flat, b: Flat) -> Flat | None:
    """The product of an m×k and a k×n array, of sizes (m, k, n), by FLINT: exactly where all is rational, with balls
    where every product that is not 0 has one; None where some are exact and others not, or where it does not pay.
    """
    if min(sizes) < WORTH_A_MATRIX:
        return None
    m, k, n = sizes
    if set(map(type, a)) == set(map(type, b)) == {fmpq}:
        return list((fmpq_mat(m, k, a) * fmpq_mat(k, n, b)).entries())
    if {arb} in (set(map(type, filter(None, a))), set(map(type, filter(None, b)))):
        return list((arb_mat(m, k, a) * arb_mat(k, n, b)).entries())
    return None


def shape_text(shape: Shape) -> str:
    """A shape in words: `a scalar`, `a vector of 3`, `3×2`."""
    if not shape:
        return "a scalar"
    return f"a vector of {shape[0]}" if len(shape) == 1 else "×".join(map(str, shape))
