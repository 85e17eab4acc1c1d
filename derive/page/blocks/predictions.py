"""What a trained model gives for its samples, beside what it should give."""

from collections.abc import Container, Iterator, Mapping, Sequence

from derive.calculus.shapes import indices
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Index, Ref, applied_in, names_in
from derive.language.names import Name, Symbol
from derive.page.blocks.table_columns import MOST_COLUMNS, counting, number_cell, text_cell, value_cell
from derive.page.chains import Result
from derive.page.document import Block, NameInText, Paragraph, Prediction, Sentence, Table, TableColumn
from derive.page.tabled_passes import MOST_ROWS
from derive.problem.problem import Problem
from derive.problem.reading.given_values import Given
from derive.problem.training.model import SampleColumn, Samples, Update


def predictions(derivation: Derivation, problem: Problem) -> Iterator[Block]:
    """A row for each sample: its target, the output before the training, and after it; where those are few numbers."""
    samples, update = problem.samples, problem.update
    if update is None:
        return
    if samples is None:
        yield from _of_matrix(derivation, problem, update)
        return
    found = compared_column(derivation, problem, samples)
    if found is None:
        return
    output, target = found
    places = indices(derivation.shapes[output])
    if len(places) * 3 >= MOST_COLUMNS:
        return
    rows = []
    for i in range(samples.count):
        given = tuple((samples.name(column.name, 0), column.values[i]) for column in samples.columns)
        shown = [value_cell(Prediction(output, index, k, given)) for k in (1, update.steps + 1) for index in places]
        rows.append((text_cell(i + 1), *map(number_cell, target.values[i]), *shown))
    yield from _table(target.name, output if derivation.shapes[output] else samples.without(output), places, rows)


def _table(target: Name, output: Name, at: Sequence[Index], rows: Sequence[tuple[Sentence, ...]]) -> Iterator[Block]:
    """The rows, each sample's entries at these places in columns: of the target, of the output before and after."""
    columns = {"training.target": target, "training.before": output, "training.after": output}
    heads = (Sentence(key, {"name": NameInText(name, index=index or None)})
             for key, name in columns.items() for index in at)  # fmt: skip
    yield Paragraph((Sentence("training.predictions"),))
    numbers = (TableColumn(head, "number") for head in heads)
    yield Table((counting("training.sample_head"), *numbers), tuple(rows), MOST_ROWS)


def _of_matrix(derivation: Derivation, problem: Problem, update: Update) -> Iterator[Block]:
    """The same for samples that stand in one array, the target of each in a row or column of numbers."""
    found = compared_matrix(derivation, problem)
    if found is None or not any(is_fed(given, derivation) for given in found[2]):
        return
    output, target, _ = found
    rows = [
        (text_cell(i + 1), number_cell(target.values[i]),
         *(value_cell(Result(output, index, k=k)) for k in (1, update.steps + 1)))
        for i, index in enumerate(indices(derivation.shapes[output]))
    ]  # fmt: skip
    yield from _table(target.name, output, [()], rows)


def compared_matrix(derivation: Derivation, problem: Problem) -> tuple[Symbol, Given, list[Given]] | None:
    """What the loss compares with what where samples stand in arrays: the output, the target, and the matrices that may
    go in, with a column or a row for each entry of it.
    """
    data = {given.name: given for given in problem.givens if not given.parameter}
    found = compared(derivation, problem.loss, data)
    if found is None:
        return None
    output, target = found[0], data[found[1]]
    count, axis = len(target.values), len(target.shape) - 1
    flat = target.shape in {(1, count), (count,)} and count > 1
    inputs = (each for each in data.values() if flat and each != target and len(each.shape) == 2)
    return output, target, [each for each in inputs if each.shape[axis] == count]


def is_fed(given: Given, derivation: Derivation) -> bool:
    """Whether a matrix holds what goes into the model: not weights that something given is multiplied by."""
    fixed = derivation.data
    products = (node.args for step in derivation.forward for node in applied_in(step.expr, "product"))
    weighed = (args for args in products if Ref(given.name) in args)
    return not any(fixed.issuperset(names_in(arg)) for args in weighed for arg in args if arg != Ref(given.name))


def compared_column(derivation: Derivation, problem: Problem, samples: Samples) -> tuple[Symbol, SampleColumn] | None:
    """What the loss compares with what: the output for the first sample of a pass, and the samples' target."""
    columns = {samples.name(column.name, 0): column for column in samples.columns}
    loss = samples.name(problem.loss, 0) if problem.loss and samples.batch > 1 else problem.loss
    found = compared(derivation, loss, columns)
    return (found[0], columns[found[1]]) if found else None


def compared(derivation: Derivation, loss: Name | None, targets: Container[Name]) -> tuple[Symbol, Symbol] | None:
    """The output and the one of the targets that the loss compares it with; without a loss, whatever compares them."""
    steps = {step.name: step for step in derivation.forward}
    for end in [loss] if loss in steps else steps:
        assert end is not None
        used = [name for name in _used(steps, end) if isinstance(name, Symbol)]
        aims, outputs = [n for n in used if n in targets], [n for n in used if n in steps]
        if len(aims) == len(outputs) == 1 and derivation.shapes[outputs[0]] == derivation.shapes[aims[0]]:
            return outputs[0], aims[0]
    return None


def _used(steps: Mapping[Name, Step], name: Name) -> list[Name]:
    """What the equation of a name uses, with the formulas that were taken out of it."""
    inner = steps[name].uses
    return [found for n in inner for found in (_used(steps, n) if isinstance(n, Symbol) and n.helper else [n])]
