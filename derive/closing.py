"""The end of the page: the loss as one expression, its derivatives, and what was verified."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from derive.closed_form import ClosedForm, layered, node_count
from derive.derivation import Derivation
from derive.document import (
    SAME,
    Block,
    Chain,
    Fact,
    Formula,
    Heading,
    Link,
    Paragraph,
    Relation,
    Result,
    Sentence,
)  # fmt: skip
from derive.entrywise import leaves
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, names_in, walk
from derive.language.names import Derivative, Name
from derive.operations.shapes import indices

LONGEST_LAYERED, LONGEST_WRITTEN, LONGEST_DERIVATIVE = 60, 150, 36  # nodes of an expression that a page shows
MOST_DERIVATIVES = 24


def closing(derivation: Derivation, closed: ClosedForm | None) -> Iterator[Block]:
    """The last blocks of a page; `closed` is the closed form where it is affordable. A forward pass of one equation is
    one expression already.
    """
    if derivation.loss is None or not derivation.wanted:
        yield Paragraph((Sentence("closed.verified_forward"),), "note")
        return
    if len(derivation.forward) > 1 and _layered_length(derivation) <= LONGEST_LAYERED:
        whole = layered(derivation)
        yield Heading(Sentence("headings.closed"))
        yield Paragraph((Sentence("closed.layered"),))
        yield Chain(derivation.loss, (Link(SAME, Formula(whole)),))
        if closed is not None:
            yield from _written_out(derivation, closed, whole)
    entries = sum(prod(derivation.shapes[name]) for name in derivation.wanted)
    key = "closed.verified_both" if closed else "closed.verified"
    yield Paragraph((Sentence(key, {"entries": entries, "largest": Fact("largest")}),), "note")


def _layered_length(derivation: Derivation) -> int:
    """The nodes of the loss with every name replaced: counted, for in a long chain it cannot be built."""
    assert derivation.loss
    lengths: dict[Name, int] = {}
    for step in derivation.forward:
        nodes = walk(step.expr)
        lengths[step.name] = sum(lengths.get(node.name, 1) if isinstance(node, Ref) else 1 for node in nodes)
    return lengths[derivation.loss]


def _written_out(derivation: Derivation, closed: ClosedForm, whole: Expr) -> Iterator[Block]:
    assert derivation.loss
    expression = closed.expression()
    if node_count(expression) > LONGEST_WRITTEN:
        yield Paragraph((Sentence("closed.too_long"),), "note")
    elif any(derivation.shapes.values()):
        yield Paragraph((Sentence("closed.written"),))
        data = frozenset(name for name, parameter in derivation.givens if not parameter)
        yield Chain(derivation.loss, (Link(Relation("put in", _of(expression, data)), Formula(expression, data=data)),))
    shown = list(_derivatives(derivation, closed))
    if shown:
        yield Paragraph(
            (Sentence("closed.derivatives_named" if _has_names(derivation, shown) else "closed.derivatives"),)
        )
        yield from shown


def _has_names(derivation: Derivation, chains: list[Chain]) -> bool:
    """Whether intermediate values stand in formulas under their names."""
    computed = {step.name for step in derivation.forward}
    formulas = (link.shown.expr for chain in chains for link in chain.links if isinstance(link.shown, Formula))
    return any(name in computed for expr in formulas for name in names_in(expr))


def _of(expr: Expr, names: frozenset[Name]) -> tuple[Expr, ...]:
    return tuple(leaf for leaf in leaves(expr) if isinstance(leaf, Entry) and leaf.name in names)


def _derivatives(derivation: Derivation, closed: ClosedForm) -> Iterator[Chain]:
    """The derivative by each entry; by the first one of each name where they are many."""
    assert derivation.loss
    exact = derivation.problem.numbers.carry == "exact" and not any(step.rounded for step in derivation.forward)
    every = sum(prod(derivation.shapes[name]) for name in derivation.wanted) <= MOST_DERIVATIVES
    for name in derivation.wanted:
        for index in indices(derivation.shapes[name])[: None if every else 1]:
            expr = closed.derivative(name, index)
            if node_count(expr) <= LONGEST_DERIVATIVE and not isinstance(expr, Number):
                yield _derivative(Derivative(derivation.loss, name), index, expr, exact)


def _derivative(name: Derivative, index: Index, expr: Expr, numbers_too: bool) -> Chain:
    """One derivative; its numbers only where they are carried exactly (rounded ones would give another result)."""
    where = index or None
    links = [Link(SAME, Formula(expr))]
    if not numbers_too:
        return Chain(name, tuple(links), where)
    numbers = isinstance(expr, Apply) and any(isinstance(node, Entry) for node in walk(expr))
    if numbers:
        links.append(Link(Relation("put in", leaves(expr)), Formula(expr, numbers=True)))
    links.append(Link(Relation("result", (), expr, name, where, formula=not numbers, alone=True), Result(name, where)))
    return Chain(name, tuple(links), where)
