"""The commands that a LaTeX text defines for itself, `\\newcommand{\\half}[1]{\\frac{#1}{2}}`, written out."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice

_WORDS = ("newcommand", "providecommand", r"\def", r"\DeclareMathOperator")
_DEFINES = re.compile(
    r"\\(?:(?:re)?new|provide)command\*?\s*(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))\s*(?:\[(?P<count>[1-9])\])?\s*(?=\{)"
    r"|\\def\s*\\(?P<plain>[A-Za-z]+)(?P<places>(?:#[1-9])*)(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{\s*\\(?P<operator>[A-Za-z]+)\s*\}\s*(?=\{)"
)
_BREAK = re.compile(r"\\discretionary\{[^{}]*+\}\{[^{}]*+\}\{([^{}]*+)\}")
"""A place where a line may end; what stands there if it does not."""
_BRACE, _PLACE = re.compile(r"\\.|[{}]", re.DOTALL), re.compile(r"#([1-9])")
_TOKEN = re.compile(r"\s*(?:(?=(?P<brace>\{))|(?P<one>\\[A-Za-z]+|[^\s{}]))")
MAX_ROUNDS, MAX_COMMANDS, MORE = 4, 100, 10_000
"""So often a command may stand in another one's text; so many are read; so much longer than twice as long a text may
become.
"""


def without_own_commands(text: str) -> str:
    """A text with its own commands written out, its lines kept; as it is where that would make it far longer."""
    commands, plain = _defined(text) if any(word in text for word in _WORDS) else ({}, text)
    if not commands:
        return text
    uses, most = re.compile(rf"\\({'|'.join(commands)})(?![A-Za-z])"), 2 * len(text) + MORE
    for _ in range(MAX_ROUNDS):
        written = _written_out(plain, uses, commands, most)
        if written is None:
            return text
        if written == plain:
            break
        plain = written
    return plain


def _defined(text: str) -> tuple[dict[str, tuple[int, str]], str]:
    """The commands, how many arguments each takes and what it stands for; and the text without their definitions."""
    commands, kept, at = dict[str, tuple[int, str]](), list[str](), 0
    braces = _braces(text)
    for match in islice(_DEFINES.finditer(text), MAX_COMMANDS):
        end = braces.get(match.end(), 0)
        if match.start() < at or not end:
            continue
        body = _BREAK.sub(r"\1", " ".join(text[match.end() + 1 : end - 1].split()))
        count = int(match["count"] or 0) or len(match["places"] or "") // 2
        name = match["braced"] or match["bare"] or match["plain"] or match["operator"]
        commands[name] = count, rf"\operatorname{{{body}}}" if match["operator"] else body
        kept += [text[at : match.start()], "\n" * text.count("\n", match.start(), end)]
        at = end
    return commands, "".join([*kept, text[at:]])


def _written_out(text: str, uses: re.Pattern[str], commands: dict[str, tuple[int, str]], most: int) -> str | None:
    """A text with each use replaced by what it stands for; None where it becomes longer than `most`."""
    kept, at, length, braces = list[str](), 0, 0, _braces(text)
    for match in uses.finditer(text):
        count, body = commands[match[1]]
        found = _arguments(text, braces, match.end(), count) if match.start() >= at else None
        if found is None:
            continue
        given, end = found
        written = _PLACE.sub(partial(_given, given), body)
        if not written:  # then one space stands where it stood between two
            end += text.startswith(" ", end)
        kept += [text[at : match.start()], written if count or not written else f"{written} "]
        length += len(kept[-1]) + len(kept[-2])
        at = end
        if length > most:
            return None
    return "".join([*kept, text[at:]])


def _given(given: Sequence[str], place: re.Match[str]) -> str:
    number = int(place[1])
    return given[number - 1] if number <= len(given) else ""


def _arguments(text: str, braces: Mapping[int, int], at: int, count: int) -> tuple[list[str], int] | None:
    """So many arguments behind a command, in braces or of one sign, and where they end; None where they are missing."""
    given = list[str]()
    for _ in range(count):
        token = _TOKEN.match(text, at)
        end = 0 if token is None else braces.get(token.end(), 0) if token["brace"] else token.end()
        if token is None or not end:
            return None
        given.append(text[token.end() + 1 : end - 1] if token["brace"] else token["one"])
        at = end
    return given, at


def _braces(text: str) -> dict[int, int]:
    """Where each brace that is closed stands, and the place behind the one that closes it."""
    waiting, found = list[int](), dict[int, int]()
    for match in _BRACE.finditer(text):
        if match.group() == "{":
            waiting.append(match.start())
        elif match.group() == "}" and waiting:
            found[waiting.pop()] = match.end()
    return found
