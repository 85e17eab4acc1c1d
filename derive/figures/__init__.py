"""Figures as data: what is drawn, and where in abstract columns and rows; no numbers, no format."""

from derive.figures.charts import Bar, BarPart, Chart
from derive.figures.curves import Curve
from derive.figures.graph import graph_figure
from derive.figures.model import Edge, Figure, Labels, Node
from derive.figures.network import network_figure

Picture = Figure | Chart | Curve
"""Whatever can be drawn."""

__all__ = [
    "Bar",
    "BarPart",
    "Chart",
    "Curve",
    "Edge",
    "Figure",
    "Labels",
    "Node",
    "Picture",
    "graph_figure",
    "network_figure",
]  # fmt: skip
