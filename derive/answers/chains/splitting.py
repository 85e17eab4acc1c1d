"""Statements that stand in one chain: in `z = -1 et A = 0.27` a known name begins a new one, whatever stands before."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from derive.answers.names.letters import MARKS, UNSPACED
from derive.answers.names.step_matching import MAX_LEFT
from derive.answers.pages.statements import StatedSide, Statement
from derive.answers.reading.comments import without_asides
from derive.answers.reading.grids import BLANK
from derive.answers.reading.literal_ends import value_ahead, value_behind, without_words_ahead

MAX_BEGINNINGS, MAX_WORDS = 60, 12
TICKS = " \t\n✓✔☑✅☺"
"""What students put behind what they have checked."""
_BEGINNING = re.compile(rf"(?:(?<![\w\\}}_^/'’.])|(?<=[{UNSPACED}]))(?=\\?[^\W\d_]|[∂∇]|\((?=\s*[d∂∇\\]))")
_NO_NAME = re.compile(r"[+*=·⊙;]|\\cdot|\\odot|[)\]}] \S")
_NOT_READ = re.compile(r"(?:∇|\\nabla)\s?_\{[^{}]*\} |\^\{?\+\}?$")
"""What stands in no name."""
_BETWEEN = re.compile(r"(?:[\s,;:.!&•、。](?<!\\,)(?<!\\;)(?<!\\:)(?<!\\!)|(?<=\s)\||\\q?quad)+$")
_ASIDE = re.compile(r"(?:(?<!/)\([^()\d=]{2,40}\)|\\text\s*\{[^{}\d=]{2,40}\})$")
_LETTER = r"[^\W\d_₀-ₜᵢ-ᵪⱼ]"
_WORD = re.compile(
    rf"(?:(?<![\w\\}}^_{MARKS}])(?<![^\W\d_]\.)(?<!\]\.)(?<![^\W\d]\d\.)(?![xX]$)|(?=[{UNSPACED}]))(?P<word>{_LETTER}(?:{_LETTER}|[{MARKS}])*)['’]?$"
)
"""A word at the end; neither a letter for × nor a part of a name, `W.grad`."""
_GAP = r"(?:[\s,;:.·•/|⇒→。，、]|->|=>|\\(?:[,;: ]|q?quad|implies|Rightarrow))*"
_FIRST_GAP = re.compile(_GAP)
_FOREIGN = re.compile(
    rf"{_GAP}(?:\\text\s*\{{[^{{}}]*\}}|[^\W\d_{UNSPACED}]+(?:['’-][^\W\d_]+)*(?=[\s,:])|[{UNSPACED}]+){_GAP}"
)
"""A word between a value and what comes next."""
_MATHEMATICS = re.compile(r"\\(?!text|q?quad|Rightarrow|implies|to(?![a-z]))[a-z]|\w/\w")
_SEPARATES = re.compile(r"[,;|\t]|quad")
_BRACKETS, _EACH, _SIGNS = re.compile(r"\([^()]*\)|\\[a-z]*"), re.compile(r"[^\W\d_]+"), re.compile(r"[-+*·^=\d_⊙]")
_UNFINISHED = re.compile(r"(?:[+=]|\\(?:cdot|times|odot))$")
_OPERATES = re.compile(r"\s*(?:[/·•⋅*×]|-{1,2}|[–—−]|(?<=\s)[yeiи])$")
"""A sign of an operation, or a word for `and` that may be a name, which may stand between two statements."""


def _is_whole(text: str) -> bool:
    """Whether every bracket in a text has its counterpart: what is cut out of a formula has not."""
    return all(text.count(opening) == text.count(closing) for opening, closing in ("()", "{}", "[]"))


def _beginnings(text: str) -> Iterator[tuple[str, str]]:
    """Where a name may begin behind something else: what stands before it, and the rest."""
    for match in islice(_BEGINNING.finditer(text), MAX_BEGINNINGS):
        left = text[match.start() :].strip()
        plain = match.start() > 0 and len(left) <= MAX_LEFT and _is_whole(left)
        if plain and not _NO_NAME.search(_NOT_READ.sub("", left)):
            yield text[: match.start()].rstrip(), left


@dataclass(frozen=True, slots=True)
class StatementSplitter:
    """Cuts statements apart.

    is_name     whether a text names a quantity of the problem
    is_another  whether a name is a step that the one before does not use, beside some sign
    reads       whether a text has a meaning
    is_number   whether a text is a number, or an array of numbers
    holds       whether a word is a name, or several
    """

    is_name: Callable[[str], bool]
    is_another: Callable[[str, str, str], bool]
    reads: Callable[[str], bool]
    is_number: Callable[[str], bool]
    holds: Callable[[str], bool]

    def apart(self, statement: Statement) -> Iterator[Statement]:
        """The statements that a chain holds."""
        for i, link in enumerate(statement.links[:-1]):
            if found := self._cut(statement.labels[0], link.text):
                value, left = found
                yield replace(statement, links=(*statement.links[:i], replace(link, text=value)))
                head = StatedSide("=", left, link.line + link.text.count("\n"))
                rest = replace(statement, labels=(left,), links=statement.links[i + 1 :], left=head)
                yield from self.apart(rest)
                return
        if turned := self._turned(statement):
            yield turned[0]
            yield from self.apart(turned[1])
            return
        yield statement

    def _turned(self, statement: Statement) -> tuple[Statement, Statement] | None:
        """`3.9 = z and 0.27 = A` as two statements: a name, words and a value between two relations."""
        value = _ASIDE.sub("", without_words_ahead(statement.left.text))
        if len(statement.links) < 2 or value_ahead(value) < len(value.rstrip()):
            return None
        link, *others = statement.links
        start = value_behind(_ASIDE.sub("", link.text).replace(", ", "; "))
        name = "" if start is None else self.name_ahead(link.text[:start])
        if not name:
            return None
        left = StatedSide("=", link.text[start:].strip(), link.line)
        rest = replace(statement, labels=(left.text,), links=tuple(others), left=left)
        return replace(statement, links=(replace(link, text=name),)), rest

    def _cut(self, label: str, text: str) -> tuple[str, str] | None:
        """The value at the end of one statement and the name that begins the next, between two relations."""
        beside, text = list[str](), without_asides(text)
        for whole, left in _beginnings(text):
            if _UNFINISHED.search(whole):  # no value ends there
                beside.append(left)
            elif any(map(self.is_name, beside)):
                break
            elif self.is_name(left):
                if found := self._value_before(whole, label, left):
                    return found
                break  # what begins later is only an end of this name
        return self._before_a_formula(text)

    def _value_before(self, whole: str, label: str, left: str) -> tuple[str, str] | None:
        """The value that ends where the name `left` begins."""
        if whole == BLANK:
            return whole, left
        value = self._value(whole)
        if value and value != whole and (self.reads(value) or value_behind(value) is not None):
            return value, left
        end = value_ahead(plain := without_words_ahead(whole))
        if end and self._is_talk(plain[end:]) and not self.reads(whole):
            return plain[:end], left
        number = without_words_ahead(_OPERATES.sub("", value).rstrip())
        sign = value[-1:] if _OPERATES.search(value) else ""
        return (number, left) if number and self.is_number(number) and self.is_another(label, left, sign) else None

    def _is_talk(self, text: str) -> bool:
        """Whether a text behind a value is none of the mathematics."""
        if _MATHEMATICS.search(text):
            return False
        bare, before = _BRACKETS.sub("", text), text
        while bare != before:
            bare, before = _BRACKETS.sub("", bare), bare
        return not _SIGNS.search(bare) and not any(map(self.holds, _EACH.findall(bare)))

    def ends_behind(self, text: str) -> int:
        """Where the value ends that a text begins with, what stands behind it being about something else; else 0."""
        end = value_ahead(text)
        return end if end and (self._is_talk(text[end:]) or self._before_a_formula(text)) else 0

    def _before_a_formula(self, text: str) -> tuple[str, str] | None:
        """A value, a word that means nothing here, and a formula: `0.27 donc W A + b`."""
        end = value_ahead(text)
        if not end or not text[end:].strip():
            return None
        gap = _FIRST_GAP.match(text, end)
        separated = gap is not None and _SEPARATES.search(gap.group()) is not None
        at = gap.end() if gap and separated else end
        if (not separated and _FOREIGN.match(text, at) is None) or (text[end] != "\t" and self.reads(text)):
            return None
        for _ in range(MAX_WORDS):
            left = text[at:].strip()
            if (at > end or separated) and left and not value_ahead(left) and self.reads(left):
                return text[:end], left
            word = _FOREIGN.match(text, at)
            if word is None or self.holds(word.group().strip(" ,:.")):
                return None
            at = word.end()
        return None

    def name_ahead(self, text: str) -> str:
        """The name that a text begins with, without words behind it that mean nothing; "" where it begins with none."""
        for _ in range(MAX_WORDS):
            text = _ASIDE.sub("", _BETWEEN.sub("", text.rstrip(TICKS))).rstrip()
            word = None if self.is_name(text) else _WORD.search(text)
            if word is None or self.holds(word["word"]):
                break
            text = text[: word.start()]
        return text if self.is_name(text) else ""

    def _value(self, text: str) -> str:
        """A text without the words and the punctuation at its end."""
        for _ in range(MAX_WORDS):
            text = _ASIDE.sub("", _BETWEEN.sub("", text)).rstrip()
            word = _WORD.search(text)
            if word is None or self.holds(word["word"]):
                break
            text = text[: word.start()]
        return text
