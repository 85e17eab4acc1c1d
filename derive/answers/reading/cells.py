"""A written array → its cells, row by row: numbers, blanks, arrays in it, and the places of formulas.

One pass over the text knows every sign that parts entries (`;`, `|`, `&`, `\\quad`, spaces, ends of lines, a comma) and
tells it from decimal commas. Nothing is evaluated; length and nesting are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from derive.answers.reading.numbers import (
    NEGATIVE,
    SIGNS,
    SPACE,
    SPACES,
    UNSIGNED,
    number_of_digits,
    number_of_match,
    read_number,
    usual_number,
)
from derive.answers.reading.written import WrittenNumber
from derive.language.expressions import Span
from derive.language.tokens import TextError

MAX_NESTING = 30
MAX_TOKENS = 5_000
MAX_PIECES = 1_500

_MATRIX = r"(?:[bpBvV]|small)?matrix\*?|cases"
_END = r"[;&|,\])\n]|\\\\|\\end|\\\}|$"
_PATTERN = re.compile(
    rf"(?P<usual>[{SIGNS}]?\d++(?:[.,]\d++)?+)(?:[ \t]*+(?P<then>[&;])\s*+|(?=[ \t]*+(?:\]|\\\\|\\end)))"  # most are
    r"|\s*+(?:(?P<cell>&)|(?P<row>\\\\(?:\[[^\]\n]*\])?|\\cr(?![A-Za-z]))|(?P<semicolon>;)|(?P<comma>,))\s*+"
    r"|[ \t]*+(?P<bar>\|)[ \t]*+"
    rf"|(?P<blank>□|\?+|\\square|\\Box|(?:…|\.\.\.+|\\[lcv]?dots|_+|(?<![\w)}}\]])[{SIGNS}]{{1,3}})(?={SPACES}(?:{_END})))"
    rf"|(?P<number>(?:(?P<sign>[{SIGNS}])(?P<apart>{SPACES}))?{UNSIGNED}(?P<percent>{SPACES}\\?%)?+)"
    r"|(?P<line>[ \t]*+\n\s*+)"
    rf"|(?P<open>\\begin\s*\{{(?:{_MATRIX})\}}|\\begin\s*\{{array\}}\s*\{{[^{{}}]*\}}|[\[({{]|\\\{{)\s*"
    rf"|\s*+(?P<close>\\end\s*\{{(?:{_MATRIX}|array)\}}|[\])}}]|\\\}})"
    r"|(?P<turned>\^\s*(?:\{\s*(?:\\top|\\intercal|\\math(?:sf|rm)\s*\{?T\}?|[Tt])\s*\}|\\top|\\intercal|[Tt])|ᵀ|⊤|(?<=[\])}}])['′])"
    r"|(?P<nothing>\\(?:displaystyle|hline|limits|[bB]igg?[lr]?)(?![A-Za-z])|[⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠])"
    rf"|(?P<gap>\\q?quad(?![A-Za-z])|\t+)|(?P<space>{SPACE}+)|(?P<other>[A-Za-z]++|\\[A-Za-z]++|.)",
    re.DOTALL,
)
_HARD = frozenset({"row", "semicolon", "cell", "bar", "comma"})
_SOFT = {"space": 1, "gap": 2, "line": 3}
_USUAL, _THEN = {"usual", "then"}, {"&": "cell", ";": "semicolon", None: ""}
"""The signs that most numbers have behind them."""
_ROWS = re.compile(r";|\\\\")

CommaUse: TypeAlias = Callable[[re.Match[str], str], tuple[WrittenNumber, ...] | None]
"""What digits with commas between them are: one number, several, or none."""


class WrittenCell(NamedTuple):
    """A cell: a number, a blank (None), an array in the array, or the place of a formula."""

    content: WrittenNumber | CellGroup | Span | None
    start: int
    end: int

    @property
    def is_formula(self) -> bool:
        """Whether it is the place of a formula."""
        return type(self.content) is tuple


@dataclass(slots=True)
class CellGroup:
    """What stands in a pair of brackets: rows of cells, and what they were told apart by.

    opened      the bracket as it is written; "" for a text without one
    separators  the kinds of signs between the cells
    turned      whether a transpose sign stands behind it
    fault       why it is no array
    """

    opened: str
    start: int
    end: int = 0
    rows: list[list[WrittenCell]] = field(default_factory=lambda: [[]])
    separators: set[str] = field(default_factory=set)
    turned: bool = False
    fault: TextError | None = None

    @property
    def environment(self) -> bool:
        """Whether it is a LaTeX matrix."""
        return self.opened.endswith("}")

    @property
    def only(self) -> WrittenCell | None:
        """Its one cell, where nothing parts it from others."""
        return self.rows[0][0] if len(self.rows) == 1 and len(self.rows[0]) == 1 and not self.separators else None


# --- what digits with commas between them may be ---------------------------------------------------------------------


def as_one(match: re.Match[str], decimal: str) -> tuple[WrittenNumber, ...] | None:
    """The number as it stands."""
    if usual := match["usual"]:
        number = _plain_number(usual, decimal) or read_number(usual, decimal)
        return None if number is None else (number,)
    text = match.group()
    number = usual_number(text, decimal) or number_of_match(match, text, decimal)
    if number is not None and match["percent"]:
        number = number._replace(value=number.value / 100, unit=number.unit / 100)
    return None if number is None else (number,)


def _plain_number(text: str, decimal: str) -> WrittenNumber | None:
    """A number of a sign or none, digits, and a mark with digits behind it or none; None for a mark that is not the
    decimal sign.
    """
    whole, mark, broken = text.partition(decimal)
    signed = not whole[0].isdigit()
    digits = (whole[1:] if signed else whole) + broken
    negative = signed and whole[0] in NEGATIVE
    return number_of_digits(digits, len(broken), 0, negative, text) if mark or digits.isdigit() else None


def at_commas(match: re.Match[str], decimal: str) -> tuple[WrittenNumber, ...] | None:
    """`1,2,3` as three numbers."""
    return _each((match["usual"] or match.group()).split(","), ".")


def in_pairs(match: re.Match[str], decimal: str) -> tuple[WrittenNumber, ...] | None:
    """`0,1,0,2` as two numbers."""
    pieces = (match["usual"] or match.group()).split(",")
    if len(pieces) % 2:
        return None
    return _each([f"{a},{b}" for a, b in zip(pieces[::2], pieces[1::2], strict=True)], ",")


def _each(texts: list[str], decimal: str) -> tuple[WrittenNumber, ...] | None:
    if len(texts) > MAX_PIECES:
        return None
    numbers = tuple(number for text in texts if (number := read_number(text, decimal)))
    return numbers if len(numbers) == len(texts) else None


# --- the pass --------------------------------------------------------------------------------------------------------


def group_at(text: str, start: int, decimal: str, commas: CommaUse) -> CellGroup:
    """The array that begins with the bracket at `start`. Raises TextError for brackets that do not match."""
    reader = _Pass(text, start, decimal, commas)
    opened = next(reader.matches)
    if opened.lastgroup != "open":
        raise TextError("this is no matrix", "as in `\\begin{bmatrix} 1 & 2 \\end{bmatrix}`", start, start + 1)
    return reader.group(opened["open"], opened.start(), 1)


def cells_of(text: str, decimal: str, commas: CommaUse) -> CellGroup | None:
    """The cells of a whole text; None for a formula. Raises TextError for brackets that do not match."""
    return _Pass(text, 0, decimal, commas).whole()


class _Formula(Exception):
    """The whole text is a formula: nothing outside of brackets says otherwise."""


class _Pass:
    def __init__(self, text: str, start: int, decimal: str, commas: CommaUse) -> None:
        self.text, self.decimal, self.commas = text, decimal, commas
        self.matches: Iterator[re.Match[str]] = _PATTERN.finditer(text, start)
        self.count = 0

    def whole(self) -> CellGroup | None:
        try:
            return self.group("", 0, 0)
        except _Formula:
            return None

    def group(self, opened: str, start: int, depth: int) -> CellGroup:
        """The cells up to the bracket that closes the group; the bracket that opens it was taken."""
        group = CellGroup(opened, start)
        if depth > MAX_NESTING:
            raise TextError("this is nested too deeply", f"at most {MAX_NESTING} levels", start, start + 1)
        cell = _OpenCell(self, group)
        for match in self.matches:
            kind = match.lastgroup or ""
            self.count += 1
            if self.count > MAX_TOKENS:
                hint = f"at most {MAX_TOKENS} numbers and signs are read"
                raise TextError("this has too many parts", hint, 0, 1)
            if kind == "close":
                if depth == 0:
                    raise _no_counterpart(match[kind], *match.span(kind))
                cell.closed("close")
                group.end = match.end()
                return group
            if kind == "open":
                inner = self.group(match[kind], match.start(kind), depth + 1)
                cell.take("open", inner.start, inner.end, inner)
            elif kind in _USUAL:
                cell.number(match, _THEN[match["then"]])
            elif kind == "other" and depth == 0:
                raise _Formula
            else:
                cell.on(kind, match)
        if depth:
            raise _no_counterpart(opened, start, start + len(opened))
        cell.closed("close")
        group.end = len(self.text)
        return group


def _no_counterpart(bracket: str, start: int, end: int) -> TextError:
    return TextError(f"`{bracket}` has no counterpart", "close each bracket once", start, end)


class _OpenCell:
    """The cell that is being read: its parts, what stands before it, and a gap that may end it."""

    def __init__(self, reader: _Pass, group: CellGroup) -> None:
        self.reader, self.group = reader, group
        self.parts: list[tuple[str, re.Match[str] | CellGroup | None]] = []
        self.start = self.end = 0
        self.gap, self.before = "", "start"

    def on(self, kind: str, match: re.Match[str]) -> None:
        """A sign of the text."""
        if kind in _HARD:
            if not (kind == "bar" and self.before == "line" and not self.parts):
                self.closed(kind)
        elif kind in _SOFT:
            if self.parts and _SOFT[kind] > _SOFT.get(self.gap, 0):
                self.gap = kind
            elif self.before == "bar" and kind == "line":
                self._ends_a_row_of_a_table()
        elif kind == "turned" and self.parts and isinstance(last := self.parts[-1][1], CellGroup):
            last.turned, self.end = not last.turned, match.end()
        elif kind != "nothing":
            self.take(kind, match.start(kind), match.end(kind), match)

    def number(self, match: re.Match[str], then: str) -> None:
        """A number with the sign behind it that ends its cell, if one does: most cells are nothing else."""
        if then and not self.parts:
            self.end = match.end("usual")
            self.group.rows[-1] += self._numbers(match)
            self._next(then)
            return
        self.take("number", *match.span("usual"), match)
        if then:
            self.closed(then)

    def take(self, kind: str, start: int, end: int, part: re.Match[str] | CellGroup) -> None:
        """One more part of the cell, or the first one of the next."""
        if self.parts and (self.gap or self._touches(part)) and self._parts_here(kind, part):
            self.closed(self.gap or "space")
        if not self.parts:
            self.start = start
        self.gap = ""
        self.parts.append((kind, part))
        self.end = end

    def _touches(self, part: re.Match[str] | CellGroup) -> bool:
        """Whether a row begins where the one before it ends, as calculators write: `[[1,2][3,4]]`."""
        last = self.parts[-1][1] if self.group.opened == "[" else None
        return isinstance(part, CellGroup) and isinstance(last, CellGroup) and part.opened == "["

    def _parts_here(self, kind: str, part: re.Match[str] | CellGroup) -> bool:
        """Whether the gap before a part ends the cell: none does beside an operator."""
        last, value = self.parts[-1]
        if isinstance(part, re.Match) and kind == "number" and part["sign"] and part["apart"]:
            return False  # `3 - 2`
        if isinstance(part, CellGroup) or isinstance(value, CellGroup):
            between = isinstance(part, CellGroup) and isinstance(value, CellGroup)
            if between:
                return part.opened == value.opened  # type: ignore[union-attr]
            return kind == "number" and isinstance(value, CellGroup)
        return last in {"number", "blank"} and kind in {"number", "blank"}

    def _ends_a_row_of_a_table(self) -> None:
        """The lines of a table end with a bar."""
        if len(self.group.rows[-1]) and not self._line_is_a_space():
            self.group.rows.append([])
            self.group.separators.add("line")
            self.before = "line"

    def _line_is_a_space(self) -> bool:
        """Whether an end of a line means nothing: in a LaTeX matrix, and where other signs part the rows."""
        return self.group.environment or _ROWS.search(self.reader.text, self.group.start) is not None

    def closed(self, kind: str) -> None:
        """The cell ends, with a sign of some kind."""
        row = self.group.rows[-1]
        if self.parts:
            row.extend(self._cells())
        elif self._leaves_out(kind):
            row.append(WrittenCell(None, self.end, self.end))
        if kind == "close":
            self._last(row)
            return
        self._next(kind)

    def _next(self, kind: str) -> None:
        """The next cell begins, behind a sign of some kind."""
        line = kind == "line" and not self._line_is_a_space()
        self.group.separators.add("space" if kind == "line" and not line else kind)
        if kind in {"row", "semicolon"} or line:
            self.group.rows.append([])
        self.before, self.parts, self.gap = kind, [], ""

    def _leaves_out(self, kind: str) -> bool:
        """Whether nothing stands where an entry belongs; bars may stand around a row too."""
        if kind not in _HARD or self.before not in _HARD | {"start"}:
            return False
        begins, ends = self.before in {"start", "row", "semicolon"}, kind in {"row", "semicolon"}
        return not (kind == "bar" and begins) and not (self.before == "bar" and ends)

    def _last(self, row: list[WrittenCell]) -> None:
        """What stands behind the last separator: nothing behind `\\\\` and `|`, else an entry left out."""
        if not self.parts and (
            self.before in {"cell", "comma"} or (self.before == "semicolon" and len(self.group.rows[0]) == 1)
        ):
            row.append(WrittenCell(None, self.end, self.end))
        if len(self.group.rows) > 1 and not self.group.rows[-1]:
            self.group.rows.pop()

    def _cells(self) -> list[WrittenCell]:
        (kind, part), place = self.parts[0], (self.start, self.end)
        if len(self.parts) > 1 or kind not in {"number", "blank", "open"}:
            return [WrittenCell(place, *place)]
        if kind == "blank":
            return [WrittenCell(None, *place)]
        if isinstance(part, CellGroup):
            only = part.only if part.opened == "(" and not part.turned else None
            if only is not None and not isinstance(only.content, CellGroup):  # `(-3)` is a number, not an array
                return [WrittenCell(place, *place) if only.is_formula else WrittenCell(only.content, *place)]
            return [WrittenCell(part, *place)]
        assert part is not None
        return self._numbers(part)

    def _numbers(self, match: re.Match[str]) -> list[WrittenCell]:
        start, end = match.span("usual") if match["usual"] else match.span()
        text = match.string[start:end]
        numbers = (self.reader.commas if "," in text else as_one)(match, self.reader.decimal)
        if numbers is None:
            message, hint = f"`{text[:40]}` is not a number that can be read", "write for example 3.9 or -4.08·10^-7"
            self.group.fault = self.group.fault or TextError(message, hint, start, end)
            return [WrittenCell((start, end), start, end)]
        if len(numbers) == 1:
            return [WrittenCell(numbers[0], start, end)]
        self.group.separators.add("comma")
        cells, at = [], start
        for number in numbers:
            cells.append(WrittenCell(number, at, at + len(number.text)))
            at += len(number.text) + 1
        return cells
