"""What schemas are put together from: conditions, exclusions, names in any spelling."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from derive.problem.reading.framework_names import Renamed, other_names
from derive.problem.reading.keys import Taken, either, one_of

Schema: TypeAlias = dict[str, Any]
NOTHING: Taken = {"not": {}}
"""What no value is. The schema `false` would say the same; some checkers then lose the place."""


def when(condition: Taken, then: Taken, otherwise: Taken | None = None) -> Schema:
    """What has to hold where a condition does, and where it does not."""
    return {"if": condition, "then": then} | ({} if otherwise is None else {"else": otherwise})


def has(*keys: str) -> Schema:
    """All of the keys are there."""
    return {"required": list(keys)}


def lacks(*keys: str) -> Schema:
    """None of the keys is there."""
    return {"not": either(*(has(key) for key in keys))}


def where(key: str, value: Taken) -> Schema:
    """A key is there, and its value such."""
    return {"required": [key], "properties": {key: value}}


def forbidden(*keys: str) -> Schema:
    """None of the keys may be there: each that is, is wrong."""
    return {"properties": dict.fromkeys(keys, NOTHING)}


def none_of(words: Iterable[str]) -> Schema:
    """None of some words."""
    return {"not": one_of(words)}


def spelt(names: Iterable[str]) -> Schema:
    """Names as the reader takes them: behind a module, in capitals, with other signs between the words."""
    alike = "|".join(dict.fromkeys(map(spelling_pattern, names)))
    return {"type": "string", "pattern": rf"^(.*\.)?({alike})(\(\))?$"}


def offered(names: Iterable[str], others: Iterable[str] = ()) -> Schema:
    """The same for `names` and `others`, of which an editor offers the first."""
    own = list(names)
    return dict(either(spelt([*own, *others]), one_of(own)))


def offered_keys(rows: Mapping[str, Renamed]) -> Schema:
    """The keys of layers, losses or rules, and what others call them."""
    return offered(rows, [other for row in rows.values() for other in other_names(row)])


_WORDS = re.compile(r"[A-Z]*[a-z]+|[A-Z]+|\d+")


def spelling_pattern(name: str) -> str:
    """The words of a name, `LeakyReLU` as `leaky_relu`, in small and in capital letters."""
    words = _WORDS.findall(name)
    return "[ _-]*".join("".join(_letter(char) for char in word) for word in words)


def _letter(char: str) -> str:
    return f"[{char.lower()}{char.upper()}]" if char.isalpha() else char
