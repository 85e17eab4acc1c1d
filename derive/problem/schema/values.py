"""What stands for numbers: texts that write one exactly, lists, arrays in a file, and what numbers are drawn from."""

from collections.abc import Mapping

from derive.problem.reading.keys import NUMBER, Taken, either, list_of, named, one_of
from derive.problem.reading.variants_table import RULES
from derive.problem.schema.parts import Schema, has, when

LONGEST_ROW = 16  # rows of up to so many entries are compared in length

_SIGNS = r"[^,A-Za-zπ√∞]|\d[eE][-+−\d]|\\[a-z]?frac|\\cdot|\\times"
_WORDS = r"\\?[A-Za-z]+\(.*\)|\\sqrt|\\?(pi|e|[iI]nf(ty|inity)?|(np|math|torch)\.inf)\b|[π√∞]"
_EXACT, _FORMULA = f"^({_SIGNS})+$", f"^({_SIGNS}|{_WORDS})+$"
"""Formulas of numbers, `1/3`, `2^-3`, `5 %`; in data also `pi/4`, `max(1, 2)`, `-inf`. A decimal comma is none.

Whoever writes something else is shown the pattern: it is short, and lets pass what the reader refuses later.
"""


_RATE = r"^(cut|\s*(100|\d{1,2}(\.\d+)?)\s*%\s*|1|0?\.\d+|\d+/\d+)$"
_DATE = r"^\d{4}-?\d\d-?\d\d([T ].*)?$"
_DATES = ("date", "date-time", "date-time-local")  # an editor tells them apart where TOML does


def number_kinds() -> Schema:
    """Numbers, which are taken exactly: as TOML writes them, or as a text with a fraction or a formula."""
    number = {"type": ["number", "string"], "pattern": _EXACT}
    positive = number | {"not": {"type": "string", "pattern": r"^\s*[-−]"}}
    share = positive | {"minimum": 0, "maximum": 1}
    return {
        "number": number,
        "data_number": number | {"pattern": _FORMULA},
        "positive": positive | {"exclusiveMinimum": 0},
        "marks": positive | {"minimum": 0},
        "share": share,
        "percentage": positive | {"minimum": 0, "maximum": 100},
        "late": either({"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": _RATE}),
        "date": either(*({"type": "string", "format": form, "pattern": _DATE} for form in _DATES)),
    }


def value_kinds() -> Schema:
    """Numbers, lists of them, lists of rows, arrays that lie in a file, and what entries are drawn from."""
    return {
        "file": {
            "type": "object",
            "properties": {"file": {"type": "string", "pattern": r"\.([cC][sS][vV]|[nN][pP][yY])$"}},
            **has("file"),
            "additionalProperties": False,
        },
        "value": _by_type({"array": "list", "object": "file"}, "number"),
        "data_value": _by_type({"array": "data_list", "object": "file"}, "data_number"),
        "list": _list("number", "list"),
        "data_list": _list("data_number", "data_list"),
        "list_of_values": _by_type({"object": "file"}, "list"),
        "draw": either(one_of(RULES), named("draws"), named("range")),
        "draws": list_of(either(NUMBER, named("draws"), named("range")), 1),
        "range": _range(),
    }


def _by_type(ways: Mapping[str, str], other: str) -> Schema:
    """The definition for what the value is, so that a fault is told where it lies, and not of every way there is."""
    schema: Taken = named(other)
    for kind, definition in ways.items():
        schema = when({"type": kind}, named(definition), schema)
    return {**schema, "additionalProperties": True}  # what a table may have is said where its type is known


def _list(number: str, rows: str) -> Schema:
    """Numbers, or rows that are equally long."""
    numbers_or_rows = when({"items": [{"type": "array"}]}, {"items": named(rows)}, {"items": named(number)})
    lengths = ({"minItems": n, "maxItems": n} for n in range(1, LONGEST_ROW + 1))
    equal = (when({"items": [{"type": "array", **length}]}, {"items": length}) for length in lengths)
    return {"type": "array", "minItems": 1, "allOf": [numbers_or_rows, *equal]}


def _range() -> Schema:
    """What one entry of a value is drawn from."""
    listed = list_of(NUMBER, 1)
    bounds = {"from": NUMBER, "to": NUMBER, "step": named("positive"), "except": either(NUMBER, listed)}
    choices = {"type": "object", "properties": {"choices": listed}, **has("choices"), "additionalProperties": False}
    from_to = {"type": "object", "properties": bounds, **has("from", "to"), "additionalProperties": False}
    return dict(either(choices, from_to))
