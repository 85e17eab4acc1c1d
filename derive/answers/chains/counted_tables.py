"""Tables whose rows are counted → statements, row by row: passes, samples, steps of time, or entries.

| epoch | L    | w    |      i    z_1   A_1      A row of the first is about a pass, `Epoch 1: L = 13.5`, one of
|-------|------|------|      1    3.9   3.9      the second about entries, `z_1[1] = 3.9`.
| 1     | 13.5 | 2    |      2   12.1  12.1
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from derive.answers.chains.pass_headings import PASS_WORDS
from derive.answers.names.lexicon import LOSSES

_COUNTS = re.compile(
    rf"(?P<passes>{PASS_WORDS}|it|ep)|#|[ijkntm]|no|nr|num|idx|index|№|samples?|case|example|unit|neuron|node|time|layer"
    r"|beispiel|fall|einheit|neuron|zeit|schicht|пример|нейрон|слой|время|мысал|нейрон|қабат|уақыт|exemple|unité|neurone"
    r"|couche|temps|ejemplo|unidad|neurona|capa|tiempo",
    re.IGNORECASE,
)
_BEGINS = re.compile(rf"[\s|$*`_]*(?:{_COUNTS.pattern})(?![^\W\d])", re.IGNORECASE)
_EPOCH = re.compile(r"ep|эпо|дәу|épo", re.IGNORECASE)
_VALUE = re.compile(r"\$?[-+−–]?\s?[\d.,]*\d[^|=≈]*")
_NAME = re.compile(r"\\?[^\W\d_][^=≈|;\t]{0,40}")
_WORD = re.compile(r"[^\W\d_]{4,}")
_RULE = re.compile(r"[\s|:+=─-]*")
_GAPS = (re.compile(r"(?<!\\)\|"), re.compile(r"\t"), re.compile(r";"), re.compile(r",\s"), re.compile(r" {2,}"),
         re.compile(r"\s+"))  # fmt: skip
MAX_ROWS, MAX_LENGTH = 500, 1_000
NamedBy: TypeAlias = Callable[[str], str | None]
"""The id of what a left side names, None for nothing."""


def counted_tables(text: str, means: NamedBy, has_passes: bool, takes_turns: bool = False) -> str:
    """A text with such rows as statements; the lines stay as many as they are.

    `means` says what a left side names, `has_passes` whether it has several passes, `takes_turns` whether these are
    about other samples each: then a row is a sample's, or about an epoch, but for one with a gradient.
    """
    lines, at = text.split("\n"), 0
    while at < len(lines) - 1:
        head, rows = _head(lines[at], means), dict[int, str]()
        if takes_turns and head and (_EPOCH.match(head[0]) or not any("/" in (means(name) or "") for name in head[1:])):
            head = []
        if head:
            for i in range(at + 1, min(len(lines), at + 1 + MAX_ROWS)):
                cells = _cells(lines[i], len(head))
                if cells is None and not _RULE.fullmatch(lines[i]):
                    break
                rows[i] = "" if cells is None else _stated(head, cells, means, has_passes)
        if any(rows.values()):
            lines[at] = ""
            for i, row in rows.items():
                lines[i] = row
        at += 1 + len(rows)
    return "\n".join(lines)


def _head(line: str, means: NamedBy) -> list[str]:
    """The cells of a head: what is counted, and names; nothing for any other line."""
    if len(line) > MAX_LENGTH or "=" in line or _BEGINS.match(line) is None:
        return []
    for gap in _GAPS:
        first, *names = _split(line, gap)
        if names and _COUNTS.fullmatch(first):
            return [first, *names] if all(_is_name(name, means) for name in names) else []
    return []


def _is_name(text: str, means: NamedBy) -> bool:
    """Whether a head names a quantity: of the problem, or one with a number still to be added."""
    named = _NAME.fullmatch(text) is not None and (not _WORD.fullmatch(text) or text.lower() in LOSSES)
    return named and (means(text) is not None or _counted(text, "1", means) != "")


def _counted(name: str, number: str, means: NamedBy) -> str:
    """A name with its number: as a sample's, as an entry of what the name means, or as part of a name; else ""."""
    sample = f"{name}^{{({number})}}"
    if f"({number})" in (means(sample) or ""):
        return sample
    plain = means(name)
    if plain and "(" in plain:  # a sample's own
        return ""
    numbered = f"{name}[{number}]" if plain else "" if "_" in name else f"{name}_{{{number}}}"
    return numbered if numbered and means(numbered) else ""


def _stated(head: Sequence[str], cells: Sequence[str], means: NamedBy, has_passes: bool) -> str:
    """A row as statements."""
    number, pairs = cells[0], [*zip(head[1:], cells[1:], strict=True)]
    known = [(name, value) for name, value in pairs if value]
    if has_passes and (counts := _COUNTS.fullmatch(head[0])) and (counts["passes"] or head[0] in {"k", "t", "n"}):
        said = "; ".join(f"{name} = {value}" for name, value in known)
        return f"Epoch {number}: {said}" if said else ""
    lefts = ((_counted(name, number, means), value) for name, value in known)
    return "; ".join(f"{left} = {value}" for left, value in lefts if left)


def _cells(line: str, count: int) -> list[str] | None:
    """The cells of a row: a whole number and values; None for any other line."""
    for gap in _GAPS if len(line) <= MAX_LENGTH else ():
        cells = _split(line, gap)
        if len(cells) == count and cells[0].isdecimal() and all(not c or _VALUE.fullmatch(c) for c in cells[1:]):
            return cells
    return None


def _split(line: str, gap: re.Pattern[str]) -> list[str]:
    return [cell.strip().strip("$*`_").strip() for cell in gap.split(line.strip().strip("|").strip())]
