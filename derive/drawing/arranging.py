"""Which arrangement a figure is drawn in."""

from __future__ import annotations

from derive.drawing.chains import draw_chain
from derive.drawing.charts import draw_chart
from derive.drawing.curves import draw_curve
from derive.drawing.graphs import draw_graph
from derive.drawing.networks import draw_network
from derive.drawing.shapes import Drawing, Script
from derive.figures import Chart, Curve, Labels, Picture


def arranged(figure: Picture, labels: Labels, script: Script) -> Drawing:
    """The figure's shapes, with room for its labels as `script` measures them."""
    if isinstance(figure, Chart):
        return draw_chart(figure, labels, script)
    if isinstance(figure, Curve):
        return draw_curve(figure, labels, script)
    if figure.kind == "network":
        return draw_network(figure, labels, script)
    return (draw_chain if figure.chain else draw_graph)(figure, labels, script)
