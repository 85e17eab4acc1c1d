"""A piece of mathematics → statements: a left side and a chain of links, `a = b = c ≈ d`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from derive.answers.names.letters import UNSPACED
from derive.answers.pages.separators import ASIDE, BETWEEN, NEXT, RELATION, SAID, Separator, outside
from derive.answers.pages.snippet import Snippet
from derive.answers.pages.transcript import without_stops

MAX_LINKS = 40
MAX_PARTS = 200
_TEXT = re.compile(
    r"\\(?:text|mathrm|textrm|mbox|textbf|textit|mathbf|mathit|boldsymbol|bm|operatorname)\s*\{([^{}]*)\}"
)
_ASIDES = {"with", "since", "because", "where", "for", "as", "mit", "wobei", "weil", "da", "für"}
_JOINING = {"and", "so", "then", "thus", "hence", "therefore", "und", "also", "dann", "daher", "folglich"} | _ASIDES
_SHORT = {"as", "da"}  # in a formula these are names
_WORDS = re.compile(
    rf"(?<![^\s,.:;)])(?=[^\W\d_])(?:{'|'.join(sorted(_JOINING - _SHORT))})(?=\s+(?:[^\W\d]|[\\∂∇|]))", re.IGNORECASE
)
_LABEL = re.compile(r"^\s*([^=≈:;]{1,60}):(?![=\d,\]])\s*(.*)$", re.DOTALL)
_STATES = re.compile(r"[=≈≃≅≡←:\x1d]|<-|\\(?:approx|simeq|cong|equiv|doteq|coloneqq|leftarrow|gets)")
"""What no statement is without: a relation, or the colon behind a label."""
_LETTER = re.compile("[A-Za-zα-ωΑ-Ω]")
_ANY_LETTER = re.compile(r"[^\W\d_]")
_DIGIT, _COMMANDS = re.compile(r"\d"), re.compile(r"\\(?:begin|end)\{[a-z]+\}(?:\{c+\})?|\\(?:left|right)|\^\{?T\}?")
_OPERATOR = re.compile(r"[-+−*·⊙]|\\cdot")
_AND = re.compile(rf"(?:\s[eyiи]|[。、，][{UNSPACED}]+)?\s*$")
"""A word for `and` behind a statement: of one letter, or of a script without spaces."""
_SAID = re.compile(
    r"^(?:(?:ans(?:wer)?|result|value|antwort|ergebnis|ответ|réponse|resultado|жауап)\s*[:=]\s*|(?:the )?same as\s+)+",
    re.IGNORECASE,
)
_BOX = r"\boxed{"
_ROOM = re.compile(r"^(?:\\(?:[,;:! ]|q?quad(?![A-Za-z]))|~(?=\s|\\)|\s)+")
"""Room before a side, as LaTeX writes it."""
_SIGNS = {
    **dict.fromkeys(("≈", r"\approx", "≃", r"\simeq", "≅", r"\cong"), "≈"),
    **dict.fromkeys(("<-", "←", r"\leftarrow", r"\gets"), "<-"),
}


@dataclass(frozen=True, slots=True)
class StatedSide:
    """One side of an equation: what stands before it (`=`, `≈`, `<-`, or words in SAID), its text, its line."""

    relation: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A left side and what it is said to be.

    labels  what may name the step: the left side, and a label before a colon (`Loss: …`)
    whole   the links with the left side itself as the first, for a chain that only its label names
    inline  whether it stands in a sentence
    aside   whether it says again what another one rests on: `since A_2 ≈ 1`
    """

    labels: tuple[str, ...]
    links: tuple[StatedSide, ...]
    left: StatedSide
    inline: bool = False
    aside: bool = False

    @property
    def length(self) -> int:
        """How many characters of mathematics it has."""
        return len(self.left.text) + sum(len(link.text) for link in self.links)


def statements(piece: Snippet) -> Iterator[Statement]:
    """The statements in a piece."""
    if _STATES.search(piece.text) is None:
        return
    text = _TEXT.sub(_word, piece.text) if "\\" in piece.text else piece.text
    text = _WORDS.sub(lambda match: _part_at(match.group()), text)
    read = Snippet(text, piece.line, piece.inline)
    for part in _parts(text, outside(text)):
        statement = _statement(part, read)
        if statement is not None:
            yield statement


def _word(match: re.Match[str]) -> str:
    """Words among formulas: names stay, a label loses its command, joining words part statements."""
    inner = match.group(1)
    words = inner.split()
    breaks = "\n" * inner.count("\n")
    if ":" in inner or not _ANY_LETTER.search(inner):
        return f" {inner} "
    if len(words) > 1 and match.group().startswith(r"\operatorname"):
        return rf"\operatorname{{{'_'.join(words)}}}" + "\n" * inner.count("\n")
    if len(words) > 1 or not words or inner.count("(") != inner.count(")") or words[0].lower().strip(",.") in _JOINING:
        return _part_at(words[0]) + breaks if words else " "
    return match.group()


def _part_at(word: str) -> str:
    """What stands for a word that parts statements."""
    return ASIDE if word.lower().strip(",.") in _ASIDES else NEXT


class StatementSpan(NamedTuple):
    """From where to where a statement stands in its piece, the relations in it, and whether it is an aside."""

    start: int
    end: int
    relations: list[Separator]
    aside: bool = False


def _parts(text: str, marks: list[Separator]) -> Iterator[StatementSpan]:
    """The text cut where one statement ends and the next begins: only parts with a relation stand alone."""
    marks = _whole_gaps(text, [mark for mark in marks if mark.kind in {RELATION, BETWEEN}])
    relations, cuts, aside = list[Separator](), 1, text.startswith(ASIDE)
    start = int(aside)
    word: int | None = None  # where one that parts statements stands behind the last relation
    for mark, after in zip_longest(marks, marks[1:]):
        if mark.kind == RELATION:
            relations.append(mark)
            word = None
        elif relations and cuts < MAX_PARTS and after and _begins(text, mark, after, start, relations):
            end = mark.start if word is None else word  # `= 3 so exp(z) -> p = 0.2`
            yield StatementSpan(start, start + len(_AND.sub("", text[start:end])), relations, aside)
            start, relations, cuts, aside = mark.end, [], cuts + 1, text[mark.start : mark.end] == ASIDE
            word = None
        elif word is None and text[mark.start] in {NEXT, ASIDE}:
            word = mark.start
    ends = (mark.start for mark in marks if mark.kind == BETWEEN and start <= mark.start and _is_talk(text, mark))
    yield StatementSpan(start, next(ends, len(text)), relations, aside)


def _is_talk(text: str, mark: Separator) -> bool:
    """Whether nothing stands behind a sign; behind one for words, nothing that counts."""
    behind = text[mark.end :].strip()
    return not behind or (text[mark.start] in {NEXT, ASIDE} and not re.search(r"[\d=≈]", behind))


def _whole_gaps(text: str, marks: Iterable[Separator]) -> list[Separator]:
    """The signs, with those between statements that stand side by side as one: `\\quad\\Rightarrow\\quad`."""
    whole: list[Separator] = []
    for mark in marks:
        before = whole[-1] if whole else None
        if before and mark.kind == before.kind == BETWEEN and not text[before.end : mark.start].strip():
            whole[-1] = before._replace(end=mark.end)
        else:
            whole.append(mark)
    return whole


def _begins(text: str, mark: Separator, after: Separator, start: int, relations: Sequence[Separator]) -> bool:
    """Whether a left side stands before the next sign, which is a relation: a number only where the left side before,
    from `start` on, is one; behind a gap one name, and a formula only where a value stands before the gap.
    """
    before = text[mark.end : after.start]
    if after.kind != RELATION:
        return False
    if _LETTER.search(before) is None:
        return _is_value(before) and _is_value(text[start : relations[0].start].rpartition(":")[2])
    return text[mark.start] != "\t" or not _OPERATOR.search(before) or _is_value(text[relations[-1].end : mark.start])


def _is_value(text: str) -> bool:
    """Whether a left side is numbers alone: `2 = p; 9 = L`."""
    return _DIGIT.search(text) is not None and _LETTER.search(_COMMANDS.sub("", text)) is None


def _statement(part: StatementSpan, piece: Snippet) -> Statement | None:
    """The chain in a part of a piece, or None where it states nothing."""
    relations = part.relations[:MAX_LINKS]
    before = piece.text[part.start : relations[0].start if relations else part.end]
    label = _LABEL.match(before) if ":" in before else None
    if relations:
        return _chain(part, relations, label, piece)
    if label is None:
        return None
    behind = part.start + label.start(2)
    return _chain(part, [Separator(RELATION, behind, behind)], None, piece)


def _chain(
    part: StatementSpan, relations: list[Separator], label: re.Match[str] | None, piece: Snippet
) -> Statement | None:
    first = part.start + (label.start(2) if label else 0)
    left = _link(Separator(RELATION, first, first), relations[0].start, piece)
    labels = tuple(filter(None, (left.text.rstrip(": "), label.group(1) if label else "")))
    if not labels:
        return None
    ends = [*(mark.start for mark in relations[1:]), part.end]
    links = [_link(mark, end, piece) for mark, end in zip(relations, ends, strict=True)]
    links = [link for link in links if link.text]
    return Statement(labels, tuple(links), left, piece.inline, part.aside) if links else None


def _link(mark: Separator, end: int, piece: Snippet) -> StatedSide:
    """The text behind a relation, without the bars and stops of a box around a part of the chain."""
    raw = piece.text[mark.end : end]
    text = raw.strip().removesuffix(r"\\").strip(" \n\t&")
    text = _ROOM.sub("", text) if text[:1] == "\\" else text
    text = _SAID.sub("", text) if text[:1].isalpha() else text
    if text.count("|") % 2:
        text = text.strip("|").strip()
    if text.startswith(_BOX) and text.endswith("}"):
        text = text[len(_BOX) : -1]
    ahead = len(raw) - len(raw.lstrip())
    sign = piece.text[mark.start : mark.end].strip("&")
    sign = sign if sign.startswith(SAID) else _SIGNS.get(sign, "=")
    return StatedSide(sign, without_stops(text), piece.line_at(mark.end + ahead))
