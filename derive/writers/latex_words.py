"""Words for LaTeX: what it writes for each character, what its fonts lack, where a long stretch may be broken."""

import re
import unicodedata
from functools import cache

from derive.language.names import GREEK

UNSET = "□"
"""What stands for a character that the fonts lack."""

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$",
            "|": r"\textbar{}"} | {c: f"\\{c}" for c in "#$%&_{}"}  # fmt: skip
MATH_SIGNS = {"−": "$-$", "≈": r"$\approx$", "≤": r"$\le$", "≥": r"$\ge$", "′": "$'$", "·": r"$\cdot$", "→": r"$\to$",
         "×": r"$\times$", "①": r"\circled{1}", "②": r"\circled{2}", "③": r"\circled{3}"}  # fmt: skip
MATH_SIGNS |= {letter: rf"$\{name}$" for name, letter in GREEK.items()}
MATH_SIGNS |= {"←": r"$\leftarrow$", "⊙": r"$\odot$", "∂": r"$\partial$", "∞": r"$\infty$", "√": r"$\surd$"}
MATH_SIGNS |= {"∈": r"$\in$"}
MATH_SIGNS |= {"⇒": r"$\Rightarrow$", "±": r"$\pm$", "≠": r"$\ne$", "…": r"\dots{}", "∑": r"$\sum$", "Σ": r"$\Sigma$"}
MATH_SIGNS |= {chr(0x2080 + n): f"$_{{{n}}}$" for n in range(10)} | {"ᵢ": "$_{i}$", "ⱼ": "$_{j}$"}
_RAISED = zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ⁽⁾", [*map(str, range(10)), "-", "T", "(", ")"], strict=True)
MATH_SIGNS |= {c: f"$^{{{n}}}$" for c, n in _RAISED}
MATH_SIGNS |= {"\u0302": r"\^{}", "×": r"$\times$", "–": "--"}
_QUOTES = {"’": "'", "‘": r"\textquoteleft{}", "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
           "„": r"\quotedblbase{}", "«": r"\guillemotleft{}", "»": r"\guillemotright{}", "—": "---"}  # fmt: skip
"""Signs that a font has at another place than Unicode: LuaLaTeX without its own fonts would lose them."""
MATH_SIGNS |= _QUOTES
MATH_SIGNS |= {UNSET: r"{\fboxsep=0pt\fbox{\rule{0pt}{1.2ex}\rule{.8ex}{0pt}}}"}
"""Signs of mathematics, and others, inside words: what LaTeX writes for each."""
_LETTERS = frozenset(map(chr, range(0x20, 0x7F))) | set(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŐőŒœŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž"
    "«»„“”‘’–—¡¿§£°½"
)
"""What the T1 fonts have beside mathematics."""

SCRIPTS = {"cyrillic": re.compile("[\u0400-\u052f]"), "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]")}
"""Scripts whose letters the frame sets where LaTeX has fonts for them."""
GREEK_WORD = re.compile("[\u0370-\u03ff\u1f00-\u1fff]{2,}")
_LONG, PIECE = re.compile(r"(\S{40,})"), 10
_JOINERS = "\u00ad\u200c\u200d"


def escape_latex(text: str) -> str:
    """Words for LaTeX. Greek letters are mathematics; Greek words, such as a name, stay as they are. A stretch without
    a blank that no line holds may be broken anywhere.
    """
    parts = ([part] if i % 2 == 0 else _pieces_of(part) for i, part in enumerate(_LONG.split(text)))
    return "".join(r"\allowbreak{}".join(map(_whole, part)) for part in parts)


def _pieces_of(word: str) -> list[str]:
    """A long word in pieces; letters that join, and what is written from right to left, stay together."""
    pieces = [""]
    for c, last in zip(word, f" {word}", strict=False):
        alone = unicodedata.bidirectional(c) not in {"R", "AL"} and unicodedata.category(c)[0] in "LNP"
        if len(pieces[-1]) >= PIECE and alone and unicodedata.category(last)[0] not in "MC":
            pieces.append("")
        pieces[-1] += c
    return pieces


def _whole(text: str) -> str:
    return "".join(part if i % 2 else "".join(map(_sign, part)) for i, part in enumerate(_split(text)))


def typed_latex(text: str) -> str:
    """Words on one line, in which every blank is as wide as it was typed."""
    return _whole(text).replace(" ", "~")


def settable(text: str) -> str:
    """A text that somebody else wrote, with a box for each character that the fonts of every engine may lack."""
    return "".join(c if c in _LETTERS or c in MATH_SIGNS else UNSET for c in text)


def unsettable(text: str) -> frozenset[str]:
    """The characters of a text that the fonts of some engine lack."""
    return frozenset(c for c in text if not (c in _LETTERS or c in MATH_SIGNS or c in "\t\n\r\u00a0"))


def _split(text: str) -> list[str]:
    """Text and Greek words in turn: three letters and more, or with one that mathematics does not use."""
    parts, end = [], 0
    for found in GREEK_WORD.finditer(text):
        if len(found[0]) > 2 or any(c not in MATH_SIGNS for c in found[0]):
            parts += [text[end : found.start()], found[0]]
            end = found.end()
    return [*parts, text[end:]]


@cache
def _sign(c: str) -> str:
    """One character for LaTeX: there are few, and they stand in many places."""
    return _SPECIAL.get(c) or MATH_SIGNS.get(c) or (_code(c) if _is_unseen(c) else c)


def _is_unseen(c: str) -> bool:
    """Whether LaTeX cannot set a character because there is nothing to see."""
    return not c.isprintable() and c not in f"\t\n\r{_JOINERS}" and unicodedata.category(c) != "Zs"


def _code(c: str) -> str:
    """The code of a character in a box."""
    return rf"\texorpdfstring{{{{\fboxsep=1pt\fbox{{\tiny {ord(c):02X}}}}}}}{{?}}"
