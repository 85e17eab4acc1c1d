"""What a training is made of: the equations of the update, its constants and states, the samples it goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from derive.language.cursor import named_item
from derive.language.expressions import Equation, Expr, Shape, names_in
from derive.language.names import Symbol
from derive.problem.reading.given_values import Given
from derive.problem.training.update_rules import MAXIMISE

ETA, STEP = Symbol("eta"), Symbol("k")
EQUATIONS, TURNS = "equations", "in turn"
REDUCTIONS = ("mean", "sum")
"""What the loss of a pass is of its samples' losses."""
MOST_SAMPLES, FIRST_SAMPLES = 4, 2  # of a batch that are all worked out; of a larger one

Setting: TypeAlias = Fraction | str | bool


def own_rate_name(parameter: Symbol) -> Symbol:
    """What the learning rate of a parameter is called, where each has its own: `eta_w`."""
    return replace(ETA, subscript=(named_item(parameter),))


@dataclass(frozen=True, slots=True)
class UpdateEquation:
    """`name <- expr`: `name` is an updated quantity, `rule` what the step is called."""

    name: Symbol
    expr: Expr
    rule: str


@dataclass(frozen=True, slots=True)
class StopCondition:
    """What ends a training: the step in which it first holds is the last one.

    text   as it was written
    expr   1 where it holds, else 0, over the quantities of a pass
    most   how many steps there are at most
    known  whether the steps were counted; `met`: whether it held in the last of them
    """

    text: str
    expr: Expr
    most: int
    known: bool = False
    met: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One of several updates that take turns.

    update    it alone, as it was written; its `steps` say how many passes it takes in a row
    assigned  what it assigns, by the names among all updates
    """

    update: Update
    assigned: frozenset[Symbol]


@dataclass(frozen=True, slots=True)
class Update:
    """`steps` updates of the parameters.

    rule           the key of a rule, or `equations`
    learning_rate  None where no equation uses it
    only           the parameters that are updated; None: all
    show           the passes that are written out; empty: all up to 3, then the last
    assignments    the equations in order, one for each parameter; what stands before is used with its new value
    constants      what they use beside the learning rate and the number of the step
    states         what they remember, with the values before the first step
    settings       the rule's constants and variants as they were set, by key
    text           the equations as they were written
    epochs         how often the samples are gone through, where that is how the steps were given
    schedule       the key of the learning rate's schedule, `rate` its equation as it was written
    own_rates      the rate of each parameter, where each has its own
    until          the condition that ends the training, if there is one
    loss           the loss that a rule makes smaller, where the table names one
    turns          several updates in turn, each with passes of its own; `steps` are all passes then
    """

    rule: str
    learning_rate: Fraction | None
    steps: int = 1
    only: tuple[Symbol, ...] | None = None
    show: tuple[int, ...] = ()
    assignments: tuple[UpdateEquation, ...] = ()
    constants: tuple[Given, ...] = ()
    states: tuple[Given, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    text: str = ""
    epochs: int | None = None
    schedule: str = ""
    rate: str = ""
    own_rates: Mapping[Symbol, Fraction] = field(default_factory=dict)
    until: StopCondition | None = None
    loss: Symbol | None = None
    turns: tuple[Turn, ...] = ()

    def maximised(self, first: Symbol | None) -> frozenset[Symbol]:
        """The losses that are made larger; `first` is the one that is meant where none is named."""
        rising = [each for each in [turn.update for turn in self.turns] or [self] if each.settings.get(MAXIMISE)]
        return frozenset(aim for each in rising if (aim := each.loss or first))

    @property
    def rounds(self) -> int:
        """How often all turns are gone through."""
        return self.steps // self._round if self.turns else 1

    @property
    def _round(self) -> int:
        return sum(turn.update.steps for turn in self.turns)

    def turn(self, k: int) -> int:
        """Whose turn pass k is, from 0."""
        place, turns = (k - 1) % self._round if self.turns else 0, enumerate(self.turns)
        return next((i for i, turn in turns if (place := place - turn.update.steps) < 0), 0)

    def count(self, k: int) -> int:
        """The number of the step that pass k is, for what is updated in it: of several in turn each counts its own."""
        if not self.turns:
            return k
        whole, own = divmod(k - 1, self._round)
        i = self.turn(k)
        before = sum(turn.update.steps for turn in self.turns[:i])
        return whole * self.turns[i].update.steps + own - before + 1

    def shown(self) -> tuple[int, ...]:
        """The passes that are written out, in order."""
        chosen = self.show or (*range(1, min(self.steps, 3) + 1), self.steps)
        return tuple(sorted({k for k in chosen if 1 <= k <= self.steps}))

    @property
    def on_page(self) -> frozenset[int]:
        """The passes that a page has: those written out, and the forward pass after the last update."""
        return frozenset((*self.shown(), self.steps + 1))

    @property
    def known(self) -> tuple[Given, ...]:
        """What has a value before the first step: the rate, the constants, the states."""
        rate = () if self.learning_rate is None else (Given(ETA, (), (self.learning_rate,), parameter=False),)
        return (*rate, *self.constants, *self.states)

    @property
    def constant_names(self) -> tuple[Symbol, ...]:
        """What the equations use beside the model and the states: the rate, the number of the step, the constants."""
        exprs = [assignment.expr for assignment in self.assignments] + ([self.until.expr] if self.until else [])
        used = {name for expr in exprs for name in names_in(expr)}
        known = dict.fromkeys((ETA, *(given.name for given in self.constants), STEP))
        return tuple(name for name in known if name in used)


@dataclass(frozen=True, slots=True)
class SampleColumn:
    """One quantity of the samples: its name, its shape and its flat values in each sample."""

    name: Symbol
    shape: Shape
    values: tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """Lists over the samples; pass k takes the next `batch` of them, cyclically.

    columns    the quantities, each with as many values as there are samples
    batch      how many samples one pass takes
    reduce     what the loss of a pass is of its samples' losses: `mean` or `sum`
    equations  the model for one sample, where a batch has several; a batch computes it for each
    gradients  the further names whose gradient is shown, in the model for one sample
    several    what each quantity of it that depends on the sample is called for those of a batch
    """

    columns: tuple[SampleColumn, ...]
    batch: int
    reduce: str = "mean"
    equations: tuple[Equation, ...] = ()
    gradients: tuple[Symbol, ...] = ()
    several: Mapping[Symbol, tuple[Symbol, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.columns[0].values)

    def worked(self, entries: int | None) -> int:
        """How many samples of a batch the page works out: of many the first ones, unless all entries are asked for."""
        return self.batch if entries is None or self.batch <= MOST_SAMPLES else FIRST_SAMPLES

    @property
    def turning(self) -> bool:
        """Whether the passes take different samples."""
        return self.batch < self.count

    def taken(self, k: int) -> tuple[int, ...]:
        """The samples of pass k, from 0."""
        return tuple(((k - 1) * self.batch + i) % self.count for i in range(self.batch))

    def name(self, name: Symbol, i: int) -> Symbol:
        """What a quantity of the model is called for the i-th sample of a batch (from 0)."""
        if self.batch == 1:
            return name
        return self.several[name][i] if name in self.several else name.topped(f"{name.superscript}({i + 1})")

    def without(self, name: Symbol) -> Symbol:
        """The quantity of the model that the one of the first sample is."""
        return name if self.batch == 1 else name.topped(name.superscript.removesuffix("(1)"))

    def names(self) -> tuple[Symbol, ...]:
        """What changes from pass to pass, sample by sample."""
        return tuple(self.name(column.name, i) for i in range(self.batch) for column in self.columns)

    def givens(self, k: int = 1) -> tuple[Given, ...]:
        """The values that pass k takes."""
        return tuple(
            Given(self.name(column.name, i), column.shape, column.values[sample], parameter=False)
            for i, sample in enumerate(self.taken(k))
            for column in self.columns
        )
