"""The page as a notebook whose code computes every step in NumPy: `program` writes the code, `cells` the notebook."""

from derive.writers.notebook.cells import NotebookWriter

__all__ = ["NotebookWriter"]
