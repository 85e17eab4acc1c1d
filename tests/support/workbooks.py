"""Workbooks calculated by another program: pycel reads the file and works the formulas out by itself."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import openpyxl
    from pycel import ExcelCompiler


def _text(s: str) -> ast.Constant:
    return ast.Constant(s)


if sys.version_info >= (3, 12):  # pycel makes texts by a name that is deprecated there, and gone in 3.14
    ast.Str = _text


class Workbook:
    """A written workbook: what stands in its cells, the values that stand with the formulas, and those calculated."""

    def __init__(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        self.formulas = openpyxl.load_workbook(path)
        self.cached = openpyxl.load_workbook(path, data_only=True)
        self.program = ExcelCompiler(filename=str(path))

    @property
    def sheets(self) -> list[str]:
        return list(self.formulas.sheetnames)

    def live(self, sheet: str) -> Iterator[tuple[str, str, float]]:
        """The cells of a sheet with a formula: place, formula, and the value that stands with it."""
        for row in self.formulas[sheet].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield cell.coordinate, cell.value, self.cached[sheet][cell.coordinate].value

    def texts(self, sheet: str) -> list[str]:
        """The words on a sheet."""
        cells = (cell.value for row in self.formulas[sheet].iter_rows() for cell in row)
        return [value for value in cells if isinstance(value, str) and not value.startswith("=")]

    def worked(self, sheet: str, place: str) -> Any:
        """The value of a cell as the other program gets it."""
        return self.program.evaluate(f"{sheet}!{place}")

    def put(self, sheet: str, place: str, value: float) -> None:
        """Another number in a cell."""
        self.program.evaluate(f"{sheet}!{place}")
        self.program.set_value(f"{sheet}!{place}", value)
