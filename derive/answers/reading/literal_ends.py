"""Values at the ends of a text that cannot be read as a whole: `0.27 och sedan A`, `W x + b vaut [0.6; 2]`."""

import re
from itertools import islice

from derive.answers.names.letters import MARKS, UNSPACED
from derive.answers.reading.comments import changes_a_number
from derive.answers.reading.numbers import SIGNS, SPACES, UNSIGNED

LONGEST, MOST_NUMBERS = 4_000, 200
_NUMBER = re.compile(rf"(?:[{SIGNS}]{SPACES})?{UNSIGNED}(?:{SPACES}\\?%)?")
_BRACKET = re.compile(r"(?:\\begin\s*\{\w+\*?\}|\\left\s*[\[({|]|\\\{|[\[({])")
_SIGN = re.compile(r"(?P<open>\\begin\s*\{\w+\*?\}|[\[({])|(?P<close>\\end\s*\{\w+\*?\}|[\])}])")
_TURNED = re.compile(r"\s*(?:\^\s*\{?\s*\\?(?:top|intercal|mathsf\{T\}|mathrm\{T\}|T)(?:\s*\})?|[ᵀ⊤]|['′](?!\w))")
_WORDS = re.compile(
    r"\\(?:begin|end)\s*\{\w+\*?\}(?:\{[clr|]*\})?|\\(?:left|right|[dt]?frac|cdot|times|hline|q?quad|[,;:! \\])"
    r"|[eEdDxX](?=[-+−\d\s])"
)
_LETTER = re.compile(r"[^\W\d_]|[=≈]")
_AND = frozenset("ei")
"""Words for `and` of one letter, which stand for numbers elsewhere."""
_BEHIND = re.compile(r"[^\W\d_]+")
_AHEAD = re.compile(r"(?:[^\W\d_]{2,}[.,:]?\s+|[\u3040-\u30ff\u3400-\u9fff]+|[~≈]\s*){1,4}")
_VALUE = re.compile(rf"(?:(?<![\w.,])|(?<=[{UNSPACED}]))(?=[-+−–]?\s?[\d.]|[\[({{]|\\(?:begin|left|frac|\{{))")
_BEFORE = re.compile(
    rf"(?:\\text\s*\{{[^{{}}]*\}}|[^\W\d_](?:[^\W\d_]|[{MARKS}])+[.:]?|\s[èéyeiи]|(?:[^\W\d_]|_\w|_\{{\w{{1,6}}\}})[.;]"
    rf"|[{UNSPACED}、。，；→⟶⇒~]|:(?=\s)|[-=]>)\s*$"
)
"""What stands before a value that ends a text."""
_CHANGES = re.compile(r"\s*(?:[-+−–*/·⋅×^!√±²³\d=≈%]|\\(?:cdot|times|frac|pm)|[xX]\s*[\d(\[])")
"""What stands behind a value and changes it."""


def value_ahead(text: str) -> int:
    """Where the number or array ends that a text begins with, 0 where it begins with none, or goes on to change it."""
    start = len(text) - len(text.lstrip("$ \n\t"))
    end = end_of_value(text, start) if len(text) <= LONGEST else 0
    words = _BEHIND.findall(text[end : end + 60].lower()) if end else []
    changed = (
        _CHANGES.match(text, end)
        or text[end : end + 1].isalpha()
        or (words and words[0] not in _AND and changes_a_number(words[:1]))
    )
    return 0 if not end or changed else end


def value_behind(text: str) -> int | None:
    """Where the number or array begins that a text ends with behind words or an arrow; None where it ends with none."""
    if len(text) > LONGEST:
        return None
    ends = len(text.rstrip(" .,;$\n"))
    for match in islice(_VALUE.finditer(text), MOST_NUMBERS):
        if end_of_value(text, match.start()) == ends and _BEFORE.search(text[: match.start()]):
            return match.start()
    return None


def without_words_ahead(text: str) -> str:
    """A text without words before the value that it begins with: `ca. 0.27`."""
    ahead = _AHEAD.match(text)
    return text[ahead.end() :] if ahead and end_of_value(text, ahead.end()) else text


def end_of_value(text: str, start: int) -> int:
    """Where the number or array ends that begins at a position; 0 where none does."""
    if bracket := _BRACKET.match(text, start):
        end = _closed(text, start)
        inside = _WORDS.sub(" ", text[bracket.end() : end])
        if not end or _LETTER.search(inside) or not re.search(r"\d", inside):
            return 0
        turned = _TURNED.match(text, end)
        return turned.end() if turned else end
    number = _NUMBER.match(text, start)
    return number.end() if number else 0


def _closed(text: str, start: int) -> int:
    """Behind the bracket that closes the one at a position; 0 where none does."""
    depth = 0
    for match in _SIGN.finditer(text, start):
        depth += 1 if match.lastgroup == "open" else -1
        if depth == 0:
            return match.end()
        if depth < 0:
            return 0
    return 0
