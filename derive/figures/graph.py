"""The computation graph: a node for each name on the way to the loss, in the order of the forward pass."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import TypeAlias

from derive.derivation.steps import Derivation, Step
from derive.figures.layers import Weighing, path_to_loss, summands, weighing_in
from derive.figures.model import Edge, Figure, Node, NodeKind, Position
from derive.figures.ranking import Ranking, columns, rank
from derive.language.expressions import Apply, Ref, walk
from derive.language.names import Name
from derive.operations import ROWS

MOST_NODES, MOST_COLUMNS, MOST_PARTS = 40, 16, 3
DEEP = 10  # columns
Uses: TypeAlias = Mapping[Name, Sequence[Name]]
"""What the equation of each name uses."""
Links: TypeAlias = tuple[list[tuple[int, int]], list[bool]]


def graph_figure(derivation: Derivation) -> Figure | None:
    """The graph of all names that the loss depends on (of the whole forward pass, where there is no loss).

    Where values are weighed by matrices, the chain of quantities alone: without parameters and targets. None for a
    graph that no page can show at a size that is read, and for calculations that have nothing to do with each other.
    Of a deep graph the formulas inside equations are left out: an equation is one node.
    """
    steps = path_to_loss(derivation)
    if len(steps) > MOST_NODES:
        return None
    names: list[Name] = [*_givens(steps, derivation), *(step.name for step in steps)]
    if len(names) > MOST_NODES:
        return None
    uses: dict[Name, tuple[Name, ...]] = {step.name: tuple(step.uses) for step in steps}
    whole = _without_helpers(steps)
    if len(whole) < len(uses) and _width(names, uses) > DEEP:
        names, uses = [name for name in names if name in whole or name not in uses], whole
    if _width(names, uses) > MOST_COLUMNS:
        return None
    figure = _figure(names, uses, derivation)
    return figure if _in_one_piece(figure) else None


def graph_figures(derivation: Derivation) -> tuple[Figure, ...]:
    """The same in several pictures where it is too wide for one: each goes on with what the last ones have found."""
    if whole := graph_figure(derivation):
        return (whole,)
    steps = path_to_loss(derivation)
    if not MOST_COLUMNS < len(steps) <= MOST_PARTS * MOST_NODES:
        return ()
    uses, parts = _without_helpers(steps), list[Figure]()
    names, drawn = list(uses), {*_givens(steps, derivation), *uses}
    while names and len(parts) < MOST_PARTS:
        end = _end(names, uses, drawn)
        parts.append(_figure(*_part(names[:end], uses, drawn), derivation))
        names = names[end:]
    fits = all(len(part.nodes) <= MOST_NODES and _in_one_piece(part) for part in parts)
    return tuple(parts) if fits and not names else ()


def _end(names: list[Name], uses: Uses, drawn: Container[Name]) -> int:
    """How many names the next picture has: as many as fit, cut off where the fewest are carried on."""
    widths = (_width(*_part(names[:end], uses, drawn)) for end in range(2, len(names) + 1))
    most = 1 + sum(1 for _ in takewhile(lambda columns: columns <= MOST_COLUMNS, widths))
    if most == len(names):
        return most

    def carried(end: int) -> int:
        return len({used for name in names[end:] for used in uses[name] if used in names[:end]})

    return min(range(most, most // 2, -1), key=carried)


def _part(names: list[Name], uses: Uses, drawn: Container[Name]) -> tuple[list[Name], Uses]:
    """Some names with what they use of what is drawn, and the uses among these."""
    before = [used for name in names for used in uses[name] if used in drawn and used not in names]
    return [*dict.fromkeys(before), *names], {name: uses[name] for name in names}


def _without_helpers(steps: list[Step]) -> dict[Name, tuple[Name, ...]]:
    """What each equation uses, with what its formulas use in their place."""
    uses: dict[Name, tuple[Name, ...]] = {step.name: tuple(step.uses) for step in steps}
    helpers = {step.name for step in steps if step.helper}
    return {name: tuple(_unfolded(name, uses, helpers)) for name in uses if name not in helpers}


def _in_one_piece(figure: Figure) -> bool:
    """Whether its edges connect all nodes."""
    piece = list(range(len(figure.nodes)))
    for edge in figure.edges:
        first, second = piece[edge.source], piece[edge.target]
        piece = [first if other == second else other for other in piece]
    return len(set(piece)) == 1


def _unfolded(name: Name, uses: Uses, helpers: Container[Name]) -> Iterator[Name]:
    """What an equation uses, with what its formulas use in their place."""
    for used in uses[name]:
        yield from _unfolded(used, uses, helpers) if used in helpers else (used,)


def _links(names: list[Name], uses: Uses) -> Links:
    """From what is used to what uses it, by places in `names`, each once; and which names nothing here computes."""
    place = {name: i for i, name in enumerate(names)}
    used = ((place[use], place[name]) for name, used in uses.items() for use in used if use in place)
    return list(dict.fromkeys(used)), [name not in uses for name in names]


def _width(names: list[Name], uses: Uses) -> int:
    """How many columns the graph has."""
    return max(columns(len(names), *_links(names, uses))) + 1


def _figure(names: list[Name], uses: Uses, derivation: Derivation) -> Figure:
    kinds: dict[Name, NodeKind] = {name: "parameter" if own else "input" for name, own in derivation.givens}
    links, given = _links(names, uses)
    ranking = rank(len(names), links, given)
    if derivation.loss:
        kinds[derivation.loss] = "loss"
    order = sorted(range(len(names)), key=lambda i: (ranking.column[i], ranking.row[i]))
    nodes = tuple(_node(names[i], (ranking.column[i], ranking.row[i]), kinds, derivation) for i in order)
    number = {old: new for new, old in enumerate(order)}
    edges = sorted((_edge(link, number, ranking) for link in links), key=lambda e: (e.source, e.target))
    size = (max(ranking.column) + 1, int(max(ranking.row)) + 1)
    return Figure(nodes, tuple(edges), size, "graph", derivation.loss)


def _givens(steps: list[Step], derivation: Derivation) -> list[Name]:
    """The given names that are drawn, in the order of their first use."""
    given: dict[Name, bool] = dict(derivation.givens)
    used = [name for name in dict.fromkeys(name for step in steps for name in step.uses) if name in given]
    weighings = [(i, found) for i, step in enumerate(steps) for found in _weighings(step, derivation)]
    if not weighings:
        return used
    last = max(i for i, _ in weighings)
    sources = {found.source for _, found in weighings}
    weights = {found.weight for _, found in weighings}
    inner = {name for step in steps[:last] for name in step.uses if _acts(name, step)}
    return [n for n in used if n in sources or (n in inner and not given[n] and n not in weights)]


def _weighings(step: Step, derivation: Derivation) -> list[Weighing]:
    """The products of matrices or vectors with weights in a step."""
    found = [weighing_in(expr, derivation) for expr in walk(step.expr) if isinstance(expr, Apply)]
    return [weighing for weighing in found if weighing and weighing.shape]


def _acts(name: Name, step: Step) -> bool:
    """Whether a step does more with a name than add it."""
    return not any(isinstance(term, Ref) and term.name == name for term in summands(step.expr))


def _node(name: Name, position: Position, kinds: dict[Name, NodeKind], derivation: Derivation) -> Node:
    rule = next((step.rule for step in derivation.forward if step.name == name), "")
    activation = rule if rule in ROWS and ROWS[rule].elementwise else ""
    return Node(name, position, kinds.get(name, "operation"), derivation.shapes[name], activation=activation)


def _edge(link: tuple[int, int], number: dict[int, int], ranking: Ranking) -> Edge:
    via = tuple((ranking.column[point], ranking.row[point]) for point in ranking.passing[link])
    return Edge(number[link[0]], number[link[1]], via=via)
