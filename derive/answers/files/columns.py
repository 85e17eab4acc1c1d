"""Answers in columns, as spreadsheets write them; an unquoted name with brackets or a decimal comma is read too."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from derive.errors import Fault, InputError, Place

MAX_COLUMNS = 50
MAX_RECORD = 50_000


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of a file, not yet read: what stands on the left, what on the right, and on which line."""

    left: str
    given: Any
    line: int | None


def fault(
    path: PurePath, message: str, hint: str, line: int = 0, text: str = "", column: int | None = None
) -> InputError:
    """What is wrong with a file, where, and what to do."""
    return InputError([Fault(message, hint, Place(path.name, line, text, column))])


LEFT = {"step", "id", "name", "quantity", "symbol", "variable", "schritt", "größe", "шаг", "величина", "обозначение",
        "қадам", "шама", "étape", "grandeur", "paso", "magnitud"}  # fmt: skip
RIGHT = {"answer", "value", "result", "antwort", "wert", "ergebnis", "ответ", "значение", "результат", "жауап", "мәні",
         "нәтиже", "réponse", "valeur", "résultat", "respuesta", "valor", "resultado"}  # fmt: skip


def read_csv(text: str, path: PurePath) -> list[AnswerLine]:
    """Columns `step` and `answer`. Of two columns the second is the whole rest of a line, whatever stands in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    records = list(_records(text, path))
    if not records:
        raise fault(path, "the file is empty", "expected a line `step,answer`, then one line an answer")
    separator = _separator(records[0][1])
    head = [_unquoted(field).lower() for field in _fields(records[0][1], separator, MAX_COLUMNS)]
    named = bool(LEFT.intersection(head))
    if named and not RIGHT.intersection(head):
        raise fault(path, "there is no column `answer`", "expected a first line `step,answer`", 1, records[0][1])
    left = next((i for i, name in enumerate(head) if named and name in LEFT), 0)
    right = next((i for i, name in enumerate(head) if named and name in RIGHT), 1)
    rows = [(line, _fields(record, separator, len(head) if named else 2)) for line, record in records[named:]]
    short = next((line for line, fields in rows if len(fields) <= max(left, right)), None)
    if short is not None:
        shown = text.split("\n")[short - 1]
        raise fault(path, "this line has no answer", f"expected `step{separator}answer`", short, shown, 0)
    return [AnswerLine(_unquoted(fields[left]), _unquoted(fields[right]), line) for line, fields in rows]


def _records(text: str, path: PurePath) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers; a quoted field may go over several."""
    held: list[str] = []
    quotes = start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not held and not line.strip():
            continue
        start = start if held else number
        held.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield start, "\n".join(held)[:MAX_RECORD]
            held = []
    if held:
        raise fault(path, "a quotation mark is never closed", "close it, or write it twice inside a field", start,
                    held[0], 0)  # fmt: skip


_FIELD = re.compile(r'"(?:[^"]|"")*+"|[\[({\])},;\t]')


def _separator(record: str) -> str:
    """The first separator of a line that stands neither in brackets nor in quotes."""
    return next((record[at] for at, depth in _separators(record) if depth == 0), ",")


def _separators(record: str) -> Iterator[tuple[int, int]]:
    """Where separators stand outside of quotes, and how deep in brackets."""
    depth = 0
    for match in _FIELD.finditer(record):
        piece = match.group()
        if piece in ",;\t":
            yield match.start(), depth
        depth = max(0, depth + (piece in "[({") - (piece in "])}"))


def _fields(record: str, separator: str, count: int) -> list[str]:
    """The fields of a line, the last of `count` with all that is left."""
    fields: list[str] = []
    at = 0
    for place, depth in _separators(record):
        if len(fields) + 1 == count:
            break
        if depth == 0 and record[place] == separator:
            fields.append(record[at:place])
            at = place + 1
    return [*fields, record[at:]]


def _unquoted(field: str) -> str:
    field = field.strip()
    quoted = len(field) > 1 and field[0] == field[-1] == '"'
    return field[1:-1].replace('""', '"').strip() if quoted else field
