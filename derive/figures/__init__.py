"""Figures as data: what is drawn, and where in abstract columns and rows; no numbers, no format."""

from derive.figures.graph import graph_figure
from derive.figures.model import Edge, Figure, Labels, Node
from derive.figures.network import network_figure

__all__ = ["Edge", "Figure", "Labels", "Node", "graph_figure", "network_figure"]
