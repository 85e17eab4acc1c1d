"""What is doubtful about equations whose shapes are known: powers of matrices, numbers to look up by, targets."""

from collections.abc import Iterable, Iterator, Mapping

from derive.calculus.operation_rows import nodes_with, row_of
from derive.calculus.shapes import is_square
from derive.errors import Fault, Place
from derive.language.expressions import Apply, Equation, Expr, Number, Ref, Shape, applied_in, names_in
from derive.language.names import Name, Symbol
from derive.problem.reading.equations import WrittenEquation

_ADDED_UP = {"sum", "mean"}


def check_matrix_powers(written: Iterable[WrittenEquation], shapes: Mapping[Name, Shape], faults: list[Fault]) -> None:
    """`W^2` of a square matrix could mean two things, unless its entries are added up at once."""
    for item in written:
        for power in _powers(item.equation.expr):
            base = power.args[0]
            if isinstance(base, Ref) and isinstance(base.name, Symbol) and is_square(shapes.get(base.name, ())):
                message = f"`{base.name}^2` of a square matrix can be read in two ways"
                w = base.name
                hint = f"write `{w} {w}` for the product of matrices, `{w} ⊙ {w}` for the squares of its entries"
                faults.append(item.line.fault(message, hint, power.span))


def _powers(expr: Expr, added: bool = False) -> Iterator[Apply]:
    """The squares in an expression whose entries are not `added` up, or that are factors of a product."""
    if not isinstance(expr, Apply):
        return
    if expr.op == "power" and isinstance(expr.args[1], Number) and expr.args[1].value == 2 and not added:
        yield expr
    factor = expr.op == "product" and not isinstance(expr.args[0], Number)
    for arg in expr.args:
        yield from _powers(arg, not factor and (added or expr.op in _ADDED_UP))


def spread_targets(
    loss: Equation, shapes: Mapping[Name, Shape], data: Iterable[Symbol], target: Name | None
) -> Iterator[tuple[Name, Name]]:
    """Pairs of an output and the one number that the loss compares with each of its entries.

    They are found as differences of names; in the loss of a network with the `target` that it names.
    """
    numbers = {name for name in data if not shapes[name]}
    for node in applied_in(loss.expr, "subtract"):
        if all(isinstance(arg, Ref) for arg in node.args):
            pair = [name for arg in node.args for name in names_in(arg)]
            for output, other in (pair, pair[::-1]):
                if other in numbers and shapes[output]:
                    yield output, other
    if target in numbers:
        yield from ((name, target) for name in names_in(loss.expr) if shapes[name] and name not in numbers)


def check_looked_up(
    equations: Iterable[Equation], moving: Iterable[Name], places: Mapping[str, Place], faults: list[Fault]
) -> None:
    """Numbers to look up by are given: they do not depend on what is differentiated by or updated (`moving`)."""
    dependent = set(moving)
    for equation in equations:
        wrong = [name for name in lookup_numbers(equation.expr) if name in dependent]
        faults += [
            Fault(f"`{name}` says what is looked up, and cannot have a gradient",
                  "whole numbers to look up by belong into [data]", places[equation.name.id])
            for name in wrong
        ]  # fmt: skip
        if not dependent.isdisjoint(names_in(equation.expr)):
            dependent.add(equation.name)


def lookup_numbers(expr: Expr) -> Iterator[Name]:
    """The names in numbers to look up by: those of classes and the like."""
    numbers = (node.args[i] for node in nodes_with(expr, lambda row: row.given) for i in row_of(node).given)
    return (name for number in numbers for name in names_in(number))
