"""The layers of [network]: the kinds there are, and what each stands for. Importing it fills the table."""

from derive.problem.network.attention import ATTENTION
from derive.problem.network.feedforward import FEEDFORWARD
from derive.problem.network.recurrent import RECURRENT
from derive.problem.network.stack import LAYERS, Layer, Report, Stack, families, pile, register

register([*FEEDFORWARD, *RECURRENT, *ATTENTION])

__all__ = ["LAYERS", "Layer", "Report", "Stack", "families", "pile"]
