"""The line between two decisions of a model with two inputs, before its training and after it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation
from derive.figures.boundary import FARTHEST, Boundary, PlanePoint
from derive.language.expressions import Apply, Number, Ref
from derive.language.names import Symbol
from derive.page.blocks.predictions import compared_column, compared_matrix, is_fed
from derive.page.chains import Formula
from derive.page.document import FigureBlock, Inline, NameInText, Sentence
from derive.problem.problem import Problem
from derive.problem.training.model import Samples
from derive.prose.catalogue import catalogue

MOST_POINTS = 60


def boundary(derivation: Derivation, problem: Problem) -> Iterator[FigureBlock]:
    """The picture for two inputs and a target of two values; none for any other model."""
    if problem.update is None or "boundary" not in problem.page.figures:
        return
    plane = _of_samples(derivation, problem, problem.samples) if problem.samples else _of_matrix(derivation, problem)
    figure = _figure(derivation, problem, problem.update.steps, plane) if plane else None
    if figure is not None:
        threshold = Formula(Number(figure.threshold))
        fields: dict[str, Inline] = {"name": NameInText(figure.names[2]), "threshold": threshold}
        caption = Sentence("figures.boundary", fields) if problem.page.reasons != "none" else None
        yield FigureBlock(figure, "boundary", catalogue(problem.language)["labels.boundary"], caption)


@dataclass(frozen=True, slots=True)
class _Plane:
    """Two inputs and what should come of them, as names and as numbers: each sample's inputs and its target."""

    source: Symbol
    count: int
    upright: bool
    output: Symbol
    target: Symbol
    samples: tuple[tuple[Fraction, Fraction, Fraction], ...]


def _of_samples(derivation: Derivation, problem: Problem, samples: Samples) -> _Plane | None:
    """Samples of one column with two entries and a number as their target."""
    found = compared_column(derivation, problem, samples)
    inputs = [column for column in samples.columns if found and column != found[1]]
    if found is None or len(inputs) != 1 or inputs[0].shape != (2,) or found[1].shape:
        return None
    output, target = found
    pairs = zip(inputs[0].values, target.values, strict=True)
    source, aim_of = (samples.name(column.name, 0) for column in (inputs[0], target))
    return _Plane(source, 1, True, output, aim_of, tuple((x, y, aim) for (x, y), (aim,) in pairs))


def _of_matrix(derivation: Derivation, problem: Problem) -> _Plane | None:
    """A matrix with the samples as columns and a row of targets, or with the samples as rows and a column of them."""
    found = compared_matrix(derivation, problem)
    if found is None:
        return None
    output, target, matrices = found
    count, upright = len(target.values), len(target.shape) == 2
    inputs = [given for given in matrices if len(given.values) == 2 * count]
    if len(inputs) != 1 or not is_fed(inputs[0], derivation):
        return None
    values = inputs[0].values
    xs, ys = (values[:count], values[count:]) if upright else (values[::2], values[1::2])
    samples = tuple(zip(xs, ys, target.values, strict=True))
    return _Plane(inputs[0].name, count, upright, output, target.name, samples)


def _figure(derivation: Derivation, problem: Problem, steps: int, plane: _Plane) -> Boundary | None:
    """The picture; None where the targets are not two, lie too far out, or an input is the same in every sample."""
    if any(len({*values}) == 1 for values in list(zip(*plane.samples, strict=True))[:2]):
        return None
    aims = sorted({aim for *_, aim in plane.samples})
    far = any(abs(number) > FARTHEST for sample in plane.samples for number in sample)
    if len(aims) != 2 or len(plane.samples) > MOST_POINTS or far:
        return None
    words = catalogue(problem.language)
    output, threshold = _deciding(derivation, plane.output, (aims[0] + aims[1]) / 2)
    points = tuple(PlanePoint(float(x), float(y), aim == aims[1]) for x, y, aim in plane.samples)
    panels = ((1, words["labels.untrained"]), (steps + 1, words["labels.trained"]))
    bare = problem.samples.without if problem.samples else lambda name: name
    source = bare(plane.source)
    one, two = (replace(source, subscript=(*source.subscript, i)) for i in (1, 2))
    names = one, two, bare(output), bare(plane.target)
    values = float(aims[0]), float(aims[1])
    return Boundary(plane.source, plane.count, plane.upright, output, threshold, names, values, points, panels)


def _deciding(derivation: Derivation, output: Symbol, middle: Fraction) -> tuple[Symbol, Fraction]:
    """The quantity that decides, and where: of a threshold unit what goes into it, at 0."""
    expr = derivation.by_name[output].expr
    if isinstance(expr, Apply) and row_of(expr).threshold is not None and len(expr.args) == 1:
        (inner,) = expr.args
        if isinstance(inner, Ref) and isinstance(inner.name, Symbol):
            return inner.name, Fraction(0)
    return output, middle
