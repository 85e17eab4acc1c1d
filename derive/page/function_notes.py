"""What a function means that a reader may not know, said where it first stands on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from derive.calculus.building import tidy
from derive.calculus.differentiation import instantiate, settled
from derive.calculus.operation_rows import row_of
from derive.language.expressions import Apply, Expr, Ref, number, walk
from derive.language.names import Symbol
from derive.page.document import Block, Chain, Formula, Paragraph, Sentence

WORDED: dict[str, tuple[str, Mapping[str, str]]] = {
    **dict.fromkeys(("at_least", "below", "equal"), ("bracket", {})),
    "leaky_relu": ("by_sign", {"above": "z", "below": "alpha z", "arg": "z"}),
    "leaky_relu'": ("by_sign", {"above": "1", "below": "alpha", "arg": "z"}),
    "elu": ("by_sign", {"above": "z", "below": "alpha (exp(z) - 1)", "arg": "z"}),
    "elu'": ("by_sign", {"above": "1", "below": "alpha exp(z)", "arg": "z"}),
    "huber_penalty": (
        "by_size",
        {"inside": "r^2/2", "size": "abs(r)", "bound": "delta", "outside": "delta (abs(r) - delta/2)"},
    ),
    "clip": ("cut", {"arg": "r", "low": "-delta", "high": "delta"}),
    "Phi": ("normal", {"arg": "z"}),
    **{op: (op, {}) for op in ("sign", "floor", "causal_softmax")},
}
"""Operations that a sentence explains: its key under `functions`, and what stands in its places, in the language."""


def meanings(exprs: Iterable[Expr], shown: Iterable[Expr], said: set[str]) -> Iterator[Sentence]:
    """A sentence for each function in `exprs` that is not explained yet; what is in `shown` the page has defined."""
    said.update(_known_by(expr) for expr in shown if isinstance(expr, Apply))
    for node in (node for expr in exprs for node in walk(expr) if isinstance(node, Apply)):
        sentence = None if _known_by(node) in said else _meaning(node)
        if sentence is not None:
            said.add(_known_by(node))
            yield sentence


def _known_by(node: Apply) -> str:
    return f"functions.{node.op if node.op not in WORDED or WORDED[node.op][1] else WORDED[node.op][0]}"


def _meaning(node: Apply) -> Sentence | None:
    """A sentence on a function of its own parameters, with the settings that it has here."""
    row = row_of(node)
    params = tuple(Ref(Symbol(name)) for name in row.params)

    def formula(text: str) -> Formula:
        written = instantiate(row, text, params, node.options, number(0))
        return Formula(tidy(settled(written, {Symbol(name): () for name in row.params})))

    function = Formula(Apply(node.op, params, node.options))
    if node.op in WORDED:
        key, places = WORDED[node.op]
        return Sentence(f"functions.{key}", {"function": function, **{name: formula(places[name]) for name in places}})
    if row.elementwise and row.definition:
        return Sentence("functions.definition", {"function": function, "definition": formula(row.definition)})
    return None


def explained(blocks: list[Block], said: set[str]) -> Iterator[Block]:
    """Blocks that are no steps, and behind their last formula what its functions mean."""
    chains = [block for block in blocks if isinstance(block, Chain)]
    formulas = (link.shown.expr for chain in chains for link in chain.links if isinstance(link.shown, Formula))
    sentences = tuple(meanings(formulas, (), said))
    for block in blocks:
        yield block
        if sentences and block is chains[-1]:
            yield Paragraph(sentences)
