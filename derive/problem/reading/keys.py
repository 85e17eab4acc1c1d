"""What a key of a problem file takes, as JSON Schema: the words that the tables of keys are written in.

The reader checks keys by the same tables. `named` are the definitions of `problem/schema.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Taken: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: the values that it `takes`, and what they mean, in a line."""

    takes: Taken
    meaning: str


def named(name: str) -> Taken:
    """What a definition of the schema takes: `number`, `value`, `name`, …"""
    return {"$ref": f"#/definitions/{name}"}


def one_of(choices: Iterable[str]) -> Taken:
    """One of some words."""
    return {"enum": list(choices)}


def integer_from(low: int, high: int | None = None) -> Taken:
    """A whole number between two bounds."""
    return {"type": "integer", "minimum": low} | ({} if high is None else {"maximum": high})


def list_of(item: Taken, least: int = 0) -> Taken:
    """A list, of so many items at least."""
    return {"type": "array", "items": item} | ({"minItems": least} if least else {})


def several_or(one: Taken) -> Taken:
    """A table, or several of them, `[[update]]`."""
    return {"if": {"type": "array"}, "then": list_of(one, 1), "else": one}


def table_of(item: Taken, least: int = 0) -> Taken:
    """A table whose keys are names."""
    keys = {"patternProperties": {NAME_PATTERN: item}, "additionalProperties": False}
    return {"type": "object", **keys} | ({"minProperties": least} if least else {})


def by_step(item: Taken) -> Taken:
    """A table whose keys are steps."""
    return {"type": "object", "additionalProperties": item}


def either(*ways: Taken) -> Taken:
    """What one of several ways takes."""
    return {"anyOf": list(ways)}


_OUTSIDE = r"""\s+\-*/=<>(){}.,;!?@#$%&|~"²³\[\]"""
_INDEX = r"\{[^{}+\-*/=]*(\{[^{}]*\}[^{}]*)*\}"
_ON_TOP = r"\^\s*[\[(][^\])]*[\])]"
NAME_PATTERN = rf"^[^{_OUTSIDE}\d_:^']([^{_OUTSIDE}]|{_ON_TOP}|{_INDEX})*$"
"""Names as equations spell them, as far as a pattern can say it."""

TEXT: Taken = {"type": "string"}
FLAG: Taken = {"type": "boolean"}
NUMBER, SHARE, MARKS = named("number"), named("share"), named("marks")
NAME: Taken = {"type": "string", "pattern": NAME_PATTERN}
NAMES = list_of(NAME)
STEPS = list_of({"type": "string", "minLength": 1})
EQUATION_LINES: Taken = {"type": "string", "pattern": "=|≈|<-|←"}
"""Text that holds an equation at least."""
