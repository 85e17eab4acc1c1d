"""A training as a table: a row a pass, every row alike, so that it can be filled down for more passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from derive.calculus.differentiation import entries_of
from derive.calculus.shapes import indices, offset
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Entry, Expr, Index, Ref
from derive.language.names import Name
from derive.notation.code import SHEET, scalar_code
from derive.page.view import View
from derive.problem.training.model import STEP, Samples
from derive.values.values import Values
from derive.writers.spreadsheet.layout import CellPlace, SheetLayout, address, as_float, rounded_code

MOST_PASSES, MOST_CELLS, MOST_WIDE = 50, 60_000, 2_000
HEAD, FIRST = 1, 2
"""The rows of the heads and of the first pass."""

Outside = Callable[[str], str]
"""A cell of the page's sheet, as formulas of another sheet call it."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A number of the table: without a `code` it is given."""

    place: CellPlace
    value: float
    code: str = ""


def training_table(layout: SheetLayout, view: View) -> TrainingTable | None:
    """The table of a training; None where nothing is updated, or for more columns than anyone reads."""
    values = view.values
    if values.problem.update is None:
        return None
    columns = list(_columns(values.tape.derivation))
    passes = min(values.updates + 1, MOST_PASSES, max(2, MOST_CELLS // (len(columns) + 1)))
    if len(columns) > MOST_WIDE:
        return None
    return TrainingTable(layout, view, {column: i for i, column in enumerate(columns, 1)}, passes)


def _columns(derivation: Derivation) -> Iterator[tuple[Name, Index]]:
    """What has a value of its own in every pass, entry by entry: what a pass begins with, its samples, its steps."""
    begun = [step.name.before for step in derivation.carried]
    update = derivation.problem.update
    passes = range(1, update.steps + 1) if update and update.turns else (1,)
    worked = dict.fromkeys(step.name for k in passes for step in derivation.worked(k, k))
    for name in (*begun, *derivation.turning, *worked):
        for index in indices(derivation.shapes[name]):
            yield name, index


class TrainingTable:
    """Heads and cells of the table."""

    def __init__(
        self, layout: SheetLayout, view: View, columns: Mapping[tuple[Name, Index], int], passes: int
    ) -> None:  # fmt: skip
        self.layout, self.view, self.columns, self.passes = layout, view, columns, passes
        self.derivation = view.values.tape.derivation
        self.updates = view.values.updates
        samples = view.values.problem.samples
        self.samples: Samples | None = samples if samples and samples.turning else None
        self.lists = len(columns) + 2

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return len(self.columns) + 1

    def heads(self) -> Iterator[tuple[CellPlace, str]]:
        """The heads of all columns; beside the table those of the samples that it goes through."""
        notation, shapes = self.view.notation, self.view.shapes
        yield (HEAD, 0), notation.name(STEP)
        for (name, index), column in self.columns.items():
            yield (HEAD, column), notation.entry(name, index, shapes)
        for column, (name, index, _) in enumerate(self._lists(), self.lists):
            yield (HEAD, column), notation.entry(name, index, shapes)

    def cells(self, outside: Outside) -> Iterator[TableCell]:
        """Every number, row by row."""
        values = self._values()
        for column, (_, _, numbers) in enumerate(self._lists(), self.lists):
            yield from (TableCell((FIRST + i, column), x) for i, x in enumerate(numbers))
        for k in range(1, self.passes + 1):
            yield TableCell((FIRST + k - 1, 0), k, "1" if k == 1 else f"{address((FIRST + k - 2, 0))}+1")
            yield from self._row(k, values, outside)

    def _row(self, k: int, values: Values, outside: Outside) -> Iterator[TableCell]:
        row = FIRST + k - 1
        changed = self.derivation.carried_from(k - 1) if k > 1 else ()
        for step in self.derivation.carried:
            before = step.name.before
            for index in indices(step.shape):
                above = address((row - 1, self.columns[step.name if step in changed else before, index]))
                code = above if k > 1 else outside(address(self.layout.places[before, index, 1], fixed=True))
                yield self._cell(before, index, k, code, values)
        for i, (name, index, numbers) in enumerate(self._lists()):
            yield from self._taken(name, index, i, len(numbers), k, values)
        for step in self.derivation.worked(k, self.updates):
            entry = entries_of(step.expr, self.derivation.shapes)
            for index in indices(step.shape):
                yield self._cell(step.name, index, k, self._code(entry(index), step, index, k, values, outside), values)

    def _cell(self, name: Name, index: Index, k: int, code: str, values: Values) -> TableCell:
        value = as_float(values.flat(name, k)[offset(self.derivation.shapes[name], index)])
        return TableCell((FIRST + k - 1, self.columns[name, index]), value, code)

    def _code(self, expr: Expr, step: Step, index: Index, k: int, values: Values, outside: Outside) -> str:
        row = FIRST + k - 1

        def cell(leaf: Ref | Entry) -> str:
            if leaf.name == STEP and STEP in self.derivation.constants:
                update = values.problem.update
                return str(update.count(k)) if update and update.turns else address((row, 0))
            place = leaf.index if isinstance(leaf, Entry) else ()
            if (leaf.name, place) in self.columns:
                return address((row, self.columns[leaf.name, place]))
            return outside(address(self.layout.places[leaf.name, place, 1], fixed=True))

        code = scalar_code(expr, SHEET, cell)
        if values.carry == "rounded" or step.rounded:
            code = rounded_code(code, values.printed(step.name, k)[offset(step.shape, index)])
        return code

    # --- samples -----------------------------------------------------------------------------------------------------

    def _lists(self) -> Iterator[tuple[Name, Index, list[float]]]:
        """The lists of the samples, entry by entry."""
        if self.samples:
            for column in self.samples.columns:
                for i, index in enumerate(indices(column.shape)):
                    yield column.name, index, [float(flat[i]) for flat in column.values]

    def _taken(self, name: Name, index: Index, i: int, count: int, k: int, values: Values) -> Iterator[TableCell]:
        """An entry of the samples that a pass takes, each from its list."""
        assert self.samples
        column, row = self.lists + i, FIRST + k - 1
        listed = f"{address((FIRST, column), fixed=True)}:{address((FIRST + count - 1, column), fixed=True)}"
        for place in range(self.samples.batch):
            own = self.samples.name(name, place)  # type: ignore[arg-type]
            code = f"INDEX({listed},MOD(({address((row, 0))}-1)*{self.samples.batch}+{place},{count})+1)"
            yield self._cell(own, index, k, code, values)

    def _values(self) -> Values:
        """The values of the passes of the table."""
        known = self.view.values
        if set(range(1, self.passes + 1)) <= known.keep:
            return known
        update = known.problem.update
        assert update
        short = replace(update, steps=min(update.steps, self.passes), show=())
        return Values(known.tape, replace(known.problem, update=short), keep=range(1, self.passes + 1))
