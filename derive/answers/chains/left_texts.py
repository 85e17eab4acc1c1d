"""Left sides as people write them → as names are written: `W[0][1]`, `new W_1`, `W_{t+1}`, `Z (channel 2)`."""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import replace

from derive.answers.names.letters import MARKS, UNSPACED
from derive.answers.pages.statements import StatedSide, Statement
from derive.answers.reading.literal_ends import value_ahead, without_words_ahead

_NEW = (
    r"new|updated|neue[srn]?|neu|nouveau|nouvelle|mis(?:e|es)? à jour|nuev[oa]|actualizad[oa]s?"
    r"|нов(?:ый|ая|ое|ые)|обновл[её]нн(?:ый|ая|ое|ые)|жаңа"
    r"|aktualisiert(?:e[srn]?)?|after (?:the )?update|nach dem update|после обновления|жаңартылған"
    r"|nuov[oaie]|aggiornat[oaie]|nov[oa]s?|atualizad[oa]s?|now[yae]|yeni|nieuwe?|нов(?:ий|а|і)|mới|नया|नए|新的?"
)
_NEW_BEFORE = re.compile(rf"(?:the\s+)?(?:{_NEW})\s+(?P<name>\S.*)", re.IGNORECASE)
_NEW_BEHIND = re.compile(
    rf"(?P<name>.*[^\s_^({{])(?:\s*(?:\((?:{_NEW})\)|\s(?:{_NEW}))|_?\{{?[tkni]\s*\+\s*1\}}?|\^\{{?\(?[tkni]\s*\+\s*1\)?\}}?"
    r"|\([tkni]\s*\+\s*1\)|_\{?after\}?|\s*\*)",
    re.IGNORECASE,
)
_ADDED = re.compile(r"[\s(+*]|after", re.IGNORECASE)
"""What no name has that is not said to be new."""
_SLOPE = re.compile("[Gg]rad|[Гг]рад")
_GRADIENT_BEHIND = re.compile(r"(?P<name>\S+)[\s_.]+(?:grad(?:ient)?|Gradient|градиент|gradiente?)")
_GRADIENT_BEFORE = re.compile(
    r"(?:the\s+)?(?:[Gg]rad(?:ient)?|[Гг]радиент|[Gg]radiente)\s+(?:(?:of|for|w\.?r\.?t\.?|by|in|von|nach|für|по|для|de|par|por)\s+)?"
    r"(?P<name>(?!(?:of|for|the)\b)\S+)"
)
_NAME_OF_ENTRY = re.compile(r"[^\[]+(?:(?<=\^)\[\w+\])?")
"""The name that an index stands behind; a layer in brackets on top is a part of it."""
_ENTRY_FROM_ZERO = re.compile(r"(?<=[_^]\{)(?P<before>\w{1,6},)(?P<index>\d{1,3}(?:,\d{1,3})*)(?=\})")
_INDEX = re.compile(r"(?P<name>.*[\w})])(?P<index>\[\d{1,4}(?:(?:\]\[|,\s*)\d{1,4}){0,5}\])")
_SLICE = re.compile(r"(?P<name>.*[\w})])\[(?P<at>\d{1,4})(?:,\s*:){1,3}\]")
LONGEST_HEADING = 60
_CHANNEL_WORD = (
    r"(?:channel|kanal|канал|canal|арна|filter|фильтр|filtre|filtro|feature map|plane|kernel|kern|ядро|noyau|núcleo)"
)
_ANY_CHANNEL = re.compile(_CHANNEL_WORD, re.IGNORECASE)
_CHANNEL = re.compile(rf"\(?\s*{_CHANNEL_WORD}\s*(?:no\.?|nr\.?|№|#)?\s*(?P<at>\d{{1,4}})\s*\)?", re.IGNORECASE)
_WITH_CHANNEL = re.compile(rf"(?P<name>\S.*?)[\s,:]*{_CHANNEL.pattern}", re.IGNORECASE)
_VALUE = re.compile(r"\\(?:left\b|begin\b|frac\{[-\d])|[-+−–\d.\[{]|\((?=[\s(\[]*[-+−–]?\s?[\d.])")
_REMARK = re.compile(
    r"(?<=\S)(?:\s+(?:[—–]|--?|\\?%|#|//|<-)\s|\s+[(\[]\d|\s*,\s+[^\W\d_]|\s+\((?=[^\W\d_]{3}))[^=≈]*$"
)
"""What stands behind a name at the end of a line and is no part of it."""
_COUNT = re.compile(r"(?:\s|\\q?quad)+\(\d{1,2}\)$")
_OWN = re.compile(r"(?:^|(?<=\s))(?P<name>\\?[^\W\d_]{1,12}[₀-₉]{0,3}(?:\d{1,3}|_\w{1,6}|_\{[\w,]{1,10}\})?['′]?)$")
_BRACKETED = re.compile(r"\([^()]*\)")
_WORDS_AHEAD = re.compile(rf"[^\W\d][\w{MARKS} ,.:;()'’*<>≤≥-]*")
_AHEAD = re.compile(rf".*(?:[{UNSPACED}]|->|[→⇒⟶⟹]|=>)(?=.)", re.DOTALL)
COUNTED = re.compile(r"(?P<name>[\w{}^\\]+)\((?P<k>\d{1,4})\)")
"""A name with a number in brackets: `w(1)`."""
COUNTED_BELOW = re.compile(r"(?P<name>.*[\w}\u0302])_(?:(?P<k>\d{1,4})|\{(?P<braced>\d{1,4})\})")
"""A name with one number more than it has, that of a pass: `m_2`."""
NUMBERED = re.compile(r"(?<=[^\W\d_])\[(\d{1,3})\]")
"""A number that belongs to a name, in square brackets: Maple's `z[1]`."""
COUNTERS = frozenset("ijknst")
"""Letters that count steps of time, passes or entries: `t=1 a_1=0.5`."""
_FROM_ZERO = re.compile(rf"[\w}})](?<![{UNSPACED}])\[(?:\d{{1,4}}(?:\]\[|,\s?))?0[\],]|_\{{\w{{1,6}},0(?:\d?\}}|,)")
_NAME_BEFORE = re.compile(r"[^\W\d_][\w^{}]{0,20}$")


def first_index_of(text: str, names: Container[str]) -> int:
    """From which number a work counts entries: from 0, as programs do, where an index 0 stands in it that is no part of
    a quantity's name, as in `h[0]` where there is an h_0.
    """
    for match in _FROM_ZERO.finditer(text):
        found = match.group()
        start = match.start() + (found[0] != "_")
        before = _NAME_BEFORE.search(text, max(0, start - 20), start)
        index = "_0" if found.endswith("[0]") else found[found.index("_") :] if found[0] == "_" else ""
        name = before.group() if before and index else ""
        if not any(f"{name[i:]}{index}" in names for i in range(len(name))):
            return 0
    return 1


def plain_left(text: str, first_index: int) -> str:
    """A left side with `W[0][1]` as `W[1,2]` where indices count from 0, `new W_1` as `W_1^{new}`."""
    if text.isidentifier() and "grad" not in text:
        return text
    if found := _INDEX.fullmatch(text) if text.endswith("]") else None:
        numbers = (int(number) + 1 - first_index for number in re.findall(r"\d+", found["index"]))
        text = f"{found['name']}[{','.join(map(str, numbers))}]"
    elif found := _SLICE.fullmatch(text) or (_WITH_CHANNEL.fullmatch(text) if _CHANNEL.search(text) else None):
        text = f"{found['name']}[{int(found['at']) + 1 - first_index}]"
    elif first_index == 0 and "{" in text:
        text = _ENTRY_FROM_ZERO.sub(_counted_from_one, text)
    found = _GRADIENT_BEHIND.fullmatch(text) or _GRADIENT_BEFORE.fullmatch(text) if _SLOPE.search(text) else None
    if found:
        name = _NAME_OF_ENTRY.match(found["name"])
        return f"grad_{{{name.group()}}}{found['name'][name.end() :]}" if name else text
    if found := _ADDED.search(text) and (_NEW_BEFORE.fullmatch(text) or _NEW_BEHIND.fullmatch(text)):
        return f"{found['name']}^{{new}}"
    return text


def _counted_from_one(match: re.Match[str]) -> str:
    """The numbers of an entry in a subscript, each a digit or parted by commas: `_{2,01}` as `_{2,1,2}`."""
    numbers = match["index"].split(",") if "," in match["index"] else [*match["index"]]
    return match["before"] + ",".join(str(int(number) + 1) for number in numbers)


def own_name(label: str) -> str:
    """The name at the end of a left side that a work may declare: `g` of `Let g`."""
    found = _OWN.search(label)
    return found["name"] if found else ""


def with_channel(statement: Statement) -> Statement:
    """A statement behind the label of a channel, `channel 2: Z = …`, as one about that channel."""
    first, *others = statement.labels
    channel = next((label for label in others if _CHANNEL.fullmatch(label.strip())), None)
    return replace(statement, labels=(f"{first} {channel}",)) if channel else statement


def channel_headings(text: str) -> dict[int, int]:
    """The lines that are headings of channels, `Channel 2:`, with their numbers."""
    if _ANY_CHANNEL.search(text) is None:
        return {}
    lines = (
        (i, line.strip(" \t*#_:.=-|")) for i, line in enumerate(text.split("\n"), 1) if len(line) < LONGEST_HEADING
    )
    return {i: int(found["at"]) for i, line in lines if (found := _CHANNEL.fullmatch(line))}


def turned_round(statement: Statement, name_ahead: Callable[[str], str]) -> Statement | None:
    """A statement whose value stands on the left, `[3,9; 12,1] = z_1 ok`, the other way round, without words behind the
    name.
    """
    *between, last = statement.links
    value = without_words_ahead(statement.left.text)
    worded = value != statement.left.text and value_ahead(value) < len(value.rstrip())
    if worded or not _VALUE.match(value) or _VALUE.match(last.text):
        return None
    plain = _REMARK.sub("", last.text)
    left = replace(last, relation="=", text=name_ahead(plain) or plain)
    return replace(
        statement, labels=(left.text,), links=(*between, replace(statement.left, relation="=", text=value)), left=left
    )


_TWICE = re.compile(r"\d[.,]\d[^()]*\([^()]*\d[.,]\d[^()]*\)$")
"""A rounded value and a longer one: `0.5 (0.4987)`."""


def without_count(link: StatedSide) -> StatedSide:
    """The last member of a chain without the number of an equation behind its value: `[4; 0] (3)`."""
    found = _COUNT.search(link.text)
    before = link.text[: found.start()] if found else ""
    whole = before and (value_ahead(before) == len(before) or _TWICE.search(before))
    return replace(link, text=before) if whole else link


OF_ANOTHER = re.compile(
    r"(?:grad(?:ient)?|derivative|slope|update|ableitung|gradiente?|dérivée|derivada|градиент|производн\w*|туынды\w*)\b[\s\w.]{0,20}$",
    re.IGNORECASE,
)
"""Words before a name that make it one of another quantity."""


def tails(text: str) -> Iterator[str]:
    """What stands behind an arrow, or behind letters of a script without spaces, and the last words of a sentence,
    where no operator stands before them.
    """
    if ahead := _AHEAD.match(text):
        yield text[ahead.end() :].strip()
    words = text.split()
    for count in (3, 2, 1):
        before = _BRACKETED.sub("", " ".join(words[:-count]))
        if before and _WORDS_AHEAD.fullmatch(before) and not re.search(r"[-+*/^(]\s*$", before):
            yield " ".join(words[-count:])
