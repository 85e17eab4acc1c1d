"""The samples of a large batch that a page does not work out: their results, in a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.derivation import Derivation, Step
from derive.document import Block, Paragraph, Result, Sentence, Table
from derive.language.expressions import Number
from derive.language.names import Symbol
from derive.tabling import MOST_COLUMNS, MOST_ROWS, cell, columns_for, counting, head, parted, words

TABLES = 2  # of the columns of each sample


def others(derivation: Derivation, steps: Iterable[Step]) -> Iterator[Block]:
    """What the steps give for the other samples of the batch, arrays as far as they fit."""
    problem, samples = derivation.problem, derivation.problem.samples
    assert samples
    first = [step for step in steps if derivation.places.sample(step.name) == 0 and _is_told(step, derivation)]
    parts = parted(((step.name, step.shape) for step in first), columns_for(problem.numbers.digits),
                   TABLES * MOST_COLUMNS)  # fmt: skip
    if not any(parts):
        return
    whole = {name for part in parts for name, _ in part} == {step.name for step in first}
    worked = samples.worked(problem.page.entries)
    key = "training.others" if whole else "training.others_some"
    yield Paragraph((Sentence(key, {"first": worked + 1, "last": samples.batch}),))
    for part in filter(None, parts):
        heads = (head(derivation.places.called(name, "(i)"), index) for name, index in part)
        rows = ((words(i + 1), *(cell(Result(derivation.places.called(name, f"({i + 1})"), index))
                                 for name, index in part)) for i in range(worked, samples.batch))  # fmt: skip
        yield Table((counting("training.sample_head"), *heads), tuple(rows), MOST_ROWS)


def _is_told(step: Step, derivation: Derivation) -> bool:
    """Whether a step is a result of a sample: a quantity, or a gradient of the loss by one that is no constant."""
    if isinstance(step.expr, Number):
        return False
    if isinstance(step.name, Symbol):
        return not step.helper
    return step.name.of == derivation.loss and step.name.via is None and not step.helper
