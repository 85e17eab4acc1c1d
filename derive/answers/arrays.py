"""Arrays as students write them → numbers with a shape: any brackets, LaTeX matrices, rows on lines, lists of lists.

What separates the entries is told apart from decimal commas: `;`, `|`, `&`, `\\quad`, spaces, a comma before a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import prod
from typing import NoReturn, TypeAlias

from flint import fmpq

from derive.answers.model import Array, Unreadable, Written
from derive.answers.numbers import SIGNS, SPACE, UNSIGNED, read_number, written
from derive.language.expressions import Shape
from derive.operations.shapes import normal

MAX_TEXT = 20_000
MAX_NESTING = 8
ROW, COLUMN = "row", "column"

_MATRIX = r"(?:[bpB]|small)?matrix\*?"
_SEPARATOR = r"[;&|,\])\n]|\\\\|\\end|\\right|$"
_TOKEN = re.compile(
    rf"(?P<blank>(?:\?+|…|\.\.\.+|\\[lcv]?dots|_+|□|\\square|\\Box|(?<![\w)}}\]])[{SIGNS}]{{1,3}})"
    rf"(?={SPACE}*(?:{_SEPARATOR})))"
    rf"|(?P<number>(?P<sign>[{SIGNS}]?)(?P<apart>{SPACE}*){UNSIGNED})"
    rf"|(?P<row>\\\\(?:\[[^\]\n]*\])?|\\cr(?![A-Za-z])|[ \t]*\r?\n\s*)"
    rf"|(?P<open>\\left\s*(?:[\[(.]|\\\{{)|\\begin\s*\{{{_MATRIX}\}}|\\begin\s*\{{array\}}\s*\{{[^{{}}]*\}}"
    rf"|\\[bB]igg?l?\s*[\[(]|[\[(]|\\\{{)"
    rf"|(?P<close>\\right\s*(?:[\]).]|\\\}})|\\end\s*\{{(?:{_MATRIX}|array)\}}|\\[bB]igg?r?\s*[\])]|[\])]|\\\}})"
    r"|(?P<turned>\^\s*(?:\{\s*(?:\\top|\\intercal|\\math(?:sf|rm)\s*\{?T\}?|[Tt])\s*\}|\\top|\\intercal|[Tt])|ᵀ|⊤)"
    r"|(?P<nothing>\$+|\\(?:displaystyle|hline|left|right|limits)(?![A-Za-z])|[⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠])"
    r"|(?P<gap>\\q?quad(?![A-Za-z])|\t+)|(?P<semicolon>;)|(?P<cell>&)|(?P<bar>\|)|(?P<comma>,)"
    rf"|(?P<space>{SPACE}+)|(?P<times>\*|[·⋅×∙•∗]|\\cdot(?![A-Za-z])|\\times(?![A-Za-z]))|(?P<other>.)",
    re.DOTALL,
)
_SEPARATORS = {"row", "semicolon", "cell", "bar", "comma"}
_TIES = {"open", "close", "end", *_SEPARATORS}
_TEN = re.compile(r"10\s*(?:\^|\*\*|[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹])")

Item: TypeAlias = "Written | None | Group"


class Misread(Exception):
    """Why a text is no array of numbers."""

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.fault = Unreadable(message, hint, start, max(end, start + 1))


@dataclass(slots=True)
class Group:
    """What stands in a pair of brackets: rows of items, and by what they were told apart."""

    start: int
    bracket: str = ""
    rows: list[list[Item]] = field(default_factory=lambda: [[]])
    separators: set[str] = field(default_factory=set)
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers with the lengths of their axes, and how a list of them stands: as a row, a column, or neither."""

    dims: Shape
    entries: tuple[Written | None, ...]
    stands: str = ""

    def transposed(self) -> Grid:
        """The transpose; a list with a transpose sign is a column."""
        if len(self.dims) < 2:
            return replace(self, stands=ROW if self.stands == COLUMN else COLUMN)
        rows, columns = self.dims[-2:]
        if len(self.dims) > 2:
            return self
        turned = tuple(self.entries[i * columns + j] for j in range(columns) for i in range(rows))
        return Grid((columns, rows), turned)

    def fitted(self, shape: Shape | None) -> tuple[Array, str]:
        """The array in the shape that is asked for, if it can be meant, and how it stands where that is another way."""
        dims = tuple(n for n in self.dims if n != 1) if shape is not None and len(shape) < 3 else self.dims
        stands = self.stands
        if len(self.dims) == 2 and len(dims) == 1:
            stands = ROW if self.dims[0] == 1 else COLUMN
        if shape is not None and (self.dims == shape or prod(self.dims) == prod(shape) == 1):
            return Array(shape, self.entries), ""
        if shape is not None and len(shape) in {1, 2} and dims == tuple(n for n in shape if n != 1):
            wanted = ROW if len(shape) == 2 else COLUMN
            return Array(shape, self.entries), stands if stands and stands != wanted and len(dims) == 1 else ""
        written_as = (1, *self.dims) if len(self.dims) == 1 and stands == ROW else self.dims
        return Array(normal(written_as), self.entries), ""


def read_grid(text: str, decimal: str, size: int | None = None, columns: int | None = None) -> Grid:
    """The array of numbers that `text` writes. Raises Misread.

    `size` and `columns`, how many entries are expected, decide where commas can be read in two ways.
    """
    try:
        whole: Grid | None = _grid_of(_tokens(text, decimal, _as_one), decimal)
        fault = None
    except Misread as misread:
        whole, fault = None, misread
    if "," in text and (whole is None or (size is not None and len(whole.entries) != size)):
        for split in (_at_commas, _in_pairs):
            try:
                grid = _grid_of(_tokens(text, decimal, split), decimal)
            except Misread:
                continue
            if size is None or len(grid.entries) == size or (whole is None and split is _at_commas):
                return grid
    if whole is None:
        assert fault is not None
        raise fault
    return whole


# --- tokens ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    end: int
    text: str
    numbers: tuple[Written, ...] = ()


def _as_one(match: re.Match[str], decimal: str) -> tuple[Written, ...] | None:
    """A number as it stands."""
    number = written(match, match.group(), decimal)
    return None if number is None else (number,)


def _at_commas(match: re.Match[str], decimal: str) -> tuple[Written, ...] | None:
    """`1,2,3` as three numbers."""
    return _pieces(match.group().split(","), ".")


def _in_pairs(match: re.Match[str], decimal: str) -> tuple[Written, ...] | None:
    """`0,1,0,2` as two numbers."""
    pieces = match.group().split(",")
    if len(pieces) % 2:
        return _as_one(match, decimal)
    return _pieces([f"{a},{b}" for a, b in zip(pieces[::2], pieces[1::2], strict=True)], ",")


def _pieces(texts: list[str], decimal: str) -> tuple[Written, ...] | None:
    numbers = [read_number(text, decimal) for text in texts]
    return None if None in numbers else tuple(number for number in numbers if number)


def _tokens(text: str, decimal: str, split: object) -> list[_Token]:
    assert callable(split)
    tokens = [_Token("open", 0, 0, "")]
    for match in _TOKEN.finditer(text):
        kind, numbers = str(match.lastgroup), ()
        if match["number"] is not None:
            kind, numbers = "number", split(match, decimal)
            if numbers is None:
                raise Misread(f"`{_short(match.group())}` is not a number that can be read",
                              "write for example 3.9 or -4.08·10^-7", match.start(), match.end())  # fmt: skip
            if match["sign"] and match["apart"] and tokens[-1].kind == "space" and tokens[-2].kind in {"number", "close"}:
                raise _stranger(match["sign"], match.start())
        if kind == "other":
            raise _stranger(match.group(), match.start())
        if kind != "nothing":
            tokens.append(_Token(kind, match.start(), match.end(), match.group(), numbers))
    return _settled([*tokens, _Token("end", len(text), len(text), "")])


def _settled(tokens: list[_Token]) -> list[_Token]:
    """Without spaces and line ends beside separators and brackets."""
    kept: list[_Token] = []
    for token in tokens:
        if token.kind in _TIES and token.text.strip() != "" or token.kind == "end":
            while kept and kept[-1].kind in {"space", "gap"} | ({"row"} if not kept[-1].text.strip() else set()):
                kept.pop()
        weak = token.kind in {"space", "gap"} or (token.kind == "row" and not token.text.strip())
        if weak and kept and (kept[-1].kind in {"open", *_SEPARATORS} or (kept[-1].kind in {"space", "gap"})):
            if token.kind == "row" and kept[-1].kind in {"space", "gap"}:
                kept[-1] = token
            elif token.kind == "gap" and kept[-1].kind == "space":
                kept[-1] = token
            continue
        kept.append(token)
    return kept


def _stranger(text: str, at: int) -> Misread:
    shown = f"`{text}`" if text.isprintable() else "a control character"
    return Misread(f"{shown} is not part of a number", "", at, at + len(text))


# --- structure ------------------------------------------------------------------------------------------------------


def _grid_of(tokens: list[_Token], decimal: str) -> Grid:
    builder = _Builder(tokens)
    group = builder.group(0)
    return _unwrapped(group, decimal, builder.power)


class _Builder:
    """Puts tokens together: groups of rows of items."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at = tokens, 0
        self.power: fmpq | None = None

    def group(self, depth: int) -> Group:
        """What stands from the opening token at the cursor to the one that closes it."""
        opened = self.tokens[self.at]
        if depth > MAX_NESTING:
            raise Misread("this is nested too deeply", f"at most {MAX_NESTING} levels are read", opened.start, opened.end)
        group, last = Group(opened.start, opened.text), "open"
        self.at += 1
        while (token := self.tokens[self.at]).kind not in {"close", "end"}:
            self._take(token, last, group, depth)
            last = token.kind
            self.at += 1
        if (token.kind == "end") != (depth == 0):
            wrong = opened if token.kind == "end" else token
            raise Misread(f"`{wrong.text}` has no counterpart", "close every bracket that is opened", wrong.start, wrong.end)
        if last in {"semicolon", "cell", "bar", "comma"} and not (last == "bar" and opened.text == ""):
            group.rows[-1].append(None)
        if last == "row" and not group.rows[-1]:
            group.rows.pop()
        return group

    def _take(self, token: _Token, last: str, group: Group, depth: int) -> None:
        if token.kind in {"number", "open", "blank"}:
            if last in {"number", "close", "blank", "turned"} and not self._multiplied(token, group):
                raise _stranger(token.text[:1], token.start)
            self._item(token, group, depth)
        elif token.kind in _SEPARATORS:
            if last in _SEPARATORS or (last == "open" and token.kind != "bar"):
                group.rows[-1].append(None)
            group.separators.add(token.kind if token.text.strip() else "line")
            if token.kind in {"row", "semicolon"}:
                group.rows.append([])
        elif token.kind == "turned":
            self._turn(token, group)
        elif token.kind == "times":
            self._scale(token, group)
        else:
            group.separators.add(token.kind)

    def _item(self, token: _Token, group: Group, depth: int) -> None:
        if token.kind == "open":
            group.rows[-1].append(self.group(depth + 1))
        elif token.kind == "blank":
            group.rows[-1].append(None)
        else:
            group.rows[-1].extend(token.numbers)
            if len(token.numbers) > 1:
                group.separators.add("comma")

    def _multiplied(self, token: _Token, group: Group) -> bool:
        return False

    def _turn(self, token: _Token, group: Group) -> None:
        item = group.rows[-1][-1] if group.rows[-1] else None
        if not isinstance(item, Group):
            raise _stranger(token.text[:1], token.start)
        item.turned = not item.turned

    def _scale(self, token: _Token, group: Group) -> None:
        raise _stranger(token.text[:1], token.start)
