"""Lines of a work that belong together: what goes on below, an open bracket, rows of an array."""

import re
from collections.abc import Iterable, Iterator

from derive.answers.pages.array_rows import gathered
from derive.answers.pages.snippet import Snippet

MAX_LINE = 10_000
MAX_JOINED = 60


_RELATION = r"(?:=|≈|≃|≅|\\approx|\\simeq|\\cong)"
_STATES = re.compile(rf"{_RELATION}|<-|←")
_CONTINUES = re.compile(rf"^(?:&|\s)*(?!==){_RELATION}")
_GOES_ON = re.compile(r"^(?:[+−·⊙/] |\\underbrace\{)")
_UNFINISHED = re.compile(r"(?:(?<!=)=|≈|≃|≅|\\approx|\\simeq|\\cong|\\cdot|(?<!\^)\+|·|(?<!\^)\*)\s*$")


def join_continuations(cut: Iterable[Snippet]) -> Iterator[Snippet]:
    """Continuation lines with the piece above: `= …` below it, or a piece that ends in `=` or an open bracket."""
    above: Snippet | None = None
    for piece in gathered([*cut]):
        if above is not None and _belongs(above, piece):
            gap = "\n" * (piece.line - above.line - above.text.count("\n"))
            above = Snippet(above.text + (gap or " ") + piece.text, above.line, above.inline, above.rows + piece.rows)
        else:
            if above is not None:
                yield above
            above = piece
    if above is not None:
        yield above


def _belongs(above: Snippet, piece: Snippet) -> bool:
    if len(above.text) > MAX_LINE or (piece.inline and not above.inline):
        return False
    if piece.line - above.line > MAX_JOINED:
        return False
    if _CONTINUES.match(piece.text) or _UNFINISHED.search(above.text[-40:]):
        return True
    if _GOES_ON.match(piece.text) and _STATES.search(above.text):
        return True
    return "=" not in piece.text and _is_open(above.text)


def _is_open(text: str) -> bool:
    """Whether a square bracket or a matrix is not closed yet."""
    opened = text.count("[") > text.count("]") or text.count(r"\begin{") > text.count(r"\end{")
    return opened and _STATES.search(text) is not None
