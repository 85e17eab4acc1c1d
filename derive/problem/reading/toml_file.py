"""A TOML file read exactly: numbers as fractions, and for every key the line it stands on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

from derive.errors import Fault, InputError, Place
from derive.files import utf8_text
from derive.language.grammar import parse_number
from derive.problem.reading.large_arrays import with_large_arrays

_KEY = r"""(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)"""
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")
_STRINGS = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*|[\[\]{}]')


_SHORT, _WHOLE = 100, re.compile(r"-?[0-9]+")
_LONG = re.compile(r"\d[\d_]{4000,}")
_EATEN = re.compile(r"([\x08\x0c]|\t(?=heta|anh|imes|ext|au|ilde|op\b)|\r(?=ho|ight)|\n(?=abla|eq\b))([A-Za-z]+)")
_LETTERS = {"\x08": "b", "\x0c": "f", "\t": "t", "\r": "r", "\n": "n"}
_BARE_KEY = re.compile(r"(\s*)((?:\\|[^\W\d])[^\s=#\".]*)(?=\s*=)")
_PLAIN_KEY = re.compile(r"[\w-]+", re.ASCII)
_SYNTAX_HINTS = (
    (r"\A[^\n]*\n\s*\{", "this looks like JSON; a problem file is TOML: name = value, tables as [data]"),
    (r"\A[^\n]*\n\s*[\w.]+:(\s|$)", "this looks like YAML; a problem file is TOML: name = value, tables as [data]"),
    (r"\A[^\n]*\n\s*\w+([ \t]+\w+)+\s*=", "a key is one word: write `learning_rate`, or put it into quotes"),
    (r"\ACannot overwrite", "each key stands once in its table: leave one out, or give it another name"),
    (r"=\s*\[[^\[\]]*;", "the rows of a matrix are lists of their own: [[1, 2], [3, 4]]"),
    (r"=\s*(\(|\{\s*[-+.\d]+\s*[,}])", "a list is written with brackets: [1, 2]"),
    (r"\b(True|False)\b", "write `true` or `false`"),
    (r"\b(None|null|nil)\b", "every entry is a number: leave the key out where there is no value"),
    (r"=\s*[A-Za-z_]\w*\s*$", 'a text stands in quotes: "x"'),
    (r"=\s*[\w.]+\(", "a value is written out: [1, 2] for a column, [[1, 2], [3, 4]] for a matrix"),
    (r"\d,\d", "numbers are written with a point in TOML: 0.5"),
    (r"\AUnclosed array", "a list goes on where it cannot: a comma or a `]` is missing here, or in a line above"),
    (r"[Uu]nescaped '\\'", "put text that holds backslashes between three single quotes: '''"),
    ("", "see docs/problem-file.md for the format"),
)


@dataclass(frozen=True, slots=True)
class TomlFile:
    """The data of a file, its lines, where each key stands, and the text that was read."""

    name: str
    data: dict[str, Any]
    lines: tuple[str, ...]
    positions: dict[tuple[str, ...], int]
    text: str = ""

    def place(self, *path: str, offset: int = 0, column: int | None = None, length: int = 1) -> Place:
        """The place of a key (or of the nearest table around it), `offset` lines below it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.positions:
                line = self.positions[path[:end]] + offset
                text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
                return Place(self.name, line, text, column, length)
        return Place(self.name)

    def only(self, table: str, i: int) -> TomlFile:
        """The same file, as if of the tables `[[table]]` that it has only the i-th (from 0) stood in it."""
        positions: dict[tuple[str, ...], int] = {}
        count = -1
        for path, number in _positions(self.lines):
            count += path == (table,)
            if path[:1] != (table,) or count == i:
                positions[path] = number
        return replace(self, data={**self.data, table: self.data[table][i]}, positions=positions)

    def span(self, *path: str) -> tuple[int, int]:
        """The first and the last line of a key with its value."""
        first = last = self.positions[path]
        state = _after(self.lines[first - 1], "", 0)
        while state != ("", 0) and last < len(self.lines):
            state = _after(self.lines[last], *state)
            last += 1
        return first, last

    def key_place(self, *path: str) -> Place:
        """The place of a key with the key itself marked."""
        place = self.place(*path)
        column = place.text.find(path[-1]) if place.text else -1
        return self.place(*path, column=column, length=len(path[-1])) if column >= 0 else place


def read_toml(path: Path, expanded: Callable[[str, Path], str] | None = None) -> TomlFile:
    """The file at `path`, its text `expanded` line by line before it is read. Raises InputError if it cannot be read or
    is not TOML.
    """
    text = utf8_text(path)
    return from_text(expanded(text, path) if expanded else text, path.name, text)


def from_text(text: str, name: str = "", written: str = "") -> TomlFile:
    """The same for text that is at hand; messages show its lines as they were `written`. Raises InputError with the
    line of a fault in the TOML.
    """
    try:
        data = _data(text)
    except (ValueError, RecursionError) as error:
        raise InputError([_syntax_fault(str(error), text, name)]) from None
    lines = tuple((written or text).replace("\r\n", "\n").split("\n"))
    return TomlFile(name, data, lines, dict(_positions(lines)), text)


def _data(text: str) -> dict[str, Any]:
    """What the text holds; names such as `ŷ`, `s'` and `h_{t-1}` may be keys without quotes. Raises ValueError."""
    try:
        return with_large_arrays(text, _parsed, _number)
    except ValueError:
        quoted = "\n".join(_with_quoted_keys(text.split("\n")))
        if quoted == text:
            raise
        return with_large_arrays(quoted, _parsed, _number)


def _with_quoted_keys(lines: Iterable[str]) -> Iterator[str]:
    """The lines, keys that TOML does not allow as they stand in quotes; texts over several lines stay as they are."""
    state = ("", 0)
    for line in lines:
        key = _BARE_KEY.match(line) if state == ("", 0) else None
        if key and not _PLAIN_KEY.fullmatch(key[2]):
            escaped = key[2].replace("\\", "\\\\")
            yield f'{key[1]}"{escaped}"{line[key.end() :]}'
        else:
            yield line
        state = _after(line, *state)


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=_number)


def uneaten(text: str) -> tuple[str, str]:
    """The text with the LaTeX commands whose backslash and letter TOML has read as one sign (`\\f` of `\\frac`) as they
    were written, and the first of them; "" for none.
    """
    found = _EATEN.search(text)
    meant = _EATEN.sub(lambda match: f"\\{_LETTERS[match[1]]}{match[2]}", text)
    return meant, f"\\{_LETTERS[found[1]]}{found[2]}" if found else ""


def _number(text: str) -> Fraction | str:
    """A number, exactly; one that cannot be (`nan`, a power of ten too large) as its text, which is reported later."""
    try:
        return DecimalNumber.of(text)
    except ValueError:
        return text


class DecimalNumber(Fraction):
    """A number with the decimals that it was written with: 2 of `4.70`."""

    __slots__ = ("places",)
    places: int

    def __new__(cls, numerator: int | Fraction = 0, denominator: int | None = None, places: int = 0) -> Self:
        self = super().__new__(cls, numerator, denominator)
        self.places = places
        return self

    @staticmethod
    def of(text: str) -> DecimalNumber:
        """The number that a text writes. Raises ValueError."""
        whole, point, broken = text.partition(".")
        if point and broken.isdecimal() and len(text) < _SHORT and _WHOLE.fullmatch(whole):
            return DecimalNumber(int(whole + broken), 10 ** len(broken), len(broken))
        return DecimalNumber(parse_number(text), places=0 if "e" in text.lower() else len(broken))


def _syntax_fault(message: str, text: str, name: str) -> Fault:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    lines = text.rstrip().split("\n")
    line = int(found.group(1)) if found else len(lines)
    column = int(found.group(2)) - 1 if found else None
    what = re.sub(r"\s*\(at .*\)", "", message)
    if "integer string conversion" in message:
        line = next(number for number, shown in enumerate(lines, 1) if _LONG.search(shown))
        what = "a whole number has too many digits"
    shown = lines[min(line, len(lines)) - 1]
    hint = next(hint for pattern, hint in _SYNTAX_HINTS if re.search(pattern, f"{what}\n{shown}"))
    return Fault(f"this is not valid TOML: {what}", hint, Place(name, line, shown, column))


def _positions(lines: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every key's path and line; what stands inside strings and brackets is skipped."""
    table: tuple[str, ...] = ()
    inside, depth = "", 0
    for number, line in enumerate(lines, 1):
        if not inside and depth == 0:
            if header := _HEADER.match(line):
                table = _parts(header.group(1))
                yield table, number
                continue
            if entry := _ENTRY.match(line) or _BARE_KEY.match(line):
                path = (*table, *(_parts(entry[1]) if entry.re is _ENTRY else (entry[2],)))
                yield path, number
                yield from (
                    ((*path, *_parts(key)), number) for key in re.findall(rf"[{{,]\s*({_KEY})\s*=", line[entry.end() :])
                )
        inside, depth = _after(line, inside, depth)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))


def _after(line: str, inside: str, depth: int) -> tuple[str, int]:
    """Which multi-line string and how many brackets are open after this line."""
    at = 0
    while True:
        if inside:
            end = line.find(inside, at)
            if end < 0:
                return inside, depth
            at, inside = end + 3, ""
        match = _STRINGS.search(line, at)
        if match is None:
            return "", depth
        token, at = match.group(), match.end()
        if token in {'"""', "'''"}:
            inside = token
        elif len(token) == 1:
            depth += (token in "[{") - (token in "]}")


def kind(value: Any) -> str:
    """What a TOML value is, in words for a message."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | Fraction):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, datetime | date | time):
        return "a date"
    return "a table" if isinstance(value, dict) else "a list"
