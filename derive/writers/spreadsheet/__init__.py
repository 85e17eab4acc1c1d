"""The page as a spreadsheet with live formulas: `layout` says what stands where, `workbook` writes it down.

Needs the extra `xlsx`.
"""

from derive.writers.spreadsheet.workbook import SpreadsheetWriter

__all__ = ["SpreadsheetWriter"]
