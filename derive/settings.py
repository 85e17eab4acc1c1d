"""What a problem file sets beside its mathematics: how numbers are printed, what the page says, how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.language.names import Symbol


@dataclass(frozen=True, slots=True)
class Digits:
    """How long a printed number is: `count` significant digits, or decimals."""

    count: int = 4
    decimals: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """`carry` is `exact` or `rounded` (each step goes on with the printed number), `decimal` the decimal sign,
    `steps` the digits of single steps by id.
    """

    digits: Digits = Digits()
    carry: str = "exact"
    decimal: str = "."
    steps: Mapping[str, Digits] = field(default_factory=dict)

    def of(self, step: str) -> Digits:
        """The digits of a step."""
        return self.steps.get(step, self.digits)


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page beside the mathematics; `symbol` is the d of derivatives, `detail` full or short."""

    course: str = ""
    author: str = ""
    date: str = ""
    task: str = ""
    symbol: str = "d"
    detail: str = "full"
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marking:
    """How work is marked.

    digits   the significant digits that are wanted; None: one fewer than printed
    marks    of a step, shared over its entries
    entry    of one entry of a step, instead; None: `marks` a step
    remark   what a remark costs
    steps    the marks of single steps by id
    exact    steps that must be exact, not rounded
    formula  steps that must be formulas
    """

    digits: int | None = None
    marks: Fraction = Fraction(1)
    entry: Fraction | None = None
    remark: Fraction = Fraction(0)
    steps: Mapping[str, Fraction] = field(default_factory=dict)
    exact: tuple[str, ...] = ()
    formula: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Gradient descent: `steps` updates with `learning_rate`, of the parameters in `only` (None: all);
    `show` names the passes that are written out (empty: all up to 3, then the last).
    """

    rule: str
    learning_rate: Fraction
    steps: int = 1
    only: tuple[Symbol, ...] | None = None
    show: tuple[int, ...] = ()

    def shown(self) -> tuple[int, ...]:
        """The passes that are written out, in order."""
        chosen = self.show or (*range(1, min(self.steps, 3) + 1), self.steps)
        return tuple(sorted({k for k in chosen if 1 <= k <= self.steps}))
