"""Figures as data: what is drawn, and where in abstract columns and rows; no numbers, no format."""

from derive.figures.boundary import Boundary
from derive.figures.charts import Bar, BarPart, Chart, Curve, Strip
from derive.figures.grids import Grid, Grids
from derive.figures.model import Edge, Figure, Labels, Node

Picture = Figure | Chart | Curve | Grids | Boundary | Strip
"""Whatever can be drawn."""

__all__ = [
    "Bar", "BarPart", "Boundary", "Chart", "Curve", "Edge", "Figure", "Grid", "Grids", "Labels", "Node", "Picture",
    "Strip",
]  # fmt: skip
