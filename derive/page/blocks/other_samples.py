"""The samples of a large batch that a page does not work out: their results, in a row each."""

from collections.abc import Iterable, Iterator

from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Number
from derive.page.blocks.table_columns import (
    MOST_COLUMNS,
    TABLES,
    Entries,
    columns_for,
    counting,
    head,
    parted,
    text_cell,
    value_cell,
)
from derive.page.chains import Result
from derive.page.document import Block, Paragraph, Sentence, Table
from derive.page.tabled_passes import MOST_ROWS
from derive.problem.training.batch import EACH
from derive.values.lazy_entries import LazyEntries


def others(derivation: Derivation, steps: Iterable[Step]) -> Iterator[Block]:
    """What the steps give for the other samples of the batch, arrays as far as they fit; constants are left out."""
    problem, samples, called = derivation.problem, derivation.problem.samples, derivation.places.called
    assert samples
    changing = (step.name for step in steps if step.form is step and not isinstance(step.expr, Number))
    first = derivation.places.results(changing, problem.loss)
    parts = parted(((name, derivation.shapes[name]) for name in first), columns_for(problem.numbers.digits),
                   TABLES * MOST_COLUMNS)  # fmt: skip
    if not any(parts):
        return
    whole = {name for part in parts for name, _ in part} == set(first)
    worked = samples.worked(problem.page.entries)
    key = f"training.others{'_turning' * samples.turning}{'' if whole else '_some'}"
    yield Paragraph((Sentence(key, {"first": worked + 1, "last": samples.batch}),))
    counted = "training.place_head" if samples.turning else "training.sample_head"
    for part in filter(None, parts):
        heads = (head(called(name, EACH), index) for name, index in part)

        def row(i: int, part: Entries = part) -> tuple[Sentence, ...]:
            number = worked + i + 1
            return text_cell(number), *(value_cell(Result(called(name, f"({number})"), index)) for name, index in part)

        yield Table((counting(counted), *heads), LazyEntries(samples.batch - worked, row), MOST_ROWS)
