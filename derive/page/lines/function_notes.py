"""What a function means that a reader may not know, said where it first stands on the page."""

from collections.abc import Iterable, Iterator

from derive.calculus.building import tidy
from derive.calculus.differentiation import Shapes, instantiate, settled
from derive.calculus.operation_rows import Row, nodes_with, row_of
from derive.language.expressions import Apply, Expr, Ref, number
from derive.language.names import Symbol
from derive.notation.function_styles import is_comparison
from derive.page.chains import Chain, Formula
from derive.page.document import Block, Paragraph, Sentence
from derive.page.lines.notes import Said, is_by_entries


def meanings(exprs: Iterable[Expr], shown: Iterable[Expr], said: set[str]) -> Iterator[Sentence]:
    """A sentence for each function in `exprs` that is not explained yet; what is in `shown` the page has defined."""
    said.update(_known_by(expr) for expr in shown if isinstance(expr, Apply))
    telling = (expr for expr in exprs if any(nodes_with(expr, _has_meaning)))
    for node in (node for expr in telling for node in _written(expr)):
        sentence = None if _known_by(node) in said else _meaning(node)
        if sentence is not None:
            said.add(_known_by(node))
            yield sentence


def _written(expr: Expr) -> Iterator[Apply]:
    """The functions that stand in an expression; a comparison behind a brace has no brackets to explain."""
    if not isinstance(expr, Apply):
        return
    yield expr
    args = expr.args
    if row_of(expr).branches and is_comparison(args[0]):
        assert isinstance(args[0], Apply)
        args = (*args[0].args, *args[1:])
    for arg in args:
        yield from _written(arg)


def _known_by(node: Apply) -> str:
    """What the explanation of a function is known by: one sentence without places may explain several."""
    meaning = row_of(node).meaning
    return node.op if meaning is None or meaning.places else meaning.key


def _has_meaning(row: Row) -> bool:
    """Whether there is something to say of what a function means."""
    return row.meaning is not None or (row.elementwise and bool(row.definition))


def _meaning(node: Apply) -> Sentence | None:
    """A sentence on a function of its own parameters, with the settings that it has here."""
    row = row_of(node)
    if not _has_meaning(row):
        return None
    params = tuple(Ref(Symbol(name)) for name in row.params)

    def formula(text: str) -> Formula:
        written = instantiate(row, text, params, node.options, number(0))
        return Formula(tidy(settled(written, {Symbol(name): () for name in row.params})))

    function = Formula(Apply(node.op, params, node.options))
    if row.meaning is not None:
        places = {name: formula(text) for name, text in row.meaning.places.items()}
        return Sentence(f"functions.{row.meaning.key}", {"function": function, **places})
    return Sentence("functions.definition", {"function": function, "definition": formula(row.definition)})


def explained(blocks: list[Block], said: Said, shapes: Shapes) -> Iterator[Block]:
    """Blocks that are no steps, and behind their last formula what its functions and its sign ⊙ mean."""
    chains = [block for block in blocks if isinstance(block, Chain)]
    shown = [link.shown.expr for chain in chains for link in chain.links if isinstance(link.shown, Formula)]
    signs = said.once(Sentence("glossary.elementwise")) if any(is_by_entries(expr, shapes) for expr in shown) else ()
    sentences = (*meanings(shown, (), said.functions), *signs)
    for block in blocks:
        yield block
        if sentences and block is chains[-1]:
            yield Paragraph(sentences)
