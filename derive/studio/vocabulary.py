"""The words of a problem file, as an editor offers them: all taken from the tables that read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from derive.calculus.operation_rows import Macro, Row
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.problem.network import LAYERS
from derive.problem.network.shorthand import network_losses
from derive.problem.network.stack import LayerKind
from derive.problem.problem import KEYS
from derive.problem.settings import (
    ALIKE,
    ATTEMPTS,
    CARRIES,
    DECIMAL_SIGNS,
    DETAILS,
    ENGINES,
    LEVELS,
    MULTIPLICATION_SIGNS,
    REASONS,
    ROOMS,
    SYMBOLS,
)
from derive.problem.training.model import REDUCTIONS
from derive.problem.training.schedules import SCHEDULES
from derive.problem.training.update_lines import KEYS as UPDATE_KEYS
from derive.problem.training.update_rules import RULES
from derive.prose.catalogue import languages

CHOICES: Mapping[tuple[str, str], Iterable[str] | Callable[[], Iterable[str]]] = {
    ("", "language"): languages,
    ("network", "loss"): network_losses,
    ("numbers", "carry"): CARRIES,
    ("numbers", "decimal"): DECIMAL_SIGNS,
    ("numbers", "multiplication"): MULTIPLICATION_SIGNS,
    ("page", "symbol"): SYMBOLS,
    ("page", "detail"): DETAILS,
    ("page", "engine"): ENGINES,
    ("page", "reasons"): REASONS,
    ("page", "alike"): ALIKE,
    ("sheet", "blank"): LEVELS,
    ("sheet", "room"): ROOMS,
    ("grade", "attempts"): ATTEMPTS,
    ("update", "rule"): RULES,
    ("update", "schedule"): SCHEDULES,
    ("update", "reduce"): REDUCTIONS,
}
"""What a key may be, where it is one of several words: those, or a function that names them."""


def vocabulary() -> dict[str, Any]:
    """The words by where they stand, in terms of JSON."""
    return {
        "tables": {**KEYS, "update": UPDATE_KEYS},
        "choices": [
            {"table": table, "key": key, "words": list(words() if callable(words) else words)}
            for (table, key), words in CHOICES.items()
        ],
        "operations": list(_operations()),
        "activations": list(activations()),
        "layers": [_layer(kind) for kind in LAYERS.values()],
        "losses": list(network_losses()),
    }


def activations() -> Iterator[str]:
    """The functions that a menu of activations offers: those that work entry by entry, and what makes probabilities."""
    yield "identity"
    for row in ROWS.values():
        if row.spellings and not row.prime_of and row.arity == (1, 1) and (row.elementwise or row.from_scores):
            yield row.spellings[0]


def _operations() -> Iterator[dict[str, str]]:
    table: dict[str, Row | Macro] = {**ROWS, **MACROS}
    for spelling, key in FUNCTIONS.items():
        yield {"label": spelling, "detail": table[key].summary, "info": table[key].example}


def _layer(kind: LayerKind) -> dict[str, Any]:
    settings = [
        {"key": key, "entered": setting.entered, "expected": setting.expected, "choices": setting.choices,
         "required": key in kind.required}
        for key, setting in kind.settings.items()
    ]  # fmt: skip
    return {"key": kind.key, "summary": kind.summary, "example": kind.example, "stands_for": kind.stands_for,
            "settings": settings}  # fmt: skip
