"""The operations, one row each, grouped by family. Importing this package fills the table."""

from derive.calculus.operation_rows import FUNCTIONS, MACROS, ROWS
from derive.operations import (  # noqa: F401
    arrays,
    blocks,
    entrywise,
    linear_algebra,
    lookup,
    losses,
    moving,
    over_axes,
    slopes,  # behind every module of functions
    windows,
    zero_weights,
)

__all__ = ["FUNCTIONS", "MACROS", "ROWS"]
