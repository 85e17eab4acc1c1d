"""Where the nodes of a directed acyclic graph stand: columns by depth, rows so that few edges cross.

After Sugiyama, Tagawa, Toda (1981): longest-path columns, invisible points where an edge passes a column,
orders by barycentres, then rows as near to the neighbours' mean as the order allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby, pairwise
from math import fsum

SWEEPS = 12
APART, BESIDE = 1.0, 0.6  # between two nodes; where one of them is only a passing edge
HEAVY, LIGHT = 1.0, 1e-6


@dataclass(slots=True)
class Ranking:
    """A graph while it is laid out. Points 0 … count − 1 are the nodes, further ones are where edges pass.

    links    edges between neighbouring columns
    column   of each point
    order    the points of each column, from the top
    row      of each point
    passing  the points each edge passes, by its ends
    near     for each point the ones linked to it in the column before, and after
    """

    count: int
    column: list[int]
    order: list[list[int]]
    links: list[tuple[int, int]] = field(default_factory=list)
    row: list[float] = field(default_factory=list)
    passing: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    near: tuple[dict[int, list[int]], dict[int, list[int]]] = field(default_factory=lambda: ({}, {}))

    def link(self, source: int, target: int) -> None:
        """Add a link between points of neighbouring columns."""
        self.links.append((source, target))
        self.near[0].setdefault(target, []).append(source)
        self.near[1].setdefault(source, []).append(target)

    def neighbours(self, point: int, side: int) -> list[int]:
        """The points linked to `point` in the column before (side 0) or after it (side 1)."""
        return self.near[side].get(point, [])


def rank(count: int, edges: Sequence[tuple[int, int]], late: Sequence[bool]) -> Ranking:
    """The layout of `count` nodes in topological order; `late` ones stand right before their first use."""
    column = columns(count, edges, late)
    ranking = Ranking(count, column, [[] for _ in range(max(column) + 1)])
    for edge in edges:
        _link(ranking, edge)
    for point in sorted(range(len(column)), key=lambda p: p < count):
        ranking.order[ranking.column[point]].append(point)
    _untangle(ranking)
    ranking.row = [0.0] * len(ranking.column)
    _place(ranking)
    return ranking


def columns(count: int, edges: Sequence[tuple[int, int]], late: Sequence[bool]) -> list[int]:
    """The column of each node: as many edges as the longest path to it; `late` ones right before their first use."""
    column = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        column[target] = max(column[target], column[source] + 1)
    for node in range(count):
        uses = [column[target] for source, target in edges if source == node]
        if late[node] and uses:
            column[node] = min(uses) - 1
    return column


def _link(ranking: Ranking, edge: tuple[int, int]) -> None:
    """Take an edge apart into links from column to column."""
    source, target = edge
    points = [source]
    for column in range(ranking.column[source] + 1, ranking.column[target]):
        points.append(len(ranking.column))
        ranking.column.append(column)
    points.append(target)
    for link in pairwise(points):
        ranking.link(*link)
    ranking.passing[edge] = tuple(points[1:-1])


def _untangle(ranking: Ranking) -> None:
    """Sort each column by its neighbours' mean places, to and fro; keep the order with fewest crossings."""
    best, fewest = [list(points) for points in ranking.order], _crossings(ranking)
    for sweep in range(SWEEPS):
        side = sweep % 2
        columns = ranking.order[1:] if side == 0 else ranking.order[-2::-1]
        for points in columns:
            _sort(ranking, points, side)
        if (crossings := _crossings(ranking)) < fewest:
            best, fewest = [list(points) for points in ranking.order], crossings
    ranking.order = best


def _sort(ranking: Ranking, points: list[int], side: int) -> None:
    place = {point: i for column in ranking.order for i, point in enumerate(column)}

    def barycentre(point: int) -> float:
        near = [place[other] for other in ranking.neighbours(point, side)]
        return fsum(near) / len(near) if near else float(place[point])

    points.sort(key=barycentre)


def _crossings(ranking: Ranking) -> int:
    place = {point: i for column in ranking.order for i, point in enumerate(column)}
    links = sorted(ranking.links, key=lambda link: ranking.column[link[0]])
    return sum(
        (place[a] - place[c]) * (place[b] - place[d]) < 0
        for _, beside in groupby(links, key=lambda link: ranking.column[link[0]])
        for (a, b), (c, d) in combinations(beside, 2)
    )


def _place(ranking: Ranking) -> None:
    """Rows: each point beside what it comes from, else beside its use, as far as the order allows."""
    for points in ranking.order:
        for i, point in enumerate(points):
            ranking.row[point] = i - (len(points) - 1) / 2
    for sweep in range(SWEEPS):
        side = (sweep + 1) % 2
        for points in ranking.order if side == 0 else reversed(ranking.order):
            _settle(ranking, points, side)
    top = min(ranking.row)
    ranking.row = [round(row - top, 3) for row in ranking.row]


def _settle(ranking: Ranking, points: list[int], side: int) -> None:
    offsets = [0.0]
    for above, below in pairwise(points):
        offsets.append(offsets[-1] + (APART if max(above, below) < ranking.count else BESIDE))
    wanted = [_wanted(ranking, point, side) - at for point, at in zip(points, offsets, strict=True)]
    weights = [HEAVY if point < ranking.count else LIGHT for point in points]
    for point, at, row in zip(points, offsets, _rising(wanted, weights), strict=True):
        ranking.row[point] = row + at


def _wanted(ranking: Ranking, point: int, side: int) -> float:
    """The mean row of the neighbours: of computed nodes if there are any, else of nodes, else of edges."""
    near = ranking.neighbours(point, side)
    nodes = [other for other in near if other < ranking.count]
    chosen = [other for other in nodes if ranking.neighbours(other, 0)] or nodes or near
    return fsum(ranking.row[other] for other in chosen) / len(chosen) if chosen else ranking.row[point]


def _rising(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The numbers nearest to `wanted` that never fall (least squares; neighbours that would are pooled)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            other = pools.pop()
            total = other[1] + pool[1]
            pool = ((other[0] * other[1] + pool[0] * pool[1]) / total, total, other[2] + pool[2])
        pools.append(pool)
    return [value for value, _, count in pools for _ in range(count)]
