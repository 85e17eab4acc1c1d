"""Exercise sheets: a worked page with blanks, its key, and the file to fill in."""

from derive.sheets.sheet_writer import SheetWriter, key_document, sheet_document
from derive.writers.identity import Identity

__all__ = ["Identity", "SheetWriter", "key_document", "sheet_document"]
