"""A recurrence unrolled: a column for each step of a sequence, with what goes from one to the next, what goes in from
below and what comes out above.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from derive.derivation.steps import Derivation
from derive.figures.layers import turned_back
from derive.figures.model import Edge, Figure, Node, NodeKind, Position
from derive.language.expressions import Equation, Ref, applied_in, names_in
from derive.language.names import Name

MOST_STEPS = 6
Step = tuple[Equation, ...]
Link: TypeAlias = tuple[Name, Name, Name | None]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The equations of each step of a sequence, the same but for the number of the step.

    states  which of them give what a neighbouring step uses
    output  which of them, the last, gives what no other equation of its step uses; None where each is used
    shared  the parameters that every step has
    """

    steps: tuple[Step, ...]
    states: tuple[int, ...]
    output: int | None
    shared: frozenset[Name]

    def neighbours(self, step: int) -> Iterator[int]:
        """The steps before and behind a step."""
        return (n for n in (step - 1, step + 1) if 0 <= n < len(self.steps))

    def needed(self, step: int) -> list[Equation]:
        """The equations that the states of a step are made of."""
        own = {equation.name: equation for equation in self.steps[step]}
        waiting = [self.steps[step][place] for place in self.states]
        for equation in waiting:
            waiting += [own[n] for n in names_in(equation.expr) if n in own and own[n] not in waiting]
        return waiting

    def used(self, step: int) -> dict[Name, None]:
        """The names in these equations."""
        return dict.fromkeys(name for equation in self.needed(step) for name in names_in(equation.expr))

    @property
    def ends(self) -> Iterator[tuple[int, int, Name]]:
        """What the first or last step uses where the one beside it uses a state of its: the step, the place of the
        state, the name; h_0.
        """
        for step, beside in ((0, 1), (len(self.steps) - 1, len(self.steps) - 2)):
            own = {equation.name for equation in self.steps[step]}
            for one, other in zip(self.steps[step], self.steps[beside], strict=True):
                names, others = names_in(one.expr), names_in(other.expr)
                for place in self.states if len(names) == len(others) else ():
                    state = self.steps[step][place].name
                    yield from ((step, place, name) for name, at in zip(names, others, strict=True)
                                if at == state and name not in own)  # fmt: skip


def unrolled_figure(derivation: Derivation) -> Figure | None:
    """The picture of a recurrence: steps with the same parameters, each of which uses what a neighbour gave. None for a
    model that has none, or one too long for a page.
    """
    kinds = dict.fromkeys(kind for equation in derivation.problem.equations for kind, _ in equation.within)
    found = next((each for kind in kinds if (each := _recurrence(derivation, kind))), None)
    if found is None:
        return None
    places = {name: (kind, at) for name, kind, at in _places(found, derivation)}
    first = min(column for _, (column, _) in places.values())
    order = sorted(places, key=lambda name: places[name][1])
    nodes = tuple(
        Node(name, (column - first, row), kind, derivation.shapes[name])
        for name in order for kind, (column, row) in [places[name]]
    )  # fmt: skip
    links = dict.fromkeys(link for link in _links(found, derivation) if link[0] in places and link[1] in places)
    edges = tuple(Edge(order.index(a), order.index(b), weight) for a, b, weight in links)
    size = tuple(int(max(node.position[axis] for node in nodes)) + 1 for axis in (0, 1))
    return Figure(nodes, edges, (size[0], size[1]), "unrolled", derivation.loss)


def _recurrence(derivation: Derivation, kind: str) -> Recurrence | None:
    """The steps that a letter counts; None where they are not alike, share no parameter, or carry nothing on."""
    groups: dict[int, list[Equation]] = {}
    for equation in derivation.problem.equations:
        for part, number in equation.within:
            if part == kind:
                groups.setdefault(number, []).append(equation)
    steps = tuple(tuple(groups[number]) for number in sorted(groups))
    if not 2 <= len(steps) <= MOST_STEPS or len({*map(len, steps)}) > 1:
        return None
    uses = [{name for equation in step for name in names_in(equation.expr)} for step in steps]
    shared = frozenset(name for name, own in derivation.givens if own).intersection(*uses)
    alone = Recurrence(steps, (), None, shared)
    beside = [set[Name]().union(*(uses[j] for j in alone.neighbours(i))) for i in range(len(steps))]
    states = tuple(place for place in range(len(steps[0]))
                   if any(step[place].name in names for step, names in zip(steps, beside, strict=True)))  # fmt: skip
    ends = [place for place in range(len(steps[0])) if place not in states and steps[0][place].name not in uses[0]]
    found = Recurrence(steps, states, ends[-1] if ends else None, shared)
    return found if states and shared else None


def _places(found: Recurrence, derivation: Derivation) -> Iterator[tuple[Name, NodeKind, Position]]:
    """What is drawn and where: outputs in row 0, under them the states, inputs at the bottom."""
    top, below = int(found.output is not None), int(found.output is not None) + len(found.states)
    for i, step in enumerate(found.steps, 1):
        if found.output is not None:
            yield step[found.output].name, "operation", (i, 0)
        for row, place in enumerate(found.states, top):
            yield step[place].name, "state", (i, row)
        for row, name in enumerate(_inputs(found, i - 1, derivation), below):
            yield name, "input", (i, row)
    for at, place, name in found.ends:
        yield name, "input", (len(found.steps) + 1 if at else 0, top + found.states.index(place))


def _inputs(found: Recurrence, step: int, derivation: Derivation) -> list[Name]:
    """The data that the states of a step alone are made of."""
    others = {name for i in range(len(found.steps)) if i != step for name in found.used(i)}
    taken = others.union(name for _, _, name in found.ends)
    return [name for name in found.used(step) if (name, False) in derivation.givens and name not in taken]


def _links(found: Recurrence, derivation: Derivation) -> Iterator[Link]:
    """From each state to that of the neighbour that uses it, from the inputs to the lowest state, from the uppermost to
    the output; each with the weights of its source, where those are one parameter.
    """
    for i, step in enumerate(found.steps):
        needed, used = found.needed(i), found.used(i)
        for place in found.states:
            sources = [found.steps[j][place].name for j in found.neighbours(i)]
            sources += [name for at, where, name in found.ends if (at, where) == (i, place)]
            for source in [name for name in sources if name in used]:
                yield source, step[place].name, _weight(source, needed, found)
        for name in _inputs(found, i, derivation):
            yield name, step[found.states[-1]].name, _weight(name, needed, found)
        if found.output is not None:
            state, output = step[found.states[0]].name, step[found.output]
            weights = {_weight(step[place].name, step, found) for place in found.states} - {None}
            yield state, output.name, weights.pop() if len(weights) == 1 else None


def _weight(source: Name, equations: Iterable[Equation], found: Recurrence) -> Name | None:
    """The one parameter of every step by which equations multiply a source; None for none or several."""
    weights = set[Name]()
    for product in (node for equation in equations for node in applied_in(equation.expr, "product")):
        names = [arg.name for arg in map(turned_back, product.args) if isinstance(arg, Ref)]
        if source in names:
            weights.update(found.shared.intersection(names))
    return weights.pop() if len(weights) == 1 else None
