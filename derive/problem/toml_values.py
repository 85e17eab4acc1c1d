"""Values as a problem file writes them."""

import json
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from derive.language.numbers import constant_text
from derive.problem.reading.toml_file import DecimalNumber

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(value: Any) -> str:
    """A value in TOML: a flag, a text, a list, an inline table, a number with the decimals that it was written with."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml_key(key)} = {toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, Iterable):
        return f"[{', '.join(map(toml, value))}]"
    return _number(value)


def toml_key(key: str) -> str:
    """A key, in quotes where it needs them."""
    return key if _BARE.fullmatch(key) else toml(key)


def _number(value: int | Fraction) -> str:
    """A number; one whose decimals never end as a text, `"1/3"`."""
    text = constant_text(Fraction(value))
    places = value.places if isinstance(value, DecimalNumber) else 0
    whole, _, broken = text.partition(".")
    return toml(text) if "/" in text else f"{whole}.{broken.ljust(places, '0')}" if broken or places else whole
