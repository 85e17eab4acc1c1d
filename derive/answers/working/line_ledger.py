"""Which lines of a work count for a step: every other one with a digit or a relation is told, with the place where
understanding stopped.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from derive.answers.chains.chains import StatementReader
from derive.answers.chains.read_statements import UNREADABLE, ReadStatement
from derive.answers.pages.sessions import is_prompt
from derive.answers.pages.statements import Statement
from derive.answers.reading.written import Answer, Unreadable

COUNTS_FOR_NONE = "this line counts for no step"
MAX_LINES, MAX_SHOWN = 200, 300
_TASK = (
    r"task|question|exercise|problem|part|homework|page|q|aufgabe|frage|teil|übung|hausaufgabe|seite|blatt|задача|задание"
    r"|вопрос|часть|домашняя работа|страница|есеп|тапсырма|сұрақ|үй жұмысы|бет|exercice|tâche|partie|devoir|feuille"
    r"|ejercicio|tarea|pregunta|parte|hoja|página"
)
_NUMBER = r"(?:no\.?|nr\.?|№|n[º°]|#)?\s*(?:\\circled\{\d{1,3}\}|\d{1,3}(?:[./]\d{1,3}){0,2}[a-z]?)"
_HEADING = re.compile(
    rf"^[\s>*_`#]*(?:\\(?:sub)*section\*?\{{\s*)?(?:(?:{_TASK})[\s-]*{_NUMBER}[.):]?(?![\d.])|\d{{1,3}}[\s-]+(?:{_TASK})\b"
    r"|(?<=#\s)\d{1,3}(?:\.\d{1,3}){0,2}[.):]?(?![\d.])|(?<=section\*\{)\\circled\{\d{1,3}\}"
    r"|[(\[]?\d{1,3}[a-z]?[.):\]](?!\d))",
    re.IGNORECASE,
)
"""The number of a task or of a step before a line, or alone in it."""
_WORD_AND_NUMBER = re.compile(
    r"[\W_]*[^\W\d_]{3,20}[\s-]+(?:no\.?|nr\.?|№|#)?\s*\d{1,2}[a-z]?\s*+(?:[.:)–—-]++|\([^()\d=]*+\))*+\s*+(?:[^\W\d_]++[\s'’*_,-]*+){0,6}[\W_]*+"
)
"""A heading in any language: `Zadanie 1`, `Esercizio 2: all'indietro`."""
_UNDERLINES = re.compile("={2,}")
_SAYS = re.compile(r"\d|[=≈≃≅←⇐]|\\approx|<-|:=")


class LineLedger:
    """Enters what becomes of the statements of a work, line by line.

    `page` is the work without what does not count (struck out, comments), `source` the work as it was written.
    """

    def __init__(self, page: str, source: str, reader: StatementReader) -> None:
        self.page, self.source = page.split("\n"), source.split("\n")
        self.reader = reader
        self.statements: list[tuple[Statement, list[ReadStatement], tuple[int, ...]]] = []
        self.end: int | None = None

    def enter(self, statement: Statement, read: list[ReadStatement], rows: tuple[int, ...]) -> None:
        """What a statement was read as: nothing, or statements about steps or about what is none; `rows` are the lines
        of rows that belong to it.
        """
        self.statements.append((statement, read, rows))

    def ends(self, line: int) -> None:
        """From a line on nothing was read."""
        self.end = line

    def not_understood(self, answers: Sequence[Answer]) -> Iterator[Answer]:
        """The lines that count for no step."""
        unread = {(answer.step, answer.given) for answer in answers if isinstance(answer.content, Unreadable)}
        answered = {answer.step for answer in answers}
        counted, stopped = {*self.reader.declaring}, dict[int, str]()
        for statement, read, rows in self.statements:
            left = [chain for chain in read if not _counts(chain, answered, unread)]
            of_code = is_prompt(self.source[statement.left.line - 1])
            if (read and not left) or (left and of_code and all(_is_answered(chain, answered) for chain in left)):
                last = statement.links[-1]
                counted.update(rows, range(statement.left.line, last.line + last.text.count("\n") + 1))
            for line in {chain.line for chain in left} or ({statement.left.line} if not read else ()):
                stopped.setdefault(line, self._stop(statement, left))
        yield from self._told(counted, stopped)

    def _stop(self, statement: Statement, left: Sequence[ReadStatement]) -> str:
        """The text from the place on where a statement was not understood."""
        for chain in left:
            for part in chain.parts:
                if part.fault:
                    return part.link.text[part.fault.start :]
        return self.reader.unread_in(statement.left.text)

    def _told(self, counted: set[int], stopped: Mapping[int, str]) -> Iterator[Answer]:
        lines = islice(enumerate(self.page, 1), self.end - 1 if self.end else None)
        left = ((i, line) for i, line in lines if i not in counted and _says(line))
        for i, line in islice(left, MAX_LINES):
            written = self.source[i - 1] if i <= len(self.source) else line
            start = max(0, written.find(stopped.get(i, "").split("\n")[0]))
            shown = written[:MAX_SHOWN]
            yield Answer("", "", shown, i, Unreadable(COUNTS_FOR_NONE, "", min(start, len(shown)), len(shown)))


def _says(line: str) -> bool:
    """Whether a line has a digit or a relation beside the number of a task or a step."""
    line = _UNDERLINES.sub("", line) if "==" in line else line
    said = _SAYS.search(line) is not None and _SAYS.search(_HEADING.sub("", line)) is not None
    return said and _WORD_AND_NUMBER.fullmatch(line) is None


def _is_answered(chain: ReadStatement, answered: set[str]) -> bool:
    """Whether the step that a chain is about has an answer: what a line of code gives stands below it."""
    return chain.target is not None and chain.target.step in answered


def _counts(chain: ReadStatement, answered: set[str], unread: set[tuple[str, str]]) -> bool:
    """Whether a chain is part of what answers a step, or is told as an answer that matches none."""
    if chain.target is None:
        return chain.result is not None
    step = chain.target.step
    if any(part.kind != UNREADABLE for part in chain.parts):
        return step in answered
    return any((step, part.link.text) in unread for part in chain.parts)
