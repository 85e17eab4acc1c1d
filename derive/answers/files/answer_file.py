"""Answer files: `.toml`, `.json` and `.csv`, with numbers exactly as they are written and the line of each answer."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import date, datetime, time
from functools import partial
from math import prod
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from derive.answers.files.columns import AnswerLine, fault, read_csv
from derive.answers.names.step_matching import StepIndex
from derive.answers.reading.answer_reader import Literal, as_text, read_answer
from derive.answers.reading.numbers import shown_decimal
from derive.answers.reading.written import Answer, Unreadable
from derive.encodings import UTF16, as_saved
from derive.errors import InputError
from derive.files import utf8_of
from derive.problem.reading.array_values import without_numpy
from derive.writers.identity import RESERVED

if TYPE_CHECKING:
    from derive.solution import Solution

MAX_BYTES = 1_000_000
MAX_NUMBERS = 100_000
MAX_LINES = 4_000
LEAST_ANSWERS, MORE_ANSWERS = 60, 2  # so many, and twice as many as the problem has steps and entries
MAX_KEY = 300


def read_mapping(
    answers: Mapping[str, Any],
    solution: Solution,
    index: StepIndex | None = None,
    kept: MutableMapping[str, Answer] | None = None,
) -> list[Answer]:
    """The answers in a mapping: step → text, number, nested lists of them, or a NumPy array.

    For what is read again and again: `index` is the solution's, `kept` what answers were read as before.
    """
    entries = [AnswerLine(str(left), without_numpy(given), None) for left, given in answers.items()]
    return answers_of(entries, solution, index, kept)


def answers_of(
    entries: Iterable[AnswerLine],
    solution: Solution,
    index: StepIndex | None = None,
    kept: MutableMapping[str, Answer] | None = None,
) -> list[Answer]:
    """The entries of a file as answers; the file shows by its numbers which decimal sign it uses.

    What stands under reserved names says whose work it is, and is no answer. `index` is the solution's, or that of
    another one of the same structure; what is in `kept` is not read again.
    """
    entries = [entry for entry in entries if not entry.left.strip().startswith(RESERVED)]
    entries_of_all = sum(map(prod, solution.blueprint.derivation.shapes.values())) * len(solution.values.worked)
    most = LEAST_ANSWERS + MORE_ANSWERS * (len(solution.ids) + entries_of_all)
    entries, unread = entries[:most], entries[most : most + 1]
    index = index or StepIndex.of(solution)
    shown = shown_decimal(as_text(entry.given) for entry in entries if not isinstance(entry.given, Literal))
    decimal = shown or solution.problem.numbers.decimal
    read = partial(_answer, index=index, decimal=decimal, sure=bool(shown))
    answers = [_kept(entry, kept, f"{decimal} {bool(shown)}", read) for entry in entries]
    return [*answers, *(_left_out(entry, most) for entry in unread)]


def _left_out(entry: AnswerLine, most: int) -> Answer:
    """What is said of the first answer that is one too many."""
    why = Unreadable("from here on nothing was read", f"at most {most} answers of a file are read for this problem")
    return Answer("", "…", "", entry.line, why)


def _kept(
    entry: AnswerLine, kept: MutableMapping[str, Answer] | None, how: str, read: Callable[[AnswerLine], Answer]
) -> Answer:
    if kept is None:
        return read(entry)
    key = f"{how} {entry!r}"
    if key not in kept:
        kept[key] = read(entry)
    return kept[key]


def _answer(entry: AnswerLine, index: StepIndex, decimal: str, sure: bool) -> Answer:
    match = index.match(entry.left)
    content, remarks = read_answer(
        entry.given, index.shape(match), index.lexicon, decimal, sure=sure, line=entry.line
    )  # fmt: skip
    return Answer(match[0], entry.left[:MAX_KEY], as_text(entry.given), entry.line, content, remarks, match[1])


# --- files → entries ------------------------------------------------------------------------------------------------


def read_entries(path: Path) -> list[AnswerLine]:
    """What a file holds, by its ending. Raises InputError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise fault(path, f"cannot be read: {getattr(error, 'strerror', None) or error}", "") from None
    return entries_in(raw, path)


def entries_in(raw: bytes, path: PurePath) -> list[AnswerLine]:
    """What the bytes of a file hold, by the ending of its path: one of FILES. Raises InputError."""
    return _READERS[path.suffix.lower()](_text_of(raw, path), path)


def _text_of(raw: bytes, path: PurePath) -> str:
    if len(raw) > MAX_BYTES:
        raise fault(path, f"the file has more than {MAX_BYTES} bytes", "an answer file is shorter")
    of_any = raw.startswith(UTF16) or path.suffix.lower() == ".csv"  # a spreadsheet saves it in its own encoding
    text = as_saved(raw) if of_any else utf8_of(raw, path.name)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise fault(path, "the file holds a NUL character", "save it as plain text", line)
    for sign, most, what in ((",", MAX_NUMBERS, "numbers"), ("\n", MAX_LINES, "lines")):
        if text.count(sign) > most:
            raise fault(path, f"the file holds too many {what}", f"at most {most} are read")
    return text


# --- TOML -----------------------------------------------------------------------------------------------------------

_QUOTE = 'put a step whose name holds more than letters, digits and _ in quotes: "dL/dW_2" = "…"'
_TOML_KEY = re.compile(r"""^[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*=""", re.MULTILINE)


_DOTTED = re.compile(r"""(?<![\w-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){20}""")


def _toml(text: str, path: PurePath) -> list[AnswerLine]:
    if dotted := _DOTTED.search(text):
        line = text.count("\n", 0, dotted.start()) + 1
        raise fault(path, "a name has too many parts", _QUOTE, line)
    try:
        data = tomllib.loads(text, parse_float=lambda text: Literal(text.replace("_", "")))
    except RecursionError:
        raise fault(path, "the lists are nested too deeply", "write at most rows in a list") from None
    except ValueError as error:
        raise _tomlfault(str(error), text, path) from None
    lines = _lines(text, _TOML_KEY, lambda match: match[1] or match[2] or match[3])
    return [AnswerLine(key, given, lines.get(key)) for key, given in _flat(data, path, lines)]


def _tomlfault(message: str, text: str, path: PurePath) -> InputError:
    """What tomllib says, with its place; numbers with a comma and names without quotes are what happens."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    lines = text.split("\n")
    line = min(int(found[1]), len(lines)) if found else len(lines)
    shown = lines[line - 1]
    what = re.sub(r"\s*\(at .*\)", "", message) if "limit" not in message else "a number has too many digits"
    comma = re.search(r"=\s*\[*\s*-?\d+,\d", shown)
    hint = 'put a number with a decimal comma in quotes: "3,9"' if comma else _QUOTE
    return fault(path, f"this is not valid TOML: {what}", hint, line, shown, int(found[2]) - 1 if found else None)


# --- JSON -----------------------------------------------------------------------------------------------------------

_JSON_KEY = re.compile(r'"((?:[^"\\\n]|\\.)*)"\s*:')


def _json(text: str, path: PurePath) -> list[AnswerLine]:
    try:
        data = json.loads(text, parse_float=Literal, parse_int=Literal, parse_constant=Literal)
    except RecursionError:
        raise fault(path, "the lists are nested too deeply", "write at most rows in a list") from None
    except json.JSONDecodeError as error:
        shown = text.split("\n")[error.lineno - 1][:MAX_BYTES]
        raise fault(path, f"this is not valid JSON: {error.msg}", 'expected {"dL/dW_2": "…", …}; put a number with a '
                    "decimal comma in quotes", error.lineno, shown, error.colno - 1) from None  # fmt: skip
    if not isinstance(data, dict):
        raise fault(path, "the file is not a table of answers", 'expected {"dL/dW_2": "…", …}')
    lines = _lines(text, _JSON_KEY, lambda match: _unescaped(match[1]))
    return [AnswerLine(key, given, lines.get(key)) for key, given in _flat(data, path, lines)]


def _unescaped(key: str) -> str:
    if "\\" not in key:
        return key
    try:
        return str(json.loads(f'"{key}"'))
    except ValueError:
        return key


# --- what both have -------------------------------------------------------------------------------------------------


def _lines(text: str, key: re.Pattern[str], name: Any) -> dict[str, int]:
    """The line of each key."""
    lines: dict[str, int] = {}
    line, at = 1, 0
    for match in key.finditer(text):
        line += text.count("\n", at, match.start(0))
        at = match.start(0)
        lines.setdefault(name(match), line)
    return lines


def _flat(data: Mapping[str, Any], path: PurePath, lines: Mapping[str, int]) -> Iterator[tuple[str, Any]]:
    """The answers of the file, or of its table `answers`."""
    inner = data.get("answers")
    table = inner if isinstance(inner, dict) else data
    for key, given in table.items():
        if table is not data or not isinstance(given, dict):
            if isinstance(given, dict | datetime | date | time):
                hint = "expected a number, a text or a list"
                raise fault(path, f"`{key[:40]}` is no answer", hint, lines.get(key, 0))
            yield key, given
        elif key != "answers":
            raise fault(path, f"`{key[:40]}` is a table, not an answer", _QUOTE, lines.get(key, 0))


_READERS = {".toml": _toml, ".json": _json, ".csv": read_csv}
