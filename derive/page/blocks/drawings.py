"""The figures that stand on a page: the network, and the graph of its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.derivation.steps import Derivation
from derive.figures import graph_figure, network_figure
from derive.page.blocks.followed import FollowedWeight
from derive.page.document import FigureBlock
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue


def drawings(derivation: Derivation, problem: Problem) -> Iterator[FigureBlock]:
    """The network, where the forward pass is one, and the graph of its names, where a page has room for them and
    `[page] figures` does not leave them out.

    Of several samples at a time there are none.
    """
    if problem.samples and problem.samples.batch > 1:
        return
    followed = FollowedWeight.of(derivation, problem.page.follow)
    words = catalogue(problem.language)
    legend = (words["labels.values"], words["labels.gradients"]) if derivation.backward else None
    graph = graph_figure(derivation)
    for name, figure in (
        ("network", network_figure(derivation)),
        ("graph", replace(graph, legend=legend) if graph else None),
    ):
        if figure is not None and name in problem.page.figures:
            yield FigureBlock(followed.lit(figure) if followed else figure, name, words[f"labels.{name}"])
