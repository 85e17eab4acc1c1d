"""The workbook: the page with live formulas, a training to fill down, a sheet of blanks that tells right from wrong.

Each formula stands with its value, so that viewers that do not calculate show the numbers. On the sheet of blanks a
number is right near the page's own, and follows near what the formula gives at the student's own earlier numbers: two
hidden sheets of the same layout hold those, and the formulas over them.
"""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from math import isinf
from typing import Any

from derive.errors import of_extra
from derive.notation.notations import UNICODE
from derive.page.document import Document
from derive.page.run import PageRun
from derive.page.view import View
from derive.prose.catalogue import Catalogue, catalogue
from derive.values.digits import INFINITE, Printed
from derive.writers.base import Writer
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, matrix_in_line
from derive.writers.spreadsheet.layout import (
    NAMES,
    NUMBERS,
    WORDS,
    CellPlace,
    PageLayout,
    SheetLayout,
    address,
    as_float,
    decimals_of,
)
from derive.writers.spreadsheet.training import FIRST, TrainingTable, training_table

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same problem gives the same file."""
WIDTHS = {NAMES: 12, WORDS: 64}
WIDTH_OF_NUMBERS, HEIGHT = 12, 15
GIVEN, _SIX = "#fff3c4", "General"
RIGHT, FOLLOWS, WRONG = "#c6e9c6", "#ffe2ae", "#f7c4c4"


class SpreadsheetWriter(Writer):
    """A solution → the bytes of an `.xlsx`."""

    def compile(self, document: Document, page: PageContext) -> tuple[Document, PageContext, Compiler]:
        notation, words = page.notation(UNICODE, document), catalogue(document.language)
        return document, page, Compiler(notation, page.shapes, page.labels(notation), matrix_in_line, str, words)

    def finished(self, compiled: tuple[Document, PageContext, Compiler], run: PageRun) -> bytes:
        document, page, compiler = compiled
        view = View(run, compiler.notation, page.workings)
        layout = PageLayout(document, compiler, view).whole()
        file = BytesIO()
        with _workbook(file) as book:
            _Workbook(book, document, compiler.catalogue).write(layout, training_table(layout, view))
        return file.getvalue()


def _workbook(file: BytesIO) -> Any:
    with of_extra("xlsx", "a spreadsheet needs XlsxWriter, which is not installed"):
        import xlsxwriter
    return xlsxwriter.Workbook(file, {"in_memory": True, "nan_inf_to_errors": True})


class _Workbook:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, document: Document, words: Catalogue) -> None:
        self.book, self.words = book, words
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        book.set_properties({"title": document.title, "author": document.head.get("author", ""), "created": CREATED})
        book.set_calc_mode("auto")
        self.solution, self.practice, self.training, self.own, self.next = (
            words[f"spreadsheet.{key}"] for key in ("solution", "practice", "training", "own", "next")
        )

    def write(self, layout: SheetLayout, training: TrainingTable | None) -> None:
        """All sheets."""
        self._solution(layout)
        if training:
            self._training(training)
        if any(cell.code for cell in layout.numbers):
            self._practice(layout)

    def format(self, **looks: Any) -> Any:
        """A format with these looks, made once."""
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", **looks})
        return self.formats[key]

    def _sheet(self, name: str, columns: int) -> Any:
        sheet = self.book.add_worksheet(name)
        for column, width in WIDTHS.items():
            sheet.set_column(column, column, width)
        sheet.set_column(NUMBERS, max(NUMBERS, columns - 1), WIDTH_OF_NUMBERS)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        return sheet

    def _texts(self, sheet: Any, layout: SheetLayout, asked: bool) -> None:
        for cell in layout.texts:
            text = cell.asked if asked else cell.text
            sheet.write_string(*cell.place, text, self.format(**_STYLES[cell.style]))
            if cell.style == "words":
                lines = textwrap.wrap(cell.text, WIDTHS[WORDS])
                sheet.set_row(cell.place[0], HEIGHT * max(1, len(lines)))

    # --- the page ----------------------------------------------------------------------------------------------------

    def _solution(self, layout: SheetLayout) -> None:
        sheet = self._sheet(self.solution, layout.columns)
        self._texts(sheet, layout, asked=False)
        sheet.write_string(1, NAMES, self.words["spreadsheet.given_how"], self.format(italic=True))
        for cell in layout.numbers:
            shown = {"num_format": _number_format(cell.printed), "border": 1, "border_color": "#b8c2cc"}
            if cell.code:
                sheet.write_formula(*cell.place, f"={cell.code('')}", self.format(**shown), cell.value)
            else:
                sheet.write_number(*cell.place, cell.value, self.format(bg_color=GIVEN, **shown))

    # --- blanks ------------------------------------------------------------------------------------------------------

    def _practice(self, layout: SheetLayout) -> None:
        sheet = self._sheet(self.practice, layout.columns)
        self._texts(sheet, layout, asked=True)
        sheet.write_string(1, NAMES, self.words["spreadsheet.practice_how"], self.format(italic=True))
        own, following = (self.book.add_worksheet(name) for name in (self.own, self.next))
        for cell in layout.numbers:
            here, there = address(cell.place), f"{_quoted(self.solution)}!{address(cell.place)}"
            if not cell.code:
                given = self.format(num_format=_number_format(cell.printed), border=1, bg_color=GIVEN)
                sheet.write_formula(*cell.place, f"={there}", given, cell.value)
                own.write_formula(*cell.place, f"={there}", None, cell.value)
                continue
            sheet.write_blank(*cell.place, None, self.format(border=1, border_color="#6a7a8a"))
            follows, written = (f"{_quoted(name)}!{here}" for name in (self.next, self.practice))
            own.write_formula(*cell.place, f"=IF(ISNUMBER({written}),{written},{follows})", None, cell.value)
            following.write_formula(*cell.place, f"={cell.code(f'{_quoted(self.own)}!')}", None, cell.value)
            following.write_number(*_beside(cell.place, layout), tolerance(cell.printed))
        self._colours(sheet, layout)
        own.hide()
        following.hide()

    def _colours(self, sheet: Any, layout: SheetLayout) -> None:
        """What colours the blanks, the first that holds: near the page's number, near what follows, any number."""
        blanks = [cell.place for cell in layout.numbers if cell.code]
        here, width = address(blanks[0]), f"{_quoted(self.next)}!{address(_beside(blanks[0], layout))}"
        for color, other in ((RIGHT, self.solution), (FOLLOWS, self.next), (WRONG, "")):
            near = f",{_is_near(here, f'{_quoted(other)}!{here}', width)}" if other else ""
            rule = {"criteria": f"=AND(ISNUMBER({here}){near})", "format": self.book.add_format({"bg_color": color})}
            where = {"type": "formula", "stop_if_true": True, "multi_range": " ".join(_runs(blanks))}
            sheet.conditional_format(*blanks[0], *blanks[0], {**rule, **where})

    # --- the training ------------------------------------------------------------------------------------------------

    def _training(self, table: TrainingTable) -> None:
        sheet = self.book.add_worksheet(self.training)
        sheet.set_column(0, table.width - 1, WIDTH_OF_NUMBERS)
        sheet.freeze_panes(FIRST, 1)
        sheet.write_string(0, 0, self.words["spreadsheet.training_how"], self.format(italic=True))
        for place, text in table.heads():
            sheet.write_string(*place, text, self.format(bold=True, bottom=1))
        for cell in table.cells(lambda where: f"{_quoted(self.solution)}!{where}"):
            if cell.code:
                sheet.write_formula(*cell.place, f"={cell.code}", self.format(num_format=_SIX), cell.value)
            else:
                sheet.write_number(*cell.place, cell.value, self.format(num_format=_SIX, bg_color=GIVEN))


def _quoted(sheet: str) -> str:
    name = sheet.replace("'", "''")
    return f"'{name}'"


def _number_format(printed: Printed) -> str:
    """As many decimals as the page shows."""
    if printed.mantissa == INFINITE:
        return '"−∞"'
    if printed.fraction or printed.gap:
        return "General"
    decimals = len(printed.mantissa.partition(".")[2])
    digits = f"0.{'0' * decimals}" if decimals else "0"
    return digits if printed.exponent is None else f"{digits}E+00"


def _is_near(here: str, there: str, width: str) -> str:
    """Whether a number is another one, to a part of it that stands in a cell."""
    return f"ABS({here}-{there})<={width}*ABS({there})+1E-15"


def _beside(place: CellPlace, layout: SheetLayout) -> CellPlace:
    """Where on the sheet of what follows stands how near a number has to be."""
    return place[0], place[1] + layout.columns + 1


def _runs(places: Sequence[CellPlace]) -> Iterator[str]:
    """Cells that stand side by side as ranges."""
    in_order = enumerate(sorted(places))
    for _, run in groupby(in_order, lambda numbered: (numbered[1][0], numbered[1][1] - numbered[0])):
        (_, first), *others = run
        yield f"{address(first)}:{address(others[-1][1])}" if others else address(first)


def tolerance(printed: Printed) -> float:
    """Relative: a unit of the last place, for a number that is printed in full a thousandth."""
    value = abs(as_float(printed.value))
    if printed.exact or printed.gap or not value or isinf(value):
        return 1e-3
    return min(1e-2, 2 * 10.0 ** -decimals_of(printed) / value)


_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15},
    "heading": {"bold": True, "font_size": 12, "font_color": "#143c78"},
    "name": {"bold": True, "font_color": "#143c78"},
    "formula": {},
    "words": {"text_wrap": True, "font_color": "#444444"},
}
