"""The operations, one row each, grouped by family. Importing this package fills the table."""

from derive.operations import activations, arrays, functions, losses  # noqa: F401
from derive.operations.rows import FUNCTIONS, MACROS, ROWS

__all__ = ["FUNCTIONS", "MACROS", "ROWS"]
