"""The JSON Schema of the problem file (draft 7), made from the tables that read it.

A fault is told at the key that is wrong, not at the table around it, wherever the draft allows that: an editor then
marks the line. What takes arithmetic or reading equations – whether a name has a value, whether shapes fit – is left
to the reader.
"""

import json
from collections.abc import Mapping
from typing import Any

from derive.problem.keys import DIGITS, EXCLUSIVE, TABLES
from derive.problem.reading.keys import Key, either, named
from derive.problem.reading.variants_table import KEYS as VARIANTS_KEYS
from derive.problem.schema.layers import layers, words
from derive.problem.schema.parts import Schema, forbidden, has, lacks, none_of, when, where
from derive.problem.schema.updates import goes_by, update_conditions, update_keys, update_words
from derive.problem.schema.values import number_kinds, value_kinds
from derive.problem.settings import SIGNS_OF_A_LANGUAGE, Digits, GradeRules, Marking, Numbers, Page, Sheet
from derive.problem.training.model import EQUATIONS
from derive.problem.training.update_lines import ROUNDS, UNTIL
from derive.problem.training.update_rules import RULES


def schema_text() -> str:
    """The schema of a problem file, as the text of a file."""
    return json.dumps(problem_schema(), ensure_ascii=False, indent=1) + "\n"


def problem_schema() -> Schema:
    """The schema of a problem file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Problem file of derive",
        "description": "A worked solution for a neural network: what is given, and what is computed from it.",
        **_table("", TABLES[""]),
        "allOf": [*_exclusive(""), *_across_tables()],
        "anyOf": [has("model"), has("network")],
        "definitions": {**number_kinds(), **value_kinds(), **words(), **layers(), **update_words(), **_tables()},
    }


def _tables() -> Schema:
    tables = {name: _table(name, keys) for name, keys in TABLES.items() if name}
    tables["update"] = _table("update", update_keys())
    tables["variants"] = _table("variants", VARIANTS_KEYS) | {"additionalProperties": named("draw")}
    tables["digits"] = _table("numbers", DIGITS)
    tables["model"] |= has(EQUATIONS)
    tables["network"] |= has("input", "layers") | {"dependencies": {"loss": ["target"]}}
    untagged = when(where("accessible", {"const": True}), {"properties": {"engine": none_of(["latex"])}})
    tables["page"]["allOf"] = [untagged]
    tables["update"]["allOf"] += update_conditions()
    return tables


def _table(name: str, keys: Mapping[str, Key]) -> Schema:
    """A table with these keys and no others."""
    properties = {key: _property(row) | _default(name, key) for key, row in keys.items()}
    exclusive = {"allOf": _exclusive(name)} if name and _exclusive(name) else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **exclusive}


def _property(row: Key) -> Schema:
    """One key. What stands beside a reference is not read, so that the reference stands inside."""
    return {"description": row.meaning, **({"allOf": [row.takes]} if "$ref" in row.takes else row.takes)}


_DEFAULTS: Mapping[str, Any] = {
    "numbers": Numbers(), "page": Page(), "sheet": Sheet(), "grade": GradeRules(), "marking": Marking(),
}  # fmt: skip


def _default(table: str, key: str) -> Schema:
    """What holds where a key is not set, as far as a word, a flag or a whole number says it in every language."""
    value = Digits().count if (table, key) == ("numbers", "significant") else getattr(_DEFAULTS.get(table), key, None)
    simple = isinstance(value, str | int) and value != "" and key not in SIGNS_OF_A_LANGUAGE
    return {"default": value} if simple else {}


def _exclusive(table: str) -> list[Schema]:
    """Of two keys that exclude each other the second is the one that is wrong."""
    return [when(has(first, second), forbidden(second)) for where, first, second in EXCLUSIVE if where == table]


def _across_tables() -> list[Schema]:
    """What one table asks of another."""
    no_loss = either(where("model", lacks("loss", "losses")), where("network", lacks("loss")))
    needs_loss = where("update", goes_by(key for key, rule in RULES.items() if not rule.threshold))
    return [
        when(lacks("update"), forbidden("state")),
        when(lacks("samples"), {"properties": {"update": forbidden("batch", "reduce", "epochs")}}),
        when(has("variants"), {"properties": {"update": forbidden(UNTIL)}}),
        {"properties": {"update": when({"type": "array"}, {"items": forbidden(UNTIL, "epochs")}, forbidden(ROUNDS))}},
        when({"allOf": [no_loss, needs_loss]}, forbidden("update")),
    ]
