"""Which arrangement a figure is drawn in."""

from collections.abc import Callable, Mapping
from typing import Any

from derive.figures import Boundary, Chart, Curve, Figure, Grids, Labels, Picture, Strip
from derive.figures.drawing.boundaries import draw_boundary
from derive.figures.drawing.card_chains import draw_chain
from derive.figures.drawing.charts import draw_chart
from derive.figures.drawing.curves import draw_curve
from derive.figures.drawing.graphs import draw_graph
from derive.figures.drawing.grids import draw_grids
from derive.figures.drawing.measures import DROP, LINE, READABLE, SMALL, MathScript
from derive.figures.drawing.networks import draw_network
from derive.figures.drawing.primitives import Drawing, Text
from derive.figures.drawing.strips import draw_strip
from derive.figures.drawing.unrolled import draw_unrolled

MOST_HEIGHT = 300.0  # of a graph with its numbers, which stand below it once more
SPACE = 0.5  # beside the legend, in its font size
_OTHERS: Mapping[type, Callable[[Any, Labels, MathScript], Drawing]] = {
    Chart: draw_chart, Curve: draw_curve, Strip: draw_strip, Boundary: draw_boundary, Grids: draw_grids,
}  # fmt: skip
"""What draws pictures that are no graphs."""


def drawing_of(figure: Picture, labels: Labels, script: MathScript) -> Drawing:
    """The figure's shapes, with room for its labels as `script` measures them; the names alone, where a page would
    make everything too small to be read.
    """
    if not isinstance(figure, Figure):
        return _OTHERS[type(figure)](figure, labels, script)
    drawing = _drawn(figure, labels, script)
    if drawing.scale < READABLE or (figure.kind == "graph" and drawing.height * drawing.scale > MOST_HEIGHT):
        return _drawn(figure, labels.without_numbers(), script)
    both = any(isinstance(shape, Text) and shape.role == "gradient" for shape in drawing.shapes)
    return _explained(drawing, figure.legend, script) if figure.legend and both else drawing


def _explained(drawing: Drawing, legend: tuple[str, str], script: MathScript) -> Drawing:
    """The drawing with what its two colours are below it, in these colours, where it is wide enough."""
    values, gradients = map(script.words, legend)
    apart = SMALL * (script.width(values) + 2 * SPACE)
    if apart + SMALL * script.width(gradients) > drawing.width:
        return drawing
    line = drawing.height + SMALL * LINE
    texts = (Text((SPACE * SMALL, line), values, "value", SMALL, "start"),
             Text((apart, line), gradients, "gradient", SMALL, "start"))  # fmt: skip
    return Drawing(drawing.width, line + DROP * SMALL, (*drawing.shapes, *texts))


def _drawn(figure: Figure, labels: Labels, script: MathScript) -> Drawing:
    if figure.kind == "network":
        return draw_network(figure, labels, script)
    if figure.kind == "unrolled":
        return draw_unrolled(figure, labels, script)
    return (draw_chain if figure.chain else draw_graph)(figure, labels, script)
