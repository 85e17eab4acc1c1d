"""Students' spellings in ones that the grammar knows, each character with its place in the text as written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]+")
_DELIMITERS = re.compile(r"\$+|\\(?:[bB]igg?[lrm]?|displaystyle|textstyle|limits)(?![A-Za-z])|\\[()\[\]]")
_SCRIPT = re.compile(r"\\math(?:cal|bb|scr|frak|normal)\s*\{\s*([A-Za-z])\s*\}")
_SHORT_FRACTION = re.compile(r"\\[dt]?frac\s*(\d)\s*(\d)")
_PRIME = re.compile(r"\^\s*\{?\s*(\\prime|['′])\s*\}?")
_TRANSPOSE = re.compile(r"\^\s*\{\s*\\math(?:sf|rm|bf|tt)\s*\{?\s*T\s*\}?\s*\}|\^\s*(?:\{\s*t\s*\}|t(?![A-Za-z]))")
_TEN = re.compile(r"(?<=\d)\s*([xX])\s*(?=10\s*(?:\^|\*\*|[⁺⁻⁰-⁹¹²³]))")
_COMMA = re.compile(r"(_\{[^{}]*\}|(?<=[\w}'])\[[^\[\]]*\])|(?<![\d.,])(\d+)(,|\{,\}|，)(\d+)(?![\d]|[.,]\d)")
_BRACED_COMMA = re.compile(r"(?<=\d)\{([.,])\}(?=\d)")
_LOWERED = re.compile("[₀-₉]+(?:[,‚][₀-₉]+)+")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉‚", "0123456789,")
_TOUCHING = re.compile(r"(?<![A-Za-z0-9_\\{.])((?:\\[A-Za-z]+)|[A-Za-z]+|[α-ωΑ-Ω])(\d{1,3})(?![\d.,])")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text rewritten; `places` holds for each of its characters the place in the text as written."""

    text: str
    places: tuple[int, ...]

    @staticmethod
    def of(text: str) -> Spelled:
        """The text as it is."""
        return Spelled(text, tuple(range(len(text))))

    def place(self, at: int) -> int:
        """Where a character stood."""
        if at < len(self.places):
            return self.places[at]
        return self.places[-1] + 1 if self.places else 0

    def rewritten(self, pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> Spelled:
        """Each match replaced by a template (`\\1` for groups); what is new stands where the match began."""
        if pattern.search(self.text) is None:
            return self
        pieces: list[str] = []
        places: list[int] = []
        at = 0
        for match in pattern.finditer(self.text):
            text = match.expand(new) if isinstance(new, str) else new(match)
            pieces += [self.text[at : match.start()], text]
            places += [*self.places[at : match.start()], *[self.place(match.start())] * len(text)]
            at = match.end()
        return Spelled("".join([*pieces, self.text[at:]]), (*places, *self.places[at:]))


def spelled(text: str, decimal: str) -> Spelled:
    """The text of a formula with points in its numbers, `z_2` for `z2`, plain brackets."""
    result = Spelled.of(text)
    if "\\" in text or "$" in text:
        result = result.rewritten(_DELIMITERS, " ").rewritten(_SCRIPT, r"\1")
        result = result.rewritten(_SHORT_FRACTION, r"\\frac{\1}{\2}")
    if "^" in text:
        result = result.rewritten(_PRIME, "'").rewritten(_TRANSPOSE, "^T")
    if not text.isascii():
        result = result.rewritten(_LOWERED, lambda match: "_{" + match.group().translate(_DIGITS) + "}")
    result = result.rewritten(_INVISIBLE, "").rewritten(_TEN, "*").rewritten(_BRACED_COMMA, r"\1")
    return (_pointed(result) if decimal == "," else result).rewritten(_TOUCHING, r"\1_\2")


def _pointed(written: Spelled) -> Spelled:
    """Points for decimal commas; subscripts and indices keep theirs. As long as before."""
    text = _COMMA.sub(lambda m: m[1] or f"{m[2]}.{m[4]}", written.text)
    return Spelled(text, written.places)


def last_side(text: str) -> tuple[str, int]:
    """What stands behind the last `=` or `≈` outside of brackets, and where it begins: `A_2 = 0,99` is 0,99."""
    at, depth = 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]|=|≈|≅|≃|\\(?:approx|simeq|cong|doteq)(?![A-Za-z])", text):
        mark = match.group()
        depth += (mark in "([{") - (mark in ")]}")
        if depth == 0 and mark not in ")]}" and text[match.end() :].strip():
            at = match.end()
    return text[at:], at
