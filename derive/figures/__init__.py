"""Figures as data: what is drawn, and where in abstract columns and rows; no numbers, no format."""

from derive.figures.attention import attention_figure
from derive.figures.boundary import Boundary
from derive.figures.charts import Bar, BarPart, Chart, Curve, Strip
from derive.figures.graph import graph_figure, graph_figures
from derive.figures.grids import Grid, Grids
from derive.figures.model import Edge, Figure, Labels, Node
from derive.figures.network import network_figure
from derive.figures.unrolled import unrolled_figure
from derive.figures.windows import window_figures

Picture = Figure | Chart | Curve | Grids | Boundary | Strip
"""Whatever can be drawn."""

__all__ = [
    "Bar", "BarPart", "Boundary", "Chart", "Curve", "Edge", "Figure", "Grid", "Grids", "Labels", "Node", "Picture",
    "Strip", "attention_figure", "graph_figure", "graph_figures", "network_figure", "unrolled_figure",
    "window_figures",
]  # fmt: skip
