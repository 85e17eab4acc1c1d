"""The tables of a problem file: their values checked one by one, every fault collected with its place."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from derive.errors import Fault, suggestion
from derive.language.expressions import Shape
from derive.language.names import Symbol
from derive.language.numbers import constant_text
from derive.language.tokens import TextError
from derive.problem.reading.equations import read_name
from derive.problem.reading.given_values import read_array
from derive.problem.reading.toml_file import TomlFile, kind

_FORMULA = re.compile(r"[-+*/^(](?![^{]*\})")  # not inside a subscript
REPEATED = ("update",)
"""The tables that may stand several times, `[[update]]`."""


def _listed(choices: tuple[str, ...]) -> str:
    """What may stand there; signs as they are written in the file: `"."`."""
    return ", ".join(choice if choice.isidentifier() else f'"{choice}"' for choice in choices)


class Tables:
    """Reads values out of one file; `faults` and `warnings` collect what is wrong."""

    def __init__(self, source: TomlFile) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def fault(self, message: str, hint: str = "", *path: str) -> None:
        """Note a fault, at the key that `path` leads to."""
        self.faults.append(Fault(message, hint, self.source.key_place(*path)))

    def table(self, name: str) -> dict[str, Any]:
        """The table of that name, of several the first; empty where there is none."""
        table = self.source.data.get(name, {})
        if name in REPEATED and isinstance(table, list) and table:
            table = table[0]
        if not isinstance(table, dict):
            self.fault(f"`{name}` is {kind(table)}", f"expected a table: [{name}]", name)
            return {}
        return table

    def each(self, name: str) -> list[Tables]:
        """For each of several tables `[[name]]` the file with that one alone; the faults of all are noted here."""
        several = self.source.data.get(name)
        if not isinstance(several, list):
            return [self]
        found = []
        for i in range(len(several)):
            one = Tables(self.source.only(name, i))
            one.faults, one.warnings = self.faults, self.warnings
            found.append(one)
        return found

    def text(self, *path: str, default: str = "", choices: tuple[str, ...] = ()) -> str:
        """The text at `path`, one of `choices` where they are given."""
        value: Any = self.table(path[0]) if path[0] in REPEATED else self.source.data
        for key in path[path[0] in REPEATED :]:
            value = value.get(key, default) if isinstance(value, dict) else default
        if not isinstance(value, str):
            self.fault(f"`{path[-1]}` is {kind(value)}", "expected a text in quotes", *path)
            return default
        if choices and value not in choices:
            hint = suggestion(value, choices) or f"one of: {_listed(choices)}"
            self.fault(f"`{path[-1]}` cannot be `{value}`", hint, *path)
            return default
        return value

    def integer(self, value: Any, low: int, high: int, *path: str, other: str = "") -> int:
        """A whole number between two bounds; the lower one after a fault. `other` says what else may stand there."""
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            number = isinstance(value, int | Fraction) and not isinstance(value, bool)
            shown = constant_text(Fraction(value)) if number else kind(value)
            self.fault(f"`{path[-1]}` is {shown}", f"expected a whole number from {low} to {high}{other}", *path)
            return low
        return value

    def names(self, *path: str) -> list[Symbol]:
        """The list of names at `path`."""
        value: Any = self.table(path[0]).get(path[1], [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(f"`{path[-1]}` is not a list of names", 'expected for example ["W_1", "b_1"]', *path)
            return []
        return [symbol for item in value if (symbol := self.name(item, *path))]

    def name(self, text: str, *path: str) -> Symbol | None:
        """The name that a text writes; None after a fault."""
        try:
            return read_name(text)
        except TextError as wrong:
            told = not wrong.hint.startswith("expected")
            formula = f"a formula stands in an equation: L = {text.strip()}"
            hint = formula if _FORMULA.search(text) and not told else wrong.hint
            self.fault(f"`{text}` is not a name: {wrong.message}", hint, *path)
            return None

    def texts(self, table: str, key: str, what: str = "steps", example: str = '"dL/dW_2"') -> tuple[str, ...]:
        """The list of steps, or of other texts, under a key."""
        value = self.table(table).get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.fault(f"`{key}` is not a list of {what}", f"expected for example [{example}]", table, key)
        return ()

    def some_of(self, known: tuple[str, ...], table: str, key: str) -> tuple[str, ...]:
        """The list of words under a key, each one of those known, each once."""
        value = self.table(table).get(key, [])
        words = value if isinstance(value, list) and all(isinstance(item, str) for item in value) else [""]
        if wrong := next((word for word in words if word not in known), None):
            hint = suggestion(wrong, known) or f"known: {', '.join(known)}"
            self.fault(f"`{key}` cannot have `{wrong}`", hint, table, key)
        elif words == [""]:
            self.fault(f"`{key}` is {kind(value)}", f'expected a list, for example ["{known[0]}"]', table, key)
        return tuple(word for word in dict.fromkeys(words) if word in known)

    def flag(self, table: str, key: str, default: bool) -> bool:
        """`true` or `false` under a key."""
        value = self.table(table).get(key, default)
        if isinstance(value, bool):
            return value
        self.fault(f"`{key}` is {kind(value)}", "expected true or false", table, key)
        return default

    def array(self, value: Any, table: str, key: str) -> tuple[Shape, tuple[Fraction, ...]] | None:
        """The shape and the flat entries of a value; None after a fault."""
        return read_array(value, lambda message, hint: self.fault(f"`{key}`: {message}", hint, table, key))
