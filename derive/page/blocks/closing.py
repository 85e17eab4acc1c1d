"""The end of the page: the loss as one expression, its derivatives, and what was verified."""

from collections.abc import Iterable, Iterator, Sequence

from derive.calculus.operation_rows import nodes_with
from derive.calculus.shapes import indices
from derive.derivation.steps import Derivation
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, names_in, walk
from derive.language.names import Derivative, Name, Symbol
from derive.page.chains import SAME, Chain, ChainLink, Formula, Relation, Result
from derive.page.document import Block, Condition, Heading, NameInText, Paragraph, Sentence, Words
from derive.page.entry_names import leaves
from derive.page.lines.notes import kinks
from derive.problem.reading.equation_checks import lookup_numbers
from derive.verification.closed_form import ClosedForm, layered, node_count

LONGEST_LAYERED, LONGEST_WRITTEN, LONGEST_DERIVATIVE = 60, 150, 36  # nodes of an expression that a page shows
MOST_DERIVATIVES, FEW_DERIVATIVES = 24, 16  # among which one is looked for that can be read; that all stand there


def closed_form(derivation: Derivation, closed: ClosedForm | None) -> Iterator[Block]:
    """The loss as one expression; `closed` is the closed form where it is affordable. A forward pass of one equation
    is one expression already.
    """
    if derivation.loss is None or not derivation.wanted:
        return
    if len(derivation.forward) > 1 and _layered_length(derivation) <= LONGEST_LAYERED:
        whole = layered(derivation)
        yield Heading(Sentence("headings.closed"))
        yield Paragraph((Sentence("closed.layered", {"loss": NameInText(derivation.loss)}),))
        yield Chain(derivation.loss, (ChainLink(SAME, Formula(whole)),))
        if closed is not None:
            yield from _written_out(derivation, closed, whole)


def checked(derivation: Derivation, closed: ClosedForm | None) -> Iterator[Block]:
    """What was verified: the gradients, of several passes those of the first and the last, on one side of a kink; the
    derivatives in equations.
    """
    slopes = [Sentence("closed.verified_slopes")] if derivation.slopes else []
    yield Paragraph((*_routes(derivation, closed), *slopes, Sentence("closed.verified_digits")), "note")


def _routes(derivation: Derivation, closed: ClosedForm | None) -> Iterator[Sentence]:
    if derivation.loss is None or not derivation.wanted:
        return
    update = derivation.problem.update
    which = "closed.gradients_first" if update and update.steps > 1 else "closed.gradients"
    key = "closed.verified_both" if closed else "closed.verified"
    yield Sentence(key, {"gradients": Words(which), "loss": NameInText(derivation.loss)})
    differentiated = {step.name.by for step in derivation.backward if isinstance(step.name, Derivative)}
    found: dict[Name, list[Sentence]] = {}
    for step in derivation.forward:  # where the first sample's step has no kink, no other's has
        if step.form is step or found[step.form.name]:
            found[step.name] = list(kinks(step, differentiated, derivation.weights))
    bent = [kink.when for kinks in found.values() for kink in kinks if isinstance(kink.when, Condition)]
    if bent:
        exprs = tuple(when.expr for when in bent if when.expr is not None)
        yield Sentence("closed.verified_kink", when=Condition("any kink", bent[0].name, exprs=exprs))


def _layered_length(derivation: Derivation) -> int:
    """The nodes of the loss with every name replaced: counted, for in a long chain it cannot be built."""
    assert derivation.loss
    lengths: dict[Name, int] = {}
    for step in derivation.forward:
        nodes = walk(step.expr) if step.form is step else ()
        whole = sum(lengths.get(node.name, 1) if isinstance(node, Ref) else 1 for node in nodes)
        lengths[step.name] = whole or lengths[step.form.name]
    return lengths[derivation.loss]


def _written_out(derivation: Derivation, closed: ClosedForm, whole: Expr) -> Iterator[Block]:
    assert derivation.loss
    expression = closed.expression()
    if node_count(expression) <= LONGEST_WRITTEN and any(derivation.shapes.values()):
        yield Paragraph((Sentence("closed.written"),))
        numbers = {name for step in derivation.forward for name in lookup_numbers(step.expr)}
        data = derivation.data - numbers
        put_in = tuple(leaf for leaf in leaves(expression) if isinstance(leaf, Entry) and leaf.name in data)
        yield Chain(derivation.loss, (ChainLink(Relation("put in", put_in), Formula(expression, data=data)),))
    yield from _derivatives(derivation, closed)


def _has_names(derivation: Derivation, exprs: Iterable[Expr]) -> bool:
    """Whether intermediate values stand in formulas under their names."""
    computed = {step.name for step in derivation.forward}
    return any(name in computed for expr in exprs for name in names_in(expr))


def _derivatives(derivation: Derivation, closed: ClosedForm) -> Iterator[Block]:
    """The derivative by the first entry of each array that is short enough; by each entry where there are few and all
    are short, by each short one where the page shows all entries. Numbers are put into the first one of each array, or
    where all entries are asked for.
    """
    assert derivation.loss
    exact = derivation.problem.numbers.carry == "exact" and not any(step.rounded for step in derivation.forward)
    worked = {step.name for step in derivation.backward_in(1)}
    wanted = [name for name in derivation.wanted if Derivative(derivation.loss, name) in worked]
    places = {name: indices(derivation.shapes[name]) for name in wanted}
    count, asked = sum(map(len, places.values())), derivation.problem.page.entries is None
    looked_at = None if asked or count <= MOST_DERIVATIVES else 1
    found = [_readable(closed, name, each[:looked_at]) for name, each in places.items()]
    every = asked or (count <= FEW_DERIVATIVES and not any(more for _, more in found))
    if not every:
        found = [(short[:1], more and not short) for short, more in found]
    shown = [
        (Derivative(derivation.loss, name), *item, asked or i == 0)
        for name, (short, _) in zip(places, found, strict=True)
        for i, item in enumerate(short)
    ]
    if shown:
        one = not every and any(short and len(places[name]) > 1 for name, (short, _) in zip(places, found, strict=True))
        left_out = any(more for _, more in found)
        limits = {"closed.derivatives_first": one, "closed.derivatives_short": left_out}
        named = "_named" if _has_names(derivation, (item[2] for item in shown)) else ""
        rest = (Sentence(key) for key, holds in limits.items() if holds)
        yield Paragraph((Sentence(f"closed.derivative{'s' if len(shown) > 1 else ''}{named}"), *rest))
        yield from (_derivative(*each, exact) for each in shown)


def _readable(closed: ClosedForm, name: Symbol, places: Sequence[Index]) -> tuple[list[tuple[Index, Expr]], bool]:
    """The derivatives by entries that are no plain numbers, short enough and no conditions about what another one has
    chosen, as those of the largest of several; and whether others are left out.
    """
    found = [(index, closed.derivative(name, index)) for index in places]
    formulas = [(index, expr) for index, expr in found if not isinstance(expr, Number)]
    short: list[tuple[Index, Expr]] = [
        (index, expr) for index, expr in formulas if node_count(expr) <= LONGEST_DERIVATIVE and not _chooses_twice(expr)
    ]
    return short, len(short) < len(formulas)


def _chooses_twice(expr: Expr) -> bool:
    conditions = nodes_with(expr, lambda row: row.notation.style == "iverson")
    return any(any(nodes_with(arg, lambda row: row.kinks)) for node in conditions for arg in node.args)


def _derivative(name: Derivative, index: Index, expr: Expr, numbers_too: bool, exact: bool) -> Chain:
    """One derivative; its numbers only where they are carried exactly (rounded ones would give another result)."""
    where = index or None
    links = [ChainLink(SAME, Formula(expr))]
    if not exact:
        return Chain(name, tuple(links), where)
    numbers = numbers_too and isinstance(expr, Apply) and any(isinstance(node, Entry) for node in walk(expr))
    if numbers:
        links.append(ChainLink(Relation("put in", leaves(expr)), Formula(expr, numbers=True)))
    links.append(ChainLink(Relation("result", (), expr, name, where, formula=not numbers), Result(name, where)))
    return Chain(name, tuple(links), where)
