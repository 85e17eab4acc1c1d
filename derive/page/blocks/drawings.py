"""The figures that stand on a page, each with the sentence that tells how to read it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation
from derive.figures import Picture
from derive.figures.attention import attention_figure
from derive.figures.graph import graph_figures
from derive.figures.network import network_figure
from derive.figures.unrolled import unrolled_figure
from derive.figures.windows import window_figures
from derive.language.expressions import Ref
from derive.language.names import Name
from derive.page.blocks.followed import FollowedWeight
from derive.page.document import FigureBlock, Inline, NameInText, Sentence
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue

Drawn = tuple[str, Picture, Sentence | None, Name | None]
"""Which of the figures that a problem file may switch off it is, the figure, how to read it, the step that it shows."""


def drawings(derivation: Derivation, problem: Problem) -> Iterator[FigureBlock]:
    """The figures of the whole model that `[page] figures` does not leave out; of several samples at a time none."""
    return (block for _, block in _blocks(_drawn(derivation, problem), problem))


def drawings_of_steps(derivation: Derivation, problem: Problem) -> dict[Name, FigureBlock]:
    """The figures of single steps, in the same way: each stands behind its step."""
    return {name: block for name, block in _blocks(_windows(derivation), problem) if name is not None}


def _blocks(drawn: Iterator[Drawn], problem: Problem) -> Iterator[tuple[Name | None, FigureBlock]]:
    if problem.samples and problem.samples.batch > 1:
        return
    words, taken = catalogue(problem.language), Counter[str]()
    for name, figure, reading, step in drawn:
        if name in problem.page.figures:
            taken[name] += 1
            file = name if taken[name] == 1 else f"{name}{taken[name]}"
            caption = reading if problem.page.reasons != "none" else None
            yield step, FigureBlock(figure, file, words[f"labels.{name}"], caption)


def _drawn(derivation: Derivation, problem: Problem) -> Iterator[Drawn]:
    followed = FollowedWeight.of(derivation, problem.page.follow)
    words = catalogue(problem.language)
    legend = (words["labels.values"], words["labels.gradients"]) if derivation.backward and derivation.loss else None
    network = network_figure(derivation)
    if network:
        yield "network", followed.lit(network) if followed else network, None, None
    unrolled = unrolled_figure(derivation) if "unrolled" in problem.page.figures else None
    if unrolled:
        unrolled = replace(unrolled, legend=legend)
        onwards = all(edge.source < edge.target or not unrolled.is_level(edge) for edge in unrolled.edges)
        reading = Sentence("figures.unrolled" if derivation.backward and onwards else "figures.unrolled_forward")
        yield "unrolled", followed.lit(unrolled) if followed else unrolled, reading, None
    for graph in graph_figures(derivation) if not unrolled else ():
        drawn = replace(graph, legend=legend)
        yield "graph", followed.lit(drawn) if followed else drawn, None, None
    if attention := attention_figure(derivation):
        name = NameInText(attention.first)
        yield "attention", attention.figure, Sentence(f"figures.attention_{attention.axis}", {"name": name}), None


def _windows(derivation: Derivation) -> Iterator[Drawn]:
    for step, looking, figure in window_figures(derivation):
        (source, *_) = looking.args
        assert isinstance(source, Ref)
        fields: dict[str, Inline] = {"name": NameInText(step.name), "source": NameInText(source.name)}
        back = len(figure.rows) > 1 and bool(figure.grids[-1].framed)
        key = "window_forward" if not back else "chosen" if row_of(looking).chosen else "window"
        yield "windows", figure, Sentence(f"figures.{key}", fields), step.name
