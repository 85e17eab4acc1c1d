"""The operations, one row each, grouped by family. Importing this package fills the table."""

from derive.operations import (  # noqa: F401
    activations,
    arrays,
    blocks,
    convolution,
    extremes,
    functions,
    lookup,
    losses,
    pooling,
    reductions,
    softmax,
    statistics,
)
from derive.operations.rows import FUNCTIONS, MACROS, ROWS

__all__ = ["FUNCTIONS", "MACROS", "ROWS"]
