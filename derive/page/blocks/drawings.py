"""The figures that stand on a page: the network, and the graph of its names."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.steps import Derivation
from derive.figures import graph_figure, network_figure
from derive.page.document import Block, FigureBlock
from derive.prose.catalogue import catalogue


def drawings(derivation: Derivation) -> Iterator[Block]:
    """The network, where the forward pass is one, and the graph of its names, where a page has room for them.

    Of several samples at a time there are none.
    """
    if derivation.problem.samples and derivation.problem.samples.batch > 1:
        return
    words = catalogue(derivation.problem.language)
    for name, figure in (("network", network_figure(derivation)), ("graph", graph_figure(derivation))):
        if figure is not None:
            yield FigureBlock(figure, name, words[f"labels.{name}"])
