"""Statements that stand in one chain: in `z = -1 et A = 0.27` a known name begins a new one, whatever stands before."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from derive.answers.chains.left_texts import MARKS, UNSPACED
from derive.answers.names.step_matching import MAX_LEFT
from derive.answers.pages.statements import StatedSide, Statement

MAX_BEGINNINGS, MAX_WORDS = 60, 12
_BEGINNING = re.compile(rf"(?:(?<![\w\\}}_^/'’.])|(?<=[{UNSPACED}]))(?=\\?[^\W\d_]|[∂∇])")
_NO_NAME = re.compile(r"[+*=·⊙;]|\\cdot|\\odot|[)\]}] \S")
"""What stands in no name."""
_BETWEEN = re.compile(r"(?:[\s,;:.!&•、。](?<!\\,)(?<!\\;)(?<!\\:)(?<!\\!)|(?<=\s)\||\\q?quad)+$")
_ASIDE = re.compile(r"\([^()\d=]{2,40}\)$")
_WORD = re.compile(rf"(?:(?<![\w\\}}^_{MARKS}])|(?=[{UNSPACED}]))(?P<word>[^\W\d_](?:[^\W\d_]|[{MARKS}])*)['’]?$")
_OPERATES = re.compile(r"\s*(?:[/·•⋅*×]|-{1,2}|[–—−])$")


def _is_whole(text: str) -> bool:
    """Whether every bracket in a text has its counterpart: what is cut out of a formula has not."""
    return all(text.count(opening) == text.count(closing) for opening, closing in ("()", "{}", "[]"))


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
        yield statement

    def _cut(self, label: str, text: str) -> tuple[str, str] | None:
        """The value at the end of one statement and the name that begins the next, between two relations."""
        for count, match in enumerate(_BEGINNING.finditer(text)):
            if count >= MAX_BEGINNINGS:
                return None
            left = text[match.start() :].strip()
            if match.start() == 0 or len(left) > MAX_LEFT or not _is_whole(left) or _NO_NAME.search(left):
                continue
            if not self.is_name(left):
                continue
            whole = text[: match.start()].rstrip()
            value = self._value(whole)
            if value and value != whole and self.reads(value):
                return value, left
            number = _OPERATES.sub("", value).rstrip()
            sign = value[len(number) :].strip()
            if number and self.is_number(number) and self.is_another(label, left, sign):
                return number, left
        return None

    def _value(self, text: str) -> str:
        """A text without the words and the punctuation at its end."""
        for _ in range(MAX_WORDS):
            text = _ASIDE.sub("", _BETWEEN.sub("", text)).rstrip()
            word = _WORD.search(text)
            if word is None or self.holds(word["word"]):
                break
            text = text[: word.start()]
        return text
