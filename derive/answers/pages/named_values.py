"""Values that stand beside or below a name without a sign between them → statements: `z is 3`, `z -> 3`, `"z": 3`,
a name on a line of its own with its value below.
"""

from __future__ import annotations

import re

from derive.answers.pages.separators import NEXT

_NAME = r"[∂∇]?[^\W\d_]{1,12}(?:[\w\\{}'′^/∂∇.₀-₉⁽⁾⁰¹²³⁴-⁹\u0302]|\[[\d,: ]{1,12}\]|\([\w+]{1,6}\)){0,40}"
_VALUE = (
    r"(?:[-+−–]?(?:\d|\.\d)|\[|\{|\((?=\s*[-+−–]?[\d.])|(?:np\.)?(?:array|tensor|matrix|Matrix|float64|float32)\(|c\()"
)
_LINKS = (
    r"is|are|equals?|to be|becomes|ist|sind|gleich|beträgt|lautet|wird|est|vaut|égale|sont|es|vale|son|igual a"
    r"|равно|равен|равна|равны|составляет|есть|тең|болады"
)
_LINKING = frozenset(re.findall(r"[^\W\d_]+", _LINKS))
"""The words in them: a line with none of them links nothing."""
_SYMBOL = (
    r"(?:\\[A-Za-z]+|[∂∇]?[^\W\d_]{1,6}(?=[_^'′\d₀-₉\[{(/\\∂\u0302])|[∂∇]?[^\W\d_](?![^\W\d_])"
    r"|[Ll]oss|[Cc]ost)"
)
_LINKED = re.compile(
    rf"(?P<name>(?:^|[\s$]){_SYMBOL}[^\s=≈|]{{0,40}}\$?)\s+(?:{_LINKS})(?:\s+(?:equal to|gleich|égale? à|igual a))?:?"
    rf"\s+(?=\$?{_VALUE})",
    re.IGNORECASE,
)
_ARROW = re.compile(rf"^(\W{{0,4}}{_NAME}\s*)(?:->|→|⇒|=>|⟶|\\to(?![A-Za-z]))(?=\s*\$?{_VALUE})")
_BESIDE = re.compile(rf"^(\s*{_SYMBOL}[^\s=≈|]{{0,40}})[ \t]+(?={_VALUE}[-+−–\d.,eE·×⋅^*()\[\]{{}};\s]*$)")
_ALONE = re.compile(rf"^\s*(?:(?:print|disp|display|show)\s*\()?(?P<name>{_NAME})\)?\s*[:;]?\s*$")
_BELOW = re.compile(rf"^\s*#?\s*{_VALUE}")
_KEY = re.compile(rf"[{{,]?\s*([\"'])({_NAME})\1\s*:\s*")
_RELATION = re.compile(r"[=≈≃≅←]|\\approx|<-|:=")
_LETTER = re.compile(r"[^\W\d_]|[∂∇]")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
MAX_LENGTH = 2_000


def named_values(text: str) -> str:
    """A text with a sign between names and their values; the lines stay as many as they are."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if len(line) > MAX_LENGTH or _LETTER.search(line) is None:
            continue
        if _RELATION.search(line):
            lines[i] = _linked(line)
        elif _KEY.search(line):
            lines[i] = _KEY.sub(lambda match: f"{NEXT}{match[2]} = ", line.strip()).rstrip("}, ").lstrip(NEXT)
        elif alone := _ALONE.match(line):
            below = _next(lines, i + 1)
            if below is not None and _is_value(lines[below]):
                lines[i] = f"{alone['name']} ="
                lines[below] = re.sub(r"^\s*#", " ", lines[below])
        else:
            lines[i] = _stated(line)
    return "\n".join(lines)


def _linked(line: str) -> str:
    """A line with a sign in place of a word between a name and a value."""
    if _LINKING.isdisjoint(line.lower().replace(":", " ").split()):
        return line
    return _LINKED.sub(lambda match: f"{match['name']} = ", line)


def _stated(line: str) -> str:
    """A line with a sign in place of a word or an arrow, or of the gap between a name and a number."""
    linked = _linked(line)
    if linked != line:
        return linked
    arrow = _ARROW.sub(r"\1= ", line)
    if arrow != line:
        return arrow
    return _BESIDE.sub(r"\1 = ", line) if len(_LETTERS.findall(line)) < 2 else line


def _next(lines: list[str], at: int) -> int | None:
    """The next line that is not empty, at most one empty one behind."""
    return next((i for i in range(at, min(at + 2, len(lines))) if lines[i].strip()), None)


def _is_value(line: str) -> bool:
    return _BELOW.match(line) is not None and _RELATION.search(re.sub(r"\w+=[\w.<>()]+", "", line)) is None
