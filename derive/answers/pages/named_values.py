"""Values that stand beside or below a name without a sign between them → statements: `z is 3`, `z -> 3`, `"z": 3`,
a name on a line of its own with its value below.
"""

import re

from derive.answers.pages.separators import NEXT

_NAME = r"[∂∇]?[^\W\d_]{1,12}(?:[\w\\{}'′^/∂∇.₀-₉⁽⁾⁰¹²³⁴-⁹\u0302]|\[[\d,: ]{1,12}\]|\([\w+]{1,6}\)){0,40}"
_VALUE = (
    r"(?:(?:[-+−–]|minus\s)?(?:\d|\.\d)|\[|\{|\((?=[\s(]*[-+−–]?[\d.])"
    r"|(?:np\.)?(?:array|tensor|matrix|Matrix|float64|float32)\(|c\()"
)
_LINKS = (
    r"is|are|equal|equals|to be|becomes|comes? out (?:as|to be)|turns out to be|works out (?:as|to)"
    r"|ist|sind|gleich|beträgt|lautet|wird|est|vaut|égale|sont|es|vale|son|igual a"
    r"|равно|равен|равна|равны|составляет|есть|тең|болады"
)
_LINKING = frozenset(re.findall(r"[^\W\d_]+", _LINKS))
"""The words in them: a line with none of them links nothing."""
_SYMBOL = (
    r"(?:\\[A-Za-z]+|[∂∇]?[^\W\d_]{1,6}(?=[_^'′\d₀-₉\[{(/\\∂\u0302])|[∂∇]?[^\W\d_](?![^\W\d_])"
    r"|[Ll]oss|[Cc]ost)"
)
_SAID_BETWEEN = r"equal to|gleich|égale? à|igual a|also|then|now|approximately|about|roughly|exactly"
_LINKED = re.compile(
    rf"(?P<name>(?:^|[\s$]){_SYMBOL}[^\s=≈|]{{0,40}}\$?)\s+(?:{_LINKS})(?:\s+(?:{_SAID_BETWEEN}))*:?"
    rf"\s+(?=\$?{_VALUE})",
    re.IGNORECASE,
)
_SPOKEN_POWER = re.compile(r"\btimes (?:10|ten) to the(?: power(?: of)?)? (?P<sign>minus |[-−–])?(?P<power>\d{1,3})\b")
_MINUS = re.compile(r"(?<== )minus\s+(?=[\d.])")
_PAIR = re.compile(rf"(?:^\s*|[,;|]\s*)(?P<name>{_NAME})\s*:\s+(?=\$?{_VALUE})")
_CHANGES = re.compile(r"->|=>|[→⟶⇒]|\\(?:to|rightarrow)(?![A-Za-z])")
_OLD_AND_NEW = re.compile(
    rf"^(?P<name>\W{{0,4}}{_NAME})\s*(?:=|:)\s*(?={_VALUE})[^=≈:→>]*(?:->|→|⟶|=>|⇒|\\to(?![A-Za-z])|\\rightarrow(?![A-Za-z]))"
    rf"\s*(?P<new>{_VALUE}[^=≈:→>]*)$"
)
"""What stood before an update and after it: `W: [0.4 0.5] -> [0.36 0.41]`."""
_ITEM = re.compile(rf"^\s*-\s+(?P<value>{_VALUE}.*)$")
_LISTED = re.compile(rf"^\s*(?P<name>{_NAME})\s*:\s*$")
_ARROW = re.compile(rf"^(\W{{0,4}}(?:\d{{1,2}}[.)]\s+)?{_NAME}\s*)(?:->|→|⇒|=>|⟶|\\to(?![A-Za-z]))(?=\s*\$?{_VALUE})")
_BESIDE = re.compile(rf"^(\s*{_SYMBOL}[^\s=≈|]{{0,40}})[ \t]+(?={_VALUE}[-+−–\d.,eE·×⋅^*()\[\]{{}};\s]*$)")
_ALONE = re.compile(rf"^\s*(?:(?:print|disp|display|show)\s*\()?(?P<name>{_NAME})\)?\s*[:;]?\s*$")
_BELOW = re.compile(rf"^\s*#?\s*{_VALUE}")
_KEY = re.compile(rf"(?:[{{,]|(?<![{{,\s]))\s*+([\"'])({_NAME})\1\s*+:\s*+")
_RELATION = re.compile(r"[=≈≃≅←]|\\approx|<-|:=")
_LETTER = re.compile(r"[^\W\d_]|[∂∇]")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
MAX_LENGTH, MAX_ITEMS = 2_000, 200


def named_values(text: str) -> str:
    """A text with a sign between names and their values; the lines stay as many as they are."""
    text = _SPOKEN_POWER.sub(_power, text) if " to the " in text else text
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if len(line) > MAX_LENGTH or _LETTER.search(line) is None:
            continue
        if changed := _OLD_AND_NEW.match(line) if _CHANGES.search(line) else None:
            lines[i] = f"{changed['name']} <- {changed['new']}"
        elif _RELATION.search(line):
            lines[i] = _ARROW.sub(r"\1= ", _linked(line))
        elif _KEY.search(line):
            lines[i] = _KEY.sub(lambda match: f"{NEXT}{match[2]} = ", line.strip()).rstrip("}, ").lstrip(NEXT)
        elif ": " in line and len(_PAIR.findall(line)) > 1:
            lines[i] = _PAIR.sub(lambda match: f"{NEXT}{match['name']} = ", line).lstrip(NEXT)
        elif (listed := _LISTED.match(line)) and (count := _items(lines, i + 1)):
            items = [_ITEM.sub(r"\g<value>", row) for row in lines[i + 1 : i + 1 + count]]
            lines[i : i + 1 + count] = [f"{listed['name']} = [", *(f"{item};" for item in items[:-1]), f"{items[-1]}]"]
        elif alone := _ALONE.match(line):
            below = _next(lines, i + 1)
            if below is not None and _is_value(lines[below]):
                lines[i] = f"{alone['name']} ="
                lines[below] = re.sub(r"^\s*#", " ", lines[below])
        else:
            lines[i] = _stated(line)
    return "\n".join(lines)


def _power(match: re.Match[str]) -> str:
    """A power of ten as it is spoken: `times 10 to the minus 7`."""
    return f"·10^{'-' if match['sign'] else ''}{match['power']}"


def _linked(line: str) -> str:
    """A line with a sign in place of a word between a name and a value."""
    if _LINKING.isdisjoint(line.lower().replace(":", " ").split()):
        return line
    return _MINUS.sub("-", _LINKED.sub(lambda match: f"{match['name']} = ", line))


def _stated(line: str) -> str:
    """A line with a sign in place of a word or an arrow, or of the gap between a name and a number."""
    linked = _linked(line)
    if linked != line:
        return linked
    arrow = _ARROW.sub(r"\1= ", line)
    if arrow != line:
        return arrow
    return _BESIDE.sub(r"\1 = ", line) if len(_LETTERS.findall(line)) < 2 else line


def _items(lines: list[str], at: int) -> int:
    """How many lines from one on are items of a list, `- 0.27`."""
    return next((i for i, line in enumerate(lines[at : at + MAX_ITEMS]) if _ITEM.match(line) is None), len(lines) - at)


def _next(lines: list[str], at: int) -> int | None:
    """The next line that is not empty, at most one empty one behind."""
    return next((i for i in range(at, min(at + 2, len(lines))) if lines[i].strip()), None)


def _is_value(line: str) -> bool:
    return _BELOW.match(line) is not None and _RELATION.search(re.sub(r"\w+=[\w.<>()]+", "", line)) is None
