"""What students put behind a value, or around it, that is no part of it: `18.3 (rounded)`, `289 !!`, `**18.3** ✓`."""

import re
from collections.abc import Sequence

from derive.answers.names.lexicon import Lexicon
from derive.answers.reading.numbers import SCALES

_AROUND = re.compile(r"^[\s$]*+(?:__|[*`])++(?=[^*`\s])")
_WORDS = r"(?:\d+ )?[^\W\d_][^\W_]+(?:[ ,.:/-]{1,2}[^\W_]+){0,7}[.!]?"
_SENTENCE = r"(?![A-ZÀ-ÞА-ЯЁ])[^\W\d_]{2,20}(?:[ ,'’-]{1,2}[^\W\d_]{1,20}){1,8}[.!]?"
_SAID = rf"(?<=[\d)\]}}])(?:[,;:]\s+(?P<said>{_WORDS})|\s+(?P<more>{_SENTENCE}))"
_INSIDE = r"(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))"
_UNIT = r"[^\W\d_₀-ₜᵢ-ᵪⱼ]{1,14}(?:[²³]|\^[23])?"
_BEHIND = re.compile(
    r"(?P<comment>(?<=\s)(?:#|//|%(?=\s*[^\W\d_]))[^\n]*)$|(?P<mark>(?<=[\d)\]}.,!✓✔☑✅\s])(?:__|[*`!✓✔☑✅☺\U0001f300-\U0001faff]"
    r"|(?<=\s)(?:[:;]-?[)(DP]|\^\^|xD))++)\s*$"
    rf"|(?P<words>(?<=[\d)\]}}*✓])\s*(?:\((?P<round>{_WORDS})\)|\[(?P<square>{_WORDS})\]))\s*$"
    rf"|(?<=[\d)\]}}⁰¹²³⁴-⁹'′ᵀT])(?P<aside>\s*\({_INSIDE}*(?:[=≈]|[^\W\d_]:\s){_INSIDE}*\))\s*$"
    rf"|(?P<sentence>{_SAID})\s*$"
    rf"|(?<=[\d)\]}}])(?P<unit>\s*(?:[€$£¥₸₽°Ω]|°[CF])|\s+{_UNIT}(?:\s?[/·*]\s?{_UNIT})?\.?)\s*$"
    r"|(?P<empty>(?<=[\d)\]}])\s*□)\s*$"
    r"|(?P<dots>(?<=\d)(?:…|\.{3}|\\[lc]?dots(?![A-Za-z])))\s*$"
)
_ASIDES, _PARENTHESES = re.compile(r"(?<![^\W\d_])\(\s?[^\W\d_]{2,20}:\s"), re.compile(r"[()]")
_STOPS = re.compile(r"(?:[\s.…\"”]*$)?")
_LONGEST, _MOST = 120, 4
_KINDS = ("comment", "mark", "words", "aside", "sentence", "unit", "empty", "dots")
_DECIMALS = re.compile(r"(?:^|[^\d.,])\d*(?:[.,]|\{,\})\d+$")
_OPEN = re.compile(r"(?:[-+−·/^(=]|(?<!\*)\*)$")
_ENDS = frozenset("□)](*_`!✓✔☑✅☺….²³€$£¥₸₽°^")
_LEAST_PICTURE = "\U0001f300"
_EACH = re.compile(r"[^\W\d_]+")
_AHEAD = re.compile(r"(?:[^\W\d_₀-ₜᵢ-ᵪⱼ]{2,}\.?\s+){1,3}(?=[-+−–]?\s?[\d.]|\[|\\left)")
_SCALES = {*SCALES, "mn", "billion", "billions", "billionen", "bn", "miles", "k", "hundred", "hundert", "dozen",
           "times", "x", "per", "pi", "e", "i"}  # fmt: skip
"""What stands behind a number and changes it."""
_OPERATES = {"plus", "minus", "mal", "durch", "hoch", "geteilt", "over", "divided", "multiplied", "squared", "cubed",
             "fois", "moins", "divisé", "sur", "más", "menos", "por", "entre", "dividido", "плюс", "минус", "умножить",
             "делить", "разделить", "қосу", "алу", "көбейту", "бөлу", "to", "of"}  # fmt: skip
"""What begins the rest of a formula in words."""


def uncommented(text: str, lexicon: Lexicon) -> str:
    """A value, as long, with spaces for comments, marks, units and words; names of the problem are none of them."""
    text = without_asides(text)
    first = text[:1]
    if (around := _AROUND.match(text) if first in "_*` \t$\n" else None) is not None:
        text = " " * around.end() + text[around.end() :]
    elif (
        first.isalpha()
        and (ahead := _AHEAD.match(text))
        and not any(map(lexicon.understands, _EACH.findall(ahead.group())))
    ):
        text = " " * ahead.end() + text[ahead.end() :]
    last = text[-1:]
    if last not in _ENDS and not last.isalpha() and last < _LEAST_PICTURE and "#" not in text and "//" not in text:
        return text
    for _ in range(_MOST):
        end = len(text.rstrip())
        match = _BEHIND.search(text[:end], max(0, end - _LONGEST))
        if match is None or not _is_comment(match, text, lexicon):
            break
        at = match.start(str(next(name for name in _KINDS if match[name])))
        text = text[:at] + " " * (len(text) - at)
    return text


def without_asides(text: str) -> str:
    """A text, as long, with spaces for what is said in parentheses behind a word and a colon, `(check: W x + b)`, and
    for the stops behind it.
    """
    at = 0
    for opening in _ASIDES.finditer(text) if ": " in text else ():
        if opening.start() >= at and (at := _closing(text, opening.start())):
            at = _STOPS.match(text, at).end()  # type: ignore[union-attr]
            text = text[: opening.start()].ljust(at) + text[at:]
    return text


def _closing(text: str, start: int) -> int:
    """Behind the parenthesis that closes the one at a position; 0 where none does."""
    depth = 0
    for match in _PARENTHESES.finditer(text, start):
        depth += 1 if match.group() == "(" else -1
        if depth == 0:
            return match.end()
    return 0


def unit_behind(text: str, lexicon: Lexicon) -> str:
    """The word or unit behind a number that is no part of it: `kg` of `18.3 kg`; "" for none."""
    if not text[-1:].isalpha() and text[-1:] not in _ENDS:
        return ""
    if text.lstrip().startswith("$"):  # a formula between dollars
        text = text.rstrip().removesuffix("$")
    match = _BEHIND.search(text.rstrip(), max(0, len(text) - _LONGEST))
    return match["unit"].strip() if match and match["unit"] and _is_comment(match, text, lexicon) else ""


def changes_a_number(words: Sequence[str]) -> bool:
    """Whether words behind a number change it."""
    return words[0] in _OPERATES or not _SCALES.isdisjoint(words)


def _is_comment(match: re.Match[str], text: str, lexicon: Lexicon) -> bool:
    before = text[: match.start()].strip()
    if not before:
        return False
    if match["unit"]:
        each = _EACH.findall(match["unit"])
        return not any(lexicon.understands(word) or word.lower() in _SCALES for word in each)
    words = match["round"] or match["square"] or match["said"] or match["more"]
    if words:
        if match["more"] and changes_a_number(_EACH.findall(words.lower())):
            return False
        return not lexicon.holds(words) and not any(map(lexicon.holds, words.split())) and not _OPEN.search(before)
    return not match["dots"] or _DECIMALS.search(before) is not None
