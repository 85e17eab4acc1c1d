"""A link's text before it is read: LaTeX spellings in plain ones, points in its numbers."""

from __future__ import annotations

import re

_SPELLINGS = (
    (re.compile(r"\\[dt]?frac\s*(\d)\s*(\d)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\(?:[,;!:]|q?quad)\s*$"), ""),
    (re.compile(r"\\(?:(?:thin|med|thick|en)space|displaystyle)(?![a-zA-Z])"), " "),
    (re.compile(r"\\(?:boxed|result|fbox|underline)(?=\s*\{)"), " "),
    (re.compile(r"\\(?:left|right|[bB]igg?[lrm]?)(?![a-zA-Z])\s*\.?"), " "),
)
_TEN = re.compile(r"(?<=\d)\s*[x×]\s*(?=10\s*(?:\^|[⁻⁰¹²³⁴-⁹]))")
_MAX = re.compile(r"\bmax\s*(\(|\\\{)\s*0\s*,")
_COMMAS = re.compile(r"_\{[^{}]*\}|\d+(?:,\d+)+")


def prepared(text: str) -> str:
    """Spellings that the tokens do not know, in ones that they do."""
    if "\\" in text:
        for pattern, spelling in _SPELLINGS:
            text = pattern.sub(spelling, text)
    if "max" in text:
        text = _MAX.sub(r"max\g<1>0;", text)
    return _TEN.sub("*", text).replace("~", " ").strip()


def pointed(text: str, decimal: str) -> str:
    """The same text, as long, with points in its numbers; commas in subscripts and lists stay."""

    def change(match: re.Match[str]) -> str:
        found = match.group()
        return found.replace(",", ".") if found.count(",") == 1 and found[0] != "_" else found

    return _COMMAS.sub(change, text) if decimal == "," and "," in text else text
