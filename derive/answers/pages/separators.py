"""The signs that part a piece of mathematics: relations, separators, ends of rows, and the brackets around them."""

import re
from typing import NamedTuple

RELATION, BETWEEN, ROW = "relation", "between", "row"
NEXT, ASIDE = "\x1f", "\x1e"
"""What stands in a text for a word that parts statements: `and`, or `since`, behind which something is said again."""

SAID = "\x1d"
"""What stands around words between a name and a value that are not known to link them."""

SYMBOL = r"\\[A-Za-z]+|[∂∇]?[^\W\d_]{1,6}(?=[_^'′\d₀-₉\[{(/\\∂\u0302])|[∂∇]?[^\W\d_](?![^\W\d_])"
"""What a name begins with, as a pattern: a command, letters with a mark behind them that words have not, one letter."""

MATRICES = "matrix|pmatrix|bmatrix|Bmatrix|vmatrix|smallmatrix|array|cases"
_MARKS = re.compile(
    r"(?=[\\:<←≈≃≅≡=&\[{(\]}),;\x1d\x1f\x1e⇒⟹→⟶⇔\t|-])(?:"  # what a sign begins with: nearly every character is none
    r"(?P<relation>\\(?:approx|simeq|cong|equiv|doteq|coloneqq|leftarrow|gets)(?![A-Za-z])|:=|<-(?!>)|←|≈|≃|≅|≡|\x1d[^\x1d\n]*\x1d"
    r"|(?:\\stackrel\{!\})?(?<![<>!=])&?==?(?![=>])&?)"
    r"|\{[^{}()\[\]]*+\}"  # what stands alone in braces parts nothing
    rf"|(?P<begin>\\begin\{{(?:{MATRICES})\*?\}}|\{{)|(?P<end>\\end\{{(?:{MATRICES})\*?\}}|\}})"
    r"|(?P<open>[\[(])|(?P<close>[\])])"
    r"|(?P<row>\\\\(?:\[[^\]]{0,20}\])?)"
    r"|(?P<between>\\q?quad(?![A-Za-z])|(?<!\\);|(?<![\d\\]),\\?\s|(?<!\\),\\?\s(?!\s*[-+−\d])|\x1f|\x1e|->"
    r"|(?<=[\d)\]}]):\s|(?<=\s)\|(?=\s)|(?<![-+−*·⊙/^=≈(,;&|])\t(?![-+−*·⊙/^=≈),;&|])"
    r"|\\(?:Rightarrow|implies|Longrightarrow|rightarrow|to|iff|Leftrightarrow)(?![A-Za-z])|[⇒⟹→⟶⇔]|=>))"
)


_OPENING, _CLOSING = {"begin", "open"}, {"end", "close"}


class Separator(NamedTuple):
    """A sign in a text: its kind (RELATION, BETWEEN or ROW), and where it stands."""

    kind: str
    start: int
    end: int


def outside(text: str) -> list[Separator]:
    """The signs outside of every bracket and matrix; round and square brackets count if they balance."""
    bare: list[Separator] = []
    braced: list[Separator] = []
    deep = braces = 0
    for match in _MARKS.finditer(text):
        kind = match.lastgroup
        if kind in _OPENING:
            deep += 1
            braces += kind == "begin"
        elif kind in _CLOSING:
            deep -= deep > 0
            braces -= kind == "end" and braces > 0
        elif kind and braces == 0:
            mark = Separator(kind, match.start(), match.end())
            braced.append(mark)
            if deep == 0:
                bare.append(mark)
    return bare if deep == 0 else braced
