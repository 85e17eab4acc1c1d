"""What a page says of a training as a whole: its samples, a table over the steps, the curve of the loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

from derive.calculus.operation_rows import row_of
from derive.calculus.shapes import indices
from derive.derivation.steps import Derivation, Step
from derive.figures import Curve
from derive.language.expressions import Apply, Expr
from derive.language.names import Name
from derive.page.blocks.boundary import boundary
from derive.page.blocks.predictions import predictions
from derive.page.blocks.table_columns import (
    MOST_COLUMNS,
    TABLES,
    Entries,
    columns_for,
    counting,
    head,
    number_cell,
    parted,
    spans,
    text_cell,
    value_cell,
)
from derive.page.chains import Formula, Result
from derive.page.document import (
    Block,
    Condition,
    FigureBlock,
    Givens,
    Heading,
    Inline,
    InlineRow,
    MeanLoss,
    NameInText,
    Paragraph,
    Sentence,
    Table,
    Words,
)
from derive.page.tabled_passes import MOST_ROWS, in_epochs, tabled
from derive.problem.problem import Problem
from derive.problem.training.model import ETA, Samples, Update
from derive.prose.catalogue import catalogue
from derive.values.lazy_entries import LazyEntries

FEWEST_POINTS = 4  # of a curve; what fewer tell, their table tells too


# --- samples ------------------------------------------------------------------------------------------------------


def samples_table(samples: Samples) -> Iterator[Block]:
    """The samples in a row each, where their entries fit: their number, then every entry."""
    width = sum(prod(column.shape) for column in samples.columns)
    if width > MOST_COLUMNS:
        return
    heads = [head(column.name, index) for column in samples.columns for index in indices(column.shape)]

    def row(i: int) -> tuple[Sentence, ...]:
        return text_cell(i + 1), *(number_cell(x) for column in samples.columns for x in column.values[i])

    yield Table((counting("training.sample_head"), *heads), LazyEntries(samples.count, row), MOST_ROWS)


def taken(derivation: Derivation, k: int) -> Iterator[Block]:
    """The samples of pass k, where every pass has its own."""
    samples = derivation.problem.samples
    if samples and samples.turning:
        key = "training.sample" if samples.batch == 1 else "training.samples"
        numbers = spans(samples.taken(k))
        yield Paragraph((Sentence(key, {"numbers": numbers, "of": samples.count}),))
        few = samples.batch <= MOST_ROWS
        yield Givens(derivation.turning if few else tuple(filter(derivation.is_worked, derivation.turning)), near=True)


def whose_turn(derivation: Derivation, k: int) -> Iterator[Block]:
    """What pass k updates, where several updates take turns."""
    update = derivation.problem.update
    if update and update.turns:
        given = derivation.given
        names = [NameInText(name) for step in derivation.carried_from(k) if (name := step.name.before) in given]
        listed = InlineRow(tuple(item for name in names for item in (", ", name))[1:])
        yield Paragraph((Sentence("training.turn", {"names": listed}),))


def reached(derivation: Derivation, k: int) -> Iterator[Block]:
    """What the pass after update k begins with, where that stands nowhere above it, arrays as far as they fit."""
    arrays = [(step.name.before, step.shape) for step in derivation.carried]
    for part in parted(arrays, columns_for(derivation.problem.numbers.digits), TABLES * MOST_COLUMNS):
        if part:
            heads = (counting("labels.updates"), *(head(name, index) for name, index in part))
            yield Table(heads, ((text_cell(k), *(value_cell(Result(name, index)) for name, index in part)),))


# --- over the steps -----------------------------------------------------------------------------------------------


def over_the_steps(derivation: Derivation, problem: Problem) -> Iterator[Block]:
    """What became of the loss, the parameters and the states: a table, and a curve of the loss."""
    update = problem.update
    if update is not None and update.until is not None and problem.page.update:
        key = "training.until_met" if update.until.met else "training.until_not_met"
        fields: dict[str, Inline] = {"condition": _condition(update.until.expr), "step": update.steps}
        yield Paragraph((Sentence(key, fields),))
    if update is None or update.steps == 1 or not problem.page.update:
        return
    yield Heading(Sentence("headings.training"))
    yield from _Rows.of(derivation, problem, update).blocks()
    drawn = "loss" in problem.page.figures
    if drawn and derivation.loss is not None and (curve := _curve(derivation, update, problem.samples)) is not None:
        yield FigureBlock(curve, "loss", catalogue(problem.language)["labels.curve"])
    if derivation.loss is not None:
        stuck = Condition("stuck", derivation.loss)
        yield Paragraph((Sentence("training.stuck", when=stuck),))
    yield from predictions(derivation, problem)
    yield from boundary(derivation, problem)


def _condition(expr: Expr) -> Inline:
    """A condition in a sentence: without the brackets that would make a number of it."""
    look = row_of(expr).notation if isinstance(expr, Apply) else None
    if look is None or look.style != "iverson" or not isinstance(expr, Apply):
        return Formula(expr)
    left, right = expr.args
    return InlineRow((Formula(left), f" {look.text} ", Formula(right)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table over the steps, or several where one would be too wide.

    outputs    what a row shows of its pass, sample by sample: outputs and the loss; or of the pass after it, the loss
    remembered the entries of parameters and states after the update, table by table; the first has the outputs too
    whole      whether those are all of them
    samples    the samples, where every pass has its own; `epochs`: whether a row stands for an epoch
    """

    derivation: Derivation
    steps: tuple[int, ...]
    outputs: Entries
    remembered: list[Entries]
    whole: bool
    samples: Samples | None
    epochs: bool

    @staticmethod
    def of(derivation: Derivation, problem: Problem, update: Update) -> _Rows:
        samples = problem.samples if problem.samples and problem.samples.turning else None
        epochs = samples is not None and in_epochs(update, samples)
        single = samples is not None and samples.batch == 1 and not epochs
        outputs = _outputs(derivation) if single else list(derivation.losses)
        entries: Entries = [(name, ()) for name in outputs]
        beside = len(spans(samples.taken(1))) if samples and not epochs else 0
        columns = columns_for(problem.numbers.digits, beside and beside + 4)
        remembered = _remembered(derivation, len(entries), columns, problem.page.entries)
        shown = {name for part in remembered for name, _ in part}
        whole = shown == {step.name for step in _changed(derivation)}
        return _Rows(derivation, tabled(update, problem.samples), entries, remembered, whole, samples, epochs)

    def blocks(self) -> Iterator[Block]:
        counted = "training.epochs" if self.epochs else "training.steps" if self.samples else "labels.updates"
        if self.outputs or any(self.remembered):
            yield Paragraph((self._caption(),))
        for i, part in enumerate(self.remembered):
            outputs = [] if i else self.outputs
            heads = [counting(counted)]
            if self.samples and not self.epochs:
                heads.append(counting("training.sample_head"))
            heads += [head(name, index) for name, index in (*outputs, *part)]
            if outputs or part:
                yield Table(
                    tuple(heads), (self._first(outputs, part), *(self._row(k, outputs, part) for k in self.steps))
                )

    def _caption(self) -> Sentence:
        """What the table shows: the columns that it has."""
        kind = "epochs" if self.epochs else "samples" if self.samples else "updates"
        states = self.derivation.states
        names = [name for part in self.remembered for name, _ in part]
        remembered = "states" if any(name.before in states for name in names) else "parameters"
        remembered += "" if self.whole else "_some"
        alone = [name for name, _ in self.outputs] == list(self.derivation.losses)
        outputs = "mean_loss" if self.epochs else "loss" if alone else "outputs"
        parts = [
            *([Words(f"training.{outputs}")] if self.outputs else []),
            *([Words(f"training.{remembered}")] if names else []),
        ]
        shown = Words("training.both") if len(parts) == 2 else parts[0]
        return Sentence(f"training.by_{kind}", {"shown": shown, "first": parts[0], "second": parts[-1]})

    def _first(self, outputs: Entries, part: Entries) -> tuple[Sentence, ...]:
        """Before the first update: what was given; the loss belongs to it where the samples are always the same."""
        given = [
            value_cell(Result(name.before, index, k=1)) if name.before in self.derivation.begun else text_cell("")
            for name, index in part
        ]
        if not self.samples:
            return (text_cell(0), *(value_cell(Result(name, index, k=1)) for name, index in outputs), *given)
        empty = [text_cell("")] * (len(outputs) + (not self.epochs))
        return (text_cell(0), *empty, *given)

    def _row(self, k: int, outputs: Entries, part: Entries) -> tuple[Sentence, ...]:
        after = [value_cell(Result(name, index, k=k)) for name, index in part]
        if not self.samples:
            return (text_cell(k), *(value_cell(Result(name, index, k=k + 1)) for name, index in outputs), *after)
        if self.epochs:
            per_epoch = self.samples.count // self.samples.batch
            losses = [value_cell(MeanLoss(k - per_epoch + 1, k))] if outputs else []
            return (text_cell(k // per_epoch), *losses, *after)
        numbers = spans(self.samples.taken(k))
        return (text_cell(k), text_cell(numbers), *(value_cell(Result(n, i, k=k)) for n, i in outputs), *after)


def _outputs(derivation: Derivation) -> list[Name]:
    """The scalars that the loss compares, and the loss; without one those that the update uses."""
    forward = {step.name: step for step in derivation.forward if not step.shape}
    ends: Iterable[Name] = [derivation.loss] if derivation.loss else [n for s in derivation.updates for n in s.uses]
    last = [name for name in ends if name in forward]
    inner = [name for end in last for name in forward[end].uses if name in forward]
    return [name for name in forward if name in {*last, *inner}]


def _remembered(derivation: Derivation, taken: int, columns: int, most: int | None) -> list[Entries]:
    """The parameters, then the states that updates change, in parts as wide as a table; in the first `taken` columns
    are not free.
    """
    states = derivation.states
    changed = sorted(_changed(derivation), key=lambda step: step.name.before in states)
    return parted([(step.name, step.shape) for step in changed], columns, most, taken)


def _changed(derivation: Derivation) -> list[Step]:
    """The updates of what the next step begins with, and of the learning rate."""
    return [step for step in derivation.updates if step.name.before in {*derivation.begun, ETA}]


def _curve(derivation: Derivation, update: Update, samples: Samples | None) -> Curve | None:
    """The loss over the updates. Where the samples change, losses of different samples are not to be compared: then
    its means over the epochs, as the table has them; where no epoch is whole, the axis says whose losses they are.
    """
    assert derivation.loss
    said = catalogue(derivation.problem.language)
    if not samples or not samples.turning:
        curve = Curve(derivation.loss, update.steps + 1, 1, said["labels.updates"])
    elif samples.count % samples.batch == 0:
        curve = Curve(derivation.loss, update.steps, samples.count // samples.batch, said["labels.epochs"], first=1)
    else:
        curve = Curve(derivation.loss, update.steps, 1, said["labels.own_samples"], first=1)
    return curve if len(curve.counts) >= FEWEST_POINTS else None
