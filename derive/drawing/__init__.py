"""Figures drawn: as TikZ, as SVG, and in words."""

from derive.drawing.svg import svg
from derive.drawing.tikz import tikz
from derive.drawing.words import words

__all__ = ["svg", "tikz", "words"]
