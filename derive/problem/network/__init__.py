"""The layers of [network]: the kinds there are, and what each stands for. Importing it fills the table."""

from derive.problem.network.attention import ATTENTION
from derive.problem.network.feedforward import FEEDFORWARD
from derive.problem.network.recurrent import RECURRENT
from derive.problem.network.stack import LAYERS, LayerKind, Stack, families, pile, register_layers

register_layers([*FEEDFORWARD, *RECURRENT, *ATTENTION])

__all__ = ["LAYERS", "LayerKind", "Stack", "families", "pile"]
