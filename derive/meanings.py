"""What a function means that a reader may not know, said where it first stands on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.document import Block, Chain, Formula, Paragraph, Sentence
from derive.language.expressions import Apply, Expr, Ref, number, walk
from derive.language.names import Symbol
from derive.operations.calculus import instantiate, settled
from derive.operations.rows import row_of

WORDED = {
    **dict.fromkeys(("at_least", "below", "equal"), "bracket"),
    **{op: op.replace("'", "_slope") for op in ("leaky_relu", "leaky_relu'", "elu", "elu'", "huber_penalty", "clip",
                                                "sign", "floor", "Phi", "causal_softmax")},
}  # fmt: skip
"""Operations that a sentence explains, with its key under `functions`; those with a `definition` show that."""


def meanings(exprs: Iterable[Expr], shown: Iterable[Expr], said: set[str]) -> Iterator[Sentence]:
    """A sentence for each function in `exprs` that is not explained yet; what is in `shown` the page has defined."""
    said.update(_known_by(expr) for expr in shown if isinstance(expr, Apply))
    for node in (node for expr in exprs for node in walk(expr) if isinstance(node, Apply)):
        sentence = None if _known_by(node) in said else _meaning(node)
        if sentence is not None:
            said.add(_known_by(node))
            yield sentence


def _known_by(node: Apply) -> str:
    return f"functions.{WORDED.get(node.op, node.op)}"


def _meaning(node: Apply) -> Sentence | None:
    row = row_of(node)
    if node.op in WORDED:
        return Sentence(_known_by(node))
    if not (row.elementwise and row.definition):
        return None
    params = tuple(Ref(Symbol(name)) for name in row.params)
    own = Apply(node.op, params, node.options)
    definition = instantiate(row, row.definition, params, node.options, number(0))
    scalar = settled(definition, {Symbol(name): () for name in row.params})
    return Sentence("functions.definition", {"function": Formula(own), "definition": Formula(scalar)})


def explained(blocks: list[Block], said: set[str]) -> Iterator[Block]:
    """Blocks that are no steps, and behind their last formula what its functions mean."""
    chains = [block for block in blocks if isinstance(block, Chain)]
    formulas = (link.shown.expr for chain in chains for link in chain.links if isinstance(link.shown, Formula))
    sentences = tuple(meanings(formulas, (), said))
    for block in blocks:
        yield block
        if sentences and block is chains[-1]:
            yield Paragraph(sentences)
