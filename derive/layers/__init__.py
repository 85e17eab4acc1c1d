"""The layers of [network]: the kinds there are, and what each stands for. Importing it fills the table."""

from derive.layers.attention import ATTENTION
from derive.layers.feedforward import FEEDFORWARD
from derive.layers.recurrent import RECURRENT
from derive.layers.stack import LAYERS, Layer, Report, Stack, families, pile, register

register([*FEEDFORWARD, *RECURRENT, *ATTENTION])

__all__ = ["LAYERS", "Layer", "Report", "Stack", "families", "pile"]
