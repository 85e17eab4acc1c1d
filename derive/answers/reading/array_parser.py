"""Arrays in a student's formulas: in any brackets, as LaTeX matrices, as lists of lists, with formulas as cells."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from derive.answers.names.lexicon import Lexicon
from derive.answers.names.name_parser import NameParser
from derive.answers.reading.grids import MAX_CELLS, Reading, WrittenArray, cells_of
from derive.answers.reading.numbers import masked
from derive.calculus.shapes import normal
from derive.language.expressions import Expr, Span
from derive.language.tokens import TextError, Token

_SPACED = re.compile(r"\s*+(?:[-−+]?\d++\s++)+[-−+]?\d++\s*+")
_GROUPED = re.compile(r"\s*+\d{1,3}(?: \d{3})++\s*+")
_SIDE_BY_SIDE, _SEPARATED, _NESTED = re.compile(r"\d\s+\d"), re.compile(r"[;&]|\\\\"), re.compile(r"[(\[{]")
_LISTED = re.compile(r"[^a-zA-Z()|]*(?:[|,][^a-zA-Z()|]*)+")
_CLOSING = {"[": "]", "(": ")"}


class Arraying(NameParser):
    """Reads arrays; each is kept in the reading under a name of its own."""

    def __init__(self, reading: Reading, lexicon: Lexicon, tokens: list[Token]) -> None:
        super().__init__(reading.text, lexicon, tokens)
        self.reading = reading

    def inside(self, tokens: list[Token]) -> Expr:
        """What the tokens of one cell say."""
        raise NotImplementedError

    def span(self, start: int) -> Span:
        """From a position to the last token taken."""
        return start, self.tokens[self.at - 1].end

    def environment(self) -> Expr:
        opened = self.take()
        start = self._environment_begun()
        depth = 1
        while depth:
            token = self.tokens[self.at]
            if token.kind == "end":
                raise self.error("the matrix is never closed", "expected `\\end{…}`", opened)
            if token.kind == "command":
                depth += (token.text == "begin") - (token.text == "end")
            self.at += 1
        end = token.start
        self._environment_begun()
        return self._array(opened.start, start, end)

    def _environment_begun(self) -> int:
        """Takes `{bmatrix}` (and the columns of an `array`); where the content begins."""
        self.expect("{")
        name = self.take().text
        self.accept("*")
        end = self.expect("}").end
        if name == "array" and self.accept("{"):
            while not self.is_op("}") and self.token.kind != "end":
                self.take()
            end = self.expect("}").end
        return end

    def blocks(self) -> Expr:
        opened = self.take()
        end = self._closing(opened)
        if end is None:
            raise self.error("`[` is never closed", "expected `]`", opened)
        return self._array(opened.start, opened.end, end)

    def parentheses(self) -> Expr:
        """A vector in round brackets, or what stands between them."""
        opened, mark = self.token, self.at
        end = self._closing(opened)
        if end is not None and _lists(self.text[opened.end : end], self.reading.decimal):
            return self._array(opened.start, opened.end, end)
        self.at = mark
        return super().parentheses()

    def _closing(self, opened: Token) -> int | None:
        """Where the bracket begins that closes one, with the cursor behind it; None where there is none."""
        place = self._partners.get(opened.start)
        if place is not None:
            self.at = bisect_left(self.tokens, place, key=_start) + 1
        return place

    @cached_property
    def _partners(self) -> dict[int, int]:
        """Where each bracket is closed, by where it is opened."""
        opened: dict[str, list[int]] = {"]": [], ")": []}
        partners: dict[int, int] = {}
        for token in self.tokens:
            if token.text in _CLOSING:
                opened[_CLOSING[token.text]].append(token.start)
            elif opened.get(token.text):
                partners[opened[token.text].pop()] = token.start
        return partners

    def _array(self, start: int, first: int, last: int) -> Expr:
        """The array whose cells stand between two positions of the text."""
        rows = cells_of(self.text[first:last], self.reading.decimal)
        if sum(map(len, rows)) > MAX_CELLS:
            raise self.error("the array is too large", f"at most {MAX_CELLS} entries are read")
        read = [[self._cell(first + a, first + b) for a, b in row] for row in rows]
        if len({len(row) for row in read}) != 1:
            raise TextError("the rows of the array differ in length", "", start, last)
        return self.reading.kept(self._grid(read, self.span(start)))

    def _cell(self, start: int, end: int) -> Expr:
        if (plain := self.reading.literal(start, end)) is not None:
            return plain
        first, last = (bisect_left(self.tokens, at, key=_start) for at in (start, end))
        tokens = [*self.tokens[first:last], Token("end", "", end, end)]
        return self.inside(tokens)

    def _grid(self, rows: list[list[Expr]], span: Span) -> WrittenArray:
        """The array of cells; lists of lists are rows."""
        inner = [self.reading.grid(cell) for row in rows for cell in row]
        if all(inner) and (len(rows) == 1 or len(rows[0]) == 1):
            grids = [grid for grid in inner if grid]
            if len({grid.shape for grid in grids}) == 1:
                cells = tuple(cell for grid in grids for cell in grid.cells)
                return WrittenArray(normal((len(grids), len(grids[0].cells))), cells, span)
        return WrittenArray(normal((len(rows), len(rows[0]))), tuple(cell for row in rows for cell in row), span)


def _lists(inner: str, decimal: str) -> bool:
    """Whether what stands in round brackets is a list: separators between numbers, or nothing but spaces.

    `(3 -2)` is a difference, and `(1 000)` one number in groups.
    """
    text = masked(inner, decimal)
    if _SPACED.fullmatch(text):
        return _SIDE_BY_SIDE.search(text) is not None and not _GROUPED.fullmatch(inner)
    separated = _SEPARATED.search(text) or _LISTED.fullmatch(text)
    return separated is not None and not _NESTED.search(text)


def _start(token: Token) -> int:
    return token.start
