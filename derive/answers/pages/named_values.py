"""Values that stand beside or below a name without a sign between them → statements: `z is 3`, `z -> 3`, `"z": 3`,
a name on a line of its own with its value below.
"""

import re

from derive.answers.pages.said_links import Means, links_said
from derive.answers.pages.separators import NEXT, SYMBOL

_NAME = r"[∂∇]?[^\W\d_]{1,12}(?:[\w\\{}'′^/∂∇.₀-₉⁽⁾⁰¹²³⁴-⁹\u0302]|\[[\d,: ]{1,12}\]|\([\w+]{1,6}\)){0,40}"
_VALUE = (
    r"(?:(?:[-+−–]|minus\s)?(?:\d|\.\d)|\[|\{|\((?=[\s(]*[-+−–]?[\d.])"
    r"|(?:np\.)?(?:array|tensor|matrix|Matrix|float64|float32)\(|c\()"
)
_SYMBOL = rf"(?:{SYMBOL}|[Ll]oss|[Cc]ost)"
_SPOKEN_POWER = re.compile(r"\btimes (?:10|ten) to the(?: power(?: of)?)? (?P<sign>minus |[-−–])?(?P<power>\d{1,3})\b")
_MINUS = re.compile(r"(?<== )minus\s+(?=[\d.])")
_CHANGES = re.compile(r"->|=>|[→⟶⇒]|\\(?:to|rightarrow)(?![A-Za-z])")
_OLD_AND_NEW = re.compile(
    rf"^(?P<name>\W{{0,4}}{_NAME})\s*(?:=|:)\s*(?={_VALUE})[^=≈:→>]*(?:->|→|⟶|=>|⇒|\\to(?![A-Za-z])|\\rightarrow(?![A-Za-z]))"
    rf"\s*(?P<new>{_VALUE}[^=≈:→>]*)$"
)
"""What stood before an update and after it: `W: [0.4 0.5] -> [0.36 0.41]`."""
_ITEM = re.compile(rf"^\s*-\s+(?P<value>{_VALUE}.*)$")
_LISTED = re.compile(rf"^\s*(?P<name>{_NAME})\s*:\s*$")
_BESIDE = re.compile(rf"^(\s*{_SYMBOL}[^\s=≈|]{{0,40}})[ \t]+(?={_VALUE}[-+−–\d.,eE·×⋅^*()\[\]{{}};\s]*$)")
_ALONE = re.compile(rf"^\s*(?:(?:print|disp|display|show)\s*\()?(?P<name>{_NAME})\)?\s*[:;]?\s*$")
_BELOW = re.compile(rf"^\s*#?\s*{_VALUE}")
_KEY = re.compile(rf"(?:[{{,]|(?<![{{,\s]))\s*+([\"'])({_NAME})\1\s*+:\s*+")
_RELATION = re.compile(r"[=≈≃≅←\x1d]|\\approx|<-|:=")
_LETTER = re.compile(r"[^\W\d_]|[∂∇]")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
MAX_LENGTH, MAX_ITEMS = 2_000, 200


def named_values(text: str, means: Means) -> str:
    """A text with a sign between names and their values; the lines stay as many as they are."""
    text = _SPOKEN_POWER.sub(_power, text) if " to the " in text else text
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if not line or len(line) > MAX_LENGTH or _LETTER.search(line) is None:
            continue
        keyed = ":" in line and ('"' in line or "'" in line) and _KEY.search(line) is not None
        if not keyed:
            line = lines[i] = links_said(line, lines[i + 1] if i + 1 < len(lines) else "", means)  # noqa: PLW2901
        if changed := _OLD_AND_NEW.match(line) if _CHANGES.search(line) else None:
            lines[i] = f"{changed['name']} <- {changed['new']}"
        elif _RELATION.search(line):
            lines[i] = _MINUS.sub("-", line)
        elif keyed:
            lines[i] = _KEY.sub(lambda match: f"{NEXT}{match[2]} = ", line.strip()).rstrip(", ").lstrip(NEXT)
            lines[i] = lines[i].rstrip("}, ") if lines[i].count("}") > lines[i].count("{") else lines[i]
        else:
            _listed(lines, i)
    return "\n".join(lines)


def _power(match: re.Match[str]) -> str:
    """A power of ten as it is spoken: `times 10 to the minus 7`."""
    return f"·10^{'-' if match['sign'] else ''}{match['power']}"


def _listed(lines: list[str], at: int) -> None:
    """A name with its values below it, `z:` over `- 0.27`, or alone over one, in place."""
    line = lines[at]
    if (listed := _LISTED.match(line)) and (count := _items(lines, at + 1)):
        items = [_ITEM.sub(r"\g<value>", row) for row in lines[at + 1 : at + 1 + count]]
        lines[at : at + 1 + count] = [f"{listed['name']} = [", *(f"{item};" for item in items[:-1]), f"{items[-1]}]"]
    elif alone := _ALONE.match(line):
        below = _next(lines, at + 1)
        if below is not None and _is_value(lines[below]):
            lines[at] = f"{alone['name']} ="
            lines[below] = re.sub(r"^\s*#", " ", lines[below])
    elif len(_LETTERS.findall(line)) < 2:
        lines[at] = _BESIDE.sub(r"\1 = ", line)


def _items(lines: list[str], at: int) -> int:
    """How many lines from one on are items of a list, `- 0.27`."""
    return next((i for i, line in enumerate(lines[at : at + MAX_ITEMS]) if _ITEM.match(line) is None), len(lines) - at)


def _next(lines: list[str], at: int) -> int | None:
    """The next line that is not empty, at most one empty one behind."""
    return next((i for i in range(at, min(at + 2, len(lines))) if lines[i].strip()), None)


def _is_value(line: str) -> bool:
    return _BELOW.match(line) is not None and _RELATION.search(re.sub(r"\w+=[\w.<>()]+", "", line)) is None
