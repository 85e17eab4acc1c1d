"""One kind of error: what is wrong, where, and what to do next; and the one place that words it for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

from derive.version import install_command


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault lies: `line` counts from 1 (0: the whole file), `column` from 0 inside `text`."""

    file: str = ""
    line: int = 0
    text: str = ""
    column: int | None = None
    length: int = 1

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, f"line {self.line}" if self.line else "") if part)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong (`message`), where it is, and what was expected or should be done (`hint`)."""

    message: str
    hint: str = ""
    place: Place = Place()

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if str(self.place) else self.message
        text, column = self.place.text, self.place.column
        shown = [] if column is None or not text else with_caret(text, column, self.place.length)
        lines = [head, *(f"    {line}" for line in shown)]
        return "\n".join([*lines, f"  {self.hint}"] if self.hint else lines)


def with_caret(text: str, column: int, length: int) -> list[str]:
    """A line of text, as much of it as can be shown, and below it carets under `length` characters from `column` on."""
    start = max(0, column - 60)
    window = text[start : start + 100].replace("\t", " ")
    printable = "".join(c if c.isprintable() else "�" for c in window)
    return [printable, " " * (column - start) + "^" * max(1, min(length, 40))]


class ReportFaultAt(Protocol):
    """Takes a fault of a table: message, hint, and the path of the key below the table."""

    def __call__(self, message: str, hint: str = "", *path: str) -> None: ...


class DeriveError(Exception):
    """Base of every error of this package; `exit_status` is what the command line returns."""

    exit_status = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint

    def __reduce__(self) -> tuple[Any, ...]:
        """How an error crosses to another process."""
        return type(self), (self.message, self.hint)

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class InputError(DeriveError):
    """Bad input: every fault that was found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


class VerificationError(DeriveError):
    """A gradient of ours and an independent route disagree: nothing may be written."""

    exit_status = 3


class ToolError(DeriveError):
    """A tool outside this package is missing, fails or hangs."""

    exit_status = 4


@contextmanager
def of_extra(extra: str, message: str, otherwise: str = "") -> Iterator[None]:
    """Around imports from an extra's packages. Raises ToolError where they are not installed."""
    try:
        yield
    except ImportError:
        raise ToolError(message, f"{install_command(extra)}{otherwise}") from None


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` for a misspelt word, or an empty string.

    >>> suggestion("ReLu", ["ReLU", "tanh"])
    'did you mean `ReLU`?'
    """
    names: Sequence[str] = sorted(set(known))
    folded = {name.casefold(): name for name in reversed(names)}
    same = [folded[word.casefold()]] if word.casefold() in folded else []
    close = (
        same
        or get_close_matches(word, names, n=1)
        or [folded[name] for name in get_close_matches(word.casefold(), folded, n=1)]
    )
    return f"did you mean `{close[0]}`?" if close else ""
