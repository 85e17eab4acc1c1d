"""The operations, one row each, grouped by family. Importing this package fills the table."""

from derive.calculus.operation_rows import FUNCTIONS, MACROS, ROWS
from derive.operations import (  # noqa: F401
    activations,
    arrays,
    blocks,
    convolution,
    extremes,
    functions,
    linear_algebra,
    lookup,
    losses,
    moving,
    pooling,
    products,
    ranking,
    reductions,
    slopes,  # behind every module of functions
    softmax,
    statistics,
    zero_weights,
)

__all__ = ["FUNCTIONS", "MACROS", "ROWS"]
