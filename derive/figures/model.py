"""What a figure is: nodes and edges that refer to names. Their values come from Labels when it is drawn."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from derive.figures.boundary import Boundary
from derive.figures.charts import Curve
from derive.language.expressions import Index, Shape
from derive.language.names import Name, Symbol

Position: TypeAlias = tuple[float, float]
NodeKind: TypeAlias = Literal["input", "unit", "parameter", "operation", "loss", "target", "dots", "layer", "state"]

MOST_STACKED, MOST_ROWS, MOST_COLUMNS = 4, 3, 3


@dataclass(frozen=True, slots=True)
class Node:
    """One thing drawn.

    name        the quantity it stands for; a unit's sum `z_1`
    position    column and row, counted from the top left; rows may be broken
    kind        `input` (given data), `parameter`, `operation` (computed), `unit` (of a network), `loss`,
                `target`, `dots` (units left out), `layer` (the names of a whole layer, beneath it) or `state`
                (what goes from step to step of a sequence)
    shape       of the name
    entry       which entry of the name it is; None for the whole
    unit        which unit of its layer it is, where it stands for the unit's values in several samples
    output      a unit's activation `A_1`, where that has a name of its own
    activation  the key of the operation that a unit applies; "" for none
    bias        the quantity that a unit adds to what it weighs, and which entry of it; None for none
    threshold   whether the unit subtracts it
    lit         whether the picture points at it
    """

    name: Name
    position: Position
    kind: NodeKind
    shape: Shape = ()
    entry: Index | None = None
    output: Name | None = None
    activation: str = ""
    unit: int | None = None
    bias: tuple[Name, Index] | None = None
    threshold: bool = False
    lit: bool = False

    @property
    def several(self) -> bool:
        """Whether it stands for several entries."""
        return self.entry is None and bool(self.shape)

    @property
    def fits(self) -> bool:
        """Whether the entries are few enough to be written out; else the shape stands for them."""
        if not self.several:
            return True
        if len(self.shape) == 1:
            return self.shape[0] <= MOST_STACKED
        return len(self.shape) == 2 and self.shape[0] <= MOST_ROWS and self.shape[1] <= MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two nodes.

    source, target  indices of nodes
    weight, entry   the quantity written on it, and which entry of it; None for nothing
    via             where it passes between other nodes, for one that skips columns
    lit             whether the picture points at it
    """

    source: int
    target: int
    weight: Name | None = None
    entry: Index | None = None
    via: tuple[Position, ...] = ()
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """Nodes and edges. `kind` is `network`, `graph` or `unrolled`, `size` its columns and rows, `loss` its name;
    `legend` says in words what the two colours of its numbers are, that of values and that of gradients.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    size: tuple[int, int]
    kind: Literal["network", "graph", "unrolled"]
    loss: Symbol | None = None
    legend: tuple[str, str] | None = None

    def lit(self, names: Container[Name]) -> Figure | None:
        """The same with what stands for some names lit up; None where nothing does."""
        nodes = tuple(replace(node, lit=node.name in names or node.output in names) for node in self.nodes)
        edges = tuple(replace(edge, lit=edge.weight in names) for edge in self.edges)
        found = any(node.lit for node in nodes) or any(edge.lit for edge in edges)
        return replace(self, nodes=nodes, edges=edges) if found else None

    def is_level(self, edge: Edge) -> bool:
        """Whether an edge goes from a node to one beside it."""
        return self.nodes[edge.source].position[1] == self.nodes[edge.target].position[1]

    @property
    def chain(self) -> bool:
        """Whether each node has one successor at most, in one line."""
        steps = [(i, i + 1) for i in range(len(self.nodes) - 1)]
        return self.kind == "graph" and [(edge.source, edge.target) for edge in self.edges] == steps


class Labels(Protocol):
    """What stands at a node, in the notation of the target: TeX mathematics without `$`, or Unicode."""

    def without_numbers(self) -> Labels:
        """The names alone."""

    def name(self, name: Name, index: Index | None) -> str:
        """A name or an entry of it: `z_{1,2}`, `z₁,₂`."""

    def values(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """Rows of printed entries; None where nothing is to be shown."""

    def opposite(self, name: Name, index: Index, number: bool = True) -> str:
        """An entry with its sign turned: the printed number, or its name where none is to be shown."""

    def gradient(self, name: Name, index: Index | None) -> list[list[str]] | None:
        """Rows of printed entries of the loss's derivative by the name; None where none is to be shown."""

    def curve(self, curve: Curve) -> list[float]:
        """The values of a curve's chosen points; what is too large for a picture stands at its edge."""

    def written(self, value: float) -> str:
        """A number at an axis, with three digits."""

    def count(self, number: int) -> str:
        """A whole number, as sentences have it."""

    def field(self, boundary: Boundary, k: int) -> list[float]:
        """The output at the places of a plane in pass k; nan where it has no value."""

    def sizes(self, name: Name) -> list[float]:
        """How far each entry of a name is from 0; what is too large for a picture counts as its edge."""
