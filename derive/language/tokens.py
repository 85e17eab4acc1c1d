"""Text → tokens. Unicode and LaTeX spellings become the same tokens; positions point into the text as written."""

import re
from typing import NamedTuple, Self

from derive.errors import DeriveError
from derive.language.code_words import MODULES, SIGNS, method_hint
from derive.language.names import ACCENT_NAMES, ACCENTS, GREEK_NAMES, ascii_letter

MAX_LENGTH = 20_000

_SUBSCRIPTS = {**dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True)),
               **dict(zip("ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "aehijklmnoprstuvx", strict=True))}  # fmt: skip
_SUPERSCRIPTS = {**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "⁺": "+", "⁻": "-", "ᵀ": "T",
                 "⁽": "(", "⁾": ")"}  # fmt: skip
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5",
              "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}  # fmt: skip
_SPELLINGS = {
    "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "@": "*", "∘": "⊙", "≥": ">=", "≤": "<=",
    "′": "'", "’": "'", "‖": "||", "∥": "||", "←": "<-", "÷": "/", "≅": "≈", "⊤": "T",
    "…": "...", "∂": "d", "∇": "nabla", "∞": "infty",
}  # fmt: skip
_SPELLED = {
    "cdot": "*", "times": "*", "ast": "*", "odot": "⊙", "circ": "⊙", "approx": "≈", "leftarrow": "<-",
    "gets": "<-", "lVert": "||", "rVert": "||", "Vert": "||", "lvert": "|", "rvert": "|", "vert": "|",
    "ge": ">=", "geq": ">=", "le": "<=", "leq": "<=", "prime": "'", "dots": "...",
    "ldots": "...", "cdots": "...", "top": "T", "intercal": "T", "partial": "d",
    "langle": "⟨", "rangle": "⟩",
    "{": "(", "}": ")", "|": "||", "\\": "\\\\", "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta",
}  # fmt: skip
_SPACES = {"quad", "qquad", "left", "right", "displaystyle", "textstyle", "limits", "thinspace", *",;:! "} | {
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "m", "r")
}
_BUILDING = dict.fromkeys((*ACCENTS, "frac", "sqrt", "sum", "prod", "begin", "end")) | {
    "widehat": "hat", "overline": "bar", "dfrac": "frac", "tfrac": "frac",
}  # fmt: skip
_COMMANDS = (
    {name: ("command", other or name) for name, other in _BUILDING.items()}
    | {name: ("word" if spelling.isalpha() else "op", spelling) for name, spelling in _SPELLED.items()}
    | dict.fromkeys(_SPACES, ("", ""))
)
"""The kind and text of the token that a LaTeX command is, both empty for a space; any other one is a word."""

_FONTS = {"mathrm", "text", "operatorname", "mathbf", "boldsymbol", "mathit", "bm", "textrm", "mathsf", "textbf",
          "mathcal", "mathscr", "mathnormal"}  # fmt: skip
_INDICATOR = re.compile(r"\\(?:math(?:bb|ds|bbm)\s*(?:[1I](?!\w)|\{[1I]\})|(?:mathbf|bm)\{1\})")
_PHANTOMS = {"phantom", "vphantom", "hphantom"}
_UNSEEN = re.compile(r"\s*\{[^{}]*\}")  # what phantoms make room for
_IN_CYRILLIC = re.compile(r"(?:если|при|иначе|егер|әйтпесе|строки|столбцы|каналы|жолдар|бағандар|арналар)(?!\w)")
"""Words inside mathematics: of conditions and axes; names have no such letters."""
_IN_FONT = re.compile(rf"\s*\{{([A-Za-z ]*|{_IN_CYRILLIC.pattern})\}}|\s+([A-Za-z])")
_MARKS = "".join(ACCENT_NAMES)
_LISTED = re.compile(",[₀-₉]")
PADDINGS = frozenset({"same", "valid", "zeros", "circular", "reflect", "replicate"})
"""The words that the padding of a convolution is said with."""
_PADDED_AS = {"wrap": "circular", "ring": "circular", "mirror": "reflect", "edge": "replicate"}
_TOKEN = re.compile(
    rf"\s*+(?:(?P<module>{MODULES})"
    r"|(?P<turned>\.T(?![A-Za-z]))"
    r"|(?P<number>(?:\d+(?:\.(?!\.|[A-Za-z]{2}|T(?![A-Za-z]))\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"|(?P<word>[A-Za-z]++(?![{_MARKS}]))"
    rf'|"(?P<quoted>{"|".join(sorted({*PADDINGS, *_PADDED_AS}))})"'
    r"|(?P<command>\\(?:[A-Za-z]+|[^A-Za-z]))"
    r"|(?P<op>\.\*|\*\*|\|\||<-|>=|<=|[=!:+*/-]=|//|\.\.\.|\.\.|[-+*/^_(){}\[\],;:=<>'&|!~])"
    r"|(?P<other>\S))"
)
_CANONICAL = {".*": "⊙", "**": "^"}


class Token(NamedTuple):
    """`kind` is `number`, `word`, `accent`, `command`, `op` or `end`; `text` its canonical spelling."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool = False  # no space before it


class TextError(DeriveError):
    """A text that cannot be read: `start` and `end` are positions in it."""

    def __init__(self, message: str, hint: str = "", start: int = 0, end: int = 1) -> None:
        super().__init__(message, hint)
        self.start, self.end = start, end

    def anew(self) -> Self:
        """The same, never raised: one that is kept by a function that it passed would hold it, and be held by it."""
        return type(self)(self.message, self.hint, self.start, self.end)


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, with an `end` token last. Raises TextError."""
    if len(text) > MAX_LENGTH:
        raise TextError(f"the text has {len(text)} characters", f"at most {MAX_LENGTH} are read")
    tokens: list[Token] = []
    at = last = 0
    while match := _TOKEN.match(text, at):
        kind = str(match.lastgroup)
        start, at = match.span(kind)
        glued, spelling = last == start > 0, match[kind]
        if kind == "module":
            continue
        if kind == "quoted":  # a word that a setting takes
            tokens.append(Token("word", _PADDED_AS.get(spelling, spelling), start, at, glued))
            at = match.end()
        elif kind == "turned":
            tokens += [Token("op", "^", start, at, glued), Token("word", "T", start, at, glued=True)]
        elif kind == "other":
            found, at = _special(text, start)
            tokens += [Token(t.kind, t.text, t.start, t.end, glued or i > 0) for i, t in enumerate(found)]
        elif kind == "command":
            kind, spelling, at = _command(text, start, spelling[1:], at)
            if not kind:
                continue
            tokens.append(Token(kind, spelling, start, at, glued))
        else:
            tokens.append(Token(kind, _CANONICAL.get(spelling, spelling), start, at, glued))
        last = at
    return [*tokens, Token("end", "", len(text), len(text))]


def _special(text: str, at: int) -> tuple[list[Token], int]:
    """The tokens of a character beyond ASCII, and where they end."""
    char = text[at]
    for table, mark in ((_SUBSCRIPTS, "_"), (_SUPERSCRIPTS, "^")):
        if char in table:
            return _script(text, at, table, mark)
    if char in _SPELLINGS:
        spelling = _SPELLINGS[char]
        return [Token("word" if spelling.isalpha() else "op", spelling, at, at + 1)], at + 1
    if char in "⊙≈√∑∏□⟨⟩𝟙":
        return [Token("op", char, at, at + 1)], at + 1
    if char.isalpha():
        return _word(text, at)
    if char in _FRACTIONS:
        return [Token("number", _FRACTIONS[char], at, at + 1)], at + 1
    if method := method_hint(text, at):
        raise TextError(method[0], method[1], at, method[2])
    name = "a control character" if not char.isprintable() else f"`{char}`"
    hint = SIGNS.get(char, "an equation holds names, numbers, functions, brackets and the signs + - * / ^")
    raise TextError(f"{name} has no meaning here", hint, at, at + 1)


def _word(text: str, at: int) -> tuple[list[Token], int]:
    """A run of Latin letters, or one Greek letter, with an accent behind or above its last letter."""
    char = text[at]
    if between := _IN_CYRILLIC.match(text, at):
        return [Token("word", between[0], at, between.end())], between.end()
    end = at + 1
    while char.isascii() and end < len(text) and text[end].isalpha() and text[end].isascii():
        end += 1
    base, accent = ascii_letter(char)
    token = Token("word", base + text[at + 1 : end], at, end)
    if accent:
        return [token, Token("accent", accent, at, end)], end
    if end < len(text) and text[end] in ACCENT_NAMES:
        return [token, Token("accent", ACCENT_NAMES[text[end]], end, end + 1)], end + 1
    if not char.isascii() and char not in GREEK_NAMES:
        raise TextError(f"the letter `{char}` is neither Latin nor Greek", "name it with Latin or Greek letters",
                        at, end)  # fmt: skip
    return [token], end


def _script(text: str, at: int, table: dict[str, str], mark: str) -> tuple[list[Token], int]:
    """Unicode subscripts and superscripts: `₁₂` is `_{12}`, `₁,₂` is `_{1,2}`, `ᵀ` is `^{T}`."""
    end = at
    while end < len(text) and (text[end] in table or (mark == "_" and _LISTED.match(text, end))):
        end += 1
    inner = tokenize("".join(table.get(c, c) for c in text[at:end]))[:-1]
    body = [Token(t.kind, t.text, at, end, True) for t in inner]
    return [Token("op", mark, at, end), Token("op", "{", at, end), *body, Token("op", "}", at, end)], end


def _command(text: str, at: int, name: str, end: int) -> tuple[str, str, int]:
    """A LaTeX command as kind and text of its token, both empty for a space, and where it ends."""
    if name in _COMMANDS:
        return *_COMMANDS[name], end
    if match := _INDICATOR.match(text, at):
        return "op", "𝟙", match.end()
    if name in _FONTS and (match := _IN_FONT.match(text, end)):
        return "word", (match[1] or match[2] or "").strip(), match.end()
    if name in _PHANTOMS and (match := _UNSEEN.match(text, end)):
        return "", "", match.end()
    if name.isalpha():
        return "word", name, end
    raise TextError(f"`\\{name}` is not known here", "", at, end)
