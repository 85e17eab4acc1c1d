"""What students put behind a value, or around it, that is no part of it: `18.3 (rounded)`, `289 !!`, `**18.3** ✓`."""

from __future__ import annotations

import re
from collections.abc import Callable

_AROUND = re.compile(r"^[\s$]*+(?:__|[*`])++(?=[^*`\s])")
_WORDS = r"(?:\d+ )?[^\W\d_][^\W_]+(?:[ ,./-]{1,2}[^\W_]+){0,7}[.!]?"
_SAID = rf"(?<=[\d)\]}}])(?:[,;:]\s+(?P<said>{_WORDS})|\s+(?P<more>[a-zß-ÿ]{{2,20}}(?: [a-zß-ÿ]{{1,20}}){{1,8}}[.!]?))"
_BEHIND = re.compile(
    r"(?P<comment>(?<=\s)(?:#|//)[^\n]*)$|(?P<mark>(?<=[\d)\]}.,!✓✔☑✅\s])(?:__|[*`!✓✔☑✅])++)\s*$"
    rf"|(?P<words>(?<=[\d)\]}}*✓])\s*(?:\((?P<round>{_WORDS})\)|\[(?P<square>{_WORDS})\]))\s*$"
    rf"|(?P<sentence>{_SAID})\s*$"
    r"|(?P<unit>(?<=\d)\s+(?:units?|points?|pts|Einheiten|Punkte|unités|unidades|ед\.|бірлік|m/s|[mkc]m|[mk]?[gV]|Hz|[mk]s)"
    r"(?:\s?[²³]|\^[23])?)\s*$"
    r"|(?P<dots>(?<=\d)(?:…|\.{3}|\\[lc]?dots(?![A-Za-z])))\s*$"
)
_LONGEST, _MOST = 120, 4
_KINDS = ("comment", "mark", "words", "sentence", "unit", "dots")
_DECIMALS = re.compile(r"(?:^|[^\d.,])\d*(?:[.,]|\{,\})\d+$")
_OPEN = re.compile(r"(?:[-+−·/^(=]|(?<!\*)\*)$")
_ENDS = frozenset(")]*_`!✓✔☑✅….²³")


def uncommented(text: str, known: Callable[[str], bool]) -> str:
    """A value, as long, with spaces for comments and marks; words in brackets that are `known` as names are none."""
    if (
        text[-1:] not in _ENDS
        and not text[-1:].isalpha()
        and "#" not in text
        and "//" not in text
        and not _AROUND.match(text)
    ):
        return text
    if (around := _AROUND.match(text)) is not None:
        text = " " * around.end() + text[around.end() :]
    for _ in range(_MOST):
        end = len(text.rstrip())
        match = _BEHIND.search(text[:end], max(0, end - _LONGEST))
        if match is None or not _is_comment(match, text, known):
            break
        at = match.start(str(next(name for name in _KINDS if match[name])))
        text = text[:at] + " " * (len(text) - at)
    return text


def _is_comment(match: re.Match[str], text: str, known: Callable[[str], bool]) -> bool:
    before = text[: match.start()].strip()
    if not before:
        return False
    if match["unit"]:
        return not known(match["unit"])
    words = match["round"] or match["square"] or match["said"] or match["more"]
    if words:
        return not known(words) and not any(map(known, words.split())) and not _OPEN.search(before)
    return not match["dots"] or _DECIMALS.search(before) is not None
