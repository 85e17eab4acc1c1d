"""A piece of mathematics → statements: a left side and a chain of links, `a = b = c ≈ d`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from derive.answers.transcript import Piece, outside

MAX_LINKS = 40
MAX_PARTS = 24
RELATION = (
    r"\\(?:approx|simeq|cong|equiv|doteq|coloneqq|leftarrow|gets)(?![A-Za-z])|:=|<-(?!>)|←|≈|≃|≅|≡"
    r"|(?:\\stackrel\{!\})?(?<![<>!=])&?==?(?![=>])&?"
)
_BETWEEN = (
    r"\\q?quad(?![A-Za-z])|(?<!\\);|(?<![\d\\]),\s|(?<!\\),\s(?!\s*[-+−\d])|\x1f"
    r"|\\(?:Rightarrow|implies|Longrightarrow|rightarrow|to|iff|Leftrightarrow)(?![A-Za-z])|[⇒⟹→⟶⇔]|=>"
)
_TEXT = re.compile(r"\\(?:text|mathrm|textrm|mbox|textbf|textit|mathbf|operatorname)\s*\{([^{}]*)\}")
_JOINING = {"and", "with", "since", "because", "where", "so", "then", "und", "mit", "da", "wobei", "also", "for", "für"}
_LABEL = re.compile(r"^\s*([^=≈:;]{1,60}):(?![=\d])\s*(.*)$", re.DOTALL)
_SIGNS = {"≈": "≈", r"\approx": "≈", "≃": "≈", r"\simeq": "≈", "≅": "≈", r"\cong": "≈", "<-": "<-", "←": "<-"}


@dataclass(frozen=True, slots=True)
class Link:
    """One side of an equation: what stands before it (`=`, `≈` or `<-`), its text, its line in the work."""

    relation: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A left side and what it is said to be.

    labels  what may name the step: the left side, and a label before a colon (`Loss: …`)
    whole   the links with the left side itself as the first, for a chain that only its label names
    inline  whether it stands in a sentence
    """

    labels: tuple[str, ...]
    links: tuple[Link, ...]
    left: Link
    inline: bool = False


def statements(piece: Piece) -> Iterator[Statement]:
    """The statements in a piece."""
    text = _TEXT.sub(_word, piece.text)
    for start, part in _parts(text):
        statement = _statement(part, Piece(text, piece.line, piece.inline), start)
        if statement is not None:
            yield statement


def _word(match: re.Match[str]) -> str:
    """Words among formulas: names stay, a label loses its command, joining words part statements."""
    inner = match.group(1)
    words = inner.split()
    breaks = "\n" * inner.count("\n")
    if ":" in inner:
        return f" {inner} "
    if len(words) > 1 or not words or words[0].lower().strip(",.") in _JOINING:
        return f"\x1f{breaks}" if words else " "
    return match.group()


def _parts(text: str) -> list[tuple[int, str]]:
    """The text cut where one statement ends and the next begins: only parts with a relation stand alone."""
    cuts = [0]
    for start, end in outside(text, _BETWEEN)[:MAX_PARTS]:
        if _says(text[end:]) and _says(text[cuts[-1] : start]) and _begins(text[end:]):
            cuts.append(end)
    cuts.append(len(text))
    return [(a, re.sub(rf"(?:{_BETWEEN})\s*$", "", text[a:b])) for a, b in pairwise(cuts)]


def _says(text: str) -> bool:
    return bool(outside(text, RELATION))


def _begins(text: str) -> bool:
    """Whether a left side stands at the beginning: something before the first relation that is no number."""
    (start, _), *_ = outside(text, RELATION)
    before = text[:start]
    return bool(re.search(r"[A-Za-zα-ωΑ-Ω]", before)) and not outside(before, _BETWEEN)


def _statement(part: str, piece: Piece, offset: int) -> Statement | None:
    """The chain in a part of a piece, or None where it states nothing."""
    spans = outside(part, RELATION)[:MAX_LINKS]
    label = _LABEL.match(part[: spans[0][0]] if spans else part)
    if not spans and not label:
        return None
    if not spans:
        assert label is not None
        spans = [(label.start(2), label.start(2))]
        label = None
    return _chain(part, spans, label, piece, offset)


def _chain(
    part: str, spans: list[tuple[int, int]], label: re.Match[str] | None, piece: Piece, offset: int
) -> Statement | None:
    ends = [*(start for start, _ in spans[1:]), len(part)]
    links = [_link(part, a, b, c, piece, offset) for (a, b), c in zip(spans, ends, strict=True)]
    first = label.start(2) if label else 0
    left = _link(part, first, first, spans[0][0], piece, offset)
    links = [link for link in links if link.text]
    labels = tuple(filter(None, (left.text.rstrip(": "), label.group(1) if label else "")))
    return Statement(labels, tuple(links), left, piece.inline) if labels and links else None


def _link(part: str, start: int, after: int, end: int, piece: Piece, offset: int) -> Link:
    """The text between two relations, without the bars and stops of a box around a part of the chain."""
    raw = part[after:end]
    text = raw.strip().strip("&").strip()
    if text.count("|") % 2:
        text = text.strip("|").strip()
    text = re.sub(r"^\\boxed\{(.*)\}$", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"(?:\\[,;!]|[.,;])+$", "", text).strip()
    ahead = len(raw) - len(raw.lstrip())
    sign = _SIGNS.get(part[start:after].strip("&"), "=")
    return Link(sign, text, piece.line_at(offset + after + ahead))
