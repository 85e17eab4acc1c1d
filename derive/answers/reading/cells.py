"""A written array → tokens: numbers whole, whatever their notation, and what stands between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from derive.answers.reading.numbers import SIGNS, SPACE, SPACES, UNSIGNED, number_of_match, read_number
from derive.answers.reading.written import Unreadable, WrittenNumber

_MATRIX = r"(?:[bpB]|small)?matrix\*?"
_END = r"[;&|,\])\n]|\\\\|\\end|\\right|\\\}|$"
_PATTERN = re.compile(
    rf"\s*+(?:(?P<cell>&)|(?P<row>\\\\(?:\[[^\]\n]*\])?|\\cr(?![A-Za-z]))|(?P<semicolon>;)|(?P<comma>,))\s*+"
    r"|[ \t]*+(?P<bar>\|)[ \t]*+"
    rf"|(?P<blank>(?:\?+|…|\.\.\.+|\\[lcv]?dots|_+|□|\\square|\\Box|(?<![\w)}}\]])[{SIGNS}]{{1,3}})(?={SPACES}(?:{_END})))"
    rf"|(?P<number>(?:(?P<sign>[{SIGNS}])(?P<apart>{SPACES}))?{UNSIGNED})"
    rf"|(?P<line>[ \t]*+\r?\n\s*+)"
    rf"|(?P<open>\\left\s*(?:[\[(.]|\\\{{)|\\begin\s*\{{{_MATRIX}\}}|\\begin\s*\{{array\}}\s*\{{[^{{}}]*\}}"
    rf"|\\[bB]igg?l?\s*[\[(]|[\[({{]|\\\{{)\s*"
    rf"|\s*+(?P<close>\\right\s*(?:[\]).]|\\\}})|\\end\s*\{{(?:{_MATRIX}|array)\}}|\\[bB]igg?r?\s*[\])]|[\])}}]|\\\}})"
    r"|(?P<turned>\^\s*(?:\{\s*(?:\\top|\\intercal|\\math(?:sf|rm)\s*\{?T\}?|[Tt])\s*\}|\\top|\\intercal|[Tt])|ᵀ|⊤)"
    r"|(?P<nothing>\$+|\\(?:displaystyle|hline|limits)(?![A-Za-z])|[⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠])"
    rf"|(?P<gap>\\q?quad(?![A-Za-z])|\t+)|(?P<space>{SPACE}+)|(?P<other>.)",
    re.DOTALL,
)
MAX_TOKENS = 5_000
MAX_PIECES = 1_500
SEPARATORS = frozenset({"row", "semicolon", "cell", "bar", "comma"})
ITEMS = frozenset({"number", "blank", "open"})
_RANK = {"space": 0, "gap": 1, "line": 2}

CellNumbers: TypeAlias = tuple[WrittenNumber, ...]
Split: TypeAlias = Callable[[re.Match[str], str], "CellNumbers | None"]


class Misread(Exception):
    """Why a text is no array of numbers, and where."""

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.fault = Unreadable(message, hint, start, max(end, start + 1))


@dataclass(frozen=True, slots=True)
class CellToken:
    """`kind` is a group's name in the pattern, or `end`; `numbers` what a number token holds."""

    kind: str
    start: int
    end: int
    text: str
    numbers: CellNumbers = ()

    def stray(self) -> Misread:
        """The fault of something that has no place in an array of numbers."""
        shown = f"`{self.text[:20]}`" if self.text[:20].isprintable() else "a control character"
        return Misread(f"{shown} does not fit here", "expected a number", self.start, self.start + len(self.text[:20]))


# --- what one token of digits and commas may be ---------------------------------------------------------------------


def as_one(match: re.Match[str], decimal: str) -> CellNumbers | None:
    """The number as it stands."""
    number = number_of_match(match, match.group(), decimal)
    return None if number is None else (number,)


def at_commas(match: re.Match[str], decimal: str) -> CellNumbers | None:
    """`1,2,3` as three numbers."""
    return _each(match.group().split(","), ".")


def in_pairs(match: re.Match[str], decimal: str) -> CellNumbers | None:
    """`0,1,0,2` as two numbers."""
    pieces = match.group().split(",")
    if len(pieces) % 2:
        return None
    return _each([f"{a},{b}" for a, b in zip(pieces[::2], pieces[1::2], strict=True)], ",")


def _each(texts: list[str], decimal: str) -> CellNumbers | None:
    if len(texts) > MAX_PIECES:
        return None
    numbers = tuple(number for text in texts if (number := read_number(text, decimal)))
    return numbers if len(numbers) == len(texts) else None


# --- tokens ---------------------------------------------------------------------------------------------------------


def tokenize_cells(text: str, decimal: str, split: Split) -> list[CellToken]:
    """The tokens of an array; spaces and line ends only where nothing else separates. Raises Misread."""
    kept: list[CellToken] = []
    for token in _raw(text, decimal, split):
        if token.kind == "line" and kept and kept[-1].kind == "bar":
            kept[-1] = token  # the lines of a table end with a bar
        elif token.kind == "bar" and kept and kept[-1].kind == "line":
            continue
        elif token.kind not in _RANK:
            if token.kind not in ITEMS and kept and kept[-1].kind in _RANK:
                kept.pop()
            kept.append(token)
        elif kept and (kept[-1].kind in ITEMS - {"open"} or kept[-1].kind in {"close", "turned"}):
            kept.append(token)
        elif kept and kept[-1].kind in _RANK and _RANK[token.kind] > _RANK[kept[-1].kind]:
            kept[-1] = token
    return kept


def _raw(text: str, decimal: str, split: Split) -> Iterator[CellToken]:
    before = ""
    for count, match in enumerate(_PATTERN.finditer(text)):
        if count > MAX_TOKENS:
            raise Misread("this has too many parts", f"at most {MAX_TOKENS} numbers and signs are read", 0, 1)
        kind = str(match.lastgroup)
        token = CellToken(kind, match.start(kind), match.end(kind), match[kind])
        if kind == "number":
            token = _number(match, token, decimal, split, before)
        elif kind == "other":
            raise token.stray()
        if kind != "nothing":
            yield token
            before = kind
    yield CellToken("end", len(text), len(text), "")


def _number(match: re.Match[str], token: CellToken, decimal: str, split: Split, before: str) -> CellToken:
    """A number token. A sign with spaces on both sides is no sign but a minus between two numbers."""
    if match["sign"] and match["apart"] and before == "space":
        raise token.stray()
    numbers = split(match, decimal) if "," in token.text else as_one(match, decimal)
    if numbers is None:
        raise Misread(f"`{token.text[:40]}` is not a number that can be read", "write for example 3.9 or -4.08·10^-7",
                      token.start, token.end)  # fmt: skip
    return CellToken("number", token.start, token.end, token.text, numbers)
