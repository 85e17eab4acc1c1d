"""One weight followed to the loss: its path, the product of the chain rule in letters and in numbers, its update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from derive.calculus.differentiation import entry_of
from derive.derivation.rules import LOSS_DERIVATIVE
from derive.derivation.steps import Derivation
from derive.figures import Figure
from derive.language.expressions import Entry, Expr, Index, operations_in, rewrite, walk
from derive.language.names import Derivative, Name, Symbol
from derive.language.step_ids import StepId
from derive.page.chains import ARROW, SAME, Chain, ChainLink, Formula, Relation, Result
from derive.page.document import Block, Heading, Inline, InlineRow, NameInText, Paragraph, Sentence
from derive.page.entry_names import leaves
from derive.page.lines.constant_factors import factors_of, passed

LONGEST = 60  # nodes of a product; what would make it longer keeps its name
Visited = tuple[Name, Index]


@dataclass(frozen=True, slots=True)
class FollowedWeight:
    """An entry of a parameter on its way to the loss.

    name, index  the entry
    product      its gradient, the gradients in it replaced by what they are made of
    path         the quantities it goes through, from the weight to the loss
    """

    name: Symbol
    index: Index
    gradient: Derivative
    product: Expr
    path: tuple[Visited, ...]

    @staticmethod
    def of(derivation: Derivation, asked: str) -> FollowedWeight | None:
        """The weight that a problem file asks for; None where it asks for none."""
        entry = StepId.parse(asked)
        name = next((name for name in derivation.wanted if name.id == entry.name), None)
        if not asked or name is None or derivation.loss is None:
            return None
        gradient = Derivative(derivation.loss, name)
        expr, path = _product(derivation, Entry(gradient, entry.index))
        return FollowedWeight(name, entry.index, gradient, expr, (*path, (derivation.loss, ())))

    def lit(self, figure: Figure) -> Figure:
        """A picture with the path lit up."""
        through = set(self.path)
        nodes = tuple(
            replace(node, lit=any((name, node.entry or ()) in through for name in (node.name, node.output) if name))
            for node in figure.nodes
        )
        edges = tuple(
            replace(edge, lit=(edge.weight == self.name and edge.entry == self.index)
                    or (nodes[edge.source].lit and nodes[edge.target].lit)) for edge in figure.edges
        )  # fmt: skip
        return replace(figure, nodes=nodes, edges=edges)


def _product(derivation: Derivation, whole: Entry) -> tuple[Expr, list[Visited]]:
    """A gradient's entry with the gradients in it replaced, and the quantities on the way, each once."""
    factors = derivation.once(factors_of)
    steps = {step.name: passed(step, factors) for step in derivation.backward if not step.rule.is_local}
    path: list[Visited] = []

    def opened(node: Expr) -> Expr | None:
        if not isinstance(node, Entry) or node.name not in steps:
            return None
        step = steps[node.name]
        if isinstance(node.name, Derivative) and node != whole:
            path.append((node.name.by, node.index))
        return None if step.rule == LOSS_DERIVATIVE else entry_of(step.expr, derivation.shapes, node.index)

    expr: Expr = whole
    while (longer := rewrite(expr, opened)) != expr and sum(1 for _ in walk(longer)) <= LONGEST:
        expr = longer
    return expr, list(dict.fromkeys(path))


def followed(derivation: Derivation, asked: str) -> Iterator[Block]:
    """The blocks about the weight that is followed."""
    weight = FollowedWeight.of(derivation, asked)
    if weight is None:
        return
    own = NameInText(weight.name, index=weight.index)
    yield Heading(Sentence("headings.follow", {"name": own}))
    steps: list[Inline] = [own]
    for (before, _), (name, index) in pairwise(((weight.name, weight.index), *weight.path)):
        steps += [", " if name == before else " → ", NameInText(name, index=index or None)]
    key = "follow.several" if "add" in operations_in(weight.product) else "follow.one"
    fields: dict[str, Inline] = {"weight": own, "path": InlineRow(tuple(steps)), "loss": NameInText(weight.gradient.of)}
    yield Paragraph((Sentence(key, fields),))
    yield _reckoned(weight.gradient, weight.index, weight.product, SAME)
    update = next((step for step in derivation.updates if step.name == weight.name.after), None)
    if update and derivation.problem.page.update:
        expr = entry_of(update.expr, derivation.shapes, weight.index)
        yield _reckoned(update.name, weight.index, expr, ARROW)


def _reckoned(name: Name, index: Index, expr: Expr, sign: Relation) -> Chain:
    """An entry in letters, in numbers, and its value."""
    where = index or None
    links = (
        ChainLink(sign, Formula(expr)),
        ChainLink(Relation("put in", nodes=leaves(expr)), Formula(expr, numbers=True)),
        ChainLink(Relation("result", (), expr, name, where), Result(name, where, final=True)),
    )
    return Chain(name, links, where)
