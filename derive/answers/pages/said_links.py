"""Names with their values behind a word, a colon or an arrow, anywhere in a line → a relation between them:
`z is likewise 3`, `… donc A: 0.27`, `A → 0.27`. What is a name is asked of those who know the problem's.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from derive.answers.names.letters import UNSPACED
from derive.answers.pages.separators import SAID
from derive.answers.reading.literal_ends import end_of_value

Means: TypeAlias = Callable[[str], bool]
MAX_LENGTH, MAX_LINKS, MOST_WORDS = 2_000, 40, 4
_VALUE = (
    r"\$?(?:[-+−–]\s?|minus\s)?(?:\d|[.,]\d|\[|\{|\((?=[\s(]*[-+−–]?\s?[\d.,])|\\(?:left|begin|frac|dfrac)(?![A-Za-z])"
    r"|\|\s*[-+−–]?\s?[\d.,])"
)
_LINK = re.compile(
    rf"(?:\s*(?::(?=[\s\[({{\\]|$)|->|=>|[→⟶⇒])\s*|[ ]*\t\s*"
    rf"|(?P<words>(?:\s+[^\W\d_]+(?:[-'’][^\W\d_]+)?){{1,4}})(?:\s+|$))(?={_VALUE}|$)"
)
_LINKS = (
    "is|are|equal|equals|become|becomes|comes|turns|works|gives|ist|sind|gleich|beträgt|lautet|wird|est|vaut|égale|sont|es|vale|son|igual|da"
    "|равно|равен|равна|равны|составляет|есть|тең|болады|è|sono|wynosi|jest|eşittir|είναι|ισούται|é|são|är|er|on|дорівнює|là"
)
_KNOWN = frozenset(_LINKS.split("|"))
_DENIES = frozenset(
    re.findall(
        r"\S+", "not never nicht kein keine pas jamais no nunca не нет емес non nie değil δεν não niet inte ні không"
    )
)
_MINUS = frozenset(("minus", "moins", "menos", "meno", "минус"))
_COUNTS = frozenset(
    re.findall(
        r"\S+",
        "of in for by at with from to and or on per step von für bei mit de du pour par en con para по для из в и",
    )
)
"""What links a name to a number that is no value of it: `W of layer 2`, `z for sample 3`."""
_NUMBERS = re.compile(r"[-+−–\s]*\d[\d.,]*|\[.*\]|")
_BAR_OR_BRACKET, _OPENS, _CLOSES = re.compile(r"([|()\[\]{}])"), frozenset("([{"), frozenset(")]}")
_CELL, _BELOW = re.compile(rf"{_VALUE}"), re.compile(rf"\s*(?:{_VALUE})")
_OF_ANOTHER = re.compile(r"\s*(?:\([^\W\d_]{2,20}\)\s*)?[=≈]")
"""What stands behind a value on the left of another relation."""
_OVER = re.compile(r"[=≈≃≅←]|\\approx|:=|<-")
_SPACELESS = re.compile(rf".*(?:[{UNSPACED}。、，；：]|[\d\])}}],(?=[^\d\s]))")
"""What stands before a name without a space: a script that has none, a comma behind a value."""
_CALCULATED = re.compile(r"[=≈][^=≈]*[\d)\]}]$")
"""Numbers put into a formula."""
_ENDS = frozenset("=≈<>~:←")
_MARKS, _AROUND = "*`_$\"'|«»“”", "*`_$\"'|([{"


def links_said(line: str, below: str, means: Means) -> str:
    """A line with relations in place of what links names and values; a word that is not known leaves doubt. `below` is
    the next line, where a value may stand.
    """
    if len(line) > MAX_LENGTH:
        return line
    if row := _row(line, means):
        return row
    kept, at = list[str](), 0
    for count, link in enumerate(_LINK.finditer(line)):
        if count >= MAX_LINKS:
            break
        end = link.end()
        if (end == len(line) and not _BELOW.match(below)) or not (found := _name_and_sign(line[at:end], link, means)):
            continue
        if end == len(line) and not (link["words"] and found[1] == " = "):
            continue
        doubtful = found[1].startswith(SAID) or (link["words"] and _OVER.search(found[0]))
        if doubtful and (stop := end_of_value(line, end)) and _OF_ANOTHER.match(line, stop):
            continue
        kept += found
        at = end
    return "".join([*kept, line[at:]]) if at else line


def _name_and_sign(text: str, link: re.Match[str], means: Means) -> tuple[str, str] | None:
    """The text before a link and the relation in its place, where a name stands before it."""
    before = text[: len(text) - len(link.group())]
    if link["words"] is None:
        return (before, " = ") if _named(before, means) else None
    if _CALCULATED.search(before) and not (sign := _sign(link["words"])).startswith(SAID):
        return (before, sign) if sign else None
    before += link["words"]
    if "\t" in text[len(before) :] and _named(before, means):
        return before, " = "
    for _ in range(MOST_WORDS):
        rest, *last = before.rsplit(maxsplit=1)
        if not last or len(rest) < len(text) - len(link.group()):
            return None
        before = rest
        if _named(before, means):
            sign = _sign(text[len(before) :])
            return (before, sign) if sign else None
    return None


def _row(line: str, means: Means) -> str | None:
    """A row of a table that begins with a name and ends with a value, as a statement; one with bars inside of its cells
    is left to those who read tables.
    """
    cells = [cell.strip() for cell in _cells(line.strip().strip("|"))] if "|" in line and r"\vert" not in line else []
    if not 1 < len(cells) < 5 or _OVER.search(line) or not means(cells[0].strip(_MARKS)):
        return None
    first, *between, last = cells
    if not _CELL.match(last) or any(_NUMBERS.fullmatch(cell) or means(cell.strip(_MARKS)) for cell in between):
        return None
    return f"{first.strip(_MARKS)} = {last}"


def _cells(row: str) -> list[str]:
    """What stands between bars outside of brackets: inside of them a bar parts the numbers of an array."""
    cells, depth = [""], 0
    for part in _BAR_OR_BRACKET.split(row):
        if part == "|" and depth <= 0:
            cells.append("")
            continue
        depth += (part in _OPENS) - (part in _CLOSES)
        cells[-1] += part
    return cells


def _sign(text: str) -> str:
    """What stands for words: a relation, one in doubt, or none."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not _DENIES.isdisjoint(words):
        return ""
    if words[0] in _KNOWN:
        return " = -" if words[-1] in _MINUS else " = "
    return "" if words[-1] in _COUNTS | _MINUS or words[0] in _COUNTS else f"{SAID}{text.strip()}{SAID}"


def _named(before: str, means: Means) -> bool:
    """Whether a text ends with a name."""
    before = _SPACELESS.sub("", before)
    words = [] if before.rstrip()[-1:] in _ENDS else before.rsplit(maxsplit=MOST_WORDS + 1)[-MOST_WORDS - 1 :]
    for count in range(len(words), 0, -1):
        name = " ".join(words[-count:]).strip(_MARKS)
        if name and (means(name) or means(name.strip(_AROUND))):
            return True
    return False
