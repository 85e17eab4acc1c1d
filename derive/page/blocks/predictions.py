"""What a trained model gives for its samples, beside what it should give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.calculus.shapes import indices
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Index
from derive.language.names import Name, Symbol
from derive.page.blocks.table_columns import MOST_COLUMNS, MOST_ROWS, counting, number_cell, text_cell, value_cell
from derive.page.document import Block, NameInText, Paragraph, Prediction, Sentence, Table, TableColumn
from derive.problem.problem import Problem
from derive.problem.training.model import SampleColumn, Samples


def predictions(derivation: Derivation, problem: Problem) -> Iterator[Block]:
    """A row for each sample: its target, the output before the training, and after it; where those are few numbers."""
    samples, update = problem.samples, problem.update
    found = _output(derivation, problem, samples) if samples and update else None
    if samples is None or update is None or found is None:
        return
    output, target = found
    places = indices(derivation.shapes[output])
    if len(places) * 3 >= MOST_COLUMNS:
        return
    passes = {"training.before": 1, "training.after": update.steps + 1}
    heads = [TableColumn(_of("training.target", target.name, index), "number") for index in places]
    heads += [TableColumn(_of(key, output, index), "number") for key in passes for index in places]
    rows = []
    for i in range(samples.count):
        given = tuple((samples.name(column.name, 0), column.values[i]) for column in samples.columns)
        shown = [value_cell(Prediction(output, index, k, given)) for k in passes.values() for index in places]
        rows.append((text_cell(i + 1), *map(number_cell, target.values[i]), *shown))
    yield Paragraph((Sentence("training.predictions"),))
    yield Table((counting("training.sample_head"), *heads), tuple(rows), MOST_ROWS)


def _of(key: str, name: Name, index: Index) -> Sentence:
    return Sentence(key, {"name": NameInText(name, index=index or None)})


def _output(derivation: Derivation, problem: Problem, samples: Samples) -> tuple[Symbol, SampleColumn] | None:
    """What the loss compares with what: the output for the first sample of a pass, and the samples' target."""
    loss = samples.name(problem.loss, 0) if problem.loss and samples.batch > 1 else problem.loss
    steps = {step.name: step for step in derivation.forward}
    columns = {samples.name(column.name, 0): column for column in samples.columns}
    used = _used(steps, loss) if loss in steps else []
    targets = [columns[name] for name in used if name in columns and isinstance(name, Symbol)]
    outputs = [n for n in used if n in steps and isinstance(n, Symbol)]
    if len(targets) != 1 or len(outputs) != 1 or derivation.shapes[outputs[0]] != targets[0].shape:
        return None
    return outputs[0], targets[0]


def _used(steps: Mapping[Name, Step], name: Name) -> list[Name]:
    """What the equation of a name uses, with the formulas that were taken out of it."""
    inner = steps[name].uses
    return [found for n in inner for found in (_used(steps, n) if isinstance(n, Symbol) and n.helper else [n])]
