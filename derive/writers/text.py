"""The page for a terminal: Unicode mathematics, matrices in two dimensions, lines of at most 100 columns."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from derive.figures import Boundary, Figure, Grids
from derive.figures.renderers.words import figure_words, padded, terminal_width
from derive.notation.notations import UNICODE
from derive.page.chains import Chain
from derive.page.document import FigureBlock, Numbered, TableColumn
from derive.prose.catalogue import Catalogue
from derive.writers.base import TemplateWriter
from derive.writers.figure_labels import FigureLabels
from derive.writers.layout.boxes import TextBox, beside, bracketed_box, broken
from derive.writers.layout.panels import panels
from derive.writers.parts import Compiler, Part

WIDTH, WIDEST = 100, 85  # of a line; of what stands in one behind an indent
INDENT = " " * 5
_SIGNS = (" + ", " − ", " ⊙ ", "·", "/")
_RELATIONS = ("= ", "≈ ", "← ")
_OPEN, _CLOSE, _CELL, _ROW, _LABEL = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"


def _folded(row: list[str]) -> list[list[str]]:
    """A row of a matrix; one that is a single formula too long for the line, as several, each from a sign on."""
    if len(row) > 1 or terminal_width(row[0]) <= WIDEST:
        return [row]
    lines = textwrap.wrap(row[0], WIDEST, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [[padded(line, WIDEST)] for line in lines]


def boxes(text: str) -> list[TextBox]:
    """A text with marked matrices: one box if it fits a line, else one for each matrix with the sign before it."""
    parts: list[list[TextBox]] = [[]]
    while _OPEN in text:
        before, _, rest = text.partition(_OPEN)
        inside, _, text = rest.partition(_CLOSE)
        body, _, label = inside.partition(_LABEL)
        cut = max(before.rfind(sign) for sign in _SIGNS)
        if label:  # a panel stands with its relation on a line of its own
            cut = max(cut, 0, *(before.rfind(sign) for sign in _RELATIONS))
        if cut >= 0:
            parts[-1].append(TextBox.of(before[:cut]))
            parts.append([])
        parts[-1] += [
            TextBox.of(before[max(0, cut) :]),
            bracketed_box([row.split(_CELL) for row in body.split(_ROW)], label),
        ]
    parts[-1].append(TextBox.of(text))
    whole = beside([box for part in parts for box in part])
    return [whole] if whole.width <= WIDEST else [beside(part) for part in parts if part]


class TextWriter(TemplateWriter):
    """A Document → text for a terminal."""

    notation = UNICODE
    room = "_" * 30
    new_page = "\n\n" + "-" * WIDTH + "\n"

    def words(self, text: str) -> str:
        return text

    def inline(self, formula: str) -> str:
        return formula

    def title(self, text: str, level: int) -> str:
        return f"\n{text}\n{('=' if level == 1 else '-') * terminal_width(text)}\n"

    def prose(self, text: str, kind: str) -> str:
        return f"\n{textwrap.fill(text, WIDTH)}\n"

    def side_by_side(self, formulas: Sequence[str]) -> str:
        shown = [box for formula in formulas for box in boxes(f"{formula}    ")]
        return "\n" + _lines(broken(shown, WIDTH, 0))

    def writing_room(self, kind: str, lines: int) -> str:
        if kind == "lines":
            return super().writing_room(kind, lines)
        row = "│" + ("·  " * (WIDTH // 3))[: WIDTH - 2] + "│" if kind == "grid" else f"│{' ' * (WIDTH - 2)}│"
        return "\n".join(["", f"┌{'─' * (WIDTH - 2)}┐", *[row] * lines, f"└{'─' * (WIDTH - 2)}┘", ""])

    def beside(self, formulas: Sequence[str], label: str) -> str:
        shown = [box for formula in formulas for box in boxes(f"{formula}    ")]
        return _lines(broken([TextBox.of(label), *shown], WIDTH, len(INDENT)))

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        return "".join(_chain(row, INDENT if i else label) for i, row in enumerate(rows))

    def explained(self, rows: Sequence[Sequence[str]], word: str, label: str) -> str:
        links = [TextBox.of(label)]
        for i, row in enumerate(rows):
            whole = [box for text in row for box in boxes(text + " ")]
            links += [beside([TextBox.of(f"   {word}   "), whole[0]]), *whole[1:]] if i else whole
        return _lines(broken(links, WIDTH, len(INDENT) + 4))

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Columns as wide as what they hold; what is too long for the line is broken in its last long column."""
        plain = [heads, *rows]
        lined_up = _lined_up(plain, columns)
        rows = lined_up if sum(_widths(lined_up)) + 2 * (len(columns) - 1) <= WIDTH else plain
        widths = _widths(rows)
        long = [i for i, column in enumerate(columns) if column.kind == "long"]
        for i in reversed(long):
            widths[i] = max(20, min(widths[i], WIDTH - sum(widths) + widths[i] - 2 * (len(widths) - 1)))
        lines = [line for row in rows for line in _cells(row, widths, columns)]
        rule = "  ".join("-" * width for width in widths)
        return "\n" + _lines(line.rstrip() for line in (lines[0], rule, *lines[1:]))

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        """In marks that `boxes` turns into two dimensions: in panels with a label under each if it is too wide."""
        rows = [lines for row in rows for lines in _folded(row)]
        widths = [max(terminal_width(row[j]) for row in rows) + 2.0 for j in range(len(rows[0]))]
        return "".join(
            _OPEN + _ROW.join(map(_CELL.join, panel.rows)) + (_LABEL + panel.label if panel.label else "") + _CLOSE
            for panel in panels(rows, label, widths, WIDEST, words)
        )

    def answer(self, step: str) -> str:
        return "_" * 8

    def label(self, number: int | None) -> str:
        return INDENT if number is None else f"{number}) ".rjust(len(INDENT))

    def numbered(self, block: Numbered, compiler: Compiler) -> list[Part]:
        return ["\n", *super().numbered(block, compiler)]

    def remark(self, text: str, label: str, tone: str) -> str:
        return textwrap.fill(text, WIDTH, initial_indent=label, subsequent_indent=INDENT) + "\n"

    def literal(self, lines: Sequence[str], label: str) -> str:
        text, mark = lines
        return f"{label}{text}\n{INDENT}{mark}\n"

    def aside(self, chain: Chain, compiler: Compiler) -> list[Part]:
        return [*super().aside(chain, compiler), "\n"]

    def caption(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        return super().caption(block, compiler) if _is_told(block) else []

    def drawing(self, block: FigureBlock, compiler: Compiler) -> list[Part]:
        if not _is_told(block):
            return []
        return [lambda view: f"\n{figure_words(block.figure, FigureLabels(view))}\n"]


def _is_told(block: FigureBlock) -> bool:
    """Whether words stand for a picture: a network says what its graph does, a curve or chart what a table does."""
    figure = block.figure
    return isinstance(figure, Grids | Boundary) or (isinstance(figure, Figure) and figure.kind != "network")


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _chain(links: Sequence[str], label: str) -> str:
    whole = [box for text in links for box in boxes(text + " ")]
    return _lines(broken([TextBox.of(label), *whole], WIDTH, len(label) + 4))


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(terminal_width, cells)) for cells in zip(*rows, strict=True)]


def _lined_up(rows: Sequence[Sequence[str]], columns: Sequence[TableColumn]) -> list[list[str]]:
    """The rows with numbers filled up so that the decimal signs of a column stand in one line; the heads stay."""
    heads, *body = rows
    cells = [list(column) for column in zip(*body, strict=True)]
    for column, shown in zip(columns, cells, strict=False):
        behind = [terminal_width(cell) - terminal_width(_DECIMAL.split(cell, maxsplit=1)[0]) for cell in shown]
        if column.kind == "number":
            shown[:] = [cell + " " * (max(behind) - width) for cell, width in zip(shown, behind, strict=True)]
    return [[*heads], *map(list, zip(*cells, strict=True))]


_DECIMAL = re.compile("[.,]")


def _cells(row: Sequence[str], widths: list[int], columns: Sequence[TableColumn]) -> Iterator[str]:
    """The lines of a row; numbers stand to the right."""
    broken_cells = [
        textwrap.wrap(cell, width) or [""] if column.kind == "long" else [cell]
        for cell, width, column in zip(row, widths, columns, strict=True)
    ]
    for cells in zip_longest(*broken_cells, fillvalue=""):
        yield "  ".join(
            padded(cell, width, column.is_numeric) for cell, width, column in zip(cells, widths, columns, strict=True)
        )
