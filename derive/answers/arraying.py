"""Arrays in a student's formulas: in any brackets, as LaTeX matrices, as lists of lists, with formulas as cells."""

from __future__ import annotations

import re
from bisect import bisect_left

from derive.answers.grids import MAX_CELLS, Grid, cells_of, number_in
from derive.answers.naming import Naming
from derive.language.expressions import Expr, Span
from derive.language.tokens import TextError, Token
from derive.operations.shapes import normal


class Arraying(Naming):
    """Reads arrays; each is kept in the reading under a name of its own."""

    def inside(self, tokens: list[Token]) -> Expr:
        """What the tokens of one cell say."""
        raise NotImplementedError

    def span(self, start: int) -> Span:
        """From a position to the last token taken."""
        return start, self.tokens[self.at - 1].end

    def environment(self, opened: Token) -> Expr:
        start = self._environment_name()
        depth, at = 1, self.at
        while depth:
            token = self.take()
            if token.kind == "end":
                raise self.error("the matrix is never closed", "expected `\\end{…}`", opened)
            if token.kind == "command" and token.text in {"begin", "end"}:
                depth += 1 if token.text == "begin" else -1
                at = self.at - 1
        end = self.tokens[at].start
        self._environment_name()
        return self._array(opened.start, start, end)

    def _environment_name(self) -> int:
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

    def bracket(self) -> Expr:
        opened = self.take()
        end = self._close(opened, "[", "]")
        return self._array(opened.start, opened.end, end)

    def _close(self, opened: Token, left: str, right: str) -> int:
        depth = 1
        while depth:
            token = self.take()
            if token.kind == "end":
                raise self.error(f"`{left}` is never closed", f"expected `{right}`", opened)
            if token.kind == "op":
                depth += (token.text == left) - (token.text == right)
        return self.tokens[self.at - 1].start

    def listed(self, opened: Token) -> Expr | None:
        """A vector in round brackets, or None with nothing taken."""
        mark = self.at
        self.take()
        try:
            end = self._close(opened, "(", ")")
        except TextError:
            end = opened.end
        inner = self.text[opened.end : end]
        several = re.search(r"[;&]|\\\\", inner) or re.fullmatch(r"[^a-zA-Z()|]*(?:[|,][^a-zA-Z()|]*)+", inner)
        if several and not re.search(r"[(\[{]", inner.replace("^{", "")):
            return self._array(opened.start, opened.end, end)
        self.at = mark
        return None

    def _array(self, start: int, first: int, last: int) -> Expr:
        """The array whose cells stand between two positions of the text."""
        rows = cells_of(self.text[first:last])
        if sum(map(len, rows)) > MAX_CELLS:
            raise self.error("the array is too large", f"at most {MAX_CELLS} entries are read")
        read = [[self._cell(first + a, first + b) for a, b in row] for row in rows]
        if len({len(row) for row in read}) != 1:
            raise TextError("the rows of the array differ in length", "", start, last)
        return self.reading.kept(self._grid(read, self.span(start)))

    def _cell(self, start: int, end: int) -> Expr:
        if (plain := number_in(self.text, start, end)) is not None:
            return plain
        first, last = (bisect_left(self.tokens, at, key=_start) for at in (start, end))
        tokens = [*self.tokens[first:last], Token("end", "", end, end)]
        return self.inside(tokens)

    def _grid(self, rows: list[list[Expr]], span: Span) -> Grid:
        """The array of cells; lists of lists are rows."""
        inner = [self.reading.grid(cell) for row in rows for cell in row]
        if all(inner) and (len(rows) == 1 or len(rows[0]) == 1):
            grids = [grid for grid in inner if grid]
            if len({grid.shape for grid in grids}) == 1:
                cells = tuple(cell for grid in grids for cell in grid.cells)
                return Grid(normal((len(grids), len(grids[0].cells))), cells, span)
        return Grid(normal((len(rows), len(rows[0]))), tuple(cell for row in rows for cell in row), span)


def _start(token: Token) -> int:
    return token.start
