"""The words of a problem file, as an editor offers them: all taken from the tables that read them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from derive.calculus.operation_rows import Macro, Row
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.problem.keys import TABLES
from derive.problem.network import LAYERS
from derive.problem.network.shorthand import network_losses
from derive.problem.network.stack import LayerKind
from derive.problem.reading.keys import Key, Taken
from derive.problem.training.update_lines import KEYS as UPDATE_KEYS
from derive.problem.training.update_rules import RULES

_TABLES: Mapping[str, Mapping[str, Key]] = {**TABLES, "update": UPDATE_KEYS}
_NAMED: Mapping[str, Callable[[], Iterable[str]]] = {"loss": network_losses, "rule": lambda: RULES}
"""The words of what the tables of keys only name."""


def vocabulary() -> dict[str, Any]:
    """The words by where they stand, in terms of JSON."""
    return {
        "tables": {table: _offered(keys) for table, keys in _TABLES.items()},
        "choices": [
            {"table": table, "key": key, "words": words}
            for table, keys in _TABLES.items()
            for key, row in keys.items()
            if (words := _words(row.takes))
        ],
        "operations": list(_operations()),
        "activations": list(activations()),
        "layers": [_layer(kind) for kind in LAYERS.values()],
        "losses": list(network_losses()),
    }


def _offered(keys: Mapping[str, Key]) -> list[dict[str, Any]]:
    """Keys with their meanings, and whether they are tables."""
    return [{"key": key, "meaning": row.meaning, "table": _is_table(row.takes)} for key, row in keys.items()]


def _is_table(takes: Taken) -> bool:
    ways = (*takes.get("anyOf", ()), *([takes["else"]] if "else" in takes else ()))
    return "$ref" in takes or takes.get("type") == "object" or any(map(_is_table, ways))


def _words(takes: Taken) -> list[str]:
    """The words that a key may be, where it is one of several words."""
    if name := str(takes.get("$ref", "")).rpartition("/")[2]:
        return list(_NAMED[name]()) if name in _NAMED else []
    ways = (takes, *takes.get("anyOf", ()))
    number = any(way.get("type") == "integer" for way in ways)
    return [] if number else [word for way in ways for word in way.get("enum", ())]


def activations() -> Iterator[str]:
    """The functions that a menu of activations offers: those that work entry by entry, and what makes probabilities."""
    yield "identity"
    for row in ROWS.values():
        if row.spellings and not row.prime_of and row.arity == (1, 1) and (row.elementwise or row.from_scores):
            yield row.spellings[0]


def _operations() -> Iterator[dict[str, Any]]:
    """Each spelling of each operation; `first` says which an editor offers, the others it only knows."""
    table: dict[str, Row | Macro] = {**ROWS, **MACROS}
    for spelling, key in FUNCTIONS.items():
        row = table[key]
        first = spelling == row.spellings[0] and not spelling.endswith("'")
        yield {"label": spelling, "detail": row.summary, "info": row.example, "first": first}


def _layer(kind: LayerKind) -> dict[str, Any]:
    settings = [
        {"key": key, "entered": setting.entered, "expected": setting.expected, "choices": setting.choices,
         "required": key in kind.required}
        for key, setting in kind.settings.items()
    ]  # fmt: skip
    return {"key": kind.key, "summary": kind.summary, "example": kind.example, "stands_for": kind.stands_for,
            "settings": settings}  # fmt: skip
