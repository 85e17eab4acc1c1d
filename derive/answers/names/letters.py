"""Letters, digits and spaces as word processors and PDF readers paste them → the plain ones: `𝑧` is z, `ℒ` is L."""

import re
import unicodedata
from functools import lru_cache

from derive.language.tokens import Token, tokenize

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Letters of scripts that part words by no spaces."""
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e"
"""What stands above, below or behind letters of some scripts, in one word with them."""
_RANGES = ((0xFF01, 0xFF5E), (0x2100, 0x214F), (0x1D400, 0x1D7FF))
_SPACES = (0x3000, 0xA0, 0x202F, 0x2009)
_PLAIN = {
    code: plain
    for first, last in _RANGES
    for code in range(first, last + 1)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
_LETTERS = re.compile("[\u2100-\u214f\uff01-\uff5e\U0001d400-\U0001d7ff]")
_LETTERS_AND_SPACES = re.compile("[\u00a0\u2009\u202f\u3000\u2100-\u214f\uff01-\uff5e\U0001d400-\U0001d7ff]")
_WITH_SPACES = _PLAIN | dict.fromkeys(_SPACES, " ")


_ALIKE = dict(zip("АВЕКМНОРСТХУЅІЈаеорсхуіјѕԝһ", "ABEKMHOPCTXYSIJaeopcxyijswh", strict=True))
_ALIKE |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
_LETTER = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_LOOKS_LIKE = re.compile(
    rf"[{''.join(_ALIKE)}](?:(?<![{_LETTER}].)|(?<=(?<![{_LETTER}])d.))(?![{_LETTER}])"
    r"(?=[\u0302-\u0304]?(?:[₀-₉ᵀ²³⁽\d_'′^)\]/]|\s*[-−+=≈·*/),;]|\s*$))",
    re.MULTILINE,
)
_DIGITS = {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for digit in range(10)} | {
    0x66B: ",",
    0x66C: "'",
    0x60C: ",",
    0x61B: ";",
    0x2044: "/",
    0x2215: "/",
    **dict.fromkeys((0x2250, 0x2252, 0x2253, 0x223C, 0x224B), "≈"),
}
_FOREIGN_DIGITS = re.compile(
    "[\u060c\u061b\u0660-\u066c\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u2044\u2215\u223c\u224b\u2250\u2252\u2253]"
)
_HIGH_AND_LOW = re.compile(r"[⁰¹²³⁴-⁹](?<![\w)\]}⁾⁰¹²³⁴-⁹ᵀ].)[⁰¹²³⁴-⁹]{0,2}/[₀-₉]{1,3}")
_LEVEL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_DASHES = "[\u00ad\u058a\u2010-\u2015\ufe58\ufe63\u2796\u02d7]"
_DASH = re.compile(rf"{_DASHES}(?=[\d.,])|(?<=[=≈(\[,;·×*/^]\s){_DASHES}(?=\s[\d.,])")


_COMMANDS = {"lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "exponentialE": "e", "differentialD": "d",
             "operatorname{e}": "e", "mathrm{e}": "e", "placeholder": "□"}  # fmt: skip
_COMMAND = re.compile(
    r"\\(?:(lbrack|rbrack|lparen|rparen|exponentialE|differentialD)(?![A-Za-z])"
    r"|((?:operatorname|mathrm)\{e\})|(placeholder)\{[^{}]*\})"
)


_DIFFERENTIAL = re.compile(r"(?<![\w\\])diff?(?= [A-Za-z])")
"""The d of a differential, as Typst writes it: `dif L`, and `diff L` for ∂L."""


_TYPST = re.compile(r"approx(?<![=≈] .{6})(?<![\w\\].{6})(?=\s)|\"(?=[A-Za-z]{2,20}\"\()|\"(?<=[A-Za-z].)(?=\()")
"""`approx` as a relation, and the quotes around the name of a function, as Typst has them."""


def _plain_typst(match: re.Match[str]) -> str:
    return "≈".ljust(len(match.group())) if match.group() == "approx" else " "


def _command(match: re.Match[str]) -> str:
    """The sign that a command of a formula editor means, as long as the command."""
    return _COMMANDS[match[1] or match[2] or match[3]].ljust(len(match.group()))


def plain_letters(text: str) -> str:
    """A text, as long, with plain letters, digits and signs for mathematical and wide forms, the digits of other
    scripts, fractions in high and low digits, every dash before a digit, and letters of other alphabets that look like
    Latin ones and stand alone.
    """
    text = _COMMAND.sub(_command, text) if "\\" in text else text
    text = _TYPST.sub(_plain_typst, text) if "approx" in text or '"(' in text else text
    text = _DIFFERENTIAL.sub(lambda match: "d".ljust(len(match.group()), "\u2060"), text) if "dif" in text else text
    if text.isascii():
        return text
    text = text.translate(_PLAIN) if _LETTERS.search(text) else text
    text = text.translate(_DIGITS) if _FOREIGN_DIGITS.search(text) else text
    if "/" in text:
        text = _HIGH_AND_LOW.sub(lambda match: match.group().translate(_LEVEL), text)
    return _LOOKS_LIKE.sub(lambda match: _ALIKE[match.group()], _DASH.sub("-", text))


def plain_text(text: str) -> str:
    """The same with plain spaces too, where they group no digits."""
    text = text.translate(_WITH_SPACES) if _LETTERS_AND_SPACES.search(text) else text
    return plain_letters(text)


_SILENT = re.compile(
    r"[\u200b\u2060\ufeff\u00ad$~\\](?:(?<!\\)|(?<!\\\\)(?:[()\[\]]|(?:left|right|splits|tabbed)(?![a-zA-Z])\s*\.?"
    r"|(?:boxed|result|smaller|fbox|underline)(?=\s*\{)))"
)
_POINTED = re.compile(r"_\{\d+(?:\.\d+)+\}")


def silenced(text: str) -> str:
    """A text, as long, with spaces for what means nothing: `$`, `\\left`, frames, what is invisible.

    Letters are plain ones, and `z_{1.1}` is z_{1,1}.
    """
    text = _SILENT.sub(lambda match: " " * len(match.group()), plain_letters(text))
    return _POINTED.sub(lambda match: match.group().replace(".", ","), text) if "_{" in text else text


@lru_cache(maxsize=2_000)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text: names and formulas come again and again, in a work and in those of a class."""
    return tuple(tokenize(text))
