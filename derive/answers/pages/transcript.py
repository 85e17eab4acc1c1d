"""The text of a piece of free working → the pieces of mathematics in it, without page marks and struck-out work.

Line breaks are kept through every change, so that a position in a piece leads back to its line in the file.
"""

import re
from collections.abc import Iterator
from itertools import accumulate, islice, pairwise

from derive.answers.files.own_commands import without_own_commands
from derive.answers.names.letters import UNSPACED, plain_text
from derive.answers.pages.drawn_matrices import undrawn
from derive.answers.pages.joined_lines import MAX_LINE, join_continuations
from derive.answers.pages.named_values import named_values
from derive.answers.pages.page_tables import tables_read
from derive.answers.pages.reading_budget import A_LINE, Budget
from derive.answers.pages.said_links import Means
from derive.answers.pages.separators import MATRICES, NEXT, ROW, outside
from derive.answers.pages.sessions import sessions_read
from derive.answers.pages.snippet import Snippet
from derive.answers.pages.web_tags import tags_read
from derive.answers.reading.program_arrays import plain_arrays

MAX_CHARACTERS = 2_000_000
MAX_FORMULA_LINES = 12
MAX_LEFT = 300
CUT_OFF = "\ufffc"
"""Where the rest of a line that is too long was left out."""
_STATED = re.compile(r"[=≈]|:(?=\s)")

_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")
_PICTURES = ((r"\begin{tikzpicture}", r"\end{tikzpicture}"), (r"\begin{picture}", r"\end{picture}"))
_STRUCK = (("<del>", "</del>"), ("<s>", "</s>"), ("<strike>", "</strike>"), ("<!--", "-->"), ("~~", "~~"), *_PICTURES)
_ANSWER = re.compile(
    r"[:=][ \t]*+(?:ans|answer|result|ergebnis|antwort|ответ|réponse|resultado)[ \t]*+[:=](?!=)", re.IGNORECASE
)
"""What says no more than the sign before it: `z: ans = 3`."""
_QUOTED = re.compile(r"^>(?:[ ]?>)*[ ]?", re.MULTILINE)
"""A work as it is quoted in a mail."""
_BOLD = re.compile(rf"(?:(?<![\w)\]*])|(?<=[{UNSPACED}]))\*\*(?=[^\s*])([^*\n]{{1,80}})(?<=\S)\*\*(?![\w(*])")
_ROUGHLY = re.compile(
    r"(?<=[=≈])\s(?:about|approx\.?|approximately|roughly|circa|ca\.?|etwa|ungefähr|environ|aprox\.?|около|примерно)(?=\s+[-+−\d\[({|.\\⎡⎛])"
)
_EMPHASIS = re.compile(r"^([ \t]*)([*_])(?=[^\s*_]|[*_]{2}[^\s*_])(?!\2)([^\n]*[^\s*_])\2[ \t]*$", re.MULTILINE)
_POINTED_AT = re.compile(
    r"(?<=\S)[ \t]+(?:<-+|←|⟵)[ \t]*(?P<words>[^\W\d_]{2,}(?:[ ][^\W\d_]+){0,5})[ \t]*$", re.MULTILINE
)
"""A word behind an arrow that only points back: `z = 3 <- here`."""
_LONG_ARROW = re.compile(r"(?<![-<])-{2,}(?:[\w ,.'⊙·*+]{1,24}?-{2,})?>")
"""An arrow, also one with what happens on it: `z = 0.8 --ReLU--> a = 0.8`."""
_BROKEN_OFF = re.compile(r"(?<!\\)\\[ \t]*$", re.MULTILINE)
"""The end of a line as Markdown forces it."""
_MINUS_APART = re.compile(r"^([ \t]*)-[ \t]+(?=\d[\d.,]*+(?:[eE]-?\d+)?[ \t]*[=≈])", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*-[ \t]+(?=[^\s\d.,-])", re.MULTILINE)
_BARE = re.compile(r"^[ \t]*[^\s-][^\n]*[=≈]", re.MULTILINE)
"""A statement that no dash stands before."""
_SPACES = re.compile(r"[^\S\n]{2,}")
_RULES = re.compile(r"^(?:~~~.*|[> \t]*+([=*#~-])[ \t]*+(?:\1[ \t]*+){2,}+)$", re.MULTILINE)
_ABOUT = re.compile(r"(?<=[\w)\]}] )~(?=\s?(?:[-−–+.]?[\d\[({|]|(?:mat|vec)\())")
"""A tilde for `≈`."""
_CANCEL = re.compile(r"\\(?:[bx]?cancel|sout|st|xout)\s*\{")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_DISPLAYS = "align|aligned|alignat|alignedat|flalign|equation|gather|gathered|split|multline|eqnarray|displaymath|math"
_FENCE = re.compile(rf"(?=[$\\\n])(?:\$\$|\\\[|\\\]|\\(?:begin|end)\{{(?:{_DISPLAYS})\*?\}}(?:\[[tbc]\])?|\n)")
_DOLLARS = re.compile(
    rf"\$(?<!\$\$)[^\S\n]*(\\begin\{{(?:{_DISPLAYS})\*?\}}(?:\[[tbc]\])?)|(\\end\{{(?:{_DISPLAYS})\*?\}})[^\S\n]*\$(?!\$)"
)
_ANOTHER = (
    r"(?:[^\W\d_]|[(∂∇*])[^=≈:→–—\n]{0,40}(?:[=≈:→~]=?|->|(?:\s[^\W\d_]{1,13}){1,3}(?=\s+[-+−–\d.\[({]))(?=\s*[^=≈\n])"
)
_JOINTS = {
    **{sign: re.compile(rf"(?<=[\d\])}}'ᵀT])\s{sign}\s+(?={_ANOTHER})") for sign in "–—"},
    "//": re.compile(rf"(?<=[^\s=≈/])\s//\s+(?={_ANOTHER}|[-+−–\d.\[({{\\][^=≈\n]{{0,300}}[=≈]\s*[^\W\d_])"),
}
"""Signs that part statements where a work has them nowhere else: `z = 3 – A = 0.95`."""
_LETTERED = re.compile(r"^([ \t>]*)([a-z]):(?= \S[^\n]*[=≈])", re.MULTILINE)
_NUMBERED = re.compile(r"^([ \t>]*)(\d{1,2})\.(\d{1,2})[ \t]+(?=\S[^=≈\n]{0,200}[=≈:])", re.MULTILINE)
_SYSTEM = re.compile(
    r"(?P<around>(?:\\left\s*\\\{\s*)?)\\begin\{cases\}(?P<inside>(?:[^\\]|\\(?!(?:begin|end)\{cases\}))*+)\\end\{cases\}"
    r"(?P<closing>(?:\s*\\right\s*\.)?)"
)
"""Statements below one another behind a brace."""
_LAYOUT = re.compile(
    rf"\\(?:begin|end)\{{(?!(?:{_DISPLAYS}|{MATRICES})\*?\}})[^{{}}\n]*\}}(?:\[[^\]\n]*\]|\{{[^{{}}\n]*\}})*|\\item\b"
)
_NUMBERING = re.compile(
    r"\\(?:label|tag\*?|eqref|ref|hspace\*?|vspace\*?|color|[hv]phantom)\s*\{[^{}\n]*\}|\\(?:nonumber|notag|noindent)(?![A-Za-z])"
)
_OVER = re.compile(
    r"\\(?:over|under)set\s*\{[^{}\n]*\}\s*\{([^{}\n]*)\}|\\stackrel\s*\{[^{}\n]*\}\s*\{\s*(=|\\approx)\s*\}"
)
_COLOURED = re.compile(r"\\textcolor\s*\{[^{}\n]*\}\s*(?=\{)")
_BOX = re.compile(r"\\boxed\s*\{")
_STATES = re.compile(r"[=≈]|\\(?:approx|simeq|cong)(?![A-Za-z])")
_STAMP = re.compile(
    r"^[ \t]*+(?:\[?(?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(?:[.,]\d{1,6})?Z?[ \t]*+"
    r"(?:\[?[A-Z]{3,8}\])?+(?:[A-Z]{3,8})?+\]?|"
    r"\[?(?:INFO|DEBUG|TRACE)\]?(?=[: ]))(?::[a-z]\w*:)?+(?:[ \t:|]|-+\s)*+",
    re.MULTILINE,
)
"""The time and the level that a program writes before what it logs."""
_TIMED = re.compile(r"\d\d:\d\d:\d\d|^\[?(?:INFO|DEBUG|TRACE)", re.MULTILINE)
_ROMAN = r"x?(?:i[vx]|v?i{1,3})"
_MARK = re.compile(
    r"^(?:={1,2}>|[⇒→∴⟹»›▸▹►▶◦‣▪▫●○◆◇★☆✓✔☑✅☞➜➔➤➢⇨§¶☐☒]|[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?"
    r"|-{1,2}>|\\(?:Rightarrow|implies|therefore|rightarrow|to)(?![A-Za-z])|\s|\{\}|>|#+\s|[*•]\s|-\s(?!\s*[\d.,][^=≈:]*$)|\*\*|__|`|&"
    r"|\[[ xX]?\]\s|\(?\d{1,2}(?:\.\d{1,2}){1,3}[.):]+\s|\(?\d{1,3}\.?[)/](?=\s)|\(?\d{1,2}\.?\)|\d{1,2}\.(?!\d)"
    r"|\d{1,3}(?:°|:)\s|0\d{1,3}\s+(?=\D)|\[\d{1,3}\]\s|\|\d{1,3}\|\s|[#№]\s?\d{1,3}\s|\d{1,3}\s\|\s"
    rf"|\(?(?:[a-zA-Z]|{_ROMAN})\)\s|(?:{_ROMAN}|[a-z])\.\s"
    r"|[\"“”«»„](?=[\w\\∂∇(])|--\s|//\s|[\u2460-\u2473\u2776-\u277f])+"
)
"""Bullets, numbers and quotes before a statement."""


def pieces_of(page: str) -> Iterator[Snippet]:
    """The pieces of a work without what does not count, lines that belong together joined."""
    cut = map(_unmarked, _cut(page))
    return join_continuations(piece for piece in cut if piece.text.strip())


# --- what does not count --------------------------------------------------------------------------------------------


def without_comments(text: str) -> str:
    """LaTeX without its comments."""
    return _COMMENT.sub(r"\1", text)


def without_pictures(text: str) -> str:
    """LaTeX without its comments and pictures, its lines kept."""
    text = without_comments(text)
    for opening, closing in _PICTURES:
        text = _without(text, opening, closing)
    return text


def cleaned(text: str, means: Means = lambda name: False) -> str:
    """Without struck-out work, comments and hidden characters; `means` says whether a text names a quantity."""
    text = without_own_commands(tags_read(_HIDDEN.sub("", text)))
    text = _STAMP.sub(lambda match: " " * len(match.group()), text) if _TIMED.search(text) else text
    text = _ABOUT.sub("≈", text) if "~" in text else text
    text = _ROUGHLY.sub(lambda match: " " * len(match.group()), text)
    text = _EMPHASIS.sub(r"\1 \3 ", text)
    if "<-" in text or "←" in text or "⟵" in text:
        text = _POINTED_AT.sub(lambda match: match.group() if means(match["words"]) else "", text)
    text = _LONG_ARROW.sub("→", text) if "-->" in text and "<!--" not in text else text
    text = _BROKEN_OFF.sub("", text) if "\\" in text else text
    if _MINUS_APART.search(text) and _BARE.search(text) and not _BULLET.search(text):
        text = _MINUS_APART.sub(r"\1-", text)
    text = _ANSWER.sub(lambda match: "=".rjust(len(match.group())), text)
    text = _BOLD.sub(r"  \1  ", text) if "**" in text else text
    text = _unlettered(text)
    for sign, stated in _JOINTS.items():
        count = text.count(f" {sign} ")
        if (count > 1 or (count and sign == "//")) and count == len(stated.findall(text)):
            text = stated.sub(NEXT, text)
    text = named_values(sessions_read(plain_arrays(plain_text(undrawn(text)))), means)
    text = _SPACES.sub(_gap, tables_read(_RULES.sub("", text)))
    for opening, closing in _STRUCK:
        text = _without(text, opening, closing)
    if r"\documentclass" in text or r"\begin{document}" in text:
        before, begin, body = text.partition(r"\begin{document}")
        text = without_comments("\n" * before.count("\n") + body if begin else text)
    text = _unboxed(text) if r"\boxed" in text else text
    text = _SYSTEM.sub(_as_display, text) if "{cases}" in text else text
    text = _LAYOUT.sub(" ", _DOLLARS.sub(r"\1\2", text))
    if "\\" in text:
        text = _COLOURED.sub("", _OVER.sub(r"\1\2", _NUMBERING.sub("", text))).replace(",\\ ", ", ")
    text = re.sub(r"\\\\\*?\[[\d. ]*[a-z]{2}\]", r"\\\\", text)
    text = re.sub(r"\\cr(?![A-Za-z])", r"\\\\", _without_cancelled(text))
    return re.sub(r"\{,\}(?<=\d\{,\})(?=\d)", ",", text)


def _unlettered(text: str) -> str:
    """A text without what counts its lines, once or several times: `a: … b: … c: …` from `a` on, `1.1 z = …`."""
    letters = [match[2] for match in _LETTERED.finditer(text)]
    if len(letters) > 2 and all(b in {"a", chr(ord(a) + 1)} for a, b in pairwise(["`", *letters])):
        text = _LETTERED.sub(r"\1  ", text)
    numbers = [(int(match[2]), int(match[3])) for match in _NUMBERED.finditer(text)]
    counted = all(a < b or b == numbers[0] for a, b in pairwise(numbers))
    return _NUMBERED.sub(r"\1", text) if len(numbers) > 2 and counted else text


def _as_display(match: re.Match[str]) -> str:
    """A system of statements as lines of a display; what a name is in several cases stays."""
    before = match.string[: match.start()].rstrip(" \n&")
    if before.endswith(("=", "≈", r"\approx", "(")) or _STATES.search(match["inside"]) is None:
        return match.group()
    return rf"\begin{{aligned}}{match['inside']}\end{{aligned}}"


def _gap(match: re.Match[str]) -> str:
    """Three spaces or a tab part what stands in a line; two are as good as one."""
    return "\t" if len(match.group()) > 2 or "\t" in match.group() else " "


def within_budget(text: str, budget: Budget) -> str:
    """As much of a text as is read, its lines kept."""
    text = text[:MAX_CHARACTERS].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if all(line.startswith(">") or not line.strip() for line in lines):  # a mail that is quoted
        lines = _QUOTED.sub("", text).split("\n")
    long = [number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE and not _too_long(line)]
    if long:
        what = f"this line and {len(long) - 1} more were not read" if len(long) > 1 else "this line was not read"
        budget.leave(long[0], what, f"at most {MAX_LINE} characters of a line are")
    kept, left = 0, budget.text
    for line in lines:
        left -= A_LINE + (len(line) if len(line) <= MAX_LINE else 0)
        if left < 0:
            budget.leave(kept + 1, "from here on nothing was read", f"at most {budget.text} characters of a work are")
            break
        kept += 1
    return "\n".join(line if len(line) <= MAX_LINE else _too_long(line) for line in lines[:kept])


def _too_long(line: str) -> str:
    """What is kept of a line that is too long: of one statement its left side, with a mark in place of the end."""
    found = [*islice(_STATED.finditer(line), 2)]
    if len(found) != 1 or found[0].start() > MAX_LEFT:
        return ""
    return line[: found[0].end() + 40] + CUT_OFF


def _without(text: str, opening: str, closing: str) -> str:
    """Without what stands between two marks, its line breaks kept."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        kept += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + len(closing)
    return "".join([*kept, text[at:]])


def _without_cancelled(text: str) -> str:
    kept, at = [], 0
    while match := _CANCEL.search(text, at):
        end = _closing(text, match.end())
        kept += [text[at : match.start()], "\n" * text.count("\n", match.start(), end)]
        at = end
    return "".join([*kept, text[at:]])


def _unboxed(text: str) -> str:
    """Without the boxes around whole statements."""
    at = 0
    while match := _BOX.search(text, at):
        end, at = _closing(text, match.end()), match.end()
        if _STATES.search(text, match.end(), end):
            text = text[: match.start()] + text[match.end() : end - 1] + text[end:]
            at = match.start()
    return text


def _closing(text: str, at: int) -> int:
    """Behind the brace that closes the one before `at`; at the end of the text if none does."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(text, at):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


# --- pieces ---------------------------------------------------------------------------------------------------------


def _cut(text: str) -> Iterator[Snippet]:
    """Cut at the borders of mathematics, in prose at the ends of lines, in displays at `\\\\` too."""
    for block, line, display in _blocks(text):
        if not block.strip():
            continue
        if display:
            yield from _rows(block, line)
        else:
            yield from _sentence(block, line)


def _blocks(text: str) -> Iterator[tuple[str, int, bool]]:
    """Displays as wholes, prose line by line."""
    start, line, display = 0, 1, False
    for match in _FENCE.finditer(text):
        block, fence = text[start : match.start()], match.group()
        if fence == "\n" and (not text.startswith("\n", match.end()) if display else _in_dollars(block)):
            continue
        if fence == "$$" and not display and _in_dollars(block):
            continue  # one formula in a sentence ends and the next begins: `$-$$\\infty$`
        yield block, line, display
        line += text.count("\n", start, match.end())
        start = match.end()
        display = fence != "\n" and _opens(fence, display)
    yield text[start:], line, display


def _in_dollars(block: str) -> bool:
    """Whether a formula between dollars goes on in the next line."""
    if "$" not in block:
        return False
    dollars = block.count("$") - block.count(r"\$")
    return dollars % 2 == 1 and block.count("\n") < MAX_FORMULA_LINES


def _opens(fence: str, display: bool) -> bool:
    """Whether a display begins here (`$$` does so if none is open)."""
    if fence == "$$":
        return not display
    return fence == r"\[" or fence.startswith(r"\begin")


def _rows(block: str, line: int) -> Iterator[Snippet]:
    """A display cut at `\\\\` outside of matrices."""
    start = 0
    for mark in outside(block) if r"\\" in block else ():
        if mark.kind == ROW:
            yield Snippet(block[start : mark.start], line + block.count("\n", 0, start))
            start = mark.end
    yield Snippet(block[start:], line + block.count("\n", 0, start))


_DOLLAR = re.compile(r"(?<!\\)\$|\\\(|\\\)")
_SIGN = re.compile(r"\s*(?:[-+=≈·*/]|\\approx|\\cdot)\s*")


def _sentence(block: str, line: int) -> Iterator[Snippet]:
    """A line of prose: each formula between dollars alone, or the whole line where relations stand outside of them."""
    parts = _DOLLAR.split(block) if "$" in block or "\\" in block else [block]
    if len(parts) < 3:
        yield Snippet(block, line)
    elif any(re.search(r"[=≈]", beside) for beside in parts[::2]) or any(map(_SIGN.fullmatch, parts[1::2])):
        yield Snippet(" ".join(parts), line)
    else:
        alone = not "".join(parts[::2]).strip(" .,;*-0123456789)")
        yield from (Snippet(part, line, inline=not alone) for part in parts[1::2])


def _unmarked(piece: Snippet) -> Snippet:
    """Without numbering, bullets and stops at the ends."""
    match = _MARK.match(piece.text)
    skipped = piece.text[: match.end()] if match else ""
    text = _unwrapped(piece.text[len(skipped) :].rstrip())
    return Snippet(without_stops(text), piece.line + skipped.count("\n"), piece.inline)


_WRAPPED = re.compile(r"\((?=\s*(?:[^\W\d_]|[∂∇*]))(?P<round>.*)\)|\{\s(?P<braced>.*)\s\}", re.DOTALL)


def _unwrapped(text: str) -> str:
    """A statement without the brackets around all of it: `(z = 3)`."""
    if text[:1] not in {"(", "{"} or (around := _WRAPPED.fullmatch(text)) is None:
        return text
    inside = around["round"] or around["braced"] or ""
    depths = [*accumulate((sign in "([{") - (sign in ")]}") for sign in inside)]
    outside = [sign for sign, depth in zip(inside, depths, strict=True) if depth == 0]
    return inside if min(depths, default=-1) == 0 and not {"=", "≈", ":"}.isdisjoint(outside) else text


_STOPS = (".", ",", ";", "。", "！", r"\,", r"\;", r"\!", "**", "`", r"\qed", r"\blacksquare", "■", "∎")


def without_stops(text: str) -> str:
    """A text without the stops behind it; an ellipsis stays."""
    while text.endswith(_STOPS) and not text.endswith(".."):
        text = text[: -len(next(stop for stop in reversed(_STOPS) if text.endswith(stop)))].rstrip()
    return text
